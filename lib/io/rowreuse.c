/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/rowreuse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

struct rowreuse {
	struct feat *feat;
	struct feat_row *old;
	uint32_t count, missing; /* columns; those without a source */
	int32_t *source;         /* [count] column of the file, or -1 */
	uint8_t *taken;          /* bitmap */
	uint8_t *kept;           /* bitmap of the file's columns */
};

static int32_t find_same(const struct feat_schema *old,
			 const struct feat_column *c)
{
	int i = feat_schema_find(old, c->name);

	return i >= 0 && !strcmp(old->columns[i].unit, c->unit) &&
		       old->columns[i].version == c->version
		   ? i
		   : -1;
}

static void map_columns(struct rowreuse *r, const struct feat_schema *schema)
{
	const struct feat_schema *old = feat_schema(r->feat);

	r->count = r->missing = schema->count;
	r->source = mem_zalloc(r->count, sizeof(*r->source));
	r->taken = mem_zalloc((r->count + 7) / 8, 1);
	r->kept = mem_zalloc((old->count + 7) / 8, 1);
	for (uint32_t i = 0; i < r->count; i++) {
		r->source[i] = find_same(old, &schema->columns[i]);
		if (r->source[i] < 0)
			continue;
		feat_set_bit(r->taken, i);
		feat_set_bit(r->kept, (size_t)r->source[i]);
		r->missing--;
	}
}

struct rowreuse *rowreuse_open(const char *path,
			       const struct feat_schema *schema)
{
	struct rowreuse *r;
	struct stat st;
	struct feat *f;

	/* Standard input, which "-" is, may be the records: it stays unread. */
	if (!strcmp(path, "-") || stat(path, &st) || !S_ISREG(st.st_mode))
		return NULL;
	f = feat_open(path, NULL);
	if (!f)
		return NULL;
	r = mem_zalloc(1, sizeof(*r));
	r->feat = f;
	r->old = feat_row_new(feat_schema(f));
	map_columns(r, schema);
	if (r->missing < r->count &&
	    !memcmp(feat_schema(f)->recipe, schema->recipe, HASH_SIZE))
		return r;
	rowreuse_close(r);
	return NULL;
}

void rowreuse_close(struct rowreuse *r)
{
	if (!r)
		return;
	feat_row_free(r->old);
	feat_close(r->feat);
	free(r->source);
	free(r->taken);
	free(r->kept);
	free(r);
}

const uint8_t *rowreuse_taken(const struct rowreuse *r)
{
	return r->taken;
}

/* What is tried again: where columns are computed by another version, a process
 * that the last one brought down may live. */
static bool again(const struct rowreuse *r, enum feat_status status)
{
	return status == FEAT_UNREADABLE || status == FEAT_UPSTREAM ||
	       (r->missing &&
		(status == FEAT_CRASHED || status == FEAT_EXCESSIVE));
}

/* Whether the old row has a value of a column that is not taken over. */
static bool loses(const struct rowreuse *r)
{
	for (uint32_t i = 0; i < feat_schema(r->feat)->count; i++)
		if (!feat_bit(r->kept, i) && !isnan(r->old->values[i]))
			return true;
	return false;
}

static void copy(const struct rowreuse *r, struct feat_row *row)
{
	row->status = r->old->status;
	row->method = r->old->method;
	row->confidence = r->old->confidence;
	for (uint32_t i = 0; i < r->count; i++) {
		size_t k = (size_t)r->source[i];

		if (r->source[i] < 0)
			continue;
		row->values[i] = r->old->values[k];
		if (feat_bit(r->old->measured, k))
			feat_set_bit(row->measured, i);
		if (feat_bit(r->old->imputed, k))
			feat_set_bit(row->imputed, i);
	}
}

enum rowreuse_found rowreuse_find(struct rowreuse *r, struct feat_row *row)
{
	enum feat_status status;

	if (feat_find(r->feat, row->key, r->old, NULL) <= 0)
		return ROWREUSE_NONE;
	status = r->old->status;
	if (r->old->digest != row->digest || again(r, status))
		return ROWREUSE_NONE;
	copy(r, row);
	if (!r->missing || (!feat_status_measured(status) && !loses(r)))
		return ROWREUSE_WHOLE;
	return ROWREUSE_PART;
}
