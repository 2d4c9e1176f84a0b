/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config.json: shapes as published, names as the families spell them, and what
 * is not provided for refused by its name. */
#include "testing.h"

#include "encoder/encoderconfig.h"

static struct encoder_config c;
static struct err err;

static int parse(const char *json)
{
	encoder_config_release(&c);
	memset(&err, 0, sizeof(err));
	return encoder_config_parse(&c, span_of(json), "config.json", &err);
}

static void takes(const char *json)
{
	if (parse(json))
		fail_msg("%s", err.message);
}

static void refuses(const char *json, const char *why)
{
	if (!parse(json))
		fail_msg("taken: %s", json);
	assert_status(&err, ERR_DATA);
	if (!strstr(err.message, why))
		fail_msg("%s: \"%s\", wanted \"%s\"", json, err.message, why);
	assert_non_null(strstr(err.message, "config.json"));
	assert_null(c.label);
}

static void named(enum encoder_tensor t, size_t layer, const char *want)
{
	struct str s = { 0 };

	encoder_name(&c, t, layer, &s);
	assert_string_equal(s.p, want);
	encoder_full_name(&c, t, layer, &s);
	assert_non_null(strstr(s.p, want));
	str_release(&s);
}

static void full(enum encoder_tensor t, const char *want)
{
	struct str s = { 0 };

	encoder_full_name(&c, t, 0, &s);
	assert_string_equal(s.p, want);
	str_release(&s);
}

static void shaped(enum encoder_tensor t, int n, size_t a, size_t b, size_t k)
{
	size_t dims[3];

	assert_true(encoder_has(&c, t));
	assert_int_equal(encoder_dims(&c, t, dims), n);
	assert_int_equal(dims[0], a);
	assert_int_equal(n > 1 ? dims[1] : 0, b);
	assert_int_equal(n > 2 ? dims[2] : 0, k);
}

/* As sentence-transformers/all-MiniLM-L6-v2 tells it. */
static void test_bert(void **state)
{
	(void)state;
	takes("{\"_name_or_path\":\"nreimers/MiniLM-L6-H384-uncased\","
	      "\"architectures\":[\"BertModel\"],"
	      "\"attention_probs_dropout_prob\":0.1,\"gradient_checkpointing\":"
	      "false,\"hidden_act\":\"gelu\",\"hidden_dropout_prob\":0.2,"
	      "\"hidden_size\":384,\"initializer_range\":0.02,"
	      "\"intermediate_size\":1536,\"layer_norm_eps\":1e-12,"
	      "\"max_position_embeddings\":512,\"model_type\":\"bert\","
	      "\"num_attention_heads\":12,\"num_hidden_layers\":6,"
	      "\"pad_token_id\":0,\"position_embedding_type\":\"absolute\","
	      "\"type_vocab_size\":2,\"use_cache\":true,\"vocab_size\":30522}");
	assert_int_equal(c.family, ENCODER_BERT);
	assert_int_equal(c.layers, 6);
	assert_int_equal(c.labels, 0);
	assert_int_equal(c.tokens_max, 512);
	assert_int_equal(c.position_first, 0);
	assert_true(c.eps == 1e-12f && c.dropout == 0.2f &&
		    c.head_dropout == 0.2f);
	assert_int_equal(c.activation, LINEAR_GELU);
	shaped(ENCODER_WORDS, 2, 30522, 384, 0);
	shaped(ENCODER_TYPES, 2, 2, 384, 0);
	shaped(ENCODER_FEED, 2, 1536, 384, 0);
	shaped(ENCODER_FEED_BIAS, 1, 1536, 0, 0);
	shaped(ENCODER_FEED_OUT, 2, 384, 1536, 0);
	shaped(ENCODER_FEED_NORM_BIAS, 1, 384, 0, 0);
	assert_false(encoder_has(&c, ENCODER_POOLER));
	assert_false(encoder_has(&c, ENCODER_RELATIVE));
	assert_false(encoder_has(&c, ENCODER_PROJECTION));
	named(ENCODER_QUERY, 3, "encoder.layer.3.attention.self.query.weight");
	named(ENCODER_QUERY_BIAS, 11,
	      "encoder.layer.11.attention.self.query.bias");
	named(ENCODER_ATTENTION_NORM_BIAS, 0,
	      "encoder.layer.0.attention.output.LayerNorm.bias");
	named(ENCODER_FEED_OUT, 0, "encoder.layer.0.output.dense.weight");
	named(ENCODER_EMBEDDING_NORM, 0, "embeddings.LayerNorm.weight");
	assert_string_equal(encoder_prefix(&c), "bert.");
	full(ENCODER_WORDS, "bert.embeddings.word_embeddings.weight");
	full(ENCODER_POOLER_BIAS, "bert.pooler.dense.bias");
	full(ENCODER_CLASSIFIER, "classifier.weight");
}

static void test_roberta(void **state)
{
	(void)state;
	takes("{\"model_type\":\"roberta\",\"architectures\":["
	      "\"RobertaForSequenceClassification\"],\"vocab_size\":50265,"
	      "\"max_position_embeddings\":514,\"type_vocab_size\":1,"
	      "\"pad_token_id\":1,\"layer_norm_eps\":1e-05,\"id2label\":{\"1\":"
	      "\"joy\",\"0\":\"anger\",\"2\":\"caf\\u00e9\"},\"problem_type\":"
	      "\"multi_label_classification\",\"classifier_dropout\":0.3}");
	assert_int_equal(c.family, ENCODER_ROBERTA);
	assert_int_equal(c.position_first, 2);
	assert_int_equal(c.tokens_max, 512);
	assert_int_equal(c.positions, 514);
	assert_int_equal(c.labels, 3);
	assert_string_equal(c.label[0], "anger");
	assert_string_equal(c.label[2], "caf\xc3\xa9");
	assert_true(c.multiple && !c.regression && c.head_dropout == 0.3f);
	assert_int_equal(c.pooler_function, LINEAR_TANH);
	shaped(ENCODER_CLASSIFIER, 2, 3, 768, 0);
	shaped(ENCODER_CLASSIFIER_BIAS, 1, 3, 0, 0);
	shaped(ENCODER_POOLER, 2, 768, 768, 0);
	full(ENCODER_POOLER, "classifier.dense.weight");
	full(ENCODER_CLASSIFIER_BIAS, "classifier.out_proj.bias");
	full(ENCODER_TYPES, "roberta.embeddings.token_type_embeddings.weight");

	takes("{\"model_type\":\"xlm-roberta\",\"vocab_size\":250002,"
	      "\"hidden_size\":384,\"num_attention_heads\":12,"
	      "\"max_position_embeddings\":514}");
	assert_int_equal(c.position_first, 2);
	assert_int_equal(c.labels, 0);
	refuses("{\"model_type\":\"roberta\",\"max_position_embeddings\":2}",
		"max_position_embeddings");
}

static void test_distilbert(void **state)
{
	(void)state;
	takes("{\"model_type\":\"distilbert\",\"dim\":96,\"n_heads\":4,"
	      "\"n_layers\":2,\"hidden_dim\":128,\"activation\":\"gelu\","
	      "\"architectures\":[\"DistilBertForSequenceClassification\"],"
	      "\"seq_classif_dropout\":0.4,\"tie_weights_\":true}");
	assert_int_equal(c.hidden, 96);
	assert_int_equal(c.intermediate, 128);
	assert_int_equal(c.types, 0);
	assert_int_equal(c.labels, 2);
	assert_string_equal(c.label[1], "LABEL_1");
	assert_int_equal(c.pooler_function, LINEAR_RELU);
	assert_true(c.head_dropout == 0.4f);
	assert_false(encoder_has(&c, ENCODER_TYPES));
	named(ENCODER_VALUE_BIAS, 1,
	      "transformer.layer.1.attention.v_lin.bias");
	named(ENCODER_FEED_NORM, 1,
	      "transformer.layer.1.output_layer_norm.weight");
	full(ENCODER_POOLER, "pre_classifier.weight");
	full(ENCODER_FEED, "distilbert.transformer.layer.0.ffn.lin1.weight");
}

static void test_mpnet(void **state)
{
	(void)state;
	takes("{\"model_type\":\"mpnet\",\"max_position_embeddings\":514,"
	      "\"relative_attention_num_buckets\":32,\"layer_norm_eps\":1e-05,"
	      "\"vocab_size\":30527,\"pad_token_id\":1}");
	assert_int_equal(c.position_first, 2);
	assert_int_equal(c.tokens_max, 512);
	assert_int_equal(c.buckets, 32);
	shaped(ENCODER_RELATIVE, 2, 32, 12, 0);
	named(ENCODER_RELATIVE, 0, "encoder.relative_attention_bias.weight");
	named(ENCODER_ATTENTION_OUT, 2,
	      "encoder.layer.2.attention.attn.o.weight");
	named(ENCODER_ATTENTION_NORM, 2,
	      "encoder.layer.2.attention.LayerNorm.weight");
	refuses("{\"model_type\":\"mpnet\",\"relative_attention_num_buckets\":"
		"16}",
		"relative_attention_num_buckets");
}

/* As microsoft/deberta-v3-small tells it, and other switches. */
static void test_deberta(void **state)
{
	(void)state;
	takes("{\"model_type\":\"deberta-v2\",\"attention_probs_dropout_prob\":"
	      "0.1,\"hidden_act\":\"gelu\",\"hidden_dropout_prob\":0.1,"
	      "\"hidden_size\":768,\"initializer_range\":0.02,"
	      "\"intermediate_size\":3072,\"max_position_embeddings\":512,"
	      "\"relative_attention\":true,\"position_buckets\":256,"
	      "\"norm_rel_ebd\":\"layer_norm\",\"share_att_key\":true,"
	      "\"pos_att_type\":\"p2c|c2p\",\"layer_norm_eps\":1e-7,"
	      "\"max_relative_positions\":-1,\"position_biased_input\":false,"
	      "\"num_attention_heads\":12,\"num_hidden_layers\":6,"
	      "\"type_vocab_size\":0,\"vocab_size\":128100}");
	assert_true(c.relative && c.c2p && c.p2c && c.share_key &&
		    c.relative_norm);
	assert_int_equal(c.positions, 0);
	assert_int_equal(c.types, 0);
	assert_int_equal(c.tokens_max, 512);
	assert_int_equal(c.buckets, 256);
	assert_int_equal(c.relative_max, 512);
	shaped(ENCODER_RELATIVE, 2, 512, 768, 0);
	shaped(ENCODER_RELATIVE_NORM, 1, 768, 0, 0);
	assert_false(encoder_has(&c, ENCODER_POSITIONS));
	assert_false(encoder_has(&c, ENCODER_POS_KEY));
	assert_false(encoder_has(&c, ENCODER_CONVOLUTION_NORM_BIAS));
	named(ENCODER_RELATIVE_NORM_BIAS, 0, "encoder.LayerNorm.bias");
	named(ENCODER_KEY, 5, "encoder.layer.5.attention.self.key_proj.weight");

	takes("{\"model_type\":\"deberta-v2\",\"architectures\":[\"DebertaV2For"
	      "SequenceClassification\"],\"hidden_size\":64,"
	      "\"num_attention_heads\":4,\"embedding_size\":32,"
	      "\"relative_attention\":true,\"max_relative_positions\":40,"
	      "\"pos_att_type\":[\"c2p\"],\"conv_kernel_size\":3,\"conv_act\":"
	      "\"gelu\",\"pooler_hidden_act\":\"tanh\",\"num_labels\":1,"
	      "\"type_vocab_size\":2,\"cls_dropout\":0.5}");
	assert_true(c.c2p && !c.p2c && !c.relative_norm && c.regression);
	assert_int_equal(c.relative_max, 40);
	assert_int_equal(c.buckets, 0);
	assert_int_equal(c.pooler_function, LINEAR_TANH);
	assert_int_equal(c.convolution_function, LINEAR_GELU);
	shaped(ENCODER_RELATIVE, 2, 80, 64, 0);
	shaped(ENCODER_CONVOLUTION, 3, 64, 64, 3);
	shaped(ENCODER_CONVOLUTION_BIAS, 1, 64, 0, 0);
	shaped(ENCODER_PROJECTION, 2, 64, 32, 0);
	shaped(ENCODER_WORDS, 2, 128100, 32, 0);
	shaped(ENCODER_POSITIONS, 2, 512, 32, 0);
	shaped(ENCODER_TYPES, 2, 2, 32, 0);
	shaped(ENCODER_EMBEDDING_NORM, 1, 64, 0, 0);
	shaped(ENCODER_POS_KEY, 2, 64, 64, 0);
	assert_false(encoder_has(&c, ENCODER_POS_QUERY));
	full(ENCODER_POS_KEY_BIAS,
	     "deberta.encoder.layer.0.attention.self.pos_key_proj.bias");
	full(ENCODER_CONVOLUTION, "deberta.encoder.conv.conv.weight");
	full(ENCODER_PROJECTION, "deberta.embeddings.embed_proj.weight");
	full(ENCODER_POOLER, "pooler.dense.weight");
}

#define BERT(more) "{\"model_type\":\"bert\"," more "}"
#define DEBERTA(more)                                                          \
	"{\"model_type\":\"deberta-v2\",\"relative_attention\":true," more "}"
#define HEAD(more)                                                             \
	BERT("\"architectures\":[\"BertForSequenceClassification\"]," more)

static void test_refused(void **state)
{
	static const char *const sizes[] = {
		"vocab_size",        "hidden_size",
		"num_hidden_layers", "num_attention_heads",
		"intermediate_size", "max_position_embeddings",
	};
	static const char *const values[] = {
		"0",     "-1",   "1.5",  "1e300", "18446744073709551616",
		"\"9\"", "true", "[12]", "{}",
	};
	struct str s = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		for (size_t k = 0; k < sizeof(values) / sizeof(*values); k++) {
			str_reset(&s);
			str_printf(&s, BERT("\"%s\":%s"), sizes[i], values[k]);
			refuses(s.p, sizes[i]);
		}
	str_release(&s);
	refuses(BERT("\"num_attention_heads\":5"), "num_attention_heads");
	refuses(BERT("\"hidden_act\":\"quick_gelu\""), "hidden_act");
	refuses(BERT("\"hidden_act\":7"), "hidden_act");
	refuses(BERT("\"is_decoder\":true"), "is_decoder");
	refuses(BERT("\"is_decoder\":1"), "is_decoder");
	refuses(BERT("\"add_cross_attention\":true"), "add_cross_attention");
	refuses(BERT("\"position_embedding_type\":\"relative_key\""),
		"position_embedding_type");
	refuses(BERT("\"quantization_config\":{}"), "quantization_config");
	refuses(BERT("\"auto_map\":{}"), "auto_map");
	refuses(BERT("\"pruned_heads\":{\"0\":[1]}"), "pruned_heads");
	takes(BERT("\"pruned_heads\":{},\"quantization_config\":null"));
	refuses(BERT("\"layer_norm_eps\":-1"), "layer_norm_eps");
	refuses(BERT("\"layer_norm_eps\":\"1e-5\""), "layer_norm_eps");
	refuses(BERT("\"hidden_dropout_prob\":1"), "hidden_dropout_prob");
	refuses(BERT("\"type_vocab_size\":-2"), "type_vocab_size");
	refuses(BERT("\"pad_token_id\":30522"), "pad_token_id");
	refuses("{\"model_type\":\"deberta\"}", "deberta-v2");
	refuses("{\"model_type\":\"t5\"}", "model_type");
	refuses("{}", "model_type");
	refuses("[]", "model_type");
	refuses("7", "not JSON");
	refuses("", "not JSON");
	refuses("{\"model_type\":\"bert\"} x", "not JSON");
	refuses("{\"model_type\":\"bert\"", "not JSON");
	refuses(HEAD("\"id2label\":{\"0\":\"a\",\"2\":\"b\"}"), "id2label");
	refuses(HEAD("\"id2label\":{\"0\":\"a\",\"0\":\"b\"}"), "id2label");
	refuses(HEAD("\"id2label\":{\"-1\":\"a\"}"), "id2label");
	refuses(HEAD("\"id2label\":{\"0\":7}"), "id2label");
	refuses(HEAD("\"id2label\":{}"), "id2label");
	refuses(HEAD("\"id2label\":[\"a\"]"), "id2label");
	refuses(HEAD("\"num_labels\":0"), "num_labels");
	refuses(DEBERTA("\"pooler_hidden_size\":100"), "pooler_hidden_size");
	refuses(DEBERTA("\"attention_head_size\":32"), "attention_head_size");
	refuses(DEBERTA("\"conv_kernel_size\":4"), "conv_kernel_size");
	refuses(DEBERTA("\"conv_kernel_size\":33"), "conv_kernel_size");
	refuses(DEBERTA("\"conv_groups\":2"), "conv_groups");
	refuses(DEBERTA("\"position_buckets\":2"), "position_buckets");
	refuses(DEBERTA("\"position_buckets\":1024"), "position_buckets");
	refuses(DEBERTA("\"position_buckets\":1.5"), "position_buckets");
	refuses(DEBERTA("\"embedding_size\":0"), "embedding_size");
}

/* Members of all sorts in all places: refused or taken, nothing else. */
static void test_mutations(void **state)
{
	static const char good[] = DEBERTA(
	    "\"hidden_size\":64,\"num_attention_heads\":4,\"id2label\":{\"0\":"
	    "\"a\",\"1\":\"b\"},\"pos_att_type\":[\"c2p\",\"p2c\"],"
	    "\"norm_rel_ebd\":\"layer_norm|x\",\"conv_kernel_size\":3");
	static const char some[] = "0123456789[]{},:\"-\\|e.\0\xff";
	struct str s = { 0 };
	uint64_t rng = 3;
	size_t taken = 0;

	(void)state;
	takes(good);
	for (int i = 0; i < 20000; i++) {
		str_reset(&s);
		str_put(&s, good, sizeof(good) - 1);
		for (size_t k = 1 + rng_below(&rng, 3); k--;)
			s.p[rng_below(&rng, s.n)] =
			    some[rng_below(&rng, sizeof(some) - 1)];
		encoder_config_release(&c);
		if (encoder_config_parse(&c, span_str(&s), "config.json", &err))
			assert_status(&err, ERR_DATA);
		else
			taken += c.hidden % c.heads == 0;
	}
	assert_true(taken > 100);
	str_release(&s);
}

static int end(void **state)
{
	(void)state;
	encoder_config_release(&c);
	assert_int_equal(encoder_config_read(&c, "/nowhere/config.json", &err),
			 -1);
	assert_status(&err, ERR_ENV);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bert),
		cmocka_unit_test(test_roberta),
		cmocka_unit_test(test_distilbert),
		cmocka_unit_test(test_mpnet),
		cmocka_unit_test(test_deberta),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
