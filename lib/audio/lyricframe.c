/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/lyricframe.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/utf8.h"

#define LOAD_MAX ((size_t)8 << 20) /* of a tag; what comes after is not seen */
#define DEPTH 5                    /* boxes of MP4 on the way to the text */

struct block { /* loaded bytes */
	uint8_t *p;
	size_t n;
};

static uint32_t big(const uint8_t *p, int n)
{
	uint32_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

static uint32_t little(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

static uint32_t syncsafe(const uint8_t *p)
{
	return (uint32_t)(p[0] & 127) << 21 | (uint32_t)(p[1] & 127) << 14 |
	       (uint32_t)(p[2] & 127) << 7 | (p[3] & 127);
}

/* To be freed, also where it is empty. */
static struct block load(struct bytes *b, uint64_t at, uint64_t n)
{
	struct block x = { 0 };

	if (at < b->size) {
		if (n > b->size - at)
			n = b->size - at;
		if (n > LOAD_MAX)
			n = LOAD_MAX;
		x.p = mem_alloc((size_t)n);
		x.n = bytes_peek(b, at, x.p, (size_t)n);
	}
	return x;
}

/* --- ID3v2 --- */

/* Takes the zeros out that keep 0xff and what follows apart. */
static size_t unsync(uint8_t *p, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		p[to++] = p[i];
		if (p[i] == 0xff && i + 1 < n && p[i + 1] == 0)
			i++;
	}
	return to;
}

/* Text of one of ID3's four encodings, up to its end or a zero; returns what
 * was used, the zero included. out may be NULL. */
static size_t id3_text(const uint8_t *p, size_t n, int encoding,
		       struct str *out)
{
	bool wide = encoding == 1 || encoding == 2, low = false;
	uint32_t high = 0;
	size_t i = 0;

	if (!wide) {
		while (i < n && p[i])
			i++;
		if (out && encoding == 3)
			utf8_clean((struct span){ (const char *)p, i }, out);
		for (size_t k = 0; out && encoding != 3 && k < i; k++)
			utf8_put(out, p[k]);
		return i < n ? i + 1 : n;
	}
	if (encoding == 1 && n >= 2 &&
	    (big(p, 2) == 0xfffe || big(p, 2) == 0xfeff)) {
		low = p[0] == 0xff;
		i = 2;
	}
	for (; i + 2 <= n; i += 2) {
		uint32_t u =
		    low ? p[i] | (uint32_t)p[i + 1] << 8 : big(p + i, 2);

		if (!u)
			return i + 2;
		if (high && u >= 0xdc00 && u < 0xe000) {
			u = 0x10000 + ((high - 0xd800) << 10) + (u - 0xdc00);
		} else if (u >= 0xd800 && u < 0xdc00) {
			high = u;
			continue;
		}
		high = 0;
		if (out)
			utf8_put(out, u);
	}
	return n;
}

/* The body of a USLT frame: encoding, language, description, text. */
static void uslt(const uint8_t *p, size_t n, struct str *out)
{
	size_t used;

	if (n < 5 || p[0] > 3)
		return;
	used = 4 + id3_text(p + 4, n - 4, p[0], NULL);
	id3_text(p + used, n - used, p[0], out);
}

/* The frame at p of a tag of that version; returns its size, 0 at the end. */
static size_t id3_frame(uint8_t *p, size_t n, int version, struct str *out)
{
	size_t head = version == 2 ? 6 : 10, size, from = 0;
	const char *name = version == 2 ? "ULT" : "USLT";
	uint8_t flags = 0, plain = version == 4 ? 0x0c : 0xc0;

	if (n < head || !p[0])
		return 0;
	size = version == 2   ? big(p + 3, 3)
	       : version == 3 ? big(p + 4, 4)
			      : syncsafe(p + 4);
	if (size > n - head)
		return 0;
	if (memcmp(p, name, strlen(name)))
		return head + size;
	if (version > 2)
		flags = p[9];
	if (flags & plain) /* compressed or encrypted */
		return head + size;
	if (flags & (version == 4 ? 0x40 : 0x20))
		from++; /* group */
	if (version == 4 && flags & 0x01)
		from += 4; /* length before unsynchronisation */
	if (from > size)
		return head + size;
	n = size - from;
	p += head + from;
	uslt(p, version == 4 && flags & 0x02 ? unsync(p, n) : n, out);
	return head + size;
}

/* A tag at that offset, if there is one; returns where it ends. */
static uint64_t id3(struct bytes *b, uint64_t at, struct str *out)
{
	uint8_t h[10];
	struct block x;
	size_t i = 0, size;

	if (bytes_peek(b, at, h, 10) < 10 || memcmp(h, "ID3", 3) || h[3] < 2 ||
	    h[3] > 4 || (h[3] == 2 && h[5] & 0x40))
		return at;
	x = load(b, at + 10, syncsafe(h + 6));
	if (h[5] & 0x80 && h[3] < 4)
		x.n = unsync(x.p, x.n);
	if (h[3] > 2 && h[5] & 0x40 && x.n >= 4) /* extended header */
		i = h[3] == 3 ? 4 + (size_t)big(x.p, 4) : syncsafe(x.p);
	while (i < x.n && !out->n &&
	       (size = id3_frame(x.p + i, x.n - i, h[3], out)))
		i += size;
	free(x.p);
	return at + 10 + syncsafe(h + 6) + (h[5] & 0x10 ? 10 : 0);
}

/* The chunks of RIFF and FORM. */
static void chunks(struct bytes *b, bool big_endian, struct str *out)
{
	uint64_t at = 12;
	uint8_t h[8];

	while (!out->n && bytes_peek(b, at, h, 8) == 8) {
		uint32_t n = big_endian ? big(h + 4, 4) : little(h + 4);

		if (!memcmp(h, "ID3 ", 4) || !memcmp(h, "id3 ", 4))
			id3(b, at + 8, out);
		at += 8 + (uint64_t)n + (n & 1);
	}
}

/* --- Vorbis comments --- */

static void comments(const uint8_t *p, size_t n, struct str *out)
{
	uint32_t count, size;
	size_t i;

	if (n < 8 || little(p) > n - 8)
		return;
	i = 4 + little(p);
	count = little(p + i);
	i += 4;
	while (count-- && n - i >= 4 && !out->n) {
		struct span name, all;

		size = little(p + i);
		i += 4;
		if (size > n - i)
			return;
		all = (struct span){ (const char *)p + i, size };
		name = all;
		for (name.n = 0; name.n < size && name.p[name.n] != '=';)
			name.n++;
		if (name.n < size && (span_ieq(name, "LYRICS") ||
				      span_ieq(name, "UNSYNCEDLYRICS")))
			utf8_clean((struct span){ all.p + name.n + 1,
						  size - name.n - 1 },
				   out);
		i += size;
	}
}

static void flac(struct bytes *b, uint64_t at, struct str *out)
{
	uint8_t h[4] = { 0 };

	for (at += 4; !(h[0] & 0x80) && bytes_peek(b, at, h, 4) == 4;) {
		if ((h[0] & 0x7f) == 4) {
			struct block x = load(b, at + 4, big(h + 1, 3));

			comments(x.p, x.n, out);
			free(x.p);
			return;
		}
		at += 4 + big(h + 1, 3);
	}
}

/* Appends a page's part of the second packet of its stream; true: there is more
 * of it. */
static bool ogg_page(struct bytes *b, uint64_t *at, int *packet,
		     struct str *second)
{
	uint8_t h[27], table[255];
	uint64_t from;

	if (bytes_peek(b, *at, h, 27) < 27 || memcmp(h, "OggS", 4) ||
	    bytes_peek(b, *at + 27, table, h[26]) < h[26])
		return false;
	from = *at + 27 + h[26];
	for (int i = 0; i < h[26] && *packet < 2; i++) {
		if (*packet == 1) {
			str_reserve(second, table[i]);
			second->n += bytes_peek(b, from, second->p + second->n,
						table[i]);
		}
		*packet += table[i] < 255;
		from += table[i];
	}
	*at = from;
	return *packet < 2 && second->n < LOAD_MAX;
}

static void ogg(struct bytes *b, struct str *out)
{
	static const struct {
		const char *magic;
		uint8_t n, skip;
	} heads[] = { { "\003vorbis", 7, 7 },
		      { "OpusTags", 8, 8 },
		      { "\x04", 1, 4 },
		      { "\x84", 1, 4 } };
	struct str second = { 0 };
	uint64_t at = 0;
	int packet = 0;

	while (ogg_page(b, &at, &packet, &second))
		;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (second.n >= 8 &&
		    !memcmp(second.p, heads[i].magic, heads[i].n)) {
			comments((uint8_t *)second.p + heads[i].skip,
				 second.n - heads[i].skip, out);
			break;
		}
	str_release(&second);
}

/* --- MP4 --- */

/* Looks in [at, end) for the box `path` begins with, in it for the next. */
static void mp4(struct bytes *b, uint64_t at, uint64_t end, int depth,
		struct str *out)
{
	static const char path[DEPTH][5] = { "moov", "udta", "meta", "ilst",
					     "\251lyr" };
	uint8_t h[16];

	while (!out->n && at < end && bytes_peek(b, at, h, 8) == 8) {
		uint64_t size = big(h, 4), head = 8;

		if (size == 1 && bytes_peek(b, at + 8, h + 8, 8) == 8) {
			size = (uint64_t)big(h + 8, 4) << 32 | big(h + 12, 4);
			head = 16;
		} else if (size == 0) {
			size = end - at;
		}
		if (size < head || size > end - at)
			return;
		if (depth == DEPTH && !memcmp(h + 4, "data", 4) &&
		    size >= head + 8) {
			struct block x =
			    load(b, at + head + 8, size - head - 8);

			utf8_clean((struct span){ (char *)x.p, x.n }, out);
			free(x.p);
		} else if (depth < DEPTH && !memcmp(h + 4, path[depth], 4)) {
			/* "meta" has four bytes of version. */
			mp4(b, at + head + (depth == 2 ? 4 : 0), at + size,
			    depth + 1, out);
		}
		at += size;
	}
}

void lyricframe_read(struct bytes *b, struct str *out)
{
	uint8_t h[12] = { 0 };
	uint64_t at;

	str_reset(out);
	at = id3(b, 0, out);
	if (out->n || bytes_peek(b, at, h, 12) < 12)
		return;
	if (!memcmp(h, "fLaC", 4))
		flac(b, at, out);
	else if (!memcmp(h, "OggS", 4))
		ogg(b, out);
	else if (!memcmp(h, "RIFF", 4) || !memcmp(h, "FORM", 4))
		chunks(b, h[0] == 'F', out);
	else if (!memcmp(h + 4, "ftyp", 4))
		mp4(b, 0, b->size, 0, out);
}
