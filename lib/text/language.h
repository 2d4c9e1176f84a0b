/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which language a text is in, or that it cannot be told. A script that only
 * one language of note uses decides alone; for the others (Latin, Cyrillic,
 * Arabic, Devanagari) n-grams do (profiles.h), where the text is long enough.
 * Of languages within 3 % of the nearest the frequent words must choose, and an
 * answer is not given where the text has a letter that the language has not. At
 * most LANGUAGE_LOOKED bytes of a text are looked at, and LANGUAGE_USED of what
 * is left of them after addresses, numbers, @names and #tags.
 */
#ifndef MOODPIPE_LANGUAGE_H
#define MOODPIPE_LANGUAGE_H

#include "base/err.h"
#include "base/str.h"

#define LANGUAGE_LOOKED 2000
#define LANGUAGE_USED 240
#define LANGUAGE_UNKNOWN "unknown"

struct profiles;
/* The models (profiles.h) that conf lists, from where the package
 * libexttextcat-data has them; any number of threads may share them. NULL:
 * ERR_ENV or ERR_DATA. */
struct profiles *language_profiles(const char *conf, struct err *err);

struct language; /* for one thread at a time */
struct language *language_new(const struct profiles *profiles);
void language_free(struct language *l);

/* A code ("en"), or LANGUAGE_UNKNOWN, that lives as long as the profiles. The
 * text need not be UTF-8. */
const char *language_of(struct language *l, struct span text);

#endif
