/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/tagmodel.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/counter.h"

struct tagmodel_fit {
	const struct stoplist *stop;
	struct counter *counter;
	uint64_t tracks;
};

static const double common = 0.2; /* share of tracks; more is no tag */
enum {
	RARE = 2,          /* tracks, and one more for each */
	RARE_STEP = 50000, /* of these in the corpus */
	CANDIDATES = 64
};

struct tagmodel_fit *tagmodel_fit_new(const struct stoplist *stop,
				      size_t memory)
{
	struct tagmodel_fit *f = mem_zalloc(1, sizeof(*f));

	f->stop = stop;
	f->counter = counter_new(memory);
	return f;
}

void tagmodel_fit_free(struct tagmodel_fit *f)
{
	if (!f)
		return;
	counter_free(f->counter);
	free(f);
}

/* A term is stopped when one of its words is. */
static bool stopped(const struct tagmodel_fit *f, const struct ngram *term)
{
	const char *blank = memchr(term->text.p, ' ', term->text.n);
	struct span a = term->text, b = { 0 };

	if (stoplist_has(f->stop, a, STOPLIST_TAG))
		return true;
	if (!blank)
		return false;
	a.n = (size_t)(blank - a.p);
	b = (struct span){ blank + 1, term->text.n - a.n - 1 };
	return stoplist_has(f->stop, a, STOPLIST_TAG) ||
	       stoplist_has(f->stop, b, STOPLIST_TAG);
}

int tagmodel_fit_add(struct tagmodel_fit *f, const struct ngrams *terms,
		     struct err *err)
{
	if (terms->count)
		f->tracks++;
	for (size_t i = 0; i < terms->count; i++)
		if (!stopped(f, &terms->at[i]) &&
		    counter_add(f->counter, terms->at[i].text, 1, err))
			return -1;
	return 0;
}

int tagmodel_fit_write(struct tagmodel_fit *f, struct pack_writer *w,
		       struct err *err)
{
	struct terms_fit *terms = terms_fit_new(TAGMODEL_WORDS);
	double n = (double)f->tracks;
	uint64_t least = RARE + f->tracks / RARE_STEP, df;
	struct span term;
	int rc;

	while ((rc = counter_next(f->counter, &term, &df, err)) > 0)
		if (df >= least && ((double)df <= common * n || df == least))
			terms_fit_add(terms, term, (double)df,
				      df < UINT32_MAX ? (uint32_t)df
						      : UINT32_MAX,
				      (float)log(n / (double)df));
	if (rc >= 0)
		rc = terms_fit_write(terms, "tag", w, err);
	terms_fit_free(terms);
	return rc;
}

struct choice {
	const struct ngram *term;
	double weight;
};

static bool better(const struct choice *a, const struct choice *b)
{
	if (a->weight != b->weight)
		return a->weight > b->weight;
	return span_cmp(a->term->text, b->term->text) < 0;
}

/* Keeps the best CANDIDATES in order. */
static void keep(struct choice *best, size_t *count, struct choice c)
{
	size_t i = *count;

	if (i == CANDIDATES && !better(&c, &best[i - 1]))
		return;
	if (i < CANDIDATES)
		++*count;
	else
		i--;
	for (; i > 0 && better(&c, &best[i - 1]); i--)
		best[i] = best[i - 1];
	best[i] = c;
}

static bool listed(const struct ngrams *g, struct span text)
{
	for (size_t i = 0; g && i < g->count; i++)
		if (span_eq(g->at[i].text, text))
			return true;
	return false;
}

/* One is a word of the other. */
static bool overlap(struct span a, struct span b)
{
	if (a.n > b.n)
		return overlap(b, a);
	return (memcmp(a.p, b.p, a.n) == 0 &&
		(a.n == b.n || b.p[a.n] == ' ')) ||
	       (memcmp(a.p, b.p + b.n - a.n, a.n) == 0 &&
		b.p[b.n - a.n - 1] == ' ');
}

size_t tagmodel_choose(const struct terms *model, const struct ngrams *terms,
		       const struct ngrams * not,
		       struct span out[TAGMODEL_MOST])
{
	struct choice best[CANDIDATES];
	size_t count = 0, chosen = 0;

	for (size_t i = 0; i < terms->count; i++) {
		const struct ngram *g = &terms->at[i];
		const struct term *t = terms_find(model, g->text);

		if (t && t->value > 0 && !listed(not, g->text))
			keep(best, &count,
			     (struct choice){ g, (1 + log(g->times)) *
						     (double)t->value });
	}
	for (size_t i = 0; i < count && chosen < TAGMODEL_MOST; i++) {
		struct span text = best[i].term->text;
		bool clash = false;

		if (chosen >= TAGMODEL_LEAST &&
		    best[i].weight < best[0].weight / 2)
			break;
		for (size_t k = 0; k < chosen && !clash; k++)
			clash = overlap(out[k], text);
		if (!clash)
			out[chosen++] = text;
	}
	return chosen;
}
