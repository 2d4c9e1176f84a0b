/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of columns: each is measured alone as it is with the others. */
#include "testing.h"

#include <math.h>

#include "audio/columns.h"
#include "audio/features.h"
#include "base/mem.h"

#define N ((size_t)RESAMPLE_RATE * 7)

/* Chords of two keys with a beat, and some noise. */
static void play(struct sound *s)
{
	uint64_t rng = 4;

	*s = (struct sound){ .fraction = 0.5,
			     .loudness = NAN,
			     .range = NAN,
			     .seconds = (double)N / RESAMPLE_RATE };
	MEM_ROOM(s->mono.v, N, s->mono.cap);
	for (size_t i = 0; i < N; i++) {
		double t = (double)i / RESAMPLE_RATE, beat = fmod(t, 0.5);
		double base = t < 3 ? 220 : 262, v = 0;

		for (int k = 4; k < 7; k++)
			v += 0.1 * sin(6.2831853 * base * k / 4 * t);
		v *= exp(-3 * beat);
		v += 1e-4 * ((double)rng_below(&rng, 200) - 100);
		s->mono.v[i] = (float)v;
	}
	s->mono.count = N;
}

static void measure(struct features *f, unsigned groups, float *values)
{
	struct sound s;

	play(&s);
	assert_int_equal(features_compute(f, &s, groups, values), FEAT_OK);
	sound_release(&s);
}

static bool always(size_t column)
{
	return column == DURATION || column == DECODED_FRACTION;
}

static void groups_add_up(void **state)
{
	struct features *f = features_new();
	float all[COLUMNS], some[COLUMNS];
	unsigned given = 0;

	(void)state;
	measure(f, FEATURES_HEARD, all);
	for (size_t i = 0; i < COLUMNS; i++)
		if (!isnan(all[i]))
			given |= features_group(i);
	assert_int_equal(given, FEATURES_HEARD);
	for (unsigned groups = 0; groups <= FEATURES_HEARD; groups++) {
		struct features *fresh = features_new();

		measure(groups % 3 ? fresh : f, groups, some);
		for (size_t i = 0; i < COLUMNS; i++)
			if (always(i) || (features_group(i) & groups))
				assert_memory_equal(&some[i], &all[i], 4);
			else
				assert_true(isnan(some[i]));
		features_free(fresh);
	}
	features_free(f);
}

static void names_and_versions(void **state)
{
	struct feat_schema s;
	uint8_t taken[(COLUMNS + 7) / 8];

	(void)state;
	features_schema(&s, 30);
	assert_int_equal(s.count, COLUMNS);
	for (uint32_t i = 0; i < s.count; i++) {
		const struct feat_column *c = &s.columns[i];

		assert_int_equal(feat_schema_find(&s, c->name), i);
		assert_true(strlen(c->unit) < FEAT_UNIT - 1 ||
			    !strcmp(c->unit, "pitch class")); /* not cut */
		assert_int_equal(c->version > 0, i < DESCRIPTORS);
		memset(taken, 0xff, sizeof(taken));
		assert_int_equal(features_lacking(taken), 0);
		taken[i / 8] = (uint8_t) ~(1u << i % 8);
		assert_int_equal(features_lacking(taken), features_group(i));
		assert_true(features_group(i));
	}
	memset(taken, 0, sizeof(taken));
	assert_int_equal(features_lacking(taken),
			 FEATURES_HEARD | FEATURES_DESCRIPTORS);
	assert_int_equal(features_group((size_t)feat_schema_find(&s, "tempo")),
			 FEATURES_RHYTHM);
	assert_int_equal(
	    features_group((size_t)feat_schema_find(&s, "dissonance_q25")),
	    FEATURES_HARMONY);
	assert_int_equal(
	    features_group((size_t)feat_schema_find(&s, "onset_mean")),
	    FEATURES_SPECTRUM);
	assert_int_equal(features_group((size_t)feat_schema_find(&s, "energy")),
			 FEATURES_DESCRIPTORS);
	feat_schema_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_add_up),
		cmocka_unit_test(names_and_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
