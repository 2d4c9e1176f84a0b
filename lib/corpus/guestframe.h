/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What guest.h asks of the program worker-guest and what that answers, as texts
 * and numbers of encodeframe.h. A refusal is a status with two texts: code and
 * message.
 */
#ifndef MOODPIPE_GUESTFRAME_H
#define MOODPIPE_GUESTFRAME_H

#include "corpus/encodeframe.h"
#include "corpus/guest.h"

enum guestframe_what {
	GUESTFRAME_HEAR, /* index, its generation, path; back: a guest */
	GUESTFRAME_ID,   /* path; back: id and key */
};

/* -1: nobody listens there. */
int guestframe_send(int sock, const struct guest *g);
int guestframe_refuse(int sock, const struct err *err);
/* Fills *out from an answer's frame; a guest of GUESTFRAME_ID has but id and
 * key. -1: it is a refusal, which is in *err, or nonsense. */
int guestframe_read(const struct encodeframe *f, struct guest *out,
		    struct err *err);

#endif
