/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/maskwords.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/rowwise.h"

static bool begins(struct span s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && !memcmp(s.p, with, n);
}

/* How the vocabulary says where words begin or go on. */
static void find_pieces(struct maskwords *m, const struct tokenizer *t)
{
	static const char *const marks[] = { "##", "\xc4\xa0" /* byte level */,
					     "\xe2\x96\x81" /* unigram */ };
	size_t counts[3] = { 0 }, most = 0;

	for (size_t i = 0; i < m->vocabulary; i++)
		for (size_t k = 0; k < 3; k++)
			counts[k] +=
			    begins(tokenizer_spelling(t, (int32_t)i), marks[k]);
	for (size_t k = 1; k < 3; k++)
		if (counts[k] > counts[most])
			most = k;
	for (size_t i = 0; i < m->vocabulary && counts[most]; i++)
		m->continues[i] = begins(tokenizer_spelling(t, (int32_t)i),
					 marks[most]) == (most == 0);
}

int maskwords_init(struct maskwords *m, const struct tokenizer *t, double share,
		   bool whole, struct err *err)
{
	*m = (struct maskwords){ share, whole, -1, tokenizer_size(t),
				 NULL,  NULL,  0 };
	m->mask = tokenizer_id(t, SPAN("[MASK]"));
	if (m->mask < 0)
		m->mask = tokenizer_id(t, SPAN("<mask>"));
	if (m->mask < 0)
		return err_set(err, ERR_DATA, "tokenizer",
			       "the vocabulary has no [MASK] or <mask>, which "
			       "masked words need");
	m->continues = mem_zalloc(m->vocabulary + 1, sizeof(*m->continues));
	find_pieces(m, t);
	return 0;
}

void maskwords_release(struct maskwords *m)
{
	free(m->continues);
	free(m->scratch);
	*m = (struct maskwords){ 0 };
}

static void mask_one(const struct maskwords *m, struct random *r,
		     struct subword *t)
{
	uint64_t what = random_below(r, 10);

	if (what < 8)
		t->id = m->mask;
	else if (what == 8)
		t->id = (int32_t)random_below(r, m->vocabulary);
}

/* First tokens of words to scratch; returns their number. */
static size_t find_words(struct maskwords *m, const struct subword *tokens,
			 size_t n)
{
	size_t words = 0;

	for (size_t i = 0; i < n; i++) {
		bool goes_on = m->whole && words && !tokens[i - 1].special &&
			       m->continues[tokens[i].id];

		if (!tokens[i].special && !goes_on)
			m->scratch[words++] = (uint32_t)i;
	}
	return words;
}

size_t maskwords_apply(struct maskwords *m, struct random *r,
		       struct subword *tokens, size_t n, size_t first,
		       size_t *places, int32_t *was)
{
	size_t words, wanted, taken = 0, count = 0, plain = 0;
	uint32_t *chosen;

	MEM_ROOM(m->scratch, 2 * n + 1, m->cap);
	chosen = m->scratch + n;
	memset(chosen, 0, n * sizeof(*chosen));
	words = find_words(m, tokens, n);
	for (size_t i = 0; i < n; i++)
		plain += !tokens[i].special;
	wanted = (size_t)rint(m->share * (double)plain);
	if (!wanted)
		wanted = 1;
	random_shuffle(r, m->scratch, words);
	for (size_t w = 0; w < words && taken < wanted; w++) {
		size_t i = m->scratch[w];

		do {
			chosen[i++] = 1;
			taken++;
		} while (m->whole && i < n && !tokens[i].special &&
			 m->continues[tokens[i].id]);
	}
	for (size_t i = 0; i < n; i++)
		if (chosen[i]) {
			places[count] = first + i;
			was[count++] = tokens[i].id;
			mask_one(m, r, &tokens[i]);
		}
	return count;
}

double maskwords_loss(float *logits, const int32_t *was, size_t n,
		      size_t vocabulary, size_t *hits)
{
	double loss = 0;

	for (size_t i = 0; i < n; i++) {
		float *p = logits + i * vocabulary, most;
		size_t k = (size_t)was[i];

		rowwise_softmax(p, vocabulary);
		most = p[0];
		for (size_t j = 1; j < vocabulary; j++)
			most = p[j] > most ? p[j] : most;
		*hits += p[k] == most;
		loss -= log(fmax((double)p[k], 1e-30));
		p[k] -= 1;
	}
	return loss;
}
