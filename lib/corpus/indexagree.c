/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/indexagree.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/eachline.h"
#include "corpus/indexrow.h"
#include "corpus/track.h"
#include "index/generation.h"
#include "learn/bridge.h"

#define LINE_LIMIT ((size_t)64 << 20)

static const char remedy[] = "moodpipe index builds it anew";

struct seen {
	uint64_t key;
	bool here; /* among the records */
};

struct agreeing {
	const struct generation *g;
	struct seen *rows; /* [g->count], by key */
	struct indexrow row;
	struct record record;
};

static int by_key(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static int take(void *ctx, struct span line, struct err *err)
{
	struct agreeing *a = ctx;
	struct seen want = { 0 }, *found;
	int wanted;

	if (record_parse(&a->record, line, err))
		return -1;
	if (record_failed(&a->record))
		return 0;
	wanted = indexrow_read(&a->row, &a->record, err);
	if (wanted < 0) {
		err->status = ERR_DATA;
		return -1;
	}
	want.key = a->row.row.key;
	found = a->g->count
		    ? bsearch(&want, a->rows, a->g->count, sizeof(want), by_key)
		    : NULL;
	if (!wanted && !found)
		return err_set(err, ERR_DATA, "tracks",
			       "%s: has not the track %.*s of the records; %s",
			       a->g->path, (int)a->row.text[CATALOGUE_ID].n,
			       a->row.text[CATALOGUE_ID].p, remedy);
	if (!wanted)
		found->here = true;
	return 0;
}

static int name_other(const struct agreeing *a, struct err *err)
{
	size_t others = 0, first = a->g->count;
	struct span id = { 0 };

	for (size_t i = 0; i < a->g->count; i++) {
		const struct seen *row = &a->rows[i];

		if (row->here)
			continue;
		others++;
		for (size_t k = 0; first == a->g->count && k < first; k++)
			if (a->g->keys[k] == row->key)
				first = k;
	}
	if (!others)
		return 0;
	if (catalogue_text(a->g, first, CATALOGUE_ID, &id, err))
		return -1;
	return err_set(err, ERR_DATA, "tracks",
		       "%s: has %zu tracks that are not to be in it, as %.*s; "
		       "%s",
		       a->g->path, others, (int)id.n, id.p, remedy);
}

static int check_tracks(const struct generation *g, char **files, int count,
			struct err *err)
{
	struct agreeing a = { .g = g };
	int rc;

	a.rows = mem_zalloc(g->count + 1, sizeof(*a.rows));
	for (size_t i = 0; i < g->count; i++)
		a.rows[i].key = g->keys[i];
	if (g->count)
		qsort(a.rows, g->count, sizeof(*a.rows), by_key);
	rc = eachline(files, count, LINE_LIMIT, &a, take, err) ||
	     name_other(&a, err);
	free(a.rows);
	indexrow_release(&a.row);
	record_release(&a.record);
	return rc ? -1 : 0;
}

/* An index has copies of models; from: NULL: nothing to compare with. */
static int check_sections(const struct generation *g, const struct pack *from,
			  const char *const *names, const char *path,
			  struct err *err)
{
	for (int i = 0; from && names[i]; i++)
		if (!span_eq(pack_get(from, names[i]),
			     pack_get(g->pack, names[i])))
			return err_set(err, ERR_DATA, "origins",
				       "%s: was made with another %s; %s",
				       g->path, path, remedy);
	return 0;
}

static int check_copies(const struct generation *g,
			const struct indexinput_paths *paths,
			const struct indexinputs *in, struct err *err)
{
	struct span centre = span_str(&in->ear.centre);

	if (check_sections(g, in->bridge, bridge_sections, paths->bridge,
			   err) ||
	    check_sections(g, in->ear.model, pca_sections, paths->ear.model,
			   err))
		return -1;
	if (!paths->ear.centre ||
	    span_eq(centre, pack_get(g->pack, INDEXEAR_CENTRE)))
		return 0;
	return err_set(err, ERR_DATA, "origins",
		       "%s: was made with another %s; %s", g->path,
		       paths->ear.centre, remedy);
}

static int check_origins(const struct generation *g,
			 const struct indexinput_paths *inputs, struct err *err)
{
	struct indexinputs in = { 0 };
	struct index_origins have;
	int rc = indexinputs_open(&in, inputs, NULL, err);

	index_origins_read(&have, pack_get(g->pack, "meta"));
	for (int i = 0; !rc && i < ORIGINS; i++)
		if (strcmp(have.digest[i], in.origins.digest[i]))
			rc = err_set(
			    err, ERR_DATA, "origins",
			    "%s: was made with another %s; %s", g->path,
			    index_origin_name((enum index_origin)i), remedy);
	rc = rc || check_copies(g, inputs, &in, err) ? -1 : 0;
	indexinputs_release(&in);
	return rc ? -1 : 0;
}

int indexagree(const char *path, const struct indexinput_paths *inputs,
	       char **files, int count, struct err *err)
{
	struct generation *g = generation_open(path, err);
	int rc = g ? check_origins(g, inputs, err) : -1;

	if (!rc && count)
		rc = check_tracks(g, files, count, err);
	generation_close(g);
	return rc;
}
