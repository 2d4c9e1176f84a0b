/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reverse mode against central differences, for every parameter of every
 * family; that threads and checkpointing change no bit. */
#include "passmodels.h"

#include <math.h>

#include "encoder/passwords.h"

#define HIDDEN 8
#define ROOM (TOKENS * VOCABULARY)

/* What is differentiated: a random linear functional of what a head gives. */
enum objective { STATES, CLASSES, MEANS, FIRSTS, TOLD, OBJECTIVES };

struct setting {
	enum objective objective;
	bool train;
};

static const size_t places[] = { 1, 4, 9, 12 };

static size_t outputs(enum objective o)
{
	static const size_t n[] = { TOKENS * HIDDEN, SEQUENCES * LABELS,
				    SEQUENCES * HIDDEN, SEQUENCES * HIDDEN,
				    4 * VOCABULARY };

	return n[o];
}

static void forward(struct encoderpass *e, const struct passbatch *b,
		    struct setting s, float *out)
{
	struct err err = { 0 };
	const float *states =
	    encoderpass_forward(e, &b->batch, s.train, 17, &err);
	int rc = 0;

	if (!states)
		fail_msg("%s", err.message);
	if (s.objective == STATES)
		memcpy(out, states, sizeof(float) * TOKENS * HIDDEN);
	if (s.objective == CLASSES)
		rc = encoderpass_classify(e, s.train, 23, out, &err);
	if (s.objective == MEANS)
		encoderpass_pool(e, POOLING_MEAN, true, out);
	if (s.objective == FIRSTS)
		encoderpass_pool(e, POOLING_CLS, false, out);
	if (s.objective == TOLD)
		rc = encoderpass_words(e, places, 4, out, &err);
	if (rc)
		fail_msg("%s", err.message);
}

static void backward(struct encoderpass *e, enum objective o, const float *dy)
{
	float d[TOKENS * HIDDEN];

	if (o == CLASSES)
		encoderpass_classify_backward(e, dy, d);
	else if (o == TOLD)
		encoderpass_words_backward(e, dy, d);
	else if (o != STATES)
		encoderpass_pool_backward(e, dy, d);
	encoderpass_backward(e, o == STATES ? dy : d);
}

static double loss(struct encoderpass *e, const struct passbatch *b,
		   struct setting s, const float *functional)
{
	float out[ROOM];
	double sum = 0;

	forward(e, b, s, out);
	for (size_t i = 0; i < outputs(s.objective); i++)
		sum += (double)out[i] * functional[i];
	return sum;
}

/* By differences of fourth order, two steps to each side. */
static double difference(struct encoderpass *e, const struct passbatch *b,
			 struct setting s, const float *functional, float *x)
{
	float was = *x, step = 0.01f;
	double f[4];
	static const float at[] = { 1, -1, 2, -2 };

	for (int i = 0; i < 4; i++) {
		*x = was + at[i] * step;
		f[i] = loss(e, b, s, functional);
	}
	*x = was;
	return (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * (double)step);
}

static void check_parameter(struct encoderpass *e, const struct passbatch *b,
			    struct setting s, const float *functional,
			    struct parameter *p, const char *model)
{
	double wrong = 0, size = 0;
	size_t every = p->count > 24 ? p->count / 13 : 1;

	for (size_t i = 0; i < p->count; i += every) {
		double want = difference(e, b, s, functional, p->value + i);
		double got = p->gradient[i];

		wrong += (want - got) * (want - got);
		size += want * want;
	}
	if (!(sqrt(wrong) <= 1e-3 * sqrt(size) + 5e-4))
		fail_msg("%s, objective %d, train %d: %s: %g of %g is wrong",
			 model, s.objective, s.train, p->name, sqrt(wrong),
			 sqrt(size));
}

struct model {
	struct encoder_config config;
	struct parameters p;
	struct encoderpass *pass;
	struct passbatch batch;
};

static void open_model(struct model *m, int i,
		       const struct encoderpass_options *o, float dropout)
{
	struct err err = { 0 };

	memset(m, 0, sizeof(*m));
	m->config = passmodel_config(i);
	m->config.dropout = dropout;
	m->config.attention_dropout = dropout;
	m->config.head_dropout = dropout;
	passmodel_parameters(&m->config, &m->p);
	passbatch_make(&m->batch, &m->config);
	m->pass = encoderpass_new(&m->config, &m->p, o, &err);
	if (!m->pass)
		fail_msg("%s", err.message);
}

static void close_model(struct model *m)
{
	encoderpass_free(m->pass);
	parameters_release(&m->p);
}

static void train_all(struct parameters *p)
{
	for (size_t i = 0; i < p->count; i++)
		parameter_train(p->items[i], true);
}

static void functional_of(float *x, size_t n)
{
	uint64_t rng = 3;

	for (size_t i = 0; i < n; i++)
		x[i] = passmodel_random(&rng);
}

static void check_model(int i, struct setting s)
{
	struct encoderpass_options o = { .threads = 1 };
	struct model m;
	float functional[ROOM], out[ROOM];

	open_model(&m, i, &o, 0.1f);
	functional_of(functional, ROOM);
	train_all(&m.p);
	forward(m.pass, &m.batch, s, out);
	backward(m.pass, s.objective, functional);
	for (size_t k = 0; k < m.p.count; k++)
		check_parameter(m.pass, &m.batch, s, functional, m.p.items[k],
				passmodels[i].name);
	close_model(&m);
}

static void differences(void **state)
{
	(void)state;
	for (int i = 0; i < PASSMODELS; i++) {
		check_model(i, (struct setting){ STATES, false });
		check_model(i, (struct setting){ STATES, true });
	}
}

static void differences_of_heads(void **state)
{
	(void)state;
	for (int i = 0; i < PASSMODELS; i++)
		for (int o = CLASSES; o < OBJECTIVES; o++)
			check_model(i, (struct setting){ o, true });
}

/* --- masked words, by loops --- */

static const float *value(const struct model *m, enum words_tensor t)
{
	const struct parameter *p =
	    parameters_find(&m->p, pass_words_name(&m->config, t));

	assert_non_null(p);
	return p->value;
}

/* Logits of one token's state: dense, GELU, norm, the word table. */
static void tell(const struct model *m, const float *x, double *logits)
{
	size_t hidden = m->config.hidden, width = m->config.embedding;
	const float *words = m->p.items[0]->value;
	double y[HIDDEN], mean = 0, variance = 0;

	for (size_t i = 0; i < width; i++) {
		y[i] = value(m, WORDS_DENSE_BIAS)[i];
		for (size_t k = 0; k < hidden; k++)
			y[i] += (double)value(m, WORDS_DENSE)[i * hidden + k] *
				x[k];
		y[i] *= 0.5 * (1 + erf(y[i] / sqrt(2)));
		mean += y[i] / (double)width;
	}
	for (size_t i = 0; i < width; i++)
		variance += (y[i] - mean) * (y[i] - mean) / (double)width;
	for (size_t i = 0; i < width; i++)
		y[i] = (y[i] - mean) / sqrt(variance + (double)m->config.eps) *
			   value(m, WORDS_NORM)[i] +
		       value(m, WORDS_NORM_BIAS)[i];
	for (size_t w = 0; w < VOCABULARY; w++) {
		logits[w] = value(m, WORDS_OUT_BIAS)[w];
		for (size_t i = 0; i < width; i++)
			logits[w] += y[i] * words[w * width + i];
	}
}

static void told(void **state)
{
	struct encoderpass_options o = { .threads = 1 };

	(void)state;
	for (int i = 0; i < PASSMODELS; i++) {
		struct setting s = { TOLD, false };
		float got[ROOM];
		struct model m;
		const float *states;
		struct err err;

		open_model(&m, i, &o, 0.1f);
		forward(m.pass, &m.batch, s, got);
		states =
		    encoderpass_forward(m.pass, &m.batch.batch, false, 0, &err);
		for (int k = 0; k < 4; k++) {
			double want[VOCABULARY];

			tell(&m, states + places[k] * HIDDEN, want);
			for (int w = 0; w < VOCABULARY; w++)
				if (fabs(want[w] - got[k * VOCABULARY + w]) >
				    1e-5)
					fail_msg("%s: word %d of place %zu",
						 passmodels[i].name, w,
						 places[k]);
		}
		close_model(&m);
	}
}

/* --- the same bits --- */

enum { LONG = 300 };

struct wide_batch {
	struct subword token[LONG];
	size_t start[4];
	struct encoder_batch batch;
};

/* Large enough for threads to be worth it, and for several blocks. */
static struct encoder_config widened(int i)
{
	struct encoder_config c = passmodel_config(i);
	bool projected = c.embedding != c.hidden;

	c.hidden = 64;
	c.embedding = projected ? 48 : 64;
	c.heads = 4;
	c.intermediate = 160;
	c.tokens_max = LONG;
	c.positions = c.positions ? LONG + 2 : 0;
	c.relative_max = c.relative_max ? 64 : 0;
	c.buckets = c.buckets ? 16 : 0;
	c.dropout = c.attention_dropout = c.head_dropout = 0.1f;
	return c;
}

static void wide_batch_make(struct wide_batch *b)
{
	uint64_t rng = 6;

	memset(b, 0, sizeof(*b));
	b->start[1] = 40;
	b->start[2] = 170;
	b->start[3] = LONG;
	for (int i = 0; i < LONG; i++)
		b->token[i].id = (int32_t)(2 + rng_below(&rng, VOCABULARY - 2));
	b->batch = (struct encoder_batch){ 3, b->start, b->token };
}

static void fill_adapter(const struct adapter *a, uint64_t *rng)
{
	for (size_t i = 0; i < a->a->count; i++)
		a->a->value[i] = passmodel_random(rng) / 2;
	for (size_t i = 0; i < a->b->count; i++)
		a->b->value[i] = passmodel_random(rng) / 2;
}

static void adapt_words(const struct encoder_config *c, struct parameters *p,
			struct encoderpass *e)
{
	struct adapter a = { .scale = 0.6f, .dropout = 0.1f };
	size_t rank = 3;
	uint64_t rng = 32;

	a.a = parameters_add(p, "a", (size_t[]){ rank, c->vocabulary }, 2);
	a.b = parameters_add(p, "b", (size_t[]){ c->embedding, rank }, 2);
	fill_adapter(&a, &rng);
	encoderpass_adapt(e, ENCODER_WORDS, 0, &a);
}

/* Adapters with dropout on all that can have one. */
static void adapt(const struct encoder_config *c, struct parameters *p,
		  struct encoderpass *e)
{
	uint64_t rng = 31;

	for (size_t layer = 0; layer < c->layers; layer++)
		for (int t = ENCODER_QUERY; t <= ENCODER_FEED_OUT; t += 2) {
			struct adapter a = { .scale = 0.7f, .dropout = 0.1f };
			size_t dims[3], rank = 3;

			if (!encoder_has(c, t) || t == ENCODER_ATTENTION_NORM)
				continue;
			encoder_dims(c, t, dims);
			a.a = parameters_add(p, "a",
					     (size_t[]){ rank, dims[1] }, 2);
			a.b = parameters_add(p, "b",
					     (size_t[]){ dims[0], rank }, 2);
			fill_adapter(&a, &rng);
			encoderpass_adapt(e, t, layer, &a);
		}
	adapt_words(c, p, e);
}

/* Gradients of everything, one behind the other, after the states. */
static void gradients(int model, const struct encoderpass_options *o,
		      struct str *out)
{
	struct encoder_config c = widened(model);
	struct parameters p = { 0 };
	struct err err = { 0 };
	struct wide_batch b;
	struct encoderpass *e;
	float *dy = mem_alloc(sizeof(float) * LONG * c.hidden);
	const float *states;

	passmodel_parameters(&c, &p);
	wide_batch_make(&b);
	e = encoderpass_new(&c, &p, o, &err);
	assert_non_null(e);
	adapt(&c, &p, e);
	train_all(&p);
	functional_of(dy, LONG * c.hidden);
	str_reset(out);
	/* Twice: room that is used again changes nothing. */
	for (int i = 0; i < 2; i++) {
		states = encoderpass_forward(e, &b.batch, true, 5, &err);
		if (!states)
			fail_msg("%s", err.message);
		encoderpass_backward(e, dy);
	}
	str_put(out, states, sizeof(float) * LONG * c.hidden);
	for (size_t i = 0; i < p.count; i++)
		str_put(out, p.items[i]->gradient,
			p.items[i]->count * sizeof(float));
	free(dy);
	encoderpass_free(e);
	parameters_release(&p);
}

static void same_bits(void **state)
{
	static const struct encoderpass_options plain = { .threads = 1 };
	static const struct encoderpass_options others[] = {
		{ .threads = 2 },
		{ .threads = 3, .checkpointing = true },
		{ .threads = 1, .checkpointing = true },
	};
	struct str want = { 0 }, got = { 0 };

	(void)state;
	for (int i = 0; i < PASSMODELS; i++) {
		gradients(i, &plain, &want);
		for (size_t k = 0; k < sizeof(others) / sizeof(*others); k++) {
			gradients(i, &others[k], &got);
			assert_int_equal(got.n, want.n);
			if (memcmp(got.p, want.p, got.n))
				fail_msg("%s: other bits, options %zu",
					 passmodels[i].name, k);
		}
	}
	str_release(&want);
	str_release(&got);
}

static void same_bits_bf16(void **state)
{
	static const struct encoderpass_options options[] = {
		{ .threads = 1, .bf16 = true },
		{ .threads = 2, .bf16 = true, .checkpointing = true },
	};
	static const struct encoderpass_options exact = { .threads = 1 };
	struct str f32 = { 0 }, want = { 0 }, got = { 0 };

	(void)state;
	for (int i = 0; i < PASSMODELS; i++) {
		double dot = 0, a = 0, b = 0;

		gradients(i, &exact, &f32);
		gradients(i, &options[0], &want);
		gradients(i, &options[1], &got);
		assert_int_equal(got.n, want.n);
		assert_memory_equal(got.p, want.p, got.n);
		for (size_t k = 0; k + sizeof(float) <= got.n;
		     k += sizeof(float)) {
			float x, y;

			memcpy(&x, got.p + k, sizeof(x));
			memcpy(&y, f32.p + k, sizeof(y));
			dot += (double)x * y;
			a += (double)x * x;
			b += (double)y * y;
		}
		if (!(dot > 0.99 * sqrt(a * b)))
			fail_msg("%s: bf16 has another direction: %g",
				 passmodels[i].name, dot / sqrt(a * b));
	}
	str_release(&f32);
	str_release(&want);
	str_release(&got);
}

/* --- adapters, and what is frozen --- */

static void differences_of_adapters(void **state)
{
	struct encoderpass_options o = { .threads = 1 };
	struct setting s = { STATES, true };
	float functional[ROOM], out[ROOM];

	(void)state;
	functional_of(functional, ROOM);
	for (int i = 0; i < PASSMODELS; i++) {
		struct model m;
		size_t own;

		open_model(&m, i, &o, 0.1f);
		own = m.p.count;
		adapt(&m.config, &m.p, m.pass);
		train_all(&m.p);
		forward(m.pass, &m.batch, s, out);
		backward(m.pass, s.objective, functional);
		for (size_t k = own; k < m.p.count; k++)
			check_parameter(m.pass, &m.batch, s, functional,
					m.p.items[k], passmodels[i].name);
		check_parameter(m.pass, &m.batch, s, functional, m.p.items[0],
				passmodels[i].name);
		close_model(&m);
	}
}

/* Of words alone: the way back goes below all layers for it. */
static void adapted_words_alone(void **state)
{
	struct encoderpass_options o = { .threads = 1 };
	struct setting s = { STATES, true };
	float functional[ROOM], out[ROOM];

	(void)state;
	functional_of(functional, ROOM);
	for (int i = 0; i < PASSMODELS; i++) {
		struct model m;
		size_t own;

		open_model(&m, i, &o, 0.1f);
		own = m.p.count;
		adapt_words(&m.config, &m.p, m.pass);
		for (size_t k = own; k < m.p.count; k++)
			parameter_train(m.p.items[k], true);
		forward(m.pass, &m.batch, s, out);
		backward(m.pass, s.objective, functional);
		for (size_t k = own; k < m.p.count; k++)
			check_parameter(m.pass, &m.batch, s, functional,
					m.p.items[k], passmodels[i].name);
		close_model(&m);
	}
}

/* What is trained alone gets what it gets beside all others. */
static void frozen(void **state)
{
	struct encoderpass_options o = { .threads = 1 };
	struct setting s = { CLASSES, true };
	float functional[ROOM], out[ROOM];

	(void)state;
	functional_of(functional, ROOM);
	for (int i = 0; i < PASSMODELS; i++) {
		struct model m;
		float *all;

		open_model(&m, i, &o, 0.1f);
		for (size_t k = 0; k < m.p.count; k++) {
			struct parameter *p = m.p.items[k];

			train_all(&m.p);
			forward(m.pass, &m.batch, s, out);
			backward(m.pass, s.objective, functional);
			all = mem_dup(p->gradient, p->count * sizeof(*all));
			for (size_t j = 0; j < m.p.count; j++)
				parameter_train(m.p.items[j], j == k);
			forward(m.pass, &m.batch, s, out);
			backward(m.pass, s.objective, functional);
			if (memcmp(all, p->gradient, p->count * sizeof(*all)))
				fail_msg("%s: %s alone", passmodels[i].name,
					 p->name);
			free(all);
		}
		close_model(&m);
	}
}

static void refused(void **state)
{
	struct encoderpass_options o = { .threads = 1 };
	struct model m;
	struct err err = { 0 };
	struct parameters none = { 0 };
	size_t start[] = { 0, 0 };
	struct encoder_batch empty = { 1, start, NULL };

	(void)state;
	open_model(&m, 0, &o, 0);
	m.batch.token[3].id = VOCABULARY;
	assert_null(
	    encoderpass_forward(m.pass, &m.batch.batch, false, 0, &err));
	assert_status(&err, ERR_RECORD);
	m.batch.token[3].id = 0;
	m.batch.token[3].type = 2;
	assert_null(
	    encoderpass_forward(m.pass, &m.batch.batch, false, 0, &err));
	assert_null(encoderpass_forward(m.pass, &empty, false, 0, &err));
	m.batch.token[3].type = 0;
	m.p.items[0]->value[0] = NAN;
	assert_null(
	    encoderpass_forward(m.pass, &m.batch.batch, false, 0, &err));
	assert_status(&err, ERR_RECORD);
	assert_null(encoderpass_new(&m.config, &none, &o, &err));
	assert_status(&err, ERR_DATA);
	close_model(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences),
		cmocka_unit_test(differences_of_heads),
		cmocka_unit_test(differences_of_adapters),
		cmocka_unit_test(adapted_words_alone),
		cmocka_unit_test(told),
		cmocka_unit_test(same_bits),
		cmocka_unit_test(same_bits_bf16),
		cmocka_unit_test(frozen),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
