/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/audiolink.h"

#include "corpus/track.h"
#include "io/json.h"
#include "text/url.h"

void audiolink_release(struct audiolink *a)
{
	str_release(&a->key);
	str_release(&a->request);
	str_release(&a->why);
	str_release(&a->text);
}

bool audiolink_is_local(struct audiolink *a, const struct record *r)
{
	return record_get(r, "audio").p &&
	       (!record_text(r, "audio_status", &a->text) ||
		span_is(span_str(&a->text), "local"));
}

static bool is_file(struct span url)
{
	return url.n > 8 && span_ieq((struct span){ url.p, 8 }, "file:///");
}

bool audiolink_find(struct audiolink *a, const struct record *r)
{
	str_reset(&a->why);
	if (!record_text(r, "recovered_url", &a->text) &&
	    !record_text(r, "permalink_url", &a->text)) {
		str_puts(&a->why, "no url");
		return false;
	}
	if (a->files && is_file(span_str(&a->text))) {
		str_reset(&a->key);
		str_span(&a->key, span_str(&a->text));
		str_reset(&a->request);
		str_span(&a->request, span_str(&a->text));
		return true;
	}
	if (url_canonical(span_str(&a->text), &a->key) ||
	    !track_url(r, &a->text) ||
	    url_clean(span_str(&a->text), &a->request)) {
		str_puts(&a->why, "bad url");
		return false;
	}
	return true;
}

bool audiolink_may_ask(struct audiolink *a, const struct record *r)
{
	bool music;

	str_reset(&a->why);
	if (!json_bool(record_get(r, "is_music"), &music) && !music) {
		str_puts(&a->why, "not music");
		return false;
	}
	if (record_text(r, "recovered_url", &a->text) ||
	    !record_text(r, "url_status", &a->text) ||
	    span_is(span_str(&a->text), "VALID") ||
	    span_is(span_str(&a->text), "MOVED"))
		return true;
	str_puts(&a->why, "link is ");
	str_span(&a->why, span_str(&a->text));
	if (span_is(span_str(&a->text), "UNKNOWN") &&
	    record_text(r, "url_reason", &a->text)) {
		str_puts(&a->why, ": ");
		str_span(&a->why, span_str(&a->text));
	}
	return false;
}
