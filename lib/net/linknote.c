/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/linknote.h"

#include "net/verdict.h"
#include "text/url.h"

void linknote_release(struct linknote *n)
{
	history_link_release(&n->link);
	str_release(&n->text);
	str_release(&n->key);
	str_release(&n->request);
}

static void copy(struct str *s, struct span text)
{
	str_reset(s);
	str_span(s, text);
}

enum linknote_kind linknote_name(struct linknote *n, const struct record *r,
				 bool files)
{
	struct span text;

	if (!record_text(r, "permalink_url", &n->text))
		return LINKNOTE_NONE;
	text = span_str(&n->text);
	if (files && text.n > 8 && !memcmp(text.p, "file:///", 8)) {
		copy(&n->key, text);
		copy(&n->request, text);
		return text.n > URL_MAX || memchr(text.p, '\n', text.n)
			   ? LINKNOTE_BAD
			   : LINKNOTE_OK;
	}
	return url_canonical(text, &n->key) || url_clean(text, &n->request)
		   ? LINKNOTE_BAD
		   : LINKNOTE_OK;
}

static void say(struct record *r, struct span status, struct span reason,
		struct span final)
{
	record_set_text(r, "url_status", status);
	record_set_text(r, "url_reason", reason);
	if (final.n)
		record_set_text(r, "redirect_url", final);
	else
		record_remove(r, "redirect_url");
}

static void say_unknown(struct record *r, const char *reason)
{
	say(r, span_of(verdict_name(VERDICT_UNKNOWN)), span_of(reason),
	    (struct span){ 0 });
}

int linknote_set(struct linknote *n, struct history *h, struct record *r,
		 bool files, struct err *err)
{
	enum linknote_kind kind = linknote_name(n, r, files);
	struct span status, final;
	int rc;

	if (kind != LINKNOTE_OK) {
		say_unknown(r, kind == LINKNOTE_NONE ? "no url" : "bad url");
		return 0;
	}
	rc = history_get_link(h, span_str(&n->key), &n->link, err);
	if (rc < 0)
		return -1;
	if (!rc) {
		say_unknown(r, "not asked");
		return 0;
	}
	status = span_str(&n->link.status);
	final = span_str(&n->link.final_url);
	/* Another spelling of this link was asked, and led to this one. */
	if (final.n && span_eq(final, span_str(&n->request))) {
		status = span_of(verdict_name(VERDICT_VALID));
		final.n = 0;
	}
	say(r, status, span_str(&n->link.reason), final);
	return 0;
}
