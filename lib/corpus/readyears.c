/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/readyears.h"

#include <math.h>

#include "base/num.h"

enum { YEAR_FIRST = 1900, YEAR_LAST = 2099, CENTURY_TURNS = 20 };

struct span_of_years {
	double from, to;
	bool decade;
};

static size_t digits(struct span s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return n;
}

/* "1995", "90s", "80's", "2010s"; shortened: 2 digits may be a year ('85). */
static bool read_number(struct span word, bool shortened,
			struct span_of_years *out)
{
	size_t n = digits(word);
	struct span rest = { word.p + n, word.n - n };
	uint64_t v;

	if ((n != 2 && n != 4) || num_u64((struct span){ word.p, n }, &v))
		return false;
	out->decade = span_is(rest, "s") || span_is(rest, "'s");
	if (n == 2)
		v += v < CENTURY_TURNS ? 2000 : 1900;
	if (out->decade ? v % 10 != 0 : rest.n || (n == 2 && !shortened))
		return false;
	out->from = (double)v;
	out->to = (double)(out->decade ? v + 9 : v);
	return v >= YEAR_FIRST && v <= YEAR_LAST;
}

/* Is there an apostrophe before it? */
static bool is_short(const struct reading *r, size_t i)
{
	size_t at = r->words[i].start;

	return (at && r->request.p[at - 1] == '\'') ||
	       (at > 2 && !memcmp(r->request.p + at - 3, "\xE2\x80\x99", 3));
}

/* A year or a decade at word i, "the" and "early" before it included: how many
 * words; 0: none. */
static size_t point(const struct reading *r, size_t i,
		    struct span_of_years *out)
{
	const struct ask_row *part, *row;
	size_t n = 0, k;

	if (i < r->count && span_is(r->words[i].text, "the"))
		n++;
	part = reading_find(r, i + n, ASK_PART, &k);
	n += part ? k : 0;
	if (i + n >= r->count || r->words[i + n].use != USE_NONE ||
	    r->words[i + n].quoted || (n && r->words[i + n].gap > GAP_HYPHEN))
		return 0;
	row = reading_find(r, i + n, ASK_YEARS, &k);
	if (row) {
		*out = (struct span_of_years){ (double)row->number[0],
					       (double)row->number[1], true };
		n += k;
	} else if (read_number(r->words[i + n].text, is_short(r, i + n), out)) {
		n++;
	} else {
		return 0;
	}
	if (part && !out->decade)
		return 0;
	if (part) {
		out->to = out->from + (double)part->number[1];
		out->from += (double)part->number[0];
	}
	return n;
}

static bool about(const struct reading *r, size_t i)
{
	size_t the = i && span_is(r->words[i - 1].text, "the");

	return reading_before(r, i, ASK_ABOUT) ||
	       (the && reading_before(r, i - 1, ASK_ABOUT));
}

/* A year that stands alone means music where a word for that is beside it. */
static bool beside_noun(const struct reading *r, size_t i, size_t n)
{
	size_t k;

	return i + n < r->count && r->words[i + n].gap <= GAP_HYPHEN &&
	       (reading_find(r, i + n, ASK_NOUN, &k) ||
		reading_find(r, i + n, ASK_GENRE, &k));
}

static size_t two_points(const struct reading *r, size_t i, size_t first,
			 struct span_of_years *out)
{
	struct span_of_years to;
	size_t n = first, k = 0;

	if (i + n >= r->count)
		return 0;
	if (r->words[i + n].gap != GAP_HYPHEN) {
		if (!reading_find(r, i + n, ASK_RANGE, &k))
			return 0;
		n += k;
	}
	k = point(r, i + n, &to);
	if (!k || to.to < out->from)
		return 0;
	out->to = to.to;
	return n + k;
}

/* What a word before says of a year or a decade. */
static void turn(enum ask_kind kind, struct span_of_years *years)
{
	double from = years->from, to = years->to;

	if (kind == ASK_BEFORE || kind == ASK_UNTIL) {
		years->from = -INFINITY;
		years->to = kind == ASK_BEFORE ? from - 1 : to;
	} else if (kind == ASK_AFTER || kind == ASK_SINCE) {
		years->from = kind == ASK_AFTER ? to + 1 : from;
		years->to = INFINITY;
	}
}

/* "from 1990 to 1995", "before the 90s", "since 2010": words, or 0. */
static size_t with_word(const struct reading *r, size_t i,
			struct span_of_years *out)
{
	static const enum ask_kind kinds[] = { ASK_BETWEEN, ASK_BEFORE,
					       ASK_AFTER,   ASK_UNTIL,
					       ASK_SINCE,   ASK_IN };
	size_t best = 0, n, k, both;
	enum ask_kind kind = ASK_KINDS;

	for (size_t j = 0; j < sizeof(kinds) / sizeof(*kinds); j++)
		if (reading_find(r, i, kinds[j], &n) && n > best) {
			best = n;
			kind = kinds[j];
		}
	if (!best)
		return 0;
	k = point(r, i + best, out);
	if (!k)
		return 0;
	both = kind == ASK_BETWEEN || kind == ASK_IN
		   ? two_points(r, i + best, k, out)
		   : 0;
	if (both)
		return best + both;
	if (kind == ASK_BETWEEN)
		return 0;
	if (kind == ASK_IN && span_is(r->words[i].text, "of") && best == 1 &&
	    !reading_before(r, i, ASK_NOUN))
		return 0;
	turn(kind, out);
	return best + k;
}

static size_t alone(const struct reading *r, size_t i,
		    struct span_of_years *out)
{
	size_t n = point(r, i, out), both;

	if (!n || about(r, i))
		return 0;
	both = two_points(r, i, n, out);
	if (both)
		return both;
	return out->decade || beside_noun(r, i, n) ||
		       reading_find(r, i + n, ASK_ONWARDS, &both) ||
		       reading_find(r, i + n, ASK_BACKWARDS, &both)
		   ? n
		   : 0;
}

/* "90s kid", "since 1999 i have": of somebody, not of music. */
static bool of_person(const struct reading *r, size_t i)
{
	size_t n;

	return !reading_ends(r, i) && (reading_any(r, i, ASK_ABOUT, &n) ||
				       reading_any(r, i, ASK_PERSON, &n));
}

static size_t read_years(const struct reading *r, size_t i,
			 struct span_of_years *out)
{
	size_t n = about(r, i) ? 0 : with_word(r, i, out), k;

	n = n ? n : alone(r, i, out);
	if (n && of_person(r, i + n))
		return 0;
	if (!n || !isfinite(out->from) || !isfinite(out->to))
		return n;
	if (reading_find(r, i + n, ASK_ONWARDS, &k) &&
	    reading_ends(r, i + n + k)) {
		out->to = INFINITY;
		n += k;
	} else if (reading_find(r, i + n, ASK_BACKWARDS, &k)) {
		out->from = -INFINITY;
		n += k;
	}
	return n;
}

static bool negated(const struct reading *r, size_t i)
{
	return reading_before(r, i, ASK_WEAK) ||
	       reading_before(r, i, ASK_STRONG);
}

void readyears(struct reading *r, struct asks *asks)
{
	struct span_of_years years;
	bool decade = false;
	size_t n;

	for (size_t i = 0; i < r->count; i += n ? n : 1) {
		n = read_years(r, i, &years);
		if (!n)
			continue;
		if (negated(r, i)) {
			struct span words = reading_span(r, i, n);

			str_printf(&asks->warnings,
				   "\"%.*s\": a span of years cannot be left "
				   "out; say before or after which\n",
				   (int)words.n, words.p);
			continue;
		}
		if (years.decade && decade)
			asks_widen(&asks->year, years.from, years.to);
		else
			asks_narrow(&asks->year, years.from, years.to);
		decade =
		    years.decade && isfinite(years.from) && isfinite(years.to);
		asks_note(asks, reading_span(r, i, n));
		asks_note_range(asks, "year", years.from, years.to);
		asks_noted(asks);
		reading_use(r, i, n, USE_FILTER);
	}
}

/* --- lengths --- */

struct amount {
	double value; /* seconds, where there is a unit */
	bool unit;
};

static bool unit_of(const struct reading *r, struct span word, double *seconds)
{
	for (int e = askwords_find(r->table, word); e >= 0;
	     e = askwords_next(r->table, e))
		if (askwords_row(r->table, e)->kind == ASK_UNIT) {
			*seconds = (double)askwords_row(r->table, e)->number[0];
			return true;
		}
	return false;
}

/* ".5" or ":30" behind a number of which nothing else is left. */
static size_t fraction(const struct reading *r, size_t i, struct amount *out)
{
	const struct reading_word *w = &r->words[i];
	struct span before, word;
	uint64_t v;

	if (i >= r->count || w->gap != GAP_POINT || w->use != USE_NONE)
		return 0;
	before = r->words[i - 1].text;
	word = w->text;
	if (digits(before) != before.n || digits(word) != word.n ||
	    num_u64(word, &v))
		return 0;
	if (r->request.p[w->start - 1] == ':') {
		if (word.n != 2 || v > 59)
			return 0;
		out->value = 60 * out->value + (double)v;
		out->unit = true;
	} else {
		out->value += (double)v / pow(10, (double)word.n);
	}
	return 1;
}

/* "3 minutes", "three and a half", "3:30", "90sec": how many words, or 0. */
static size_t amount(const struct reading *r, size_t i, struct amount *out)
{
	const struct ask_row *row;
	struct span word;
	size_t n, d;
	double unit;

	if (i >= r->count || r->words[i].use != USE_NONE || r->words[i].quoted)
		return 0;
	*out = (struct amount){ 0, false };
	word = r->words[i].text;
	d = digits(word);
	if (d && d <= 6 &&
	    !num_double((struct span){ word.p, d }, &out->value)) {
		struct span rest = { word.p + d, word.n - d };

		n = 1;
		if (rest.n && !unit_of(r, rest, &unit))
			return 0;
		if (rest.n) {
			out->value *= unit;
			out->unit = true;
			return 1;
		}
		n += fraction(r, i + 1, out);
	} else {
		row = reading_find(r, i, ASK_NUMBER, &n);
		if (!row)
			return 0;
		out->value = (double)row->number[0];
	}
	if (!out->unit && i + n < r->count && r->words[i + n].use == USE_NONE &&
	    r->words[i + n].gap <= GAP_HYPHEN &&
	    unit_of(r, r->words[i + n].text, &unit)) {
		out->value *= unit;
		out->unit = true;
		n++;
	}
	return n;
}

struct length {
	double from, to;
};

/* "2-4 minutes", "between 2 and 4 minutes": how many words, or 0. */
static size_t two_amounts(const struct reading *r, size_t i, struct length *out)
{
	size_t n = 0, k, range = 0;
	struct amount a, b;
	bool between = reading_find(r, i, ASK_BETWEEN, &n) != NULL;

	n = between ? n : 0;
	k = amount(r, i + n, &a);
	if (!k)
		return 0;
	n += k;
	if (i + n >= r->count)
		return 0;
	if (r->words[i + n].gap != GAP_HYPHEN &&
	    !reading_find(r, i + n, ASK_RANGE, &range))
		return 0;
	k = amount(r, i + n + range, &b);
	if (!k || !b.unit)
		return 0;
	n += range + k;
	if (!a.unit) { /* the unit behind the second is that of both */
		double unit = 60;

		unit_of(r, r->words[i + n - 1].text, &unit);
		a.value *= unit;
	}
	*out = (struct length){ a.value, b.value };
	return a.value < b.value ? n : 0;
}

/* "under 3 minutes", "3 minutes or less" */
static size_t one_amount(const struct reading *r, size_t i, struct length *out)
{
	size_t n, k, behind;
	struct amount a;
	bool under = reading_find(r, i, ASK_UNDER, &n) != NULL, over;

	over = !under && reading_find(r, i, ASK_OVER, &n) != NULL;
	n = under || over ? n : 0;
	k = amount(r, i + n, &a);
	if (!k || !a.unit)
		return 0;
	n += k;
	if (!under && !over) {
		under = reading_find(r, i + n, ASK_ORLESS, &behind) != NULL;
		over = !under &&
		       reading_find(r, i + n, ASK_ORMORE, &behind) != NULL;
		n += under || over ? behind : 0;
	}
	*out = (struct length){ over ? a.value : -INFINITY,
				under ? a.value : INFINITY };
	return under || over ? n : 0;
}

void readlengths(struct reading *r, struct asks *asks)
{
	struct length length;
	size_t n;

	for (size_t i = 0; i < r->count; i += n ? n : 1) {
		n = two_amounts(r, i, &length);
		n = n ? n : one_amount(r, i, &length);
		if (!n)
			continue;
		if (i + n < r->count && r->words[i + n].gap == GAP_BLANK &&
		    span_is(r->words[i + n].text, "long"))
			n++;
		asks_narrow(&asks->duration, length.from, length.to);
		asks_note(asks, reading_span(r, i, n));
		asks_note_range(asks, "duration", length.from, length.to);
		asks_noted(asks);
		reading_use(r, i, n, USE_FILTER);
	}
}
