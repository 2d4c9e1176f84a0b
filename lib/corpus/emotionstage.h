/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stage emotion(1): all that it reads from files, and what it says of a
 * text or of a record: emotion (corpus/emotionreader.h, or with an encoder
 * corpus/emotionencoder.h), themes (corpus/themes.h) and
 * targets (corpus/targets.h) of its two strongest classes.
 */
#ifndef MOODPIPE_EMOTIONSTAGE_H
#define MOODPIPE_EMOTIONSTAGE_H

#include "base/hash.h"
#include "corpus/emotionreader.h"
#include "corpus/emotionfields.h"

struct emotionstage_options {
	/* A pack, or an encoder's folder; NULL: models/emotion.pack of the
	 * data. */
	const char *model;
	const char *precision; /* of an encoder; NULL: f32 */
	const char *fields;    /* of records; NULL: plain text */
	bool themes, targets;  /* tell them as well */
	struct emotion_options emotion;
};

struct emotionstage; /* read-only: any thread */
/* NULL: ERR_USAGE, ERR_DATA, ERR_ENV. */
struct emotionstage *emotionstage_open(const struct emotionstage_options *o,
				       struct err *err);
void emotionstage_close(struct emotionstage *s);
/* Of the version, the options, the model and the tables. */
void emotionstage_recipe(const struct emotionstage *s,
			 uint8_t recipe[HASH_SIZE]);

struct emotionstage_work; /* of one thread */
struct emotionstage_work *emotionstage_work_new(const struct emotionstage *s);
void emotionstage_work_free(struct emotionstage_work *w);

/* Appends {"text":..,"emotion":{..}} and a newline (null, where an encoder
 * gives what is no number); with "themes":[..] where
 * they are asked for, and "targets":{..} where so and there was something to
 * read. */
void emotionstage_line(const struct emotionstage *s,
		       struct emotionstage_work *w, struct span line,
		       struct str *out);
/* Sets emotion, and those of themes and targets that are asked for; what there
 * is nothing to say about is removed. -1, ERR_RECORD: an encoder gives what is no
 * number. */
int emotionstage_record(const struct emotionstage *s,
			struct emotionstage_work *w, struct record *r,
			struct err *err);

#endif
