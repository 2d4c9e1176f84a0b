/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Threads. parallel_for splits a loop; parallel_ordered is a pipeline whose
 * output order is its input order whatever the number of threads: read runs in
 * one thread at a time, work in many at once, write in one, in read order.
 */
#ifndef MOODPIPE_PARALLEL_H
#define MOODPIPE_PARALLEL_H

#include <stddef.h>

int parallel_cpus(void); /* online processors, at least 1 */

/* Calls fn(ctx, i, thread) once for each i in [0, n); thread < threads. With
 * one thread, or n == 1, in the caller's. Returns when all are done. */
void parallel_for(int threads, size_t n,
		  void (*fn)(void *ctx, size_t i, int thread), void *ctx);

struct parallel_ops {
	/* Fills job; 1 filled, 0 end of input, -1 stop with failure. */
	int (*read)(void *ctx, void *job);
	/* Runs on any thread, jobs in any order; -1 stop with failure. */
	int (*work)(void *ctx, void *job, int thread);
	/* In read order; -1 stop with failure. */
	int (*write)(void *ctx, void *job);
};

/* jobs is an array of njobs caller-made jobs of job_size bytes, reused round
 * and round (njobs >= threads). Returns 0, or -1 as soon as a callback failed
 * (jobs read before the failing one have been written). */
int parallel_ordered(int threads, const struct parallel_ops *ops, void *ctx,
		     void *jobs, size_t job_size, size_t njobs);

#endif
