/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sound files as rows: of folders and of playlists. */
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/payload.h"
#include "base/hash.h"
#include "base/num.h"
#include "corpus/sourceparts.h"
#include "io/json.h"
#include "text/tracklist.h"
#include "text/utf8.h"

#define SIDECAR_MAX (64u << 10)
#define SIDECAR_TRACE 100 /* one character in so many may be damaged */

/* What programs write into a tag when they know nothing. */
static bool is_placeholder(struct span text)
{
	static const char *const nothing[] = {
		"unknown",       "unknown artist", "unknown album",
		"unknown title", "untitled",       "no title",
		"no artist",     "<unknown>",      "track",
	};
	struct str folded = { 0 };
	struct span s;
	bool found;

	utf8_fold_name(text, &folded);
	s = span_str(&folded);
	found = !s.n;
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		found |= span_is(s, nothing[i]);
	/* "Track 07", "AudioTrack 07" */
	if (s.n > 5 && !memcmp(s.p, "audio", 5))
		s = span_trim((struct span){ s.p + 5, s.n - 5 });
	if (s.n > 6 && !memcmp(s.p, "track ", 6)) {
		uint64_t number;
		found |= !num_u64((struct span){ s.p + 6, s.n - 6 }, &number);
	}
	str_release(&folded);
	return found;
}

/* The first of these that says something: a tag, what a playlist said (may be
 * NULL), a name. */
static void put_first(struct sourcerow *r, struct span key,
		      const struct str *tag, const struct str *said,
		      const struct str *name)
{
	if (!is_placeholder(span_str(tag)))
		sourcerow_put(r, key, FIELDMAP_NONE, span_str(tag));
	else if (said && said->n)
		sourcerow_put(r, key, FIELDMAP_NONE, span_str(said));
	else if (name && name->n)
		sourcerow_text(r, key, span_str(name));
}

/* Words, not something else of that name? */
static bool is_text(struct span s)
{
	const char *p = s.p, *end = p + s.n;
	size_t count = 0, bad = 0;
	uint32_t code;

	for (; p < end; count++) {
		p = utf8_next(p, end, &code);
		if (code < ' ' && (!code || !strchr("\t\n\f\r", (int)code)))
			return false;
		bad += code == UTF8_REPLACEMENT;
	}
	return bad <= count / SIDECAR_TRACE;
}

/* Lyrics in a file beside the sound, of that ending. */
static bool put_sidecar(struct source *s, struct span stem, const char *ending)
{
	struct str path = { 0 }, text = { 0 }, clean = { 0 };
	bool put = false;
	struct stat st;
	struct span t;

	str_span(&path, stem);
	str_puts(&path, ending);
	if (!stat(str_z(&path), &st) && S_ISREG(st.st_mode) &&
	    st.st_size <= SIDECAR_MAX &&
	    !input_slurp(str_z(&path), SIDECAR_MAX, &text, &s->err) &&
	    is_text(span_str(&text))) {
		sourcerow_repair(s->row, span_str(&text), &clean);
		t = sourcerow_mend(s->row, span_str(&clean));
		put = sourcerow_lyrics(s->row, t, "sidecar");
	}
	str_release(&path);
	str_release(&text);
	str_release(&clean);
	return put;
}

static void put_lyrics(struct source *s, const char *path)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
	struct span stem = span_of(path), tag = span_str(&s->heard.lyrics);
	struct str clean = { 0 };

	if (dot && (!slash || dot > slash))
		stem.n = (size_t)(dot - path);
	if (put_sidecar(s, stem, ".lrc") || put_sidecar(s, stem, ".LRC"))
		return;
	if (tag.n) {
		sourcerow_repair(s->row, tag, &clean);
		sourcerow_lyrics(
		    s->row, sourcerow_mend(s->row, span_str(&clean)), "tag");
		str_release(&clean);
	}
	if (!s->row->has_lyrics)
		put_sidecar(s, stem, ".txt");
}

/* Asks for the tags. -1, ERR_ENV: no worker can be started; a file that cannot
 * be read has none. */
static int hear(struct source *s, const char *path, struct err *err)
{
	struct err why = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	s->heard.length = NAN;
	str_reset(&s->heard.title);
	str_reset(&s->heard.artist);
	str_reset(&s->heard.album);
	str_reset(&s->heard.genre);
	str_reset(&s->heard.date);
	str_reset(&s->heard.lyrics);
	if (fd < 0)
		return 0;
	if (!s->listener)
		s->listener = listener_new(1);
	rc = listener_hear(s->listener, fd, LISTENER_TAGS, &s->heard, &why);
	close(fd);
	if (rc && why.status != ERR_RECORD) {
		*err = why;
		return -1;
	}
	return 0;
}

static void put_year(struct sourcerow *r, struct span date)
{
	struct span year;
	int value;

	date = span_trim(date);
	year = (struct span){ date.p, 4 };
	if (date.n >= 4 && !num_int(year, 1000, 2999, &value) &&
	    (date.n == 4 || date.p[4] < '0' || date.p[4] > '9'))
		sourcerow_raw(r, SPAN("\"year\":"), year);
}

static void put_members(struct source *s, const char *path,
			const struct tracklist_entry *said)
{
	struct sourcerow *r = s->row;
	const struct heard *h = &s->heard;

	audiofolder_parse(path, &s->named);
	put_first(r, SPAN("\"title\":"), &h->title, said ? &said->title : NULL,
		  &s->named.title);
	put_first(r, SPAN("\"artist\":"), &h->artist,
		  said ? &said->artist : NULL, &s->named.artist);
	put_first(r, SPAN("\"album\":"), &h->album, said ? &said->album : NULL,
		  &s->named.album);
	put_first(r, SPAN("\"genre\":"), &h->genre, said ? &said->genre : NULL,
		  NULL);
	put_year(r, span_str(&h->date));
	put_lyrics(s, path);
}

/* What the file says of its length, else a playlist. */
static void put_duration(struct source *s, const struct tracklist_entry *said)
{
	double ms = floor(s->heard.length * 1000 + 0.5);

	if (!(ms > 0) && said)
		ms = floor(said->seconds * 1000 + 0.5);
	if (ms > 0 && ms < 1e9) {
		sourcerow_key(s->row, SPAN("\"duration_ms\":"));
		str_fixed(&s->row->members, ms, 0);
	}
}

int source_sound(struct source *s, const char *path,
		 const struct tracklist_entry *said, struct source_row *row,
		 struct err *err)
{
	uint8_t payload[HASH_SIZE], file[HASH_SIZE];
	char hex[2 * HASH_SIZE + 1];
	struct sourcerow *r = s->row;
	struct stat st;

	if ((row->reason = audiofolder_refusal(path)))
		return 0;
	if (!utf8_valid(span_of(path))) {
		row->reason = "the file's name is not UTF-8; rename it";
		return 0;
	}
	if (!stat(path, &st) && !st.st_size) {
		row->reason = "an empty file";
		return 0;
	}
	if (payload_digest(path, payload, file, &s->err)) {
		row->reason = s->err.message;
		return 0;
	}
	if (hear(s, path, err))
		return -1;
	sourcerow_begin(r);
	put_members(s, path, said);
	/* The identity is what sounds, whatever the tags. */
	hash_hex(payload, HASH_SIZE, s->hex);
	memset(&r->facts, 0, sizeof(r->facts));
	r->facts.payload = span_of(s->hex);
	hash_hex(file, HASH_SIZE, hex);
	sourcerow_text(r, SPAN("\"audio\":{\"path\":"), span_of(path));
	str_printf(&r->members, ",\"sha256\":\"%s\"}", hex);
	put_duration(s, said);
	row->members = sourcerow_members(r);
	row->facts = r->facts;
	return 0;
}
