/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/markup.h"
#include "text/pagefound.h"

struct feed {
	struct pagefound *f;
	bool item;
	int meant;      /* is it the one? as pagefound_is_title */
	struct str url; /* its enclosure */
	struct str text, only;
	size_t count; /* items with an enclosure */
};

static bool is_item(const char *name)
{
	return !strcmp(name, "item") || !strcmp(name, "entry");
}

static void enclose(struct feed *d, struct span url, struct span type,
		    bool loose)
{
	bool audio = type.p && type.n > 6 &&
		     span_ieq((struct span){ type.p, 6 }, "audio/");

	if (!url.p || !url.n || d->url.n || (!audio && (loose || type.n)))
		return;
	str_span(&d->url, url);
}

static void mean(struct feed *d, int how)
{
	if (how > d->meant)
		d->meant = how;
}

static void start(void *ctx, const char *name, const char *const *a)
{
	struct feed *d = ctx;
	struct span rel = markup_attribute(a, "rel");
	struct span href = markup_attribute(a, "href");
	struct span type = markup_attribute(a, "type");

	str_reset(&d->text);
	if (is_item(name)) {
		d->item = true;
		d->meant = 0;
		str_reset(&d->url);
	}
	if (!d->item)
		return;
	if (!strcmp(name, "enclosure"))
		enclose(d, markup_attribute(a, "url"), type, false);
	else if (!strcmp(name, "media:content"))
		enclose(d, markup_attribute(a, "url"), type, true);
	else if (!strcmp(name, "link") && rel.p && span_is(rel, "enclosure"))
		enclose(d, href, type, false);
	else if (!strcmp(name, "link") && href.p &&
		 (!rel.p || span_is(rel, "alternate")))
		mean(d, pagefound_is_page(d->f, href) ? 2 : 0);
}

static void end_item(struct feed *d)
{
	d->item = false;
	if (!d->url.n)
		return;
	d->count++;
	if (d->meant)
		pagefound_add(d->f, span_str(&d->url),
			      d->meant > 1 ? PAGEFOUND_NAMED : PAGEFOUND_LD);
	str_reset(&d->only);
	str_span(&d->only, span_str(&d->url));
}

static void end(void *ctx, const char *name)
{
	struct feed *d = ctx;
	struct span text = span_trim(span_str(&d->text));

	if (is_item(name) && d->item)
		end_item(d);
	else if (d->item &&
		 (!strcmp(name, "title") || !strcmp(name, "itunes:title")))
		mean(d, pagefound_is_title(d->f, text));
	else if (d->item && (!strcmp(name, "link") || !strcmp(name, "guid") ||
			     !strcmp(name, "id")))
		mean(d, text.n && pagefound_is_page(d->f, text) ? 2 : 0);
	str_reset(&d->text);
}

static void text(void *ctx, struct span piece)
{
	struct feed *d = ctx;

	if (d->item && d->text.n + piece.n <= 8192)
		str_span(&d->text, piece);
}

void pagefound_read_feed(struct pagefound *f, struct span bytes)
{
	struct feed d = { .f = f };
	const struct markup m = { &d, start, end, text };

	markup_read_xml(&m, bytes, f->q->charset);
	if (!f->out->count && d.count == 1)
		pagefound_add(f, span_str(&d.only), PAGEFOUND_AUDIO);
	str_release(&d.url);
	str_release(&d.text);
	str_release(&d.only);
}
