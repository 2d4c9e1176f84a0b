/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels in plain C, for any processor. */
#include "math/productkernels.h"

#include <string.h>

#include "math/rowkernels.h"

#define INLINE static inline __attribute__((always_inline))

enum { COLUMNS = KERNELS_COLUMNS };

union unit {
	float f;
	uint32_t bits;
	uint8_t u8[4];
	int8_t s8[4];
};

INLINE float of_bits(uint32_t bits)
{
	return (union unit){ .bits = bits }.f;
}

/* Unit u of row i of a block of `size` rows. */
INLINE union unit row_unit(const union unit *block, size_t size, size_t i,
			   size_t u)
{
	return block[u / KERNELS_PIECE * size * KERNELS_PIECE +
		     i * KERNELS_PIECE + u % KERNELS_PIECE];
}

INLINE void begin(const struct kernels_product *p, const float *y,
		  size_t column, size_t n, float sum[COLUMNS])
{
	memset(sum, 0, COLUMNS * sizeof(*sum));
	if (p->add)
		memcpy(sum, y, n * sizeof(*sum));
	else if (p->bias)
		memcpy(sum, p->bias + column, n * sizeof(*sum));
}

INLINE void floats(const struct kernels_product *p, const union unit *block,
		   size_t size, size_t i, const union unit *panel, float *y,
		   size_t column, size_t n)
{
	float sum[COLUMNS];

	begin(p, y, column, n, sum);
	for (size_t u = 0; u < p->units; u++, panel += COLUMNS) {
		float x = row_unit(block, size, i, u).f;

		for (size_t j = 0; j < COLUMNS; j++)
			sum[j] = fmaf(x, panel[j].f, sum[j]);
	}
	memcpy(y, sum, n * sizeof(*y));
}

INLINE void halves(const struct kernels_product *p, const union unit *block,
		   size_t size, size_t i, const union unit *panel, float *y,
		   size_t column, size_t n)
{
	float sum[COLUMNS];

	begin(p, y, column, n, sum);
	for (size_t u = 0; u < p->units; u++, panel += COLUMNS) {
		uint32_t x = row_unit(block, size, i, u).bits;
		float odd = of_bits(x & 0xffff0000), even = of_bits(x << 16);

		for (size_t j = 0; j < COLUMNS; j++) {
			uint32_t w = panel[j].bits;

			sum[j] = fmaf(odd, of_bits(w & 0xffff0000), sum[j]);
			sum[j] = fmaf(even, of_bits(w << 16), sum[j]);
		}
	}
	memcpy(y, sum, n * sizeof(*y));
}

INLINE void bytes(const struct kernels_product *p, const union unit *block,
		  size_t size, size_t i, const union unit *panel, float *y,
		  size_t column, size_t n, const struct kernels_step *step)
{
	int32_t sum[COLUMNS] = { 0 };

	for (size_t u = 0; u < p->units; u++, panel += COLUMNS) {
		union unit x = row_unit(block, size, i, u);

		for (size_t j = 0; j < COLUMNS; j++)
			sum[j] += x.u8[0] * panel[j].s8[0] +
				  x.u8[1] * panel[j].s8[1] +
				  x.u8[2] * panel[j].s8[2] +
				  x.u8[3] * panel[j].s8[3];
	}
	for (size_t j = 0; j < n; j++) {
		float scale = p->scale[column + j];
		float shift = (float)p->sums[column + j] * scale;

		y[j] = fmaf(step->step,
			    fmaf(-step->zero, shift, (float)sum[j] * scale),
			    p->bias[column + j]);
	}
}

INLINE void product(enum linear_precision precision,
		    const struct kernels_product *p)
{
	const union unit *panel = p->panels, *block;
	size_t pitch = product_pitch(p->units) / sizeof(*block);

	for (size_t j = 0; j < p->columns; j += COLUMNS) {
		size_t n = p->columns - j < COLUMNS ? p->columns - j : COLUMNS;
		size_t first, size, i;

		for (size_t b = 0; b < product_blocks(p->count); b++) {
			size = product_block(p->count, b, &first);
			block = (const union unit *)p->rows + first * pitch;
			for (i = 0; i < size; i++) {
				float *y = p->y + (first + i) * p->stride + j;

				if (precision == LINEAR_F32)
					floats(p, block, size, i, panel, y, j,
					       n);
				else if (precision == LINEAR_BF16)
					halves(p, block, size, i, panel, y, j,
					       n);
				else
					bytes(p, block, size, i, panel, y, j, n,
					      p->steps + first + i);
			}
		}
		if (p->function != LINEAR_IDENTITY)
			rowkernels_function_c(p->function, p->y + j, p->stride,
					      p->count, n);
		panel += p->units * COLUMNS;
	}
}

void product_f32_c(const struct kernels_product *p)
{
	product(LINEAR_F32, p);
}

void product_bf16_c(const struct kernels_product *p)
{
	product(LINEAR_BF16, p);
}

void product_int8_c(const struct kernels_product *p)
{
	product(LINEAR_INT8, p);
}
