/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A synthetic corpus of N tracks for make bench-index, written fast, in the
 * order of keys, always the same bytes; the first tracks of a larger corpus
 * are those of a smaller one. All to standard output.
 *
 *   indexmake tracks N WORDS    records. WORDS: one word a line, the most
 *                               frequent first; behind its end words are
 *                               invented. Titles, artists, tags, descriptions
 *                               and some lyrics follow Zipf's law; a track has
 *                               one of TOPICS topics, which favours words.
 *   indexmake text N PACK FEAT  text vectors as if of embed text with that
 *                               model: FEAT has vectors of some texts; each is
 *                               one of them, by topic, with part of the
 *                               difference of two others and noise
 *   indexmake mood|sound|audio N   a mixture of normal distributions by topic;
 *                               one track in ten was measured
 *   indexmake meta INDEX        what a generation says about itself
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "corpus/track.h"
#include "index/generation.h"
#include "io/feat.h"
#include "learn/recipe.h"
#include "learn/textmodel.h"
#include "math/random.h"
#include "math/vector.h"

enum { TOPICS = 1000, TOPIC_WORDS = 400, VOCABULARY = 300000 };
enum stream { WORDING = 1, TEXT, MOOD, SOUND, AUDIO, TOPIC, ARTIST, INVENTED };

static int fail(const char *what)
{
	fprintf(stderr, "indexmake: %s\n", what);
	return 3;
}

/* --- tracks in the order of keys --- */

struct place {
	uint64_t key;
	uint32_t track;
};

static void id_of(uint32_t track, struct str *out)
{
	str_reset(out);
	str_printf(out, "sc:%09u", track);
}

static int by_key(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static struct place *places(size_t n)
{
	struct place *p = mem_zalloc(n, sizeof(*p));
	struct str id = { 0 };

	for (uint32_t i = 0; i < n; i++) {
		id_of(i, &id);
		p[i] = (struct place){ track_key(span_str(&id)), i };
	}
	qsort(p, n, sizeof(*p), by_key);
	str_release(&id);
	return p;
}

/* p ~ 1 / (rank + 2.7), rank below n. */
static size_t zipf(struct random *r, size_t n)
{
	double x = 3.7 * pow(((double)n + 2.7) / 3.7, random_uniform(r)) - 3.7;

	return x < 0 ? 0 : (size_t)x < n ? (size_t)x : n - 1;
}

static void seed_of(struct random *r, enum stream stream, uint64_t i)
{
	random_seed(r, 1000 + (uint64_t)stream, i);
}

static size_t topic_of(uint32_t track)
{
	struct random r;

	seed_of(&r, TOPIC, track);
	return zipf(&r, TOPICS);
}

/* --- words --- */

struct words {
	struct str text;
	size_t *at, count, cap;
};

static struct span word(const struct words *w, size_t rank)
{
	return (struct span){ w->text.p + w->at[rank],
			      w->at[rank + 1] - w->at[rank] };
}

static void end_word(struct words *w)
{
	MEM_ROOM(w->at, w->count + 2, w->cap);
	w->at[++w->count] = w->text.n;
}

static void invent(struct words *w)
{
	static const char first[] = "bcdfghjklmnprstvwz", second[] = "aeiouy";
	struct random r;

	seed_of(&r, INVENTED, w->count);
	for (size_t left = w->count; left; left /= 60) {
		str_putc(&w->text, first[random_below(&r, 18)]);
		str_putc(&w->text, second[random_below(&r, 6)]);
	}
	str_putc(&w->text, first[random_below(&r, 18)]);
	end_word(w);
}

static int read_words(struct words *w, const char *path)
{
	FILE *f = fopen(path, "r");
	int c;

	if (!f)
		return fail(path);
	MEM_ROOM(w->at, 1, w->cap);
	w->at[0] = 0;
	while ((c = getc(f)) != EOF && w->count < VOCABULARY)
		if (c >= 'a' && c <= 'z')
			str_putc(&w->text, (char)c);
		else if (w->text.n > w->at[w->count])
			end_word(w);
	fclose(f);
	while (w->count < VOCABULARY)
		invent(w);
	return 0;
}

/* Half of the words are such as the topic favours. */
static void put_words(struct str *out, const struct words *w, struct random *r,
		      size_t topic, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t rank = zipf(r, VOCABULARY);

		if (random_below(r, 2))
			rank = (topic * 2654435761u +
				zipf(r, TOPIC_WORDS) * 40503u) %
			       (VOCABULARY / 20);
		if (i)
			str_putc(out, ' ');
		str_span(out, word(w, rank));
	}
}

static void put_artist(struct str *out, const struct words *w, uint64_t artist)
{
	struct random r;

	seed_of(&r, ARTIST, artist);
	for (size_t i = 1 + random_below(&r, 2) + random_below(&r, 2); i; i--) {
		struct span name = word(w, zipf(&r, VOCABULARY));

		str_putc(out, (char)(name.p[0] - 'a' + 'A'));
		str_put(out, name.p + 1, name.n - 1);
		if (i > 1)
			str_putc(out, ' ');
	}
}

static const char *const genres[] = {
	"House",   "Rock",  "Hip Hop", "Ambient",   "Jazz",         "Folk",
	"Techno",  "Pop",   "Indie",   "Metal",     "Trap",         "R&B",
	"Country", "Punk",  "Reggae",  "Classical", "Soul",         "Funk",
	"Trance",  "Disco", "Dubstep", "Lo-fi",     "Drum and Bass"
};
enum { GENRES = sizeof(genres) / sizeof(*genres) };

static void put_list(struct str *out, const struct words *w, struct random *r,
		     size_t topic)
{
	str_puts(out, ",\"tags\":[");
	for (size_t n = 1 + random_below(r, 6); n; n--) {
		str_putc(out, '"');
		put_words(out, w, r, topic, 1);
		str_puts(out, n > 1 ? "\"," : "\"]");
	}
}

static void put_field(struct str *out, const char *name, const struct words *w,
		      struct random *r, size_t topic, size_t n)
{
	str_printf(out, ",\"%s\":\"", name);
	put_words(out, w, r, topic, n);
	str_putc(out, '"');
}

static void put_numbers(struct str *out, struct random *r, uint32_t track)
{
	uint64_t plays = UINT64_C(1) << random_below(r, 24);

	plays += random_below(r, plays);
	if (random_below(r, 2))
		str_printf(
		    out, ",\"year\":%u",
		    1950 + (unsigned)sqrt((double)random_below(r, 75 * 75)));
	str_printf(out,
		   ",\"created_at\":\"20%02u-%02u-11T08:00:00Z\","
		   "\"duration_ms\":%u,\"playback_count\":%llu,"
		   "\"likes_count\":%llu,\"url_status\":\"%s\","
		   "\"permalink_url\":\"https://example.org/t/%u\"}\n",
		   7 + (unsigned)random_below(r, 18),
		   1 + (unsigned)random_below(r, 12),
		   60000 + (unsigned)random_below(r, 300000),
		   (unsigned long long)plays, (unsigned long long)plays / 40,
		   random_below(r, 20) ? "VALID" : "DEAD", track);
}

static void put_track(struct str *out, const struct words *w, uint32_t track)
{
	size_t topic = topic_of(track);
	struct random r;
	struct str id = { 0 };

	seed_of(&r, WORDING, track);
	id_of(track, &id);
	str_printf(out, "{\"id\":\"%s\"", id.p);
	str_release(&id);
	put_field(out, "title", w, &r, topic, 1 + random_below(&r, 5));
	str_puts(out, ",\"artist\":\"");
	put_artist(out, w, topic + TOPICS * zipf(&r, 1 + track / 8 / TOPICS));
	str_putc(out, '"');
	if (random_below(&r, 10) < 7)
		str_printf(out, ",\"genre\":\"%s\"", genres[topic % GENRES]);
	if (random_below(&r, 10) < 6)
		put_list(out, w, &r, topic);
	if (random_below(&r, 10) < 3)
		put_field(out, "description", w, &r, topic,
			  5 + random_below(&r, 30));
	if (random_below(&r, 50) == 0)
		put_field(out, "lyrics", w, &r, topic,
			  80 + random_below(&r, 160));
	put_numbers(out, &r, track);
}

static int tracks(size_t n, const char *words)
{
	struct place *order = places(n);
	struct words w = { 0 };
	struct str out = { 0 };
	int rc = read_words(&w, words);

	for (size_t i = 0; i < n && !rc; i++) {
		put_track(&out, &w, order[i].track);
		if (out.n < 1 << 20 && i + 1 < n)
			continue;
		if (fwrite(out.p, 1, out.n, stdout) != out.n)
			rc = fail("cannot write");
		str_reset(&out);
	}
	free(order);
	free(w.at);
	str_release(&w.text);
	str_release(&out);
	return rc;
}

/* --- features --- */

struct sample { /* vectors of real texts */
	float *x;
	size_t count, cap;
};

struct features {
	struct feat_schema schema;
	struct sample sample;
	void (*make)(const struct features *f, uint32_t track,
		     struct feat_row *row);
};

static int read_sample(struct sample *s, const char *path)
{
	struct err err;
	struct feat *f = feat_open(path, &err);
	struct feat_row *row;
	int got;

	if (!f)
		return fail(err.message);
	if (feat_schema(f)->count != TEXTMODEL_DIM)
		return fail("not text vectors");
	row = feat_row_new(feat_schema(f));
	while ((got = feat_read(f, row, &err)) > 0) {
		if (!isfinite(row->values[0]))
			continue;
		MEM_ROOM(s->x, (s->count + 1) * TEXTMODEL_DIM, s->cap);
		memcpy(s->x + s->count++ * TEXTMODEL_DIM, row->values,
		       TEXTMODEL_DIM * sizeof(float));
	}
	feat_row_free(row);
	feat_close(f);
	if (got < 0)
		return fail(err.message);
	return s->count ? 0 : fail("no vectors");
}

/* Noise of about the length given: four uniform numbers to a word. */
static void add_noise(float *x, size_t dim, float length, struct random *r)
{
	float unit = length * sqrtf(12.0f / (float)dim) / 65536;

	for (size_t i = 0; i < dim; i += 4) {
		uint64_t bits = random_u64(r);

		for (size_t k = 0; k < 4; k++, bits >>= 16)
			x[i + k] += unit * ((float)(bits & 0xffff) - 32767.5f);
	}
}

static void make_text(const struct features *f, uint32_t track,
		      struct feat_row *row)
{
	const struct sample *s = &f->sample;
	const size_t dim = TEXTMODEL_DIM;
	size_t centre = topic_of(track) * 2654435761u;
	struct random r;

	seed_of(&r, TEXT, track);
	centre = (centre + zipf(&r, 64) * 40503u) % s->count;
	memcpy(row->values, s->x + centre * dim, dim * sizeof(float));
	vector_axpy(row->values, 0.35f, s->x + random_below(&r, s->count) * dim,
		    dim);
	vector_axpy(row->values, -0.35f,
		    s->x + random_below(&r, s->count) * dim, dim);
	add_noise(row->values, dim, 0.3f, &r);
	vector_normalise(row->values, dim);
}

static float around(float centre, float deviation, float lo, float hi,
		    struct random *r)
{
	float x = centre + deviation * (float)random_normal(r);

	return x < lo ? lo : x > hi ? hi : x;
}

static void make_mood(const struct features *f, uint32_t track,
		      struct feat_row *row)
{
	struct random centre, r;

	(void)f;
	seed_of(&centre, MOOD, topic_of(track));
	seed_of(&r, MOOD, UINT64_C(1) << 40 | track);
	for (size_t k = 0; k < 3; k++)
		row->values[k] =
		    around(around(0, 0.35f, -1, 1, &centre), 0.15f, -1, 1, &r);
	row->values[3] = (float)random_uniform(&r);
}

static void make_sound(const struct features *f, uint32_t track,
		       struct feat_row *row)
{
	struct random centre, r;

	(void)f;
	seed_of(&centre, SOUND, topic_of(track));
	seed_of(&r, SOUND, UINT64_C(1) << 40 | track);
	row->values[0] =
	    around(around(120, 25, 50, 200, &centre), 8, 40, 220, &r);
	row->values[1] =
	    around(around(0.2f, 0.08f, 0, 0.5f, &centre), 0.03f, 0, 0.5f, &r);
	row->values[2] = (float)random_below(&r, 12);
	row->values[3] = (float)random_below(&r, 2);
	row->values[4] = around(-12, 4, -60, 0, &r);
}

/* Axes of falling weight, as principal components have. */
static void make_audio(const struct features *f, uint32_t track,
		       struct feat_row *row)
{
	struct random centre, r;

	seed_of(&centre, AUDIO, topic_of(track));
	seed_of(&r, AUDIO, UINT64_C(1) << 40 | track);
	for (size_t k = 0; k < f->schema.count; k++)
		row->values[k] =
		    (float)(random_normal(&centre) + 0.6 * random_normal(&r)) /
		    (float)(1 + 0.1 * (double)k);
	vector_normalise(row->values, f->schema.count);
}

static void describe(struct features *f, const char *stage,
		     const char *const *columns)
{
	snprintf(f->schema.stage, sizeof(f->schema.stage), "%s", stage);
	for (; *columns; columns++)
		feat_schema_add(&f->schema, *columns, "1");
	recipe_make("indexmake/1", stage, NULL, f->schema.recipe);
}

static int plan_text(struct features *f, const char *model, const char *sample)
{
	struct err err;
	struct pack *p =
	    pack_open(model, TEXTMODEL_KIND, TEXTMODEL_VERSION, &err);

	if (!p)
		return fail(err.message);
	recipe_text_schema(&f->schema, pack_digest(p));
	pack_close(p);
	f->make = make_text;
	return read_sample(&f->sample, sample);
}

static int write_features(struct features *f, size_t n)
{
	struct place *order = places(n);
	struct feat_row *row = feat_row_new(&f->schema);
	struct err err;
	struct feat_writer *w = feat_writer_new(stdout, &f->schema, &err);
	int rc = w ? 0 : -1;

	for (size_t i = 0; i < n && !rc; i++) {
		struct random r;

		feat_row_reset(row, &f->schema);
		row->key = row->digest = order[i].key;
		seed_of(&r, TOPIC, UINT64_C(1) << 40 | order[i].track);
		row->method = random_below(&r, 10) ? FEAT_METHOD_NEIGHBOURS
						   : FEAT_METHOD_MEASURED;
		row->confidence = 0.25f + 0.75f * (float)random_uniform(&r);
		f->make(f, order[i].track, row);
		feat_row_mark(row, &f->schema,
			      row->method != FEAT_METHOD_MEASURED);
		rc = feat_write(w, row, &err);
	}
	if (w && feat_writer_end(w, rc ? NULL : &err))
		rc = -1;
	feat_row_free(row);
	free(order);
	return rc ? fail(err.message) : 0;
}

static int features(const char *what, size_t n, char **rest, int count)
{
	static const char *const mood[] = { "valence", "arousal", "dominance",
					    "confidence", NULL };
	static const char *const sound[] = { "tempo", "rms_mean", "key",
					     "mode",  "loudness", NULL };
	static const uint8_t model[HASH_SIZE] = { 1 };
	struct features f = { 0 };
	int rc = 0;

	if (!strcmp(what, "text") && count == 2) {
		rc = plan_text(&f, rest[0], rest[1]);
	} else if (!strcmp(what, "mood") && !count) {
		describe(&f, "mood-map", mood);
		f.make = make_mood;
	} else if (!strcmp(what, "sound") && !count) {
		describe(&f, "extract-features", sound);
		f.make = make_sound;
	} else if (!strcmp(what, "audio") && !count) {
		recipe_audio_schema(&f.schema, model);
		f.make = make_audio;
	} else {
		return fail("see the head of tests/helpers/indexmake.c");
	}
	rc = rc ? rc : write_features(&f, n);
	feat_schema_release(&f.schema);
	free(f.sample.x);
	return rc;
}

static int meta(const char *path)
{
	struct err err;
	struct generation *g = generation_open(path, &err);

	if (!g)
		return fail(err.message);
	fwrite(g->meta.p, 1, g->meta.n, stdout);
	generation_close(g);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t n;
	int rc;

	if (argc == 3 && !strcmp(argv[1], "meta"))
		return meta(argv[2]);
	if (argc < 3 || num_u64(span_of(argv[2]), &n) || !n || n > 1u << 30)
		return fail("see the head of tests/helpers/indexmake.c");
	if (!strcmp(argv[1], "tracks") && argc == 4)
		rc = tracks(n, argv[3]);
	else
		rc = features(argv[1], n, argv + 3, argc - 3);
	return fflush(stdout) ? fail("cannot write") : rc;
}
