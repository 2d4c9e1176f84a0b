// SPDX-License-Identifier: GPL-3.0-or-later
// hnswpeer FILE DIM QUERIES M EFC K EF...: hnswlib over the files and with the
// measure of tests/helpers/hnswbench.c: CPU time, the best of three passes.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <queue>
#include <set>
#include <vector>

#include <hnswlib/hnswlib.h>

static double cpu()
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_utime.tv_sec + u.ru_utime.tv_usec / 1e6 +
	       u.ru_stime.tv_sec + u.ru_stime.tv_usec / 1e6;
}

static std::vector<float> slurp(const char *path)
{
	std::ifstream f(path, std::ios::binary | std::ios::ate);
	std::vector<float> x(size_t(f.tellg()) / sizeof(float));

	f.seekg(0);
	f.read(reinterpret_cast<char *>(x.data()), x.size() * sizeof(float));
	return x;
}

int main(int argc, char **argv)
{
	if (argc < 8)
		return 2;
	size_t dim = atoi(argv[2]), k = atoi(argv[6]);
	std::vector<float> x = slurp(argv[1]), asked = slurp(argv[3]);
	size_t n = x.size() / dim, m = asked.size() / dim;
	hnswlib::InnerProductSpace space(dim);
	hnswlib::HierarchicalNSW<float> graph(&space, n, atoi(argv[4]),
					      atoi(argv[5]));
	double t = cpu();

	for (size_t i = 0; i < n; i++)
		graph.addPoint(&x[i * dim], i);
	printf("hnswlib build %zu: %.2f s CPU\n", n, cpu() - t);

	std::vector<std::set<size_t>> truth(m);
	auto dot = space.get_dist_func();
	for (size_t i = 0; i < m; i++) {
		std::priority_queue<std::pair<float, size_t>> best;

		for (size_t j = 0; j < n; j++) {
			float d = dot(&asked[i * dim], &x[j * dim], &dim);

			if (best.size() < k || d < best.top().first)
				best.emplace(d, j);
			if (best.size() > k)
				best.pop();
		}
		for (; !best.empty(); best.pop())
			truth[i].insert(best.top().second);
	}
	for (int a = 7; a < argc; a++) {
		double least = 1e9;
		size_t hit = 0;

		graph.setEf(atoi(argv[a]));
		for (int pass = 0; pass < 3; pass++) {
			t = cpu();
			hit = 0;
			for (size_t i = 0; i < m; i++) {
				auto got = graph.searchKnn(&asked[i * dim], k);

				for (; !got.empty(); got.pop())
					hit += truth[i].count(got.top().second);
			}
			t = cpu() - t;
			least = t < least ? t : least;
		}
		printf("hnswlib ef %s: %.4f ms, recall@%zu %.4f\n", argv[a],
		       least / m * 1e3, k, double(hit) / (m * k));
	}
}
