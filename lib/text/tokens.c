/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/tokens.h"

#include <utf8proc.h>

#include "text/utf8.h"

enum letter {
	SPACE,
	MARK_OFF,
	LETTER,
	DIGIT,
	IDEOGRAPH,
	EMOJI,
	REGION,
	HYPHEN,
	APOSTROPHE,
	DOT,
	AMPERSAND
};

static bool is_ideograph(uint32_t c)
{
	return (c >= 0x3041 && c <= 0x30FF && c != 0x30FB) ||
	       (c >= 0x31F0 && c <= 0x31FF) || (c >= 0x3400 && c <= 0x4DBF) ||
	       (c >= 0x4E00 && c <= 0x9FFF) || c == 0x3005 || c == 0x3007 ||
	       (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFD);
}

static bool is_emoji(uint32_t c)
{
	return (c >= 0x2600 && c <= 0x27BF) || c == 0x2B50 || c == 0x2B55 ||
	       (c >= 0x231A && c <= 0x23FF && c != 0x2329 && c != 0x232A) ||
	       (c >= 0x1F000 && c <= 0x1FAFF);
}

static enum letter wide(uint32_t c)
{
	if (is_ideograph(c))
		return IDEOGRAPH;
	if (c >= 0x1F3FB && c <= 0x1F3FF)
		return MARK_OFF;
	if (c >= 0x1F1E6 && c <= 0x1F1FF)
		return REGION;
	if (is_emoji(c))
		return EMOJI;
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_NL:
		return LETTER;
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NO:
		return DIGIT;
	case UTF8PROC_CATEGORY_PD:
		return HYPHEN;
	default:
		return SPACE;
	}
}

static enum letter class_of(uint32_t c)
{
	if (c >= 0x80)
		return wide(c);
	if (c >= 'a' && c <= 'z')
		return LETTER;
	if (c >= '0' && c <= '9')
		return DIGIT;
	return c == '\''  ? APOSTROPHE
	       : c == '-' ? HYPHEN
	       : c == '.' ? DOT
	       : c == '&' ? AMPERSAND
			  : SPACE;
}

/* The class of the character at p and the place behind it. */
static enum letter look(const char *p, const char *end, const char **next)
{
	uint32_t c = (unsigned char)*p;

	if (c < 0x80) {
		*next = p + 1;
		return class_of(c);
	}
	*next = utf8_next(p, end, &c);
	return class_of(c);
}

static bool starts(const char *p, const char *end, const char *z)
{
	size_t n = strlen(z);

	return (size_t)(end - p) >= n && memcmp(p, z, n) == 0;
}

/* Length of a URL's first word and all up to white space; 0: no URL. */
static size_t url(const char *p, const char *end)
{
	const char *q = p;

	if (!starts(p, end, "www.")) {
		while (q < end && q - p < 12 && *q >= 'a' && *q <= 'z')
			q++;
		if (q == p || !starts(q, end, "://"))
			return 0;
	}
	while (q < end && (unsigned char)*q > ' ')
		q++;
	return (size_t)(q - p);
}

void tokens_start(struct tokens *t, struct span text)
{
	str_reset(&t->text);
	if (text.p)
		utf8_fold(text, &t->text);
	t->pos = 0;
	t->any = false;
}

void tokens_release(struct tokens *t)
{
	str_release(&t->text);
	*t = (struct tokens){ 0 };
}

/* Skips to the next token's first byte; false at the end. */
static bool seek(struct tokens *t, struct token *out, enum letter *first)
{
	const char *end = t->text.p + t->text.n, *p = t->text.p + t->pos,
		   *next = p;
	bool joined = t->any;

	for (; p < end; p = next) {
		enum letter c = look(p, end, &next);
		size_t n = c == LETTER ? url(p, end) : 0;

		if (n) {
			next = p + n;
			joined = false;
			continue;
		}
		if (c >= LETTER && c <= REGION) {
			*first = c;
			break;
		}
		if (c == DOT || (c == SPACE && *p != ' '))
			joined = false;
	}
	t->pos = (size_t)(p - t->text.p);
	out->joined = joined;
	return p < end;
}

/* One letter, not two: the byte behind it is no letter or digit. */
static bool single(const char *p, const char *end)
{
	const char *next, *beyond;

	if (p >= end || look(p, end, &next) != LETTER)
		return false;
	if (next >= end)
		return true;
	switch (look(next, end, &beyond)) {
	case LETTER:
	case DIGIT:
		return false;
	default:
		return true;
	}
}

/* Letters and digits from pos on, compacted in place. */
static void word(struct tokens *t, struct token *out)
{
	char *start = t->text.p + t->pos, *to = start;
	const char *end = t->text.p + t->text.n, *p = start, *next;
	size_t letters = 0, count = 0, run = 0; /* run: since the last dot */

	for (; p < end; p = next) {
		enum letter c = look(p, end, &next), after;
		const char *unused;

		after = next < end ? look(next, end, &unused) : SPACE;
		if (c == APOSTROPHE && (after == LETTER || after == DIGIT))
			continue;
		if (c == DOT && run == 1 && letters == count &&
		    single(next, end)) {
			run = 0;
			continue;
		}
		if (c == AMPERSAND && count == 1 && letters == 1 &&
		    single(next, end)) {
			*to++ = 'n';
			continue;
		}
		if (c != LETTER && c != DIGIT)
			break;
		letters += c == LETTER;
		count++;
		run++;
		memmove(to, p, (size_t)(next - p));
		to += next - p;
	}
	t->pos = (size_t)(p - t->text.p);
	out->text = (struct span){ start, (size_t)(to - start) };
	out->kind = letters ? TOKEN_WORD : TOKEN_NUMBER;
}

bool tokens_next(struct tokens *t, struct token *out)
{
	const char *p, *end, *next;
	enum letter first, second;

	if (!t->text.p || !seek(t, out, &first))
		return false;
	end = t->text.p + t->text.n;
	t->any = true;
	if (first == LETTER || first == DIGIT) {
		word(t, out);
		return true;
	}
	p = t->text.p + t->pos;
	look(p, end, &next);
	if (first == REGION && next < end) {
		const char *beyond;

		second = look(next, end, &beyond);
		next = second == REGION ? beyond : next;
	}
	out->text = (struct span){ p, (size_t)(next - p) };
	out->kind = first == IDEOGRAPH ? TOKEN_IDEOGRAPH : TOKEN_EMOJI;
	t->pos += out->text.n;
	return true;
}
