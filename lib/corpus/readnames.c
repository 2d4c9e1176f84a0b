/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/readnames.h"

#include "corpus/named.h"
#include "text/stopwords.h"

enum {
	NAME_WORDS = NAMED_WORDS,
	TYPO_WORDS = 6, /* of a name that may be mistyped, at most */
	SHORT_NAME = 5  /* bytes */
};

/* How many words from i on may be a name: up to a mark, a word that is used, or
 * the other side of a quote. */
static size_t run(const struct reading *r, size_t i)
{
	size_t n = 0;

	while (i + n < r->count && n < NAME_WORDS &&
	       r->words[i + n].use == USE_NONE &&
	       r->words[i + n].quoted == r->words[i].quoted &&
	       (!n || r->words[i + n].gap != GAP_MARK))
		n++;
	return n;
}

/* The next shorter run that a word after which names may end leaves. */
static size_t shorter(const struct reading *r, size_t i, size_t n)
{
	size_t k;

	while (--n)
		if (r->words[i].quoted || reading_any(r, i + n, ASK_END, &k))
			return n;
	return 0;
}

/* The words before the first at which a name may end. */
static struct span first_part(const struct reading *r, size_t i)
{
	size_t n = run(r, i), k;

	while ((k = shorter(r, i, n)))
		n = k;
	return n ? reading_span(r, i, n) : SPAN("");
}

/* Is it a word between names? */
static bool joins(const struct reading *r, size_t i)
{
	static const char *const words[] = { "and", "or",   "nor",
					     "x",   "plus", "meets" };

	for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++)
		if (span_is(r->words[i].text, words[k]))
			return true;
	return false;
}

/* "and X", ", X": the words between, where a list goes on; SIZE_MAX: it does
 * not. */
static size_t goes_on(const struct reading *r, size_t i)
{
	const struct reading_word *w;

	if (i >= r->count)
		return SIZE_MAX;
	w = &r->words[i];
	if (w->use != USE_NONE || w->quoted)
		return SIZE_MAX;
	if (joins(r, i))
		return 1;
	return w->gap == GAP_MARK || w->gap == GAP_HYPHEN ? 0 : SIZE_MAX;
}

/* A name that is an everyday word, or words, is one with a capital alone. */
static bool everyday(const struct reading *r, size_t i, size_t n)
{
	size_t k;

	if (r->words[i].capital && i)
		return false;
	return (reading_any(r, i, ASK_COMMON, &k) && k >= n) ||
	       (n == 1 &&
		(stopwords_has(r->words[i].text) || reading_known(r, i)));
}

static void warn_none(struct asks *asks, const char *what, struct span name)
{
	str_printf(&asks->warnings,
		   "no %s \"%.*s\", nor one like it: taken as words\n", what,
		   (int)(name.n < 64 ? name.n : 64), name.p);
}

/* --- like --- */

/* A name of most words, or less, but not of less than least. */
static size_t add_like(struct reading *r, size_t i, size_t most, size_t least,
		       struct whois *who, bool typos, struct asks *asks,
		       struct wish *wish)
{
	struct str as = { 0 };
	size_t n = most, found = 0;

	while (n >= least) {
		struct span name = reading_span(r, i, n);
		size_t common;

		if (!r->words[i].quoted && !r->words[i].capital &&
		    reading_any(r, i, ASK_COMMON, &common) && common >= n)
			break;
		found = whois_tracks(who, name, typos && n <= TYPO_WORDS,
				     WISH_LIKE_MAX - wish->like_count,
				     wish->like + wish->like_count, &as);
		if (found)
			break;
		n = shorter(r, i, n);
	}
	if (found) {
		wish->like_count += found;
		asks_note(asks, reading_span(r, i, n));
		asks_note_text(asks, "like", span_str(&as));
		asks_noted(asks);
		reading_use(r, i, n, USE_NAME);
	}
	str_release(&as);
	return found ? n : 0;
}

/* Of several names each gets as much room. */
static void thin(struct wish *wish, size_t from, size_t room)
{
	size_t n = wish->like_count - from;

	if (n <= room)
		return;
	for (size_t i = 0; i < room; i++)
		wish->like[from + i] = wish->like[from + i * n / room];
	wish->like_count = from + room;
}

static size_t add_likes(struct reading *r, size_t i, size_t least,
			struct whois *who, bool typos, struct asks *asks,
			struct wish *wish)
{
	size_t n = 0, k, gap = 0, from;

	do {
		from = wish->like_count;
		k = add_like(r, i + n + gap, run(r, i + n + gap), n ? 1 : least,
			     who, typos, asks, wish);
		n += k ? gap + k : 0;
		thin(wish, from, WISH_LIKE_MAX / 4);
		gap = goes_on(r, i + n);
	} while (k && gap != SIZE_MAX && i + n + gap < r->count &&
		 wish->like_count < WISH_LIKE_MAX);
	return n;
}

/* "i like X": X is to be the name of an artist, and no everyday word. */
static bool likes(struct reading *r, size_t i, struct whois *who)
{
	struct str as = { 0 };
	bool found = false;

	for (size_t n = run(r, i); n && !found; n = shorter(r, i, n))
		found = !everyday(r, i, n) &&
			whois_artist(who, reading_span(r, i, n), false, &as);
	str_release(&as);
	return found;
}

static bool framed(struct reading *r, size_t i, size_t n, bool weak,
		   struct whois *who, struct asks *asks, struct wish *wish)
{
	bool simile;
	size_t at = i + n, k = 0;

	if (reading_find(r, at, ASK_PART, &k) && !reading_ends(r, at + k))
		at += k; /* "early Metallica" */

	if (at >= r->count || r->words[at].use != USE_NONE ||
	    (r->words[at].gap == GAP_MARK && !r->words[at].quoted))
		return false;
	if (weak && !likes(r, at, who))
		return false;
	simile = reading_any(r, at, ASK_SIMILE, &k) != NULL || weak;
	if (add_likes(r, at, simile ? k + 1 : 1, who, !simile, asks, wish)) {
		reading_use(r, i, at - i, USE_FRAME);
		return true;
	}
	if (simile) {
		reading_use(r, i, n, USE_SIMILE);
		return false;
	}
	warn_none(asks, "artist or title", first_part(r, at));
	return true;
}

/* "radiohead-like", "daft punk style": a name before. */
static bool suffixed(struct reading *r, size_t i, size_t n, struct whois *who,
		     struct asks *asks, struct wish *wish)
{
	struct str as = { 0 };
	bool found = false;

	if (r->words[i].gap != GAP_HYPHEN && span_is(r->words[i].text, "like"))
		return false;
	for (size_t k = i < NAME_WORDS ? i : NAME_WORDS; k && !found; k--) {
		if (run(r, i - k) < k || everyday(r, i - k, k) ||
		    !whois_artist(who, reading_span(r, i - k, k), false, &as))
			continue;
		found = add_like(r, i - k, k, k, who, false, asks, wish) > 0;
		if (found)
			reading_use(r, i, n, USE_FRAME);
	}
	str_release(&as);
	return found;
}

bool readnames_like(struct reading *r, struct whois *who, struct asks *asks,
		    struct wish *wish)
{
	const struct ask_row *row;
	bool any = false;
	size_t n;

	for (size_t i = 0; who && i < r->count; i++) {
		row = reading_find(r, i, ASK_LIKE, &n);
		if (row) {
			any = framed(r, i, n, span_is(row->value, "weak"), who,
				     asks, wish) ||
			      any;
			i += n - 1;
		} else if (i && reading_find(r, i, ASK_SUFFIX, &n)) {
			any = suffixed(r, i, n, who, asks, wish) || any;
		}
	}
	return any;
}

/* --- by, without --- */

/* The longest name of an artist from word i on, his name in *as: how many
 * words; 0: none. */
static size_t artist_at(struct reading *r, size_t i, struct whois *who,
			struct str *as)
{
	for (size_t n = i < r->count ? run(r, i) : 0; n; n--)
		if (!everyday(r, i, n) && !(n > 1 && joins(r, i + n - 1)) &&
		    !(n == 1 && r->words[i].text.n < 2) &&
		    whois_artist(who, reading_span(r, i, n), false, as))
			return n;
	return 0;
}

/* The same, mistyped: all words up to where a name may end. */
static size_t mistyped_at(struct reading *r, size_t i, struct whois *who,
			  struct str *as, struct asks *asks)
{
	size_t n = i < r->count ? run(r, i) : 0, k;
	struct span name;

	if (!n)
		return 0;
	while ((k = shorter(r, i, n)))
		n = k;
	name = reading_span(r, i, n);
	if (name.n < SHORT_NAME || everyday(r, i, n) ||
	    !whois_artist(who, name, true, as))
		return 0;
	str_printf(&asks->warnings, "no artist \"%.*s\"; took \"%.*s\"\n",
		   (int)name.n, name.p, (int)as->n, as->p);
	return n;
}

static void put_artist(struct asks *asks, struct str *to, const char *name,
		       struct span words, const struct str *as)
{
	str_span(to, span_str(as));
	str_putc(to, '\n');
	asks_note(asks, words);
	asks_note_text(asks, name, span_str(as));
	asks_noted(asks);
}

/* The artists of a list at i; how many words. */
static size_t artists_at(struct reading *r, size_t i, struct whois *who,
			 bool typos, struct asks *asks, struct str *to,
			 const char *name)
{
	struct str as = { 0 };
	size_t n = 0, gap = 0, k;

	do {
		size_t at = i + n + gap;

		k = artist_at(r, at, who, &as);
		if (!k && typos)
			k = mistyped_at(r, at, who, &as, asks);
		if (!k)
			break;
		put_artist(asks, to, name, reading_span(r, at, k), &as);
		n += gap + k;
		gap = goes_on(r, i + n);
	} while (gap != SIZE_MAX);
	str_release(&as);
	return n;
}

/* "songs by", "something sad by" */
static bool noun_before(const struct reading *r, size_t i)
{
	for (size_t back = 0; back < 3 && back < i; back++) {
		if (reading_before(r, i - back, ASK_NOUN))
			return true;
		if (r->words[i - back].gap == GAP_MARK)
			return false;
	}
	return false;
}

void readnames_by(struct reading *r, struct whois *who, struct asks *asks)
{
	size_t n, k;
	bool noun;

	for (size_t i = 0; who && i < r->count; i++) {
		if (!reading_find(r, i, ASK_BY, &n) || i + n >= r->count)
			continue;
		noun = noun_before(r, i);
		if ((!noun && !r->words[i + n].capital) ||
		    reading_before(r, i, ASK_WEAK) ||
		    reading_any(r, i + n, ASK_SIMILE, &k))
			continue;
		k = artists_at(r, i + n, who, noun, asks, &asks->artists,
			       "artist");
		if (k)
			reading_use(r, i, n + k, USE_FILTER);
		else if (!everyday(r, i + n, 1) &&
			 !reading_any(r, i + n, ASK_COMMON, &k))
			warn_none(asks, "artist", first_part(r, i + n));
	}
}

/* Singing that is not wanted; "no instrumentals": that is. */
static size_t no_voice(const struct reading *r, size_t i, struct wish *wish)
{
	const struct ask_row *row;
	size_t n;

	if (reading_find(r, i, ASK_VOICE, &n)) {
		wish->vocals = VOCALS_NONE;
		return n;
	}
	row = reading_find(r, i, ASK_VOCALS, &n);
	if (!row)
		return 0;
	wish->vocals = span_is(row->value, "none") ? VOCALS_SUNG : VOCALS_NONE;
	return n;
}

static size_t no_genre(struct reading *r, size_t i, struct asks *asks)
{
	size_t n = 0, gap = 0, k;

	do {
		struct span name;

		if (!reading_find(r, i + n + gap, ASK_GENRE, &k))
			break;
		name = reading_span(r, i + n + gap, k);
		str_span(&asks->genres_out, name);
		str_putc(&asks->genres_out, '\n');
		asks_note(asks, name);
		asks_note_text(asks, "exclude_genre", name);
		asks_noted(asks);
		n += gap + k;
		gap = goes_on(r, i + n);
	} while (gap != SIZE_MAX && i + n + gap < r->count);
	return n;
}

static size_t negation(const struct reading *r, size_t i, bool *strong)
{
	size_t n, weak;

	*strong = reading_find(r, i, ASK_STRONG, &n) != NULL;
	reading_find(r, i, ASK_WEAK, &weak);
	*strong = *strong && n >= weak;
	return n > weak ? n : weak;
}

void readnames_without(struct reading *r, struct whois *who, struct asks *asks,
		       struct wish *wish)
{
	for (size_t i = 0; i < r->count; i++) {
		bool strong;
		size_t n = negation(r, i, &strong), k;

		if (!n || i + n >= r->count)
			continue;
		while (i + n + 1 < r->count &&
		       (span_is(r->words[i + n].text, "any") ||
			span_is(r->words[i + n].text, "the")) &&
		       !r->words[i + n].quoted)
			n++;
		k = no_voice(r, i + n, wish);
		if (!k && reading_find(r, i + n, ASK_GENRE, &k))
			k = no_genre(r, i + n, asks);
		if (!k && who)
			k = artists_at(r, i + n, who, strong, asks,
				       &asks->exclude, "exclude_artist");
		if (!k)
			continue;
		reading_use(r, i, n + k, USE_NEGATION);
	}
}

/* --- languages --- */

static bool is_language(const struct reading *r, size_t i, size_t n)
{
	bool in = i && r->words[i].gap == GAP_BLANK &&
		  span_is(r->words[i - 1].text, "in");
	size_t k;

	if (n > 1)
		return true; /* "en francais" */
	if (in || reading_before(r, i, ASK_VOCALS))
		return reading_ends(r, i + n) || reading_known(r, i + n);
	return i + n < r->count && !reading_ends(r, i + n) &&
	       (reading_any(r, i + n, ASK_NOUN, &k) ||
		reading_any(r, i + n, ASK_GENRE, &k) ||
		reading_any(r, i + n, ASK_SPOKEN, &k));
}

static void put_language(struct reading *r, size_t i, size_t n,
			 struct span code, struct asks *asks)
{
	size_t spoken;

	if (i && r->words[i].gap == GAP_BLANK &&
	    (span_is(r->words[i - 1].text, "in") ||
	     span_is(r->words[i - 1].text, "with"))) {
		i--;
		n++;
	}
	if (!reading_ends(r, i + n) &&
	    reading_any(r, i + n, ASK_SPOKEN, &spoken))
		n += spoken;
	str_span(&asks->languages, code);
	str_putc(&asks->languages, '\n');
	asks_note(asks, reading_span(r, i, n));
	asks_note_text(asks, "language", code);
	asks_noted(asks);
	reading_use(r, i, n, USE_FILTER);
}

void readnames_language(struct reading *r, const struct whois *who,
			struct asks *asks)
{
	for (size_t i = 0; who && i < r->count; i++) {
		size_t n;
		const struct ask_row *row =
		    reading_find(r, i, ASK_LANGUAGE, &n);

		if (!row || !is_language(r, i, n))
			continue;
		if (whois_language(who, row->value))
			put_language(r, i, n, row->value, asks);
		else
			str_printf(&asks->warnings,
				   "no track is known to be in the language "
				   "\"%.*s\": taken as words\n",
				   (int)row->value.n, row->value.p);
		i += n - 1;
	}
}
