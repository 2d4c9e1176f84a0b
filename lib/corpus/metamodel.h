/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model of "impute meta": genres (genremodel.h) and tags (tagmodel.h) in
 * one pack of kind "moodmeta", and its application to a record.
 */
#ifndef MOODPIPE_METAMODEL_H
#define MOODPIPE_METAMODEL_H

#include "corpus/metatext.h"
#include "io/record.h"

#define METAMODEL_KIND "moodmeta"
#define METAMODEL_VERSION 2

struct metamodel {
	struct pack *pack;
	struct genremodel genres;
	struct tagmodel tags;
};
int metamodel_open(struct metamodel *m, const char *path, struct err *err);
void metamodel_close(struct metamodel *m); /* a zeroed model is fine */

/*
 * Sets "imputed" to what is absent from the source and can be guessed:
 * genre (methods of genremodel.h), tags of the vocabulary ("tf-idf"; no
 * text having any, "genre"; else "association": what such tracks mostly have), description ("vibe-text": the vibe text itself; "template":
 * "A {genre} track by {artist} from {year}", with what is known of the three; a
 * genre counts as known from confidence 0.3 on, the most common one never).
 * Other members of "imputed", and these three by other methods (heal's), stay.
 * -1: the features of the sound cannot be read (metatext_open).
 */
int metamodel_impute(const struct metamodel *m, struct metatext *t,
		     struct record *r, struct err *err);

#endif
