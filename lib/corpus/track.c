/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"
#include "corpus/eras.h"
#include "corpus/track.h"
#include "io/json.h"

uint64_t track_key(struct span id)
{
	return hash_u64(id.p, id.n);
}

/* The value of imputed.NAME and its confidence; false where there is none. */
static bool imputed(const struct record *r, const char *name,
		    struct span *value, double *confidence)
{
	struct span all = record_get(r, "imputed"), one, c;

	if (!all.p || json_type(all) != JSON_OBJECT)
		return false;
	one = json_get(all, name);
	if (json_type(one) != JSON_OBJECT)
		return false;
	*value = json_get(one, "value");
	if (json_type(*value) == JSON_NONE || json_type(*value) == JSON_NULL)
		return false;
	c = json_get(one, "confidence");
	if (confidence && (!c.p || json_number(c, confidence)))
		*confidence = 0;
	return true;
}

/* Trims out in place; true where something is left. */
static bool trim(struct str *out)
{
	struct span s = span_trim(span_str(out));

	if (s.n)
		memmove(out->p, s.p, s.n);
	out->n = s.n;
	if (out->p)
		out->p[s.n] = '\0';
	return s.n > 0;
}

static enum track_origin text_of(const struct record *r, const char *name,
				 struct str *out, double *confidence)
{
	struct span value;

	if (record_text(r, name, out)) {
		if (confidence)
			*confidence = 1;
		return TRACK_SOURCE;
	}
	str_reset(out);
	if (imputed(r, name, &value, confidence) && !json_string(value, out) &&
	    trim(out))
		return TRACK_IMPUTED;
	str_reset(out);
	if (confidence)
		*confidence = 0;
	return TRACK_ABSENT;
}

enum track_origin track_genre(const struct record *r, struct str *out,
			      double *confidence)
{
	return text_of(r, "genre", out, confidence);
}

enum track_origin track_description(const struct record *r, struct str *out,
				    double *confidence)
{
	return text_of(r, "description", out, confidence);
}

static void add_tag(struct str *out, struct span tag)
{
	tag = span_trim(tag);
	if (!tag.n)
		return;
	if (out->n)
		str_putc(out, '\n');
	str_span(out, tag);
}

static void split_tags(struct str *out, struct span text)
{
	size_t start = 0;

	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && !strchr(",;|\n\r", text.p[i]))
			continue;
		if (i < text.n && !text.p[i])
			continue;
		add_tag(out, (struct span){ text.p + start, i - start });
		start = i + 1;
	}
}

/* An array's strings, or a string split at separators; line ends inside an
 * element would read as separators later, so they separate here too. */
static bool tags_of(struct span value, struct str *out)
{
	struct str text = { 0 };
	struct span element;
	size_t pos = 0;

	str_reset(out);
	if (json_type(value) == JSON_ARRAY) {
		while (json_each(value, &pos, &element) > 0) {
			str_reset(&text);
			if (json_string(element, &text))
				continue;
			for (size_t i = 0; i < text.n; i++)
				if (text.p[i] == '\n' || text.p[i] == '\r')
					text.p[i] = ' ';
			add_tag(out, span_str(&text));
		}
	} else if (!json_string(value, &text)) {
		split_tags(out, span_str(&text));
	}
	str_release(&text);
	return out->n > 0;
}

enum track_origin track_tags(const struct record *r, struct str *out,
			     double *confidence)
{
	struct span value = record_get(r, "tags");

	if (value.p && tags_of(value, out)) {
		if (confidence)
			*confidence = 1;
		return TRACK_SOURCE;
	}
	if (imputed(r, "tags", &value, confidence) && tags_of(value, out))
		return TRACK_IMPUTED;
	str_reset(out);
	if (confidence)
		*confidence = 0;
	return TRACK_ABSENT;
}

bool track_year(const struct record *r, int *year)
{
	static const char *const names[] = { "release_year", "year",
					     "created_at" };
	struct str text = { 0 };
	struct span value;
	bool found = false;

	for (size_t i = 0; i < 3 && !found; i++) {
		found = record_text(r, names[i], &text) &&
			eras_year(span_str(&text), year);
		/* A catalogue's year is a better one than an upload's. */
		if (!found && i == 1 && imputed(r, "year", &value, NULL))
			found = eras_year(value, year);
	}
	str_release(&text);
	return found;
}

bool track_url(const struct record *r, struct str *out)
{
	struct span status = record_get(r, "url_status");

	if (record_text(r, "recovered_url", out))
		return true;
	if (status.p && span_is(status, "\"MOVED\"") &&
	    record_text(r, "redirect_url", out))
		return true;
	if (record_text(r, "permalink_url", out))
		return true;
	str_reset(out);
	return false;
}

bool track_audio(const struct record *r, struct str *path, struct str *sha256)
{
	struct span audio = record_get(r, "audio");

	str_reset(path);
	if (sha256)
		str_reset(sha256);
	if (!audio.p || json_type(audio) != JSON_OBJECT ||
	    json_string(json_get(audio, "path"), path) || !path->n) {
		str_reset(path);
		return false;
	}
	if (sha256 && json_string(json_get(audio, "sha256"), sha256))
		str_reset(sha256);
	return true;
}
