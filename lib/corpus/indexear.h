/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an index hears files with that are not in its corpus (guest.h): the
 * model of its components of sound, the middle of its moods, and the versions
 * of the columns that it was measured by. All or nothing but the middle, which
 * moods may be without.
 */
#ifndef MOODPIPE_INDEXEAR_H
#define MOODPIPE_INDEXEAR_H

#include "index/featset.h"
#include "learn/pca.h"

#define INDEXEAR_CENTRE "centre"         /* sections: a table, moodcentre.h */
#define INDEXEAR_COLUMNS "sound.columns" /* lines of name, tab, version */

struct indexear {           /* zeroed: none; release it also after a failure */
	struct pack *model; /* NULL: that of the base, if any */
	struct str centre, columns; /* likewise */
	const struct pack *base;
};
struct indexear_paths { /* NULL: none, or the base's */
	const char *model, *centre;
};
/* sound: the feature files that are measured by, or NULL; audio_recipe: of the
 * vectors of components, in hex, or ""; base: of the index that is updated,
 * which must outlive *e, or NULL. -1: ERR_USAGE; ERR_ENV; ERR_DATA: the model
 * did not make the vectors, or knows other columns. */
int indexear_open(struct indexear *e, const struct indexear_paths *paths,
		  const struct featset *sound, const char *audio_recipe,
		  const struct pack *base, struct err *err);
void indexear_release(struct indexear *e);

int indexear_write(const struct indexear *e, struct pack_writer *pw,
		   struct err *err);

/* The same of an index: NULL, *err untouched: it has none. Free with pca_free.
 * NULL with ERR_DATA: damaged. */
struct pca *indexear_model(const struct pack *p, struct err *err);
/* Whether what there is can be read. */
int indexear_check(const struct pack *p, struct err *err);
/* Whether rows of s are measured as the index was: all of its columns are
 * there, in the same version. *name: the first that is not; valid as long as
 * p. */
bool indexear_same(const struct pack *p, const struct feat_schema *s,
		   struct span *name);

#endif
