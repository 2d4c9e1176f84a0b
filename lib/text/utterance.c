/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/utterance.h"

#include <utf8proc.h>

#include "text/utf8.h"

enum {
	REACH = 4, /* words that a negation reaches */
	MARKS = 6,
	STAND_IN = 14,
	ZERO_WIDTH_JOINER = 0x200D,
	EMOJI_STYLE = 0xFE0F
};

struct reader {
	struct utterance *u;
	const char *start, *p, *end;
	uint32_t code; /* at p */
	size_t length; /* of code in bytes */
};

static void look(struct reader *r)
{
	if (r->p < r->end)
		r->length = (size_t)(utf8_next(r->p, r->end, &r->code) - r->p);
	else
		r->code = 0, r->length = 0;
}

static void step(struct reader *r)
{
	r->p += r->length;
	look(r);
}

static bool plain_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

static bool ideograph(uint32_t c)
{
	return (c >= 0x3040 && c < 0x3100) || (c >= 0x3400 && c < 0xA000) ||
	       (c >= 0x20000 && c < 0x32000);
}

static bool letter(uint32_t c)
{
	return plain_letter(c) ||
	       (c >= 0xC0 && c < 0x2000 && c != 0xD7 && c != 0xF7) ||
	       (c >= 0x2C00 && c < 0x2E00) || (c >= 0xA640 && c < 0xD800) ||
	       (c >= 0xF900 && c < 0xFE00) || (c >= 0xFE70 && c < 0xFF00);
}

static bool capital(uint32_t c)
{
	return c < 0x80 ? c >= 'A' && c <= 'Z'
			: utf8proc_isupper((utf8proc_int32_t)c) != 0;
}

static bool small(uint32_t c)
{
	return c < 0x80 ? c >= 'a' && c <= 'z'
			: utf8proc_islower((utf8proc_int32_t)c) != 0;
}

static bool apostrophe(uint32_t c)
{
	return c == '\'' || c == 0x2019 || c == 0x2018;
}

static bool unseen(uint32_t c)
{
	return c <= ' ' || c == 0x7F || (c >= 0x80 && c <= 0xA0) ||
	       (c >= 0x2000 && c <= 0x200F) || c == 0x2028 || c == 0x2029 ||
	       c == 0x3000 || c == EMOJI_STYLE || c == 0xFEFF ||
	       (c >= 0x1F3FB && c <= 0x1F3FF) || c == UTF8_REPLACEMENT;
}

/* A token of the bytes from start to r->p. */
static struct utterance_token *add(struct reader *r, const char *start,
				   enum utterance_kind kind, struct span text)
{
	struct utterance *u = r->u;
	struct utterance_token *t = &u->tokens[u->count++];

	*t = (struct utterance_token){ .kind = kind };
	t->start = (size_t)(start - r->start);
	t->end = (size_t)(r->p - r->start);
	t->text.n = text.n < UTTERANCE_WORD ? text.n : UTTERANCE_WORD;
	while (t->text.n < text.n && t->text.n &&
	       ((unsigned char)text.p[t->text.n] & 0xC0) == 0x80)
		t->text.n--;
	str_put(&u->text, text.p, t->text.n);
	return t;
}

/* Of three or more of one ASCII letter leaves two, from `from` on. */
static bool squeeze(struct str *s, size_t from)
{
	size_t out = from, run = 0;
	bool cut = false;

	for (size_t i = from; i < s->n; i++) {
		run = i > from && s->p[i] == s->p[i - 1] ? run + 1 : 1;
		if (run > 2 && (unsigned char)s->p[i] >= 'A' &&
		    (unsigned char)s->p[i] < 0x80) {
			cut = true;
			continue;
		}
		s->p[out++] = s->p[i];
	}
	s->n = out;
	return cut;
}

static void read_word(struct reader *r)
{
	struct utterance *u = r->u;
	size_t from = u->text.n, capitals = 0, smalls = 0;
	const char *start = r->p;
	struct utterance_token *t;
	bool stretched;

	if (ideograph(r->code)) {
		step(r);
		t = add(r, start, UTTERANCE_WORDS,
			(struct span){ start, (size_t)(r->p - start) });
		return;
	}
	while (letter(r->code) && !ideograph(r->code)) {
		capitals += capital(r->code);
		smalls += small(r->code);
		step(r);
		if (apostrophe(r->code) && r->p + r->length < r->end &&
		    plain_letter((unsigned char)r->p[r->length]))
			step(r);
	}
	utf8_fold((struct span){ start, (size_t)(r->p - start) }, &u->text);
	stretched = squeeze(&u->text, from);
	if (u->text.n == from)
		return; /* marks without a letter fold to nothing */
	if (u->text.n - from > UTTERANCE_WORD) {
		u->text.n = from + UTTERANCE_WORD;
		while (u->text.n > from &&
		       ((unsigned char)u->text.p[u->text.n] & 0xC0) == 0x80)
			u->text.n--;
	}
	t = add(r, start, UTTERANCE_WORDS, SPAN(""));
	t->text.n = u->text.n - from;
	t->stretched = stretched;
	t->shouted = capitals >= 2 && !smalls;
}

static bool begins(const struct reader *r, const char *with)
{
	size_t n = strlen(with);

	return (size_t)(r->end - r->p) >= n &&
	       span_ieq((struct span){ r->p, n }, with);
}

/* <url>, <user>, [NAME]: true where one was read. */
static bool read_stand_in(struct reader *r)
{
	const char *start = r->p;
	size_t n = 0, left = (size_t)(r->end - r->p);

	if (begins(r, "http://") || begins(r, "https://") ||
	    begins(r, "www.")) {
		while (r->p < r->end && !unseen(r->code))
			step(r);
		add(r, start, UTTERANCE_STAND_IN, SPAN("<url>"));
		return true;
	}
	if (r->code == '@' && left > 1 &&
	    plain_letter((unsigned char)r->p[1])) {
		step(r);
		while (plain_letter(r->code))
			step(r);
		add(r, start, UTTERANCE_STAND_IN, SPAN("<user>"));
		return true;
	}
	if (r->code != '[' || left < 3 || r->p[1] < 'A' || r->p[1] > 'Z')
		return false;
	while (n < left && n < STAND_IN && r->p[n] != ']')
		n++;
	if (n == left || n == STAND_IN)
		return false;
	r->p += n + 1;
	look(r);
	add(r, start, UTTERANCE_STAND_IN, (struct span){ start, n + 1 });
	return true;
}

/* Marks of ASCII in a row; ":)" and its kin are symbols. */
static void read_marks(struct reader *r)
{
	const char *start = r->p, *mouth = "dDpPoO3";
	char text[MARKS + 1];
	size_t n = 0, taken = 0;
	bool eyes = r->code == ':' || r->code == ';' || r->code == '=';

	while (r->p < r->end && r->code > ' ' && r->code < 0x7F &&
	       !plain_letter(r->code) && r->code != '[' && n < MARKS) {
		bool ends = strchr("!?.,", (int)r->code) != NULL;

		if (n < 3 || (char)r->code != text[n - 1])
			text[n++] = (char)r->code;
		taken++;
		step(r);
		if (ends && (!r->code || !strchr("!?.", (int)r->code)))
			break;
	}
	if (!taken) { /* a lone "[" or delete */
		step(r);
		return;
	}
	if (eyes && taken <= 2 && r->code < 0x80 && r->code &&
	    strchr(mouth, (int)r->code) &&
	    !(r->p + 1 < r->end && plain_letter((unsigned char)r->p[1]))) {
		text[n++] = (char)(r->code | 32);
		step(r);
		taken = 2;
	} else if (!(eyes && taken >= 2)) {
		eyes = false;
	}
	add(r, start, eyes ? UTTERANCE_SYMBOL : UTTERANCE_MARK,
	    (struct span){ text, n });
}

static void read_symbol(struct reader *r)
{
	const char *start = r->p;
	uint32_t c = r->code;

	step(r);
	while (r->code == ZERO_WIDTH_JOINER || r->code == EMOJI_STYLE ||
	       (r->code >= 0x1F3FB && r->code <= 0x1F3FF))
		step(r);
	if (c == 0x2026)
		add(r, start, UTTERANCE_MARK, SPAN("..."));
	else if (c == 0x201C || c == 0x201D || c == 0xAB || c == 0xBB)
		add(r, start, UTTERANCE_MARK, SPAN("\""));
	else if (c >= 0x2010 && c <= 0x2015)
		add(r, start, UTTERANCE_MARK, SPAN("-"));
	else if (apostrophe(c))
		add(r, start, UTTERANCE_MARK, SPAN("'"));
	else if (c >= 0x3001 && c <= 0x3002)
		add(r, start, UTTERANCE_MARK, SPAN("."));
	else {
		struct str code = { 0 };

		utf8_put(&code, c);
		add(r, start, UTTERANCE_SYMBOL, span_str(&code));
		str_release(&code);
	}
}

static bool is_negation(struct span w)
{
	static const char words[] =
	    " not no never none nobody nothing neither nor cannot without dont "
	    "didnt cant wont isnt wasnt doesnt aint hardly barely couldnt "
	    "wouldnt shouldnt havent hasnt arent werent ";
	char key[UTTERANCE_WORD + 2];

	if (w.n > 3 && !memcmp(w.p + w.n - 3, "n't", 3))
		return true;
	key[0] = ' ';
	memcpy(key + 1, w.p, w.n);
	key[w.n + 1] = ' ';
	return memmem(words, sizeof(words) - 1, key, w.n + 2) != NULL;
}

/* Points tokens at their text, which no longer moves, and marks negations. */
static void finish(struct utterance *u)
{
	size_t at = 0;
	int reach = 0;

	for (size_t i = 0; i < u->count; i++) {
		struct utterance_token *t = &u->tokens[i];

		t->text.p = u->text.p + at;
		at += t->text.n;
		if (t->kind == UTTERANCE_MARK && t->text.p[0] != '\'' &&
		    t->text.p[0] != '"')
			reach = 0;
		if (t->kind == UTTERANCE_WORDS && reach > 0) {
			t->negated = true;
			reach--;
		}
		t->negates = t->kind == UTTERANCE_WORDS && is_negation(t->text);
		if (t->negates)
			reach = REACH;
	}
}

/* Full: gives back what stands behind the last mark of the second half. */
static void give_back(struct reader *r)
{
	struct utterance *u = r->u;

	for (size_t i = u->count; i-- > UTTERANCE_TOKENS / 2;)
		if (u->tokens[i].kind == UTTERANCE_MARK) {
			u->count = i + 1;
			r->p = r->start + u->tokens[i].end;
			return;
		}
}

size_t utterance_read(struct utterance *u, struct span text)
{
	struct reader r = { .u = u, .start = text.p, .p = text.p };

	r.end = text.p + text.n;
	u->count = 0;
	str_reset(&u->text);
	str_reserve(&u->text, 1);
	look(&r);
	while (r.p < r.end && u->count < UTTERANCE_TOKENS) {
		if (unseen(r.code) || (r.code == '#' && r.p + 1 < r.end &&
				       plain_letter((unsigned char)r.p[1])))
			step(&r);
		else if (read_stand_in(&r))
			continue;
		else if (letter(r.code) || ideograph(r.code))
			read_word(&r);
		else if (begins(&r, "<3")) {
			r.p += 2;
			look(&r);
			add(&r, r.p - 2, UTTERANCE_SYMBOL, SPAN("<3"));
		} else if (r.code < 0x80)
			read_marks(&r);
		else
			read_symbol(&r);
	}
	while (r.p < r.end && unseen(r.code))
		step(&r);
	if (r.p < r.end)
		give_back(&r);
	finish(u);
	return (size_t)(r.p - r.start);
}

void utterance_release(struct utterance *u)
{
	str_release(&u->text);
}
