/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of a catalogue in requests, and what is done with them. */
#include "corpus/whois.h"

#include "asktables.h"
#include "corpus/readnames.h"
#include "indexfixture.h"

static const struct {
	const char *artist, *title, *genre, *language;
	float plays;
} tracks[] = {
	/* the row of each is its place here */
	/* 0 */ { "Radiohead", "Creep", "Rock", "en", 100 },
	/* 1 */ { "Radiohead", "Karma Police", "Art Rock", "en", 50 },
	/* 2 */ { "Radiohead", "No Surprises", "Rock", "en", NAN },
	/* 3 */ { "Stone Temple Pilots", "Creep", "Rock", "en", 20 },
	/* 4 */ { "Creep", "Nothing", "Metal", "", 1 },
	/* 5 */ { "Drake", "One Dance", "Hip-Hop", "en", 90 },
	/* 6 */ { "The Sea", "Harbour", "Folk", "es", 5 },
	/* 7 */ { "Massive Attack", "Teardrop", "Trip Hop", "en", 70 },
	/* 8 */ { "Florence and the Machine", "Dog Days", "Indie", "en", 6 },
	/* 9 */ { "You", "Love", "Death Metal", "pt-BR", 2 },
	/* 10 */ { "The 1975", "Chocolate", "Pop", "en", 3 },
};
enum { TRACKS = sizeof(tracks) / sizeof(*tracks) };

struct made {
	struct fixture f;
	struct generation *g;
	struct named *named;
	struct whois *who;
	struct str text, as, plain;
	struct askwords *words;
	struct reading r;
	struct asks asks;
	struct wish wish;
};

static int setup(void **state)
{
	struct made *m = mem_zalloc(1, sizeof(*m));
	struct indexwriter *w = indexwriter_new(NULL);
	struct index_sources none = { 0 };
	struct index_counts counts;
	struct err err = { 0 };

	m->f = (struct fixture){ .n = TRACKS, .path = test_path("whois.idx") };
	m->f.rows = mem_zalloc(TRACKS, sizeof(*m->f.rows));
	for (size_t i = 0; i < TRACKS; i++) {
		struct fixture_row *r = &m->f.rows[i];

		r->key = i + 1;
		snprintf(r->id, sizeof(r->id), "mp%zu", i);
		snprintf(r->title, sizeof(r->title), "%s", tracks[i].title);
		snprintf(r->artist, sizeof(r->artist), "%s", tracks[i].artist);
		snprintf(r->genre, sizeof(r->genre), "%s", tracks[i].genre);
		snprintf(r->language, sizeof(r->language), "%s",
			 tracks[i].language);
		r->plays = tracks[i].plays;
		r->duration = NAN;
		fixture_add(w, r);
	}
	assert_int_equal(
	    fixture_write(w, &none, NULL, m->f.path, &counts, &err), 0);
	indexwriter_free(w);
	m->g = generation_open(m->f.path, &err);
	assert_non_null(m->g);
	m->named = named_new(m->g);
	m->who = whois_new(m->g, m->named);
	m->words = asktables_load(&m->text);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct made *m = *state;

	whois_free(m->who);
	named_free(m->named);
	askwords_free(m->words);
	reading_release(&m->r);
	asks_release(&m->asks);
	str_release(&m->text);
	str_release(&m->as);
	str_release(&m->plain);
	generation_close(m->g);
	unlink(m->f.path);
	fixture_release(&m->f);
	free(m);
	return 0;
}

static void test_artists(void **state)
{
	struct made *m = *state;

	assert_true(whois_artist(m->who, SPAN("RADIOHEAD"), false, &m->as));
	test_span_is(span_str(&m->as), "Radiohead");
	assert_false(whois_artist(m->who, SPAN("radiohaed"), false, &m->as));
	assert_true(whois_artist(m->who, SPAN("radiohaed"), true, &m->as));
	test_span_is(span_str(&m->as), "Radiohead");
	assert_false(whois_artist(m->who, SPAN("nobody"), true, &m->as));
	assert_false(whois_artist(m->who, SPAN(""), true, &m->as));
	assert_true(whois_is_name(m->who, SPAN("creep by radiohead")));
	assert_true(whois_is_name(m->who, SPAN("the 1975")));
	assert_false(whois_is_name(m->who, SPAN("songs by radiohead")));
	assert_true(whois_language(m->who, SPAN("es")));
	assert_true(whois_language(m->who, SPAN("pt")));
	assert_false(whois_language(m->who, SPAN("de")));
}

static void test_tracks(void **state)
{
	struct made *m = *state;
	uint32_t rows[4];

	assert_int_equal(
	    whois_tracks(m->who, SPAN("radiohead"), true, 4, rows, &m->as), 3);
	assert_int_equal(rows[0], 0);
	assert_int_equal(rows[2], 2);
	test_span_is(span_str(&m->as), "Radiohead");
	/* with room for less, the first and one from the middle */
	assert_int_equal(
	    whois_tracks(m->who, SPAN("radiohead"), true, 2, rows, &m->as), 2);
	assert_int_equal(rows[1], 1);
	/* an artist of one play, a title of a hundred */
	assert_int_equal(
	    whois_tracks(m->who, SPAN("creep"), true, 4, rows, &m->as), 1);
	assert_int_equal(rows[0], 0);
	test_span_is(span_str(&m->as), "Radiohead - Creep");
	assert_int_equal(whois_tracks(m->who, SPAN("creep stone temple pilots"),
				      true, 4, rows, &m->as),
			 1);
	assert_int_equal(rows[0], 3);
	assert_int_equal(
	    whois_tracks(m->who, SPAN("teardop"), true, 4, rows, &m->as), 1);
	assert_int_equal(
	    whois_tracks(m->who, SPAN("teardop"), false, 4, rows, &m->as), 0);
	assert_int_equal(
	    whois_tracks(m->who, SPAN("radiohead"), true, 0, rows, &m->as), 0);
}

/* What is left of the request after all names were read. */
static void read_all(struct made *m, const char *request)
{
	reading_start(&m->r, m->words, span_of(request));
	asks_reset(&m->asks);
	wish_reset(&m->wish);
	readnames_language(&m->r, m->who, &m->asks);
	readnames_like(&m->r, m->who, &m->asks, &m->wish);
	readnames_without(&m->r, m->who, &m->asks, &m->wish);
	readnames_by(&m->r, m->who, &m->asks);
	str_reset(&m->plain);
	reading_without(&m->r,
			1u << USE_FILTER | 1u << USE_NEGATION | 1u << USE_FRAME,
			&m->plain);
}

static void test_read(void **state)
{
	static const struct {
		const char *request, *artists, *exclude, *genres, *languages;
		size_t like;
		enum vocals vocals;
		const char *plain;
		bool warns;
	} cases[] = {
		{ "songs like radiohead", "", "", "", "", 3, VOCALS_ANY,
		  "radiohead", false },
		{ "songs like radiohaed but happy", "", "", "", "", 3,
		  VOCALS_ANY, "radiohaed but happy", false },
		{ "similar to \"Creep\"", "", "", "", "", 1, VOCALS_ANY,
		  "\"Creep\"", false },
		{ "songs like drake and florence and the machine", "", "", "",
		  "", 2, VOCALS_ANY, "drake and florence and the machine",
		  false },
		{ "radiohead-like", "", "", "", "", 3, VOCALS_ANY, "radiohead-",
		  false },
		{ "songs like zyzzyx", "", "", "", "", 0, VOCALS_ANY,
		  "songs like zyzzyx", true },
		{ "music like a warm hug", "", "", "", "", 0, VOCALS_ANY,
		  "music like a warm hug", false },
		{ "music like the sea", "", "", "", "", 0, VOCALS_ANY,
		  "music like the sea", true },
		{ "songs by radiohead", "Radiohead\n", "", "", "", 0,
		  VOCALS_ANY, "songs", false },
		{ "songs by radiohaed", "Radiohead\n", "", "", "", 0,
		  VOCALS_ANY, "songs", true },
		{ "tracks by drake or massive attack",
		  "Drake\nMassive Attack\n", "", "", "", 0, VOCALS_ANY,
		  "tracks", false },
		{ "songs by the sea", "", "", "", "", 0, VOCALS_ANY,
		  "songs by the sea", false },
		{ "songs by The Sea", "The Sea\n", "", "", "", 0, VOCALS_ANY,
		  "songs", false },
		{ "step by step", "", "", "", "", 0, VOCALS_ANY, "step by step",
		  false },
		{ "songs by zyzzyx", "", "", "", "", 0, VOCALS_ANY,
		  "songs by zyzzyx", true },
		{ "rap without drake", "", "Drake\n", "", "", 0, VOCALS_ANY,
		  "rap", false },
		{ "rap except drake and radiohead", "", "Drake\nRadiohead\n",
		  "", "", 0, VOCALS_ANY, "rap", false },
		{ "without you", "", "", "", "", 0, VOCALS_ANY, "without you",
		  false },
		{ "rap, but no drake", "", "Drake\n", "", "", 0, VOCALS_ANY,
		  "rap,", false },
		{ "rock, no metal or death metal", "", "",
		  "metal\ndeath metal\n", "", 0, VOCALS_ANY, "rock,", false },
		{ "no vocals", "", "", "", "", 0, VOCALS_NONE, "", false },
		{ "piano without any singing", "", "", "", "", 0, VOCALS_NONE,
		  "piano", false },
		{ "not instrumental", "", "", "", "", 0, VOCALS_SUNG, "",
		  false },
		{ "sad songs in spanish", "", "", "", "es\n", 0, VOCALS_ANY,
		  "sad songs", false },
		{ "spanish pop", "", "", "", "es\n", 0, VOCALS_ANY, "pop",
		  false },
		{ "spanish guitar", "", "", "", "", 0, VOCALS_ANY,
		  "spanish guitar", false },
		{ "german songs", "", "", "", "", 0, VOCALS_ANY, "german songs",
		  true },
		{ "\"songs by radiohead\"", "", "", "", "", 0, VOCALS_ANY,
		  "\"songs by radiohead\"", false },
	};
	struct made *m = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		read_all(m, cases[i].request);
		if (!span_is(span_str(&m->asks.artists), cases[i].artists) ||
		    !span_is(span_str(&m->asks.exclude), cases[i].exclude) ||
		    !span_is(span_str(&m->asks.genres_out), cases[i].genres) ||
		    !span_is(span_str(&m->asks.languages),
			     cases[i].languages) ||
		    m->wish.like_count != cases[i].like ||
		    m->wish.vocals != cases[i].vocals ||
		    (m->asks.warnings.n > 0) != cases[i].warns)
			fail_msg("%s: by %s, not %s, %s; like %zu, %s",
				 cases[i].request, str_z(&m->asks.artists),
				 str_z(&m->asks.exclude),
				 str_z(&m->asks.genres_out), m->wish.like_count,
				 str_z(&m->asks.warnings));
		test_span_is(span_str(&m->plain), cases[i].plain);
	}
}

static void test_nobody(void **state)
{
	struct made *m = *state;
	struct whois *who = m->who;

	m->who = NULL; /* without a catalogue nobody is known */
	read_all(m, "songs like radiohead by drake without metal");
	m->who = who;
	assert_int_equal(m->wish.like_count, 0);
	test_span_is(span_str(&m->asks.genres_out), "metal\n");
	test_span_is(span_str(&m->plain), "songs like radiohead by drake");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_artists),
		cmocka_unit_test(test_tracks),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_nobody),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
