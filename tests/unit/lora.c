/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adapters: which layers get one, PEFT's files there and back, merging. */
#include "passmodels.h"

#include <math.h>

#include "encoder/lora.h"
#include "io/doc.h"
#include "io/tensormap.h"

struct model {
	struct encoder_config config;
	struct parameters p;
	struct encoderpass *pass;
	struct passbatch batch;
};

static void open_model(struct model *m, int i)
{
	struct encoderpass_options o = { .threads = 1 };
	struct err err = { 0 };

	memset(m, 0, sizeof(*m));
	m->config = passmodel_config(i);
	passmodel_parameters(&m->config, &m->p);
	passbatch_make(&m->batch, &m->config);
	m->pass = encoderpass_new(&m->config, &m->p, &o, &err);
	if (!m->pass)
		fail_msg("%s", err.message);
}

static void close_model(struct model *m)
{
	encoderpass_free(m->pass);
	parameters_release(&m->p);
}

static void add(struct model *m, const struct lora_options *o)
{
	struct err err = { 0 };

	if (lora_add(&m->config, o, 7, &m->p, m->pass, &err))
		fail_msg("%s", err.message);
}

/* Of a table of words the factors are the other way round. */
static bool is_zero_factor(const struct parameter *p)
{
	return strstr(p->name, "lora_B") || strstr(p->name, "lora_embedding_A");
}

/* B is zero at first, which would make no difference. */
static void move(struct model *m)
{
	uint64_t rng = 77;

	for (size_t i = 0; i < m->p.count; i++)
		if (is_zero_factor(m->p.items[i]))
			for (size_t k = 0; k < m->p.items[i]->count; k++)
				m->p.items[i]->value[k] =
				    passmodel_random(&rng) / 3;
}

static void states_of(struct model *m, float *out)
{
	struct err err = { 0 };
	const float *x =
	    encoderpass_forward(m->pass, &m->batch.batch, false, 0, &err);

	if (!x)
		fail_msg("%s", err.message);
	memcpy(out, x, sizeof(float) * TOKENS * m->config.hidden);
}

static double furthest(const float *a, const float *b, size_t n)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs((double)a[i] - b[i]));
	return most;
}

static size_t adapters(const struct parameters *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->count; i++)
		n += strstr(p->items[i]->name, ".lora_A.weight") ||
		     strstr(p->items[i]->name, ".lora_embedding_A");
	return n;
}

/* --- which layers --- */

static void chosen(void **state)
{
	static const struct {
		int model;
		const char *targets;
		size_t want;
	} cases[] = {
		{ 0, "query,value", 4 },
		{ 0, "all-linear", 12 },
		{ 0, "attention.self.key", 2 },
		{ 0, "output.dense", 4 },
		{ 0, "dense, encoder.layer.1.attention.self.query", 7 },
		{ 2, "q_lin,lin1", 4 },
		{ 3, "attn.o,k", 4 },
		{ 4, "query_proj", 2 },
		{ 6, "all-linear", 16 },
		{ 0, "word_embeddings", 1 },
		{ 2, "all-linear,word_embeddings", 13 },
		{ 6, "query_proj,embeddings.word_embeddings", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct lora_options o = { 2, 4, 0, cases[i].targets };
		struct model m;

		open_model(&m, cases[i].model);
		add(&m, &o);
		assert_int_equal(adapters(&m.p), cases[i].want);
		close_model(&m);
	}
}

static void not_there(void **state)
{
	static const char *const wrong[] = {
		"q_lin",        "uery",       "query,",
		"pooler.dense", "embeddings", "position_embeddings"
	};
	struct model m;

	(void)state;
	open_model(&m, 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct lora_options o = { 2, 4, 0, wrong[i] };
		struct err err = { 0 };

		assert_int_equal(lora_add(&m.config, &o, 7, &m.p, m.pass, &err),
				 -1);
		assert_status(&err, ERR_USAGE);
		assert_non_null(strstr(err.message, "attention.self.query"));
		assert_non_null(strstr(err.message, "word_embeddings"));
		assert_int_equal(adapters(&m.p), 0);
	}
	close_model(&m);
}

static void new_ones_change_nothing(void **state)
{
	struct lora_options o = { 3, 6, 0, "all-linear,word_embeddings" };
	float before[TOKENS * 8], after[TOKENS * 8];
	struct model m;

	(void)state;
	open_model(&m, 0);
	states_of(&m, before);
	add(&m, &o);
	states_of(&m, after);
	assert_memory_equal(before, after, sizeof(before));
	for (size_t i = 0; i < m.p.count; i++) {
		const struct parameter *p = m.p.items[i];
		bool a = strstr(p->name, "lora_A");
		float most = 0;

		if (!strstr(p->name, "lora_")) {
			assert_null(p->gradient);
			continue;
		}
		assert_non_null(p->gradient);
		for (size_t k = 0; k < p->count; k++)
			most = fmaxf(most, fabsf(p->value[k]));
		if (strstr(p->name, "lora_embedding_B")) /* of 8 numbers */
			assert_true(most > 0.4f && most < 2);
		else if (a) /* uniform within 1 / sqrt(in) */
			assert_true(most > 0.5f / sqrtf((float)p->dims[1]) &&
				    most <= 1 / sqrtf((float)p->dims[1]));
		else
			assert_true(most == 0);
	}
	close_model(&m);
}

static void merged(void **state)
{
	struct lora_options o = { 3, 5, 0.1f, "all-linear,word_embeddings" };
	float base[TOKENS * 8], adapted[TOKENS * 8], after[TOKENS * 8];

	(void)state;
	for (int i = 0; i < PASSMODELS; i++) {
		struct model m;

		open_model(&m, i);
		states_of(&m, base);
		add(&m, &o);
		move(&m);
		states_of(&m, adapted);
		assert_true(furthest(base, adapted, TOKENS * 8) > 0.05);
		lora_merge(&m.config, &o, &m.p);
		states_of(&m, after);
		if (furthest(adapted, after, TOKENS * 8) > 2e-5)
			fail_msg("%s: %g", passmodels[i].name,
				 furthest(adapted, after, TOKENS * 8));
		lora_merge(&m.config, &o, &m.p);
		states_of(&m, base);
		assert_memory_equal(base, after, sizeof(base));
		close_model(&m);
	}
}

/* --- PEFT's files --- */

static void head_train(struct model *m, bool on)
{
	struct str name = { 0 };

	for (int t = ENCODER_HEAD_FIRST; t < ENCODER_TENSORS; t++) {
		struct parameter *p;

		encoder_name(&m->config, t, 0, &name);
		p = parameters_find(&m->p, str_z(&name));
		parameter_train(p, on);
	}
	str_release(&name);
}

static void forget_heads(struct model *m)
{
	struct str name = { 0 };

	for (int t = ENCODER_HEAD_FIRST; t < ENCODER_TENSORS; t++) {
		struct parameter *p;

		encoder_name(&m->config, t, 0, &name);
		p = parameters_find(&m->p, str_z(&name));
		memset(p->value, 0, p->count * sizeof(float));
	}
	str_release(&name);
}

static void remove_folder(const char *dir)
{
	static const char *const files[] = { "adapter_config.json",
					     "adapter_model.safetensors" };
	struct str path = { 0 };

	for (int i = 0; i < 2; i++) {
		str_reset(&path);
		str_printf(&path, "%s/%s", dir, files[i]);
		unlink(str_z(&path));
	}
	rmdir(dir);
	str_release(&path);
}

static void there_and_back(void **state)
{
	struct lora_options o = { 3, 5, 0.125f, "all-linear,word_embeddings" };
	struct lora_options got;
	float want[SEQUENCES * LABELS], logits[SEQUENCES * LABELS];
	uint8_t digest[HASH_SIZE], read[HASH_SIZE];
	char *dir = test_path("adapter");
	struct err err = { 0 };

	(void)state;
	hash_sha256("base", 4, digest);
	for (int i = 0; i < PASSMODELS; i++) {
		struct model m, other;

		open_model(&m, i);
		add(&m, &o);
		move(&m);
		head_train(&m, true);
		encoderpass_forward(m.pass, &m.batch.batch, false, 0, &err);
		encoderpass_classify(m.pass, false, 0, want, &err);
		if (lora_write(&m.config, &o, &m.p, "base/model", digest, dir,
			       &err))
			fail_msg("%s", err.message);
		open_model(&other, i);
		forget_heads(&other);
		if (lora_read(&other.config, dir, &got, &other.p, other.pass,
			      read, &err))
			fail_msg("%s", err.message);
		assert_int_equal(got.rank, 3);
		assert_true(got.alpha == 5 && got.dropout == 0.125f);
		assert_null(got.targets);
		assert_memory_equal(read, digest, HASH_SIZE);
		encoderpass_forward(other.pass, &m.batch.batch, false, 0, &err);
		encoderpass_classify(other.pass, false, 0, logits, &err);
		assert_memory_equal(logits, want, sizeof(want));
		close_model(&m);
		close_model(&other);
		remove_folder(dir);
	}
	free(dir);
}

static bool lists(const struct doc *array, const char *text)
{
	for (size_t i = 0; i < doc_size(array); i++)
		if (!strcmp(doc_text(doc_at(array, i)), text))
			return true;
	return false;
}

/* Names and members as PEFT writes them for BERT with a head for classes. */
static void as_peft(void **state)
{
	struct lora_options o = {
		2, 4, 0, "query,value,0.output.dense,word_embeddings"
	};
	const struct tensormap_tensor *a, *b;
	char *dir = test_path("adapter");
	struct str path = { 0 };
	struct err err = { 0 };
	struct tensormap *map;
	struct doc *d;
	struct model m;
	double number;

	(void)state;
	open_model(&m, 0);
	add(&m, &o);
	head_train(&m, true);
	assert_int_equal(
	    lora_write(&m.config, &o, &m.p, "b\"ase", NULL, dir, &err), 0);
	str_printf(&path, "%s/adapter_config.json", dir);
	d = doc_load(str_z(&path), &err);
	assert_non_null(d);
	assert_string_equal(doc_text(doc_get(d, "peft_type")), "LORA");
	assert_string_equal(doc_text(doc_get(d, "task_type")), "SEQ_CLS");
	assert_string_equal(doc_text(doc_get(d, "bias")), "none");
	assert_string_equal(doc_text(doc_get(d, "base_model_name_or_path")),
			    "b\"ase");
	assert_true(doc_number(doc_get(d, "r"), &number) && number == 2);
	assert_true(doc_number(doc_get(d, "lora_alpha"), &number) &&
		    number == 4);
	assert_int_equal(doc_size(doc_get(d, "target_modules")), 4);
	assert_true(lists(doc_get(d, "target_modules"), "word_embeddings"));
	assert_true(lists(doc_get(d, "target_modules"), "query"));
	assert_true(lists(doc_get(d, "target_modules"), "value"));
	assert_true(lists(doc_get(d, "target_modules"), "0.output.dense"));
	assert_int_equal(doc_size(doc_get(d, "modules_to_save")), 2);
	assert_true(lists(doc_get(d, "modules_to_save"), "classifier"));
	assert_true(lists(doc_get(d, "modules_to_save"), "pooler"));
	doc_free(d);
	str_reset(&path);
	str_printf(&path, "%s/adapter_model.safetensors", dir);
	map = tensormap_open(str_z(&path), &err);
	assert_non_null(map);
	assert_int_equal(tensormap_count(map), 16);
	a = tensormap_find(map, "base_model.model.bert.embeddings."
				"word_embeddings.lora_embedding_A");
	b = tensormap_find(map, "base_model.model.bert.embeddings."
				"word_embeddings.lora_embedding_B");
	assert_non_null(a);
	assert_non_null(b);
	assert_true(a->dims[0] == 2 && a->dims[1] == VOCABULARY);
	assert_true(b->dims[0] == m.config.embedding && b->dims[1] == 2);
	assert_non_null(tensormap_find(
	    map, "base_model.model.bert.encoder.layer.1.attention.self.query."
		 "lora_A.weight"));
	assert_non_null(tensormap_find(
	    map, "base_model.model.bert.encoder.layer.0.output.dense."
		 "lora_B.weight"));
	assert_non_null(
	    tensormap_find(map, "base_model.model.classifier.weight"));
	assert_non_null(
	    tensormap_find(map, "base_model.model.bert.pooler.dense.bias"));
	tensormap_close(map);
	str_release(&path);
	close_model(&m);
	remove_folder(dir);
	free(dir);
}

static void save_config(const char *dir, const char *text)
{
	struct str path = { 0 };

	str_printf(&path, "%s/adapter_config.json", dir);
	test_save(str_z(&path), text, strlen(text));
	str_release(&path);
}

static void wrong_files(void **state)
{
	static const char *const configs[] = {
		"[]",
		"{",
		"{\"peft_type\": \"IA3\", \"r\": 2, \"lora_alpha\": 4}",
		"{\"peft_type\": \"LORA\", \"r\": 3, \"lora_alpha\": 4}",
		"{\"peft_type\": \"LORA\", \"r\": 0, \"lora_alpha\": 4}",
		"{\"peft_type\": \"LORA\", \"r\": 2}",
		"{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 4, "
		"\"lora_dropout\": 1}",
		"{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 4, "
		"\"use_dora\": true}",
		"{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 4, "
		"\"bias\": \"all\"}",
		"{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 4, "
		"\"rank_pattern\": {\"query\": 8}}",
	};
	struct lora_options o = { 2, 4, 0, "query" }, got;
	char *dir = test_path("adapter");
	struct err err = { 0 };
	struct model m;

	(void)state;
	open_model(&m, 0);
	add(&m, &o);
	assert_int_equal(
	    lora_write(&m.config, &o, &m.p, "base", NULL, dir, &err), 0);
	for (size_t i = 0; i < sizeof(configs) / sizeof(*configs); i++) {
		save_config(dir, configs[i]);
		err = (struct err){ 0 };
		if (!lora_read(&m.config, dir, &got, &m.p, m.pass, NULL, &err))
			fail_msg("taken: %s", configs[i]);
		assert_status(&err, ERR_DATA);
	}
	save_config(dir, "{\"peft_type\": \"LORA\", \"r\": 2, "
			 "\"lora_alpha\": 4, \"use_rslora\": true}");
	assert_int_equal(
	    lora_read(&m.config, dir, &got, &m.p, m.pass, NULL, &err), 0);
	assert_true(fabsf(got.alpha - 4 * sqrtf(2)) < 1e-5f);
	close_model(&m);
	/* Another family has no place for it. */
	open_model(&m, 2);
	assert_int_equal(
	    lora_read(&m.config, dir, &got, &m.p, m.pass, NULL, &err), -1);
	assert_status(&err, ERR_DATA);
	close_model(&m);
	open_model(&m, 0);
	m.config.layers = 1; /* nor a smaller one */
	assert_int_equal(
	    lora_read(&m.config, dir, &got, &m.p, NULL, NULL, &err), -1);
	m.config.layers = 2;
	close_model(&m);
	remove_folder(dir);
	free(dir);
}

/* Bytes of either file changed or cut off: refused or read, nothing else. */
static void damaged(void **state)
{
	static const char *const files[] = { "adapter_config.json",
					     "adapter_model.safetensors" };
	struct lora_options o = { 2, 4, 0, "query,word_embeddings" }, got;
	char *dir = test_path("adapter");
	struct str path = { 0 }, was = { 0 };
	struct err err = { 0 };
	uint64_t rng = 8;
	int refused = 0;
	struct model m;

	(void)state;
	open_model(&m, 0);
	add(&m, &o);
	assert_int_equal(
	    lora_write(&m.config, &o, &m.p, "base", NULL, dir, &err), 0);
	for (int f = 0; f < 2; f++) {
		str_reset(&path);
		str_printf(&path, "%s/%s", dir, files[f]);
		test_load(str_z(&path), &was);
		for (int i = 0; i < 400; i++) {
			size_t n = was.n < 700 ? was.n : 700;
			size_t at = rng_below(&rng, n);
			char c = was.p[at];
			uint8_t digest[HASH_SIZE];

			was.p[at] = (char)rng_next(&rng);
			test_save(str_z(&path), was.p, i % 8 ? was.n : at);
			err = (struct err){ 0 };
			if (lora_read(&m.config, dir, &got, &m.p, m.pass,
				      digest, &err)) {
				assert_status(&err, ERR_DATA);
				refused++;
			}
			was.p[at] = c;
		}
		test_save(str_z(&path), was.p, was.n);
	}
	assert_true(refused > 300);
	assert_int_equal(
	    lora_read(&m.config, dir, &got, &m.p, m.pass, NULL, &err), 0);
	close_model(&m);
	remove_folder(dir);
	str_release(&path);
	str_release(&was);
	free(dir);
}

/* --- whole models --- */

static void written(void **state)
{
	char *path = test_path("model.safetensors");

	(void)state;
	for (int i = 0; i < PASSMODELS; i++) {
		struct lora_options o = { 2, 4, 0, "all-linear" };
		struct err err = { 0 };
		struct tensormap *map;
		struct str name = { 0 };
		struct model m;

		open_model(&m, i);
		add(&m, &o);
		assert_int_equal(encoderpass_write(&m.config, &m.p, path, &err),
				 0);
		map = tensormap_open(path, &err);
		assert_non_null(map);
		assert_int_equal(tensormap_count(map),
				 m.p.count - 2 * adapters(&m.p));
		for (int t = 0; t < ENCODER_TENSORS; t++) {
			const struct tensormap_tensor *x;
			const struct parameter *p;
			const float *v;

			if (!encoder_has(&m.config, t))
				continue;
			encoder_full_name(&m.config, t, 0, &name);
			x = tensormap_find(map, str_z(&name));
			assert_non_null(x);
			encoder_name(&m.config, t, 0, &name);
			p = parameters_find(&m.p, str_z(&name));
			assert_int_equal(x->count, p->count);
			v = tensormap_view(x);
			assert_non_null(v);
			assert_memory_equal(v, p->value, p->count * sizeof(*v));
		}
		str_release(&name);
		tensormap_close(map);
		close_model(&m);
	}
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chosen),
		cmocka_unit_test(not_there),
		cmocka_unit_test(new_ones_change_nothing),
		cmocka_unit_test(merged),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(as_peft),
		cmocka_unit_test(wrong_files),
		cmocka_unit_test(damaged),
		cmocka_unit_test(written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
