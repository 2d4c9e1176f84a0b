/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/featset.h"

#include <stdlib.h>

#include "base/mem.h"

struct featset {
	struct feat **files;
	size_t count, current;
	struct feat_row *row;
};

static int check_same(const struct feat_schema *a, const struct feat_schema *b,
		      const char *first, const char *other, struct err *err)
{
	bool same =
	    a->count == b->count && !memcmp(a->recipe, b->recipe, HASH_SIZE);

	for (uint32_t i = 0; same && i < a->count; i++)
		same = !strcmp(a->columns[i].name, b->columns[i].name) &&
		       a->columns[i].version == b->columns[i].version;
	if (same)
		return 0;
	return err_set(err, ERR_DATA, "recipe",
		       "%s and %s come from different "
		       "recipes; make both again with the same model",
		       first, other);
}

struct featset *featset_open(const char *const *paths, size_t count,
			     struct err *err)
{
	struct featset *s = mem_zalloc(1, sizeof(*s));
	bool failed = false;

	s->files = mem_zalloc(count, sizeof(*s->files));
	for (; s->count < count && !failed; s->count++) {
		struct feat *f = feat_open(paths[s->count], err);

		failed = !f;
		if (failed)
			break;
		s->files[s->count] = f;
		if (s->count)
			failed =
			    check_same(featset_schema(s), feat_schema(f),
				       paths[0], paths[s->count], err) != 0;
	}
	if (failed) {
		featset_close(s);
		return NULL;
	}
	s->row = feat_row_new(featset_schema(s));
	return s;
}

void featset_close(struct featset *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++)
		feat_close(s->files[i]);
	if (s->row)
		feat_row_free(s->row);
	free(s->files);
	free(s);
}

const struct feat_schema *featset_schema(const struct featset *s)
{
	return feat_schema(s->files[0]);
}

int featset_find(struct featset *s, uint64_t key, const struct feat_row **row,
		 struct err *err)
{
	*row = NULL;
	for (size_t i = 0; i < s->count; i++) {
		size_t at = (s->current + i) % s->count;
		int rc = feat_find(s->files[at], key, s->row, err);

		if (rc < 0)
			return -1;
		if (rc) {
			s->current = at;
			*row = s->row;
			return 0;
		}
	}
	return 0;
}
