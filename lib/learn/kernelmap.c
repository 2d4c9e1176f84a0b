/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/kernelmap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/random.h"

enum { TURNS = 3 };

void kernelmap_init(struct kernelmap *m, size_t dims, size_t projections,
		    uint64_t seed)
{
	size_t n;

	m->dims = dims;
	for (m->width = 1; m->width < dims; m->width *= 2)
		;
	m->blocks = (projections + m->width - 1) / m->width;
	n = m->blocks * TURNS * m->width;
	m->signs = mem_alloc(n * sizeof(*m->signs));
	for (size_t i = 0; i < n; i += 64) {
		struct random r;
		uint64_t bits;

		random_seed(&r, seed, i / 64);
		bits = random_u64(&r);
		for (size_t k = i; k < n && k < i + 64; k++, bits >>= 1)
			m->signs[k] = bits & 1 ? 1 : -1;
	}
}

void kernelmap_release(struct kernelmap *m)
{
	free(m->signs);
	*m = (struct kernelmap){ .dims = 0 };
}

size_t kernelmap_features(const struct kernelmap *m)
{
	return 2 * m->blocks * m->width;
}

/* In place, not scaled. */
static void hadamard(float *x, size_t n)
{
	for (size_t half = 1; half < n; half *= 2)
		for (size_t i = 0; i < n; i += 2 * half)
			for (size_t k = i; k < i + half; k++) {
				float a = x[k], b = x[k + half];

				x[k] = a + b;
				x[k + half] = a - b;
			}
}

void kernelmap_apply(const struct kernelmap *m, const float *x, float *out)
{
	float v[KERNELMAP_DIMS];
	float scale = 1 / sqrtf((float)(m->blocks * m->width));

	for (size_t b = 0; b < m->blocks; b++) {
		const float *signs = m->signs + b * TURNS * m->width;

		memcpy(v, x, m->dims * sizeof(*v));
		memset(v + m->dims, 0, (m->width - m->dims) * sizeof(*v));
		for (int t = 0; t < TURNS; t++, signs += m->width) {
			for (size_t i = 0; i < m->width; i++)
				v[i] *= signs[i];
			hadamard(v, m->width);
		}
		/* Rows of length sqrt(width): the transforms have width^1.5 of
		 * the identity's. */
		for (size_t i = 0; i < m->width; i++, out += 2) {
			float angle = v[i] / (float)m->width;

			out[0] = scale * cosf(angle);
			out[1] = scale * sinf(angle);
		}
	}
}
