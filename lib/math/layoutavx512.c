/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The factors of a product laid out, for AVX-512: squares of 16 by 16 units,
 * read along k where that is how they lie, transposed where it is not.
 */
#include "math/productkernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512                                                                 \
	__attribute__((target("avx2,avx512f,avx512bw,avx512vl,avx512dq")))
#define INLINE static inline __attribute__((always_inline))

/* What is laid out, and with which instructions. */
enum units { FLOATS, ROUNDED, NATIVE };

AVX512 INLINE __mmask16 first_of(size_t n)
{
	return n >= 16 ? 0xffff : (__mmask16)((1u << n) - 1);
}

/* Bits of floats rounded to bfloat16, in the upper half; to nearest even,
 * subnormals to zero. */
AVX512 INLINE __m512i rounded(__m512 x)
{
	const __m512i exponent = _mm512_set1_epi32(0x7f800000);
	__m512i u = _mm512_castps_si512(x);
	__m512i odd =
	    _mm512_and_si512(_mm512_srli_epi32(u, 16), _mm512_set1_epi32(1));
	__m512i up = _mm512_add_epi32(
	    u, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
	__mmask16 small = _mm512_testn_epi32_mask(u, exponent);
	__mmask16 large =
	    _mm512_cmpeq_epi32_mask(_mm512_and_si512(u, exponent), exponent);
	__mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);

	up = _mm512_mask_mov_epi32(up, large, u);
	up = _mm512_mask_or_epi32(up, nan, u, _mm512_set1_epi32(0x400000));
	up = _mm512_mask_and_epi32(up, small, u,
				   _mm512_set1_epi32((int)0x80000000));
	return _mm512_and_si512(up, _mm512_set1_epi32((int)0xffff0000));
}

AVX512 INLINE __m512i places(void)
{
	int16_t n[32];

	for (int16_t i = 0; i < 32; i++)
		n[i] = i;
	return _mm512_loadu_si512(n);
}

/* Sixteen values, then sixteen more, as bfloat16. The instruction rounds as
 * rounded() does; in assembly, so that this file needs no other target. */
AVX512 INLINE __m512i halves(enum units u, __m512 a, __m512 b)
{
	/* The upper halves, which are odd places. */
	const __m512i upper = _mm512_add_epi16(_mm512_set1_epi16(1),
					       _mm512_slli_epi16(places(), 1));
	__m512i both;

	if (u == ROUNDED)
		return _mm512_permutex2var_epi16(rounded(a), upper, rounded(b));
	__asm__("vcvtne2ps2bf16 %1, %2, %0" : "=v"(both) : "v"(a), "v"(b));
	return both;
}

/* The same, in turns. */
AVX512 INLINE __m512i turns(enum units u, __m512 a, __m512 b)
{
	/* 0, 16, 1, 17 ... */
	const __m512i order = _mm512_or_si512(
	    _mm512_srli_epi16(places(), 1),
	    _mm512_slli_epi16(_mm512_and_si512(places(), _mm512_set1_epi16(1)),
			      4));

	if (u == NATIVE)
		return _mm512_permutexvar_epi16(order, halves(u, a, b));
	return _mm512_or_si512(_mm512_srli_epi32(rounded(a), 16), rounded(b));
}

/* Rows of 16 units become columns. */
AVX512 INLINE void transpose(__m512i r[16])
{
	__m512i t[16];

#pragma GCC unroll 8
	for (int i = 0; i < 16; i += 2) {
		t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
		t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
	}
#pragma GCC unroll 4
	for (int i = 0; i < 16; i += 4) {
		r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
		r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
		r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
		r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
	}
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
		t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
		t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
		t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
	}
#pragma GCC unroll 8
	for (int i = 0; i < 8; i++) {
		r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
		r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
	}
}

/* Sixteen units from p on, where `left` values are left. */
AVX512 INLINE __m512i along(enum units u, const float *x, size_t left,
			    __m512 factor)
{
	__m512 a = left >= 16 ? _mm512_loadu_ps(x)
			      : _mm512_maskz_loadu_ps(first_of(left), x);
	__m512 b;

	a = _mm512_mul_ps(a, factor);
	if (u == FLOATS)
		return _mm512_castps_si512(a);
	b = left >= 32  ? _mm512_loadu_ps(x + 16)
	    : left > 16 ? _mm512_maskz_loadu_ps(first_of(left - 16), x + 16)
			: _mm512_setzero_ps();
	b = _mm512_mul_ps(b, factor);
	return halves(u, a, b);
}

/* One unit of each of 16 neighbours; k is what is left of it. */
AVX512 INLINE __m512i across(enum units u, const float *x, size_t stride,
			     __mmask16 some, size_t left, __m512 factor)
{
	__m512 a = _mm512_mul_ps(_mm512_maskz_loadu_ps(some, x), factor), b;

	if (u == FLOATS)
		return _mm512_castps_si512(a);
	b = left > 1 ? _mm512_maskz_loadu_ps(some, x + stride)
		     : _mm512_setzero_ps();
	b = _mm512_mul_ps(b, factor);
	return turns(u, a, b);
}

/* Sixty-four values as bytes, to nearest even: of u8 around zero, of s8 with
 * zero 0. What is beyond saturates. */
AVX512 INLINE __m512i quantised(const float *x, size_t left, float inverse,
				int32_t zero, bool is_signed)
{
	/* Packing goes by quarters of the registers. */
	const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6,
						10, 14, 3, 7, 11, 15);
	const __m512 factor = _mm512_set1_ps(inverse);
	__m512i q[4], low, high;

#pragma GCC unroll 4
	for (size_t i = 0; i < 4; i++) {
		__m512 v = left >= 64 ? _mm512_loadu_ps(x + i * 16)
			   : i * 16 < left
			       ? _mm512_maskz_loadu_ps(first_of(left - i * 16),
						       x + i * 16)
			       : _mm512_setzero_ps();

		q[i] = _mm512_cvtps_epi32(_mm512_mul_ps(v, factor));
	}
	low = _mm512_packs_epi32(q[0], q[1]);
	high = _mm512_packs_epi32(q[2], q[3]);
	if (is_signed)
		return _mm512_permutexvar_epi32(order,
						_mm512_packs_epi16(low, high));
	low = _mm512_adds_epi16(low, _mm512_set1_epi16((short)zero));
	high = _mm512_adds_epi16(high, _mm512_set1_epi16((short)zero));
	return _mm512_permutexvar_epi32(order, _mm512_packus_epi16(low, high));
}

/* The least and the largest of x and 0; returns whether any is not finite. */
AVX512 INLINE bool range(const float *x, size_t k, float *low, float *high)
{
	const __m512 zero = _mm512_setzero_ps();
	__m512 l[4], h[4], odd[4]; /* NaN as soon as 0 times it is */
	size_t i = 0;

#pragma GCC unroll 4
	for (int j = 0; j < 4; j++)
		l[j] = h[j] = odd[j] = zero;
	for (; i + 64 <= k; i += 64)
#pragma GCC unroll 4
		for (int j = 0; j < 4; j++) {
			__m512 v = _mm512_loadu_ps(x + i + j * 16);

			l[j] = _mm512_min_ps(v, l[j]);
			h[j] = _mm512_max_ps(v, h[j]);
			odd[j] = _mm512_fmadd_ps(v, zero, odd[j]);
		}
	for (; i < k; i += 16) {
		__m512 v = _mm512_maskz_loadu_ps(first_of(k - i), x + i);

		l[0] = _mm512_min_ps(v, l[0]);
		h[0] = _mm512_max_ps(v, h[0]);
		odd[0] = _mm512_fmadd_ps(v, zero, odd[0]);
	}
	*low = _mm512_reduce_min_ps(_mm512_min_ps(_mm512_min_ps(l[0], l[1]),
						  _mm512_min_ps(l[2], l[3])));
	*high = _mm512_reduce_max_ps(_mm512_max_ps(_mm512_max_ps(h[0], h[1]),
						   _mm512_max_ps(h[2], h[3])));
	odd[0] = _mm512_add_ps(_mm512_add_ps(odd[0], odd[1]),
			       _mm512_add_ps(odd[2], odd[3]));
	return _mm512_cmp_ps_mask(odd[0], odd[0], _CMP_UNORD_Q);
}

AVX512 INLINE void bytes_row(const float *x, size_t k, float inverse,
			     int32_t zero, char *row, size_t pitch)
{
	size_t i = 0;

	for (; i + 64 <= k; i += 64, row += pitch)
		_mm512_store_si512(row,
				   quantised(x + i, 64, inverse, zero, false));
	if (i < k)
		_mm512_store_si512(
		    row, quantised(x + i, k - i, inverse, zero, false));
}

/* A block of rows, a few of them at a time: their scales wait for divisions, and
 * what is scanned is to stay near. */
AVX512 INLINE void bytes_block(const float *x, size_t stride, size_t size,
			       size_t k, char *to, struct kernels_step *steps)
{
	enum { FEW = 4 };
	size_t n;

	for (size_t at = 0; at < size; at += n, x += n * stride, steps += n) {
		float low[FEW], high[FEW], inverse[FEW];
		bool nan[FEW];

		n = size - at < FEW ? size - at : FEW;
		for (size_t i = 0; i < n; i++)
			nan[i] = range(x + i * stride, k, &low[i], &high[i]);
		for (size_t i = 0; i < n; i++) {
			float step =
			    nan[i] ? NAN : product_step(low[i], high[i]);

			inverse[i] = step > 0 ? 255 / (high[i] - low[i]) : 0;
			steps[i].step = step;
			steps[i].zero =
			    step > 0 ? rintf(-low[i] * inverse[i]) : 0;
		}
		for (size_t i = 0; i < n; i++)
			bytes_row(x + i * stride, k, inverse[i],
				  (int32_t)steps[i].zero, to + (at + i) * 64,
				  size * 64);
	}
}

/* Rows [size] of the view from row `first` on, read along k. */
AVX512 INLINE void rows_along(enum units u, const struct matrix *m,
			      size_t first, size_t size, size_t k, float factor,
			      char *to)
{
	const __m512 by = _mm512_set1_ps(factor);
	size_t per = u == FLOATS ? 16 : 32;

	for (size_t i = 0; i < size; i++) {
		const float *x = m->p + (first + i) * m->stride;
		char *row = to + i * 64;
		size_t left = k;

		for (; left >= per; left -= per, x += per, row += size * 64)
			_mm512_store_si512(row, along(u, x, per, by));
		if (left)
			_mm512_store_si512(row, along(u, x, left, by));
	}
}

/* Rows of a view stored the other way round: a line of it after the other, in
 * all their blocks. */
AVX512 INLINE void rows_across(enum units u, const struct matrix *m,
			       size_t first, size_t count, size_t k,
			       float factor, char *out)
{
	const __m512 by = _mm512_set1_ps(factor);
	size_t per = u == FLOATS ? 1 : 2, from = 0, row, size;
	size_t pitch = (k + per * 16 - 1) / (per * 16) * 64, piece = 0;

	for (; from < k; from += 16 * per, piece += 64)
		for (size_t b = 0; b < product_blocks(count); b++) {
			const float *x = m->p + from * m->stride + first;
			char *to;
			__m512i r[16];

			size = product_block(count, b, &row);
			to = out + row * pitch + piece * size;
			x += row;
			for (size_t j = 0; j < 16; j++) {
				size_t at = j * per;

				r[j] = _mm512_setzero_si512();
				if (from + at < k)
					r[j] = across(u, x + at * m->stride,
						      m->stride, first_of(size),
						      k - from - at, by);
			}
			transpose(r);
			for (size_t i = 0; i < size; i++, to += 64)
				_mm512_store_si512(to, r[i]);
		}
}

AVX512 INLINE void rows(enum linear_precision p, enum units u,
			const struct matrix *m, size_t first, size_t count,
			size_t k, float factor, char *to,
			struct kernels_step *steps)
{
	size_t pitch = product_pitch(kernels_units(p, k)), from, size;

	if (m->transposed) {
		rows_across(u, m, first, count, k, factor, to);
		return;
	}
	for (size_t b = 0; b < product_blocks(count); b++, to += size * pitch) {
		size = product_block(count, b, &from);
		if (p == LINEAR_INT8)
			bytes_block(m->p + (first + from) * m->stride,
				    m->stride, size, k, to, steps + from);
		else
			rows_along(u, m, first + from, size, k, factor, to);
	}
}

/* Squares of the columns' units, which lie along k, transposed into the half
 * of a panel that begins at `to`. */
AVX512 INLINE void half_along(enum units u, const float *w, size_t stride,
			      size_t count, size_t k, uint32_t *to)
{
	size_t per = u == FLOATS ? 1 : 2, units = (k + per - 1) / per;
	__m512i r[16];

	for (size_t at = 0; at < units; at += 16) {
		size_t some = units - at < 16 ? units - at : 16;

		for (size_t j = 0; j < 16; j++)
			r[j] = j < count
				   ? along(u, w + j * stride + at * per,
					   k - at * per, _mm512_set1_ps(1))
				   : _mm512_setzero_si512();
		transpose(r);
		for (size_t i = 0; i < some; i++, to += KERNELS_COLUMNS)
			_mm512_store_si512(to, r[i]);
	}
}

/* A whole panel of columns that lie side by side. */
AVX512 INLINE void panel_across(enum units u, const float *w, size_t stride,
				size_t count, size_t k, uint32_t *to)
{
	const __m512 one = _mm512_set1_ps(1);
	size_t per = u == FLOATS ? 1 : 2;
	__mmask16 low = first_of(count);
	__mmask16 high = count > 16 ? first_of(count - 16) : 0;

	for (size_t i = 0; i < k; i += per, to += KERNELS_COLUMNS) {
		const float *x = w + i * stride;

		_mm512_store_si512(to, across(u, x, stride, low, k - i, one));
		_mm512_store_si512(to + 16,
				   across(u, x + 16, stride, high, k - i, one));
	}
}

/* Columns' inverse scales; returns whether any is not zero. */
AVX512 INLINE void scales(const float *w, size_t stride, size_t count, size_t k,
			  float inverse[16], float *scale)
{
	for (size_t j = 0; j < count; j++) {
		float low, high;
		bool nan = range(w + j * stride, k, &low, &high);

		high = -low > high ? -low : high;
		scale[j] = nan ? NAN : high < 1e-30f ? 0 : high / 127;
		inverse[j] = scale[j] > 0 ? 127 / high : 0;
	}
	for (size_t j = count; j < 16; j++)
		inverse[j] = 0;
}

AVX512 INLINE void half_bytes(const float *w, size_t stride, size_t count,
			      size_t k, uint32_t *to, float *scale,
			      int32_t *sums)
{
	size_t units = (k + 3) / 4;
	const __m512i one = _mm512_set1_epi16(1);
	__m512i total = _mm512_setzero_si512(), r[16];
	float inverse[16];

	scales(w, stride, count, k, inverse, scale);
	for (size_t u = 0; u < units; u += 16) {
		size_t some = units - u < 16 ? units - u : 16;

		for (size_t j = 0; j < 16; j++)
			r[j] = inverse[j] > 0
				   ? quantised(w + j * stride + u * 4,
					       k - u * 4, inverse[j], 0, true)
				   : _mm512_setzero_si512();
		transpose(r);
		for (size_t i = 0; i < some; i++, to += KERNELS_COLUMNS) {
			__m512i even =
			    _mm512_srai_epi16(_mm512_slli_epi16(r[i], 8), 8);
			__m512i pairs =
			    _mm512_add_epi16(even, _mm512_srai_epi16(r[i], 8));

			total = _mm512_add_epi32(total,
						 _mm512_madd_epi16(pairs, one));
			_mm512_store_si512(to, r[i]);
		}
	}
	_mm512_mask_storeu_epi32(sums, first_of(count), total);
}

AVX512 INLINE void panel(enum linear_precision p, enum units u,
			 const struct matrix *m, size_t first, size_t count,
			 size_t k, uint32_t *to, float *scale, int32_t *sums)
{
	if (!m->transposed) {
		panel_across(u, m->p + first, m->stride, count, k, to);
		return;
	}
	for (size_t half = 0; half < KERNELS_COLUMNS; half += 16) {
		size_t some = count < half ? 0 : count - half;
		const float *w = m->p + (first + half) * m->stride;

		some = some < 16 ? some : 16;
		if (p == LINEAR_INT8)
			half_bytes(w, m->stride, some, k, to + half,
				   scale + half, sums + half);
		else
			half_along(u, w, m->stride, some, k, to + half);
	}
}

/* Of each precision code of its own. */
#define EACH(p, code)                                                          \
	switch (p) {                                                           \
	case LINEAR_F32:                                                       \
		code(LINEAR_F32, FLOATS);                                      \
		break;                                                         \
	case LINEAR_BF16:                                                      \
		code(LINEAR_BF16, TWO);                                        \
		break;                                                         \
	case LINEAR_INT8:                                                      \
		code(LINEAR_INT8, FLOATS);                                     \
		break;                                                         \
	}
#define ROWS(p, u) rows(p, u, m, first, count, k, factor, out, steps)
#define PANEL(p, u) panel(p, u, m, first, count, k, out, scale, sums)
#define VARIANT(variant)                                                       \
	AVX512 void layout_rows_##variant(                                     \
	    enum linear_precision p, const struct matrix *m, size_t first,     \
	    size_t count, size_t k, float factor, void *out,                   \
	    struct kernels_step *steps){                                       \
		EACH(p, ROWS)                                                  \
	} AVX512 void layout_panel_##variant(enum linear_precision p,          \
					     const struct matrix *m,           \
					     size_t first, size_t count,       \
					     size_t k, void *out,              \
					     float *scale, int32_t *sums)      \
	{                                                                      \
		EACH(p, PANEL)                                                 \
	}

#define TWO ROUNDED
VARIANT(avx512)
#undef TWO
#define TWO NATIVE
VARIANT(bf16)
#undef TWO
#endif
