/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/artistcap.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "index/generation.h"

void artistcap_start(struct artistcap *c, size_t per_artist, size_t most)
{
	size_t slots = 16;

	c->per_artist = per_artist;
	while (slots < 2 * most)
		slots *= 2;
	if (slots > c->slots) {
		free(c->slot);
		c->slot = mem_alloc(slots * sizeof(*c->slot));
		c->slots = slots;
	}
	if (per_artist)
		memset(c->slot, 0xff, c->slots * sizeof(*c->slot));
}

bool artistcap_take(struct artistcap *c, uint32_t artist)
{
	size_t mask = c->slots - 1, at = artist * 0x9e3779b1u & mask;

	if (!c->per_artist || artist == CATALOGUE_NONE)
		return true;
	while (c->slot[at].artist != artist &&
	       c->slot[at].artist != CATALOGUE_NONE)
		at = (at + 1) & mask;
	if (c->slot[at].artist == CATALOGUE_NONE)
		c->slot[at] = (struct artistcap_slot){ artist, 0 };
	return c->slot[at].met < c->per_artist && ++c->slot[at].met;
}

void artistcap_release(struct artistcap *c)
{
	free(c->slot);
	*c = (struct artistcap){ 0 };
}
