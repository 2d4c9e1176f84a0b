/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/tokenadded.h"

#include <stdlib.h>

#include "base/mem.h"
#include "encoder/tokenread.h"
#include "io/json.h"
#include "text/unicode.h"
#include "text/utf8.h"

#define TOKENS_MAX 100000

static const char *const names[] = { "id",      "content", "single_word",
				     "lstrip",  "rstrip",  "normalized",
				     "special", NULL };

static int read_token(struct tokenadded *a, struct span json,
		      struct tokenadded_token *x, struct str *content,
		      struct err *err)
{
	const char *what = "an added token";
	int64_t id;

	if (json_type(json) != JSON_OBJECT)
		return err_set(err, ERR_DATA, "tokenizer",
			       "an added token is not an object");
	str_reset(content);
	if (tokenread_members(json, what, names, err) ||
	    tokenread_int(json, what, "id", 0, INT32_MAX, -1, &id, err) ||
	    tokenread_string(json, what, "content", NULL, content, err) ||
	    tokenread_bool(json, what, "single_word", false, &x->single_word,
			   err) ||
	    tokenread_bool(json, what, "lstrip", false, &x->lstrip, err) ||
	    tokenread_bool(json, what, "rstrip", false, &x->rstrip, err) ||
	    tokenread_bool(json, what, "special", false, &x->special, err) ||
	    tokenread_bool(json, what, "normalized", !x->special,
			   &x->normalized, err))
		return -1;
	if (id < 0 || !content->n || content->n > TOKENADDED_BYTES)
		return err_set(err, ERR_DATA, "tokenizer",
			       "an added token has no id, no content, or one "
			       "of more than %d bytes",
			       TOKENADDED_BYTES);
	if (a->count == TOKENS_MAX)
		return err_set(err, ERR_DATA, "tokenizer",
			       "there are more than %d added tokens",
			       TOKENS_MAX);
	x->id = (int32_t)id;
	return 0;
}

static int by_id(const void *a, const void *b)
{
	int32_t x = ((const struct tokenadded_token *)a)->id;
	int32_t y = ((const struct tokenadded_token *)b)->id;

	return (x > y) - (x < y);
}

/* Contents were kept one behind another; they get their addresses, tokens the
 * order of their ids. */
static int settle(struct tokenadded *a, struct err *err)
{
	const char *p = a->bytes.p;

	for (size_t i = 0; i < a->count; i++) {
		a->tokens[i].content.p = p;
		p += a->tokens[i].content.n;
	}
	if (a->count)
		qsort(a->tokens, a->count, sizeof(*a->tokens), by_id);
	for (size_t i = 0; i < a->count; i++) {
		if (i && a->tokens[i].id == a->tokens[i - 1].id)
			return err_set(err, ERR_DATA, "tokenizer",
				       "two added tokens have id %d",
				       (int)a->tokens[i].id);
		if (tokenvocab_add(&a->contents, a->tokens[i].content,
				   (int64_t)i, err))
			return -1;
	}
	return tokenvocab_index(&a->contents, false, err);
}

static int agree(const struct tokenadded *a, const struct tokenvocab *v,
		 struct err *err)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct tokenadded_token *x = &a->tokens[i];
		int32_t known = tokenvocab_id(v, x->content);

		if (known == x->id)
			continue;
		if (known >= 0 || tokenvocab_word(v, x->id).p)
			return err_set(
			    err, ERR_DATA, "tokenizer",
			    "the added token \"%.*s\" has id %d, "
			    "in the vocabulary that is another's",
			    (int)(x->content.n < 60 ? x->content.n : 60),
			    x->content.p, (int)x->id);
		if (v->limit && (size_t)x->id >= v->limit)
			return err_set(err, ERR_DATA, "tokenizer",
				       "an added token's id %d is out of range",
				       (int)x->id);
	}
	return 0;
}

int tokenadded_init(struct tokenadded *a, struct span json,
		    const struct tokenvocab *v, struct err *err)
{
	struct str content = { 0 };
	struct span element;
	size_t pos = 0;
	int rc = 0;

	if (!tokenread_is_null(json) && json_type(json) != JSON_ARRAY)
		return err_set(err, ERR_DATA, "tokenizer",
			       "\"added_tokens\" is not a list");
	while (!rc && json_each(json, &pos, &element)) {
		struct tokenadded_token x = { 0 };

		rc = read_token(a, element, &x, &content, err);
		if (rc)
			break;
		x.content.n = content.n;
		str_span(&a->bytes, span_str(&content));
		MEM_ROOM(a->tokens, a->count + 1, a->cap);
		a->tokens[a->count++] = x;
	}
	str_release(&content);
	return rc || settle(a, err) || agree(a, v, err) ? -1 : 0;
}

/* Of tokens with one spelling the last key wins: special ones, then the lowest
 * id. */
static int64_t key_of(const struct tokenadded *a, size_t token)
{
	return (int64_t)(a->count - 1 - token +
			 (a->tokens[token].special ? a->count : 0));
}

static size_t token_of(const struct tokenadded *a, int32_t key)
{
	return a->count - 1 - (size_t)key % a->count;
}

static int find_more(struct tokenadded_finder *f, struct span spelling,
		     int64_t key, struct err *err)
{
	if (!spelling.n)
		return 0;
	f->first[(unsigned char)spelling.p[0]] = true;
	return tokenvocab_add(&f->spellings, spelling, key, err);
}

static int find_end(struct tokenadded_finder *f, struct err *err)
{
	f->lengths = mem_zalloc(f->spellings.longest + 1, 1);
	for (size_t i = 0; i < f->spellings.size; i++)
		if (f->spellings.words[i].at != UINT32_MAX)
			f->lengths[f->spellings.words[i].n] = true;
	return tokenvocab_index(&f->spellings, true, err);
}

int tokenadded_finish(struct tokenadded *a, tokenadded_normalise_fn *normalise,
		      const void *ctx, struct err *err)
{
	struct tokentext t = { 0 };
	int rc = 0;

	for (size_t i = 0; i < a->count && !rc; i++) {
		const struct tokenadded_token *x = &a->tokens[i];

		if (!x->normalized) {
			rc =
			    find_more(&a->given, x->content, key_of(a, i), err);
			continue;
		}
		tokentext_set(&t, x->content);
		normalise(ctx, &t);
		rc = find_more(&a->normal, (struct span){ t.now.p, t.now.n },
			       key_of(a, i), err);
	}
	tokentext_release(&t);
	return rc || find_end(&a->given, err) || find_end(&a->normal, err) ? -1
									   : 0;
}

static void finder_release(struct tokenadded_finder *f)
{
	tokenvocab_release(&f->spellings);
	free(f->lengths);
}

void tokenadded_release(struct tokenadded *a)
{
	free(a->tokens);
	str_release(&a->bytes);
	tokenvocab_release(&a->contents);
	finder_release(&a->given);
	finder_release(&a->normal);
	*a = (struct tokenadded){ 0 };
}

const struct tokenadded_token *tokenadded_find(const struct tokenadded *a,
					       int32_t id)
{
	struct tokenadded_token key = { .id = id };

	return a->count ? bsearch(&key, a->tokens, a->count, sizeof(*a->tokens),
				  by_id)
			: NULL;
}

const struct tokenadded_token *tokenadded_of(const struct tokenadded *a,
					     struct span content)
{
	int32_t k = tokenvocab_id(&a->contents, content);

	return k < 0 ? NULL : &a->tokens[k];
}

struct finding {
	const struct tokenadded *a;
	const struct tokenadded_finder *f;
};

/* The longest spelling at byte `at`: its length, 0. */
static size_t spelling_at(const struct tokenadded_finder *f, const char *p,
			  size_t n, int32_t *token)
{
	const struct span none = { NULL, 0 };
	uint64_t hash = TOKENVOCAB_HASH;
	size_t found = 0;

	if (n > f->spellings.longest)
		n = f->spellings.longest;
	for (size_t i = 0; i < n; i++) {
		int32_t id;

		hash = tokenvocab_step(hash, p[i]);
		if (!f->lengths[i + 1])
			continue;
		id = tokenvocab_find(&f->spellings, hash,
				     (struct span){ p, i + 1 }, none);
		if (id >= 0) {
			found = i + 1;
			*token = id;
		}
	}
	return found;
}

static bool word_before(const char *p, size_t begin, size_t at)
{
	uint32_t c;

	if (at == begin)
		return false;
	tokentext_code(p + at - tokentext_back(p + at), &c);
	return unicode_is_word(c);
}

static bool word_behind(const char *p, size_t at, size_t end)
{
	uint32_t c;

	if (at == end)
		return false;
	tokentext_code(p + at, &c);
	return unicode_is_word(c);
}

static size_t space_before(const char *p, size_t begin, size_t at)
{
	while (at > begin) {
		size_t n = tokentext_back(p + at);
		uint32_t c;

		tokentext_code(p + at - n, &c);
		if (!unicode_is_space(c))
			break;
		at -= n;
	}
	return at;
}

static size_t space_behind(const char *p, size_t at, size_t end)
{
	while (at < end) {
		uint32_t c;
		size_t n = tokentext_code(p + at, &c);

		if (!unicode_is_space(c))
			break;
		at += n;
	}
	return at;
}

static void cut(const void *ctx, struct tokentext *t, size_t begin, size_t end)
{
	const struct finding *f = ctx;
	const char *p = t->now.p;
	size_t done = begin, at = begin, n, from, to;
	int32_t token = 0;

	while (at < end) {
		const struct tokenadded_token *x;

		if (!f->f->first[(unsigned char)p[at]] ||
		    !(n = spelling_at(f->f, p + at, end - at, &token))) {
			at++;
			continue;
		}
		x = &f->a->tokens[token_of(f->a, token)];
		from = at;
		to = at += n;
		if (x->single_word &&
		    (word_before(p, begin, from) || word_behind(p, to, end)))
			continue;
		if (x->lstrip) {
			from = space_before(p, begin, from);
			if (from < done)
				from = done;
		}
		if (x->rstrip)
			to = space_behind(p, to, end);
		/* one that lies in what another's rstrip took counts, too */
		if (done < from)
			tokentext_keep(t, done, from, -1);
		tokentext_keep(t, from, to, x->id);
		done = to;
	}
	tokentext_keep(t, done, end, -1);
}

void tokenadded_cut(const struct tokenadded *a, bool normal,
		    struct tokentext *t)
{
	struct finding f = { a, normal ? &a->normal : &a->given };

	if (f.f->spellings.count)
		tokentext_cut(t, cut, &f);
}
