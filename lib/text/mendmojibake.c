/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mojibake. A sequence is a run of two to four characters whose bytes in
 * Windows-1252 (or Latin-1, for the C1 controls) are one well-formed character
 * of UTF-8. Correct text has such runs by chance: "Ä“" closes a German
 * quotation, "é »" a French one. So what a sequence weighs depends on its
 * neighbours: weighing() has the rules. After ftfy (R. Speer, Zenodo,
 * doi:10.5281/zenodo.2591652), which finds text that is too odd to be true;
 * these rules are narrower.
 */
#include <stdlib.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "text/mend.h"
#include "text/utf8.h"

enum weight { WEIGHT_NONE, WEIGHT_WEAK, WEIGHT_STRONG };

struct sequence {
	size_t n; /* characters; 0: none */
	uint32_t target;
	enum weight weight;
};

/* A character's byte in Windows-1252, or -1. Those that it lacks and the C1
 * controls are taken as in Latin-1. */
static int byte_of(uint32_t c)
{
	if (c < 0x100)
		return (int)c;
	switch (c) {
	case 0x20AC:
		return 0x80;
	case 0x201A:
		return 0x82;
	case 0x0192:
		return 0x83;
	case 0x201E:
		return 0x84;
	case 0x2026:
		return 0x85;
	case 0x2020:
		return 0x86;
	case 0x2021:
		return 0x87;
	case 0x02C6:
		return 0x88;
	case 0x2030:
		return 0x89;
	case 0x0160:
		return 0x8A;
	case 0x2039:
		return 0x8B;
	case 0x0152:
		return 0x8C;
	case 0x017D:
		return 0x8E;
	case 0x2018:
		return 0x91;
	case 0x2019:
		return 0x92;
	case 0x201C:
		return 0x93;
	case 0x201D:
		return 0x94;
	case 0x2022:
		return 0x95;
	case 0x2013:
		return 0x96;
	case 0x2014:
		return 0x97;
	case 0x02DC:
		return 0x98;
	case 0x2122:
		return 0x99;
	case 0x0161:
		return 0x9A;
	case 0x203A:
		return 0x9B;
	case 0x0153:
		return 0x9C;
	case 0x017E:
		return 0x9E;
	case 0x0178:
		return 0x9F;
	default:
		return -1;
	}
}

/* Signs that correct text has right behind a letter: quotes, dashes, dots,
 * spaces, marks of ownership and order, and the letters among them. */
static bool is_natural(uint32_t c)
{
	switch (c) {
	case 0xA0: /* no-break space */
	case 0xA1: /* inverted marks */
	case 0xBF:
	case 0xA8: /* spacing accents */
	case 0xB4:
	case 0xA9: /* (c) (r) TM */
	case 0xAE:
	case 0x2122:
	case 0xAA: /* ordinals, degree, exponents */
	case 0xB0:
	case 0xB2:
	case 0xB3:
	case 0xB9:
	case 0xBA:
	case 0xAB: /* quotes */
	case 0xBB:
	case 0x2018:
	case 0x2019:
	case 0x201A:
	case 0x201C:
	case 0x201D:
	case 0x201E:
	case 0x2039:
	case 0x203A:
	case 0xB7: /* dots and dashes */
	case 0x2022:
	case 0x2013:
	case 0x2014:
	case 0x2026:
	case 0x20AC:
	case 0x0152: /* letters */
	case 0x0153:
	case 0x0160:
	case 0x0161:
	case 0x0178:
	case 0x017D:
	case 0x017E:
		return true;
	default:
		return false;
	}
}

/* Of those, the ones that may follow each other and end a word. */
static bool is_closing(uint32_t c)
{
	return is_natural(c) && c != 0xA8 && c != 0xB4 && c != 0x20AC &&
	       c != 0xAA && c != 0xBA && c != 0xA1 && c != 0xBF &&
	       !(c >= 0x0152 && c <= 0x017E);
}

static bool is_lower(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0xFF && c != 0xF7);
}

static bool is_letter(uint32_t c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z') ||
	       (c >= 0xC0 && c <= 0xDE && c != 0xD7) ||
	       (c >= 0x100 && c < 0x250);
}

/* Signs, arrows, ornaments: what an "â" in front is mostly for. */
static bool is_sign(uint32_t c)
{
	return (c >= 0x2000 && c <= 0x24FF) || (c >= 0x25A0 && c <= 0x27BF) ||
	       (c >= 0x2900 && c <= 0x2BFF);
}

/* The sequence that starts at c[i], not weighed. */
static struct sequence decode(const uint32_t *c, size_t i, size_t n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	struct sequence none = { 0 }, s = { 0 };
	uint32_t lead = c[i];
	utf8proc_category_t kind;

	if (lead < 0xC2 || lead > 0xF4)
		return none;
	s.n = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
	if (n - i < s.n)
		return none;
	s.target = lead & (0x7Fu >> s.n);
	for (size_t k = 1; k < s.n; k++) {
		int b = byte_of(c[i + k]);
		if (b < 0x80 || b > 0xBF)
			return none;
		s.target = s.target << 6 | (unsigned)(b & 0x3F);
	}
	if (s.target < least[s.n] || s.target > 0x10FFFF)
		return none;
	/* A control only where it stands for itself: damaged twice. */
	if (s.target < 0xA0 && c[i + 1] != s.target)
		return none;
	kind = utf8proc_category((utf8proc_int32_t)s.target);
	if (kind == UTF8PROC_CATEGORY_CN || kind == UTF8PROC_CATEGORY_CO ||
	    kind == UTF8PROC_CATEGORY_CS)
		return none;
	return s;
}

/* Two characters for one: what an "Ã" or "Ð" begins. */
static bool is_strong_pair(uint32_t before, uint32_t lead, uint32_t second,
			   uint32_t after)
{
	bool latin = lead <= 0xC5; /* A with something on it */

	/* Upper case inside a word, a sign behind it: "cafÃ©". */
	if (is_lower(before) && lead != 0xD7 && lead != 0xDF)
		return true;
	/* A word that is one letter and a sign, in front of a letter. */
	if (latin && !is_letter(before) && is_letter(after))
		return true;
	/* A sign inside a word: "Ã©t". */
	if (latin && !is_closing(second) && is_lower(after))
		return true;
	/* "Â©", "Â°", "Â ": no word is a lone Â. */
	return lead == 0xC2 && second < 0xC0 && !is_letter(before);
}

static enum weight weighing(const uint32_t *c, size_t i, size_t n,
			    const struct sequence *s)
{
	uint32_t before = i ? c[i - 1] : 0;
	uint32_t after = i + s->n < n ? c[i + s->n] : 0;
	bool closing = true;

	if (s->n == 4)
		return WEIGHT_STRONG;
	for (size_t k = 1; k < s->n; k++) {
		uint32_t x = c[i + k];
		if (x < 0xA0 || !is_natural(x))
			return WEIGHT_STRONG;
		closing &= is_closing(x);
	}
	if (s->n == 2)
		return is_strong_pair(before, c[i], c[i + 1], after)
			   ? WEIGHT_STRONG
			   : WEIGHT_WEAK;
	if (c[i] == 0xE2 && is_sign(s->target) && !closing)
		return WEIGHT_STRONG;
	return WEIGHT_WEAK;
}

/* Finds the sequences of c[n], at[i] for the one that starts at i. Returns
 * whether there is one beyond doubt; *strangers: what is neither ASCII nor in a
 * sequence. */
static bool find(const uint32_t *c, size_t n, struct sequence *at,
		 size_t *strangers)
{
	size_t last = 0; /* 1 + where the previous sequence starts */
	bool strong = false;

	*strangers = 0;
	for (size_t i = 0; i < n;) {
		struct sequence s = decode(c, i, n);

		at[i] = s;
		if (!s.n) {
			*strangers += c[i] >= 0x80;
			i++;
			continue;
		}
		at[i].weight = weighing(c, i, n, &s);
		if (last && last - 1 + at[last - 1].n == i)
			at[i].weight = at[last - 1].weight = WEIGHT_STRONG;
		strong |= at[i].weight == WEIGHT_STRONG;
		last = i + 1;
		i += s.n;
	}
	return strong;
}

bool mend_mojibake(struct span in, struct str *out)
{
	uint32_t *c = mem_alloc((in.n + 1) * sizeof(*c));
	struct sequence *at = NULL;
	const char *p = in.p, *end = p + in.n;
	size_t n = 0, strangers;
	bool strong = false;

	while (p < end) {
		p = utf8_next(p, end, &c[n]);
		strong |= c[n] >= 0xC2 && c[n] <= 0xF4;
		n++;
	}
	if (strong) {
		at = mem_zalloc(n, sizeof(*at));
		strong = find(c, n, at, &strangers);
	}
	for (size_t i = 0; strong && i < n;) {
		bool put = at[i].weight == WEIGHT_STRONG ||
			   (at[i].weight == WEIGHT_WEAK && !strangers);
		utf8_put(out, put ? at[i].target : c[i]);
		i += put ? at[i].n : 1;
	}
	free(c);
	free(at);
	return strong;
}
