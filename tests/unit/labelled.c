/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of any shape as sources describe them; what is wrong is told with
 * its place. */
#include "textfixture.h"

#include "base/hash.h"

static const char heads_json[] =
    "[{\"name\":\"feel\",\"kind\":\"labels\",\"labels\":[\"joy\",\"fear\","
    "\"calm\"]},{\"name\":\"class\",\"kind\":\"class\",\"labels\":"
    "[\"up\",\"down\"]},{\"name\":\"va\",\"kind\":\"regression\","
    "\"labels\":[\"v\",\"a\"]},{\"name\":\"irony\",\"kind\":\"labels\","
    "\"labels\":[\"irony\"]}]";

/* Targets as "1 0 0 | . . | ...", a dot for what is not told. */
static void row_is(const struct labelled *l, size_t i, const char *text,
		   const char *want)
{
	struct str got = { 0 };

	assert_true(i < l->count);
	test_span_is(l->items[i].text, text);
	for (size_t k = 0; k < l->columns; k++) {
		float v = labelled_target(l, i)[k];

		if (k)
			str_putc(&got, ' ');
		if (isnan(v))
			str_putc(&got, '.');
		else
			str_fixed(&got, (double)v, 3);
	}
	assert_string_equal(str_z(&got), want);
	str_release(&got);
}

/* Further columns, as text; without heads rows need no targets. */
static void test_fields(void **state)
{
	struct textheads none = { .count = 0 };
	struct labelled l = { .field_count = 3 };

	(void)state;
	textfixture_texts(&l, &none, "id,song,text\n1, a b ,x\n2,,y\n3,c,\n",
			  "\"text\":\"text\",\"fields\":[\"song\",null]");
	assert_int_equal(l.count, 2);
	assert_int_equal(l.columns, 0);
	test_span_is(l.items[1].text, "y");
	test_span_is(labelled_field(&l, 0, 0), "a b");
	test_span_is(labelled_field(&l, 0, 1), "");
	test_span_is(labelled_field(&l, 0, 2), "");
	test_span_is(labelled_field(&l, 1, 0), "");
	labelled_release(&l);
}

#define FEEL "\"targets\":[{\"head\":\"feel\",\"columns\":[2]}]"

static void test_columns(void **state)
{
	struct labelled l = { 0 };
	struct textheads h;

	(void)state;
	textfixture_heads(&h, heads_json);
	/* names of a header, in any order; several labels; none at all */
	textfixture_texts(&l, &h,
			  "id\tmood\t text \n1\tjoy\ta\n2\tfear, joy\tb c\n"
			  "3\t\tno labels\n4\tcalm\t \n5\tcalm\n",
			  "\"text\":\"text\",\"targets\":[{\"head\":\"feel\","
			  "\"columns\":[\"mood\"]}]");
	assert_int_equal(l.count, 2);
	row_is(&l, 0, "a", "1 0 0 . . . . .");
	row_is(&l, 1, "b c", "1 1 0 . . . . .");
	/* numbers, no header, a delimiter of one's own, added to the rest */
	textfixture_texts(&l, &h, "x|calm\ny|joy|z\n",
			  "\"header\":false,\"delimiter\":\"|\",\"text\":1,"
			  "\"weight\":0.5,\"count\":3," FEEL);
	assert_int_equal(l.count, 4);
	row_is(&l, 2, "x", "0 0 1 . . . . .");
	assert_true(l.items[2].weight == 0.5F && l.items[2].count == 3);
	assert_true(l.items[0].weight == 1 && l.items[0].count == 1);
	assert_int_equal(l.items[1].source, 0);
	assert_int_equal(l.items[3].source, 1);
	/* quoted cells */
	textfixture_texts(&l, &h, "t,m\n\"a, \"\"b\"\"\",\"joy,fear\"\n",
			  "\"text\":\"t\",\"targets\":[{\"head\":\"feel\","
			  "\"columns\":[\"m\"]}]");
	row_is(&l, 4, "a, \"b\"", "1 1 0 . . . . .");
	labelled_release(&l);
}

static void test_kinds(void **state)
{
	struct labelled l = { 0 };
	struct textheads h;

	(void)state;
	textfixture_heads(&h, heads_json);
	/* classes share a row, regressions take a column each, a flag is 0 or
	 * 1; an empty target is not told */
	textfixture_texts(&l, &h,
			  "a\tup\t1.5\t-2\t1\nb\tup,down\t\t\t0\n"
			  "c\t\t3\t4\t\n",
			  "\"header\":false,\"text\":1,\"delimiter\":\"\\t\","
			  "\"targets\":[{\"head\":"
			  "\"class\",\"columns\":[2]},{\"head\":\"va\","
			  "\"columns\":[4,3]},{\"head\":\"irony\",\"columns\":"
			  "[5],\"flag\":true}]");
	assert_int_equal(l.count, 3);
	row_is(&l, 0, "a", ". . . 1 0 -2 1.5 1");
	row_is(&l, 1, "b", ". . . 0.5 0.5 . . 0");
	row_is(&l, 2, "c", ". . . . . 4 3 .");
	labelled_release(&l);
}

static void test_conditions(void **state)
{
	struct labelled l = { 0 };
	struct textheads h;

	(void)state;
	textfixture_heads(&h, heads_json);
	textfixture_texts(
	    &l, &h, "text,split,m\na,train,joy\nb,dev,joy\nc,train,fear\n",
	    "\"text\":\"text\",\"where\":[\"split\",\"train\"],"
	    "\"targets\":[{\"head\":\"feel\",\"columns\":[\"m\"],"
	    "\"unless\":[\"m\",\"fear\"]},{\"head\":\"class\","
	    "\"columns\":[\"m\"],\"map\":{\"fear\":\"down\"}}]");
	assert_int_equal(l.count, 2);
	row_is(&l, 0, "a", "1 0 0 . . . . .");
	row_is(&l, 1, "c", ". . . 0 1 . . .");
	labelled_release(&l);
	/* numbers are labels of a head; mapped, or dropped */
	textfixture_texts(&l, &h, "a\t0\nb\t1,2\nc\t1\n",
			  "\"header\":false,\"text\":1,\"delimiter\":\"\\t\","
			  "\"targets\":[{\"head\":"
			  "\"class\",\"columns\":[2],\"indices\":\"feel\","
			  "\"map\":{\"joy\":\"up\",\"calm\":\"up\"}}]");
	assert_int_equal(l.count, 2);
	row_is(&l, 0, "a", ". . . 1 0 . . .");
	row_is(&l, 1, "b", ". . . 1 0 . . .");
	labelled_release(&l);
	/* groups: a column's, or the text's */
	textfixture_texts(&l, &h, "a\tjoy\tx\nb\tjoy\tx\na\tjoy\ty\n",
			  "\"header\":false,\"text\":1,\"group\":3," FEEL);
	assert_true(l.items[0].group == l.items[1].group);
	assert_true(l.items[0].group != l.items[2].group);
	labelled_release(&l);
	textfixture_texts(&l, &h, "a\tjoy\nb\tjoy\na\tjoy\n",
			  "\"header\":false,\"text\":1," FEEL);
	assert_true(l.items[0].group == l.items[2].group);
	assert_true(l.items[0].group != l.items[1].group);
	labelled_release(&l);
}

static void refused(const char *table, const char *rest, const char *why)
{
	struct labelled l = { 0 };
	struct textheads h;
	struct err err = { 0 };

	textfixture_heads(&h, heads_json);
	if (!textfixture_read(&l, &h, table, rest, &err))
		fail_msg("%s was read", rest);
	assert_status(&err, ERR_DATA);
	if (!strstr(err.message, why))
		fail_msg("%s: \"%s\" lacks \"%s\"", rest, err.message, why);
	labelled_release(&l);
}

#define PLAIN "\"header\":false,\"delimiter\":\"\\t\",\"text\":1,"
#define TARGET(x) PLAIN "\"targets\":[{" x "}]"
static void test_cells(void **state)
{
	(void)state;
	refused("a\tjoy\nb\tgrief\n", PLAIN FEEL,
		"texts.tsv:2: \"grief\" is no label of feel");
	refused("a\tjoy,\nb\tjoy,,fear\n", PLAIN FEEL, "texts.tsv:2: \"\" is");
	refused("a\t3\n",
		TARGET("\"head\":\"feel\",\"columns\":[2],"
		       "\"indices\":\"feel\""),
		"texts.tsv:1: \"3\" is no label");
	refused("a\t2\n",
		TARGET("\"head\":\"irony\",\"columns\":[2],\"flag\":true"),
		"texts.tsv:1: 0 or 1 expected");
	refused("a\t1\t2\nb\t1\tx\n",
		TARGET("\"head\":\"va\",\"columns\":[2,3]"),
		"texts.tsv:2: a number expected");
	refused("a\t1\t\n", TARGET("\"head\":\"va\",\"columns\":[2,3]"),
		"texts.tsv:1: a number expected");
	refused("a\t1e300\t1\n", TARGET("\"head\":\"va\",\"columns\":[2,3]"),
		"texts.tsv:1: a number expected");
	refused("a\tnan\t1\n", TARGET("\"head\":\"va\",\"columns\":[2,3]"),
		"texts.tsv:1: a number expected");
	refused("a\tjoy\n",
		TARGET("\"head\":\"feel\",\"columns\":[2],"
		       "\"map\":{\"joy\":\"glee\"}"),
		"\"joy\" is no label of feel");
	refused("t,m\n\"a,joy\nb,joy\n",
		"\"delimiter\":\",\",\"text\":\"t\"," FEEL, "texts.tsv:2: ");
	refused("t\tm\na\tjoy\n", "\"text\":\"words\"," FEEL,
		"texts.tsv:1: no column \"words\"");
	refused("a\tjoy\n",
		"\"header\":false,\"text\":1,\"where\":[\"split\",\"x\"]," FEEL,
		"without a header: no column \"split\"");
}

static void test_descriptions(void **state)
{
	(void)state;
	refused("a\tjoy\n", PLAIN "\"weigth\":2," FEEL, "\"weigth\"");
	refused("a\tjoy\n",
		TARGET("\"head\":\"feel\",\"columns\":[2],\"maps\":{}"),
		"\"maps\"");
	refused("a\tjoy\n", TARGET("\"head\":\"fee\",\"columns\":[2]"),
		"no head \"fee\"");
	refused("a\tjoy\n", TARGET("\"columns\":[2]"), "no head \"\"");
	refused("a\tjoy\n", TARGET("\"head\":\"feel\""), "needs one column");
	refused("a\tjoy\n", TARGET("\"head\":\"va\",\"columns\":[2]"),
		"one for each label");
	refused("a\tjoy\n", TARGET("\"head\":\"va\",\"columns\":[2,3,4]"),
		"more columns than labels");
	refused("a\tjoy\n", TARGET("\"head\":\"feel\",\"columns\":[0]"),
		"numbered from 1");
	refused("a\tjoy\n", TARGET("\"head\":\"feel\",\"columns\":[1.5]"),
		"numbered from 1");
	refused("a\tjoy\n",
		TARGET("\"head\":\"feel\",\"columns\":[2],\"flag\":true"),
		"a head of one label");
	refused("a\tjoy\n",
		TARGET("\"head\":\"feel\",\"columns\":[2],\"map\":[]"),
		"a map is an object");
	refused("a\tjoy\n",
		TARGET("\"head\":\"feel\",\"columns\":[2],\"unless\":[2]"),
		"a condition is");
	refused("a\tjoy\n", PLAIN "\"weight\":-1," FEEL, "weight");
	refused("a\tjoy\n", PLAIN "\"count\":\"2\"," FEEL, "count");
	refused("a\tjoy\n", "\"header\":0,\"text\":1," FEEL, "header");
	refused("a\tjoy\n", "\"delimiter\":\"ab\",\"text\":1," FEEL,
		"one byte");
	refused("a\tjoy\n", FEEL, "texts.tsv");
	refused("a\tjoy\n", PLAIN "\"targets\":[]", "without targets");
}

static void test_files(void **state)
{
	struct labelled l = { 0 };
	struct textheads h;
	struct err err = { 0 };

	(void)state;
	textfixture_heads(&h, heads_json);
	assert_int_equal(
	    labelled_read(&l, &h, SPAN("[{\"text\":1}]"), "/", &err), -1);
	assert_status(&err, ERR_DATA);
	assert_int_equal(
	    labelled_read(&l, &h,
			  SPAN("[{\"file\":\"none\",\"text\":1," FEEL "}]"),
			  "/nonexistent", &err),
	    -1);
	assert_status(&err, ERR_ENV);
	assert_non_null(strstr(err.message, "/nonexistent/none"));
	labelled_release(&l);
	assert_int_equal(labelled_read(&l, &h, SPAN("[]"), "/", &err), 0);
	assert_int_equal(l.count, 0);
	labelled_release(&l);
	textfixture_texts(&l, &h, "", "\"text\":1," FEEL);
	assert_int_equal(l.count, 0);
	labelled_release(&l);
}

/* Texts stay where they are while megabytes of others come. */
static void test_many(void **state)
{
	struct labelled l = { 0 };
	struct textheads h;
	struct str table = { 0 };

	(void)state;
	textfixture_heads(&h, heads_json);
	for (int i = 0; i < 3000; i++) {
		str_printf(&table, "%d ", i);
		for (int k = 0; k < 100; k++)
			str_puts(&table, "eleven word");
		str_puts(&table, "\tjoy\n");
	}
	textfixture_texts(&l, &h, str_z(&table), PLAIN FEEL);
	assert_int_equal(l.count, 3000);
	for (int i = 0; i < 3000; i++) {
		char number[16];
		int n = snprintf(number, sizeof(number), "%d eleven", i);

		assert_memory_equal(l.items[i].text.p, number, n);
	}
	labelled_release(&l);
	str_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_descriptions),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
