/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodmodel.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/moodmodelformat.h"
#include "io/pack.h"
#include "math/vector.h"

struct moodmodel {
	struct pack *pack;
	struct moodmodel_parts parts;
	int *column; /* of the schema bound to, -1: not there */
};

static bool finite_all(const float *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(v[i]))
			return false;
	return true;
}

static int check_head(const struct moodmodel_head *h, const char *path,
		      struct err *err)
{
	if (h->dims < 1 || h->dims > MOODMODEL_DIMS || h->projections < 1 ||
	    h->projections > MOODMODEL_PROJECTIONS ||
	    !finite_all(h->constant, MOODMODEL_AXES) ||
	    !finite_all(h->spread, 2) || !(h->sharpness > 0) ||
	    !(h->sharpness < 1000))
		return err_set(err, ERR_DATA, "corrupt",
			       "%s: mood model with a broken head: fit it anew "
			       "(train mood)",
			       path);
	return 0;
}

static int check_columns(const struct moodmodel_parts *m, const char *path,
			 struct err *err)
{
	for (size_t i = 0; i < m->head->dims; i++) {
		const struct moodmodel_column *c = &m->columns[i];

		if (!memchr(c->name, 0, sizeof(c->name)) ||
		    !finite_all(&c->middle, 4))
			return err_set(err, ERR_DATA, "corrupt",
				       "%s: mood model with a broken column "
				       "%zu: fit it anew (train mood)",
				       path, i);
	}
	return 0;
}

static int view(const struct pack *p, struct moodmodel_parts *m,
		const char *path, struct err *err)
{
	m->head = pack_array(p, "head", sizeof(*m->head), 1, NULL, err);
	if (!m->head || check_head(m->head, path, err))
		return -1;
	m->columns = pack_array(p, "columns", sizeof(*m->columns),
				m->head->dims, NULL, err);
	if (!m->columns || check_columns(m, path, err))
		return -1;
	kernelmap_init(&m->map, MOODMODEL_RAMPS * (size_t)m->head->dims,
		       m->head->projections, m->head->seed);
	m->weights =
	    pack_array(p, "weights", sizeof(float),
		       MOODMODEL_AXES * kernelmap_features(&m->map), NULL, err);
	return m->weights ? 0 : -1;
}

struct moodmodel *moodmodel_open(const char *path, struct err *err)
{
	struct moodmodel *m = mem_zalloc(1, sizeof(*m));

	m->pack = pack_open(path, MOODMODEL_KIND, MOODMODEL_VERSION, err);
	if (!m->pack && !strcmp(err->code, "version"))
		err_set(err, ERR_DATA, "version",
			"%s: a mood model of another format, this program "
			"reads %d: fit it anew (train mood)",
			path, MOODMODEL_VERSION);
	if (!m->pack ||
	    (pack_verify(m->pack, err) && err_prefix(err, "%s", path)) ||
	    view(m->pack, &m->parts, path, err)) {
		moodmodel_close(m);
		return NULL;
	}
	return m;
}

void moodmodel_close(struct moodmodel *m)
{
	if (!m)
		return;
	kernelmap_release(&m->parts.map);
	pack_close(m->pack);
	free(m->column);
	free(m);
}

const uint8_t *moodmodel_digest(const struct moodmodel *m)
{
	return pack_digest(m->pack);
}

size_t moodmodel_rows(const struct moodmodel *m)
{
	return m->parts.head->rows;
}

static double importance(const struct moodmodel_column *c)
{
	return (double)c->weight * c->weight;
}

int moodmodel_bind(struct moodmodel *m, const struct feat_schema *s,
		   const char *source, struct err *err)
{
	double all = 0, there = 0;
	const char *lacks = NULL;

	free(m->column);
	m->column = mem_alloc(m->parts.head->dims * sizeof(*m->column));
	for (size_t i = 0; i < m->parts.head->dims; i++) {
		const struct moodmodel_column *c = &m->parts.columns[i];
		int at = feat_schema_find(s, c->name);

		if (at >= 0 && c->version && s->columns[at].version &&
		    s->columns[at].version != c->version)
			at = -1;
		m->column[i] = at;
		all += importance(c);
		there += at < 0 ? 0 : importance(c);
		if (at < 0 && !lacks)
			lacks = c->name;
	}
	if (there < MOODMODEL_LEAST * all)
		return err_set(
		    err, ERR_DATA, "schema",
		    "%s: has too few of the columns that the mood "
		    "model reads (no \"%s\" of its version): extract "
		    "the features anew",
		    source, lacks);
	return 0;
}

void moodmodel_quadrants(const float axes[MOODMODEL_AXES], float sharpness,
			 float out[4])
{
	static const signed char sign[4][2] = {
		{ 1, 1 }, { -1, 1 }, { -1, -1 }, { 1, -1 }
	};
	float sum = 0;

	for (int q = 0; q < 4; q++) {
		int v = sign[q][0], a = sign[q][1];
		float p = (1 + (float)v * axes[MOODMODEL_VALENCE] +
			   (float)a * axes[MOODMODEL_AROUSAL] +
			   (float)(v * a) * axes[MOODMODEL_BOTH]) /
			  4;

		out[q] = powf(fmaxf(p, 0.01f), sharpness);
		sum += out[q];
	}
	for (int q = 0; q < 4; q++)
		out[q] /= sum;
}

float moodmodel_input(const struct moodmodel_column *c, float value)
{
	float x = ((isnan(value) ? c->middle : value) - c->mean) * c->scale;

	if (x > MOODMODEL_CLAMP)
		x = MOODMODEL_CLAMP;
	else if (!(x > -MOODMODEL_CLAMP))
		x = -MOODMODEL_CLAMP;
	return x;
}

void moodmodel_code(float x, float weight, float out[MOODMODEL_RAMPS])
{
	float low = -MOODMODEL_STEP * MOODMODEL_RAMPS / 2;
	float high = weight * sqrtf(MOODMODEL_STEP);

	for (int i = 0; i < MOODMODEL_RAMPS; i++, low += MOODMODEL_STEP)
		out[i] = high * fmaxf(0, fminf(1, (x - low) / MOODMODEL_STEP));
}

double moodmodel_axes(const struct moodmodel_parts *m, const float *values,
		      float out[MOODMODEL_AXES])
{
	size_t features = kernelmap_features(&m->map);
	float x[KERNELMAP_DIMS], z[MOODMODEL_FEATURES];
	double all = 0, there = 0;

	for (size_t i = 0; i < m->head->dims; i++) {
		double weight = importance(&m->columns[i]);

		all += weight;
		there += isnan(values[i]) ? 0 : weight;
		moodmodel_code(moodmodel_input(&m->columns[i], values[i]),
			       m->columns[i].weight, x + i * MOODMODEL_RAMPS);
	}
	kernelmap_apply(&m->map, x, z);
	for (size_t i = 0; i < MOODMODEL_AXES; i++)
		out[i] = m->head->constant[i] +
			 vector_dot(m->weights + i * features, z, features);
	return all > 0 ? there / all : 1;
}

static float held(float v)
{
	return fmaxf(-1, fminf(1, v));
}

void moodmodel_guess_of(const struct moodmodel_head *h,
			const float axes[MOODMODEL_AXES],
			struct moodmodel_guess *out)
{
	out->valence = held(axes[MOODMODEL_VALENCE]);
	out->arousal = held(axes[MOODMODEL_AROUSAL]);
	out->valence_spread = h->spread[MOODMODEL_VALENCE];
	out->arousal_spread = h->spread[MOODMODEL_AROUSAL];
	moodmodel_quadrants(axes, h->sharpness, out->quadrant);
}

bool moodmodel_apply(const struct moodmodel *m, const float *values,
		     struct moodmodel_guess *out)
{
	const struct moodmodel_parts *p = &m->parts;
	float x[KERNELMAP_DIMS], axes[MOODMODEL_AXES];

	for (size_t i = 0; i < p->head->dims; i++)
		x[i] = m->column[i] < 0 ? NAN : values[m->column[i]];
	if (moodmodel_axes(p, x, axes) < MOODMODEL_LEAST)
		return false;
	moodmodel_guess_of(p->head, axes, out);
	return true;
}
