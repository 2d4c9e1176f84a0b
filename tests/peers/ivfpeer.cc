/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * FAISS on the rows and queries that ivfbench -s saved: IVF1024,PQ64 and its
 * fast scan, each with exact re-scoring of the shortlist from the rows.
 * Recall@10 and CPU time per query as ivfbench has them, one thread; the build
 * on two.
 *
 *   ivfpeer FILE [nlist [factory ...]]
 */
#include <faiss/IndexFlat.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexRefine.h>
#include <faiss/index_factory.h>
#include <omp.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>

#include "peerbench.h"

struct saved {
	uint64_t rows, queries, dim;
	std::vector<int8_t> row, query;
	std::vector<float> tenth, row_scale, query_scale;
};

static saved load(const char *path)
{
	FILE *f = std::fopen(path, "r");
	uint64_t head[3];
	saved s;

	if (!f || std::fread(head, 8, 3, f) != 3)
		std::exit(3);
	s.rows = head[0], s.queries = head[1], s.dim = head[2];
	s.row.resize(s.rows * s.dim);
	s.query.resize(s.queries * s.dim);
	s.tenth.resize(s.queries);
	if (std::fread(s.row.data(), s.dim, s.rows, f) != s.rows ||
	    std::fread(s.query.data(), s.dim, s.queries, f) != s.queries ||
	    std::fread(s.tenth.data(), 4, s.queries, f) != s.queries)
		std::exit(3);
	std::fclose(f);
	return s;
}

/* x of unit length; what each was scaled by */
static void unit(const std::vector<int8_t> &q, uint64_t dim,
		 std::vector<float> &x, std::vector<float> &scale)
{
	x.resize(q.size());
	scale.resize(q.size() / dim);
	for (uint64_t i = 0; i < scale.size(); i++) {
		double norm2 = 0;

		for (uint64_t j = 0; j < dim; j++)
			norm2 += (double)q[i * dim + j] * q[i * dim + j];
		scale[i] = (float)(1 / std::sqrt(norm2));
		for (uint64_t j = 0; j < dim; j++)
			x[i * dim + j] = scale[i] * q[i * dim + j];
	}
}

/* The exact inner products of the shortlist; how many reach the tenth. */
static int rescore(const saved &s, uint64_t query,
		   const faiss::Index::idx_t *list, size_t n)
{
	const int8_t *q = &s.query[query * s.dim];
	float least = s.tenth[query] - 1e-6f;
	int met = 0;

	for (size_t i = 0; i < n; i++) {
		int32_t dot = 0;

		if (list[i] < 0)
			continue;
		const int8_t *r = &s.row[(uint64_t)list[i] * s.dim];
		for (uint64_t j = 0; j < s.dim; j++)
			dot += r[j] * q[j];
		met += (float)dot * s.row_scale[(uint64_t)list[i]] *
			   s.query_scale[query] >=
		       least;
	}
	return met < 10 ? met : 10;
}

static void ask(const saved &s, faiss::Index &index, const float *queries,
		size_t nprobe, size_t shortlist)
{
	std::vector<float> distance(s.queries * shortlist);
	std::vector<faiss::Index::idx_t> label(s.queries * shortlist);
	std::vector<double> took;
	long met = 0;

	dynamic_cast<faiss::IndexIVF &>(index).nprobe = nprobe;
	for (int run = 0; run < PASSES; run++) {
		double from = user();

		met = 0;
		for (uint64_t i = 0; i < s.queries; i++) {
			index.search(1, queries + i * s.dim,
				     (faiss::Index::idx_t)shortlist,
				     &distance[i * shortlist],
				     &label[i * shortlist]);
			met += rescore(s, i, &label[i * shortlist], shortlist);
		}
		took.push_back((user() - from) / (double)s.queries);
	}
	std::printf("nprobe %4zu shortlist %4zu recall %.4f  %8.4f ms\n",
		    nprobe, shortlist, (double)met / (double)(10 * s.queries),
		    1e3 * median(took));
}

int main(int argc, char **argv)
{
	static const char *standard[] = { "PQ64", "PQ64x4fs" };

	if (argc < 2)
		return 2;
	std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
	saved s = load(argv[1]);
	std::string nlist = argc > 2 ? argv[2] : "1024";
	std::vector<std::string> kinds(argv + (argc > 3 ? 3 : argc),
				       argv + argc);
	std::vector<float> x, q;

	if (kinds.empty())
		kinds.assign(standard, standard + 2);
	unit(s.row, s.dim, x, s.row_scale);
	unit(s.query, s.dim, q, s.query_scale);
	for (const std::string &kind : kinds) {
		std::string name = "IVF" + nlist + "," + kind;
		std::unique_ptr<faiss::Index> index(faiss::index_factory(
		    (int)s.dim, name.c_str(), faiss::METRIC_INNER_PRODUCT));
		double from = cpu(), at = wall();

		omp_set_num_threads(2);
		index->train((faiss::Index::idx_t)s.rows, x.data());
		index->add((faiss::Index::idx_t)s.rows, x.data());
		std::printf("FAISS %s: %lu rows, build %.1f s cpu, "
			    "%.1f s wall\n",
			    name.c_str(), (unsigned long)s.rows, cpu() - from,
			    wall() - at);
		omp_set_num_threads(1);
		for (size_t nprobe : { 8, 16, 32, 64, 128 })
			for (size_t shortlist : { 100, 500 })
				ask(s, *index, q.data(), nprobe, shortlist);
	}
	return 0;
}
