/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which queries count, and which of two systems' are paired. */
#include "corpus/evaluation.h"
#include "testing.h"

#include <math.h>

static void add(struct rankings *r, const char *answer)
{
	struct err err = { 0 };

	assert_int_equal(rankings_add(r, span_of(answer), &err), 0);
}

static struct evaluation_by judged(const char *qrels)
{
	struct evaluation_by by = { .at = { 1, 2, 2 }, .list = 50 };
	char *path = test_path("qrels");
	struct err err = { 0 };

	test_save(path, qrels, strlen(qrels));
	assert_int_equal(qrels_read(&by.qrels, path, &err), 0);
	unlink(path);
	free(path);
	return by;
}

static void test_rows(void **state)
{
	struct evaluation_by by = judged("q1 0 a 1\nq2 0 b 1\nq3 0 c 0\n");
	struct evaluation_table t = { 0 }, u = { 0 };
	struct rankings r = { 0 }, s = { 0 };
	double x[4];

	(void)state;
	add(&r, "{\"query\":\"one\",\"qid\":\"q1\",\"results\":["
		"{\"track_id\":\"a\",\"match\":90},{\"track_id\":\"z\"}]}");
	add(&r, "{\"query\":\"q3\",\"results\":[{\"track_id\":\"c\","
		"\"match\":50}]}");
	add(&r, "{\"query\":\"nobody judged\",\"results\":["
		"{\"track_id\":\"a\",\"match\":70}]}");
	evaluation_add(&t, &by, &r);
	assert_int_equal(t.answered, 3);
	assert_int_equal(t.count, 4); /* q2 was not answered: nothing found */
	assert_int_equal(evaluation_column(&t, EVAL_PRECISION, x), 2);
	assert_float_equal(x[0], 1, 0);
	assert_float_equal(x[1], 0, 0);
	assert_int_equal(evaluation_column(&t, EVAL_ALIGNMENT, x), 0);
	assert_int_equal(t.reliability.count, 1); /* q3 has none relevant */
	assert_int_equal(t.exposure.seen.count, 3);
	assert_int_equal(t.exposure.total, 4);

	add(&s, "{\"query\":\"other words\",\"qid\":\"q1\",\"results\":[]}");
	add(&s, "{\"query\":\"q2\",\"results\":[{\"track_id\":\"b\"}]}");
	evaluation_add(&u, &by, &s);
	assert_int_equal(evaluation_pairs(&t, &u, EVAL_MRR, x), 2);
	assert_float_equal(x[0], 1, 0);
	assert_float_equal(x[1], -1, 0);
	/* of q1, which has no results there, and q2 here */
	assert_int_equal(evaluation_pairs(&t, &u, EVAL_ARTISTS, x), 0);
	evaluation_table_release(&t);
	evaluation_table_release(&u);
	rankings_release(&r);
	rankings_release(&s);
	evaluation_release(&by);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
