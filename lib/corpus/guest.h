/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sound file that need not be in the corpus, heard for a request: what an
 * index would know of it, by the models and tables that the index was built
 * with. The program worker-guest, started beside ours, does it, and itself
 * gives the file to a sandboxed worker (audio/listener.h): so a program that
 * links this starts as fast as without, and no file can hurt or stop it.
 *
 * A file that is in the corpus, as a file of its folder, is best taken for that
 * track: its key stands in keys[] of the generation, whatever path and tags
 * are.
 */
#ifndef MOODPIPE_GUEST_H
#define MOODPIPE_GUEST_H

#include "corpus/identity.h"
#include "index/generation.h"

struct guest {                  /* zeroed is valid; reusable; release it */
	char id[IDENTITY_SIZE]; /* as ingest makes it for a file of a folder */
	uint64_t key;           /* of that id, as in struct generation */
	bool has_sound; /* false: the index has no measured sound of its own
			 * to compare with */
	float sound[GENERATION_AUDIO_DIM]; /* unit length; AUDIO_COMPONENTS */
	/* By its sound, and by title, genre and name, as far as they are moods;
	 * false: see warning. */
	bool has_mood;
	float valence, arousal, dominance; /* [-1, 1]; dominance NaN: none */
	float mood_confidence;             /* [0, 1] */
	/* The share of the index' measured tracks that are lower, and half of
	 * the equal, 0 to 1; NaN: not known. */
	float timbre[TIMBRE_AXES];
	uint8_t voice;          /* VOICE_HEARD_NONE, VOICE_HEARD_SUNG: no and
				 * some singing; 0: no telling */
	struct displayed shown; /* tempo, energy, key, mode, loudness */
	float seconds; /* of the whole file as it says; NaN: not known */
	struct str artist, title, album; /* UTF-8, of its tags, else of its
					  * name; empty: not known */
	struct str warning; /* for people, what could not be told, and what to
			     * do; empty: nothing */
};
void guest_release(struct guest *g);

/* Replaces *out. path: as people give it, relative to where the process is. The
 * first 30 seconds are heard, as extract-features does. -1: ERR_RECORD, the
 * message begins with the path and says what to do: code "missing" (no such
 * file, not a regular one, not to be read), "undecodable" (no sound, too
 * short, silent, a crash of the decoder) or "unsupported" (of a form that is not
 * decoded); ERR_ENV "no-ear": the index cannot
 * hear files, it was built without what that takes, or by another release; also
 * ERR_ENV where the workers do not start. */
int guest_hear(struct guest *out, const struct generation *g, const char *path,
	       struct err *err);

/* The id and its key (key may be NULL) alone, without listening. -1: as above,
 * ERR_RECORD "missing" or ERR_ENV. */
int guest_id(const char *path, char id[IDENTITY_SIZE], uint64_t *key,
	     struct err *err);

#endif
