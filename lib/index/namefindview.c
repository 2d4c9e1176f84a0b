/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of namefind.h that opens an index, and needs no more. */
#include "index/namefind.h"

#include "index/namefindkey.h"

static const void *take(const char **p, size_t *left, uint64_t count,
			size_t size)
{
	const void *at = *p;
	size_t n;

	if (!at || count > *left / size) {
		*p = NULL;
		return NULL;
	}
	n = (size_t)count * size;
	n += (8 - n % 8) % 8;
	n = n < *left ? n : *left;
	*p += n;
	*left -= n;
	return at;
}

int namefind_view(struct namefind *v, struct span bytes, struct err *err)
{
	const struct namefind_header *h = (const void *)bytes.p;
	const char *p = bytes.p;
	size_t left = bytes.n;

	if (!p || (uintptr_t)p % 8 || left < sizeof(*h))
		return err_set(err, ERR_DATA, "artifact",
			       "index of names: %zu bytes are too few: build "
			       "it again",
			       bytes.n);
	if (h->version != NAMEFIND_VERSION)
		return err_set(err, ERR_DATA, "version",
			       "index of names: version %u, this program reads "
			       "%d: build it again with this release",
			       h->version, NAMEFIND_VERSION);
	*v = (struct namefind){ .header = h, .names = (uint32_t)h->names };
	if (h->names < UINT32_MAX && h->bits >= 1 && h->bits <= 31) {
		take(&p, &left, 1, sizeof(*h));
		v->offsets = take(&p, &left, h->names + 1, 8);
		v->marks = take(&p, &left, h->names, 4);
		v->signatures = take(&p, &left, h->names, 4);
		v->buckets = take(&p, &left, ((uint64_t)1 << h->bits) + 2, 4);
		v->entries = take(&p, &left, h->entries, 4);
		v->keys = take(&p, &left, h->bytes, 1);
	}
	if (!v->keys)
		return err_set(err, ERR_DATA, "artifact",
			       "index of names: its header makes no sense; the "
			       "file is damaged: build it again");
	return 0;
}
