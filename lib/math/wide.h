/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sixteen floats at a time and functions of them, for the kernels of
 * kernels.h: compiled once for each variant. Fused multiply-add only where it is
 * written out, so that all give the same bits.
 */
#ifndef MOODPIPE_WIDE_H
#define MOODPIPE_WIDE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WIDE 16

typedef float wide __attribute__((vector_size(64)));
typedef int32_t wide_int __attribute__((vector_size(64)));
typedef uint32_t wide_bits __attribute__((vector_size(64)));
/* In memory, at any alignment. */
typedef float wide_memory
    __attribute__((vector_size(64), aligned(4), may_alias));

#define WIDE_INLINE static inline __attribute__((always_inline))
/* Sixteen floats from p on: an lvalue. */
#define WIDE_AT(p) (*(wide_memory *)(p))
#define WIDE_OF(p) (*(const wide_memory *)(p))
#define WIDE_ALL(value) ((wide){ 0 } + (value))
/* mask ? a : b, lane by lane; a mask is all ones or zeros. */
#define WIDE_CHOOSE(mask, a, b)                                                \
	((wide)(((mask) & (wide_int)(a)) | (~(mask) & (wide_int)(b))))

/* The first n < 16 floats from p on, then `rest`. */
WIDE_INLINE void wide_load(wide *x, const float *p, size_t n, float rest)
{
	float some[WIDE];

	for (size_t i = 0; i < WIDE; i++)
		some[i] = rest;
	for (size_t i = 0; i < n; i++)
		some[i] = p[i];
	memcpy(x, some, sizeof(some));
}

WIDE_INLINE void wide_store(float *p, const wide *x, size_t n)
{
	float some[WIDE];

	memcpy(some, x, sizeof(some));
	for (size_t i = 0; i < n; i++)
		p[i] = some[i];
}

/* x with its halves, quarters, eighths or pairs changed over. */
#define WIDE_SWAP8(x)                                                          \
	__builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2,   \
				3, 4, 5, 6, 7)
#define WIDE_SWAP4(x)                                                          \
	__builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15,  \
				8, 9, 10, 11)
#define WIDE_SWAP2(x)                                                          \
	__builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9,    \
				14, 15, 12, 13)
#define WIDE_SWAP1(x)                                                          \
	__builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10,    \
				13, 12, 15, 14)

WIDE_INLINE float wide_sum(const wide *x)
{
	wide s = *x;

	s += WIDE_SWAP8(s);
	s += WIDE_SWAP4(s);
	s += WIDE_SWAP2(s);
	s += WIDE_SWAP1(s);
	return s[0];
}

WIDE_INLINE void wide_raise(wide *x, const wide *to)
{
	wide_int less = *x < *to;

	*x = WIDE_CHOOSE(less, *to, *x);
}

WIDE_INLINE float wide_max(const wide *x)
{
	wide s = *x, t = WIDE_SWAP8(s);

	wide_raise(&s, &t);
	t = WIDE_SWAP4(s);
	wide_raise(&s, &t);
	t = WIDE_SWAP2(s);
	wide_raise(&s, &t);
	t = WIDE_SWAP1(s);
	wide_raise(&s, &t);
	return s[0];
}

/* x = e^x within 2e-7 of its value, 0 below -87.3; of NaN NaN. For x <= 88. */
WIDE_INLINE void wide_exp(wide *x)
{
	const float to_integer = 0x1.8p23f;
	wide t = *x * 0x1.715476p0f + to_integer;
	wide n = t - to_integer;
	wide r = *x - n * 0x1.62e4p-1f - n * 0x1.7f7d1cp-20f;
	wide p = ((8.312531e-3f * r + 4.189012e-2f) * r + 1.6667114e-1f) * r +
		 4.999923e-1f;
	wide_bits power = ((wide_bits)t - 0x4b400000u + 127u) << 23;
	wide_int below = *x < -87.3f;

	p = (p * r * r + r + 1.0f) * (wide)power;
	*x = (wide)(~below & (wide_int)p);
}

/* x = x y + z, rounded once. */
WIDE_INLINE void wide_fma(wide *x, const wide *y, float z)
{
	for (int i = 0; i < WIDE; i++)
		(*x)[i] = fmaf((*x)[i], (*y)[i], z);
}

/* x = 2^x within 1.1e-4 of its value, for -126 <= x <= 0; of NaN NaN. */
WIDE_INLINE void wide_exp2_near(wide *x)
{
	const float to_integer = 0x1.8p23f;
	wide t = *x + to_integer;
	wide f = *x - (t - to_integer);
	wide_bits power = ((wide_bits)t - 0x4b400000u + 127u) << 23;
	wide p = WIDE_ALL(5.500816e-2f);

	wide_fma(&p, &f, 2.4221027e-1f);
	wide_fma(&p, &f, 6.9328293e-1f);
	wide_fma(&p, &f, 1.0f);
	*x = p * (wide)power;
}

/* x = 1 / (1 + e^-x), within 2e-7. */
WIDE_INLINE void wide_logistic(wide *x)
{
	wide_int low = *x < -80.0f;
	wide e = -WIDE_CHOOSE(low, WIDE_ALL(-80.0f), *x);
	wide_int high = e < -87.0f;

	e = WIDE_CHOOSE(high, WIDE_ALL(-87.0f), e);
	wide_exp(&e);
	*x = 1.0f / (1.0f + e);
}

/* x = tanh x, within 4e-7. */
WIDE_INLINE void wide_tanh(wide *x)
{
	*x *= 2.0f;
	wide_logistic(x);
	*x = 2.0f * *x - 1.0f;
}

/*
 * x = max(x, 0) less |x| Phi(-|x|), which is a polynomial without constant up to
 * 3.3, behind it that of 3.3: the nearest of its degree, within 2.1e-3.
 * Coefficients from the highest power down.
 */
#define WIDE_GELU_END 3.3f
#define WIDE_GELU_PARTS 4
static const float wide_gelu_part[WIDE_GELU_PARTS] = {
	-2.031018e-2f, 1.7928218e-1f, -5.3099742e-1f, 5.2984589e-1f
};

WIDE_INLINE void wide_gelu_near(wide *x)
{
	wide a = (wide)((wide_int)*x & 0x7fffffff);
	wide p = WIDE_ALL(wide_gelu_part[0]);
	wide_int high = a > WIDE_GELU_END, positive = *x > 0.0f;

	a = WIDE_CHOOSE(high, WIDE_ALL(WIDE_GELU_END), a);
	for (int i = 1; i < WIDE_GELU_PARTS; i++)
		wide_fma(&p, &a, wide_gelu_part[i]);
	*x = (wide)(positive & (wide_int)*x);
	for (int i = 0; i < WIDE; i++)
		(*x)[i] = fmaf(-p[i], a[i], (*x)[i]);
}

/* x = |x| erf(|x| / sqrt 2): a rational function fitted to it up to 5.4, behind
 * which erf is 1 but for 7e-8. */
WIDE_INLINE void wide_erf_part(wide *x)
{
	wide_int magnitude = (wide_int)*x & 0x7fffffff;
	wide_int high = magnitude > 0x40accccd;
	wide a = (wide)magnitude;
	wide u = a * a;
	wide p, q;

	p = 4.5673495e-8f * u + 1.2885814e-5f;
	q = 1.206755e-6f * u + 7.539469e-5f;
	p = p * u + 3.4656888e-4f;
	q = q * u + 1.9093343e-3f;
	p = p * u + 9.410019e-3f;
	q = q * u + 2.8872486e-2f;
	p = p * u + 6.8453185e-2f;
	q = q * u + 2.5245863e-1f;
	p = p * u + 7.978844e-1f;
	q = q * u + 1.0f;
	p = u * p / q;
	*x = WIDE_CHOOSE(high, a, p);
}

#endif
