/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/taglikely.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/counter.h"

enum { CLUE_BYTES = 8, KEY_BYTES = 12 }; /* clue, then 0 or 1 + tag */

struct taglikely_fit {
	struct counter *counter;
	struct taglikely_clue *clues;
	size_t count, cap;
	struct taglikely_tag *tags;
	size_t tag_count, tags_cap;
	double *share; /* of all tracks, by tag */
};

static uint64_t clue_of(char kind, const void *p, size_t n)
{
	uint64_t h = hash_mix(p, n) ^ hash_mix(&kind, 1);

	return h == TAGLIKELY_ANY ? 1 : h;
}

uint64_t taglikely_artist(uint64_t artist)
{
	return clue_of('a', &artist, sizeof(artist));
}

uint64_t taglikely_genre(struct span key)
{
	return clue_of('g', key.p, key.n);
}

struct taglikely_fit *taglikely_fit_new(size_t memory)
{
	struct taglikely_fit *f = mem_zalloc(1, sizeof(*f));

	f->counter = counter_new(memory);
	return f;
}

void taglikely_fit_free(struct taglikely_fit *f)
{
	if (!f)
		return;
	counter_free(f->counter);
	free(f->clues);
	free(f->tags);
	free(f->share);
	free(f);
}

static int count_one(struct taglikely_fit *f, uint64_t clue, uint32_t n,
		     struct err *err)
{
	char key[KEY_BYTES];

	for (int i = 0; i < CLUE_BYTES; i++)
		key[i] = (char)(clue >> (56 - 8 * i));
	for (int i = 0; i < KEY_BYTES - CLUE_BYTES; i++)
		key[CLUE_BYTES + i] = (char)(n >> (24 - 8 * i));
	return counter_add(f->counter, (struct span){ key, KEY_BYTES }, 1, err);
}

int taglikely_fit_add(struct taglikely_fit *f, const uint64_t *clues,
		      size_t clue_count, const uint32_t *tags, size_t tag_count,
		      struct err *err)
{
	for (size_t i = 0; i < clue_count && tag_count; i++) {
		if (count_one(f, clues[i], 0, err))
			return -1;
		for (size_t k = 0; k < tag_count; k++)
			if (count_one(f, clues[i], tags[k] + 1, err))
				return -1;
	}
	return 0;
}

static int by_share(const void *a, const void *b)
{
	const struct taglikely_tag *x = a, *y = b;

	if (x->share != y->share)
		return x->share > y->share ? -1 : 1;
	return (x->tag > y->tag) - (x->tag < y->tag);
}

/* Keeps the likeliest tags of the last clue, or forgets it. */
static void end_clue(struct taglikely_fit *f)
{
	struct taglikely_clue *c;
	size_t n;

	if (!f->count)
		return;
	c = &f->clues[f->count - 1];
	n = f->tag_count - c->first;
	if (n)
		qsort(f->tags + c->first, n, sizeof(*f->tags), by_share);
	n = n < TAGLIKELY_MOST ? n : TAGLIKELY_MOST;
	c->count = (uint32_t)n;
	f->tag_count = c->first + n;
	f->count -= !n;
}

static uint64_t read_key(const char *p, int n)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

/* A clue's number of tracks comes before its tags; the clue of all tracks
 * before all others. */
static int gather(struct taglikely_fit *f, size_t tags, struct err *err)
{
	double tracks = 0, share;
	struct span key;
	uint64_t n;
	int rc;

	f->share = mem_zalloc(tags + 1, sizeof(*f->share));
	while ((rc = counter_next(f->counter, &key, &n, err)) > 0) {
		uint64_t clue = read_key(key.p, CLUE_BYTES);
		uint64_t tag =
		    read_key(key.p + CLUE_BYTES, KEY_BYTES - CLUE_BYTES);

		if (!tag) {
			end_clue(f);
			MEM_ROOM(f->clues, f->count + 1, f->cap);
			f->clues[f->count++] = (struct taglikely_clue){
				clue, (uint32_t)f->tag_count, 0
			};
			tracks = (double)n;
			continue;
		}
		if (tag > tags)
			continue;
		if (clue == TAGLIKELY_ANY)
			f->share[tag - 1] = (double)n / tracks;
		share = ((double)n + TAGLIKELY_PRIOR * f->share[tag - 1]) /
			(tracks + TAGLIKELY_PRIOR);
		if (share < (double)TAGLIKELY_LEAST)
			continue;
		MEM_ROOM(f->tags, f->tag_count + 1, f->tags_cap);
		f->tags[f->tag_count++] =
		    (struct taglikely_tag){ (uint32_t)tag - 1, (float)share };
	}
	end_clue(f);
	return rc;
}

int taglikely_fit_write(struct taglikely_fit *f, size_t tags,
			struct pack_writer *w, struct err *err)
{
	if (gather(f, tags, err) < 0)
		return -1;
	return pack_section(w, "tag.clues", f->clues,
			    f->count * sizeof(*f->clues), err) ||
		       pack_section(w, "tag.likely", f->tags,
				    f->tag_count * sizeof(*f->tags), err)
		   ? -1
		   : 0;
}

int taglikely_open(struct taglikely *m, const struct pack *p, size_t tags,
		   struct err *err)
{
	size_t n;
	bool good = true;

	*m = (struct taglikely){ 0 };
	if (!(m->clues = pack_array(p, "tag.clues", sizeof(*m->clues), SIZE_MAX,
				    &m->count, err)) ||
	    !(m->tags = pack_array(p, "tag.likely", sizeof(*m->tags), SIZE_MAX,
				   &n, err)))
		return -1;
	for (size_t i = 0; i < m->count; i++)
		good = good && m->clues[i].count <= n &&
		       m->clues[i].first <= n - m->clues[i].count;
	for (size_t i = 0; i < n; i++)
		good = good && m->tags[i].tag < tags && m->tags[i].share >= 0 &&
		       m->tags[i].share <= 1;
	return good ? 0
		    : err_set(err, ERR_DATA, "model",
			      "likely tags are not whole; fit the model anew");
}

size_t taglikely_find(const struct taglikely *m, uint64_t clue,
		      const struct taglikely_tag **out)
{
	size_t lo = 0, hi = m->count;

	while (lo < hi) {
		size_t at = lo + (hi - lo) / 2;

		if (m->clues[at].key < clue)
			lo = at + 1;
		else
			hi = at;
	}
	if (lo == m->count || m->clues[lo].key != clue)
		return 0;
	*out = m->tags + m->clues[lo].first;
	return m->clues[lo].count;
}
