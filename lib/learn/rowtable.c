/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/rowtable.h"

#include <math.h>

#include "math/lanes.h"

struct header {
	uint32_t dim, slots, count, zero;
};

enum {
	ROOM = 8,
	DIM_MAX = 4096,
	ZERO = 8,
	STEPS = 7
}; /* an eighth more slots than rows */

static size_t padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static size_t row_size(size_t dim)
{
	return sizeof(struct rowtable_row) + dim / 2;
}

static uint16_t tag_of(uint64_t hash)
{
	uint16_t tag = (uint16_t)hash;

	return tag ? tag : 1;
}

static size_t slot_of(uint64_t hash, size_t slots)
{
	return (size_t)(((hash >> 32) * slots) >> 32);
}

int rowtable_view(struct rowtable *t, struct span bytes, struct err *err)
{
	struct header h;
	size_t tags;

	if (bytes.n < sizeof(h))
		return err_set(err, ERR_DATA, "corrupt",
			       "a table of rows of %zu bytes", bytes.n);
	memcpy(&h, bytes.p, sizeof(h));
	tags = padded(2 * (size_t)h.slots);
	if (!h.slots || !h.dim || h.dim % (2 * LANES) || h.dim > DIM_MAX ||
	    h.count >= h.slots || h.zero ||
	    bytes.n != sizeof(h) + tags + row_size(h.dim) * h.slots)
		return err_set(err, ERR_DATA, "corrupt",
			       "a table of %u rows of %u numbers in %zu bytes",
			       h.slots, h.dim, bytes.n);
	t->dim = h.dim;
	t->slots = h.slots;
	t->count = h.count;
	t->tags = (const uint16_t *)(const void *)(bytes.p + sizeof(h));
	t->rows = bytes.p + sizeof(h) + tags;
	return 0;
}

const struct rowtable_row *rowtable_find(const struct rowtable *t,
					 uint64_t hash)
{
	uint16_t tag = tag_of(hash);
	size_t i = slot_of(hash, t->slots);

	for (size_t probes = 0; probes < t->slots; probes++) {
		const char *row = t->rows + i * row_size(t->dim);

		if (!t->tags[i])
			return NULL;
		if (t->tags[i] == tag)
			return (const struct rowtable_row *)(const void *)row;
		if (++i == t->slots)
			i = 0;
	}
	return NULL;
}

float rowtable_scale(const struct rowtable_row *r)
{
	uint32_t bits = (uint32_t)r->scale << 16;
	float scale;

	memcpy(&scale, &bits, sizeof(scale));
	return scale;
}

typedef uint8_t bytes __attribute__((vector_size(LANES)));
typedef uint8_t bytes_memory
    __attribute__((vector_size(LANES), aligned(1), may_alias));

/* Eight numbers, in units of scale, from the lower or upper halves of q. */
LANES_INLINE void unpack(const uint8_t *q, lanes *low, lanes *high)
{
	bytes b = *(const bytes_memory *)q;

	*low = __builtin_convertvector(b & 15, lanes) - ZERO;
	*high = __builtin_convertvector(b >> 4, lanes) - ZERO;
}

LANES_CLONES void rowtable_add(const struct rowtable_row *r, size_t dim,
			       float weight, float *y)
{
	float w = weight * rowtable_scale(r), *upper = y + dim / 2;
	lanes low, high;

	for (size_t k = 0; k < dim / 2; k += LANES) {
		unpack(r->q + k, &low, &high);
		LANES_AT(y + k) += w * low;
		LANES_AT(upper + k) += w * high;
	}
}

LANES_CLONES float rowtable_dot(const struct rowtable_row *r, size_t dim,
				const float *y)
{
	const float *upper = y + dim / 2;
	lanes sum = { 0 }, low, high;

	for (size_t k = 0; k < dim / 2; k += LANES) {
		unpack(r->q + k, &low, &high);
		sum += LANES_OF(y + k) * low + LANES_OF(upper + k) * high;
	}
	return lanes_sum(&sum) * rowtable_scale(r);
}

/* The slot for hash, or -1 where its tag is met on the way. */
static ptrdiff_t place(const uint16_t *tags, size_t slots, uint64_t hash)
{
	size_t i = slot_of(hash, slots);

	while (tags[i]) {
		if (tags[i] == tag_of(hash))
			return -1;
		if (++i == slots)
			i = 0;
	}
	return (ptrdiff_t)i;
}

/* The upper half of a float, rounded up: no number of a row exceeds 127. */
static uint16_t short_scale(float scale)
{
	uint32_t bits;

	memcpy(&bits, &scale, sizeof(bits));
	return (uint16_t)((bits + 0xFFFF) >> 16);
}

static unsigned step(float value, float scale)
{
	return (unsigned)(ZERO + (scale > 0 ? lrintf(value / scale) : 0));
}

static void put_row(char *out, float rarity, const float *row, size_t dim)
{
	struct rowtable_row head = { 0 };
	float most = 0, scale;

	for (size_t k = 0; k < dim; k++)
		most = fmaxf(most, fabsf(row[k]));
	head.scale = short_scale(most / STEPS);
	head.rarity = (uint8_t)lrintf(fminf(fmaxf(rarity * 16, 1), 255));
	memcpy(out, &head, sizeof(head));
	scale = rowtable_scale(&head);
	for (size_t k = 0; k < dim / 2; k++) {
		unsigned low = step(row[k], scale);
		unsigned high = step(row[k + dim / 2], scale);

		out[sizeof(head) + k] = (char)(low | high << 4);
	}
}

void rowtable_write(struct str *out, const uint64_t *hash, const float *rarity,
		    const float *rows, size_t count, size_t dim)
{
	struct header h = { (uint32_t)dim, (uint32_t)(count + count / ROOM + 1),
			    0, 0 };
	size_t start = sizeof(h) + padded(2 * (size_t)h.slots);
	uint16_t *tags;

	str_reset(out);
	str_reserve(out, start + h.slots * row_size(dim));
	out->n = start + h.slots * row_size(dim);
	memset(out->p, 0, out->n);
	tags = (uint16_t *)(void *)(out->p + sizeof(h));
	for (size_t i = 0; i < count; i++) {
		ptrdiff_t at = place(tags, h.slots, hash[i]);

		if (at < 0)
			continue;
		tags[at] = tag_of(hash[i]);
		put_row(out->p + start + (size_t)at * row_size(dim), rarity[i],
			rows + i * dim, dim);
		h.count++;
	}
	memcpy(out->p, &h, sizeof(h));
}
