/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/rowkernels.h"

#include <math.h>
#if defined(__x86_64__)
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512                                                                 \
	__attribute__((target("avx2,fma,avx512f,avx512bw,avx512vl,avx512dq")))
#endif

#include "math/wide.h"

#define SQRT_2_PI 0.797884561f        /* sqrt(2 / pi) */
#define CUBIC (SQRT_2_PI * 0.044715f) /* Hendrycks & Gimpel 2016 */

/*
 * |x| erf(|x| / sqrt 2) up to 5.4, behind which it is |x|: cubics in r = GELU_S
 * |x| - i for each integer i, |r| <= 1/2, the nearest there are (within 3e-7).
 * gelu_part[p][i]: the coefficient of r^p.
 */
#define GELU_S 5.8125f
#define GELU_END 0x40accccd /* bits of 5.4 */
static const float gelu_part[4][2 * WIDE] = {
	{ 0.0f,        0.0235012844f, 0.0926349685f, 0.203476936f, 0.350042701f,
	  0.52501452f, 0.720566154f,  0.929150045f,  1.14413357f,  1.36021245f,
	  1.5735836f,  1.78189945f,   1.98406422f,   2.17994022f,  2.37003136f,
	  2.55519581f, 2.73641753f,   2.91464806f,   3.09071565f,  3.26528692f,
	  3.43886495f, 3.61180925f,   3.78436446f,   3.95668888f,  4.12888193f,
	  4.30100203f, 4.47308397f,   4.64514542f,   4.81719732f,  4.98924446f,
	  5.16128922f, 5.33333302f },
	{ 0.0f,         0.0467698313f, 0.0908349007f, 0.129839286f,
	  0.162058651f, 0.186567336f,  0.203267336f,  0.212788165f,
	  0.216291949f, 0.215232968f,  0.211121589f,  0.205332458f,
	  0.198979452f, 0.192861319f,  0.187467933f,  0.183027714f,
	  0.179575711f, 0.177023977f,  0.175222367f,  0.174003616f,
	  0.173211843f, 0.172717005f,  0.172419116f,  0.172246173f,
	  0.172149286f, 0.172096848f,  0.172069445f,  0.172055587f,
	  0.172048807f, 0.172045603f,  0.172044128f,  0.172043487f },
	{ 0.0236332044f,    0.0228979252f,    0.0209194478f,
	  0.0179039724f,    0.0142187634f,    0.0102805393f,
	  0.00648661749f,   0.00315722171f,   0.000499967486f,
	  -0.00140007702f,  -0.00256712176f,  -0.00310556008f,
	  -0.00316431979f,  -0.00290318322f,  -0.00246697338f,
	  -0.00197015703f,  -0.00149148866f,  -0.00107624207f,
	  -0.000743014971f, -0.000492088089f, -0.000313259516f,
	  -0.000191971354f, -0.000113383685f, -6.46032859e-05f,
	  -3.55368902e-05f, -1.88841623e-05f, -9.6992253e-06f,
	  -4.81714187e-06f, -2.31429453e-06f, -1.07588437e-06f,
	  -4.84119425e-07f, -2.10904588e-07f },
	{ -9.06492423e-05f, -0.000454643799f, -0.000850416371f,
	  -0.00113963149f,  -0.00129421265f,  -0.00130941952f,
	  -0.00120232627f,  -0.0010059746f,   -0.000761000789f,
	  -0.000507176272f, -0.000276713021f, -9.05043562e-05f,
	  4.25313847e-05f,  0.000123630525f,  0.000160948723f,
	  0.000166011465f,  0.000150691034f,  0.000125181163f,
	  9.69994799e-05f,  7.08719599e-05f,  4.91580286e-05f,
	  3.25165383e-05f,  2.0577927e-05f,   1.24886737e-05f,
	  7.28169289e-06f,  4.08471897e-06f,  2.20696256e-06f,
	  1.14955162e-06f,  5.77685284e-07f,  2.80258291e-07f,
	  1.31329756e-07f,  5.94709029e-08f },
};

WIDE_INLINE void gelu(wide *x)
{
	const float to_integer = 0x1p23f;
	wide_int magnitude = (wide_int)*x & 0x7fffffff;
	wide_int high = magnitude > GELU_END, at;
	wide a = (wide)magnitude, s = GELU_S * a, t = s + to_integer;
	wide r = s - (t - to_integer), p = { 0 }, c = { 0 };

	at = (wide_int)t & (2 * WIDE - 1);
	for (int i = 3; i >= 0; i--) {
		for (int j = 0; j < WIDE; j++)
			c[j] = gelu_part[i][at[j]];
		p = p * r + c;
	}
	*x = 0.5f * (*x + WIDE_CHOOSE(high, a, p));
}

WIDE_INLINE void value(enum linear_function f, wide *x)
{
	wide t = *x;
	wide_int positive;

	switch (f) {
	case LINEAR_GELU:
		gelu(x);
		break;
	case LINEAR_GELU_NEAR:
		wide_gelu_near(x);
		break;
	case LINEAR_GELU_TANH:
		t = 2.0f * (SQRT_2_PI * t + CUBIC * t * t * t);
		wide_logistic(&t);
		*x *= t;
		break;
	case LINEAR_RELU:
		positive = ~(t <= 0.0f);
		*x = (wide)(positive & (wide_int)t);
		break;
	case LINEAR_TANH:
		wide_tanh(x);
		break;
	case LINEAR_SILU:
		wide_logistic(&t);
		*x *= t;
		break;
	case LINEAR_IDENTITY:
		break;
	}
}

/* The density of the normal distribution. */
WIDE_INLINE void density(wide *x)
{
	wide t = -0.5f * *x * *x;

	wide_exp(&t);
	*x = 0.398942280f * t;
}

/* x = f'(x) */
WIDE_INLINE void slope(enum linear_function f, wide *x)
{
	wide t = *x, u = *x;
	wide_int mask;

	switch (f) {
	case LINEAR_GELU:
	case LINEAR_GELU_NEAR:
		/* erf(x / sqrt 2) is t / x, near 0 it is 2 x density. */
		wide_erf_part(&t);
		density(&u);
		mask = (wide_int)*x & 0x7fffffff;
		mask = mask > 0x3a000000;
		t = WIDE_CHOOSE(mask, t / *x, 2.0f * *x * u);
		*x = 0.5f * (1.0f + t) + *x * u;
		break;
	case LINEAR_GELU_TANH:
		t = 2.0f * (SQRT_2_PI * u + CUBIC * u * u * u);
		wide_logistic(&t);
		u = 2.0f * (SQRT_2_PI + 3.0f * CUBIC * u * u);
		*x = t + *x * t * (1.0f - t) * u;
		break;
	case LINEAR_RELU:
		mask = ~(t <= 0.0f);
		*x = (wide)(mask & (wide_int)(t * 0.0f + 1.0f));
		break;
	case LINEAR_TANH:
		wide_tanh(&t);
		*x = 1.0f - t * t;
		break;
	case LINEAR_SILU:
		wide_logistic(&t);
		*x = t * (1.0f + *x * (1.0f - t));
		break;
	case LINEAR_IDENTITY:
		*x = WIDE_ALL(1.0f);
		break;
	}
}

WIDE_INLINE void values(enum linear_function f, float *x, size_t n)
{
	size_t i = 0;
	wide t;

	for (; i + WIDE <= n; i += WIDE) {
		t = WIDE_OF(x + i);
		value(f, &t);
		WIDE_AT(x + i) = t;
	}
	if (i == n)
		return;
	wide_load(&t, x + i, n - i, 0);
	value(f, &t);
	wide_store(x + i, &t, n - i);
}

WIDE_INLINE void slopes(enum linear_function f, const float *x, const float *dy,
			float *dx, size_t n)
{
	size_t i = 0;
	wide t, d;

	for (; i + WIDE <= n; i += WIDE) {
		t = WIDE_OF(x + i);
		slope(f, &t);
		WIDE_AT(dx + i) = t * WIDE_OF(dy + i);
	}
	if (i == n)
		return;
	wide_load(&t, x + i, n - i, 0);
	wide_load(&d, dy + i, n - i, 0);
	slope(f, &t);
	t *= d;
	wide_store(dx + i, &t, n - i);
}

/* Each function has loops of its own. */
#define EACH(f, code)                                                          \
	switch (f) {                                                           \
	case LINEAR_GELU:                                                      \
		code(LINEAR_GELU);                                             \
		break;                                                         \
	case LINEAR_GELU_NEAR:                                                 \
		code(LINEAR_GELU_NEAR);                                        \
		break;                                                         \
	case LINEAR_GELU_TANH:                                                 \
		code(LINEAR_GELU_TANH);                                        \
		break;                                                         \
	case LINEAR_RELU:                                                      \
		code(LINEAR_RELU);                                             \
		break;                                                         \
	case LINEAR_TANH:                                                      \
		code(LINEAR_TANH);                                             \
		break;                                                         \
	case LINEAR_SILU:                                                      \
		code(LINEAR_SILU);                                             \
		break;                                                         \
	case LINEAR_IDENTITY:                                                  \
		code(LINEAR_IDENTITY);                                         \
		break;                                                         \
	}

WIDE_INLINE void function(enum linear_function f, float *x, size_t stride,
			  size_t count, size_t n)
{
#define ROWS(which)                                                            \
	for (size_t i = 0; i < count; i++)                                     \
	values(which, x + i * stride, n)
	EACH(f, ROWS)
#undef ROWS
}

WIDE_INLINE void gradient(enum linear_function f, const float *x,
			  const float *dy, float *dx, size_t n){
#define ROW(which) slopes(which, x, dy, dx, n)
	EACH(f, ROW)
#undef ROW
}

WIDE_INLINE float largest(const float *x, size_t n)
{
	wide peak = WIDE_ALL(-INFINITY), t;
	size_t i = 0;

	for (; i + WIDE <= n; i += WIDE) {
		t = WIDE_OF(x + i);
		wide_raise(&peak, &t);
	}
	if (i < n) {
		wide_load(&t, x + i, n - i, -INFINITY);
		wide_raise(&peak, &t);
	}
	return wide_max(&peak);
}

WIDE_INLINE void exponential(wide *x, bool near)
{
	wide_int low;

	if (!near) {
		wide_exp(x);
		return;
	}
	*x *= ROWKERNELS_LOG2_E;
	low = *x < ROWKERNELS_LEAST;
	*x = WIDE_CHOOSE(low, WIDE_ALL(ROWKERNELS_LEAST), *x);
	wide_exp2_near(x);
}

WIDE_INLINE float exponentials(float *x, size_t n, bool near)
{
	float max = largest(x, n);
	wide sum = { 0 }, t;
	size_t i = 0;

	for (; i + WIDE <= n; i += WIDE) {
		t = WIDE_OF(x + i) - max;
		exponential(&t, near);
		WIDE_AT(x + i) = t;
		sum += t;
	}
	if (i < n) {
		wide_load(&t, x + i, n - i, -INFINITY);
		t -= max;
		exponential(&t, near);
		wide_store(x + i, &t, n - i);
		sum += t;
	}
	return wide_sum(&sum);
}

WIDE_INLINE void scale(float *x, float a, size_t n)
{
	size_t i = 0;

	for (; i + WIDE <= n; i += WIDE)
		WIDE_AT(x + i) *= a;
	for (; i < n; i++)
		x[i] *= a;
}

WIDE_INLINE void add(float *x, const float *y, size_t n)
{
	size_t i = 0;

	for (; i + WIDE <= n; i += WIDE)
		WIDE_AT(x + i) += WIDE_OF(y + i);
	for (; i < n; i++)
		x[i] += y[i];
}

/* The sum of x - from, or of its squares. */
WIDE_INLINE float total(const float *x, size_t n, float from, int squares)
{
	wide sum[2] = { { 0 }, { 0 } }, t;
	size_t i = 0;
	float tail = 0, d;

	for (; i + 2 * WIDE <= n; i += 2 * WIDE) {
		t = WIDE_OF(x + i) - from;
		sum[0] += squares ? t * t : t;
		t = WIDE_OF(x + i + WIDE) - from;
		sum[1] += squares ? t * t : t;
	}
	sum[0] += sum[1];
	for (; i < n; i++) {
		d = x[i] - from;
		tail += squares ? d * d : d;
	}
	return wide_sum(sum) + tail;
}

/* x += y; returns the sum of x then, as total would. */
WIDE_INLINE float add_total(float *x, const float *y, size_t n)
{
	wide sum[2] = { { 0 }, { 0 } }, t;
	size_t i = 0;
	float tail = 0;

	for (; i + 2 * WIDE <= n; i += 2 * WIDE)
		for (size_t j = 0; j < 2; j++) {
			t = WIDE_OF(x + i + j * WIDE) +
			    WIDE_OF(y + i + j * WIDE);
			WIDE_AT(x + i + j * WIDE) = t;
			sum[j] += t;
		}
	sum[0] += sum[1];
	for (; i < n; i++)
		tail += x[i] += y[i];
	return wide_sum(sum) + tail;
}

WIDE_INLINE float inverse_spread(const float *x, size_t n, float mean,
				 float eps)
{
	return 1 / sqrtf(total(x, n, mean, 1) / (float)n + eps);
}

WIDE_INLINE void normalise(const float *x, size_t n, float mean, float by,
			   const float *gain, const float *bias, float *y)
{
	size_t i = 0;

	for (; i + WIDE <= n; i += WIDE)
		WIDE_AT(y + i) =
		    (WIDE_OF(x + i) - mean) * by * WIDE_OF(gain + i) +
		    WIDE_OF(bias + i);
	for (; i < n; i++)
		y[i] = (x[i] - mean) * by * gain[i] + bias[i];
}

WIDE_INLINE void norm(const float *x, size_t n, const float *gain,
		      const float *bias, float eps, float *y,
		      float statistics[2])
{
	float mean = total(x, n, 0, 0) / (float)n;
	float by = inverse_spread(x, n, mean, eps);

	normalise(x, n, mean, by, gain, bias, y);
	if (!statistics)
		return;
	statistics[0] = mean;
	statistics[1] = by;
}

/* A few rows at a time: each waits for its sums, divisions and root. */
WIDE_INLINE void add_norm(float *x, const float *y, size_t rows, size_t n,
			  const float *gain, const float *bias, float eps)
{
	enum { FEW = 4 };
	size_t few;

	for (; rows; rows -= few, x += few * n, y += few * n) {
		float mean[FEW], by[FEW];

		few = rows < FEW ? rows : FEW;
		for (size_t i = 0; i < few; i++)
			mean[i] = add_total(x + i * n, y + i * n, n) / (float)n;
		for (size_t i = 0; i < few; i++)
			by[i] = inverse_spread(x + i * n, n, mean[i], eps);
		for (size_t i = 0; i < few; i++)
			normalise(x + i * n, n, mean[i], by[i], gain, bias,
				  x + i * n);
	}
}

#define VARIANT(variant, attributes, before)                                   \
	attributes void rowkernels_function_##variant(enum linear_function f,  \
						      float *x, size_t stride, \
						      size_t count, size_t n)  \
	{                                                                      \
		before function(f, x, stride, count, n);                       \
	}                                                                      \
	attributes void rowkernels_gradient_##variant(                         \
	    enum linear_function f, const float *x, const float *dy,           \
	    float *dx, size_t n)                                               \
	{                                                                      \
		gradient(f, x, dy, dx, n);                                     \
	}                                                                      \
	attributes float rowkernels_exponentials_##variant(float *x, size_t n, \
							   bool near)          \
	{                                                                      \
		return near ? exponentials(x, n, true)                         \
			    : exponentials(x, n, false);                       \
	}                                                                      \
	attributes void rowkernels_scale_##variant(float *x, float a,          \
						   size_t n)                   \
	{                                                                      \
		scale(x, a, n);                                                \
	}                                                                      \
	attributes void rowkernels_add_##variant(float *x, const float *y,     \
						 size_t n)                     \
	{                                                                      \
		add(x, y, n);                                                  \
	}                                                                      \
	attributes void rowkernels_norm_##variant(                             \
	    const float *x, size_t n, const float *gain, const float *bias,    \
	    float eps, float *y, float statistics[2])                          \
	{                                                                      \
		norm(x, n, gain, bias, eps, y, statistics);                    \
	}                                                                      \
	attributes void rowkernels_add_norm_##variant(                         \
	    float *x, const float *y, size_t rows, size_t n,                   \
	    const float *gain, const float *bias, float eps)                   \
	{                                                                      \
		add_norm(x, y, rows, n, gain, bias, eps);                      \
	}

#if defined(__x86_64__)
AVX2 WIDE_INLINE __m256 gelu_avx2(__m256 x)
{
	const __m256 to_integer = _mm256_set1_ps(0x1p23f);
	__m256 a = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);
	__m256 s = _mm256_mul_ps(_mm256_set1_ps(GELU_S), a);
	__m256 t = _mm256_add_ps(s, to_integer), p = _mm256_setzero_ps();
	__m256 r = _mm256_sub_ps(s, _mm256_sub_ps(t, to_integer));
	__m256i at = _mm256_and_si256(_mm256_castps_si256(t),
				      _mm256_set1_epi32(2 * WIDE - 1));
	__m256i high = _mm256_cmpgt_epi32(_mm256_castps_si256(a),
					  _mm256_set1_epi32(GELU_END));

	for (int i = 3; i >= 0; i--)
		p = _mm256_add_ps(_mm256_mul_ps(p, r),
				  _mm256_i32gather_ps(gelu_part[i], at, 4));
	p = _mm256_blendv_ps(p, a, _mm256_castsi256_ps(high));
	return _mm256_mul_ps(_mm256_set1_ps(0.5f), _mm256_add_ps(x, p));
}

AVX2 static void gelus_avx2(float *x, size_t stride, size_t count, size_t n)
{
	for (; count; count--, x += stride) {
		size_t i = 0;
		float rest[8] = { 0 };

		for (; i + 8 <= n; i += 8)
			_mm256_storeu_ps(x + i,
					 gelu_avx2(_mm256_loadu_ps(x + i)));
		if (i == n)
			continue;
		memcpy(rest, x + i, (n - i) * sizeof(*x));
		_mm256_storeu_ps(rest, gelu_avx2(_mm256_loadu_ps(rest)));
		memcpy(x + i, rest, (n - i) * sizeof(*x));
	}
}

/* The same with the table in registers. */
AVX512 WIDE_INLINE __m512 gelu_avx512(const __m512 table[4][2], __m512 x)
{
	const __m512 to_integer = _mm512_set1_ps(0x1p23f);
	__m512 a = _mm512_abs_ps(x);
	__m512 s = _mm512_mul_ps(_mm512_set1_ps(GELU_S), a);
	__m512 t = _mm512_add_ps(s, to_integer), p;
	__m512 r = _mm512_sub_ps(s, _mm512_sub_ps(t, to_integer));
	__m512i at = _mm512_castps_si512(t);
	__mmask16 high = _mm512_cmpgt_epi32_mask(_mm512_castps_si512(a),
						 _mm512_set1_epi32(GELU_END));

	p = _mm512_permutex2var_ps(table[3][0], at, table[3][1]);
#pragma GCC unroll 3
	for (int i = 2; i >= 0; i--)
		p = _mm512_add_ps(
		    _mm512_mul_ps(p, r),
		    _mm512_permutex2var_ps(table[i][0], at, table[i][1]));
	p = _mm512_mask_mov_ps(p, high, a);
	return _mm512_mul_ps(_mm512_set1_ps(0.5f), _mm512_add_ps(x, p));
}

AVX512 static void gelus_avx512(float *x, size_t stride, size_t count, size_t n)
{
	__m512 table[4][2];

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		table[i][0] = _mm512_loadu_ps(gelu_part[i]);
		table[i][1] = _mm512_loadu_ps(gelu_part[i] + WIDE);
	}
	for (; count; count--, x += stride) {
		size_t i = 0;

		for (; i + WIDE <= n; i += WIDE)
			_mm512_storeu_ps(
			    x + i, gelu_avx512(table, _mm512_loadu_ps(x + i)));
		if (i < n) {
			__mmask16 some = (__mmask16)((1u << (n - i)) - 1);
			__m512 t = _mm512_maskz_loadu_ps(some, x + i);

			_mm512_mask_storeu_ps(x + i, some,
					      gelu_avx512(table, t));
		}
	}
}
#endif

VARIANT(c, , )
#if defined(__x86_64__)
VARIANT(avx2, AVX2, if (f == LINEAR_GELU) gelus_avx2(x, stride, count, n); else)
VARIANT(avx512, AVX512, if (f == LINEAR_GELU) gelus_avx512(x, stride, count, n);
	else)
#endif
