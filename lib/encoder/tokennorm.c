/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/tokennorm.h"

#include <stdlib.h>

#include "base/mem.h"
#include "encoder/tokencomponent.h"
#include "encoder/bytelevel.h"
#include "encoder/tokencharsmap.h"
#include "encoder/tokenforms.h"
#include "encoder/tokenread.h"
#include "encoder/tokenregex.h"
#include "io/json.h"
#include "text/unicode.h"
#include "text/utf8.h"

#define STEPS_MAX 64

struct step {
	enum step_kind {
		STEP_BERT,
		STEP_FORMS,
		STEP_LOWER,
		STEP_MARKS_OFF,
		STEP_STRIP,
		STEP_PREPEND,
		STEP_NMT,
		STEP_REPLACE,
		STEP_CHARSMAP,
		STEP_BYTES,
	} kind;
	bool clean, ideographs, lower; /* BERT */
	bool left, right;              /* STRIP */
	struct tokenforms forms;
	struct str text; /* PREPEND, REPLACE: by what */
	struct tokenregex *regex;
	struct tokencharsmap *charsmap;
};

struct tokennorm {
	struct step steps[STEPS_MAX];
	size_t count;
};

/* --- steps --- */

static inline bool is_control(uint32_t c)
{
	if (c == '\t' || c == '\n' || c == '\r')
		return false;
	return c < 0x80 ? c < 0x20 || c == 0x7f : unicode_is_other(c);
}

static void bert_code(const struct step *s, uint32_t c, uint32_t from,
		      uint32_t to, struct tokenbytes *out)
{
	uint32_t lower[UNICODE_LOWER_MAX];
	size_t n;
	bool apart;

	if (s->clean) {
		if (!c || c == UTF8_REPLACEMENT || is_control(c))
			return;
		if (unicode_is_space(c))
			c = ' ';
	}
	apart = s->ideographs && unicode_is_ideograph(c);
	if (apart)
		tokenbytes_put(out, ' ', from, to);
	if (s->lower) {
		n = unicode_lower(c, lower);
		for (size_t i = 0; i < n; i++)
			tokenbytes_put(out, lower[i], from, to);
	} else {
		tokenbytes_put(out, c, from, to);
	}
	if (apart)
		tokenbytes_put(out, ' ', from, to);
}

static void map_bert(const void *ctx, const struct tokenbytes *in, size_t begin,
		     size_t end, struct tokenbytes *out)
{
	for (size_t i = begin; i < end;) {
		uint32_t code;
		size_t n = tokentext_code(in->p + i, &code);

		bert_code(ctx, code, in->from[i], in->to[i], out);
		i += n;
	}
}

static void map_lower(const void *ctx, const struct tokenbytes *in,
		      size_t begin, size_t end, struct tokenbytes *out)
{
	const struct step plain = { .lower = true };

	(void)ctx;
	map_bert(&plain, in, begin, end, out);
}

static void map_marks_off(const void *ctx, const struct tokenbytes *in,
			  size_t begin, size_t end, struct tokenbytes *out)
{
	(void)ctx;
	for (size_t i = begin; i < end;) {
		uint32_t code;
		size_t n = tokentext_code(in->p + i, &code);

		if (code < 0x80 || !unicode_is_mark(code))
			tokenbytes_put(out, code, in->from[i], in->to[i]);
		i += n;
	}
}

static void map_strip(const void *ctx, const struct tokenbytes *in,
		      size_t begin, size_t end, struct tokenbytes *out)
{
	const struct step *s = ctx;
	uint32_t code;
	size_t n;

	while (s->left && begin < end) {
		n = tokentext_code(in->p + begin, &code);
		if (!unicode_is_space(code))
			break;
		begin += n;
	}
	while (s->right && begin < end) {
		n = tokentext_back(in->p + end);
		tokentext_code(in->p + end - n, &code);
		if (!unicode_is_space(code))
			break;
		end -= n;
	}
	tokenbytes_copy(out, in, begin, end);
}

static void map_prepend(const void *ctx, const struct tokenbytes *in,
			size_t begin, size_t end, struct tokenbytes *out)
{
	const struct step *s = ctx;

	tokenbytes_put_span(out, span_str(&s->text), in->from[begin],
			    in->to[begin]);
	tokenbytes_copy(out, in, begin, end);
}

/* What sentencepiece's nmt rules drop, and what they make a space. */
static bool nmt_drops(uint32_t c)
{
	return (c >= 1 && c <= 8) || c == 0xb || (c >= 0xe && c <= 0x1f) ||
	       c == 0x7f || c == 0x8f || c == 0x9f;
}

static bool nmt_is_space(uint32_t c)
{
	switch (c) {
	case 0x9:
	case 0xa:
	case 0xc:
	case 0xd:
	case 0x1680:
	case 0x2028:
	case 0x2029:
	case 0x2581:
	case 0xfeff:
	case 0xfffd:
		return true;
	default:
		return c >= 0x200b && c <= 0x200f;
	}
}

static void map_nmt(const void *ctx, const struct tokenbytes *in, size_t begin,
		    size_t end, struct tokenbytes *out)
{
	(void)ctx;
	for (size_t i = begin; i < end;) {
		uint32_t code;
		size_t n = tokentext_code(in->p + i, &code);

		if (!nmt_drops(code))
			tokenbytes_put(out, nmt_is_space(code) ? ' ' : code,
				       in->from[i], in->to[i]);
		i += n;
	}
}

struct replacing {
	const struct tokenbytes *in;
	struct tokenbytes *out;
	struct span by;
	size_t begin, done;
};

/* What stands instead of a find stands for its last code point. */
static void replace(void *ctx, size_t begin, size_t end)
{
	struct replacing *r = ctx;
	size_t at = r->begin + end;

	tokenbytes_copy(r->out, r->in, r->done, r->begin + begin);
	tokenbytes_put_span(r->out, r->by, at ? r->in->from[at - 1] : 0,
			    at ? r->in->to[at - 1] : 0);
	r->done = at;
}

static void map_replace(const void *ctx, const struct tokenbytes *in,
			size_t begin, size_t end, struct tokenbytes *out)
{
	const struct step *s = ctx;
	struct replacing r = { in, out, span_str(&s->text), begin, begin };

	tokenregex_each(s->regex, (struct span){ in->p + begin, end - begin },
			replace, &r);
	tokenbytes_copy(out, in, r.done, end);
}

static void apply(const struct step *s, struct tokentext *t)
{
	switch (s->kind) {
	case STEP_BERT:
		tokentext_map(t, map_bert, s);
		break;
	case STEP_FORMS:
		tokenforms_apply(&s->forms, t);
		break;
	case STEP_LOWER:
		tokentext_map(t, map_lower, s);
		break;
	case STEP_MARKS_OFF:
		if (!tokentext_is_ascii(t))
			tokentext_map(t, map_marks_off, s);
		break;
	case STEP_STRIP:
		tokentext_map(t, map_strip, s);
		break;
	case STEP_PREPEND:
		tokentext_map(t, map_prepend, s);
		break;
	case STEP_NMT:
		tokentext_map(t, map_nmt, s);
		break;
	case STEP_REPLACE:
		tokentext_map(t, map_replace, s);
		break;
	case STEP_CHARSMAP:
		tokencharsmap_apply(s->charsmap, t);
		break;
	case STEP_BYTES:
		bytelevel_apply(t);
		break;
	}
}

void tokennorm_apply(const struct tokennorm *n, struct tokentext *t)
{
	for (size_t i = 0; i < n->count; i++)
		apply(&n->steps[i], t);
}

/* --- reading --- */

struct building {
	struct tokennorm *n;
	struct err *err;
};

static struct step *step(struct building *b, enum step_kind kind)
{
	struct step *s;

	if (b->n->count == STEPS_MAX) {
		err_set(b->err, ERR_DATA, "tokenizer",
			"there are more than %d normalizers", STEPS_MAX);
		return NULL;
	}
	s = &b->n->steps[b->n->count++];
	s->kind = kind;
	return s;
}

static int bert(struct building *b, struct span json)
{
	static const char *const names[] = { "clean_text",
					     "handle_chinese_chars",
					     "strip_accents", "lowercase",
					     NULL };
	const char *what = "the normalizer BertNormalizer";
	struct step *s = step(b, STEP_BERT);
	bool accents;

	if (!s || tokenread_members(json, what, names, b->err) ||
	    tokenread_bool(json, what, "clean_text", true, &s->clean, b->err) ||
	    tokenread_bool(json, what, "handle_chinese_chars", true,
			   &s->ideographs, b->err) ||
	    tokenread_bool(json, what, "lowercase", true, &s->lower, b->err) ||
	    tokenread_bool(json, what, "strip_accents", s->lower, &accents,
			   b->err))
		return -1;
	if (!accents)
		return 0;
	/* Lowering before decomposing is the same but for U+0130, which both
   * ways becomes i. */
	s = step(b, STEP_FORMS);
	if (!s)
		return -1;
	s->forms.nonspacing_off = true;
	return 0;
}

static int strip(struct building *b, struct span json)
{
	static const char *const names[] = { "strip_left", "strip_right",
					     NULL };
	const char *what = "the normalizer Strip";
	struct step *s = step(b, STEP_STRIP);

	if (!s || tokenread_members(json, what, names, b->err) ||
	    tokenread_bool(json, what, "strip_left", true, &s->left, b->err) ||
	    tokenread_bool(json, what, "strip_right", true, &s->right, b->err))
		return -1;
	return 0;
}

static int prepend(struct building *b, struct span json)
{
	static const char *const names[] = { "prepend", NULL };
	const char *what = "the normalizer Prepend";
	struct step *s = step(b, STEP_PREPEND);

	if (!s || tokenread_members(json, what, names, b->err) ||
	    tokenread_string(json, what, "prepend", NULL, &s->text, b->err))
		return -1;
	return 0;
}

static int replacement(struct building *b, struct span json)
{
	static const char *const names[] = { "pattern", "content", NULL };
	const char *what = "the normalizer Replace";
	struct step *s = step(b, STEP_REPLACE);

	if (!s || tokenread_members(json, what, names, b->err) ||
	    tokenread_string(json, what, "content", NULL, &s->text, b->err))
		return -1;
	s->regex = tokenregex_pattern(json, what, b->err);
	return s->regex ? 0 : -1;
}

static int precompiled(struct building *b, struct span json)
{
	static const char *const names[] = { "precompiled_charsmap", NULL };
	const char *what = "the normalizer Precompiled";
	struct step *s = step(b, STEP_CHARSMAP);
	struct str base64 = { 0 };

	if (!s || tokenread_members(json, what, names, b->err) ||
	    tokenread_string(json, what, "precompiled_charsmap", NULL, &base64,
			     b->err)) {
		str_release(&base64);
		return -1;
	}
	s->charsmap = tokencharsmap_new(span_str(&base64), b->err);
	str_release(&base64);
	return s->charsmap ? 0 : -1;
}

/* Those without members. */
static int plain(struct building *b, struct span json, const char *what,
		 enum step_kind kind, bool compat, bool compose)
{
	static const char *const none[] = { NULL };
	struct step *s = step(b, kind);

	if (!s || tokenread_members(json, what, none, b->err))
		return -1;
	s->forms.compat = compat;
	s->forms.compose = compose;
	return 0;
}

static int take(void *ctx, struct span json, struct span type, const char *what)
{
	struct building *b = ctx;

	if (span_is(type, "BertNormalizer"))
		return bert(b, json);
	if (span_is(type, "NFC"))
		return plain(b, json, what, STEP_FORMS, false, true);
	if (span_is(type, "NFD"))
		return plain(b, json, what, STEP_FORMS, false, false);
	if (span_is(type, "NFKC"))
		return plain(b, json, what, STEP_FORMS, true, true);
	if (span_is(type, "NFKD"))
		return plain(b, json, what, STEP_FORMS, true, false);
	if (span_is(type, "Lowercase"))
		return plain(b, json, what, STEP_LOWER, false, false);
	if (span_is(type, "StripAccents"))
		return plain(b, json, what, STEP_MARKS_OFF, false, false);
	if (span_is(type, "Nmt"))
		return plain(b, json, what, STEP_NMT, false, false);
	if (span_is(type, "ByteLevel"))
		return plain(b, json, what, STEP_BYTES, false, false);
	if (span_is(type, "Replace"))
		return replacement(b, json);
	if (span_is(type, "Precompiled"))
		return precompiled(b, json);
	if (span_is(type, "Strip"))
		return strip(b, json);
	if (span_is(type, "Prepend"))
		return prepend(b, json);
	return 1;
}

struct tokennorm *tokennorm_new(struct span json, struct err *err)
{
	struct tokennorm *n = mem_zalloc(1, sizeof(*n));
	struct building b = { n, err };

	if (!tokenread_is_null(json) &&
	    tokencomponent_each(json, "normalizer", "normalizers", take, &b,
				err)) {
		tokennorm_free(n);
		return NULL;
	}
	return n;
}

void tokennorm_free(struct tokennorm *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->count; i++) {
		str_release(&n->steps[i].text);
		tokenregex_free(n->steps[i].regex);
		tokencharsmap_free(n->steps[i].charsmap);
	}
	free(n);
}
