/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was found of pairs of numbers before, whichever comes first: a table of
 * fixed size in which a new pair may take the place of an old one.
 */
#ifndef MOODPIPE_PAIRMEMO_H
#define MOODPIPE_PAIRMEMO_H

#include <stdbool.h>
#include <stdint.h>

struct pairmemo;
struct pairmemo *pairmemo_new(void);
void pairmemo_free(struct pairmemo *m);
/* Fills *value where the pair is known; a and b differ. */
bool pairmemo_get(const struct pairmemo *m, uint32_t a, uint32_t b,
		  float *value);
void pairmemo_put(struct pairmemo *m, uint32_t a, uint32_t b, float value);

#endif
