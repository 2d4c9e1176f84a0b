/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A generated index for unit tests, and what it was made of. */
#ifndef MOODPIPE_INDEXFIXTURE_H
#define MOODPIPE_INDEXFIXTURE_H

#include <math.h>

#include "corpus/lexicon.h"
#include "corpus/themes.h"
#include "index/generation.h"
#include "index/indexwriter.h"
#include "io/atomic.h"
#include "math/random.h"
#include "math/vector.h"
#include "testing.h"
#include "text/foreign.h"

#define FIXTURE_NETWORK_DIM 20

struct fixture_row {
	uint64_t key;
	char id[24], title[48], artist[24], genre[24], url[64];
	int year; /* 0: none */
	float plays;
	uint8_t tier, link, flags;
	bool has_text, has_audio, has_network, has_mood, measured;
	float text[GENERATION_TEXT_DIM], audio[GENERATION_AUDIO_DIM];
	float network[FIXTURE_NETWORK_DIM], mood[3];
};

struct fixture {
	size_t n;
	bool text, audio, mood; /* which signals are there at all */
	struct fixture_row *rows;
	char *path; /* of the index */
};

static inline const char *fixture_lexicon(void)
{
	return "happy\t0.8\t0.5\tmood\tt\nsad\t-0.7\t-0.3\tmood\tt\n"
	       "workout\t0.5\t0.9\tcontext\tt\n";
}

static inline const char *fixture_themes(void)
{
	return "night\tnight\t1\tt\nnight\tcity lights\t0.5\tt\n"
	       "city\tcity lights\t0.5\tt\n";
}

static inline const char *fixture_foreign(void)
{
	return "the\ten\tword\t0\t0\tt\nund\tde\tword\t0\t0\tt\n"
	       "traurig*\tde\tmood\t-0.7\t-0.3\tt\n";
}

static inline const char *fixture_targets(void)
{
	return "joy\t0.6\t1\t0.5\t0.9\t0.6\t0.9\t100\t140\tmajor\tpop\n"
	       "sadness\t0\t0.4\t0\t0.4\t0.1\t0.5\t60\t100\tminor\tfolk\n";
}

static inline const char *fixture_weights(void)
{
	return "weights\ttext-heavy\t0.5\t0.25\t0.15\t0.1\n"
	       "weights\tmood-heavy\t0.15\t0.35\t0.35\t0.1\n"
	       "weights\tgenre\t0.35\t0.3\t0.2\t0.1\n"
	       "weights\tartist\t0.4\t0.3\t0.15\t0.1\n"
	       "weights\tdefault\t0.2\t0.35\t0.3\t0.1\n"
	       "penalty\tViral\t0.7\nlink\tUNKNOWN\t0.7\n"
	       "words\tmood-heavy\tsad, happy\nwords\tgenre\trock, hip hop\n"
	       "words\tartist\tsongs like\nwords\ttext-heavy\tguitar\n";
}

/* The tables that requests are read with. */
static inline void fixture_tables(struct pack_writer *pw)
{
	struct lexicon *l =
	    lexicon_parse(span_of(fixture_lexicon()), "l", NULL);
	struct themes *t = themes_parse(span_of(fixture_themes()), "t", NULL);
	struct foreign *f =
	    foreign_parse(span_of(fixture_foreign()), "f", NULL);
	struct str bytes = { 0 };
	struct err err = { 0 };

	lexicon_compile(l, &bytes);
	pack_section(pw, "lexicon", bytes.p, bytes.n, &err);
	themes_compile(t, &bytes);
	pack_section(pw, "themes", bytes.p, bytes.n, &err);
	foreign_compile(f, &bytes);
	pack_section(pw, "foreign", bytes.p, bytes.n, &err);
	pack_section(pw, "targets", fixture_targets(),
		     strlen(fixture_targets()), &err);
	pack_section(pw, "weights", fixture_weights(),
		     strlen(fixture_weights()), &err);
	lexicon_free(l);
	themes_free(t);
	foreign_free(f);
	str_release(&bytes);
}

static inline void fixture_fill(struct fixture_row *r, size_t i, uint64_t seed)
{
	struct random rng;
	size_t k;

	random_seed(&rng, seed, i);
	memset(r, 0, sizeof(*r));
	r->key = random_u64(&rng);
	snprintf(r->id, sizeof(r->id), "mp%020zu", i);
	snprintf(r->title, sizeof(r->title), "Title %zu \xc3\xa9", i);
	if (random_below(&rng, 10))
		snprintf(r->artist, sizeof(r->artist), "Artist %d",
			 (int)random_below(&rng, 12));
	if (random_below(&rng, 3))
		snprintf(r->genre, sizeof(r->genre), "%s",
			 i % 2 ? "Indie Rock" : "Hip-Hop");
	snprintf(r->url, sizeof(r->url), "https://example.org/%zu", i);
	r->year =
	    random_below(&rng, 4) ? 1960 + (int)random_below(&rng, 60) : 0;
	r->plays =
	    random_below(&rng, 5) ? (float)random_below(&rng, 100000) : NAN;
	r->tier = (uint8_t)random_below(&rng, TIER_COUNT);
	r->link = (uint8_t)random_below(&rng, LINK_COUNT);
	r->has_text = random_below(&rng, 8) != 0;
	r->has_audio = random_below(&rng, 3) != 0;
	r->has_mood = random_below(&rng, 5) != 0;
	r->measured = random_below(&rng, 2) != 0;
	for (k = 0; k < GENERATION_TEXT_DIM; k++)
		r->text[k] = (float)random_normal(&rng);
	vector_normalise(r->text, GENERATION_TEXT_DIM);
	for (k = 0; k < GENERATION_AUDIO_DIM; k++)
		r->audio[k] = (float)random_normal(&rng);
	for (k = 0; k < 3; k++)
		r->mood[k] = (float)(2 * random_uniform(&rng) - 1);
	r->mood[2] = fabsf(r->mood[2]);
	r->has_network = random_below(&rng, 2) != 0;
	/* as networks are: far from the origin, all on one side */
	for (k = 0; k < FIXTURE_NETWORK_DIM; k++)
		r->network[k] = 5 + (float)random_normal(&rng);
}

static inline int fixture_by_key(const void *a, const void *b)
{
	const struct fixture_row *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

/* kind: 't', 'a', 'n' (network), 'm' (mood) or 's' (sound). */
static inline struct featset *fixture_feat(const struct fixture *f, char kind)
{
	static const char *const names[5] = { "tempo", "rms_mean", "key",
					      "mode", "loudness" };
	static const char *const mood[3] = { "valence", "arousal",
					     "confidence" };
	struct feat_schema s = { .stage = "test" };
	size_t dim = kind == 't'   ? GENERATION_TEXT_DIM
		     : kind == 'a' ? GENERATION_AUDIO_DIM
		     : kind == 'n' ? FIXTURE_NETWORK_DIM
		     : kind == 'm' ? 3
				   : 5;
	char name[FEAT_NAME], *path = test_path("fixture.feat");
	const char *paths[1] = { path };
	struct featset *set;
	struct feat_writer *w;
	struct feat_row *row;
	struct err err = { 0 };
	FILE *out = fopen(path, "w");

	for (size_t i = 0; i < dim; i++) {
		snprintf(name, sizeof(name), "%c%0*zu",
			 kind == 'n' ? 'v' : kind, kind == 'a' ? 2 : 3, i);
		feat_schema_add(&s,
				kind == 'm'   ? mood[i]
				: kind == 's' ? names[i]
					      : name,
				"1");
	}
	w = feat_writer_new(out, &s, &err);
	row = feat_row_new(&s);
	for (size_t i = 0; i < f->n; i++) {
		const struct fixture_row *r = &f->rows[i];
		bool has = kind == 't'   ? r->has_text
			   : kind == 'm' ? r->has_mood
			   : kind == 'n' ? r->has_network
					 : r->has_audio;

		if (!has)
			continue;
		feat_row_reset(row, &s);
		row->key = r->key;
		row->confidence = 0.5f;
		row->method =
		    r->measured ? FEAT_METHOD_MEASURED : FEAT_METHOD_GENRE;
		for (size_t k = 0; k < dim; k++)
			row->values[k] = kind == 't'   ? r->text[k]
					 : kind == 'a' ? r->audio[k]
					 : kind == 'n' ? r->network[k]
					 : kind == 'm' ? r->mood[k]
						       : (float)(k + 1);
		feat_row_mark(row, &s, !r->measured);
		assert_int_equal(feat_write(w, row, &err), 0);
	}
	assert_int_equal(feat_writer_end(w, &err), 0);
	assert_int_equal(fclose(out), 0);
	set = featset_open(paths, 1, &err);
	assert_non_null(set);
	unlink(path);
	free(path);
	feat_row_free(row);
	feat_schema_release(&s);
	return set;
}

static inline void fixture_add(struct indexwriter *w,
			       const struct fixture_row *r)
{
	struct index_row row = { .key = r->key,
				 .has_year = r->year != 0,
				 .year = r->year,
				 .plays = r->plays,
				 .popularity = NAN,
				 .tier = r->tier,
				 .link = r->link,
				 .flags = r->flags };
	struct err err = { 0 };

	row.text[CATALOGUE_ID] = span_of(r->id);
	row.text[CATALOGUE_TITLE] = span_of(r->title);
	row.text[CATALOGUE_ARTIST] = span_of(r->artist);
	row.text[CATALOGUE_GENRE] = span_of(r->genre);
	row.text[CATALOGUE_URL] = span_of(r->url);
	row.text[CATALOGUE_TAGS] = (struct span){ "", 0 };
	assert_int_equal(indexwriter_add(w, &row, &err), 0);
}

/* Rows in key order in f->rows; they are added in another order. */
static inline void fixture_make(struct fixture *f, size_t n, uint64_t seed,
				const char *signals)
{
	struct indexwriter *w = indexwriter_new();
	struct index_sources s = { 0 };
	struct index_counts counts;
	struct pack_writer *pw;
	struct err err = { 0 };
	struct atomic *a;

	f->n = n;
	f->rows = mem_zalloc(n + 1, sizeof(*f->rows));
	f->path = test_path("fixture.idx");
	for (size_t i = 0; i < n; i++) {
		fixture_fill(&f->rows[i], i, seed);
		fixture_add(w, &f->rows[i]);
	}
	qsort(f->rows, n, sizeof(*f->rows), fixture_by_key);
	s.text = strchr(signals, 't') ? fixture_feat(f, 't') : NULL;
	s.audio[AUDIO_COMPONENTS] =
	    strchr(signals, 'a') ? fixture_feat(f, 'a') : NULL;
	s.audio[AUDIO_NETWORK] =
	    strchr(signals, 'n') ? fixture_feat(f, 'n') : NULL;
	s.mood = strchr(signals, 'm') ? fixture_feat(f, 'm') : NULL;
	s.sound = strchr(signals, 's') ? fixture_feat(f, 's') : NULL;
	a = atomic_open(f->path, &err);
	pw = pack_writer_new(atomic_file(a), GENERATION_KIND,
			     GENERATION_VERSION, &err);
	assert_int_equal(indexwriter_write(w, &s, pw, &counts, &err), 0);
	assert_int_equal(counts.tracks, n);
	fixture_tables(pw);
	pack_section(pw, "meta", "{}\n", 3, &err);
	assert_int_equal(pack_writer_end(pw, NULL, &err), 0);
	assert_int_equal(atomic_commit(a, &err), 0);
	featset_close(s.text);
	featset_close(s.audio[AUDIO_COMPONENTS]);
	featset_close(s.audio[AUDIO_NETWORK]);
	featset_close(s.mood);
	featset_close(s.sound);
	indexwriter_free(w);
}

static inline void fixture_release(struct fixture *f)
{
	unlink(f->path);
	free(f->path);
	free(f->rows);
}

#endif
