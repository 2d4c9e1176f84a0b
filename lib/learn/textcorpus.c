/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textcorpus.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/parallel.h"

enum { WORDS_MAX = 1 << 20, PARTITION_BITS = 5 };

void textcorpus_init(struct textcorpus *c, size_t limit)
{
	*c = (struct textcorpus){ .limit = limit,
				  .threshold = UINT64_MAX,
				  .emphasis = 1 };
}

void textcorpus_release(struct textcorpus *c)
{
	free(c->docs);
	free(c->hash);
	free(c->weight);
	table_release(&c->words);
	table_release(&c->pairs);
	textterms_release(&c->terms);
	str_release(&c->spelling);
	*c = (struct textcorpus){ 0 };
}

/* Halves the sample. */
static void thin(struct textcorpus *c)
{
	size_t i, n = 0, used = 0;

	c->threshold /= 2;
	for (i = 0; i < c->count; i++) {
		struct textdoc d = c->docs[i];

		if (d.mixed > c->threshold)
			continue;
		memmove(c->hash + used, c->hash + d.start,
			d.count * sizeof(*c->hash));
		memmove(c->weight + used, c->weight + d.start,
			d.count * sizeof(*c->weight));
		d.start = used;
		used += d.count;
		c->docs[n++] = d;
	}
	c->count = n;
	c->used = used;
}

/* Drops the words met once, twice ... until half of the room is free. */
static void thin_words(struct table *words)
{
	uint64_t least = 2;
	size_t i;

	do {
		struct table kept = { 0 };

		for (i = 0; i < words->count; i++)
			if (words->entries[i].value >= least)
				*table_put(&kept, words->entries[i].key) =
				    words->entries[i].value;
		table_release(words);
		*words = kept;
		least *= 2;
	} while (words->count > WORDS_MAX / 2);
}

void textcorpus_begin(struct textcorpus *c, uint64_t key)
{
	uint64_t mixed = hash_mix(&key, sizeof(key));

	c->seen++;
	c->keep = mixed <= c->threshold;
	if (!c->keep)
		return;
	MEM_ROOM(c->docs, c->count + 1, c->cap);
	c->docs[c->count] = (struct textdoc){ .mixed = mixed,
					      .start = c->used,
					      .emphasis = c->emphasis };
}

static void note_spelling(struct textcorpus *c, const struct textterm *t)
{
	if (t->word.p) {
		*table_put(&c->words, t->word) += t->count;
		return;
	}
	str_reset(&c->spelling);
	str_put(&c->spelling, &t->hash, sizeof(t->hash));
	str_span(&c->spelling, t->first);
	str_putc(&c->spelling, ' ');
	str_span(&c->spelling, t->second);
	*table_put(&c->pairs, span_str(&c->spelling)) += t->count;
}

void textcorpus_add(struct textcorpus *c, struct span text, double weight)
{
	struct textterms *t = &c->terms;
	double norm = 0;
	size_t i;

	if (!c->keep)
		return;
	textterms_read(t, text);
	for (i = 0; i < t->count; i++)
		norm += (double)t->items[i].weight * (double)t->items[i].weight;
	MEM_ROOM(c->hash, c->used + t->count, c->room_hash);
	MEM_ROOM(c->weight, c->used + t->count, c->room_weight);
	for (i = 0; i < t->count; i++) {
		c->hash[c->used] = t->items[i].hash;
		c->weight[c->used++] =
		    (float)(weight * (double)t->items[i].weight / sqrt(norm));
		note_spelling(c, &t->items[i]);
	}
}

struct pair {
	uint64_t hash;
	float weight;
	uint32_t order;
};

static int by_hash(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Terms met in several fields become one. */
static void merge(struct textcorpus *c, struct textdoc *d)
{
	size_t n = c->used - d->start, i, k = 0;
	struct pair *p = mem_alloc(n * sizeof(*p));

	for (i = 0; i < n; i++)
		p[i] = (struct pair){ c->hash[d->start + i],
				      c->weight[d->start + i], (uint32_t)i };
	qsort(p, n, sizeof(*p), by_hash);
	for (i = 0; i < n; i++) {
		if (k && p[k - 1].hash == p[i].hash)
			p[k - 1].weight += p[i].weight;
		else
			p[k++] = p[i];
	}
	for (i = 0; i < k; i++) {
		c->hash[d->start + i] = p[i].hash;
		c->weight[d->start + i] = p[i].weight;
	}
	d->count = k;
	c->used = d->start + k;
	free(p);
}

void textcorpus_end(struct textcorpus *c)
{
	struct textdoc *d = c->docs + c->count;

	if (!c->keep || c->used == d->start)
		return;
	merge(c, d);
	c->count++;
	while (c->used > c->limit && c->count > 1)
		thin(c);
	if (c->words.count > WORDS_MAX)
		thin_words(&c->words);
	if (c->pairs.count > WORDS_MAX)
		thin_words(&c->pairs);
}

struct counting {
	const struct textcorpus *c;
	uint32_t least[2];
	struct {
		struct textcount *items;
		size_t count, cap;
	} part[1 << PARTITION_BITS];
};

struct met {
	uint64_t hash;
	double emphasis;
};

static int compare_met(const void *a, const void *b)
{
	const struct met *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->emphasis < y->emphasis ? -1 : x->emphasis > y->emphasis;
}

/* Counts the hashes whose top bits are p. */
static void count_part(void *ctx, size_t p, int thread)
{
	struct counting *k = ctx;
	const struct textcorpus *c = k->c;
	struct met *mine = NULL;
	size_t n = 0, room = 0, i, j;

	(void)thread;
	for (i = 0; i < c->count; i++)
		for (j = c->docs[i].start;
		     j < c->docs[i].start + c->docs[i].count; j++)
			if (c->hash[j] >> (64 - PARTITION_BITS) == p) {
				MEM_ROOM(mine, n + 1, room);
				mine[n++] = (struct met){ c->hash[j],
							  c->docs[i].emphasis };
			}
	if (n)
		qsort(mine, n, sizeof(*mine), compare_met);
	for (i = 0; i < n; i = j) {
		uint32_t least =
		    k->least[textterms_kind(mine[i].hash) == TEXTTERMS_PAIR];
		double weight = 0;

		for (j = i; j < n && mine[j].hash == mine[i].hash; j++)
			weight += mine[j].emphasis;
		if (j - i < least)
			continue;
		MEM_ROOM(k->part[p].items, k->part[p].count + 1,
			 k->part[p].cap);
		k->part[p].items[k->part[p].count++] =
		    (struct textcount){ mine[i].hash, (uint32_t)(j - i),
					(float)weight };
	}
	free(mine);
}

static int by_weight(const void *a, const void *b)
{
	const struct textcount *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

struct textcount *textcorpus_count(const struct textcorpus *c, int threads,
				   uint32_t min_words, uint32_t min_pairs,
				   size_t most, size_t *count)
{
	struct counting *k = mem_zalloc(1, sizeof(*k));
	struct textcount *out = NULL;
	size_t n = 0, cap = 0, p;

	k->c = c;
	k->least[0] = min_words;
	k->least[1] = min_pairs;
	parallel_for(threads, 1 << PARTITION_BITS, count_part, k);
	for (p = 0; p < 1 << PARTITION_BITS; p++) {
		MEM_ROOM(out, n + k->part[p].count, cap);
		if (k->part[p].count)
			memcpy(out + n, k->part[p].items,
			       k->part[p].count * sizeof(*out));
		n += k->part[p].count;
		free(k->part[p].items);
	}
	free(k);
	if (n)
		qsort(out, n, sizeof(*out), by_weight);
	*count = n < most ? n : most;
	return out;
}
