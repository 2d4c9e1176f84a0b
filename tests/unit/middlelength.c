/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/middlelength.h"

#include <math.h>

#include "base/mem.h"
#include "testing.h"

static void test_middle(void **state)
{
	static const float few[] = { 300, NAN, 100, 0, 200, -1, INFINITY };
	enum { MANY = 100001 };
	struct generation g = { .count = 7, .duration = few };
	float *many = mem_zalloc(MANY, sizeof(*many));

	(void)state;
	assert_true(middlelength_of(&g) == 200);
	g.count = 2;
	assert_true(middlelength_of(&g) == 300);
	g.duration = few + 5;
	assert_true(middlelength_of(&g) == 0);
	g.duration = NULL;
	assert_true(middlelength_of(&g) == 0);
	g.count = 0;
	assert_true(middlelength_of(&g) == 0);
	g.duration = many;
	for (size_t i = 0; i < MANY; i++)
		many[i] = 1 + (float)(i * 7 % MANY);
	for (g.count = 4095; g.count < 4098; g.count++)
		assert_true(middlelength_of(&g) > 1);
	g.count = MANY;
	assert_float_equal(middlelength_of(&g), MANY / 2, MANY / 20);
	free(many);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_middle) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
