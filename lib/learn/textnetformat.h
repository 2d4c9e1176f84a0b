/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of a network of texts, shared by its reader and its writer: the
 * sections net.info, net.heads (JSON), net.cues (textcues.h), net.numbers, and
 * of member I net.wide.I and net.deep.I (rowtable.h).
 */
#ifndef MOODPIPE_TEXTNETFORMAT_H
#define MOODPIPE_TEXTNETFORMAT_H

#include "learn/textnet.h"

/* Rows have a multiple of this many columns. */
#define TEXTNET_LANES 16

struct textnet_shape {    /* of a member; 0: it has none */
	uint32_t wide;    /* 1: rows of grams */
	uint32_t dim;     /* of vectors of words; a multiple of 16 */
	uint32_t filters; /* of the convolution */
	uint32_t hidden;
};

struct textnet_info {
	uint32_t utterance, cues, grams;    /* versions */
	uint32_t columns, members, stacked; /* stacked: columns */
	struct textnet_shape shape[TEXTNET_MEMBERS];
	float group[TEXTGRAM_GROUPS], zero; /* norms of the groups of grams */
};

/* Where a member's numbers are, in floats from its first. */
struct textnet_layout {
	size_t pooled;              /* 2 dim + filters + cues */
	size_t filter, filter_bias; /* [filters][3 dim], [filters] */
	size_t inner, inner_bias;   /* [hidden][pooled], [hidden] */
	size_t outer;               /* [columns][hidden] */
	size_t skip;                /* [columns][pooled] */
	size_t bias;                /* [columns] */
	size_t count;
};
static inline struct textnet_layout
textnet_layout(const struct textnet_shape *s, size_t columns)
{
	struct textnet_layout l = { 0 };

	l.pooled = 2 * (size_t)s->dim + s->filters + TEXTCUES;
	l.filter_bias = (size_t)s->filters * 3 * s->dim;
	l.inner = l.filter_bias + s->filters;
	l.inner_bias = l.inner + s->hidden * l.pooled;
	l.outer = l.inner_bias + s->hidden;
	l.skip = l.outer + columns * s->hidden;
	l.bias = l.skip + columns * l.pooled;
	l.count = l.bias + columns;
	return l;
}

/* net.numbers: of the cues mean [TEXTCUES] and 1 / deviation [TEXTCUES], then
 * the members' numbers in order, then of each stacked column its weights
 * [columns + TEXTCUES + 1], the last of a constant. */

/* The pooled numbers and outputs of a member, and what its training needs. */
struct textnet_pass {
	size_t kept[UTTERANCE_TOKENS]; /* tokens that were not dropped */
	size_t count;
	float *tokens; /* [count + 2][dim], the first and last row 0 */
	float *pooled, *hidden;
	uint16_t *from; /* [dim + filters] row of `tokens` of each maximum */
};
void textnet_pool(const struct textnet_shape *s, const float *numbers,
		  size_t columns, struct textnet_pass *p);
void textnet_hidden(const struct textnet_shape *s, const float *numbers,
		    size_t columns, struct textnet_pass *p);
/* Adds to logit[columns]. */
void textnet_outputs(const struct textnet_shape *s, const float *numbers,
		     size_t columns, const struct textnet_pass *p,
		     float *logit);

/* A number of each cue in deviations from its mean, at most 4 of them. */
void textnet_scale_cues(const float *mean, const float *rate,
			const float value[TEXTCUES], float out[TEXTCUES]);
/* Weights of grams: (1 + ln count) * rarity, each group of a norm of its own.
 * Grams of rarity 0 are not known. */
void textnet_weigh(const struct textgram *grams, size_t count,
		   const float *rarity, const float group[TEXTGRAM_GROUPS],
		   float *weight);

#endif
