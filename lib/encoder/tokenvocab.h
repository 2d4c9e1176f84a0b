/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of a vocabulary: spelling to id and id to spelling. Hashes grow
 * byte by byte, so that all beginnings of a text are looked up in one pass.
 */
#ifndef MOODPIPE_TOKENVOCAB_H
#define MOODPIPE_TOKENVOCAB_H

#include "base/err.h"
#include "base/str.h"

#define TOKENVOCAB_NONE (-1)

struct tokenvocab {       /* zeroed is empty; to release */
	struct str bytes; /* spellings, one behind another */
	struct tokenvocab_word {
		uint32_t at, n;
		uint32_t tag; /* of its hash */
	} * words;            /* [size]; at UINT32_MAX: no such id */
	size_t size, cap, count;
	uint64_t *slots; /* tag << 32 | id + 1; 0: free */
	size_t mask;     /* slots - 1 */
	size_t longest;  /* bytes */
	size_t limit;    /* ids are below; 0: INT32_MAX */
};

void tokenvocab_release(struct tokenvocab *v);

/* -1, ERR_DATA: the id is taken or out of range. */
int tokenvocab_add(struct tokenvocab *v, struct span word, int64_t id,
		   struct err *err);
/* Once all are there, so that they are found. Of words of one spelling the last
 * is, with `again`; else, and where a crowd has one hash: -1, ERR_DATA. */
int tokenvocab_index(struct tokenvocab *v, bool again, struct err *err);

#define TOKENVOCAB_HASH UINT64_C(0xcbf29ce484222325) /* of nothing */
static inline uint64_t tokenvocab_step(uint64_t hash, char c)
{
	return (hash ^ (unsigned char)c) * UINT64_C(0x100000001b3);
}
static inline uint64_t tokenvocab_steps(uint64_t hash, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		hash = tokenvocab_step(hash, s.p[i]);
	return hash;
}

/* The id of `head` with `tail` behind it, of that hash. */
int32_t tokenvocab_find(const struct tokenvocab *v, uint64_t hash,
			struct span head, struct span tail);
static inline int32_t tokenvocab_id(const struct tokenvocab *v, struct span s)
{
	return tokenvocab_find(v, tokenvocab_steps(TOKENVOCAB_HASH, s), s,
			       (struct span){ NULL, 0 });
}
/* Absent, {NULL, 0}, where there is no such id. */
static inline struct span tokenvocab_word(const struct tokenvocab *v,
					  int64_t id)
{
	if (id < 0 || (uint64_t)id >= v->size || v->words[id].at == UINT32_MAX)
		return (struct span){ NULL, 0 };
	return (struct span){ v->bytes.p + v->words[id].at, v->words[id].n };
}

#endif
