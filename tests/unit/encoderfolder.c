/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model's folder: what its files say is taken, what they cannot say is
 * refused by name, and its digest tells it from others. */
#include "testing.h"

#include <math.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "../helpers/encodermake.h"
#include "encoder/encoderfolder.h"

static char *dir;
static struct encoderfolder *f;
static struct err err;

static void put(const char *name, const char *text)
{
	encodermake_file(dir, name, text, strlen(text));
}

static void drop(const char *name)
{
	struct str path = { 0 };

	str_printf(&path, "%s/%s", dir, name);
	unlink(path.p);
	str_release(&path);
}

static bool opens_at(const char *path)
{
	encoderfolder_close(f);
	memset(&err, 0, sizeof(err));
	f = encoderfolder_open(path, &err);
	return f != NULL;
}

static void opens(void)
{
	if (!opens_at(dir))
		fail_msg("%s", err.message);
}

static void refuses(const char *why)
{
	if (opens_at(dir))
		fail_msg("taken, though \"%s\"", why);
	assert_status(&err, ERR_DATA);
	if (!strstr(err.message, why))
		fail_msg("\"%s\", wanted \"%s\"", err.message, why);
	assert_non_null(strstr(err.message, dir));
}

static const char *last(const char *path)
{
	return strrchr(path, '/') + 1;
}

static void test_plain(void **state)
{
	(void)state;
	opens();
	assert_int_equal(f->pooling, POOLING_MEAN);
	assert_true(f->normalise && f->prompt_pooled && !f->lowercase);
	assert_int_equal(f->dim, 24);
	assert_int_equal(f->tokens_max, 40);
	assert_int_equal(f->config.labels, 3);
	assert_string_equal(f->name, last(dir));
	assert_string_equal(f->query_prefix, "");
	assert_string_equal(f->passage_prefix, "");
	assert_null(f->base);
	assert_null(f->known);
	assert_int_equal(f->nfiles, 3);
	assert_non_null(f->tokenizer);
}

static void test_limits(void **state)
{
	(void)state;
	put("tokenizer_config.json",
	    "{\"model_max_length\": 1000000000000000019884624838656}");
	opens();
	assert_int_equal(f->tokens_max, 40);
	put("tokenizer_config.json", "{\"model_max_length\": 20}");
	opens();
	assert_int_equal(f->tokens_max, 20);
	put("sentence_bert_config.json",
	    "{\"max_seq_length\": 30, \"do_lower_case\": true}");
	opens();
	assert_int_equal(f->tokens_max, 30);
	assert_true(f->lowercase);
	put("sentence_bert_config.json", "{\"max_seq_length\": 4000}");
	opens();
	assert_int_equal(f->tokens_max, 40);
	put("sentence_bert_config.json", "{\"max_seq_length\": null}");
	opens();
	assert_int_equal(f->tokens_max, 20);
	put("sentence_bert_config.json", "{\"max_seq_length\": 0}");
	refuses("max_seq_length");
	put("sentence_bert_config.json",
	    "{\"transformer_task\": \"text-generation\"}");
	refuses("transformer_task");
	put("sentence_bert_config.json", "{\"do_lower_case\": 1}");
	refuses("do_lower_case");
	drop("sentence_bert_config.json");
	put("tokenizer_config.json", "{\"model_max_length\": -4}");
	refuses("model_max_length");
	drop("tokenizer_config.json");
}

#define MODULE(path, type)                                                     \
	"{\"path\":\"" path "\",\"type\":\"sentence_transformers.models." type \
	"\"}"
#define THREE "[" MODULE("", "Transformer") "," MODULE("1_Pooling", "Pooling")

static void pooled(const char *config, unsigned pooling)
{
	put("1_Pooling/config.json", config);
	opens();
	assert_int_equal(f->pooling, pooling);
}

static void test_pooling(void **state)
{
	(void)state;
	put("modules.json", THREE "]");
	pooled("{\"pooling_mode_cls_token\":true,\"pooling_mode_mean_tokens\":"
	       "false,\"include_prompt\":false}",
	       POOLING_CLS);
	assert_false(f->normalise || f->prompt_pooled);
	pooled("{\"word_embedding_dimension\":24,\"pooling_mode_max_tokens\":"
	       "true,\"pooling_mode_mean_sqrt_len_tokens\":true,"
	       "\"pooling_mode_weightedmean_tokens\":true,"
	       "\"pooling_mode_lasttoken\":true}",
	       POOLING_MAX | POOLING_MEAN_SQRT | POOLING_WEIGHTED |
		   POOLING_LAST);
	assert_int_equal(f->dim, 96);
	pooled("{\"pooling_mode\":\"weightedmean\"}", POOLING_WEIGHTED);
	pooled("{\"pooling_mode\":[\"max\",\"lasttoken\"]}",
	       POOLING_MAX | POOLING_LAST);
	pooled("{\"pooling_mode_mean_tokens\":true,\"pooling_mode_new\":false}",
	       POOLING_MEAN);
	put("modules.json", THREE "," MODULE("2_Normalize", "Normalize") "]");
	opens();
	assert_true(f->normalise);

	put("1_Pooling/config.json", "{\"pooling_mode_new\":true}");
	refuses("pooling_mode_new");
	put("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\":false}");
	refuses("no way of pooling");
	put("1_Pooling/config.json", "{\"pooling_mode\":[\"mean\",\"cls\"]}");
	refuses("pooling_mode");
	put("1_Pooling/config.json", "{\"pooling_mode\":\"best\"}");
	refuses("best");
	put("1_Pooling/config.json", "{\"pooling_mode_cls_token\":1}");
	refuses("pooling_mode_cls_token");
	put("1_Pooling/config.json", "{");
	refuses("not JSON");
	drop("1_Pooling/config.json");
	refuses("1_Pooling/config.json");
	put("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\":true}");
}

static void test_modules(void **state)
{
	(void)state;
	put("modules.json", "[" MODULE("", "Transformer") "]");
	opens(); /* as cross-encoders have it */
	assert_true(f->pooling == POOLING_MEAN && f->normalise);
	put("modules.json", "[]");
	refuses("missing");
	put("modules.json", "[" MODULE("1_Pooling", "Pooling") "]");
	refuses("before a Transformer");
	put("modules.json", THREE "," MODULE("2", "LSTM") "]");
	refuses("LSTM");
	put("modules.json", THREE "," MODULE("2", "Dropout") "]");
	opens();
	put("modules.json", THREE "," MODULE("1_Pooling", "Pooling") "]");
	refuses("twice");
	put("modules.json", THREE "," MODULE("", "Transformer") "]");
	refuses("twice");
	put("modules.json", "[" MODULE("../x", "Transformer") "]");
	refuses("outside");
	put("modules.json", "[" MODULE("..", "Transformer") "]");
	refuses("outside");
	put("modules.json", "[" MODULE("/etc", "Transformer") "]");
	refuses("outside");
	put("modules.json", "[" MODULE("0_There", "Transformer") "," MODULE(
				"1_Pooling", "Pooling") "]");
	refuses("no 0_There/config.json");
	put("modules.json", "[{\"type\":7}]");
	refuses("type");
	put("modules.json", "[7]");
	refuses("Transformer");
	put("modules.json", "{}");
	refuses("missing");
	put("modules.json", "x");
	refuses("not JSON");
}

static void dense_file(const char *name, size_t out, size_t in)
{
	float *x = mem_zalloc(out * in, sizeof(*x));
	size_t dims[2] = { out, in };
	struct tensorwriter w = { { 0 }, { 0 } };
	struct str s = { 0 };

	tensorwriter_add(&w, "linear.weight", x, dims, 2);
	tensorwriter_add(&w, "linear.bias", x, dims, 1);
	tensorwriter_end(&w, &s);
	encodermake_file(dir, name, s.p, s.n);
	str_release(&s);
	free(x);
}

static void test_dense(void **state)
{
	static const char start[] = "{\"in_features\":24,\"out_features\":5,"
				    "\"bias\":true,\"activation_function\":";
	struct str s = { 0 };

	(void)state;
	put("modules.json", THREE "," MODULE("2_Dense", "Dense") "]");
	dense_file("2_Dense/model.safetensors", 5, 24);
	str_printf(&s, "%s\"torch.nn.modules.activation.Tanh\"}", start);
	put("2_Dense/config.json", s.p);
	opens();
	assert_int_equal(f->dense_count, 1);
	assert_int_equal(f->dim, 5);
	assert_int_equal(f->dense[0].function, LINEAR_TANH);
	assert_int_equal(tensormap_count(f->dense[0].tensors), 2);
	str_reset(&s);
	str_printf(&s, "%s\"torch.nn.modules.linear.Identity\"}", start);
	put("2_Dense/config.json", s.p);
	opens();
	assert_int_equal(f->dense[0].function, LINEAR_IDENTITY);

	put("modules.json", THREE
	    "," MODULE("2", "Normalize") "," MODULE("2_Dense", "Dense") "]");
	refuses("behind Normalize");
	put("modules.json", THREE "," MODULE("2_Dense", "Dense") "]");
	str_reset(&s);
	str_printf(&s, "%s\"os.system\"}", start);
	put("2_Dense/config.json", s.p);
	refuses("activation_function");
	put("2_Dense/config.json", "{\"in_features\":25,\"out_features\":5}");
	refuses("25");
	put("2_Dense/config.json", "{\"in_features\":24}");
	refuses("out_features");
	put("2_Dense/config.json", "{\"in_features\":24,\"out_features\":5,"
				   "\"module_input_name\":\"tokens\"}");
	refuses("module_input_name");
	put("2_Dense/config.json", "{\"in_features\":24,\"out_features\":5}");
	opens();
	assert_int_equal(f->dense[0].function, LINEAR_TANH);
	drop("2_Dense/model.safetensors");
	refuses("safetensors");
	drop("2_Dense/config.json");
	put("modules.json", THREE "]");
	str_release(&s);
}

static void prefixed(const char *query, const char *passage)
{
	opens();
	assert_string_equal(f->query_prefix, query);
	assert_string_equal(f->passage_prefix, passage);
}

static void test_prompts(void **state)
{
	(void)state;
	put("config_sentence_transformers.json",
	    "{\"prompts\":{\"query\":\"ask: \",\"document\":\"a\\nb \"}}");
	prefixed("ask: ", "a\nb ");
	put("config_sentence_transformers.json",
	    "{\"prompts\":{\"query\":\"q \",\"x\":\"say \"},"
	    "\"default_prompt_name\":\"x\"}");
	prefixed("q ", "say ");
	put("config_sentence_transformers.json",
	    "{\"prompts\":{},\"default_prompt_name\":null}");
	prefixed("", "");
	put("config_sentence_transformers.json",
	    "{\"prompts\":{},\"default_prompt_name\":\"x\"}");
	refuses("default_prompt_name");
	put("config_sentence_transformers.json", "{\"prompts\":7}");
	prefixed("", "");
	drop("config_sentence_transformers.json");
}

static void based_on(const char *base, const char *query, unsigned pooling)
{
	const char *config = encodermake_configs[0];
	struct str s = { 0 };

	str_printf(&s, "{\"_name_or_path\":\"%s\",%s", base, config + 1);
	put("config.json", s.p);
	opens();
	assert_string_equal(f->base, base);
	assert_string_equal(f->query_prefix, query);
	assert_int_equal(f->pooling, pooling);
	put("config.json", config);
	str_release(&s);
}

static void test_known(void **state)
{
	static const char bge[] =
	    "Represent this sentence for searching relevant passages: ";

	(void)state;
	drop("modules.json");
	based_on("intfloat/e5-small-v2", "query: ", POOLING_MEAN);
	assert_string_equal(f->passage_prefix, "passage: ");
	assert_string_equal(f->known, "e5-*");
	based_on("intfloat/Multilingual-E5-base", "query: ", POOLING_MEAN);
	based_on("/root/sentence_transformers/BAAI_bge-small-en/", bge,
		 POOLING_CLS);
	based_on("BAAI/bge-m3", "", POOLING_CLS);
	based_on("nreimers/MiniLM-L6-H384-uncased", "", POOLING_MEAN);
	assert_null(f->known);
	based_on("intfloat/multilingual-e5-large-instruct",
		 "Instruct: Given a request for music, find songs that fit it\n"
		 "Query: ",
		 POOLING_MEAN);
	assert_string_equal(f->passage_prefix, "");
	/* What the folder says itself goes before. */
	put("modules.json", THREE "]");
	put("config_sentence_transformers.json",
	    "{\"prompts\":{\"query\":\"q \"}}");
	based_on("BAAI/bge-small-en", "q ", POOLING_MEAN);
	assert_false(f->normalise);
	drop("modules.json");
	drop("config_sentence_transformers.json");
	drop("1_Pooling/config.json");
}

static void test_cache(void **state)
{
	char *home = test_path("hub");
	struct str path = { 0 };

	(void)state;
	mkdir(home, 0700);
	str_printf(&path, "%s/models--intfloat--e5-base-v2", home);
	mkdir(path.p, 0700);
	str_puts(&path, "/snapshots");
	mkdir(path.p, 0700);
	str_puts(&path, "/0a1b2c");
	assert_int_equal(rename(dir, path.p), 0);
	if (!opens_at(path.p))
		fail_msg("%s", err.message);
	assert_string_equal(f->name, "intfloat/e5-base-v2");
	assert_string_equal(f->query_prefix, "query: ");
	assert_int_equal(rename(path.p, dir), 0);
	str_reset(&path);
	str_printf(&path, "rm -rf '%s'", home);
	assert_int_equal(system(path.p), 0);
	str_release(&path);
	free(home);
}

/* Weights again, under other names or in other shapes. */
struct spelling {
	const char *prefix, *weight, *bias;
	enum encoder_tensor less; /* of this tensor one row is missing */
	bool without;             /* it is not there at all */
};

static void spell(const struct spelling *how)
{
	struct tensorwriter w = { { 0 }, { 0 } };
	struct str name = { 0 }, file = { 0 };
	struct encoder_config c;
	static float zeros[4096];

	assert_int_equal(encoder_config_parse(
			     &c, span_of(encodermake_configs[0]), "x", &err),
			 0);
	for (int t = 0; t < ENCODER_TENSORS; t++) {
		enum encoder_tensor x = (enum encoder_tensor)t;
		bool head = t >= (int)ENCODER_CLASSIFIER;
		size_t n =
		    t >= (int)ENCODER_LAYER_FIRST && t < (int)ENCODER_HEAD_FIRST
			? c.layers
			: 1;

		for (size_t i = 0; encoder_has(&c, x) && i < n; i++) {
			struct str full = { 0 };
			size_t dims[3];
			int ndim = encoder_dims(&c, x, dims);
			char *end;

			if (how->less == x && how->without)
				continue;
			dims[0] -= how->less == x;
			encoder_name(&c, x, i, &name);
			str_printf(&full, "%s%s", head ? "" : how->prefix,
				   name.p);
			end = strstr(full.p, "LayerNorm.");
			if (end) {
				full.n = (size_t)(end - full.p) + 10;
				str_puts(&full, encoder_is_bias(x)
						    ? how->bias
						    : how->weight);
			}
			tensorwriter_add(&w, full.p, zeros, dims, ndim);
			str_release(&full);
		}
	}
	tensorwriter_end(&w, &file);
	encodermake_file(dir, "model.safetensors", file.p, file.n);
	encoder_config_release(&c);
	str_release(&name);
	str_release(&file);
}

static const struct tensormap_tensor *tensor(enum encoder_tensor t,
					     size_t layer)
{
	memset(&err, 0, sizeof(err));
	return encoderfolder_tensor(f, t, layer, &err);
}

static void test_tensors(void **state)
{
	static const struct spelling whole[] = {
		{ "", "weight", "bias", ENCODER_TENSORS, false },
		{ "bert.", "weight", "bias", ENCODER_TENSORS, false },
		{ "", "gamma", "beta", ENCODER_TENSORS, false },
		{ "bert.", "gamma", "beta", ENCODER_TENSORS, false },
	};

	(void)state;
	for (int i = 0; i < 4; i++) {
		spell(&whole[i]);
		opens();
		assert_int_equal(f->config.labels, 3);
		for (int t = 0; t < ENCODER_TENSORS; t++)
			if (encoder_has(&f->config, (enum encoder_tensor)t) &&
			    !tensor((enum encoder_tensor)t, 0))
				fail_msg("%s", err.message);
		assert_non_null(tensor(ENCODER_FEED_NORM_BIAS, 2));
		assert_null(tensor(ENCODER_FEED_NORM_BIAS, 3));
		assert_non_null(strstr(err.message, "layer.3"));
	}
	spell(&(struct spelling){ "", "weight", "bias", ENCODER_FEED, false });
	opens();
	assert_null(tensor(ENCODER_FEED, 1));
	assert_status(&err, ERR_DATA);
	assert_non_null(strstr(err.message, "F32 [39, 24]"));
	assert_non_null(strstr(err.message, "[40, 24]"));
	spell(&(struct spelling){ "", "weight", "bias", ENCODER_KEY, true });
	opens();
	assert_null(tensor(ENCODER_KEY, 1));
	assert_non_null(strstr(err.message, "not there"));
	spell(&(struct spelling){ "", "weight", "bias", ENCODER_CLASSIFIER,
				  true });
	opens();
	assert_int_equal(f->config.labels, 0);
	assert_null(f->config.label);
	spell(&whole[0]);
}

static void digest_of(uint8_t digest[HASH_SIZE])
{
	opens();
	assert_int_equal(encoderfolder_digest(f, digest, &err), 0);
}

static void test_digest(void **state)
{
	uint8_t first[HASH_SIZE], other[HASH_SIZE], stamps[2][HASH_SIZE];
	const struct timeval then[2] = { { 1000, 0 }, { 1000, 0 } };
	struct str path = { 0 };

	(void)state;
	digest_of(first);
	assert_int_equal(encoderfolder_stamp(f, stamps[0], &err), 0);
	digest_of(other);
	assert_memory_equal(first, other, HASH_SIZE);
	assert_int_equal(encoderfolder_stamp(f, stamps[1], &err), 0);
	assert_memory_equal(stamps[0], stamps[1], HASH_SIZE);
	str_printf(&path, "%s/config.json", dir);
	assert_int_equal(utimes(path.p, then), 0);
	digest_of(other);
	assert_memory_equal(first, other, HASH_SIZE);
	assert_int_equal(encoderfolder_stamp(f, stamps[1], &err), 0);
	assert_memory_not_equal(stamps[0], stamps[1], HASH_SIZE);

	put("config_sentence_transformers.json",
	    "{\"prompts\":{\"query\":\"q \"}}");
	digest_of(other);
	assert_memory_not_equal(first, other, HASH_SIZE);
	drop("config_sentence_transformers.json");
	/* an adapter beside the weights decides, too */
	put("adapter_config.json", "{\"peft_type\":\"LORA\"}");
	put("adapter_model.safetensors", "one");
	digest_of(first);
	put("adapter_model.safetensors", "two");
	digest_of(other);
	assert_memory_not_equal(first, other, HASH_SIZE);
	drop("adapter_config.json");
	drop("adapter_model.safetensors");
	digest_of(first);
	spell(&(struct spelling){ "bert.", "weight", "bias", ENCODER_TENSORS,
				  false });
	digest_of(other);
	assert_memory_not_equal(first, other, HASH_SIZE);
	spell(
	    &(struct spelling){ "", "weight", "bias", ENCODER_TENSORS, false });
	digest_of(other);
	assert_memory_equal(first, other, HASH_SIZE);
	drop("config.json");
	assert_int_equal(encoderfolder_digest(f, other, &err), -1);
	assert_status(&err, ERR_ENV);
	assert_int_equal(encoderfolder_stamp(f, other, &err), -1);
	put("config.json", encodermake_configs[0]);
	str_release(&path);
}

static void test_missing(void **state)
{
	char *gone = test_path("gone");

	(void)state;
	assert_false(opens_at(gone));
	assert_status(&err, ERR_ENV);
	mkdir(gone, 0700);
	assert_false(opens_at(gone));
	assert_status(&err, ERR_DATA);
	assert_non_null(strstr(err.message, "no config.json"));
	rmdir(gone);
	free(gone);
	drop("tokenizer.json");
	refuses("no tokenizer.json");
	encoderfolder_close(f);
	f = encoderfolder_open_bare(dir, &err);
	assert_non_null(f);
	assert_null(f->tokenizer);
	encodermake_tokenizer(dir);
	drop("model.safetensors");
	refuses("no model.safetensors");
	spell(
	    &(struct spelling){ "", "weight", "bias", ENCODER_TENSORS, false });
	put("adapter_config.json", "{}");
	opens();
	assert_true(f->adapted);
	drop("adapter_config.json");
}

/* Every small file, damaged by chance: an answer or a reason. */
static void test_mutations(void **state)
{
	static const char some[] = "0123456789[]{},:\"-\\+.\0\xff";
	static const struct {
		const char *name, *text;
	} files[] = {
		{ "modules.json", THREE
		  "," MODULE("2_Dense", "Dense") "," MODULE("3_Normalize",
							    "Normalize") "]" },
		{ "1_Pooling/config.json", "{\"pooling_mode_cls_token\":true,"
					   "\"include_prompt\":false}" },
		{ "2_Dense/config.json",
		  "{\"in_features\":24,\"out_features\":5,"
		  "\"activation_function\":\"torch.nn.Tanh\"}" },
		{ "sentence_bert_config.json",
		  "{\"max_seq_length\":30,\"do_lower_case\":false}" },
		{ "tokenizer_config.json", "{\"model_max_length\":20}" },
		{ "config_sentence_transformers.json",
		  "{\"prompts\":{\"query\":\"q \",\"passage\":\"p \"},"
		  "\"default_prompt_name\":\"query\"}" },
	};
	const size_t n = sizeof(files) / sizeof(*files);
	struct str s = { 0 };
	uint64_t rng = 11;
	size_t taken = 0;

	(void)state;
	dense_file("2_Dense/model.safetensors", 5, 24);
	for (size_t i = 0; i < n; i++)
		put(files[i].name, files[i].text);
	opens();
	for (int i = 0; i < 1200; i++) {
		size_t k = rng_below(&rng, n);

		str_reset(&s);
		str_puts(&s, files[k].text);
		for (size_t m = 1 + rng_below(&rng, 3); m--;)
			s.p[rng_below(&rng, s.n)] =
			    some[rng_below(&rng, sizeof(some) - 1)];
		encodermake_file(dir, files[k].name, s.p, s.n);
		if (opens_at(dir))
			taken++;
		else
			assert_status(&err, ERR_DATA);
		put(files[k].name, files[k].text);
	}
	assert_true(taken > 50 && taken < 1150);
	str_release(&s);
}

static int begin(void **state)
{
	(void)state;
	dir = encodermake("folder", encodermake_configs[0], 1, NULL);
	return 0;
}

static int end(void **state)
{
	struct str command = { 0 };
	int rc;

	(void)state;
	encoderfolder_close(f);
	encoderfolder_close(NULL);
	str_printf(&command, "rm -rf '%s'", dir);
	rc = system(command.p);
	str_release(&command);
	free(dir);
	return rc;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_pooling),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_dense),
		cmocka_unit_test(test_prompts),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_tensors),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
