/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/unigram.h"

#include <math.h>
#include <stdlib.h>

#include "encoder/bytepair.h"
#include "encoder/tokenread.h"
#include "encoder/tokentext.h"
#include "io/json.h"

#define UNKNOWN_PENALTY 10.0
/* Bits of the two sets per word. */
#define BEGIN_BITS 32
#define WHOLE_BITS 16

struct unigram_node { /* the best way to here */
	double score;
	uint32_t from; /* UINT32_MAX: none yet */
	int32_t id;
};

struct unigram_part {
	uint32_t begin, end;
	bool unknown;
};

static inline uint64_t spread(uint64_t hash)
{
	return (hash ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
}

static inline bool is_set(const uint64_t *bits, uint64_t k)
{
	return bits[k / 64] >> k % 64 & 1;
}

static uint64_t *bits_new(size_t count, size_t each, unsigned *shift)
{
	unsigned n = 10;

	while (((size_t)1 << n) < count * each)
		n++;
	*shift = 64 - n;
	return mem_zalloc(((size_t)1 << n) / 64, sizeof(uint64_t));
}

static inline bool boundary(struct span s, size_t i)
{
	return i == s.n || ((unsigned char)s.p[i] & 0xc0) != 0x80;
}

static void fill(struct unigram *u, const struct tokenvocab *v)
{
	u->begin = bits_new(v->size, BEGIN_BITS, &u->begin_shift);
	u->whole = bits_new(v->size, WHOLE_BITS, &u->whole_shift);
	for (size_t i = 0; i < v->size; i++) {
		struct span word = tokenvocab_word(v, (int64_t)i);
		uint64_t hash = TOKENVOCAB_HASH, k;

		for (size_t n = 0; n < word.n; n++) {
			hash = tokenvocab_step(hash, word.p[n]);
			if (!boundary(word, n + 1))
				continue;
			k = spread(hash) >> u->begin_shift;
			u->begin[k / 64] |= UINT64_C(1) << k % 64;
		}
		k = spread(hash) >> u->whole_shift;
		u->whole[k / 64] |= UINT64_C(1) << k % 64;
	}
}

static int options(struct unigram *u, struct span model, size_t count,
		   struct err *err)
{
	static const char *const names[] = { "unk_id", "byte_fallback", NULL };
	const char *what = "the model Unigram";
	int64_t unknown;

	if (tokenread_members(model, what, names, err) ||
	    tokenread_int(model, what, "unk_id", 0, INT32_MAX, -1, &unknown,
			  err) ||
	    tokenread_bool(model, what, "byte_fallback", false,
			   &u->byte_fallback, err))
		return -1;
	if (unknown < 0 || (size_t)unknown >= count)
		return err_set(err, ERR_DATA, "tokenizer",
			       "%s: \"unk_id\" is missing, or not among its "
			       "words",
			       what);
	u->unknown = (int32_t)unknown;
	return 0;
}

int unigram_init(struct unigram *u, struct span model, double *scores,
		 size_t count, const struct tokenvocab *v, struct err *err)
{
	double worst = INFINITY;

	*u = (struct unigram){ .scores = scores };
	if (options(u, model, count, err)) {
		unigram_release(u);
		return -1;
	}
	for (size_t i = 0; i < count; i++)
		worst = scores[i] < worst ? scores[i] : worst;
	u->unknown_score = worst - UNKNOWN_PENALTY;
	bytepair_bytes(v, u->bytes);
	fill(u, v);
	return 0;
}

void unigram_release(struct unigram *u)
{
	free(u->scores);
	free(u->begin);
	free(u->whole);
	*u = (struct unigram){ 0 };
}

static inline void offer(struct unigram_node *node, double score, size_t from,
			 int32_t id)
{
	if (node->from != UINT32_MAX && !(score > node->score))
		return;
	node->score = score;
	node->from = (uint32_t)from;
	node->id = id;
}

/* All words at byte `at`. Is its first code point one? */
static bool words_at(const struct unigram *u, const struct tokenvocab *v,
		     struct unigram_node *nodes, struct span piece, size_t at,
		     size_t first)
{
	const struct span none = { NULL, 0 };
	const double till = nodes[at].score;
	uint64_t hash = TOKENVOCAB_HASH, k;
	size_t most = piece.n - at;
	bool single = false;

	if (most > v->longest)
		most = v->longest;
	for (size_t n = 1; n <= most; n++) {
		int32_t id;

		hash = tokenvocab_step(hash, piece.p[at + n - 1]);
		if (!boundary(piece, at + n))
			continue;
		k = spread(hash);
		if (!is_set(u->begin, k >> u->begin_shift))
			break;
		if (!is_set(u->whole, k >> u->whole_shift))
			continue;
		id = tokenvocab_find(v, hash, (struct span){ piece.p + at, n },
				     none);
		if (id < 0)
			continue;
		offer(&nodes[at + n], u->scores[id] + till, at, id);
		single |= n == first;
	}
	return single;
}

static void search(const struct unigram *u, const struct tokenvocab *v,
		   struct unigram_node *nodes, struct span piece)
{
	size_t n;

	for (size_t i = 0; i <= piece.n; i++)
		nodes[i].from = UINT32_MAX;
	nodes[0].score = 0;
	for (size_t i = 0; i < piece.n; i += n) {
		uint32_t code;

		n = tokentext_code(piece.p + i, &code);
		if (!words_at(u, v, nodes, piece, i, n))
			offer(&nodes[i + n], u->unknown_score + nodes[i].score,
			      i, u->unknown);
	}
}

static void put(const struct unigram *u, const struct tokenvocab *v,
		struct span piece, const struct unigram_part *x,
		struct tokenout *out)
{
	struct span s = { piece.p + x->begin, x->end - x->begin };
	int32_t id = tokenvocab_id(v, s);

	for (size_t i = 0; id < 0 && u->byte_fallback; i++) {
		if (i == s.n) {
			for (i = 0; i < s.n; i++)
				tokenout_put(out,
					     u->bytes[(unsigned char)s.p[i]],
					     x->begin, x->end);
			return;
		}
		if (u->bytes[(unsigned char)s.p[i]] < 0)
			break;
	}
	tokenout_put(out, id < 0 ? u->unknown : id, x->begin, x->end);
}

void unigram_encode(const struct unigram *u, const struct tokenvocab *v,
		    struct unigram_work *w, struct span piece,
		    struct tokenout *out)
{
	size_t count = 0, end = piece.n;

	MEM_ROOM(w->nodes, piece.n + 1, w->cap);
	search(u, v, w->nodes, piece);
	while (end) {
		const struct unigram_node *node = &w->nodes[end];
		bool unknown = node->id == u->unknown;

		if (unknown && count && w->parts[count - 1].unknown) {
			w->parts[count - 1].begin = node->from;
		} else {
			MEM_ROOM(w->parts, count + 1, w->part_cap);
			w->parts[count++] =
			    (struct unigram_part){ node->from, (uint32_t)end,
						   unknown };
		}
		end = node->from;
	}
	while (count)
		put(u, v, piece, &w->parts[--count], out);
}
