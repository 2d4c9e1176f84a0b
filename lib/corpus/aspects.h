/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * More or less of an aspect, data/aspects.tsv: "like X, but more energetic and
 * with less vocals". An aspect is an axis that tracks have a place on. More of
 * it asks for tracks whose place is beyond that of what is asked for, whether
 * these are tracks or a mood, or else beyond the median of the index; mood and
 * texture that are searched for move along with it.
 */
#ifndef MOODPIPE_ASPECTS_H
#define MOODPIPE_ASPECTS_H

#include "corpus/likeness.h"
#include "corpus/wish.h"

enum aspect_axis {
	ASPECT_VALENCE,
	ASPECT_AROUSAL,
	ASPECT_TIMBRE, /* TIMBRE_AXES of them */
	ASPECT_TEMPO = ASPECT_TIMBRE + TIMBRE_AXES,
	ASPECT_POPULARITY,
	ASPECT_YEAR,
	ASPECT_VOCALS,
	ASPECT_AXES
};

struct aspects { /* zeroed: valid, of no words */
	float move[ASPECT_AXES], beyond[ASPECT_AXES];
	struct str words[ASPECT_AXES][2]; /* of the high end, the low one */
};
/* The shipped table. -1, ERR_DATA: not such a table. */
int aspects_load(struct aspects *t, struct err *err);
int aspects_parse(struct aspects *t, struct span tsv, const char *name,
		  struct err *err);
void aspects_release(struct aspects *t);

struct aspects_asked {
	int way[ASPECT_AXES]; /* 1 more, -1 less, 0: not asked */
};
/* Adds what a word asks more (1) or less (-1) of. -1, ERR_RECORD: no aspect is
 * called so; the message names those there are. */
int aspects_read(const struct aspects *t, struct span word, int way,
		 struct aspects_asked *asked, struct err *err);
bool aspects_any(const struct aspects_asked *asked);

struct aspects_aim { /* along the axes that are asked for */
	struct aspects_asked asked;
	float base[ASPECT_AXES], want[ASPECT_AXES], limit[ASPECT_AXES];
};
/* base: the facts of what is asked for, NaN where it has none: the median of
 * the index is taken, and where no track has any, the axis is not heeded, which
 * a line in told says. */
void aspects_aim(const struct aspects *t, const struct aspects_asked *asked,
		 const float base[LIKENESS_FACTS], const struct generation *g,
		 struct aspects_aim *aim, struct str *told);
/* Appends {"base":..,"want":..} of each axis by its name, as members. */
void aspects_put(const struct aspects_aim *aim, struct str *out);

bool aspects_moves_mood(const struct aspects_aim *aim);
bool aspects_demands(const struct aspects_aim *aim); /* apply has work */
/* What is wanted along an axis; otherwise where it is not asked for. */
float aspects_want(const struct aspects_aim *aim, enum aspect_axis axis,
		   float otherwise);
/* Textures and singing that are wanted. */
void aspects_wish(const struct aspects_aim *aim, struct wish *wish);
/* Takes away rows that are not beyond the limits, or of which that is not
 * known; an axis that would leave none is passed over, which a line in told
 * says. rows[g->count], 0 or 1, count of them 1; returns how many are left. */
size_t aspects_apply(const struct aspects_aim *aim, const struct generation *g,
		     uint8_t *rows, size_t count, struct str *told);

#endif
