/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What train encoder keeps beside the hub's own files of a model with a head:
 * heads.json, its columns and thresholds, and wide inputs (encoderwide.h), whose
 * sums belong to the logits. Models of others have neither. man encoder(5).
 */
#ifndef MOODPIPE_ENCODERHEADS_H
#define MOODPIPE_ENCODERHEADS_H

#include "encoder/encoderwide.h"

struct encoderheads {            /* to release; read-only once open */
	struct textheads *heads; /* NULL: none */
	struct encoderwide *wide;
};
/* labels: columns that config.json tells. -1: ERR_ENV; ERR_DATA, also where
 * there are not so many columns. */
int encoderheads_open(struct encoderheads *h, const char *dir, size_t labels,
		      struct err *err);
void encoderheads_release(struct encoderheads *h);
/* Mixes what there is into a digest; leaves it where there is nothing. */
void encoderheads_digest(const struct encoderheads *h,
			 uint8_t digest[HASH_SIZE]);
/* The probability from which on column k, a label, is told; otherwise: where
 * heads.json says nothing. */
double encoderheads_threshold(const struct encoderheads *h, size_t k,
			      double otherwise);

#endif
