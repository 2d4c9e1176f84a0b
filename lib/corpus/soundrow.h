/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row of audio.feat, man feat-audio(5): what is heard (audio/features.h), and
 * what data/descriptors.tsv makes of it.
 */
#ifndef MOODPIPE_SOUNDROW_H
#define MOODPIPE_SOUNDROW_H

#include "audio/descriptors.h"

struct soundrow { /* zeroed: closed; read-only once open: any thread */
	struct feat_schema schema;
	struct descriptors descriptors;
};
/* For the first `seconds` of recordings. -1: ERR_ENV, ERR_DATA (the table);
 * close it all the same. */
int soundrow_open(struct soundrow *s, double seconds, struct err *err);
void soundrow_close(struct soundrow *s);

/* row: with its status and the values that were heard. Adds what follows from
 * these, and the marks. */
void soundrow_finish(const struct soundrow *s, struct feat_row *row);

#endif
