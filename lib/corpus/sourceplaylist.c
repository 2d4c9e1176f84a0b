/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Playlists: M3U, XSPF and JSPF. */
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/percent.h"
#include "corpus/sourceparts.h"
#include "io/json.h"
#include "text/mend.h"
#include "text/tracklist.h"
#include "text/utf8.h"

struct playlist_state {
	struct tracklist *list;
	struct str dir; /* with its slash; "" is here */
	struct str path, raw;
	struct str lists; /* ["its name"]; empty: it has none */
	bool uris;        /* locations are, not paths */
	bool broken;
};

/* A list is called as its file is, less what tells the format. */
static void name_list(const struct source *s, struct str *out)
{
	const char *slash = strrchr(s->path, '/');
	struct span name = span_of(slash ? slash + 1 : s->path);
	const char *dot = name.n ? memrchr(name.p, '.', name.n) : NULL;
	struct str clean = { 0 };

	if (dot && dot > name.p)
		name.n = (size_t)(dot - name.p);
	utf8_clean(span_trim(name), &clean);
	if (clean.n && !span_is(span_str(&clean), "-")) {
		str_putc(out, '[');
		json_put_string(out, span_str(&clean));
		str_putc(out, ']');
	}
	str_release(&clean);
}

static int open(struct source *s, struct err *err)
{
	struct playlist_state *p = s->state = mem_zalloc(1, sizeof(*p));
	const char *slash = strrchr(s->path, '/');

	if (slash)
		str_put(&p->dir, s->path, (size_t)(slash - s->path) + 1);
	p->uris = s->format != SOURCE_M3U;
	name_list(s, &p->lists);
	p->list = tracklist_new(s->format == SOURCE_M3U    ? TRACKLIST_M3U
				: s->format == SOURCE_XSPF ? TRACKLIST_XSPF
							   : TRACKLIST_JSPF,
				span_str(&s->text), err);
	return p->list ? 0 : -1;
}

static bool has_scheme(struct span s, const char *scheme)
{
	size_t n = strlen(scheme);

	return s.n > n && span_ieq((struct span){ s.p, n }, scheme);
}

/* Any "word://". */
static bool is_url(struct span s)
{
	const char *at = s.n ? memmem(s.p, s.n, "://", 3) : NULL;

	return at && at > s.p && !memchr(s.p, '/', (size_t)(at - s.p));
}

static bool exists(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) &&
	       audiofolder_is_sound(path) && !audiofolder_refusal(path);
}

/* Puts directory and name together in p->path. uri: escapes are decoded;
 * backslash: those are slashes. */
static bool try_path(struct playlist_state *p, struct span name, bool uri,
		     bool backslash)
{
	str_reset(&p->path);
	if (name.n && name.p[0] != '/')
		str_span(&p->path, span_str(&p->dir));
	if (uri)
		percent_decode(name, &p->path);
	else
		str_span(&p->path, name);
	for (size_t i = 0; backslash && i < p->path.n; i++)
		if (p->path.p[i] == '\\')
			p->path.p[i] = '/';
	return exists(str_z(&p->path));
}

/* The file that a location means, absolute, in p->path; false: there is no such
 * sound file. */
static bool find_file(struct playlist_state *p, struct span location)
{
	char *whole;

	if (has_scheme(location, "file://")) {
		const char *slash = memchr(location.p + 7, '/', location.n - 7);
		if (!slash)
			return false;
		location.n -= (size_t)(slash - location.p);
		location.p = slash;
		if (!try_path(p, location, true, false))
			return false;
	} else if (!location.n || is_url(location) ||
		   (!try_path(p, location, p->uris, false) &&
		    !try_path(p, location, !p->uris, false) &&
		    !try_path(p, location, false, true))) {
		return false;
	}
	whole = realpath(str_z(&p->path), NULL);
	if (!whole)
		return false;
	str_reset(&p->path);
	str_puts(&p->path, whole);
	free(whole);
	return true;
}

static void put_url(struct sourcerow *r, struct span url)
{
	url = mend_url(url, &r->mended);
	sourcerow_hold(r, FIELDMAP_URL, url);
	sourcerow_text(r, SPAN("\"permalink_url\":"), url);
}

static bool is_web(const struct str *s)
{
	return has_scheme(span_str(s), "http://") ||
	       has_scheme(span_str(s), "https://");
}

static void put_entry(struct source *s, const struct tracklist_entry *e)
{
	struct sourcerow *r = s->row;
	const struct str *title = &e->title, *artist = &e->artist;
	struct str ms = { 0 };

	sourcerow_begin(r);
	if (!title->n && e->location.n && !is_url(span_str(&e->location))) {
		struct str z = { 0 };
		bool slashed = memchr(e->location.p, '/', e->location.n);

		/* "C:\Music\A - B.mp3" */
		str_span(&z, span_str(&e->location));
		for (size_t i = 0; !slashed && i < z.n; i++)
			if (z.p[i] == '\\')
				z.p[i] = '/';
		audiofolder_parse(str_z(&z), &s->named);
		str_release(&z);
		title = &s->named.title;
		artist = artist->n ? artist : &s->named.artist;
	}
	sourcerow_put(r, SPAN("\"title\":"), FIELDMAP_TITLE, span_str(title));
	sourcerow_put(r, SPAN("\"artist\":"), FIELDMAP_ARTIST,
		      span_str(artist));
	sourcerow_put(r, SPAN("\"album\":"), FIELDMAP_ALBUM,
		      span_str(&e->album));
	sourcerow_put(r, SPAN("\"genre\":"), FIELDMAP_NONE,
		      span_str(&e->genre));
	sourcerow_put(r, SPAN("\"description\":"), FIELDMAP_NONE,
		      span_str(&e->note));
	if (e->seconds >= 5e-4 && e->seconds < 1e6) {
		str_fixed(&ms, floor(e->seconds * 1000 + 0.5), 0);
		sourcerow_hold(r, FIELDMAP_DURATION, span_str(&ms));
		sourcerow_raw(r, SPAN("\"duration_ms\":"), span_str(&ms));
		str_release(&ms);
	}
	if (is_web(&e->location))
		put_url(r, span_str(&e->location));
	else if (is_web(&e->page))
		put_url(r, span_str(&e->page));
}

/* Ends a row: which list it is of. */
static void end_row(struct source *s, struct source_row *row)
{
	const struct playlist_state *p = s->state;

	if (p->lists.n)
		sourcerow_raw(s->row, SPAN("\"playlists\":"),
			      span_str(&p->lists));
	row->members = sourcerow_members(s->row);
}

static int next(struct source *s, struct source_row *row, struct err *err)
{
	struct playlist_state *p = s->state;
	const struct tracklist_entry *e;
	int got;

	if (p->broken)
		return 0;
	got = tracklist_next(p->list, &e, &s->err);
	if (!got)
		return 0;
	row->line = e->line;
	if (got < 0) {
		p->broken = true;
		row->reason = s->err.message;
		return 1;
	}
	str_reset(&p->raw);
	str_span(&p->raw, span_str(e->location.n ? &e->location : &e->title));
	row->raw = span_str(&p->raw);
	if (!s->inside && find_file(p, span_str(&e->location))) {
		if (source_sound(s, str_z(&p->path), e, row, err))
			return -1;
		if (!row->reason) {
			end_row(s, row);
			return 1;
		}
		row->reason = NULL;
	}
	put_entry(s, e);
	end_row(s, row);
	row->facts = s->row->facts;
	return 1;
}

static void close(struct source *s)
{
	struct playlist_state *p = s->state;

	if (!p)
		return;
	tracklist_free(p->list);
	str_release(&p->dir);
	str_release(&p->path);
	str_release(&p->raw);
	str_release(&p->lists);
	free(p);
}

const struct source_reader source_playlist = { open, next, close };
