/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/soundmodel.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/vector.h"

static const double majority = 0.5;

enum soundmodel_column soundmodel_column(const char *name)
{
	struct span s = span_of(name);

	if (span_is(s, "key") || span_is(s, "mode"))
		return SOUND_CATEGORY;
	if (span_is(s, "duration") || span_is(s, "decoded_fraction"))
		return SOUND_SKIP;
	return SOUND_NUMBER;
}

/* A section of rows * width elements. */
static const void *section(const struct pack *p, const char *name, size_t size,
			   size_t rows, size_t width, struct err *err)
{
	return pack_array(p, name, size, rows * width, NULL, err);
}

int soundmodel_view(struct soundmodel *m, const struct pack *p, struct err *err)
{
	const struct soundmodel_params *params;
	size_t columns, tracks;

	*m = (struct soundmodel){ 0 };
	params = pack_array(p, "sound.params", sizeof(*params), 1, NULL, err);
	if (!params)
		return -1;
	m->params = *params;
	columns = params->columns;
	tracks = params->tracks;
	if (columns > FEAT_COLUMNS_MAX || params->dims > FEAT_COLUMNS_MAX ||
	    tracks > SOUNDMODEL_TRACKS)
		return err_set(err, ERR_DATA, "model",
			       "%u columns and %u "
			       "tracks are more than a model can have; fit "
			       "the model anew",
			       params->columns, params->tracks);
	if (!(m->columns = section(p, "sound.columns", sizeof(*m->columns), 1,
				   columns, err)) ||
	    !(m->mean =
		  section(p, "sound.mean", sizeof(float), 1, columns, err)) ||
	    !(m->deviation = section(p, "sound.deviation", sizeof(float), 1,
				     columns, err)) ||
	    !(m->protos = section(p, "sound.protos", sizeof(float),
				  params->protos, columns, err)) ||
	    !(m->rows = section(p, "sound.rows", sizeof(float), tracks, columns,
				err)) ||
	    !(m->texts =
		  section(p, "sound.texts", 1, tracks, params->dims, err)) ||
	    !(m->scales =
		  section(p, "sound.scales", sizeof(float), tracks, 1, err)) ||
	    !(m->blend = section(p, "sound.blend", sizeof(*m->blend),
				 SOUND_CASES, columns, err)) ||
	    terms_open(&m->genres, p, "sound.genre", err))
		return -1;
	for (size_t i = 0; i < SOUND_CASES * columns; i++)
		for (size_t k = 0; k < SOUNDBLEND_METHODS; k++)
			if (!isfinite(m->blend[i].weight[k]))
				return err_set(err, ERR_DATA, "model",
					       "a weight that is no number; "
					       "fit the model anew");
	for (size_t i = 0; i < SOUND_CASES; i++)
		if (params->method[i] >= FEAT_METHOD_COUNT ||
		    !(params->confidence[i] >= 0 && params->confidence[i] <= 1))
			return err_set(err, ERR_DATA, "model",
				       "a method or a confidence that is none; "
				       "fit the model anew");
	for (size_t i = 0; i < columns; i++)
		if (!memchr(m->columns[i].name, '\0', FEAT_NAME))
			return err_set(err, ERR_DATA, "model",
				       "column %zu "
				       "has no end to its name; fit the model "
				       "anew",
				       i);
	return soundregress_view(p, columns, params->dims, params->protos,
				 &m->regress, err);
}

void soundmodel_release(struct soundmodel *m)
{
	soundregress_free(m->regress);
	m->regress = NULL;
}

static void nearest(const struct soundmodel *m, const struct sound_clues *c,
		    struct topk *best)
{
	size_t dims = m->params.dims;

	for (uint32_t i = 0; i < m->params.tracks; i++) {
		float cosine;

		if (m->scales[i] <= 0)
			continue;
		cosine =
		    (float)vector_dot_i8(c->text, m->texts + i * dims, dims) *
		    c->scale * m->scales[i];
		if (cosine > 0)
			topk_offer(best, cosine, i);
	}
	topk_sort(best);
}

static double mean_of(const struct soundmodel *m, const struct topk *best,
		      size_t column)
{
	double sum = 0, weight = 0;

	for (size_t i = 0; i < best->count; i++) {
		float v =
		    m->rows[best->items[i].index * m->params.columns + column];
		double w = (double)best->items[i].score;

		if (isnan(v))
			continue;
		sum += w * (double)v;
		weight += w;
	}
	return weight > 0 ? sum / weight : NAN;
}

/* The value of most of the neighbours' weight. */
static double vote(const struct soundmodel *m, const struct topk *best,
		   size_t column)
{
	const float *rows = m->rows + column;
	size_t stride = m->params.columns;
	double all = 0, most = 0, value = NAN;

	for (size_t i = 0; i < best->count; i++) {
		float v = rows[best->items[i].index * stride];
		double weight = 0;

		all += (double)best->items[i].score;
		if (isnan(v))
			continue;
		for (size_t k = 0; k < best->count; k++)
			if (rows[best->items[k].index * stride] == v)
				weight += (double)best->items[k].score;
		if (weight > most) {
			most = weight;
			value = (double)v;
		}
	}
	return most > majority * all ? value : NAN;
}

static double base_of(const struct soundmodel *m, const struct sound_clues *c,
		      size_t column)
{
	double global = (double)m->mean[column], proto, n;

	if (c->proto < 0)
		return global;
	proto =
	    (double)m->protos[(size_t)c->proto * m->params.columns + column];
	if (isnan(proto) || isnan(global))
		return global;
	n = (double)c->genre_tracks;
	return (n * proto + SOUNDMODEL_PRIOR * global) / (n + SOUNDMODEL_PRIOR);
}

unsigned soundmodel_case(const struct sound_clues *c)
{
	return (c->text ? SOUND_TEXT : 0u) | (c->proto >= 0 ? SOUND_GENRE : 0u);
}

double soundmodel_methods(const struct soundmodel *m,
			  const struct sound_clues *c, struct topk *best,
			  float *guess)
{
	size_t columns = m->params.columns;
	float *genre = guess + SOUNDBLEND_GENRE * columns;
	float *near = guess + SOUNDBLEND_NEAR * columns;
	float *trees = guess + SOUNDBLEND_TREES * columns;
	double similarity = 0;

	if (c->text)
		nearest(m, c, best);
	for (size_t i = 0; i < best->count; i++)
		similarity +=
		    fmin(1, (double)best->items[i].score) / (double)best->count;
	for (size_t i = 0; i < columns; i++) {
		double mean = (double)m->mean[i];
		double scale = (double)m->deviation[i];
		bool guessed =
		    scale > 0 &&
		    soundmodel_column(m->columns[i].name) == SOUND_NUMBER;

		genre[i] = near[i] = trees[i] = NAN;
		if (guessed && c->proto >= 0)
			genre[i] = (float)((base_of(m, c, i) - mean) / scale);
		if (guessed && best->count)
			near[i] = (float)(similarity *
					  (mean_of(m, best, i) - mean) / scale);
	}
	if (m->regress)
		soundregress_apply(m->regress, c->text, c->scale, c->proto,
				   c->meta, trees);
	return similarity;
}

static bool anything_known(const struct sound_clues *c)
{
	if (soundmodel_case(c))
		return true;
	for (size_t i = 0; i < SOUNDMETA_COUNT; i++)
		if (!isnan(c->meta[i]))
			return true;
	return false;
}

static float blend(const struct soundmodel *m, const struct soundblend *b,
		   const float *guess, size_t column)
{
	double v = 0, scale = (double)m->deviation[column];

	for (size_t k = 0; b && k < SOUNDBLEND_METHODS; k++) {
		double g = (double)guess[k * m->params.columns + column];

		if (isfinite(g))
			v += (double)b[column].weight[k] * g;
	}
	return (float)((double)m->mean[column] + (scale > 0 ? scale * v : 0));
}

bool soundmodel_predict(const struct soundmodel *m,
			const struct sound_clues *clues, float *values,
			struct sound_guess *out)
{
	size_t columns = m->params.columns;
	unsigned which = soundmodel_case(clues);
	struct topk best;
	float *guess;

	*out = (struct sound_guess){ .method = FEAT_METHOD_NONE };
	if (!m->params.tracks)
		return false;
	topk_init(&best, SOUNDMODEL_NEIGHBOURS);
	guess = mem_zalloc(SOUNDBLEND_METHODS * columns + 1, sizeof(*guess));
	out->method = FEAT_METHOD_GLOBAL;
	if (anything_known(clues)) {
		out->similarity = soundmodel_methods(m, clues, &best, guess);
		out->method = (enum feat_method)m->params.method[which];
		out->confidence = m->params.confidence[which];
		out->blend = m->blend + which * columns;
	}
	for (size_t i = 0; i < columns; i++)
		switch (soundmodel_column(m->columns[i].name)) {
		case SOUND_NUMBER:
			values[i] = blend(m, out->blend, guess, i);
			break;
		case SOUND_CATEGORY:
			values[i] = (float)vote(m, &best, i);
			break;
		default:
			values[i] = NAN;
		}
	free(guess);
	topk_release(&best);
	return true;
}

float soundmodel_spread(const struct soundmodel *m, const struct sound_guess *g,
			size_t column)
{
	if (soundmodel_column(m->columns[column].name) != SOUND_NUMBER)
		return NAN;
	return m->deviation[column] *
	       (g->blend ? g->blend[column].spread : SOUNDBLEND_ALL);
}
