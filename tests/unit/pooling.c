/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>

#include "encoder/pooling.h"

static const float states[] = {
	1, -2, 8, /* the first token */
	3, 4,  5, /* a prefix's */
	5, 0,  2, 7, -6, -1,
};

static void is(const float *got, float a, float b, float c)
{
	assert_float_equal(got[0], a, 1e-6);
	assert_float_equal(got[1], b, 1e-6);
	assert_float_equal(got[2], c, 1e-6);
}

static void each_alone(void **state)
{
	float out[3];

	(void)state;
	pooling_apply(POOLING_CLS, states, 4, 3, 0, out);
	is(out, 1, -2, 8);
	pooling_apply(POOLING_MAX, states, 4, 3, 0, out);
	is(out, 7, 4, 8);
	pooling_apply(POOLING_MEAN, states, 4, 3, 0, out);
	is(out, 4, -1, 3.5);
	pooling_apply(POOLING_MEAN_SQRT, states, 4, 3, 0, out);
	is(out, 8, -2, 7);
	pooling_apply(POOLING_WEIGHTED, states, 4, 3, 0, out);
	is(out, 50 / 10.f, -18 / 10.f, 20 / 10.f);
	pooling_apply(POOLING_LAST, states, 4, 3, 0, out);
	is(out, 7, -6, -1);
}

static void behind_a_prefix(void **state)
{
	float out[3];

	(void)state;
	pooling_apply(POOLING_CLS, states, 4, 3, 2, out);
	is(out, 1, -2, 8);
	pooling_apply(POOLING_MAX, states, 4, 3, 2, out);
	is(out, 7, 0, 2);
	pooling_apply(POOLING_MEAN, states, 4, 3, 2, out);
	is(out, 6, -3, 0.5);
	pooling_apply(POOLING_MEAN_SQRT, states, 4, 3, 2, out);
	is(out, 12 / sqrtf(2), -6 / sqrtf(2), 1 / sqrtf(2));
	/* Places count from the sequence's beginning. */
	pooling_apply(POOLING_WEIGHTED, states, 4, 3, 2, out);
	is(out, 43 / 7.f, -24 / 7.f, 2 / 7.f);
	/* Nothing but prefix: its last token. */
	pooling_apply(POOLING_MEAN, states, 2, 3, 9, out);
	is(out, 3, 4, 5);
}

static void side_by_side(void **state)
{
	unsigned all = POOLING_CLS | POOLING_MEAN | POOLING_MAX |
		       POOLING_MEAN_SQRT | POOLING_LAST | POOLING_WEIGHTED;
	float out[18];

	(void)state;
	assert_int_equal(pooling_dim(all, 3), 18);
	assert_int_equal(pooling_dim(POOLING_MEAN, 384), 384);
	pooling_apply(all, states, 4, 3, 0, out);
	is(out, 1, -2, 8);
	is(out + 3, 7, 4, 8);
	is(out + 6, 4, -1, 3.5);
	is(out + 9, 8, -2, 7);
	is(out + 12, 5, -1.8f, 2);
	is(out + 15, 7, -6, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_alone),
		cmocka_unit_test(behind_a_prefix),
		cmocka_unit_test(side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
