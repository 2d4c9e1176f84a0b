/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/nearestrecall.h"

#include "base/parallel.h"

struct sampling {
	void (*ask)(void *ctx, size_t row, struct nearestrecall *r);
	void *ctx;
	size_t step, wanted[NEARESTRECALL_SAMPLE], met[NEARESTRECALL_SAMPLE];
};

static void sample(void *ctx, size_t i, int thread)
{
	struct sampling *s = ctx;
	struct nearestrecall r = { .wanted = 0 };

	(void)thread;
	s->ask(s->ctx, i * s->step, &r);
	s->wanted[i] = r.wanted;
	/* as good as the last of the exact ones counts: ties are no misses */
	for (size_t k = 0; r.wanted && k < r.found; k++)
		s->met[i] += r.got[k].score >= r.want[r.wanted - 1].score;
}

double nearestrecall_measure(size_t rows, int threads,
			     void (*ask)(void *ctx, size_t row,
					 struct nearestrecall *r),
			     void *ctx)
{
	size_t n = rows < NEARESTRECALL_SAMPLE ? rows : NEARESTRECALL_SAMPLE;
	struct sampling s = { .ask = ask, .ctx = ctx };
	size_t wanted = 0, met = 0;

	s.step = n ? rows / n : 0;
	parallel_for(threads, n, sample, &s);
	for (size_t i = 0; i < n; i++) {
		wanted += s.wanted[i];
		met += s.met[i];
	}
	return wanted ? (double)met / (double)wanted : 1;
}
