/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration of a training run, a JSON object (man train(1)):
 *   {"name": "emotion", "about": "", "folds": 5, "seed": 1,
 *    "grams": {"wide_words": 3, ...},   numbers of struct textdata_options
 *    "heads": [textheads.h], "sources": [labelled.h],
 *    "members": [{"kind": "wide", ...}, {"kind": "deep", "dim": 32, ...}],
 *                                   numbers of struct textnetfit_options
 *    "ridge": 1500,                 of stacked regressions
 *    "checks": [{"name": "goemotions-dev", "sources": [...],
 *                "among": ["joy", ...]}]}   classes a check leaves to choose
 * A member that is not known is an error.
 */
#ifndef MOODPIPE_TEXTCONFIG_H
#define MOODPIPE_TEXTCONFIG_H

#include "learn/textnetfit.h"

struct textconfig { /* zeroed: valid */
	struct str text;
	struct span sources, checks; /* JSON arrays of text, or none */
	struct textheads heads;
	struct textdata_options grams;
	struct textnetfit_options options[TEXTNET_MEMBERS];
	size_t members;
	int folds;
	double seed, ridge;
};

/* -1: ERR_ENV, or ERR_DATA naming the file. */
int textconfig_read(struct textconfig *c, const char *path, struct err *err);
void textconfig_release(struct textconfig *c);

#endif
