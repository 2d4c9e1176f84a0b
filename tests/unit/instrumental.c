/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "corpus/instrumental.h"

static struct instrumental_words words;
static struct instrumental_scratch scratch;

static int load(void **state)
{
	struct str text = { 0 };
	int rc;

	(void)state;
	test_load("data/instrumental-words.tsv", &text);
	rc = instrumental_parse(&words, span_str(&text), "words", NULL);
	str_release(&text);
	return rc;
}

static int unload(void **state)
{
	(void)state;
	instrumental_release(&words);
	instrumental_scratch_release(&scratch);
	return 0;
}

static void is(const char *line, int want, const char *why)
{
	struct record r = { 0 };
	const char *because = "nothing";
	int got;

	assert_int_equal(record_parse(&r, span_of(line), NULL), 0);
	got = instrumental_judge(&words, &scratch, &r, &because);
	if (got != want || (want >= 0 && strcmp(because, why) != 0))
		fail_msg("%s: %d by %s, wanted %d by %s", line, got, because,
			 want, why);
	record_release(&r);
}

static void judged(void **state)
{
	static const char lyrics[] =
	    "\"lyrics\":\"I walked alone through the rain and thought of "
	    "you all night long\"";
	char line[400];

	(void)state;
	is("{\"title\":\"Rain (Instrumental)\"}", 1, "title");
	is("{\"title\":\"Drake Type Beat - Rain\"}", 1, "title");
	is("{\"title\":\"Rain [KARAOKE]\"}", 1, "title");
	is("{\"title\":\"Rain (Acapella)\"}", 0, "title");
	is("{\"title\":\"Rain - A Cappella\"}", 0, "title");
	is("{\"title\":\"Дождь (минусовка)\"}", 1, "title");
	is("{\"title\":\"Rain\"}", -1, "");
	is("{\"title\":\"Beat It\"}", -1, "");
	is("{\"title\":\"Instrumentalist\"}", -1, "");
	is("{\"title\":\"Rain (Instrumental + Acapella)\"}", -1, "");
	is("{\"tags\":[\"jazz\",\"instrumental jazz\"]}", 1, "tags");
	is("{\"tags\":\"female vocals, soul\"}", 0, "tags");
	is("{\"tags\":[\"instrumental\",\"vocal\"]}", -1, "");
	is("{\"tags\":\"non-instrumental\"}", 0, "tags");
	is("{\"genre\":\"Instrumental Hip-Hop\"}", 1, "genre");
	is("{\"lyrics\":\"[Instrumental]\"}", 1, "lyrics");
	is("{\"lyrics\":\"la la\"}", -1, "");
	snprintf(line, sizeof(line), "{%s,\"tags\":\"instrumental\"}", lyrics);
	is(line, 0, "lyrics");
	/* the words of a song, but of this version it is said */
	snprintf(line, sizeof(line), "{%s,\"title\":\"Rain (Instrumental)\"}",
		 lyrics);
	is(line, 1, "title");
}

static void measured(void **state)
{
	(void)state;
	is("{\"measured_elsewhere\":{\"x\":{\"instrumentalness\":0.9}}}", 1,
	   "measured");
	is("{\"measured_elsewhere\":{\"x\":{\"instrumentalness\":0.1}}}", 0,
	   "measured");
	is("{\"measured_elsewhere\":{\"x\":{\"instrumentalness\":0.5}}}", -1,
	   "");
	is("{\"measured_elsewhere\":{\"x\":{\"instrumentalness\":0.9},"
	   "\"y\":{\"instrumentalness\":0.1}}}",
	   -1, "");
	is("{\"measured_elsewhere\":{\"x\":{\"instrumentalness\":\"much\"},"
	   "\"y\":7}}",
	   -1, "");
}

static void malformed(void **state)
{
	struct instrumental_words w;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(
	    instrumental_parse(&w, SPAN("# c\na\tyes\tt\nb\tyes"), "table", &e),
	    -1);
	assert_status(&e, ERR_DATA);
	assert_non_null(strstr(e.message, "table:3"));
	assert_int_equal(
	    instrumental_parse(&w, SPAN("a\tmaybe\tt\n"), "t", NULL), -1);
	assert_int_equal(instrumental_parse(&w, SPAN("a\tno\tx\n"), "t", NULL),
			 -1);
	assert_int_equal(instrumental_parse(&w, SPAN("!\tno\tt\n"), "t", NULL),
			 -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judged),
		cmocka_unit_test(measured),
		cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
