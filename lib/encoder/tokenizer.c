/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/tokenizer.h"

#include <stdlib.h>

#include "base/mem.h"
#include "encoder/bytepair.h"
#include "encoder/tokenadded.h"
#include "encoder/tokencache.h"
#include "encoder/tokendecode.h"
#include "encoder/tokennorm.h"
#include "encoder/tokenpost.h"
#include "encoder/tokenread.h"
#include "encoder/tokensplit.h"
#include "encoder/unigram.h"
#include "encoder/wordpiece.h"
#include "io/json.h"
#include "text/unicode.h"
#include "text/utf8.h"

enum kind { WORDPIECE, BYTEPAIR, UNIGRAM };

struct tokenizer {
	struct tokenvocab vocab;
	struct tokenadded added;
	struct tokennorm *norm;
	struct tokensplit *split;
	struct tokendecode *decode;
	struct tokenpost post;
	enum kind kind;
	struct wordpiece wordpiece; /* and WordLevel */
	struct bytepair bytepair;
	struct unigram unigram;
};

struct tokenizer_work {
	struct tokentext text;
	struct wordpiece_work wordpiece;
	struct bytepair_work bytepair;
	struct unigram_work unigram;
	struct tokencache cache;
	struct tokenout out; /* of a piece */
};

/* --- opening --- */

static int open_model(struct tokenizer *t, struct tokenread *r, struct err *err)
{
	struct span model = span_str(&r->model);
	struct str type = { 0 };
	int rc = -1;

	if (tokenread_is_null(json_get(model, "type")))
		str_puts(&type, "BPE"); /* of old files */
	else if (tokenread_type(model, "the model", &type, err))
		goto out;
	if (r->scored != span_is(span_str(&type), "Unigram"))
		err_set(err, ERR_DATA, "tokenizer",
			"the model %.60s has another kind of vocabulary",
			str_z(&type));
	else if (span_is(span_str(&type), "WordPiece"))
		rc =
		    wordpiece_init(&t->wordpiece, model, false, &t->vocab, err);
	else if (span_is(span_str(&type), "WordLevel"))
		rc = wordpiece_init(&t->wordpiece, model, true, &t->vocab, err);
	else if (span_is(span_str(&type), "BPE")) {
		t->kind = BYTEPAIR;
		rc = bytepair_init(&t->bytepair, model, r->merges, &t->vocab,
				   err);
	} else if (r->scored) {
		t->kind = UNIGRAM;
		rc = unigram_init(&t->unigram, model, r->scores, r->score_count,
				  &t->vocab, err);
		r->scores = NULL;
	} else {
		err_set(err, ERR_DATA, "tokenizer",
			"the model %.60s is not known", str_z(&type));
	}
out:
	str_release(&type);
	return rc;
}

static void normalise(const void *norm, struct tokentext *t)
{
	tokennorm_apply(norm, t);
}

/* Truncation and padding are the caller's; but what they are is checked. */
static int open_rest(const struct tokenread *r, struct err *err)
{
	static const char *const names[] = { "version",        "truncation",
					     "padding",        "added_tokens",
					     "normalizer",     "pre_tokenizer",
					     "post_processor", "decoder",
					     "model",          NULL };
	struct span parts = span_str(&r->parts), version, value;

	if (json_only(parts, names, err))
		return -1;
	version = json_get(parts, "version");
	if (!tokenread_is_null(version) && !span_is(version, "\"1.0\""))
		return err_set(err, ERR_DATA, "tokenizer",
			       "its version is %.*s, not \"1.0\"",
			       (int)(version.n < 40 ? version.n : 40),
			       version.p);
	for (int i = 1; i < 3; i++) {
		value = json_get(parts, names[i]);
		if (!tokenread_is_null(value) &&
		    json_type(value) != JSON_OBJECT)
			return err_set(err, ERR_DATA, "tokenizer",
				       "\"%s\" is not an object", names[i]);
	}
	return 0;
}

static int open_parts(struct tokenizer *t, struct tokenread *r, struct err *err)
{
	struct span parts = span_str(&r->parts);

	if (open_rest(r, err))
		return -1;
	t->vocab = r->vocab;
	r->vocab = (struct tokenvocab){ 0 };
	if (open_model(t, r, err) ||
	    tokenadded_init(&t->added, json_get(parts, "added_tokens"),
			    &t->vocab, err) ||
	    tokenpost_init(&t->post, json_get(parts, "post_processor"),
			   tokenizer_size(t), err))
		return -1;
	t->norm = tokennorm_new(json_get(parts, "normalizer"), err);
	if (!t->norm)
		return -1;
	t->split = tokensplit_new(json_get(parts, "pre_tokenizer"), err);
	if (!t->split)
		return -1;
	t->decode = tokendecode_new(json_get(parts, "decoder"), err);
	if (!t->decode)
		return -1;
	return tokenadded_finish(&t->added, normalise, t->norm, err);
}

struct tokenizer *tokenizer_open(const char *path, struct err *err)
{
	struct tokenizer *t = mem_zalloc(1, sizeof(*t));
	struct tokenread r = { 0 };
	int rc = tokenread_file(&r, path, err);

	if (!rc)
		rc = open_parts(t, &r, err);
	tokenread_release(&r);
	if (rc) {
		err_prefix(err, "%s", path);
		tokenizer_free(t);
		return NULL;
	}
	return t;
}

void tokenizer_free(struct tokenizer *t)
{
	if (!t)
		return;
	tokenvocab_release(&t->vocab);
	tokenadded_release(&t->added);
	tokennorm_free(t->norm);
	tokensplit_free(t->split);
	tokendecode_free(t->decode);
	tokenpost_release(&t->post);
	wordpiece_release(&t->wordpiece);
	bytepair_release(&t->bytepair);
	unigram_release(&t->unigram);
	free(t);
}

size_t tokenizer_size(const struct tokenizer *t)
{
	const struct tokenadded *a = &t->added;
	size_t size = a->count ? (size_t)a->tokens[a->count - 1].id + 1 : 0;

	return size > t->vocab.size ? size : t->vocab.size;
}

int32_t tokenizer_id(const struct tokenizer *t, struct span token)
{
	const struct tokenadded_token *x = tokenadded_of(&t->added, token);

	return x ? x->id : tokenvocab_id(&t->vocab, token);
}

struct span tokenizer_spelling(const struct tokenizer *t, int32_t id)
{
	struct span word = tokenvocab_word(&t->vocab, id);
	const struct tokenadded_token *x;

	if (word.p)
		return word;
	x = tokenadded_find(&t->added, id);
	return x ? x->content : (struct span){ NULL, 0 };
}

void subwords_release(struct subwords *t)
{
	free(t->items);
	*t = (struct subwords){ 0 };
}

/* --- encoding --- */

struct tokenizer_work *tokenizer_work_new(const struct tokenizer *t)
{
	(void)t;
	return mem_zalloc(1, sizeof(struct tokenizer_work));
}

void tokenizer_work_free(struct tokenizer_work *w)
{
	if (!w)
		return;
	tokentext_release(&w->text);
	free(w->wordpiece.hashes);
	bytepair_work_release(&w->bytepair);
	free(w->unigram.nodes);
	free(w->unigram.parts);
	tokencache_release(&w->cache);
	free(w->out.items);
	free(w);
}

static void model_encode(const struct tokenizer *t, struct tokenizer_work *w,
			 struct span piece)
{
	switch (t->kind) {
	case WORDPIECE:
		wordpiece_encode(&t->wordpiece, &t->vocab, &w->wordpiece, piece,
				 &w->out);
		break;
	case BYTEPAIR:
		bytepair_encode(&t->bytepair, &t->vocab, &w->bytepair, piece,
				&w->out);
		break;
	case UNIGRAM:
		unigram_encode(&t->unigram, &t->vocab, &w->unigram, piece,
			       &w->out);
		break;
	}
}

static bool is_blank(uint32_t c)
{
	return c == 0x120 || unicode_is_space(c); /* U+0120: byte-level's */
}

/* White space, and the letters that stand for it, at the ends of a spelling do
 * not belong to its place in the text. */
static void trim(const struct tokenizer *t, struct span given,
		 struct span spelling, struct subword *x, bool first)
{
	size_t i = 0, head = 0, tail = 0, n;
	const char *p;
	uint32_t c;

	for (; i < spelling.n; i += n, head++) {
		n = tokentext_code(spelling.p + i, &c);
		if (!is_blank(c))
			break;
	}
	for (i = spelling.n; i; i -= n, tail++) {
		n = tokentext_back(spelling.p + i);
		tokentext_code(spelling.p + i - n, &c);
		if (!is_blank(c))
			break;
	}
	/* More than one were there before the tokenizer put one. */
	if (head == 1 && t->post.add_space && (first || !x->begin))
		head = 0;
	for (; head && x->begin < x->end; head--) {
		p = given.p + x->begin;
		x->begin += (uint32_t)(utf8_next(p, given.p + given.n, &c) - p);
	}
	if (x->begin > x->end)
		x->begin = x->end;
	for (; tail && x->end > x->begin; tail--) {
		/* of a text that may be malformed */
		for (n = 1; n < 4 && n < x->end - x->begin &&
			    ((unsigned char)given.p[x->end - n] & 0xc0) == 0x80;
		     n++)
			;
		x->end -= (uint32_t)n;
	}
}

static void encode_piece(const struct tokenizer *t, struct tokenizer_work *w,
			 struct span given, const struct tokenpiece *piece,
			 struct subwords *out)
{
	const struct tokenbytes *b = &w->text.now;
	const uint32_t *from = b->from + piece->begin;
	const uint32_t *to = b->to + piece->begin;
	struct span text = { b->p + piece->begin, piece->end - piece->begin };

	w->out.count = 0;
	if (piece->id >= 0) {
		tokenout_put(&w->out, piece->id, 0, text.n);
	} else if (!tokencache_get(&w->cache, text, &w->out)) {
		model_encode(t, w, text);
		tokencache_put(&w->cache, text, w->out.items, w->out.count);
	}
	MEM_ROOM(out->items, out->count + w->out.count, out->cap);
	for (size_t i = 0; i < w->out.count; i++) {
		const struct tokenout_item *o = &w->out.items[i];
		struct subword *x = &out->items[out->count];

		*x = (struct subword){ .id = o->id,
				       .begin = from[o->begin],
				       .end = to[o->end - 1] };
		if (t->post.trim)
			trim(t, given,
			     piece->id >= 0 ? text
					    : tokenizer_spelling(t, o->id),
			     x, !out->count);
		out->count++;
	}
}

void tokenizer_encode(const struct tokenizer *t, struct tokenizer_work *w,
		      struct span text, struct subwords *out)
{
	out->count = 0;
	if (text.n > TOKENIZER_TEXT_MAX)
		text.n = TOKENIZER_TEXT_MAX;
	tokentext_set(&w->text, text);
	tokenadded_cut(&t->added, false, &w->text);
	tokennorm_apply(t->norm, &w->text);
	tokenadded_cut(&t->added, true, &w->text);
	tokensplit_apply(t->split, &w->text);
	for (size_t i = 0; i < w->text.count; i++)
		encode_piece(t, w, text, &w->text.pieces[i], out);
}

size_t tokenizer_added(const struct tokenizer *t, bool pair)
{
	return pair ? t->post.pair.special : t->post.single.special;
}

void tokenizer_finish(const struct tokenizer *t, struct subword_slice a,
		      const struct subword_slice *b, struct subwords *out)
{
	tokenpost_put(&t->post, a, b, out);
}

void tokenizer_decode(const struct tokenizer *t, const int32_t *ids,
		      size_t count, bool skip_special, struct str *out)
{
	struct tokenstrings tokens = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct tokenadded_token *x =
		    tokenadded_find(&t->added, ids[i]);
		struct span word = tokenizer_spelling(t, ids[i]);

		if (word.p && !(skip_special && x && x->special))
			tokenstrings_put(&tokens, word);
	}
	tokendecode_apply(t->decode, &tokens);
	str_span(out, span_str(&tokens.text));
	tokenstrings_release(&tokens);
}
