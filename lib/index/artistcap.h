/* SPDX-License-Identifier: GPL-3.0-or-later */
/* At most so many rows of one artist in a list: a small hash of counts. */
#ifndef MOODPIPE_ARTISTCAP_H
#define MOODPIPE_ARTISTCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct artistcap { /* zeroed: valid; released at last */
	size_t per_artist, slots;
	struct artistcap_slot {
		uint32_t artist, met;
	} * slot;
};

/* Begins a list of up to `most` rows; per_artist 0: no cap. */
void artistcap_start(struct artistcap *c, size_t per_artist, size_t most);
/* False where the artist has enough; else counts. CATALOGUE_NONE never has. */
bool artistcap_take(struct artistcap *c, uint32_t artist);
void artistcap_release(struct artistcap *c);

#endif
