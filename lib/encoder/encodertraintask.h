/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an encoder is trained to do, one batch at a time: the loss of its rows
 * and, in training, its gradient in all parameters that move.
 */
#ifndef MOODPIPE_ENCODERTRAINTASK_H
#define MOODPIPE_ENCODERTRAINTASK_H

#include "encoder/encodertraindata.h"
#include "encoder/maskwords.h"

struct encodertraintask_told { /* sums over rows, or masked words */
	double loss;
	double count; /* of rows, or masked words */
	double hits;  /* pairs whose own is the nearest, words told right */
};

struct encodertraintask { /* to release; the rest is the caller's */
	const struct encodertrain_config *config;
	const struct encoder_config *model;
	const struct encodertraindata *data;
	struct encoderpass *pass;
	struct parameter *wide; /* [inputs][columns], or NULL */
	float class_weight[TEXTHEADS_COLUMNS];
	enum encoder_pooling pooling; /* of pairs */
	struct maskwords mask;
	struct subword *tokens;
	size_t *start, *places;
	int32_t *was;
	float *outputs, *gradients, *states;
	size_t token_cap, start_cap, place_cap, was_cap, output_cap;
	size_t gradient_cap, state_cap;
};
void encodertraintask_release(struct encodertraintask *t);

/* Rows that are rare weigh more where a head's balance says so. */
void encodertraintask_weigh(struct encodertraintask *t);

/* Adds to *told the loss of rows[n], and with train to the gradients, as sums
 * over the rows. seed: of dropout and masks; the same gives the same. logits:
 * NULL, or becomes those of heads, [n][columns]. -1: ERR_DATA, ERR_RECORD. */
int encodertraintask_run(struct encodertraintask *t, const uint32_t *rows,
			 size_t n, bool train, uint64_t seed, float *logits,
			 struct encodertraintask_told *told, struct err *err);

#endif
