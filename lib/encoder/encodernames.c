/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the families call their tensors, and the shapes of these. */
#include "encoder/encoderconfig.h"

/* Modules by the tensor that is their weight. */
#define BERT_EMBEDDINGS                                                        \
	[ENCODER_WORDS] = "embeddings.word_embeddings",                        \
	[ENCODER_POSITIONS] = "embeddings.position_embeddings",                \
	[ENCODER_EMBEDDING_NORM] = "embeddings.LayerNorm"
#define BERT_BEHIND_ATTENTION                                                  \
	[ENCODER_FEED] = "intermediate.dense",                                 \
	[ENCODER_FEED_OUT] = "output.dense",                                   \
	[ENCODER_FEED_NORM] = "output.LayerNorm"
#define BERT_OUT                                                               \
	[ENCODER_ATTENTION_OUT] = "attention.output.dense",                    \
	[ENCODER_ATTENTION_NORM] = "attention.output.LayerNorm",               \
	BERT_BEHIND_ATTENTION
#define BERT_ENCODER                                                           \
	BERT_EMBEDDINGS,                                                       \
	    BERT_OUT, [ENCODER_TYPES] = "embeddings.token_type_embeddings",    \
		      [ENCODER_QUERY] = "attention.self.query",                \
		      [ENCODER_KEY] = "attention.self.key",                    \
		      [ENCODER_VALUE] = "attention.self.value"
#define ROBERTA_HEAD                                                           \
	[ENCODER_POOLER] = "classifier.dense", [ENCODER_CLASSIFIER] =          \
						   "classifier.out_proj"

static const char *const modules[ENCODER_FAMILIES][ENCODER_TENSORS] = {
	[ENCODER_BERT] = {
		BERT_ENCODER,
		[ENCODER_POOLER] = "pooler.dense",
		[ENCODER_CLASSIFIER] = "classifier",
	},
	[ENCODER_ROBERTA] = { BERT_ENCODER, ROBERTA_HEAD },
	[ENCODER_DISTILBERT] = {
		BERT_EMBEDDINGS,
		[ENCODER_QUERY] = "attention.q_lin",
		[ENCODER_KEY] = "attention.k_lin",
		[ENCODER_VALUE] = "attention.v_lin",
		[ENCODER_ATTENTION_OUT] = "attention.out_lin",
		[ENCODER_ATTENTION_NORM] = "sa_layer_norm",
		[ENCODER_FEED] = "ffn.lin1",
		[ENCODER_FEED_OUT] = "ffn.lin2",
		[ENCODER_FEED_NORM] = "output_layer_norm",
		[ENCODER_POOLER] = "pre_classifier",
		[ENCODER_CLASSIFIER] = "classifier",
	},
	[ENCODER_MPNET] = {
		BERT_EMBEDDINGS,
		BERT_BEHIND_ATTENTION,
		[ENCODER_RELATIVE] = "encoder.relative_attention_bias",
		[ENCODER_QUERY] = "attention.attn.q",
		[ENCODER_KEY] = "attention.attn.k",
		[ENCODER_VALUE] = "attention.attn.v",
		[ENCODER_ATTENTION_OUT] = "attention.attn.o",
		[ENCODER_ATTENTION_NORM] = "attention.LayerNorm",
		ROBERTA_HEAD,
	},
	[ENCODER_DEBERTA_V2] = {
		BERT_EMBEDDINGS,
		BERT_OUT,
		[ENCODER_TYPES] = "embeddings.token_type_embeddings",
		[ENCODER_PROJECTION] = "embeddings.embed_proj",
		[ENCODER_RELATIVE] = "encoder.rel_embeddings",
		[ENCODER_RELATIVE_NORM] = "encoder.LayerNorm",
		[ENCODER_CONVOLUTION] = "encoder.conv.conv",
		[ENCODER_CONVOLUTION_NORM] = "encoder.conv.LayerNorm",
		[ENCODER_QUERY] = "attention.self.query_proj",
		[ENCODER_KEY] = "attention.self.key_proj",
		[ENCODER_VALUE] = "attention.self.value_proj",
		[ENCODER_POS_KEY] = "attention.self.pos_key_proj",
		[ENCODER_POS_QUERY] = "attention.self.pos_query_proj",
		[ENCODER_POOLER] = "pooler.dense",
		[ENCODER_CLASSIFIER] = "classifier",
	},
};

static const struct {
	const char *name, *prefix, *layer;
} families[ENCODER_FAMILIES] = {
	[ENCODER_BERT] = { "bert", "bert.", "encoder.layer." },
	[ENCODER_ROBERTA] = { "roberta", "roberta.", "encoder.layer." },
	[ENCODER_DISTILBERT] = { "distilbert", "distilbert.",
				 "transformer.layer." },
	[ENCODER_MPNET] = { "mpnet", "mpnet.", "encoder.layer." },
	[ENCODER_DEBERTA_V2] = { "deberta-v2", "deberta.", "encoder.layer." },
};

/* The tensor whose bias it is, or itself. */
static enum encoder_tensor weight_of(enum encoder_tensor t)
{
	switch (t) {
	case ENCODER_EMBEDDING_NORM_BIAS:
	case ENCODER_RELATIVE_NORM_BIAS:
	case ENCODER_CONVOLUTION_BIAS:
	case ENCODER_CONVOLUTION_NORM_BIAS:
	case ENCODER_QUERY_BIAS:
	case ENCODER_KEY_BIAS:
	case ENCODER_VALUE_BIAS:
	case ENCODER_POS_KEY_BIAS:
	case ENCODER_POS_QUERY_BIAS:
	case ENCODER_ATTENTION_OUT_BIAS:
	case ENCODER_ATTENTION_NORM_BIAS:
	case ENCODER_FEED_BIAS:
	case ENCODER_FEED_OUT_BIAS:
	case ENCODER_FEED_NORM_BIAS:
	case ENCODER_POOLER_BIAS:
	case ENCODER_CLASSIFIER_BIAS:
		return (enum encoder_tensor)(t - 1);
	default:
		return t;
	}
}

bool encoder_is_bias(enum encoder_tensor t)
{
	return weight_of(t) != t;
}

bool encoder_has(const struct encoder_config *c, enum encoder_tensor t)
{
	enum encoder_tensor weight = weight_of(t);

	if (!modules[c->family][weight])
		return false;
	switch (weight) {
	case ENCODER_POSITIONS:
		return c->positions > 0;
	case ENCODER_TYPES:
		return c->types > 0;
	case ENCODER_PROJECTION:
		return c->embedding != c->hidden;
	case ENCODER_RELATIVE:
		return c->relative || c->family == ENCODER_MPNET;
	case ENCODER_RELATIVE_NORM:
		return c->relative && c->relative_norm;
	case ENCODER_CONVOLUTION:
	case ENCODER_CONVOLUTION_NORM:
		return c->convolution > 0;
	case ENCODER_POS_KEY:
		return c->relative && c->c2p && !c->share_key;
	case ENCODER_POS_QUERY:
		return c->relative && c->p2c && !c->share_key;
	case ENCODER_POOLER:
	case ENCODER_CLASSIFIER:
		return c->labels > 0;
	default:
		return true;
	}
}

static int shape(size_t dims[3], size_t a, size_t b, size_t c)
{
	dims[0] = a;
	dims[1] = b;
	dims[2] = c;
	return c ? 3 : b ? 2 : 1;
}

size_t encoder_relative_rows(const struct encoder_config *c)
{
	if (c->family == ENCODER_MPNET)
		return c->buckets;
	return 2 * (c->buckets ? c->buckets : c->relative_max);
}

int encoder_dims(const struct encoder_config *c, enum encoder_tensor t,
		 size_t dims[3])
{
	switch (t) {
	case ENCODER_WORDS:
		return shape(dims, c->vocabulary, c->embedding, 0);
	case ENCODER_POSITIONS:
		return shape(dims, c->positions, c->embedding, 0);
	case ENCODER_TYPES:
		return shape(dims, c->types, c->embedding, 0);
	case ENCODER_PROJECTION:
		return shape(dims, c->hidden, c->embedding, 0);
	case ENCODER_RELATIVE:
		return shape(dims, encoder_relative_rows(c),
			     c->family == ENCODER_MPNET ? c->heads : c->hidden,
			     0);
	case ENCODER_CONVOLUTION:
		return shape(dims, c->hidden, c->hidden, c->convolution);
	case ENCODER_QUERY:
	case ENCODER_KEY:
	case ENCODER_VALUE:
	case ENCODER_POS_KEY:
	case ENCODER_POS_QUERY:
	case ENCODER_ATTENTION_OUT:
	case ENCODER_POOLER:
		return shape(dims, c->hidden, c->hidden, 0);
	case ENCODER_FEED:
		return shape(dims, c->intermediate, c->hidden, 0);
	case ENCODER_FEED_BIAS:
		return shape(dims, c->intermediate, 0, 0);
	case ENCODER_FEED_OUT:
		return shape(dims, c->hidden, c->intermediate, 0);
	case ENCODER_CLASSIFIER:
		return shape(dims, c->labels, c->hidden, 0);
	case ENCODER_CLASSIFIER_BIAS:
		return shape(dims, c->labels, 0, 0);
	default:
		return shape(dims, c->hidden, 0, 0);
	}
}

void encoder_name(const struct encoder_config *c, enum encoder_tensor t,
		  size_t layer, struct str *out)
{
	enum encoder_tensor weight = weight_of(t);

	str_reset(out);
	if (t >= ENCODER_LAYER_FIRST && t < ENCODER_HEAD_FIRST)
		str_printf(out, "%s%zu.", families[c->family].layer, layer);
	str_puts(out, modules[c->family][weight] ? modules[c->family][weight]
						 : "none");
	str_puts(out, weight == t ? ".weight" : ".bias");
}

void encoder_full_name(const struct encoder_config *c, enum encoder_tensor t,
		       size_t layer, struct str *out)
{
	/* BERT's pooler is not its head's. */
	bool head = t >= ENCODER_HEAD_FIRST &&
		    (c->family != ENCODER_BERT || t >= ENCODER_CLASSIFIER);
	struct str name = { 0 };

	encoder_name(c, t, layer, &name);
	str_reset(out);
	if (!head)
		str_puts(out, families[c->family].prefix);
	str_span(out, span_str(&name));
	str_release(&name);
}

const char *encoder_prefix(const struct encoder_config *c)
{
	return families[c->family].prefix;
}

const char *encoder_family_name(enum encoder_family f)
{
	return families[f].name;
}
