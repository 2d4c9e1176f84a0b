/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vectors of sound by a trained network: the file that a record names, heard at
 * arm's length (audio/listener.h) as log-mel patches, through learn/cnnmodel.h.
 * The callbacks are those of a feature stage (io/stream.h).
 */
#ifndef MOODPIPE_SOUNDVECTOR_H
#define MOODPIPE_SOUNDVECTOR_H

#include "io/feat.h"
#include "io/record.h"
#include "learn/cnnmodel.h"

#define SOUNDVECTOR_SECONDS 30.0 /* of a recording, by default */
#define SOUNDVECTOR_SECONDS_MIN 1
#define SOUNDVECTOR_SECONDS_MAX 600

struct soundvector {
	const struct cnnmodel *model;
	const char *root; /* of relative paths, or NULL */
	double seconds;
};

/* Whether a path (or NULL) is a folder: a network's, then. */
bool soundvector_is_model(const char *path);
/* The network in a folder, as cnnmodel_open. */
struct cnnmodel *soundvector_model(const char *dir, int mels, struct err *err);

/* Stage "embed-cnn" and its recipe; release it. */
void soundvector_schema(const struct soundvector *v, struct feat_schema *s);

struct soundvector_work; /* of one thread */
struct soundvector_work *soundvector_work_new(const struct soundvector *v);
void soundvector_work_free(struct soundvector_work *w);

/* Of what measure would read of the record; 0: nothing. */
uint64_t soundvector_digest(const struct soundvector *v,
			    struct soundvector_work *w, const struct record *r);
/* Fills row: FEAT_OK or PARTIAL with the vector; NO_INPUT, TOO_SHORT or SILENT
 * without. -1: as listener_hear; a result that is not finite is ERR_DATA. */
int soundvector_measure(const struct soundvector *v, struct soundvector_work *w,
			const struct record *r, struct feat_row *row,
			struct err *err);

#endif
