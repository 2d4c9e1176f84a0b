/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/soundmodel.h"

#include <math.h>
#include <stdlib.h>

#include "math/topk.h"
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
	    terms_open(&m->genres, p, "sound.genre", err))
		return -1;
	for (size_t i = 0; i < columns; i++)
		if (!memchr(m->columns[i].name, '\0', FEAT_NAME))
			return err_set(err, ERR_DATA, "model",
				       "column %zu "
				       "has no end to its name; fit the model "
				       "anew",
				       i);
	return 0;
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

bool soundmodel_predict(const struct soundmodel *m,
			const struct sound_clues *clues, float *values,
			struct sound_guess *out)
{
	struct topk best;
	double near_share, near;

	*out = (struct sound_guess){ FEAT_METHOD_NONE, 0, 0 };
	if (!m->params.tracks)
		return false;
	topk_init(&best, SOUNDMODEL_NEIGHBOURS);
	if (clues->text)
		nearest(m, clues, &best);
	for (size_t i = 0; i < best.count; i++)
		out->similarity +=
		    (double)best.items[i].score / (double)best.count;
	near_share =
	    fmin(1, m->params.trust[clues->proto >= 0] * out->similarity);
	for (size_t i = 0; i < m->params.columns; i++) {
		enum soundmodel_column kind =
		    soundmodel_column(m->columns[i].name);
		double base = base_of(m, clues, i);

		values[i] = NAN;
		if (kind == SOUND_CATEGORY && near_share > 0)
			values[i] = (float)vote(m, &best, i);
		if (kind != SOUND_NUMBER)
			continue;
		near = near_share > 0 ? mean_of(m, &best, i) : NAN;
		values[i] = (float)(isnan(near) ? base
						: near_share * near +
						      (1 - near_share) * base);
	}
	out->method = near_share >= 0.5   ? FEAT_METHOD_NEIGHBOURS
		      : clues->proto >= 0 ? FEAT_METHOD_GENRE
		      : near_share > 0    ? FEAT_METHOD_NEIGHBOURS
					  : FEAT_METHOD_GLOBAL;
	out->confidence = m->params.skill[clues->proto >= 0][out->method];
	topk_release(&best);
	return true;
}
