/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kernels over float and int8 vectors, any length, any alignment. Each is
 * written for plain C (vectors of the compiler, any processor) and, on x86-64,
 * for SSE2, AVX2, AVX-512 and AVX-512 with VNNI; what the processor can is
 * chosen at run time. Integers are exact in all variants. Floats are summed in
 * the same order by all (32 interleaved partial sums, folded pairwise, then the
 * tail in order) without fused multiply-add, so results are the same bits on
 * every machine. A result depends on its own arguments only.
 */
#ifndef MOODPIPE_VECTOR_H
#define MOODPIPE_VECTOR_H

#include <stddef.h>
#include <stdint.h>

float vector_dot(const float *a, const float *b, size_t n);
float vector_distance2(const float *a, const float *b, size_t n);
void vector_axpy(float *y, float a, const float *x, size_t n); /* y += a x */
void vector_scale(float *x, float a, size_t n);
/* Divides by the Euclidean norm and returns it; a zero vector (or one that is
 * not finite) is left alone, and 0 returned. */
float vector_normalise(float *x, size_t n);

/* Exact for all of int8, -128 too; n at most 131,000. */
int32_t vector_dot_i8(const int8_t *a, const int8_t *b, size_t n);
/* out[i] = the dot product of query[n] and the row at rows + i * stride, for
 * each i < count: what vector_dot_i8 gives, at the speed of memory. */
void vector_dots_i8(const int8_t *query, size_t n, const int8_t *rows,
		    size_t stride, size_t count, int32_t *out);
/* The same of the rows which[i]; those to come are fetched ahead. */
void vector_dots_i8_at(const int8_t *query, size_t n, const int8_t *rows,
		       size_t stride, const uint32_t *which, size_t count,
		       int32_t *out);
float vector_dot_mixed(const float *a, const int8_t *b, size_t n);
void vector_axpy_i8(float *y, float a, const int8_t *x, size_t n);
/* x = scale * q, q in [-127, 127], rounded to nearest even: returns scale. */
float vector_quantise(const float *x, int8_t *q, size_t n);

/*
 * The kernels of one variant. An inner loop over short vectors may take
 * vector_kernels() once and call these; they do what the functions above do.
 */
struct vector_kernels {
	const char *name; /* "c", "sse2", "avx2", "avx512", "vnni" */
	float (*dot)(const float *, const float *, size_t);
	float (*distance2)(const float *, const float *, size_t);
	void (*axpy)(float *, float, const float *, size_t);
	void (*scale)(float *, float, size_t);
	float (*dot_mixed)(const float *, const int8_t *, size_t);
	void (*axpy_i8)(float *, float, const int8_t *, size_t);
	int32_t (*dot_i8)(const int8_t *, const int8_t *, size_t);
	/* As vector_dots_i8, and _at unless which is NULL. */
	void (*dots_i8)(const int8_t *query, size_t n, const int8_t *rows,
			size_t stride, const uint32_t *which, size_t count,
			int32_t *out);
};
/* The fastest this processor can run: one of few constants. */
const struct vector_kernels *vector_kernels(void);
/* Variant i of those this processor can run, from the plainest; NULL behind
 * the last. */
const struct vector_kernels *vector_variant(size_t i);

#endif
