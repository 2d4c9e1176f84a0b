/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/soundcases.h"

static const double skill_unknown = 0.1; /* too few were held out */
static const double skill_least = 0.01;  /* of metadata alone */

void soundcases_usual(struct soundmodel_params *p, struct soundblend *blend)
{
	for (unsigned i = 0; i < SOUND_CASES; i++) {
		p->confidence[i] = i ? skill_unknown : 0;
		p->method[i] = i & SOUND_TEXT    ? FEAT_METHOD_NEIGHBOURS
			       : i & SOUND_GENRE ? FEAT_METHOD_GENRE
						 : FEAT_METHOD_GLOBAL;
		for (size_t c = 0; c < p->columns; c++) {
			struct soundblend *b = &blend[i * p->columns + c];

			b->spread = SOUNDBLEND_ALL;
			b->weight[SOUNDBLEND_NEAR] = i & SOUND_TEXT ? 1 : 0;
			b->weight[SOUNDBLEND_GENRE] = i & SOUND_GENRE ? 1 : 0;
			if (i == (SOUND_TEXT | SOUND_GENRE))
				b->weight[SOUNDBLEND_NEAR] =
				    b->weight[SOUNDBLEND_GENRE] = 0.5f;
		}
	}
}

void soundcases_choose(struct soundmodel_params *p, struct soundblend *blend,
		       unsigned which)
{
	static const enum feat_method methods[SOUNDBLEND_METHODS] = {
		FEAT_METHOD_GENRE, FEAT_METHOD_NEIGHBOURS, FEAT_METHOD_MODEL
	};
	struct soundblend *b = blend + which * p->columns;
	double sum[SOUNDBLEND_METHODS] = { 0 }, best = 0;

	p->method[which] = FEAT_METHOD_GLOBAL;
	p->confidence[which] = p->scores[which].skill;
	for (size_t k = 0; k < SOUNDBLEND_METHODS; k++) {
		for (size_t c = 0; c < p->columns; c++) {
			if (!which && p->confidence[which] < skill_least)
				b[c].weight[k] = 0;
			sum[k] += (double)b[c].weight[k];
		}
		if (sum[k] > best) {
			best = sum[k];
			p->method[which] = (uint32_t)methods[k];
		}
	}
	if (p->method[which] == FEAT_METHOD_GLOBAL)
		p->confidence[which] = 0;
}
