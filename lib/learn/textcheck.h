/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A network of texts against labelled texts: reading many texts with it, and
 * the figures of the checks of a configuration.
 */
#ifndef MOODPIPE_TEXTCHECK_H
#define MOODPIPE_TEXTCHECK_H

#include "io/mlruns.h"
#include "learn/textconfig.h"
#include "learn/textscores.h"

struct textcheck_reading {
	const struct textnet *net;
	const struct labelled *l;
	const uint8_t *fold; /* only texts whose fold is held; NULL: all */
	int held;
	float *logit, *value; /* [l->count][columns]; NULL: not wanted */
	float *cues;          /* [l->count][TEXTCUES]; likewise */
};
void textcheck_read(const struct textcheck_reading *r, int threads);

/* Appends figures as lines "set TAB name TAB value" and logs them to run (NULL:
 * nowhere); details: those of single labels, too. */
void textcheck_put(const char *set, const struct textscores *s, bool details,
		   struct str *report, struct mlrun *run);

/* The figures of the checks of c, or only of that called `only` (NULL: all),
 * whose files are below sources. The checks' heads must be in the model. -1:
 * ERR_ENV, ERR_DATA. */
int textcheck_all(const struct textnet *net, const struct textconfig *c,
		  const char *sources, int threads, const char *only,
		  bool details, struct str *report, struct mlrun *run,
		  struct err *err);
/* Reads the checks' files and forgets them: what is wrong with them shows before
 * hours of training. */
int textcheck_try(const struct textheads *heads, const struct textconfig *c,
		  const char *sources, struct err *err);
/* textcheck_all of the model and the configuration in files. */
int textcheck_file(const char *model, const char *config, const char *sources,
		   int threads, const char *only, bool details,
		   struct str *report, struct err *err);

#endif
