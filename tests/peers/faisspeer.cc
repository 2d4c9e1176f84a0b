// SPDX-License-Identifier: GPL-3.0-or-later
// FAISS's graph over the files and with the measures of
// tests/helpers/hnswbench.c, and its exact scan (as for moods), on one thread:
//   faisspeer build FILE DIM M EFC GRAPH
//   faisspeer query FILE DIM QUERIES TRUTH GRAPH K EF...
//   faisspeer once DIM QUERIES GRAPH N     question N alone, from loading on
//   faisspeer flat FILE DIM QUERIES K
#include <cstring>
#include <memory>

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/index_io.h>
#include <omp.h>

#include "peerbench.h"

typedef faiss::Index::idx_t number;

static int build(char **a)
{
	size_t dim = atoi(a[1]);
	std::vector<float> x = slurp(a[0]);
	faiss::IndexHNSWFlat graph(int(dim), atoi(a[2]),
				   faiss::METRIC_INNER_PRODUCT);
	double t = cpu();

	graph.hnsw.efConstruction = atoi(a[3]);
	graph.add(number(x.size() / dim), x.data());
	printf("build %zu: %.2f s CPU\n", x.size() / dim, cpu() - t);
	faiss::write_index(&graph, a[4]);
	return 0;
}

static void ask(const faiss::Index &index, const std::vector<float> &asked,
		size_t k, std::vector<number> &found, double *took)
{
	std::vector<double> passes;
	std::vector<float> score(k);
	size_t dim = size_t(index.d), m = asked.size() / dim;

	found.resize(m * k);
	for (int pass = 0; pass < PASSES; pass++) {
		double t = user();

		for (size_t i = 0; i < m; i++)
			index.search(1, &asked[i * dim], number(k),
				     score.data(), &found[i * k]);
		passes.push_back((user() - t) / m);
	}
	*took = median(passes);
}

static int query(char **a, int n)
{
	size_t dim = atoi(a[1]), k = atoi(a[5]);
	std::vector<float> x = slurp(a[0]), asked = slurp(a[2]);
	std::vector<float> truth = slurp(a[3]);
	size_t m = asked.size() / dim;
	std::unique_ptr<faiss::Index> index(faiss::read_index(a[4]));

	for (int e = 6; e < n; e++) {
		std::vector<number> found;
		size_t hit = 0;
		double took;

		dynamic_cast<faiss::IndexHNSW &>(*index).hnsw.efSearch =
		    atoi(a[e]);
		ask(*index, asked, k, found, &took);
		for (size_t i = 0; i < found.size(); i++)
			hit += found[i] >= 0 &&
			       reaches(&x[size_t(found[i]) * dim],
				       &asked[i / k * dim], dim, truth[i / k]);
		printf("walk ef %s: %.4f ms, recall@%zu %.4f\n", a[e],
		       took * 1e3, k, double(hit) / (m * k));
	}
	return 0;
}

static int once(char **a)
{
	size_t dim = atoi(a[0]);
	std::vector<float> asked = slurp(a[1]);
	float score[10];
	number found[10];
	double t = wall();
	std::unique_ptr<faiss::Index> index(faiss::read_index(a[2]));

	dynamic_cast<faiss::IndexHNSW &>(*index).hnsw.efSearch = 64;
	index->search(1, &asked[atoi(a[3]) % (asked.size() / dim) * dim], 10,
		      score, found);
	printf("once walk: %.3f ms\n", (wall() - t) * 1e3);
	return 0;
}

static int flat(char **a)
{
	size_t dim = atoi(a[1]), k = atoi(a[3]);
	std::vector<float> x = slurp(a[0]), asked = slurp(a[2]);
	faiss::IndexFlatL2 index{ number(dim) };
	std::vector<number> found;
	double took;

	index.add(number(x.size() / dim), x.data());
	asked.resize(std::min(asked.size(), size_t(200) * dim));
	ask(index, asked, k, found, &took);
	printf("flat %zu: %.4f ms\n", x.size() / dim, took * 1e3);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	omp_set_num_threads(1);
	if (!strcmp(what, "build") && argc == 7)
		return build(argv + 2);
	if (!strcmp(what, "query") && argc > 8)
		return query(argv + 2, argc - 2);
	if (!strcmp(what, "once") && argc == 6)
		return once(argv + 2);
	if (!strcmp(what, "flat") && argc == 6)
		return flat(argv + 2);
	return 2;
}
