/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names and other things wanted or not in the words of a request: "songs like
 * X", "X-like"; "by X"; "without X", "no X", where X is an artist, a genre or
 * singing; languages. What is no name in the catalogue stays words, with a
 * warning where it can hardly have been anything else.
 */
#ifndef MOODPIPE_READNAMES_H
#define MOODPIPE_READNAMES_H

#include "corpus/asks.h"
#include "corpus/reading.h"
#include "corpus/whois.h"
#include "corpus/wish.h"

/* who: may be NULL, then nobody is known. Each marks the words it read. */
/* Adds tracks that answers are to be like. True: the request is framed so,
 * whether or not a name was found. */
bool readnames_like(struct reading *r, struct whois *who, struct asks *asks,
		    struct wish *wish);
void readnames_by(struct reading *r, struct whois *who, struct asks *asks);
/* Artists, genres and singing that are not wanted. */
void readnames_without(struct reading *r, struct whois *who, struct asks *asks,
		       struct wish *wish);
/* Languages that no track is known to be in are told, and stay words. */
void readnames_language(struct reading *r, const struct whois *who,
			struct asks *asks);

#endif
