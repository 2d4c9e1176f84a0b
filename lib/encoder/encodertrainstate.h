/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a training stands, in one file that is replaced by rename: what moved
 * (values, moments, the best values so far), and what is counted. A training
 * that was killed goes on from the last such file to the same bytes as one that
 * never was. man encoder(5) has its layout.
 */
#ifndef MOODPIPE_ENCODERTRAINSTATE_H
#define MOODPIPE_ENCODERTRAINSTATE_H

#include "base/hash.h"
#include "encoder/parameters.h"

struct encodertrain_epoch { /* figures of a finished one */
	double loss, held;  /* NaN: nothing is kept aside */
	double figure;      /* of what is kept aside: told right, nearest */
	double rows;
};

struct encodertrainstate {         /* to release */
	uint8_t digest[HASH_SIZE]; /* of configuration, texts and base */
	uint64_t step;             /* steps done */
	uint64_t epoch, position;  /* next row of the epoch's order */
	double loss, rows;         /* sums of the epoch so far */
	uint64_t best;             /* the best epoch, from 1; 0: none */
	uint64_t done;             /* 1: training is over */
	struct encodertrain_epoch *epochs;
	size_t count, cap;
	float *best_values; /* of trained parameters, in order; NULL: none */
};
void encodertrainstate_release(struct encodertrainstate *s);

/* Copies the values of trained parameters to best_values, or back. */
void encodertrainstate_keep(struct encodertrainstate *s,
			    const struct parameters *p);
void encodertrainstate_restore(const struct encodertrainstate *s,
			       const struct parameters *p);

/* -1, ERR_ENV. */
int encodertrainstate_write(const struct encodertrainstate *s,
			    const struct parameters *p, const char *path,
			    struct err *err);
/* 1, or 0 where there is no such file. s->digest says which training's is
 * wanted. -1: ERR_ENV; ERR_DATA, another training's, or broken. */
int encodertrainstate_read(struct encodertrainstate *s,
			   const struct parameters *p, const char *path,
			   struct err *err);

#endif
