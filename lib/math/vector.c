/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/vector.h"

#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/*
 * One source, compiled once for the baseline and once for AVX2: vectors of
 * eight floats, which the baseline splits in two. Without contraction
 * (-ffp-contract=off) both do the same additions in the same order.
 */
typedef float v8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef float v8_local __attribute__((vector_size(32)));
typedef int8_t b8 __attribute__((vector_size(8), aligned(1), may_alias));

#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define FAST __attribute__((target("avx2")))
#define HAVE_FAST() __builtin_cpu_supports("avx2")
#else
#define FAST
#define HAVE_FAST() 0
#endif

INLINE float fold(const v8_local acc[4])
{
	v8_local s = (acc[0] + acc[1]) + (acc[2] + acc[3]);

	return ((s[0] + s[4]) + (s[2] + s[6])) +
	       ((s[1] + s[5]) + (s[3] + s[7]));
}

INLINE float dot(const float *a, const float *b, size_t n)
{
	v8_local acc[4] = { { 0 }, { 0 }, { 0 }, { 0 } };
	size_t i = 0;
	float tail = 0;

	for (; i + 32 <= n; i += 32) {
		acc[0] += *(const v8 *)(a + i) * *(const v8 *)(b + i);
		acc[1] += *(const v8 *)(a + i + 8) * *(const v8 *)(b + i + 8);
		acc[2] += *(const v8 *)(a + i + 16) * *(const v8 *)(b + i + 16);
		acc[3] += *(const v8 *)(a + i + 24) * *(const v8 *)(b + i + 24);
	}
	for (; i < n; i++)
		tail += a[i] * b[i];
	return fold(acc) + tail;
}

INLINE float distance2(const float *a, const float *b, size_t n)
{
	v8_local acc[4] = { { 0 }, { 0 }, { 0 }, { 0 } }, d;
	size_t i = 0;
	float tail = 0;

	for (; i + 32 <= n; i += 32) {
		d = *(const v8 *)(a + i) - *(const v8 *)(b + i);
		acc[0] += d * d;
		d = *(const v8 *)(a + i + 8) - *(const v8 *)(b + i + 8);
		acc[1] += d * d;
		d = *(const v8 *)(a + i + 16) - *(const v8 *)(b + i + 16);
		acc[2] += d * d;
		d = *(const v8 *)(a + i + 24) - *(const v8 *)(b + i + 24);
		acc[3] += d * d;
	}
	for (; i < n; i++)
		tail += (a[i] - b[i]) * (a[i] - b[i]);
	return fold(acc) + tail;
}

INLINE void axpy(float *y, float a, const float *x, size_t n)
{
	size_t i = 0;

	for (; i + 8 <= n; i += 8)
		*(v8 *)(y + i) += a * *(const v8 *)(x + i);
	for (; i < n; i++)
		y[i] += a * x[i];
}

INLINE void scale(float *x, float a, size_t n)
{
	size_t i = 0;

	for (; i + 8 <= n; i += 8)
		*(v8 *)(x + i) *= a;
	for (; i < n; i++)
		x[i] *= a;
}

/* widen(p): eight int8 as floats; a macro, as gcc makes a poor job of
 * __builtin_convertvector here and its AVX2 spelling is an intrinsic. */
#define WIDENING_KERNELS(name_dot, name_axpy, attributes, widen)               \
	attributes static float name_dot(const float *a, const int8_t *b,      \
					 size_t n)                             \
	{                                                                      \
		v8_local acc[4] = { { 0 }, { 0 }, { 0 }, { 0 } };              \
		size_t i = 0;                                                  \
		float tail = 0;                                                \
                                                                               \
		for (; i + 32 <= n; i += 32) {                                 \
			acc[0] += *(const v8 *)(a + i) * widen(b + i);         \
			acc[1] += *(const v8 *)(a + i + 8) * widen(b + i + 8); \
			acc[2] +=                                              \
			    *(const v8 *)(a + i + 16) * widen(b + i + 16);     \
			acc[3] +=                                              \
			    *(const v8 *)(a + i + 24) * widen(b + i + 24);     \
		}                                                              \
		for (; i < n; i++)                                             \
			tail += a[i] * (float)b[i];                            \
		return fold(acc) + tail;                                       \
	}                                                                      \
	attributes static void name_axpy(float *y, float a, const int8_t *x,   \
					 size_t n)                             \
	{                                                                      \
		size_t i = 0;                                                  \
                                                                               \
		for (; i + 8 <= n; i += 8)                                     \
			*(v8 *)(y + i) += a * widen(x + i);                    \
		for (; i < n; i++)                                             \
			y[i] += a * (float)x[i];                               \
	}

#define WIDEN_BASE(p) __builtin_convertvector(*(const b8 *)(p), v8_local)
#define WIDEN_AVX2(p)                                                          \
	((v8_local)_mm256_cvtepi32_ps(                                         \
	    _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(p)))))

WIDENING_KERNELS(dot_mixed_base, axpy_i8_base, , WIDEN_BASE)
#if defined(__x86_64__)
WIDENING_KERNELS(dot_mixed_avx2, axpy_i8_avx2, FAST, WIDEN_AVX2)
#else
#define dot_mixed_avx2 dot_mixed_base
#define axpy_i8_avx2 axpy_i8_base
#endif

INLINE int32_t dot_i8_plain(const int8_t *a, const int8_t *b, size_t n)
{
	int32_t sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

#if defined(__x86_64__)
FAST static int32_t dot_i8_avx2(const int8_t *a, const int8_t *b, size_t n)
{
	__m256i sum = _mm256_setzero_si256();
	int32_t part[8];
	size_t i = 0;

	for (; i + 16 <= n; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(a + i));
		__m128i y = _mm_loadu_si128((const __m128i *)(b + i));

		sum = _mm256_add_epi32(
		    sum, _mm256_madd_epi16(_mm256_cvtepi8_epi16(x),
					   _mm256_cvtepi8_epi16(y)));
	}
	_mm256_storeu_si256((__m256i *)part, sum);
	return part[0] + part[1] + part[2] + part[3] + part[4] + part[5] +
	       part[6] + part[7] + dot_i8_plain(a + i, b + i, n - i);
}

static int32_t dot_i8_base(const int8_t *a, const int8_t *b, size_t n)
{
	__m128i sum = _mm_setzero_si128();
	int32_t part[4];
	size_t i = 0;

	for (; i + 16 <= n; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(a + i));
		__m128i y = _mm_loadu_si128((const __m128i *)(b + i));
		__m128i lo, hi;

		lo = _mm_madd_epi16(_mm_srai_epi16(_mm_unpacklo_epi8(x, x), 8),
				    _mm_srai_epi16(_mm_unpacklo_epi8(y, y), 8));
		hi = _mm_madd_epi16(_mm_srai_epi16(_mm_unpackhi_epi8(x, x), 8),
				    _mm_srai_epi16(_mm_unpackhi_epi8(y, y), 8));
		sum = _mm_add_epi32(sum, _mm_add_epi32(lo, hi));
	}
	_mm_storeu_si128((__m128i *)part, sum);
	return part[0] + part[1] + part[2] + part[3] +
	       dot_i8_plain(a + i, b + i, n - i);
}
#else
#define dot_i8_avx2 dot_i8_plain
#define dot_i8_base dot_i8_plain
#endif

/* Both variants of a kernel and the choice between them. */
#define KERNEL(type, name, params, args)                                       \
	FAST static type name##_avx2 params                                    \
	{                                                                      \
		return name args;                                              \
	}                                                                      \
	static type name##_base params                                         \
	{                                                                      \
		return name args;                                              \
	}                                                                      \
	type vector_##name params                                              \
	{                                                                      \
		return HAVE_FAST() ? name##_avx2 args : name##_base args;      \
	}
#define KERNEL_VOID(name, params, args)                                        \
	FAST static void name##_avx2 params                                    \
	{                                                                      \
		name args;                                                     \
	}                                                                      \
	static void name##_base params                                         \
	{                                                                      \
		name args;                                                     \
	}                                                                      \
	void vector_##name params                                              \
	{                                                                      \
		if (HAVE_FAST())                                               \
			name##_avx2 args;                                      \
		else                                                           \
			name##_base args;                                      \
	}

KERNEL(float, dot, (const float *a, const float *b, size_t n), (a, b, n))
KERNEL(float, distance2, (const float *a, const float *b, size_t n), (a, b, n))
KERNEL_VOID(axpy, (float *y, float a, const float *x, size_t n), (y, a, x, n))
KERNEL_VOID(scale, (float *x, float a, size_t n), (x, a, n))

int32_t vector_dot_i8(const int8_t *a, const int8_t *b, size_t n)
{
	return HAVE_FAST() ? dot_i8_avx2(a, b, n) : dot_i8_base(a, b, n);
}

float vector_dot_mixed(const float *a, const int8_t *b, size_t n)
{
	return HAVE_FAST() ? dot_mixed_avx2(a, b, n) : dot_mixed_base(a, b, n);
}

void vector_axpy_i8(float *y, float a, const int8_t *x, size_t n)
{
	if (HAVE_FAST())
		axpy_i8_avx2(y, a, x, n);
	else
		axpy_i8_base(y, a, x, n);
}

float vector_normalise(float *x, size_t n)
{
	float norm2 = vector_dot(x, x, n), norm = sqrtf(norm2);

	if (!(norm > 0) || !isfinite(norm))
		return 0;
	vector_scale(x, 1 / norm, n);
	return norm;
}

float vector_quantise(const float *x, int8_t *q, size_t n)
{
	float peak = 0, step;
	size_t i;

	for (i = 0; i < n; i++)
		peak = fmaxf(peak, fabsf(x[i]));
	step = peak / 127;
	if (!(step > 0) || !isfinite(step)) {
		memset(q, 0, n);
		return 0;
	}
	for (i = 0; i < n; i++)
		q[i] = (int8_t)lrintf(x[i] / step);
	return step;
}
