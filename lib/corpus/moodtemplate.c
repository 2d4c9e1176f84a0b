/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodtemplate.h"

#include "corpus/datadir.h"
#include "io/input.h"
#include "text/utf8.h"

enum { TEMPLATE_MAX = 1 << 22 };

static int fill(struct span text, const char *path,
		const struct moodtemplate_value *values, struct str *out,
		struct err *err)
{
	const char *p = text.p, *end = p + text.n, *open, *close;

	while ((open = memmem(p, (size_t)(end - p), "{{", 2))) {
		const struct moodtemplate_value *v = values;
		struct span name;

		close = memmem(open, (size_t)(end - open), "}}", 2);
		name = (struct span){ open + 2,
				      close ? (size_t)(close - open - 2) : 0 };
		while (v->name && !span_is(name, v->name))
			v++;
		if (!close || !v->name)
			return err_set(err, ERR_DATA, "template",
				       "%s: nothing fills {{%.*s}}", path,
				       (int)(name.n > 40 ? 40 : name.n),
				       name.p);
		str_put(out, p, (size_t)(open - p));
		str_span(out, v->value);
		p = close + 2;
	}
	str_put(out, p, (size_t)(end - p));
	return 0;
}

int moodtemplate_fill(const char *name, const char *path,
		      const struct moodtemplate_value *values, struct str *out,
		      struct err *err)
{
	struct str built_in = { 0 }, text = { 0 };
	int rc;

	if (!path)
		path = datadir_path(name, &built_in);
	rc = input_slurp(path, TEMPLATE_MAX, &text, err) ||
	     fill(span_str(&text), path, values, out, err);
	str_release(&text);
	str_release(&built_in);
	return rc ? -1 : 0;
}

/* What XML 1.0 has no way to say, and what would turn the line around. */
static bool unfit(uint32_t code)
{
	return code < ' ' || (code >= 0x7f && code < 0xa0) ||
	       (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0x2028 ||
	       code == 0x2029 || (code & 0xfffe) == 0xfffe;
}

void moodtemplate_xml(struct str *out, struct span text)
{
	const char *p = text.p, *end = p + text.n;

	while (p < end) {
		uint32_t code;

		p = utf8_next(p, end, &code);
		switch (code) {
		case '<':
			str_puts(out, "&lt;");
			break;
		case '>':
			str_puts(out, "&gt;");
			break;
		case '&':
			str_puts(out, "&amp;");
			break;
		case '"':
			str_puts(out, "&quot;");
			break;
		case '\'':
			str_puts(out, "&#39;");
			break;
		default:
			utf8_put(out, unfit(code) ? ' ' : code);
		}
	}
}

void moodtemplate_json(struct str *out, struct span text)
{
	const char *p = text.p, *end = p + text.n;

	str_putc(out, '"');
	while (p < end) {
		uint32_t code;

		p = utf8_next(p, end, &code);
		if (unfit(code))
			str_putc(out, ' ');
		else if (code == '<' || code == '>' || code == '&')
			str_printf(out, "\\u%04x", (unsigned)code);
		else if (code == '"' || code == '\\')
			str_printf(out, "\\%c", (char)code);
		else
			utf8_put(out, code);
	}
	str_putc(out, '"');
}

/* Chinese, Japanese, Korean, full width, emoji. */
static bool wide(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
	       (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
	       (c >= 0xff00 && c <= 0xff60) || (c >= 0x1f300 && c <= 0x1faff) ||
	       (c >= 0x20000 && c <= 0x3fffd);
}

void moodtemplate_cut(struct str *out, struct span text, unsigned columns)
{
	const char *p = text.p, *end = p + text.n, *keep = p;
	unsigned used = 0;

	while (p < end) {
		uint32_t code;

		p = utf8_next(p, end, &code);
		used += wide(code) ? 2 : 1;
		if (used > columns)
			break;
		if (used < columns)
			keep = p;
	}
	if (used <= columns) {
		str_span(out, text);
		return;
	}
	str_put(out, text.p, (size_t)(keep - text.p));
	str_puts(out, "\xe2\x80\xa6");
}
