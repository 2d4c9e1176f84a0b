/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/parts.h"

enum { ALIGN = 8 };

void parts_put(struct str *out, const void *p, size_t size, size_t count)
{
	static const char zeros[ALIGN];

	str_put(out, p, size * count);
	str_put(out, zeros, -(size * count) % ALIGN);
}

const void *parts_take(struct span *rest, size_t size, size_t count)
{
	const char *p = rest->p;
	size_t n;

	if (!p || (uintptr_t)p % ALIGN || count > rest->n / size)
		goto missing;
	n = size * count;
	if (-n % ALIGN > rest->n - n)
		goto missing;
	n += -n % ALIGN;
	*rest = (struct span){ p + n, rest->n - n };
	return p;
missing:
	*rest = (struct span){ 0 };
	return NULL;
}
