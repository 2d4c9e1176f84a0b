/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/bytepair.h"

#include <stdlib.h>

#include "encoder/tokenread.h"
#include "io/json.h"

/* Merges that a search passes at most. */
#define CROWD 512

struct reading {
	struct bytepair *b;
	const struct tokenvocab *v;
	const char *p;
	struct str left, right, both;
	size_t count;
	struct err *err;
};

static int refuse(struct reading *r, const char *why)
{
	return err_set(r->err, ERR_DATA, "tokenizer",
		       "the model BPE: merge %zu %s", r->count, why);
}

static inline void space(struct reading *r)
{
	while (*r->p == ' ' || *r->p == '\n' || *r->p == '\t' || *r->p == '\r')
		r->p++;
}

/* The text is known to be a JSON array. A string of it, decoded in *out where
 * it has escapes. */
static bool string(struct reading *r, struct str *scratch, struct span *out)
{
	const char *from, *p;

	space(r);
	if (*r->p != '"')
		return false;
	from = p = r->p + 1;
	while (*p != '"' && *p != '\\')
		p++;
	if (*p == '"') {
		*out = (struct span){ from, (size_t)(p - from) };
		r->p = p + 1;
		return true;
	}
	while (*p != '"')
		p += *p == '\\' ? 2 : 1;
	r->p = p + 1;
	str_reset(scratch);
	tokenread_unescape((struct span){ from, (size_t)(r->p - from) - 1 },
			   scratch);
	*out = span_str(scratch);
	return true;
}

static bool next_is(struct reading *r, char c)
{
	space(r);
	if (*r->p != c)
		return false;
	r->p++;
	return true;
}

/* "a b" or ["a", "b"]; 0: a comment of old files. */
static int pair(struct reading *r, struct span *a, struct span *b)
{
	const char *blank;

	if (next_is(r, '[')) {
		if (!string(r, &r->left, a) || !next_is(r, ',') ||
		    !string(r, &r->right, b) || !next_is(r, ']'))
			return refuse(r, "is not two strings");
		return 1;
	}
	if (!string(r, &r->left, a))
		return refuse(r, "is neither a string nor two");
	if (a->n >= 8 && !memcmp(a->p, "#version", 8))
		return 0;
	blank = memchr(a->p, ' ', a->n);
	if (!blank)
		return refuse(r, "is not two words with a blank between");
	b->p = blank + 1;
	b->n = (size_t)(a->p + a->n - b->p);
	a->n = (size_t)(blank - a->p);
	if (memchr(b->p, ' ', b->n))
		return refuse(r, "is more than two words");
	return 1;
}

static int put(struct reading *r, uint64_t key, int32_t id)
{
	struct bytepair *b = r->b;
	size_t k = bytepair_slot(b, key);

	for (int passed = 0;
	     b->merges[k].pair != UINT64_MAX && b->merges[k].pair != key;
	     passed++) {
		if (passed == CROWD)
			return refuse(r, "is one of too many with one hash");
		k = (k + 1) & b->mask;
	}
	b->merges[k] = (struct bytepair_merge){ key, (uint32_t)r->count, id };
	return 0;
}

static int merge(struct reading *r, struct span a, struct span b)
{
	int32_t left = tokenvocab_id(r->v, a), right = tokenvocab_id(r->v, b);
	int32_t both;
	struct span tail;
	uint64_t hash;

	if (left < 0 || right < 0)
		return refuse(r, "has a part that is not in the vocabulary");
	if (b.n < r->b->prefix.n)
		return refuse(r, "has a second part without the prefix");
	tail = (struct span){ b.p + r->b->prefix.n, b.n - r->b->prefix.n };
	hash = tokenvocab_steps(tokenvocab_steps(TOKENVOCAB_HASH, a), tail);
	both = tokenvocab_find(r->v, hash, a, tail);
	if (both < 0)
		return refuse(r, "makes what is not in the vocabulary");
	return put(r, (uint64_t)(uint32_t)left << 32 | (uint32_t)right, both);
}

/* How many elements an array of strings, or of pairs of them, has at most. */
static size_t most(struct span merges)
{
	size_t n = 0;

	for (size_t i = 0; i < merges.n; i++)
		n += merges.p[i] == ',';
	return n + 1;
}

static int read_merges(struct reading *r, struct span merges)
{
	size_t slots = 16, count;
	struct span a, b;
	int rc;

	if (json_type(merges) != JSON_ARRAY)
		return err_set(r->err, ERR_DATA, "tokenizer",
			       "the model BPE has no list of merges");
	count = most(merges);
	if (count > merges.n / 4 + 1)
		count = merges.n / 4 + 1; /* "" and a comma: the shortest */
	while (slots < count * 2)
		slots *= 2;
	r->b->merges = mem_alloc(slots * sizeof(*r->b->merges));
	r->b->mask = slots - 1;
	for (size_t i = 0; i < slots; i++)
		r->b->merges[i].pair = UINT64_MAX;
	r->p = merges.p + 1;
	if (next_is(r, ']'))
		return 0;
	do {
		rc = pair(r, &a, &b);
		if (rc < 0 || (rc && merge(r, a, b)))
			return -1;
		r->count += (size_t)rc;
	} while (next_is(r, ','));
	return 0;
}

void bytepair_bytes(const struct tokenvocab *v, int32_t bytes[256])
{
	static const char hex[] = "0123456789ABCDEF";

	for (int i = 0; i < 256; i++) {
		char name[] = { '<', '0', 'x', hex[i / 16], hex[i % 16], '>' };

		bytes[i] = tokenvocab_id(v, (struct span){ name, 6 });
	}
}

static int options(struct bytepair *b, struct span model,
		   const struct tokenvocab *v, struct err *err)
{
	static const char *const names[] = { "dropout",
					     "unk_token",
					     "continuing_subword_prefix",
					     "end_of_word_suffix",
					     "fuse_unk",
					     "byte_fallback",
					     "ignore_merges",
					     NULL };
	const char *what = "the model BPE";
	struct span dropout = json_get(model, "dropout");
	struct str unknown = { 0 };
	double chance = 0;
	int rc;

	if (tokenread_members(model, what, names, err))
		return -1;
	if (!tokenread_is_null(dropout) &&
	    (json_number(dropout, &chance) || chance != 0))
		return err_set(err, ERR_DATA, "tokenizer",
			       "%s has dropout, which is for training; set "
			       "\"dropout\" to null",
			       what);
	rc = tokenread_string(model, what, "unk_token", "", &unknown, err);
	if (!rc && unknown.n) {
		b->unknown = tokenvocab_id(v, span_str(&unknown));
		if (b->unknown < 0)
			rc = err_set(err, ERR_DATA, "tokenizer",
				     "%s: its unknown token \"%.60s\" is not "
				     "in the vocabulary",
				     what, str_z(&unknown));
	}
	str_release(&unknown);
	if (rc ||
	    tokenread_string(model, what, "continuing_subword_prefix", "",
			     &b->prefix, err) ||
	    tokenread_string(model, what, "end_of_word_suffix", "", &b->suffix,
			     err) ||
	    tokenread_bool(model, what, "fuse_unk", false, &b->fuse_unknown,
			   err) ||
	    tokenread_bool(model, what, "byte_fallback", false,
			   &b->byte_fallback, err) ||
	    tokenread_bool(model, what, "ignore_merges", false,
			   &b->ignore_merges, err))
		return -1;
	return 0;
}

int bytepair_init(struct bytepair *b, struct span model, struct span merges,
		  const struct tokenvocab *v, struct err *err)
{
	struct reading r = { .b = b, .v = v, .err = err };
	int rc;

	*b = (struct bytepair){ .unknown = -1 };
	bytepair_bytes(v, b->bytes);
	rc = options(b, model, v, err);
	if (!rc)
		rc = read_merges(&r, merges);
	str_release(&r.left);
	str_release(&r.right);
	if (rc)
		bytepair_release(b);
	return rc;
}

void bytepair_release(struct bytepair *b)
{
	free(b->merges);
	str_release(&b->prefix);
	str_release(&b->suffix);
	*b = (struct bytepair){ 0 };
}
