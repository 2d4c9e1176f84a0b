/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The products for AVX2 with FMA, up to six rows by half a panel at a time. */
#include "math/productkernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "math/rowkernels.h"

#define AVX2 __attribute__((target("avx2,fma")))
#define INLINE static inline __attribute__((always_inline))

enum { COLUMNS = KERNELS_COLUMNS, HALF = COLUMNS / 2 };

struct part { /* of a product: some rows by some columns */
	const struct kernels_product *p;
	const uint32_t *rows;  /* from the first of these rows on */
	size_t pitch;          /* units from a row's piece to its next */
	const uint32_t *panel; /* from the first of these columns on */
	size_t column, n;      /* and how many are wanted */
	float *y;
	const struct kernels_step *steps;
};

AVX2 INLINE __m256 load(const uint32_t *p)
{
	return _mm256_castsi256_ps(_mm256_loadu_si256((const __m256i *)p));
}

AVX2 INLINE __m256 odd(__m256 x)
{
	return _mm256_castsi256_ps(_mm256_and_si256(
	    _mm256_castps_si256(x), _mm256_set1_epi32((int)0xffff0000)));
}

AVX2 INLINE __m256 even(__m256 x)
{
	return _mm256_castsi256_ps(
	    _mm256_slli_epi32(_mm256_castps_si256(x), 16));
}

AVX2 INLINE __m256 step(int bf16, __m256 sum, __m256 x, __m256 w)
{
	if (!bf16)
		return _mm256_fmadd_ps(x, w, sum);
	sum = _mm256_fmadd_ps(odd(x), odd(w), sum);
	return _mm256_fmadd_ps(even(x), even(w), sum);
}

AVX2 INLINE void begin(const struct part *t, size_t i, __m256 sum[2])
{
	float start[HALF] = { 0 };

	if (t->p->add)
		memcpy(start, t->y + i * t->p->stride, t->n * sizeof(*start));
	else if (t->p->bias)
		memcpy(start, t->p->bias + t->column, sizeof(start));
	sum[0] = _mm256_loadu_ps(start);
	sum[1] = _mm256_loadu_ps(start + 8);
}

AVX2 INLINE void end(const struct part *t, size_t i, const __m256 sum[2])
{
	float out[HALF];

	_mm256_storeu_ps(out, sum[0]);
	_mm256_storeu_ps(out + 8, sum[1]);
	memcpy(t->y + i * t->p->stride, out, t->n * sizeof(*out));
}

AVX2 INLINE void floats(const struct part *t, int bf16, int size)
{
	const uint32_t *x = t->rows, *w = t->panel;
	size_t units = t->p->units, some;
	__m256 sum[6][2];

#pragma GCC unroll 6
	for (int i = 0; i < size; i++)
		begin(t, (size_t)i, sum[i]);
	for (; units; units -= some, x += t->pitch) {
		some = units < KERNELS_PIECE ? units : KERNELS_PIECE;
		for (size_t u = 0; u < some; u++, w += COLUMNS) {
			__m256 w0 = load(w), w1 = load(w + 8);

#pragma GCC unroll 6
			for (int i = 0; i < size; i++) {
				__m256 s = _mm256_castsi256_ps(
				    _mm256_set1_epi32((int)x[i * 16 + (int)u]));

				sum[i][0] = step(bf16, sum[i][0], s, w0);
				sum[i][1] = step(bf16, sum[i][1], s, w1);
			}
		}
	}
#pragma GCC unroll 6
	for (int i = 0; i < size; i++)
		end(t, (size_t)i, sum[i]);
}

/* Sums of eight columns become what they stand for. */
AVX2 INLINE void value(const struct part *t, size_t i, __m256i low,
		       __m256i high)
{
	const struct kernels_product *p = t->p;
	__m256i sum =
	    _mm256_permute4x64_epi64(_mm256_hadd_epi32(low, high), 0xd8);
	__m256 scale = _mm256_loadu_ps(p->scale + t->column);
	__m256 shift =
	    _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_loadu_si256(
			      (const __m256i *)(p->sums + t->column))),
			  scale);
	__m256 scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale);
	float out[8];

	_mm256_storeu_ps(
	    out,
	    _mm256_fmadd_ps(_mm256_set1_ps(t->steps[i].step),
			    _mm256_fnmadd_ps(_mm256_set1_ps(t->steps[i].zero),
					     shift, scaled),
			    _mm256_loadu_ps(p->bias + t->column)));
	memcpy(t->y + i * p->stride, out, t->n * sizeof(*out));
}

AVX2 INLINE __m256i widened(const uint32_t *w)
{
	return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w));
}

/* Eight columns: products of 16 bits, which cannot saturate. */
AVX2 INLINE void integers(const struct part *t, int size)
{
	const uint32_t *x = t->rows, *w = t->panel;
	size_t units = t->p->units, some;
	__m256i sum[4][2];

#pragma GCC unroll 4
	for (int i = 0; i < size; i++)
		sum[i][0] = sum[i][1] = _mm256_setzero_si256();
	for (; units; units -= some, x += t->pitch) {
		some = units < KERNELS_PIECE ? units : KERNELS_PIECE;
		for (size_t u = 0; u < some; u++, w += COLUMNS) {
			__m256i w0 = widened(w), w1 = widened(w + 4);

#pragma GCC unroll 4
			for (int i = 0; i < size; i++) {
				__m256i s = _mm256_cvtepu8_epi16(
				    _mm_set1_epi32((int)x[i * 16 + (int)u]));

				sum[i][0] = _mm256_add_epi32(
				    sum[i][0], _mm256_madd_epi16(s, w0));
				sum[i][1] = _mm256_add_epi32(
				    sum[i][1], _mm256_madd_epi16(s, w1));
			}
		}
	}
#pragma GCC unroll 4
	for (int i = 0; i < size; i++)
		value(t, (size_t)i, sum[i][0], sum[i][1]);
}

AVX2 INLINE size_t floats_at(const struct part *t, int bf16, size_t left)
{
	switch (left) {
	case 1:
		floats(t, bf16, 1);
		return 1;
	case 2:
		floats(t, bf16, 2);
		return 2;
	case 3:
		floats(t, bf16, 3);
		return 3;
	case 4:
		floats(t, bf16, 4);
		return 4;
	case 5:
		floats(t, bf16, 5);
		return 5;
	default:
		floats(t, bf16, 6);
		return 6;
	}
}

AVX2 INLINE size_t integers_at(const struct part *t, size_t left)
{
	switch (left) {
	case 1:
		integers(t, 1);
		return 1;
	case 2:
		integers(t, 2);
		return 2;
	case 3:
		integers(t, 3);
		return 3;
	default:
		integers(t, 4);
		return 4;
	}
}

AVX2 INLINE void block(enum linear_precision precision, struct part *t,
		       size_t first, size_t size)
{
	const struct kernels_product *p = t->p;
	size_t row = product_pitch(p->units) / sizeof(uint32_t), done;

	t->pitch = size * KERNELS_PIECE;
	for (size_t i = 0; i < size; i += done) {
		t->rows =
		    (const uint32_t *)p->rows + first * row + i * KERNELS_PIECE;
		t->y = p->y + (first + i) * p->stride + t->column;
		t->steps = p->steps ? p->steps + first + i : NULL;
		done = precision == LINEAR_INT8
			   ? integers_at(t, size - i)
			   : floats_at(t, precision == LINEAR_BF16, size - i);
	}
}

AVX2 INLINE void product(enum linear_precision precision,
			 const struct kernels_product *p)
{
	const size_t part = precision == LINEAR_INT8 ? 8 : HALF;
	const uint32_t *panels = p->panels;
	struct part t = { .p = p };
	size_t first, size, left;

	for (; t.column < p->columns; t.column += part) {
		left = p->columns - t.column;
		t.n = left < part ? left : part;
		t.panel = panels + t.column / COLUMNS * p->units * COLUMNS +
			  t.column % COLUMNS;
		for (size_t b = 0; b < product_blocks(p->count); b++) {
			size = product_block(p->count, b, &first);
			block(precision, &t, first, size);
		}
		if (p->function != LINEAR_IDENTITY)
			rowkernels_function_avx2(p->function, p->y + t.column,
						 p->stride, p->count, t.n);
	}
}

AVX2 void product_f32_avx2(const struct kernels_product *p)
{
	product(LINEAR_F32, p);
}

AVX2 void product_bf16_avx2(const struct kernels_product *p)
{
	product(LINEAR_BF16, p);
}

AVX2 void product_int8_avx2(const struct kernels_product *p)
{
	product(LINEAR_INT8, p);
}
#endif
