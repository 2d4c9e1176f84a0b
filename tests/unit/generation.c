/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "indexfixture.h"

#include "corpus/moodsound.h"
#include "corpus/named.h"
#include "corpus/retrieval.h"
#include "corpus/scoring.h"
#include "corpus/targets.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "index/lyricfind.h"
#include "index/together.h"
#include "index/indexcheck.h"
#include "index/publish.h"
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

/* The rows of a name, as they are said to be, are those that have it. */
static void rows_are(const struct fixture *f, const struct generation *g,
		     size_t row, bool title)
{
	const struct name_rows *n = title ? &g->by_title : &g->by_artist;
	const struct fixture_row *r = &f->rows[row];
	const char *name = title ? r->title : r->artist;
	struct namefind_work *work = namefind_work_new();
	struct namefind_name found;
	size_t want = 0, k;
	const uint32_t *rows;

	for (size_t i = 0; i < f->n; i++)
		want +=
		    !strcmp(title ? f->rows[i].title : f->rows[i].artist, name);
	if (*name) {
		assert_int_equal(namefind_search(&n->find, work, span_of(name),
						 0, 1, &found),
				 1);
		assert_int_equal(found.distance, 0);
		k = name_rows_get(n, found.name, &rows);
		assert_int_equal(k, want);
		while (k--)
			assert_string_equal(title ? f->rows[rows[k]].title
						  : f->rows[rows[k]].artist,
					    name);
	}
	namefind_work_free(work);
}

/* All that was put in comes out, in key order. */
static void test_round_trip(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct generation *g;

	(void)state;
	fixture_make(&f, 300, 1, "tadns");
	g = generation_open(f.path, &err);
	assert_non_null(g);
	assert_int_equal(g->count, 300);
	if (indexcheck(g, 2, &err))
		fail_msg("%s", err.message);
	for (size_t i = 0; i < f.n; i++) {
		const struct fixture_row *r = &f.rows[i];
		struct span name;

		assert_true(g->keys[i] == r->key);
		text_is(g, i, CATALOGUE_ID, r->id);
		text_is(g, i, CATALOGUE_TITLE, r->title);
		text_is(g, i, CATALOGUE_ARTIST, r->artist);
		text_is(g, i, CATALOGUE_GENRE, r->genre);
		text_is(g, i, CATALOGUE_URL, r->url);
		text_is(g, i, CATALOGUE_TAGS, r->tags);
		rows_are(&f, g, i, false);
		rows_are(&f, g, i, true);
		assert_int_equal(g->year[i],
				 r->year ? r->year : CATALOGUE_NO_YEAR);
		assert_true(isnan(r->plays) ? isnan(g->plays[i])
					    : g->plays[i] == r->plays);
		assert_true(isnan(r->duration) ? isnan(g->duration[i])
					       : g->duration[i] == r->duration);
		if (!*r->language) {
			assert_int_equal(g->language[i], CATALOGUE_NO_LANGUAGE);
		} else {
			assert_int_equal(
			    names_get(&g->languages, g->language[i], &name), 0);
			assert_true(span_ieq(name, r->language));
		}
		assert_int_equal(g->link[i], r->link);
		assert_int_equal(g->tier[i], r->tier);
		if (!*r->artist) {
			assert_true(g->artist[i] == CATALOGUE_NONE);
		} else {
			assert_int_equal(
			    names_get(&g->artists, g->artist[i], &name), 0);
			assert_true(span_ieq(name, r->artist));
		}
		assert_true(r->has_mood
				? g->valence[i] == r->mood[0] &&
				      g->arousal[i] == r->mood[1] &&
				      g->mood_confidence[i] == r->mood[2]
				: isnan(g->valence[i]) && isnan(g->arousal[i]));
		assert_true(r->has_mood && !isnan(r->mood[3])
				? g->dominance[i] == r->mood[3]
				: isnan(g->dominance[i]));
		if (r->has_audio)
			assert_int_equal(g->display_measured[i],
					 r->measured ? 31 : 0);
	}
	assert_int_equal(use_tables(g, SPAN("happy")), 4);
	assert_false(g->emotion);
	generation_close(g);
	fixture_release(&f);
}

static void test_two_rows_of_one_key(void **state)
{
	struct indexwriter *w = indexwriter_new(NULL);
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

/* What was found is within the index. */
static void is_within(const struct generation *g, const struct topk_item *best,
		      size_t n, size_t k)
{
	assert_true(n <= k);
	for (size_t i = 0; i < n; i++)
		assert_true(best[i].index < g->count);
}

/* Every search, by every way. */
static void use_searches(const struct generation *g)
{
	static const struct search_dials dials[] = { { .exact = false },
						     { .exact = true },
						     { .probe = 70000,
						       .ef = 1 } };
	uint8_t *allowed = mem_zalloc(g->count + 1, 1);
	float unit[GENERATION_AUDIO_MAX] = { 0.8f, 0.6f };
	const float *units[AUDIO_KINDS] = { unit, unit };
	struct search_mood plane = { 0.1f, 0.1f, NAN };
	struct search_mood space = { 0.1f, 0.1f, 0.1f };
	struct words_query words = { 0 };
	struct err err = { 0 };
	struct search_text text;

	for (size_t i = 0; i < g->count; i += 2)
		allowed[i] = 1;
	search_text_query(&text, unit, GENERATION_TEXT_DIM);
	words_query_parse(&words, SPAN("night \"the blue\" -rain art* +same"));
	words_query_parse(&words, SPAN("river running slowly title"));
	for (size_t d = 0; d < 6; d++) {
		struct search *s = search_new(g, &dials[d / 2]);
		struct search_among a = { .allowed = d % 2 ? allowed : NULL,
					  .eligible = g->count / 2,
					  .k = 25,
					  .per_artist = d % 2 ? 2 : 0 };
		struct topk_item best[25];
		enum search_way way;
		size_t n;

		is_within(g, best, search_texts(s, &text, &a, best, &way), 25);
		is_within(g, best, search_sounds(s, units, &a, best, &way), 25);
		is_within(g, best, search_moods(s, &plane, &a, best, &way), 25);
		is_within(g, best, search_moods(s, &space, &a, best, &way), 25);
		n = search_words(s, &words, &a, best, &way, &err);
		if (n == SIZE_MAX)
			assert_status(&err, ERR_DATA);
		else
			is_within(g, best, n, 25);
		search_free(s);
	}
	for (size_t i = 0; i < g->count; i++) {
		search_text_row(g, &text, i);
		search_sound_row(g, units, i);
		search_mood_row(g, &space, i);
	}
	words_query_release(&words);
	free(allowed);
}

/* What is found by names, and how a mood sounds. */
static void use_names(const struct generation *g)
{
	static const char *const asked[] = { "artist 3", "same 1",
					     "title 12 \xc3\xa9 by artits 5",
					     "artist 7 same 2", "titel" };
	struct named *n = named_new(g);
	struct moodsound *m = moodsound_new(g);
	struct search_among a = { .k = 25, .per_artist = 3 };
	struct topk_item best[25];

	for (size_t i = 0; i < 5; i++)
		is_within(g, best, named_find(n, span_of(asked[i]), &a, best),
			  25);
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		moodsound_of(m, kind, 0.2f, -0.4f);
	named_free(n);
	moodsound_free(m);
}

static void use_beside(const struct generation *g)
{
	struct lyricfind_hit hits[LYRICFIND_HITS];
	struct together_item items[TOGETHER_MAX];
	size_t n = lyricfind(g, SPAN("the night, running; blue rain slowly"),
			     hits, LYRICFIND_HITS);

	for (size_t i = 0; i < n; i++) {
		assert_true(hits[i].row < g->count);
		assert_true(hits[i].share > 0 && hits[i].share <= 1);
		lyricfind_sure(&hits[i]);
	}
	for (size_t i = 0; i < g->count; i++) {
		n = together_get(g, i, items);
		for (size_t k = 0; k < n; k++)
			assert_true(items[k].row < g->count);
	}
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
	struct ranktuning tuning = { .ranks = 60, .unknown = 1, .texture = 1 };
	struct scoring how = {
		.c = &found, .g = g, .weights = &weights, .tuning = &tuning
	};
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
	use_searches(g);
	use_names(g);
	use_beside(g);
	if (indexcheck(g, 2, &err)) {
		assert_status(&err, ERR_DATA);
		assert_true(err.message[0]);
	}
	use_tables(g, SPAN("happy workout by city lights, traurig"));
	if (!retrieval_run(
		r,
		&(struct retrieval_task){
		    .from = { .request = &request, .intent = &intent } },
		&found, &err))
		candidates_write(&found, g, &out, &err);
	if (!weights_parse(&weights, g->weights, "weights", &err)) {
		scored = mem_zalloc(found.count + 1, sizeof(*scored));
		n = scoring_run(&how, scored, &dead, &err);
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

/* With all signals, and everything that there is to search them. */
static void make_linked(struct fixture *f, size_t n, uint64_t seed)
{
	struct index_sources s = { .lists = { .lists = 4, .probe = 2 },
				   .graph = { SOUNDGRAPH_ALWAYS, 3, 8, 0 } };

	fixture_make_with(f, n, seed, "tadns", &s);
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
	make_linked(&f, 40, 2);
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
	make_linked(&f, 40, 3);
	test_load(f.path, &bytes);
	memcpy(&count, bytes.p + 40, sizeof(count));
	memcpy(&table, bytes.p + 48, sizeof(table));
	assert_in_range(count, 65, 120);
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

/* Every section without its last byte, number or half, and away: an error, or
 * an index that can be used. */
static void test_shortened(void **state)
{
	static const size_t bytes[] = { 1,       4, 8, 64, 4096, SIZE_MAX - 1,
					SIZE_MAX };
	/* what an index can do without, alone */
	static const char *const spare[] = {
		"display.values",    "mood.valence",   "mood.dominance",
		"audio.rows",        "cnn.rows",       "vector.rows",
		"track.album",       "timbre.percent", "lyricprint.rows",
		"titleprint.titles", "playlist.rows"
	};
	struct fixture f;
	struct err err = { 0 };
	char *path = test_path("shortened.idx");
	const struct pack_entry *e;
	struct pack *p;
	size_t n;

	(void)state;
	make_linked(&f, 40, 14);
	p = pack_open(f.path, GENERATION_KIND, GENERATION_VERSION, &err);
	e = pack_entries(p, &n);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sizeof(bytes) / sizeof(*bytes); k++) {
			size_t size = pack_get(p, e[i].name).n;
			bool can = false;
			struct generation *g;

			if (size < 2 || (k < 5 && bytes[k] >= size))
				continue;
			shorten(&f, path, e[i].name,
				k == 5 ? size / 2 : bytes[k]);
			use(path);
			g = generation_open(path, &err);
			generation_close(g);
			for (size_t j = 0; j < sizeof(spare) / sizeof(*spare);
			     j++)
				can = can || !strcmp(e[i].name, spare[j]);
			if (k == 6)
				assert_int_equal(g != NULL, can);
		}
	pack_close(p);
	unlink(path);
	free(path);
	fixture_release(&f);
}

/* Puts f's index at path, `length` bytes of a section other, checksums
 * right. */
static void alter(const struct fixture *f, const char *path, const char *name,
		  size_t at, const char *bytes, size_t length)
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
		char *copy = mem_dup(s.p, s.n);

		if (!strcmp(e[i].name, name))
			memcpy(copy + at, bytes, length);
		assert_int_equal(pack_section(pw, e[i].name, copy, s.n, &err),
				 0);
		free(copy);
	}
	assert_int_equal(pack_writer_end(pw, NULL, &err), 0);
	assert_int_equal(fclose(out), 0);
	pack_close(p);
}

/* Rows of a network's vectors out of order. */
static void test_network_rows(void **state)
{
	struct fixture f;
	char *path = test_path("swapped.idx");
	struct err err = { 0 };
	struct generation *g;
	uint32_t rows[2];

	(void)state;
	fixture_make(&f, 40, 12, "mn");
	g = generation_open(f.path, &err);
	rows[0] = g->audio[AUDIO_NETWORK].rows[1];
	rows[1] = g->audio[AUDIO_NETWORK].rows[0];
	generation_close(g);
	alter(&f, path, "cnn.rows", 0, (const char *)rows, sizeof(rows));
	use(path);
	g = generation_open(path, &err);
	assert_non_null(g);
	assert_int_equal(indexcheck(g, 2, &err), -1);
	assert_status(&err, ERR_DATA);
	assert_non_null(strstr(err.message, "\"cnn.rows\""));
	generation_close(g);
	unlink(path);
	free(path);
	fixture_release(&f);
}

/* Damage that checksums know nothing of: what checks an index finds what would
 * mislead a search. */
static void test_altered(void **state)
{
	static const char *const found[] = {
		"track.artist",  "track.genre",   "track.tier",  "track.keys",
		"track.offsets", "artist.first",  "artist.rows", "title.first",
		"title.rows",    "audio.rows",    "cnn.rows",    "vector.rows",
		"vector.scale",  "audio.vectors", "audio.graph", "cnn.graph",
		"vector.lists",  "mood.grid",     "mood.space",  "cnn.vectors",
		"track.usual",
	};
	struct fixture f;
	struct err err = { 0 };
	char *path = test_path("altered.idx"), bytes[16];
	const struct pack_entry *e;
	struct generation *g;
	struct pack *p;
	uint64_t rng = 77;
	size_t n;

	(void)state;
	make_linked(&f, 40, 15);
	p = pack_open(f.path, GENERATION_KIND, GENERATION_VERSION, &err);
	e = pack_entries(p, &n);
	for (size_t i = 0; i < n; i++) {
		size_t size = pack_get(p, e[i].name).n;

		for (int k = 0; size && k < 12; k++) {
			size_t length = 1 + rng_below(&rng, 16);
			size_t at = rng_below(&rng, size);

			if (length > size - at)
				length = size - at;
			for (size_t j = 0; j < length; j++)
				bytes[j] = k % 3 ? (char)rng_next(&rng)
						 : (char)(k % 2 ? 0xff : 0x7f);
			alter(&f, path, e[i].name, at, bytes, length);
			use(path);
		}
	}
	memset(bytes, 0x7f, sizeof(bytes));
	for (size_t i = 0; i < sizeof(found) / sizeof(*found); i++) {
		struct span s = pack_get(p, found[i]);
		size_t length = s.n < 16 ? s.n : 16;
		/* of a graph its links, of lists and grids the rows of a
		 * block */
		size_t at = strstr(found[i], "graph")       ? 2 * (size_t)4096
			    : strstr(found[i], "lists")     ? 4096 + 13 * 128
			    : !strncmp(found[i], "mood", 4) ? s.n - 256
			    : s.n > 4096                    ? 4096
							    : s.n / 2 / 16 * 16;

		assert_true(s.n > 0);
		alter(&f, path, found[i], at, bytes, length);
		g = generation_open(path, &err);
		if (g && !indexcheck(g, 2, &err))
			fail_msg("section %s is altered, and nobody minds",
				 found[i]);
		assert_status(&err, ERR_DATA);
		generation_close(g);
	}
	pack_close(p);
	unlink(path);
	free(path);
	fixture_release(&f);
}

/* f's index becomes the current one of dir; was anything changed? */
static bool publish(const struct fixture *f, const char *dir, const char *name)
{
	struct err err = { 0 };
	struct str path = { 0 }, bytes = { 0 };
	bool changed;
	int lock = publish_begin(dir, &err);

	assert_true(lock >= 0);
	test_load(f->path, &bytes);
	test_save(publish_path(dir, &path), bytes.p, bytes.n);
	assert_int_equal(publish_end(dir, name, &changed, &err), 0);
	close(lock);
	str_release(&path);
	str_release(&bytes);
	return changed;
}

/* What is damaged where opening looks is made whole by building it again. */
static void test_healed(void **state)
{
	static const char *const names[] = { "words", "artist.find",
					     "audio.graph", "mood.grid",
					     "vector.lists" };
	struct fixture f;
	struct err err = { 0 };
	char *dir = test_path("healed"), *file;
	struct generation *g;
	struct str path = { 0 };
	char name[GENERATION_NAME];

	(void)state;
	make_linked(&f, 40, 16);
	g = generation_open(f.path, &err);
	assert_non_null(g);
	memcpy(name, g->name, sizeof(name));
	generation_close(g);
	assert_true(publish(&f, dir, name));
	assert_false(publish(&f, dir, name));
	str_printf(&path, "%s/%s.idx", dir, name);
	file = path.p;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct str bytes = { 0 };

		test_load(file, &bytes);
		g = generation_open(file, &err);
		/* sections stand in the file where they are mapped */
		bytes.p[pack_get(g->pack, names[i]).p -
			pack_get(g->pack, "artist.offsets").p + 4096] ^= 0x40;
		generation_close(g);
		test_save(file, bytes.p, bytes.n);
		assert_null(generation_open(file, NULL));
		assert_true(publish(&f, dir, name));
		g = generation_open(dir, &err);
		assert_non_null(g);
		assert_int_equal(indexcheck(g, 1, &err), 0);
		generation_close(g);
		str_release(&bytes);
	}
	unlink(file);
	str_reset(&path);
	str_printf(&path, "%s/current", dir);
	unlink(path.p);
	str_reset(&path);
	str_printf(&path, "%s/.lock", dir);
	unlink(path.p);
	assert_int_equal(rmdir(dir), 0);
	str_release(&path);
	free(dir);
	fixture_release(&f);
}

/* A check that has no room for what it compares says where to make some. */
static void test_no_room(void **state)
{
	struct rlimit was, small;
	struct fixture f;
	struct err err = { 0 };
	struct generation *g;
	int rc;

	(void)state;
	fixture_make(&f, 40, 17, "");
	g = generation_open(f.path, &err);
	assert_non_null(g);
	getrlimit(RLIMIT_FSIZE, &was);
	small = was;
	small.rlim_cur = 5000;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	rc = indexcheck(g, 1, &err);
	setrlimit(RLIMIT_FSIZE, &was);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(rc, -1);
	assert_status(&err, ERR_ENV);
	assert_non_null(strstr(err.message, "TMPDIR"));
	generation_close(g);
	fixture_release(&f);
}

/* Digests that are none say nothing. */
static void test_origins(void **state)
{
	struct index_origins o;
	struct str hex = { 0 }, meta = { 0 };

	(void)state;
	for (int i = 0; i < HASH_SIZE; i++)
		str_puts(&hex, "a7");
	str_printf(&meta, "{\"text_model\":\"%s\",", hex.p);
	hex.p[40] = 'g';
	str_printf(&meta, "\"mood_recipe\":\"%s\",", hex.p);
	hex.p[40] = 'a';
	hex.n--;
	str_printf(&meta, "\"cnn_recipe\":\"%.*s\"}", (int)hex.n, hex.p);
	index_origins_read(&o, span_str(&meta));
	assert_memory_equal(o.digest[ORIGIN_TEXT], "a7a7", 4);
	assert_int_equal(strlen(o.digest[ORIGIN_TEXT]), ORIGIN_HEX - 1);
	assert_string_equal(o.digest[ORIGIN_MOOD], "");
	assert_string_equal(o.digest[ORIGIN_CNN], "");
	assert_string_equal(o.digest[ORIGIN_SOUND], "");
	str_release(&hex);
	str_release(&meta);
}

/* Components are as many as they are. */
static void test_components(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	char *path = test_path("halved.idx");
	struct generation *g;

	(void)state;
	fixture_make(&f, 40, 18, "a");
	g = generation_open(f.path, &err);
	assert_int_equal(g->audio[AUDIO_COMPONENTS].dim, GENERATION_AUDIO_DIM);
	shorten(&f, path, "audio.vectors",
		pack_get(g->pack, "audio.vectors").n / 2);
	generation_close(g);
	assert_null(generation_open(path, &err));
	assert_status(&err, ERR_DATA);
	assert_non_null(strstr(err.message, "\"audio.vectors\" holds"));
	unlink(path);
	free(path);
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
		cmocka_unit_test(test_shortened),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_healed),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_components),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
