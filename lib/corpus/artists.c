/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/artists.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "text/utf8.h"

enum { KEY_BYTES = 8 };

uint64_t artists_key(struct span name, struct str *scratch)
{
	str_reset(scratch);
	utf8_fold(name, scratch);
	/* Not SHA-256, which would be a tenth of enrich's time: whoever crafts
	 * a name to meet another's hash could as well take the name. */
	return hash_mix(scratch->p, scratch->n);
}

void artists_fit_init(struct artists_fit *f, size_t memory)
{
	*f = (struct artists_fit){ .sort = sort_new(memory) };
}

void artists_fit_release(struct artists_fit *f)
{
	sort_free(f->sort);
	f->sort = NULL;
}

int artists_fit_add(struct artists_fit *f, uint64_t key, double plays,
		    struct err *err)
{
	unsigned char bytes[KEY_BYTES];

	for (int i = 0; i < KEY_BYTES; i++)
		bytes[i] = (unsigned char)(key >> (56 - 8 * i));
	return sort_put(
	    f->sort, (struct span){ (const char *)bytes, KEY_BYTES },
	    (struct span){ (const char *)&plays, sizeof(plays) }, err);
}

/* One track as an artist of it alone. */
static int track_next(struct artists_fit *f, struct artist *out,
		      struct err *err)
{
	struct span key, data;
	double plays;
	int rc = sort_next(f->sort, &key, &data, err);

	if (rc <= 0)
		return rc;
	*out = (struct artist){ .tracks = 1 };
	for (int i = 0; i < KEY_BYTES; i++)
		out->key = out->key << 8 | (unsigned char)key.p[i];
	memcpy(&plays, data.p, sizeof(plays));
	if (plays >= 0) {
		out->played = 1;
		out->plays = plays;
	}
	return 1;
}

int artists_fit_next(struct artists_fit *f, struct artist *out, struct err *err)
{
	int rc = 1;

	if (!f->ahead)
		rc = track_next(f, &f->next, err);
	f->ahead = false;
	if (rc <= 0)
		return rc;
	*out = f->next;
	while ((rc = track_next(f, &f->next, err)) > 0) {
		if (f->next.key != out->key) {
			f->ahead = true;
			break;
		}
		out->plays += f->next.plays;
		out->played += f->next.played;
		out->tracks++;
	}
	return rc < 0 ? -1 : 1;
}

int artists_index_init(struct artists_index *x, const struct artist *table,
		       size_t count)
{
	size_t i, b = 0, buckets;
	int bits = 1;

	while (bits < 30 && ((size_t)2 << bits) < count)
		bits++;
	buckets = (size_t)1 << bits;
	*x = (struct artists_index){ .table = table, .shift = 64 - bits };
	x->starts = mem_zalloc(buckets + 1, sizeof(*x->starts));
	for (i = 0; i < count; i++) {
		if (i && table[i - 1].key >= table[i].key)
			return -1;
		for (; b <= table[i].key >> x->shift; b++)
			x->starts[b] = (uint32_t)i;
	}
	for (; b <= buckets; b++)
		x->starts[b] = (uint32_t)count;
	return 0;
}

void artists_index_release(struct artists_index *x)
{
	free(x->starts);
	*x = (struct artists_index){ 0 };
}

void artists_prefetch(const struct artists_index *x, uint64_t key)
{
	MEM_FETCH(&x->table[x->starts[key >> x->shift]]);
}

const struct artist *artists_find(const struct artists_index *x, uint64_t key)
{
	const uint32_t *start = &x->starts[key >> x->shift];
	uint32_t lo = start[0], hi = start[1];

	while (lo < hi) { /* two or three, unless names were crafted */
		uint32_t at = lo + (hi - lo) / 2;

		if (x->table[at].key == key)
			return &x->table[at];
		if (x->table[at].key < key)
			lo = at + 1;
		else
			hi = at;
	}
	return NULL;
}

static double part(double value, double scale)
{
	double p = log1p(value) * scale;

	return p < 1 ? p : 1;
}

void artists_limits_set(struct artists_limits *l, double plays, uint64_t tracks)
{
	l->plays_scale = plays > 0 ? 1 / log1p(plays) : 0;
	l->tracks_scale = tracks ? 1 / log1p((double)tracks) : 0;
}

double artists_authority(const struct artist *a,
			 const struct artists_limits *limits)
{
	double tracks = part(a->tracks, limits->tracks_scale);

	if (!a->played)
		return tracks;
	return 0.7 * part(a->plays, limits->plays_scale) + 0.3 * tracks;
}
