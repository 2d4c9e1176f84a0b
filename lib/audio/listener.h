/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Listening at arm's length: asks a sandboxed worker (base/worker.h) what is in
 * a sound file. The worker gets the open file, decodes, extracts, and returns
 * rows only. It serves many files; when it dies or takes too long it is
 * replaced. A file at which a worker died is tried once more in a fresh one (the
 * damage may have been done by an earlier file, the kill by somebody else); a
 * second death, or too long a time, costs this file alone.
 *
 * LOGMEL is a decoding of its own, at 16 kHz, and goes with TAGS or PRINT only.
 * PRINT is answered by the program worker-print, everything else by worker;
 * programs that link this link no decoder.
 */
#ifndef MOODPIPE_LISTENER_H
#define MOODPIPE_LISTENER_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "io/feat.h"

enum listener_wish {
	LISTENER_FEATURES = 1, /* features.h; LISTENER_GROUPS */
	LISTENER_TAGS = 2,     /* embedded tags (TagLib) */
	LISTENER_PRINT = 4,    /* Chromaprint fingerprint */
	LISTENER_DECODES = 8,  /* that some sound comes out, no more */
	LISTENER_LOGMEL = 16,  /* log-mel patches (logmel.h); LISTENER_MELS */
};
/* With LOGMEL, or-ed to the wishes: how many mel bands. */
#define LISTENER_MELS(n) ((unsigned)(n) << 16)
#define LISTENER_MELS_OF(wishes) ((int)((wishes) >> 16))
/* With FEATURES, or-ed to the wishes: which (enum feature_group). */
#define LISTENER_GROUPS(groups) ((unsigned)(groups) << 16)
#define LISTENER_GROUPS_OF(wishes) ((wishes) >> 16)
#define LISTENER_DETAILS(wishes) ((wishes) & ~0xffffu)

struct heard {                   /* zeroed is valid; reusable */
	enum feat_status status; /* of FEATURES; after a failure UNREADABLE,
				  * UNDECODABLE, UNSUPPORTED, CRASHED or
				  * EXCESSIVE */
	float *values;           /* [the schema's columns] of FEATURES; NaN in
				  * groups not asked for */
	double seconds;          /* decoded; of all wishes but TAGS */
	double length;           /* of the whole file in seconds as far as it
				  * says so, else NaN; of all wishes */
	/* LOGMEL: [patch_count][LOGMEL_FRAMES][bands]; status is then TOO_SHORT
	 * or SILENT where there are none. */
	float *patches;
	size_t patch_count, patch_cap; /* cap: in numbers */
	/* TAGS; empty: absent. UTF-8, NUL-free, as the file has
	 * them: nothing trimmed or mended, lyrics with their lines. */
	struct str title, artist, album, genre, date, lyrics;
	struct str print; /* PRINT: Chromaprint's compressed form, base64 of
			   * RFC 4648 for URLs; empty: too short */
};
void heard_release(struct heard *h);

struct listener;
/* seconds: how much of each file is listened to, to the millisecond, as recipes
 * have it. One per thread, and used in that thread only: workers end with the
 * thread that started them. They start with the first file. */
struct listener *listener_new(double seconds);
void listener_free(struct listener *l);

/* What the regular file behind fd is; fd stays the caller's, its position is
 * neither used nor moved. wishes: or-ed. -1: ERR_RECORD "undecodable" (nothing
 * could be decoded; a crash, hang or bomb says so in the message), "unsupported" (sound
 * in a form that is not decoded), "missing" (not a regular file), or ERR_ENV (workers cannot be started). A file without
 * tags has empty ones; TAGS alone does not fail for a file that is no sound
 * (length is NaN then). Everything in *h is overwritten. */
int listener_hear(struct listener *l, int fd, unsigned wishes, struct heard *h,
		  struct err *err);

#endif
