/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/vectorint.h"

#include <stdbool.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))
#define NO_TARGET
#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx2,avx512f,avx512bw,avx512vl")))
#define VNNI                                                                   \
	__attribute__((target("avx2,avx512f,avx512bw,avx512vl,avx512vnni")))
#endif

/*
 * sums_VARIANT(q, r, count, n, out): the dot products of q and 1 or 4 rows. A
 * row is read to its end before the next: memory is fastest in one stream,
 * which the processor fetches ahead by itself.
 */
typedef int8_t b8 __attribute__((vector_size(8), aligned(1), may_alias));
typedef int16_t h8 __attribute__((vector_size(16)));
typedef int32_t i8 __attribute__((vector_size(32)));

INLINE int32_t plain(const int8_t *a, const int8_t *b, size_t from, size_t n)
{
	int32_t sum = 0;

	for (size_t i = from; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

INLINE void sums_c(const int8_t *q, const int8_t *const *r, int count, size_t n,
		   int32_t *out)
{
	size_t whole = n & ~(size_t)7;

	for (int j = 0; j < count; j++) {
		i8 sum = { 0 };

		/* A product of two int8 is an int16. */
		for (size_t i = 0; i < whole; i += 8) {
			h8 a =
			    __builtin_convertvector(*(const b8 *)(q + i), h8);
			h8 b = __builtin_convertvector(*(const b8 *)(r[j] + i),
						       h8);

			sum += __builtin_convertvector(a * b, i8);
		}
		out[j] = sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] +
			 sum[6] + sum[7] + plain(q, r[j], whole, n);
	}
}

#if defined(__x86_64__)
INLINE __m128i load128(const int8_t *p)
{
	return _mm_loadu_si128((const __m128i *)p);
}

/* Four sums of four, each folded, side by side. */
INLINE __m128i fold4(__m128i a, __m128i b, __m128i c, __m128i d)
{
	__m128i ab =
	    _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
	__m128i cd =
	    _mm_add_epi32(_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));

	return _mm_add_epi32(_mm_unpacklo_epi64(ab, cd),
			     _mm_unpackhi_epi64(ab, cd));
}

/* The sums of the first `whole` places, and the rest of each row one by one. */
INLINE void finish(__m128i sums, const int8_t *q, const int8_t *const *r,
		   int count, size_t whole, size_t n, int32_t *out)
{
	int32_t part[4];

	_mm_storeu_si128((__m128i *)part, sums);
	for (int j = 0; j < count; j++)
		out[j] = part[j] + plain(q, r[j], whole, n);
}

INLINE __m128i low_half(__m128i x)
{
	return _mm_srai_epi16(_mm_unpacklo_epi8(x, x), 8);
}

INLINE __m128i high_half(__m128i x)
{
	return _mm_srai_epi16(_mm_unpackhi_epi8(x, x), 8);
}

INLINE void sums_sse2(const int8_t *q, const int8_t *const *r, int count,
		      size_t n, int32_t *out)
{
	__m128i sum[4] = { _mm_setzero_si128() };
	size_t whole = n & ~(size_t)15;

	sum[1] = sum[2] = sum[3] = sum[0];
#pragma GCC unroll 4
	for (int j = 0; j < count; j++) {
		__m128i s = _mm_setzero_si128();

		for (size_t i = 0; i < whole; i += 16) {
			__m128i x = load128(q + i), y = load128(r[j] + i), lo;

			lo = _mm_madd_epi16(low_half(x), low_half(y));
			y = _mm_madd_epi16(high_half(x), high_half(y));
			s = _mm_add_epi32(s, _mm_add_epi32(lo, y));
		}
		sum[j] = s;
	}
	finish(fold4(sum[0], sum[1], sum[2], sum[3]), q, r, count, whole, n,
	       out);
}

AVX2 INLINE __m128i halves(__m256i x)
{
	return _mm_add_epi32(_mm256_castsi256_si128(x),
			     _mm256_extracti128_si256(x, 1));
}

AVX2 INLINE __m256i madd_avx2(const int8_t *a, const int8_t *b)
{
	return _mm256_madd_epi16(_mm256_cvtepi8_epi16(load128(a)),
				 _mm256_cvtepi8_epi16(load128(b)));
}

AVX2 INLINE void sums_avx2(const int8_t *q, const int8_t *const *r, int count,
			   size_t n, int32_t *out)
{
	__m256i sum[4] = { _mm256_setzero_si256() };
	size_t whole = n & ~(size_t)15;

	sum[1] = sum[2] = sum[3] = sum[0];
#pragma GCC unroll 4
	for (int j = 0; j < count; j++) {
		__m256i s = _mm256_setzero_si256(), t = s;
		size_t i = 0;

		for (; i + 32 <= n; i += 32) {
			s = _mm256_add_epi32(s, madd_avx2(q + i, r[j] + i));
			t = _mm256_add_epi32(
			    t, madd_avx2(q + i + 16, r[j] + i + 16));
		}
		if (i < whole)
			s = _mm256_add_epi32(s, madd_avx2(q + i, r[j] + i));
		sum[j] = _mm256_add_epi32(s, t);
	}
	finish(fold4(halves(sum[0]), halves(sum[1]), halves(sum[2]),
		     halves(sum[3])),
	       q, r, count, whole, n, out);
}

AVX512 INLINE __m128i quarters(__m512i x)
{
	__m256i y = _mm256_add_epi32(_mm512_castsi512_si256(x),
				     _mm512_extracti64x4_epi64(x, 1));

	return _mm_add_epi32(_mm256_castsi256_si128(y),
			     _mm256_extracti128_si256(y, 1));
}

AVX512 INLINE void store_sums(const __m512i sum[4], int count, int32_t *out)
{
	if (count == 4)
		_mm_storeu_si128((__m128i *)out,
				 fold4(quarters(sum[0]), quarters(sum[1]),
				       quarters(sum[2]), quarters(sum[3])));
	else
		out[0] = _mm512_reduce_add_epi32(sum[0]);
}

AVX512 INLINE __m512i widen_avx512(__mmask32 m, const int8_t *p)
{
	return _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(m, p));
}

AVX512 INLINE void sums_avx512(const int8_t *q, const int8_t *const *r,
			       int count, size_t n, int32_t *out)
{
	const __mmask32 all = ~(__mmask32)0, some = ~(all << n % 32);
	__m512i sum[4] = { _mm512_setzero_si512() };
	size_t whole = n & ~(size_t)31;

	sum[1] = sum[2] = sum[3] = sum[0];
#pragma GCC unroll 4
	for (int j = 0; j < count; j++) {
		__m512i s = sum[j];
		size_t i = 0;

		for (; i < whole; i += 32)
			s = _mm512_add_epi32(
			    s, _mm512_madd_epi16(widen_avx512(all, q + i),
						 widen_avx512(all, r[j] + i)));
		if (some)
			s = _mm512_add_epi32(
			    s, _mm512_madd_epi16(widen_avx512(some, q + i),
						 widen_avx512(some, r[j] + i)));
		sum[j] = s;
	}
	store_sums(sum, count, out);
}

/*
 * The instruction multiplies unsigned by signed bytes: 128 is added to those
 * of the row (their sign bit turned), and what that adds to the sum, 128 times
 * the sum of the query, taken off. Half a cache line at a time: whole ones
 * measure slower from memory and no faster from cache.
 */
VNNI INLINE __m256i load_vnni(__mmask32 m, const int8_t *p)
{
	return m == ~(__mmask32)0 ? _mm256_loadu_si256((const __m256i *)p)
				  : _mm256_maskz_loadu_epi8(m, p);
}

VNNI INLINE __m256i add_vnni(__m256i s, __mmask32 m, const int8_t *q,
			     const int8_t *r)
{
	__m256i y = _mm256_xor_si256(load_vnni(m, r), _mm256_set1_epi8(-128));

	return _mm256_dpbusd_epi32(s, y, load_vnni(m, q));
}

/* 128 times the sum of the query, in eight parts. */
VNNI INLINE __m256i surplus_vnni(const int8_t *q, size_t n)
{
	const __mmask32 all = ~(__mmask32)0, some = ~(all << n % 32);
	const __m256i turned = _mm256_set1_epi8(-128);
	__m256i s = _mm256_setzero_si256();
	size_t whole = n & ~(size_t)31, i;

	for (i = 0; i < whole; i += 32)
		s = _mm256_dpbusd_epi32(s, turned, load_vnni(all, q + i));
	return some ? _mm256_dpbusd_epi32(s, turned, load_vnni(some, q + i))
		    : s;
}

VNNI INLINE void sums_vnni(const int8_t *q, const int8_t *const *r, int count,
			   size_t n, int32_t *out)
{
	const __mmask32 all = ~(__mmask32)0, some = ~(all << n % 32);
	__m256i sum[4], surplus;
	size_t whole = n & ~(size_t)31;
	__m128i sums;

	/* For one short row, what is taken off costs too much. */
	if (count == 1 && n <= 256) {
		sums_avx512(q, r, count, n, out);
		return;
	}
	surplus = surplus_vnni(q, n);
	sum[0] = sum[1] = sum[2] = sum[3] = surplus;
#pragma GCC unroll 4
	for (int j = 0; j < count; j++) {
		__m256i s = _mm256_setzero_si256(), t = s;
		size_t i = 0;

		for (; i + 64 <= n; i += 64) {
			s = add_vnni(s, all, q + i, r[j] + i);
			t = add_vnni(t, all, q + i + 32, r[j] + i + 32);
		}
		if (i < whole) {
			s = add_vnni(s, all, q + i, r[j] + i);
			i += 32;
		}
		if (some)
			t = add_vnni(t, some, q + i, r[j] + i);
		sum[j] = _mm256_sub_epi32(_mm256_add_epi32(s, t), surplus);
	}
	sums = fold4(halves(sum[0]), halves(sum[1]), halves(sum[2]),
		     halves(sum[3]));
	if (count == 4)
		_mm_storeu_si128((__m128i *)out, sums);
	else
		out[0] = _mm_cvtsi128_si32(sums);
}
#endif

/* which may be NULL: in turn. */
INLINE const int8_t *row_of(const int8_t *rows, size_t stride,
			    const uint32_t *which, size_t i)
{
	return rows + (which ? which[i] : i) * stride;
}

/* Rows scattered over memory are asked for some time before they are read. */
INLINE void fetch(const int8_t *rows, size_t stride, const uint32_t *which,
		  size_t from, size_t to, size_t n)
{
	for (size_t i = from; i < to; i++)
		for (size_t at = 0; at < n; at += 64)
			__builtin_prefetch(rows + which[i] * stride + at);
}

#define INT_KERNELS(variant, attributes)                                       \
	attributes int32_t vectorint_dot_##variant(const int8_t *a,            \
						   const int8_t *b, size_t n)  \
	{                                                                      \
		int32_t out;                                                   \
                                                                               \
		sums_##variant(a, &b, 1, n, &out);                             \
		return out;                                                    \
	}                                                                      \
	attributes void vectorint_dots_##variant(                              \
	    const int8_t *q, size_t n, const int8_t *rows, size_t stride,      \
	    const uint32_t *which, size_t count, int32_t *out)                 \
	{                                                                      \
		size_t i = 0;                                                  \
                                                                               \
		for (; i + 4 <= count; i += 4) {                               \
			const int8_t *r[4];                                    \
                                                                               \
			for (size_t j = 0; j < 4; j++)                         \
				r[j] = row_of(rows, stride, which, i + j);     \
			if (which && i + 12 <= count)                          \
				fetch(rows, stride, which, i + 8, i + 12, n);  \
			sums_##variant(q, r, 4, n, out + i);                   \
		}                                                              \
		for (; i < count; i++)                                         \
			out[i] = vectorint_dot_##variant(                      \
			    q, row_of(rows, stride, which, i), n);             \
	}

INT_KERNELS(c, NO_TARGET)
#if defined(__x86_64__)
INT_KERNELS(sse2, NO_TARGET)
INT_KERNELS(avx2, AVX2)
INT_KERNELS(avx512, AVX512)
INT_KERNELS(vnni, VNNI)
#endif
