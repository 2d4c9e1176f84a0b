/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/soundgenre.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/soundmodel.h"
#include "math/dotmax.h"
#include "math/kmeans.h"
#include "math/vector.h"

static const float limit = 4;        /* deviations */
static const double label_prior = 3; /* tracks */

struct track {
	uint64_t order, key;
	float *values; /* owned, [columns] */
	char *genre;   /* owned, or NULL */
	bool held;
};

struct soundgenre_fit {
	size_t columns;
	int *column; /* of the schema */
	char *names; /* [columns][FEAT_NAME] */
	struct track *tracks;
	size_t count, cap;
	bool done; /* what follows is there */
	struct soundgenre_stat *stats;
	int8_t *centroid;
	float *length;
	uint32_t *list; /* cluster of each track */
	size_t clusters;
};

struct soundgenre_fit *soundgenre_fit_new(const struct feat_schema *s)
{
	struct soundgenre_fit *f = mem_zalloc(1, sizeof(*f));

	f->column = mem_zalloc(s->count + 1, sizeof(*f->column));
	f->names = mem_zalloc(s->count + 1, FEAT_NAME);
	for (uint32_t i = 0; i < s->count && f->columns < DOTMAX_DIM; i++) {
		if (soundmodel_column(s->columns[i].name) != SOUND_NUMBER)
			continue;
		memcpy(f->names + f->columns * FEAT_NAME, s->columns[i].name,
		       FEAT_NAME);
		f->column[f->columns++] = (int)i;
	}
	return f;
}

static void drop_from(struct soundgenre_fit *f, size_t first)
{
	for (size_t i = first; i < f->count; i++) {
		free(f->tracks[i].values);
		free(f->tracks[i].genre);
	}
	if (f->count > first)
		f->count = first;
}

void soundgenre_fit_free(struct soundgenre_fit *f)
{
	if (!f)
		return;
	drop_from(f, 0);
	free(f->tracks);
	free(f->column);
	free(f->names);
	free(f->stats);
	free(f->centroid);
	free(f->length);
	free(f->list);
	free(f);
}

static int by_order(const void *a, const void *b)
{
	const struct track *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

static void keep_first(struct soundgenre_fit *f)
{
	if (f->count)
		qsort(f->tracks, f->count, sizeof(*f->tracks), by_order);
	drop_from(f, SOUNDGENRE_TRACKS);
}

void soundgenre_fit_add(struct soundgenre_fit *f, uint64_t key,
			const float *values, struct span genre, bool held)
{
	struct track *t;

	if (f->count >= 2 * (size_t)SOUNDGENRE_TRACKS)
		keep_first(f);
	MEM_ROOM(f->tracks, f->count + 1, f->cap);
	t = &f->tracks[f->count++];
	*t = (struct track){ .order = hash_mix(&key, sizeof(key)),
			     .key = key,
			     .held = held };
	t->values = mem_zalloc(f->columns + 1, sizeof(*t->values));
	for (size_t i = 0; i < f->columns; i++)
		t->values[i] = values[f->column[i]];
	if (genre.n)
		t->genre = mem_dup(genre.p, genre.n);
}

static void measure(struct soundgenre_fit *f)
{
	f->stats = mem_zalloc(f->columns + 1, sizeof(*f->stats));
	for (size_t c = 0; c < f->columns; c++) {
		double n = 0, sum = 0, squares = 0, mean, deviation;

		for (size_t i = 0; i < f->count; i++) {
			double v = (double)f->tracks[i].values[c];

			n += isfinite(v);
			sum += isfinite(v) ? v : 0;
		}
		mean = n > 0 ? sum / n : 0;
		for (size_t i = 0; i < f->count; i++) {
			double d = (double)f->tracks[i].values[c] - mean;

			squares += isfinite(d) ? d * d : 0;
		}
		deviation = n > 0 ? sqrt(squares / n) : 0;
		f->stats[c].mean = (float)mean;
		if (deviation > 1e-6 * fabs(mean) && deviation > 1e-30)
			f->stats[c].scale = (float)(1 / deviation);
	}
}

/* Unit vector of a row's deviations as int8; 0: nothing there. */
static float quantise(const struct soundgenre_stat *stats, size_t columns,
		      const float *values, const int *column, float *x,
		      int8_t *q)
{
	for (size_t c = 0; c < columns; c++) {
		float v = values[column ? column[c] : (int)c];

		x[c] = (v - stats[c].mean) * stats[c].scale;
		x[c] = isfinite(x[c]) ? fminf(fmaxf(x[c], -limit), limit) : 0;
	}
	if (!(vector_normalise(x, columns) > 0))
		return 0;
	return vector_quantise(x, q, columns);
}

static void cluster(struct soundgenre_fit *f)
{
	struct kmeans_options o = { .k = SOUNDGENRE_CLUSTERS,
				    .per_centre = 512,
				    .iterations = 30,
				    .threads = 1,
				    .seed = 1 };
	size_t n, width = f->columns;
	struct kmeans_rows rows = { .dim = width };
	float *x = mem_zalloc(width + 1, sizeof(*x)), *scale;
	int8_t *q;

	keep_first(f);
	n = rows.count = f->count;
	measure(f);
	q = mem_zalloc(n * width + 1, 1);
	scale = mem_zalloc(n + 1, sizeof(*scale));
	for (size_t i = 0; i < n; i++)
		scale[i] = quantise(f->stats, width, f->tracks[i].values, NULL,
				    x, q + i * width);
	rows.q = q;
	rows.scale = scale;
	f->clusters = n >= SOUNDGENRE_LEAST && width ? SOUNDGENRE_CLUSTERS : 0;
	f->centroid = mem_zalloc(SOUNDGENRE_CLUSTERS, width + 1);
	f->length = mem_zalloc(SOUNDGENRE_CLUSTERS, sizeof(*f->length));
	f->list = mem_zalloc(n + 1, sizeof(*f->list));
	if (f->clusters) {
		kmeans_fit(&rows, &o, f->centroid, f->length);
		kmeans_assign(&rows, f->centroid, f->length, f->clusters, 1,
			      f->list);
	}
	free(x);
	free(q);
	free(scale);
	f->done = true;
}

struct vote {
	uint32_t cluster, genre;
	double share;
};

static int by_vote(const void *a, const void *b)
{
	const struct vote *x = a, *y = b;

	if (x->cluster != y->cluster)
		return x->cluster < y->cluster ? -1 : 1;
	return (x->genre > y->genre) - (x->genre < y->genre);
}

/* Names clusters by votes[n], sorted. */
static void name_clusters(const struct vote *votes, size_t n,
			  struct soundgenre_label label[SOUNDGENRE_CLUSTERS])
{
	for (size_t i = 0; i < SOUNDGENRE_CLUSTERS; i++)
		label[i] = (struct soundgenre_label){ UINT32_MAX, 0 };
	for (size_t i = 0; i < n;) {
		struct soundgenre_label *l = &label[votes[i].cluster];
		size_t end = i, best = 0, all;

		while (end < n && votes[end].cluster == votes[i].cluster)
			end++;
		all = end - i;
		while (i < end) {
			size_t from = i;

			while (i < end && votes[i].genre == votes[from].genre)
				i++;
			if (i - from <= best)
				continue;
			best = i - from;
			l->genre = votes[from].genre;
			l->share = (float)(((double)best +
					    label_prior * votes[from].share) /
					   ((double)all + label_prior));
		}
	}
}

static int write_all(const struct soundgenre_fit *f,
		     const struct soundgenre_label *label,
		     struct pack_writer *w, struct err *err)
{
	size_t k = f->clusters, width = k ? f->columns : 0;

	return pack_section(w, "cluster.columns", f->names, width * FEAT_NAME,
			    err) ||
		       pack_section(w, "cluster.stats", f->stats,
				    width * sizeof(*f->stats), err) ||
		       pack_section(w, "cluster.centroids", f->centroid,
				    k * width, err) ||
		       pack_section(w, "cluster.lengths", f->length,
				    k * sizeof(*f->length), err) ||
		       pack_section(w, "cluster.labels", label,
				    k * sizeof(*label), err)
		   ? -1
		   : 0;
}

int soundgenre_fit_write(struct soundgenre_fit *f, bool held,
			 bool (*find)(void *ctx, struct span genre,
				      uint32_t *number, double *share),
			 void *ctx, struct pack_writer *w, struct err *err)
{
	struct soundgenre_label label[SOUNDGENRE_CLUSTERS];
	struct vote *votes;
	size_t n = 0;

	if (!f->done)
		cluster(f);
	votes = mem_zalloc(f->count + 1, sizeof(*votes));
	for (size_t i = 0; i < f->count; i++) {
		const struct track *t = &f->tracks[i];

		votes[n].cluster = f->list[i];
		if (f->clusters && t->genre && (held || !t->held) &&
		    find(ctx, span_of(t->genre), &votes[n].genre,
			 &votes[n].share))
			n++;
	}
	qsort(votes, n, sizeof(*votes), by_vote);
	name_clusters(votes, n, label);
	free(votes);
	return write_all(f, label, w, err);
}

int soundgenre_write_none(struct pack_writer *w, struct err *err)
{
	static const struct soundgenre_fit none;
	static const struct soundgenre_label label;

	return write_all(&none, &label, w, err);
}

/* --- a model --- */

int soundgenre_open(struct soundgenre *m, const struct pack *p, struct err *err)
{
	*m = (struct soundgenre){ 0 };
	if (!(m->names = pack_array(p, "cluster.columns", FEAT_NAME, SIZE_MAX,
				    &m->columns, err)) ||
	    !(m->stats = pack_array(p, "cluster.stats", sizeof(*m->stats),
				    m->columns, NULL, err)) ||
	    !(m->labels = pack_array(p, "cluster.labels", sizeof(*m->labels),
				     SIZE_MAX, &m->clusters, err)))
		return -1;
	if (m->columns > DOTMAX_DIM || m->clusters > SOUNDGENRE_CLUSTERS)
		return err_set(err, ERR_DATA, "model",
			       "%zu clusters of %zu columns are more than a "
			       "model can have; fit the model anew",
			       m->clusters, m->columns);
	if (!(m->centroid = pack_array(p, "cluster.centroids", 1,
				       m->clusters * m->columns, NULL, err)) ||
	    !(m->length = pack_array(p, "cluster.lengths", sizeof(*m->length),
				     m->clusters, NULL, err)))
		return -1;
	for (size_t i = 0; i < m->columns; i++)
		if (!memchr(m->names + i * FEAT_NAME, '\0', FEAT_NAME))
			return err_set(err, ERR_DATA, "model",
				       "column %zu has no end to its name; "
				       "fit the model anew",
				       i);
	return 0;
}

int *soundgenre_bind(const struct soundgenre *m, const struct feat_schema *s,
		     const char *name, struct err *err)
{
	int *column = mem_zalloc(m->columns + 1, sizeof(*column));

	for (size_t i = 0; i < m->columns; i++) {
		column[i] = feat_schema_find(s, m->names + i * FEAT_NAME);
		if (column[i] >= 0)
			continue;
		err_set(err, ERR_DATA, "schema",
			"%s: no column \"%s\", which the model was fitted on: "
			"give the features it belongs to, or fit it anew",
			name, m->names + i * FEAT_NAME);
		free(column);
		return NULL;
	}
	return column;
}

int soundgenre_cluster(const struct soundgenre *m, const int *column,
		       const float *values)
{
	float x[DOTMAX_DIM], best = -INFINITY;
	int8_t q[DOTMAX_DIM];
	int found = -1;

	if (!m->clusters ||
	    !(quantise(m->stats, m->columns, values, column, x, q) > 0))
		return -1;
	for (size_t i = 0; i < m->clusters; i++) {
		float s = m->length[i] *
			  (float)vector_dot_i8(q, m->centroid + i * m->columns,
					       m->columns);

		if (m->length[i] > 0 && s > best) {
			best = s;
			found = (int)i;
		}
	}
	return found;
}
