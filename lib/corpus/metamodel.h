/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model of "impute meta": genres (genremodel.h) and tags (tagmodel.h) in
 * one pack of kind "moodmeta", and its application to a record.
 */
#ifndef MOODPIPE_METAMODEL_H
#define MOODPIPE_METAMODEL_H

#include "corpus/genremodel.h"
#include "corpus/tagmodel.h"
#include "io/record.h"

#define METAMODEL_KIND "moodmeta"
#define METAMODEL_VERSION 1

/* What is read of a record, and scratch; one per thread. Zeroed: valid. */
struct metatext;
struct metatext *metatext_new(void);
void metatext_free(struct metatext *t);

struct metamodel_fit;
/* stop must outlive the fit. */
struct metamodel_fit *metamodel_fit_new(const struct stoplist *stop,
					size_t memory);
void metamodel_fit_free(struct metamodel_fit *f);
int metamodel_fit_each(void *ctx, struct record *r, struct err *err);
int metamodel_fit_write(struct metamodel_fit *f, const char *path,
			struct err *err);

struct metamodel {
	struct pack *pack;
	struct genremodel genres;
	struct terms tags;
};
int metamodel_open(struct metamodel *m, const char *path, struct err *err);
void metamodel_close(struct metamodel *m); /* a zeroed model is fine */

/*
 * Sets "imputed" to what is absent from the source and can be guessed:
 * genre (methods of genremodel.h), tags ("tf-idf"), description ("vibe-text":
 * the vibe text itself; "template": "A {genre} track by {artist} from {year}",
 * with what is known of the three; a genre counts as known from confidence 0.3
 * on, the most common one never).
 * Other members of "imputed", and these three by other methods (heal's), stay.
 */
void metamodel_impute(const struct metamodel *m, struct metatext *t,
		      struct record *r);

#endif
