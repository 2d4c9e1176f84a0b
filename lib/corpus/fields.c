/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/fields.h"
#include "io/json.h"

static const char *const names[FIELD_COUNT] = {
	"title",         "artist",
	"year",          "created_at",
	"genre",         "tags",
	"description",   "playback_count",
	"permalink_url", "extracted_vibe_text",
	"likes_count",   "favoritings_count",
	"release_year",
};

enum { SHORTEST_ESCAPED = 9 }; /* "\u0079ear" */

static int is(struct span name, enum field field)
{
	return memcmp(name.p, names[field], name.n) == 0 ? (int)field : -1;
}

static int field_of(struct span name)
{
	int field = -1;

	switch (name.n) {
	case 4:
		return name.p[0] == 'y' ? is(name, FIELD_YEAR)
					: is(name, FIELD_TAGS);
	case 5:
		return name.p[0] == 't' ? is(name, FIELD_TITLE)
					: is(name, FIELD_GENRE);
	case 6:
		return is(name, FIELD_ARTIST);
	case 10:
		field = is(name, FIELD_CREATED_AT);
		break;
	case 11:
		field = name.p[0] == 'd' ? is(name, FIELD_DESCRIPTION)
					 : is(name, FIELD_LIKES_COUNT);
		break;
	case 12:
		field = is(name, FIELD_RELEASE_YEAR);
		break;
	case 13:
		field = is(name, FIELD_PERMALINK_URL);
		break;
	case 14:
		field = is(name, FIELD_PLAYBACK_COUNT);
		break;
	case 17:
		field = is(name, FIELD_FAVORITINGS_COUNT);
		break;
	case 19:
		field = is(name, FIELD_VIBE_TEXT);
		break;
	}
	if (field >= 0 || name.n < SHORTEST_ESCAPED ||
	    !memchr(name.p, '\\', name.n))
		return field;
	for (field = 0; field < FIELD_COUNT; field++)
		if (json_name_is(name, names[field]))
			return field;
	return -1;
}

void fields_find(struct fields *f, const struct record *r)
{
	*f = (struct fields){ 0 };
	for (size_t i = 0; i < r->count; i++) {
		struct span value = r->members[i].value;
		int field = field_of(r->members[i].name);

		if (field < 0)
			continue;
		if (json_type(value) == JSON_NULL)
			value = (struct span){ 0 };
		f->at[field] = value;
	}
}

struct span fields_text(struct span raw, struct str *scratch)
{
	struct span s = raw;

	if (json_type(raw) == JSON_STRING) {
		s = (struct span){ raw.p + 1, raw.n - 2 };
		if (s.n && memchr(s.p, '\\', s.n)) {
			str_reset(scratch);
			json_string(raw, scratch);
			s = span_str(scratch);
		}
		s = span_trim(s);
	} else if (json_type(raw) != JSON_NUMBER) {
		s.n = 0;
	}
	return s.n ? s : (struct span){ 0 };
}

bool fields_number(struct span raw, double *out)
{
	if (json_type(raw) == JSON_STRING && raw.n > 2) {
		raw = span_trim((struct span){ raw.p + 1, raw.n - 2 });
		return raw.n &&
		       (raw.p[0] == '-' ||
			(raw.p[0] >= '0' && raw.p[0] <= '9')) &&
		       !json_number(raw, out);
	}
	return !json_number(raw, out);
}

bool fields_filled(struct span raw)
{
	struct str scratch = { 0 };
	size_t i = 1;
	bool filled;

	switch (json_type(raw)) {
	case JSON_NONE:
	case JSON_NULL:
		return false;
	case JSON_ARRAY:
	case JSON_OBJECT:
		while (i < raw.n && strchr(" \t\r\n", raw.p[i]))
			i++;
		return i < raw.n && raw.p[i] != ']' && raw.p[i] != '}';
	case JSON_STRING:
		if (raw.n > 2 && raw.p[1] != ' ' && raw.p[1] != '\\')
			return true;
		filled = fields_text(raw, &scratch).n > 0;
		str_release(&scratch);
		return filled;
	default:
		return true;
	}
}

/* An escape is one code point, a pair of surrogates too. */
static size_t escaped_excess(struct span s)
{
	size_t excess = 0;

	for (size_t i = 0; i + 1 < s.n; i++) {
		if (s.p[i] != '\\')
			continue;
		if (s.p[++i] != 'u') {
			excess++;
			continue;
		}
		excess += 5;
		i += 4;
		if (i >= s.n)
			break;
		/* a high surrogate with its low one behind it */
		if ((s.p[i - 3] == 'd' || s.p[i - 3] == 'D') &&
		    strchr("89abAB", s.p[i - 2]) && i + 6 < s.n &&
		    s.p[i + 1] == '\\' && s.p[i + 2] == 'u' &&
		    (s.p[i + 3] == 'd' || s.p[i + 3] == 'D') &&
		    strchr("cdefCDEF", s.p[i + 4])) {
			excess += 6;
			i += 6;
		}
	}
	return excess;
}

/* Bytes 10xxxxxx, which continue a sequence: eight at a time, counted in the
 * eight bytes of a word as long as those cannot overflow. */
static size_t continuations(struct span s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t low = UINT64_C(0x00FF00FF00FF00FF);
	size_t i = 0, n = 0;

	while (s.n - i >= sizeof(ones)) {
		size_t words = (s.n - i) / sizeof(ones);
		uint64_t sum = 0, w;

		words = words < 255 ? words : 255;
		for (; words; words--, i += sizeof(w)) {
			memcpy(&w, s.p + i, sizeof(w));
			sum += (w >> 7) & ~(w >> 6) & ones;
		}
		sum = (sum & low) + (sum >> 8 & low);
		n += sum * UINT64_C(0x0001000100010001) >> 48;
	}
	for (; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) == 0x80;
	return n;
}

size_t fields_length(struct span raw)
{
	struct span s;
	size_t n;

	if (json_type(raw) != JSON_STRING)
		return 0;
	s = (struct span){ raw.p + 1, raw.n - 2 };
	n = s.n - continuations(s);
	if (s.n && memchr(s.p, '\\', s.n))
		n -= escaped_excess(s);
	return n;
}
