/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network against loops that do what a convolution says. */
#include "testing.h"

#include <math.h>

#include "learn/cnn.h"
#include "math/random.h"

static struct random rng;

static struct tensor make(const char *name, int ndim, size_t a, size_t b,
			  size_t c, size_t d, double scale)
{
	struct tensor t = { .name = mem_strdup(name),
			    .ndim = ndim,
			    .dims = { a, b, c, d },
			    .count = 1 };

	for (int i = 0; i < ndim; i++)
		t.count *= t.dims[i];
	t.values = mem_zalloc(t.count, sizeof(float));
	for (size_t i = 0; i < t.count; i++)
		t.values[i] = (float)(scale * random_normal(&rng));
	return t;
}

static void drop(struct tensor *t)
{
	free(t->name);
	free(t->values);
}

struct map { /* double precision, [h][w][c] */
	size_t h, w, c;
	double *v;
};

static double at(const struct map *m, size_t y, size_t x, size_t c)
{
	return y < m->h && x < m->w ? m->v[(y * m->w + x) * m->c + c] : 0;
}

/* Weights by their layout's own indices. */
static double tap(const struct tensor *w, enum cnn_layout layout, size_t dy,
		  size_t dx, size_t i, size_t o)
{
	const size_t *d = w->dims;

	return layout == CNN_HWIO
		   ? w->values[((dy * 3 + dx) * d[2] + i) * d[3] + o]
		   : w->values[((o * d[1] + i) * 3 + dy) * 3 + dx];
}

static void naive_conv(struct map *m, const struct tensor *w,
		       const struct tensor *b, enum cnn_layout layout,
		       bool rectify)
{
	struct map to = { m->h, m->w, b->count, NULL };

	to.v = mem_zalloc(to.h * to.w * to.c, sizeof(double));
	for (size_t y = 0; y < m->h; y++)
		for (size_t x = 0; x < m->w; x++)
			for (size_t o = 0; o < to.c; o++) {
				double sum = b->values[o];

				for (size_t k = 0; k < 9; k++)
					for (size_t i = 0; i < m->c; i++)
						sum += tap(w, layout, k / 3,
							   k % 3, i, o) *
						       at(m, y + k / 3 - 1,
							  x + k % 3 - 1, i);
				to.v[(y * to.w + x) * to.c + o] =
				    rectify ? fmax(sum, 0) : sum;
			}
	free(m->v);
	*m = to;
}

static void naive_pool(struct map *m)
{
	struct map to = { m->h / 2, m->w / 2, m->c, NULL };

	to.v = mem_zalloc(to.h * to.w * to.c, sizeof(double));
	for (size_t i = 0; i < to.h * to.w * to.c; i++) {
		size_t c = i % to.c, x = i / to.c % to.w, y = i / to.c / to.w;

		to.v[i] = fmax(
		    fmax(at(m, 2 * y, 2 * x, c), at(m, 2 * y, 2 * x + 1, c)),
		    fmax(at(m, 2 * y + 1, 2 * x, c),
			 at(m, 2 * y + 1, 2 * x + 1, c)));
	}
	free(m->v);
	*m = to;
}

static void naive_dense(struct map *m, const float *v, const struct tensor *b,
			enum cnn_layout layout, bool rectify,
			bool channels_first)
{
	struct map to = { 1, 1, b->count, NULL };
	size_t n = m->h * m->w * m->c, places = m->h * m->w;

	to.v = mem_zalloc(to.c, sizeof(double));
	for (size_t o = 0; o < to.c; o++) {
		double sum = b->values[o];

		for (size_t i = 0; i < n; i++) {
			size_t from =
			    channels_first ? i % places * m->c + i / places : i;

			sum += m->v[from] *
			       v[layout == CNN_HWIO ? i * to.c + o : o * n + i];
		}
		to.v[o] = rectify ? fmax(sum, 0) : sum;
	}
	free(m->v);
	*m = to;
}

enum { H = 12, W = 8, OUT = 4, N = 37 };

static struct map map_of(const float *patch, size_t h, size_t w)
{
	struct map m = { h, w, 1, mem_zalloc(h * w, sizeof(double)) };

	for (size_t i = 0; i < h * w; i++)
		m.v[i] = patch[i];
	return m;
}

static void agree(const struct map *m, const float *got, double tolerance)
{
	size_t n = m->h * m->w * m->c;
	double most = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs(m->v[i]));
	for (size_t i = 0; i < n; i++)
		if (!(fabs(got[i] - m->v[i]) <= tolerance * most))
			fail_msg("%zu: %g, wanted %g", i, got[i], m->v[i]);
}

static float *patches(size_t n, size_t size)
{
	float *p = mem_zalloc(n * size, sizeof(*p));

	for (size_t i = 0; i < n * size; i++)
		p[i] = (float)random_normal(&rng);
	return p;
}

static void same_bits(const struct cnn *c, struct cnn_work *w, const float *p,
		      const float *all)
{
	float some[5 * OUT], one[OUT];

	for (size_t i = 0; i < N; i++) {
		cnn_apply(c, w, p + i * H * W, 1, one);
		assert_memory_equal(one, all + i * OUT, sizeof(one));
	}
	for (size_t i = 0; i + 5 <= N; i++) {
		cnn_apply(c, w, p + i * H * W, 5, some);
		assert_memory_equal(some, all + i * OUT, sizeof(some));
	}
}

static void check_network(enum cnn_layout l, bool channels_first)
{
	bool tf = l == CNN_HWIO;
	struct tensor w1 =
	    tf ? make("1", 4, 3, 3, 1, 5, 0.5) : make("1", 4, 5, 1, 3, 3, 0.5);
	struct tensor w2 =
	    tf ? make("2", 4, 3, 3, 5, 7, 0.2) : make("2", 4, 7, 5, 3, 3, 0.2);
	struct tensor d1 = tf ? make("3", 2, 42, 9, 0, 0, 0.2)
			      : make("3", 2, 9, 42, 0, 0, 0.2);
	struct tensor d2 = tf ? make("4", 2, 9, OUT, 0, 0, 0.3)
			      : make("4", 2, OUT, 9, 0, 0, 0.3);
	struct tensor b1 = make("b1", 1, 5, 0, 0, 0, 0.3);
	struct tensor b2 = make("b2", 1, 7, 0, 0, 0, 0.3);
	struct tensor b3 = make("b3", 1, 9, 0, 0, 0, 0.3);
	struct tensor b4 = make("b4", 1, OUT, 0, 0, 0, 0.3);
	float *v1 = mem_dup(d1.values, d1.count * sizeof(float));
	float *v2 = mem_dup(d2.values, d2.count * sizeof(float));
	float *p = patches(N, H * W), all[N * OUT];
	struct cnn *c = cnn_new(H, W);
	struct err e = { 0 };
	struct cnn_work *w;

	if (channels_first)
		cnn_channels_first(c);
	assert_int_equal(cnn_conv(c, &w1, &b1, l, true, &e), 0);
	assert_int_equal(cnn_pool(c, &e), 0);
	assert_int_equal(cnn_conv(c, &w2, &b2, l, false, &e), 0);
	assert_int_equal(cnn_pool(c, &e), 0);
	assert_int_equal(cnn_dense(c, &d1, &b3, l, true, &e), 0);
	assert_int_equal(cnn_dense(c, &d2, &b4, l, false, &e), 0);
	assert_int_equal(cnn_dim(c), OUT);
	w = cnn_work_new(c);
	cnn_apply(c, w, p, N, all);
	for (size_t i = 0; i < N; i++) {
		struct map m = map_of(p + i * H * W, H, W);

		naive_conv(&m, &w1, &b1, l, true);
		naive_pool(&m);
		naive_conv(&m, &w2, &b2, l, false);
		naive_pool(&m);
		naive_dense(&m, v1, &b3, l, true, channels_first);
		naive_dense(&m, v2, &b4, l, false, false);
		agree(&m, all + i * OUT, 1e-5);
		free(m.v);
	}
	same_bits(c, w, p, all);
	cnn_work_free(w);
	cnn_free(c);
	drop(&w1), drop(&w2), drop(&d1), drop(&d2);
	drop(&b1), drop(&b2), drop(&b3), drop(&b4);
	free(v1), free(v2), free(p);
}

static void test_networks(void **state)
{
	(void)state;
	random_seed(&rng, 11, 0);
	check_network(CNN_HWIO, false);
	check_network(CNN_OIHW, false);
	check_network(CNN_HWIO, true);
	check_network(CNN_OIHW, true);
}

/* Of one convolution, every cell: lines wider than a strip, a last strip that is
 * not whole, and less than one. */
static void test_strips(void **state)
{
	static const size_t shapes[][2] = {
		{ 11, 40 }, { 3, 100 }, { 7, 1 }, { 1, 1 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		size_t h = shapes[i][0], w = shapes[i][1];
		struct tensor weights = make("w", 4, 3, 3, 1, 35, 0.5);
		struct tensor bias = make("b", 1, 35, 0, 0, 0, 0.3);
		float *p = patches(1, h * w);
		float *got = mem_zalloc(h * w * 35, sizeof(*got));
		struct map m = map_of(p, h, w);
		struct cnn *c = cnn_new(h, w);
		struct cnn_work *work;

		assert_int_equal(
		    cnn_conv(c, &weights, &bias, CNN_HWIO, true, NULL), 0);
		naive_conv(&m, &weights, &bias, CNN_HWIO, true);
		work = cnn_work_new(c);
		cnn_apply(c, work, p, 1, got);
		agree(&m, got, 1e-5);
		cnn_work_free(work);
		cnn_free(c);
		drop(&weights), drop(&bias);
		free(m.v), free(p), free(got);
	}
}

/* VGGish's own convolutions, all of them. */
static void test_real_shape(void **state)
{
	static const size_t channels[] = { 1, 64, 128, 256, 256, 512, 512 };
	struct cnn *c = cnn_new(96, 64);
	struct cnn_work *work;
	float *p = patches(1, 96 * 64), *got;
	struct map m = map_of(p, 96, 64);

	(void)state;
	for (int i = 0; i < 6; i++) {
		size_t in = channels[i], out = channels[i + 1];
		struct tensor w =
		    make("w", 4, 3, 3, in, out, sqrt(2 / (9 * (double)in)));
		struct tensor b = make("b", 1, out, 0, 0, 0, 0.1);

		assert_int_equal(cnn_conv(c, &w, &b, CNN_HWIO, true, NULL), 0);
		naive_conv(&m, &w, &b, CNN_HWIO, true);
		if (i != 2 && i != 4) {
			assert_int_equal(cnn_pool(c, NULL), 0);
			naive_pool(&m);
		}
		drop(&w), drop(&b);
	}
	assert_int_equal(cnn_dim(c), 12288);
	got = mem_zalloc(12288, sizeof(*got));
	work = cnn_work_new(c);
	cnn_apply(c, work, p, 1, got);
	agree(&m, got, 1e-5);
	cnn_work_free(work);
	cnn_free(c);
	free(m.v), free(p), free(got);
}

static void refused(int rc, const struct err *e, const char *what)
{
	assert_int_equal(rc, -1);
	assert_status(e, ERR_DATA);
	if (!strstr(e->message, what))
		fail_msg("\"%s\", wanted \"%s\"", e->message, what);
}

static void test_misfits(void **state)
{
	struct tensor w = make("conv1/weights", 4, 3, 3, 2, 5, 1);
	struct tensor five = make("five", 4, 5, 5, 1, 5, 1);
	struct tensor flat = make("flat", 2, 96, 5, 0, 0, 1);
	struct tensor good = make("good", 4, 3, 3, 1, 5, 1);
	struct tensor b = make("bias", 1, 5, 0, 0, 0, 1);
	struct tensor b4 = make("bias4", 1, 4, 0, 0, 0, 1);
	struct cnn *c = cnn_new(H, W), *odd = cnn_new(H, 7);
	struct err e = { 0 };

	(void)state;
	refused(cnn_conv(c, &w, &b, CNN_HWIO, true, &e), &e,
		"\"conv1/weights\" is 3 x 3 x 2 x 5, expected 3 x 3 x 1 x any");
	refused(cnn_conv(c, &w, &b, CNN_OIHW, true, &e), &e,
		"expected any x 1 x 3 x 3");
	refused(cnn_conv(c, &five, &b, CNN_HWIO, true, &e), &e, "5 x 5");
	refused(cnn_conv(c, &flat, &b, CNN_HWIO, true, &e), &e, "96 x 5");
	refused(cnn_conv(c, &good, &b4, CNN_HWIO, true, &e), &e,
		"\"bias4\" is 4, expected 5");
	refused(cnn_dense(c, &flat, &b, CNN_OIHW, true, &e), &e, "any x 96");
	refused(cnn_dense(c, &good, &b, CNN_HWIO, true, &e), &e, "96 x any");
	refused(cnn_pool(odd, &e), &e, "12 x 7");
	assert_int_equal(cnn_dense(c, &flat, &b, CNN_HWIO, true, &e), 0);
	refused(cnn_dense(c, &flat, &b, CNN_HWIO, true, &e), &e, "expected 5");
	refused(cnn_conv(c, &good, &b, CNN_HWIO, true, &e), &e, "before dense");
	cnn_free(c);
	c = cnn_new(H, W);
	good.values[7] = NAN;
	refused(cnn_conv(c, &good, &b, CNN_HWIO, true, &e), &e, "finite");
	cnn_free(c);
	cnn_free(odd);
	drop(&w), drop(&five), drop(&flat), drop(&good), drop(&b), drop(&b4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_misfits),
		cmocka_unit_test(test_strips),
		cmocka_unit_test(test_real_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
