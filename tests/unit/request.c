/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/request.h"

#include <math.h>

#include "index/generation.h"
#include "testing.h"

static void test_full(void **state)
{
	struct request r = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
	    request_read(
		&r,
		SPAN("{\"query\":\" i miss my \\u0065x "
		     "\",\"top_k\":50,\"qid\":\"q 7\","
		     "\"mood\":{\"valence\":-0.5,\"arousal\":1,"
		     "\"dominance\":0.25},"
		     "\"filters\":{\"min_year\":2010,\"max_year\":2023,"
		     "\"genres\":[\"Indie\",\"Pop\"],"
		     "\"artists\":[\"A\\nB\",\" C \"],"
		     "\"exclude_artists\":\"Artist A\","
		     "\"languages\":[\"EN\",\"pt_BR\"],"
		     "\"min_duration\":90.5,\"max_duration\":600,"
		     "\"min_popularity\":0,\"max_popularity\":99.5,"
		     "\"status\":[\"VALID\",\"requires_auth\"],"
		     "\"sets\":true}}"),
		&err),
	    0);
	test_span_is(span_str(&r.query), "i miss my ex");
	test_span_is(span_str(&r.qid), "q 7");
	test_span_is(span_str(&r.genres), "Indie\nPop\n");
	test_span_is(span_str(&r.artists), "A B\nC\n");
	test_span_is(span_str(&r.exclude), "Artist A\n");
	test_span_is(span_str(&r.languages), "en\npt-br\n");
	assert_int_equal(r.top_k, 50);
	assert_true(r.year.has_min && r.year.min == 2010);
	assert_true(r.year.has_max && r.year.max == 2023);
	assert_true(r.duration.has_min && r.duration.min == 90.5);
	assert_true(r.duration.has_max && r.duration.max == 600);
	assert_true(r.popularity.has_min && r.popularity.min == 0);
	assert_true(r.popularity.has_max && r.popularity.max == 99.5);
	assert_int_equal(r.statuses, 1 << LINK_VALID | 1 << LINK_REQUIRES_AUTH);
	assert_true(r.sets && r.has_mood);
	assert_true(r.valence == -0.5F && r.arousal == 1 &&
		    r.dominance == 0.25F);
	assert_int_equal(r.warnings.n, 0);
	/* nothing of one request stays for the next */
	assert_int_equal(request_read(&r,
				      SPAN("{\"query\":\"x\",\"top_k\":"
					   "null,\"mood\":null,"
					   "\"filters\":null}"),
				      &err),
			 0);
	assert_false(r.year.has_min || r.year.has_max || r.duration.has_min ||
		     r.duration.has_max || r.popularity.has_min ||
		     r.popularity.has_max || r.sets || r.has_mood);
	assert_int_equal(r.genres.n + r.exclude.n + r.qid.n + r.artists.n +
			     r.languages.n + r.statuses,
			 0);
	assert_int_equal(r.top_k, 0);
	request_release(&r);
}

static void test_unknown_members(void **state)
{
	struct request r = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
	    request_read(&r, SPAN("{\"query\":\"x\",\"topk\":3}"), &err), 0);
	test_span_is(span_str(&r.warnings),
		     "unknown member \"topk\" ignored\n");
	/* a filter that would be ignored answers another question */
	assert_int_equal(request_read(&r,
				      SPAN("{\"query\":\"x\",\"filters\":"
					   "{\"genre\":[\"Pop\"]}}"),
				      &err),
			 -1);
	assert_non_null(strstr(err.message, "unknown filter \"genre\""));
	/* "mood" is a member, and no filter */
	assert_int_equal(request_read(&r,
				      SPAN("{\"query\":\"x\",\"filters\":"
					   "{\"mood\":{\"valence\":0,"
					   "\"arousal\":0}}}"),
				      &err),
			 -1);
	request_release(&r);
}

/* Whether the message says what is wrong. */
static void refused(const char *line, const char *says)
{
	struct request r = { 0 };
	struct err err = { 0 };

	if (!request_read(&r, span_of(line), &err))
		fail_msg("accepted: %s", line);
	assert_status(&err, ERR_RECORD);
	if (!strstr(err.message, says))
		fail_msg("%s: %s", line, err.message);
	request_release(&r);
}

static void test_malformed(void **state)
{
	static const char *const bad[][2] = {
		{ "", "not a request" },
		{ "i miss my ex", "not a request" },
		{ "[1]", "not a request" },
		{ "{\"query\":\"x\"", "not a request" },
		{ "{\"query\":\"x\"} {}", "behind" },
		{ "{}", "nothing is asked" },
		{ "{\"query\":null}", "\"query\" must be a string" },
		{ "{\"query\":7}", "\"query\" must be a string" },
		{ "{\"query\":\"  \"}", "empty" },
		{ "{\"query\":\"x\",\"top_k\":0}", "\"top_k\"" },
		{ "{\"query\":\"x\",\"top_k\":2.5}", "\"top_k\"" },
		{ "{\"query\":\"x\",\"top_k\":\"5\"}", "\"top_k\"" },
		{ "{\"query\":\"x\",\"top_k\":1e9}", "1 to 1000" },
		{ "{\"query\":\"x\",\"filters\":[]}", "\"filters\"" },
		{ "{\"query\":\"x\",\"mood\":[0,0]}", "\"mood\"" },
		{ "{\"query\":\"x\",\"mood\":{}}", "valence and arousal" },
		{ "{\"query\":\"x\",\"mood\":{\"valence\":0}}", "arousal" },
		{ "{\"query\":\"x\",\"mood\":{\"valence\":0,\"arousal\":null}}",
		  "arousal" },
		{ "{\"query\":\"x\",\"mood\":{\"valence\":0,\"arousal\":1.1}}",
		  "-1 to 1" },
		{ "{\"query\":\"x\",\"mood\":{\"valence\":\"0\","
		  "\"arousal\":0}}",
		  "\"mood\"" },
		{ "{\"query\":\"x\",\"mood\":{\"valence\":0,\"arousal\":0,"
		  "\"dominance\":-2}}",
		  "\"mood\"" },
		{ "{\"query\":\"x\",\"mood\":{\"valence\":0,\"arousal\":0,"
		  "\"energy\":1}}",
		  "alone" },
	};
	static const char *const filters[][2] = {
		{ "\"min_year\":\"2010\"", "filters.min_year" },
		{ "\"min_year\":2010.5", "whole number" },
		{ "\"max_year\":10000", "9999" },
		{ "\"genres\":[1]", "filters.genres" },
		{ "\"genres\":[\" \"]", "filters.genres" },
		{ "\"artists\":{}", "filters.artists" },
		{ "\"artists\":[\"\"]", "filters.artists" },
		{ "\"exclude_artists\":[null]", "filters.exclude_artists" },
		{ "\"languages\":[\"english\"]", "ISO 639" },
		{ "\"languages\":[\"e\"]", "ISO 639" },
		{ "\"languages\":[\"en fr\"]", "ISO 639" },
		{ "\"languages\":[\"en-\\nfr\"]", "ISO 639" },
		{ "\"languages\":7", "filters.languages" },
		{ "\"min_duration\":-1", "0 or more" },
		{ "\"max_duration\":\"3:30\"", "filters.max_duration" },
		{ "\"max_duration\":1e300", "filters.max_duration" },
		{ "\"min_popularity\":101", "0 to 100" },
		{ "\"max_popularity\":true", "0 to 100" },
		{ "\"status\":[\"ALIVE\"]", "REQUIRES_AUTH" },
		{ "\"status\":1", "filters.status" },
		{ "\"sets\":1", "filters.sets" },
		{ "\"min_year\":2011,\"max_year\":2010", "after" },
		{ "\"min_duration\":61,\"max_duration\":60.5",
		  "min_duration 61 is more than max_duration 60.5" },
		{ "\"max_popularity\":5,\"min_popularity\":6",
		  "min_popularity 6 is more than max_popularity 5" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		refused(bad[i][0], bad[i][1]);
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
		struct str line = { 0 };

		str_printf(&line, "{\"query\":\"x\",\"filters\":{%s}}",
			   filters[i][0]);
		refused(line.p, filters[i][1]);
		str_release(&line);
	}
}

static void test_words(void **state)
{
	struct request r = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(request_words(&r, SPAN("  calm "), &err), 0);
	test_span_is(span_str(&r.query), "calm");
	assert_int_equal(request_words(&r, SPAN(" "), &err), -1);
	assert_status(&err, ERR_RECORD);
	request_release(&r);
}

/* A mood needs no words. */
static void test_mood_alone(void **state)
{
	struct request r = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(request_read(&r,
				      SPAN("{\"mood\":{\"valence\":0.5,"
					   "\"arousal\":-1}}"),
				      &err),
			 0);
	assert_true(r.has_mood && r.valence == 0.5F && r.arousal == -1);
	assert_true(isnan(r.dominance));
	assert_int_equal(r.query.n, 0);
	request_reset(&r);
	assert_int_equal(request_option(&r, "mood", SPAN("-0.5, 1"), &err), 0);
	assert_int_equal(request_words(&r, SPAN(""), &err), 0);
	assert_true(r.valence == -0.5F && r.arousal == 1 && isnan(r.dominance));
	assert_int_equal(request_option(&r, "mood", SPAN("0,0,-1"), &err), 0);
	assert_true(r.dominance == -1);
	request_release(&r);
}

/* Every option says what the member of its name says. */
static void test_options(void **state)
{
	static const char *const options[][2] = {
		{ "min-year", "1990" },      { "max-year", "2000" },
		{ "max-year", "1999" },      { "genre", "Indie" },
		{ "genre", "Pop" },          { "artist", " A\nB " },
		{ "exclude-artist", "C" },   { "language", "EN" },
		{ "language", "pt_BR" },     { "min-duration", "1:30.5" },
		{ "max-duration", "600" },   { "min-popularity", "2.5" },
		{ "max-popularity", "100" }, { "status", "valid" },
		{ "status", "MOVED" },       { "mood", "0.5,-0.25,1" },
	};
	struct request r = { 0 }, want = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		assert_int_equal(request_option(&r, options[i][0],
						span_of(options[i][1]), &err),
				 0);
	assert_int_equal(request_words(&r, SPAN("x"), &err), 0);
	assert_int_equal(
	    request_read(&want,
			 SPAN("{\"query\":\"x\",\"mood\":{\"valence\":0.5,"
			      "\"arousal\":-0.25,\"dominance\":1},"
			      "\"filters\":{\"min_year\":1990,"
			      "\"max_year\":1999,\"genres\":[\"Indie\","
			      "\"Pop\"],\"artists\":[\"A B\"],"
			      "\"exclude_artists\":\"C\","
			      "\"languages\":[\"en\",\"pt-br\"],"
			      "\"min_duration\":90.5,\"max_duration\":600,"
			      "\"min_popularity\":2.5,"
			      "\"max_popularity\":100,"
			      "\"status\":[\"VALID\",\"MOVED\"]}}"),
			 &err),
	    0);
	assert_memory_equal(&r.year, &want.year, sizeof(r.year));
	assert_memory_equal(&r.duration, &want.duration, sizeof(r.duration));
	assert_memory_equal(&r.popularity, &want.popularity,
			    sizeof(r.popularity));
	test_span_is(span_str(&r.genres), want.genres.p);
	test_span_is(span_str(&r.artists), want.artists.p);
	test_span_is(span_str(&r.exclude), want.exclude.p);
	test_span_is(span_str(&r.languages), want.languages.p);
	assert_int_equal(r.statuses, want.statuses);
	assert_true(r.valence == want.valence && r.arousal == want.arousal &&
		    r.dominance == want.dominance);
	request_release(&r);
	request_release(&want);
}

static void test_bad_options(void **state)
{
	static const char *const bad[][2] = {
		{ "min-year", "x" },
		{ "max-year", "2000.5" },
		{ "genre", " " },
		{ "artist", "" },
		{ "exclude-artist", "" },
		{ "language", "English" },
		{ "min-duration", "-1" },
		{ "min-duration", "3:60" },
		{ "min-duration", "-1:30" },
		{ "min-duration", "1:-5" },
		{ "min-duration", ":30" },
		{ "max-duration", "3:" },
		{ "max-duration", "1:60:00" },
		{ "max-duration", "1:2:3:4" },
		{ "min-duration", "0:0:0:0:1" },
		{ "max-duration", "99999999999999999999:00" },
		{ "max-duration", "three" },
		{ "min-popularity", "-0.1" },
		{ "max-popularity", "nan" },
		{ "status", "alive" },
		{ "mood", "" },
		{ "mood", "1" },
		{ "mood", "0,1.5" },
		{ "mood", "0,0,0,0" },
		{ "mood", "0,0," },
		{ "mood", "sad" },
	};
	struct request r = { 0 };
	struct err err = { 0 };
	char says[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (!request_option(&r, bad[i][0], span_of(bad[i][1]), &err))
			fail_msg("accepted: --%s %s", bad[i][0], bad[i][1]);
		assert_status(&err, ERR_USAGE);
		snprintf(says, sizeof(says), "--%s takes ", bad[i][0]);
		assert_memory_equal(err.message, says, strlen(says));
	}
	assert_int_equal(request_option(&r, "nonsense", SPAN("1"), &err), -1);
	assert_false(r.has_mood);
	request_reset(&r);
	request_option(&r, "min-duration", SPAN("1:00:00"), &err);
	assert_true(r.duration.min == 3600);
	request_option(&r, "max-duration", SPAN("59:59"), &err);
	assert_int_equal(request_words(&r, SPAN("x"), &err), -1);
	assert_status(&err, ERR_USAGE);
	request_release(&r);
}

/* What can give no answer is said to. */
static void test_warnings(void **state)
{
	struct request r = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(request_read(&r,
				      SPAN("{\"query\":\"x\",\"filters\":"
					   "{\"min_popularity\":100,"
					   "\"status\":\"DEAD\"}}"),
				      &err),
			 0);
	assert_non_null(strstr(r.warnings.p, "min_popularity 100"));
	assert_non_null(strstr(r.warnings.p, "status DEAD"));
	request_release(&r);
}

/* What is asked beside words: by example, more or less, a journey. */
static void test_examples(void **state)
{
	static const char *const line =
	    "{\"like\":[\"A - B\",\"mp1\"],\"unlike\":\"mp2\",\"keep\":[],"
	    "\"more\":[\"energetic\"],\"less\":\"vocals\",\"minutes\":7.5}";
	struct request r = { 0 }, copy = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(request_read(&r, span_of(line), &err), 0);
	test_span_is(span_str(&r.like), "A - B\nmp1\n");
	test_span_is(span_str(&r.unlike), "mp2\n");
	test_span_is(span_str(&r.more), "energetic\n");
	test_span_is(span_str(&r.less), "vocals\n");
	assert_int_equal(r.keep.n, 0);
	assert_true(r.minutes == 7.5 && request_is_journey(&r));
	str_puts(&copy.query, "gone");
	copy.literal = true;
	request_copy(&copy, &r);
	test_span_is(span_str(&copy.like), r.like.p);
	assert_true(copy.like.p != r.like.p);
	assert_int_equal(copy.query.n, 0);
	assert_true(copy.minutes == 7.5 && !copy.literal);
	request_release(&copy);
	request_reset(&r);
	assert_false(request_asks(&r) || request_is_journey(&r));
	assert_int_equal(request_option(&r, "from", SPAN("a"), &err), 0);
	assert_int_equal(request_option(&r, "to", SPAN(" b "), &err), 0);
	assert_int_equal(request_words(&r, SPAN(""), &err), 0);
	test_span_is(span_str(&r.to), "b");
	assert_true(request_is_journey(&r));
	request_release(&r);
	refused("{\"from\":\"a\"}", "needs a to");
	refused("{\"to\":\"a\"}", "needs a from");
	refused("{\"from\":\"a\",\"to\":\"b\",\"arc\":\"c\"}", "without");
	refused("{\"arc\":\"a -> b\",\"query\":\"x\"}", "stations");
	refused("{\"arc\":\" \"}", "\"arc\"");
	refused("{\"arc\":[\"a\"]}", "\"arc\"");
	refused("{\"unlike\":\"a\"}", "nothing is asked");
	refused("{\"minutes\":5}", "nothing is asked");
	refused("{\"query\":\"x\",\"minutes\":0}", "minutes above 0");
	refused("{\"query\":\"x\",\"minutes\":1441}", "1440");
	refused("{\"query\":\"x\",\"like\":[7]}", "\"like\"");
}

/* What is written is read as the same. */
static void test_put(void **state)
{
	static const char *const lines[] = {
		"{\"query\":\"x \\\"y\\\"\"}",
		"{\"query\":\"x\",\"qid\":\"7\",\"top_k\":3,\"mood\":{"
		"\"valence\":0.5,\"arousal\":-0.25,\"dominance\":1},"
		"\"literal\":"
		"true,\"more\":[\"energetic\"],\"less\":[\"vocals\"],"
		"\"filters\":"
		"{\"min_year\":1990,\"max_year\":1999,\"genres\":[\"Indie\","
		"\"Pop\"],\"exclude_genres\":[\"Rap\"],\"artists\":[\"A\"],"
		"\"exclude_artists\":[\"C\"],\"languages\":[\"en\",\"pt-br\"],"
		"\"min_duration\":90.5,\"max_duration\":600,\"min_popularity\":"
		"2.5,\"max_popularity\":100,\"status\":[\"VALID\",\"MOVED\"],"
		"\"sets\":true}}",
		"{\"like\":[\"a\"],\"unlike\":[\"b\"],\"keep\":[\"c\",\"d\"]}",
		"{\"from\":\"a\",\"to\":\"b\",\"minutes\":12.5}",
		"{\"arc\":\"sad -> happy\"}",
	};
	struct str out = { 0 };
	struct request r = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		assert_int_equal(request_read(&r, span_of(lines[i]), &err), 0);
		str_reset(&out);
		request_put(&r, &out);
		test_span_is(span_str(&out), lines[i]);
	}
	request_release(&r);
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_unknown_members),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_mood_alone),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_bad_options),
		cmocka_unit_test(test_warnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
