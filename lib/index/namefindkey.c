/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/namefindkey.h"

#include "base/hash.h"
#include "text/tokens.h"
#include "text/utf8.h"

static bool left_out(struct span word)
{
	return span_is(word, "and");
}

/* The end of the words in text without "the" before and behind, "and"; where
 * nothing else is in it, false. */
static bool words_of(struct span name, bool keep, struct str *out)
{
	struct tokens t = { 0 };
	struct token token;
	size_t start = out->n, last = out->n;
	bool last_the = false;

	tokens_start(&t, name);
	while (tokens_next(&t, &token)) {
		bool the = span_is(token.text, "the");

		if (!keep && left_out(token.text))
			continue;
		if (!keep && the && out->n == start && !last_the) {
			last_the = true;
			continue;
		}
		last = out->n;
		str_span(out, token.text);
		last_the = the;
	}
	if (!keep && last_the && last > start)
		out->n = last;
	tokens_release(&t);
	return out->n > start;
}

uint32_t namefind_key(struct span name, struct str *out)
{
	struct str folded = { 0 };
	uint64_t mark;

	if (name.p)
		utf8_fold_name(name, &folded);
	mark = hash_mix(folded.n ? folded.p : "", folded.n);
	/* "The The", "And", "!!!" */
	if (!words_of(span_str(&folded), false, out) &&
	    !words_of(span_str(&folded), true, out))
		str_span(out, span_str(&folded));
	str_release(&folded);
	return (uint32_t)(mark >> 32);
}

void namefind_letters(struct span key, struct namefind_key *out)
{
	const char *p = key.p, *end = p + key.n;

	for (out->n = 0; p < end && out->n < NAMEFIND_LETTERS; out->n++)
		p = utf8_next(p, end, &out->letter[out->n]);
}

/* Letters of one bit are not told apart; none of a to x share one. */
uint32_t namefind_signature(const struct namefind_key *key)
{
	uint32_t bits = (key->n < 255 ? key->n : 255) << 24;

	for (uint32_t i = 0; i < key->n; i++)
		bits |= 1u << (key->letter[i] - 'a') % 24;
	return bits;
}

uint64_t namefind_fragment(const uint32_t *p, uint32_t n, uint32_t gap,
			   uint32_t part, uint32_t letters)
{
	uint64_t h = (uint64_t)part << 32 | letters;

	for (uint32_t i = 0; i < n; i++) {
		if (i == gap)
			continue;
		h = (h ^ p[i]) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	h *= UINT64_C(0xbf58476d1ce4e5b9);
	return h ^ h >> 32;
}

static size_t add(uint64_t *out, size_t n, uint64_t h)
{
	for (size_t i = 0; i < n; i++)
		if (out[i] == h)
			return n;
	out[n] = h;
	return n + 1;
}

size_t namefind_fragments(const struct namefind_key *key,
			  uint64_t out[NAMEFIND_FRAGMENTS])
{
	uint32_t n = key->n, parts = n <= NAMEFIND_HALVES ? 2 : NAMEFIND_PIECES;
	size_t found = 0;

	for (uint32_t i = 0; i < parts; i++) {
		uint32_t from = namefind_cut(n, i);
		uint32_t length = namefind_cut(n, i + 1) - from;
		const uint32_t *p = key->letter + from;

		if (parts > 2) {
			found =
			    add(out, found,
				namefind_fragment(p, length, length, 2 + i, n));
			continue;
		}
		for (uint32_t gap = 0; gap <= length; gap++)
			found = add(out, found,
				    namefind_fragment(p, length, gap, i, 0));
	}
	return found;
}
