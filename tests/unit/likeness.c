/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tracks have in common, against means worked out plainly. */
#include "corpus/likeness.h"

#include "indexfixture.h"

enum { ROWS = 120 };

struct made {
	struct fixture f;
	struct generation *g;
};

static int setup(void **state)
{
	struct made *m = mem_zalloc(1, sizeof(*m));
	struct err err = { 0 };

	fixture_make(&m->f, ROWS, 7, "tam");
	m->g = generation_open(m->f.path, &err);
	assert_non_null(m->g);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct made *m = *state;

	generation_close(m->g);
	unlink(m->f.path);
	fixture_release(&m->f);
	free(m);
	return 0;
}

static void of_rows(struct made *m, struct likeness *l, const uint32_t *rows,
		    size_t n)
{
	likeness_reset(l, m->g);
	likeness_add_rows(l, m->g, rows, n);
	likeness_done(l, m->g);
}

static void test_means(void **state)
{
	struct made *m = *state;
	const struct audio_vectors *v = &m->g->audio[AUDIO_COMPONENTS];
	uint32_t rows[] = { v->rows[0], v->rows[5], 4000000 };
	double sum[GENERATION_AUDIO_DIM], norm = 0, valence = 0;
	struct likeness l = { .has_text = false };
	size_t n = 0;

	of_rows(m, &l, rows, 3);
	assert_true(l.has_sound[AUDIO_COMPONENTS]);
	for (size_t d = 0; d < v->dim; d++) {
		sum[d] =
		    (double)v->vectors[d] + (double)v->vectors[5 * v->dim + d];
		norm += sum[d] * sum[d];
	}
	for (size_t d = 0; d < v->dim; d++)
		assert_true(fabs((double)l.sound[AUDIO_COMPONENTS][d] -
				 sum[d] / sqrt(norm)) < 1e-5);
	for (size_t i = 0; i < 2; i++)
		if (isfinite(m->g->valence[rows[i]])) {
			valence += (double)m->g->valence[rows[i]];
			n++;
		}
	assert_int_equal(l.count[LIKENESS_VALENCE], n);
	if (n)
		assert_true(fabs((double)l.fact[LIKENESS_VALENCE] -
				 valence / (double)n) < 1e-6);
	likeness_release(&l);
}

static void test_nobody(void **state)
{
	struct made *m = *state;
	struct likeness l = { .has_text = false };

	of_rows(m, &l, NULL, 0);
	assert_false(l.has_text || l.has_sound[0] || likeness_has_mood(&l));
	for (int f = 0; f < LIKENESS_FACTS; f++)
		assert_true(isnan(l.fact[f]));
	likeness_release(&l);
}

/* A track that is not in the index counts as one that is. */
static void test_guest(void **state)
{
	struct made *m = *state;
	struct guest guest = { .has_sound = true,
			       .has_mood = true,
			       .valence = 0.25F,
			       .arousal = -0.5F,
			       .dominance = NAN };
	struct likeness l = { .has_text = false };

	guest.sound[3] = 1;
	guest.shown.value[DISPLAY_TEMPO] = 90;
	for (int a = 0; a < TIMBRE_AXES; a++)
		guest.timbre[a] = a ? NAN : 0.75F;
	likeness_reset(&l, m->g);
	likeness_add_guest(&l, &guest);
	likeness_done(&l, m->g);
	assert_true(l.sound[AUDIO_COMPONENTS][3] == 1 && !l.has_text);
	assert_true(l.fact[LIKENESS_VALENCE] == 0.25F);
	assert_true(l.fact[LIKENESS_TEMPO] == 90);
	assert_true(l.fact[LIKENESS_TIMBRE] == 0.75F);
	assert_true(isnan(l.fact[LIKENESS_TIMBRE + 1]));
	assert_true(isnan(l.fact[LIKENESS_DOMINANCE]));
	likeness_release(&l);
}

static void test_between(void **state)
{
	struct made *m = *state;
	const struct audio_vectors *v = &m->g->audio[AUDIO_COMPONENTS];
	uint32_t first = v->rows[1], last = v->rows[2];
	struct likeness a = { .has_text = false }, b = a, l = a;
	double near = -1;

	of_rows(m, &a, &first, 1);
	of_rows(m, &b, &last, 1);
	a.fact[LIKENESS_YEAR] = 1990;
	b.fact[LIKENESS_YEAR] = 2000;
	a.count[LIKENESS_YEAR] = b.count[LIKENESS_YEAR] = 1;
	a.fact[LIKENESS_TEMPO] = 80;
	a.count[LIKENESS_TEMPO] = 1;
	b.count[LIKENESS_TEMPO] = 0;
	for (int step = 0; step <= 4; step++) {
		double cosine = 0;

		likeness_between(&l, m->g, &a, &b, (float)step / 4);
		for (size_t d = 0; d < v->dim; d++)
			cosine += (double)l.sound[AUDIO_COMPONENTS][d] *
				  (double)b.sound[AUDIO_COMPONENTS][d];
		assert_true(cosine > near);
		near = cosine;
		assert_true(l.fact[LIKENESS_YEAR] == 1990 + 2.5F * (float)step);
		assert_true(l.fact[LIKENESS_TEMPO] == 80);
	}
	assert_true(near > 0.999999);
	likeness_release(&a);
	likeness_release(&b);
	likeness_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_means),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_guest),
		cmocka_unit_test(test_between),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
