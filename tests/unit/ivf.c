/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "index/ivf.h"
#include "index/ivfbuild.h"
#include "index/ivfformat.h"
#include "math/random.h"
#include "math/vector.h"

enum { N = 6000, DIM = 72, K = 10, ASKED = 60 };

struct data {
	int8_t q[N][DIM];
	float scale[N];
	uint32_t rows[N];
};

static void put_vector(struct data *d, size_t i, const float *x)
{
	int32_t norm2;

	vector_quantise(x, d->q[i], DIM);
	norm2 = vector_dot_i8(d->q[i], d->q[i], DIM);
	d->scale[i] = norm2 ? 1 / sqrtf((float)norm2) : 0;
}

/* Row i is of cluster i % 60, but for i % 7 == 6, which is anywhere. Rows of
 * the index are the odd numbers. */
static struct data *clusters(void)
{
	struct data *d = mem_zalloc(1, sizeof(*d));
	struct random r;

	for (size_t i = 0; i < N; i++) {
		float x[DIM];

		random_seed(&r, 5, i % 7 == 6 ? i : i % 60);
		for (size_t j = 0; j < DIM; j++)
			x[j] = (float)random_normal(&r);
		random_seed(&r, 6, i);
		for (size_t j = 0; j < DIM; j++)
			x[j] += 0.7f * (float)random_normal(&r);
		put_vector(d, i, x);
		d->rows[i] = (uint32_t)(2 * i + 1);
	}
	return d;
}

static struct ivf_rows rows_of(const struct data *d, size_t count)
{
	return (struct ivf_rows){ count,    DIM,     d->q[0],
				  d->scale, d->rows, 2 * (size_t)N };
}

static int put(void *ctx, const void *p, size_t n, struct err *err)
{
	(void)err;
	str_put(ctx, p, n);
	return 0;
}

/* The file, aligned as in a pack. */
static struct span build(const struct ivf_rows *rows,
			 const struct ivf_centroids *c, int threads,
			 const struct ivf_old *old)
{
	struct ivf_options o = { .threads = threads };
	struct str s = { 0 };
	struct span out;
	struct err err;

	assert_int_equal(ivf_build(rows, c, &o, old, put, &s, &err), 0);
	out = (struct span){ aligned_alloc(4096, ivf_up(s.n, 4096)), s.n };
	memcpy((void *)(uintptr_t)out.p, s.p, s.n);
	str_release(&s);
	return out;
}

static struct span fitted(const struct ivf_rows *rows, int threads,
			  size_t nlist, struct ivf_centroids *c)
{
	struct ivf_options o = { .threads = threads,
				 .lists = true,
				 .nlist = nlist };

	ivf_fit(rows, &o, c);
	return build(rows, c, threads, NULL);
}

static struct ivf_query query(const struct data *d, size_t i, size_t nprobe,
			      size_t shortlist)
{
	i = i * 97 % N;
	return (struct ivf_query){ d->q[i], d->scale[i], nprobe, shortlist };
}

/* The share of the exact answers that the search gives. */
static double recall(const struct ivf *v, const struct data *d,
		     const uint8_t *allowed, size_t nprobe, size_t shortlist)
{
	struct ivf_work *w = ivf_work_new(v);
	struct topk_item right[K], got[K];
	size_t met = 0;

	for (size_t i = 0; i < ASKED; i++) {
		struct ivf_query q = query(d, i, nprobe, shortlist);

		assert_int_equal(ivf_search_exact(v, w, &q, allowed, K, right),
				 K);
		assert_int_equal(ivf_search(v, w, &q, allowed, K, got), K);
		for (size_t a = 0; a < K; a++) {
			assert_true(!a || topk_better(got[a - 1], got[a]));
			assert_true(!allowed || allowed[got[a].index]);
			for (size_t b = 0; b < K; b++)
				met += got[a].index == right[b].index &&
				       got[a].score == right[b].score;
		}
	}
	ivf_work_free(w);
	return (double)met / (ASKED * K);
}

static void recall_is_a_dial(void **state)
{
	struct data *d = clusters();
	struct ivf_rows rows = rows_of(d, N);
	struct ivf_centroids c;
	struct span bytes = fitted(&rows, 2, 64, &c);
	struct err err;
	struct ivf v;

	(void)state;
	assert_int_equal(ivf_view(&v, bytes, &rows, &err), 0);
	assert_int_equal(ivf_verify(&v, &err), 0);
	assert_true(recall(&v, d, NULL, 2, 40) < recall(&v, d, NULL, 32, 400));
	assert_true(recall(&v, d, NULL, 32, 400) >= 0.95);
	assert_true(recall(&v, d, NULL, 64, N) == 1);
	ivf_centroids_release(&c);
	free((void *)(uintptr_t)bytes.p);
	free(d);
}

static void filters_leave_all_they_can(void **state)
{
	static const size_t let[] = { 0, 1, 3, 9, 200, N };
	struct data *d = clusters();
	struct ivf_rows rows = rows_of(d, N);
	struct ivf_centroids c;
	struct span bytes = fitted(&rows, 2, 64, &c);
	uint8_t *allowed = mem_zalloc(2 * N, 1);
	struct topk_item *out = mem_zalloc(N + 1, sizeof(*out));
	struct ivf_work *w;
	struct err err;
	struct ivf v;

	(void)state;
	assert_int_equal(ivf_view(&v, bytes, &rows, &err), 0);
	w = ivf_work_new(&v);
	for (size_t t = 0; t < sizeof(let) / sizeof(*let); t++) {
		struct ivf_query q = query(d, t, 1, 10);

		memset(allowed, 0, 2 * N);
		for (size_t i = 0; i < let[t]; i++)
			allowed[2 * (i * (N / let[t])) + 1] = 1;
		allowed[0] = allowed[2] = 1; /* these have no vector */
		for (size_t k = 0; k <= N + 1; k += k < 12 ? 1 : 997) {
			size_t most = k < let[t] ? k : let[t];

			assert_int_equal(ivf_search(&v, w, &q, allowed, k, out),
					 most);
			for (size_t i = 0; i < most; i++)
				assert_int_equal(allowed[out[i].index], 1);
		}
	}
	/* One list holds fewer than what is asked for. */
	for (size_t k = 1; k <= N; k += 999) {
		struct ivf_query q = query(d, k, 1, 10);

		assert_int_equal(ivf_search(&v, w, &q, NULL, k, out), k);
	}
	ivf_work_free(w);
	ivf_centroids_release(&c);
	free((void *)(uintptr_t)bytes.p);
	free(allowed);
	free(out);
	free(d);
}

static void threads_change_nothing(void **state)
{
	struct data *d = clusters();
	struct ivf_rows rows = rows_of(d, N);
	struct ivf_centroids c[2];
	struct span bytes[2];

	(void)state;
	for (int t = 0; t < 2; t++)
		bytes[t] = fitted(&rows, 1 + 2 * t, 0, &c[t]);
	assert_int_equal(c[0].nlist, 320); /* 4 sqrt(6000), by 32 */
	assert_int_equal(bytes[0].n, bytes[1].n);
	assert_memory_equal(bytes[0].p, bytes[1].p, bytes[0].n);
	for (int t = 0; t < 2; t++) {
		free((void *)(uintptr_t)bytes[t].p);
		ivf_centroids_release(&c[t]);
	}
	free(d);
}

static void few_rows_are_compared_exactly(void **state)
{
	struct data *d = clusters();
	struct ivf_options o = { .threads = 1 };
	struct ivf_rows rows = rows_of(d, N);
	struct ivf_centroids c;
	struct span bytes;
	struct err err;
	struct ivf v;

	(void)state;
	ivf_fit(&rows, &o, &c);
	assert_int_equal(c.nlist, 0);
	bytes = build(&rows, &c, 1, NULL);
	assert_int_equal(ivf_view(&v, bytes, &rows, &err), 0);
	assert_int_equal(ivf_verify(&v, &err), 0);
	assert_true(recall(&v, d, NULL, 0, 0) == 1);
	ivf_centroids_release(&c);
	free((void *)(uintptr_t)bytes.p);
	free(d);
}

/* Rows go, come and move; what is built upon an old file is what is built
 * from nothing. */
static void updates_equal_rebuilds(void **state)
{
	struct data *d = clusters(), *changed = mem_zalloc(1, sizeof(*d));
	struct ivf_rows first = rows_of(d, 5000), then;
	uint32_t *was = mem_zalloc(N, sizeof(*was));
	struct ivf_centroids c, same;
	struct span old = fitted(&first, 2, 50, &c), right, got;
	struct err err;
	struct ivf v;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		if (i % 5 == 1)
			continue;
		memcpy(changed->q[n], d->q[i], DIM);
		changed->scale[n] = d->scale[i];
		changed->rows[n] = d->rows[i];
		was[n++] = i < 5000 ? (uint32_t)i : CODES_NONE;
	}
	then = rows_of(changed, n);
	assert_int_equal(ivf_view(&v, old, &first, &err), 0);
	ivf_centroids_of(&v, &same);
	right = build(&then, &c, 1, NULL);
	got = build(&then, &same, 2, &(struct ivf_old){ &v, was });
	assert_int_equal(right.n, got.n);
	assert_memory_equal(right.p, got.p, got.n);
	ivf_centroids_release(&c);
	ivf_centroids_release(&same);
	free((void *)(uintptr_t)old.p);
	free((void *)(uintptr_t)right.p);
	free((void *)(uintptr_t)got.p);
	free(was);
	free(changed);
	free(d);
}

static void degenerate_data_is_answered(void **state)
{
	struct data *d = mem_zalloc(1, sizeof(*d));
	float x[DIM] = { 0 };

	(void)state;
	for (int kind = 0; kind < 3; kind++) { /* zeros, equals, one */
		size_t count = kind == 2 ? 1 : N;
		struct ivf_rows rows = rows_of(d, count);
		struct topk_item out[K];
		struct ivf_centroids c;
		struct ivf_query q;
		struct ivf_work *w;
		struct span bytes;
		struct err err;
		struct ivf v;

		for (size_t i = 0; i < N; i++) {
			x[3] = kind ? 1 : 0;
			put_vector(d, i, x);
			d->rows[i] = (uint32_t)(2 * i + 1);
		}
		bytes = fitted(&rows, 2, 64, &c);
		assert_int_equal(ivf_view(&v, bytes, &rows, &err), 0);
		assert_int_equal(ivf_verify(&v, &err), 0);
		w = ivf_work_new(&v);
		q = query(d, 0, 0, 0);
		assert_int_equal(ivf_search(&v, w, &q, NULL, K, out),
				 count < K ? count : K);
		assert_float_equal(out[0].score, kind ? 1 : 0, 1e-6);
		ivf_work_free(w);
		ivf_centroids_release(&c);
		free((void *)(uintptr_t)bytes.p);
	}
	free(d);
}

/* Lists of damaged centroids come last: the one that is whole is found. */
static void order_is_total(void **state)
{
	struct data *d = clusters();
	struct ivf_rows rows = rows_of(d, N);
	struct ivf_centroids c;
	struct span bytes = fitted(&rows, 2, 64, &c);
	struct ivf_layout l = ivf_layout(DIM, 64, 0);
	float *scale = (float *)((uintptr_t)bytes.p + l.scale);
	uint32_t *list = mem_zalloc(N, sizeof(*list));
	struct ivf_work *w;
	struct err err;
	struct ivf v;

	(void)state;
	assert_int_equal(ivf_view(&v, bytes, &rows, &err), 0);
	ivf_assign(&rows, &c, NULL, 1, list);
	w = ivf_work_new(&v);
	for (size_t i = 0; i < ASKED; i++) {
		struct ivf_query q = query(d, i, 1, 0);
		size_t row = i * 97 % N;
		struct topk_item out;

		for (uint32_t k = 0; k < 64; k++)
			scale[k] = k == list[row] ? c.scale[k] : NAN;
		assert_int_equal(ivf_search(&v, w, &q, NULL, 1, &out), 1);
		assert_int_equal(out.index, d->rows[row]);
	}
	ivf_work_free(w);
	ivf_centroids_release(&c);
	free((void *)(uintptr_t)bytes.p);
	free(list);
	free(d);
}

/* Bytes go wrong anywhere: an error, or some answer. */
static void damage_does_no_harm(void **state)
{
	struct data *d = clusters();
	struct ivf_rows rows = rows_of(d, N);
	struct ivf_centroids c;
	struct span bytes = fitted(&rows, 2, 64, &c), part;
	struct ivf_layout l = ivf_layout(DIM, 64, 0);
	uint8_t *p = (uint8_t *)(uintptr_t)bytes.p, kept[16];
	uint32_t *was = mem_zalloc(N, sizeof(*was));
	struct topk_item out[K];
	uint64_t seed = 1;
	struct err err;
	struct ivf v;

	(void)state;
	for (size_t i = 0; i < N; i++)
		was[i] = (uint32_t)i;
	for (size_t i = 0; i < bytes.n; i += 1 + i / 3) {
		part = (struct span){ bytes.p, i };
		assert_int_equal(ivf_view(&v, part, &rows, &err), -1);
	}
	for (size_t t = 0; t < 300; t++) {
		size_t end = t < 64 ? 48 : t < 200 ? l.centroids : bytes.n - 16;
		size_t at = t < 64 ? t : rng_below(&seed, end);
		struct ivf_query q = query(d, t, 0, 0);
		struct span again;

		memcpy(kept, p + at, 16);
		for (size_t j = 0; j < (t < 64 ? 1 : 16); j++)
			p[at + j] = (uint8_t)(t % 3 ? rng_next(&seed) : 0xff);
		if (!ivf_view(&v, bytes, &rows, &err)) {
			struct ivf_work *w = ivf_work_new(&v);

			assert_in_range(ivf_search(&v, w, &q, NULL, K, out), 0,
					K);
			q.nprobe = 1;
			assert_in_range(ivf_search(&v, w, &q, NULL, K, out), 0,
					K);
			ivf_verify(&v, &err);
			ivf_work_free(w);
			if (t % 10 == 0) {
				struct ivf_old old = { &v, was };
				struct ivf_centroids o;

				ivf_centroids_of(&v, &o);
				again = build(&rows, &o, 1, &old);
				free((void *)(uintptr_t)again.p);
				ivf_centroids_release(&o);
			}
		}
		memcpy(p + at, kept, 16);
	}
	ivf_centroids_release(&c);
	free(was);
	free(p);
	free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recall_is_a_dial),
		cmocka_unit_test(filters_leave_all_they_can),
		cmocka_unit_test(threads_change_nothing),
		cmocka_unit_test(few_rows_are_compared_exactly),
		cmocka_unit_test(updates_equal_rebuilds),
		cmocka_unit_test(degenerate_data_is_answered),
		cmocka_unit_test(order_is_total),
		cmocka_unit_test(damage_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
