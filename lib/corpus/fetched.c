/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/fetched.h"

#include "io/json.h"
#include "net/store.h"

void fetched_release(struct fetched *f)
{
	history_close(f->history);
	history_fetch_release(&f->row);
	audiolink_release(&f->link);
	str_release(&f->path);
	str_release(&f->json);
	f->history = NULL;
}

int fetched_look_up(struct fetched *f, const char *store, struct err *err)
{
	int rc =
	    history_get_fetch(f->history, span_str(&f->link.key), &f->row, err);
	struct span status = span_str(&f->row.status);
	bool evicted;

	if (rc <= 0)
		return rc ? -1 : FETCHED_NEVER;
	evicted = span_is(status, "evicted");
	if (!evicted && !span_is(status, "ok"))
		return FETCHED_NOT;
	if (store_path(span_str(&f->row.sha256), span_str(&f->row.ext),
		       &f->path))
		return FETCHED_GONE;
	return evicted                      ? FETCHED_EVICTED
	       : store_has(store, &f->path) ? FETCHED
					    : FETCHED_GONE;
}

static void set_audio(struct fetched *f, struct record *r)
{
	str_reset(&f->json);
	str_puts(&f->json, "{\"path\":");
	json_put_string(&f->json, span_str(&f->path));
	str_puts(&f->json, ",\"sha256\":");
	json_put_string(&f->json, span_str(&f->row.sha256));
	str_putc(&f->json, '}');
	record_set(r, "audio", span_str(&f->json));
}

int fetched_annotate(struct fetched *f, const char *store, struct record *r,
		     struct err *err)
{
	int state = FETCHED_NEVER;
	struct span status;

	if (audiolink_is_local(&f->link, r)) {
		record_set_text(r, "audio_status", SPAN("local"));
		return 0;
	}
	if (audiolink_find(&f->link, r)) {
		state = fetched_look_up(f, store, err);
		if (state < 0)
			return -1;
	}
	if (state == FETCHED || state == FETCHED_EVICTED) {
		set_audio(f, r);
		record_set_text(r, "audio_status", span_str(&f->row.status));
		return 0;
	}
	record_remove(r, "audio");
	if (!audiolink_find(&f->link, r) || !audiolink_may_ask(&f->link, r))
		status = span_str(&f->link.why);
	else if (state == FETCHED_NEVER)
		status = SPAN("not asked");
	else if (state == FETCHED_GONE)
		status = SPAN("not in the store");
	else
		status = span_str(&f->row.status);
	record_set_text(r, "audio_status", status);
	return 0;
}
