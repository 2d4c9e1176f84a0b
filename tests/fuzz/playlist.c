/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a playlist, of the kind that the first says: entries are UTF-8,
 * and no more than the text has room for. */
#include <stdint.h>
#include <stdlib.h>

#include "text/tracklist.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct str *s)
{
	if (!utf8_valid(span_str(s)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct tracklist_entry *e;
	struct tracklist *t;
	struct err err;
	size_t n = 0;
	int rc;

	if (!size)
		return 0;
	t = tracklist_new(data[0] % 3,
			  (struct span){ (const char *)data + 1, size - 1 },
			  &err);
	while (t && (rc = tracklist_next(t, &e, &err)) != 0) {
		if (rc < 0)
			break;
		if (++n > size)
			abort();
		check(&e->location);
		check(&e->title);
		check(&e->artist);
		check(&e->album);
		check(&e->genre);
		check(&e->note);
		check(&e->page);
	}
	tracklist_free(t);
	return 0;
}
