/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/finding.h"

#include "base/num.h"
#include "io/json.h"
#include "text/url.h"

enum { TEXT_LIMIT = 100000 };

static void put_text(struct str *out, const char *name, struct span s)
{
	if (!s.n)
		return;
	str_printf(out, "%s\"%s\":", out->n > 1 ? "," : "", name);
	json_put_string(out, s);
}

static void put_tags(struct str *out, struct span s)
{
	size_t start = 0;
	bool any = false;

	for (size_t i = 0; i <= s.n; i++) {
		struct span tag;

		if (i < s.n && s.p[i] != '\n' && s.p[i] != ';')
			continue;
		tag = span_trim((struct span){ s.p + start, i - start });
		start = i + 1;
		if (!tag.n)
			continue;
		str_puts(out, any ? "," : ",\"tags\":[");
		json_put_string(out, tag);
		any = true;
	}
	if (any)
		str_putc(out, ']');
}

static void put_year(struct str *out, struct span s)
{
	int year;

	if (s.n >= 4 && (s.n == 4 || s.p[4] < '0' || s.p[4] > '9') &&
	    !num_int((struct span){ s.p, 4 }, 1800, 2200, &year))
		str_printf(out, ",\"year\":%d", year);
}

static void put_lyrics(struct str *out, struct span s, struct lyrics *marks)
{
	struct str clean = { 0 };

	if (s.n > TEXT_LIMIT)
		return;
	if (lyrics_clean(marks, s, &clean))
		put_text(out, "lyrics", span_str(&clean));
	str_release(&clean);
}

static bool has_key(const struct catalogue_keys *k, struct span url)
{
	for (size_t i = 0; i < k->count; i++) {
		const char *value = strchr(k->items[i], '=');
		size_t n = value ? strlen(++value) : 0;

		if (n && n <= url.n && memmem(url.p, url.n, value, n))
			return true;
	}
	return false;
}

void finding_write(const struct catalogue_candidate *x, double confidence,
		   const struct catalogue_keys *k, struct lyrics *marks,
		   struct str *out)
{
	struct str url = { 0 };

	str_reset(out);
	str_putc(out, '{');
	if (x->link.n && !url_clean(span_str(&x->link), &url) &&
	    !has_key(k, span_str(&url)))
		put_text(out, "url", span_str(&url));
	put_text(out, "title", span_str(&x->text[CATALOGUE_TITLE]));
	put_text(out, "artist", span_str(&x->text[CATALOGUE_ARTIST]));
	put_text(out, "album", span_str(&x->text[CATALOGUE_ALBUM]));
	str_puts(out, ",\"confidence\":");
	json_put_number(out, confidence, 3);
	if (x->duration > 0) {
		str_puts(out, ",\"duration\":");
		json_put_number(out, x->duration, 3);
	}
	put_text(out, "genre", span_str(&x->text[CATALOGUE_GENRE]));
	put_tags(out, span_str(&x->text[CATALOGUE_TAGS]));
	put_year(out, span_str(&x->text[CATALOGUE_YEAR]));
	put_text(out, "license", span_str(&x->text[CATALOGUE_LICENSE]));
	put_lyrics(out, span_str(&x->text[CATALOGUE_LYRICS_TEXT]), marks);
	str_putc(out, '}');
	str_release(&url);
}
