/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/foreign.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/parts.h"
#include "text/phrases.h"
#include "text/phraseuses.h"
#include "text/utf8.h"

enum { CODE_MAX = 8 };
enum { PREFIX_MIN = 3, PREFIX_MAX = 60 }; /* bytes */

struct use { /* of a word by a language */
	float valence, arousal;
	uint8_t language, mood, zero[2];
};

struct words { /* exact ones, or beginnings */
	struct phrases phrases;
	struct phraseuses uses;
};

/* What the bytes begin with; exact words and beginnings follow. */
#define MAGIC "mpforgn1"
struct header {
	char magic[8];
	uint64_t languages;
	char codes[FOREIGN_LANGUAGES][CODE_MAX]; /* each ends with a NUL */
};

struct foreign {
	struct str own; /* empty: a view of another's bytes */
	struct span bytes;
	const char (*codes)[CODE_MAX];
	size_t count;
	int english; /* its number; -1: none */
	struct words whole, prefix;
};

struct words_builder {
	struct phrases_builder phrases;
	struct phraseuses_builder uses;
};

struct builder {
	struct header header;
	struct words_builder whole, prefix;
	struct phrasewords words;
};

enum script { LATIN, HANGUL, KANA, HAN, ARABIC, DEVANAGARI, CYRILLIC, SCRIPTS };
static const char *const script_language[SCRIPTS] = {
	[HANGUL] = "ko", [KANA] = "ja",       [HAN] = "zh",
	[ARABIC] = "ar", [DEVANAGARI] = "hi", [CYRILLIC] = "ru",
};

static enum script script_of(struct span word)
{
	uint32_t c = 0;

	if (!word.n || (unsigned char)word.p[0] < 0x80)
		return LATIN;
	utf8_next(word.p, word.p + word.n, &c);
	if ((c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x1100 && c <= 0x11FF) ||
	    (c >= 0x3131 && c <= 0x318E))
		return HANGUL;
	if (c >= 0x3041 && c <= 0x30FF)
		return KANA;
	if ((c >= 0x3400 && c <= 0x9FFF) || c == 0x3005 || c >= 0x20000)
		return HAN;
	if ((c >= 0x0600 && c <= 0x077F) || (c >= 0xFB50 && c <= 0xFEFC))
		return ARABIC;
	if (c >= 0x0900 && c <= 0x097F)
		return DEVANAGARI;
	return c >= 0x0400 && c <= 0x052F ? CYRILLIC : LATIN;
}

/* Codes are given out as text: letters, and an end. */
static bool is_code(struct span s)
{
	if (!s.n || s.n >= CODE_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return false;
	return true;
}

/* The language's number; -1: the code is none, or the table has too many. */
static int find_language(struct header *h, struct span code, struct err *err)
{
	for (size_t i = 0; i < h->languages; i++)
		if (span_is(code, h->codes[i]))
			return (int)i;
	if (!is_code(code) || h->languages == FOREIGN_LANGUAGES)
		return err_set(err, ERR_DATA, "table",
			       "language \"%.*s\" is none, or more than %d",
			       (int)code.n, code.p, FOREIGN_LANGUAGES);
	memcpy(h->codes[h->languages], code.p, code.n);
	return (int)h->languages++;
}

static void add_use(struct words_builder *to, const struct phrasewords *w,
		    const struct use *use)
{
	const struct use *other;
	uint32_t at = 0;
	size_t number;

	phrases_add(&to->phrases, w, false, &number);
	/* A word that folds to one there was before says nothing new. */
	while ((other = phraseuses_next(&to->uses, number, &at)))
		if (other->language == use->language)
			return;
	phraseuses_add(&to->uses, number, use);
}

static int rating(struct span s, float *out)
{
	double v;

	if (num_double(s, &v) || v < -1 || v > 1)
		return -1;
	*out = (float)v;
	return 0;
}

static int add_line(struct builder *b, struct span line, struct err *err)
{
	struct span word = phrases_field(&line);
	int language = find_language(&b->header, phrases_field(&line), err);
	struct span kind = phrases_field(&line), valence = phrases_field(&line),
		    arousal = phrases_field(&line);
	bool prefix = word.n && word.p[word.n - 1] == '*';
	struct use use = { .mood = span_is(kind, "mood") };

	if (language < 0)
		return -1;
	if (!use.mood && !span_is(kind, "word"))
		return err_set(err, ERR_DATA, "table",
			       "kind \"%.*s\" where word or mood was expected",
			       (int)kind.n, kind.p);
	if (rating(valence, &use.valence) || rating(arousal, &use.arousal))
		return err_set(err, ERR_DATA, "table",
			       "\"%.*s\", \"%.*s\" where valence and arousal "
			       "in [-1, 1] were expected",
			       (int)valence.n, valence.p, (int)arousal.n,
			       arousal.p);
	use.language = (uint8_t)language;
	word.n -= prefix;
	phrasewords_read(&b->words, NULL, word);
	if (!b->words.count || (prefix && b->words.count > 1))
		return err_set(err, ERR_DATA, "table",
			       "\"%.*s\" is no word, or several with one *",
			       (int)word.n, word.p);
	add_use(prefix ? &b->prefix : &b->whole, &b->words, &use);
	return 0;
}

static int number_of(const struct foreign *f, const char *code)
{
	for (size_t i = 0; i < f->count; i++)
		if (!strcmp(f->codes[i], code))
			return (int)i;
	return -1;
}

static int put_words(const struct words_builder *w, struct str *out,
		     struct err *err)
{
	if (phrases_compile(&w->phrases, out, err))
		return -1;
	phraseuses_compile(&w->uses, out);
	return 0;
}

static int view_words(struct words *w, struct span *rest)
{
	return phrases_view(&w->phrases, rest) ||
		       phraseuses_view(&w->uses, sizeof(struct use),
				       w->phrases.count, rest)
		   ? -1
		   : 0;
}

static bool has_good_codes(const struct header *h)
{
	if (h->languages > FOREIGN_LANGUAGES)
		return false;
	for (size_t i = 0; i < h->languages; i++) {
		const char *code = h->codes[i];

		if (!is_code((struct span){ code, strnlen(code, CODE_MAX) }))
			return false;
	}
	return true;
}

static int view(struct foreign *f, struct span bytes, struct err *err)
{
	struct span rest = bytes;
	const struct header *h = parts_take(&rest, sizeof(*h), 1);

	if (h && !memcmp(h->magic, MAGIC, sizeof(h->magic)) &&
	    has_good_codes(h) && !view_words(&f->whole, &rest) &&
	    !view_words(&f->prefix, &rest) && !rest.n) {
		f->bytes = bytes;
		f->codes = h->codes;
		f->count = (size_t)h->languages;
		f->english = number_of(f, "en");
		return 0;
	}
	return err_set(err, ERR_DATA, "artifact",
		       "foreign words of %zu bytes that are damaged or of "
		       "another release; build the index again",
		       bytes.n);
}

struct foreign *foreign_view(struct span bytes, struct err *err)
{
	struct foreign *f = mem_zalloc(1, sizeof(*f));

	if (!view(f, bytes, err))
		return f;
	foreign_free(f);
	return NULL;
}

static int parse(struct builder *b, struct span tsv, struct str *out,
		 struct err *err, size_t *number)
{
	struct span line;

	while (phrases_line(&tsv, &line, number))
		if (add_line(b, line, err))
			return -1;
	parts_put(out, &b->header, sizeof(b->header), 1);
	return put_words(&b->whole, out, err) || put_words(&b->prefix, out, err)
		   ? -1
		   : 0;
}

static void words_builder_release(struct words_builder *w)
{
	phrases_builder_release(&w->phrases);
	phraseuses_builder_release(&w->uses);
}

struct foreign *foreign_parse(struct span tsv, const char *name,
			      struct err *err)
{
	struct builder b = { .header = { .magic = MAGIC },
			     .whole.uses.size = sizeof(struct use),
			     .prefix.uses.size = sizeof(struct use) };
	struct foreign *f = mem_zalloc(1, sizeof(*f));
	size_t number = 0;
	int rc = parse(&b, tsv, &f->own, err, &number);

	if (rc)
		err_prefix(err, "%s:%zu", name, number);
	rc = rc || view(f, span_str(&f->own), err);
	words_builder_release(&b.whole);
	words_builder_release(&b.prefix);
	phrasewords_release(&b.words);
	if (!rc)
		return f;
	foreign_free(f);
	return NULL;
}

void foreign_compile(const struct foreign *f, struct str *out)
{
	str_reset(out);
	str_span(out, f->bytes);
}

void foreign_free(struct foreign *f)
{
	if (!f)
		return;
	str_release(&f->own);
	free(f);
}

struct uses { /* of one word, by different languages */
	const struct use *at;
	size_t n;
};

static struct uses uses_of(const struct words *w, size_t number)
{
	struct uses u;

	u.at = phraseuses_of(&w->uses, sizeof(*u.at), number, FOREIGN_LANGUAGES,
			     &u.n);
	return u;
}

/* The uses of the word or phrase at i, if any; its length in words. */
static struct uses look_up(const struct foreign *f, const struct phrasewords *w,
			   size_t i, size_t *length)
{
	size_t number;
	struct span s;

	*length = 1;
	if (phrases_find(&f->whole.phrases, w, i, &number, length))
		return uses_of(&f->whole, number);
	s = phrasewords_exact(w, i, 1);
	if (s.n > PREFIX_MAX)
		return (struct uses){ 0 };
	/* cuts inside a character find nothing */
	for (; s.n >= PREFIX_MIN; s.n--)
		if (phrases_get(&f->prefix.phrases, s, &number))
			return uses_of(&f->prefix, number);
	return (struct uses){ 0 };
}

struct tally {
	double score, valence, arousal;
	size_t words; /* of the text, that the language has */
	int moods, different;
	int own;                /* of no English request */
	const struct use *last; /* counted last */
};

struct counts {
	struct tally of[FOREIGN_LANGUAGES];
	size_t words, script[SCRIPTS];
};

static bool has_language(struct uses u, int language)
{
	for (size_t i = 0; i < u.n; i++)
		if ((int)u.at[i].language == language)
			return true;
	return false;
}

/* Of damaged bytes, any number. */
static double within(float rating)
{
	return rating >= -1 && rating <= 1 ? (double)rating : 0;
}

static void count_word(const struct foreign *f, struct uses u, size_t length,
		       struct counts *c)
{
	bool english = has_language(u, f->english);
	bool shared = english && u.n > 1;

	for (size_t i = 0; i < u.n; i++) {
		const struct use *use = &u.at[i];
		struct tally *t = &c->of[use->language % FOREIGN_LANGUAGES];
		double score = use->mood && !english ? FOREIGN_MOOD : 1;

		if (shared && (int)use->language == f->english)
			score = FOREIGN_SHARED;

		t->words += length;
		t->score += score * (double)length;
		t->own += !english;
		t->different += t->last != use;
		t->last = use;
		t->moods += use->mood != 0;
		t->valence += within(use->valence);
		t->arousal += within(use->arousal);
	}
}

static void count_words(const struct foreign *f, const struct phrasewords *w,
			struct counts *c)
{
	size_t length;

	for (size_t i = 0; i < w->count; i += length) {
		struct uses u = look_up(f, w, i, &length);

		count_word(f, u, length, c);
	}
	for (size_t i = 0; i < w->count; i++) {
		if (w->at[i].kind == TOKEN_NUMBER ||
		    w->at[i].kind == TOKEN_EMOJI)
			continue;
		c->words++;
		c->script[script_of(phrasewords_exact(w, i, 1))]++;
	}
}

static const char *by_script(const struct counts *c)
{
	/* Japanese has both; Chinese has no kana. */
	if (c->script[KANA] &&
	    2 * (c->script[KANA] + c->script[HAN]) >= c->words)
		return script_language[KANA];
	for (int s = LATIN + 1; s < SCRIPTS; s++)
		if (c->script[s] && 2 * c->script[s] >= c->words)
			return script_language[s];
	return NULL;
}

static int by_words(const struct foreign *f, const struct counts *c)
{
	int best = -1, english = f->english;

	for (int i = 0; i < (int)f->count; i++) {
		const struct tally *t = &c->of[i];

		if (i == english || !t->own ||
		    (!t->moods && t->different < 2) ||
		    (double)t->words < FOREIGN_SHARE * (double)c->words ||
		    (english >= 0 && t->score <= c->of[english].score))
			continue;
		if (best < 0 || t->score > c->of[best].score)
			best = i;
	}
	return best;
}

struct foreign_reading foreign_read(const struct foreign *f, struct span text)
{
	struct foreign_reading r = { 0 };
	struct phrasewords w = { 0 };
	struct counts c = { 0 };
	const struct tally *t;
	const char *code;
	int best;

	phrasewords_read(&w, NULL, text);
	count_words(f, &w, &c);
	phrasewords_release(&w);
	code = by_script(&c);
	best = code ? number_of(f, code) : by_words(f, &c);
	if (best < 0)
		return r;
	t = &c.of[best];
	r.language = f->codes[best];
	r.share = (float)t->words / (float)c.words;
	r.matches = t->moods;
	if (t->moods) {
		r.valence = (float)(t->valence / t->moods);
		r.arousal = (float)(t->arousal / t->moods);
	}
	return r;
}
