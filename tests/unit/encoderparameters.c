/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models' folders into parameters and back: the pass in training gives what the
 * encoder applied gives, before and after, and with adapters merged. */
#include "testing.h"

#include <math.h>

#include "../helpers/encodermake.h"
#include "encoder/lora.h"
#include "encoder/pooling.h"

enum { TOKENS = 30, SEQUENCES = 3 };

struct model {
	char *dir;
	struct encoderfolder *folder;
	struct parameters p;
	struct encoderpass *pass;
	struct subword token[TOKENS];
	size_t start[SEQUENCES + 1];
	struct encoder_batch batch;
};

static void fill(struct model *m)
{
	uint64_t rng = 5;

	m->start[1] = 1;
	m->start[2] = 12;
	m->start[3] = TOKENS;
	for (int i = 0; i < TOKENS; i++)
		m->token[i] =
		    (struct subword){ .id = (int32_t)rng_below(&rng, 64),
				      .type = i % 11 > 6 };
	m->batch = (struct encoder_batch){ SEQUENCES, m->start, m->token };
}

static void open_model(struct model *m, size_t family)
{
	struct encoderpass_options o = { .threads = 2 };
	struct err err = { 0 };

	memset(m, 0, sizeof(*m));
	m->dir = encodermake("model", encodermake_configs[family], 1, NULL);
	m->folder = encoderfolder_open(m->dir, &err);
	if (!m->folder)
		fail_msg("%s", err.message);
	if (encoderpass_parameters(&m->folder->config, m->folder, 1,
				   ENCODERPASS_CLASSIFIER, &m->p, &err))
		fail_msg("%s", err.message);
	m->pass = encoderpass_new(&m->folder->config, &m->p, &o, &err);
	if (!m->pass)
		fail_msg("%s", err.message);
	fill(m);
}

static void close_model(struct model *m)
{
	encoderpass_free(m->pass);
	parameters_release(&m->p);
	encoderfolder_close(m->folder);
	free(m->dir);
}

static double furthest(const float *a, const float *b, size_t n)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs((double)a[i] - b[i]));
	return most;
}

static const float *forward(struct model *m)
{
	struct err err = { 0 };
	const float *x =
	    encoderpass_forward(m->pass, &m->batch, false, 0, &err);

	if (!x)
		fail_msg("%s", err.message);
	return x;
}

/* How far the pass is from the encoder of a folder, states and logits. */
static double apart(struct model *m, const struct encoderfolder *folder)
{
	struct err err = { 0 };
	struct encoder *e = encoder_new(folder, LINEAR_F32, &err);
	struct encoder_work *w;
	float want[SEQUENCES * 3], got[SEQUENCES * 3];
	const float *states;
	double far;

	if (!e)
		fail_msg("%s", err.message);
	w = encoder_work_new(e);
	states = encoder_apply(e, w, &m->batch, &err);
	assert_non_null(states);
	far = furthest(states, forward(m), TOKENS * folder->config.hidden);
	assert_int_equal(encoder_classify(e, w, &m->batch, want, &err), 0);
	assert_int_equal(encoderpass_classify(m->pass, false, 0, got, &err), 0);
	far = fmax(far, furthest(want, got, SEQUENCES * 3));
	encoder_work_free(w);
	encoder_free(e);
	return far;
}

static void as_applied(void **state)
{
	(void)state;
	for (size_t f = 0; f < ENCODERMAKE_CONFIGS; f++) {
		struct model m;

		open_model(&m, f);
		if (!(apart(&m, m.folder) <= 1e-5))
			fail_msg("%zu: %g", f, apart(&m, m.folder));
		close_model(&m);
	}
}

/* Replaces the folder's weights by the parameters. */
static struct encoderfolder *written(struct model *m)
{
	struct str path = { 0 };
	struct err err = { 0 };
	struct encoderfolder *f;

	str_printf(&path, "%s/model.safetensors", m->dir);
	if (encoderpass_write(&m->folder->config, &m->p, str_z(&path), &err))
		fail_msg("%s", err.message);
	str_release(&path);
	f = encoderfolder_open(m->dir, &err);
	if (!f)
		fail_msg("%s", err.message);
	return f;
}

static void there_and_back(void **state)
{
	(void)state;
	for (size_t f = 0; f < ENCODERMAKE_CONFIGS; f++) {
		struct encoderfolder *again;
		struct model m;

		open_model(&m, f);
		for (size_t i = 0; i < m.p.count; i++)
			m.p.items[i]->value[0] += 0.25f;
		again = written(&m);
		assert_true(apart(&m, m.folder) > 1e-3);
		if (!(apart(&m, again) <= 1e-5))
			fail_msg("%zu: %g", f, apart(&m, again));
		encoderfolder_close(again);
		close_model(&m);
	}
}

static void merged_and_opened(void **state)
{
	struct lora_options o = { 3, 4, 0, "all-linear,word_embeddings" };

	(void)state;
	for (size_t f = 0; f < ENCODERMAKE_CONFIGS; f++) {
		struct encoderfolder *again;
		struct err err = { 0 };
		struct random r;
		struct model m;
		float adapted[TOKENS * 24];

		open_model(&m, f);
		random_seed(&r, 4, 0);
		assert_int_equal(
		    lora_add(&m.folder->config, &o, 1, &m.p, m.pass, &err), 0);
		for (size_t i = 0; i < m.p.count; i++)
			for (size_t k = 0;
			     (strstr(m.p.items[i]->name, "lora_B") ||
			      strstr(m.p.items[i]->name, "embedding_A")) &&
			     k < m.p.items[i]->count;
			     k++)
				m.p.items[i]->value[k] =
				    (float)random_normal(&r) / 8;
		memcpy(adapted, forward(&m), sizeof(adapted));
		lora_merge(&m.folder->config, &o, &m.p);
		again = written(&m);
		assert_true(furthest(adapted, forward(&m), TOKENS * 24) < 2e-5);
		if (!(apart(&m, again) <= 1e-5))
			fail_msg("%zu: %g", f, apart(&m, again));
		encoderfolder_close(again);
		close_model(&m);
	}
}

static void vectors(void **state)
{
	static const enum encoder_pooling modes[] = {
		POOLING_CLS,  POOLING_MEAN,     POOLING_MEAN_SQRT,
		POOLING_LAST, POOLING_WEIGHTED,
	};
	struct model m;

	(void)state;
	open_model(&m, 0);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		float got[SEQUENCES * 24], want[24], length = 0;
		const float *states = forward(&m);

		encoderpass_pool(m.pass, modes[i], false, got);
		for (size_t s = 0; s < SEQUENCES; s++) {
			pooling_apply(modes[i], states + m.start[s] * 24,
				      m.start[s + 1] - m.start[s], 24, 0, want);
			assert_true(furthest(want, got + s * 24, 24) < 1e-5);
		}
		encoderpass_pool(m.pass, modes[i], true, got);
		for (int k = 0; k < 24; k++)
			length += got[k] * got[k];
		assert_true(fabsf(length - 1) < 1e-5f);
	}
	close_model(&m);
}

/* Random ones: as published models begin, the same for the same seed. */
static void random_ones(void **state)
{
	struct encoder_config c = { 0 };
	struct parameters p[3] = { 0 };
	struct err err = { 0 };
	double sum = 0;
	const struct parameter *words;

	(void)state;
	assert_int_equal(encoder_config_parse(&c,
					      span_of(encodermake_configs[0]),
					      "config.json", &err),
			 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(encoderpass_parameters(&c, NULL, i < 2 ? 1 : 2,
							ENCODERPASS_CLASSIFIER |
							    ENCODERPASS_WORDS,
							&p[i], &err),
				 0);
	for (size_t i = 0; i < p[0].count; i++) {
		const struct parameter *x = p[0].items[i];
		size_t n = x->count * sizeof(float);

		assert_null(x->gradient);
		assert_int_equal(x->decays, x->ndim > 1);
		assert_memory_equal(x->value, p[1].items[i]->value, n);
		assert_int_equal(!memcmp(x->value, p[2].items[i]->value, n),
				 x->ndim == 1);
	}
	words = parameters_find(&p[0], "embeddings.word_embeddings.weight");
	for (size_t i = 0; i < words->count; i++)
		sum += (double)words->value[i] * words->value[i];
	assert_true(fabs(sqrt(sum / (double)words->count) - 0.02) < 0.002);
	for (int i = 0; i < 3; i++)
		parameters_release(&p[i]);
	encoder_config_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_applied),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(merged_and_opened),
		cmocka_unit_test(vectors),
		cmocka_unit_test(random_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
