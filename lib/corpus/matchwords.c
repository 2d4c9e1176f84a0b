/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/matchwords.h"

#include <stdlib.h>

#include "base/num.h"
#include "text/stopwords.h"
#include "text/tokens.h"
#include "text/utf8.h"

enum { LETTERS = 160, FAR = 3, YEAR_FIRST = 1900, YEAR_LAST = 2099 };

static const double joined_least = 0.85, stopword_weight = 0.4,
		    other_words = 0.5;

static struct span keep(struct span s, struct matchwords_arena *arena)
{
	char *p = arena->at + arena->used;

	if (s.n > sizeof(arena->at) - arena->used)
		return (struct span){ 0 };
	memcpy(p, s.p, s.n);
	arena->used += s.n;
	return (struct span){ p, s.n };
}

static bool is_part(struct span s)
{
	static const char *const words[] = {
		"part",    "volume",  "no",    "nr",       "op",
		"opus",    "act",     "teil",  "parte",    "partie",
		"chapter", "kapitel", "phase", "book",     "episode",
		"ep",      "numero",  "disc",  "capitulo",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (span_is(s, words[i]))
			return true;
	return false;
}

/* The number a word stands for, plus 1; 0 where it is none. */
static int number_of(struct span s, bool behind_part)
{
	static const char *const roman[] = {
		"i",  "ii", "iii", "iv",  "v",    "vi",  "vii", "viii",
		"ix", "x",  "xi",  "xii", "xiii", "xiv", "xv",
	};
	struct span tail = { s.p + s.n - 2, 2 };
	int value;

	if (!num_int(s, 0, 1 << 29, &value))
		return value + 1;
	if (s.n > 2 &&
	    (span_is(tail, "st") || span_is(tail, "nd") ||
	     span_is(tail, "rd") || span_is(tail, "th")) &&
	    !num_int((struct span){ s.p, s.n - 2 }, 0, 1 << 29, &value))
		return value + 1;
	for (int i = 0; i < 15; i++)
		if (span_is(s, roman[i]) && (s.n > 1 || behind_part))
			return i + 2;
	return 0;
}

static void put(struct matchwords *w, struct span s,
		struct matchwords_arena *arena)
{
	bool behind = w->count && is_part(w->word[w->count - 1]);

	if (w->count == MATCHWORDS_MOST)
		return;
	if (span_is(s, "pt") || span_is(s, "pts"))
		s = SPAN("part");
	else if (span_is(s, "vol"))
		s = SPAN("volume");
	else
		s = keep(s, arena);
	if (!s.n)
		return;
	w->number[w->count] = number_of(s, behind);
	w->word[w->count++] = s;
}

/* "pt2", "vol3": two words. */
static void put_split(struct matchwords *w, struct span s,
		      struct matchwords_arena *arena)
{
	struct span head = s, tail;
	int value;

	while (head.n && head.p[head.n - 1] >= '0' && head.p[head.n - 1] <= '9')
		head.n--;
	tail = (struct span){ s.p + head.n, s.n - head.n };
	if (tail.n && !num_int(tail, 0, 999, &value) &&
	    (span_is(head, "pt") || span_is(head, "part") ||
	     span_is(head, "vol") || span_is(head, "no"))) {
		put(w, head, arena);
		put(w, tail, arena);
	} else {
		put(w, s, arena);
	}
}

void matchwords_add(struct matchwords *w, struct span text,
		    struct matchwords_arena *arena)
{
	struct tokens t = { 0 };
	struct token k;
	int before = w->count;

	tokens_start(&t, text);
	while (tokens_next(&t, &k))
		put_split(w, k.text, arena);
	tokens_release(&t);
	if (w->count == before && span_trim(text).n) {
		struct str folded = { 0 };

		utf8_fold_name(text, &folded);
		put(w, span_str(&folded), arena);
		str_release(&folded);
	}
}

void matchwords_append(struct matchwords *w, const struct matchwords *from,
		       int first, int count)
{
	for (int i = first; i < first + count; i++) {
		if (w->count == MATCHWORDS_MOST)
			return;
		w->number[w->count] = from->number[i];
		w->word[w->count++] = from->word[i];
	}
}

bool matchwords_same(const struct matchwords *a, const struct matchwords *b)
{
	if (a->count != b->count)
		return false;
	for (int i = 0; i < a->count; i++)
		if (!span_eq(a->word[i], b->word[i]))
			return false;
	return true;
}

static int letters_of(struct span s, uint32_t *out, int n)
{
	const char *p = s.p, *end = s.p + s.n;

	while (p < end && n < LETTERS)
		p = utf8_next(p, end, &out[n++]);
	return n;
}

/* Optimal string alignment (Damerau-Levenshtein, no substring edited twice), or
 * FAR where it is more than 2: only a band around the diagonal is filled in. */
static int distance(const uint32_t *a, int na, const uint32_t *b, int nb)
{
	int rows[3][LETTERS + 2], *two = rows[0], *one = rows[1],
				  *now = rows[2];

	if (abs(na - nb) > 2)
		return FAR;
	for (int j = 0; j <= nb + 1; j++)
		two[j] = one[j] = now[j] = j <= 2 ? j : FAR;
	for (int i = 1; i <= na; i++) {
		int first = i > 2 ? i - 2 : 1, last = i + 2 < nb ? i + 2 : nb;
		int *old = two;

		now[first - 1] = i <= 2 && first == 1 ? i : FAR;
		for (int j = first; j <= last; j++) {
			int best = one[j - 1] + (a[i - 1] != b[j - 1]);

			if (one[j] + 1 < best)
				best = one[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && two[j - 2] + 1 < best)
				best = two[j - 2] + 1;
			now[j] = best < FAR ? best : FAR;
		}
		now[last + 1] = FAR;
		two = one;
		one = now;
		now = old;
	}
	return one[nb];
}

static bool has_digit(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9')
			return true;
	return false;
}

static double word_alike(struct span a, struct span b)
{
	uint32_t x[LETTERS], y[LETTERS];
	int nx, ny, most, least, d;

	if (span_eq(a, b))
		return 1;
	if (has_digit(a) || has_digit(b))
		return 0;
	nx = letters_of(a, x, 0);
	ny = letters_of(b, y, 0);
	most = nx > ny ? nx : ny;
	least = nx > ny ? ny : nx;
	if (least < 4 || most - least > 2)
		return 0;
	d = distance(x, nx, y, ny);
	return d <= (least < 8 ? 1 : 2) ? 1 - (double)d / most : 0;
}

static double weight_of(struct span s)
{
	uint32_t x[LETTERS];
	int n = letters_of(s, x, 0);

	return (n > 8 ? 8 : n) * (stopwords_has(s) ? stopword_weight : 1);
}

static double dice(const struct matchwords *a, const struct matchwords *b)
{
	bool used[MATCHWORDS_MOST] = { false };
	double total = 0, shared = 0;
	bool left = false, right = false;

	for (int j = 0; j < b->count; j++)
		total += weight_of(b->word[j]);
	for (int i = 0; i < a->count; i++) {
		double best = 0, own = weight_of(a->word[i]);
		int at = -1;

		total += own;
		for (int j = 0; j < b->count; j++) {
			double s = 0;

			if (!used[j])
				s = a->number[i] && a->number[i] == b->number[j]
					? 1
					: word_alike(a->word[i], b->word[j]);

			if (s > best) {
				best = s;
				at = j;
			}
		}
		if (at < 0) {
			left = true;
			continue;
		}
		used[at] = true;
		shared += best * (own + weight_of(b->word[at]));
	}
	for (int j = 0; j < b->count; j++)
		right |= !used[j];
	/* A word more is a longer spelling, a word for a word another name. */
	return shared / total * (left && right ? other_words : 1);
}

static bool is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

/* The same digits in the same order. */
static bool same_digits(const uint32_t *a, int na, const uint32_t *b, int nb)
{
	int i = 0, j = 0;

	for (;;) {
		while (i < na && !is_digit(a[i]))
			i++;
		while (j < nb && !is_digit(b[j]))
			j++;
		if (i == na || j == nb)
			return i == na && j == nb;
		if (a[i++] != b[j++])
			return false;
	}
}

/* All words written together, which differ by two letters at most. */
static double joined(const struct matchwords *a, const struct matchwords *b)
{
	uint32_t x[LETTERS], y[LETTERS];
	int nx = 0, ny = 0, most, d;

	for (int i = 0; i < a->count; i++)
		nx = letters_of(a->word[i], x, nx);
	for (int i = 0; i < b->count; i++)
		ny = letters_of(b->word[i], y, ny);
	most = nx > ny ? nx : ny;
	if (!most || abs(nx - ny) > 2 || !same_digits(x, nx, y, ny))
		return 0;
	d = distance(x, nx, y, ny);
	return d > 2 ? 0 : 1 - (double)d / most;
}

double matchwords_alike(const struct matchwords *a, const struct matchwords *b)
{
	double words, whole;

	if (!a->count || !b->count)
		return a->count == b->count;
	if (matchwords_same(a, b))
		return 1;
	words = dice(a, b);
	whole = joined(a, b);
	return whole >= joined_least && whole > words ? whole : words;
}

static int by_value(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool is_year(int v)
{
	return v >= YEAR_FIRST && v <= YEAR_LAST;
}

/* The numbers of w that are years, or are not, in order. */
static int numbers_of(const struct matchwords *w, bool years, int *out)
{
	int n = 0;

	for (int i = 0; i < w->count; i++)
		if (w->number[i] && is_year(w->number[i] - 1) == years)
			out[n++] = w->number[i] - 1;
	qsort(out, (size_t)n, sizeof(*out), by_value);
	return n;
}

double matchwords_numbers(const struct matchwords *a,
			  const struct matchwords *b)
{
	int x[MATCHWORDS_MOST] = { 0 }, y[MATCHWORDS_MOST] = { 0 };
	double s = 1;

	for (int years = 0; years < 2; years++) {
		int n = numbers_of(a, years, x), k = numbers_of(b, years, y);

		if (n == k && !memcmp(x, y, (size_t)n * sizeof(*x)))
			continue;
		if (!years || (n && k))
			return 0.25;
		s = 0.9;
	}
	return s;
}
