/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AcousticBrainz documents, as its dumps and API have them: low level (one
 * analysis of a recording by Essentia) and high level (what classifiers make of
 * it). Both have the tags of the file under "metadata".
 */
#include <math.h>

#include "base/num.h"
#include "corpus/sourceparts.h"
#include "io/json.h"

#define UUID_SIZE 36
#define RECORDING "https://musicbrainz.org/recording/"

static bool is_uuid(struct span s)
{
	if (s.n != UUID_SIZE)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s.p[i] != '-'
			 : !strchr("0123456789abcdefABCDEF", s.p[i]) || !s.p[i])
			return false;
	}
	return true;
}

/* The first string of a tag: "title":["x"] or "title":"x", without its quotes
 * (raw). */
static struct span tag(struct span tags, const char *name)
{
	struct span v = json_get(tags, name), e;
	size_t pos = 0;

	if (json_type(v) == JSON_ARRAY && json_each(v, &pos, &e))
		v = e;
	return json_type(v) == JSON_STRING ? v : (struct span){ 0 };
}

static void put_tag(struct sourcerow *r, struct span key,
		    enum fieldmap_role role, struct span raw)
{
	struct str text = { 0 };

	if (!raw.n)
		return;
	json_string(raw, &text);
	sourcerow_put(r, key, role, span_str(&text));
	str_release(&text);
}

/* A year at the head of a date. */
static void put_year(struct sourcerow *r, struct span raw)
{
	struct span year;
	int value;

	if (raw.n < 6)
		return;
	year = (struct span){ raw.p + 1, 4 };
	if (num_int(year, 1000, 2999, &value) ||
	    (raw.n > 6 && raw.p[5] >= '0' && raw.p[5] <= '9'))
		return;
	sourcerow_hold(r, FIELDMAP_YEAR, year);
	sourcerow_raw(r, SPAN("\"year\":"), year);
}

static void put_duration(struct sourcerow *r, struct span metadata)
{
	struct str text = { 0 };
	double seconds;

	if (json_number(
		json_get(json_get(metadata, "audio_properties"), "length"),
		&seconds) ||
	    !(seconds > 0 && seconds < 1e6))
		return;
	str_fixed(&text, floor(seconds * 1000 + 0.5), 0);
	sourcerow_hold(r, FIELDMAP_DURATION, span_str(&text));
	sourcerow_raw(r, SPAN("\"duration_ms\":"), span_str(&text));
	str_release(&text);
}

/* The recording: by the tags, else by the file's name; old taggers wrote its id
 * as musicbrainz_trackid. */
static struct span recording(struct span tags, struct span name)
{
	static const char *const ids[] = { "musicbrainz_recordingid",
					   "musicbrainz_trackid" };
	struct span v;

	for (int i = 0; i < 2; i++) {
		v = tag(tags, ids[i]);
		if (v.n && is_uuid((struct span){ v.p + 1, v.n - 2 }))
			return (struct span){ v.p + 1, v.n - 2 };
		for (size_t at = 0; !i && at + UUID_SIZE <= name.n; at++)
			if (is_uuid((struct span){ name.p + at, UUID_SIZE }))
				return (struct span){ name.p + at, UUID_SIZE };
	}
	return (struct span){ 0 };
}

bool source_acousticbrainz(struct source *s, struct span json, struct span name,
			   struct source_row *row)
{
	struct sourcerow *r = s->row;
	struct span metadata = { 0 }, tags, mbid, key, v, date;
	struct str text = { 0 };
	bool features = false;
	size_t pos = 0;

	while (json_member(json, &pos, &key, &v)) {
		if (json_type(v) != JSON_OBJECT)
			continue;
		if (span_is(key, "metadata"))
			metadata = v;
		features |= span_is(key, "lowlevel") ||
			    span_is(key, "highlevel") ||
			    span_is(key, "rhythm") || span_is(key, "tonal");
	}
	if (!metadata.n || !features)
		return false;
	sourcerow_begin(r);
	tags = json_get(metadata, "tags");
	put_tag(r, SPAN("\"title\":"), FIELDMAP_TITLE, tag(tags, "title"));
	put_tag(r, SPAN("\"artist\":"), FIELDMAP_ARTIST, tag(tags, "artist"));
	put_tag(r, SPAN("\"album\":"), FIELDMAP_ALBUM, tag(tags, "album"));
	put_tag(r, SPAN("\"genre\":"), FIELDMAP_NONE, tag(tags, "genre"));
	date = tag(tags, "originaldate");
	put_year(r, date.n ? date : tag(tags, "date"));
	put_duration(r, metadata);
	mbid = recording(tags, name);
	if (mbid.n) {
		sourcerow_text(r, SPAN("\"mbid\":"), mbid);
		str_puts(&text, RECORDING);
		str_span(&text, mbid);
		sourcerow_hold(r, FIELDMAP_URL, span_str(&text));
	}
	str_reset(&text);
	if (measured_document(r->measured, json, &text))
		sourcerow_raw(r, SPAN("\"measured_elsewhere\":"),
			      span_str(&text));
	str_release(&text);
	row->members = sourcerow_members(r);
	row->facts = r->facts;
	return true;
}
