/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/terms.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

struct candidate {
	struct span text; /* owned */
	double rank;
	struct term term;
};

struct terms_fit {
	struct candidate *at;
	size_t count, cap, most;
};

enum { SLACK = 4096, INTERPOLATIONS = 12 };

struct terms_fit *terms_fit_new(size_t most)
{
	struct terms_fit *f = mem_zalloc(1, sizeof(*f));

	f->most = most;
	return f;
}

static void drop_from(struct terms_fit *f, size_t first)
{
	for (size_t i = first; i < f->count; i++)
		free((char *)(uintptr_t)f->at[i].text.p);
	if (f->count > first)
		f->count = first;
}

void terms_fit_free(struct terms_fit *f)
{
	if (!f)
		return;
	drop_from(f, 0);
	free(f->at);
	free(f);
}

static int by_rank(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	return span_cmp(x->text, y->text);
}

static int by_hash(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->term.hash != y->term.hash)
		return x->term.hash < y->term.hash ? -1 : 1;
	return span_cmp(x->text, y->text);
}

static void keep_best(struct terms_fit *f)
{
	if (f->count <= f->most)
		return;
	qsort(f->at, f->count, sizeof(*f->at), by_rank);
	drop_from(f, f->most);
}

void terms_fit_add(struct terms_fit *f, struct span text, double rank,
		   uint32_t id, float value)
{
	struct candidate *c;

	MEM_ROOM(f->at, f->count + 1, f->cap);
	c = &f->at[f->count++];
	c->text = (struct span){ mem_dup(text.p, text.n), text.n };
	c->rank = rank;
	c->term = (struct term){ .hash = hash_mix(text.p, text.n),
				 .n = (uint32_t)text.n,
				 .id = id,
				 .value = value };
	if (f->count > 2 * f->most + SLACK)
		keep_best(f);
}

static void section_name(char out[PACK_NAME], const char *name,
			 const char *part)
{
	snprintf(out, PACK_NAME, "%s.%s", name, part);
}

int terms_fit_write(struct terms_fit *f, const char *name,
		    struct pack_writer *w, struct err *err)
{
	char section[PACK_NAME];
	uint32_t at = 0;

	keep_best(f);
	if (f->count)
		qsort(f->at, f->count, sizeof(*f->at), by_hash);
	section_name(section, name, "terms");
	if (pack_begin(w, section, err))
		return -1;
	for (size_t i = 0; i < f->count; i++) {
		f->at[i].term.at = at;
		at += f->at[i].term.n;
		if (pack_put(w, &f->at[i].term, sizeof(struct term), err))
			return -1;
	}
	section_name(section, name, "text");
	if (pack_begin(w, section, err))
		return -1;
	for (size_t i = 0; i < f->count; i++)
		if (pack_put(w, f->at[i].text.p, f->at[i].text.n, err))
			return -1;
	return 0;
}

int terms_open(struct terms *t, const struct pack *p, const char *name,
	       struct err *err)
{
	char section[PACK_NAME];
	size_t n;

	section_name(section, name, "terms");
	t->table =
	    pack_array(p, section, sizeof(*t->table), SIZE_MAX, &t->count, err);
	if (!t->table)
		return -1;
	section_name(section, name, "text");
	t->text.p = pack_array(p, section, 1, SIZE_MAX, &n, err);
	t->text.n = n;
	return t->text.p ? 0 : -1;
}

/* The model may be anything: a term outside the text is no term. */
static bool same(const struct terms *t, const struct term *term,
		 struct span text)
{
	return term->n == text.n && term->n <= t->text.n &&
	       term->at <= t->text.n - term->n &&
	       memcmp(t->text.p + term->at, text.p, text.n) == 0;
}

const struct term *terms_find(const struct terms *t, struct span text)
{
	uint64_t hash = hash_mix(text.p, text.n);
	size_t lo = 0, hi = t->count;

	/* the first entry of that hash or more; hashes are evenly spread */
	for (int tries = 0; lo < hi; tries++) {
		uint64_t first = t->table[lo].hash;
		uint64_t last = t->table[hi - 1].hash;
		size_t at = lo + (hi - lo) / 2;

		if (hash <= first || hash > last) {
			lo = hash <= first ? lo : hi;
			break;
		}
		if (tries < INTERPOLATIONS)
			at = lo + (size_t)((double)(hash - first) /
					   (double)(last - first) *
					   (double)(hi - 1 - lo));
		if (t->table[at].hash < hash)
			lo = at + 1;
		else
			hi = at;
	}
	for (; lo < t->count && t->table[lo].hash == hash; lo++)
		if (same(t, &t->table[lo], text))
			return &t->table[lo];
	return NULL;
}
