/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/soundfit.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"
#include "math/vector.h"

enum { HOLDOUT_SHARE = 10, HOLDOUT_MOST = 1000, HOLDOUT_LEAST = 20 };
static const double trusts[] = { 0, 0.5, 1, 1.5, 2, 3 };
static const double skill_unknown = 0.1; /* too few were held out */

struct track {
	uint64_t order, key;
	float *values; /* owned */
	int8_t *text;  /* owned, or NULL */
	float scale;
	char *genre; /* owned, or NULL */
};

struct soundfit {
	struct soundmodel m; /* the arrays below, as a view */
	struct feat_column *columns;
	struct track *tracks;
	size_t count, cap;
	float *mean, *deviation, *protos, *rows, *scales;
	int8_t *texts;
	struct table genres; /* key -> number */
	struct genre_sum {
		uint32_t tracks;
		int proto; /* -1: too few */
	} * sums;
	size_t sums_cap;
};

struct soundfit *soundfit_new(const struct feat_schema *sound,
			      const struct feat_schema *text)
{
	struct soundfit *f = mem_zalloc(1, sizeof(*f));

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
		  const float *text, struct span genre)
{
	size_t dims = f->m.params.dims;
	struct track *t;

	if (f->count >= 2 * (size_t)SOUNDMODEL_TRACKS)
		keep_first(f);
	MEM_ROOM(f->tracks, f->count + 1, f->cap);
	t = &f->tracks[f->count++];
	*t = (struct track){ .order = hash_mix(&key, sizeof(key)), .key = key };
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

static void build(struct soundfit *f, size_t first)
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
}

static void flatten(struct soundfit *f)
{
	size_t columns = f->m.params.columns, dims = f->m.params.dims;

	keep_first(f);
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

struct score { /* in standard deviations */
	double tracks, values, error, square, mean_error, mean_square;
	double cosine;
};

static void score_track(const struct soundfit *f, const struct track *t,
			const float *guess, struct score *s)
{
	double dot = 0, a = 0, b = 0;

	for (size_t c = 0; c < f->m.params.columns; c++) {
		double scale = (double)f->deviation[c], truth, x;

		if (soundmodel_column(f->columns[c].name) != SOUND_NUMBER ||
		    !(scale > 0) || isnan(t->values[c]) || isnan(guess[c]))
			continue;
		truth = ((double)t->values[c] - (double)f->mean[c]) / scale;
		x = ((double)guess[c] - (double)f->mean[c]) / scale;
		s->values++;
		s->error += fabs(x - truth);
		s->square += (x - truth) * (x - truth);
		s->mean_error += fabs(truth);
		s->mean_square += truth * truth;
		dot += x * truth;
		a += x * x;
		b += truth * truth;
	}
	s->tracks++;
	if (a > 0 && b > 0)
		s->cosine += dot / sqrt(a * b);
}

/* Scores by method; [FEAT_METHOD_NONE] is all of them. Without genres, all
 * tracks are taken as if they had none. */
static void hold_out(struct soundfit *f, size_t held, bool genres,
		     struct score scores[FEAT_METHOD_COUNT])
{
	float *guess = mem_alloc(f->m.params.columns * sizeof(*guess) + 1);

	memset(scores, 0, FEAT_METHOD_COUNT * sizeof(*scores));
	for (size_t i = 0; i < held; i++) {
		const struct track *t = &f->tracks[i];
		struct sound_clues clues = { t->text, t->scale, -1, 0 };
		const struct genre_sum *g = genres ? genre_of(f, t) : NULL;
		struct sound_guess how;

		if (g) {
			clues.proto = g->proto;
			clues.genre_tracks = (float)g->tracks;
		}
		if (!soundmodel_predict(&f->m, &clues, guess, &how))
			continue;
		score_track(f, t, guess, &scores[FEAT_METHOD_NONE]);
		score_track(f, t, guess, &scores[how.method]);
	}
	free(guess);
}

static double skill(const struct score *s)
{
	double v = s->mean_square > 0 ? 1 - s->square / s->mean_square : 0;

	return v > 0 ? v : 0;
}

static void report_scores(struct str *report, double trust,
			  const struct score scores[FEAT_METHOD_COUNT])
{
	for (int i = 0; i < FEAT_METHOD_COUNT; i++) {
		const struct score *s = &scores[i];

		if (s->tracks > 0)
			str_printf(report,
				   "  %s: %g tracks, error %.3f "
				   "(global mean %.3f), cosine %.3f, skill "
				   "%.3f\n",
				   i ? feat_method_name((enum feat_method)i)
				     : "all",
				   s->tracks, s->error / s->values,
				   s->mean_error / s->values,
				   s->cosine / s->tracks, skill(s));
	}
	str_printf(report, "  trust in neighbours %g\n", trust);
}

/* Chooses trust and the skills, for tracks without or with a genre. */
static void evaluate(struct soundfit *f, size_t held, bool genres,
		     struct str *report)
{
	struct score scores[FEAT_METHOD_COUNT];
	struct soundmodel_params *p = &f->m.params;
	double best = INFINITY, trust = 0;

	for (size_t i = 0; i < sizeof(trusts) / sizeof(*trusts); i++) {
		p->trust[0] = p->trust[1] = trusts[i];
		hold_out(f, held, genres, scores);
		if (scores[0].square < best) {
			best = scores[0].square;
			trust = trusts[i];
		}
	}
	p->trust[0] = p->trust[1] = trust;
	hold_out(f, held, genres, scores);
	for (int i = 1; i < FEAT_METHOD_COUNT; i++)
		if (scores[i].tracks >= HOLDOUT_LEAST)
			p->skill[genres][i] = skill(&scores[i]);
	str_printf(report, "held out %zu tracks, %s genres:\n", held,
		   genres ? "with their" : "without");
	report_scores(report, trust, scores);
}

static void evaluate_both(struct soundfit *f, struct str *report)
{
	struct soundmodel_params *p = &f->m.params;
	size_t held = f->count / HOLDOUT_SHARE;
	double without;

	held = held < HOLDOUT_MOST ? held : HOLDOUT_MOST;
	for (int i = 0; i < 2; i++) {
		p->trust[i] = 1;
		p->skill[i][FEAT_METHOD_NEIGHBOURS] = skill_unknown;
		p->skill[i][FEAT_METHOD_GENRE] = skill_unknown;
	}
	if (held < HOLDOUT_LEAST) {
		str_printf(report,
			   "%zu measured tracks: too few to hold a "
			   "tenth out\n",
			   f->count);
		return;
	}
	build(f, held);
	evaluate(f, held, false, report);
	without = p->trust[0];
	evaluate(f, held, true, report);
	p->trust[0] = without;
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
	evaluate_both(f, report);
	build(f, 0);
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
		       write_genres(f, w, err) ||
		       pack_section(w, "sound.report", report->p, report->n,
				    err)
		   ? -1
		   : 0;
}
