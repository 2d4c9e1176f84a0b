/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calibrating the heads of a network of texts on what it says of texts that it
 * was not shown: labels by Platt's logistic fit or an isotonic curve, with the thresholds of best
 * F1, classes by one slope and an offset each or by temperature, stacked regressions by ridge
 * regression on the logits of all columns and the cues.
 */
#ifndef MOODPIPE_TEXTCALIBRATE_H
#define MOODPIPE_TEXTCALIBRATE_H

#include "learn/labelled.h"
#include "learn/textcues.h"

/* logit[l->count][columns], cues[l->count][TEXTCUES]. Sets slope, offset and
 * threshold of the heads; *stack becomes the weights of the stacked columns
 * (textnetformat.h), to free. -1, ERR_DATA. */
int textcalibrate(struct textheads *heads, const struct labelled *l,
		  const float *logit, const float *cues, double ridge,
		  float **stack, struct err *err);

/* Sets the spreads: root mean squares of target - value[l->count][columns]. */
void textcalibrate_spread(struct textheads *heads, const struct labelled *l,
			  const float *value);

#endif
