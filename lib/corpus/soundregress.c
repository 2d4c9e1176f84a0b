/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/soundregress.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "learn/trees.h"
#include "math/algebra.h"
#include "math/vector.h"

enum {
	INPUTS_MAX = SOUNDREGRESS_WORDS + SOUNDREGRESS_SOUNDS + SOUNDMETA_COUNT,
	BLOCK = 512,
	SHOWN = 10 /* of so many tracks some are shown without ... */
};
static const double genre_prior = 5; /* tracks at the mean of all */

struct info { /* section "regress.info" */
	uint32_t columns, dims, protos, sounds, words, zero;
};

struct soundregress {
	struct info info;
	const float *base;                        /* [sounds][columns] */
	const float *words;                       /* [words][dims] */
	const float *genres;                      /* [protos][sounds] */
	float *own_base, *own_words, *own_genres; /* of a fit */
	struct trees *trees[SOUNDREGRESS_SOUNDS];
};

static size_t inputs_of(const struct soundregress *r)
{
	return r->info.words + r->info.sounds + SOUNDMETA_COUNT;
}

void soundregress_free(struct soundregress *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < SOUNDREGRESS_SOUNDS; i++)
		trees_free(r->trees[i]);
	free(r->own_base);
	free(r->own_words);
	free(r->own_genres);
	free(r);
}

static void put_inputs(const struct soundregress *r, const int8_t *text,
		       float scale, const float *genre, const float *meta,
		       float *x)
{
	size_t n = 0;

	for (size_t i = 0; i < r->info.words; i++)
		x[n++] =
		    text ? scale * vector_dot_mixed(r->words + i * r->info.dims,
						    text, r->info.dims)
			 : NAN;
	for (size_t i = 0; i < r->info.sounds; i++)
		x[n++] = genre ? genre[i] : NAN;
	for (size_t i = 0; i < SOUNDMETA_COUNT; i++)
		x[n++] = meta[i];
}

void soundregress_apply(const struct soundregress *r, const int8_t *text,
			float scale, int proto,
			const float meta[SOUNDMETA_COUNT], float *sound)
{
	size_t columns = r->info.columns;
	const float *genre =
	    proto >= 0 ? r->genres + (size_t)proto * r->info.sounds : NULL;
	float x[INPUTS_MAX];

	put_inputs(r, text, scale, genre, meta, x);
	memset(sound, 0, columns * sizeof(*sound));
	for (size_t i = 0; i < r->info.sounds; i++)
		vector_axpy(sound, trees_predict(r->trees[i], x),
			    r->base + i * columns, columns);
}

/* --- fitting --- */

struct fit {
	const struct soundregress_rows *rows;
	struct soundregress *r;
	float *scores;  /* [sounds][count] */
	double *sums;   /* [protos][sounds] */
	double *tracks; /* [protos] */
	struct trees_rows *x;
	struct err err[SOUNDREGRESS_SOUNDS];
};

/* a'a of sound or texts, in blocks that fit the cache. */
static double *moments(const struct soundregress_rows *rows, size_t width,
		       bool texts)
{
	double *sum = mem_zalloc(width * width, sizeof(*sum));
	double *part = mem_zalloc(width * width, sizeof(*part));
	double *block = mem_zalloc(BLOCK * width, sizeof(*block));

	for (size_t at = 0; at < rows->count; at += BLOCK) {
		size_t n = rows->count - at < BLOCK ? rows->count - at : BLOCK;

		for (size_t i = 0; i < n * width; i++) {
			size_t row = at + i / width;

			block[i] = texts
				       ? (double)rows->scales[row] *
					     (double)rows->texts[at * width + i]
				       : (double)rows->sound[at * width + i];
		}
		algebra_gemm(part, block, true, block, false, width, width, n);
		for (size_t i = 0; i < width * width; i++)
			sum[i] += part[i];
	}
	free(part);
	free(block);
	return sum;
}

/* The strongest directions of the rows: (*out)[returned][width]. */
static int strongest(const struct soundregress_rows *rows, size_t width,
		     bool texts, size_t most, float **out, uint32_t *count,
		     struct err *err)
{
	double *a, *values;
	int rc;

	*count = 0;
	*out = mem_zalloc(most * width + 1, sizeof(**out));
	if (!width)
		return 0;
	a = moments(rows, width, texts);
	values = mem_zalloc(width, sizeof(*values));
	rc = algebra_eigen(a, width, values, err);
	for (size_t i = 0; !rc && i < most && i < width; i++) {
		if (!(values[i] > 1e-6 * values[0]) || !(values[i] > 0))
			break;
		for (size_t k = 0; k < width; k++)
			(*out)[i * width + k] = (float)a[i * width + k];
		++*count;
	}
	free(values);
	free(a);
	return rc;
}

static void sum_genres(struct fit *f)
{
	const struct soundregress_rows *rows = f->rows;
	size_t sounds = f->r->info.sounds, columns = rows->columns;
	float *genres = mem_zalloc(rows->protos * sounds + 1, sizeof(*genres));

	f->scores = mem_zalloc(rows->count * sounds + 1, sizeof(*f->scores));
	f->sums = mem_zalloc(rows->protos * sounds + 1, sizeof(*f->sums));
	f->tracks = mem_zalloc(rows->protos + 1, sizeof(*f->tracks));
	for (size_t i = 0; i < rows->count; i++) {
		int g = rows->proto[i];

		for (size_t k = 0; k < sounds; k++) {
			float s =
			    vector_dot(f->r->base + k * columns,
				       rows->sound + i * columns, columns);

			f->scores[k * rows->count + i] = s;
			if (g >= 0)
				f->sums[(size_t)g * sounds + k] += (double)s;
		}
		if (g >= 0)
			f->tracks[g]++;
	}
	for (size_t i = 0; i < rows->protos * sounds; i++)
		genres[i] =
		    (float)(f->sums[i] / (f->tracks[i / sounds] + genre_prior));
	f->r->genres = f->r->own_genres = genres;
}

/* Inputs of every track, its own sound taken out of its genre's mean. */
static int cut_inputs(struct fit *f, struct err *err)
{
	const struct soundregress_rows *rows = f->rows;
	size_t sounds = f->r->info.sounds, width = inputs_of(f->r);
	float *x = mem_zalloc(rows->count * width, sizeof(*x));
	float genre[SOUNDREGRESS_SOUNDS];

	for (size_t i = 0; i < rows->count; i++) {
		bool text = rows->scales[i] > 0, known = rows->proto[i] >= 0;
		size_t g = known ? (size_t)rows->proto[i] : 0;
		size_t show = i % SHOWN; /* in the order of a hash */

		for (size_t k = 0; k < sounds && known; k++)
			genre[k] =
			    (float)((f->sums[g * sounds + k] -
				     (double)f->scores[k * rows->count + i]) /
				    (f->tracks[g] - 1 + genre_prior));
		text = text && show != 0 && show != 1;
		known = known && show != 1 && show != 2 && show != 3;
		put_inputs(f->r, text ? rows->texts + i * rows->dims : NULL,
			   rows->scales[i], known ? genre : NULL,
			   rows->meta + i * SOUNDMETA_COUNT, x + i * width);
	}
	f->x = trees_rows_new(x, rows->count, width, trees_usual.bins,
			      rows->threads, err);
	free(x);
	return f->x ? 0 : -1;
}

static void fit_one(void *ctx, size_t i, int thread)
{
	struct fit *f = ctx;
	struct trees_params p = trees_usual;

	(void)thread;
	p.rounds = 150;
	p.leaf_rows = 20;
	p.ridge = 5;
	p.columns = 0.4;
	p.seed = i;
	f->r->trees[i] = trees_fit_rows(
	    &p, f->x, f->scores + i * f->rows->count, NULL, &f->err[i]);
}

static int fit_all(struct fit *f, struct err *err)
{
	struct soundregress *r = f->r;
	const struct soundregress_rows *rows = f->rows;

	if (strongest(rows, rows->columns, false, SOUNDREGRESS_SOUNDS,
		      &r->own_base, &r->info.sounds, err) ||
	    strongest(rows, rows->dims, true, SOUNDREGRESS_WORDS, &r->own_words,
		      &r->info.words, err))
		return -1;
	r->base = r->own_base;
	r->words = r->own_words;
	sum_genres(f);
	if (cut_inputs(f, err))
		return -1;
	parallel_for(rows->threads < 1 ? 1 : rows->threads, r->info.sounds,
		     fit_one, f);
	for (size_t i = 0; i < r->info.sounds; i++)
		if (!r->trees[i]) {
			*err = f->err[i];
			return -1;
		}
	return 0;
}

struct soundregress *soundregress_fit(const struct soundregress_rows *rows,
				      struct err *err)
{
	struct soundregress_rows some = *rows;
	struct fit *f;
	struct soundregress *r;
	int rc;

	if (rows->count < SOUNDREGRESS_LEAST)
		return NULL;
	if (some.count > SOUNDREGRESS_TRACKS)
		some.count = SOUNDREGRESS_TRACKS;
	f = mem_zalloc(1, sizeof(*f));
	f->rows = &some;
	f->r = r = mem_zalloc(1, sizeof(*r));
	r->info.columns = (uint32_t)rows->columns;
	r->info.dims = (uint32_t)rows->dims;
	r->info.protos = (uint32_t)rows->protos;
	rc = fit_all(f, err);
	free(f->scores);
	free(f->sums);
	free(f->tracks);
	trees_rows_free(f->x);
	free(f);
	if (!rc && r->info.sounds)
		return r;
	soundregress_free(r);
	return NULL;
}

/* --- in a pack --- */

int soundregress_write(const struct soundregress *r, struct pack_writer *w,
		       struct err *err)
{
	static const struct info none;
	const struct info *i = r ? &r->info : &none;
	char name[PACK_NAME];

	if (pack_section(w, "regress.info", i, sizeof(*i), err))
		return -1;
	if (!r)
		return 0;
	if (pack_section(w, "regress.sound", r->base,
			 (size_t)i->sounds * i->columns * 4, err) ||
	    pack_section(w, "regress.words", r->words,
			 (size_t)i->words * i->dims * 4, err) ||
	    pack_section(w, "regress.genres", r->genres,
			 (size_t)i->protos * i->sounds * 4, err))
		return -1;
	for (uint32_t k = 0; k < i->sounds; k++) {
		snprintf(name, sizeof(name), "regress.%u", k);
		if (trees_write(r->trees[k], name, w, err))
			return -1;
	}
	return 0;
}

static bool all_finite(const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

static int view_arrays(struct soundregress *r, const struct pack *p,
		       struct err *err)
{
	const struct info *i = &r->info;
	size_t base = (size_t)i->sounds * i->columns;
	size_t words = (size_t)i->words * i->dims;
	size_t genres = (size_t)i->protos * i->sounds;
	char name[PACK_NAME];

	if (!(r->base = pack_array(p, "regress.sound", 4, base, NULL, err)) ||
	    !(r->words = pack_array(p, "regress.words", 4, words, NULL, err)) ||
	    !(r->genres =
		  pack_array(p, "regress.genres", 4, genres, NULL, err)))
		return -1;
	if (!all_finite(r->base, base) || !all_finite(r->words, words) ||
	    !all_finite(r->genres, genres))
		return err_set(err, ERR_DATA, "model",
			       "regression with numbers that are not finite; "
			       "fit the model anew");
	for (uint32_t k = 0; k < i->sounds; k++) {
		snprintf(name, sizeof(name), "regress.%u", k);
		r->trees[k] = trees_view(p, name, err);
		if (!r->trees[k])
			return -1;
		if (trees_dims(r->trees[k]) != inputs_of(r))
			return err_set(err, ERR_DATA, "model",
				       "%s is for %zu numbers, expected %zu; "
				       "fit the model anew",
				       name, trees_dims(r->trees[k]),
				       inputs_of(r));
	}
	return 0;
}

int soundregress_view(const struct pack *p, size_t columns, size_t dims,
		      size_t protos, struct soundregress **out, struct err *err)
{
	const struct info *i =
	    pack_array(p, "regress.info", sizeof(*i), 1, NULL, err);
	struct soundregress *r;

	*out = NULL;
	if (!i)
		return -1;
	if (!i->sounds)
		return 0;
	if (i->columns != columns || i->dims != dims || i->protos != protos ||
	    i->sounds > SOUNDREGRESS_SOUNDS || i->words > SOUNDREGRESS_WORDS)
		return err_set(err, ERR_DATA, "model",
			       "regression of %u columns on %u numbers of text "
			       "and %u genres, expected %zu, %zu and %zu; fit "
			       "the model anew",
			       i->columns, i->dims, i->protos, columns, dims,
			       protos);
	r = mem_zalloc(1, sizeof(*r));
	r->info = *i;
	if (view_arrays(r, p, err)) {
		soundregress_free(r);
		return -1;
	}
	*out = r;
	return 0;
}
