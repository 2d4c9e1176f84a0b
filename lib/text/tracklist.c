/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/tracklist.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "io/json.h"
#include "text/utf8.h"
#include "text/xspf.h"

struct tracklist {
	enum tracklist_kind kind;
	struct tracklist_entry e;
	/* M3U */
	const char *p, *end;
	uint64_t line;
	struct str converted;
	/* XSPF */
	struct xspf *xspf;
	/* JSPF */
	struct span tracks;
	size_t pos;
	uint64_t number;
};

/* Windows-1252 as UTF-8; the five bytes that it lacks are U+FFFD. */
static void convert(struct span text, struct str *out)
{
	static const uint16_t high[32] = {
		0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
		0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
		0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
		0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
	};

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		utf8_put(out, c >= 0x80 && c < 0xA0 ? high[c - 0x80] : c);
	}
}

static int start_m3u(struct tracklist *t, struct span text, struct err *err)
{
	if (text.n >= 3 && !memcmp(text.p, "\xEF\xBB\xBF", 3)) {
		text.p += 3;
		text.n -= 3;
	}
	if (!utf8_valid(text)) {
		convert(text, &t->converted);
		text = span_str(&t->converted);
	}
	t->p = text.p;
	t->end = text.p + text.n;
	if (memmem(text.p, text.n, "#EXT-X-TARGETDURATION", 21) ||
	    memmem(text.p, text.n, "#EXT-X-STREAM-INF", 17))
		return err_set(err, ERR_DATA, "format",
			       "the pieces of an HLS stream, not a list of "
			       "tracks");
	return 0;
}

static int start_jspf(struct tracklist *t, struct span text, struct err *err)
{
	const char *why = "text behind the document";
	struct span json = span_trim(text);

	if (json_skip(json.p, json.p + json.n, &why) != json.p + json.n)
		return err_set(err, ERR_DATA, "format", "malformed JSON: %s",
			       why);
	t->tracks = json_get(json_get(json, "playlist"), "track");
	if (json_type(t->tracks) != JSON_ARRAY)
		return err_set(err, ERR_DATA, "format",
			       "a JSON document without "
			       "\"playlist\":{\"track\":[...]}");
	return 0;
}

struct tracklist *tracklist_new(enum tracklist_kind kind, struct span text,
				struct err *err)
{
	struct tracklist *t = mem_zalloc(1, sizeof(*t));
	int rc;

	t->kind = kind;
	if (kind == TRACKLIST_XSPF) {
		t->xspf = xspf_new(text, err);
		rc = t->xspf ? 0 : -1;
	} else {
		rc = kind == TRACKLIST_M3U ? start_m3u(t, text, err)
					   : start_jspf(t, text, err);
	}
	if (!rc)
		return t;
	tracklist_free(t);
	return NULL;
}

void tracklist_free(struct tracklist *t)
{
	if (!t)
		return;
	xspf_free(t->xspf);
	str_release(&t->converted);
	str_release(&t->e.location);
	str_release(&t->e.title);
	str_release(&t->e.artist);
	str_release(&t->e.album);
	str_release(&t->e.genre);
	str_release(&t->e.note);
	str_release(&t->e.page);
	free(t);
}

static void reset(struct tracklist_entry *e)
{
	str_reset(&e->location);
	str_reset(&e->title);
	str_reset(&e->artist);
	str_reset(&e->album);
	str_reset(&e->genre);
	str_reset(&e->note);
	str_reset(&e->page);
	e->seconds = NAN;
	e->line = 0;
}

bool tracklist_split(struct span both, struct span *artist, struct span *title)
{
	/* hyphen-minus, en dash, em dash */
	static const char *const dashes[] = { " - ", " \xE2\x80\x93 ",
					      " \xE2\x80\x94 " };
	const char *first = NULL;
	size_t n = 0;

	for (int i = 0; i < 3; i++) {
		const char *at = both.n ? memmem(both.p, both.n, dashes[i],
						 strlen(dashes[i]))
					: NULL;
		if (at && (!first || at < first)) {
			first = at;
			n = strlen(dashes[i]);
		}
	}
	if (!first)
		return false;
	*artist = span_trim((struct span){ both.p, (size_t)(first - both.p) });
	*title = span_trim(
	    (struct span){ first + n, (size_t)(both.p + both.n - first) - n });
	return artist->n && title->n;
}

static void set(struct str *to, struct span text)
{
	str_reset(to);
	str_span(to, span_trim(text));
}

/* "123 tvg-id="x,y",Artist - Title" */
static void read_extinf(struct tracklist_entry *e, struct span s)
{
	struct span artist, title;
	bool quoted = false;
	size_t i = 0;
	double seconds;

	s = span_trim(s);
	while (i < s.n && s.p[i] != ',' && s.p[i] != ' ')
		i++;
	if (!num_double((struct span){ s.p, i }, &seconds) && seconds > 0)
		e->seconds = seconds;
	while (i < s.n && (quoted || s.p[i] != ',')) {
		quoted ^= s.p[i] == '"';
		i++;
	}
	if (i == s.n)
		return;
	s = span_trim((struct span){ s.p + i + 1, s.n - i - 1 });
	if (tracklist_split(s, &artist, &title)) {
		if (!e->artist.n)
			set(&e->artist, artist);
		s = title;
	}
	set(&e->title, s);
}

static bool directive(struct span line, const char *name, struct span *value)
{
	size_t n = strlen(name);

	if (line.n < n || !span_ieq((struct span){ line.p, n }, name))
		return false;
	*value = (struct span){ line.p + n, line.n - n };
	return true;
}

static int next_m3u(struct tracklist *t)
{
	struct tracklist_entry *e = &t->e;

	while (t->p < t->end) {
		const char *q = t->p;
		struct span line, v;

		while (q < t->end && *q != '\n' && *q != '\r')
			q++;
		line = span_trim((struct span){ t->p, (size_t)(q - t->p) });
		if (q + 1 < t->end && *q == '\r' && q[1] == '\n')
			q++;
		t->p = q + 1;
		t->line++;
		if (!line.n)
			continue;
		if (line.p[0] != '#') {
			set(&e->location, line);
			e->line = t->line;
			return 1;
		}
		if (directive(line, "#EXTINF:", &v))
			read_extinf(e, v);
		else if (directive(line, "#EXTART:", &v))
			set(&e->artist, v);
		else if (directive(line, "#EXTALB:", &v))
			set(&e->album, v);
		else if (directive(line, "#EXTGENRE:", &v))
			set(&e->genre, v);
	}
	return 0;
}

/* The first string of a member that may be a list. */
static void take(struct span track, const char *name, struct str *to)
{
	struct span v = json_get(track, name), e;
	struct str text = { 0 };
	size_t pos = 0;

	if (json_type(v) == JSON_ARRAY && json_each(v, &pos, &e))
		v = e;
	if (!json_string(v, &text))
		set(to, span_str(&text));
	str_release(&text);
}

static int next_jspf(struct tracklist *t)
{
	struct tracklist_entry *e = &t->e;
	struct span track;
	double ms;

	if (!json_each(t->tracks, &t->pos, &track))
		return 0;
	e->line = ++t->number;
	if (json_type(track) != JSON_OBJECT)
		return 1;
	take(track, "location", &e->location);
	take(track, "title", &e->title);
	take(track, "creator", &e->artist);
	take(track, "album", &e->album);
	take(track, "annotation", &e->note);
	take(track, "info", &e->page);
	if (!e->page.n)
		take(track, "identifier", &e->page);
	if (!json_number(json_get(track, "duration"), &ms) && ms > 0)
		e->seconds = ms / 1000;
	return 1;
}

int tracklist_next(struct tracklist *t, const struct tracklist_entry **e,
		   struct err *err)
{
	int got;

	reset(&t->e);
	*e = &t->e;
	switch (t->kind) {
	case TRACKLIST_M3U:
		return next_m3u(t);
	case TRACKLIST_JSPF:
		return next_jspf(t);
	default:
		got = xspf_next(t->xspf, &t->e, err);
		t->e.line = ++t->number;
		return got;
	}
}
