/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/scorerows.h"

#include "math/productkernels.h"
#include "math/rowkernels.h"

/* Exponentials in place, then laid out. */
#define VARIANT(variant, layout)                                               \
	void scorerows_##variant(enum linear_precision p, float *scores,       \
				 size_t stride, size_t count, size_t n,        \
				 void *out, float *sums)                       \
	{                                                                      \
		struct matrix m = { scores, stride, false };                   \
                                                                               \
		for (size_t i = 0; i < count; i++)                             \
			sums[i] = rowkernels_exponentials_##variant(           \
			    scores + i * stride, n);                           \
		layout_rows_##layout(p, &m, 0, count, n, 1, out, NULL);        \
	}

VARIANT(c, c)
#if defined(__x86_64__)
VARIANT(avx2, c)

#include <immintrin.h>

#include "math/wide.h"

#define AVX512                                                                 \
	__attribute__((target("avx2,avx512f,avx512bw,avx512vl,avx512dq")))
#define INLINE static inline __attribute__((always_inline))

AVX512 INLINE __m512 load(const float *p, size_t left)
{
	if (left >= WIDE)
		return _mm512_loadu_ps(p);
	return _mm512_mask_loadu_ps(_mm512_set1_ps(-INFINITY),
				    (__mmask16)((1u << left) - 1), p);
}

AVX512 INLINE float largest(const float *x, size_t n)
{
	__m512 peak = _mm512_set1_ps(-INFINITY);

	for (size_t i = 0; i < n; i += WIDE)
		peak = _mm512_max_ps(load(x + i, n - i), peak);
	return _mm512_reduce_max_ps(peak);
}

AVX512 INLINE __m512 exponential(const float *x, size_t left, float peak,
				 wide *sum)
{
	wide e;

	if (!left)
		return _mm512_setzero_ps();
	e = (wide)load(x, left) - peak;
	wide_exp(&e);
	*sum += e;
	return (__m512)e;
}

/* To bfloat16 in the upper halves, to nearest even; of no subnormals. */
AVX512 INLINE __m512i rounded(__m512 x)
{
	__m512i u = _mm512_castps_si512(x);
	__m512i odd =
	    _mm512_and_si512(_mm512_srli_epi32(u, 16), _mm512_set1_epi32(1));

	return _mm512_add_epi32(
	    u, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
}

/* A row as its pieces, which lie `pitch` bytes apart; returns its sum. */
AVX512 INLINE float row(enum linear_precision p, const float *x, size_t n,
			float peak, char *to, size_t pitch, __m512i upper)
{
	wide sum = { 0 };
	size_t i = 0;

	if (p == LINEAR_F32) {
		for (; i < n; i += WIDE, to += pitch)
			_mm512_store_ps(to,
					exponential(x + i, n - i, peak, &sum));
		return wide_sum(&sum);
	}
	for (; i < n; i += 2 * WIDE, to += pitch) {
		size_t left = n - i, more = left > WIDE ? left - WIDE : 0;
		__m512 a = exponential(x + i, left, peak, &sum);
		__m512 b = exponential(x + i + WIDE, more, peak, &sum);

		_mm512_store_si512(to, _mm512_permutex2var_epi16(
					   rounded(a), upper, rounded(b)));
	}
	return wide_sum(&sum);
}

AVX512 void scorerows_avx512(enum linear_precision p, float *scores,
			     size_t stride, size_t count, size_t n, void *out,
			     float *sums)
{
	size_t pitch = product_pitch(kernels_units(p, n)), first, size;
	int16_t odd[32];
	__m512i upper;
	char *to = out;

	for (int16_t i = 0; i < 32; i++)
		odd[i] = (int16_t)(2 * i + 1);
	upper = _mm512_loadu_si512(odd);
	for (size_t b = 0; b < product_blocks(count); b++) {
		float peak[KERNELS_ROWS];

		size = product_block(count, b, &first);
		for (size_t i = 0; i < size; i++)
			peak[i] = largest(scores + (first + i) * stride, n);
		for (size_t i = 0; i < size; i++) {
			const float *x = scores + (first + i) * stride;

			sums[first + i] =
			    p == LINEAR_F32
				? row(LINEAR_F32, x, n, peak[i], to + i * 64,
				      size * 64, upper)
				: row(LINEAR_BF16, x, n, peak[i], to + i * 64,
				      size * 64, upper);
		}
		to += size * pitch;
	}
}
#endif
