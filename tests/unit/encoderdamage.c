/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A model's folder, every value of its files replaced in turn by what it cannot
 * be: refused with a reason, or a model that gives vectors, or a record's error.
 */
#include "testing.h"

#include <math.h>
#include <sys/stat.h>

#include "../helpers/encodermake.h"
#include "encoder/sentence.h"

static char *dir;
static size_t refused, gave, failed;

static const char *const instead[] = {
	"0",    "-1",   "1",     "7",  "1e300", "18446744073709551615",
	"1.5",  "\"\"", "\"x\"", "[]", "{}",    "null",
	"true",
};
#define INSTEAD (sizeof(instead) / sizeof(*instead))

/* Opens what there is, and asks it for vectors and, where it has them, logits.
 */
static void try_it(const char *what)
{
	const struct span texts[2] = { SPAN("w1 w2 w3 w4"), SPAN("") };
	struct err err = { 0 };
	struct sentence_model *m = sentence_open(dir, LINEAR_F32, &err);
	struct sentence_work *w;
	size_t n;
	float *out;
	int rc;

	if (!m) {
		if (err.status != ERR_DATA || !err.message[0])
			fail_msg("%s: status %d \"%s\"", what, (int)err.status,
				 err.message);
		refused++;
		return;
	}
	w = sentence_work_new(m);
	n = sentence_dim(m) + sentence_folder(m)->config.labels;
	out = mem_zalloc(n, 2 * sizeof(*out));
	rc = sentence_vectors(m, w, SENTENCE_QUERY, texts, 2, out, NULL, &err);
	if (!rc && sentence_folder(m)->config.labels)
		rc = sentence_logits(m, w, texts, 2, out, NULL, &err);
	for (size_t i = 0; !rc && i < 2 * n; i++)
		if (!isfinite(out[i]))
			fail_msg("%s: not finite", what);
	if (rc && (err.status == ERR_NONE || !err.message[0]))
		fail_msg("%s: failed without a reason", what);
	*(rc ? &failed : &gave) += 1;
	free(out);
	sentence_work_free(w);
	sentence_close(m);
}

/* The next scalar at or after p that is no member's name. */
static struct span next_value(const char *p, const char *end)
{
	while (p < end) {
		const char *from = p;

		if (*p == '"') {
			for (p++; p < end && *p != '"'; p++)
				p += *p == '\\';
			p++;
			if (p < end && *p != ':')
				return (struct span){ from,
						      (size_t)(p - from) };
		} else if (strchr("-0123456789tfn", *p) && *p) {
			while (p < end && !strchr(",]} \n", *p))
				p++;
			return (struct span){ from, (size_t)(p - from) };
		} else {
			p++;
		}
	}
	return (struct span){ NULL, 0 };
}

/* All values of a JSON text with n bytes before and some behind it; one in
 * `every` of the ways. sized: the 8 bytes before it say how long it is. */
static void damage(const char *name, bool sized, size_t every)
{
	struct str path = { 0 }, file = { 0 }, bad = { 0 };
	size_t head, way = 0;
	struct span v;
	uint64_t n;

	str_printf(&path, "%s/%s", dir, name);
	test_load(path.p, &file);
	head = sized ? 8 : 0;
	n = file.n;
	if (sized) {
		memcpy(&n, file.p, 8);
		n += 8;
	}
	for (const char *p = file.p + head; (v = next_value(p, file.p + n)).p;
	     p = v.p + v.n)
		for (size_t i = 0; i < INSTEAD; i++) {
			uint64_t length = n - head - v.n + strlen(instead[i]);

			if (way++ % every)
				continue;
			str_reset(&bad);
			if (sized)
				put_u64(&bad, length);
			str_put(&bad, file.p + head,
				(size_t)(v.p - file.p) - head);
			str_puts(&bad, instead[i]);
			str_put(&bad, v.p + v.n,
				(size_t)(file.p + file.n - v.p) - v.n);
			encodermake_file(dir, name, bad.p, bad.n);
			str_z(&bad);
			try_it(name);
		}
	encodermake_file(dir, name, file.p, file.n);
	try_it(name);
	str_release(&path);
	str_release(&file);
	str_release(&bad);
}

static void counts(const char *what, size_t least)
{
	if (refused < least || !gave)
		fail_msg("%s: %zu refused, %zu gave vectors, %zu failed", what,
			 refused, gave, failed);
	refused = gave = failed = 0;
}

static void test_config(void **state)
{
	const char *config = encodermake_configs[0];

	(void)state;
	damage("config.json", false, 1);
	counts("config.json", 80);
	for (size_t i = 1; i < ENCODERMAKE_CONFIGS; i++) {
		struct str command = { 0 };
		char *first = dir;

		dir = encodermake("damage-other", encodermake_configs[i], 1,
				  NULL);
		damage("config.json", false, 3);
		str_printf(&command, "rm -rf '%s'", dir);
		assert_int_equal(system(command.p), 0);
		str_release(&command);
		free(dir);
		dir = first;
	}
	counts("other families", 150);
	encodermake_file(dir, "config.json", config, strlen(config));
}

static void test_weights(void **state)
{
	(void)state;
	damage("model.safetensors", true, 5);
	counts("model.safetensors", 400);
}

static void test_tokenizer(void **state)
{
	(void)state;
	damage("tokenizer.json", false, 2);
	counts("tokenizer.json", 100);
}

/* An index that names no file, another file, or a file twice. */
static void test_index(void **state)
{
	static const char index[] =
	    "{\"metadata\":{\"total_size\":1},\"weight_map\":{"
	    "\"embeddings.word_embeddings.weight\":\"part.safetensors\","
	    "\"classifier.bias\":\"part.safetensors\"}}";
	struct str from = { 0 }, to = { 0 };

	(void)state;
	str_printf(&from, "%s/model.safetensors", dir);
	str_printf(&to, "%s/part.safetensors", dir);
	assert_int_equal(rename(from.p, to.p), 0);
	encodermake_file(dir, "model.safetensors.index.json", index,
			 sizeof(index) - 1);
	damage("model.safetensors.index.json", false, 1);
	counts("index", 20);
	assert_int_equal(rename(to.p, from.p), 0);
	str_release(&from);
	str_release(&to);
}

/* Weights that are no numbers, or so large that sums are not. */
static void test_values(void **state)
{
	static const float bad[] = { NAN, INFINITY, -INFINITY, 3e38f };
	struct str path = { 0 }, file = { 0 }, changed = { 0 };
	uint64_t n, rng = 9;

	(void)state;
	str_printf(&path, "%s/model.safetensors", dir);
	test_load(path.p, &file);
	memcpy(&n, file.p, 8);
	for (int i = 0; i < 60; i++) {
		size_t numbers = (file.n - 8 - n) / 4;

		str_reset(&changed);
		str_put(&changed, file.p, file.n);
		memcpy(changed.p + 8 + n + 4 * rng_below(&rng, numbers),
		       &bad[i % 4], 4);
		encodermake_file(dir, "model.safetensors", changed.p,
				 changed.n);
		try_it("values");
	}
	encodermake_file(dir, "model.safetensors", file.p, file.n);
	assert_true(gave && failed + refused);
	str_release(&path);
	str_release(&file);
	str_release(&changed);
}

static int begin(void **state)
{
	(void)state;
	dir = encodermake("damage", encodermake_configs[0], 1, NULL);
	return 0;
}

static int end(void **state)
{
	struct str command = { 0 };
	int rc;

	(void)state;
	str_printf(&command, "rm -rf '%s'", dir);
	rc = system(command.p);
	str_release(&command);
	free(dir);
	return rc;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_tokenizer),
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
