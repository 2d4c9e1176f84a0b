/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tracks by the names that a request has. */
#include "indexfixture.h"

#include <sys/mman.h>

#include "corpus/named.h"

/* In place of the C library's: how often pages were advised. */
static size_t advised;

int posix_madvise(void *p, size_t n, int advice)
{
	(void)n;
	(void)advice;
	assert_int_equal((uintptr_t)p % 4096, 0);
	advised++;
	return 0;
}

enum { MOST = 64 };

static const struct {
	const char *artist, *title;
	float plays;
} tracks[] = {
	/* the row of each is its place here */
	/* 0 */ { "Radiohead", "Creep", 100 },
	/* 1 */ { "Radiohead", "Karma Police", 50 },
	/* 2 */ { "RADIOHEAD", "No Surprises", NAN },
	/* 3 */ { "The Beatles", "Let It Be", 80 },
	/* 4 */ { "Beatles, The", "Yesterday", 70 },
	/* 5 */ { "Bj\xc3\xb6rk", "J\xc3\xb3ga", 5 },
	/* 6 */ { "Stone Temple Pilots", "Creep", 20 },
	/* 7 */ { "Ben E. King", "Stand by Me", 9 },
	/* 8 */ { "", "Creep", 1 },
	/* 9 */ { "Queen", "Radiohead", 3 },
	/* 10 */ { "Happy", "Happy", 1 },
	/* 11 */ { "Pharrell Williams", "Happy", 7 },
	/* 12 */ { "Simon & Garfunkel", "The Boxer", 2 },
	/* 13 */ { "\xe6\xbc\xa2\xe5\xad\x97", "\xe6\x9d\xb1\xe4\xba\xac", 1 },
	/* 14 */ { "", "", 1 },
	/* 15 */ { "U2", "One", 1 },
	/* 16 */ { "Stand", "Me", 1 },
	/* 17 */ { "One Two Three Four", "Five Six Seven Eight Nine Ten", 1 },
};
enum { TRACKS = sizeof(tracks) / sizeof(*tracks) };

static struct generation *make(struct fixture *f)
{
	struct indexwriter *w = indexwriter_new(NULL);
	struct index_sources none = { 0 };
	struct index_counts counts;
	struct generation *g;
	struct err err = { 0 };

	*f = (struct fixture){ .n = TRACKS, .path = test_path("named.idx") };
	f->rows = mem_zalloc(TRACKS, sizeof(*f->rows));
	for (size_t i = 0; i < TRACKS; i++) {
		struct fixture_row *r = &f->rows[i];

		r->key = i + 1;
		snprintf(r->id, sizeof(r->id), "mp%zu", i);
		snprintf(r->title, sizeof(r->title), "%s", tracks[i].title);
		snprintf(r->artist, sizeof(r->artist), "%s", tracks[i].artist);
		r->plays = tracks[i].plays;
		r->duration = NAN;
		fixture_add(w, r);
	}
	assert_int_equal(fixture_write(w, &none, NULL, f->path, &counts, &err),
			 0);
	indexwriter_free(w);
	g = generation_open(f->path, &err);
	assert_non_null(g);
	return g;
}

static void test_found(void **state)
{
	static const struct {
		const char *asked, *rows;
	} cases[] = {
		/* an artist; a title that is called like one */
		{ "radiohead", "0 1 9 2 " },
		{ "  Radiohead ! ", "0 1 9 2 " },
		{ "radiohaed", "0 1 9 2 " },
		{ "radioheda", "0 1 9 2 " },
		{ "raidohead", "0 1 9 2 " },
		{ "bjork", "5 " },
		{ "BJO\xcc\x88RK", "5 " },
		{ "simon and garfunkel", "12 " },
		{ "u2", "15 " },
		/* "the" */
		{ "the beatles", "3 4 " },
		{ "Beatles, The", "4 3 " },
		{ "beatles", "3 4 " },
		{ "the radiohead", "0 1 9 2 " },
		/* a title */
		{ "creep", "0 6 8 " },
		{ "yestreday", "4 " },
		{ "yesterdy", "4 " },
		{ "joga", "5 " },
		{ "boxer", "12 " },
		{ "stand by me", "7 " },
		{ "happy", "11 10 " },
		{ "\xe6\x9d\xb1\xe4\xba\xac", "13 " },
		/* both, in either order */
		{ "radiohead creep", "0 " },
		{ "creep radiohead", "0 " },
		{ "Creep by Radiohead", "0 " },
		{ "radiohead - creep", "0 " },
		{ "radiohaed creep", "0 " },
		{ "creep by raidohead", "0 " },
		{ "creep stone temple pilots", "6 " },
		{ "j\xc3\xb3ga by bjork", "5 " },
		{ "stand by me ben e king", "7 " },
		{ "stand by me by ben e king", "7 " },
		{ "simon garfunkle boxer", "12 " },
		{ "happy happy", "10 " },
		{ "happy by happy", "10 " },
		{ "me by stand", "16 " },
		{ "happy pharrell williams", "11 " },
		{ "one u2", "15 " },
		{ "let it be the beatles", "3 " },
		/* ten words; eleven */
		{ "one two three four five six seven eight nine ten", "17 " },
		{ "one two three four five six seven eight nine ten by", "" },
		/* "by" has the artist behind it */
		{ "u2 by one", "" },
		/* of an artist, but of another's */
		{ "creep by queen", "" },
		{ "yesterday radiohead", "" },
		/* no names */
		{ "nothing at all like it", "" },
		{ "radio", "" },
		{ "x", "" },
		{ "by", "" },
		{ "by by by", "" },
		{ "", "" },
		{ " \t\n", "" },
		{ "!!!", "" },
	};
	struct search_among a = { .k = MOST };
	struct topk_item best[MOST];
	struct str rows = { 0 };
	struct generation *g;
	struct named *n;
	struct fixture f;

	(void)state;
	g = make(&f);
	n = named_new(g);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t found = named_find(n, span_of(cases[i].asked), &a, best);

		str_reset(&rows);
		for (size_t k = 0; k < found; k++)
			str_printf(&rows, "%u ", best[k].index);
		if (strcmp(str_z(&rows), cases[i].rows))
			fail_msg("\"%s\": rows %s, not %s", cases[i].asked,
				 rows.p, cases[i].rows);
	}
	str_release(&rows);
	named_free(n);
	named_free(NULL);
	generation_close(g);
	fixture_release(&f);
}

static void test_scores(void **state)
{
	struct search_among a = { .k = MOST };
	struct topk_item best[MOST];
	struct generation *g;
	struct named *n;
	struct fixture f;

	(void)state;
	g = make(&f);
	n = named_new(g);
	assert_int_equal(named_find(n, SPAN("creep by radiohead"), &a, best),
			 1);
	assert_float_equal(best[0].score, 2, 1e-6);
	/* two letters swapped, one of nine changes */
	assert_int_equal(named_find(n, SPAN("creep radiohaed"), &a, best), 1);
	assert_float_equal(best[0].score, 1 + (1 - 1.0 / 9 - 0.01), 1e-6);
	assert_int_equal(named_find(n, SPAN("karma plice radiohaed"), &a, best),
			 1);
	assert_float_equal(best[0].score,
			   1 + (1 - 1.0 / 9 - 0.01) * (1 - 1.0 / 11 - 0.01),
			   1e-6);
	assert_int_equal(named_find(n, SPAN("beatles"), &a, best), 2);
	assert_float_equal(best[0].score, 0.99, 1e-6);
	assert_int_equal(named_find(n, SPAN("the beatles"), &a, best), 2);
	assert_float_equal(best[0].score, 1, 1e-6);
	assert_float_equal(best[1].score, 0.99, 1e-6);
	named_free(n);
	generation_close(g);
	fixture_release(&f);
}

/* What was looked for before, of another kind or nearer, is not mixed up. */
static void test_kept(void **state)
{
	struct namefind_work *work = namefind_work_new();
	struct namefind_name got[NAMED_MOST], want[NAMED_MOST];
	struct str name = { 0 };
	struct err err = { 0 };
	struct generation *g;
	struct named *n;
	struct fixture f;
	size_t found = 0;

	(void)state;
	fixture_make(&f, 300, 3, "");
	g = generation_open(f.path, &err);
	n = named_new(g);
	/* more than are kept, each twice, some again when it was dropped */
	for (size_t i = 0; i < 1200; i++) {
		enum named_kind kind = i / 2 % 2 ? NAMED_TITLE : NAMED_ARTIST;
		uint32_t far = (uint32_t)(i / 4 % 3);
		size_t k = 1 + i % NAMED_MOST, most;
		const struct name_rows *names =
		    kind == NAMED_TITLE ? &g->by_title : &g->by_artist;

		str_reset(&name);
		str_printf(&name, i % 16 < 8 ? "artist %zu" : "titel %zu",
			   i / 12 % 40);
		most = namefind_search(&names->find, work, span_str(&name), far,
				       k, want);
		assert_int_equal(
		    named_like(n, kind, span_str(&name), far, k, got), most);
		found += most;
		for (size_t j = 0; j < most; j++) {
			assert_int_equal(got[j].name, want[j].name);
			assert_true(got[j].similarity == want[j].similarity);
		}
	}
	assert_true(found > 300);
	str_release(&name);
	namefind_work_free(work);
	named_free(n);
	generation_close(g);
	fixture_release(&f);
}

/* Filters, caps and k take from what there is without them. */
static void test_among(void **state)
{
	static const char spelt[] = "same 0 by artist 7";
	static const char *const asked[] = { "artist 3", "artits 11",
					     "same 1",   "artist 5 same 2",
					     spelt,      "title 4 \xc3\xa9",
					     "nobody" };
	static const size_t caps[] = { 0, 1, 3 }, ks[] = { 0, 1, 2, 10, MOST };
	struct topk_item *all = mem_zalloc(2000, sizeof(*all));
	uint8_t *allowed = mem_zalloc(2000, 1);
	struct topk_item best[MOST];
	struct err err = { 0 };
	struct generation *g;
	struct named *n;
	struct fixture f;
	size_t met = 0;

	(void)state;
	fixture_make(&f, 1500, 3, "");
	g = generation_open(f.path, &err);
	n = named_new(g);
	for (size_t i = 0; i < 7 * 3 * 5 * 4; i++) {
		size_t every = (size_t[]){ 1, 2, 9, 4000 }[i % 4];
		struct search_among a = { .allowed = allowed,
					  .k = ks[i / 4 % 5],
					  .per_artist = caps[i / 20 % 3] };
		struct search_among whole = { .k = 2000 };
		struct span text = span_of(asked[i / 60]);
		size_t most = named_find(n, text, &whole, all), want = 0, got;

		for (size_t k = 0; k < f.n; k++)
			a.eligible += allowed[k] = k % every == every / 2;
		got = named_find(n, text, &a, best);
		for (size_t k = 0; k < most && want < a.k; k++) {
			uint32_t artist = g->artist[all[k].index];
			size_t same = 0;

			for (size_t j = 0; j < want; j++)
				same += artist != CATALOGUE_NONE &&
					g->artist[best[j].index] == artist;
			if (!allowed[all[k].index] ||
			    (a.per_artist && same >= a.per_artist))
				continue;
			assert_true(want < got);
			assert_int_equal(best[want].index, all[k].index);
			assert_true(best[want].score == all[k].score);
			want++;
		}
		assert_int_equal(got, want);
		met += got;
		/* in order, each once */
		for (size_t k = 1; k < most; k++) {
			const struct topk_item *x = &all[k - 1], *y = &all[k];
			float p = g->plays[x->index], q = g->plays[y->index];

			p = p > 0 ? p : 0;
			q = q > 0 ? q : 0;
			assert_true(
			    x->score > y->score ||
			    (x->score == y->score &&
			     (p > q || (p == q && x->index < y->index))));
		}
	}
	assert_true(met > 500);
	named_free(n);
	generation_close(g);
	fixture_release(&f);
	free(all);
	free(allowed);
}

/* Pages of artists' and titles' names, once each. */
static void test_advised(void **state)
{
	struct search_among a = { .k = MOST };
	struct topk_item best[MOST];
	struct generation *g;
	struct named *n;
	struct fixture f;
	size_t once;

	(void)state;
	g = make(&f);
	n = named_new(g);
	advised = 0;
	named_find(n, SPAN("creep by radiohead"), &a, best);
	once = advised;
	assert_in_range(once, 1, 4);
	for (int i = 0; i < 5; i++)
		named_find(n, SPAN("yesterday by the beatles"), &a, best);
	assert_int_equal(advised, once);
	named_free(n);
	generation_close(g);
	fixture_release(&f);
}

/* Whatever bytes: in bounds, and no more than asked for. */
static void test_hostile(void **state)
{
	static const char mark[] = "\xef\xbb\xbf"
				   "creep";
	static const char *const bad[] = {
		"\xff\xfe creep",   "creep\xff",      "\xc3", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "creep \xe2\x80", mark
	};
	struct search_among a = { .k = 5, .per_artist = 1 };
	struct topk_item best[5];
	struct str long_one = { 0 };
	struct generation *g;
	struct named *n;
	struct fixture f;
	uint64_t rng = 3;

	(void)state;
	g = make(&f);
	n = named_new(g);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_true(named_find(n, span_of(bad[i]), &a, best) <= 5);
	for (size_t i = 0; i < 3000; i++) {
		static const char *const parts[] = {
			"creep",    " by ", "\xff", "radio", "head",
			"\xcc\x88", " ",    "-",    "the ",  "\0x"
		};
		size_t found;

		str_reset(&long_one);
		for (size_t k = rng_below(&rng, 12); k > 0; k--)
			str_puts(&long_one, parts[rng_below(&rng, 10)]);
		if (i % 3 == 0)
			str_putc(&long_one, (char)rng_next(&rng));
		found = named_find(n, span_str(&long_one), &a, best);
		assert_true(found <= 5);
		for (size_t k = 0; k < found; k++)
			assert_true(best[k].index < TRACKS);
	}
	/* one word without an end */
	str_reset(&long_one);
	for (size_t i = 0; i < 60000; i++)
		str_putc(&long_one, (char)('a' + i % 26));
	assert_int_equal(named_find(n, span_str(&long_one), &a, best), 0);
	str_release(&long_one);
	named_free(n);
	generation_close(g);
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),   cmocka_unit_test(test_scores),
		cmocka_unit_test(test_kept),    cmocka_unit_test(test_among),
		cmocka_unit_test(test_advised), cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
