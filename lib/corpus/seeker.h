/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a request to its candidates: what it wants (intent.h), the tracks that it
 * names (references.h), more or less of what (aspects.h), the filters in its
 * words merged into its own, the retrievals. Where no track passes the filters
 * of the words, these are taken as words; where there is nothing to go by, or no
 * mood and no track that has a word of it, the most played tracks are
 * candidates, and a hint says so. A journey: course.h.
 */
#ifndef MOODPIPE_SEEKER_H
#define MOODPIPE_SEEKER_H

#include "corpus/references.h"
#include "corpus/retrieval.h"
#include "corpus/understood.h"

struct seeker {
	const struct generation *g;
	const struct weights *weights;
	const struct understood_models *models;
	struct retrieval_limits limits;
	struct retrieval *retrieval;
	struct whois *who;
	struct aspects aspects; /* read when they are asked for */
	bool aspects_open;
	struct intent intent;
	/* of the request at hand */
	struct likeness like, kept, unlike;
	struct aspects_asked asked;
	struct aspects_aim aim;
	struct references references;
	struct str notes; /* what tracks were named, JSON objects */
};
/* All must outlive *s; words may be NULL. For one thread. */
void seeker_init(struct seeker *s, const struct generation *g,
		 const struct weights *w, const struct understood_models *m,
		 struct querytext *words, struct retrieval_limits limits);
void seeker_release(struct seeker *s); /* a zeroed one is valid */

/* Fills *found, which is reset but for query and qid; *r gets the filters of its
 * words. -1, ERR_RECORD: the request cannot be answered, it names what is not
 * there; else as retrieval_run. */
int seeker_run(struct seeker *s, struct request *r, struct candidates *found,
	       struct err *err);

/* The mood that words ask for. */
struct requestmood seeker_mood(struct seeker *s, struct span words);

/* What one place of a journey asks: seeker_run of a request without one, of at
 * most `most` candidates (0: as the limits say). */
struct seeker_place {
	const struct likeness *like; /* in place of tracks that are named */
	size_t most;
	const uint32_t *keep; /* rows to stay in the answer, too */
	size_t keep_count;
};
int seeker_find(struct seeker *s, struct request *r,
		const struct seeker_place *place, struct candidates *found,
		struct err *err);

#endif
