/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between the files of encoderpass.h: a pass, and forward and backward of each
 * kind of layer. All matrices are [rows][columns], tightly packed; gradients of
 * parameters are added to, where there are any.
 */
#ifndef MOODPIPE_PASSLAYERS_H
#define MOODPIPE_PASSLAYERS_H

#include "encoder/dropmask.h"
#include "encoder/encoderpass.h"
#include "math/matmul.h"

struct pass_linear {
	struct parameter *weight, *bias; /* bias may be NULL */
	struct adapter adapter;
	size_t in, out;
	uint64_t place; /* of its adapter's dropout */
};

struct pass_norm {
	struct parameter *gain, *bias;
};

/* A tensor of a layer by its place in the layer. */
#define PASS_LINEARS ((ENCODER_HEAD_FIRST - ENCODER_QUERY) / 2)
#define PASS_AT(t) (((t)-ENCODER_QUERY) / 2)

struct pass_layer {
	struct pass_linear linear[PASS_LINEARS];
	struct pass_norm attention_norm, feed_norm;
};

/* What a layer keeps for the way back; pointers into one block. */
struct pass_kept {
	float *block;
	size_t cap;
	float *query, *key, *value, *context; /* [tokens][hidden] */
	float *pos_key, *pos_query;           /* [span][hidden] */
	float *attended, *inner, *summed;     /* before, after the first norm,
						   before the second */
	float *feed;                          /* [tokens][intermediate] */
	float *attended_stats, *summed_stats; /* [tokens][2] */
	float *low[PASS_LINEARS];             /* [rank][rows] of adapters */
	float *low_positions[2];              /* of key, query over positions */
};

/* Scratch that grows; zeroed is empty. */
struct pass_buffer {
	float *p;
	size_t cap;
};
float *pass_room(struct pass_buffer *b, size_t n);

enum pass_scratch {                  /* names of buffers */
		    SCRATCH_ADAPTED, /* dropped inputs of adapters */
		    SCRATCH_LOW,
		    SCRATCH_BACK, /* the gradient on its way back */
		    SCRATCH_SIDE,
		    SCRATCH_QUERY,
		    SCRATCH_KEY,
		    SCRATCH_VALUE,
		    SCRATCH_CONTEXT,
		    SCRATCH_WIDE,
		    SCRATCH_ACTIVE,
		    SCRATCH_AGAIN,     /* what a second computation gives */
		    SCRATCH_POSITIONS, /* of the relative table, dropped */
		    SCRATCH_POS_KEY,
		    SCRATCH_POS_QUERY,
		    SCRATCH_RELATIVE,  /* gradient of the relative table */
		    SCRATCH_OFFSETS,   /* ... by offset, of each head */
		    SCRATCH_PATCHES,   /* unrolled neighbourhoods */
		    SCRATCH_CONVOLVED, /* the convolution's gradient */
		    SCRATCHES,
};

/* Places of dropout that are not adapters', and what is below one layer's. */
enum pass_place {
	PLACE_EMBEDDING,
	PLACE_CONVOLUTION,
	PLACE_HEAD,
	PLACE_HEAD_INNER,
	PLACE_LAYERS = 16,
	/* of a layer */
	PLACE_ATTENTION = 0,
	PLACE_ATTENTION_OUT,
	PLACE_FEED_OUT,
	PLACE_RELATIVE,
	PLACE_ADAPTERS, /* and PASS_LINEARS behind it */
	PLACES = 32,
	PLACE_POSITIONS = PLACES / 2, /* more, of adapters over positions */
};

struct pass_attention_work { /* of one thread */
	struct matmul_work product;
	struct pass_buffer scores, gradients, rows;
	struct pass_buffer by_query, by_key, by_query_back, by_key_back;
};

struct pass_head { /* of classes: what it keeps */
	struct pass_buffer in, feed, active;
	bool train;
	struct dropmask mask, inner_mask;
};

struct pass_pooled {
	enum encoder_pooling pooling;
	bool normalise;
	struct pass_buffer vectors, lengths;
};

struct pass_told { /* masked words */
	const size_t *places;
	size_t n;
	struct pass_buffer in, feed, active, states, stats;
};

struct encoderpass {
	const struct encoder_config *config;
	struct encoderpass_options options;
	struct matmul_work *products;        /* [threads] */
	struct pass_attention_work *threads; /* [threads] */

	struct parameter *words, *positions, *types;
	struct adapter words_adapter;
	struct parameter *relative;
	struct pass_norm embedding_norm, relative_norm;
	struct pass_linear projection;
	struct parameter *convolution, *convolution_bias;
	struct pass_norm convolution_norm;
	struct pass_layer *layers;
	struct pass_linear pooler, classifier;
	struct pass_linear told_dense;
	struct pass_norm told_norm;
	struct parameter *told_bias;

	/* Of the last forward pass. */
	const struct encoder_batch *batch;
	size_t tokens, longest;
	bool train;
	uint64_t seed;
	bool embeddings_trained, positions_trained;
	size_t lowest; /* the layer below which nothing is trained */
	struct pass_buffer states; /* [layers + 1][tokens][hidden] */
	struct pass_kept *kept;    /* [layers], or one */
	size_t *places;            /* [tokens] rows of the table of positions */
	size_t places_cap;
	struct pass_buffer embedded, projected, embedding_stats;
	struct pass_buffer embedded_low; /* [rank][tokens] of words' adapter */
	struct pass_buffer relative_states, relative_summed, relative_stats;
	struct pass_buffer convolved, convolved_summed, convolved_stats;
	size_t *offset_rows; /* of the relative table, by j - i + longest - 1 */
	size_t offsets_cap;
	struct pass_buffer by_offset; /* mpnet: bias [heads][offsets] */

	struct pass_head head;
	struct pass_pooled pooled;
	struct pass_told told;
	struct pass_buffer scratch[SCRATCHES];
};

static inline float *pass_scratch(struct encoderpass *e, enum pass_scratch s,
				  size_t n)
{
	return pass_room(&e->scratch[s], n);
}
static inline float *pass_states(const struct encoderpass *e, size_t layer)
{
	return e->states.p + layer * e->tokens * e->config->hidden;
}
/* The mask of a place; nothing where the pass does not train. */
struct dropmask pass_mask(const struct encoderpass *e, float probability,
			  uint64_t place);
static inline uint64_t pass_place(size_t layer, unsigned place)
{
	return PLACE_LAYERS + layer * PLACES + place;
}

/* --- passlinear.c --- */

/* fn(ctx, first, n) over blocks of rows, on the pass's threads where there is
 * that much to do (numbers a row). */
typedef void pass_rows_fn(void *ctx, size_t first, size_t n);
void pass_rows(const struct encoderpass *e, size_t rows, size_t numbers,
	       pass_rows_fn *fn, void *ctx);

/* c[m][n] (+)= a b, in bf16 where the pass says so. */
void pass_product(struct encoderpass *e, float *c, bool add, struct matrix a,
		  struct matrix b, size_t m, size_t n, size_t k);

/* y[rows][out] of x[rows][in]; low: [rank][rows] kept of its adapter. */
void pass_linear(struct encoderpass *e, const struct pass_linear *l,
		 const float *x, size_t rows, float *low, float *y);
/* dx: NULL where nobody asks; add: to what is there. */
void pass_linear_backward(struct encoderpass *e, const struct pass_linear *l,
			  const float *x, const float *low, const float *dy,
			  size_t rows, float *dx, bool add);
/* gradient[n] += the sum over rows of x[rows][n]. */
void pass_sum_rows(const struct encoderpass *e, const float *x, size_t rows,
		   size_t n, float *gradient);
bool pass_linear_trained(const struct pass_linear *l);
bool pass_adapter_trained(const struct adapter *a);
/* gradient[columns][rows] += the transposed x[rows][columns]. */
void pass_add_turned(const float *x, size_t rows, size_t columns,
		     float *gradient);

/* --- passnorm.c --- */

/* summed = mask(y) + residual (NULL: none), out = norm(summed), statistics
 * kept; y may be summed. */
void pass_norm(const struct encoderpass *e, const struct pass_norm *norm,
	       const struct dropmask *mask, const float *y,
	       const float *residual, size_t rows, size_t n, float *summed,
	       float *out, float *stats);
/* dx of dy, of the sum; dx may be dy. */
void pass_norm_backward(const struct encoderpass *e,
			const struct pass_norm *norm, const float *summed,
			const float *stats, const float *dy, size_t rows,
			size_t n, float *dx);
bool pass_norm_trained(const struct pass_norm *norm);
/* y = mask(x), elementwise; y may be x. */
void pass_drop(const struct encoderpass *e, const struct dropmask *mask,
	       const float *x, size_t rows, size_t n, float *y);
/* y += mask(x). */
void pass_drop_add(const struct encoderpass *e, const struct dropmask *mask,
		   const float *x, size_t rows, size_t n, float *y);
/* y = f(x); dx = dy f'(x), dx may be dy. */
void pass_function(const struct encoderpass *e, enum linear_function f,
		   const float *x, size_t rows, size_t n, float *y);
void pass_function_backward(const struct encoderpass *e, enum linear_function f,
			    const float *x, const float *dy, size_t rows,
			    size_t n, float *dx);

/* --- passembedding.c --- */

/* -1, ERR_RECORD: a batch that the encoder cannot take. */
int pass_check(const struct encoderpass *e, struct err *err);
/* Writes pass_states(e, 0). */
void pass_embedding(struct encoderpass *e);
void pass_embedding_backward(struct encoderpass *e, float *dy);

/* --- passconvolution.c --- */

/* Behind the first layer: out of its states, in place. */
void pass_convolution(struct encoderpass *e, float *out);
/* dy becomes the gradient of the layer's states; dx (NULL: nobody asks) is
 * written, that of the embeddings. */
void pass_convolution_backward(struct encoderpass *e, float *dy, float *dx);

/* --- passattention.c --- */

/* kept->context of kept->query, key and value (and positions). */
void pass_attention(struct encoderpass *e, size_t layer,
		    struct pass_kept *kept);
/* Of dcontext: writes dquery, dkey, dvalue; adds to those of positions. */
void pass_attention_backward(struct encoderpass *e, size_t layer,
			     const struct pass_kept *kept,
			     const float *dcontext, float *dquery, float *dkey,
			     float *dvalue);

/* --- passrelative.c --- */

/* Before the layers: which row of the relative table each offset has, and
 * states of the table (deberta), biases by offset (mpnet). */
void pass_relative(struct encoderpass *e);
/* Behind all layers: from SCRATCH_RELATIVE and SCRATCH_OFFSETS. */
void pass_relative_backward(struct encoderpass *e);
/* Rows of the table that a batch can ask for: from first, n. */
size_t pass_relative_rows(const struct encoderpass *e, size_t *first);

/* --- passwords.c, passheads.c --- */

/* Looks up the head that tells masked words, if all of it is there. */
void pass_find_words(struct encoderpass *e, const struct parameters *p);
bool pass_finite(const float *x, size_t n);

/* --- passlayer.c --- */

void pass_layer(struct encoderpass *e, size_t layer, struct pass_kept *kept,
		float *out);
/* dy: the gradient of out, becomes that of the layer's input. */
void pass_layer_backward(struct encoderpass *e, size_t layer,
			 struct pass_kept *kept, float *dy, bool input);

#endif
