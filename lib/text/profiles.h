/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text categorization by n-grams (Cavnar & Trenkle, 1994): the 400 most
 * frequent n-grams of 1 to 5 characters of a text, in order, are compared with
 * those of each language, and the sum of how far each is out of its place is
 * the distance. Reads the profiles of libexttextcat; as all of them are
 * searched at once, by n-gram, a text costs a tenth of what it does there.
 * Words are what blanks separate; "_" stands for their ends.
 */
#ifndef MOODPIPE_PROFILES_H
#define MOODPIPE_PROFILES_H

#include "base/err.h"
#include "base/hash.h"

#define PROFILES_MOST 64  /* languages */
#define PROFILES_NAME 16  /* bytes of a name, with NUL */
#define PROFILES_TEXT 512 /* bytes of a text that are looked at */

struct profiles; /* read-only once made: any thread */
/* conf: lines of a profile's file in dir, white space, the language's name; "#"
 * begins a comment line. NULL: ERR_ENV what cannot be read, ERR_DATA what is
 * malformed. */
struct profiles *profiles_new(const char *conf, const char *dir,
			      struct err *err);
void profiles_free(struct profiles *p);
/* Of all that answers depend on. */
void profiles_digest(const struct profiles *p, uint8_t out[HASH_SIZE]);

/* The names whose distance is within `margin` (1.03) of the least, nearest
 * first, at most `most`: how many. Text in lower case, with blanks between
 * words; none for a text without n-grams. */
int profiles_rank(const struct profiles *p, struct span text, double margin,
		  const char **names, int most);

#endif
