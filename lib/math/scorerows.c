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
			    scores + i * stride, n, p != LINEAR_F32);          \
		layout_rows_##layout(p, &m, 0, count, n, 1, out, NULL);        \
	}

VARIANT(c, c)
#if defined(__x86_64__)
VARIANT(avx2, c)

#include <immintrin.h>

#include "math/wide.h"

#define AVX512                                                                 \
	__attribute__((target("avx2,fma,avx512f,avx512bw,avx512vl,avx512dq")))
#define INLINE static inline __attribute__((always_inline))

AVX512 INLINE __m512 load(const float *p, size_t left)
{
	if (left >= WIDE)
		return _mm512_loadu_ps(p);
	return _mm512_mask_loadu_ps(_mm512_set1_ps(-INFINITY),
				    (__mmask16)((1u << left) - 1), p);
}

AVX512 INLINE __m512 largest(const float *x, size_t n)
{
	__m512 peak = _mm512_set1_ps(-INFINITY);
	size_t i = 0;

	for (; i + WIDE <= n; i += WIDE)
		peak = _mm512_max_ps(_mm512_loadu_ps(x + i), peak);
	return i < n ? _mm512_max_ps(load(x + i, n - i), peak) : peak;
}

AVX512 INLINE __m512 join(__m512 a, __m512 b, bool max)
{
	return max ? _mm512_max_ps(a, b) : _mm512_add_ps(a, b);
}

/* The largest, or the sum, of each of sixteen registers, in the order of
 * wide_sum: halves, quarters, pairs, neighbours. r is lost. */
AVX512 INLINE void reduce(__m512 r[16], bool max, float out[16])
{
	/* Where the rows have come to lie. */
	const __m512i order = _mm512_setr_epi32(0, 2, 1, 3, 8, 10, 9, 11, 4, 6,
						5, 7, 12, 14, 13, 15);

#pragma GCC unroll 8
	for (int i = 0; i < 8; i++)
		r[i] = join(_mm512_shuffle_f32x4(r[i], r[i + 8], 0x44),
			    _mm512_shuffle_f32x4(r[i], r[i + 8], 0xee), max);
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		r[i] = join(_mm512_shuffle_f32x4(r[i], r[i + 4], 0x88),
			    _mm512_shuffle_f32x4(r[i], r[i + 4], 0xdd), max);
#pragma GCC unroll 2
	for (int i = 0; i < 2; i++) {
		__m512d a = _mm512_castps_pd(r[i]);
		__m512d b = _mm512_castps_pd(r[i + 2]);

		r[i] = join(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)),
			    _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)), max);
	}
	r[0] = join(_mm512_shuffle_ps(r[0], r[1], 0x88),
		    _mm512_shuffle_ps(r[0], r[1], 0xdd), max);
	_mm512_storeu_ps(out, _mm512_permutexvar_ps(order, r[0]));
}

AVX512 INLINE __m512 exponential(enum linear_precision p, __m512 x, float peak,
				 wide *sum)
{
	wide e = (wide)x - peak;

	if (p == LINEAR_F32) {
		wide_exp(&e);
	} else {
		e = (wide)_mm512_max_ps(_mm512_set1_ps(ROWKERNELS_LEAST),
					(__m512)(e * ROWKERNELS_LOG2_E));
		wide_exp2_near(&e);
	}
	*sum += e;
	return (__m512)e;
}

/* Two registers as bfloat16, to nearest even; of no subnormals. The instruction
 * in assembly, so that this file needs no other target. */
AVX512 INLINE __m512i halves(__m512 a, __m512 b, __m512i upper, bool native)
{
	__m512i u[2] = { _mm512_castps_si512(a), _mm512_castps_si512(b) };

	if (native) {
		__asm__("vcvtne2ps2bf16 %1, %2, %0"
			: "=v"(u[0])
			: "v"(a), "v"(b));
		return u[0];
	}
	for (int i = 0; i < 2; i++) {
		__m512i odd = _mm512_and_si512(_mm512_srli_epi32(u[i], 16),
					       _mm512_set1_epi32(1));

		u[i] = _mm512_add_epi32(
		    u[i], _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
	}
	return _mm512_permutex2var_epi16(u[0], upper, u[1]);
}

/* A row as its pieces, which lie `pitch` bytes apart; returns what its sum is
 * of. */
AVX512 INLINE __m512 row(enum linear_precision p, bool native, const float *x,
			 size_t n, float peak, char *to, size_t pitch,
			 __m512i upper)
{
	size_t i = 0, per = p == LINEAR_F32 ? WIDE : 2 * WIDE;
	wide sum = { 0 };
	__m512 a, b;

	for (; i + per <= n; i += per, to += pitch) {
		a = exponential(p, _mm512_loadu_ps(x + i), peak, &sum);
		if (p == LINEAR_F32) {
			_mm512_store_ps(to, a);
			continue;
		}
		b = exponential(p, _mm512_loadu_ps(x + i + WIDE), peak, &sum);
		_mm512_store_si512(to, halves(a, b, upper, native));
	}
	if (i == n)
		return (__m512)sum;
	a = exponential(p, load(x + i, n - i), peak, &sum);
	if (p == LINEAR_F32) {
		_mm512_store_ps(to, a);
		return (__m512)sum;
	}
	b = _mm512_setzero_ps();
	if (n - i > WIDE)
		b = exponential(p, load(x + i + WIDE, n - i - WIDE), peak,
				&sum);
	_mm512_store_si512(to, halves(a, b, upper, native));
	return (__m512)sum;
}

AVX512 INLINE void rows(enum linear_precision p, bool native, float *scores,
			size_t stride, size_t count, size_t n, void *out,
			float *sums)
{
	size_t pitch = product_pitch(kernels_units(p, n)), first, size;
	__m512 parts[16];
	float peaks[16], totals[16];
	int16_t odd[32];
	__m512i upper;
	char *to = out;

	for (int16_t i = 0; i < 32; i++)
		odd[i] = (int16_t)(2 * i + 1);
	upper = _mm512_loadu_si512(odd);
	for (int i = 0; i < 16; i++)
		parts[i] = _mm512_setzero_ps();
	for (size_t b = 0; b < product_blocks(count); b++) {
		const float *x;

		size = product_block(count, b, &first);
		x = scores + first * stride;
		for (size_t i = 0; i < size; i++)
			parts[i] = largest(x + i * stride, n);
		reduce(parts, true, peaks);
		for (size_t i = 0; i < size; i++)
			parts[i] = row(p, native, x + i * stride, n, peaks[i],
				       to + i * 64, size * 64, upper);
		reduce(parts, false, totals);
		memcpy(sums + first, totals, size * sizeof(*sums));
		to += size * pitch;
	}
}

#define WIDE_VARIANT(variant, native)                                          \
	AVX512 void scorerows_##variant(                                       \
	    enum linear_precision p, float *scores, size_t stride,             \
	    size_t count, size_t n, void *out, float *sums)                    \
	{                                                                      \
		if (p == LINEAR_F32)                                           \
			rows(LINEAR_F32, native, scores, stride, count, n,     \
			     out, sums);                                       \
		else                                                           \
			rows(LINEAR_BF16, native, scores, stride, count, n,    \
			     out, sums);                                       \
	}

WIDE_VARIANT(avx512, false)
WIDE_VARIANT(bf16, true)
#endif
