/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/tokensplit.h"

#include <stdlib.h>

#include "base/mem.h"
#include "encoder/tokencomponent.h"
#include "encoder/bytelevel.h"
#include "encoder/tokenread.h"
#include "encoder/tokenregex.h"
#include "io/json.h"
#include "text/unicode.h"

#define STEPS_MAX 64

enum prepend { PREPEND_NEVER, PREPEND_FIRST, PREPEND_ALWAYS };

struct step {
	enum step_kind {
		STEP_BERT,
		STEP_SPACES,
		STEP_WORDS,
		STEP_BYTES,
		STEP_METASPACE,
		STEP_PUNCTUATION,
		STEP_DIGITS,
		STEP_FIND,
	} kind;
	enum prepend prepend; /* BYTES, METASPACE */
	bool cut;             /* these, too */
	struct str mark;      /* METASPACE: what stands for a blank */
	enum tokencut_behaviour behaviour;
	bool invert; /* FIND */
	struct tokenregex *regex;
};

struct tokensplit {
	struct step steps[STEPS_MAX];
	size_t count;
};

/* --- steps --- */

static inline bool is_punctuation(uint32_t c)
{
	if (c >= 0x80)
		return unicode_is_punctuation(c);
	return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') ||
	       (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

/* White space goes; for BERT each punctuation mark is a piece. */
static void cut_words(const void *ctx, struct tokentext *t, size_t begin,
		      size_t end)
{
	const struct step *s = ctx;
	const char *p = t->now.p;
	size_t word = begin, i = begin;

	while (i < end) {
		uint32_t c;
		size_t n = tokentext_code(p + i, &c);
		bool space = unicode_is_space(c);

		if (space || (s->kind == STEP_BERT && is_punctuation(c))) {
			tokentext_keep(t, word, i, -1);
			if (!space)
				tokentext_keep(t, i, i + n, -1);
			word = i + n;
		}
		i += n;
	}
	tokentext_keep(t, word, end, -1);
}

/* Runs of word characters, and runs of others; white space goes. */
static void cut_runs(const void *ctx, struct tokentext *t, size_t begin,
		     size_t end)
{
	enum { SPACE, WORD, OTHER } kind, before = SPACE;
	size_t from = begin, i = begin;

	(void)ctx;
	while (i < end) {
		uint32_t c;
		size_t n = tokentext_code(t->now.p + i, &c);

		kind = unicode_is_word(c)    ? WORD
		       : unicode_is_space(c) ? SPACE
					     : OTHER;
		if (kind != before) {
			if (before != SPACE)
				tokentext_keep(t, from, i, -1);
			from = i;
			before = kind;
		}
		i += n;
	}
	if (before != SPACE)
		tokentext_keep(t, from, end, -1);
}

/* Each code point of a class is a find. */
static void cut_class(const void *ctx, struct tokentext *t, size_t begin,
		      size_t end)
{
	const struct step *s = ctx;

	tokentext_find(t);
	for (size_t i = begin; i < end;) {
		uint32_t c;
		size_t n = tokentext_code(t->now.p + i, &c);

		if (s->kind == STEP_DIGITS ? unicode_is_number(c)
					   : is_punctuation(c))
			tokentext_found(t, begin, i, i + n);
		i += n;
	}
	tokentext_behave(t, begin, end, s->behaviour, false);
}

struct finding {
	struct tokentext *t;
	size_t begin;
};

static void found(void *ctx, size_t begin, size_t end)
{
	struct finding *f = ctx;

	tokentext_found(f->t, f->begin, f->begin + begin, f->begin + end);
}

static void cut_finds(const void *ctx, struct tokentext *t, size_t begin,
		      size_t end)
{
	const struct step *s = ctx;
	struct finding f = { t, begin };

	tokentext_find(t);
	tokenregex_each(s->regex,
			(struct span){ t->now.p + begin, end - begin }, found,
			&f);
	tokentext_behave(t, begin, end, s->behaviour, s->invert);
}

static void map_prefix(const void *ctx, const struct tokenbytes *in,
		       size_t begin, size_t end, struct tokenbytes *out)
{
	(void)ctx;
	if (in->p[begin] != ' ')
		tokenbytes_put(out, ' ', in->from[begin], in->to[begin]);
	tokenbytes_copy(out, in, begin, end);
}

static void map_metaspace(const void *ctx, const struct tokenbytes *in,
			  size_t begin, size_t end, struct tokenbytes *out)
{
	const struct step *s = ctx;
	struct span mark = span_str(&s->mark);
	bool marked =
	    in->p[begin] == ' ' ||
	    (end - begin >= mark.n && !memcmp(in->p + begin, mark.p, mark.n));

	if (!marked && (s->prepend == PREPEND_ALWAYS ||
			(s->prepend == PREPEND_FIRST && !in->from[begin])))
		tokenbytes_put_span(out, mark, in->from[begin], in->to[begin]);
	for (size_t i = begin, k; i < end; i = k) {
		for (k = i; k < end && in->p[k] != ' '; k++)
			;
		tokenbytes_copy(out, in, i, k);
		if (k < end) {
			tokenbytes_put_span(out, mark, in->from[k], in->to[k]);
			k++;
		}
	}
}

static void apply(const struct step *s, struct tokentext *t)
{
	switch (s->kind) {
	case STEP_BERT:
	case STEP_SPACES:
		tokentext_cut(t, cut_words, s);
		break;
	case STEP_WORDS:
		tokentext_cut(t, cut_runs, s);
		break;
	case STEP_BYTES:
		if (s->prepend != PREPEND_NEVER)
			tokentext_map(t, map_prefix, s);
		if (s->cut)
			bytelevel_cut(t);
		bytelevel_apply(t);
		break;
	case STEP_METASPACE:
		tokentext_map(t, map_metaspace, s);
		if (s->cut)
			tokentext_cut(t, cut_finds, s);
		break;
	case STEP_PUNCTUATION:
	case STEP_DIGITS:
		tokentext_cut(t, cut_class, s);
		break;
	case STEP_FIND:
		tokentext_cut(t, cut_finds, s);
		break;
	}
}

void tokensplit_apply(const struct tokensplit *s, struct tokentext *t)
{
	for (size_t i = 0; i < s->count; i++)
		apply(&s->steps[i], t);
}

/* --- reading --- */

struct building {
	struct tokensplit *s;
	struct err *err;
};

static struct step *step(struct building *b, enum step_kind kind)
{
	struct step *s;

	if (b->s->count == STEPS_MAX) {
		err_set(b->err, ERR_DATA, "tokenizer",
			"there are more than %d pre-tokenizers", STEPS_MAX);
		return NULL;
	}
	s = &b->s->steps[b->s->count++];
	s->kind = kind;
	return s;
}

/* Those without members. */
static int plain(struct building *b, struct span json, const char *what,
		 enum step_kind kind)
{
	static const char *const none[] = { NULL };

	if (!step(b, kind) || tokenread_members(json, what, none, b->err))
		return -1;
	return 0;
}

static int behaviour(struct building *b, struct span json, const char *what,
		     struct step *s)
{
	static const char *const names[] = {
		"Removed",        "Isolated",   "MergedWithPrevious",
		"MergedWithNext", "Contiguous", NULL
	};
	int k;

	if (tokenread_choice(json, what, "behavior", names, TOKENCUT_ISOLATED,
			     &k, b->err))
		return -1;
	s->behaviour = (enum tokencut_behaviour)k;
	return 0;
}

static int punctuation(struct building *b, struct span json, const char *what)
{
	static const char *const names[] = { "behavior", NULL };
	struct step *s = step(b, STEP_PUNCTUATION);

	if (!s || tokenread_members(json, what, names, b->err))
		return -1;
	return behaviour(b, json, what, s);
}

static int digits(struct building *b, struct span json, const char *what)
{
	static const char *const names[] = { "individual_digits", NULL };
	struct step *s = step(b, STEP_DIGITS);
	bool each;

	if (!s || tokenread_members(json, what, names, b->err) ||
	    tokenread_bool(json, what, "individual_digits", false, &each,
			   b->err))
		return -1;
	s->behaviour = each ? TOKENCUT_ISOLATED : TOKENCUT_CONTIGUOUS;
	return 0;
}

static int byte_level(struct building *b, struct span json, const char *what)
{
	static const char *const names[] = { "add_prefix_space", "trim_offsets",
					     "use_regex", NULL };
	struct step *s = step(b, STEP_BYTES);
	bool prefix, trim;

	if (!s || tokenread_members(json, what, names, b->err) ||
	    tokenread_bool(json, what, "add_prefix_space", true, &prefix,
			   b->err) ||
	    tokenread_bool(json, what, "trim_offsets", true, &trim, b->err) ||
	    tokenread_bool(json, what, "use_regex", true, &s->cut, b->err))
		return -1;
	s->prepend = prefix ? PREPEND_ALWAYS : PREPEND_NEVER;
	return 0;
}

static int metaspace(struct building *b, struct span json, const char *what)
{
	static const char *const names[] = { "replacement",      "str_rep",
					     "add_prefix_space", "split",
					     "prepend_scheme",   NULL };
	static const char *const schemes[] = { "never", "first", "always",
					       NULL };
	struct step *s = step(b, STEP_METASPACE);
	bool prefix;
	int scheme;

	if (!s || tokenread_members(json, what, names, b->err) ||
	    tokenread_string(json, what, "replacement", "\xe2\x96\x81",
			     &s->mark, b->err) ||
	    tokenread_bool(json, what, "split", true, &s->cut, b->err) ||
	    tokenread_bool(json, what, "add_prefix_space", true, &prefix,
			   b->err) ||
	    tokenread_choice(json, what, "prepend_scheme", schemes,
			     prefix ? PREPEND_ALWAYS : PREPEND_NEVER, &scheme,
			     b->err))
		return -1;
	if (!s->mark.n || s->mark.n > 4)
		return err_set(b->err, ERR_DATA, "tokenizer",
			       "%s: its replacement is not one character",
			       what);
	s->prepend = (enum prepend)scheme;
	s->behaviour = TOKENCUT_MERGED_WITH_NEXT;
	s->regex = tokenregex_plain(span_str(&s->mark));
	return 0;
}

static int split(struct building *b, struct span json, const char *what)
{
	static const char *const names[] = { "pattern", "behavior", "invert",
					     NULL };
	struct step *s = step(b, STEP_FIND);

	if (!s || tokenread_members(json, what, names, b->err) ||
	    behaviour(b, json, what, s) ||
	    tokenread_bool(json, what, "invert", false, &s->invert, b->err))
		return -1;
	s->regex = tokenregex_pattern(json, what, b->err);
	return s->regex ? 0 : -1;
}

static int delimiter(struct building *b, struct span json, const char *what)
{
	static const char *const names[] = { "delimiter", NULL };
	struct step *s = step(b, STEP_FIND);

	if (!s || tokenread_members(json, what, names, b->err) ||
	    tokenread_string(json, what, "delimiter", NULL, &s->mark, b->err))
		return -1;
	s->behaviour = TOKENCUT_REMOVED;
	s->regex = tokenregex_plain(span_str(&s->mark));
	return 0;
}

static int take(void *ctx, struct span json, struct span type, const char *what)
{
	struct building *b = ctx;

	if (span_is(type, "BertPreTokenizer"))
		return plain(b, json, what, STEP_BERT);
	if (span_is(type, "WhitespaceSplit"))
		return plain(b, json, what, STEP_SPACES);
	if (span_is(type, "Whitespace"))
		return plain(b, json, what, STEP_WORDS);
	if (span_is(type, "ByteLevel"))
		return byte_level(b, json, what);
	if (span_is(type, "Metaspace"))
		return metaspace(b, json, what);
	if (span_is(type, "Punctuation"))
		return punctuation(b, json, what);
	if (span_is(type, "Digits"))
		return digits(b, json, what);
	if (span_is(type, "Split"))
		return split(b, json, what);
	if (span_is(type, "CharDelimiterSplit"))
		return delimiter(b, json, what);
	return 1;
}

struct tokensplit *tokensplit_new(struct span json, struct err *err)
{
	struct tokensplit *s = mem_zalloc(1, sizeof(*s));
	struct building b = { s, err };

	if (!tokenread_is_null(json) &&
	    tokencomponent_each(json, "pre-tokenizer", "pretokenizers", take,
				&b, err)) {
		tokensplit_free(s);
		return NULL;
	}
	return s;
}

void tokensplit_free(struct tokensplit *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++) {
		str_release(&s->steps[i].mark);
		tokenregex_free(s->steps[i].regex);
	}
	free(s);
}
