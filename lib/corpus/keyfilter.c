/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/keyfilter.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/mem.h"

#define BITS 5                 /* per key */
#define HUGE ((size_t)2 << 20) /* bytes in a huge page */

/* Every key meets another page: with small ones each would be looked up. */
static uint64_t *map(size_t bytes)
{
	void *p = MAP_FAILED;

	if (bytes >= HUGE)
		p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
#ifdef MADV_HUGEPAGE
	madvise(p, bytes, MADV_HUGEPAGE);
#endif
	return p;
}

void keyfilter_init(struct keyfilter *f, size_t bytes)
{
	f->nwords = 8;
	while (f->nwords <= bytes / sizeof(*f->words) / 2)
		f->nwords *= 2;
	f->words = map(f->nwords * sizeof(*f->words));
	f->mapped = f->words != NULL;
	if (!f->mapped)
		f->words = mem_zalloc(f->nwords, sizeof(*f->words));
}

void keyfilter_release(struct keyfilter *f)
{
	if (f->mapped)
		munmap(f->words, f->nwords * sizeof(*f->words));
	else
		free(f->words);
	*f = (struct keyfilter){ 0 };
}

/* The line's number comes from the key's high half, the bits in it from the
 * low one, spread: 9 bits each. */
static uint64_t *line_of(const struct keyfilter *f, uint64_t key)
{
	return f->words + ((key >> 32) * 8 & (f->nwords - 1));
}

void keyfilter_fetch(const struct keyfilter *f, uint64_t key)
{
	__builtin_prefetch(line_of(f, key), 1);
}

static uint64_t spread(uint64_t key)
{
	return (key & UINT32_MAX) * UINT64_C(0x9e3779b97f4a7c15) >> 19;
}

bool keyfilter_has(const struct keyfilter *f, uint64_t key)
{
	const uint64_t *line = line_of(f, key);
	uint64_t bits = spread(key);
	bool all = true;

	for (int i = 0; i < BITS; i++, bits >>= 9)
		all = all && line[bits >> 6 & 7] >> (bits & 63) & 1;
	return all;
}

bool keyfilter_add(struct keyfilter *f, uint64_t key)
{
	uint64_t *line = line_of(f, key), bits = spread(key);
	bool all = true;

	for (int i = 0; i < BITS; i++, bits >>= 9) {
		uint64_t mask = UINT64_C(1) << (bits & 63);
		all = all && line[bits >> 6 & 7] & mask;
		line[bits >> 6 & 7] |= mask;
	}
	return all;
}
