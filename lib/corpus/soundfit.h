/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fitting of soundmodel.h. */
#ifndef MOODPIPE_SOUNDFIT_H
#define MOODPIPE_SOUNDFIT_H

#include "corpus/soundmodel.h"

struct soundfit;
/* columns of the sound rows, dims of the text vectors and their recipe (NULL:
 * no text). The model is the same for any number of threads. */
struct soundfit *soundfit_new(const struct feat_schema *sound,
			      const struct feat_schema *text, int threads);
void soundfit_free(struct soundfit *f);
/* A measured track: values[columns], a unit text vector[dims] or NULL, the
 * genre's key (genremodel.h; n == 0: none), what its metadata say. */
void soundfit_add(struct soundfit *f, uint64_t key, const float *values,
		  const float *text, struct span genre,
		  const float meta[SOUNDMETA_COUNT]);
/* Evaluates on a tenth, fits on all, writes the sections. report (replaced)
 * says in a few lines how well the held-out tenth was met. */
int soundfit_write(struct soundfit *f, struct pack_writer *w,
		   struct str *report, struct err *err);

#endif
