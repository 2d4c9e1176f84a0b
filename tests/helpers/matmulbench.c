/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * matmulbench [ROUNDS]
 *
 * matmul() and matmul_bf16() beside OpenBLAS's sgemm, one thread, on products
 * as training has them. Tab-separated: m, n, k, which of a and b are stored
 * the other way round (t) or not (n), and GFLOP/s of CPU time, the best of
 * ROUNDS (10): OpenBLAS, ours, ours in bfloat16.
 */
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "math/matmul.h"
#include "math/random.h"

void openblas_set_num_threads(int n);

static const size_t sizes[][3] = { { 64, 384, 384 },   { 512, 384, 384 },
				   { 512, 1536, 384 }, { 512, 384, 1536 },
				   { 2048, 384, 384 }, { 1024, 1024, 1024 },
				   { 384, 384, 30000 } };

struct product {
	size_t m, n, k;
	struct matrix a, b;
	float *c;
	struct matmul_work work;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void openblas(struct product *p)
{
	cblas_sgemm(CblasRowMajor, p->a.transposed ? CblasTrans : CblasNoTrans,
		    p->b.transposed ? CblasTrans : CblasNoTrans, (int)p->m,
		    (int)p->n, (int)p->k, 1, p->a.p, (int)p->a.stride, p->b.p,
		    (int)p->b.stride, 0, p->c, (int)p->n);
}

static void floats(struct product *p)
{
	matmul(&p->work, p->c, p->n, false, p->a, p->b, p->m, p->n, p->k);
}

static void halves(struct product *p)
{
	matmul_bf16(&p->work, p->c, p->n, false, p->a, p->b, p->m, p->n, p->k);
}

/* GFLOP/s */
static double rate(struct product *p, void (*run)(struct product *), int rounds)
{
	double best = INFINITY, t;

	for (int i = 0; i < rounds; i++) {
		t = now();
		run(p);
		best = fmin(best, now() - t);
	}
	return 2.0 * (double)(p->m * p->n * p->k) / best;
}

static float *numbers(struct random *rng, size_t n)
{
	float *p = mem_alloc(n * sizeof(*p));

	for (size_t i = 0; i < n; i++)
		p[i] = (float)random_uniform(rng) - 0.5f;
	return p;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 10;
	struct random rng;

	random_seed(&rng, 1, 0);
	openblas_set_num_threads(1);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct product p = { .m = sizes[i][0],
				     .n = sizes[i][1],
				     .k = sizes[i][2] };
		float *a = numbers(&rng, p.m * p.k);
		float *b = numbers(&rng, p.k * p.n);

		p.c = mem_zalloc(p.m * p.n, sizeof(*p.c));
		for (int way = 0; way < 4; way++) {
			bool ta = way & 1, tb = way & 2;

			p.a = (struct matrix){ a, ta ? p.m : p.k, ta };
			p.b = (struct matrix){ b, tb ? p.k : p.n, tb };
			printf(
			    "%zu\t%zu\t%zu\t%c%c\t%.0f\t%.0f\t%.0f\n", p.m, p.n,
			    p.k, "nt"[ta], "nt"[tb], rate(&p, openblas, rounds),
			    rate(&p, floats, rounds), rate(&p, halves, rounds));
			fflush(stdout);
		}
		matmul_work_release(&p.work);
		free(a);
		free(b);
		free(p.c);
	}
	return 0;
}
