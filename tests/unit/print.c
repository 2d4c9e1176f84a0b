/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <chromaprint.h>
#include <math.h>

#include "audio/print.h"

/* Six chords, one a second, from a seed. */
static struct samples chords(uint64_t seed, float gain, double seconds)
{
	struct samples s = { 0 };

	s.count = (size_t)(seconds * RESAMPLE_RATE);
	s.v = mem_zalloc(s.count, sizeof(float));
	for (size_t from = 0; from < s.count; from += RESAMPLE_RATE)
		for (int note = 0; note < 3; note++) {
			double hz =
			    220 * pow(2, (double)rng_below(&seed, 24) / 12);

			for (size_t i = from;
			     i < from + RESAMPLE_RATE && i < s.count; i++)
				s.v[i] += gain *
					  (float)sin(2 * M_PI * hz * (double)i /
						     RESAMPLE_RATE);
		}
	return s;
}

static uint32_t *items(struct print *p, const struct samples *s, int *count)
{
	struct str text = { 0 };
	uint32_t *raw;
	int algorithm;

	assert_int_equal(print_compute(p, s, &text, NULL), 0);
	assert_true(text.n > 0);
	assert_int_equal(chromaprint_decode_fingerprint(
			     text.p, (int)text.n, &raw, count, &algorithm, 1),
			 1);
	assert_int_equal(algorithm, CHROMAPRINT_ALGORITHM_DEFAULT);
	str_release(&text);
	return raw;
}

/* The share of different bits. */
static double differ(struct print *p, const struct samples *a,
		     const struct samples *b)
{
	int n, m, bits = 0;
	uint32_t *x = items(p, a, &n), *y = items(p, b, &m);

	assert_int_equal(n, m);
	for (int i = 0; i < n; i++)
		bits += __builtin_popcount(x[i] ^ y[i]);
	chromaprint_dealloc(x);
	chromaprint_dealloc(y);
	return bits / 32.0 / n;
}

static void test_alike(void **state)
{
	struct print *p = print_new();
	struct samples a = chords(1, 0.2f, 20), quiet = chords(1, 0.01f, 20);
	struct samples loud = chords(1, 0.6f, 20), b = chords(2, 0.2f, 20);

	(void)state;
	assert_true(differ(p, &a, &a) == 0);
	assert_true(differ(p, &a, &quiet) < 0.05);
	assert_true(differ(p, &a, &loud) < 0.15); /* clipped */
	assert_true(differ(p, &a, &b) > 0.2);
	free(a.v);
	free(b.v);
	free(quiet.v);
	free(loud.v);
	print_free(p);
}

static void test_short(void **state)
{
	struct print *p = print_new();
	struct samples a = chords(1, 0.2f, 1);
	struct str text = { 0 };

	(void)state;
	str_puts(&text, "old");
	assert_int_equal(print_compute(p, &a, &text, NULL), 0);
	assert_int_equal(text.n, 0);
	a.count = 0;
	assert_int_equal(print_compute(p, &a, &text, NULL), 0);
	assert_int_equal(text.n, 0);
	free(a.v);
	str_release(&text);
	print_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_short),
	};

	return cmocka_run_group_tests_name("print", tests, NULL, NULL);
}
