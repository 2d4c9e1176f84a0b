/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a mood sounds, against a mean that is worked out plainly. */
#include "indexfixture.h"

#include "corpus/moodsound.h"

enum shape {
	ANY,     /* as the fixture has it */
	FEW,     /* three tracks are measured */
	FAR,     /* those measured are far from what is asked for */
	NONE,    /* nothing is measured */
	MOST,    /* nearly all is measured */
	NO_MOOD, /* what is measured has no mood */
	SHAPES
};

static void shape_row(struct fixture_row *r, size_t i, size_t n,
		      enum shape shape)
{
	if (shape == FEW)
		r->measured = i % (n / 3 + 1) == 7;
	if (shape == FAR)
		r->measured = i % 40 == 3;
	if (shape == FAR && r->measured) {
		r->mood[0] = 0.9f + r->mood[0] / 20;
		r->mood[1] = 0.9f + r->mood[1] / 20;
	} else if (shape == FAR) {
		r->mood[0] = r->mood[0] / 2 - 0.5f;
		r->mood[1] = r->mood[1] / 2 - 0.5f;
	}
	if (shape == NONE)
		r->measured = false;
	if (shape == MOST)
		r->measured = i % 50 != 0;
	if (shape == NO_MOOD && r->measured)
		r->has_mood = false;
	if (shape == FEW && r->measured)
		r->has_audio = r->has_network = r->has_mood = true;
}

static struct generation *make(struct fixture *f, size_t n, enum shape shape,
			       const char *signals)
{
	struct indexwriter *w = indexwriter_new(NULL);
	struct index_sources s = { 0 };
	struct index_counts counts;
	struct generation *g;
	struct err err = { 0 };

	*f = (struct fixture){ .n = n, .path = test_path("sound.idx") };
	f->rows = mem_zalloc(n + 1, sizeof(*f->rows));
	for (size_t i = 0; i < n; i++) {
		fixture_fill(&f->rows[i], i, 31);
		shape_row(&f->rows[i], i, n, shape);
		fixture_add(w, &f->rows[i]);
	}
	qsort(f->rows, n, sizeof(*f->rows), fixture_by_key);
	fixture_sources(f, signals, &s);
	assert_int_equal(fixture_write(w, &s, NULL, f->path, &counts, &err), 0);
	fixture_sources_close(&s);
	indexwriter_free(w);
	g = generation_open(f->path, &err);
	assert_non_null(g);
	return g;
}

struct near {
	float distance;
	size_t row;
};

static int nearer(const void *a, const void *b)
{
	const struct near *x = a, *y = b;

	if (x->distance != y->distance)
		return x->distance > y->distance ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

static bool has_sound(const struct fixture_row *r, int kind)
{
	return kind == AUDIO_NETWORK ? r->has_network : r->has_audio;
}

/* The row's vector, of unit length. */
static void vector_of(const struct fixture_row *r, int kind, const float *mean,
		      double out[GENERATION_AUDIO_DIM])
{
	size_t n =
	    kind == AUDIO_NETWORK ? FIXTURE_NETWORK_DIM : GENERATION_AUDIO_DIM;
	double norm = 0;

	for (size_t d = 0; d < n; d++) {
		out[d] = kind == AUDIO_NETWORK
			     ? (double)(r->network[d] - mean[d])
			     : (double)r->audio[d];
		norm += out[d] * out[d];
	}
	for (size_t d = 0; d < n; d++)
		out[d] /= sqrt(norm);
}

/* Returns how many tracks the mean is made of. */
static size_t naive(const struct fixture *f, const struct generation *g,
		    int kind, float v, float a,
		    double out[GENERATION_AUDIO_DIM])
{
	struct near *all = mem_zalloc(f->n + 1, sizeof(*all));
	size_t n = 0, sounds = 0, measured = 0, k;
	double x[GENERATION_AUDIO_DIM], norm = 0;

	for (size_t i = 0; i < f->n; i++) {
		sounds += has_sound(&f->rows[i], kind);
		measured += has_sound(&f->rows[i], kind) && f->rows[i].measured;
	}
	for (size_t i = 0; i < f->n; i++) {
		const struct fixture_row *r = &f->rows[i];
		float dv = r->mood[0] - v, da = r->mood[1] - a;

		if (has_sound(r, kind) && r->has_mood &&
		    (r->measured || !measured))
			all[n++] = (struct near){ sqrtf(dv * dv + da * da), i };
	}
	qsort(all, n, sizeof(*all), nearer);
	k = (size_t)sqrt((double)(measured ? measured : sounds));
	k = k < 5 ? 5 : k > 50 ? 50 : k;
	k = n < k ? n : k;
	memset(out, 0, GENERATION_AUDIO_DIM * sizeof(*out));
	for (size_t i = 0; i < k; i++) {
		vector_of(&f->rows[all[i].row], kind, g->audio[kind].mean, x);
		for (size_t d = 0; d < g->audio[kind].dim; d++)
			out[d] += x[d];
	}
	for (size_t d = 0; d < g->audio[kind].dim; d++)
		norm += out[d] * out[d];
	for (size_t d = 0; d < g->audio[kind].dim && k; d++)
		out[d] /= sqrt(norm);
	free(all);
	return k;
}

static void test_mean(void **state)
{
	static const float at[][2] = {
		{ -0.6f, -0.2f }, { 0.9f, 0.9f }, { -0.95f, -0.95f }, { 0, 0 }
	};
	static const size_t counts[] = { 1, 12, 500, 3000 };

	(void)state;
	for (int shape = 0; shape < SHAPES; shape++)
		for (size_t c = 0; c < 4; c++) {
			struct fixture f;
			struct generation *g =
			    make(&f, counts[c], shape, "amn");
			struct moodsound *m = moodsound_new(g);

			for (size_t i = 0; i < 8; i++) {
				int kind = (int)i % 2;
				const float *p = at[i / 2], *got;
				double want[GENERATION_AUDIO_DIM];
				size_t n = naive(&f, g, kind, p[0], p[1], want);

				got = moodsound_of(m, kind, p[0], p[1]);
				assert_int_equal(got != NULL, n > 0);
				for (size_t d = 0;
				     got && d < g->audio[kind].dim; d++)
					assert_true(fabs((double)got[d] -
							 want[d]) < 1e-5);
			}
			moodsound_free(m);
			generation_close(g);
			fixture_release(&f);
		}
}

static void test_missing(void **state)
{
	static const char *const signals[] = { "", "a", "m", "am", "mn", "d" };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct fixture f;
		struct generation *g = make(&f, 100, ANY, signals[i]);
		struct moodsound *m = moodsound_new(g);

		assert_int_equal(
		    moodsound_of(m, AUDIO_COMPONENTS, 0, 0) != NULL, i == 3);
		assert_int_equal(moodsound_of(m, AUDIO_NETWORK, 0, 0) != NULL,
				 i == 4);
		/* no place in the plane */
		assert_null(moodsound_of(m, AUDIO_COMPONENTS, NAN, 0));
		moodsound_free(m);
		generation_close(g);
		fixture_release(&f);
	}
}

/* Both of two kinds at once, and the same again. */
static void test_kept(void **state)
{
	struct fixture f;
	struct generation *g = make(&f, 400, ANY, "amn");
	struct moodsound *m = moodsound_new(g), *other = moodsound_new(g);
	const float *a = moodsound_of(m, AUDIO_COMPONENTS, 0.3f, 0.1f);
	const float *b = moodsound_of(m, AUDIO_NETWORK, 0.3f, 0.1f);

	(void)state;
	moodsound_of(other, AUDIO_NETWORK, -1, -1);
	assert_memory_equal(b, moodsound_of(other, AUDIO_NETWORK, 0.3f, 0.1f),
			    FIXTURE_NETWORK_DIM * sizeof(*b));
	assert_memory_equal(a,
			    moodsound_of(other, AUDIO_COMPONENTS, 0.3f, 0.1f),
			    GENERATION_AUDIO_DIM * sizeof(*a));
	moodsound_free(m);
	moodsound_free(other);
	moodsound_free(NULL);
	generation_close(g);
	fixture_release(&f);
}

static void test_tracks(void **state)
{
	(void)state;
	assert_int_equal(moodsound_tracks(0), 5);
	assert_int_equal(moodsound_tracks(24), 5);
	assert_int_equal(moodsound_tracks(35), 5);
	assert_int_equal(moodsound_tracks(36), 6);
	assert_int_equal(moodsound_tracks(150), 12);
	assert_int_equal(moodsound_tracks(2500), 50);
	assert_int_equal(moodsound_tracks(1000000), 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mean),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_tracks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
