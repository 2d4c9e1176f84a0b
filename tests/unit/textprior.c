/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "learn/textfit.h"
#include "learn/textformat.h"
#include "learn/textnearest.h"
#include "math/vector.h"
#include "testing.h"

struct model {
	char *path;
	struct pack *pack;
	struct textmodel *text;
	struct textprior *prior;
};

static void close_model(struct model *m)
{
	textprior_free(m->prior);
	textmodel_free(m->text);
	pack_close(m->pack);
	unlink(m->path);
	free(m->path);
}

/* Fits on texts up to NULL; prior may be NULL. A text "3 words" counts for 3. */
static struct model fit(const char *const *texts, const struct textprior *prior,
			double prior_texts)
{
	struct model m = { .path = test_path("model-XXXXXX") };
	FILE *f = fdopen(mkstemp(m.path), "w+");
	struct textfit_options o = textfit_defaults;
	struct textcorpus c;
	uint64_t i;

	o.prior = prior;
	o.prior_texts = prior_texts;
	textcorpus_init(&c, 1 << 16);
	for (i = 0; texts[i]; i++) {
		bool many = texts[i][0] >= '1' && texts[i][0] <= '9';

		c.emphasis = many ? texts[i][0] - '0' : 1;
		textcorpus_begin(&c, i);
		textcorpus_add(&c, span_of(texts[i] + (many ? 2 : 0)), 1);
		textcorpus_end(&c);
	}
	assert_int_equal(textfit_write(&c, &o, 1 << 28, 1, f, NULL, NULL), 0);
	textcorpus_release(&c);
	fclose(f);
	m.pack = pack_open(m.path, TEXTMODEL_KIND, TEXTMODEL_VERSION, NULL);
	m.text = textmodel_open(m.pack, NULL);
	m.prior = textprior_open(m.pack, NULL);
	assert_non_null(m.prior);
	return m;
}

static size_t term(const struct textprior *p, const char *spelling)
{
	size_t i;

	for (i = 0; i < textprior_count(p); i++)
		if (span_is(textprior_term(p, i)->spelling, spelling))
			return i;
	fail_msg("no term %s", spelling);
	return 0;
}

static double product(const struct textprior *p, const char *a, const char *b)
{
	float x[TEXTMODEL_DIM], y[TEXTMODEL_DIM];

	textprior_row(p, term(p, a), x);
	textprior_row(p, term(p, b), y);
	return (double)vector_dot(x, y, TEXTMODEL_DIM);
}

static float alike(const struct textmodel *m, const char *a, const char *b)
{
	const char *text[] = { a, b };
	float x[2][TEXTMODEL_DIM];
	int i;

	for (i = 0; i < 2; i++) {
		struct textvector v = { 0 };

		textvector_reset(&v);
		textmodel_add(m, &v, span_of(text[i]), 1);
		assert_int_equal(textvector_finish(&v, x[i]), 0);
		textvector_release(&v);
	}
	return vector_dot(x[0], x[1], TEXTMODEL_DIM);
}

/* V sigma^2 V' is the corpus' own X' X, worked out by hand. */
static void rows_give_the_corpus_back(void **state)
{
	static const char *const texts[] = { "alpha beta", "alpha", "gamma",
					     NULL };
	struct model m = fit(texts, NULL, 0);
	double a = log(1 + 3 / 2.0), b = log(1 + 3.0), n = a * a + b * b;

	(void)state;
	assert_int_equal(textprior_count(m.prior), 3);
	assert_true(textprior_texts(m.prior) == 3);
	assert_true(textprior_term(m.prior, term(m.prior, "alpha"))->texts ==
		    2);
	assert_true(fabs(product(m.prior, "alpha", "alpha") - a * a / n - 1) <
		    0.02);
	assert_true(fabs(product(m.prior, "alpha", "beta") - a * b / n) < 0.01);
	assert_true(fabs(product(m.prior, "beta", "beta") - b * b / n) < 0.01);
	assert_true(fabs(product(m.prior, "gamma", "gamma") - 1) < 0.02);
	assert_true(fabs(product(m.prior, "alpha", "gamma")) < 0.01);
	close_model(&m);
}

/* A text that counts three times is three texts. */
static void emphasis_is_repetition(void **state)
{
	static const char *const once[] = { "3 alpha, beta", "alpha", "gamma",
					    NULL };
	static const char *const thrice[] = { "alpha, beta", "alpha, beta",
					      "alpha, beta", "alpha",
					      "gamma",       NULL };
	struct model m = fit(once, NULL, 0), n = fit(thrice, NULL, 0);

	(void)state;
	assert_true(textprior_texts(m.prior) == 5);
	assert_true(textprior_term(m.prior, term(m.prior, "alpha"))->texts ==
		    4);
	assert_true(fabs(product(m.prior, "alpha", "beta") -
			 product(n.prior, "alpha", "beta")) < 0.02);
	assert_true(fabs(product(m.prior, "gamma", "gamma") -
			 product(n.prior, "gamma", "gamma")) < 0.02);
	close_model(&m);
	close_model(&n);
}

static const char *const general[] = { "lonely tears at night",
				       "tears and sorrow",
				       "lonely sorrow",
				       "goodbye tears",
				       "5 goodbye, sorrow",
				       "goodbye lonely",
				       "dance at the party",
				       "party in the club",
				       "club dance",
				       "festival dance",
				       "festival party club",
				       "5 festival, club",
				       NULL };

/* A corpus that knows neither word finds one by the other. */
static void a_prior_lends_what_it_knows(void **state)
{
	static const char *const corpus[] = { "sorrow", "club", "engine",
					      NULL };
	static const char *const nothing[] = { NULL };
	struct model p = fit(general, NULL, 0);
	struct model with = fit(corpus, p.prior, 20);
	struct model same = fit(nothing, p.prior, 20);

	(void)state;
	assert_true(alike(with.text, "goodbye", "sorrow") > 0.3f);
	assert_true(alike(with.text, "goodbye", "sorrow") >
		    alike(with.text, "goodbye", "club") + 0.2f);
	assert_true(alike(with.text, "festival", "club") >
		    alike(with.text, "festival", "sorrow") + 0.2f);
	assert_true(fabsf(alike(with.text, "goodbye", "engine")) < 0.1f);
	/* misspelt, by grams of a word that only the prior has */
	assert_true(alike(with.text, "festivall", "festival") > 0.6f);
	assert_true(textprior_texts(with.prior) == 23);
	/* on top of nothing: the prior itself */
	assert_int_equal(textprior_count(same.prior), textprior_count(p.prior));
	assert_true(fabs(product(same.prior, "goodbye", "sorrow") -
			 product(p.prior, "goodbye", "sorrow")) < 0.03);
	assert_true(fabsf(alike(same.text, "goodbye", "lonely tears") -
			  alike(p.text, "goodbye", "lonely tears")) < 0.05f);
	close_model(&p);
	close_model(&with);
	close_model(&same);
}

static void nearest_terms_are_companions(void **state)
{
	struct textnearest_term near[100];
	struct model m = fit(general, NULL, 0);
	int n = textnearest_find(m.prior, SPAN("Goodbye"), 2, near), i;

	(void)state;
	assert_int_equal(n, 2);
	assert_true(near[0].cosine >= near[1].cosine && near[1].cosine > 0);
	for (i = 0; i < n; i++)
		assert_true(span_is(near[i].spelling, "lonely") ||
			    span_is(near[i].spelling, "sorrow") ||
			    span_is(near[i].spelling, "tears"));
	n = textnearest_find(m.prior, SPAN("goodbye"), 100, near);
	for (i = 0; i < n; i++)
		assert_false(span_is(near[i].spelling, "goodbye"));
	assert_int_equal(textnearest_find(m.prior, SPAN("qqq"), 5, near), 0);
	close_model(&m);
}

static void expect_refused(const struct pack *p, const char *name,
			   const void *data, size_t size)
{
	static const char *const names[] = { "text.info",  "text.slots",
					     "text.rows",  "text.spectrum",
					     "text.stats", "text.spelling" };
	char *path = test_path("copy-XXXXXX");
	FILE *f = fdopen(mkstemp(path), "w+");
	struct pack_writer *w = pack_writer_new(f, "copy", 1, NULL);
	struct err err = { 0 };
	struct pack *q;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct span s = pack_get(p, names[i]);

		if (!strcmp(names[i], name))
			s = (struct span){ data, size };
		if (s.p)
			pack_section(w, names[i], s.p, s.n, NULL);
	}
	assert_int_equal(pack_writer_end(w, NULL, NULL), 0);
	fclose(f);
	q = pack_open(path, "copy", 1, NULL);
	assert_null(textprior_open(q, &err));
	assert_int_equal(err.status, ERR_DATA);
	assert_true(strlen(err.message) > 20);
	pack_close(q);
	unlink(path);
	free(path);
}

static void broken_sections_are_refused(void **state)
{
	struct model m = fit(general, NULL, 0);
	struct span stats = pack_get(m.pack, "text.stats");
	struct span lines = pack_get(m.pack, "text.spelling");
	struct span slots = pack_get(m.pack, "text.slots");
	struct textspectrum s;
	struct textstat *stat = mem_alloc(stats.n);
	struct textslot *slot = mem_alloc(slots.n);
	size_t i;

	(void)state;
	expect_refused(m.pack, "text.spectrum", NULL, 0);
	expect_refused(m.pack, "text.stats", NULL, 0);
	expect_refused(m.pack, "text.spelling", NULL, 0);
	expect_refused(m.pack, "text.stats", stats.p,
		       stats.n - sizeof(struct textstat));
	expect_refused(m.pack, "text.spelling", lines.p, lines.n - 1);
	expect_refused(m.pack, "text.spelling", lines.p, lines.n / 2);
	memcpy(&s, pack_get(m.pack, "text.spectrum").p, sizeof(s));
	s.sigma[1] = NAN;
	expect_refused(m.pack, "text.spectrum", &s, sizeof(s));
	memcpy(&s, pack_get(m.pack, "text.spectrum").p, sizeof(s));
	s.power = 2;
	expect_refused(m.pack, "text.spectrum", &s, sizeof(s));
	memcpy(stat, stats.p, stats.n);
	stat[0].texts = 0;
	expect_refused(m.pack, "text.stats", stat, stats.n);
	memcpy(slot, slots.p, slots.n);
	for (i = 0; i < slots.n / sizeof(*slot); i++)
		if (slot[i].row == 3)
			slot[i].row = UINT32_MAX - 1;
	expect_refused(m.pack, "text.slots", slot, slots.n);
	free(stat);
	free(slot);
	close_model(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_give_the_corpus_back),
		cmocka_unit_test(emphasis_is_repetition),
		cmocka_unit_test(a_prior_lends_what_it_knows),
		cmocka_unit_test(nearest_terms_are_companions),
		cmocka_unit_test(broken_sections_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
