// SPDX-License-Identifier: GPL-3.0-or-later
// hnswlib over the files and with the measures of tests/helpers/hnswbench.c:
//   hnswpeer build FILE DIM M EFC GRAPH
//   hnswpeer query FILE DIM QUERIES TRUTH GRAPH K EF...
//   hnswpeer once DIM QUERIES GRAPH N     question N alone, from loading on
#include <cstring>

#include <hnswlib/hnswlib.h>

#include "peerbench.h"

typedef hnswlib::HierarchicalNSW<float> graph_type;

static int build(char **a)
{
	size_t dim = atoi(a[1]);
	std::vector<float> x = slurp(a[0]);
	size_t n = x.size() / dim;
	hnswlib::InnerProductSpace space(dim);
	graph_type graph(&space, n, atoi(a[2]), atoi(a[3]));
	double t = cpu();

	for (size_t i = 0; i < n; i++)
		graph.addPoint(&x[i * dim], i);
	printf("build %zu: %.2f s CPU\n", n, cpu() - t);
	graph.saveIndex(a[4]);
	return 0;
}

static int query(char **a, int n)
{
	size_t dim = atoi(a[1]), k = atoi(a[5]);
	std::vector<float> x = slurp(a[0]), asked = slurp(a[2]);
	std::vector<float> truth = slurp(a[3]);
	size_t m = asked.size() / dim;
	hnswlib::InnerProductSpace space(dim);
	graph_type graph(&space, a[4]);

	for (int e = 6; e < n; e++) {
		std::vector<size_t> found;
		std::vector<double> took;
		size_t hit = 0;

		graph.setEf(atoi(a[e]));
		for (int pass = 0; pass < PASSES; pass++) {
			double t = user();

			found.clear();
			for (size_t i = 0; i < m; i++) {
				auto got = graph.searchKnn(&asked[i * dim], k);

				for (; !got.empty(); got.pop())
					found.push_back(got.top().second);
			}
			took.push_back((user() - t) / m);
		}
		for (size_t i = 0; i < found.size(); i++)
			hit += reaches(&x[found[i] * dim], &asked[i / k * dim],
				       dim, truth[i / k]);
		printf("walk ef %s: %.4f ms, recall@%zu %.4f\n", a[e],
		       median(took) * 1e3, k, double(hit) / (m * k));
	}
	return 0;
}

static int once(char **a)
{
	size_t dim = atoi(a[0]);
	std::vector<float> asked = slurp(a[1]);
	double t = wall();
	hnswlib::InnerProductSpace space(dim);
	graph_type graph(&space, a[2]);

	graph.setEf(64);
	graph.searchKnn(&asked[atoi(a[3]) % (asked.size() / dim) * dim], 10);
	printf("once walk: %.3f ms\n", (wall() - t) * 1e3);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "build") && argc == 7)
		return build(argv + 2);
	if (!strcmp(what, "query") && argc > 8)
		return query(argv + 2, argc - 2);
	if (!strcmp(what, "once") && argc == 6)
		return once(argv + 2);
	return 2;
}
