/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/pairmemo.h"
#include "testing.h"

/* A pair may be forgotten, never mistaken for another. */
static void test_pairs(void **state)
{
	enum { NUMBERS = 300 };
	struct pairmemo *m = pairmemo_new();
	size_t known = 0;
	float value;

	(void)state;
	assert_false(pairmemo_get(m, 0, 1, &value));
	for (uint32_t a = 0; a < NUMBERS; a++)
		for (uint32_t b = 0; b < a; b++)
			pairmemo_put(m, a, b, (float)(a * NUMBERS + b));
	for (uint32_t a = 0; a < NUMBERS; a++)
		for (uint32_t b = 0; b < a; b++) {
			if (!pairmemo_get(m, b, a, &value))
				continue;
			assert_true(value == (float)(a * NUMBERS + b));
			known++;
		}
	assert_true(known > 5000);
	pairmemo_put(m, 7, 9, -1);
	assert_true(pairmemo_get(m, 9, 7, &value) && value == -1);
	pairmemo_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_pairs) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
