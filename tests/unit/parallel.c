/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <stdatomic.h>
#include <time.h>

#include "base/parallel.h"

enum { JOBS = 600, THREADS = 8 };

struct job {
	size_t number;
	uint64_t answer;
};

struct run {
	size_t jobs, next;
	atomic_size_t worked;
	atomic_bool busy[THREADS];
	bool reading, writing, shared_thread;
	size_t fail_read, fail_work, fail_write; /* SIZE_MAX: never */
	size_t written[JOBS], nwritten;
};

static uint64_t answer_of(size_t number)
{
	uint64_t rng = number;

	return rng_next(&rng);
}

static int read_job(void *ctx, void *job)
{
	struct run *r = ctx;
	struct job *j = job;

	if (r->next == r->fail_read)
		return -1;
	if (r->next == r->jobs)
		return 0;
	j->number = r->next++;
	j->answer = 0;
	return 1;
}

static int work(void *ctx, void *job, int thread)
{
	struct run *r = ctx;
	struct job *j = job;
	uint64_t rng = j->number;
	struct timespec t = { 0, (long)rng_below(&rng, 300000) };

	assert_in_range(thread, 0, THREADS - 1);
	if (atomic_exchange(&r->busy[thread], true))
		r->shared_thread = true; /* two jobs, one number */
	nanosleep(&t, NULL);
	j->answer = answer_of(j->number);
	atomic_fetch_add(&r->worked, 1);
	atomic_store(&r->busy[thread], false);
	return j->number == r->fail_work ? -1 : 0;
}

static int write_job(void *ctx, void *job)
{
	struct run *r = ctx;
	struct job *j = job;

	if (j->number == r->fail_write)
		return -1;
	assert_true(j->answer == answer_of(j->number));
	r->written[r->nwritten++] = j->number;
	return 0;
}

static const struct parallel_ops ops = { read_job, work, write_job };

static struct run run_of(size_t jobs)
{
	return (struct run){ .jobs = jobs,
			     .fail_read = SIZE_MAX,
			     .fail_work = SIZE_MAX,
			     .fail_write = SIZE_MAX };
}

static void in_order(const struct run *r, size_t n)
{
	size_t i;

	assert_int_equal(r->nwritten, n);
	for (i = 0; i < n; i++)
		assert_int_equal(r->written[i], i);
	assert_false(r->shared_thread);
}

static void order_is_kept(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 7, 8, 9, 24, 25, JOBS };
	struct job jobs[3 * THREADS];
	int threads;
	size_t i;

	(void)state;
	for (threads = 1; threads <= THREADS; threads += 7)
		for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			struct run r = run_of(sizes[i]);

			assert_int_equal(parallel_ordered(threads, &ops, &r,
							  jobs, sizeof(*jobs),
							  3 * THREADS),
					 0);
			in_order(&r, sizes[i]);
			assert_int_equal(r.worked, sizes[i]);
		}
}

static void as_few_jobs_as_threads(void **state)
{
	struct job jobs[THREADS];
	struct run r = run_of(100);

	(void)state;
	assert_int_equal(
	    parallel_ordered(THREADS, &ops, &r, jobs, sizeof(*jobs), THREADS),
	    0);
	in_order(&r, 100);
}

/* What was read before the failure has been written, and nothing behind. */
static void failures(void **state)
{
	struct job jobs[3 * THREADS];
	size_t at;
	int threads;

	(void)state;
	for (threads = 1; threads <= THREADS; threads += 7)
		for (at = 0; at < 60; at += at < 3 ? 1 : 19) {
			struct run r = run_of(100), w = run_of(100);
			struct run p = run_of(100);

			r.fail_read = at;
			assert_int_equal(parallel_ordered(threads, &ops, &r,
							  jobs, sizeof(*jobs),
							  3 * THREADS),
					 -1);
			in_order(&r, at);
			w.fail_work = at;
			assert_int_equal(parallel_ordered(threads, &ops, &w,
							  jobs, sizeof(*jobs),
							  3 * THREADS),
					 -1);
			in_order(&w, at);
			p.fail_write = at;
			assert_int_equal(parallel_ordered(threads, &ops, &p,
							  jobs, sizeof(*jobs),
							  3 * THREADS),
					 -1);
			in_order(&p, at);
		}
}

static void mark(void *ctx, size_t i, int thread)
{
	atomic_int *seen = ctx;

	assert_in_range(thread, 0, THREADS - 1);
	atomic_fetch_add(&seen[i], 1);
}

static void loop_visits_all_once(void **state)
{
	static const size_t sizes[] = { 0, 1, 3, 8, 5000 };
	size_t i, k;
	int threads;

	(void)state;
	for (threads = 0; threads <= THREADS; threads++)
		for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			atomic_int *seen = calloc(sizes[i] + 1, sizeof(*seen));

			parallel_for(threads, sizes[i], mark, seen);
			for (k = 0; k < sizes[i]; k++)
				assert_int_equal(seen[k], 1);
			assert_int_equal(seen[sizes[i]], 0);
			free(seen);
		}
	assert_true(parallel_cpus() >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_kept),
		cmocka_unit_test(as_few_jobs_as_threads),
		cmocka_unit_test(failures),
		cmocka_unit_test(loop_visits_all_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
