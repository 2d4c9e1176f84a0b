/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The encoder whose vectors an index is built of: that in a folder, found by
 * its recipe to have made the feature files, or that of the index that is
 * updated. Vectors of one with an index of another are refused.
 */
#ifndef MOODPIPE_INDEXENCODER_H
#define MOODPIPE_INDEXENCODER_H

#include "corpus/encodermark.h"
#include "index/featset.h"
#include "index/generation.h"

/* path: the folder, or NULL; text: feature files of embed text, or NULL; base:
 * the index that is updated, or NULL. *m becomes the encoder; m->dim 0: there is
 * none, vectors are of a pack. -1: as encoderfolder_open; ERR_DATA: text is not
 * of it, or it is not that of base; the message says what to do. */
int indexencoder_open(struct encodermark *m, const char *path,
		      const struct featset *text, const char *text_path,
		      const struct generation *base, struct err *err);

#endif
