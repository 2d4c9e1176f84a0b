/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a step from one track of a journey to the next costs (journey.h), with
 * the cosines that were computed before. */
#ifndef MOODPIPE_JOURNEYSTEP_H
#define MOODPIPE_JOURNEYSTEP_H

#include "corpus/journey.h"

struct journeystep; /* of a journey, which must stay */
struct journeystep *journeystep_new(const struct journey *j);
void journeystep_free(struct journeystep *s);
/* The sum of weights times distances, the same both ways. */
float journeystep_cost(struct journeystep *s, uint32_t a, uint32_t b);

#endif
