/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The integer kernels of vector.h, one set per variant; for vector.c alone,
 * which knows what the processor can.
 */
#ifndef MOODPIPE_VECTORINT_H
#define MOODPIPE_VECTORINT_H

#include <stddef.h>
#include <stdint.h>

#define VECTORINT_DECLARE(variant)                                             \
	int32_t vectorint_dot_##variant(const int8_t *a, const int8_t *b,      \
					size_t n);                             \
	void vectorint_dots_##variant(                                         \
	    const int8_t *query, size_t n, const int8_t *rows, size_t stride,  \
	    const uint32_t *which, size_t count, int32_t *out);

VECTORINT_DECLARE(c)
#if defined(__x86_64__)
VECTORINT_DECLARE(sse2)
VECTORINT_DECLARE(avx2)
VECTORINT_DECLARE(avx512)
VECTORINT_DECLARE(vnni)
#endif

#endif
