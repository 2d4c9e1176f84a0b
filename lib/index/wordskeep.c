/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/wordskeep.h"

#include <stdlib.h>

#include "base/mem.h"
#include "index/wordswork.h"

/* A dictionary from its first word to its last, each of them checked. */
struct walk {
	struct words_dict d;
	struct words_entry e;
	char last[WORDS_WORD_MAX];
	size_t last_n;
	uint64_t met, count;
};

int words_kept_damaged(struct err *err)
{
	return err_set(err, ERR_DATA, "artifact",
		       "word index: what was to be kept of it is damaged: "
		       "build it again from all texts");
}

void words_kept_release(struct words_kept *k)
{
	str_release(&k->words);
	free(k->begin);
	free(k->forms);
	words_run_release(&k->outline);
	*k = (struct words_kept){ 0 };
}

static struct span word_of(const struct walk *w)
{
	return (struct span){ w->e.word, w->e.n };
}

static struct walk walk(const struct words_view *v, bool forms)
{
	return (struct walk){
		.d = words_dict_of(v, forms),
		.count = forms ? v->header->forms : v->header->terms,
	};
}

/* 1: e is the next; 0: all were met; -1: damaged. */
static int step(struct walk *w)
{
	struct span none = { "", 0 };
	size_t page = w->met ? w->e.page : SIZE_MAX;

	if (w->met == w->count)
		return w->met ? words_dict_next(&w->d, &w->e) ? -1 : 0
			      : -(w->d.npages != 0);
	if (!(w->met ? words_dict_next(&w->d, &w->e)
		     : words_dict_seek(&w->d, none, &w->e)) ||
	    w->e.number != w->met + 1 ||
	    (w->met &&
	     span_cmp(word_of(w), (struct span){ w->last, w->last_n }) <= 0) ||
	    (w->e.page != page &&
	     w->d.keys[w->e.page] != words_dict_key(word_of(w))))
		return -1;
	memcpy(w->last, w->e.word, w->e.n);
	w->last_n = w->e.n;
	w->met++;
	return 1;
}

static int outline(struct words_kept *k)
{
	const struct words_header *h = k->old.header;
	const uint64_t *lists =
	    (const void *)(k->old.base + h->parts[WORDS_LISTS].offset);
	struct walk w = walk(&k->old, false);
	int got;

	if (lists[0] || lists[h->terms] != h->parts[WORDS_POSTINGS].size)
		return -1;
	while ((got = step(&w)) > 0) {
		if (lists[w.e.term] > lists[w.e.term + 1])
			return -1;
		words_run_sample(&k->outline, word_of(&w), lists[w.e.term]);
	}
	k->outline.size = lists[h->terms];
	return got;
}

static int count_words(struct words_kept *k)
{
	uint64_t terms = k->old.header->terms;
	struct walk w = walk(&k->old, true);
	int got;

	while ((got = step(&w)) > 0) {
		if (w.e.term >= terms || w.e.form != k->forms[w.e.term])
			return -1;
		k->forms[w.e.term]++;
		k->begin[w.e.term + 2] += 1 + w.e.n;
	}
	for (uint64_t i = 1; i < terms + 2; i++)
		k->begin[i] += k->begin[i - 1];
	return got;
}

static int gather_words(struct words_kept *k)
{
	struct walk w = walk(&k->old, true);
	size_t n = k->begin[k->old.header->terms + 1];
	int got;

	str_reserve(&k->words, n);
	k->words.n = n;
	while ((got = step(&w)) > 0) {
		size_t *at = &k->begin[w.e.term + 1];

		k->words.p[*at] = (char)w.e.n; /* a number of one byte */
		memcpy(k->words.p + *at + 1, w.e.word, w.e.n);
		*at += 1 + w.e.n;
	}
	return got;
}

int words_kept_open(struct words_kept *k, const struct words_view *old,
		    const uint32_t *row_of, struct err *err)
{
	size_t terms = (size_t)old->header->terms;

	*k = (struct words_kept){ .old = *old, .row_of = row_of };
	k->begin = mem_zalloc(terms + 2, sizeof(*k->begin));
	k->forms = mem_zalloc(terms + 1, sizeof(*k->forms));
	if (outline(k) || count_words(k) || gather_words(k))
		return words_kept_damaged(err);
	return 0;
}
