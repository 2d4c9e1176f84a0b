/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of mapped files. */
#ifndef MOODPIPE_PAGES_H
#define MOODPIPE_PAGES_H

#include <stddef.h>

/* How bytes of a mapping will be read: POSIX_MADV_RANDOM, POSIX_MADV_WILLNEED
 * and so on (sys/mman.h), for the pages that they stand on. Advice: nothing is
 * lost where it is not taken. */
void pages_advise(const void *p, size_t n, int advice);

#endif
