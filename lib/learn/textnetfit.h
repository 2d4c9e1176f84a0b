/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fitting a member of a network of texts (textnet.h) by stochastic gradients:
 * the linear rows one text at a time by Adagrad (Duchi et al. 2011), the
 * vectors of words by Adagrad with one step size a row, all else by AdamW
 * (Loshchilov & Hutter 2019) over batches. Losses: labels binary and classes
 * multinomial cross entropy (of shares), regressions squared in deviations,
 * its gradient bounded at two. Deterministic from the seed.
 */
#ifndef MOODPIPE_TEXTNETFIT_H
#define MOODPIPE_TEXTNETFIT_H

#include "learn/textdata.h"
#include "learn/textnetformat.h"

enum textnet_schedule { TEXTNET_LINEAR, TEXTNET_COSINE, TEXTNET_CONSTANT };

struct textnetfit_options {
	struct textnet_shape shape;
	int epochs;
	int patience; /* epochs without gain on what is held out; 0: never stop
			 early */
	int stop;     /* after so many of the epochs; 0: after all */
	enum textnet_schedule schedule; /* of all rates, towards 0 */
	double warmup;                  /* share of the steps, rates rising */
	int batch;
	double rate, decay; /* AdamW's */
	double wide_rate, wide_start, wide_decay, wide_dropout;
	double row_rate, row_start, row_spread; /* spread: of first values */
	double token_dropout, pool_dropout, hidden_dropout;
	uint64_t seed;
};
extern const struct textnetfit_options textnetfit_wide, textnetfit_deep;

struct textnetfit_progress { /* after an epoch */
	int epoch;           /* from 1 */
	double loss, held;   /* means over texts; held NAN: none */
};
typedef void textnetfit_report(void *ctx, const struct textnetfit_progress *p);

struct textnetfit_member {
	struct textnet_shape shape;
	struct str wide, deep; /* rowtables; empty where it has none */
	float *numbers;        /* [textnet_layout().count] */
	int epochs;            /* run, or those of the best */
};

/* Fits on the texts whose fold is not `held`; fold: [labelled->count], held -1:
 * all. The heads' mean, deviation, weight and balance count. report may be
 * NULL. */
void textnetfit_member(const struct textdata *d, const struct textheads *heads,
		       const uint8_t *fold, int held,
		       const struct textnetfit_options *o,
		       textnetfit_report *report, void *ctx,
		       struct textnetfit_member *out);
void textnetfit_release(struct textnetfit_member *m);

/* Writes a model of these members; stack: of stacked columns, or NULL where
 * there are none yet (zeros: what is told is the mean). cues: the rows that
 * textcues_parse made. */
int textnetfit_write(const struct textdata *d, const struct textheads *heads,
		     const struct textcues *cues,
		     const struct textnetfit_member *members, size_t count,
		     const float *stack, FILE *out, uint8_t digest[HASH_SIZE],
		     struct err *err);

#endif
