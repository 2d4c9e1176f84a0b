/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/pairmemo.h"

#include <stdlib.h>

#include "base/mem.h"

enum { PLACE_BITS = 14 };

struct pairmemo {
	struct known {
		uint32_t lo, hi; /* equal: none */
		float value;
	} known[1 << PLACE_BITS];
};

struct pairmemo *pairmemo_new(void)
{
	return mem_zalloc(1, sizeof(struct pairmemo));
}

void pairmemo_free(struct pairmemo *m)
{
	free(m);
}

static size_t place_of(uint32_t lo, uint32_t hi)
{
	uint64_t h = ((uint64_t)lo << 32 | hi) * 0x9e3779b97f4a7c15U;

	return h >> (64 - PLACE_BITS);
}

bool pairmemo_get(const struct pairmemo *m, uint32_t a, uint32_t b,
		  float *value)
{
	uint32_t lo = a < b ? a : b, hi = a < b ? b : a;
	const struct known *at = &m->known[place_of(lo, hi)];

	if (at->lo != lo || at->hi != hi)
		return false;
	*value = at->value;
	return true;
}

void pairmemo_put(struct pairmemo *m, uint32_t a, uint32_t b, float value)
{
	uint32_t lo = a < b ? a : b, hi = a < b ? b : a;

	m->known[place_of(lo, hi)] = (struct known){ lo, hi, value };
}
