/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text model as what is known before a corpus is read. Its truncated
 * decomposition stands for the texts it was fitted on: beside a corpus' own
 * texts, each component is one more text, a row of sigma V', which holds every
 * term (updating a latent semantic index: Zha & Simon 1999). So a word that the
 * corpus lacks gets a place among the corpus' words, and one that it has in few
 * texts leans on the model.
 */
#ifndef MOODPIPE_TEXTPRIOR_H
#define MOODPIPE_TEXTPRIOR_H

#include "io/pack.h"
#include "learn/textmodel.h"

struct textprior_term {
	uint64_t hash;
	double texts;         /* that hold it */
	struct span spelling; /* in the pack's mapping; n == 0: none */
};

struct textprior;
/* A view of p (a model), which must outlive it. NULL, ERR_DATA: missing or
 * inconsistent sections. */
struct textprior *textprior_open(const struct pack *p, struct err *err);
void textprior_free(struct textprior *t);

size_t textprior_count(const struct textprior *t);
/* The texts that the model was fitted on. */
double textprior_texts(const struct textprior *t);
const struct textprior_term *textprior_term(const struct textprior *t,
					    size_t i);
/* out = row i of V sigma, for texts of unit length under the model's idf. */
void textprior_row(const struct textprior *t, size_t i,
		   float out[TEXTMODEL_DIM]);
/* ln(1 + texts / a term's texts) */
double textprior_idf(double texts, double term_texts);

#endif
