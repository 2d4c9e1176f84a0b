/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/indexear.h"

#include <string.h>

#include "base/num.h"
#include "corpus/moodcentre.h"
#include "io/input.h"
#include "learn/recipe.h"

enum { TABLE_MAX = 1 << 16 };

void indexear_release(struct indexear *e)
{
	pack_close(e->model);
	str_release(&e->centre);
	str_release(&e->columns);
	*e = (struct indexear){ 0 };
}

static int open_model(struct indexear *e, const char *path,
		      const char *audio_recipe, struct err *err)
{
	char hex[2 * HASH_SIZE + 1];
	uint8_t recipe[HASH_SIZE];
	struct pca *pca;

	if (!*audio_recipe)
		return err_set(err, ERR_USAGE, "usage",
			       "--sound-model needs --audio, of vectors that "
			       "it made");
	e->model = pack_open(path, PCA_KIND, PCA_VERSION, err);
	if (!e->model || pack_verify(e->model, err))
		return -1;
	pca = pca_open(e->model, err);
	pca_free(pca);
	if (!pca)
		return err_prefix(err, "%s", path);
	recipe_embed_audio(pack_digest(e->model), recipe);
	hash_hex(recipe, HASH_SIZE, hex);
	if (!strcmp(hex, audio_recipe))
		return 0;
	return err_set(err, ERR_DATA, "recipe",
		       "%s did not make the vectors of --audio; make them "
		       "again: embed audio --model %s",
		       path, path);
}

static int open_centre(struct indexear *e, const char *path, struct err *err)
{
	struct moodcentre centre;

	return input_slurp(path, TABLE_MAX, &e->centre, err) ||
		       moodcentre_parse(&centre, span_str(&e->centre), path,
					err)
		   ? -1
		   : 0;
}

static void put_columns(const struct feat_schema *s, struct str *out)
{
	for (size_t i = 0; i < s->count; i++) {
		str_puts(out, s->columns[i].name);
		str_putc(out, '\t');
		str_u64(out, s->columns[i].version);
		str_putc(out, '\n');
	}
}

/* The model must find what it was fitted on. */
static int bind(const struct pack *model, const struct feat_schema *s,
		struct err *err)
{
	struct pca *pca = pca_open(model, err);
	struct pca_view view = { 0 };
	int rc = pca ? pca_bind(pca, s, "--sound", &view, err) : -1;

	pca_view_release(&view);
	pca_free(pca);
	return rc;
}

static bool has(const struct pack *p)
{
	return p && pack_get(p, pca_sections[0]).p;
}

int indexear_open(struct indexear *e, const struct indexear_paths *paths,
		  const struct featset *sound, const char *audio_recipe,
		  const struct pack *base, struct err *err)
{
	const struct pack *model;

	e->base = base;
	if (paths->model && open_model(e, paths->model, audio_recipe, err))
		return -1;
	model = e->model ? e->model : has(base) ? base : NULL;
	if (paths->centre && !model)
		return err_set(err, ERR_USAGE, "usage",
			       "--centre goes with --sound-model");
	if (paths->centre && open_centre(e, paths->centre, err))
		return -1;
	if (!model)
		return 0;
	if (sound) {
		put_columns(featset_schema(sound), &e->columns);
		return bind(model, featset_schema(sound), err);
	}
	if (base && pack_get(base, INDEXEAR_COLUMNS).p)
		return 0;
	return err_set(err, ERR_USAGE, "usage",
		       "--sound-model needs --sound, which it was fitted on");
}

/* What is new, or the base's. */
static int put(const struct indexear *e, const char *name,
	       const struct str *fresh, struct pack_writer *pw, struct err *err)
{
	struct span s = fresh->n  ? span_str(fresh)
			: e->base ? pack_get(e->base, name)
				  : (struct span){ NULL, 0 };

	return s.p ? pack_section(pw, name, s.p, s.n, err) : 0;
}

int indexear_write(const struct indexear *e, struct pack_writer *pw,
		   struct err *err)
{
	const struct pack *from = e->model ? e->model : e->base;

	if (!has(from))
		return 0;
	for (int i = 0; pca_sections[i]; i++) {
		struct span s = pack_get(from, pca_sections[i]);

		if (s.p && pack_section(pw, pca_sections[i], s.p, s.n, err))
			return -1;
	}
	return put(e, INDEXEAR_COLUMNS, &e->columns, pw, err) ||
		       put(e, INDEXEAR_CENTRE, &e->centre, pw, err)
		   ? -1
		   : 0;
}

struct pca *indexear_model(const struct pack *p, struct err *err)
{
	return has(p) ? pca_open(p, err) : NULL;
}

/* The next line's name and version; 1, 0 at the end, -1. */
static int next(struct span *text, struct span *name, uint64_t *version)
{
	const char *nl, *tab;

	if (!text->n)
		return 0;
	nl = memchr(text->p, '\n', text->n);
	tab = nl ? memchr(text->p, '\t', (size_t)(nl - text->p)) : NULL;
	if (!tab)
		return -1;
	*name = (struct span){ text->p, (size_t)(tab - text->p) };
	text->n -= (size_t)(nl + 1 - text->p);
	text->p = nl + 1;
	return num_u64((struct span){ tab + 1, (size_t)(nl - tab - 1) },
		       version)
		   ? -1
		   : 1;
}

int indexear_check(const struct pack *p, struct err *err)
{
	struct span columns = pack_get(p, INDEXEAR_COLUMNS), name;
	struct span centre = pack_get(p, INDEXEAR_CENTRE);
	struct moodcentre at;
	struct pca *pca;
	uint64_t version;
	int rc = 1;

	if (!has(p))
		return 0;
	pca = pca_open(p, err);
	if (!pca)
		return -1;
	pca_free(pca);
	while (rc > 0)
		rc = next(&columns, &name, &version);
	if (rc || !pack_get(p, INDEXEAR_COLUMNS).p)
		return err_set(err, ERR_DATA, "artifact",
			       "section \"" INDEXEAR_COLUMNS "\" is missing or "
			       "no list of columns; build the index again");
	return centre.p ? moodcentre_parse(&at, centre, INDEXEAR_CENTRE, err)
			: 0;
}

static bool is_column(const struct feat_column *c, struct span name,
		      uint64_t version)
{
	return span_is(name, c->name) && c->version == version;
}

bool indexear_same(const struct pack *p, const struct feat_schema *s,
		   struct span *name)
{
	struct span text = pack_get(p, INDEXEAR_COLUMNS);
	uint64_t version;
	size_t at = 0;
	int rc = 0;

	*name = SPAN(INDEXEAR_COLUMNS);
	while (text.p && (rc = next(&text, name, &version)) > 0) {
		/* Mostly they stand in the same order. */
		for (size_t i = 0; i < s->count &&
				   !is_column(&s->columns[at], *name, version);
		     i++)
			at = (at + 1) % s->count;
		if (!s->count || !is_column(&s->columns[at], *name, version))
			return false;
	}
	return text.p && !rc;
}
