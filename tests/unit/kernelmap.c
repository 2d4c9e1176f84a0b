/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "learn/kernelmap.h"
#include "math/random.h"

enum { DIMS = 300 };

static void vector(float *x, uint64_t seed, double length)
{
	struct random r;

	random_seed(&r, seed, 0);
	for (int i = 0; i < DIMS; i++)
		x[i] = (float)(random_normal(&r) * length / sqrt(DIMS));
}

static double dot(const float *a, const float *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)a[i] * (double)b[i];
	return sum;
}

/* Products of features are the Gaussian kernel of what they are of. */
static void test_kernel(void **state)
{
	struct kernelmap m;
	float a[DIMS], b[DIMS], *za, *zb;
	size_t n;

	(void)state;
	kernelmap_init(&m, DIMS, 2048, 1);
	n = kernelmap_features(&m);
	assert_int_equal(n, 4096);
	assert_int_equal(m.width, 512);
	za = mem_alloc(n * sizeof(*za));
	zb = mem_alloc(n * sizeof(*zb));
	for (uint64_t i = 0; i < 20; i++) {
		double d2 = 0;

		vector(a, 2 * i + 1, 0.2 * (double)i);
		vector(b, 2 * i + 2, 0.1);
		for (int k = 0; k < DIMS; k++)
			d2 += (double)((a[k] - b[k]) * (a[k] - b[k]));
		kernelmap_apply(&m, a, za);
		kernelmap_apply(&m, b, zb);
		assert_true(fabs(dot(za, za, n) - 1) < 1e-4);
		assert_true(fabs(dot(za, zb, n) - exp(-d2 / 2)) < 0.06);
	}
	kernelmap_release(&m);
	free(za);
	free(zb);
}

/* Of a seed, always the same; of another, others. */
static void test_seed(void **state)
{
	struct kernelmap m[3];
	float x[DIMS], z[3][1024];

	(void)state;
	vector(x, 5, 1);
	for (int i = 0; i < 3; i++) {
		kernelmap_init(&m[i], DIMS, 512, i == 2 ? 8 : 7);
		kernelmap_apply(&m[i], x, z[i]);
		kernelmap_release(&m[i]);
	}
	assert_memory_equal(z[0], z[1], sizeof(z[0]));
	assert_memory_not_equal(z[0], z[2], sizeof(z[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
