/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "io/spool.h"

/* What was put comes out, in pieces of other sizes. */
static void check(size_t total, size_t longest, size_t buffer, size_t reading,
		  bool park)
{
	struct spool *s = spool_new(buffer);
	struct str want = { 0 };
	struct span x;
	uint64_t rng = total + longest + buffer;
	size_t at = 0;

	while (want.n < total) {
		char piece[5000];
		size_t n = rng_below(&rng, longest + 1);

		n = n < total - want.n ? n : total - want.n;
		for (size_t i = 0; i < n; i++)
			piece[i] = (char)rng_next(&rng);
		str_put(&want, piece, n);
		assert_int_equal(spool_put(s, piece, n, NULL), 0);
	}
	if (park)
		assert_int_equal(spool_park(s, NULL), 0);
	assert_int_equal(spool_rewind(s, reading, NULL), 0);
	while (at < total) {
		size_t n = 1 + rng_below(&rng, 3 * longest);

		n = n < total - at ? n : total - at;
		assert_int_equal(spool_read(s, n, &x, NULL), 1);
		assert_int_equal(x.n, n);
		assert_memory_equal(x.p, want.p + at, n);
		at += n;
	}
	assert_int_equal(spool_read(s, 1, &x, NULL), 0);
	assert_int_equal(spool_read(s, 1, &x, NULL), 0);
	spool_free(s);
	str_release(&want);
}

static void sizes(void **state)
{
	static const size_t totals[] = { 0,      1,      4095,    4096,
					 4097,   65535,  65536,   65537,
					 131072, 200000, 1 << 20, (1 << 20) + 1,
					 3000001 };

	(void)state;
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		for (int park = 0; park < 2; park++) {
			check(totals[i], 30, 0, 0, park);
			check(totals[i], 5000, 0, 1 << 20, park);
			check(totals[i], 5000, 1 << 20, 0, park);
		}
}

static void large_items(void **state)
{
	struct spool *s = spool_new(0);
	size_t n = 700001;
	char *big = malloc(n);
	struct span x;

	(void)state;
	for (int i = 0; i < 4; i++) {
		memset(big, 'a' + i, n);
		assert_int_equal(spool_put(s, "x", 1, NULL), 0);
		assert_int_equal(spool_put(s, big, n, NULL), 0);
	}
	assert_int_equal(spool_rewind(s, 0, NULL), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(spool_read(s, 1, &x, NULL), 1);
		assert_int_equal(x.p[0], 'x');
		assert_int_equal(spool_read(s, n, &x, NULL), 1);
		memset(big, 'a' + i, n);
		assert_memory_equal(x.p, big, n);
	}
	assert_int_equal(spool_read(s, 1, &x, NULL), 0);
	spool_free(s);
	free(big);
}

static void failures(void **state)
{
	char *old = getenv("TMPDIR"), *kept = old ? mem_strdup(old) : NULL;
	struct spool *s = spool_new(0);
	struct err e = { 0 };
	char block[4096] = { 0 };
	struct span x;
	int rc = 0;

	(void)state;
	/* More than there is. */
	assert_int_equal(spool_put(s, "abc", 3, &e), 0);
	assert_int_equal(spool_rewind(s, 0, &e), 0);
	assert_int_equal(spool_read(s, 4, &x, &e), -1);
	assert_status(&e, ERR_ENV);
	spool_free(s);
	/* Nowhere to write. */
	setenv("TMPDIR", "/nonexistent", 1);
	s = spool_new(0);
	for (int i = 0; !rc && i < 100; i++)
		rc = spool_put(s, block, sizeof(block), &e);
	assert_int_equal(rc, -1);
	assert_status(&e, ERR_ENV);
	assert_non_null(strstr(e.message, "TMPDIR"));
	spool_free(s);
	spool_free(NULL);
	if (kept)
		setenv("TMPDIR", kept, 1);
	else
		unsetenv("TMPDIR");
	free(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(large_items),
		cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
