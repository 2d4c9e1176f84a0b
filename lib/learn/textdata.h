/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Labelled texts made ready for fitting networks (textnetfit.h): the
 * vocabularies of grams that enough texts hold, and each text's grams, tokens
 * and cues by number. Read-only once made: any thread. Of a long text the first
 * utterance counts.
 */
#ifndef MOODPIPE_TEXTDATA_H
#define MOODPIPE_TEXTDATA_H

#include "learn/labelled.h"
#include "learn/textgrams.h"

struct textdata_options { /* texts that must hold a gram */
	uint32_t wide_words, wide_characters;
	uint32_t deep_words, deep_pairs, deep_characters;
	float group[TEXTGRAM_GROUPS]; /* norms, textnet_weigh */
};
extern const struct textdata_options textdata_defaults;

struct textvocabulary { /* numbers begin with 0 */
	uint64_t *hash;
	float *rarity; /* ln(1 + texts / those that hold it), in 16ths */
	size_t count, cap, rarity_cap;
};

struct textdata_text {
	size_t grams, gram_count; /* in gram and weight */
	size_t tokens;            /* first in word, pair and inner_start */
	uint32_t token_count;
	float cues[TEXTCUES]; /* scaled by mean and rate */
};

#define TEXTDATA_NONE UINT32_MAX

struct textdata {
	const struct labelled *labelled;
	struct textdata_options options;
	struct textvocabulary wide, deep;
	struct textdata_text *texts; /* [labelled->count] */
	uint32_t *gram;
	float *weight;
	size_t gram_count, gram_cap, weight_cap;
	uint32_t *word, *pair; /* of tokens, TEXTDATA_NONE: unknown */
	size_t *inner_start;   /* of tokens, one more than there are */
	size_t token_count, word_cap, pair_cap, start_cap;
	uint32_t *inner;
	size_t inner_count, inner_cap;
	float cue_mean[TEXTCUES], cue_rate[TEXTCUES];
};

/* l must outlive it. */
void textdata_make(struct textdata *d, const struct labelled *l,
		   const struct textcues *cues,
		   const struct textdata_options *o);
void textdata_release(struct textdata *d);

#endif
