/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small model folders for tests: every family, random weights (or what the test
 * makes of them), a WordPiece tokenizer that knows "w0" to "w59" (ids 4 to 63).
 */
#ifndef MOODPIPE_ENCODERMAKE_H
#define MOODPIPE_ENCODERMAKE_H

#include <sys/stat.h>

#include "encoder/encoderfolder.h"
#include "math/random.h"
#include "tensorwriter.h"

#define ENCODERMAKE_WORDS 64

#define ENCODERMAKE_SHAPE                                                      \
	"\"vocab_size\":64,\"num_hidden_layers\":3,\"hidden_size\":24,"        \
	"\"num_attention_heads\":3,\"intermediate_size\":40,"                  \
	"\"hidden_act\":\"gelu\",\"layer_norm_eps\":1e-7,"                     \
	"\"id2label\":{\"0\":\"calm\",\"1\":\"sad\",\"2\":\"glad\"},"

/* config.json of each family; the last three are DeBERTa's variants. */
static const char *const encodermake_configs[] = {
	"{\"model_type\":\"bert\"," ENCODERMAKE_SHAPE
	"\"max_position_embeddings\":40,\"type_vocab_size\":2,"
	"\"pad_token_id\":0}",
	"{\"model_type\":\"roberta\"," ENCODERMAKE_SHAPE
	"\"max_position_embeddings\":42,\"type_vocab_size\":1,"
	"\"pad_token_id\":1}",
	"{\"model_type\":\"distilbert\",\"vocab_size\":64,\"n_layers\":2,"
	"\"dim\":24,\"n_heads\":3,\"hidden_dim\":40,\"activation\":\"gelu\","
	"\"max_position_embeddings\":40,\"pad_token_id\":0,"
	"\"id2label\":{\"0\":\"calm\",\"1\":\"sad\",\"2\":\"glad\"}}",
	"{\"model_type\":\"mpnet\"," ENCODERMAKE_SHAPE
	"\"max_position_embeddings\":42,\"relative_attention_num_buckets\":32,"
	"\"pad_token_id\":1}",
	"{\"model_type\":\"deberta-v2\"," ENCODERMAKE_SHAPE
	"\"max_position_embeddings\":40,\"type_vocab_size\":0,"
	"\"relative_attention\":true,\"position_buckets\":16,"
	"\"norm_rel_ebd\":\"layer_norm\",\"share_att_key\":true,"
	"\"pos_att_type\":\"p2c|c2p\",\"max_relative_positions\":-1,"
	"\"position_biased_input\":false,\"pooler_hidden_act\":\"gelu\","
	"\"pooler_hidden_size\":24,\"pad_token_id\":0}",
	"{\"model_type\":\"deberta-v2\"," ENCODERMAKE_SHAPE
	"\"max_position_embeddings\":40,\"type_vocab_size\":2,"
	"\"relative_attention\":true,\"embedding_size\":16,"
	"\"conv_kernel_size\":3,\"conv_act\":\"gelu\","
	"\"pos_att_type\":[\"p2c\",\"c2p\"],\"max_relative_positions\":30,"
	"\"position_biased_input\":true,\"pooler_hidden_act\":\"gelu\","
	"\"pooler_hidden_size\":24,\"pad_token_id\":0}",
	"{\"model_type\":\"deberta-v2\"," ENCODERMAKE_SHAPE
	"\"max_position_embeddings\":40,\"type_vocab_size\":0,"
	"\"relative_attention\":true,\"position_buckets\":8,"
	"\"conv_kernel_size\":5,\"conv_act\":\"tanh\","
	"\"share_att_key\":false,\"pos_att_type\":[\"c2p\"],"
	"\"position_biased_input\":false,\"pooler_hidden_act\":\"gelu\","
	"\"pooler_hidden_size\":24,\"pad_token_id\":0}",
};
#define ENCODERMAKE_CONFIGS                                                    \
	(sizeof(encodermake_configs) / sizeof(*encodermake_configs))

/* Called for every tensor with random values in it, to change them. */
typedef void encodermake_values(enum encoder_tensor t, size_t layer,
				const size_t dims[3], float *values,
				size_t count);

static inline void encodermake_file(const char *dir, const char *name,
				    const void *p, size_t n)
{
	struct str path = { 0 };

	str_printf(&path, "%s/%s", dir, name);
	for (size_t i = strlen(dir) + 1; i < path.n; i++)
		if (path.p[i] == '/') {
			path.p[i] = '\0';
			mkdir(path.p, 0777);
			path.p[i] = '/';
		}
	test_save(path.p, p, n);
	str_release(&path);
}

static inline void encodermake_tokenizer(const char *dir)
{
	struct str s = { 0 };

	str_puts(&s,
		 "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,"
		 "\"added_tokens\":[],\"normalizer\":{\"type\":"
		 "\"BertNormalizer\",\"clean_text\":true,"
		 "\"handle_chinese_chars\":true,\"strip_accents\":null,"
		 "\"lowercase\": true},\"pre_tokenizer\":{\"type\":"
		 "\"BertPreTokenizer\"},\"post_processor\":{\"type\":"
		 "\"TemplateProcessing\",\"single\":["
		 "{\"SpecialToken\":{\"id\":\"[CLS]\",\"type_id\":0}},"
		 "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
		 "{\"SpecialToken\":{\"id\":\"[SEP]\",\"type_id\":0}}],"
		 "\"pair\":["
		 "{\"SpecialToken\":{\"id\":\"[CLS]\",\"type_id\":0}},"
		 "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
		 "{\"SpecialToken\":{\"id\":\"[SEP]\",\"type_id\":0}},"
		 "{\"Sequence\":{\"id\":\"B\",\"type_id\":1}},"
		 "{\"SpecialToken\":{\"id\":\"[SEP]\",\"type_id\":1}}],"
		 "\"special_tokens\":{"
		 "\"[CLS]\":{\"id\":\"[CLS]\",\"ids\":[2],"
		 "\"tokens\":[\"[CLS]\"]},"
		 "\"[SEP]\":{\"id\":\"[SEP]\",\"ids\":[3],"
		 "\"tokens\":[\"[SEP]\"]}}},\"decoder\":null,"
		 "\"model\":{\"type\":\"WordPiece\",\"unk_token\":\"[UNK]\","
		 "\"continuing_subword_prefix\":\"##\","
		 "\"max_input_chars_per_word\":100,\"vocab\":{"
		 "\"[PAD]\":0,\"[UNK]\":1,\"[CLS]\":2,\"[SEP]\":3");
	for (int i = 0; i + 4 < ENCODERMAKE_WORDS; i++)
		str_printf(&s, ",\"w%d\":%d", i, i + 4);
	str_puts(&s, "}}}");
	encodermake_file(dir, "tokenizer.json", s.p, s.n);
	str_release(&s);
}

static inline void encodermake_tensor(const struct encoder_config *c,
				      enum encoder_tensor t, size_t layer,
				      struct random *r,
				      encodermake_values *change,
				      struct tensorwriter *w)
{
	size_t dims[3] = { 1, 1, 1 }, n = 1, in;
	int ndim = encoder_dims(c, t, dims);
	struct str name = { 0 };
	float *x;

	for (int i = 0; i < ndim; i++)
		n *= dims[i];
	in = ndim > 1 ? n / dims[0] : 1;
	encoder_name(c, t, layer, &name);
	x = mem_alloc(n * sizeof(*x));
	for (size_t i = 0; i < n; i++)
		x[i] = (float)(random_normal(r) / sqrt((double)in));
	/* Gains near one, biases near zero. */
	for (size_t i = 0; ndim == 1 && i < n; i++)
		x[i] = x[i] / 8 + (strstr(str_z(&name), "Norm.weight") ||
				   strstr(str_z(&name), "norm.weight"));
	if (change)
		change(t, layer, dims, x, n);
	tensorwriter_add(w, str_z(&name), x, dims, ndim);
	str_release(&name);
	free(x);
}

/* Writes a folder; its path, which the test's directory goes with, is freed by
 * the caller. */
static inline char *encodermake(const char *name, const char *config,
				uint64_t seed, encodermake_values *change)
{
	char *dir = test_path(name);
	struct encoder_config c = { 0 };
	struct tensorwriter w = { { 0 }, { 0 } };
	struct str file = { 0 };
	struct random r;
	struct err err;

	random_seed(&r, seed, 0);
	mkdir(dir, 0777);
	assert_int_equal(
	    encoder_config_parse(&c, span_of(config), "config.json", &err), 0);
	for (int t = 0; t < ENCODER_TENSORS; t++) {
		bool in_layer = t >= (int)ENCODER_LAYER_FIRST &&
				t < (int)ENCODER_HEAD_FIRST;
		size_t n = in_layer ? c.layers : 1;

		for (size_t i = 0;
		     i < n && encoder_has(&c, (enum encoder_tensor)t); i++)
			encodermake_tensor(&c, (enum encoder_tensor)t, i, &r,
					   change, &w);
	}
	tensorwriter_end(&w, &file);
	encodermake_file(dir, "model.safetensors", file.p, file.n);
	encodermake_file(dir, "config.json", config, strlen(config));
	encodermake_tokenizer(dir);
	encoder_config_release(&c);
	str_release(&file);
	return dir;
}

#endif
