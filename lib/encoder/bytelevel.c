/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/bytelevel.h"

#include "text/unicode.h"

static inline bool prints(unsigned b)
{
	return (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) ||
	       b >= 0xae;
}

struct letters {
	uint16_t of[256];
};

static void fill(struct letters *l)
{
	uint16_t more = 0x100;

	for (unsigned b = 0; b < 256; b++)
		l->of[b] = prints(b) ? (uint16_t)b : more++;
}

int bytelevel_byte(uint32_t code)
{
	if (code < 0x100)
		return prints(code) ? (int)code : -1;
	if (code <= 0x120)
		return (int)code - 0x100;
	if (code <= 0x142)
		return 0x7f + (int)code - 0x121;
	return code == 0x143 ? 0xad : -1;
}

static void map_bytes(const void *ctx, const struct tokenbytes *in,
		      size_t begin, size_t end, struct tokenbytes *out)
{
	const struct letters *l = ctx;

	for (size_t i = begin; i < end; i++)
		tokenbytes_put(out, l->of[(unsigned char)in->p[i]], in->from[i],
			       in->to[i]);
}

void bytelevel_apply(struct tokentext *t)
{
	struct letters l;

	fill(&l);
	tokentext_map(t, map_bytes, &l);
}

enum class { LETTER, DIGIT, SPACE, OTHER };

static enum class class_of(uint32_t c) {
	if (c <
	    0x80){ if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') return LETTER;
		   if (c >= '0' && c <= '9') return DIGIT;
		   return unicode_is_space(c) ? SPACE : OTHER; }
if (unicode_is_letter(c)) return LETTER;
if (unicode_is_number(c))
	return DIGIT;
return unicode_is_space(c) ? SPACE : OTHER;
}

/* Where the run of one class that p[i] is in ends. *last: its last code point's
 * place. */
static size_t run(const char *p, size_t i, size_t end, enum class class,
		  size_t *last)
{
	while (i < end) {
		uint32_t c;
		size_t n = tokentext_code(p + i, &c);

		if (class_of(c) != class)
			break;
		*last = i;
		i += n;
	}
	return i;
}

/* 's 't 're 've 'm 'll 'd: its length behind the apostrophe, or 0. */
static size_t contraction(const char *p, size_t n)
{
	if (n && (*p == 's' || *p == 't' || *p == 'm' || *p == 'd'))
		return 1;
	if (n > 1 &&
	    ((p[0] == 'r' && p[1] == 'e') || (p[0] == 'v' && p[1] == 'e') ||
	     (p[0] == 'l' && p[1] == 'l')))
		return 2;
	return 0;
}

static size_t word_end(const char *p, size_t i, size_t end)
{
	size_t last = i, n = 0, to;
	uint32_t c;

	if (p[i] == '\'')
		n = contraction(p + i + 1, end - i - 1);
	if (n)
		return i + 1 + n;
	tokentext_code(p + i, &c);
	if (class_of(c) != SPACE)
		return run(p, i, end, class_of(c), &last);
	if (c == ' ' && i + 1 < end) {
		tokentext_code(p + i + 1, &c);
		if (class_of(c) != SPACE)
			return run(p, i + 1, end, class_of(c), &last);
	}
	to = run(p, i, end, SPACE, &last);
	return to == end || last == i ? to : last;
}

static void cut(const void *ctx, struct tokentext *t, size_t begin, size_t end)
{
	(void)ctx;
	while (begin < end) {
		size_t to = word_end(t->now.p, begin, end);

		tokentext_keep(t, begin, to, -1);
		begin = to;
	}
}

void bytelevel_cut(struct tokentext *t)
{
	tokentext_cut(t, cut, NULL);
}
