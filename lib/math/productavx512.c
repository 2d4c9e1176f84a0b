/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The products for AVX-512: up to 14 rows by 32 columns of sums stay in
 * registers while k goes by. The first block of rows also fetches the panel
 * that follows.
 */
#include "math/productkernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "math/rowkernels.h"
#include "math/wide.h"

#define F32 "avx2,fma,avx512f,avx512bw,avx512vl,avx512dq"
#define AVX512 __attribute__((target(F32)))
#define VNNI __attribute__((target(F32 ",avx512vnni")))
#define BF16 __attribute__((target(F32 ",avx512vnni,avx512bf16")))
#define INLINE static inline __attribute__((always_inline))

struct tile {
	const struct kernels_product *p;
	const float *rows; /* of the block */
	const float *panel;
	const char *next; /* to be fetched */
	size_t column;
	__mmask16 mask[2];
};

#define OP_F32(sum, x, w) _mm512_fmadd_ps(x, w, sum)
#define OP_BF16(sum, x, w) _mm512_dpbf16_ps(sum, (__m512bh)(x), (__m512bh)(w))
#define OP_INT8(sum, x, w)                                                     \
	_mm512_castsi512_ps(_mm512_dpbusd_epi32(_mm512_castps_si512(sum),      \
						_mm512_castps_si512(x),        \
						_mm512_castps_si512(w)))
/* The same bits as vdpbf16ps: the odd place, then the even. */
#define ODD(x)                                                                 \
	_mm512_castsi512_ps(_mm512_and_si512(                                  \
	    _mm512_castps_si512(x), _mm512_set1_epi32((int)0xffff0000)))
#define EVEN(x)                                                                \
	_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(x), 16))
#define OP_EMULATED(sum, x, w)                                                 \
	_mm512_fmadd_ps(EVEN(x), EVEN(w), _mm512_fmadd_ps(ODD(x), ODD(w), sum))

AVX512 INLINE void begin(const struct tile *t, const float *y, int size,
			 __m512 (*sum)[2])
{
	const struct kernels_product *p = t->p;
	__m512 bias[2] = { _mm512_setzero_ps(), _mm512_setzero_ps() };

	if (!p->add && p->bias) {
		bias[0] = _mm512_loadu_ps(p->bias + t->column);
		bias[1] = _mm512_loadu_ps(p->bias + t->column + 16);
	}
#pragma GCC unroll 14
	for (int i = 0; i < size; i++) {
		sum[i][0] = bias[0];
		sum[i][1] = bias[1];
	}
	if (!p->add)
		return;
#pragma GCC unroll 14
	for (int i = 0; i < size; i++) {
		const float *row = y + (size_t)i * p->stride;

		sum[i][0] = _mm512_maskz_loadu_ps(t->mask[0], row);
		sum[i][1] = _mm512_maskz_loadu_ps(t->mask[1], row + 16);
	}
}

AVX512 INLINE void end(const struct tile *t, float *y, int size,
		       __m512 (*sum)[2])
{
#pragma GCC unroll 14
	for (int i = 0; i < size; i++) {
		float *row = y + (size_t)i * t->p->stride;

		_mm512_mask_storeu_ps(row, t->mask[0], sum[i][0]);
		_mm512_mask_storeu_ps(row + 16, t->mask[1], sum[i][1]);
	}
}

/* wide_gelu_near of wide.h */
AVX512 INLINE __m512 gelu_near(__m512 x)
{
	__m512 a =
	    _mm512_min_ps(_mm512_set1_ps(WIDE_GELU_END), _mm512_abs_ps(x));
	__m512 p = _mm512_set1_ps(wide_gelu_part[0]);

#pragma GCC unroll 6
	for (int i = 1; i < WIDE_GELU_PARTS; i++)
		p = _mm512_fmadd_ps(p, a, _mm512_set1_ps(wide_gelu_part[i]));
	return _mm512_fnmadd_ps(p, a, _mm512_max_ps(x, _mm512_setzero_ps()));
}

/* Behind the loop over k, so that the compiler keeps them there in it. */
AVX512 INLINE void in_registers(int size, __m512 (*sum)[2])
{
#pragma GCC unroll 14
	for (int i = 0; i < size; i++)
		__asm__("" : "+v"(sum[i][0]), "+v"(sum[i][1]));
}

/* Integer sums become what they stand for. */
AVX512 INLINE void value(const struct tile *t, const struct kernels_step *steps,
			 int size, bool near, __m512 (*sum)[2])
{
#pragma GCC unroll 2
	for (int j = 0; j < 2; j++) {
		size_t column = t->column + (size_t)j * 16;
		__m512 bias = _mm512_loadu_ps(t->p->bias + column);
		__m512 scale = _mm512_loadu_ps(t->p->scale + column);
		__m512 shift = _mm512_mul_ps(
		    _mm512_cvtepi32_ps(_mm512_loadu_si512(t->p->sums + column)),
		    scale);

		/* What both halves read is read twice: there are no registers
		 * to keep it in. */
		__asm__ volatile("" : : : "memory");
#pragma GCC unroll 14
		for (int i = 0; i < size; i++) {
			__m512 scaled = _mm512_mul_ps(
			    _mm512_cvtepi32_ps(_mm512_castps_si512(sum[i][j])),
			    scale);

			sum[i][j] = _mm512_fmadd_ps(
			    _mm512_set1_ps(steps[i].step),
			    _mm512_fnmadd_ps(_mm512_set1_ps(steps[i].zero),
					     shift, scaled),
			    bias);
			if (near)
				sum[i][j] = gelu_near(sum[i][j]);
		}
	}
}

#define STEP(op, size, u)                                                      \
	do {                                                                   \
		__m512 w0 = _mm512_loadu_ps(w), w1 = _mm512_loadu_ps(w + 16);  \
                                                                               \
		_mm_prefetch(next, _MM_HINT_T0);                               \
		_mm_prefetch(next + 64, _MM_HINT_T0);                          \
		w += 32;                                                       \
		next += advance;                                               \
		_Pragma("GCC unroll 14") for (int i = 0; i < size; i++)        \
		{                                                              \
			__m512 s = _mm512_set1_ps(x[i * 16 + (u)]);            \
                                                                               \
			sum[i][0] = op(sum[i][0], s, w0);                      \
			sum[i][1] = op(sum[i][1], s, w1);                      \
		}                                                              \
	} while (0)

#define TILE(name, attributes, op, integer)                                    \
	attributes INLINE void name(const struct tile *t, float *y,            \
				    const struct kernels_step *steps,          \
				    int size)                                  \
	{                                                                      \
		__m512 sum[KERNELS_ROWS][2];                                   \
		const float *x = t->rows, *w = t->panel;                       \
		const char *next = t->next ? t->next : (const char *)w;        \
		size_t advance = t->next ? 128 : 0, units = t->p->units;       \
                                                                               \
		if (integer) {                                                 \
			_Pragma("GCC unroll 14") for (int i = 0; i < size;     \
						      i++) sum[i][0] =         \
			    sum[i][1] = _mm512_setzero_ps();                   \
		} else {                                                       \
			begin(t, y, size, sum);                                \
		}                                                              \
		for (; units >= 16; units -= 16, x += size * 16)               \
			for (int u = 0; u < 16; u += 2) {                      \
				STEP(op, size, u);                             \
				STEP(op, size, u + 1);                         \
			}                                                      \
		for (size_t u = 0; u < units; u++)                             \
			STEP(op, size, u);                                     \
		in_registers(size, sum);                                       \
		if (integer && t->p->function == LINEAR_GELU_NEAR)             \
			value(t, steps, size, true, sum);                      \
		else if (integer)                                              \
			value(t, steps, size, false, sum);                     \
		end(t, y, size, sum);                                          \
	}

AVX512 INLINE __mmask16 columns(size_t n)
{
	return n < 16 ? (__mmask16)((1u << n) - 1) : 0xffff;
}

#define CASE(kernel, size)                                                     \
	case size:                                                             \
		kernel(&t, y, steps, size);                                    \
		break;

#define PRODUCT(name, kernel, attributes, fused)                               \
	attributes void name(const struct kernels_product *p)                  \
	{                                                                      \
		size_t pitch = product_pitch(p->units) / sizeof(float);        \
		size_t panel = p->units * KERNELS_COLUMNS;                     \
		struct tile t = { .p = p, .panel = p->panels };                \
                                                                               \
		for (; t.column < p->columns; t.column += KERNELS_COLUMNS) {   \
			size_t n = p->columns - t.column;                      \
			size_t first, size;                                    \
                                                                               \
			n = n < KERNELS_COLUMNS ? n : KERNELS_COLUMNS;         \
			t.mask[0] = columns(n);                                \
			t.mask[1] = n > 16 ? columns(n - 16) : 0;              \
			t.next = t.column + KERNELS_COLUMNS < p->columns       \
				     ? (const char *)(t.panel + panel)         \
				     : p->next;                                \
			for (size_t b = 0; b < product_blocks(p->count);       \
			     b++, t.next = NULL) {                             \
				size = product_block(p->count, b, &first);     \
				float *y =                                     \
				    p->y + first * p->stride + t.column;       \
				const struct kernels_step *steps =             \
				    p->steps ? p->steps + first : NULL;        \
                                                                               \
				t.rows =                                       \
				    (const float *)p->rows + first * pitch;    \
				switch (size) {                                \
					CASE(kernel, 1)                        \
					CASE(kernel, 2)                        \
					CASE(kernel, 3)                        \
					CASE(kernel, 4)                        \
					CASE(kernel, 5)                        \
					CASE(kernel, 6)                        \
					CASE(kernel, 7)                        \
					CASE(kernel, 8)                        \
					CASE(kernel, 9)                        \
					CASE(kernel, 10)                       \
					CASE(kernel, 11)                       \
					CASE(kernel, 12)                       \
					CASE(kernel, 13)                       \
					CASE(kernel, 14)                       \
				}                                              \
				if (p->function != LINEAR_IDENTITY &&          \
				    p->function != (fused))                    \
					rowkernels_function_avx512(            \
					    p->function, y, p->stride, size,   \
					    n);                                \
			}                                                      \
			t.panel += panel;                                      \
		}                                                              \
	}

TILE(tile_f32, AVX512, OP_F32, 0)
TILE(tile_emulated, AVX512, OP_EMULATED, 0)
TILE(tile_bf16, BF16, OP_BF16, 0)
TILE(tile_int8, VNNI, OP_INT8, 1)
PRODUCT(product_f32_avx512, tile_f32, AVX512, LINEAR_IDENTITY)
PRODUCT(product_bf16_avx512, tile_emulated, AVX512, LINEAR_IDENTITY)
PRODUCT(product_bf16_bf16, tile_bf16, BF16, LINEAR_IDENTITY)
PRODUCT(product_int8_vnni, tile_int8, VNNI, LINEAR_GELU_NEAR)
#endif
