/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of an old file, and what of them is taken over. */
#include "testing.h"

#include <math.h>

#include "io/rowreuse.h"

/* Columns a, b, c; those with ! behind them are of version 2. */
static struct feat_schema schema_of(const char *list)
{
	struct feat_schema s = { .stage = "test" };

	for (; *list; list++) {
		struct feat_column *c =
		    feat_schema_add(&s, (char[]){ *list, 0 }, "Hz");

		c->version = 1;
		if (list[1] == '!') {
			c->version = 2;
			list++;
		}
	}
	memset(s.recipe, 7, sizeof(s.recipe));
	return s;
}

/* Keys 1 ...: by status; each with values 1, 2 ... of its columns, the first
 * imputed, none where the status has none; too short: the first alone. */
static char *make(const struct feat_schema *s)
{
	char *path = test_path("old.feat");
	FILE *f = fopen(path, "w");
	struct feat_writer *w = feat_writer_new(f, s, NULL);
	struct feat_row *r = feat_row_new(s);

	for (unsigned k = 0; k < FEAT_STATUS_COUNT; k++) {
		bool all = feat_status_measured(k);

		feat_row_reset(r, s);
		r->key = k + 1;
		r->digest = 1000 + k;
		r->status = (uint8_t)k;
		r->method = all ? FEAT_METHOD_MEASURED : FEAT_METHOD_NONE;
		r->confidence = all ? 0.5F : 0;
		for (uint32_t i = 0; i < s->count; i++) {
			if (!all && (i || k != FEAT_TOO_SHORT))
				break;
			r->values[i] = (float)(i + 1);
			feat_set_bit(i ? r->measured : r->imputed, i);
		}
		assert_int_equal(feat_write(w, r, NULL), 0);
	}
	feat_writer_end(w, NULL);
	fclose(f);
	feat_row_free(r);
	return path;
}

/* Asks a file of columns `old` for columns `now`; the answer for each status
 * as a letter: n, p or w. */
static void asks(const char *old, const char *now, const char *answers,
		 const char *values)
{
	struct feat_schema before = schema_of(old), s = schema_of(now);
	char *path = make(&before);
	struct rowreuse *r = rowreuse_open(path, &s);
	struct feat_row *row = feat_row_new(&s);

	assert_non_null(r);
	for (unsigned k = 0; k < FEAT_STATUS_COUNT; k++) {
		feat_row_reset(row, &s);
		row->key = k + 1;
		row->digest = 1000 + k;
		if ("npw"[rowreuse_find(r, row)] != answers[k])
			fail_msg("%s from %s: status %u", now, old, k);
		assert_true(row->key == k + 1 && row->digest == 1000 + k);
		assert_int_equal(row->status, answers[k] == 'n' ? 0 : k);
		for (uint32_t i = 0; k == FEAT_CLIPPED && i < s.count; i++) {
			int v = values[i] - '0';

			assert_int_equal(row->method, FEAT_METHOD_MEASURED);
			assert_true(row->confidence > 0.4F);
			assert_int_equal(feat_bit(rowreuse_taken(r), i), v > 0);
			assert_int_equal(feat_bit(row->imputed, i), v == 1);
			assert_int_equal(feat_bit(row->measured, i), v > 1);
			if (v)
				assert_int_equal((int)row->values[i], v);
			else
				assert_true(isnan(row->values[i]));
		}
		row->digest ^= 1;
		assert_int_equal(rowreuse_find(r, row), ROWREUSE_NONE);
	}
	row->key = 99;
	assert_int_equal(rowreuse_find(r, row), ROWREUSE_NONE);
	rowreuse_close(r);
	feat_row_free(row);
	feat_schema_release(&before);
	feat_schema_release(&s);
	unlink(path);
	free(path);
}

static void columns(void **state)
{
	(void)state;
	asks("abc", "abc", "wwnnwwwwwwwwwww", "123");
	asks("abc", "cb", "wwnnwwwwwwwwwww", "32");
	asks("abc", "ca", "wwnnwwwwwwwwwww", "31");
	asks("abc", "abcd", "pwnnwwwpnnwwppw", "1230");
	asks("abc", "ab!c", "pwnnwwwpnnwwppw", "103");
	asks("ab!c", "abc", "pwnnwwwpnnwwppw", "103");
	/* what was too short had a value of a */
	asks("ab", "a!b", "pwnnwpwpnnwwppw", "02");
	asks("abcdefghi", "i!abcdefgh", "pwnnwwwpnnwwppw", "0123456789");
}

static void nothing_in_common(void **state)
{
	struct feat_schema s = schema_of("ab"), other = schema_of("a!b!c");
	char *path = make(&s);
	struct rowreuse *r;

	(void)state;
	assert_null(rowreuse_open("/nonexistent.feat", &s));
	assert_null(rowreuse_open("/dev/null", &s));
	assert_null(rowreuse_open("/", &s));
	assert_null(rowreuse_open(path, &other));
	strcpy(s.columns[0].unit, "s");
	r = rowreuse_open(path, &s);
	assert_false(feat_bit(rowreuse_taken(r), 0));
	assert_true(feat_bit(rowreuse_taken(r), 1));
	rowreuse_close(r);
	s.recipe[31]++;
	assert_null(rowreuse_open(path, &s));
	rowreuse_close(NULL);
	feat_schema_release(&s);
	feat_schema_release(&other);
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns),
		cmocka_unit_test(nothing_in_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
