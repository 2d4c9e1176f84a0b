/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/mend.h"
#include "text/utf8.h"

/* Letters that run right to left: Hebrew to Arabic Extended, their
 * presentation forms, and the historic and African ones in plane 1. */
static bool is_rtl(uint32_t c)
{
	return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
	       (c >= 0xFE70 && c <= 0xFEFC) || (c >= 0x10800 && c <= 0x10FFF) ||
	       (c >= 0x1E800 && c <= 0x1EFFF);
}

/* Scripts whose letters take other shapes by the joiners: Arabic, Syriac,
 * N'Ko; Indic from Devanagari to Sinhala; Tibetan, Myanmar, Khmer, Mongolian.
 */
static bool is_shaping(uint32_t c)
{
	return (c >= 0x0600 && c <= 0x08FF) || (c >= 0x0900 && c <= 0x0DFF) ||
	       (c >= 0x0F00 && c <= 0x109F) || (c >= 0x1780 && c <= 0x18AF) ||
	       (c >= 0xA840 && c <= 0xABFF) || (c >= 0x11000 && c <= 0x11FFF);
}

/* Scripts that put no spaces between words. */
static bool is_unspaced(uint32_t c)
{
	return (c >= 0x0E00 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17FF) ||
	       (c >= 0x1950 && c <= 0x1AAF);
}

/* What may stand beside the joiner of an emoji sequence. */
static bool is_pictorial(uint32_t c)
{
	return c == 0xFE0F || c == 0x20E3 || (c >= 0x1F000 && c <= 0x1FAFF) ||
	       (c >= 0x2190 && c <= 0x2BFF) || (c >= 0xE0020 && c <= 0xE007F);
}

static bool is_unseen(uint32_t c)
{
	return c == 0xAD || c == 0x061C || (c >= 0x200B && c <= 0x200F) ||
	       (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
	       c == 0xFEFF;
}

static int opens(uint32_t c)
{
	return c == 0x202A || c == 0x202B   ? 1
	       : c >= 0x2066 && c <= 0x2068 ? 2
					    : 0;
}

static int closes(uint32_t c)
{
	return c == 0x202C ? 1 : c == 0x2069 ? 2 : 0;
}

struct direction {
	bool rtl, balanced;
};

/* Is there a letter that runs right to left, and are embeddings and isolates
 * closed in the order they were opened? */
static struct direction survey(struct span in)
{
	struct direction d = { false, true };
	const char *p = in.p, *end = p + in.n;
	char stack[64];
	size_t depth = 0;

	while (p < end) {
		uint32_t c;

		p = utf8_next(p, end, &c);
		if (c < 0x80)
			continue;
		d.rtl |= is_rtl(c) && c != 0x061C;
		if (opens(c)) {
			if (depth == sizeof(stack))
				d.balanced = false;
			else
				stack[depth++] = (char)opens(c);
		} else if (closes(c)) {
			if (!depth || stack[--depth] != closes(c)) {
				d.balanced = false;
				depth = 0;
			}
		}
	}
	d.balanced &= !depth;
	return d;
}

/* Does an unseen character mean something between these two? */
static bool keeps(uint32_t c, uint32_t before, uint32_t after,
		  const struct direction *d)
{
	switch (c) {
	case 0x200B:
		return is_unspaced(before) && is_unspaced(after);
	case 0x200C:
		return is_shaping(before) && is_shaping(after);
	case 0x200D:
		return (is_pictorial(before) && is_pictorial(after)) ||
		       is_shaping(before) || (!before && is_shaping(after));
	case 0x200E:
	case 0x200F:
	case 0x061C:
		return d->rtl;
	case 0x202D:
	case 0x202E:
		return false;
	default:
		return (opens(c) || closes(c)) && d->rtl && d->balanced;
	}
}

bool mend_unseen(struct span in, struct str *out)
{
	struct direction d = survey(in);
	const char *p = in.p, *end = p + in.n;
	size_t start = out->n;
	uint32_t before = 0;
	bool changed = false;

	str_reserve(out, in.n);
	while (p < end) {
		const char *next;
		uint32_t c, after = 0;

		next = utf8_next(p, end, &c);
		if (c == '\r') {
			if (next == end || *next != '\n')
				str_putc(out, '\n');
			changed = true;
		} else if (c == 0x2028 || c == 0x2029) {
			str_putc(out, '\n');
			changed = true;
		} else if (is_unseen(c)) {
			if (next < end)
				utf8_next(next, end, &after);
			if (keeps(c, before, after, &d))
				str_put(out, p, (size_t)(next - p));
			else
				changed = true;
		} else {
			str_put(out, p, (size_t)(next - p));
			before = c;
		}
		p = next;
	}
	if (!changed)
		out->n = start;
	return changed;
}
