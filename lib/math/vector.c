/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/vector.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "math/vectorint.h"

/*
 * One source for floats, compiled once for the baseline and once for AVX2:
 * vectors of eight floats, which the baseline splits in two. Without
 * contraction (-ffp-contract=off) both do the same additions in the same order.
 * AVX-512 gains nothing on them: four sums of eight already wait for no other.
 */
typedef float v8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef float v8_local __attribute__((vector_size(32)));
typedef int8_t b8 __attribute__((vector_size(8), aligned(1), may_alias));

#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))
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
WIDENING_KERNELS(dot_mixed_avx2, axpy_i8_avx2, AVX2, WIDEN_AVX2)
#endif

#define FLOAT_KERNELS(variant, attributes)                                     \
	attributes static float dot_##variant(const float *a, const float *b,  \
					      size_t n)                        \
	{                                                                      \
		return dot(a, b, n);                                           \
	}                                                                      \
	attributes static float distance2_##variant(const float *a,            \
						    const float *b, size_t n)  \
	{                                                                      \
		return distance2(a, b, n);                                     \
	}                                                                      \
	attributes static void axpy_##variant(float *y, float a,               \
					      const float *x, size_t n)        \
	{                                                                      \
		axpy(y, a, x, n);                                              \
	}                                                                      \
	attributes static void scale_##variant(float *x, float a, size_t n)    \
	{                                                                      \
		scale(x, a, n);                                                \
	}

FLOAT_KERNELS(base, )
#if defined(__x86_64__)
FLOAT_KERNELS(avx2, AVX2)
#endif

#define VARIANT(name, floats, ints)                                            \
	{                                                                      \
		name, dot_##floats, distance2_##floats, axpy_##floats,         \
		    scale_##floats, dot_mixed_##floats, axpy_i8_##floats,      \
		    vectorint_dot_##ints, vectorint_dots_##ints                \
	}

static const struct vector_kernels variants[] = {
	VARIANT("c", base, c),
#if defined(__x86_64__)
	VARIANT("sse2", base, sse2),     VARIANT("avx2", avx2, avx2),
	VARIANT("avx512", avx2, avx512), VARIANT("vnni", avx2, vnni),
#endif
};

/* Each variant needs what those before it need. */
INLINE size_t usable(void)
{
#if defined(__x86_64__)
	if (!__builtin_cpu_supports("avx2"))
		return 2;
	if (!__builtin_cpu_supports("avx512f") ||
	    !__builtin_cpu_supports("avx512bw") ||
	    !__builtin_cpu_supports("avx512vl"))
		return 3;
	return __builtin_cpu_supports("avx512vnni") ? 5 : 4;
#else
	return 1;
#endif
}

const struct vector_kernels *vector_variant(size_t i)
{
	return i < usable() ? &variants[i] : NULL;
}

const struct vector_kernels *vector_kernels(void)
{
	return &variants[usable() - 1];
}

float vector_dot(const float *a, const float *b, size_t n)
{
	return vector_kernels()->dot(a, b, n);
}

float vector_distance2(const float *a, const float *b, size_t n)
{
	return vector_kernels()->distance2(a, b, n);
}

void vector_axpy(float *y, float a, const float *x, size_t n)
{
	vector_kernels()->axpy(y, a, x, n);
}

void vector_scale(float *x, float a, size_t n)
{
	vector_kernels()->scale(x, a, n);
}

int32_t vector_dot_i8(const int8_t *a, const int8_t *b, size_t n)
{
	return vector_kernels()->dot_i8(a, b, n);
}

void vector_dots_i8(const int8_t *query, size_t n, const int8_t *rows,
		    size_t stride, size_t count, int32_t *out)
{
	vector_kernels()->dots_i8(query, n, rows, stride, NULL, count, out);
}

void vector_dots_i8_at(const int8_t *query, size_t n, const int8_t *rows,
		       size_t stride, const uint32_t *which, size_t count,
		       int32_t *out)
{
	vector_kernels()->dots_i8(query, n, rows, stride, which, count, out);
}

float vector_dot_mixed(const float *a, const int8_t *b, size_t n)
{
	return vector_kernels()->dot_mixed(a, b, n);
}

void vector_axpy_i8(float *y, float a, const int8_t *x, size_t n)
{
	vector_kernels()->axpy_i8(y, a, x, n);
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
