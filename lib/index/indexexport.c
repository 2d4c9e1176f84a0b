/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/indexexport.h"

#include <stdlib.h>

#include "base/mem.h"
#include "index/faissfile.h"
#include "index/ivfbuild.h"
#include "io/npy.h"
#include "math/vector.h"

static const char *const formats[] = { "npy", "flat", "ivfflat", "ids" };
static const char *const whats[] = { "text", "audio", "cnn" };

enum indexexport_format indexexport_format(struct span name)
{
	int f = 0;

	while (f < INDEXEXPORT_FORMATS && !span_is(name, formats[f]))
		f++;
	return (enum indexexport_format)f;
}

enum indexexport_what indexexport_what(struct span name)
{
	int w = 0;

	while (w < INDEXEXPORT_WHATS && !span_is(name, whats[w]))
		w++;
	return (enum indexexport_what)w;
}

struct source { /* of what is exported */
	const struct generation *g;
	size_t count, dim;
	const uint32_t *rows;
	const float *floats; /* NULL: text */
};

static struct source source_of(const struct generation *g,
			       enum indexexport_what what)
{
	const struct audio_vectors *v =
	    &g->audio[what == INDEXEXPORT_CNN ? AUDIO_NETWORK
					      : AUDIO_COMPONENTS];

	if (what == INDEXEXPORT_TEXT)
		return (struct source){ g, g->text_count, g->text_dim,
					g->text_rows, NULL };
	return (struct source){ g, v->count, v->dim, v->rows, v->vectors };
}

static const float *vector_of(const struct source *s, size_t i, float *room)
{
	if (s->floats)
		return s->floats + i * s->dim;
	memset(room, 0, s->dim * sizeof(*room));
	vector_axpy_i8(room, s->g->text_scale[i], s->g->text + i * s->dim,
		       s->dim);
	return room;
}

static int export_npy(const struct source *s, float *room, FILE *out,
		      struct err *err)
{
	if (npy_write_header(out, s->count, (uint32_t)s->dim, err))
		return -1;
	for (size_t i = 0; i < s->count; i++)
		if (fwrite(vector_of(s, i, room), sizeof(float), s->dim, out) !=
		    s->dim)
			return err_errno(err, "cannot write the matrix");
	return 0;
}

static int export_flat(const struct source *s, float *room, FILE *out,
		       const char *name, struct err *err)
{
	struct faissfile *f = faissfile_flat(out, name, s->dim, s->count, err);
	int rc = f ? 0 : -1;

	for (size_t i = 0; i < s->count && !rc; i++)
		rc = faissfile_put(f, vector_of(s, i, room), NULL, 1, err);
	return faissfile_end(f, rc ? NULL : err) || rc ? -1 : 0;
}

/* Positions in the order of lists, to free; size[nlist]. */
static uint32_t *by_list(const uint32_t *list, size_t count, size_t nlist,
			 uint64_t *size)
{
	uint32_t *order = mem_alloc((count + 1) * sizeof(*order));
	size_t *at = mem_zalloc(nlist + 1, sizeof(*at));

	memset(size, 0, nlist * sizeof(*size));
	for (size_t i = 0; i < count; i++)
		size[list[i]]++;
	for (size_t l = 0; l + 1 < nlist; l++)
		at[l + 1] = at[l] + (size_t)size[l];
	for (size_t i = 0; i < count; i++)
		order[at[list[i]]++] = (uint32_t)i;
	free(at);
	return order;
}

static float *floats_of(const struct ivf_centroids *c)
{
	float *x = mem_zalloc(c->nlist * c->dim, sizeof(*x));

	for (size_t l = 0; l < c->nlist; l++)
		vector_axpy_i8(x + l * c->dim, c->scale[l], c->q + l * c->dim,
			       c->dim);
	return x;
}

static int put_lists(const struct source *s, const struct ivf_centroids *c,
		     int threads, float *room, FILE *out, const char *name,
		     struct err *err)
{
	const struct ivf *lists = &s->g->text_lists;
	uint32_t *list = mem_alloc((s->count + 1) * sizeof(*list)), *order;
	uint64_t *size = mem_zalloc(c->nlist, sizeof(*size));
	float *centroids = floats_of(c);
	struct faissfile *f;
	int rc;

	ivf_assign(&lists->rows, c, NULL, threads, list);
	order = by_list(list, s->count, c->nlist, size);
	f = faissfile_ivfflat(out, name, s->dim, centroids, size, c->nlist,
			      lists->nprobe, err);
	rc = f ? 0 : -1;
	for (size_t i = 0; i < s->count && !rc; i++)
		rc = faissfile_put(f, vector_of(s, order[i], room), &order[i],
				   1, err);
	rc = faissfile_end(f, rc ? NULL : err) || rc ? -1 : 0;
	free(list);
	free(order);
	free(size);
	free(centroids);
	return rc;
}

static int export_lists(const struct source *s, int threads, float *room,
			FILE *out, const char *name, struct err *err)
{
	struct ivf_centroids c;
	int rc;

	if (s->floats || !s->g->text_lists.nlist)
		return err_set(err, ERR_DATA, "export",
			       "%s: these vectors have no lists (they are "
			       "compared exactly); export them as flat",
			       s->g->path);
	ivf_centroids_of(&s->g->text_lists, &c);
	rc = put_lists(s, &c, threads, room, out, name, err);
	ivf_centroids_release(&c);
	return rc;
}

static int export_ids(const struct source *s, FILE *out, struct err *err)
{
	for (size_t i = 0; i < s->count; i++) {
		struct span id;

		if (catalogue_text(s->g, s->rows[i], CATALOGUE_ID, &id, err))
			return -1;
		if (fwrite(id.p, 1, id.n, out) != id.n ||
		    putc('\n', out) == EOF)
			return err_errno(err, "cannot write the ids");
	}
	return 0;
}

int indexexport(const struct generation *g, enum indexexport_what what,
		enum indexexport_format format, int threads, FILE *out,
		const char *name, struct err *err)
{
	struct source s = source_of(g, what);
	float *room;
	int rc;

	if (!s.count)
		return err_set(err, ERR_DATA, "export",
			       "%s: there are no vectors of %s", g->path,
			       whats[what]);
	room = mem_alloc(s.dim * sizeof(*room));
	if (format == INDEXEXPORT_NPY)
		rc = export_npy(&s, room, out, err);
	else if (format == INDEXEXPORT_FLAT)
		rc = export_flat(&s, room, out, name, err);
	else if (format == INDEXEXPORT_IVFFLAT)
		rc = export_lists(&s, threads, room, out, name, err);
	else
		rc = export_ids(&s, out, err);
	free(room);
	return rc;
}
