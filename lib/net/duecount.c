/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/duecount.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "io/stream.h"
#include "text/url.h"

struct duecount_row {
	uint64_t wanted, fresh, due;
	double rate;
};

void duecount_release(struct duecount *d)
{
	table_release(&d->places);
	table_release(&d->keys);
	free(d->rows);
	str_release(&d->host);
	*d = (struct duecount){ 0 };
}

size_t duecount_place(struct duecount *d, struct span name, double rate)
{
	uint64_t *place = table_put(&d->places, name);

	if (!*place) {
		*place = d->places.count;
		MEM_ROOM(d->rows, d->places.count, d->cap);
		d->rows[*place - 1] = (struct duecount_row){ .rate = rate };
	}
	return (size_t)*place - 1;
}

size_t duecount_host(struct duecount *d, struct span url, double rate)
{
	if (url_host(url, &d->host))
		return duecount_place(d, SPAN("-"), rate);
	return duecount_place(d, span_str(&d->host), rate);
}

int duecount_add(struct duecount *d, size_t place, struct span key,
		 struct span request, bool gone, struct err *err)
{
	uint64_t digest = hash_mix(key.p, key.n), *counted;
	struct duecount_row *row = &d->rows[place];
	int state;

	counted = table_put(
	    &d->keys, (struct span){ (const char *)&digest, sizeof(digest) });
	if (*counted)
		return 0;
	*counted = 1;
	state = history_is_due(d->history, d->table, key, request, d->now,
			       d->max_age, err);
	if (state < 0)
		return -1;
	row->wanted++;
	row->fresh += state == HISTORY_NEW;
	row->due += gone || state != HISTORY_LATER;
	return 0;
}

struct line {
	struct span name;
	const struct duecount_row *row;
};

static int order(const void *x, const void *y)
{
	const struct line *a = x, *b = y;

	if (a->row->due != b->row->due)
		return a->row->due < b->row->due ? 1 : -1;
	return span_cmp(a->name, b->name);
}

static int write_rows(const struct duecount *d, FILE *out, struct err *err)
{
	size_t n = d->places.count;
	struct line *lines = mem_zalloc(n + 1, sizeof(*lines));

	for (size_t i = 0; i < n; i++)
		lines[i] =
		    (struct line){ d->places.entries[i].key, &d->rows[i] };
	qsort(lines, n, sizeof(*lines), order);
	fputs("place\twanted\tnew\tdue\trate\n", out);
	for (size_t i = 0; i < n; i++) {
		const struct duecount_row *r = lines[i].row;

		fprintf(out, "%.*s\t%llu\t%llu\t%llu\t%g\n",
			(int)lines[i].name.n, lines[i].name.p,
			(unsigned long long)r->wanted,
			(unsigned long long)r->fresh,
			(unsigned long long)r->due, r->rate);
	}
	free(lines);
	return fflush(out) || ferror(out) ? err_errno(err, "cannot write") : 0;
}

int duecount_run(struct duecount *d, char **files, int nfiles, void *ctx,
		 int (*want)(void *ctx, struct record *r, struct err *err),
		 struct err *err)
{
	return stream_each(files, nfiles, ctx, want, err) ||
		       write_rows(d, d->out, err)
		   ? -1
		   : 0;
}
