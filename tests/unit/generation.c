/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "indexfixture.h"

#include "corpus/retrieval.h"
#include "corpus/scoring.h"
#include "corpus/targets.h"
#include "io/packformat.h"

static void text_is(const struct generation *g, size_t row,
		    enum catalogue_field field, const char *want)
{
	struct err err = { 0 };
	struct span s;

	assert_int_equal(catalogue_text(g, row, field, &s, &err), 0);
	test_span_is(s, want);
}

/* Reads a text with every table that is whole enough; the number of those. */
static int use_tables(const struct generation *g, struct span text)
{
	struct err err = { 0 };
	struct lexicon *lexicon = lexicon_view(g->lexicon, &err);
	struct themes *themes = themes_view(g->themes, NULL, &err);
	struct foreign *foreign = foreign_view(g->foreign, &err);
	struct targets *targets = targets_parse(g->targets, "targets", &err);
	struct str context = { 0 }, matched = { 0 };
	struct theme_hit hits[4];
	int whole = (lexicon != NULL) + (themes != NULL) + (foreign != NULL) +
		    (targets != NULL);

	if (lexicon)
		lexicon_explain(lexicon, text, &context, &matched);
	if (themes)
		assert_in_range(themes_read(themes, text, hits, 4), 0, 4);
	if (foreign)
		foreign_read(foreign, text);
	lexicon_free(lexicon);
	themes_free(themes);
	foreign_free(foreign);
	targets_free(targets);
	str_release(&context);
	str_release(&matched);
	return whole;
}

/* All that was put in comes out, in key order. */
static void test_round_trip(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct generation *g;

	(void)state;
	fixture_make(&f, 300, 1, "tamns");
	g = generation_open(f.path, &err);
	assert_non_null(g);
	assert_int_equal(g->count, 300);
	for (size_t i = 0; i < f.n; i++) {
		const struct fixture_row *r = &f.rows[i];
		struct span name;

		assert_true(g->keys[i] == r->key);
		text_is(g, i, CATALOGUE_ID, r->id);
		text_is(g, i, CATALOGUE_TITLE, r->title);
		text_is(g, i, CATALOGUE_ARTIST, r->artist);
		text_is(g, i, CATALOGUE_GENRE, r->genre);
		text_is(g, i, CATALOGUE_URL, r->url);
		text_is(g, i, CATALOGUE_TAGS, "");
		assert_int_equal(g->year[i],
				 r->year ? r->year : CATALOGUE_NO_YEAR);
		assert_true(isnan(r->plays) ? isnan(g->plays[i])
					    : g->plays[i] == r->plays);
		assert_int_equal(g->link[i], r->link);
		assert_int_equal(g->tier[i], r->tier);
		if (!*r->artist) {
			assert_true(g->artist[i] == CATALOGUE_NONE);
		} else {
			assert_int_equal(
			    names_get(&g->artists, g->artist[i], &name), 0);
			assert_true(span_ieq(name, r->artist));
			assert_int_equal(names_find(&g->artists, name),
					 g->artist[i]);
		}
		assert_true(r->has_mood
				? g->valence[i] == r->mood[0] &&
				      g->arousal[i] == r->mood[1] &&
				      g->mood_confidence[i] == r->mood[2]
				: isnan(g->valence[i]) && isnan(g->arousal[i]));
		if (r->has_audio)
			assert_int_equal(g->display_measured[i],
					 r->measured ? 31 : 0);
	}
	assert_true(names_find(&g->artists, SPAN("nobody")) == CATALOGUE_NONE);
	assert_int_equal(use_tables(g, SPAN("happy")), 4);
	assert_false(g->emotion);
	generation_close(g);
	fixture_release(&f);
}

static void test_two_rows_of_one_key(void **state)
{
	struct indexwriter *w = indexwriter_new();
	struct index_sources none = { 0 };
	struct index_counts counts;
	struct fixture_row r;
	struct pack_writer *pw;
	struct err err = { 0 };
	FILE *out = tmpfile();

	(void)state;
	fixture_fill(&r, 1, 1);
	fixture_add(w, &r);
	fixture_add(w, &r);
	pw = pack_writer_new(out, GENERATION_KIND, GENERATION_VERSION, &err);
	assert_int_equal(indexwriter_write(w, &none, pw, &counts, &err), -1);
	assert_status(&err, ERR_DATA);
	assert_non_null(strstr(err.message, r.id));
	pack_writer_end(pw, NULL, NULL);
	fclose(out);
	indexwriter_free(w);
}

static void use_text(const struct generation *g)
{
	float *scores = mem_zalloc(g->count + 1, sizeof(*scores));
	float unit[GENERATION_TEXT_DIM] = { 1, 0.5f };
	struct scan_query q;
	struct err err = { 0 };

	scan_text_query(&q, unit);
	if (scan_text(g, &q, 0, g->text_count, scores, &err))
		assert_status(&err, ERR_DATA);
	for (size_t i = 0; i < g->count; i++)
		scan_text_row(g, &q, i);
	free(scores);
}

/* Everything a query and a rerank would touch; whatever comes of it. */
static void use(const char *path)
{
	struct err err = { 0 };
	struct generation *g = generation_open(path, &err);
	struct retrieval_limits limits = {
		.threads = 2, .each = 50, .per_artist = 3, .most = 100
	};
	struct request request = { 0 };
	struct intent intent = { .weight = { 0.2f, 0.3f, 0.3f, 0.1f } };
	struct candidates found = { 0 };
	struct weights weights;
	struct scored *scored;
	struct str out = { 0 };
	struct retrieval *r;
	size_t dead, n;

	if (!g) {
		assert_status(&err, ERR_DATA);
		assert_true(err.message[0]);
		return;
	}
	candidates_reset(&found);
	request_words(&request, SPAN("happy"), &err);
	str_puts(&request.genres, "rock\n");
	str_puts(&request.exclude, "artist 3\n");
	intent.mood.by = MOODBY_LEXICON;
	r = retrieval_new(g, NULL, limits);
	memcpy(found.weight, intent.weight, sizeof(found.weight));
	use_text(g);
	use_tables(g, SPAN("happy workout by city lights, traurig"));
	if (!retrieval_run(r, &request, &intent, &found, &err))
		candidates_write(&found, g, &out, &err);
	if (!weights_parse(&weights, g->weights, "weights", &err)) {
		scored = mem_zalloc(found.count + 1, sizeof(*scored));
		n = scoring_run(&found, g, &weights, scored, &dead, &err);
		assert_true(n <= found.count);
		free(scored);
		weights_release(&weights);
	}
	for (size_t i = 0; i < g->count; i++) {
		struct span s;

		for (int f = 0; f < CATALOGUE_FIELDS; f++)
			if (!catalogue_text(g, i, (enum catalogue_field)f, &s,
					    &err))
				str_span(&out, s);
		str_reset(&out);
	}
	retrieval_free(r);
	candidates_release(&found);
	request_release(&request);
	str_release(&out);
	generation_close(g);
}

static void test_hostile_bytes(void **state)
{
	struct fixture f;
	struct str bytes = { 0 };
	char *path = test_path("mutated.idx");
	uint64_t rng = 7;
	uint64_t table;
	size_t i;

	(void)state;
	fixture_make(&f, 40, 2, "tamns");
	test_load(f.path, &bytes);
	memcpy(&table, bytes.p + 48, sizeof(table));
	assert_true(table < bytes.n);
	for (i = 0; i < 400; i++) {
		/* by turns: header, table, anywhere, number arrays */
		size_t at = i % 4 == 0 ? rng_below(&rng, 104)
			    : i % 4 == 1
				? table + rng_below(&rng, bytes.n - table)
				: rng_below(&rng, bytes.n);
		size_t length = 1 + rng_below(&rng, i % 2 ? 1 : 64);
		char saved[64];

		if (length > bytes.n - at)
			length = bytes.n - at;
		memcpy(saved, bytes.p + at, length);
		memset(bytes.p + at,
		       i % 8 < 4 ? 0xff : (int)rng_below(&rng, 256), length);
		test_save(path, bytes.p, bytes.n);
		use(path);
		memcpy(bytes.p + at, saved, length);
	}
	for (i = 0; i < 40; i++) {
		test_save(path, bytes.p, rng_below(&rng, bytes.n));
		use(path);
	}
	unlink(path);
	free(path);
	str_release(&bytes);
	fixture_release(&f);
}

/* Sections that checksums would not catch, because nobody reads them all:
 * every section in turn, filled with the worst values there are. */
static void test_hostile_sections(void **state)
{
	static const int fill[] = { 0x00, 0xff, 0x7f, 0x80, 0x01 };
	struct fixture f;
	struct str bytes = { 0 };
	char *path = test_path("sections.idx");
	uint64_t table, at, size;
	uint32_t count;

	(void)state;
	fixture_make(&f, 40, 3, "tamns");
	test_load(f.path, &bytes);
	memcpy(&count, bytes.p + 40, sizeof(count));
	memcpy(&table, bytes.p + 48, sizeof(table));
	assert_in_range(count, 24, 44);
	for (uint32_t i = 0; i < count; i++) {
		char *saved;

		memcpy(&at, bytes.p + table + i * 72 + 24, sizeof(at));
		memcpy(&size, bytes.p + table + i * 72 + 32, sizeof(size));
		saved = mem_dup(bytes.p + at, size);
		for (size_t k = 0; k < 5; k++) {
			memset(bytes.p + at, fill[k], size);
			test_save(path, bytes.p, bytes.n);
			use(path);
		}
		memcpy(bytes.p + at, saved, size);
		free(saved);
	}
	unlink(path);
	free(path);
	str_release(&bytes);
	fixture_release(&f);
}

/* A string that ends beyond the blob, or before it begins, is an error. */
static void test_offsets(void **state)
{
	static const uint64_t bad[] = { UINT64_C(1) << 40, UINT64_MAX, 0 };
	struct fixture f;
	struct str bytes = { 0 };
	struct err err = { 0 };
	struct generation *g;
	struct span s, offsets;
	uint64_t *at;

	(void)state;
	fixture_make(&f, 5, 8, "m");
	g = generation_open(f.path, &err);
	offsets = pack_get(g->pack, "track.offsets");
	test_load(f.path, &bytes);
	at = memmem(bytes.p, bytes.n, offsets.p, offsets.n);
	assert_non_null(at);
	generation_close(g);
	for (size_t i = 0; i < 3; i++) {
		at[2] = bad[i]; /* the title of row 0 */
		test_save(f.path, bytes.p, bytes.n);
		g = generation_open(f.path, &err);
		assert_non_null(g); /* opening reads no offsets */
		err = (struct err){ 0 };
		assert_int_equal(
		    catalogue_text(g, 0, CATALOGUE_TITLE, &s, &err), -1);
		assert_status(&err, ERR_DATA);
		assert_non_null(strstr(err.message, "build the index again"));
		assert_int_equal(
		    catalogue_text(g, 3, CATALOGUE_TITLE, &s, &err), 0);
		assert_int_equal(
		    catalogue_text(g, 5, CATALOGUE_TITLE, &s, &err), -1);
		generation_close(g);
	}
	str_release(&bytes);
	fixture_release(&f);
}

/* f's index again, a section of it without its last bytes (all: without it). */
static void shorten(const struct fixture *f, const char *path, const char *name,
		    size_t bytes)
{
	struct err err = { 0 };
	struct pack *p =
	    pack_open(f->path, GENERATION_KIND, GENERATION_VERSION, &err);
	FILE *out = fopen(path, "w+");
	struct pack_writer *pw =
	    pack_writer_new(out, GENERATION_KIND, GENERATION_VERSION, &err);
	const struct pack_entry *e;
	size_t n;

	e = pack_entries(p, &n);
	for (size_t i = 0; i < n; i++) {
		struct span s = pack_get(p, e[i].name);
		bool hit = !strcmp(e[i].name, name);

		if (!hit || bytes < s.n)
			assert_int_equal(pack_section(pw, e[i].name, s.p,
						      s.n - (hit ? bytes : 0),
						      &err),
					 0);
	}
	assert_int_equal(pack_writer_end(pw, NULL, &err), 0);
	assert_int_equal(fclose(out), 0);
	pack_close(p);
}

/* A network's sections that do not fit together, each whole by itself. */
static void test_network_sections(void **state)
{
	static const struct {
		const char *name;
		size_t bytes;
		bool opens;
	} cases[] = {
		{ "cnn.vectors", 0, true },
		{ "cnn.vectors", 4, false },
		{ "cnn.vectors", SIZE_MAX, false },
		{ "cnn.confidence", 4, false },
		{ "cnn.confidence", SIZE_MAX, false },
		{ "cnn.measured", 1, false },
		{ "cnn.measured", SIZE_MAX, false },
		{ "cnn.rows", 1, false },
		{ "cnn.rows", SIZE_MAX, true }, /* as if there were none */
	};
	struct fixture f;
	char *path = test_path("network.idx");

	(void)state;
	fixture_make(&f, 40, 11, "tamns");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = { 0 };
		struct generation *g;

		shorten(&f, path, cases[i].name, cases[i].bytes);
		g = generation_open(path, &err);
		assert_int_equal(g != NULL, cases[i].opens);
		if (!g) {
			assert_status(&err, ERR_DATA);
			assert_non_null(strstr(err.message, "cnn."));
			continue;
		}
		assert_int_equal(g->audio[AUDIO_NETWORK].count > 0,
				 cases[i].bytes == 0);
		use(path);
		generation_close(g);
	}
	unlink(path);
	free(path);
	fixture_release(&f);
}

/* Rows out of order would let two threads meet in one score. */
static void test_network_rows(void **state)
{
	struct fixture f;
	struct str bytes = { 0 };
	struct err err = { 0 };
	struct generation *g;
	struct span rows;
	float unit[FIXTURE_NETWORK_DIM] = { 1 }, scores[40] = { 0 };
	uint32_t *at, first;

	(void)state;
	fixture_make(&f, 40, 12, "mn");
	g = generation_open(f.path, &err);
	rows = pack_get(g->pack, "cnn.rows");
	test_load(f.path, &bytes);
	at = memmem(bytes.p, bytes.n, rows.p, rows.n);
	assert_non_null(at);
	generation_close(g);
	first = at[0];
	at[0] = at[1];
	at[1] = first;
	test_save(f.path, bytes.p, bytes.n);
	g = generation_open(f.path, &err);
	assert_non_null(g);
	assert_int_equal(scan_audio(g, AUDIO_NETWORK, unit, 0,
				    g->audio[AUDIO_NETWORK].count, scores,
				    &err),
			 -1);
	assert_status(&err, ERR_DATA);
	assert_non_null(strstr(err.message, "\"cnn.rows\""));
	generation_close(g);
	str_release(&bytes);
	fixture_release(&f);
}

/* Tables that every index has. */
static void test_tables(void **state)
{
	static const char *const names[] = { "lexicon", "themes",  "foreign",
					     "targets", "weights", "meta" };
	struct fixture f;
	char *path = test_path("tables.idx");

	(void)state;
	fixture_make(&f, 5, 13, "");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct err err = { 0 };

		shorten(&f, path, names[i], SIZE_MAX);
		assert_null(generation_open(path, &err));
		assert_status(&err, ERR_DATA);
		assert_non_null(strstr(err.message, "build the index again"));
	}
	unlink(path);
	free(path);
	fixture_release(&f);
}

static void test_missing(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_null(generation_open("/nonexistent/index", &err));
	assert_status(&err, ERR_ENV);
	assert_non_null(strstr(err.message, "make corpus"));
	assert_null(generation_open_named("/tmp", "0123456789abcdef", &err));
	assert_status(&err, ERR_ENV);
	assert_non_null(strstr(err.message, "pruned"));
}

static void test_names(void **state)
{
	(void)state;
	assert_true(generation_is_name(SPAN("0123456789abcdef")));
	assert_false(generation_is_name(SPAN("0123456789ABCDEF")));
	assert_false(generation_is_name(SPAN("../../../etc/pas")));
	assert_false(generation_is_name(SPAN("0123")));
	assert_string_equal(catalogue_link_name(99), "UNKNOWN");
	assert_string_equal(catalogue_tier_name(TIER_VIRAL), "Viral");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_two_rows_of_one_key),
		cmocka_unit_test(test_hostile_bytes),
		cmocka_unit_test(test_hostile_sections),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_network_sections),
		cmocka_unit_test(test_network_rows),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
