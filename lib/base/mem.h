/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory. These never return NULL: out of memory ends the process with
 * status 3 and one line on stderr, here and nowhere else. Free with free().
 */
#ifndef MOODPIPE_MEM_H
#define MOODPIPE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size);
void *mem_zalloc(size_t count, size_t size); /* zeroed, overflow-checked */
void *mem_resize(void *p, size_t count, size_t size); /* overflow-checked */
void *mem_dup(const void *p, size_t n);               /* copy, NUL appended */
char *mem_strdup(const char *s);

/* Makes room for at least `need` elements in the array `p` of capacity `cap`
 * (a size_t lvalue), growing it by half or more. */
#define MEM_ROOM(p, need, cap)                                                 \
	((need) > (cap)                                                        \
	     ? (void)((p) = mem_grow((p), (need), &(cap), sizeof(*(p))))       \
	     : (void)0)
void *mem_grow(void *p, size_t need, size_t *cap, size_t size);

/* Asks memory for what p points at, which need not be there. The empty statement
 * behind it is there because compilers leave out calls of a function that does
 * nothing else. */
#define MEM_FETCH(p)                                                           \
	do {                                                                   \
		__builtin_prefetch(p);                                         \
		__asm__ volatile("");                                          \
	} while (0)

#endif
