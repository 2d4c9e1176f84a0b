/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/parallel.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

int parallel_cpus(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > 256 ? 256 : (int)n;
}

struct loop {
	pthread_mutex_t lock;
	size_t next, n;
	int threads;
	void (*fn)(void *ctx, size_t i, int thread);
	void *ctx;
};

struct loop_thread {
	struct loop *loop;
	int number;
	pthread_t id;
	bool started;
};

static void *loop_run(void *arg)
{
	struct loop_thread *t = arg;
	struct loop *l = t->loop;

	for (;;) {
		size_t i;

		pthread_mutex_lock(&l->lock);
		i = l->next < l->n ? l->next++ : l->n;
		pthread_mutex_unlock(&l->lock);
		if (i == l->n)
			return NULL;
		l->fn(l->ctx, i, t->number);
	}
}

void parallel_for(int threads, size_t n,
		  void (*fn)(void *ctx, size_t i, int thread), void *ctx)
{
	struct loop l = { .n = n, .fn = fn, .ctx = ctx };
	struct loop_thread *t;
	int i;

	if ((size_t)threads > n)
		threads = (int)n;
	if (threads < 1)
		threads = 1;
	t = mem_zalloc((size_t)threads, sizeof(*t));
	pthread_mutex_init(&l.lock, NULL);
	for (i = 0; i < threads; i++)
		t[i] = (struct loop_thread){ .loop = &l, .number = i };
	for (i = 1; i < threads; i++)
		t[i].started = !pthread_create(&t[i].id, NULL, loop_run, &t[i]);
	loop_run(&t[0]);
	for (i = 1; i < threads; i++)
		if (t[i].started)
			pthread_join(t[i].id, NULL);
	pthread_mutex_destroy(&l.lock);
	free(t);
}

/* The ordered pipeline: a ring of jobs, each free -> ready -> done -> free.
 * The calling thread reads and writes; the others work. */
enum job_state { JOB_FREE, JOB_READY, JOB_DONE, JOB_FAILED };

struct pipeline {
	const struct parallel_ops *ops;
	void *ctx;
	char *jobs;
	size_t size, n;
	enum job_state *state;
	size_t filled, taken, written; /* counts since the start */
	bool closed;
	pthread_mutex_t lock;
	pthread_cond_t ready, done;
};

struct worker {
	struct pipeline *p;
	int number;
	pthread_t id;
};

static void *work_run(void *arg)
{
	struct worker *w = arg;
	struct pipeline *p = w->p;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		size_t i;
		int rc;

		while (p->taken == p->filled && !p->closed)
			pthread_cond_wait(&p->ready, &p->lock);
		if (p->taken == p->filled)
			break;
		i = p->taken++ % p->n;
		pthread_mutex_unlock(&p->lock);
		rc = p->ops->work(p->ctx, p->jobs + i * p->size, w->number);
		pthread_mutex_lock(&p->lock);
		p->state[i] = rc ? JOB_FAILED : JOB_DONE;
		pthread_cond_signal(&p->done);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* Writes the oldest job if it is done (or waits for it). 1 written, 0 not
 * done yet, -1 failed. */
static int write_oldest(struct pipeline *p, bool wait)
{
	size_t i = p->written % p->n;
	int rc = 0;

	pthread_mutex_lock(&p->lock);
	while (wait && p->state[i] == JOB_READY)
		pthread_cond_wait(&p->done, &p->lock);
	if (p->state[i] != JOB_READY)
		rc = p->state[i] == JOB_FAILED ? -1 : 1;
	pthread_mutex_unlock(&p->lock);
	if (rc <= 0)
		return rc;
	if (p->ops->write(p->ctx, p->jobs + i * p->size))
		return -1;
	pthread_mutex_lock(&p->lock);
	p->state[i] = JOB_FREE;
	pthread_mutex_unlock(&p->lock);
	p->written++;
	return 1;
}

static int feed(struct pipeline *p)
{
	int rc = 0;

	for (;;) {
		if (p->filled - p->written == p->n &&
		    (rc = write_oldest(p, true)) < 0)
			return -1;
		rc = p->ops->read(p->ctx, p->jobs + p->filled % p->n * p->size);
		if (rc <= 0)
			break;
		pthread_mutex_lock(&p->lock);
		p->state[p->filled++ % p->n] = JOB_READY;
		pthread_cond_signal(&p->ready);
		pthread_mutex_unlock(&p->lock);
		do {
			rc =
			    p->written < p->filled ? write_oldest(p, false) : 0;
			if (rc < 0)
				return -1;
		} while (rc > 0);
	}
	while (p->written < p->filled)
		if (write_oldest(p, true) < 0)
			return -1;
	return rc;
}

static int serial(const struct parallel_ops *ops, void *ctx, void *job)
{
	int rc;

	while ((rc = ops->read(ctx, job)) > 0)
		if (ops->work(ctx, job, 0) || ops->write(ctx, job))
			return -1;
	return rc;
}

int parallel_ordered(int threads, const struct parallel_ops *ops, void *ctx,
		     void *jobs, size_t job_size, size_t njobs)
{
	struct pipeline p = { .ops = ops,
			      .ctx = ctx,
			      .jobs = jobs,
			      .size = job_size,
			      .n = njobs };
	struct worker *w;
	int i, started = 0, rc;

	if (threads <= 1 || njobs < 2)
		return serial(ops, ctx, jobs);
	p.state = mem_zalloc(njobs, sizeof(*p.state));
	pthread_mutex_init(&p.lock, NULL);
	pthread_cond_init(&p.ready, NULL);
	pthread_cond_init(&p.done, NULL);
	w = mem_zalloc((size_t)threads, sizeof(*w));
	for (i = 0; i < threads; i++) {
		w[started] = (struct worker){ .p = &p, .number = started };
		if (!pthread_create(&w[started].id, NULL, work_run,
				    &w[started]))
			started++;
	}
	rc = started ? feed(&p) : serial(ops, ctx, jobs);
	pthread_mutex_lock(&p.lock);
	p.closed = true;
	if (rc < 0) /* work not begun is dropped */
		p.taken = p.filled;
	pthread_cond_broadcast(&p.ready);
	pthread_mutex_unlock(&p.lock);
	for (i = 0; i < started; i++)
		pthread_join(w[i].id, NULL);
	pthread_cond_destroy(&p.done);
	pthread_cond_destroy(&p.ready);
	pthread_mutex_destroy(&p.lock);
	free(p.state);
	free(w);
	return rc;
}
