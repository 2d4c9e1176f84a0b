/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "corpus/moodlabels.h"
#include "corpus/moodset.h"

static void schema_init(struct feat_schema *s)
{
	static const char *const names[] = { "a_mean", "a_max", "b_mean",
					     "chroma_c_mean", "key" };

	*s = (struct feat_schema){ .stage = "test" };
	for (int i = 0; i < 5; i++)
		feat_schema_add(s, names[i], "1");
}

static size_t bound(const char *list, char *names)
{
	struct feat_schema schema;
	struct moodset s = { 0 };
	struct err err;
	size_t n;

	schema_init(&schema);
	*names = '\0';
	n = moodset_bind(&s, span_of(list), "list", &schema, &err) ? 0 : s.dims;
	for (size_t i = 0; i < n; i++) {
		strcat(names, s.columns[i].name);
		strcat(names, " ");
	}
	moodset_release(&s);
	feat_schema_release(&schema);
	return n;
}

static void test_columns(void **state)
{
	char names[200];

	(void)state;
	assert_int_equal(bound("# all\n*_mean\n-chroma_*_mean\n", names), 2);
	assert_string_equal(names, "a_mean b_mean ");
	assert_int_equal(bound("key\na_*\n", names), 3);
	assert_string_equal(names, "a_mean a_max key ");
	assert_int_equal(bound("*a*m*x*\n", names), 1);
	assert_int_equal(bound("*\n-*\n", names), 0);
	assert_int_equal(bound("mean\n", names), 0);
}

/* The last line that matches says the family; none: "". */
static void test_families(void **state)
{
	struct feat_schema schema;
	struct moodset s = { 0 };
	struct err err;

	(void)state;
	schema_init(&schema);
	assert_int_equal(moodset_bind(&s,
				      SPAN("*_mean\tmeans\nb_*\tlate\n"
					   "key\n-a_max\tmeans\n"),
				      "l", &schema, &err),
			 0);
	assert_int_equal(s.dims, 4); /* a_mean b_mean chroma_c_mean key */
	assert_int_equal(s.families.count, 3);
	assert_int_equal(s.family[0], s.family[2]);
	assert_int_not_equal(s.family[0], s.family[1]);
	assert_int_not_equal(s.family[0], s.family[3]);
	assert_int_not_equal(s.family[1], s.family[3]);
	assert_non_null(table_get(&s.families, SPAN("late")));
	moodset_release(&s);
	feat_schema_release(&schema);
}

/* Groups stay together, folds are of like size, and all is told by the seed. */
static void test_folds(void **state)
{
	struct feat_schema schema;
	struct moodset s = { 0 };
	uint8_t fold[100], again[100];
	size_t size[5] = { 0 };
	float values[5] = { 1, 2, 3, 4, 5 };
	char name[8];
	struct err err;

	(void)state;
	schema_init(&schema);
	assert_int_equal(moodset_bind(&s, SPAN("a_*"), "l", &schema, &err), 0);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "g%d", i % 33);
		moodset_add(&s, values, 1, -1, span_of(name));
	}
	assert_int_equal(s.groups.count, 33);
	assert_true(s.values[199] == 2);
	moodset_folds(&s, NULL, 100, 5, 1, fold);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(fold[i], fold[i % 33]);
		size[fold[i]]++;
	}
	for (int k = 0; k < 5; k++)
		assert_in_range(size[k], 17, 23);
	moodset_folds(&s, NULL, 100, 5, 1, again);
	assert_memory_equal(fold, again, 100);
	moodset_folds(&s, NULL, 100, 5, 2, again);
	assert_memory_not_equal(fold, again, 100);
	moodset_release(&s);
	feat_schema_release(&schema);
}

static void test_halves(void **state)
{
	(void)state;
	/* As sha256sum has it. */
	assert_true(moodset_half_a(SPAN("abc")));          /* ba7816bf... */
	assert_false(moodset_half_a(SPAN("hello world"))); /* b94d27b9... */
	assert_int_equal(moodset_quadrant(1, 1), 0);
	assert_int_equal(moodset_quadrant(-1, 1), 1);
	assert_int_equal(moodset_quadrant(-1, -1), 2);
	assert_int_equal(moodset_quadrant(1, -1), 3);
}

static int labels(struct moodlabels *l, const char *text, struct err *err)
{
	char path[] = "/tmp/moodsetXXXXXX";
	int fd = mkstemp(path), rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	rc = moodlabels_read(l, path, err);
	unlink(path);
	return rc;
}

static void test_labels(void **state)
{
	static const char *const broken[] = {
		"x\tQ5\n", "x\tQ0\n", "x\tq1\n", "x\t1\n", "x\t2\t0\n", "\tQ1\n"
	};
	struct moodlabels l = { 0 };
	const struct moodlabel *m;
	struct err err;

	(void)state;
	assert_int_equal(
	    labels(&l, "# c\nx\tQ3\tSomebody\ny\t0.5\t-0.25\nz\tQ4\n", &err),
	    0);
	m = moodlabels_find(&l, SPAN("x"));
	assert_true(m->valence == -1 && m->arousal == -1);
	assert_true(span_is(m->group, "Somebody"));
	m = moodlabels_find(&l, SPAN("y"));
	assert_true(m->valence == 0.5 && m->arousal == -0.25 && !m->group.n);
	m = moodlabels_find(&l, SPAN("z"));
	assert_true(m->valence == 1 && m->arousal == -1);
	assert_null(moodlabels_find(&l, SPAN("w")));
	moodlabels_release(&l);
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		assert_int_equal(labels(&l, broken[i], &err), -1);
		assert_int_equal(err.status, ERR_DATA);
		moodlabels_release(&l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns), cmocka_unit_test(test_families),
		cmocka_unit_test(test_folds),   cmocka_unit_test(test_halves),
		cmocka_unit_test(test_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
