/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * faissread FILE: what FAISS reads in an index file. Prints its type, dimension,
 * vectors and metric, then for each vector, in order of id, the id that is
 * found nearest to it and that one's inner product.
 */
#include <cstdint>
#include <cstdio>
#include <memory>
#include <typeinfo>
#include <vector>

#include <faiss/IndexFlat.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/index_io.h>

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	std::unique_ptr<faiss::Index> index(faiss::read_index(argv[1]));
	auto ivf = dynamic_cast<faiss::IndexIVFFlat *>(index.get());

	std::printf("%s %d %lld %d\n", ivf ? "IVFFlat" : "Flat", (int)index->d,
		    (long long)index->ntotal, (int)index->metric_type);
	if (ivf)
		std::printf("%zu %zu\n", ivf->nlist, ivf->nprobe);
	if (ivf)
		ivf->make_direct_map();
	std::vector<float> x(index->d);
	for (int64_t i = 0; i < index->ntotal; i++) {
		int64_t id = -1;
		float score = 0;

		index->reconstruct(i, x.data());
		index->search(1, x.data(), 1, &score, &id);
		std::printf("%lld %lld %.6f\n", (long long)i, (long long)id,
			    (double)score);
	}
	return 0;
}
