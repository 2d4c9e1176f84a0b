/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/soundwriter.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/vector.h"

enum audio_kind soundwriter_kind(const struct feat_schema *s)
{
	return !s->count || strcmp(s->columns[0].name, "v000")
		   ? AUDIO_COMPONENTS
		   : AUDIO_NETWORK;
}

static int check_audio(const struct featset *s, enum audio_kind kind,
		       struct err *err)
{
	uint32_t count = featset_schema(s)->count;
	char last[FEAT_NAME];

	if (kind == AUDIO_COMPONENTS || count > GENERATION_AUDIO_MAX)
		return signal_check(s, "--audio", "a00", "a63",
				    GENERATION_AUDIO_DIM, err);
	snprintf(last, sizeof(last), "v%03u", count - 1);
	return signal_check(s, "--audio", "v000", last, count, err);
}

struct vectors { /* what stands beside them */
	uint32_t *rows;
	float *confidence;
	uint8_t *measured;
	size_t count;
};

struct sound { /* one kind's, while it is written */
	const struct signal_rows *rows;
	const struct audio_vectors *base; /* NULL: none of that kind */
	struct featset *set;
	const uint8_t *measured; /* display features'; NULL: unknown */
	size_t dim;
	float *mean; /* [dim] */
};

/* The mean over all rows that have a vector; the base's where there is one. */
static int audio_mean(struct sound *s, struct err *err)
{
	double *sum = mem_zalloc(s->dim, sizeof(*sum));
	const struct feat_row *row;
	size_t met = 0;
	int rc = 0;

	if (s->base && (s->base->count || !s->set)) {
		memcpy(s->mean, s->base->mean, s->dim * sizeof(*s->mean));
		free(sum);
		return 0;
	}
	for (size_t i = 0; i < s->rows->count && s->set && !rc; i++) {
		rc = featset_find(s->set, s->rows->keys[i], &row, err);
		if (rc || !row || !signal_all_finite(row->values, s->dim))
			continue;
		met++;
		for (size_t k = 0; k < s->dim; k++)
			sum[k] += (double)row->values[k];
	}
	for (size_t k = 0; k < s->dim && met; k++)
		s->mean[k] = (float)(sum[k] / (double)met);
	free(sum);
	return rc;
}

static int put_audio(const float *x, size_t dim, size_t i, float confidence,
		     bool measured, struct vectors *v, struct pack_writer *pw,
		     struct err *err)
{
	v->rows[v->count] = (uint32_t)i;
	v->measured[v->count] = measured;
	v->confidence[v->count++] = confidence;
	return pack_put(pw, x, dim * sizeof(*x), err);
}

static int put_audio_row(const struct sound *s, size_t i, struct vectors *v,
			 struct pack_writer *pw, struct err *err)
{
	float x[GENERATION_AUDIO_MAX];
	const struct feat_row *row;
	uint32_t old;
	size_t at;

	if (signal_look_up(s->rows, s->set, i, &row, &old, err))
		return -1;
	at = old == CATALOGUE_NONE || !s->base
		 ? SIZE_MAX
		 : generation_find(s->base->rows, s->base->count, old);
	if (at != SIZE_MAX)
		return put_audio(s->base->vectors + at * s->dim, s->dim, i,
				 s->base->confidence[at],
				 s->measured ? s->measured[i] != 0
					     : s->base->measured[at],
				 v, pw, err);
	for (size_t k = 0; row && k < s->dim; k++)
		x[k] = row->values[k] - s->mean[k];
	if (!row || !signal_all_finite(x, s->dim) ||
	    !(vector_normalise(x, s->dim) > 0))
		return 0;
	return put_audio(x, s->dim, i,
			 isfinite(row->confidence)
			     ? signal_within(row->confidence, 0, 1)
			     : 0,
			 s->measured ? s->measured[i] != 0
				     : row->method == FEAT_METHOD_MEASURED,
			 v, pw, err);
}

static int write_graph(const struct sound *s, const struct index_sources *o,
		       const struct audio_sections *name,
		       const struct vectors *v, struct pack_writer *pw,
		       struct soundgraph_made *made, struct err *err)
{
	struct hnsw_source source = { .count = v->count,
				      .dim = s->dim,
				      .rows = v->rows };
	struct soundgraph_options options = o->graph;
	struct span bytes = pack_written(pw, name->vectors, err);
	const void *floats = bytes.p;

	if (!floats)
		return -1;
	source.floats = floats;
	options.threads = o->threads;
	return soundgraph_write(&source, &options,
				s->base && s->base->count ? &s->base->graph
							  : NULL,
				name->graph, pw, made, err);
}

static int write_sound(struct sound *s, const struct index_sources *o,
		       enum audio_kind kind, struct pack_writer *pw,
		       struct index_counts *counts, struct err *err)
{
	const struct audio_sections *name = &audio_sections[kind];
	size_t n = s->rows->count;
	struct vectors v = {
		.rows = mem_zalloc(n + 1, sizeof(*v.rows)),
		.confidence = mem_zalloc(n + 1, sizeof(*v.confidence)),
		.measured = mem_zalloc(n + 1, 1),
	};
	/* Components are centred already. */
	int rc = name->mean ? audio_mean(s, err) : 0;

	rc = rc || pack_begin(pw, name->vectors, err);
	for (size_t i = 0; i < n && !rc; i++)
		rc = put_audio_row(s, i, &v, pw, err);
	counts->audio[kind] = v.count;
	rc = rc ||
	     pack_section(pw, name->rows, v.rows, v.count * sizeof(*v.rows),
			  err) ||
	     pack_section(pw, name->confidence, v.confidence,
			  v.count * sizeof(*v.confidence), err) ||
	     pack_section(pw, name->measured, v.measured, v.count, err) ||
	     (name->mean && pack_section(pw, name->mean, s->mean,
					 s->dim * sizeof(*s->mean), err)) ||
	     (v.count &&
	      write_graph(s, o, name, &v, pw, &counts->graph[kind], err));
	free(v.rows);
	free(v.confidence);
	free(v.measured);
	return rc ? -1 : 0;
}

int soundwriter_write(const struct signal_rows *r,
		      const struct index_sources *o, enum audio_kind kind,
		      const uint8_t *measured, struct pack_writer *pw,
		      struct index_counts *counts, struct err *err)
{
	struct sound s = { .rows = r,
			   .set = o->audio[kind],
			   .measured = measured };
	int rc;

	if (r->base && r->base->audio[kind].rows)
		s.base = &r->base->audio[kind];
	if (!s.set && !s.base)
		return 0;
	if (s.set && check_audio(s.set, kind, err))
		return -1;
	s.dim = s.base && (s.base->count || !s.set)
		    ? s.base->dim
		    : featset_schema(s.set)->count;
	if (s.set && s.dim != featset_schema(s.set)->count)
		return err_set(err, ERR_DATA, "columns",
			       "the --audio file has %u columns, the index "
			       "vectors of %zu; build the index anew, without "
			       "--update",
			       featset_schema(s.set)->count, s.dim);
	s.mean = mem_zalloc(s.dim, sizeof(*s.mean));
	rc = write_sound(&s, o, kind, pw, counts, err);
	free(s.mean);
	return rc;
}
