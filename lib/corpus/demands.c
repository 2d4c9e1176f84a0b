/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/demands.h"

#include <stdlib.h>

#include "base/mem.h"

bool demands_any(const struct words_query *q)
{
	for (size_t i = 0; i < q->count; i++)
		if (q->clauses[i].need != WORDS_OPTIONAL)
			return true;
	return false;
}

/* All rows that have the words of one clause: rows[count]. SIZE_MAX: an error. */
static size_t rows_of(const struct generation *g, struct search *s,
		      const struct words_query *q, size_t clause,
		      struct topk_item *rows, struct err *err)
{
	struct words_clause alone = q->clauses[clause];
	struct words_query one = *q;
	struct search_among all = { .eligible = g->count, .k = g->count };
	enum search_way way;

	alone.need = WORDS_OPTIONAL;
	one.clauses = &alone;
	one.count = 1;
	return search_words(s, &one, &all, rows, &way, err);
}

struct demands {
	const struct generation *g;
	uint8_t *met; /* [count]: required clauses that a row has */
	uint8_t required;
	uint8_t *allowed;
};

static int apply(struct demands *d, struct search *s,
		 const struct words_query *q, struct topk_item *rows,
		 struct err *err)
{
	for (size_t i = 0; i < q->count; i++) {
		bool excluded = q->clauses[i].need == WORDS_EXCLUDED;
		size_t n;

		if (q->clauses[i].need == WORDS_OPTIONAL)
			continue;
		n = rows_of(d->g, s, q, i, rows, err);
		if (n == SIZE_MAX)
			return -1;
		for (size_t k = 0; k < n; k++)
			if (excluded)
				d->allowed[rows[k].index] = 0;
			else
				d->met[rows[k].index]++;
		d->required = (uint8_t)(d->required + !excluded);
	}
	return 0;
}

int demands_apply(const struct generation *g, struct search *s,
		  const struct words_query *q, uint8_t *allowed,
		  size_t *eligible, struct str *told, struct err *err)
{
	struct topk_item *rows = mem_alloc((g->count + 1) * sizeof(*rows));
	struct demands d = { g, mem_zalloc(g->count + 1, 1), 0, allowed };
	size_t all = 0, met = 0;
	int rc = apply(&d, s, q, rows, err);

	for (size_t i = 0; i < g->count; i++) {
		all += allowed[i];
		met += allowed[i] && d.met[i] == d.required;
	}
	if (!met && d.required)
		str_puts(told, "no track that may be found has all that is "
			       "required (in quotes, or with a +); taken as "
			       "any words\n");
	for (size_t i = 0; met && i < g->count; i++)
		allowed[i] = allowed[i] && d.met[i] == d.required;
	*eligible = met ? met : all;
	free(rows);
	free(d.met);
	return rc;
}
