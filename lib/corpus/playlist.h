/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers for people and for evaluation: an aligned table, a TREC run; and the
 * text that playlists for players (playlistfiles.h) have with them. Text from
 * the crawl is masked: control characters and those that reorder text become
 * U+FFFD, so that a title can neither drive a terminal nor forge a line.
 */
#ifndef MOODPIPE_PLAYLIST_H
#define MOODPIPE_PLAYLIST_H

#include "corpus/answer.h"

/* Each appends to out. number: the request's, from 1. why: a line of reasons
 * under each result. -1 as answer_json. */
int playlist_table(const struct answer *a, bool why, struct str *out,
		   struct err *err);
/* "qid Q0 track_id rank score tag"; qid is the request's, else its number.
 * The score column falls with the rank (tools sort by it): count - rank + 1. */
int playlist_trec(const struct answer *a, size_t number, const char *tag,
		  struct str *out, struct err *err);

/* Appends s masked. Returns the columns it takes on a terminal, wide East
 * Asian characters and emoji counted as two. */
size_t playlist_mask(struct span s, struct str *out);
/* Appends, masked, what was asked: the words, and what else says what to look
 * for: "rain, like Some One - A Song, more energetic". */
void playlist_put_title(const struct answer *a, struct str *out);
/* Appends, masked, why a request was refused, or the answer's hint; false:
 * there is nothing to say. */
bool playlist_put_note(const struct answer *a, struct str *out);
/* Appends "Artist - Title", masked, or what there is of it. */
void playlist_put_name(const struct answer_track *t, struct str *out);

#endif
