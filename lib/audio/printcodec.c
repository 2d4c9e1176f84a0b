/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/printcodec.h"

#include <stdlib.h>

#include "base/base64.h"
#include "base/mem.h"

enum {
	HEADER = 4,
	SMALL_BITS = 3,
	SMALL_MAX = 7, /* there is more among the large */
	LARGE_BITS = 5,
};

void printcodec_release(struct printcodec *p)
{
	free(p->items);
	str_release(&p->packed);
	*p = (struct printcodec){ 0 };
}

/* Numbers of `width` bits, the least significant first. */
struct bits {
	const unsigned char *p, *end;
	uint32_t held;
	int count;
};

static int bits_next(struct bits *b, int width)
{
	int v;

	while (b->count < width) {
		if (b->p == b->end)
			return -1;
		b->held |= (uint32_t)*b->p++ << b->count;
		b->count += 8;
	}
	v = (int)(b->held & ((1u << width) - 1));
	b->held >>= width;
	b->count -= width;
	return v;
}

/* Where the large numbers begin: behind the byte that ends the small ones of
 * all items. NULL: they end early. */
static const unsigned char *find_large(struct bits small, size_t items)
{
	while (items) {
		int v = bits_next(&small, SMALL_BITS);

		if (v < 0)
			return NULL;
		items -= v == 0;
	}
	return small.p;
}

static int next_item(struct bits *small, struct bits *large, uint32_t *item)
{
	int at = 0, v, more;

	*item = 0;
	while ((v = bits_next(small, SMALL_BITS)) > 0) {
		if (v == SMALL_MAX) {
			more = bits_next(large, LARGE_BITS);
			if (more < 0)
				return -1;
			v += more;
		}
		at += v;
		if (at > 32)
			return -1;
		*item |= UINT32_C(1) << (at - 1);
	}
	return v;
}

int printcodec_decode(struct span text, struct printcodec *out)
{
	const unsigned char *p, *end;
	struct bits small = { 0 }, large = { 0 };
	uint32_t item, last = 0;
	size_t count;

	out->count = 0;
	str_reset(&out->packed);
	if (base64_decode(text, BASE64_URL, &out->packed) ||
	    out->packed.n < HEADER)
		return -1;
	p = (const unsigned char *)out->packed.p;
	end = p + out->packed.n;
	out->algorithm = p[0];
	count = (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	small.p = p + HEADER;
	small.end = large.end = end;
	large.p = find_large(small, count);
	if (!large.p)
		return -1;
	MEM_ROOM(out->items, count, out->cap);
	for (size_t i = 0; i < count; i++) {
		if (next_item(&small, &large, &item)) {
			out->count = 0;
			return -1;
		}
		last ^= item;
		out->items[out->count++] = last;
	}
	return 0;
}

/* Without a processor's own instruction, which is not to be counted on. */
static size_t ones(uint64_t x)
{
	x -= x >> 1 & UINT64_C(0x5555555555555555);
	x = (x & UINT64_C(0x3333333333333333)) +
	    (x >> 2 & UINT64_C(0x3333333333333333));
	x = (x + (x >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
	return x * UINT64_C(0x0101010101010101) >> 56;
}

static size_t differing(const uint32_t *a, const uint32_t *b, size_t n)
{
	size_t i = 0, sum = 0;
	uint64_t x, y;

	for (; i + 2 <= n; i += 2) {
		memcpy(&x, a + i, sizeof(x));
		memcpy(&y, b + i, sizeof(y));
		sum += ones(x ^ y);
	}
	return i < n ? sum + ones(a[i] ^ b[i]) : sum;
}

double printcodec_similarity(const uint32_t *a, size_t na, const uint32_t *b,
			     size_t nb, long shift, size_t *overlap)
{
	size_t from_a = shift > 0 ? (size_t)shift : 0;
	size_t from_b = shift < 0 ? (size_t)-shift : 0;
	size_t n, wrong;

	*overlap = 0;
	if (from_a >= na || from_b >= nb)
		return 0;
	n = na - from_a < nb - from_b ? na - from_a : nb - from_b;
	wrong = differing(a + from_a, b + from_b, n);
	*overlap = n;
	return 1 - 2 * ((double)wrong / (32.0 * (double)n));
}

double printcodec_align(const uint32_t *a, size_t na, const uint32_t *b,
			size_t nb, long reach, size_t least, long *shift,
			size_t *overlap)
{
	double best = -1;

	*shift = 0;
	*overlap = 0;
	for (long s = -reach; s <= reach; s++) {
		size_t n;
		double v = printcodec_similarity(a, na, b, nb, s, &n);

		if (n < least || !n || v <= best)
			continue;
		best = v;
		*shift = s;
		*overlap = n;
	}
	return best;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

size_t printcodec_distinct(const uint32_t *items, size_t count)
{
	uint32_t *sorted;
	size_t n = count > 0;

	if (!count)
		return 0;
	sorted = mem_dup(items, count * sizeof(*items));
	qsort(sorted, count, sizeof(*sorted), by_value);
	for (size_t i = 1; i < count; i++)
		n += sorted[i] != sorted[i - 1];
	free(sorted);
	return n;
}
