/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A summary as a page of its own, data/report.html with everything inside: the
 * figures, how links survive, and the map of moods (moodplotpage.h) in a frame.
 * Nothing is fetched from anywhere.
 */
#ifndef MOODPIPE_REPORTPAGE_H
#define MOODPIPE_REPORTPAGE_H

#include "corpus/overview.h"
#include "io/options.h"

struct reportpage {
	const struct overview *summary;
	const char *survival;     /* table of linkcheck --report; NULL: none */
	struct option_list moods; /* feature files; none: no map */
	struct option_list vectors; /* of sound; may be none */
	char **records;             /* files that name the tracks */
	int record_count;
};

#define REPORTPAGE_TRACKS 100000 /* on the map, at most */

/* Appends the page. -1: ERR_ENV, ERR_DATA. */
int reportpage(const struct reportpage *p, struct str *out, struct err *err);

#endif
