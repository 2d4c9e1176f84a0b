/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a request asks of the sound beside its mood: a texture, singing or none,
 * to be like some tracks or unlike others, or nothing at all. query reads it from the words and
 * hands it to rerank in the member "wish", man answer(5).
 */
#ifndef MOODPIPE_WISH_H
#define MOODPIPE_WISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "index/timbre.h"

#define WISH_LIKE_MAX 50
#define WISH_UNLIKE_MAX 1000 /* what was dropped, round after round */

enum vocals { VOCALS_ANY, VOCALS_NONE, VOCALS_SUNG, VOCALS };

struct wish {
	/* The percentile wanted, [0, 1]; NaN: not asked for. */
	float timbre[TIMBRE_AXES];
	enum vocals vocals;
	bool vague;   /* it names nothing to go by: the popular */
	bool artists; /* of artists that are named, and of them alone */
	/* Rows of the index that answers are to be like; */
	uint32_t like[WISH_LIKE_MAX];
	size_t like_count;
	bool heard; /* and they are to be like a sound file, too; */
	/* that are in the answer, in front and in this order; */
	uint32_t keep[WISH_LIKE_MAX];
	size_t keep_count;
	/* that are in none, nor what is like them. */
	uint32_t unlike[WISH_UNLIKE_MAX];
	size_t unlike_count;
};

void wish_reset(struct wish *w); /* nothing asked for */
bool wish_any_timbre(const struct wish *w);

/* Appends the member "wish" with the comma before; nothing where nothing is
 * asked for. */
void wish_put(const struct wish *w, struct str *out);
/* Replaces *w by what the member's value says. -1, ERR_DATA: no such object. */
int wish_read(struct wish *w, struct span object, struct err *err);

#endif
