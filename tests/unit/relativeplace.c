/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places by distance, against the published formulas in double precision. */
#include "testing.h"

#include <math.h>

#include "encoder/relativeplace.h"

static void mpnet_formula(void **state)
{
	(void)state;
	assert_int_equal(relativeplace_mpnet(0, 32), 0);
	assert_int_equal(relativeplace_mpnet(-1, 32), 1);
	assert_int_equal(relativeplace_mpnet(1, 32), 17);
	assert_int_equal(relativeplace_mpnet(-7, 32), 7);
	assert_int_equal(relativeplace_mpnet(-8, 32), 8);
	assert_int_equal(relativeplace_mpnet(-16, 32), 10);
	assert_int_equal(relativeplace_mpnet(32, 32), 28);
	assert_int_equal(relativeplace_mpnet(-127, 32), 15);
	assert_int_equal(relativeplace_mpnet(-1000000, 32), 15);
	assert_int_equal(relativeplace_mpnet(1000000, 32), 31);
	for (int d = 8; d < 128; d++) {
		double x = 8 + log(d / 8.0) / log(16.0) * 8;

		if (fabs(x - rint(x)) < 1e-4)
			continue;
		assert_int_equal(relativeplace_mpnet(-d, 32), (int)x);
		assert_int_equal(relativeplace_mpnet(d, 32), 16 + (int)x);
	}
}

static void deberta_formula(void **state)
{
	struct encoder_config c = { .family = ENCODER_DEBERTA_V2,
				    .buckets = 256,
				    .relative_max = 512 };

	(void)state;
	assert_int_equal(relativeplace_span(&c), 256);
	for (int d = -128; d <= 128; d++)
		assert_int_equal(relativeplace_deberta(&c, d), 256 + d);
	for (int d = 129; d < 600; d++) {
		double x = 128 + log(d / 128.0) / log(511 / 128.0) * 127;
		int place = (int)ceil(x);

		if (fabs(x - rint(x)) < 1e-4)
			continue;
		assert_int_equal(relativeplace_deberta(&c, d),
				 place < 256 ? 256 + place : 511);
		assert_int_equal(relativeplace_deberta(&c, -d),
				 place < 256 ? 256 - place : 0);
	}
	assert_int_equal(relativeplace_deberta(&c, 511), 511);
	assert_int_equal(relativeplace_deberta(&c, -511), 1);
	assert_int_equal(relativeplace_deberta(&c, -512), 0);
	c.buckets = 0;
	c.relative_max = 100;
	assert_int_equal(relativeplace_span(&c), 100);
	assert_int_equal(relativeplace_deberta(&c, 99), 199);
	assert_int_equal(relativeplace_deberta(&c, 100), 199);
	assert_int_equal(relativeplace_deberta(&c, -100), 0);
	assert_int_equal(relativeplace_deberta(&c, -99), 1);
}

/* Whatever a configuration says, rows are inside the table and in order. */
static void stays_inside(void **state)
{
	static const size_t buckets[] = { 0, 1, 2, 3, 4, 5, 8, 32, 4096 };
	static const size_t most[] = { 1, 2, 3, 16, 17, 512, 65536 };

	(void)state;
	for (size_t i = 0; i < 9 * 7; i++) {
		struct encoder_config c = { .family = ENCODER_DEBERTA_V2,
					    .buckets = buckets[i % 9],
					    .relative_max = most[i / 9] };
		size_t last = 0;

		for (int d = -700; d <= 700; d++) {
			size_t row = relativeplace_deberta(&c, d);

			assert_true(row < 2 * relativeplace_span(&c));
			assert_true(row >= last);
			last = row;
			if (c.buckets > 1)
				assert_true(relativeplace_mpnet(d, c.buckets) <
					    c.buckets);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mpnet_formula),
		cmocka_unit_test(deberta_formula),
		cmocka_unit_test(stays_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
