/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the states of a sequence's tokens to one vector, as
 * sentence-transformers does it. Several ways are put side by side in this
 * order: first token, most, mean, sum / sqrt(tokens), mean weighted by place,
 * last token.
 */
#ifndef MOODPIPE_POOLING_H
#define MOODPIPE_POOLING_H

#include "encoder/encoderfolder.h"

/* Of modes, bits of enum encoder_pooling. */
size_t pooling_dim(unsigned modes, size_t hidden);

/* out[pooling_dim] of states[tokens][hidden]. The first `skip` tokens, those of
 * a prefix, do not count, but for that the first token is theirs. */
void pooling_apply(unsigned modes, const float *states, size_t tokens,
		   size_t hidden, size_t skip, float *out);

#endif
