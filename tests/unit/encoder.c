/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The encoder on small models: closed forms, and that a sequence's result does
 * not depend on its batch; numbers of real shapes are compared with an
 * independent program by tests/cli/embed/encoder-reference.sh. */
#include "testing.h"

#include <math.h>

#include "../helpers/encodermake.h"
#include "base/parallel.h"
#include "encoder/encoder.h"

enum { HIDDEN = 24, SEQUENCES = 9, LABELS = 3 };

struct batch {
	struct subword token[256];
	size_t start[SEQUENCES + 1];
	struct encoder_batch b;
};

static void fill(struct batch *b)
{
	static const size_t lengths[SEQUENCES] = { 1,  7, 40, 2, 33,
						   16, 5, 24, 11 };
	uint64_t rng = 5;
	size_t n = 0;

	b->start[0] = 0;
	for (size_t s = 0; s < SEQUENCES; s++) {
		for (size_t i = 0; i < lengths[s]; i++)
			b->token[n++] = (struct subword){
				.id = (int32_t)rng_below(&rng, 64),
				.type = i > lengths[s] / 2,
			};
		b->start[s + 1] = n;
	}
	b->b = (struct encoder_batch){ SEQUENCES, b->start, b->token };
}

struct model {
	char *dir;
	struct encoderfolder *folder;
	struct encoder *encoder;
	struct encoder_work *work;
};

static void open_model(struct model *m, const char *config,
		       enum linear_precision p, encodermake_values *change)
{
	struct err err = { 0 };

	m->dir = encodermake("model", config, 1, change);
	m->folder = encoderfolder_open(m->dir, &err);
	if (!m->folder)
		fail_msg("%s", err.message);
	m->encoder = encoder_new(m->folder, p, &err);
	if (!m->encoder)
		fail_msg("%s", err.message);
	m->work = encoder_work_new(m->encoder);
}

static void close_model(struct model *m)
{
	encoder_work_free(m->work);
	encoder_free(m->encoder);
	encoderfolder_close(m->folder);
	free(m->dir);
}

static const float *apply(const struct model *m, struct encoder_work *w,
			  const struct encoder_batch *b)
{
	struct err err = { 0 };
	const float *x = encoder_apply(m->encoder, w, b, &err);

	if (!x)
		fail_msg("%s", err.message);
	return x;
}

/* --- closed forms --- */

/* Scores all zero, so that attention is the mean; nothing fed forward. */
static void plain(enum encoder_tensor t, size_t layer, const size_t dims[3],
		  float *x, size_t n)
{
	(void)layer;
	switch (t) {
	case ENCODER_WORDS:
		break;
	case ENCODER_EMBEDDING_NORM:
	case ENCODER_ATTENTION_NORM:
	case ENCODER_FEED_NORM:
		for (size_t i = 0; i < n; i++)
			x[i] = 1;
		break;
	case ENCODER_VALUE:
	case ENCODER_ATTENTION_OUT:
	case ENCODER_POOLER:
	case ENCODER_CLASSIFIER:
		for (size_t i = 0; i < n; i++)
			x[i] = i / dims[1] == i % dims[1];
		break;
	default:
		memset(x, 0, n * sizeof(*x));
	}
}

static void norm(double *x)
{
	double mean = 0, square = 0;

	for (int i = 0; i < HIDDEN; i++)
		mean += x[i] / HIDDEN;
	for (int i = 0; i < HIDDEN; i++)
		square += (x[i] - mean) * (x[i] - mean) / HIDDEN;
	for (int i = 0; i < HIDDEN; i++)
		x[i] = (x[i] - mean) / sqrt(square + 1e-7);
}

static void plain_layers(double (*x)[HIDDEN], size_t n, int layers)
{
	for (size_t i = 0; i < n; i++)
		norm(x[i]);
	while (layers--) {
		double mean[HIDDEN] = { 0 };

		for (size_t i = 0; i < n * HIDDEN; i++)
			mean[i % HIDDEN] += x[i / HIDDEN][i % HIDDEN] / n;
		for (size_t i = 0; i < n; i++) {
			for (int j = 0; j < HIDDEN; j++)
				x[i][j] += mean[j];
			norm(x[i]);
			norm(x[i]);
		}
	}
}

static void attention_of_zeros_is_the_mean(void **state)
{
	struct tensormap *map;
	const struct tensormap_tensor *words;
	struct batch b;
	struct model m;
	struct str path = { 0 };
	struct err err;
	const float *got;
	float logits[SEQUENCES * LABELS];
	double x[40][HIDDEN];

	(void)state;
	fill(&b);
	open_model(&m, encodermake_configs[0], LINEAR_F32, plain);
	str_printf(&path, "%s/model.safetensors", m.dir);
	map = tensormap_open(path.p, &err);
	words = tensormap_find(map, "embeddings.word_embeddings.weight");
	assert_non_null(words);
	got = apply(&m, m.work, &b.b);
	for (size_t s = 0; s < SEQUENCES; s++) {
		size_t n = b.start[s + 1] - b.start[s];

		for (size_t i = 0; i < n; i++) {
			float row[HIDDEN];

			tensormap_floats(
			    words, (size_t)b.token[b.start[s] + i].id * HIDDEN,
			    HIDDEN, row);
			for (int j = 0; j < HIDDEN; j++)
				x[i][j] = row[j];
		}
		plain_layers(x, n, 3);
		for (size_t i = 0; i < n * HIDDEN; i++)
			assert_float_equal(got[b.start[s] * HIDDEN + i],
					   x[i / HIDDEN][i % HIDDEN], 1e-4);
	}
	/* BERT's head: tanh of the first token's state, here its first
	 * numbers. */
	got = apply(&m, m.work, &b.b);
	for (size_t i = 0; i < SEQUENCES * LABELS; i++)
		logits[i] =
		    tanhf(got[b.start[i / LABELS] * HIDDEN + i % LABELS]);
	{
		float out[SEQUENCES * LABELS];

		assert_int_equal(
		    encoder_classify(m.encoder, m.work, &b.b, out, &err), 0);
		for (size_t i = 0; i < SEQUENCES * LABELS; i++)
			assert_float_equal(out[i], logits[i], 1e-5);
	}
	tensormap_close(map);
	str_release(&path);
	close_model(&m);
}

/* --- independence --- */

static void check_alone(const struct model *m, const struct batch *b,
			const float *all)
{
	for (size_t s = 0; s < SEQUENCES; s++) {
		size_t n = b->start[s + 1] - b->start[s], start[2] = { 0, n };
		struct encoder_batch one = { 1, start, b->token + b->start[s] };

		assert_memory_equal(apply(m, m->work, &one),
				    all + b->start[s] * HIDDEN,
				    n * HIDDEN * sizeof(float));
	}
}

static void check_firsts(const struct model *m, const struct batch *b,
			 const float *all)
{
	struct err err;
	const float *x = encoder_firsts(m->encoder, m->work, &b->b, &err);

	assert_non_null(x);
	for (size_t s = 0; s < SEQUENCES; s++)
		assert_memory_equal(x + s * HIDDEN, all + b->start[s] * HIDDEN,
				    HIDDEN * sizeof(*x));
}

static void a_sequence_stands_alone(void **state)
{
	struct batch b;
	size_t n;
	float *all;

	(void)state;
	fill(&b);
	n = b.start[SEQUENCES] * HIDDEN;
	all = mem_alloc(n * sizeof(*all));
	for (size_t f = 0; f < ENCODERMAKE_CONFIGS; f++)
		for (int p = 0; p < 3; p++) {
			struct model m;

			open_model(&m, encodermake_configs[f],
				   (enum linear_precision)p, NULL);
			memcpy(all, apply(&m, m.work, &b.b), n * sizeof(*all));
			check_firsts(&m, &b, all);
			check_alone(&m, &b, all);
			assert_memory_equal(all, apply(&m, m.work, &b.b),
					    n * sizeof(*all));
			close_model(&m);
		}
	free(all);
}

struct many { /* as many copies of the batch as exceed a chunk */
	const struct model *m;
	const struct batch *b;
	const float *all;
	int differ[8];
};

static void threaded(void *ctx, size_t i, int thread)
{
	struct many *x = ctx;
	struct encoder_work *w = encoder_work_new(x->m->encoder);
	size_t n = x->b->start[SEQUENCES], copies = 4 + i;
	struct subword *token = mem_alloc(copies * n * sizeof(*token));
	size_t *start = mem_zalloc(copies * SEQUENCES + 1, sizeof(*start));
	struct encoder_batch b = { copies * SEQUENCES, start, token };
	const float *got;
	struct err err;

	(void)thread;
	for (size_t c = 0; c < copies; c++) {
		memcpy(token + c * n, x->b->token, n * sizeof(*token));
		for (size_t s = 0; s <= SEQUENCES; s++)
			start[c * SEQUENCES + s] = c * n + x->b->start[s];
	}
	got = encoder_apply(x->m->encoder, w, &b, &err);
	for (size_t c = 0; c < copies; c++)
		x->differ[i] |= !got || memcmp(got + c * n * HIDDEN, x->all,
					       n * HIDDEN * sizeof(*got));
	free(token);
	free(start);
	encoder_work_free(w);
}

static void threads_and_chunks(void **state)
{
	struct batch b;
	struct model m;
	struct many x = { &m, &b, NULL, { 0 } };
	float *all;
	size_t n;

	(void)state;
	fill(&b);
	n = b.start[SEQUENCES] * HIDDEN;
	for (size_t f = 0; f < ENCODERMAKE_CONFIGS; f++) {
		open_model(&m, encodermake_configs[f], LINEAR_F32, NULL);
		all = mem_dup(apply(&m, m.work, &b.b), n * sizeof(*all));
		x.all = all;
		parallel_for(4, 8, threaded, &x);
		for (int i = 0; i < 8; i++)
			assert_int_equal(x.differ[i], 0);
		free(all);
		close_model(&m);
	}
}

/* --- precisions --- */

static double cosine(const float *a, const float *b, size_t n)
{
	double ab = 0, aa = 0, bb = 0;

	for (size_t i = 0; i < n; i++) {
		ab += (double)a[i] * b[i];
		aa += (double)a[i] * a[i];
		bb += (double)b[i] * b[i];
	}
	return ab / sqrt(aa * bb);
}

static void precisions_are_near(void **state)
{
	static const double least[] = { 1, 0.9999, 0.999 };
	struct batch b;
	size_t n;

	(void)state;
	fill(&b);
	n = b.start[SEQUENCES] * HIDDEN;
	for (size_t f = 0; f < ENCODERMAKE_CONFIGS; f++) {
		struct model m;
		float *exact;

		open_model(&m, encodermake_configs[f], LINEAR_F32, NULL);
		exact = mem_dup(apply(&m, m.work, &b.b), n * sizeof(*exact));
		close_model(&m);
		for (int p = 1; p < 3; p++) {
			open_model(&m, encodermake_configs[f],
				   (enum linear_precision)p, NULL);
			assert_true(cosine(apply(&m, m.work, &b.b), exact, n) >=
				    least[p]);
			close_model(&m);
		}
		free(exact);
	}
}

/* --- adapters --- */

enum { RANK = 2, WORDS = 64 };

static void adapter_factors(float a[RANK * HIDDEN], float b[HIDDEN * RANK])
{
	for (int i = 0; i < RANK * HIDDEN; i++) {
		a[i] = 0.1f * (float)(i * 7 % 11 - 5);
		b[i] = 0.1f * (float)(i * 5 % 13 - 6);
	}
}

static float word_factor(size_t i)
{
	return 0.05f * (float)((int)(i * 11 % 17) - 8);
}

/* The key's weight of layer 1 as 8 / 2 B A leaves it, and the words'. */
static void merged(enum encoder_tensor t, size_t layer, const size_t dims[3],
		   float *x, size_t n)
{
	float a[RANK * HIDDEN], b[HIDDEN * RANK];

	(void)dims;
	adapter_factors(a, b);
	if (t == ENCODER_KEY && layer == 1)
		for (size_t i = 0; i < n; i++)
			for (size_t r = 0; r < RANK; r++)
				x[i] += 4 * b[i / HIDDEN * RANK + r] *
					a[r * HIDDEN + i % HIDDEN];
	if (t == ENCODER_WORDS)
		for (size_t i = 0; i < n; i++)
			for (size_t r = 0; r < RANK; r++)
				x[i] += 4 * b[i % HIDDEN * RANK + r] *
					word_factor(r * WORDS + i / HIDDEN);
	if (t == ENCODER_CLASSIFIER)
		for (size_t i = 0; i < n; i++)
			x[i] = (float)i / 50;
}

static void write_adapter(const char *dir)
{
	static const char config[] =
	    "{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":8,"
	    "\"lora_dropout\":0.1,"
	    "\"target_modules\":[\"key\",\"word_embeddings\"],"
	    "\"modules_to_save\":[\"classifier\"],\"bias\":\"none\"}";
	static const char key[] =
	    "base_model.model.bert.encoder.layer.1.attention.self.key.lora_";
	static const char table[] = "base_model.model.bert.embeddings."
				    "word_embeddings.lora_embedding_";
	size_t a_dims[2] = { RANK, HIDDEN }, b_dims[2] = { HIDDEN, RANK };
	size_t head_dims[2] = { LABELS, HIDDEN };
	size_t words_dims[2] = { RANK, WORDS };
	float a[RANK * HIDDEN], b[HIDDEN * RANK], head[LABELS * HIDDEN];
	float words[RANK * WORDS];
	struct tensorwriter w = { { 0 }, { 0 } };
	struct str s = { 0 };

	adapter_factors(a, b);
	for (size_t i = 0; i < LABELS * HIDDEN; i++)
		head[i] = (float)i / 50;
	for (size_t i = 0; i < RANK * WORDS; i++)
		words[i] = word_factor(i);
	encodermake_file(dir, "adapter_config.json", config, strlen(config));
	str_printf(&s, "%sA.weight", key);
	tensorwriter_add(&w, s.p, a, a_dims, 2);
	str_reset(&s);
	str_printf(&s, "%sB.weight", key);
	tensorwriter_add(&w, s.p, b, b_dims, 2);
	tensorwriter_add(&w, "base_model.model.classifier.weight", head,
			 head_dims, 2);
	str_reset(&s);
	str_printf(&s, "%sA", table);
	tensorwriter_add(&w, s.p, words, words_dims, 2);
	str_reset(&s);
	str_printf(&s, "%sB", table);
	tensorwriter_add(&w, s.p, b, b_dims, 2);
	tensorwriter_end(&w, &s);
	encodermake_file(dir, "adapter_model.safetensors", s.p, s.n);
	str_release(&s);
}

/* An adapter in the folder, and the head it keeps, count. */
static void adapters_are_added(void **state)
{
	struct batch b;
	struct model m, adapted = { 0 };
	struct err err = { 0 };
	float want[SEQUENCES * LABELS], got[SEQUENCES * LABELS];
	const float *x, *y;

	(void)state;
	fill(&b);
	open_model(&m, encodermake_configs[0], LINEAR_F32, merged);
	adapted.dir = encodermake("adapted", encodermake_configs[0], 1, NULL);
	write_adapter(adapted.dir);
	adapted.folder = encoderfolder_open(adapted.dir, &err);
	assert_non_null(adapted.folder);
	adapted.encoder = encoder_new(adapted.folder, LINEAR_F32, &err);
	if (!adapted.encoder)
		fail_msg("%s", err.message);
	adapted.work = encoder_work_new(adapted.encoder);
	x = apply(&m, m.work, &b.b);
	y = apply(&adapted, adapted.work, &b.b);
	for (size_t i = 0; i < b.start[SEQUENCES] * HIDDEN; i++)
		assert_float_equal(y[i], x[i], 1e-5);
	assert_int_equal(encoder_classify(m.encoder, m.work, &b.b, want, &err),
			 0);
	assert_int_equal(
	    encoder_classify(adapted.encoder, adapted.work, &b.b, got, &err),
	    0);
	for (size_t i = 0; i < SEQUENCES * LABELS; i++)
		assert_float_equal(got[i], want[i], 1e-5);
	close_model(&m);
	close_model(&adapted);
}

/* --- hostile input --- */

static void damaged(enum encoder_tensor t, size_t layer, const size_t dims[3],
		    float *x, size_t n)
{
	(void)dims;
	if (t == ENCODER_FEED_NORM && layer == 2)
		x[n - 1] = INFINITY;
}

static int refused(const struct model *m, struct subword *t, size_t n)
{
	size_t start[2] = { 0, n };
	struct encoder_batch b = { 1, start, t };
	struct err err = { 0 };

	if (encoder_apply(m->encoder, m->work, &b, &err))
		return 0;
	assert_status(&err, ERR_RECORD);
	return 1;
}

static void what_is_refused(void **state)
{
	struct subword t[64] = { { 0 } };
	struct model m;

	(void)state;
	open_model(&m, encodermake_configs[0], LINEAR_F32, NULL);
	assert_int_equal(refused(&m, t, 40), 0);
	assert_int_equal(refused(&m, t, 41), 1);
	assert_int_equal(refused(&m, t, 0), 1);
	t[3].id = 63;
	assert_int_equal(refused(&m, t, 4), 0);
	t[3].id = 64;
	assert_int_equal(refused(&m, t, 4), 1);
	t[3].id = -1;
	assert_int_equal(refused(&m, t, 4), 1);
	t[3].id = INT32_MAX;
	assert_int_equal(refused(&m, t, 4), 1);
	t[3] = (struct subword){ .id = 1, .type = 2 };
	assert_int_equal(refused(&m, t, 4), 1);
	close_model(&m);

	open_model(&m, encodermake_configs[0], LINEAR_F32, damaged);
	t[3].type = 0;
	assert_int_equal(refused(&m, t, 4), 1);
	close_model(&m);
}

static void keep_embeddings(void *ctx, size_t layer, const float *states)
{
	if (!layer)
		memcpy(ctx, states, 3 * HIDDEN * sizeof(*states));
}

/* RoBERTa's padding token inside a text has padding's place, and those behind
 * it do not move on for it. */
static void padding_has_its_place(void **state)
{
	struct subword t[3] = { { .id = 5 }, { .id = 1 }, { .id = 9 } };
	size_t start[2] = { 0, 3 };
	struct encoder_batch b = { 1, start, t };
	struct model m;
	float padded[3][HIDDEN], x[3][HIDDEN];

	(void)state;
	open_model(&m, encodermake_configs[1], LINEAR_F32, NULL);
	assert_int_equal(m.folder->config.position_first, 2);
	encoder_watched(m.work, keep_embeddings, padded);
	apply(&m, m.work, &b);
	encoder_watched(m.work, keep_embeddings, x);
	t[1].id = 9;
	apply(&m, m.work, &b);
	assert_memory_equal(padded[0], x[0], sizeof(x[0]));
	assert_memory_equal(padded[2], x[1], sizeof(x[0]));
	assert_memory_not_equal(padded[2], x[2], sizeof(x[0]));
	close_model(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attention_of_zeros_is_the_mean),
		cmocka_unit_test(a_sequence_stands_alone),
		cmocka_unit_test(threads_and_chunks),
		cmocka_unit_test(precisions_are_near),
		cmocka_unit_test(adapters_are_added),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(padding_has_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
