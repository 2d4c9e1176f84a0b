/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/pages.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

void pages_advise(const void *p, size_t n, int advice)
{
	long page = sysconf(_SC_PAGESIZE);
	size_t before = page > 0 ? (uintptr_t)p % (size_t)page : 0;

	(void)posix_madvise((char *)(uintptr_t)p - before, n + before, advice);
}
