/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kernels over float and int8 vectors, any length, any alignment. AVX2 where
 * the processor has it, else SSE2 or plain C; chosen at run time. All variants
 * sum in the same order (32 interleaved partial sums, folded pairwise, then
 * the tail in order) without fused multiply-add, so results are the same bits
 * on every machine. A result depends on its own arguments only.
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

/* Exact; n at most 133,000. */
int32_t vector_dot_i8(const int8_t *a, const int8_t *b, size_t n);
float vector_dot_mixed(const float *a, const int8_t *b, size_t n);
void vector_axpy_i8(float *y, float a, const int8_t *x, size_t n);
/* x = scale * q, q in [-127, 127], rounded to nearest even: returns scale. */
float vector_quantise(const float *x, int8_t *q, size_t n);

#endif
