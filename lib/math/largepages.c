/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/largepages.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/mem.h"

#define PAGE ((size_t)2 << 20)
#define CHUNK ((size_t)64 << 20) /* of addresses; what is not used costs none */

struct chunk {
	char *map;
	size_t size;
};

struct largepages {
	struct chunk *chunks;
	size_t n, cap;
	char *next;
	size_t left;
};

struct largepages *largepages_new(void)
{
	return mem_zalloc(1, sizeof(struct largepages));
}

void largepages_free(struct largepages *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		munmap(p->chunks[i].map, p->chunks[i].size);
	free(p->chunks);
	free(p);
}

static void grow(struct largepages *p, size_t size)
{
	struct chunk c = { .size = (size > CHUNK ? size : CHUNK) + PAGE };
	size_t skip;

	c.map = mmap(NULL, c.size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (c.map == MAP_FAILED) {
		/* ends the process, saying so */
		mem_resize(NULL, SIZE_MAX, 2);
		return;
	}
	skip = -(uintptr_t)c.map & (PAGE - 1);
	madvise(c.map + skip, c.size - skip, MADV_HUGEPAGE);
	MEM_ROOM(p->chunks, p->n + 1, p->cap);
	p->chunks[p->n++] = c;
	p->next = c.map + skip;
	p->left = c.size - skip;
}

void *largepages_take(struct largepages *p, size_t size)
{
	void *taken;

	if (size > SIZE_MAX / 2)
		mem_resize(NULL, SIZE_MAX, 2);
	size = (size + 63) / 64 * 64;
	if (size > p->left)
		grow(p, size);
	taken = p->next;
	p->next += size;
	p->left -= size;
	return taken;
}

void *largepages_scratch(size_t size)
{
	void *p = NULL;

	if (size < PAGE / 16)
		return mem_alloc(size);
	size = size > SIZE_MAX - PAGE ? SIZE_MAX : (size + PAGE - 1) & -PAGE;
	if (posix_memalign(&p, PAGE, size))
		return mem_resize(NULL, SIZE_MAX, 2); /* ends the process */
	madvise(p, size, MADV_HUGEPAGE);
	return p;
}
