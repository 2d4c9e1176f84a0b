/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/soundfit.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/table.h"
#include "corpus/soundcases.h"
#include "math/vector.h"

enum { HOLDOUT_SHARE = 10, HOLDOUT_MOST = 1000, HOLDOUT_LEAST = 20 };
static const float limit = 4; /* deviations that trees are fitted on */

struct track {
	uint64_t order, key;
	float *values; /* owned */
	int8_t *text;  /* owned, or NULL */
	float scale;
	char *genre; /* owned, or NULL */
	float meta[SOUNDMETA_COUNT];
};

struct soundfit {
	struct soundmodel m; /* the arrays below, as a view */
	int threads;
	struct feat_column *columns;
	struct track *tracks;
	size_t count, cap;
	float *mean, *deviation, *protos, *rows, *scales;
	int8_t *texts;
	struct soundblend *blend; /* [SOUND_CASES][columns] */
	struct table genres;      /* key -> number */
	struct genre_sum {
		uint32_t tracks;
		int proto; /* -1: too few */
	} * sums;
	size_t sums_cap;
};

struct soundfit *soundfit_new(const struct feat_schema *sound,
			      const struct feat_schema *text, int threads)
{
	struct soundfit *f = mem_zalloc(1, sizeof(*f));

	f->threads = threads;
	f->columns = mem_alloc(sound->count * sizeof(*f->columns) + 1);
	memcpy(f->columns, sound->columns, sound->count * sizeof(*f->columns));
	f->m.columns = f->columns;
	f->m.params.columns = sound->count;
	if (text) {
		f->m.params.dims = text->count;
		memcpy(f->m.params.text_recipe, text->recipe, HASH_SIZE);
	}
	return f;
}

static void drop_from(struct soundfit *f, size_t first)
{
	for (size_t i = first; i < f->count; i++) {
		free(f->tracks[i].values);
		free(f->tracks[i].text);
		free(f->tracks[i].genre);
	}
	if (f->count > first)
		f->count = first;
}

void soundfit_free(struct soundfit *f)
{
	if (!f)
		return;
	drop_from(f, 0);
	free(f->tracks);
	free(f->columns);
	free(f->mean);
	free(f->deviation);
	free(f->protos);
	free(f->rows);
	free(f->scales);
	free(f->texts);
	free(f->blend);
	soundmodel_release(&f->m);
	free(f->sums);
	table_release(&f->genres);
	free(f);
}

static int by_order(const void *a, const void *b)
{
	const struct track *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

static void keep_first(struct soundfit *f)
{
	if (f->count)
		qsort(f->tracks, f->count, sizeof(*f->tracks), by_order);
	drop_from(f, SOUNDMODEL_TRACKS);
}

void soundfit_add(struct soundfit *f, uint64_t key, const float *values,
		  const float *text, struct span genre,
		  const float meta[SOUNDMETA_COUNT])
{
	size_t dims = f->m.params.dims;
	struct track *t;

	if (f->count >= 2 * (size_t)SOUNDMODEL_TRACKS)
		keep_first(f);
	MEM_ROOM(f->tracks, f->count + 1, f->cap);
	t = &f->tracks[f->count++];
	*t = (struct track){ .order = hash_mix(&key, sizeof(key)), .key = key };
	memcpy(t->meta, meta, sizeof(t->meta));
	t->values = (float *)(void *)mem_dup(values, f->m.params.columns *
							 sizeof(*values));
	if (text && dims) {
		t->text = mem_alloc(dims);
		t->scale = vector_quantise(text, t->text, dims);
	}
	if (genre.n)
		t->genre = mem_dup(genre.p, genre.n);
}

/* --- one model of the tracks from `first` on --- */

static void sum_columns(struct soundfit *f, size_t first)
{
	for (size_t c = 0; c < f->m.params.columns; c++) {
		double sum = 0, squares = 0, n = 0, m;

		for (size_t i = first; i < f->count; i++) {
			double v = (double)f->tracks[i].values[c];

			sum += isnan(v) ? 0 : v;
			n += !isnan(v);
		}
		m = n > 0 ? sum / n : NAN;
		for (size_t i = first; i < f->count; i++) {
			double d = (double)f->tracks[i].values[c] - m;

			squares += isnan(d) ? 0 : d * d;
		}
		f->mean[c] = (float)m;
		f->deviation[c] = n > 0 ? (float)sqrt(squares / n) : NAN;
	}
}

static const struct genre_sum *genre_of(const struct soundfit *f,
					const struct track *t)
{
	const uint64_t *g =
	    t->genre ? table_get(&f->genres, span_of(t->genre)) : NULL;

	return g ? &f->sums[*g] : NULL;
}

static void sum_genres(struct soundfit *f, size_t first, size_t protos)
{
	size_t columns = f->m.params.columns;
	double *sums = mem_zalloc(protos * columns + 1, 2 * sizeof(*sums));

	for (size_t i = first; i < f->count; i++) {
		const struct genre_sum *g = genre_of(f, &f->tracks[i]);
		double *sum;

		if (!g || g->proto < 0)
			continue;
		sum = sums + 2 * columns * (size_t)g->proto;
		for (size_t c = 0; c < columns; c++) {
			double v = (double)f->tracks[i].values[c];

			sum[2 * c] += isnan(v) ? 0 : v;
			sum[2 * c + 1] += !isnan(v);
		}
	}
	free(f->protos);
	f->protos = mem_zalloc(protos * columns + 1, sizeof(float));
	for (size_t i = 0; i < protos * columns; i++)
		f->protos[i] = sums[2 * i + 1] > 0
				   ? (float)(sums[2 * i] / sums[2 * i + 1])
				   : NAN;
	free(sums);
}

static void count_genres(struct soundfit *f, size_t first)
{
	table_release(&f->genres);
	for (size_t i = first; i < f->count; i++) {
		size_t before = f->genres.count, number;
		uint64_t *slot;

		if (!f->tracks[i].genre)
			continue;
		slot = table_put(&f->genres, span_of(f->tracks[i].genre));
		if (f->genres.count != before)
			*slot = before;
		number = (size_t)*slot;
		MEM_ROOM(f->sums, f->genres.count, f->sums_cap);
		if (f->genres.count != before)
			f->sums[number] = (struct genre_sum){ 0, -1 };
		f->sums[number].tracks++;
	}
}

/* Deviations from the mean; 0 where there is no number. */
static void standardise(const struct soundfit *f, const float *values,
			float missing, float *out)
{
	for (size_t c = 0; c < f->m.params.columns; c++) {
		double scale = (double)f->deviation[c];
		double z = ((double)values[c] - (double)f->mean[c]) / scale;

		out[c] = missing;
		if (scale > 0 && isfinite(z) &&
		    soundmodel_column(f->columns[c].name) == SOUND_NUMBER)
			out[c] = (float)z;
	}
}

static int regress(struct soundfit *f, size_t first, struct err *err)
{
	size_t n = f->count - first, columns = f->m.params.columns;
	float *sound = mem_zalloc(n * columns + 1, sizeof(*sound));
	float *meta = mem_zalloc(n + 1, sizeof(f->tracks->meta));
	int *proto = mem_zalloc(n + 1, sizeof(*proto));
	const struct soundregress_rows rows = {
		.count = n,
		.columns = columns,
		.dims = f->m.params.dims,
		.protos = f->m.params.protos,
		.sound = sound,
		.texts = f->m.texts,
		.scales = f->m.scales,
		.proto = proto,
		.meta = meta,
		.threads = f->threads,
	};
	struct err failed = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct track *t = &f->tracks[first + i];
		const struct genre_sum *g = genre_of(f, t);
		float *z = sound + i * columns;

		standardise(f, t->values, 0, z);
		for (size_t c = 0; c < columns; c++)
			z[c] = fminf(fmaxf(z[c], -limit), limit);
		proto[i] = g ? g->proto : -1;
		memcpy(meta + i * SOUNDMETA_COUNT, t->meta, sizeof(t->meta));
	}
	soundregress_free(f->m.regress);
	f->m.regress = soundregress_fit(&rows, &failed);
	free(sound);
	free(meta);
	free(proto);
	if (!failed.status)
		return 0;
	*err = failed;
	return -1;
}

static int build(struct soundfit *f, size_t first, struct err *err)
{
	size_t columns = f->m.params.columns, protos = 0;

	count_genres(f, first);
	for (size_t g = 0; g < f->genres.count; g++)
		if (f->sums[g].tracks >= SOUNDMODEL_GENRE_LEAST)
			f->sums[g].proto = (int)protos++;
	sum_genres(f, first, protos);
	sum_columns(f, first);
	f->m.mean = f->mean;
	f->m.deviation = f->deviation;
	f->m.protos = f->protos;
	f->m.params.protos = (uint32_t)protos;
	f->m.params.tracks = (uint32_t)(f->count - first);
	f->m.rows = f->rows + first * columns;
	f->m.texts = f->texts + first * f->m.params.dims;
	f->m.scales = f->scales + first;
	f->m.blend = f->blend;
	return regress(f, first, err);
}

static void flatten(struct soundfit *f)
{
	size_t columns = f->m.params.columns, dims = f->m.params.dims;

	keep_first(f);
	f->blend = mem_zalloc(SOUND_CASES * columns + 1, sizeof(*f->blend));
	f->mean = mem_zalloc(columns + 1, sizeof(float));
	f->deviation = mem_zalloc(columns + 1, sizeof(float));
	f->rows = mem_zalloc(f->count * columns + 1, sizeof(float));
	f->scales = mem_zalloc(f->count + 1, sizeof(float));
	f->texts = mem_zalloc(f->count * dims + 1, 1);
	for (size_t i = 0; i < f->count; i++) {
		memcpy(f->rows + i * columns, f->tracks[i].values,
		       columns * sizeof(float));
		f->scales[i] = f->tracks[i].text ? f->tracks[i].scale : 0;
		if (f->tracks[i].text)
			memcpy(f->texts + i * dims, f->tracks[i].text, dims);
	}
}

/* --- holding out --- */

/* What is known of a held-out track that is taken for a silent one; false: not
 * what the case is about. */
static bool pretend(const struct soundfit *f, const struct track *t,
		    unsigned which, struct sound_clues *clues)
{
	const struct genre_sum *g = genre_of(f, t);

	*clues = (struct sound_clues){ NULL, 0, -1, 0, { 0 } };
	memcpy(clues->meta, t->meta, sizeof(t->meta));
	if (which & SOUND_TEXT) {
		clues->text = t->text;
		clues->scale = t->scale;
	}
	if ((which & SOUND_GENRE) && g) {
		clues->proto = g->proto;
		clues->genre_tracks = (float)g->tracks;
	}
	return soundmodel_case(clues) == which;
}

struct holding {
	const struct soundfit *f;
	const size_t *track; /* [n] held out, of this case */
	unsigned which;
	float *truth, *guess;
};

static void guess_one(void *ctx, size_t i, int thread)
{
	const struct holding *h = ctx;
	const struct track *t = &h->f->tracks[h->track[i]];
	size_t columns = h->f->m.params.columns;
	struct sound_clues clues;
	struct topk best;

	(void)thread;
	pretend(h->f, t, h->which, &clues);
	topk_init(&best, SOUNDMODEL_NEIGHBOURS);
	soundmodel_methods(&h->f->m, &clues, &best,
			   h->guess + i * SOUNDBLEND_METHODS * columns);
	standardise(h->f, t->values, NAN, h->truth + i * columns);
	topk_release(&best);
}

static void evaluate(struct soundfit *f, size_t held, unsigned which,
		     struct str *report)
{
	struct soundmodel_params *p = &f->m.params;
	size_t *track = mem_zalloc(held + 1, sizeof(*track)), n = 0;
	struct holding h = { f, track, which, NULL, NULL };
	struct soundblend_rows rows = { .columns = p->columns };
	struct sound_clues clues;

	for (size_t i = 0; i < held; i++)
		if (pretend(f, &f->tracks[i], which, &clues))
			track[n++] = i;
	if (n >= HOLDOUT_LEAST) {
		h.truth = mem_zalloc(n * p->columns + 1, sizeof(float));
		h.guess = mem_zalloc(n * SOUNDBLEND_METHODS * p->columns + 1,
				     sizeof(float));
		parallel_for(f->threads < 1 ? 1 : f->threads, n, guess_one, &h);
		rows.tracks = n;
		rows.truth = h.truth;
		rows.guess = h.guess;
		soundblend_fit(&rows, f->blend + which * p->columns,
			       &p->scores[which]);
		soundcases_choose(p, f->blend, which);
		str_printf(report,
			   "held out %zu tracks, %s text, %s genre: ", n,
			   which & SOUND_TEXT ? "with" : "without",
			   which & SOUND_GENRE ? "with" : "without");
		soundblend_report(&p->scores[which], report);
	}
	free(h.truth);
	free(h.guess);
	free(track);
}

static int evaluate_all(struct soundfit *f, struct str *report, struct err *err)
{
	size_t held = f->count / HOLDOUT_SHARE;

	soundcases_usual(&f->m.params, f->blend);
	held = held < HOLDOUT_MOST ? held : HOLDOUT_MOST;
	if (held < HOLDOUT_LEAST) {
		str_printf(report,
			   "%zu measured tracks: too few to hold a "
			   "tenth out\n",
			   f->count);
		return 0;
	}
	if (build(f, held, err))
		return -1;
	for (unsigned i = SOUND_CASES; i-- > 0;)
		evaluate(f, held, i, report);
	return 0;
}

/* --- writing --- */

static int write_genres(struct soundfit *f, struct pack_writer *w,
			struct err *err)
{
	struct terms_fit *terms = terms_fit_new(SOUNDMODEL_TRACKS);
	int rc;

	for (size_t g = 0; g < f->genres.count; g++)
		if (f->sums[g].proto >= 0)
			terms_fit_add(terms, f->genres.entries[g].key, 0,
				      (uint32_t)f->sums[g].proto,
				      (float)f->sums[g].tracks);
	rc = terms_fit_write(terms, "sound.genre", w, err);
	terms_fit_free(terms);
	return rc;
}

int soundfit_write(struct soundfit *f, struct pack_writer *w,
		   struct str *report, struct err *err)
{
	const struct soundmodel_params *p = &f->m.params;
	size_t columns = p->columns;

	str_reset(report);
	flatten(f);
	if (evaluate_all(f, report, err) || build(f, 0, err))
		return -1;
	return pack_section(w, "sound.params", p, sizeof(*p), err) ||
		       pack_section(w, "sound.columns", f->columns,
				    columns * sizeof(*f->columns), err) ||
		       pack_section(w, "sound.mean", f->mean, columns * 4,
				    err) ||
		       pack_section(w, "sound.deviation", f->deviation,
				    columns * 4, err) ||
		       pack_section(w, "sound.protos", f->protos,
				    p->protos * columns * 4, err) ||
		       pack_section(w, "sound.rows", f->rows,
				    f->count * columns * 4, err) ||
		       pack_section(w, "sound.texts", f->texts,
				    f->count * p->dims, err) ||
		       pack_section(w, "sound.scales", f->scales, f->count * 4,
				    err) ||
		       pack_section(w, "sound.blend", f->blend,
				    SOUND_CASES * columns * sizeof(*f->blend),
				    err) ||
		       write_genres(f, w, err) ||
		       soundregress_write(f->m.regress, w, err) ||
		       pack_section(w, "sound.report", report->p, report->n,
				    err)
		   ? -1
		   : 0;
}
