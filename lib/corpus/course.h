/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The course of a journey: from the stations that a request names, two tracks
 * (or moods) or several in words ("sad -> hopeful -> energetic"), to the places
 * on the way, and the candidates of each. Between two stations there are places
 * whose mood and sound lie between theirs; in words they ask as the nearer one.
 * A request that says but how long it is to last has one place.
 */
#ifndef MOODPIPE_COURSE_H
#define MOODPIPE_COURSE_H

#include "corpus/seeker.h"

#define COURSE_STATIONS 16
#define COURSE_ARROW "->" /* between stations, or U+2192 */

/* Fills *found with legs. *r is as it was. -1, ERR_RECORD: stations are missing
 * or too many, or one is neither a track nor tells a mood; else as
 * seeker_find. */
int course_run(struct seeker *s, const struct request *r,
	       struct candidates *found, struct err *err);

#endif
