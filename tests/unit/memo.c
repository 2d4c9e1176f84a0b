/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "io/memo.h"

static const uint8_t recipe[HASH_SIZE] = { 1, 2, 3 };
static const uint8_t other[HASH_SIZE] = { 1, 2, 4 };

static const char previous[] = "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n";

static struct memo_row row(const char *input, size_t at, size_t size)
{
	struct memo_row r = { hash_u64(input, strlen(input)), 0, at, size };

	if (size)
		r.output = hash_u64(previous + at, size);
	return r;
}

static void find(const struct memo *m, const char *input, const char *want)
{
	uint64_t output = 0;
	struct span s = memo_find(m, hash_u64(input, strlen(input)), &output);

	if (!want) {
		assert_null(s.p);
		return;
	}
	assert_non_null(s.p);
	test_span_is(s, want);
	if (s.n)
		assert_true(output == hash_u64(s.p, s.n));
}

static void remembers(void **state)
{
	struct memo_row rows[] = { row("x", 0, 8), row("y", 8, 8),
				   row("dropped", 16, 0), row("z", 16, 8) };
	char *path = test_path("memo"), *text = test_path("previous");
	char *cut = mem_dup(previous, sizeof(previous) - 1);
	struct memo *m;

	(void)state;
	test_save(text, previous, sizeof(previous) - 1);
	assert_int_equal(memo_save(path, recipe, rows, 4, NULL), 0);
	m = memo_open(path, text, recipe);
	find(m, "x", "{\"a\":1}\n");
	find(m, "y", "{\"b\":2}\n");
	find(m, "z", "{\"c\":3}\n");
	find(m, "dropped", "");
	find(m, "unseen", NULL);
	memo_close(m);

	m = memo_open(path, text, other); /* another recipe */
	find(m, "x", NULL);
	memo_close(m);

	cut[9] = 'X'; /* a damaged answer */
	test_save(text, cut, sizeof(previous) - 1);
	m = memo_open(path, text, recipe);
	find(m, "x", "{\"a\":1}\n");
	find(m, "y", NULL);
	find(m, "z", "{\"c\":3}\n");
	memo_close(m);

	test_save(text, previous, 20); /* cut short */
	m = memo_open(path, text, recipe);
	find(m, "y", "{\"b\":2}\n");
	find(m, "z", NULL);
	memo_close(m);

	test_save(text, "", 0);
	m = memo_open(path, text, recipe);
	find(m, "x", NULL);
	find(m, "dropped", "");
	memo_close(m);
	unlink(text);
	m = memo_open(path, text, recipe);
	find(m, "x", NULL);
	memo_close(m);
	unlink(path);
	m = memo_open(path, text, recipe);
	find(m, "dropped", NULL);
	memo_close(m);
	memo_close(NULL);
	free(path);
	free(text);
	free(cut);
}

/* Offsets that lie, in a memo whose checksums are right. */
static void hostile_offsets(void **state)
{
	static const uint64_t at[][2] = {
		{ UINT64_MAX, 8 }, { 0, UINT64_MAX },     { 25, 1 },
		{ 24, 8 },         { UINT64_MAX - 4, 8 }, { 8, UINT64_MAX - 7 },
	};
	char *path = test_path("memo"), *text = test_path("previous");
	size_t i;

	(void)state;
	test_save(text, previous, sizeof(previous) - 1);
	for (i = 0; i < sizeof(at) / sizeof(*at); i++) {
		struct memo_row r = row("x", 0, 8);
		struct memo *m;

		r.at = at[i][0];
		r.size = at[i][1];
		memo_save(path, recipe, &r, 1, NULL);
		m = memo_open(path, text, recipe);
		find(m, "x", NULL);
		memo_close(m);
	}
	unlink(path);
	unlink(text);
	free(path);
	free(text);
}

/* Any damage to the memo: no answer or the right one, no crash. */
static void damaged(void **state)
{
	struct memo_row rows[] = { row("x", 0, 8), row("y", 8, 8) };
	char *path = test_path("memo"), *text = test_path("previous");
	struct str b = { 0 };
	size_t i;

	(void)state;
	test_save(text, previous, sizeof(previous) - 1);
	memo_save(path, recipe, rows, 2, NULL);
	test_load(path, &b);
	for (i = 0; i<b.n; i += i> 104 && i < 4090 ? 50 : 1) {
		struct memo *m;
		uint64_t output;
		struct span s;

		b.p[i] ^= 0x21;
		test_save(path, b.p, b.n);
		m = memo_open(path, text, recipe);
		s = memo_find(m, hash_u64("x", 1), &output);
		if (s.p && s.n)
			test_span_is(s, "{\"a\":1}\n");
		memo_close(m);
		b.p[i] ^= 0x21;
		test_save(path, b.p, i);
		m = memo_open(path, text, recipe);
		find(m, "x", NULL);
		memo_close(m);
	}
	str_release(&b);
	unlink(path);
	unlink(text);
	free(path);
	free(text);
}

static void many(void **state)
{
	enum { N = 20000 };
	struct memo_row *rows = calloc(N, sizeof(*rows));
	char *path = test_path("memo"), *text = test_path("previous");
	struct memo *m;
	uint64_t i, out;

	(void)state;
	test_save(text, previous, sizeof(previous) - 1);
	for (i = 0; i < N; i++)
		rows[i] = (struct memo_row){ i * 64, /* collide in low bits */
					     hash_u64(previous + i % 3 * 8, 8),
					     i % 3 * 8, 8 };
	memo_save(path, recipe, rows, N, NULL);
	m = memo_open(path, text, recipe);
	for (i = 0; i < N; i++)
		assert_ptr_equal(memo_find(m, i * 64, &out).p +
				     8 * ((3 - i % 3) % 3),
				 memo_find(m, 0, &out).p + (i % 3 ? 24 : 0));
	assert_null(memo_find(m, 1, &out).p);
	memo_close(m);
	free(rows);
	unlink(path);
	unlink(text);
	free(path);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remembers),
		cmocka_unit_test(hostile_offsets),
		cmocka_unit_test(damaged),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
