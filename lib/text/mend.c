/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/mend.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define ROUNDS 3 /* of mojibake: more was never seen */

enum { LOOK_AMP = 1, LOOK_CR = 2, LOOK_HIGH = 4 };

/* The first byte at or after i that is "&", CR or not ASCII. */
static size_t plain_run(struct span s, size_t i)
{
#ifdef __SSE2__
	const __m128i amp = _mm_set1_epi8('&'), cr = _mm_set1_epi8('\r');

	for (; s.n - i >= 16; i += 16) {
		__m128i x =
		    _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
		__m128i hit =
		    _mm_or_si128(x, _mm_or_si128(_mm_cmpeq_epi8(x, amp),
						 _mm_cmpeq_epi8(x, cr)));
		int mask = _mm_movemask_epi8(hit);

		if (mask)
			return i + (size_t)__builtin_ctz((unsigned)mask);
	}
#endif
	while (i < s.n && (unsigned char)s.p[i] < 0x80 && s.p[i] != '&' &&
	       s.p[i] != '\r')
		i++;
	return i;
}

/* Could the sequence at p (not ASCII) be part of what is to be mended? */
static inline bool odd_sequence(const unsigned char *p, size_t left)
{
	switch (p[0]) {
	case 0xC2: /* C1 controls, soft hyphen */
		return p[1] < 0xA0 || p[1] == 0xAD;
	case 0xC3: /* what a lead byte of UTF-8 looks like, and what follows */
		return p[1] >= 0x82 && p[1] <= 0xB4 && left > 2 && p[2] >= 0x80;
	case 0xD8:
		return p[1] == 0x9C;
	case 0xE2:
		return (p[1] == 0x80 && ((p[2] >= 0x8B && p[2] <= 0x8F) ||
					 (p[2] >= 0xA8 && p[2] <= 0xAE))) ||
		       (p[1] == 0x81 && p[2] >= 0xA0 && p[2] <= 0xAF);
	case 0xEF:
		return p[1] == 0xBB && p[2] == 0xBF;
	default:
		return false;
	}
}

static unsigned look(struct span s)
{
	unsigned found = 0;
	size_t i = plain_run(s, 0);

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '&') {
			found |= LOOK_AMP;
			i++;
		} else if (c == '\r') {
			found |= LOOK_CR;
			i++;
		} else if (found & LOOK_HIGH) {
			i++;
		} else {
			size_t n = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
			if (odd_sequence((const unsigned char *)s.p + i,
					 s.n - i))
				found |= LOOK_HIGH;
			i += n;
			if (i < s.n && (unsigned char)s.p[i] >= 0x80)
				continue;
		}
		i = i < s.n ? plain_run(s, i) : i;
	}
	return found;
}

bool mend_suspects(struct span text)
{
	return look(text) != 0;
}

struct span mend_text(struct span in, struct str *scratch)
{
	unsigned found = look(in);
	struct str other = { 0 }, *to = scratch, *spare = &other, *swap;
	struct span text = in;

#define STEP(step)                                                             \
	(str_reset(to), step(text, to) ? (text = span_str(to), swap = to,      \
					  to = spare, spare = swap, true)      \
				       : false)
	if (!found)
		return in;
	if (found & LOOK_AMP && STEP(mend_references)) {
		STEP(mend_references);
		found |= look(text);
	}
	if (found & LOOK_HIGH)
		for (int i = 0; i < ROUNDS && STEP(mend_mojibake); i++)
			;
	if (found & (LOOK_HIGH | LOOK_CR))
		STEP(mend_unseen);
#undef STEP
	if (text.p == in.p) {
		text = in;
	} else if (spare == &other) {
		/* The last result is in the buffer that goes. */
		str_reset(scratch);
		str_span(scratch, text);
		text = span_str(scratch);
	}
	str_release(&other);
	return text;
}

struct span mend_url(struct span in, struct str *scratch)
{
	static const char *const forms[] = { "&amp;", "&#38;", "&#038;",
					     "&#x26;", "&#X26;" };
	const char *p = in.p, *end = p + in.n;

	if (!in.n || !memchr(p, '&', in.n))
		return in;
	str_reset(scratch);
	while (p < end) {
		size_t n = 1;

		for (size_t i = 0; *p == '&' && i < 5; i++) {
			size_t len = strlen(forms[i]);
			if ((size_t)(end - p) >= len &&
			    !memcmp(p, forms[i], len))
				n = len;
		}
		str_putc(scratch, *p);
		p += n;
	}
	return scratch->n == in.n ? in : span_str(scratch);
}
