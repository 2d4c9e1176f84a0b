/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "impute audio": rows of sound features for every track. Measured rows pass
 * through as they are, others come from a model (soundmodel.h); where it holds
 * no measured track at all, a row stays missing: nothing is invented.
 */
#ifndef MOODPIPE_SOUNDIMPUTE_H
#define MOODPIPE_SOUNDIMPUTE_H

#include "corpus/soundmodel.h"
#include "io/feat.h"
#include "io/record.h"

/* Fits a model on the measured tracks among the records of the files and
 * writes it to path; report (replaced): the evaluation, in lines. */
struct soundimpute_files {
	const char *const *features; /* of the sound */
	size_t feature_count;
	const char *const *texts; /* of the words; may be none */
	size_t text_count;
	int threads;
};
int soundimpute_fit(const struct soundimpute_files *in, char **files,
		    int nfiles, const char *path, struct str *report,
		    struct err *err);

/* Applying: one for all threads, and one of the threads' own. */
struct soundimpute;
/* model: path. features, text: feature files (text may be NULL). */
struct soundimpute *soundimpute_open(const char *model, const char *features,
				     const char *text, struct err *err);
void soundimpute_close(struct soundimpute *s);
/* The schema of the rows: the columns of features, and the recipe. */
const struct feat_schema *soundimpute_schema(const struct soundimpute *s);

/* For struct stream; ctx is the soundimpute. digest must come right before
 * measure of the same record. */
void *soundimpute_scratch_new(void *ctx);
void soundimpute_scratch_free(void *scratch);
uint64_t soundimpute_digest(void *ctx, void *scratch, const struct record *r);
int soundimpute_measure(void *ctx, void *scratch, struct record *r,
			struct feat_row *row, struct err *err);

#endif
