/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "learn/textfit.h"
#include "learn/textformat.h"
#include "learn/textmodel.h"
#include "math/random.h"
#include "math/vector.h"

static const char *const sad[] = { "lonely", "heartbreak", "tears",     "rain",
				   "sorrow", "goodbye",    "melancholy" };
static const char *const loud[] = { "party",    "dance", "club",  "bass",
				    "festival", "rave",  "banger" };

static void fill(struct textcorpus *c, size_t limit, int texts)
{
	struct random r;
	struct str s = { 0 };
	int i, k;

	textcorpus_init(c, limit);
	random_seed(&r, 5, 0);
	for (i = 0; i < texts; i++) {
		const char *const *topic = i % 2 ? sad : loud;

		str_reset(&s);
		for (k = 0; k < 4; k++) {
			uint64_t n = random_below(&r, 64);

			str_puts(&s, topic[random_below(&r, 7)]);
			str_printf(&s, " the %s%c%c ", i % 2 ? "moan" : "jump",
				   'a' + (char)(n / 8), 'a' + (char)(n % 8));
		}
		textcorpus_begin(c, (uint64_t)i);
		textcorpus_add(c, span_str(&s), 1);
		textcorpus_add(c, SPAN("song"), 0.5);
		textcorpus_end(c);
	}
	str_release(&s);
}

/* A model of `texts` texts in a file of its own. */
static char *fitted(int texts, int threads)
{
	char *path = mem_strdup("/tmp/moodpipe-textmodel-XXXXXX");
	FILE *f = fdopen(mkstemp(path), "w+");
	struct textfit_options o = textfit_defaults;
	struct textcorpus c;
	struct err err = { 0 };

	o.rank_share = 0; /* the least: 16 of more than a hundred words */
	fill(&c, 1 << 20, texts);
	assert_int_equal(textfit_write(&c, &o, 1 << 28, threads, f, NULL, &err),
			 0);
	textcorpus_release(&c);
	fclose(f);
	return path;
}

static void drop(char *path)
{
	unlink(path);
	free(path);
}

static int encode(const struct textmodel *m, const char *text,
		  float out[TEXTMODEL_DIM])
{
	struct textvector v = { 0 };
	int rc;

	textvector_reset(&v);
	textmodel_add(m, &v, span_of(text), 1);
	rc = textvector_finish(&v, out);
	textvector_release(&v);
	return rc;
}

static float alike(const struct textmodel *m, const char *a, const char *b)
{
	float x[TEXTMODEL_DIM], y[TEXTMODEL_DIM];

	assert_int_equal(encode(m, a, x), 0);
	assert_int_equal(encode(m, b, y), 0);
	assert_true(fabsf(vector_dot(x, x, TEXTMODEL_DIM) - 1) < 1e-5f);
	return vector_dot(x, y, TEXTMODEL_DIM);
}

static void words_of_a_topic_are_alike(void **state)
{
	char *path = fitted(400, 1);
	struct pack *p =
	    pack_open(path, TEXTMODEL_KIND, TEXTMODEL_VERSION, NULL);
	struct textmodel *m = textmodel_open(p, NULL);
	float x[TEXTMODEL_DIM];

	(void)state;
	assert_true(alike(m, "lonely tears", "sorrow goodbye") >
		    alike(m, "lonely tears", "dance festival") + 0.2f);
	assert_true(alike(m, "LONELY", "lonely") > 0.9999f);
	/* misspelt, never met */
	assert_true(alike(m, "melancholly", "melancholy") > 0.8f);
	assert_true(alike(m, "melancholly", "melancholy") >
		    alike(m, "melancholly", "rave"));
	/* order of words matters only by pairs */
	assert_true(alike(m, "rain, tears", "tears, rain") > 0.9999f);
	/* function words alone are not lost; what is unknown is */
	assert_int_equal(encode(m, "the", x), 0);
	assert_int_equal(encode(m, "qqqq 17", x), -1);
	assert_true(x[0] == 0);
	assert_int_equal(encode(m, "", x), -1);
	textmodel_free(m);
	pack_close(p);
	drop(path);
}

/* Writes the model's sections, `name` replaced, to a pack of another kind. */
static char *copy_with(const struct pack *p, const char *name, const void *data,
		       size_t n)
{
	char *path = mem_strdup("/tmp/moodpipe-textmodel-XXXXXX");
	FILE *f = fdopen(mkstemp(path), "w+");
	struct pack_writer *w = pack_writer_new(f, "copy", 1, NULL);
	int i;

	for (i = 0; textmodel_sections[i]; i++) {
		struct span s = pack_get(p, textmodel_sections[i]);

		if (!strcmp(textmodel_sections[i], name))
			s = (struct span){ data, n };
		if (s.p)
			pack_section(w, textmodel_sections[i], s.p, s.n, NULL);
	}
	assert_int_equal(pack_writer_end(w, NULL, NULL), 0);
	fclose(f);
	return path;
}

static void a_copy_in_another_pack_encodes_alike(void **state)
{
	char *path = fitted(50, 1), *copied;
	struct pack *p = pack_open(path, TEXTMODEL_KIND, TEXTMODEL_VERSION,
				   NULL),
		    *q;
	struct textmodel *m = textmodel_open(p, NULL), *n;
	float x[TEXTMODEL_DIM], y[TEXTMODEL_DIM];

	(void)state;
	copied = copy_with(p, "", NULL, 0);
	q = pack_open(copied, "copy", 1, NULL);
	n = textmodel_open(q, NULL);
	assert_non_null(n);
	assert_int_equal(encode(m, "tears in the rain, melancholly", x), 0);
	assert_int_equal(encode(n, "tears in the rain, melancholly", y), 0);
	assert_memory_equal(x, y, sizeof(x));
	textmodel_free(m);
	textmodel_free(n);
	pack_close(p);
	pack_close(q);
	drop(path);
	drop(copied);
}

static void threads_change_no_byte(void **state)
{
	char *one = fitted(300, 1), *four = fitted(300, 4);
	struct pack *p = pack_open(one, TEXTMODEL_KIND, 1, NULL);
	struct pack *q = pack_open(four, TEXTMODEL_KIND, 1, NULL);

	(void)state;
	assert_memory_equal(pack_digest(p), pack_digest(q), HASH_SIZE);
	pack_close(p);
	pack_close(q);
	drop(one);
	drop(four);
}

static void tiny_and_empty_corpora(void **state)
{
	int n;

	(void)state;
	for (n = 0; n < 3; n++) {
		char *path = fitted(n, 1);
		struct pack *p = pack_open(path, TEXTMODEL_KIND, 1, NULL);
		struct textmodel *m = textmodel_open(p, NULL);
		float x[TEXTMODEL_DIM];

		assert_non_null(m);
		assert_int_equal(encode(m, "song", x), n ? 0 : -1);
		textmodel_free(m);
		pack_close(p);
		drop(path);
	}
}

/* The sample is the same whatever the order of the texts. */
static void a_sample_depends_on_keys_alone(void **state)
{
	struct textcorpus a, b;
	size_t i;
	int k;

	(void)state;
	fill(&a, 500, 1000);
	assert_true(a.used <= 500 && a.count > 20 && a.seen == 1000);
	textcorpus_init(&b, 500);
	for (k = 999; k >= 0; k--) {
		textcorpus_begin(&b, (uint64_t)k);
		textcorpus_add(&b, SPAN("a few words of equal number here"), 1);
		textcorpus_end(&b);
	}
	for (i = 0; i < a.count; i++)
		assert_true(a.docs[i].mixed <= a.threshold);
	for (i = 0; i < b.count; i++)
		assert_true(b.docs[i].mixed <= b.threshold);
	textcorpus_release(&a);
	textcorpus_release(&b);
}

static void expect_refused(const struct pack *p, const char *name,
			   const void *data, size_t n)
{
	char *path = copy_with(p, name, data, n);
	struct pack *q = pack_open(path, "copy", 1, NULL);
	struct err err = { 0 };

	assert_null(textmodel_open(q, &err));
	assert_int_equal(err.status, ERR_DATA);
	assert_true(strlen(err.message) > 20);
	pack_close(q);
	drop(path);
}

static void broken_sections_are_refused(void **state)
{
	char *path = fitted(50, 1);
	struct pack *p = pack_open(path, TEXTMODEL_KIND, 1, NULL);
	struct span info = pack_get(p, "text.info");
	struct span slots = pack_get(p, "text.slots");
	struct span rows = pack_get(p, "text.rows");
	struct textinfo bad;

	(void)state;
	expect_refused(p, "text.info", NULL, 0);
	expect_refused(p, "text.slots", slots.p, slots.n - 16);
	expect_refused(p, "text.slots", slots.p, slots.n / 2);
	expect_refused(p, "text.slots", slots.p, 0);
	expect_refused(p, "text.rows", rows.p, rows.n - 1);
	expect_refused(p, "text.rows", rows.p, rows.n - sizeof(struct textrow));
	memcpy(&bad, info.p, sizeof(bad));
	bad.dim = 1;
	expect_refused(p, "text.info", &bad, sizeof(bad));
	memcpy(&bad, info.p, sizeof(bad));
	bad.terms_version++;
	expect_refused(p, "text.info", &bad, sizeof(bad));
	memcpy(&bad, info.p, sizeof(bad));
	bad.unknown_share = NAN;
	expect_refused(p, "text.info", &bad, sizeof(bad));
	pack_close(p);
	drop(path);
}

/* Whatever the table says, encoding stays within the mapping and ends. */
static void hostile_slots_do_no_harm(void **state)
{
	char *path = fitted(50, 1), *copied;
	struct pack *p = pack_open(path, TEXTMODEL_KIND, 1, NULL), *q;
	struct span s = pack_get(p, "text.slots");
	struct textslot *slots = mem_alloc(s.n);
	size_t i, n = s.n / sizeof(*slots);
	int round;

	(void)state;
	for (round = 0; round < 3; round++) {
		struct textmodel *m;
		float x[TEXTMODEL_DIM];

		memcpy(slots, s.p, s.n);
		for (i = 0; i < n; i++) {
			if (round == 0 || slots[i].row == TEXTSLOT_FREE)
				slots[i].row = UINT32_MAX - 1;
			if (round == 2)
				slots[i].weight = NAN;
		}
		copied = copy_with(p, "text.slots", slots, s.n);
		q = pack_open(copied, "copy", 1, NULL);
		m = textmodel_open(q, NULL);
		assert_non_null(m);
		encode(m, "lonely tears qwertzuiop melancholly", x);
		for (i = 0; i < TEXTMODEL_DIM; i++)
			assert_true(isfinite(x[i]));
		textmodel_free(m);
		pack_close(q);
		drop(copied);
	}
	free(slots);
	pack_close(p);
	drop(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_a_topic_are_alike),
		cmocka_unit_test(a_copy_in_another_pack_encodes_alike),
		cmocka_unit_test(threads_change_no_byte),
		cmocka_unit_test(tiny_and_empty_corpora),
		cmocka_unit_test(a_sample_depends_on_keys_alone),
		cmocka_unit_test(broken_sections_are_refused),
		cmocka_unit_test(hostile_slots_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
