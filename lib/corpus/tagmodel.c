/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/tagmodel.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/counter.h"

enum { CANDIDATES = 64 };
static const double implied_share = 0.5; /* of the weight of what implies it */

struct tagmodel_fit {
	const struct stoplist *stop;
	const struct vocabulary *words;
	struct counter *counter;
	struct terms_fit *terms;          /* once all are counted */
	struct taglikely_fit *some, *all; /* without those held out; with */
	uint64_t tracks;
	struct tokens tokens;
	struct str key;
};

struct tagmodel_fit *tagmodel_fit_new(const struct stoplist *stop,
				      const struct vocabulary *words,
				      size_t memory)
{
	struct tagmodel_fit *f = mem_zalloc(1, sizeof(*f));

	f->stop = stop;
	f->words = words;
	f->counter = counter_new(memory / 2);
	f->some = taglikely_fit_new(memory / 4);
	f->all = taglikely_fit_new(memory / 4);
	return f;
}

void tagmodel_fit_free(struct tagmodel_fit *f)
{
	if (!f)
		return;
	counter_free(f->counter);
	terms_fit_free(f->terms);
	taglikely_fit_free(f->some);
	taglikely_fit_free(f->all);
	tokens_release(&f->tokens);
	str_release(&f->key);
	free(f);
}

/* A term is stopped when one of its words is. */
static bool stopped(const struct tagmodel_fit *f, struct span term)
{
	const char *blank = memchr(term.p, ' ', term.n);
	struct span a = term, b = { 0 };

	if (stoplist_has(f->stop, a, STOPLIST_TAG))
		return true;
	if (!blank)
		return false;
	a.n = (size_t)(blank - a.p);
	b = (struct span){ blank + 1, term.n - a.n - 1 };
	return stoplist_has(f->stop, a, STOPLIST_TAG) ||
	       stoplist_has(f->stop, b, STOPLIST_TAG);
}

int tagmodel_fit_add(struct tagmodel_fit *f, const struct ngrams *terms,
		     struct err *err)
{
	if (terms->count)
		f->tracks++;
	for (size_t i = 0; i < terms->count; i++)
		if (!stopped(f, terms->at[i].text) &&
		    counter_add(f->counter, terms->at[i].text, 1, err))
			return -1;
	return 0;
}

int tagmodel_fit_likely(struct tagmodel_fit *f, const uint64_t *clues,
			size_t clue_count, const uint32_t *tags,
			size_t tag_count, bool held, struct err *err)
{
	if (!held &&
	    taglikely_fit_add(f->some, clues, clue_count, tags, tag_count, err))
		return -1;
	return taglikely_fit_add(f->all, clues, clue_count, tags, tag_count,
				 err);
}

size_t tagmodel_fit_tags(struct tagmodel_fit *f, struct span lines,
			 uint32_t *out, size_t most)
{
	size_t n = 0, start = 0;

	for (size_t i = 0; i <= lines.n && n < most; i++) {
		bool known = false;
		int tag;

		if (i < lines.n && lines.p[i] != '\n')
			continue;
		vocabulary_key((struct span){ lines.p + start, i - start },
			       &f->tokens, NULL, &f->key);
		tag = vocabulary_find(f->words, span_str(&f->key), true);
		for (size_t k = 0; k < n; k++)
			known = known || out[k] == (uint32_t)tag;
		if (tag >= 0 && !known)
			out[n++] = (uint32_t)tag;
		start = i + 1;
	}
	return n;
}

/* The tag that a term of the corpus stands for, or -1. */
static int tag_of(struct tagmodel_fit *f, struct span term)
{
	str_reset(&f->key);
	for (size_t i = 0; i < term.n; i++)
		if (term.p[i] != ' ')
			str_putc(&f->key, term.p[i]);
	return vocabulary_find(f->words, span_str(&f->key), true);
}

/* Names of the vocabulary as they stand, so that a tag is known which the
 * corpus never had in its texts: they weigh as if one track had them. */
static void add_names(struct tagmodel_fit *f, struct table *seen)
{
	double idf = log((double)f->tracks + 1);

	for (size_t i = 0; i < f->words->names_count; i++) {
		struct span s = f->words->names[i].words;

		if (!table_get(seen, s) && s.n) {
			*table_put(seen, s) = 1;
			terms_fit_add(f->terms, s, INFINITY,
				      f->words->names[i].tag, (float)idf);
		}
	}
	for (size_t i = 0; i < f->words->keys.count; i++) {
		const struct table_entry *e = &f->words->keys.entries[i];

		if (!table_get(seen, e->key)) {
			*table_put(seen, e->key) = 1;
			terms_fit_add(f->terms, e->key, INFINITY,
				      (uint32_t)e->value, (float)idf);
		}
	}
}

static int count_terms(struct tagmodel_fit *f, struct err *err)
{
	struct table seen = { 0 };
	struct span term;
	uint64_t df;
	int rc;

	f->terms = terms_fit_new(TAGMODEL_WORDS);
	while ((rc = counter_next(f->counter, &term, &df, err)) > 0) {
		int tag = tag_of(f, term);

		if (tag < 0)
			continue;
		*table_put(&seen, term) = 1;
		terms_fit_add(f->terms, term, (double)df, (uint32_t)tag,
			      (float)log(((double)f->tracks + 1) / (double)df));
	}
	if (rc >= 0)
		add_names(f, &seen);
	table_release(&seen);
	return rc;
}

int tagmodel_fit_write(struct tagmodel_fit *f, bool held, struct pack_writer *w,
		       struct err *err)
{
	const struct vocabulary *v = f->words;
	uint32_t at = 0;

	if (!f->terms && count_terms(f, err) < 0)
		return -1;
	if (terms_fit_write(f->terms, "tag", w, err) ||
	    taglikely_fit_write(held ? f->all : f->some, v->count, w, err) ||
	    pack_begin(w, "tag.list", err))
		return -1;
	for (size_t i = 0; i < v->count; i++) {
		const struct vocabulary_tag *t = &v->tags[i];
		struct tagmodel_tag tag = { at,
					    (uint32_t)t->name.n,
					    (uint32_t)t->kind,
					    (uint32_t)t->implied_count,
					    { 0 } };

		memcpy(tag.implied, t->implied, sizeof(tag.implied));
		at += tag.n;
		if (pack_put(w, &tag, sizeof(tag), err))
			return -1;
	}
	if (pack_begin(w, "tag.names", err))
		return -1;
	for (size_t i = 0; i < v->count; i++)
		if (pack_put(w, v->tags[i].name.p, v->tags[i].name.n, err))
			return -1;
	return 0;
}

/* --- a model --- */

int tagmodel_open(struct tagmodel *m, const struct pack *p, struct err *err)
{
	size_t n;

	*m = (struct tagmodel){ 0 };
	if (terms_open(&m->words, p, "tag", err))
		return -1;
	m->tags = pack_array(p, "tag.list", sizeof(*m->tags), SIZE_MAX,
			     &m->count, err);
	if (!m->tags)
		return -1;
	m->names.p = pack_array(p, "tag.names", 1, SIZE_MAX, &n, err);
	if (!m->names.p)
		return -1;
	m->names.n = n;
	if (taglikely_open(&m->likely, p, m->count, err))
		return -1;
	m->sure = pack_array(p, "tag.sure", sizeof(*m->sure), TAGMODEL_NUMBERS,
			     NULL, err);
	if (!m->sure)
		return -1;
	for (size_t i = 0; i < m->count; i++) {
		const struct tagmodel_tag *t = &m->tags[i];
		bool good = t->n <= m->names.n && t->at <= m->names.n - t->n &&
			    t->kind < VOCABULARY_KINDS &&
			    t->implied_count <= VOCABULARY_IMPLIED;

		for (size_t k = 0; good && k < t->implied_count; k++)
			good = t->implied[k] < m->count;
		if (!good)
			return err_set(err, ERR_DATA, "model",
				       "tag %zu is not whole; fit the model "
				       "anew",
				       i);
	}
	for (size_t i = 0; i < TAGMODEL_NUMBERS; i++)
		if (!(m->sure[i] >= 0 && m->sure[i] <= 1))
			return err_set(err, ERR_DATA, "model",
				       "a confidence that is none; fit the "
				       "model anew");
	return 0;
}

struct span tagmodel_name(const struct tagmodel *m, uint32_t tag)
{
	return (struct span){ m->names.p + m->tags[tag].at, m->tags[tag].n };
}

static const struct term *find(const struct tagmodel *m, struct span words)
{
	const struct term *t = words.n ? terms_find(&m->words, words) : NULL;

	return t && t->id < m->count ? t : NULL;
}

size_t tagmodel_named(const struct tagmodel *m, struct span name,
		      struct tokens *tokens, struct str *scratch, uint32_t *out,
		      size_t most)
{
	const struct term *t;
	size_t n = 0, start = 0;

	vocabulary_key(name, tokens, scratch, NULL);
	t = find(m, span_str(scratch));
	if (t && most) {
		out[0] = t->id;
		return 1;
	}
	for (size_t i = 0; i <= name.n && n < most; i++) {
		if (i < name.n && !memchr(",;/&|", name.p[i], 5))
			continue;
		vocabulary_key((struct span){ name.p + start, i - start },
			       tokens, scratch, NULL);
		t = find(m, span_str(scratch));
		if (t)
			out[n++] = t->id;
		start = i + 1;
	}
	return n;
}

/* --- choosing --- */

struct choosing {
	struct tagmodel_choice at[CANDIDATES];
	size_t count;
};

static struct tagmodel_choice *tag_in(struct choosing *c, uint32_t tag,
				      unsigned source)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->at[i].tag == tag)
			return &c->at[i];
	if (c->count == CANDIDATES)
		return NULL;
	c->at[c->count] =
	    (struct tagmodel_choice){ .tag = tag, .source = source };
	return &c->at[c->count++];
}

/* A tag's weight is what its names weigh together. */
static void add(struct choosing *c, uint32_t tag, unsigned source,
		double weight)
{
	struct tagmodel_choice *t = tag_in(c, tag, source);

	if (!t)
		return;
	t->weight += weight;
	if (source == TAGMODEL_GENRE)
		t->source = source;
}

static bool listed(const struct ngrams *g, struct span text)
{
	for (size_t i = 0; g && i < g->count; i++)
		if (span_eq(g->at[i].text, text))
			return true;
	return false;
}

/* word is the first or the last of the pair. */
static bool part_of(struct span word, struct span pair)
{
	return pair.n > word.n &&
	       ((!memcmp(word.p, pair.p, word.n) && pair.p[word.n] == ' ') ||
		(!memcmp(word.p, pair.p + pair.n - word.n, word.n) &&
		 pair.p[pair.n - word.n - 1] == ' '));
}

/* How often a term stands for itself. */
static uint32_t times(const struct tagmodel *m, const struct ngrams *terms,
		      const struct ngram *g)
{
	uint32_t n = g->times;

	for (size_t i = 0; g->words == 1 && n && i < terms->count; i++) {
		const struct ngram *pair = &terms->at[i];

		if (pair->words == 2 && part_of(g->text, pair->text) &&
		    find(m, pair->text))
			n -= pair->times < n ? pair->times : n;
	}
	return n;
}

static void add_texts(const struct tagmodel *m, const struct ngrams *terms,
		      const struct ngrams * not, struct choosing *c)
{
	for (size_t i = 0; i < terms->count; i++) {
		const struct ngram *g = &terms->at[i];
		const struct term *t = find(m, g->text);
		uint32_t n;

		if (!t || !(t->value > 0) || listed(not, g->text))
			continue;
		n = times(m, terms, g);
		if (n)
			add(c, t->id, m->tags[t->id].kind,
			    (1 + log(n)) * (double)t->value);
	}
}

static int by_weight(const void *a, const void *b)
{
	const struct tagmodel_choice *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return (x->tag > y->tag) - (x->tag < y->tag);
}

static int by_sure(const void *a, const void *b)
{
	const struct tagmodel_choice *x = a, *y = b;

	if (x->sure != y->sure)
		return x->sure > y->sure ? -1 : 1;
	return by_weight(a, b);
}

/* What is implied, breadth first, each step by half the weight. */
static void add_implied(const struct tagmodel *m, struct choosing *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct tagmodel_tag *t = &m->tags[c->at[i].tag];
		double weight = implied_share * c->at[i].weight;

		for (size_t k = 0; k < t->implied_count; k++) {
			size_t before = c->count;
			struct tagmodel_choice *implied =
			    tag_in(c, t->implied[k], TAGMODEL_IMPLIED);

			if (implied && c->count > before)
				implied->weight = weight;
		}
	}
}

/* The best share that any of the clues gives a tag. */
static void add_likely(const struct tagmodel *m, const struct tagmodel_clues *k,
		       struct choosing *c)
{
	const struct taglikely_tag *tags;

	for (size_t i = 0; i < k->likely_count; i++) {
		size_t n = taglikely_find(&m->likely, k->likely[i], &tags);

		for (size_t j = 0; j < n; j++) {
			struct tagmodel_choice *t =
			    tag_in(c, tags[j].tag, TAGMODEL_LIKELY);

			if (t)
				t->share =
				    fmax(t->share, (double)tags[j].share);
		}
	}
}

/* Two reasons are independent of each other. */
static void set_sure(const struct tagmodel *m, struct tagmodel_choice *t)
{
	double told =
	    t->source == TAGMODEL_LIKELY ? 0 : (double)m->sure[t->source];

	t->sure =
	    1 - (1 - told) * (1 - t->share * (double)m->sure[TAGMODEL_LIKELY]);
}

size_t tagmodel_choose(const struct tagmodel *m,
		       const struct tagmodel_clues *clues,
		       struct tagmodel_choice out[TAGMODEL_MOST])
{
	struct choosing c = { .count = 0 };
	double best = 1;
	size_t n = 0;

	add_texts(m, clues->terms, clues->not, &c);
	for (size_t i = 0; i < c.count; i++)
		best = fmax(best, c.at[i].weight);
	for (size_t i = 0; i < clues->genres; i++)
		if (clues->genre[i] < m->count)
			add(&c, clues->genre[i], TAGMODEL_GENRE, best);
	add_implied(m, &c);
	qsort(c.at, c.count, sizeof(*c.at), by_weight);
	while (n < c.count &&
	       (n < TAGMODEL_LEAST || c.at[n].weight >= c.at[0].weight / 2))
		n++;
	c.count = n;
	n = 0;
	add_likely(m, clues, &c);
	for (size_t i = 0; i < c.count; i++)
		set_sure(m, &c.at[i]);
	qsort(c.at, c.count, sizeof(*c.at), by_sure);
	for (size_t i = 0; i < c.count && n < TAGMODEL_MOST; i++)
		if (c.at[i].source < TAGMODEL_GENRE ||
		    c.at[i].sure >= (double)m->sure[TAGMODEL_ASKED])
			out[n++] = c.at[i];
	return n;
}
