/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/requestvalues.h"

#include <math.h>
#include <stddef.h>

#include "base/num.h"
#include "index/generation.h"

/* A year may lie far off, but not where it would not be a year. */
#define YEAR_MOST 9999
#define SECONDS_MOST 1e9
#define STATUS_NAMES "UNKNOWN, VALID, MOVED, REQUIRES_AUTH or DEAD"

#define AT(field) offsetof(struct request, field)
const struct request_member request_members[REQUEST_OPTIONS] = {
	{ "min_year", "min-year", REQUEST_YEAR, AT(year), false },
	{ "max_year", "max-year", REQUEST_YEAR, AT(year), true },
	{ "genres", "genre", REQUEST_NAMES, AT(genres), false },
	{ "exclude_genres", "exclude-genre", REQUEST_NAMES, AT(genres_out),
	  false },
	{ "artists", "artist", REQUEST_NAMES, AT(artists), false },
	{ "exclude_artists", "exclude-artist", REQUEST_NAMES, AT(exclude),
	  false },
	{ "languages", "language", REQUEST_CODES, AT(languages), false },
	{ "min_duration", "min-duration", REQUEST_SECONDS, AT(duration),
	  false },
	{ "max_duration", "max-duration", REQUEST_SECONDS, AT(duration), true },
	{ "min_popularity", "min-popularity", REQUEST_PERCENT, AT(popularity),
	  false },
	{ "max_popularity", "max-popularity", REQUEST_PERCENT, AT(popularity),
	  true },
	{ "status", "status", REQUEST_STATUSES, AT(statuses), false },
	{ "mood", "mood", REQUEST_MOOD, 0, false },
	{ "like", "like", REQUEST_TRACKS, AT(like), false },
	{ "unlike", "unlike", REQUEST_TRACKS, AT(unlike), false },
	{ "keep", "keep", REQUEST_TRACKS, AT(keep), false },
	{ "more", "more", REQUEST_ASPECTS, AT(more), false },
	{ "less", "less", REQUEST_ASPECTS, AT(less), false },
	{ "from", "from", REQUEST_TEXT, AT(from), false },
	{ "to", "to", REQUEST_TEXT, AT(to), false },
	{ "arc", "arc", REQUEST_TEXT, AT(arc), false },
	{ "minutes", "minutes", REQUEST_MINUTES, AT(minutes), false },
};

const char *const request_wanted[REQUEST_KINDS][2] = {
	/* in JSON, of an option */
	[REQUEST_YEAR] = { "a whole number from -9999 to 9999",
			   "a whole number from -9999 to 9999" },
	[REQUEST_SECONDS] = { "a number of seconds, 0 or more",
			      "seconds, or minutes and seconds as 3:30" },
	[REQUEST_PERCENT] = { "a number from 0 to 100",
			      "a number from 0 to 100" },
	[REQUEST_NAMES] = { "an array of names", "a name" },
	[REQUEST_CODES] = { "an array of ISO 639 codes, [\"en\"]",
			    "an ISO 639 code such as en" },
	[REQUEST_STATUSES] = { "an array of " STATUS_NAMES, STATUS_NAMES },
	[REQUEST_MOOD] = { "an object with valence and arousal, each from -1 "
			   "to 1",
			   "VALENCE,AROUSAL[,DOMINANCE], each from -1 to 1" },
	[REQUEST_TRACKS] = { "an array of tracks: ids, URLs, paths of sound "
			     "files or names",
			     "a track: its id, URL, \"Artist - Title\", or a "
			     "sound file" },
	[REQUEST_ASPECTS] = { "an array of words such as energetic",
			      "a word such as energetic, dark, vocals" },
	[REQUEST_TEXT] = { "a string of 1 to 65536 bytes",
			   "text of 1 to 65536 bytes" },
	[REQUEST_MINUTES] = { "a number of minutes above 0, at most 1440",
			      "minutes, above 0 and at most 1440" },
};

const char *request_option_name(size_t i)
{
	return request_members[i].option;
}

/* --- values: 0, or -1 of one that is none --- */

static void *place(struct request *r, const struct request_member *m)
{
	return (char *)r + m->at;
}

int request_set_number(struct request *r, const struct request_member *m,
		       double v)
{
	struct request_range *range = place(r, m);
	double lo = m->kind == REQUEST_YEAR ? -YEAR_MOST : 0;
	double hi = m->kind == REQUEST_YEAR      ? YEAR_MOST
		    : m->kind == REQUEST_SECONDS ? SECONDS_MOST
						 : 100;

	if (!(v >= lo && v <= hi) || (m->kind == REQUEST_YEAR && v != floor(v)))
		return -1;
	*(m->max ? &range->max : &range->min) = v;
	*(m->max ? &range->has_max : &range->has_min) = true;
	return 0;
}

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* A language, and what may narrow it down: "pt", "pt-BR", "zh_Hant". */
static int set_code(struct str *out, struct span code)
{
	size_t n = 0;

	while (n < code.n && is_letter(code.p[n]))
		n++;
	if (n < 2 || n > 3)
		return -1;
	for (; n < code.n; n++)
		if (!is_letter(code.p[n]) && code.p[n] != '-' &&
		    code.p[n] != '_' && !(code.p[n] >= '0' && code.p[n] <= '9'))
			return -1;
	for (size_t i = 0; i < n; i++)
		str_putc(out, is_letter(code.p[i]) ? (char)(code.p[i] | 0x20)
			      : code.p[i] == '_'   ? '-'
						   : code.p[i]);
	str_putc(out, '\n');
	return 0;
}

static int set_status(unsigned *bits, struct span name)
{
	for (unsigned i = 0; i < LINK_COUNT; i++)
		if (span_ieq(name, catalogue_link_name(i))) {
			*bits |= 1u << i;
			return 0;
		}
	return -1;
}

/* One line, whatever is in it. */
void request_put_line(struct str *out, struct span s)
{
	size_t from = out->n;

	str_span(out, s);
	for (size_t i = from; i < out->n; i++)
		if (out->p[i] == '\n' || out->p[i] == '\r')
			out->p[i] = ' ';
}

int request_add_name(struct request *r, const struct request_member *m,
		     struct span s)
{
	s = span_trim(s);
	if (m->kind == REQUEST_STATUSES)
		return set_status(place(r, m), s);
	if (m->kind == REQUEST_CODES)
		return set_code(place(r, m), s);
	if (!s.n)
		return -1;
	request_put_line(place(r, m), s);
	str_putc(place(r, m), '\n');
	return 0;
}

int request_set_text(struct request *r, const struct request_member *m,
		     struct span s)
{
	struct str *out = place(r, m);

	s = span_trim(s);
	if (!s.n || s.n > REQUEST_QUERY_MAX)
		return -1;
	str_reset(out);
	request_put_line(out, s);
	return 0;
}

int request_set_minutes(struct request *r, double v)
{
	if (!(v > 0 && v <= REQUEST_MINUTES_MAX))
		return -1;
	r->minutes = v;
	return 0;
}

int request_set_axis(float *out, double v)
{
	if (!(v >= -1 && v <= 1))
		return -1;
	*out = (float)v;
	return 0;
}

void request_clear(struct request *r, const struct request_member *m)
{
	if (m->kind == REQUEST_STATUSES)
		r->statuses = 0;
	else
		str_reset(place(r, m));
}

/* --- options --- */

/* Seconds as "210", "3:30" or "1:02:03.5"; of nothing above hours. */
static int read_clock(struct span s, double *out)
{
	double seconds = 0;
	uint64_t part;
	const char *colon;
	int colons = 0;

	while ((colon = memchr(s.p, ':', s.n))) {
		size_t n = (size_t)(colon - s.p);

		if (colons == 2 || num_u64((struct span){ s.p, n }, &part) ||
		    part > (colons ? 59u : 1000000u))
			return -1;
		seconds = 60 * (seconds + (double)part);
		s = (struct span){ colon + 1, s.n - n - 1 };
		colons++;
	}
	if (num_double(s, out) || !(*out >= 0) || (colons && *out >= 60))
		return -1;
	*out += seconds;
	return 0;
}

/* V,A or V,A,D */
static int set_mood(struct request *r, struct span s)
{
	float axes[3] = { 0, 0, NAN };
	size_t count = 0;
	bool more = true;

	while (more) {
		const char *comma = memchr(s.p, ',', s.n);
		size_t n = comma ? (size_t)(comma - s.p) : s.n;
		double v;

		if (count == 3 ||
		    num_double(span_trim((struct span){ s.p, n }), &v) ||
		    request_set_axis(&axes[count++], v))
			return -1;
		more = comma != NULL;
		if (more)
			s = (struct span){ comma + 1, s.n - n - 1 };
	}
	if (count < 2)
		return -1;
	r->has_mood = true;
	r->valence = axes[0];
	r->arousal = axes[1];
	r->dominance = axes[2];
	return 0;
}

static int set_option(struct request *r, const struct request_member *m,
		      struct span s)
{
	double v;

	switch (m->kind) {
	case REQUEST_SECONDS:
		return read_clock(s, &v) ? -1 : request_set_number(r, m, v);
	case REQUEST_YEAR:
	case REQUEST_PERCENT:
		return num_double(s, &v) ? -1 : request_set_number(r, m, v);
	case REQUEST_MOOD:
		return set_mood(r, s);
	case REQUEST_TEXT:
		return request_set_text(r, m, s);
	case REQUEST_MINUTES:
		return num_double(s, &v) ? -1 : request_set_minutes(r, v);
	default:
		return request_add_name(r, m, s);
	}
}

int request_option(struct request *r, const char *option, struct span value,
		   struct err *err)
{
	const struct request_member *m = request_members;

	while (m < request_members + REQUEST_OPTIONS &&
	       strcmp(m->option, option))
		m++;
	if (m == request_members + REQUEST_OPTIONS)
		return err_set(err, ERR_USAGE, "usage", "no option --%s",
			       option);
	if (!set_option(r, m, span_trim(value)))
		return 0;
	return err_set(err, ERR_USAGE, "usage", "--%s takes %s, not \"%.*s\"",
		       option, request_wanted[m->kind][1],
		       (int)(value.n < 64 ? value.n : 64), value.p);
}
