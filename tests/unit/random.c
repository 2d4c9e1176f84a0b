/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "math/random.h"

/* First outputs of xoshiro256** from the state 1, 2, 3, 4: 2 * 5 rotated left
 * by 7, times 9 is 11520, and so on (the authors' reference). */
static void is_xoshiro256starstar(void **state)
{
	struct random r = { .s = { 1, 2, 3, 4 } };

	(void)state;
	assert_true(random_u64(&r) == 11520);
	assert_true(random_u64(&r) == 0);
	assert_true(random_u64(&r) == 1509978240);
	assert_true(random_u64(&r) == UINT64_C(1215971899390074240));
}

static void seeds_and_streams_differ_and_repeat(void **state)
{
	struct random a, b, c, d;

	(void)state;
	random_seed(&a, 1, 0);
	random_seed(&b, 1, 0);
	random_seed(&c, 1, 1);
	random_seed(&d, 2, 0);
	assert_true(random_u64(&a) == random_u64(&b));
	assert_true(random_u64(&a) != random_u64(&c));
	assert_true(random_u64(&b) != random_u64(&d));
}

static void moments_are_right(void **state)
{
	struct random r;
	double sum = 0, squares = 0, uniform = 0;
	int i, n = 200000, below[7] = { 0 };

	(void)state;
	random_seed(&r, 3, 0);
	for (i = 0; i < n; i++) {
		double v = random_normal(&r), u = random_uniform(&r);

		assert_true(u >= 0 && u < 1);
		sum += v;
		squares += v * v;
		uniform += u;
		below[random_below(&r, 7)]++;
	}
	assert_true(fabs(sum / n) < 0.01);
	assert_true(fabs(squares / n - 1) < 0.02);
	assert_true(fabs(uniform / n - 0.5) < 0.005);
	for (i = 0; i < 7; i++)
		assert_true(abs(below[i] - n / 7) < 800);
}

static void shuffling_keeps_every_element(void **state)
{
	struct random r;
	uint32_t x[100], seen[100] = { 0 }, moved = 0, i;

	(void)state;
	random_seed(&r, 4, 0);
	for (i = 0; i < 100; i++)
		x[i] = i;
	random_shuffle(&r, x, 100);
	for (i = 0; i < 100; i++) {
		seen[x[i]]++;
		moved += x[i] != i;
	}
	for (i = 0; i < 100; i++)
		assert_int_equal(seen[i], 1);
	assert_true(moved > 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_xoshiro256starstar),
		cmocka_unit_test(seeds_and_streams_differ_and_repeat),
		cmocka_unit_test(moments_are_right),
		cmocka_unit_test(shuffling_keeps_every_element),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
