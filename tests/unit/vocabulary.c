/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/vocabulary.h"
#include "testing.h"

static const char table[] = "# comment\n"
			    "hip hop\tgenre\t-\trap\n"
			    "rock\tgenre\t-\t-\n"
			    "indie rock\tgenre\trock\tindie-rock music\n"
			    "melancholic\tmood\t-\tmelancholy\n"
			    "drums\tinstrument\t-\t-\n"
			    "r&b\tgenre\thip hop,rock\trhythm and blues\n"
			    "contemporary classical\tgenre\t-\t-\n";

static int find(struct vocabulary *v, const char *name, bool near)
{
	struct str words = { 0 }, key = { 0 };
	int tag;

	vocabulary_key(span_of(name), &v->tokens, &words, &key);
	tag = vocabulary_find(v, span_str(&key), near);
	str_release(&words);
	str_release(&key);
	return tag;
}

static void names(void **state)
{
	struct vocabulary v;

	(void)state;
	assert_int_equal(vocabulary_parse(&v, span_of(table), "table", NULL),
			 0);
	assert_int_equal(v.count, 7);
	for (int near = 0; near < 2; near++) {
		assert_int_equal(find(&v, "Hip-Hop", near), 0);
		assert_int_equal(find(&v, "hiphop", near), 0);
		assert_int_equal(find(&v, "RAP", near), 0);
		assert_int_equal(find(&v, "R&B", near), 5);
		assert_int_equal(find(&v, "Rhythm & Blues", near), 5);
		assert_int_equal(find(&v, "polka", near), -1);
		assert_int_equal(find(&v, "", near), -1);
		assert_int_equal(find(&v, "rick", near), -1); /* too short */
	}
	assert_int_equal(find(&v, "meloncholic", false), -1);
	assert_int_equal(find(&v, "meloncholic", true), 3);
	assert_int_equal(find(&v, "melanhcolic", true), 3); /* swapped */
	assert_int_equal(find(&v, "xelancholic", true), -1);
	assert_int_equal(find(&v, "meloncholix", true), -1); /* two of 11 */
	assert_int_equal(find(&v, "contemporaryclasicall", true), 6);
	assert_int_equal(find(&v, "drum", true), 4);
	assert_int_equal(find(&v, "drum", false), -1);
	assert_int_equal(v.tags[5].implied_count, 2);
	assert_int_equal(v.tags[5].implied[0], 0);
	assert_int_equal(v.tags[3].kind, VOCABULARY_MOOD);
	test_span_is(v.tags[2].name, "indie rock");
	vocabulary_release(&v);
}

static void bad_tables(void **state)
{
	static const char *const bad[] = {
		"rock\tgenre\t-\n",
		"rock\tnone\t-\t-\n",
		"rock\tgenre\trock\t-\n",
		"rock\tgenre\tpop\t-\n",
		"\tgenre\t-\t-\n",
		"rock\tgenre\t-\t-\tmore\n",
		"a b\tgenre\t-\t-\nab\tmood\t-\t-\n",
		"!!\tgenre\t-\t-\n",
		"r\tgenre\ta,b,c,d,e\t-\na\tera\t-\tb\nc\tera\t-\td,e\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct vocabulary v;
		struct err err = { 0 };

		if (!vocabulary_parse(&v, span_of(bad[i]), "t.tsv", &err))
			fail_msg("table %zu is taken", i);
		assert_status(&err, ERR_DATA);
		assert_non_null(strstr(err.message, "t.tsv: line "));
	}
}

/* The table as it ships: of the promised size, every kind in it. */
static void shipped(void **state)
{
	struct vocabulary v;
	struct err err = { 0 };
	size_t kinds[VOCABULARY_KINDS] = { 0 };

	(void)state;
	if (vocabulary_read(&v, &err))
		fail_msg("%s", err.message);
	assert_in_range(v.count, 500, 1000);
	for (size_t i = 0; i < v.count; i++)
		kinds[v.tags[i].kind]++;
	for (size_t i = 0; i < VOCABULARY_KINDS; i++)
		assert_true(kinds[i] >= 10);
	assert_true(find(&v, "DnB", false) == find(&v, "Drum & Bass", false));
	vocabulary_release(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(bad_tables),
		cmocka_unit_test(shipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
