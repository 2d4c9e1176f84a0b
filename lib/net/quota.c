/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/quota.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "io/feat.h"
#include "net/store.h"

#define ROOM 20 /* a twentieth of the limit is made free at a time */

struct file {
	char sha256[2 * HASH_SIZE + 1];
	char *path;
	uint64_t size;
	int64_t fetched_at; /* 0: by no download that is known */
};

struct files { /* that may go */
	struct quota *q;
	struct file *at;
	size_t n, cap;
};

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int by_digest(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->sha256,
		      ((const struct file *)b)->sha256);
}

static int by_age(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	if (x->fetched_at != y->fetched_at)
		return x->fetched_at < y->fetched_at ? -1 : 1;
	return by_digest(a, b);
}

static int read_features(struct quota *q, const char *path, struct err *err)
{
	struct feat *f = feat_open(path, err);
	struct feat_row *row;
	int rc;

	if (!f)
		return -1;
	row = feat_row_new(feat_schema(f));
	while ((rc = feat_read(f, row, err)) > 0) {
		if (row->status == FEAT_NO_INPUT ||
		    row->status == FEAT_UPSTREAM ||
		    row->status == FEAT_UNREADABLE)
			continue;
		MEM_ROOM(q->heard, q->nheard + 1, q->cap);
		q->heard[q->nheard++] = row->digest;
	}
	feat_row_free(row);
	feat_close(f);
	return rc;
}

/* extract-features' digest of a record with that file. */
static bool was_heard(const struct quota *q, struct span sha256)
{
	uint64_t digest = hash_u64(sha256.p, sha256.n);

	return q->nheard && bsearch(&digest, q->heard, q->nheard,
				    sizeof(*q->heard), by_number);
}

static int count(void *ctx, struct span sha256, const char *path, uint64_t size,
		 struct err *err)
{
	struct quota *q = ctx;

	(void)sha256;
	(void)path;
	(void)err;
	q->total += size;
	return 0;
}

int quota_open(struct quota *q, const char *const *features, size_t n,
	       struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (read_features(q, features[i], err))
			return -1;
	if (q->nheard)
		qsort(q->heard, q->nheard, sizeof(*q->heard), by_number);
	q->total = 0;
	return store_each(q->store, q, count, err);
}

static int collect(void *ctx, struct span sha256, const char *path,
		   uint64_t size, struct err *err)
{
	struct files *l = ctx;
	struct file *f;

	(void)err;
	l->q->total += size;
	if (!was_heard(l->q, sha256))
		return 0;
	MEM_ROOM(l->at, l->n + 1, l->cap);
	f = &l->at[l->n++];
	memcpy(f->sha256, sha256.p, 2 * HASH_SIZE);
	f->sha256[2 * HASH_SIZE] = '\0';
	f->path = mem_strdup(path);
	f->size = size;
	f->fetched_at = 0;
	return 0;
}

static void date(void *ctx, struct span sha256, int64_t fetched_at)
{
	struct files *l = ctx;
	struct file key = { 0 }, *f;

	if (sha256.n != 2 * HASH_SIZE || !l->n)
		return;
	memcpy(key.sha256, sha256.p, sha256.n);
	key.sha256[sha256.n] = '\0';
	f = bsearch(&key, l->at, l->n, sizeof(key), by_digest);
	if (f)
		f->fetched_at = fetched_at > 0 ? fetched_at : 1;
}

/* The journal first: a kill in between leaves a file that nobody misses. */
static int evict(struct files *l, struct err *err)
{
	struct quota *q = l->q;
	uint64_t goal = q->limit - q->limit / ROOM, left = q->total;
	struct str path = { 0 };
	size_t n = 0;
	int rc = history_begin(q->history, err);

	for (; !rc && n < l->n && left > goal; n++) {
		left -= l->at[n].size;
		rc = history_evict(q->history, span_of(l->at[n].sha256), err);
	}
	if (!rc)
		rc = history_commit(q->history, err);
	for (size_t i = 0; !rc && i < n; i++) {
		str_reset(&path);
		str_printf(&path, "%s/%s", q->store, l->at[i].path);
		if (unlink(str_z(&path)) && errno != ENOENT)
			rc = err_errno(err, "cannot remove %s", str_z(&path));
		else
			q->evicted++;
	}
	if (!rc)
		q->total = left;
	str_release(&path);
	return rc;
}

int quota_keep(struct quota *q, struct err *err)
{
	struct files l = { .q = q };
	int rc;

	if (!q->limit || q->total <= q->limit)
		return 1;
	q->total = 0;
	rc = store_each(q->store, &l, collect, err);
	if (!rc && l.n) {
		qsort(l.at, l.n, sizeof(*l.at), by_digest);
		rc = history_each_file(q->history, &l, date, err);
		qsort(l.at, l.n, sizeof(*l.at), by_age);
	}
	if (!rc)
		rc = evict(&l, err);
	for (size_t i = 0; i < l.n; i++)
		free(l.at[i].path);
	free(l.at);
	return rc ? -1 : q->total <= q->limit;
}

void quota_release(struct quota *q)
{
	free(q->heard);
	*q = (struct quota){ 0 };
}
