/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Training a network of texts from a configuration (textconfig.h):
 * reads the labelled texts, fits every member on all folds but one and on
 * everything, calibrates on what the folds were not shown, and writes the
 * model. The same texts, configuration and seed give the same bytes for any
 * number of threads.
 *
 * Texts are put into folds by the hash of their group, so that equal texts stay together.
 * Stacked heads learn, by ridge regression, from the logits of all columns and
 * the cues of texts the networks were not shown. Checks are read at the end.
 */
#ifndef MOODPIPE_TEXTTRAIN_H
#define MOODPIPE_TEXTTRAIN_H

#include <stdio.h>

#include "base/hash.h"
#include "io/mlruns.h"

struct texttrain_options {
	const char *config;  /* file */
	const char *cues;    /* table of word lists (textcues.h), or a model
			     * whose table is taken */
	const char *sources; /* folder of the sources */
	int threads;
	/* Called with lines on how it goes; may be NULL. */
	void (*tell)(void *ctx, const char *line);
	void *ctx;
};

/* Writes the model to out (seekable) and appends the figures of the folds
 * ("folds") and of each check to report: lines "set TAB name TAB value". Logs
 * parameters and figures to run. */
int texttrain(const struct texttrain_options *o, FILE *out, struct str *report,
	      struct mlrun *run, uint8_t digest[HASH_SIZE], struct err *err);

#endif
