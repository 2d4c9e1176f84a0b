/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/namelist.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/utf8.h"

void namelist_release(struct namelist *l)
{
	table_release(&l->names);
	str_release(&l->folded);
	free(l->sorted);
	free(l->rank);
}

uint32_t namelist_add_folded(struct namelist *l, struct span folded)
{
	uint64_t *slot;

	if (!folded.n)
		return CATALOGUE_NONE;
	slot = table_put(&l->names, folded);
	if (!*slot)
		*slot = l->names.count;
	return (uint32_t)(*slot - 1);
}

uint32_t namelist_add(struct namelist *l, struct span name)
{
	str_reset(&l->folded);
	utf8_fold_name(name, &l->folded);
	return namelist_add_folded(l, span_str(&l->folded));
}

static int by_name(const void *a, const void *b)
{
	const struct table_entry *const *x = a, *const *y = b;

	return span_cmp((*x)->key, (*y)->key);
}

void namelist_rank(struct namelist *l)
{
	size_t n = l->names.count;

	l->sorted = mem_zalloc(n + 1, sizeof(*l->sorted));
	l->rank = mem_zalloc(n + 1, sizeof(*l->rank));
	for (size_t i = 0; i < n; i++)
		l->sorted[i] = &l->names.entries[i];
	qsort(l->sorted, n, sizeof(*l->sorted), by_name);
	for (size_t i = 0; i < n; i++)
		l->rank[l->sorted[i]->value - 1] = (uint32_t)i;
}

int namelist_write(const struct namelist *l, const char *offsets,
		   const char *blob, struct pack_writer *pw, struct err *err)
{
	size_t n = l->names.count;
	uint64_t at = 0;
	int rc =
	    pack_begin(pw, offsets, err) || pack_put(pw, &at, sizeof(at), err);

	for (size_t i = 0; i < n && !rc; i++) {
		at += l->sorted[i]->key.n;
		rc = pack_put(pw, &at, sizeof(at), err);
	}
	rc = rc || pack_begin(pw, blob, err);
	for (size_t i = 0; i < n && !rc; i++)
		rc =
		    pack_put(pw, l->sorted[i]->key.p, l->sorted[i]->key.n, err);
	return rc ? -1 : 0;
}

static int write_find(const struct namelist *l, int threads, const char *name,
		      struct pack_writer *pw, struct err *err)
{
	size_t n = l->names.count;
	struct span *names = mem_zalloc(n + 1, sizeof(*names));
	struct str out = { 0 };
	int rc;

	for (size_t i = 0; i < n; i++)
		names[i] = l->sorted[i]->key;
	rc = namefind_build(names, n, threads, &out, err) ||
	     pack_section(pw, name, out.p, out.n, err);
	free(names);
	str_release(&out);
	return rc ? -1 : 0;
}

int namelist_write_rows(const struct namelist *l, const uint32_t *number,
			size_t n, int threads, const struct name_sections *name,
			struct pack_writer *pw, struct err *err)
{
	size_t count = l->names.count;
	uint32_t *first = mem_zalloc(count + 2, sizeof(*first));
	uint32_t *rows = mem_zalloc(n + 1, sizeof(*rows));
	int rc;

	/* first[i + 1] is where the next row of name i goes, and when all are
	 * there, where those of i + 1 begin. */
	for (size_t i = 0; i < n; i++)
		if (number[i] != CATALOGUE_NONE)
			first[l->rank[number[i]] + 2]++;
	for (size_t i = 2; i <= count + 1; i++)
		first[i] += first[i - 1];
	for (size_t i = 0; i < n; i++)
		if (number[i] != CATALOGUE_NONE)
			rows[first[l->rank[number[i]] + 1]++] = (uint32_t)i;
	rc = pack_section(pw, name->first, first, (count + 1) * sizeof(*first),
			  err) ||
	     pack_section(pw, name->rows, rows, first[count] * sizeof(*rows),
			  err) ||
	     write_find(l, threads, name->find, pw, err);
	free(first);
	free(rows);
	return rc ? -1 : 0;
}
