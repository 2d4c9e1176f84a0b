/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attention of many heads over one sequence, fused: for head h and token i,
 *
 *   out[i] = sum over j of softmax over j (q[i] . k[j] scale + bias[i][j]) v[j]
 *
 * (Vaswani et al. 2017), a block of tokens at a time, so that the scores of a
 * long text never lie in memory whole. Summed as matmul.h says: a
 * sequence's result does not depend on what is done before, after or beside it.
 */
#ifndef MOODPIPE_ATTENTION_H
#define MOODPIPE_ATTENTION_H

#include <stddef.h>

#include "math/matmul.h"

struct attention_shape {
	size_t tokens, heads, head_dim; /* all > 0 */
	size_t stride; /* from one token's q, k or v to the next's; head h is
			  at h * head_dim of each */
	float scale;
	bool bf16; /* q, k, v and the exponentials rounded to bfloat16, as in
		      matmul_bf16; softmax and sums in f32 */
};

struct attention_work { /* of one thread; zeroed is empty */
	struct matmul_work product;
	float *scores;
	size_t cap;
};
void attention_work_release(struct attention_work *w);

/* A block of biases: bias[i][j] for rows first <= i < first + n of head h and
 * all j, row i at out + (i - first) * tokens. Called once per head and block,
 * heads in order, blocks in order. */
typedef void attention_bias(void *ctx, size_t head, size_t first, size_t n,
			    float *out);

/* out: token i at out + i * out_stride, heads side by side. bias NULL: none. */
void attention_apply(struct attention_work *w, const struct attention_shape *s,
		     const float *q, const float *k, const float *v,
		     attention_bias *bias, void *ctx, float *out,
		     size_t out_stride);

#endif
