/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/lexicon.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/parts.h"
#include "corpus/datadir.h"
#include "io/input.h"
#include "text/phrases.h"

#define TABLE_MAX ((size_t)16 << 20)

enum kind { MOOD, CONTEXT, NEGATION, CLAUSE };
static const char *const kinds[] = { "mood", "context", "negation", "clause" };

struct entry {
	uint32_t at, size; /* of the phrase, as the table spells it */
	float valence, arousal;
	uint8_t kind, base, zero[2];
};

/* What the bytes begin with; entries by number of the phrase, the spellings and
 * the phrases follow. */
#define MAGIC "mplexic1"
struct header {
	char magic[8];
	uint64_t entries, spellings;
};

struct lexicon {
	struct str own; /* empty: a view of another's bytes */
	struct span bytes;
	const struct entry *entries;
	size_t count;
	struct span spellings;
	struct phrases phrases;
};

struct builder {
	struct entry *entries;
	size_t count, cap;
	struct str spellings;
	struct phrases_builder phrases;
	struct stem *stem;
	struct phrasewords words;
};

static int rating(struct span s, float *out)
{
	double v;

	if (num_double(s, &v) || v < -1 || v > 1)
		return -1;
	*out = (float)v;
	return 0;
}

static int read_kind(struct span s, enum kind *kind, struct err *err)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (span_is(s, kinds[i])) {
			*kind = (enum kind)i;
			return 0;
		}
	return err_set(err, ERR_DATA, "table",
		       "kind \"%.*s\" where mood, context, negation or clause "
		       "was expected",
		       (int)s.n, s.p);
}

static int add_line(struct builder *b, struct span line, struct err *err)
{
	struct span phrase = phrases_field(&line),
		    valence = phrases_field(&line),
		    arousal = phrases_field(&line);
	struct entry e = { .at = (uint32_t)b->spellings.n,
			   .size = (uint32_t)phrase.n };
	enum kind kind = MOOD;
	size_t number;

	if (rating(valence, &e.valence) || rating(arousal, &e.arousal))
		return err_set(err, ERR_DATA, "table",
			       "\"%.*s\", \"%.*s\" where valence and arousal "
			       "in [-1, 1] were expected",
			       (int)valence.n, valence.p, (int)arousal.n,
			       arousal.p);
	if (read_kind(phrases_field(&line), &kind, err))
		return -1;
	e.kind = (uint8_t)kind;
	e.base = span_is(phrases_field(&line), "design");
	phrasewords_read(&b->words, b->stem, phrase);
	if (!b->words.count)
		return err_set(err, ERR_DATA, "table", "a row without a word");
	if (!phrases_add(&b->phrases, &b->words, kind <= CONTEXT, &number))
		return b->entries[number].base && !e.base
			   ? 0
			   : err_set(err, ERR_DATA, "table",
				     "\"%.*s\" occurs twice", (int)phrase.n,
				     phrase.p);
	MEM_ROOM(b->entries, b->count + 1, b->cap);
	b->entries[b->count++] = e;
	str_span(&b->spellings, phrase);
	return 0;
}

static int parse_part(struct builder *b, struct span text, const char *name,
		      struct err *err)
{
	struct span line;
	size_t number = 0;
	int rc = 0;

	while (!rc && phrases_line(&text, &line, &number))
		rc = add_line(b, line, err);
	return rc ? err_prefix(err, "%s:%zu", name, number) : 0;
}

static int compile(const struct builder *b, struct str *out, struct err *err)
{
	struct header h = { MAGIC, b->count, b->spellings.n };

	parts_put(out, &h, sizeof(h), 1);
	parts_put(out, b->entries, sizeof(*b->entries), b->count);
	parts_put(out, b->spellings.p, 1, b->spellings.n);
	return phrases_compile(&b->phrases, out, err);
}

static int view(struct lexicon *l, struct span bytes, struct err *err)
{
	struct span rest = bytes;
	const struct header *h = parts_take(&rest, sizeof(*h), 1);

	if (h && !memcmp(h->magic, MAGIC, sizeof(h->magic))) {
		l->count = (size_t)h->entries;
		l->entries = parts_take(&rest, sizeof(*l->entries), l->count);
		l->spellings.n = (size_t)h->spellings;
		l->spellings.p = parts_take(&rest, 1, l->spellings.n);
		l->bytes = bytes;
		if (!phrases_view(&l->phrases, &rest) && !rest.n &&
		    l->phrases.count == l->count)
			return 0;
	}
	return err_set(err, ERR_DATA, "artifact",
		       "a lexicon of %zu bytes that is damaged or of another "
		       "release; build the index again",
		       bytes.n);
}

struct lexicon *lexicon_view(struct span bytes, struct err *err)
{
	struct lexicon *l = mem_zalloc(1, sizeof(*l));

	if (!view(l, bytes, err))
		return l;
	lexicon_free(l);
	return NULL;
}

/* The lexicon of a text, whose first part ends at `middle`. */
static struct lexicon *build(struct span text, size_t middle,
			     const char *const names[2], struct err *err)
{
	struct builder b = { .stem = stem_new() };
	struct lexicon *l = mem_zalloc(1, sizeof(*l));
	struct span second = { text.p + middle, text.n - middle };
	int rc;

	text.n = middle;
	rc = parse_part(&b, text, names[0], err) ||
	     parse_part(&b, second, names[1], err);
	if (!rc && compile(&b, &l->own, err))
		rc = err_prefix(err, "%s", names[0]);
	rc = rc || view(l, span_str(&l->own), err);
	free(b.entries);
	str_release(&b.spellings);
	phrases_builder_release(&b.phrases);
	phrasewords_release(&b.words);
	stem_free(b.stem);
	if (!rc)
		return l;
	lexicon_free(l);
	return NULL;
}

struct lexicon *lexicon_parse(struct span tsv, const char *name,
			      struct err *err)
{
	return build(tsv, tsv.n, (const char *[]){ name, name }, err);
}

struct lexicon *lexicon_open(const char *path, struct str *text,
			     struct err *err)
{
	struct str base = { 0 }, extension = { 0 }, more = { 0 };
	const char *names[2] = {
		path ? path : datadir_path("lexicon/base.tsv", &base),
		path ? path : datadir_path("lexicon/extension.tsv", &extension)
	};
	struct lexicon *l = NULL;
	int rc;

	str_reset(text);
	rc = input_slurp(names[0], TABLE_MAX, text, err);
	if (!rc && !path) {
		if (text->n && text->p[text->n - 1] != '\n')
			str_putc(text, '\n');
		rc = input_slurp(names[1], TABLE_MAX, &more, err);
	}
	if (!rc) {
		size_t middle = text->n;

		str_span(text, span_str(&more));
		l = build(span_str(text), middle, names, err);
	}
	str_release(&base);
	str_release(&extension);
	str_release(&more);
	return l;
}

void lexicon_compile(const struct lexicon *l, struct str *out)
{
	str_reset(out);
	str_span(out, l->bytes);
}

void lexicon_free(struct lexicon *l)
{
	if (!l)
		return;
	str_release(&l->own);
	free(l);
}

static struct span spelling(const struct lexicon *l, const struct entry *e)
{
	if (e->at > l->spellings.n || e->size > l->spellings.n - e->at)
		return (struct span){ "", 0 };
	return (struct span){ l->spellings.p + e->at, e->size };
}

/* Of damaged bytes, any number. */
static double within(float rating)
{
	return rating >= -1 && rating <= 1 ? (double)rating : 0;
}

static void add_context(struct str *context, struct span phrase)
{
	struct span rest = span_str(context);

	while (rest.n) {
		const char *q = memchr(rest.p, '\n', rest.n);
		size_t n = q ? (size_t)(q - rest.p) : rest.n;

		if (span_eq((struct span){ rest.p, n }, phrase))
			return;
		rest.p += q ? n + 1 : n;
		rest.n -= q ? n + 1 : n;
	}
	if (context->n)
		str_putc(context, '\n');
	str_span(context, phrase);
}

struct sums {
	const struct lexicon *l;
	struct lexicon_mood mood;
	double valence, arousal;
	struct str *context, *matched;
};

static void count(struct sums *s, const struct entry *e,
		  const struct entry *negation)
{
	s->valence +=
	    within(e->valence) * (negation ? within(negation->valence) : 1);
	s->arousal +=
	    within(e->arousal) * (negation ? within(negation->arousal) : 1);
	s->mood.matches++;
	s->mood.base += e->base != 0;
	s->mood.negated += negation != NULL;
	if (s->context && e->kind == CONTEXT && !negation)
		add_context(s->context, spelling(s->l, e));
	if (s->matched) {
		if (s->matched->n)
			str_putc(s->matched, '\n');
		if (negation) {
			str_span(s->matched, spelling(s->l, negation));
			str_putc(s->matched, ' ');
		}
		str_span(s->matched, spelling(s->l, e));
	}
}

static void read_words(const struct lexicon *l, const struct phrasewords *w,
		       struct sums *s)
{
	const struct entry *negation = NULL;
	size_t reach = 0, number, length; /* reach: the first word beyond */

	for (size_t i = 0; i < w->count; i += length) {
		const struct entry *e;

		length = 1;
		if (!w->at[i].joined || i >= reach)
			negation = NULL;
		if (!phrases_find(&l->phrases, w, i, &number, &length))
			continue;
		e = &l->entries[number];
		if (e->kind == NEGATION) {
			negation = e;
			reach = i + length + LEXICON_REACH;
		} else if (e->kind == CLAUSE) {
			negation = NULL;
		} else {
			count(s, e, negation);
		}
	}
}

struct lexicon_mood lexicon_explain(const struct lexicon *l, struct span text,
				    struct str *context, struct str *matched)
{
	struct sums s = { .l = l, .context = context, .matched = matched };
	struct stem *stem = stem_new();
	struct phrasewords w = { 0 };

	if (context)
		str_reset(context);
	if (matched)
		str_reset(matched);
	phrasewords_read(&w, stem, text);
	read_words(l, &w, &s);
	if (s.mood.matches) {
		s.mood.valence = (float)(s.valence / s.mood.matches);
		s.mood.arousal = (float)(s.arousal / s.mood.matches);
	}
	phrasewords_release(&w);
	stem_free(stem);
	return s.mood;
}

struct lexicon_mood lexicon_mood(const struct lexicon *l, struct span text,
				 struct str *context)
{
	return lexicon_explain(l, text, context, NULL);
}

bool lexicon_spells(const struct lexicon *l, struct span word)
{
	struct str matched = { 0 };
	bool same;

	lexicon_explain(l, word, NULL, &matched);
	same = span_eq(span_str(&matched), word);
	str_release(&matched);
	return same;
}
