/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/eachline.h"
#include "corpus/overviewparts.h"
#include "corpus/track.h"
#include "io/json.h"

#define LINE_LIMIT ((size_t)64 << 20)

const char *const overview_statuses[OVERVIEW_STATUSES] = {
	"", "VALID", "MOVED", "DEAD", "REQUIRES_AUTH", "UNKNOWN",
};

int overview_by_key(const void *a, const void *b)
{
	uint64_t x = ((const struct overview_track *)a)->key;
	uint64_t y = ((const struct overview_track *)b)->key;

	return (x > y) - (x < y);
}

void overview_count(struct overview *s, enum overview_group g, struct span name)
{
	++*table_put(&s->groups[g], name);
}

static void count_text(struct overview *s, enum overview_group g,
		       const struct record *r, const char *member,
		       struct str *text)
{
	if (record_text(r, member, text))
		overview_count(s, g, span_str(text));
}

static void take_error(struct overview *s, const struct record *r,
		       struct str *text)
{
	struct span error = record_get(r, "error");
	struct overview_item *item;
	struct str stage = { 0 };
	struct err none;
	uint64_t *seen;

	if (!error.p)
		return;
	json_string(json_get(error, "tool"), &stage);
	record_id(r, text, &none);
	str_putc(text, '\t');
	str_span(text, span_str(&stage));
	seen = table_put(&s->failed_before, span_str(text));
	if (!(*seen)++) { /* later stages pass it on */
		str_reset(text);
		str_span(text, span_str(&stage));
		str_puts(text, ": ");
		json_string(json_get(error, "code"), text);
		overview_count(s, OVERVIEW_ERRORS, span_str(text));
		s->failed++;
		item = overview_items_add(&s->failures, r);
		if (item) {
			str_span(&item->stage, span_str(&stage));
			json_string(json_get(error, "code"), &item->code);
			json_string(json_get(error, "message"), &item->why);
			json_bool(json_get(error, "retry"), &item->retry);
		}
	}
	str_release(&stage);
}

static void take_guesses(struct overview *s, const struct record *r,
			 struct str *text)
{
	struct span all = record_get(r, "imputed"), name, value;
	size_t pos = 0;

	while (json_member(all, &pos, &name, &value)) {
		str_reset(text);
		str_span(text, name);
		str_puts(text, ": ");
		if (!json_string(json_get(value, "method"), text))
			overview_count(s, OVERVIEW_GUESSED, span_str(text));
	}
}

static void take_class(struct overview *s, const struct record *r,
		       struct str *text)
{
	struct span first;
	size_t pos = 0;
	bool music;

	count_text(s, OVERVIEW_CLASSES, r, "music_class", text);
	if (json_bool(record_get(r, "is_music"), &music) || music ||
	    !json_each(record_get(r, "music_reasons"), &pos, &first))
		return;
	str_puts(text, ": ");
	if (!json_string(first, text))
		overview_count(s, OVERVIEW_TALK, span_str(text));
}

static void take_fields(struct overview *s, const struct record *r,
			struct str *text)
{
	enum track_origin origin[OVERVIEW_FIELDS];
	double sure[OVERVIEW_FIELDS] = { 0 };
	int year;

	origin[OVERVIEW_GENRE] = track_genre(r, text, &sure[OVERVIEW_GENRE]);
	origin[OVERVIEW_TAGS] = track_tags(r, text, &sure[OVERVIEW_TAGS]);
	origin[OVERVIEW_DESCRIPTION] =
	    track_description(r, text, &sure[OVERVIEW_DESCRIPTION]);
	origin[OVERVIEW_YEAR] =
	    track_year(r, &year) ? TRACK_SOURCE : TRACK_ABSENT;
	for (int f = 0; f < OVERVIEW_FIELDS; f++) {
		s->fields[f].source += origin[f] == TRACK_SOURCE;
		if (origin[f] != TRACK_IMPUTED)
			continue;
		s->fields[f].imputed++;
		s->fields[f].confidence += sure[f];
	}
}

static void take_emotion(struct overview *s, const struct record *r,
			 struct str *text)
{
	struct span top, first;
	size_t pos = 0;

	top = json_get(record_get(r, "emotion"), "top");
	str_reset(text);
	if (json_each(top, &pos, &first) && !json_string(first, text))
		overview_count(s, OVERVIEW_EMOTIONS, span_str(text));
}

static void turn(struct overview *s, int before, int now,
		 const struct record *r, struct str *text)
{
	struct overview_item *item;

	if (!before || !now || before == now)
		return;
	str_reset(text);
	str_printf(text, "%s to %s", overview_statuses[before],
		   overview_statuses[now]);
	overview_count(s, OVERVIEW_TURNED, span_str(text));
	item = overview_items_add(&s->turned, r);
	if (!item)
		return;
	str_puts(&item->before, overview_statuses[before]);
	str_puts(&item->now, overview_statuses[now]);
}

static void compare(struct overview *s, const struct overview_track *t,
		    const struct record *r, struct str *text)
{
	const struct overview_track *old =
	    s->before_count ? bsearch(t, s->before, s->before_count, sizeof(*t),
				      overview_by_key)
			    : NULL;

	s->changed += old && old->digest != t->digest;
	if (old)
		turn(s, old->link, t->link, r, text);
	if (old || s->added++ >= OVERVIEW_SHOWN)
		return;
	if (!record_text(r, "title", text))
		return;
	if (s->arrived.n)
		str_putc(&s->arrived, ',');
	json_put_string(&s->arrived, span_str(text));
}

static int status_of(const struct record *r, struct str *text)
{
	int i = OVERVIEW_STATUSES;

	if (!record_text(r, "url_status", text))
		return 0;
	while (--i && !span_is(span_str(text), overview_statuses[i]))
		;
	return i;
}

struct records {
	struct overview *s;
	struct record r;
	struct str text, reason;
};

static int take_record(void *ctx, struct span line, struct err *err)
{
	struct records *c = ctx;
	struct overview *s = c->s;
	struct overview_track t;

	if (record_parse(&c->r, line, err) || record_id(&c->r, &c->text, err))
		return -1;
	t.key = track_key(span_str(&c->text));
	overview_slowest_name(&s->slowest, &c->r, span_str(&c->text));
	t.digest = hash_u64(line.p, line.n);
	t.link = status_of(&c->r, &c->text);
	MEM_ROOM(s->tracks, s->count + 1, s->cap);
	s->tracks[s->count++] = t;
	s->records++;
	if (s->compared)
		compare(s, &t, &c->r, &c->text);
	count_text(s, OVERVIEW_LINKS, &c->r, "url_status", &c->text);
	if (c->text.n && record_text(&c->r, "url_reason", &c->reason)) {
		str_puts(&c->text, ": ");
		str_span(&c->text, span_str(&c->reason));
		overview_count(s, OVERVIEW_REASONS, span_str(&c->text));
	}
	count_text(s, OVERVIEW_AUDIO, &c->r, "audio_status", &c->text);
	take_class(s, &c->r, &c->text);
	count_text(s, OVERVIEW_ERAS, &c->r, "era_category", &c->text);
	count_text(s, OVERVIEW_LANGUAGES, &c->r, "language", &c->text);
	s->recovered += record_text(&c->r, "recovered_url", &c->text);
	str_reset(&c->text);
	if (!json_string(json_get(record_get(&c->r, "recovered"), "source"),
			 &c->text))
		overview_count(s, OVERVIEW_RECOVERED, span_str(&c->text));
	take_error(s, &c->r, &c->text);
	take_guesses(s, &c->r, &c->text);
	take_emotion(s, &c->r, &c->text);
	take_fields(s, &c->r, &c->text);
	return 0;
}

static int take_failed(void *ctx, struct span line, struct err *err)
{
	struct records *c = ctx;

	if (record_parse(&c->r, line, err))
		return -1;
	take_error(c->s, &c->r, &c->text);
	return 0;
}

static int lines_of(struct overview *s, const char *path,
		    int (*each)(void *ctx, struct span line, struct err *err),
		    struct err *err)
{
	struct records c = { .s = s };
	int rc = eachline_of(path, LINE_LIMIT, &c, each, err);

	record_release(&c.r);
	str_release(&c.text);
	str_release(&c.reason);
	return rc;
}

int overview_records(struct overview *s, const char *path, struct err *err)
{
	return lines_of(s, path, take_record, err);
}

int overview_errors(struct overview *s, const char *path, struct err *err)
{
	return lines_of(s, path, take_failed, err);
}

/* Numbers in it differ from row to row. */
static int take_rejected(void *ctx, struct span line, struct err *err)
{
	struct records *c = ctx;
	size_t n = 0;

	if (record_parse(&c->r, line, err))
		return -1;
	c->s->rejected++;
	if (!record_text(&c->r, "reason", &c->text))
		return 0;
	for (size_t i = 0; i < c->text.n; i++) {
		bool digit = c->text.p[i] >= '0' && c->text.p[i] <= '9';

		if (!digit)
			c->text.p[n++] = c->text.p[i];
		else if (!n || c->text.p[n - 1] != '#')
			c->text.p[n++] = '#';
	}
	c->text.n = n;
	overview_count(c->s, OVERVIEW_REJECTS, span_str(&c->text));
	return 0;
}

int overview_rejects(struct overview *s, const char *path, struct err *err)
{
	return lines_of(s, path, take_rejected, err);
}
