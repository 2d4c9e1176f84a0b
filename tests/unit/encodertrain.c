/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an encoder is trained to do: the gradient of each task's loss in what
 * moves against central differences; its state on disk; wide inputs.
 */
#include "testing.h"

#include <math.h>
#include <sys/stat.h>

#include "encoder/encoderheads.h"
#include "encoder/encodertrainparts.h"

static const char texts[] =
    "good morning\tup\t0.1\tup,warm\t7:30\trock, pop\t12\ta fine day\n"
    "bad night, bad dream\tdown\t-0.9\t\t23:00\tjazz\t0\tnever sleep\n"
    "good night\tup\t0.4\twarm\t22\tpop\t400\tsleep well\n"
    "a bad morning\tdown\t-0.5\tdown\t\trock\t3\tnever again\n"
    "a fine dream\tup\t0.8\twarm,up\t1:15\t\t\tsleep well\n"
    "a night\tdown\t-0.1\tdown\t3\tjazz\t70\tthe moon\n";
static const char cues[] =
    "good\t1.9\t3\t.5\t.2\t.1\t-\t-\t-\t-\t-\t-\t-\t-\t-\n"
    "bad\t-2.5\t-3\t-.5\t.2\t.1\t-\t-\t-\t-\t-\t-\t-\t-\tsadness\n";

#define SHAPE                                                                  \
	"\"shape\":{\"hidden\":16,\"layers\":2,\"heads\":2,\"intermediate\":"  \
	"24,\"positions\":16,\"dropout\":0},\"vocabulary\":{\"size\":60,"      \
	"\"occurrence\":1},\"batch\":1000,\"seed\":3,"
#define SOURCE                                                                 \
	"\"sources\":[{\"file\":\"t.tsv\",\"delimiter\":\"\\t\",\"header\":"   \
	"false,\"text\":1"
#define FIELDS                                                                 \
	"\"fields\":[{\"name\":\"hour\",\"kind\":\"hour\"},{\"name\":"         \
	"\"genres\"},{\"name\":\"plays\",\"kind\":\"count\"},{\"name\":"       \
	"\"none\",\"kind\":\"number\"}]"

static const char heads_json[] =
    "{" SHAPE "\"heads\":[{\"name\":\"c\",\"kind\":\"class\",\"labels\":"
    "[\"up\",\"down\"],\"balance\":0.5},{\"name\":\"v\",\"kind\":"
    "\"regression\",\"labels\":[\"v\"],\"weight\":2},{\"name\":\"l\","
    "\"kind\":\"labels\",\"labels\":[\"up\",\"down\",\"warm\"]}],"
    "\"wide\":{\"buckets\":64,\"least\":1," FIELDS "}," SOURCE
    ",\"fields\":[5,6,7,null],\"targets\":[{\"head\":\"c\",\"columns\":[2]},"
    "{\"head\":\"v\",\"columns\":[3]},{\"head\":\"l\",\"columns\":[4]}]}]}";
static const char pairs_json[] =
    "{\"task\":\"pairs\",\"temperature\":0.3," SHAPE SOURCE
    ",\"fields\":[8]}]}";
static const char words_json[] =
    "{\"task\":\"words\",\"share\":0.5," SHAPE SOURCE "}]}";

static char *dir;

static char *in_dir(const char *name)
{
	struct str s = { 0 };

	str_printf(&s, "%s/%s", dir, name);
	return s.p;
}

static void save(const char *name, const char *text)
{
	char *path = in_dir(name);

	test_save(path, text, strlen(text));
	free(path);
}

struct fixture {
	struct encodertraining t;
	struct encodertrain_options o;
	char *config, *table, *out;
};

static void start(struct fixture *f, const char *config)
{
	struct err err = { 0 };
	char *training;

	*f = (struct fixture){ .config = in_dir("config.json"),
			       .table = in_dir("cues.tsv"),
			       .out = in_dir("out") };
	training = in_dir("out/.training");
	mkdir(f->out, 0777);
	mkdir(training, 0777);
	free(training);
	save("config.json", config);
	f->o = (struct encodertrain_options){ .config = f->config,
					      .sources = dir,
					      .cues = f->table,
					      .out = f->out,
					      .threads = 1 };
	f->t.o = &f->o;
	if (encodertrain_setup(&f->t, &err))
		fail_msg("%s", err.message);
}

static void stop(struct fixture *f)
{
	encodertrain_release(&f->t);
	free(f->config);
	free(f->table);
	free(f->out);
}

static double loss(struct fixture *f, bool train)
{
	struct encodertraintask_told told = { 0 };
	struct err err = { 0 };

	if (train)
		parameters_zero_gradients(&f->t.parameters);
	if (encodertraintask_run(&f->t.task, f->t.train, f->t.train_count,
				 train, 77, NULL, &told, &err))
		fail_msg("%s", err.message);
	return told.loss;
}

/* Along random directions in each parameter: the gradient's share of them. */
static void check_gradients(const char *config)
{
	struct fixture f;
	struct parameters *p;
	uint64_t seed = 1;

	start(&f, config);
	p = &f.t.parameters;
	/* larger weights: gradients that stand out of rounding */
	for (size_t i = 0; i < p->count; i++)
		for (size_t k = 0; k < p->items[i]->count; k++)
			p->items[i]->value[k] +=
			    0.2F *
			    ((float)rng_below(&seed, 1000) / 1000 - 0.5F);
	loss(&f, true);
	for (size_t i = 0; i < p->count; i++) {
		struct parameter *q = p->items[i];
		float *was = mem_dup(q->value, q->count * sizeof(float));
		float *d = mem_alloc(q->count * sizeof(float));
		double want, got = 0, step = 4e-3;

		assert_non_null(q->gradient);
		for (size_t k = 0; k < q->count; k++) {
			d[k] = rng_below(&seed, 2) ? 1 : -1;
			d[k] /= sqrtf((float)q->count);
			got += (double)(d[k] * q->gradient[k]);
			q->value[k] = was[k] + (float)step * d[k];
		}
		want = loss(&f, false);
		for (size_t k = 0; k < q->count; k++)
			q->value[k] = was[k] - (float)step * d[k];
		want = (want - loss(&f, false)) / (2 * step);
		memcpy(q->value, was, q->count * sizeof(float));
		if (!(fabs(want - got) < 2e-3 + 5e-3 * fabs(want)))
			fail_msg("%s: %g, by differences %g", q->name, got,
				 want);
		free(was);
		free(d);
	}
	stop(&f);
}

static void test_heads(void **state)
{
	(void)state;
	check_gradients(heads_json);
}

static void test_pairs(void **state)
{
	(void)state;
	check_gradients(pairs_json);
}

static void test_words(void **state)
{
	(void)state;
	check_gradients(words_json);
}

/* A state read back is the state written; one that is damaged, cut or another
 * training's is refused. */
static void test_state(void **state)
{
	struct fixture f, g;
	struct encodertrainstate *s = &f.t.state;
	struct err err = { 0 };
	struct str bytes = { 0 };
	char *path = in_dir("state");
	double rates[64] = { 0 };

	(void)state;
	start(&f, heads_json);
	start(&g, heads_json);
	assert_memory_equal(s->digest, g.t.state.digest, HASH_SIZE);
	assert_int_equal(encodertrainstate_read(s, &f.t.parameters, path, &err),
			 0);
	loss(&f, true);
	for (int i = 0; i < 64; i++)
		rates[i] = 0.01;
	optimiser_step(&f.t.parameters, rates, &optimiser_defaults, 1);
	s->step = 5;
	s->epoch = 1;
	s->position = 3;
	s->loss = 1.25;
	s->best = 1;
	encodertrainstate_keep(s, &f.t.parameters);
	MEM_ROOM(s->epochs, 1, s->cap);
	s->epochs[s->count++] = (struct encodertrain_epoch){ 1, 2, 3, 4 };
	assert_int_equal(
	    encodertrainstate_write(s, &f.t.parameters, path, &err), 0);
	assert_int_equal(
	    encodertrainstate_read(&g.t.state, &g.t.parameters, path, &err), 1);
	assert_int_equal(g.t.state.step, 5);
	assert_int_equal(g.t.state.position, 3);
	assert_true(g.t.state.epochs[0].held == 2);
	for (size_t i = 0; i < f.t.parameters.count; i++) {
		const struct parameter *p = f.t.parameters.items[i];
		const struct parameter *q = g.t.parameters.items[i];

		assert_memory_equal(p->value, q->value,
				    p->count * sizeof(float));
		assert_memory_equal(p->moment[1], q->moment[1],
				    p->count * sizeof(float));
	}
	encodertrainstate_restore(&g.t.state, &g.t.parameters);
	test_load(path, &bytes);
	for (size_t at = 0; at < bytes.n; at += at < 200 ? 1 : 997) {
		bytes.p[at] ^= 4;
		test_save(path, bytes.p, bytes.n);
		assert_int_equal(encodertrainstate_read(
				     &g.t.state, &g.t.parameters, path, &err),
				 -1);
		assert_int_equal(err.status, ERR_DATA);
		bytes.p[at] ^= 4;
	}
	test_save(path, bytes.p, bytes.n / 2);
	assert_int_equal(
	    encodertrainstate_read(&g.t.state, &g.t.parameters, path, &err),
	    -1);
	unlink(path);
	free(path);
	str_release(&bytes);
	stop(&f);
	stop(&g);
}

static float input(const struct encoderwide_inputs *x, size_t index)
{
	for (size_t i = 0; i < x->count; i++)
		if (x->items[i].index == index)
			return x->items[i].value;
	return 0;
}

/* What is written is read back and says the same; fields count as they say. */
static void test_wide(void **state)
{
	const struct span fields[] = { SPAN("18:00"), SPAN("Jazz,rock"),
				       SPAN("-3"), SPAN("x") };
	struct fixture f;
	struct encoderwide *w;
	struct encoderwide_work *k = encoderwide_work_new();
	struct encoderwide_inputs a = { 0 }, b = { 0 };
	float one[6] = { 0 }, two[6] = { 0 };
	struct err err = { 0 };
	size_t dense = 64 + TEXTCUES;
	bool none;

	(void)state;
	start(&f, heads_json);
	for (size_t i = 0; i < f.t.task.wide->count; i++)
		f.t.task.wide->value[i] = (float)i / 1000;
	assert_int_equal(
	    encoderwide_write(f.t.wide, f.t.task.wide->value, f.out, &err), 0);
	w = encoderwide_open(f.out, &none, &err);
	if (!w)
		fail_msg("%s", err.message);
	encoderwide_read(f.t.wide, k, SPAN("a good night"), fields, &a);
	encoderwide_read(w, k, SPAN("a good night"), fields, &b);
	assert_int_equal(a.count, b.count);
	assert_memory_equal(a.items, b.items, a.count * sizeof(*a.items));
	assert_true(fabsf(input(&a, dense) + 1) < 1e-6F); /* sin */
	assert_true(fabsf(input(&a, dense + 1)) < 1e-6F); /* cos */
	assert_true(input(&a, dense + 4) == 0);           /* no count */
	assert_true(input(&a, dense + 6) == 0);           /* no number */
	for (size_t i = 0; i < a.count; i++)
		for (size_t c = 0; c < 6; c++)
			one[c] +=
			    a.items[i].value *
			    f.t.task.wide->value[a.items[i].index * 6 + c];
	encoderwide_add(w, b.items, b.count, two);
	for (int c = 0; c < 6; c++)
		assert_true(fabsf(one[c] - two[c]) < 1e-4F);
	{
		const struct span text[] = { SPAN("x"), SPAN("a good night") };
		float three[12] = { 0 };

		a.count = 0;
		encoderwide_read(w, k, text[1], NULL, &a);
		memset(one, 0, sizeof(one));
		encoderwide_add(w, a.items, a.count, one);
		encoderwide_logits(w, k, text, 2, three);
		assert_memory_equal(one, three + 6, sizeof(one));
	}
	encoderwide_free(w);
	{
		char *path = in_dir("out/wide.json");
		struct str json = { 0 };

		test_load(path, &json);
		for (size_t at = 0; at < json.n; at += 3) { /* never crashes */
			char was = json.p[at];

			json.p[at] = '7';
			test_save(path, json.p, json.n);
			encoderwide_free(encoderwide_open(f.out, &none, &err));
			json.p[at] = was;
		}
		unlink(path);
		free(path);
		str_release(&json);
	}
	assert_null(encoderwide_open(f.out, &none, &err));
	assert_true(none);
	free(a.items);
	free(b.items);
	encoderwide_work_free(k);
	stop(&f);
}

static void test_beside(void **state)
{
	struct encoderheads h;
	struct err err = { 0 };
	char *out = in_dir("none"), *path = in_dir("none/heads.json");
	uint8_t digest[HASH_SIZE] = { 1 }, was[HASH_SIZE];

	(void)state;
	mkdir(out, 0777);
	memcpy(was, digest, HASH_SIZE);
	assert_int_equal(encoderheads_open(&h, out, 3, &err), 0);
	assert_true(!h.heads && !h.wide);
	encoderheads_digest(&h, digest);
	assert_memory_equal(was, digest, HASH_SIZE);
	assert_true(encoderheads_threshold(&h, 1, 0.25) == 0.25);
	encoderheads_release(&h);
	save("none/heads.json",
	     "{\"version\":1,\"heads\":[{\"name\":\"c\",\"kind\":\"class\","
	     "\"labels\":[\"a\"]},{\"name\":\"l\",\"kind\":\"labels\","
	     "\"labels\":[\"b\",\"c\"],\"threshold\":[0.2,0.7]}]}");
	assert_int_equal(encoderheads_open(&h, out, 3, &err), 0);
	assert_true(encoderheads_threshold(&h, 0, 0.25) == 0.25);
	assert_true(encoderheads_threshold(&h, 2, 0.25) == 0.7);
	encoderheads_digest(&h, digest);
	assert_memory_not_equal(was, digest, HASH_SIZE);
	encoderheads_release(&h);
	assert_int_equal(encoderheads_open(&h, out, 2, &err), -1);
	assert_int_equal(err.status, ERR_DATA);
	save("none/heads.json", "{\"version\":2,\"heads\":[]}");
	assert_int_equal(encoderheads_open(&h, out, 3, &err), -1);
	save("none/heads.json", "{\"version\":1");
	assert_int_equal(encoderheads_open(&h, out, 3, &err), -1);
	unlink(path);
	rmdir(out);
	free(path);
	free(out);
}

static void refused(const char *config, const char *why)
{
	struct encodertrain_config c;
	struct err err = { 0 };
	char *path = in_dir("bad.json");

	save("bad.json", config);
	assert_int_equal(encodertrain_config_read(&c, path, &err), -1);
	assert_int_equal(err.status, ERR_DATA);
	if (!strstr(err.message, why))
		fail_msg("%s: no \"%s\"", err.message, why);
	encodertrain_config_release(&c);
	free(path);
}

static void test_refused(void **state)
{
	(void)state;
	refused("[]", "no JSON object");
	refused("{\"epochs\":1} x", "no JSON object");
	refused("{\"epoch\":1,\"sources\":[]}", "\"epoch\" is no setting");
	refused("{\"epochs\":0,\"sources\":[]}", "from 1 to");
	refused("{\"epochs\":1.5,\"sources\":[]}", "whole number");
	refused("{\"bf16\":1,\"sources\":[]}", "true or false");
	refused("{\"task\":\"word\"}", "task is one of: heads, pairs, words");
	refused("{\"schedule\":\"flat\"}", "linear, cosine, constant");
	refused("{\"task\":\"pairs\"}", "sources");
	refused("{\"task\":\"pairs\",\"sources\":[],\"wide\":{}}",
		"wide is for");
	refused("{\"task\":\"pairs\",\"sources\":[],\"rows\":1}", "negatives");
	refused("{\"task\":\"words\",\"sources\":[],\"lora\":{}}",
		"without lora");
	refused("{\"task\":\"words\",\"sources\":[],\"lora\":{\"rang\":1}}",
		"lora: \"rang\"");
	refused("{\"task\":\"words\",\"sources\":[],\"patience\":1}", "held");
	refused("{\"task\":\"words\",\"sources\":[],\"shape\":{\"hidden\":100,"
		"\"heads\":3}}",
		"multiple");
	refused("{\"task\":\"words\",\"sources\":[],\"base\":\"a\",\"shape\":{}"
		"}",
		"one of them");
	refused("{\"task\":\"words\",\"sources\":[],\"vocabulary\":{}}",
		"shape");
	refused(
	    "{\"task\":\"words\",\"sources\":[],\"wide\":{\"buckets\":100}}",
	    "power of two");
	refused("{\"sources\":[],\"heads\":[{\"name\":\"v\",\"kind\":"
		"\"regression\",\"labels\":[\"v\"],\"stacked\":true}]}",
		"stacked");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),  cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_words),  cmocka_unit_test(test_state),
		cmocka_unit_test(test_wide),   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_beside),
	};

	dir = test_path("train");
	mkdir(dir, 0777);
	save("t.tsv", texts);
	save("cues.tsv", cues);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
