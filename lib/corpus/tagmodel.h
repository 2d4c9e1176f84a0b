/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tags from texts: the tags of the vocabulary (vocabulary.h) whose names are the
 * terms (ngrams.h) of highest (1 + log tf) log(N / df), Salton & Buckley 1988;
 * the tags that the genre is a name of; what all those imply; and what the
 * artist, the genre or all tracks are mostly given (taglikely.h). Terms of the
 * corpus are matched with the vocabulary in fitting, typing errors forgiven, so
 * that applying looks words up and does no more.
 */
#ifndef MOODPIPE_TAGMODEL_H
#define MOODPIPE_TAGMODEL_H

#include "corpus/ngrams.h"
#include "corpus/stoplist.h"
#include "corpus/taglikely.h"
#include "corpus/terms.h"
#include "corpus/vocabulary.h"

#define TAGMODEL_WORDS 65536 /* terms that a model holds at most */
#define TAGMODEL_LEAST 5     /* tags wanted where there are as many */
#define TAGMODEL_MOST 10

/* Where a chosen tag is from: a text, by kind (enum vocabulary_kind); or */
enum {
	TAGMODEL_GENRE = VOCABULARY_KINDS, /* the genre */
	TAGMODEL_IMPLIED,                  /* another chosen tag */
	TAGMODEL_LIKELY,                   /* other tracks' tags */
	TAGMODEL_SOURCES,
	/* and in tagmodel.sure: how sure what is not of a text must be, */
	TAGMODEL_ASKED = TAGMODEL_SOURCES,
	TAGMODEL_NUMBERS
};

struct tagmodel_fit;
/* Both must outlive the fit. */
struct tagmodel_fit *tagmodel_fit_new(const struct stoplist *stop,
				      const struct vocabulary *words,
				      size_t memory);
void tagmodel_fit_free(struct tagmodel_fit *f);
/* One track's merged terms. */
int tagmodel_fit_add(struct tagmodel_fit *f, const struct ngrams *terms,
		     struct err *err);
/* A track with tags of its own: their ids (tagmodel_fit_tags), and the clues of
 * taglikely.h. held: it is not to speak in the first of two models. */
int tagmodel_fit_likely(struct tagmodel_fit *f, const uint64_t *clues,
			size_t clue_count, const uint32_t *tags,
			size_t tag_count, bool held, struct err *err);
/* The tags of the vocabulary that a list, one per line, has: each once. Returns
 * their number. */
size_t tagmodel_fit_tags(struct tagmodel_fit *f, struct span lines,
			 uint32_t *out, size_t most);
/* Writes the sections tag.*, but for tag.sure: once without what was held out,
 * once with. */
int tagmodel_fit_write(struct tagmodel_fit *f, bool held, struct pack_writer *w,
		       struct err *err);

struct tagmodel {           /* a view of a pack */
	struct terms words; /* id: tag; value: log(N / df) */
	const struct tagmodel_tag {
		uint32_t at, n; /* in names */
		uint32_t kind, implied_count;
		uint32_t implied[VOCABULARY_IMPLIED];
	} * tags;
	size_t count;
	struct span names;
	struct taglikely likely;
	/* [TAGMODEL_NUMBERS] share of such tags that held-out tracks had from
	 * their uploaders; of TAGMODEL_LIKELY what their shares are to be
	 * multiplied by. */
	const float *sure;
};
int tagmodel_open(struct tagmodel *m, const struct pack *p, struct err *err);
struct span tagmodel_name(const struct tagmodel *m, uint32_t tag);

/* What is known of a track. */
struct tagmodel_clues {
	const struct ngrams *terms; /* merged */
	const struct ngrams * not ; /* merged; terms left out; may be NULL */
	const uint32_t *genre;      /* tagmodel_named of it */
	size_t genres;
	const uint64_t *likely; /* clues of taglikely.h */
	size_t likely_count;
};

struct tagmodel_choice {
	uint32_t tag;
	unsigned source; /* the first of those that told it */
	double weight, share;
	double sure; /* how likely the uploader would have given it */
};
/* Fills up to TAGMODEL_MOST, surest first; returns their number. Words that
 * only stand in a pair that is a tag do not count. Beyond TAGMODEL_LEAST a tag
 * of text needs half the weight of the best. What is told by
 * the genre, implied, or of other tracks must be as sure as the model asks. */
size_t tagmodel_choose(const struct tagmodel *m,
		       const struct tagmodel_clues *clues,
		       struct tagmodel_choice out[TAGMODEL_MOST]);

/* The tags that a name stands for: of all of it or, where that is no tag, of
 * its parts between , ; / & and |. Returns their number, at most `most`. */
size_t tagmodel_named(const struct tagmodel *m, struct span name,
		      struct tokens *tokens, struct str *scratch, uint32_t *out,
		      size_t most);

#endif
