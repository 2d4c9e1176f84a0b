/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/indexrow.h"

#include <math.h>

#include "corpus/track.h"
#include "io/json.h"
#include "text/tokens.h"

enum { LYRICS_LOOKED = 1 << 14 }; /* bytes */

static float number(const struct record *record, const char *name)
{
	double v;

	if (!record_number(record, name, &v) || v < 0 || !isfinite((float)v))
		return NAN;
	return (float)v;
}

static uint8_t tier_of(const struct record *record, struct str *scratch)
{
	if (!record_text(record, "popularity_tier", scratch))
		return TIER_NONE;
	for (uint8_t i = 1; i < TIER_COUNT; i++)
		if (span_is(span_str(scratch), catalogue_tier_name(i)))
			return i;
	return TIER_NONE;
}

static uint8_t link_of(const struct record *record, struct str *scratch)
{
	/* A link that healed works, whatever the first one's state was. */
	if (record_text(record, "recovered_url", scratch))
		return LINK_VALID;
	if (!record_text(record, "url_status", scratch))
		return LINK_UNKNOWN;
	for (uint8_t i = 0; i < LINK_COUNT; i++)
		if (span_is(span_str(scratch), catalogue_link_name(i)))
			return i;
	return LINK_UNKNOWN;
}

/* Where there is no link, a file of one's own can be played: RFC 8089. True
 * where that is so; nothing more is to be found out about such a link. */
static bool read_url(const struct record *record, struct str *scratch,
		     struct str *out)
{
	static const char plain[] = "-._~/";

	if (track_url(record, out) || !track_audio(record, scratch, NULL) ||
	    scratch->p[0] != '/')
		return false;
	str_puts(out, "file://");
	for (size_t i = 0; i < scratch->n; i++) {
		unsigned char c = (unsigned char)scratch->p[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') || (c && strchr(plain, c)))
			str_putc(out, (char)c);
		else
			str_printf(out, "%%%02X", c);
	}
	return true;
}

static bool left_out(const struct record *record)
{
	bool music;

	return (!json_bool(record_get(record, "is_music"), &music) && !music) ||
	       json_type(record_get(record, "duplicate_of")) == JSON_STRING;
}

static bool is_sung(const struct indexrow *r)
{
	struct span text = r->row.lyrics;
	struct tokens t = { 0 };
	struct token token;
	size_t n = 0;

	if (!r->sung_words || !text.n)
		return false;
	text.n = text.n < LYRICS_LOOKED ? text.n : LYRICS_LOOKED;
	tokens_start(&t, text);
	while (n < r->sung_words && tokens_next(&t, &token))
		n++;
	tokens_release(&t);
	return n >= r->sung_words;
}

static uint8_t voice_of(const struct indexrow *r, const struct record *record)
{
	bool instrumental;

	if (!json_bool(record_get(record, "instrumental"), &instrumental))
		return instrumental ? VOICE_SAID_NONE : VOICE_SAID_SUNG;
	return is_sung(r) ? VOICE_SAID_SUNG : 0;
}

/* One a line. */
static void read_playlists(struct indexrow *r, const struct record *record)
{
	struct span all = record_get(record, "playlists"), one;
	struct str *out = &r->playlists;
	size_t pos = 0;

	str_reset(out);
	if (json_type(all) != JSON_ARRAY)
		return;
	while (json_each(all, &pos, &one) > 0) {
		size_t from = out->n;

		if (json_type(one) != JSON_STRING || json_string(one, out))
			continue;
		for (size_t i = from; i < out->n; i++)
			if (out->p[i] == '\n')
				out->p[i] = ' ';
		str_putc(out, '\n');
	}
	r->row.playlists = span_str(out);
}

/* What is searched by words beside the catalogue: nothing that was made up. */
static void read_beside(struct indexrow *r, const struct record *record)
{
	struct index_row *row = &r->row;

	if (track_description(record, &r->description, NULL) == TRACK_SOURCE)
		row->description = span_str(&r->description);
	if (record_text(record, "lyrics", &r->lyrics))
		row->lyrics = span_str(&r->lyrics);
	if (record_text(record, "language", &r->language) &&
	    !span_is(span_str(&r->language), "unknown"))
		row->language = span_str(&r->language);
	if (record_text(record, "album", &r->album))
		row->album = span_str(&r->album);
	row->voice = voice_of(r, record);
	read_playlists(r, record);
}

int indexrow_read(struct indexrow *r, const struct record *record,
		  struct err *err)
{
	struct index_row *row = &r->row;
	struct str *t = r->text;

	*row = (struct index_row){ 0 };
	if (record_id(record, &t[CATALOGUE_ID], err))
		return -1;
	row->key = track_key(span_str(&t[CATALOGUE_ID]));
	if (left_out(record))
		return 1;
	/* The title is read behind these and serves as scratch. */
	row->tier = tier_of(record, &t[CATALOGUE_TITLE]);
	row->link = link_of(record, &t[CATALOGUE_TITLE]);
	if (read_url(record, &t[CATALOGUE_TITLE], &t[CATALOGUE_URL]))
		row->link = LINK_VALID;
	if (record_text(record, "music_class", &t[CATALOGUE_TITLE]) &&
	    span_is(span_str(&t[CATALOGUE_TITLE]), "set"))
		row->flags |= CATALOGUE_SET;
	if (!record_text(record, "title", &t[CATALOGUE_TITLE]))
		str_reset(&t[CATALOGUE_TITLE]);
	if (!record_text(record, "artist", &t[CATALOGUE_ARTIST]))
		str_reset(&t[CATALOGUE_ARTIST]);
	if (track_genre(record, &t[CATALOGUE_GENRE], NULL) == TRACK_IMPUTED)
		row->flags |= CATALOGUE_GENRE_IMPUTED;
	if (track_tags(record, &t[CATALOGUE_TAGS], NULL) == TRACK_IMPUTED)
		row->flags |= CATALOGUE_TAGS_IMPUTED;
	row->has_year = track_year(record, &row->year);
	row->duration = number(record, "duration_ms") / 1000;
	row->plays = number(record, "playback_count");
	row->popularity = number(record, "popularity");
	for (int f = 0; f < CATALOGUE_FIELDS; f++)
		row->text[f] = span_str(&t[f]);
	read_beside(r, record);
	return 0;
}

void indexrow_release(struct indexrow *r)
{
	for (int f = 0; f < CATALOGUE_FIELDS; f++)
		str_release(&r->text[f]);
	str_release(&r->description);
	str_release(&r->lyrics);
	str_release(&r->language);
	str_release(&r->album);
	str_release(&r->playlists);
}
