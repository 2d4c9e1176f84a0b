/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textnearest.h"

#include "learn/textterms.h"
#include "math/topk.h"
#include "math/vector.h"

static const double least_share = 1 / 1000.0;

static void row_of(const struct textprior *p, size_t i,
		   float row[TEXTMODEL_DIM])
{
	textprior_row(p, i, row);
	row[0] = 0;
	vector_normalise(row, TEXTMODEL_DIM);
}

/* The sum of the rows of the text's terms, each as much as it tells. */
static void place(const struct textprior *p, const struct textterms *terms,
		  float sum[TEXTMODEL_DIM])
{
	double texts = textprior_texts(p);
	float row[TEXTMODEL_DIM];
	size_t i, j;

	memset(sum, 0, TEXTMODEL_DIM * sizeof(*sum));
	for (i = 0; i < textprior_count(p); i++)
		for (j = 0; j < terms->count; j++) {
			const struct textprior_term *t = textprior_term(p, i);

			if (t->hash != terms->items[j].hash)
				continue;
			textprior_row(p, i, row);
			row[0] = 0;
			vector_axpy(sum,
				    terms->items[j].weight *
					(float)textprior_idf(texts, t->texts),
				    row, TEXTMODEL_DIM);
		}
	vector_normalise(sum, TEXTMODEL_DIM);
}

/* Does the spelling hold a word of the terms? */
static bool shares_word(const struct textterms *terms, struct textterms *own,
			struct span spelling)
{
	size_t i, j;

	textterms_read(own, spelling);
	for (i = 0; i < own->count; i++)
		for (j = 0; j < terms->count; j++)
			if (own->items[i].hash == terms->items[j].hash)
				return true;
	return false;
}

int textnearest_find(const struct textprior *p, struct span text, int k,
		     struct textnearest_term *out)
{
	struct textterms terms = { 0 }, own = { 0 };
	float sum[TEXTMODEL_DIM], row[TEXTMODEL_DIM], cosine;
	struct topk best;
	size_t n = textprior_count(p), i;

	textterms_read(&terms, text);
	place(p, &terms, sum);
	topk_init(&best, (size_t)k);
	for (i = 0; i < n; i++) {
		const struct textprior_term *t = textprior_term(p, i);

		if (!t->spelling.n ||
		    t->texts < least_share * textprior_texts(p) ||
		    shares_word(&terms, &own, t->spelling))
			continue;
		row_of(p, i, row);
		cosine = vector_dot(row, sum, TEXTMODEL_DIM);
		if (cosine > 0)
			topk_offer(&best, cosine, (uint32_t)i);
	}
	n = topk_sort(&best);
	for (i = 0; i < n; i++)
		out[i] = (struct textnearest_term){
			textprior_term(p, best.items[i].index)->spelling,
			best.items[i].score
		};
	topk_release(&best);
	textterms_release(&terms);
	textterms_release(&own);
	return (int)n;
}
