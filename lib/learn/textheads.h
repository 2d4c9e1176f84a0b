/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a network of texts tells (learn/textnet.h): heads, each a run of columns
 * of the network's output, with names, kind and calibration. Written as JSON
 * into a model and read from a configuration, man train(1).
 */
#ifndef MOODPIPE_TEXTHEADS_H
#define MOODPIPE_TEXTHEADS_H

#include "base/err.h"
#include "base/str.h"

#define TEXTHEADS_COLUMNS 64 /* in all */
#define TEXTHEADS_MOST 12
#define TEXTHEADS_NAME 24

enum texthead_kind {
	TEXTHEAD_LABELS,    /* any of several: a sigmoid each */
	TEXTHEAD_CLASS,     /* one of several: softmax */
	TEXTHEAD_REGRESSION /* a number each */
};

/* How logits become probabilities. */
enum texthead_calibration {
	TEXTHEAD_LOGISTIC,    /* a slope and offsets, the default */
	TEXTHEAD_TEMPERATURE, /* of classes: a slope */
	TEXTHEAD_ISOTONIC     /* of labels: a rising curve through knots */
};
#define TEXTHEADS_KNOTS 16

struct texthead {
	char name[TEXTHEADS_NAME];
	enum texthead_kind kind;
	size_t first, count; /* columns */
	char label[TEXTHEADS_COLUMNS][TEXTHEADS_NAME];
	double weight;  /* of the loss */
	double balance; /* classes weigh as their frequency to minus this */
	bool stacked;   /* a regression on all logits and cues follows */
	enum texthead_calibration calibration;
	size_t knots[TEXTHEADS_COLUMNS]; /* of each label's curve */
	double knot_x[TEXTHEADS_COLUMNS][TEXTHEADS_KNOTS];
	double knot_y[TEXTHEADS_COLUMNS][TEXTHEADS_KNOTS];
	/* Calibration, by column. Labels: p = sigmoid(slope z + offset), told
	 * where p >= threshold. Class: softmax of slope z + offset. Regression:
	 * mean + deviation z. */
	double slope[TEXTHEADS_COLUMNS], offset[TEXTHEADS_COLUMNS];
	double threshold[TEXTHEADS_COLUMNS];
	double mean[TEXTHEADS_COLUMNS], deviation[TEXTHEADS_COLUMNS];
	/* Regression: standard deviation of what is left, on folds. */
	double spread[TEXTHEADS_COLUMNS];
	double share[TEXTHEADS_COLUMNS]; /* of each label in training */
};

struct textheads {
	struct texthead head[TEXTHEADS_MOST];
	size_t count, columns;
};

/* Of a JSON array of {"name", "kind": "labels", "class" or "regression",
 * "labels": [names], and the members of above where there are some; "stacked"
 * of regressions only}. -1, ERR_DATA: also for members that are not known and
 * for numbers that no calibration has (beyond 1e9). */
int textheads_read(struct textheads *h, struct span json, struct err *err);
void textheads_write(const struct textheads *h, struct str *out);
/* NULL where there is none. */
const struct texthead *textheads_find(const struct textheads *h,
				      const char *name);
/* The probability of a head's label k, kind LABELS, by its calibration. */
double texthead_probability(const struct texthead *h, size_t k, double logit);
/* The label's number within the head, -1: none. */
int texthead_label(const struct texthead *h, struct span label);

#endif
