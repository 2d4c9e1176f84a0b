/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Marked lists: an answer that a person edits and pipes back, man rerank(1).
 *
 *   # query: i miss my ex
 *   # filters.min_year: 2010
 *   ## + keeps a track, - drops it ...
 *   +  1  mp30997d7d56537a7507db  Artist - Title
 *      2  mp81f2a2a77cde0a21d5b7  Artist - Title
 *   -  .  mp5ba7aa0f6d1c2f3b9e11  Artist - Title
 *
 * "# name: value" is a member of the request, "name.inner: value" a member of
 * an object in it. A value that is JSON is taken as such, else as a string (the
 * query is always its words); a name that comes again makes a list. "##" is a
 * comment, and so is any other line with #. A track is a mark or none, its rank
 * (or a dot), its id, and text that nobody reads. Behind a mark may also stand
 * what else names a track: a URL, a path, "Artist - Title". In ids, bytes that
 * would be taken for something else are %XX.
 *
 * A list alone has all that is needed to ask again.
 */
#ifndef MOODPIPE_MARKS_H
#define MOODPIPE_MARKS_H

#include "base/err.h"
#include "base/str.h"

struct answer;

struct marks {                 /* zeroed is valid: an empty list */
	struct str query;      /* the words; may be empty */
	struct str members;    /* "name: value" lines, but for the query */
	struct str keep, drop; /* ids, or what else names a track; one a line */
	size_t kept, dropped, undecided; /* tracks */
};

void marks_release(struct marks *m);

/* Replaces *m by what the text says. Forgiven: a byte order mark, CR, blanks
 * at either end, other orders, missing lines and ranks, a mark without a blank
 * behind it, a track twice with one mark. -1, ERR_RECORD, with the line, what
 * is there and what to do: a line that is none of the above, a track that is
 * both kept and dropped, a second query, UTF-16, neither a query nor a
 * track. */
int marks_read(struct marks *m, struct span text, struct err *err);

/* Replaces *line by the list as a request (request_read): query, the members,
 * "keep" of those that are kept, "unlike" of those dropped, behind what the
 * member lines say of these. */
void marks_request(const struct marks *m, struct str *line);

/* Appends a's list. The members are those of the request that candidates bring
 * with them ("asked"); what it kept stands with its +, in the answer or behind
 * it, what it dropped at the end with its -. why: a comment under each track.
 * -1 as answer_json; ERR_RECORD: the request was refused, and a list without
 * its marks must not take the place of one that has them. */
int marks_put(const struct answer *a, bool why, struct str *out,
	      struct err *err);

#endif
