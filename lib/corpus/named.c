/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/named.h"

#include <stdlib.h>

#include "base/mem.h"
#include "index/artistcap.h"
#include "text/tokens.h"

enum {
	NAMES = 4, /* of one kind that are looked at */
	KEPT = 64  /* searches: more than a request has */
};

struct row {
	uint32_t row;
	float score, plays;
};

struct search_kept {
	enum named_kind kind;
	uint32_t far;
	struct str name;
	struct namefind_name found[NAMED_MOST];
	size_t count;
};

struct named {
	const struct generation *g;
	struct namefind_work *work[NAMED_KINDS];
	struct search_kept kept[KEPT];
	size_t nkept;
	struct tokens tokens;
	struct str words;
	struct row *rows;
	size_t count, cap;
	struct artistcap artists;
};

struct named *named_new(const struct generation *g)
{
	struct named *n = mem_zalloc(1, sizeof(*n));

	n->g = g;
	for (int kind = 0; kind < NAMED_KINDS; kind++)
		n->work[kind] = namefind_work_new();
	return n;
}

void named_free(struct named *n)
{
	if (!n)
		return;
	for (int kind = 0; kind < NAMED_KINDS; kind++)
		namefind_work_free(n->work[kind]);
	for (size_t i = 0; i < KEPT; i++)
		str_release(&n->kept[i].name);
	tokens_release(&n->tokens);
	str_release(&n->words);
	artistcap_release(&n->artists);
	free(n->rows);
	free(n);
}

static const struct name_rows *rows_of(const struct named *n,
				       enum named_kind kind)
{
	return kind == NAMED_TITLE ? &n->g->by_title : &n->g->by_artist;
}

static const struct search_kept *look_again(const struct named *n,
					    enum named_kind kind,
					    struct span name, uint32_t far)
{
	for (size_t i = 0; i < n->nkept; i++) {
		const struct search_kept *s = &n->kept[i];

		if (s->kind == kind && s->far == far &&
		    span_eq(span_str(&s->name), name))
			return s;
	}
	return NULL;
}

size_t named_like(struct named *n, enum named_kind kind, struct span name,
		  uint32_t far, size_t k, struct namefind_name out[NAMED_MOST])
{
	const struct search_kept *s = look_again(n, kind, name, far);

	if (!s) {
		struct search_kept *new;

		n->nkept = n->nkept < KEPT ? n->nkept : 0;
		new = &n->kept[n->nkept++];
		new->kind = kind;
		new->far = far;
		str_reset(&new->name);
		str_span(&new->name, name);
		new->count =
		    namefind_search(&rows_of(n, kind)->find, n->work[kind],
				    name, far, NAMED_MOST, new->found);
		s = new;
	}
	k = k < s->count ? k : s->count;
	memcpy(out, s->found, k * sizeof(*out));
	return k;
}

static size_t look_up(struct named *n, enum named_kind kind, struct span name,
		      struct namefind_name out[NAMED_MOST])
{
	size_t found = named_like(n, kind, name, NAMEFIND_FAR, NAMES, out);

	while (found && out[found - 1].similarity < NAMED_SIMILAR)
		found--;
	return found;
}

static void add(struct named *n, uint32_t row, float score,
		const struct search_among *a)
{
	const struct generation *g = n->g;
	float plays;

	if (row >= g->count || (a->allowed && !a->allowed[row]))
		return;
	plays = g->plays[row];
	MEM_ROOM(n->rows, n->count + 1, n->cap);
	n->rows[n->count++] = (struct row){ row, score, plays > 0 ? plays : 0 };
}

/* All rows of the names that a text is. */
static void add_names(struct named *n, enum named_kind kind, struct span text,
		      const struct search_among *a)
{
	struct namefind_name found[NAMED_MOST];
	size_t count = look_up(n, kind, text, found);

	for (size_t i = 0; i < count; i++) {
		const uint32_t *rows;
		size_t k =
		    name_rows_get(rows_of(n, kind), found[i].name, &rows);

		while (k--)
			add(n, rows[k], found[i].similarity, a);
	}
}

/* Rows of an artist with a title. */
static void add_both(struct named *n, struct span artist, struct span title,
		     const struct search_among *a)
{
	struct namefind_name artists[NAMED_MOST], titles[NAMED_MOST];
	size_t many = look_up(n, NAMED_ARTIST, artist, artists);
	size_t count = many ? look_up(n, NAMED_TITLE, title, titles) : 0;

	for (size_t t = 0; t < count; t++) {
		const uint32_t *rows;
		size_t k =
		    name_rows_get(&n->g->by_title, titles[t].name, &rows);

		for (; k--; rows++)
			for (size_t i = 0; i < many; i++)
				if (*rows < n->g->count &&
				    n->g->artist[*rows] == artists[i].name)
					add(n, *rows,
					    1 + artists[i].similarity *
						    titles[t].similarity,
					    a);
	}
}

/* The words of a request, a blank between; their places, and how many. */
static size_t split(struct named *n, struct span request,
		    size_t at[NAMED_WORDS + 1])
{
	struct token token;
	size_t count = 0;

	str_reset(&n->words);
	tokens_start(&n->tokens, request);
	while (tokens_next(&n->tokens, &token)) {
		if (count == NAMED_WORDS)
			return 0;
		at[count++] = n->words.n;
		str_span(&n->words, token.text);
		str_putc(&n->words, ' ');
	}
	at[count] = n->words.n;
	return count;
}

static struct span words(const struct named *n, const size_t *at, size_t from,
			 size_t to)
{
	return span_trim(
	    (struct span){ n->words.p + at[from], at[to] - at[from] });
}

static void add_splits(struct named *n, const size_t *at, size_t count,
		       const struct search_among *a)
{
	for (size_t i = 1; i < count; i++) {
		struct span left = words(n, at, 0, i);
		size_t behind =
		    span_is(words(n, at, i, i + 1), "by") ? i + 1 : i;
		struct span right = words(n, at, behind, count);

		if (!right.n)
			continue;
		add_both(n, right, left, a);
		if (behind == i)
			add_both(n, left, right, a);
	}
}

static int by_row(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return x->score < y->score ? 1 : x->score > y->score ? -1 : 0;
}

static int by_score(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	if (x->plays != y->plays)
		return x->plays < y->plays ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

size_t named_find(struct named *n, struct span request,
		  const struct search_among *a, struct topk_item *best)
{
	size_t at[NAMED_WORDS + 1], count = split(n, request, at);
	size_t kept = 0, out = 0;

	n->count = 0;
	if (!count || !a->k)
		return 0;
	add_names(n, NAMED_ARTIST, request, a);
	add_names(n, NAMED_TITLE, request, a);
	add_splits(n, at, count, a);
	if (!n->count)
		return 0;
	qsort(n->rows, n->count, sizeof(*n->rows), by_row);
	for (size_t i = 0; i < n->count; i++)
		if (!kept || n->rows[kept - 1].row != n->rows[i].row)
			n->rows[kept++] = n->rows[i];
	qsort(n->rows, kept, sizeof(*n->rows), by_score);
	artistcap_start(&n->artists, a->per_artist, a->k);
	for (size_t i = 0; i < kept && out < a->k; i++)
		if (artistcap_take(&n->artists, n->g->artist[n->rows[i].row]))
			best[out++] =
			    (struct topk_item){ .score = n->rows[i].score,
						.index = n->rows[i].row };
	return out;
}
