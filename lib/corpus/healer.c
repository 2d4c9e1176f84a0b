/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/healer.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/healing.h"
#include "io/json.h"
#include "net/recovery.h"

struct scratch {
	struct history *history;
	struct match_name *name;
	struct healed healed;
	struct healed_facts facts;
	struct recovery row;
	struct str text, url, key, question, found;
};

void healer_release(struct healer *h)
{
	namesakes_close(&h->near);
	catalogues_release(&h->catalogues);
	versions_release(&h->versions);
}

void *healer_scratch_new(struct healer *h)
{
	struct scratch *s = mem_zalloc(1, sizeof(*s));

	(void)h;
	s->name = match_name_new();
	return s;
}

void healer_scratch_free(void *scratch)
{
	struct scratch *s = scratch;

	history_close(s->history);
	match_name_free(s->name);
	healed_release(&s->healed);
	healed_facts_release(&s->facts);
	recovery_release(&s->row);
	str_release(&s->text);
	str_release(&s->url);
	str_release(&s->key);
	str_release(&s->question);
	str_release(&s->found);
	free(s);
}

/* s->row is what c found for the record as it is: 1; 0 nothing that counts. */
static int answer_of(struct scratch *s, const struct catalogue *c,
		     double *confidence, struct err *err)
{
	int rc;

	recovery_key(span_of(c->name), span_str(&s->url), &s->key);
	rc = recovery_get(s->history, span_str(&s->key), &s->row, err);
	if (rc <= 0)
		return rc;
	*confidence = 0;
	json_number(json_get(span_str(&s->row.found), "confidence"),
		    confidence);
	return span_is(span_str(&s->row.answer), "found") &&
	       span_eq(span_str(&s->row.asked), span_str(&s->question)) &&
	       *confidence >= c->rule.threshold;
}

static int add_answers(struct healer *h, struct scratch *s, struct record *r,
		       unsigned kinds, struct err *err)
{
	const char *source = NULL;
	double best = 0, confidence;

	healing_question(&s->facts, &s->question);
	for (int i = 0; i < h->catalogues.count; i++) {
		const struct catalogue *c = &h->catalogues.at[i];
		struct span found;
		int rc = 0;

		if (kinds >> c->kind & 1)
			rc = answer_of(s, c, &confidence, err);
		if (rc < 0)
			return -1;
		if (!rc)
			continue;
		found = span_str(&s->row.found);
		if (c->kind == CATALOGUE_LYRICS)
			healed_lyrics(r, found, c->name);
		else
			healed_metadata(&s->healed, r, found, c->name);
		if (c->kind != CATALOGUE_LINK || confidence <= best ||
		    !json_get(found, "url").p)
			continue;
		best = confidence;
		source = c->name;
		str_reset(&s->found);
		str_span(&s->found, found);
	}
	if (source)
		healed_link(&s->healed, r, span_str(&s->found), source);
	return 0;
}

static void inherit(struct healer *h, struct scratch *s, struct record *r)
{
	struct match_facts m = { .title = span_str(&s->facts.title),
				 .artist = span_str(&s->facts.artist) };

	match_read(s->name, &h->versions, &m);
	str_reset(&s->text);
	match_key(s->name, &s->text);
	if (!s->text.n || !namesakes_find(&h->near, span_str(&s->text),
					  s->facts.duration, &s->found))
		return;
	healed_metadata(&s->healed, r, span_str(&s->found), HEALED_NEAR);
	healed_lyrics(r, span_str(&s->found), HEALED_NEAR);
}

int healer_apply(struct healer *h, void *scratch, struct record *r,
		 struct err *err)
{
	struct scratch *s = scratch;
	unsigned kinds;

	healed_undo(&s->healed, &h->catalogues, r);
	if (h->state && !s->history &&
	    !(s->history = history_open(h->state, false, err)))
		return -1;
	kinds = s->history ? healed_wants(r, true) : 0;
	if (!kinds && !h->near.pack)
		return 0;
	healed_facts_read(&s->facts, r);
	healed_begin(&s->healed, r);
	if (kinds && healed_key(r, &s->text, &s->url) &&
	    add_answers(h, s, r, kinds, err))
		return -1;
	if (h->near.pack)
		inherit(h, s, r);
	healed_end(&s->healed, r);
	return 0;
}

int healer_undo(struct healer *h, void *scratch, struct record *r)
{
	struct scratch *s = scratch;

	healed_undo(&s->healed, &h->catalogues, r);
	return 0;
}

void healer_taking_release(struct healer_taking *t)
{
	str_release(&t->text);
	str_release(&t->url);
	str_release(&t->key);
}

int healer_take_back(void *taking, struct record *r, struct err *err)
{
	struct healer_taking *t = taking;

	if (!healed_key(r, &t->text, &t->url))
		return 0;
	for (int i = 0; i < t->healer->catalogues.count; i++) {
		struct span name = span_of(t->healer->catalogues.at[i].name);

		recovery_key(name, span_str(&t->url), &t->key);
		if (t->forget
			? recovery_forget(t->history, span_str(&t->key), err)
			: recovery_refuse(t->history, span_str(&t->key), err))
			return -1;
	}
	return 0;
}
