/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores that follow from vectors, but for noise, are told again by them. */
#include "index/timbrenet.h"

#include <math.h>

#include "base/mem.h"
#include "math/random.h"
#include "math/vector.h"
#include "testing.h"

enum { ROWS = 900, DIM = 24 };

struct made {
	struct timbrenet net;
	uint32_t row[ROWS];
	uint8_t measured[ROWS];
	float vectors[ROWS * DIM];
	int16_t truth[ROWS * TIMBRE_AXES], scores[ROWS * TIMBRE_AXES];
};

/* Every 7th row has no vector, every 5th was not measured, every 10th has no
 * score. */
static struct made *make(uint64_t seed)
{
	struct made *m = mem_zalloc(1, sizeof(*m));
	double weight[DIM][TIMBRE_AXES];
	struct random rng;
	size_t n = 0;

	random_seed(&rng, seed, 0);
	for (size_t d = 0; d < DIM; d++)
		for (size_t k = 0; k < TIMBRE_AXES; k++)
			weight[d][k] = 4000 * random_normal(&rng);
	for (size_t r = 0; r < ROWS; r++) {
		float *v = m->vectors + n * DIM;

		m->measured[r] = r % 5 != 0;
		for (size_t d = 0; d < DIM; d++)
			v[d] = (float)random_normal(&rng);
		vector_normalise(v, DIM);
		for (size_t k = 0; k < TIMBRE_AXES; k++) {
			double sum = 300;

			for (size_t d = 0; d < DIM; d++)
				sum += (double)v[d] * weight[d][k];
			m->truth[r * TIMBRE_AXES + k] = (int16_t)sum;
			m->scores[r * TIMBRE_AXES + k] =
			    r % 10 ? (int16_t)(sum + 1500 * random_normal(&rng))
				   : TIMBRE_NO;
		}
		m->row[n] = (uint32_t)r;
		n += r % 7 != 0;
	}
	m->net =
	    (struct timbrenet){ ROWS, m->measured, n, DIM, m->row, m->vectors };
	return m;
}

static double error_of(const struct made *m, const int16_t *scores, bool known)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < m->net.count; i++) {
		size_t r = m->row[i];

		if ((r % 10 != 0) != known || (known && !m->measured[r]))
			continue;
		for (size_t k = 0; k < TIMBRE_AXES; k++, n++)
			sum += pow(scores[r * TIMBRE_AXES + k] -
				       m->truth[r * TIMBRE_AXES + k],
				   2);
	}
	return sqrt(sum / (double)n);
}

static void test_refined(void **state)
{
	struct made *m = make(1);
	int16_t *was = mem_dup(m->scores, sizeof(m->scores));

	(void)state;
	assert_true(timbrenet_refine(&m->net, m->scores));
	print_message("error %.0f, refined %.0f, of rows without %.0f\n",
		      error_of(m, was, true), error_of(m, m->scores, true),
		      error_of(m, m->scores, false));
	assert_true(error_of(m, m->scores, true) <
		    0.65 * error_of(m, was, true));
	assert_true(error_of(m, m->scores, false) < 700);
	/* rows without a vector stay as they are */
	for (size_t r = 0; r < ROWS; r += 7)
		assert_memory_equal(m->scores + r * TIMBRE_AXES,
				    was + r * TIMBRE_AXES,
				    TIMBRE_AXES * sizeof(*was));
	free(was);
	free(m);
}

static void test_too_little(void **state)
{
	struct made *m = make(2);
	int16_t *was = mem_dup(m->scores, sizeof(m->scores));

	(void)state;
	m->net.count = TIMBRENET_LEAST - 1;
	assert_false(timbrenet_refine(&m->net, m->scores));
	m->net.count = ROWS / 2;
	memset(m->measured, 0, sizeof(m->measured));
	assert_false(timbrenet_refine(&m->net, m->scores));
	m->row[3] = ROWS; /* damaged */
	assert_false(timbrenet_refine(&m->net, m->scores));
	assert_memory_equal(was, m->scores, sizeof(m->scores));
	free(was);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refined),
		cmocka_unit_test(test_too_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
