/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How well a network of texts does on labelled texts: per head the figures of
 * its kind (classscores.h), named "HEAD.FIGURE", and "HEAD.FIGURE.LABEL" for
 * single labels. Of a head of one label also "sure-f1", with rows left out whose
 * probability is within a quarter of the threshold, and their share, "unsure".
 */
#ifndef MOODPIPE_TEXTSCORES_H
#define MOODPIPE_TEXTSCORES_H

#include "learn/labelled.h"

#define TEXTSCORES_NAME 96

struct textscore {
	char name[TEXTSCORES_NAME];
	double value;
};

struct textscores { /* zeroed: valid */
	struct textscore *items;
	size_t count, cap;
};
void textscores_release(struct textscores *s);

/* Adds the figures of values[l->count][columns] (probabilities and numbers,
 * textnet_told.value); heads no text is labelled for are left out. */
void textscores_add(struct textscores *s, const struct textheads *heads,
		    const struct labelled *l, const float *values);
/* NAN where there is none. */
double textscores_get(const struct textscores *s, const char *name);
/* Lines "name TAB value", four decimals; details: single labels, too. */
void textscores_write(const struct textscores *s, bool details,
		      struct str *out);

#endif
