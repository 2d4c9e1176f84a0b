/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What heal adds to a record, and takes off again: recovered_url, recovered,
 * members of imputed, lyrics and lyrics_origin. Values come as "findings",
 * JSON objects
 *
 *   {"url","title","artist","album","duration","confidence",
 *    "genre","tags":[..],"year","license","lyrics"}
 *
 * with what a catalogue, or a near duplicate, said. A member of the source is
 * never touched.
 */
#ifndef MOODPIPE_HEALED_H
#define MOODPIPE_HEALED_H

#include "corpus/catalogue.h"
#include "io/record.h"

#define HEALED_NEAR "near-duplicate" /* method of what was inherited */

/* A record's facts for match_read, borrowed until the next call or release. */
struct healed_facts {
	struct str title, artist, album;
	double duration; /* seconds, 0 unknown */
};
void healed_facts_read(struct healed_facts *f, const struct record *r);
void healed_facts_release(struct healed_facts *f);

/* Key of the answers about a record: its link's canonical URL, else "id:" and
 * its id. Replaces *key; false: it has neither. text is scratch. */
bool healed_key(const struct record *r, struct str *text, struct str *key);

/* Which kinds of catalogue (1 << enum catalogue_kind) can do something for a
 * record: links where url_status is DEAD; metadata where it is, or `living`,
 * and genre, tags or year are missing; lyrics where there are none. Nothing
 * where there is no title, or is_music is false. */
unsigned healed_wants(const struct record *r, bool living);

struct healed { /* scratch; zeroed is valid */
	struct str imputed, text, value;
};
void healed_release(struct healed *h);

/* Removes what heal added earlier: of catalogues of these names, and what was
 * inherited. Returns whether there was anything. */
bool healed_undo(struct healed *h, const struct catalogues *c,
		 struct record *r);

/* Collects what findings of one origin give for the record (better origins
 * first: what is there stays); healed_end puts it in. */
void healed_begin(struct healed *h, const struct record *r);
void healed_metadata(struct healed *h, const struct record *r,
		     struct span finding, const char *method);
void healed_end(struct healed *h, struct record *r);
/* Sets recovered_url and recovered. false: the finding has no URL. */
bool healed_link(struct healed *h, struct record *r, struct span finding,
		 const char *source);
/* Sets lyrics and lyrics_origin, where there are none yet. */
void healed_lyrics(struct record *r, struct span finding, const char *origin);

#endif
