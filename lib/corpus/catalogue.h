/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Catalogues: services that know recordings, each described by a file of
 * data/sources, man sources(5): how it is asked (URL templates), where in its
 * JSON answers candidates and their members stand (jsonpath.h), and how alike
 * a candidate must be (match.h). No network here.
 */
#ifndef MOODPIPE_CATALOGUE_H
#define MOODPIPE_CATALOGUE_H

#include "corpus/match.h"
#include "io/doc.h"

#define CATALOGUE_STEPS 2
#define CATALOGUE_NAME 40
#define CATALOGUES 32        /* at most */
#define CATALOGUE_FOLLOWED 5 /* candidates of step 0, at most */

enum catalogue_kind { CATALOGUE_LINK, CATALOGUE_METADATA, CATALOGUE_LYRICS };

enum catalogue_field {
	CATALOGUE_TITLE,
	CATALOGUE_ARTIST,
	CATALOGUE_ALBUM,
	CATALOGUE_VERSION,
	CATALOGUE_DURATION,
	CATALOGUE_GENRE,
	CATALOGUE_TAGS,
	CATALOGUE_YEAR,
	CATALOGUE_LICENSE,
	CATALOGUE_LYRICS_TEXT,
	CATALOGUE_FIELDS
};

struct catalogue_step { /* strings and documents are the catalogue's */
	const char *url, *list, *link;
	const struct doc *fields[CATALOGUE_FIELDS]; /* path, or several */
	const struct doc *require;                  /* path: text or texts */
	double unit;                                /* seconds */
};

struct catalogue {
	char name[CATALOGUE_NAME];
	enum catalogue_kind kind;
	double order;      /* of equal answers the lower one's counts */
	double rate;       /* requests a second */
	const char *agent; /* template of {agent} and {contact}; or NULL */
	int days;          /* until what was not found is asked for again */
	int followed;      /* candidates of step 0 that step 1 asks for */
	size_t limit;      /* bytes of an answer */
	struct match_rule rule;
	struct catalogue_step steps[CATALOGUE_STEPS];
	int nsteps;
	struct doc *doc;
};

struct catalogues {
	struct catalogue at[CATALOGUES]; /* by order, then name */
	int count;
};

/* All *.json of a folder. -1: ERR_DATA, naming file and member; ERR_ENV. */
int catalogues_load(struct catalogues *c, const char *folder, struct err *err);
void catalogues_release(struct catalogues *c);
const struct catalogue *catalogues_find(const struct catalogues *c,
					struct span name);

/* Values of {key.NAME} and the like: NAME=VALUE items, else the environment. */
struct catalogue_keys {
	const char *const *items;
	size_t count;
	const char *contact; /* or NULL */
};
/* True where all that c's templates need is there; else *missing says what
 * ("JAMENDO_CLIENT_ID", "contact"). */
bool catalogue_ready(const struct catalogue *c, const struct catalogue_keys *k,
		     struct str *missing);
/* Replaces *out with the user agent. */
void catalogue_agent(const struct catalogue *c, const struct catalogue_keys *k,
		     const char *agent, struct str *out);

struct catalogue_question {
	struct span title, artist, album; /* as match_question gives them */
	double duration;
};
/* Replaces *out with the URL of a step; parent: the candidate of step 0 that
 * step 1 asks for (raw JSON). false: the question lacks what it takes. */
bool catalogue_url(const struct catalogue *c, int step,
		   const struct catalogue_question *q, struct span parent,
		   const struct catalogue_keys *k, struct str *out);

struct catalogue_candidate { /* zeroed before first use, then reused */
	struct str text[CATALOGUE_FIELDS]; /* tags: in lines */
	struct str link;
	double duration; /* seconds, 0 unknown */
	struct span raw; /* in the answer */
};
void catalogue_candidate_release(struct catalogue_candidate *c);

/* Calls each() for every candidate of an answer that has a title and what the
 * step requires: 0 go on, 1 enough. -1: the answer is not JSON. */
int catalogue_read(const struct catalogue *c, int step, struct span answer,
		   struct span parent, struct catalogue_candidate *scratch,
		   void *ctx,
		   int (*each)(void *ctx, struct catalogue_candidate *x),
		   struct err *err);

#endif
