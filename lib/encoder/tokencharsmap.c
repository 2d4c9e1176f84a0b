/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/tokencharsmap.h"

#include <stdlib.h>

#include "base/base64.h"
#include "base/mem.h"
#include "text/unicode.h"
#include "text/utf8.h"

#define CLUSTER_MAX 6        /* longer clusters have no rule of their own */
#define REPLACEMENT_MAX 1024 /* bytes; honest ones have some dozens */

struct tokencharsmap {
	struct str bytes; /* what was decoded */
	uint32_t *units;
	size_t count;
	struct span text; /* replacements, each ends with NUL */
	bool ascii;       /* some rule begins with an ASCII byte */
};

static uint32_t little(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[3] << 24;
}

/* Fields of a unit, as darts-clone packs them. */
static inline bool has_leaf(uint32_t unit)
{
	return unit >> 8 & 1;
}
static inline uint32_t value(uint32_t unit)
{
	return unit & 0x7fffffff;
}
static inline uint32_t label(uint32_t unit)
{
	return unit & 0x800000ff;
}
static inline uint32_t offset(uint32_t unit)
{
	return unit >> 10 << ((unit & 0x200) >> 6);
}

/* The replacement of the shortest rule that s begins with. */
static bool find(const struct tokencharsmap *m, struct span s, struct span *out)
{
	size_t at = offset(m->units[0]), end;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		uint32_t unit, v;

		at ^= c;
		if (!c || at >= m->count)
			return false;
		unit = m->units[at];
		if (label(unit) != c)
			return false;
		at ^= offset(unit);
		if (!has_leaf(unit))
			continue;
		if (at >= m->count)
			return false;
		v = value(m->units[at]);
		if (v >= m->text.n ||
		    ((unsigned char)m->text.p[v] & 0xc0) == 0x80)
			return false;
		for (end = v; end < m->text.n && m->text.p[end] &&
			      end - v <= REPLACEMENT_MAX;
		     end++)
			;
		if (end - v > REPLACEMENT_MAX)
			return false;
		*out = (struct span){ m->text.p + v, end - v };
		return true;
	}
	return false;
}

struct tokencharsmap *tokencharsmap_new(struct span base64, struct err *err)
{
	struct tokencharsmap *m = mem_zalloc(1, sizeof(*m));
	struct span s, out;
	uint32_t size;

	if (base64_decode(base64, BASE64_STANDARD, &m->bytes) || m->bytes.n < 8)
		goto bad;
	s = span_str(&m->bytes);
	size = little(s.p);
	if (size % 4 || !size || size > s.n - 4)
		goto bad;
	m->count = size / 4;
	m->units = mem_alloc(size);
	for (size_t i = 0; i < m->count; i++)
		m->units[i] = little(s.p + 4 + 4 * i);
	m->text = (struct span){ s.p + 4 + size, s.n - 4 - size };
	if (!utf8_valid(m->text))
		goto bad;
	m->ascii = find(m, SPAN("\r\n"), &out);
	for (int i = 1; i < 0x80; i++) {
		char c = (char)i;

		m->ascii |= find(m, (struct span){ &c, 1 }, &out);
	}
	return m;
bad:
	err_set(err, ERR_DATA, "tokenizer",
		"the normalizer Precompiled: its charsmap is damaged");
	tokencharsmap_free(m);
	return NULL;
}

void tokencharsmap_free(struct tokencharsmap *m)
{
	if (!m)
		return;
	str_release(&m->bytes);
	free(m->units);
	free(m);
}

struct mapping {
	const struct tokencharsmap *m;
	const struct tokenbytes *in;
	struct tokenbytes *out;
};

/* Code points of the replacement stand for those that it replaces, one by one,
 * what is too much for the last. */
static void replace(struct mapping *g, size_t begin, size_t end, struct span by)
{
	size_t old = begin, next;

	for (size_t i = 0; i < by.n;) {
		uint32_t code;

		i += tokentext_code(by.p + i, &code);
		tokenbytes_put(g->out, code, g->in->from[old], g->in->to[old]);
		next = old + tokentext_code(g->in->p + old, &code);
		if (next < end)
			old = next;
	}
}

static bool rule(struct mapping *g, size_t begin, size_t end)
{
	struct span s = { g->in->p + begin, end - begin }, by;

	if (!find(g->m, s, &by))
		return false;
	replace(g, begin, end, by);
	return true;
}

static void cluster(struct mapping *g, size_t begin, size_t end)
{
	uint32_t code;
	size_t n;

	if (end - begin < CLUSTER_MAX && rule(g, begin, end))
		return;
	for (; begin < end; begin += n) {
		n = tokentext_code(g->in->p + begin, &code);
		if (!rule(g, begin, begin + n))
			tokenbytes_copy(g->out, g->in, begin, begin + n);
	}
}

static void map_clusters(const void *ctx, const struct tokenbytes *in,
			 size_t begin, size_t end, struct tokenbytes *out)
{
	struct mapping g = { ctx, in, out };
	size_t start = begin, i = begin, n;
	uint32_t a = 0, b;
	int32_t state = 0;

	for (; i < end; i += n, a = b) {
		n = tokentext_code(in->p + i, &b);
		if (i == begin)
			continue;
		/* Neighbours in ASCII, but CR LF, are always apart. */
		if (a < 0x80 && b < 0x80 && a != '\r') {
			state = 0;
		} else if (!unicode_grapheme_ends(a, b, &state)) {
			continue;
		}
		cluster(&g, start, i);
		start = i;
	}
	cluster(&g, start, end);
}

void tokencharsmap_apply(const struct tokencharsmap *m, struct tokentext *t)
{
	if (m->ascii || !tokentext_is_ascii(t))
		tokentext_map(t, map_clusters, m);
}
