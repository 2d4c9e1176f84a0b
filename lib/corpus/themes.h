/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a text is about: breakup, night, money (data/themes.tsv), for requests,
 * tags, descriptions and lyrics. By words: phrases of the table as phrases.h
 * finds them, each with its weight the first time and the logarithm of its
 * times more. In texts of more than THEMES_PLAIN words, where much is met by
 * chance, this evidence is divided by the root of words / THEMES_PLAIN. Evidence
 * e makes weight 1 - THEMES_DOUBT^e: one sure phrase 0.6, two 0.84.
 *
 * By vectors, where a model is at hand: each theme has the unit centroid of its
 * phrases; a theme that the words do not name is added where the cosine of its
 * centroid to the text's vector is at least THEMES_COSINE and at least
 * THEMES_STANDS_OUT standard deviations above the mean over all themes. It
 * weighs THEMES_VECTOR_MOST at most, less than the weakest phrase of a short
 * text.
 */
#ifndef MOODPIPE_THEMES_H
#define MOODPIPE_THEMES_H

#include "base/err.h"
#include "learn/textmodel.h"

#define THEMES_MAX 64           /* in a table */
#define THEMES_PHRASE_LEAST 0.4 /* weight of a phrase */
#define THEMES_DOUBT 0.4
#define THEMES_PLAIN 100
#define THEMES_COSINE 0.35
#define THEMES_STANDS_OUT 2.5
#define THEMES_VECTOR_MOST 0.3

struct themes;
/* Parses the table; name is for messages. Owns a copy. NULL: ERR_DATA. */
struct themes *themes_parse(struct span tsv, const char *name, struct err *err);
void themes_free(struct themes *t);
/* Replaces *out with t as bytes, and with the centroids of themes_vectors where
 * it was called with a model. */
void themes_compile(const struct themes *t, struct str *out);
/* Reads such bytes in place, which must outlive the result and be aligned to 8.
 * m is the model of the centroids, which must outlive the result, too; NULL, or
 * bytes without centroids: words only. Sizes and names are checked now, the
 * rest where it is used: other bytes than those of themes_compile give wrong
 * themes at worst. NULL: ERR_DATA. */
struct themes *themes_view(struct span bytes, const struct textmodel *m,
			   struct err *err);
size_t themes_count(const struct themes *t);
/* In the order of the table; lives as long as t. */
const char *themes_name(const struct themes *t, size_t theme);

/* Of parsed themes: computes the centroids with m, which themes_read uses from then on, and which
 * must outlive t or the next call; NULL: words only. Returns the themes that
 * the model knows a phrase of. */
size_t themes_vectors(struct themes *t, const struct textmodel *m);

enum theme_by { THEME_BY_WORDS, THEME_BY_VECTOR };
struct theme_hit {
	const char *name; /* lives as long as the themes */
	float weight;     /* (0, 1] */
	enum theme_by by;
};
/* Up to max themes of text, by weight, then by name; returns how many. Any
 * number of threads may share t. */
size_t themes_read(const struct themes *t, struct span text,
		   struct theme_hit *hits, size_t max);
/* Appends [{"name":"night","weight":0.6}, ...]; a hit by vector has a member
 * "by":"vector", too. */
void themes_json(const struct theme_hit *hits, size_t n, struct str *out);

#endif
