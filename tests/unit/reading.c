/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of requests with their places; years and lengths among them. */
#include "corpus/readyears.h"

#include <math.h>

#include "asktables.h"
#include "math/random.h"

struct tables {
	struct str text, out;
	struct askwords *words;
	struct reading r;
	struct asks asks;
};

static int setup(void **state)
{
	struct tables *t = mem_zalloc(1, sizeof(*t));

	t->words = asktables_load(&t->text);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct tables *t = *state;

	askwords_free(t->words);
	reading_release(&t->r);
	asks_release(&t->asks);
	str_release(&t->text);
	str_release(&t->out);
	free(t);
	return 0;
}

static void read_all(struct tables *t, struct span request)
{
	reading_start(&t->r, t->words, request);
	asks_reset(&t->asks);
	readyears(&t->r, &t->asks);
	readlengths(&t->r, &t->asks);
	str_reset(&t->out);
	reading_without(&t->r, 1u << USE_FILTER, &t->out);
}

static void test_places(void **state)
{
	struct tables *t = *state;
	struct reading *r = &t->r;
	size_t n;

	reading_start(r, t->words,
		      SPAN("Songs like \"The Cure\", lo-fi; a bit DARK"));
	assert_int_equal(r->count, 9);
	assert_non_null(reading_find(r, 0, ASK_LIKE, &n));
	assert_int_equal(n, 2);
	assert_true(r->words[0].capital && !r->words[1].capital);
	assert_true(r->words[2].quoted && r->words[3].quoted);
	assert_false(r->words[4].quoted);
	assert_int_equal(r->words[2].gap, GAP_MARK);
	assert_null(reading_find(r, 2, ASK_FILLER, &n)); /* "the" in quotes */
	assert_non_null(reading_find(r, 4, ASK_GENRE, &n));
	assert_int_equal(n, 2); /* across a hyphen */
	assert_int_equal(reading_before(r, 8, ASK_DEGREE), 2);
	assert_true(reading_ends(r, 6) && !reading_ends(r, 5));
	reading_use(r, 0, 1, USE_FRAME);
	assert_null(reading_find(r, 0, ASK_LIKE, &n));
	assert_non_null(reading_any(r, 0, ASK_LIKE, &n));
	test_span_is(reading_span(r, 2, 2), "The Cure");
}

static void test_without(void **state)
{
	struct tables *t = *state;

	reading_start(&t->r, t->words, SPAN("sad  songs, no drums - please"));
	reading_use(&t->r, 2, 2, USE_NEGATION);
	str_reset(&t->out);
	reading_without(&t->r, 1u << USE_NEGATION, &t->out);
	test_span_is(span_str(&t->out), "sad  songs, - please");
	reading_use(&t->r, 0, 5, USE_FILTER);
	str_reset(&t->out);
	reading_without(&t->r, 1u << USE_FILTER, &t->out);
	test_span_is(span_str(&t->out), "");
	str_reset(&t->out);
	reading_without(&t->r, 0, &t->out);
	test_span_is(span_str(&t->out), "sad  songs, no drums - please");
	/* a quote that is never closed is none */
	reading_start(&t->r, t->words, SPAN("12\" mixes of the 80s"));
	assert_false(t->r.words[t->r.count - 1].quoted);
}

#define OPEN INFINITY

static void test_years(void **state)
{
	static const struct {
		const char *request;
		double min, max; /* 0, 0: none */
		const char *left;
	} cases[] = {
		{ "90s", 1990, 1999, "" },
		{ "the 80's", 1980, 1989, "" },
		{ "sad songs from the late 90s", 1997, 1999, "sad songs" },
		{ "early 2000s rock", 2000, 2003, "rock" },
		{ "00s pop", 2000, 2009, "pop" },
		{ "seventies", 1970, 1979, "" },
		{ "60s and 70s", 1960, 1979, "" },
		{ "from the 60s to the 80s", 1960, 1989, "" },
		{ "between 1990 and 1995", 1990, 1995, "" },
		{ "1990-1995", 1990, 1995, "" },
		{ "1990\xe2\x80\x93"
		  "1995",
		  1990, 1995, "" },
		{ "'85 to '89", 1985, 1989, "'" },
		{ "before 2000", -OPEN, 1999, "" },
		{ "before the 90s", -OPEN, 1989, "" },
		{ "until 1990", -OPEN, 1990, "" },
		{ "after the 90s", 2000, OPEN, "" },
		{ "since 2010", 2010, OPEN, "" },
		{ "1959 onwards", 1959, OPEN, "" },
		{ "1959 or earlier", -OPEN, 1959, "" },
		{ "nothing before 1990", 1990, OPEN, "" },
		{ "hits of 1999", 1999, 1999, "hits" },
		{ "1999 songs", 1999, 1999, "songs" },
		{ "after 1980, before 1990", 1981, 1989, "" },
		/* none */
		{ "1999", 0, 0, "1999" },
		{ "summer of 1985", 0, 0, "summer of 1985" },
		{ "summer of 69", 0, 0, "summer of 69" },
		{ "songs about the 90s", 0, 0, "songs about the 90s" },
		{ "90s kid", 0, 0, "90s kid" },
		{ "born in 1985", 0, 0, "born in 1985" },
		{ "\"before 2000\"", 0, 0, "\"before 2000\"" },
		{ "from 3000", 0, 0, "from 3000" },
		{ "the 95s", 0, 0, "the 95s" },
		{ "since you", 0, 0, "since you" },
		{ "between 1995 and 1990", 0, 0, "between 1995 and 1990" },
	};
	struct tables *t = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct request_range *y = &t->asks.year;
		bool none = cases[i].max == 0 && cases[i].min == 0;

		read_all(t, span_of(cases[i].request));
		if (y->has_min != (!none && isfinite(cases[i].min)) ||
		    y->has_max != (!none && isfinite(cases[i].max)) ||
		    (y->has_min && y->min != cases[i].min) ||
		    (y->has_max && y->max != cases[i].max))
			fail_msg("%s: %d %g %d %g", cases[i].request,
				 y->has_min, y->min, y->has_max, y->max);
		if (none == (t->asks.notes.n > 0))
			fail_msg("%s: note", cases[i].request);
		test_span_is(span_str(&t->out), cases[i].left);
	}
}

static void test_lengths(void **state)
{
	static const struct {
		const char *request;
		double min, max;
		const char *left;
	} cases[] = {
		{ "under 3 minutes", -OPEN, 180, "" },
		{ "rock under 3:30", -OPEN, 210, "rock" },
		{ "less than three minutes long", -OPEN, 180, "" },
		{ "over 2.5 min", 150, OPEN, "" },
		{ "at least half an hour", 1800, OPEN, "" },
		{ "3 minutes or less", -OPEN, 180, "" },
		{ "five minutes or more", 300, OPEN, "" },
		{ "under 90sec", -OPEN, 90, "" },
		{ "2-4 minutes", 120, 240, "" },
		{ "between 30 seconds and 2 minutes", 30, 120, "" },
		{ "4 min max", -OPEN, 240, "" },
		/* none */
		{ "4 minutes", 0, 0, "4 minutes" },
		{ "over 9000", 0, 0, "over 9000" },
		{ "under pressure", 0, 0, "under pressure" },
		{ "30 seconds to mars", 0, 0, "30 seconds to mars" },
		{ "under 3:75", 0, 0, "under 3:75" },
		{ "under 99999999 minutes", 0, 0, "under 99999999 minutes" },
	};
	struct tables *t = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct request_range *d = &t->asks.duration;
		bool none = cases[i].max == 0 && cases[i].min == 0;

		read_all(t, span_of(cases[i].request));
		if (d->has_min != (!none && isfinite(cases[i].min)) ||
		    d->has_max != (!none && isfinite(cases[i].max)) ||
		    (d->has_min && d->min != cases[i].min) ||
		    (d->has_max && d->max != cases[i].max))
			fail_msg("%s: %d %g %d %g", cases[i].request,
				 d->has_min, d->min, d->has_max, d->max);
		test_span_is(span_str(&t->out), cases[i].left);
	}
}

static void test_told(void **state)
{
	struct tables *t = *state;

	read_all(t, SPAN("sad 80s songs under 3 minutes"));
	test_span_is(span_str(&t->asks.notes),
		     "{\"words\":\"80s\",\"min_year\":1980,\"max_year\":1989},"
		     "{\"words\":\"under 3 minutes\",\"max_duration\":180}");
	read_all(t, SPAN("not the 80s"));
	assert_false(asks_any(&t->asks));
	assert_non_null(strstr(str_z(&t->asks.warnings), "cannot be left out"));
}

/* Whatever the bytes, what is left is a part of the request, in order. */
static void test_any_bytes(void **state)
{
	static const char *const parts[] = {
		"90s",  "'",        "\"",       "before ", "2000", "-",  ":",
		" ",    "\xff",     "\xe2\x80", "under ",  "3",    ".5", " min",
		"and ", "\xc3\xa9", "from ",    "to ",     "\0",   ",",  "s",
	};
	struct tables *t = *state;
	struct str request = { 0 };
	struct random rng;

	random_seed(&rng, 7, 0);
	for (int i = 0; i < 20000; i++) {
		size_t n = random_below(&rng, 24), at = 0;

		str_reset(&request);
		while (n--)
			str_puts(&request,
				 parts[random_below(&rng, sizeof(parts) /
							      sizeof(*parts))]);
		read_all(t, span_str(&request));
		for (size_t k = 0; k < t->out.n; k++) {
			while (at < request.n && request.p[at] != t->out.p[k])
				at++;
			assert_true(at++ < request.n);
		}
	}
	str_release(&request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places), cmocka_unit_test(test_without),
		cmocka_unit_test(test_years),  cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_told),   cmocka_unit_test(test_any_bytes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
