/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters against looking at each row, over catalogues made at random. */
#include "corpus/eligible.h"

#include <math.h>

#include "testing.h"

/* Folded and sorted, as in an index. */
static const char *const artists[] = {
	"!!!",   "artist 1",  "artist 2",          "artist 3",   "beatles",
	"bjork", "radiohead", "simon & garfunkel", "the beatles"
};
static const char *const genres[] = { "90s pop",    "drum and bass", "hip hop",
				      "indie rock", "r&b",           "rock" };
static const char *const languages[] = { "de", "en", "pt", "pt-br", "pt_pt" };
#define COUNT(x) (sizeof(x) / sizeof(*(x)))

struct world {
	struct generation g;
	uint32_t *artist, *genre, *first, *rows;
	uint16_t *language;
	int16_t *year;
	float *duration, *popularity;
	uint8_t *link, *flags;
	uint64_t *offsets;
	struct str blob, find, names[3];
	uint64_t name_offsets[3][16];
	size_t *less, with; /* popularity: lower ones, all there are */
};

static struct names list(struct world *w, int i, const char *const *names,
			 size_t n)
{
	for (size_t k = 0; k < n; k++) {
		w->name_offsets[i][k] = w->names[i].n;
		str_puts(&w->names[i], names[k]);
	}
	w->name_offsets[i][n] = w->names[i].n;
	return (struct names){ n, w->name_offsets[i], span_str(&w->names[i]) };
}

static void fill(struct world *w, size_t i, uint64_t *seed)
{
	size_t a = rng_below(seed, COUNT(artists) + 1);
	size_t genre = rng_below(seed, COUNT(genres) + 1);
	size_t language = rng_below(seed, COUNT(languages) + 1);

	w->artist[i] = a < COUNT(artists) ? (uint32_t)a : CATALOGUE_NONE;
	w->genre[i] = genre < COUNT(genres) ? (uint32_t)genre : CATALOGUE_NONE;
	w->language[i] = language < COUNT(languages) ? (uint16_t)language
						     : CATALOGUE_NO_LANGUAGE;
	w->year[i] = rng_below(seed, 4) ? (int16_t)(1990 + rng_below(seed, 20))
					: CATALOGUE_NO_YEAR;
	w->duration[i] =
	    rng_below(seed, 4) ? (float)rng_below(seed, 3000) / 10 : NAN;
	w->popularity[i] =
	    rng_below(seed, 4) ? (float)rng_below(seed, 90) / 90 : NAN;
	w->link[i] = (uint8_t)rng_below(seed, LINK_COUNT);
	w->flags[i] = (uint8_t)rng_below(seed, 8);
	for (int f = 0; f < CATALOGUE_FIELDS; f++) {
		w->offsets[i * CATALOGUE_FIELDS + (size_t)f] = w->blob.n;
		if (f == CATALOGUE_ARTIST && a < COUNT(artists))
			for (const char *p = artists[a]; *p; p++)
				str_putc(&w->blob,
					 (char)(*p & ~(*p >> 1 & 32)));
	}
	w->offsets[(i + 1) * CATALOGUE_FIELDS] = w->blob.n;
}

static void index_artists(struct world *w)
{
	struct generation *g = &w->g;
	struct span names[COUNT(artists)];
	struct err err = { 0 };
	size_t n = 0;

	for (uint32_t a = 0; a < COUNT(artists); a++) {
		names[a] = span_of(artists[a]);
		w->first[a] = (uint32_t)n;
		for (size_t i = 0; i < g->count; i++)
			if (w->artist[i] == a)
				w->rows[n++] = (uint32_t)i;
	}
	w->first[COUNT(artists)] = (uint32_t)n;
	assert_int_equal(
	    namefind_build(names, COUNT(artists), 1, &w->find, &err), 0);
	assert_int_equal(
	    namefind_view(&g->by_artist.find, span_str(&w->find), &err), 0);
	g->by_artist.count = COUNT(artists);
	g->by_artist.first = w->first;
	g->by_artist.rows = w->rows;
	g->by_artist.total = n;
}

static void world_make(struct world *w, size_t n, uint64_t seed)
{
	struct generation *g = &w->g;

	*w = (struct world){ .g.count = n };
	g->artist = w->artist = mem_zalloc(n + 1, sizeof(*w->artist));
	g->genre = w->genre = mem_zalloc(n + 1, sizeof(*w->genre));
	g->language = w->language = mem_zalloc(n + 1, sizeof(*w->language));
	g->year = w->year = mem_zalloc(n + 1, sizeof(*w->year));
	g->duration = w->duration = mem_zalloc(n + 1, sizeof(float));
	g->popularity = w->popularity = mem_zalloc(n + 1, sizeof(float));
	g->link = w->link = mem_zalloc(n + 1, 1);
	g->flags = w->flags = mem_zalloc(n + 1, 1);
	w->offsets = mem_zalloc((n + 1) * CATALOGUE_FIELDS, sizeof(uint64_t));
	w->first = mem_zalloc(COUNT(artists) + 1, sizeof(*w->first));
	w->rows = mem_zalloc(n + 1, sizeof(*w->rows));
	w->less = mem_zalloc(n + 1, sizeof(*w->less));
	for (size_t i = 0; i < n; i++)
		fill(w, i, &seed);
	g->offsets = w->offsets;
	g->blob = span_str(&w->blob);
	g->artists = list(w, 0, artists, COUNT(artists));
	g->genres = list(w, 1, genres, COUNT(genres));
	g->languages = list(w, 2, languages, COUNT(languages));
	index_artists(w);
	for (size_t i = 0; i < n; i++) {
		w->with += !isnan(w->popularity[i]);
		for (size_t k = 0; k < n; k++)
			w->less[i] += w->popularity[k] < w->popularity[i];
	}
}

static void world_release(struct world *w)
{
	free(w->artist);
	free(w->genre);
	free(w->language);
	free(w->year);
	free(w->duration);
	free(w->popularity);
	free(w->link);
	free(w->flags);
	free(w->offsets);
	free(w->first);
	free(w->rows);
	free(w->less);
	str_release(&w->blob);
	str_release(&w->find);
	for (int i = 0; i < 3; i++)
		str_release(&w->names[i]);
}

/* What a name means: bits by number. */
struct meaning {
	const char *name;
	unsigned bits;
	const char *told; /* where it is an artist that is wanted */
};

static const struct meaning genre_meanings[] = {
	{ "Rock", 1 << 5 | 1 << 3, "" },
	{ "hip-hop", 1 << 2, "" },
	{ "HipHop", 1 << 2, "" },
	{ "RnB", 1 << 4, "" },
	{ "drum & bass", 1 << 1, "" },
	{ "drumandbass", 1 << 1, "" },
	{ "pop", 1 << 0, "" },
	{ "roc", 0, "" },
	{ "Rock Indie", 0, "" },
	{ "R\xc3\xb6"
	  "ck",
	  1 << 5 | 1 << 3, "" },
	{ "90s", 1 << 0, "" },
	{ "\xe3\x83\xad\xe3\x83\x83\xe3\x82\xaf", 1 << 6, "" },
};
static const struct meaning language_meanings[] = {
	{ "en", 1 << 1, "" },    { "pt", 1 << 2 | 1 << 3 | 1 << 4, "" },
	{ "pt-br", 1 << 3, "" }, { "pt-pt", 1 << 4, "" },
	{ "xx", 0, "" },         { "ptx", 0, "" },
};
static const struct meaning artist_meanings[] = {
	{ "Beatles, The", 1 << 4 | 1 << 8, "" },
	{ "the  BEATLES", 1 << 4 | 1 << 8, "" },
	{ "Bj\xc3\xb6rk", 1 << 5, "" },
	{ "Simon and Garfunkel", 1 << 7, "" },
	{ "!!!", 1 << 0, "" },
	{ "RadioHead", 1 << 6, "" },
	{ "Radiohed", 1 << 6, "no artist \"Radiohed\"; took \"RADIOHEAD\"\n" },
	{ "Simon n Garfunkle", 1 << 7,
	  "no artist \"Simon n Garfunkle\"; took \"SIMON & GARFUNKEL\"\n" },
	{ "Raidohead", 1 << 6,
	  "no artist \"Raidohead\"; took \"RADIOHEAD\"\n" },
	{ "Artist 4", 1 << 1 | 1 << 2 | 1 << 3,
	  "no artist \"Artist 4\"; took \"ARTIST 1\", \"ARTIST 2\" and "
	  "\"ARTIST 3\"\n" },
	{ "Bjorg", 0, "no artist \"Bjorg\", nor one like it\n" },
	{ "???", 0, "no artist \"???\", nor one like it\n" },
};

/* Adds one or two of the names to a list; what they mean. */
static unsigned choose(struct str *out, const struct meaning *m, size_t n,
		       uint64_t *seed)
{
	unsigned bits = 0;

	for (size_t i = 0; i < 1 + rng_below(seed, 2); i++) {
		size_t k = rng_below(seed, n);

		str_printf(out, "%s\n", m[k].name);
		bits |= m[k].bits;
	}
	return bits;
}

struct asked { /* a request as each row is looked at */
	struct request r;
	bool keep_dead;
	unsigned genres, genres_out, languages, artists, exclude;
};

static void range(struct request_range *r, double lo, double hi, uint64_t *seed)
{
	size_t which = rng_below(seed, 3);
	double a = lo + (hi - lo) * (double)rng_below(seed, 21) / 20;
	double b = lo + (hi - lo) * (double)rng_below(seed, 21) / 20;

	r->has_min = which != 1;
	r->has_max = which != 0;
	r->min = r->has_min && r->has_max && b < a ? b : a;
	r->max = r->has_min && r->has_max && b < a ? a : b;
}

/* which: bits of filters */
enum { FILTERS = 11 };
static void ask(struct asked *q, unsigned which, uint64_t *seed)
{
	struct request *r = &q->r;

	request_reset(r);
	q->genres = q->genres_out = 0;
	q->languages = q->artists = q->exclude = 0;
	if (which & 1)
		range(&r->year, 1988, 2011, seed);
	if (which & 2)
		range(&r->duration, 0, 300, seed);
	if (which & 4)
		range(&r->popularity, 0, 100, seed);
	r->year.min = floor(r->year.min);
	r->year.max = ceil(r->year.max);
	if (which & 8)
		q->genres = choose(&r->genres, genre_meanings,
				   COUNT(genre_meanings), seed);
	if (which & 16)
		q->languages = choose(&r->languages, language_meanings,
				      COUNT(language_meanings), seed);
	if (which & 32)
		q->artists = choose(&r->artists, artist_meanings,
				    COUNT(artist_meanings), seed);
	if (which & 64)
		q->exclude = choose(&r->exclude, artist_meanings,
				    COUNT(artist_meanings), seed);
	if (which & 128)
		r->statuses = 1 + (unsigned)rng_below(seed, 31);
	r->sets = which & 256;
	q->keep_dead = which & 512;
	if (which & 1024)
		q->genres_out = choose(&r->genres_out, genre_meanings,
				       COUNT(genre_meanings), seed);
}

static bool in(unsigned bits, uint32_t number)
{
	return number < 32 && (bits >> number & 1);
}

static bool within(const struct request_range *r, double v)
{
	return !(r->has_min || r->has_max) ||
	       (!isnan(v) && !(r->has_min && v < r->min) &&
		!(r->has_max && v > r->max));
}

static bool passes(const struct world *w, const struct asked *q, size_t i)
{
	const struct request *r = &q->r;
	double with = (double)w->with;

	if (r->statuses ? !in(r->statuses, w->link[i])
			: w->link[i] == LINK_DEAD && !q->keep_dead)
		return false;
	if (w->flags[i] & CATALOGUE_SET && !r->sets)
		return false;
	if (!within(&r->year,
		    w->year[i] == CATALOGUE_NO_YEAR ? NAN : w->year[i]) ||
	    !within(&r->duration, (double)w->duration[i]) ||
	    !within(&r->popularity, isnan(w->popularity[i])
					? NAN
					: 100 * (double)w->less[i] / with))
		return false;
	return (!r->genres.n || in(q->genres, w->genre[i])) &&
	       !in(q->genres_out, w->genre[i]) &&
	       (!r->languages.n || in(q->languages, w->language[i])) &&
	       (!r->artists.n || in(q->artists, w->artist[i])) &&
	       !in(q->exclude, w->artist[i]);
}

static void check(const struct world *w, const struct asked *q, unsigned which)
{
	size_t n = w->g.count, want = 0;
	uint8_t *allowed = malloc(n + 1);

	assert_non_null(allowed);
	memset(allowed, 77, n + 1);
	for (size_t i = 0; i < n; i++)
		want += passes(w, q, i);
	assert_int_equal(
	    eligible_rows(&w->g, &q->r, q->keep_dead, allowed, NULL), want);
	for (size_t i = 0; i < n; i++)
		if (allowed[i] != passes(w, q, i))
			fail_msg("row %zu of %zu, filters %x", i, n, which);
	assert_int_equal(allowed[n], 77);
	free(allowed);
}

/* Every filter alone and all combinations; a few of each. */
static void test_combinations(void **state)
{
	static const size_t sizes[] = { 0, 1, 63, 64, 65, 500 };
	struct asked q = { 0 };
	struct world w;
	uint64_t seed = 1;

	(void)state;
	for (size_t s = 0; s < COUNT(sizes); s++) {
		world_make(&w, sizes[s], s);
		for (unsigned which = 0; which < 1u << FILTERS; which++)
			for (int times = 0; times < 4; times++) {
				ask(&q, which, &seed);
				check(&w, &q, which);
			}
		world_release(&w);
	}
	request_release(&q.r);
}

/* More rows than are looked at together. */
static void test_blocks(void **state)
{
	struct asked q = { 0 };
	struct world w;
	uint64_t seed = 2;

	(void)state;
	world_make(&w, 2 * 8192 + 100, 9);
	for (int times = 0; times < 60; times++) {
		unsigned which = (unsigned)rng_below(&seed, 1u << FILTERS);

		ask(&q, which, &seed);
		check(&w, &q, which);
	}
	world_release(&w);
	request_release(&q.r);
}

static void told_is(const struct world *w, const struct request *r,
		    size_t eligible, const char *want)
{
	uint8_t *allowed = mem_zalloc(w->g.count + 1, 1);
	struct str told = { 0 };

	if (eligible != SIZE_MAX)
		assert_int_equal(eligible_rows(&w->g, r, true, allowed, &told),
				 eligible);
	else
		eligible_rows(&w->g, r, true, allowed, &told);
	test_span_is(span_str(&told), want);
	str_release(&told);
	free(allowed);
}

/* Names that are none, or are taken for others, are told. */
static void test_told(void **state)
{
	struct request r = { .sets = true };
	struct world w;

	(void)state;
	world_make(&w, 400, 5);
	told_is(&w, &r, 400, "");
	for (size_t i = 0; i < COUNT(artist_meanings); i++) {
		const struct meaning *m = &artist_meanings[i];
		size_t rows = 0;

		for (size_t k = 0; k < w.g.count; k++)
			rows += in(m->bits, w.artist[k]);
		str_reset(&r.artists);
		str_printf(&r.artists, "%s\n", m->name);
		told_is(&w, &r, rows, m->told);
	}
	request_reset(&r);
	r.sets = true;
	str_puts(&r.exclude, "Radiohed\nNobody At All\n");
	told_is(&w, &r, SIZE_MAX,
		"no artist \"Radiohed\"; left out \"RADIOHEAD\"\n"
		"no artist \"Nobody At All\", nor one like it\n");
	request_reset(&r);
	str_puts(&r.artists, "the Beatles\n");
	str_puts(&r.exclude, "BEATLES\n");
	told_is(&w, &r, 0,
		"artist \"BEATLES\" is both wanted and left out: left out\n"
		"artist \"THE BEATLES\" is both wanted and left out: left "
		"out\n");
	request_reset(&r);
	str_puts(&r.genres, "Rock\nPolka\n");
	str_puts(&r.genres_out, "Hip Hop\nZydeco\n");
	str_puts(&r.languages, "xx\npt\n");
	told_is(&w, &r, SIZE_MAX,
		"no track is in the language \"xx\"\n"
		"no genre matches \"Polka\"\n"
		"no genre matches \"Zydeco\"\n");
	request_release(&r);
	world_release(&w);
}

/* A catalogue that knows nothing of its tracks says so. */
static void test_unknown(void **state)
{
	struct request r = { .popularity = { .has_max = true, .max = 100 } };
	struct world w;

	(void)state;
	world_make(&w, 50, 6);
	for (size_t i = 0; i < w.g.count; i++) {
		w.popularity[i] = NAN;
		w.language[i] = CATALOGUE_NO_LANGUAGE;
	}
	w.g.languages.count = 0;
	told_is(&w, &r, 0,
		"of no track the popularity is known; enrich tells it\n");
	r.popularity.has_max = false;
	str_puts(&r.languages, "en\n");
	told_is(&w, &r, 0,
		"of no track the language is known; enrich tells it\n");
	request_release(&r);
	world_release(&w);
}

/* More languages than a column can number: what has none is in none of
 * them, nor in that whose number would be as that of none. */
static void test_many_languages(void **state)
{
	enum { MANY = 65600 };
	struct request r = { .sets = true };
	uint64_t *offsets = mem_zalloc(MANY + 1, sizeof(*offsets));
	struct str blob = { 0 };
	struct world w;

	(void)state;
	world_make(&w, 50, 6);
	for (int i = 0; i < MANY; i++) {
		offsets[i] = blob.n;
		str_printf(&blob, "l%05d", i);
	}
	offsets[MANY] = blob.n;
	w.g.languages = (struct names){ MANY, offsets, span_str(&blob) };
	for (size_t i = 0; i < w.g.count; i++) {
		w.language[i] = CATALOGUE_NO_LANGUAGE;
		w.link[i] = LINK_VALID;
	}
	w.language[7] = CATALOGUE_NO_LANGUAGE - 1;
	str_puts(&r.languages, "l65535\nl65599\n");
	told_is(&w, &r, 0,
		"no track is in the language \"l65535\"\n"
		"no track is in the language \"l65599\"\n");
	str_puts(&r.languages, "l65534\n");
	told_is(&w, &r, 1,
		"no track is in the language \"l65535\"\n"
		"no track is in the language \"l65599\"\n");
	free(offsets);
	str_release(&blob);
	request_release(&r);
	world_release(&w);
}

/* Numbers that no writer would write pass no filter and reach nowhere. */
static void test_damage(void **state)
{
	struct request r = { .sets = true };
	struct world w;
	uint8_t allowed[301];
	uint64_t seed = 8;

	(void)state;
	str_puts(&r.genres, "rock\n");
	str_puts(&r.languages, "en\n");
	str_puts(&r.artists, "Radiohead\nBeatles\n");
	str_puts(&r.exclude, "Bjork\n");
	for (int times = 0; times < 200; times++) {
		world_make(&w, 300, (uint64_t)times);
		for (int k = 0; k < 60; k++) {
			size_t i = rng_below(&seed, 300);
			uint32_t x = (uint32_t)rng_next(&seed);

			w.artist[i] = w.genre[rng_below(&seed, 300)] = x;
			w.language[i] = (uint16_t)x;
			w.link[i] = (uint8_t)(x >> 8);
			w.rows[rng_below(&seed, w.g.by_artist.total)] = x;
			if (k % 9 == 0)
				w.first[rng_below(&seed, COUNT(artists) + 1)] =
				    x % 500;
		}
		memset(allowed, 77, sizeof(allowed));
		eligible_rows(&w.g, &r, times % 2, allowed, NULL);
		for (size_t i = 0; i < 300; i++)
			assert_true(
			    !allowed[i] ||
			    (w.genre[i] < COUNT(genres) && w.language[i] == 1 &&
			     in(1 << 4 | 1 << 6 | 1 << 8, w.artist[i])));
		assert_int_equal(allowed[300], 77);
		world_release(&w);
	}
	request_release(&r);
}

/* What is no status counts as one that is not known. */
static void test_statuses(void **state)
{
	struct request r = { .sets = true };
	struct world w;
	uint8_t allowed[256];

	(void)state;
	world_make(&w, 256, 3);
	for (size_t i = 0; i < 256; i++)
		w.link[i] = (uint8_t)i;
	for (r.statuses = 1; r.statuses < 1u << LINK_COUNT; r.statuses++) {
		eligible_rows(&w.g, &r, false, allowed, NULL);
		for (size_t i = 0; i < 256; i++)
			assert_int_equal(
			    allowed[i],
			    r.statuses >> (i < LINK_COUNT ? i : 0) & 1);
	}
	world_release(&w);
}

/* The index' own rows, where nothing is filtered by; they are never changed. */
static void test_usual(void **state)
{
	enum { N = 300 };
	struct request r = { .sets = false }, filtered = { .sets = true };
	struct eligible e = { .room = NULL };
	struct wish wish = { .vocals = VOCALS_NONE, .like_count = 2 };
	uint8_t usual[N], want[N], before[N];
	struct world w;
	size_t n;

	(void)state;
	world_make(&w, N, 5);
	for (size_t i = 0; i < N; i++) {
		w.flags[i] |= (uint8_t)(i % 3 ? 0 : CATALOGUE_SUNG);
		usual[i] = catalogue_is_usual(w.link[i], w.flags[i]);
	}
	memcpy(before, usual, N);
	n = eligible_rows(&w.g, &r, false, want, NULL);
	assert_memory_equal(usual, want, N);
	w.g.usual = usual;
	w.g.usual_count = n;
	eligible_find(&e, &w.g, &r, false, NULL);
	assert_ptr_equal(e.rows, usual);
	assert_int_equal(e.count, n);
	for (int times = 0; times < 3; times++) { /* one after the other */
		n = eligible_rows(&w.g, &r, true, want, NULL);
		eligible_find(&e, &w.g, &r, true, NULL);
		assert_memory_equal(e.rows, want, N);
		assert_int_equal(e.count, n);
		n = eligible_rows(&w.g, &filtered, false, want, NULL);
		eligible_find(&e, &w.g, &filtered, false, NULL);
		assert_memory_equal(e.rows, want, N);
		assert_int_equal(e.count, n);
		eligible_find(&e, &w.g, &r, false, NULL);
		assert_memory_equal(e.rows, before, N);
		wish.like[0] = 7;
		wish.like[1] = N + 7;
		eligible_without(&e, &wish);
		n = 0;
		for (size_t i = 0; i < N; i++) {
			uint8_t is = before[i] && i != 7 &&
				     !(w.flags[i] & CATALOGUE_SUNG);

			assert_int_equal(e.rows[i], is);
			n += is;
		}
		assert_int_equal(e.count, n);
		assert_memory_equal(usual, before, N);
	}
	eligible_release(&e);
	world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),
		cmocka_unit_test(test_combinations),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_many_languages),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
