/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/duplicatestore.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "corpus/fields.h"
#include "corpus/track.h"
#include "io/json.h"
#include "io/scratch.h"

_Static_assert(sizeof(struct evidence) % 8 == 0, "items follow, aligned");

void duplicate_release(struct duplicate *d)
{
	str_release(&d->bytes);
	*d = (struct duplicate){ 0 };
}

/* --- from a record --- */

static uint8_t link_of(const struct record *r)
{
	struct str status = { 0 };
	uint8_t link = 2;

	record_text(r, "url_status", &status);
	if (record_get(r, "recovered_url").p ||
	    span_is(span_str(&status), "VALID") ||
	    span_is(span_str(&status), "MOVED"))
		link = 3;
	else if (span_is(span_str(&status), "REQUIRES_AUTH"))
		link = 1;
	else if (span_is(span_str(&status), "DEAD"))
		link = 0;
	str_release(&status);
	return link;
}

static uint64_t sound_of(struct span sha256)
{
	uint64_t v = 0;

	if (json_type(sha256) != JSON_STRING || sha256.n != 66)
		return 0;
	for (int i = 1; i <= 16; i++) {
		const char *at = strchr("0123456789abcdef", sha256.p[i]);

		if (!at || !*at)
			return 0;
		v = v << 4 |
		    (uint64_t)(strchr("0123456789abcdef", sha256.p[i]) -
			       "0123456789abcdef");
	}
	return v;
}

static void read_standing(struct evidence *e, const struct record *r)
{
	struct fields f;
	bool music = true;

	fields_find(&f, r);
	for (int i = 0; i < FIELD_CRAWL_COUNT; i++)
		e->filled = (uint8_t)(e->filled + fields_filled(f.at[i]));
	if (!fields_number(f.at[FIELD_PLAYBACK_COUNT], &e->plays) ||
	    e->plays < 0)
		e->plays = -1;
	json_bool(record_get(r, "is_music"), &music);
	e->music = music;
	e->link = link_of(r);
	e->audio = json_type(record_get(r, "audio")) == JSON_OBJECT;
	e->sound = sound_of(json_get(record_get(r, "audio"), "sha256"));
}

/* What a keeper says of the others: where they are found and what they are
 * called there. */
static void put_source(struct str *out, const struct record *r)
{
	static const char *const names[] = {
		"id",           "title",         "artist",     "permalink_url",
		"redirect_url", "recovered_url", "url_status", "ingested_from",
	};
	struct span path = json_get(record_get(r, "audio"), "path");

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct span value = record_get(r, names[i]);

		if (!value.p)
			continue;
		str_putc(out, i ? ',' : '{');
		str_printf(out, "\"%s\":", names[i]);
		str_span(out, value);
	}
	if (path.p) {
		str_puts(out, ",\"path\":");
		str_span(out, path);
	}
	str_putc(out, '}');
}

static uint32_t put_text(struct str *out, const struct record *r,
			 const char *name)
{
	struct str text = { 0 };
	size_t n;

	record_text(r, name, &text);
	n = text.n < UINT16_MAX ? text.n : UINT16_MAX;
	str_put(out, text.p, n);
	str_release(&text);
	return (uint32_t)n;
}

static void point(struct duplicate *d)
{
	const char *p = d->bytes.p + sizeof(d->e);

	d->items = (const uint32_t *)(const void *)p;
	p += sizeof(*d->items) * d->e.items;
	d->id = (struct span){ p, d->e.id };
	p += d->e.id;
	d->title = (struct span){ p, d->e.title };
	p += d->e.title;
	d->artist = (struct span){ p, d->e.artist };
	p += d->e.artist;
	d->source = (struct span){ p, d->e.source };
}

int duplicate_read(struct duplicate *d, const struct record *r,
		   struct printcodec *print, struct err *err)
{
	struct span member = record_get(r, "fingerprint"), text;
	struct evidence *e = &d->e;
	double length, heard;
	struct str id = { 0 };

	if (!member.p)
		return 0;
	text = json_get(member, "print");
	if (json_type(text) != JSON_STRING ||
	    printcodec_decode((struct span){ text.p + 1, text.n - 2 }, print) ||
	    !print->count)
		return 0;
	if (record_id(r, &id, err))
		return -1;
	*e = (struct evidence){ .plays = -1 };
	e->key = track_key(span_str(&id));
	e->items = (uint32_t)print->count;
	e->distinct = (uint32_t)printcodec_distinct(print->items, print->count);
	heard = PRINTCODEC_STEP * (double)print->count + PRINTCODEC_REACH;
	if (!json_number(json_get(member, "length"), &length) &&
	    length > heard + 1)
		e->length = length;
	if (record_number(r, "duration_ms", &e->duration) && e->duration > 0)
		e->duration /= 1000;
	else
		e->duration = 0;
	read_standing(e, r);
	str_reset(&d->bytes);
	str_put(&d->bytes, e, sizeof(*e));
	str_put(&d->bytes, print->items, print->count * sizeof(*print->items));
	e->id = (uint32_t)id.n;
	str_span(&d->bytes, span_str(&id));
	str_release(&id);
	e->title = put_text(&d->bytes, r, "title");
	e->artist = put_text(&d->bytes, r, "artist");
	e->source = (uint32_t)d->bytes.n;
	put_source(&d->bytes, r);
	e->source = (uint32_t)d->bytes.n - e->source;
	point(d);
	return 1;
}

static int compare(double a, double b) /* the larger first */
{
	return (a < b) - (a > b);
}

int duplicate_order(const struct duplicate *a, const struct duplicate *b)
{
	const struct evidence *x = &a->e, *y = &b->e;
	int c = compare(x->music, y->music);

	c = c ? c : compare(x->link, y->link);
	c = c ? c : compare(x->audio, y->audio);
	c = c ? c : compare(x->filled, y->filled);
	c = c ? c : compare(x->plays, y->plays);
	return c ? c : span_cmp(a->id, b->id);
}

/* --- on disk --- */

int duplicatestore_init(struct duplicatestore *s, struct err *err)
{
	*s = (struct duplicatestore){ 0 };
	s->file = scratch_open(err);
	if (!s->file)
		return -1;
	MEM_ROOM(s->at, 1, s->cap);
	s->at[0] = 0;
	return 0;
}

void duplicatestore_release(struct duplicatestore *s)
{
	if (s->file)
		fclose(s->file);
	free(s->at);
	*s = (struct duplicatestore){ 0 };
}

static int cannot(const char *what, struct err *err)
{
	return err_errno(err,
			 "cannot %s temporary data (set TMPDIR to a "
			 "directory with room)",
			 what);
}

int duplicatestore_add(struct duplicatestore *s, const struct duplicate *d,
		       struct err *err)
{
	size_t n = d->bytes.n - sizeof(d->e);

	if (fwrite(&d->e, sizeof(d->e), 1, s->file) != 1 ||
	    fwrite(d->bytes.p + sizeof(d->e), 1, n, s->file) != n)
		return cannot("write", err);
	MEM_ROOM(s->at, s->count + 2, s->cap);
	s->at[s->count + 1] = s->at[s->count] + d->bytes.n;
	s->count++;
	return 0;
}

int duplicatestore_end(struct duplicatestore *s, struct err *err)
{
	return fflush(s->file) ? cannot("write", err) : 0;
}

int duplicatestore_load(const struct duplicatestore *s, size_t i,
			struct duplicate *d, struct err *err)
{
	size_t n = (size_t)(s->at[i + 1] - s->at[i]), done = 0;

	str_reset(&d->bytes);
	str_reserve(&d->bytes, n);
	while (done < n) {
		ssize_t got = pread(fileno(s->file), d->bytes.p + done,
				    n - done, (off_t)(s->at[i] + done));

		if (got <= 0) {
			if (got < 0 && errno == EINTR)
				continue;
			return cannot("read back", err);
		}
		done += (size_t)got;
	}
	d->bytes.n = n;
	memcpy(&d->e, d->bytes.p, sizeof(d->e));
	point(d);
	return 0;
}
