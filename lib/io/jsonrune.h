/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8 as json.c reads and jsonput.c writes it. */
#ifndef MOODPIPE_JSONRUNE_H
#define MOODPIPE_JSONRUNE_H

#include <stddef.h>

/* Length of the valid UTF-8 sequence at p (RFC 3629), 0 if there is none. */
static inline size_t jsonrune_length(const unsigned char *p, size_t n)
{
	unsigned lo = 0x80, hi = 0xbf;
	size_t len, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		lo = 0xa0;
	else if (p[0] == 0xed)
		hi = 0x9f;
	else if (p[0] == 0xf0)
		lo = 0x90;
	else if (p[0] == 0xf4)
		hi = 0x8f;
	if (n < len || p[1] < lo || p[1] > hi)
		return 0;
	for (i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

#endif
