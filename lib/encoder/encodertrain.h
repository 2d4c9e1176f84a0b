/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Training an encoder from a configuration (encodertrainconfig.h): fine-tuning
 * one from the hub, wholly or by adapters of low rank, or pre-training a new one
 * from texts. The result is a folder in the hub's format; man encoder(5).
 *
 * The same texts, configuration, base and seed give the same bytes for any
 * number of threads, also when the process was killed and run again: its state
 * is kept in the folder's .training until the end.
 */
#ifndef MOODPIPE_ENCODERTRAIN_H
#define MOODPIPE_ENCODERTRAIN_H

#include "base/err.h"

struct encodertrain_options {
	const char *config;  /* file */
	const char *base;    /* folder of a model; NULL: the configuration's */
	const char *sources; /* folder of the sources */
	const char *cues;    /* word lists of wide inputs (textcues.h): a table,
				or a model that has them */
	const char *out;     /* folder */
	const char *runs;    /* mlruns.h; NULL: none */
	const char *report;  /* figures, lines "set TAB name TAB value"; NULL:
				standard output */
	bool merge;          /* write an adapter merged into its base */
	bool vocabulary;     /* only write the tokenizer of a new encoder */
	int threads;
	/* Called with lines on how it goes; may be NULL. */
	void (*tell)(void *ctx, const char *line);
	void *ctx;
};

/* -1: ERR_ENV, ERR_DATA; what is trained so far is kept. */
int encodertrain(const struct encodertrain_options *o, struct err *err);

#endif
