/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "io/lines.h"

enum { FILES = 5 };

/* Every line once, in order, each with a newline, none torn, of its file. */
static void check(char **paths, const struct str *texts, size_t batch)
{
	struct lines l;
	struct str block = { 0 }, got = { 0 }, want = { 0 };
	const char *name, *last = NULL;
	int rc, i, k = -1;

	for (i = 0; i < FILES; i++) {
		str_span(&want, span_str(&texts[i]));
		if (texts[i].n && texts[i].p[texts[i].n - 1] != '\n')
			str_putc(&want, '\n');
	}
	lines_init(&l, paths, FILES, batch);
	while ((rc = lines_read(&l, &block, &name, NULL)) > 0) {
		size_t newlines = 0, at;

		assert_true(block.n && block.p[block.n - 1] == '\n');
		for (at = 0; at < block.n; at++)
			newlines += block.p[at] == '\n';
		if (batch)
			assert_in_range(newlines, 1, batch);
		if (name != last) {
			while (name != paths[++k])
				assert_int_equal(texts[k].n, 0);
			last = name;
		}
		str_span(&got, span_str(&block));
	}
	assert_int_equal(rc, 0);
	assert_int_equal(lines_read(&l, &block, &name, NULL), 0);
	assert_true(span_eq(span_str(&got), span_str(&want)));
	lines_release(&l);
	str_release(&block);
	str_release(&got);
	str_release(&want);
}

static void random_files(void **state)
{
	static const size_t batches[] = { 0, 1, 2, 7, 100000 };
	char *paths[FILES], name[32];
	uint64_t rng = 21;
	int round, i;
	size_t b;

	(void)state;
	for (i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "lines%d", i);
		paths[i] = test_path(name);
	}
	for (round = 0; round < 12; round++) {
		struct str texts[FILES] = { { 0 } };

		for (i = 0; i < FILES; i++) {
			size_t n =
			    rng_below(&rng, 4) ? rng_below(&rng, 3000) : 0;
			size_t longest = rng_below(&rng, 3) ? 20 : 2000;

			while (n--) {
				size_t k = rng_below(&rng, longest);

				while (k--)
					str_putc(&texts[i],
						 (char)('a' + k % 26));
				str_putc(&texts[i], '\n');
			}
			if (rng_below(&rng, 2) && texts[i].n)
				texts[i].n--;     /* no newline at the end */
			if (round == 5 && i == 2) /* one long line */
				for (n = 0; n < 700000; n++)
					str_putc(&texts[i], 'x');
			test_save(paths[i], span_str(&texts[i]).p, texts[i].n);
		}
		for (b = 0; b < sizeof(batches) / sizeof(*batches); b++)
			check(paths, texts, batches[b]);
		for (i = 0; i < FILES; i++)
			str_release(&texts[i]);
	}
	for (i = 0; i < FILES; i++) {
		unlink(paths[i]);
		free(paths[i]);
	}
}

static void missing_file(void **state)
{
	char *paths[] = { (char[]){ "/nonexistent/a" } };
	struct lines l;
	struct str block = { 0 };
	const char *name;
	struct err e = { 0 };

	(void)state;
	lines_init(&l, paths, 1, 0);
	assert_int_equal(lines_read(&l, &block, &name, &e), -1);
	assert_status(&e, ERR_ENV);
	assert_non_null(strstr(e.message, "/nonexistent/a"));
	lines_release(&l);
	str_release(&block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_files),
		cmocka_unit_test(missing_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
