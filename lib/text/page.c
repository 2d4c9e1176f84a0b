/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/page.h"

#include "text/pagefound.h"
#include "text/url.h"
#include "text/utf8.h"

#define LOOK 4096 /* bytes in which a feed shows that it is one */

void page_links_release(struct page_links *l)
{
	for (size_t i = 0; i < PAGE_LINKS; i++)
		str_release(&l->at[i].url);
	l->count = 0;
}

void pagefound_release(struct pagefound *f)
{
	str_release(&f->title);
	str_release(&f->base);
	str_release(&f->url);
	str_release(&f->name);
}

static size_t scheme_length(struct span s)
{
	size_t n = 0;

	while (n < s.n && ((s.p[n] | 32) >= 'a' && (s.p[n] | 32) <= 'z'))
		n++;
	while (n && n < s.n &&
	       (((s.p[n] | 32) >= 'a' && (s.p[n] | 32) <= 'z') ||
		(s.p[n] >= '0' && s.p[n] <= '9') || strchr("+-.", s.p[n])) &&
	       s.p[n])
		n++;
	return n < s.n && s.p[n] == ':' ? n : 0;
}

/* Appends base up to and with its last slash; its query at most. */
static void put_folder(struct str *out, const struct url *base, struct span ref)
{
	size_t n = base->path.n;

	if (ref.n && ref.p[0] != '?')
		while (n && base->path.p[n - 1] != '/')
			n--;
	if (n)
		str_put(out, base->path.p, n);
	else
		str_putc(out, '/');
	if (!ref.n && base->query.p) {
		str_putc(out, '?');
		str_span(out, base->query);
	}
}

int page_resolve(struct span reference, struct span base, struct str *out)
{
	struct span ref = span_trim(reference);
	struct str whole = { 0 };
	struct url b;
	const char *hash;
	int rc;

	str_reset(out);
	if (!ref.p || !ref.n || ref.n > URL_MAX)
		return -1;
	if (scheme_length(ref))
		return url_clean(ref, out);
	if (url_parse(base, &b))
		return -1;
	hash = memchr(ref.p, '#', ref.n);
	if (hash)
		ref.n = (size_t)(hash - ref.p);
	str_puts(&whole, b.https ? "https:" : "http:");
	if (ref.n < 2 || ref.p[0] != '/' || ref.p[1] != '/') {
		str_puts(&whole, "//");
		str_span(&whole, b.host);
		str_printf(&whole, ":%d", b.port);
		if (!ref.n || ref.p[0] != '/')
			put_folder(&whole, &b, ref);
	}
	str_span(&whole, ref);
	rc = url_clean(span_str(&whole), out);
	str_release(&whole);
	return rc;
}

bool pagefound_is_page(struct pagefound *f, struct span reference)
{
	bool same = false;

	if (page_resolve(reference, span_str(&f->base), &f->url))
		return false;
	if (!url_canonical(span_str(&f->url), &f->name)) {
		struct str other = { 0 };

		same = (!url_canonical(f->q->url, &other) &&
			span_eq(span_str(&other), span_str(&f->name))) ||
		       (f->q->track.p && !url_canonical(f->q->track, &other) &&
			span_eq(span_str(&other), span_str(&f->name)));
		str_release(&other);
	}
	return same;
}

void pagefound_add(struct pagefound *f, struct span reference,
		   enum pagefound_rank rank)
{
	struct page_links *l = f->out;
	struct page_link last;
	size_t i;

	if (pagefound_is_page(f, reference) || !f->url.n)
		return;
	for (i = 0; i < l->count; i++)
		if (span_eq(span_str(&l->at[i].url), span_str(&f->url)))
			break;
	if (i == l->count) {
		if (i == PAGE_LINKS && l->at[--i].rank <= (int)rank)
			return;
		l->count = i + 1;
		str_reset(&l->at[i].url);
		str_span(&l->at[i].url, span_str(&f->url));
	} else if (l->at[i].rank <= (int)rank) {
		return;
	}
	l->at[i].rank = (int)rank;
	l->at[i].feed = rank == PAGEFOUND_FEED;
	last = l->at[i];
	for (; i && l->at[i - 1].rank > last.rank; i--)
		l->at[i] = l->at[i - 1];
	l->at[i] = last;
}

static bool contains(struct span s, struct span part)
{
	return part.n >= 4 && s.n >= part.n && s.n <= 2 * part.n &&
	       memmem(s.p, s.n, part.p, part.n) != NULL;
}

int pagefound_is_title(struct pagefound *f, struct span name)
{
	struct span title = span_str(&f->title), folded;

	str_reset(&f->name);
	if (!title.n || !name.n || name.n > URL_MAX)
		return 0;
	utf8_fold_name(name, &f->name);
	folded = span_str(&f->name);
	if (span_eq(title, folded))
		return 2;
	return contains(title, folded) || contains(folded, title);
}

/* Its first element says so; comments and declarations may come before. */
static bool is_feed(struct span s)
{
	static const char *const roots[] = { "rss", "feed", "rdf:rdf" };

	s.n = s.n > LOOK ? LOOK : s.n;
	for (size_t i = 0; i < s.n; i++) {
		struct span rest = { s.p + i + 1, s.n - i - 1 };

		if (s.p[i] != '<' || !rest.n)
			continue;
		for (size_t r = 0; r < sizeof(roots) / sizeof(*roots); r++) {
			size_t n = strlen(roots[r]);

			if (rest.n > n &&
			    span_ieq((struct span){ rest.p, n }, roots[r]) &&
			    strchr(" \t\r\n>", rest.p[n]))
				return true;
		}
		if ((rest.p[0] | 32) >= 'a' && (rest.p[0] | 32) <= 'z')
			return false;
	}
	return false;
}

void page_find_audio(struct span bytes, const struct page_query *q,
		     struct page_links *out)
{
	struct pagefound f = { .q = q, .out = out };

	out->count = 0;
	if (!bytes.n)
		return;
	utf8_fold_name(q->title.p ? q->title : SPAN(""), &f.title);
	str_span(&f.base, q->url);
	if (is_feed(bytes))
		pagefound_read_feed(&f, bytes);
	else
		pagefound_read_html(&f, bytes);
	pagefound_release(&f);
}
