/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/packcheck.h"

#include <stdio.h>
#include <string.h>

#include "io/packformat.h"

static bool read_header(const char *path, struct pack_header *h)
{
	FILE *f = fopen(path, "rb");
	size_t n = 0;

	*h = (struct pack_header){ 0 };
	if (f) {
		n = fread(h, 1, sizeof(*h), f);
		fclose(f);
	}
	return n >= sizeof(h->magic) &&
	       !memcmp(h->magic, PACK_MAGIC, sizeof(h->magic));
}

bool packcheck_is(const char *path)
{
	struct pack_header h;

	return read_header(path, &h);
}

int packcheck(const char *path, struct err *err)
{
	struct pack_header h;
	char kind[sizeof(h.kind) + 1] = { 0 };
	struct pack *p;
	int rc;

	read_header(path, &h); /* what is wrong in it pack_open says */
	memcpy(kind, h.kind, sizeof(h.kind));
	p = pack_open(path, kind, h.version, err);
	rc = p ? pack_verify(p, err) : -1;
	pack_close(p);
	return rc;
}
