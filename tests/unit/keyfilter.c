/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "corpus/keyfilter.h"

/* Whatever was added is known; of the rest at most one in `wrong` is. */
static void check(size_t bytes, size_t keys, size_t wrong)
{
	struct keyfilter f;
	uint64_t rng = keys;
	size_t said = 0, first = 0;

	keyfilter_init(&f, bytes);
	for (size_t i = 0; i < keys; i++) {
		uint64_t key = rng_next(&rng);
		bool had;

		keyfilter_fetch(&f, key);
		had = keyfilter_has(&f, key);
		assert_int_equal(keyfilter_add(&f, key), had);
		assert_true(keyfilter_has(&f, key));
		first += keyfilter_add(&f, key);
	}
	assert_int_equal(first, keys);
	rng = keys;
	for (size_t i = 0; i < keys; i++)
		assert_true(keyfilter_has(&f, rng_next(&rng)));
	for (size_t i = 0; i < 100000; i++)
		said += keyfilter_has(&f, rng_next(&rng));
	if (wrong)
		assert_true(said <= 100000 / wrong);
	keyfilter_release(&f);
	keyfilter_release(&f);
}

static void sizes(void **state)
{
	(void)state;
	check(0, 1, 0);
	check(64, 1000, 0);           /* full: says yes to all */
	check(1 << 16, 1 << 16, 20);  /* a byte a key */
	check(1 << 20, 200000, 3000); /* five bytes */
	check(4 << 20, 400000, 20000);
	check((4 << 20) - 1, 100, 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(sizes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
