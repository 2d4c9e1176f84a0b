/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/trackrows.h"

#include "corpus/track.h"

int trackrows_open(struct trackrows *t, const char *path, struct err *err)
{
	*t = (struct trackrows){ .feat = feat_open(path, err) };
	if (!t->feat)
		return -1;
	t->row = feat_row_new(feat_schema(t->feat));
	return 0;
}

void trackrows_release(struct trackrows *t)
{
	feat_row_free(t->row);
	feat_close(t->feat);
	str_release(&t->id);
	*t = (struct trackrows){ 0 };
}

int trackrows_find(struct trackrows *t, const struct record *r, struct err *err)
{
	if (record_id(r, &t->id, err))
		return -1;
	return feat_find(t->feat, track_key(span_str(&t->id)), t->row, err);
}

uint64_t trackrows_digest(struct trackrows *t, const struct record *r)
{
	const struct feat_row *row = t->row;
	struct str all = { 0 };
	uint64_t digest;
	size_t n;

	if (!t->feat || trackrows_find(t, r, NULL) <= 0)
		return 0;
	n = feat_schema(t->feat)->count;
	str_put(&all, &row->status, 1);
	str_put(&all, &row->method, 1);
	str_put(&all, &row->confidence, sizeof(row->confidence));
	str_put(&all, row->measured, (n + 7) / 8);
	str_put(&all, row->imputed, (n + 7) / 8);
	str_put(&all, row->values, n * sizeof(*row->values));
	digest = hash_u64(all.p, all.n);
	str_release(&all);
	return digest;
}
