/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts to vectors and classes: what sentence_* gives against the same put
 * together by hand from tokens and encoder_apply. */
#include "testing.h"

#include <math.h>

#include "../helpers/encodermake.h"
#include "encoder/sentence.h"

enum { HIDDEN = 24, LABELS = 3, ROOM = 38 }; /* 40 less [CLS], [SEP] */

static struct sentence_model *open_dir(const char *dir)
{
	struct err err = { 0 };
	struct sentence_model *m = sentence_open(dir, LINEAR_F32, &err);

	if (!m)
		fail_msg("%s", err.message);
	return m;
}

/* "w0 w1 ..." of numbers below 60, from the seed. */
static char *words(size_t n, uint64_t seed)
{
	struct str s = { 0 };

	for (size_t i = 0; i < n; i++)
		str_printf(&s, "%sw%zu", i ? " " : "", rng_below(&seed, 60));
	str_z(&s);
	return s.p;
}

/* The same as tokens. */
static struct subword *word_tokens(size_t n, uint64_t seed, int type)
{
	struct subword *t = mem_zalloc(n + 1, sizeof(*t));

	for (size_t i = 0; i < n; i++)
		t[i] =
		    (struct subword){ .id = (int32_t)rng_below(&seed, 60) + 4,
				      .type = (uint8_t)type };
	return t;
}

struct by_hand {
	struct encoderfolder *folder;
	struct encoder *encoder;
	struct encoder_work *work;
};

static void open_hand(struct by_hand *h, const char *dir)
{
	struct err err;

	h->folder = encoderfolder_open(dir, &err);
	assert_non_null(h->folder);
	h->encoder = encoder_new(h->folder, LINEAR_F32, &err);
	assert_non_null(h->encoder);
	h->work = encoder_work_new(h->encoder);
}

static void close_hand(struct by_hand *h)
{
	encoder_work_free(h->work);
	encoder_free(h->encoder);
	encoderfolder_close(h->folder);
}

/* [CLS] n tokens [SEP] */
static size_t frame(const struct subword *t, size_t n, struct subword *out)
{
	out[0] = (struct subword){ .id = 2 };
	memcpy(out + 1, t, n * sizeof(*t));
	out[n + 1] = (struct subword){ .id = 3 };
	return n + 2;
}

/* The sum of states of tokens from `skip` on, divided by their number. */
static void hand_mean(struct by_hand *h, const struct subword *t, size_t n,
		      size_t skip, double out[HIDDEN])
{
	struct subword framed[40];
	size_t count = frame(t, n, framed), start[2] = { 0, count };
	struct encoder_batch b = { 1, start, framed };
	struct err err;
	const float *x = encoder_apply(h->encoder, h->work, &b, &err);

	assert_non_null(x);
	for (int j = 0; j < HIDDEN; j++) {
		out[j] = 0;
		for (size_t i = skip; i < count; i++)
			out[j] +=
			    x[i * HIDDEN + (size_t)j] / (double)(count - skip);
	}
}

static void hand_normalise(double x[HIDDEN])
{
	double sum = 0;

	for (int j = 0; j < HIDDEN; j++)
		sum += x[j] * x[j];
	for (int j = 0; j < HIDDEN; j++)
		x[j] /= sqrt(sum);
}

static void is(const float *got, const double *want, size_t n)
{
	for (size_t j = 0; j < n; j++)
		assert_float_equal(got[j], want[j], 1e-5);
}

static void one_vector(const struct sentence_model *m, enum sentence_role role,
		       const char *text, float *out, unsigned *windows)
{
	struct sentence_work *w = sentence_work_new(m);
	struct span s = span_of(text);
	struct err err = { 0 };

	if (sentence_vectors(m, w, role, &s, 1, out, windows, &err))
		fail_msg("%s", err.message);
	sentence_work_free(w);
}

static void mean_of_tokens(void **state)
{
	char *dir = encodermake("mean", encodermake_configs[0], 3, NULL);
	struct sentence_model *m = open_dir(dir);
	struct by_hand h;
	float got[HIDDEN];
	double want[HIDDEN];
	unsigned windows;

	(void)state;
	open_hand(&h, dir);
	assert_int_equal(sentence_dim(m), HIDDEN);
	for (size_t n = 0; n <= ROOM; n += 19) {
		char *text = words(n, n);
		struct subword *t = word_tokens(n, n, 0);

		one_vector(m, SENTENCE_PLAIN, text, got, &windows);
		assert_int_equal(windows, 1);
		hand_mean(&h, t, n, 0, want);
		hand_normalise(want);
		is(got, want, HIDDEN);
		free(t);
		free(text);
	}
	close_hand(&h);
	sentence_close(m);
	free(dir);
}

/* Windows of 38 tokens begin every 34 (38 less its eighth). */
static void windows_are_averaged(void **state)
{
	char *dir = encodermake("windows", encodermake_configs[0], 3, NULL);
	struct sentence_model *m = open_dir(dir);
	struct by_hand h;
	size_t n = 100, step = 34, total = 0;
	char *text = words(n, 1);
	struct subword *t = word_tokens(n, 1, 0);
	double sum[HIDDEN] = { 0 }, mean[HIDDEN];
	float got[HIDDEN];
	unsigned windows;

	(void)state;
	open_hand(&h, dir);
	for (size_t at = 0; at == 0 || at + ROOM - step < n; at += step) {
		size_t own = n - at < ROOM ? n - at : ROOM;

		hand_mean(&h, t + at, own, 0, mean);
		for (int j = 0; j < HIDDEN; j++)
			sum[j] += (double)own * mean[j];
		total += own;
	}
	for (int j = 0; j < HIDDEN; j++)
		sum[j] /= (double)total;
	hand_normalise(sum);
	one_vector(m, SENTENCE_PLAIN, text, got, &windows);
	assert_int_equal(windows, 3);
	is(got, sum, HIDDEN);
	close_hand(&h);
	sentence_close(m);
	free(text);
	free(t);
	free(dir);
}

static void modules(const char *dir, const char *pooling, bool dense)
{
	static const char with[] =
	    "[{\"idx\":0,\"name\":\"0\",\"path\":\"\",\"type\":"
	    "\"sentence_transformers.models.Transformer\"},"
	    "{\"idx\":1,\"name\":\"1\",\"path\":\"1_Pooling\",\"type\":"
	    "\"sentence_transformers.models.Pooling\"}";
	static const char more[] =
	    ",{\"idx\":2,\"name\":\"2\",\"path\":\"2_Dense\",\"type\":"
	    "\"sentence_transformers.models.Dense\"}";
	static const char prompts[] =
	    "{\"prompts\":{\"query\":\"w1 w2: \",\"passage\":\"w3: \"},"
	    "\"default_prompt_name\":null}";
	static const char dense_config[] =
	    "{\"in_features\":24,\"out_features\":2,\"bias\":true,"
	    "\"activation_function\":\"torch.nn.modules.activation.Tanh\"}";
	size_t dims[2] = { 2, HIDDEN };
	float values[2 * HIDDEN] = { 0 }, bias[2] = { 0.5f, -0.25f };
	struct tensorwriter w = { { 0 }, { 0 } };
	struct str s = { 0 };

	values[0] = 1;
	values[HIDDEN + 1] = 2;
	str_printf(&s, "%s%s]", with, dense ? more : "");
	encodermake_file(dir, "modules.json", s.p, s.n);
	encodermake_file(dir, "1_Pooling/config.json", pooling,
			 strlen(pooling));
	encodermake_file(dir, "config_sentence_transformers.json", prompts,
			 strlen(prompts));
	encodermake_file(dir, "2_Dense/config.json", dense_config,
			 strlen(dense_config));
	tensorwriter_add(&w, "linear.weight", values, dims, 2);
	tensorwriter_add(&w, "linear.bias", bias, dims, 1);
	tensorwriter_end(&w, &s);
	encodermake_file(dir, "2_Dense/model.safetensors", s.p, s.n);
	str_release(&s);
}

/* A prefix's tokens count in the mean unless include_prompt is false; and a
 * dense layer behind pooling. */
static void prefixes_and_dense(void **state)
{
	static const char counted[] =
	    "{\"word_embedding_dimension\":24,"
	    "\"pooling_mode_cls_token\":false,"
	    "\"pooling_mode_mean_tokens\":true,\"include_prompt\":true}";
	static const char left_out[] =
	    "{\"word_embedding_dimension\":24,"
	    "\"pooling_mode_cls_token\":false,"
	    "\"pooling_mode_mean_tokens\":true,\"include_prompt\":false}";
	/* [UNK] is the colon's. */
	struct subword query[5] = { { .id = 5 },
				    { .id = 6 },
				    { .id = 1 },
				    { .id = 13 },
				    { .id = 14 } };
	struct subword passage[4] = {
		{ .id = 7 }, { .id = 1 }, { .id = 13 }, { .id = 14 }
	};
	char *dir = encodermake("prefix", encodermake_configs[0], 3, NULL);
	struct sentence_model *m;
	struct by_hand h;
	float got[HIDDEN];
	double want[HIDDEN];

	(void)state;
	modules(dir, counted, false);
	m = open_dir(dir);
	open_hand(&h, dir);
	one_vector(m, SENTENCE_QUERY, "w9 w10", got, NULL);
	hand_mean(&h, query, 5, 0, want);
	is(got, want, HIDDEN);
	one_vector(m, SENTENCE_PASSAGE, "w9 w10", got, NULL);
	hand_mean(&h, passage, 4, 0, want);
	is(got, want, HIDDEN);
	one_vector(m, SENTENCE_PLAIN, "w9 w10", got, NULL);
	hand_mean(&h, passage + 2, 2, 0, want);
	is(got, want, HIDDEN);
	sentence_close(m);

	modules(dir, left_out, true);
	m = open_dir(dir);
	assert_int_equal(sentence_dim(m), 2);
	one_vector(m, SENTENCE_QUERY, "w9 w10", got, NULL);
	hand_mean(&h, query, 5, 4, want);
	want[0] = tanh(want[0] + 0.5);
	want[1] = tanh(2 * want[1] - 0.25);
	is(got, want, 2);
	sentence_close(m);
	close_hand(&h);
	free(dir);
}

/* Each window of a long text stands behind the prefix. */
static void windows_with_a_prefix(void **state)
{
	static const char counted[] = "{\"word_embedding_dimension\":24,"
				      "\"pooling_mode_cls_token\":true,"
				      "\"pooling_mode_mean_tokens\":false}";
	char *dir = encodermake("both", encodermake_configs[0], 3, NULL);
	char *text = words(50, 7), *first, *second;
	struct sentence_model *m;
	struct str s = { 0 };
	float got[HIDDEN], a[HIDDEN], b[HIDDEN];
	unsigned windows;

	(void)state;
	modules(dir, counted, false);
	m = open_dir(dir);
	/* 35 behind "w1 w2 :", every 31: the second has 19. */
	first = words(35, 7);
	str_puts(&s, text);
	second = s.p;
	for (int i = 0; i < 31; i++)
		second = strchr(second, ' ') + 1;
	one_vector(m, SENTENCE_QUERY, text, got, &windows);
	assert_int_equal(windows, 2);
	one_vector(m, SENTENCE_QUERY, first, a, &windows);
	assert_int_equal(windows, 1);
	one_vector(m, SENTENCE_QUERY, second, b, NULL);
	for (int j = 0; j < HIDDEN; j++)
		assert_float_equal(got[j], (35 * a[j] + 19 * b[j]) / 54, 1e-5);
	str_release(&s);
	sentence_close(m);
	free(first);
	free(text);
	free(dir);
}

/* do_lower_case before a tokenizer that keeps capitals, and max_seq_length. */
static void small_letters(void **state)
{
	static const char limits[] =
	    "{\"max_seq_length\":20,\"do_lower_case\":true}";
	char *dir = encodermake("lower", encodermake_configs[0], 3, NULL);
	struct sentence_model *m;
	struct str path = { 0 }, json = { 0 };
	float small[HIDDEN], capital[HIDDEN];
	char *lowercase;
	unsigned windows;

	(void)state;
	str_printf(&path, "%s/tokenizer.json", dir);
	test_load(path.p, &json);
	lowercase = strstr(json.p, "\"lowercase\": true");
	assert_non_null(lowercase);
	memcpy(lowercase, "\"lowercase\":false", 17);
	for (int i = 0; i < 2; i++) {
		encodermake_file(dir, "tokenizer.json", json.p, json.n);
		if (i)
			encodermake_file(dir, "sentence_bert_config.json",
					 limits, strlen(limits));
		m = open_dir(dir);
		one_vector(m, SENTENCE_PLAIN, "w9 w10", small, NULL);
		one_vector(m, SENTENCE_PLAIN, "W9 W10", capital, NULL);
		assert_int_equal(!memcmp(small, capital, sizeof(small)), i);
		one_vector(m, SENTENCE_PLAIN,
			   "w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 w13 w14 "
			   "w15 w16 w17 w18 w19",
			   small, &windows);
		assert_int_equal(windows, i + 1);
		sentence_close(m);
	}
	str_release(&path);
	str_release(&json);
	free(dir);
}

static void any_batch_gives_the_same(void **state)
{
	enum { TEXTS = 60 };
	char *dir = encodermake("batch", encodermake_configs[3], 3, NULL);
	struct sentence_model *m = open_dir(dir);
	struct sentence_work *w = sentence_work_new(m);
	struct span texts[TEXTS];
	float all[TEXTS * HIDDEN], one[HIDDEN];
	float logits[TEXTS * LABELS], alone[LABELS];
	unsigned windows[TEXTS], single;
	struct err err;

	(void)state;
	for (size_t i = 0; i < TEXTS; i++)
		texts[i] = span_of(words(i * 37 % 131, i));
	assert_int_equal(sentence_vectors(m, w, SENTENCE_PLAIN, texts, TEXTS,
					  all, windows, &err),
			 0);
	assert_int_equal(
	    sentence_logits(m, w, texts, TEXTS, logits, NULL, &err), 0);
	for (size_t i = 0; i < TEXTS; i++) {
		assert_int_equal(sentence_vectors(m, w, SENTENCE_PLAIN,
						  &texts[i], 1, one, &single,
						  &err),
				 0);
		assert_memory_equal(one, all + i * HIDDEN, sizeof(one));
		assert_int_equal(single, windows[i]);
		assert_int_equal(
		    sentence_logits(m, w, &texts[i], 1, alone, NULL, &err), 0);
		assert_memory_equal(alone, logits + i * LABELS, sizeof(alone));
		free((char *)(uintptr_t)texts[i].p);
	}
	sentence_work_free(w);
	sentence_close(m);
	free(dir);
}

/* 37 tokens fit beside three special ones: the longer is cut until they do. */
static void pairs_are_cut(void **state)
{
	static const struct {
		size_t query, text, kept_query, kept_text;
	} cases[] = {
		{ 5, 6, 5, 6 },     { 5, 32, 5, 32 },   { 5, 33, 5, 32 },
		{ 90, 4, 33, 4 },   { 30, 30, 18, 19 }, { 19, 20, 18, 19 },
		{ 20, 19, 19, 18 }, { 0, 50, 0, 37 },
	};
	char *dir = encodermake("pairs", encodermake_configs[0], 3, NULL);
	struct sentence_model *m = open_dir(dir);
	struct sentence_work *w = sentence_work_new(m);
	struct by_hand h;

	(void)state;
	open_hand(&h, dir);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *query = words(cases[i].query, 1);
		char *text = words(cases[i].text, 2);
		struct subword *a = word_tokens(cases[i].query, 1, 0);
		struct subword *b = word_tokens(cases[i].text, 2, 1), all[40];
		struct span s = span_of(text);
		size_t n = frame(a, cases[i].kept_query, all), start[2];
		struct encoder_batch batch = { 1, start, all };
		float got[LABELS], want[LABELS];
		struct err err;

		memcpy(all + n, b, cases[i].kept_text * sizeof(*b));
		n += cases[i].kept_text;
		all[n++] = (struct subword){ .id = 3, .type = 1 };
		start[0] = 0;
		start[1] = n;
		assert_int_equal(
		    encoder_classify(h.encoder, h.work, &batch, want, &err), 0);
		assert_int_equal(
		    sentence_pairs(m, w, span_of(query), &s, 1, got, &err), 0);
		assert_memory_equal(got, want, sizeof(got));
		free(a);
		free(b);
		free(query);
		free(text);
	}
	close_hand(&h);
	sentence_work_free(w);
	sentence_close(m);
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mean_of_tokens),
		cmocka_unit_test(windows_are_averaged),
		cmocka_unit_test(prefixes_and_dense),
		cmocka_unit_test(windows_with_a_prefix),
		cmocka_unit_test(small_letters),
		cmocka_unit_test(any_batch_gives_the_same),
		cmocka_unit_test(pairs_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
