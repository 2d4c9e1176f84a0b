/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a text model is fitted on: the terms of many texts, kept within a
 * memory limit. Beyond it, a sample is kept: the texts whose mixed key is
 * below a threshold that is halved each time the limit is met, so which texts
 * are in it depends on the texts alone, not on shards or threads.
 */
#ifndef MOODPIPE_TEXTCORPUS_H
#define MOODPIPE_TEXTCORPUS_H

#include "base/table.h"
#include "learn/textterms.h"

struct textdoc {
	uint64_t mixed;
	size_t start, count; /* of hash and weight */
	double emphasis;
};

struct textcorpus {
	struct textdoc *docs; /* [count] in order of adding */
	size_t count, cap;
	uint64_t *hash; /* [used] each text's terms, once each */
	float *weight;
	size_t used, room_hash, room_weight, limit;
	uint64_t threshold;
	uint64_t seen;      /* texts offered */
	struct table words; /* folded word -> times met */
	struct table pairs; /* hash, then both words -> times met */
	double emphasis;    /* how many texts each of the next counts for: 1 */
	struct textterms terms;
	struct str spelling;
	bool keep; /* the text under way is sampled */
};

/* limit: terms kept at most, about 12 bytes each (16 while fitting). */
void textcorpus_init(struct textcorpus *c, size_t limit);
void textcorpus_release(struct textcorpus *c);

/* One text: begin, its fields with their weights, end. Each field counts by
 * its weight whatever its length. */
void textcorpus_begin(struct textcorpus *c, uint64_t key);
void textcorpus_add(struct textcorpus *c, struct span text, double weight);
void textcorpus_end(struct textcorpus *c);

struct textcount {
	uint64_t hash;
	uint32_t texts; /* that hold the term */
	float weight;   /* the sum of their emphasis */
};

/* The terms in at least min_words (min_pairs) texts, the `most` of most weight,
 * by falling weight, then by hash. Returns an array to free; *count. */
struct textcount *textcorpus_count(const struct textcorpus *c, int threads,
				   uint32_t min_words, uint32_t min_pairs,
				   size_t most, size_t *count);

#endif
