/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/sourcerow.h"

#include "corpus/datadir.h"
#include "corpus/taglist.h"
#include "io/json.h"
#include "text/mend.h"
#include "text/utf8.h"

int sourcerow_open(struct sourcerow *r, struct err *err)
{
	struct str path = { 0 };

	r->measured = measured_new(err);
	if (r->measured)
		r->lyrics =
		    lyrics_new(datadir_path("lyrics-marks.tsv", &path), err);
	str_release(&path);
	return r->lyrics ? 0 : -1;
}

void sourcerow_release(struct sourcerow *r)
{
	measured_free(r->measured);
	lyrics_free(r->lyrics);
	str_release(&r->members);
	str_release(&r->tags);
	str_release(&r->clean);
	str_release(&r->mended);
	str_release(&r->words);
	for (size_t i = 0; i < FIELDMAP_ROLES; i++)
		str_release(&r->text[i]);
}

void sourcerow_begin(struct sourcerow *r)
{
	str_reset(&r->members);
	memset(&r->facts, 0, sizeof(r->facts));
	r->has_lyrics = false;
}

struct span sourcerow_members(const struct sourcerow *r)
{
	return span_str(&r->members);
}

void sourcerow_key(struct sourcerow *r, struct span key)
{
	if (r->members.n)
		str_putc(&r->members, ',');
	str_span(&r->members, key);
}

void sourcerow_text(struct sourcerow *r, struct span key, struct span text)
{
	sourcerow_key(r, key);
	json_put_string(&r->members, text);
}

void sourcerow_raw(struct sourcerow *r, struct span key, struct span json)
{
	sourcerow_key(r, key);
	str_span(&r->members, json);
}

void sourcerow_tags(struct sourcerow *r, struct span key, struct span list)
{
	list = taglist_normal(list, &r->words);
	str_reset(&r->tags);
	if (fieldmap_split_tags(list, &r->tags))
		sourcerow_raw(r, key, span_str(&r->tags));
}

bool sourcerow_lyrics(struct sourcerow *r, struct span text, const char *origin)
{
	if (r->has_lyrics || !lyrics_clean(r->lyrics, text, &r->words))
		return false;
	r->has_lyrics = true;
	sourcerow_text(r, SPAN("\"lyrics\":"), span_str(&r->words));
	sourcerow_text(r, SPAN("\"lyrics_origin\":"), span_of(origin));
	return true;
}

void sourcerow_measured(struct sourcerow *r)
{
	str_reset(&r->words);
	if (measured_end(r->measured, &r->words))
		sourcerow_raw(r, SPAN("\"measured_elsewhere\":"),
			      span_str(&r->words));
}

void sourcerow_fact(struct sourcerow *r, enum fieldmap_role role,
		    struct span text)
{
	struct identity_facts *f = &r->facts;

	switch (role) {
	case FIELDMAP_URL:
		f->url = text;
		break;
	case FIELDMAP_ARTIST:
		f->artist = text;
		break;
	case FIELDMAP_TITLE:
		f->title = text;
		break;
	case FIELDMAP_YEAR:
		f->year = text;
		break;
	case FIELDMAP_DURATION:
		f->duration = text;
		break;
	case FIELDMAP_ALBUM:
		f->album = text;
		break;
	default:
		break;
	}
}

void sourcerow_hold(struct sourcerow *r, enum fieldmap_role role,
		    struct span text)
{
	struct str *kept = &r->text[role];

	if (role == FIELDMAP_NONE)
		return;
	if (text.p != kept->p) {
		str_reset(kept);
		str_span(kept, text);
	}
	sourcerow_fact(r, role, span_str(kept));
}

struct span sourcerow_mend(struct sourcerow *r, struct span text)
{
	struct span got = mend_text(text, &r->mended);

	r->mended_cells += got.p != text.p;
	return got;
}

void sourcerow_put(struct sourcerow *r, struct span key,
		   enum fieldmap_role role, struct span text)
{
	struct span s;

	if (!utf8_valid(text) || (text.n && memchr(text.p, 0, text.n))) {
		sourcerow_repair(r, text, &r->clean);
		text = span_str(&r->clean);
	}
	s = span_trim(sourcerow_mend(r, text));
	if (!s.n)
		return;
	sourcerow_hold(r, role, s);
	sourcerow_text(r, key, s);
}

bool sourcerow_repair(struct sourcerow *r, struct span cell, struct str *out)
{
	size_t bad, kept = 0;

	str_reset(out);
	bad = utf8_clean(cell, out);
	for (size_t i = 0; i < out->n; i++)
		if (out->p[i])
			out->p[kept++] = out->p[i];
	r->repaired += bad || kept < out->n;
	out->n = kept;
	return bad != 0;
}
