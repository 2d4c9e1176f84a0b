/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * netmake: a network's weights for tests, random and seeded. Operands: style
 * (tf or torch: how tensors are called and laid out; the numbers are the same),
 * seed, where to (FILE.safetensors, or a folder, made where needed, for .npy
 * files that zip makes an .npz of), then what: c:NAME:IN:OUT a convolution,
 * d:NAME:IN:OUT a dense layer, p:TO:DIM principal components.
 */
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/num.h"
#include "math/random.h"
#include "tensorwriter.h"

struct net {
	bool torch, folder;
	uint64_t seed;
	const char *to;
	struct tensorwriter writer;
};

static void fail(const char *what)
{
	fprintf(stderr, "netmake: %s\n", what);
	exit(2);
}

static void save(const char *path, const struct str *s)
{
	FILE *f = fopen(path, "w");

	if (!f || fwrite(s->p, 1, s->n, f) != s->n || fclose(f))
		fail(path);
}

/* A file in folders that are made on the way. */
static void save_below(const char *to, const char *name, const struct str *s)
{
	struct str path = { 0 };

	str_printf(&path, "%s/%s.npy", to, name);
	for (char *p = strchr(path.p + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(path.p, 0777);
		*p = '/';
	}
	save(path.p, s);
	str_release(&path);
}

static void add(struct net *n, const char *name, const float *values,
		const size_t *dims, int ndim)
{
	struct str npy = { 0 };

	if (!n->folder) {
		tensorwriter_add(&n->writer, name, values, dims, ndim);
		return;
	}
	tensorwriter_npy(&npy, values, dims, ndim);
	save_below(n->to, name, &npy);
	str_release(&npy);
}

static float *numbers(struct net *n, size_t count, double scale)
{
	float *x = mem_zalloc(count, sizeof(*x));
	struct random r;

	random_seed(&r, n->seed++, 0);
	for (size_t i = 0; i < count; i++)
		x[i] = (float)(scale * random_normal(&r));
	return x;
}

/* [taps][in][out] to [out][in][taps]. */
static void turn(float *x, size_t taps, size_t in, size_t out)
{
	float *was = mem_dup(x, taps * in * out * sizeof(*x));

	for (size_t k = 0; k < taps; k++)
		for (size_t i = 0; i < in; i++)
			for (size_t o = 0; o < out; o++)
				x[(o * in + i) * taps + k] =
				    was[(k * in + i) * out + o];
	free(was);
}

static void layer(struct net *n, const char *name, bool conv, size_t in,
		  size_t out)
{
	size_t taps = conv ? 9 : 1;
	size_t tf[4] = { 3, 3, in, out }, torch[4] = { out, in, 3, 3 };
	float *w = numbers(n, taps * in * out, sqrt(2 / (double)(taps * in)));
	float *b = numbers(n, out, 0.1);
	struct str full = { 0 };

	if (n->torch)
		turn(w, taps, in, out);
	str_printf(&full, "%s%s", name, n->torch ? ".weight" : "/weights");
	add(n, full.p, w, n->torch ? torch : conv ? tf : tf + 2, conv ? 4 : 2);
	str_reset(&full);
	str_printf(&full, "%s%s", name, n->torch ? ".bias" : "/biases");
	add(n, full.p, b, &out, 1);
	str_release(&full);
	free(w);
	free(b);
}

static size_t number(const char *s)
{
	uint64_t v = 0;

	if (!s || num_u64(span_of(s), &v))
		fail("a number was expected");
	return (size_t)v;
}

static void what(struct net *n, char *spec)
{
	char *save_p, *kind = strtok_r(spec, ":", &save_p);
	char *a = strtok_r(NULL, ":", &save_p);
	char *b = strtok_r(NULL, ":", &save_p);
	size_t dims[2] = { 0 };
	float *x;

	if (!kind || !a || !strchr("cdp", *kind))
		fail("c:NAME:IN:OUT, d:NAME:IN:OUT or p:TO:DIM was expected");
	if (*kind != 'p') {
		layer(n, a, *kind == 'c', number(b),
		      number(strtok_r(NULL, ":", &save_p)));
		return;
	}
	dims[0] = number(a);
	dims[1] = number(b);
	x = numbers(n, dims[0] * dims[1], 1);
	add(n, "pca_eigen_vectors", x, dims, 2);
	add(n, "pca_means", x, dims + 1, 1);
	free(x);
}

int main(int argc, char **argv)
{
	struct net n = { 0 };
	struct str out = { 0 };

	if (argc < 4)
		fail("usage: netmake tf|torch SEED FILE.safetensors|DIR ...");
	n.torch = !strcmp(argv[1], "torch");
	n.seed = number(argv[2]);
	n.to = argv[3];
	n.folder = !strstr(n.to, ".safetensors");
	for (int i = 4; i < argc; i++)
		what(&n, argv[i]);
	if (!n.folder) {
		tensorwriter_end(&n.writer, &out);
		save(n.to, &out);
	}
	str_release(&out);
	return 0;
}
