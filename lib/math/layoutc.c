/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The factors of a product laid out, in plain C. */
#include <string.h>

#include "math/productkernels.h"

/* To nearest even, subnormals to zero. */
static uint32_t bf16(float x)
{
	uint32_t u;

	memcpy(&u, &x, sizeof(u));
	if ((u & 0x7f800000) == 0)
		return u >> 31 << 15;
	if ((u & 0x7f800000) == 0x7f800000)
		return u >> 16 | (u & 0x7fffff ? 0x40 : 0);
	return (u + 0x7fff + (u >> 16 & 1)) >> 16;
}

static float at(const struct matrix *m, size_t i, size_t j)
{
	return m->transposed ? m->p[j * m->stride + i]
			     : m->p[i * m->stride + j];
}

static uint32_t float_unit(float x)
{
	uint32_t u;

	memcpy(&u, &x, sizeof(u));
	return u;
}

/* Unit u of row i of m, k long. */
static uint32_t unit(enum linear_precision p, const struct matrix *m, size_t i,
		     size_t u, size_t k, float factor)
{
	if (p == LINEAR_F32)
		return float_unit(at(m, i, u) * factor);
	return bf16(at(m, i, 2 * u) * factor) |
	       (2 * u + 1 < k ? bf16(at(m, i, 2 * u + 1) * factor) << 16 : 0);
}

static struct kernels_step range(const float *x, size_t k)
{
	float low = 0, high = 0, check = 0;
	struct kernels_step s = { 0 };

	for (size_t i = 0; i < k; i++) {
		low = x[i] < low ? x[i] : low;
		high = x[i] > high ? x[i] : high;
		check += x[i] * 0;
	}
	s.step = product_step(low, high) + check;
	if (s.step > 0)
		s.zero = rintf(-low * (255 / (high - low)));
	return s;
}

static uint32_t byte_unit(const float *x, size_t left, float inverse,
			  int32_t zero, int32_t low, int32_t high)
{
	uint32_t u = 0;

	for (size_t i = 0; i < 4 && i < left; i++) {
		int32_t q = (int32_t)rintf(x[i] * inverse) + zero;

		q = q < low ? low : q > high ? high : q;
		u |= (uint32_t)(q & 0xff) << 8 * i;
	}
	return u;
}

static void bytes_row(const float *x, size_t k, uint32_t *row, size_t pitch,
		      struct kernels_step *step)
{
	size_t units = kernels_units(LINEAR_INT8, k);
	float low = 0, high = 0, inverse;

	*step = range(x, k);
	if (!(step->step > 0)) {
		for (size_t u = 0; u < units; u++)
			row[u / 16 * pitch + u % 16] = 0;
		return;
	}
	for (size_t i = 0; i < k; i++) {
		low = x[i] < low ? x[i] : low;
		high = x[i] > high ? x[i] : high;
	}
	inverse = 255 / (high - low);
	for (size_t u = 0; u < units; u++)
		row[u / 16 * pitch + u % 16] = byte_unit(
		    x + 4 * u, k - 4 * u, inverse, (int32_t)step->zero, 0, 255);
}

void layout_rows_c(enum linear_precision p, const struct matrix *m,
		   size_t first, size_t count, size_t k, float factor,
		   void *out, struct kernels_step *steps)
{
	size_t units = kernels_units(p, k), from, size;
	uint32_t *to = out;

	for (size_t b = 0; b < product_blocks(count); b++) {
		size = product_block(count, b, &from);
		for (size_t i = 0; i < size; i++) {
			size_t row = first + from + i;

			if (p == LINEAR_INT8) {
				bytes_row(m->p + row * m->stride, k,
					  to + i * 16, size * 16,
					  steps + from + i);
				continue;
			}
			for (size_t u = 0; u < units; u++)
				to[u / 16 * size * 16 + i * 16 + u % 16] =
				    unit(p, m, row, u, k, factor);
		}
		to += size * product_pitch(units) / sizeof(*to);
	}
}

static void bytes_column(const float *w, size_t k, uint32_t *to, float *scale,
			 int32_t *sum)
{
	size_t units = kernels_units(LINEAR_INT8, k);
	float peak = 0, check = 0, inverse;

	for (size_t i = 0; i < k; i++) {
		peak = fabsf(w[i]) > peak ? fabsf(w[i]) : peak;
		check += w[i] * 0;
	}
	*scale = (peak < 1e-30f ? 0 : peak / 127) + check;
	inverse = *scale > 0 ? 127 / peak : 0;
	*sum = 0;
	for (size_t u = 0; u < units; u++) {
		uint32_t q = *scale > 0 ? byte_unit(w + 4 * u, k - 4 * u,
						    inverse, 0, -127, 127)
					: 0;

		to[u * KERNELS_COLUMNS] = q;
		*sum += (int8_t)q + (int8_t)(q >> 8) + (int8_t)(q >> 16) +
			(int8_t)(q >> 24);
	}
}

void layout_panel_c(enum linear_precision p, const struct matrix *m,
		    size_t first, size_t count, size_t k, void *out,
		    float *scale, int32_t *sums)
{
	struct matrix columns = { m->p, m->stride, !m->transposed };
	size_t units = kernels_units(p, k);
	uint32_t *to = out;

	for (size_t j = 0; j < KERNELS_COLUMNS; j++) {
		if (j < count && p == LINEAR_INT8) {
			bytes_column(m->p + (first + j) * m->stride, k, to + j,
				     scale + j, sums + j);
			continue;
		}
		for (size_t u = 0; u < units; u++)
			to[u * KERNELS_COLUMNS + j] =
			    j < count ? unit(p, &columns, first + j, u, k, 1)
				      : 0;
	}
}
