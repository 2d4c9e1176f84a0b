/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * layerbench [-l layers] [-d hidden] [-h heads] [-f feed] [-n seconds]
 *            [-k variant] f32|bf16|int8 TOKENS...
 *
 * What the layers of an encoder of a shape cost, without its embeddings, with
 * random weights: CPU milliseconds of one sequence of so many tokens, the least
 * of many, and where the time goes. The default shape is that of MiniLM-L6.
 * Lines of tab-separated values.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "math/attention.h"
#include "math/kernels.h"
#include "math/largepages.h"
#include "math/linear.h"
#include "math/random.h"
#include "math/rowwise.h"

struct layer {
	struct linear *qkv, *out, *feed, *back;
};

struct bench {
	size_t layers, hidden, heads, feed;
	enum linear_precision precision;
	const struct kernels *kernels;
	struct layer *layer;
	struct largepages *memory;
	float *ones, *zeros;
	struct linear_work linear;
	struct attention_work attention;
	float *x, *qkv, *context, *y;
	double parts[5];
};

static const char *const parts[] = { "qkv and out", "attention", "feed",
				     "feed back", "norms" };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static float *numbers(struct random *rng, size_t n, double scale)
{
	float *p = mem_alloc(n * sizeof(*p));

	for (size_t i = 0; i < n; i++)
		p[i] = (float)(scale * (2 * random_uniform(rng) - 1));
	return p;
}

static struct linear *make(struct bench *b, const float *w, size_t in,
			   size_t out)
{
	struct linear *l = linear_new_in(b->memory, in, out, b->precision);

	linear_set(l, 0, out, w, NULL);
	return l;
}

static void build(struct bench *b)
{
	struct random rng;
	size_t hidden = b->hidden, most = hidden * (b->feed + 3 * hidden);
	float *w;
	double start;

	random_seed(&rng, 1, 0);
	w = numbers(&rng, most, 1.7 / sqrt((double)hidden));
	start = now();
	b->memory = largepages_new();
	b->layer = mem_zalloc(b->layers, sizeof(*b->layer));
	for (size_t i = 0; i < b->layers; i++) {
		b->layer[i].qkv = make(b, w + i, hidden, 3 * hidden);
		b->layer[i].out = make(b, w + 2 * i, hidden, hidden);
		b->layer[i].feed = make(b, w + 3 * i, hidden, b->feed);
		b->layer[i].back = make(b, w + 4 * i, b->feed, hidden);
	}
	printf("set\t%.3f\n", now() - start);
	free(w);
	b->ones = mem_alloc(hidden * sizeof(*b->ones));
	b->zeros = mem_zalloc(hidden, sizeof(*b->zeros));
	for (size_t i = 0; i < hidden; i++)
		b->ones[i] = 1;
}

static void add_norm(struct bench *b, size_t tokens)
{
	for (size_t i = 0; i < tokens; i++) {
		float *x = b->x + i * b->hidden;

		rowwise_add(x, b->y + i * b->hidden, b->hidden);
		rowwise_norm(x, b->hidden, b->ones, b->zeros, 1e-12f, x, NULL);
	}
}

static void pass(struct bench *b, size_t tokens)
{
	size_t hidden = b->hidden, dim = hidden / b->heads;
	struct attention_shape s = { tokens,
				     b->heads,
				     dim,
				     3 * hidden,
				     1 / sqrtf((float)dim),
				     b->precision != LINEAR_F32 };
	double t[7];

	for (size_t i = 0; i < b->layers; i++) {
		const struct layer *l = &b->layer[i];

		t[0] = now();
		linear_apply(l->qkv, &b->linear, b->x, hidden, tokens,
			     LINEAR_IDENTITY, b->qkv, 3 * hidden);
		t[1] = now();
		attention_apply(&b->attention, &s, b->qkv, b->qkv + hidden,
				b->qkv + 2 * hidden, NULL, NULL, b->context,
				hidden);
		t[2] = now();
		linear_apply(l->out, &b->linear, b->context, hidden, tokens,
			     LINEAR_IDENTITY, b->y, hidden);
		t[3] = now();
		add_norm(b, tokens);
		t[4] = now();
		linear_apply(l->feed, &b->linear, b->x, hidden, tokens,
			     LINEAR_GELU, b->qkv, b->feed);
		t[5] = now();
		linear_apply(l->back, &b->linear, b->qkv, b->feed, tokens,
			     LINEAR_IDENTITY, b->y, hidden);
		t[6] = now();
		add_norm(b, tokens);
		b->parts[0] += t[1] - t[0] + t[3] - t[2];
		b->parts[1] += t[2] - t[1];
		b->parts[2] += t[5] - t[4];
		b->parts[3] += t[6] - t[5];
		b->parts[4] += t[4] - t[3] + now() - t[6];
	}
}

static void measure(struct bench *b, size_t tokens, double seconds)
{
	size_t wide = b->feed > 3 * b->hidden ? b->feed : 3 * b->hidden;
	struct random rng;
	float *x;
	double best = INFINITY, best_parts[5] = { 0 }, start = now(), begin, t;

	random_seed(&rng, 2, 0);
	x = numbers(&rng, tokens * b->hidden, 1);
	b->x = mem_alloc(tokens * b->hidden * sizeof(float));
	b->y = mem_alloc(tokens * b->hidden * sizeof(float));
	b->context = mem_alloc(tokens * b->hidden * sizeof(float));
	b->qkv = mem_alloc(tokens * wide * sizeof(float));
	do {
		memcpy(b->x, x, tokens * b->hidden * sizeof(float));
		memset(b->parts, 0, sizeof(b->parts));
		begin = now();
		pass(b, tokens);
		t = now() - begin;
		if (t < best) {
			best = t;
			memcpy(best_parts, b->parts, sizeof(best_parts));
		}
	} while (now() - start < seconds * 1e3);
	printf("pass\t%zu\t%.3f", tokens, best);
	for (int i = 0; i < 5; i++)
		printf("\t%s\t%.3f", parts[i], best_parts[i]);
	printf("\n");
	free(x);
	free(b->x);
	free(b->y);
	free(b->context);
	free(b->qkv);
}

static void finish(struct bench *b)
{
	for (size_t i = 0; i < b->layers; i++) {
		linear_free(b->layer[i].qkv);
		linear_free(b->layer[i].out);
		linear_free(b->layer[i].feed);
		linear_free(b->layer[i].back);
	}
	free(b->layer);
	largepages_free(b->memory);
	free(b->ones);
	free(b->zeros);
	linear_work_release(&b->linear);
	attention_work_release(&b->attention);
}

static const struct kernels *variant(const char *name)
{
	const struct kernels *k;

	for (size_t i = 0; (k = kernels_variant(i)); i++)
		if (strcmp(k->name, name) == 0)
			return k;
	fprintf(stderr, "layerbench: no kernels \"%s\" here\n", name);
	exit(2);
}

static int usage(void)
{
	fprintf(stderr, "usage: layerbench [-l layers] [-d hidden] [-h heads]"
			" [-f feed] [-n seconds] [-k variant] f32|bf16|int8"
			" TOKENS...\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "f32", "bf16", "int8" };
	struct bench b = {
		.layers = 6, .hidden = 384, .heads = 12, .feed = 1536
	};
	double seconds = 1;
	int c, p = 0;

	while ((c = getopt(argc, argv, "l:d:h:f:n:k:")) >= 0)
		switch (c) {
		case 'l':
			b.layers = strtoul(optarg, NULL, 10);
			break;
		case 'd':
			b.hidden = strtoul(optarg, NULL, 10);
			break;
		case 'h':
			b.heads = strtoul(optarg, NULL, 10);
			break;
		case 'f':
			b.feed = strtoul(optarg, NULL, 10);
			break;
		case 'n':
			seconds = strtod(optarg, NULL);
			break;
		case 'k':
			b.kernels = variant(optarg);
			break;
		default:
			return usage();
		}
	while (optind < argc && p < 3 && strcmp(argv[optind], names[p]) != 0)
		p++;
	if (optind + 1 >= argc || p == 3 || !b.heads || b.hidden % b.heads)
		return usage();
	b.precision = (enum linear_precision)p;
	b.linear.kernels = b.attention.product.kernels = b.kernels;
	build(&b);
	for (int i = optind + 1; i < argc; i++) {
		size_t tokens = strtoul(argv[i], NULL, 10);

		if (tokens)
			measure(&b, tokens, seconds);
	}
	finish(&b);
	return 0;
}
