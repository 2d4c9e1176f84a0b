/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The row of a source in the making: what the readers of all formats share.
 * Members come out in the order in which they are put; text of tables,
 * playlists and tags is mended (text/mend.h), NDJSON is not.
 */
#ifndef MOODPIPE_SOURCEROW_H
#define MOODPIPE_SOURCEROW_H

#include "corpus/fieldmap.h"
#include "corpus/identity.h"
#include "corpus/measured.h"
#include "text/lyrics.h"

struct sourcerow {
	struct identity_facts facts;
	struct str members;
	/* Tables under data/, loaded with the first use. */
	struct measured *measured;
	struct lyrics *lyrics;
	/* Scratch; facts hold what identity_facts points to. */
	struct str tags, clean, mended, words, text[FIELDMAP_ROLES];
	bool has_lyrics;
	uint64_t repaired; /* cells or lines with lost bytes or NUL */
	uint64_t mended_cells;
};

/* Loads the tables. 0, or -1: ERR_ENV, ERR_DATA. */
int sourcerow_open(struct sourcerow *r, struct err *err);
void sourcerow_release(struct sourcerow *r);
void sourcerow_begin(struct sourcerow *r);

/* The members so far, less what comes last (measured_elsewhere). */
struct span sourcerow_members(const struct sourcerow *r);

/* key: JSON with its colon, "title": */
void sourcerow_key(struct sourcerow *r, struct span key);
void sourcerow_raw(struct sourcerow *r, struct span key, struct span json);
void sourcerow_text(struct sourcerow *r, struct span key, struct span text);
/* A SoundCloud tag list as an array; nothing where it is empty. */
void sourcerow_tags(struct sourcerow *r, struct span key, struct span list);
/* Lyrics, cleaned, with their origin ("column", "sidecar", "tag"); nothing
 * where the row has some or no words are left. True: put. */
bool sourcerow_lyrics(struct sourcerow *r, struct span text,
		      const char *origin);
/* What was put between measured_begin and here. */
void sourcerow_measured(struct sourcerow *r);

/* What identifies the row; the text must live until the row is done with:
 * sourcerow_hold copies it. */
void sourcerow_fact(struct sourcerow *r, enum fieldmap_role role,
		    struct span text);
void sourcerow_hold(struct sourcerow *r, enum fieldmap_role role,
		    struct span text);

/* text mended, well-formed UTF-8 in; valid until the next call. */
struct span sourcerow_mend(struct sourcerow *r, struct span text);
/* A mended text as a member and, of a role, as a fact. Nothing where empty. */
void sourcerow_put(struct sourcerow *r, struct span key,
		   enum fieldmap_role role, struct span text);

/* The bytes as well-formed UTF-8, NULs (padding) dropped, in *out. Returns
 * whether bytes were lost. */
bool sourcerow_repair(struct sourcerow *r, struct span cell, struct str *out);

#endif
