/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A generated index for unit tests, and what it was made of. */
#ifndef MOODPIPE_INDEXFIXTURE_H
#define MOODPIPE_INDEXFIXTURE_H

#include <math.h>

#include "corpus/indexmeta.h"
#include "corpus/lexicon.h"
#include "corpus/themes.h"
#include "index/generation.h"
#include "index/indexwriter.h"
#include "math/random.h"
#include "math/vector.h"
#include "testing.h"
#include "text/foreign.h"

#define FIXTURE_NETWORK_DIM 20

struct fixture_row {
	uint64_t key;
	char id[40], title[48], artist[24], genre[24], url[64];
	char language[8], tags[64], description[96], lyrics[160];
	char album[24], playlists[64];
	int year; /* 0: none */
	float plays, duration;
	uint8_t tier, link, flags, voice;
	bool has_text, has_audio, has_network, has_mood, has_sound, measured;
	float text[GENERATION_TEXT_DIM], audio[GENERATION_AUDIO_DIM];
	float network[FIXTURE_NETWORK_DIM];
	float mood[4]; /* valence, arousal, confidence, dominance or NaN */
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

/* A few words of a small language, a blank or a separator between. */
static inline void fixture_words(struct random *rng, size_t most, char between,
				 char *out)
{
	static const char *const words[] = { "night",   "rain",
					     "running", "runs",
					     "River",   "d\xc3\xa9j\xc3\xa0",
					     "the",     "blue",
					     "slowly" };
	size_t n = random_below(rng, most + 1);

	*out = '\0';
	for (size_t i = 0; i < n; i++) {
		char *end = out + strlen(out);

		end += sprintf(end, "%s", words[random_below(rng, 9)]);
		if (i + 1 < n)
			memcpy(end, (char[2]){ between, '\0' }, 2);
	}
}

static inline void fixture_texts(struct fixture_row *r, size_t i,
				 struct random *rng)
{
	static const char *const languages[] = { "", "en", "de", "PT-br" };

	if (!random_below(rng, 15))
		r->title[0] = '\0';
	else if (!random_below(rng, 8))
		snprintf(r->title, sizeof(r->title), "Same %zu", i % 3);
	strcpy(r->language, languages[random_below(rng, 4)]);
	r->duration =
	    random_below(rng, 6) ? 30 + (float)random_below(rng, 600) : NAN;
	fixture_words(rng, 3, '\n', r->tags);
	fixture_words(rng, 8, ' ', r->description);
	fixture_words(rng, 16, ' ', r->lyrics);
	if (random_below(rng, 3))
		snprintf(r->album, sizeof(r->album), "Album %d",
			 (int)random_below(rng, 3));
	for (size_t k = random_below(rng, 4); k; k--)
		snprintf(r->playlists + strlen(r->playlists), 16, "List %d\n",
			 (int)random_below(rng, 20));
	r->voice = (uint8_t)random_below(rng, 3);
}

/* As made up as the features; of the key alone. */
static inline void fixture_hear(const void *ctx, const struct feat_row *row,
				struct index_heard *out)
{
	(void)ctx;
	for (int k = 0; k < TIMBRE_AXES; k++)
		out->timbre[k] = (row->key >> k) % 9
				     ? (float)(row->key >> (8 * k) & 31) / 8 - 2
				     : NAN;
	out->voice = (uint8_t)((row->key >> 40) % 3 << 2);
}

static inline void fixture_fill(struct fixture_row *r, size_t i, uint64_t seed)
{
	struct random rng;
	size_t k;

	random_seed(&rng, seed, i);
	memset(r, 0, sizeof(*r));
	(void)random_u64(&rng);
	snprintf(r->id, sizeof(r->id), "mp%06llu%014zu",
		 (unsigned long long)seed, i);
	r->key = hash_u64(r->id, strlen(r->id));
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
	r->has_sound = r->has_audio;
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
	r->mood[3] = NAN;
	r->has_network = random_below(&rng, 2) != 0;
	/* as networks are: far from the origin, all on one side */
	for (k = 0; k < FIXTURE_NETWORK_DIM; k++)
		r->network[k] = 5 + (float)random_normal(&rng);
	if (random_below(&rng, 4))
		r->mood[3] = (float)(2 * random_uniform(&rng) - 1);
	fixture_texts(r, i, &rng);
}

static inline int fixture_by_key(const void *a, const void *b)
{
	const struct fixture_row *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

/* kind: 't', 'a', 'n' (network), 'm' (mood), 'd' (mood with dominance) or 's'
 * (sound). */
static inline struct featset *fixture_feat(const struct fixture *f, char kind)
{
	static const char *const names[5] = { "tempo", "rms_mean", "key",
					      "mode", "loudness" };
	static const char *const mood[4] = { "valence", "arousal", "confidence",
					     "dominance" };
	struct feat_schema s = { .stage = "test" };
	size_t dim = kind == 't'   ? GENERATION_TEXT_DIM
		     : kind == 'a' ? GENERATION_AUDIO_DIM
		     : kind == 'n' ? FIXTURE_NETWORK_DIM
		     : kind == 'm' ? 3
		     : kind == 'd' ? 4
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
				kind == 'm' || kind == 'd' ? mood[i]
				: kind == 's'              ? names[i]
							   : name,
				"1");
	}
	w = feat_writer_new(out, &s, &err);
	row = feat_row_new(&s);
	for (size_t i = 0; i < f->n; i++) {
		const struct fixture_row *r = &f->rows[i];
		bool has = kind == 't'   ? r->has_text
			   : kind == 'm' ? r->has_mood
			   : kind == 'd' ? r->has_mood
			   : kind == 'n' ? r->has_network
			   : kind == 'a' ? r->has_audio
					 : r->has_sound;

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
					 : kind == 's' ? (float)(k + r->key % 3)
						       : r->mood[k];
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
				 .description = span_of(r->description),
				 .lyrics = span_of(r->lyrics),
				 .language = span_of(r->language),
				 .album = span_of(r->album),
				 .playlists = span_of(r->playlists),
				 .has_year = r->year != 0,
				 .year = r->year,
				 .duration = r->duration,
				 .plays = r->plays,
				 .popularity = NAN,
				 .tier = r->tier,
				 .link = r->link,
				 .flags = r->flags,
				 .voice = r->voice };
	struct err err = { 0 };

	row.text[CATALOGUE_ID] = span_of(r->id);
	row.text[CATALOGUE_TITLE] = span_of(r->title);
	row.text[CATALOGUE_ARTIST] = span_of(r->artist);
	row.text[CATALOGUE_GENRE] = span_of(r->genre);
	row.text[CATALOGUE_URL] = span_of(r->url);
	row.text[CATALOGUE_TAGS] = span_of(r->tags);
	assert_int_equal(indexwriter_add(w, &row, &err), 0);
}

/* Feature files of these rows, of the signals that are asked for. */
static inline void fixture_sources(const struct fixture *f, const char *signals,
				   struct index_sources *s)
{
	s->text = strchr(signals, 't') ? fixture_feat(f, 't') : NULL;
	s->audio[AUDIO_COMPONENTS] =
	    strchr(signals, 'a') ? fixture_feat(f, 'a') : NULL;
	s->audio[AUDIO_NETWORK] =
	    strchr(signals, 'n') ? fixture_feat(f, 'n') : NULL;
	s->mood = strchr(signals, 'd')   ? fixture_feat(f, 'd')
		  : strchr(signals, 'm') ? fixture_feat(f, 'm')
					 : NULL;
	s->sound = strchr(signals, 's') ? fixture_feat(f, 's') : NULL;
	s->hearing.hear = fixture_hear;
}

static inline void fixture_sources_close(struct index_sources *s)
{
	featset_close(s->text);
	featset_close(s->audio[AUDIO_COMPONENTS]);
	featset_close(s->audio[AUDIO_NETWORK]);
	featset_close(s->mood);
	featset_close(s->sound);
}

static inline void fixture_meta(const struct index_sources *s,
				const struct generation *base,
				const struct index_counts *counts,
				struct pack_writer *pw)
{
	static const uint8_t digest[HASH_SIZE] = { 7 };
	struct index_origins o = { 0 };
	struct str text = { 0 };
	struct err err = { 0 };

	if (s->sound || (base && base->display))
		index_origins_set(&o, ORIGIN_SOUND, digest);
	if (s->mood || (base && base->valence))
		index_origins_set(&o, ORIGIN_MOOD, digest);
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		if (s->audio[kind] || (base && base->audio[kind].rows))
			index_origins_set(&o, kind ? ORIGIN_CNN : ORIGIN_AUDIO,
					  digest);
	indexmeta_write(counts, &o, &text);
	assert_int_equal(pack_section(pw, "meta", text.p, text.n, &err), 0);
	str_release(&text);
}

/* Writes the index of w, which began with base; -1: what is at path then is
 * none. */
static inline int fixture_write(struct indexwriter *w,
				const struct index_sources *s,
				const struct generation *base, const char *path,
				struct index_counts *counts, struct err *err)
{
	FILE *out = fopen(path, "w+");
	struct pack_writer *pw;
	int rc;

	assert_non_null(out);
	pw = pack_writer_new(out, GENERATION_KIND, GENERATION_VERSION, err);
	rc = indexwriter_write(w, s, pw, counts, err);
	if (!rc) {
		fixture_tables(pw);
		fixture_meta(s, base, counts, pw);
	}
	assert_int_equal(pack_writer_end(pw, NULL, NULL), 0);
	assert_int_equal(fclose(out), 0);
	return rc;
}

/* Rows in key order in f->rows; they are added in another order. */
static inline void fixture_make_with(struct fixture *f, size_t n, uint64_t seed,
				     const char *signals,
				     struct index_sources *s)
{
	struct indexwriter *w = indexwriter_new(NULL);
	struct index_counts counts;
	struct err err = { 0 };

	f->n = n;
	f->rows = mem_zalloc(n + 1, sizeof(*f->rows));
	f->path = test_path("fixture.idx");
	for (size_t i = 0; i < n; i++) {
		fixture_fill(&f->rows[i], i, seed);
		fixture_add(w, &f->rows[i]);
	}
	qsort(f->rows, n, sizeof(*f->rows), fixture_by_key);
	fixture_sources(f, signals, s);
	assert_int_equal(fixture_write(w, s, NULL, f->path, &counts, &err), 0);
	assert_int_equal(counts.tracks, n);
	fixture_sources_close(s);
	indexwriter_free(w);
}

static inline void fixture_make(struct fixture *f, size_t n, uint64_t seed,
				const char *signals)
{
	struct index_sources s = { 0 };

	fixture_make_with(f, n, seed, signals, &s);
}

static inline void fixture_release(struct fixture *f)
{
	unlink(f->path);
	free(f->path);
	free(f->rows);
}

#endif
