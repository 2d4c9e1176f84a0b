/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/markup.h"
#include "text/pagefound.h"

struct html {
	struct pagefound *f;
	struct str text; /* of the script */
	bool script, based;
	int audio; /* <audio> elements that are open */
};

static bool has_word(struct span s, const char *word)
{
	while (s.n) {
		size_t n = 0;

		while (n < s.n && !strchr(" \t\r\n", s.p[n]))
			n++;
		if (span_ieq((struct span){ s.p, n }, word))
			return true;
		n += n < s.n;
		s = (struct span){ s.p + n, s.n - n };
	}
	return false;
}

static bool begins(struct span s, const char *word)
{
	size_t n = strlen(word);

	return s.p && s.n >= n && span_ieq((struct span){ s.p, n }, word);
}

static void on_meta(struct html *h, const char *const *a)
{
	struct span name = markup_attribute(a, "property");
	struct span content = markup_attribute(a, "content");

	if (!name.p)
		name = markup_attribute(a, "name");
	if (!name.p || !content.p)
		return;
	name = span_trim(name);
	if (span_ieq(name, "og:audio") || span_ieq(name, "og:audio:url") ||
	    span_ieq(name, "og:audio:secure_url"))
		pagefound_add(h->f, content, PAGEFOUND_OG);
	else if (span_ieq(name, "twitter:player:stream"))
		pagefound_add(h->f, content, PAGEFOUND_PLAYER);
}

static void on_link(struct html *h, const char *const *a)
{
	struct span rel = markup_attribute(a, "rel");
	struct span type = markup_attribute(a, "type");

	if (rel.p && has_word(rel, "alternate") &&
	    (begins(type, "application/rss+xml") ||
	     begins(type, "application/atom+xml")))
		pagefound_add(h->f, markup_attribute(a, "href"),
			      PAGEFOUND_FEED);
}

static void start(void *ctx, const char *name, const char *const *a)
{
	struct html *h = ctx;
	struct span type = markup_attribute(a, "type");
	struct span src = markup_attribute(a, "src");

	h->script =
	    !strcmp(name, "script") && begins(type, "application/ld+json");
	str_reset(&h->text);
	h->audio += !strcmp(name, "audio");
	if (!strcmp(name, "meta")) {
		on_meta(h, a);
	} else if (!strcmp(name, "link")) {
		on_link(h, a);
	} else if (!strcmp(name, "base") && !h->based) {
		h->based = !page_resolve(markup_attribute(a, "href"),
					 h->f->q->url, &h->f->url);
		if (h->based) {
			str_reset(&h->f->base);
			str_span(&h->f->base, span_str(&h->f->url));
		}
	} else if ((!strcmp(name, "audio") ||
		    (!strcmp(name, "source") && h->audio)) &&
		   src.p && !begins(type, "video/")) {
		pagefound_add(h->f, src, PAGEFOUND_AUDIO);
	}
}

static void end(void *ctx, const char *name)
{
	struct html *h = ctx;

	if (h->script && !strcmp(name, "script"))
		pagefound_read_ld(h->f, span_str(&h->text));
	h->script = false;
	if (!strcmp(name, "audio") && h->audio)
		h->audio--;
}

static void text(void *ctx, struct span piece)
{
	struct html *h = ctx;

	if (h->script && h->text.n + piece.n <= PAGEFOUND_TEXT)
		str_span(&h->text, piece);
}

void pagefound_read_html(struct pagefound *f, struct span bytes)
{
	struct html h = { .f = f };
	const struct markup m = { &h, start, end, text };

	markup_read_html(&m, bytes, f->q->charset);
	str_release(&h.text);
}
