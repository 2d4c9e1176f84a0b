/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * config.json of a transformer encoder, checked: what shape it is, and the
 * names its family gives to tensors. Families and their papers:
 *
 *   bert         Devlin et al. 2019; also MiniLM, BGE, E5 (absolute positions)
 *   roberta, xlm-roberta, camembert
 *                Liu et al. 2019, Conneau et al. 2020, Martin et al. 2020
 *   distilbert   Sanh et al. 2019 (no segments)
 *   mpnet        Song et al. 2020 (one table of relative biases)
 *   deberta-v2   He et al. 2021, 2023 (disentangled attention; also v3)
 *
 * What a configuration asks for and this code does not do is refused by name.
 */
#ifndef MOODPIPE_ENCODERCONFIG_H
#define MOODPIPE_ENCODERCONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "math/linear.h"

enum encoder_family {
	ENCODER_BERT,
	ENCODER_ROBERTA, /* and xlm-roberta, camembert */
	ENCODER_DISTILBERT,
	ENCODER_MPNET,
	ENCODER_DEBERTA_V2,
	ENCODER_FAMILIES,
};

#define ENCODER_LAYERS_MAX 96
#define ENCODER_HIDDEN_MAX 8192
#define ENCODER_VOCABULARY_MAX (1 << 21)
#define ENCODER_POSITIONS_MAX (1 << 16)
#define ENCODER_LABELS_MAX 4096
#define ENCODER_KERNEL_MAX 31

struct encoder_config {
	enum encoder_family family;
	size_t vocabulary, hidden, layers, heads, intermediate;
	size_t embedding;      /* columns of the word table; != hidden: there is
				  a projection (deberta) */
	size_t positions;      /* rows of the table; 0: none is added */
	size_t position_first; /* the row of the first token: 0, or pad + 1 */
	size_t types;          /* segments; 0: none */
	size_t tokens_max;     /* a sequence at most */
	float eps;
	enum linear_function activation; /* of the feed-forward layer */
	int32_t pad;

	/* Relative positions. */
	size_t buckets;      /* mpnet: 32; deberta: 0 or position_buckets */
	size_t relative_max; /* deberta: max_relative_positions, or where
				there is none max_position_embeddings */
	bool relative;       /* deberta: relative_attention */
	bool c2p, p2c;       /* deberta: pos_att_type */
	bool share_key;      /* deberta: share_att_key */
	bool relative_norm;  /* deberta: norm_rel_ebd "layer_norm" */
	size_t convolution;  /* deberta: conv_kernel_size; 0: none */
	enum linear_function convolution_function;

	/* A head for classes or numbers; labels 0: none is told. */
	size_t labels;
	char **label;  /* [labels] names of id2label */
	bool multiple; /* problem_type multi_label_classification: sigmoids */
	bool regression;
	enum linear_function pooler_function;           /* of ENCODER_POOLER */
	float dropout, attention_dropout, head_dropout; /* in training */
};

/* Reads a config.json. -1: ERR_ENV; ERR_DATA, the message says which member
 * holds what, and what can be there. */
int encoder_config_read(struct encoder_config *c, const char *path,
			struct err *err);
/* The same of text; path is for messages. */
int encoder_config_parse(struct encoder_config *c, struct span json,
			 const char *path, struct err *err);
void encoder_config_release(struct encoder_config *c);
/* Whether both tell the same labels, in the same order. */
bool encoder_config_same_labels(const struct encoder_config *a,
				const struct encoder_config *b);
const char *encoder_family_name(enum encoder_family f);

/*
 * Tensors by what they do. Those of a layer are there once a layer. NORM is a
 * gain (weight) and a bias; all other BIASes are said by name.
 */
enum encoder_tensor {
	ENCODER_WORDS,     /* [vocabulary][embedding] */
	ENCODER_POSITIONS, /* [positions][embedding] */
	ENCODER_TYPES,     /* [types][embedding] */
	ENCODER_EMBEDDING_NORM,
	ENCODER_EMBEDDING_NORM_BIAS,
	ENCODER_PROJECTION,    /* deberta: [hidden][embedding] */
	ENCODER_RELATIVE,      /* mpnet: [buckets][heads]; deberta: [2 span]
				   [hidden] */
	ENCODER_RELATIVE_NORM, /* deberta */
	ENCODER_RELATIVE_NORM_BIAS,
	ENCODER_CONVOLUTION, /* deberta: [hidden][hidden][kernel] */
	ENCODER_CONVOLUTION_BIAS,
	ENCODER_CONVOLUTION_NORM,
	ENCODER_CONVOLUTION_NORM_BIAS,
	/* of a layer */
	ENCODER_QUERY, /* [hidden][hidden] */
	ENCODER_QUERY_BIAS,
	ENCODER_KEY,
	ENCODER_KEY_BIAS,
	ENCODER_VALUE,
	ENCODER_VALUE_BIAS,
	ENCODER_POS_KEY, /* deberta without share_att_key */
	ENCODER_POS_KEY_BIAS,
	ENCODER_POS_QUERY,
	ENCODER_POS_QUERY_BIAS,
	ENCODER_ATTENTION_OUT,
	ENCODER_ATTENTION_OUT_BIAS,
	ENCODER_ATTENTION_NORM,
	ENCODER_ATTENTION_NORM_BIAS,
	ENCODER_FEED, /* [intermediate][hidden] */
	ENCODER_FEED_BIAS,
	ENCODER_FEED_OUT, /* [hidden][intermediate] */
	ENCODER_FEED_OUT_BIAS,
	ENCODER_FEED_NORM,
	ENCODER_FEED_NORM_BIAS,
	/* of heads */
	ENCODER_POOLER, /* [hidden][hidden]: BERT's pooler, the dense layer of
			   RoBERTa's, MPNet's, DistilBERT's and DeBERTa's
			   classification heads */
	ENCODER_POOLER_BIAS,
	ENCODER_CLASSIFIER, /* [labels][hidden] */
	ENCODER_CLASSIFIER_BIAS,
	ENCODER_TENSORS,
};
#define ENCODER_LAYER_FIRST ENCODER_QUERY
#define ENCODER_HEAD_FIRST ENCODER_POOLER

/* Whether it is the BIAS of the one before it. */
bool encoder_is_bias(enum encoder_tensor t);
/* Whether a model of this shape has the tensor; heads: only with labels. */
bool encoder_has(const struct encoder_config *c, enum encoder_tensor t);
/* Its shape; returns the number of dimensions, 1 to 3. */
int encoder_dims(const struct encoder_config *c, enum encoder_tensor t,
		 size_t dims[3]);
/* Rows of ENCODER_RELATIVE. */
size_t encoder_relative_rows(const struct encoder_config *c);
/* Replaces *out with its usual name, without the family's prefix
 * ("encoder.layer.3.attention.self.query.weight"; heads have none). */
void encoder_name(const struct encoder_config *c, enum encoder_tensor t,
		  size_t layer, struct str *out);
/* The same as models with a head spell it: "bert.encoder.layer...",
 * "bert.pooler.dense.weight", "classifier.weight". */
void encoder_full_name(const struct encoder_config *c, enum encoder_tensor t,
		       size_t layer, struct str *out);
/* "bert.", "roberta.", ...: before the names of all but heads, or not at all;
 * which one, the file tells. */
const char *encoder_prefix(const struct encoder_config *c);

#endif
