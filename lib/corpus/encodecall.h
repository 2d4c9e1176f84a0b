/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An encoder at arm's length: the program worker-encode, started beside ours,
 * opens a model's folder and answers. So query and rerank start as fast without
 * one, a model is opened while they do something else, and what takes too long
 * can be left. For one thread.
 */
#ifndef MOODPIPE_ENCODECALL_H
#define MOODPIPE_ENCODECALL_H

#include "base/err.h"
#include "base/str.h"

struct encodecall;

struct encodecall_model {
	const char *path;
	const char *precision; /* encoderprecision.h */
	/* The model that is to be there, in hex: its digest, and a stamp of its
	 * files that goes with it, so that it need not be read; NULL: any. */
	const char *stamp, *digest;
};

/* Starts it, and has the folder opened meanwhile. NULL, ERR_ENV: it cannot be
 * started. */
struct encodecall *encodecall_new(const struct encodecall_model *m,
				  struct err *err);
void encodecall_free(struct encodecall *c);

/* Waits for the folder to be open. -1: as sentence_open; ERR_DATA: another
 * model is there than was asked for (code "encoder"). Once failed, it fails
 * again in the same way. */
int encodecall_ready(struct encodecall *c, struct err *err);
size_t encodecall_dim(const struct encodecall *c);
size_t encodecall_labels(const struct encodecall *c);
const char *encodecall_name(const struct encodecall *c);

/* vector[dim] of a request, with the prefix for these. -1: ERR_ENV, the worker
 * is gone; else as sentence_vectors. */
int encodecall_query(struct encodecall *c, struct span text, float *vector,
		     struct err *err);
/* logits[count][labels] of pairs. 1: not done by the deadline (seconds of
 * progress_clock); the worker is then ended, and another one started. */
int encodecall_pairs(struct encodecall *c, struct span query,
		     const struct span *texts, size_t count, double deadline,
		     float *logits, struct err *err);

#endif
