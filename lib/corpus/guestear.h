/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What worker-guest does for guest.h, in its own process. */
#ifndef MOODPIPE_GUESTEAR_H
#define MOODPIPE_GUESTEAR_H

#include "corpus/guest.h"

/* As guest_hear and guest_id. */
int guestear_hear(struct guest *out, const struct generation *g,
		  const char *path, struct err *err);
int guestear_id(const char *path, char id[IDENTITY_SIZE], uint64_t *key,
		struct err *err);

/* Answers until the other side ends. -1: what came was no frame. */
int guestear_serve(int sock);

#endif
