/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "learn/textfitting.h"
#include "learn/textterms.h"
#include "math/vector.h"
#include "text/stopwords.h"

#define DIM TEXTMODEL_DIM

/* The words that the model knows, most frequent first. */
struct known {
	struct span word;
	uint64_t times;
	uint32_t row;
	bool own; /* the corpus has it */
};

/* Grams that only the prior's words have, at most. */
enum { PRIOR_GRAMS = 16384 };

static int by_times(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	if (x->times != y->times)
		return x->times > y->times ? -1 : 1;
	return span_cmp(x->word, y->word);
}

static bool plain(struct span w)
{
	return w.n && !stopwords_has(w) && !(w.p[0] >= '0' && w.p[0] <= '9');
}

static size_t corpus_words(struct textfitting *f, struct known *k)
{
	const struct table *t = &f->c->words;
	size_t i, n = 0;

	for (i = 0; i < t->count; i++) {
		struct span w = t->entries[i].key;
		struct textslot *s;

		if (!plain(w))
			continue;
		s = textslots_find(&f->slots, textterms_word(&f->c->terms, w));
		if (s->row != TEXTSLOT_FREE)
			k[n++] = (struct known){ w, t->entries[i].value, s->row,
						 true };
	}
	return n;
}

static size_t prior_words(const struct textfitting *f, struct known *k)
{
	const struct textprior *p = f->o->prior;
	double share = textfitting_share(f);
	size_t i, n = 0;

	for (i = 0; p && i < textprior_count(p); i++) {
		const struct textprior_term *t = textprior_term(p, i);

		if (textterms_kind(t->hash) == TEXTTERMS_WORD &&
		    plain(t->spelling) && !table_get(&f->c->words, t->spelling))
			k[n++] = (struct known){ t->spelling,
						 (uint64_t)(share * t->texts),
						 f->prior_index[i], false };
	}
	return n;
}

static struct known *known_words(struct textfitting *f, size_t *count)
{
	size_t n = f->c->words.count +
		   (f->o->prior ? textprior_count(f->o->prior) : 0);
	struct known *k = mem_zalloc(n, sizeof(*k));

	n = corpus_words(f, k);
	n += prior_words(f, k + n);
	if (n)
		qsort(k, n, sizeof(*k), by_times);
	*count = n;
	return k;
}

/* The corpus' most frequent spelling of each pair, else the prior's. */
static void spell_pairs(struct textfitting *f)
{
	const struct table *t = &f->c->pairs;
	const struct textprior *p = f->o->prior;
	uint64_t *times = mem_zalloc(f->nterms, sizeof(*times)), hash;
	size_t i;

	for (i = 0; i < t->count; i++) {
		struct span w = t->entries[i].key;
		struct textslot *s;
		struct span *old;

		memcpy(&hash, w.p, sizeof(hash));
		w.p += sizeof(hash);
		w.n -= sizeof(hash);
		s = textslots_find(&f->slots, hash);
		if (s->row == TEXTSLOT_FREE ||
		    t->entries[i].value < times[s->row])
			continue;
		old = &f->spelling[s->row];
		if (t->entries[i].value == times[s->row] &&
		    span_cmp(*old, w) < 0)
			continue;
		*old = w;
		times[s->row] = t->entries[i].value;
	}
	free(times);
	for (i = 0; p && i < textprior_count(p); i++)
		if (!f->spelling[f->prior_index[i]].n)
			f->spelling[f->prior_index[i]] =
			    textprior_term(p, i)->spelling;
}

struct gram {
	uint64_t hash;
	bool own;
};

struct gramlist {
	struct gram *items;
	size_t count, cap;
	bool own; /* of those to come */
};

static void list_gram(void *ctx, uint64_t hash)
{
	struct gramlist *g = ctx;

	MEM_ROOM(g->items, g->count + 1, g->cap);
	g->items[g->count++] = (struct gram){ hash, g->own };
}

static int by_hash(const void *a, const void *b)
{
	const struct gram *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* Of the corpus first, then by how many words have it. */
static int by_frequency(const void *a, const void *b)
{
	const struct textcount *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (x->texts != y->texts)
		return x->texts > y->texts ? -1 : 1;
	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static void count_grams(struct textfitting *f, const struct known *k, size_t n)
{
	struct gramlist g = { 0 };
	size_t i, j, cap = 0, most = PRIOR_GRAMS;

	for (i = 0; i < n; i++) {
		g.own = k[i].own;
		textterms_grams(k[i].word, list_gram, &g);
	}
	if (g.count)
		qsort(g.items, g.count, sizeof(*g.items), by_hash);
	for (i = 0; i < g.count; i = j) {
		struct textcount x = { .hash = g.items[i].hash };

		for (j = i; j < g.count && g.items[j].hash == x.hash; j++) {
			x.texts++;
			if (g.items[j].own)
				x.weight = 1;
		}
		most += x.weight > 0;
		MEM_ROOM(f->grams, f->ngrams + 1, cap);
		f->grams[f->ngrams++] = x;
	}
	free(g.items);
	if (f->ngrams)
		qsort(f->grams, f->ngrams, sizeof(*f->grams), by_frequency);
	if (most > f->o->grams)
		most = f->o->grams;
	if (f->ngrams > most)
		f->ngrams = most;
}

static void gram_vectors(struct textfitting *f, const struct known *k, size_t n)
{
	struct textslots slots;
	struct gramlist g = { 0 };
	size_t i, j;

	count_grams(f, k, n);
	slots = textslots_new(f->ngrams);
	textslots_fill(&slots, f->grams, f->ngrams, 0, false);
	f->gram_vectors = mem_zalloc(f->ngrams * DIM, sizeof(*f->gram_vectors));
	for (i = 0; i < n; i++) {
		g.count = 0;
		textterms_grams(k[i].word, list_gram, &g);
		for (j = 0; j < g.count; j++) {
			struct textslot *s =
			    textslots_find(&slots, g.items[j].hash);

			if (s->row != TEXTSLOT_FREE)
				vector_axpy(
				    f->gram_vectors + (size_t)s->row * DIM,
				    1 / (float)f->grams[s->row].texts,
				    f->vectors + (size_t)k[i].row * DIM, DIM);
		}
	}
	free(g.items);
	free(slots.items);
}

void textfitting_spell(struct textfitting *f)
{
	size_t n, i;
	struct known *k = known_words(f, &n);

	f->spelling = mem_zalloc(f->nterms, sizeof(*f->spelling));
	for (i = 0; i < n; i++)
		if (!f->spelling[k[i].row].n)
			f->spelling[k[i].row] = k[i].word;
	spell_pairs(f);
	gram_vectors(f, k, n < f->o->words ? n : f->o->words);
	free(k);
}
