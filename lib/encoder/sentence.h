/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts to vectors and to labels: tokenizer, encoder, pooling. A text that is
 * longer than the model takes is cut into windows, which overlap by an eighth,
 * and what they say is averaged, weighted by their tokens (before
 * normalisation; classes: over logits).
 */
#ifndef MOODPIPE_SENTENCE_H
#define MOODPIPE_SENTENCE_H

#include "encoder/encoder.h"

enum sentence_role { SENTENCE_PLAIN, SENTENCE_QUERY, SENTENCE_PASSAGE };

struct sentence_model; /* read-only: any thread */
/* path: a model's folder. NULL: ERR_ENV, ERR_DATA. */
struct sentence_model *sentence_open(const char *path,
				     enum linear_precision precision,
				     struct err *err);
void sentence_close(struct sentence_model *m);
const struct encoderfolder *sentence_folder(const struct sentence_model *m);
size_t sentence_dim(const struct sentence_model *m);

struct sentence_work; /* of one thread */
struct sentence_work *sentence_work_new(const struct sentence_model *m);
void sentence_work_free(struct sentence_work *w);

/* out[count][dim] of texts, with the prefix of their role. windows: NULL, or
 * becomes how many each was cut into ([count]). A text without a token has the
 * vector of its special tokens. -1, ERR_RECORD: not finite. */
int sentence_vectors(const struct sentence_model *m, struct sentence_work *w,
		     enum sentence_role role, const struct span *texts,
		     size_t count, float *out, unsigned *windows,
		     struct err *err);

/* logits[count][labels] of texts. */
int sentence_logits(const struct sentence_model *m, struct sentence_work *w,
		    const struct span *texts, size_t count, float *logits,
		    unsigned *windows, struct err *err);
/* logits[count][labels] of pairs (query, texts[i]): a cross-encoder's. The
 * longer of the two is cut where both do not fit. */
int sentence_pairs(const struct sentence_model *m, struct sentence_work *w,
		   struct span query, const struct span *texts, size_t count,
		   float *logits, struct err *err);

#endif
