/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Eight floats at a time, for inner loops. A function marked LANES_CLONES is
 * compiled twice, for AVX2 and for the baseline (two halves of four), and the
 * processor chooses; as both add in the same order and without fused
 * multiply-add, the results are the same bits.
 */
#ifndef MOODPIPE_LANES_H
#define MOODPIPE_LANES_H

#include <stdint.h>

#define LANES 8

typedef float lanes __attribute__((vector_size(32)));
typedef int32_t lanes_int __attribute__((vector_size(32)));
/* In memory, at any alignment. */
typedef float lanes_memory
    __attribute__((vector_size(32), aligned(4), may_alias));

/* clang gives what is compiled twice a name that other files do not know.
 * The choice falls before ThreadSanitizer is awake, which would crash. */
#if defined(__x86_64__) && !defined(__clang__) &&                              \
    !defined(__SANITIZE_THREAD__) && !defined(LANES_ONE)
#define LANES_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define LANES_CLONES
#endif
#define LANES_INLINE static inline __attribute__((always_inline))

/* Eight floats from p on: an lvalue. */
#define LANES_AT(p) (*(lanes_memory *)(p))
#define LANES_OF(p) (*(const lanes_memory *)(p))

LANES_INLINE float lanes_sum(const lanes *v)
{
	return (((*v)[0] + (*v)[4]) + ((*v)[2] + (*v)[6])) +
	       (((*v)[1] + (*v)[5]) + ((*v)[3] + (*v)[7]));
}

/* x = the larger of x and y, lane by lane. */
LANES_INLINE void lanes_maximum(lanes *x, const lanes *y)
{
	lanes_int less = *x < *y;

	*x = (lanes)((less & (lanes_int)*y) | (~less & (lanes_int)*x));
}

/* v[0][i] = the sum of v[i]; the others are lost. */
LANES_INLINE void lanes_sums(lanes v[LANES])
{
	/* Halves of v[i] and v[i + 4] are added into one, then quarters ... */
	for (int i = 0; i < 4; i++)
		v[i] = __builtin_shufflevector(v[i], v[i + 4], 0, 1, 2, 3, 8, 9,
					       10, 11) +
		       __builtin_shufflevector(v[i], v[i + 4], 4, 5, 6, 7, 12,
					       13, 14, 15);
	for (int i = 0; i < 2; i++)
		v[i] = __builtin_shufflevector(v[i], v[i + 2], 0, 1, 8, 9, 4, 5,
					       12, 13) +
		       __builtin_shufflevector(v[i], v[i + 2], 2, 3, 10, 11, 6,
					       7, 14, 15);
	v[0] = __builtin_shufflevector(v[0], v[1], 0, 8, 2, 10, 4, 12, 6, 14) +
	       __builtin_shufflevector(v[0], v[1], 1, 9, 3, 11, 5, 13, 7, 15);
}

/* Decibels of powers, which are positive and no subnormals, within 4e-6 dB or
 * 1e-6 of the value, whichever is more. The logarithm of m in [1/sqrt 2,
 * sqrt 2) is the series of 2 atanh((m - 1) / (m + 1)), whose next term is under
 * 1e-9. */
LANES_INLINE void lanes_db(const lanes *power, lanes *db)
{
	const float e = 4.34294481903251828f; /* 10 / ln 10 */
	const float two = 3.01029995663981195f;
	lanes_int bits = (lanes_int)*power;
	lanes_int exponent = (bits - 0x3f3504f3) >> 23; /* of sqrt 1/2 */
	lanes m = (lanes)(bits - (exponent << 23));
	lanes z = (m - 1) / (m + 1), s = z * z;
	lanes tail = s * (1 / 3.f + s * (1 / 5.f + s * (1 / 7.f + s / 9)));

	*db = two * __builtin_convertvector(exponent, lanes) +
	      2 * e * (z + z * tail);
}

#endif
