/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A transformer encoder, applied: from tokens to hidden states, and on to what
 * its head says. Sequences of a batch lie one behind the other, without
 * padding: linear layers see all their rows, attention each by itself. So a
 * sequence's result is the same bits whatever stands beside it (f32, and int8
 * and bf16 on one machine), on any thread.
 */
#ifndef MOODPIPE_ENCODER_H
#define MOODPIPE_ENCODER_H

#include "encoder/encoderfolder.h"

struct encoder; /* read-only: any thread */
/* The layers of the folder, laid out for the kernels; f must outlive it (its
 * word table is read from its file by rows). Precision: of linear layers. */
struct encoder *encoder_new(const struct encoderfolder *f,
			    enum linear_precision precision, struct err *err);
void encoder_free(struct encoder *e);

struct encoder_batch {
	size_t sequences;
	const size_t *start; /* [sequences + 1], of tokens; none empty */
	const struct subword *token; /* ids and types count */
};

struct encoder_work; /* of one thread */
struct encoder_work *encoder_work_new(const struct encoder *e);
void encoder_work_free(struct encoder_work *w);

/* The last hidden states [tokens][hidden]; the work's, until its next use.
 * NULL, ERR_RECORD: an id beyond the vocabulary, a sequence longer than
 * tokens_max, or a state that is not finite. */
const float *encoder_apply(const struct encoder *e, struct encoder_work *w,
			   const struct encoder_batch *b, struct err *err);

/* Of each sequence's first token alone: [sequences][hidden], the same bits as
 * encoder_apply's, sooner. NULL as encoder_apply. */
const float *encoder_firsts(const struct encoder *e, struct encoder_work *w,
			    const struct encoder_batch *b, struct err *err);

/* The states after layer `layer` (0: the embeddings) are given to see before
 * the next; for tests and for who builds on inner layers. With encoder_firsts
 * the last are those it gives. */
typedef void encoder_watch(void *ctx, size_t layer, const float *states);
void encoder_watched(struct encoder_work *w, encoder_watch *watch, void *ctx);

/* logits[sequences][labels], of a folder with a classification head, as the
 * family computes it. -1 as encoder_apply. */
int encoder_classify(const struct encoder *e, struct encoder_work *w,
		     const struct encoder_batch *b, float *logits,
		     struct err *err);

#endif
