// SPDX-License-Identifier: GPL-3.0-or-later
// What the programs around others' indexes share: the processor's time, files
// of floats, and recall by the true tenth score that hnswbench truth wrote.
#ifndef MOODPIPE_TESTS_PEERBENCH_H
#define MOODPIPE_TESTS_PEERBENCH_H

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

enum { PASSES = 5 };

static inline double seconds(struct timeval t)
{
	return t.tv_sec + t.tv_usec / 1e6;
}

static inline double user()
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return seconds(u.ru_utime);
}

static inline double cpu()
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return seconds(u.ru_utime) + seconds(u.ru_stime);
}

static inline double wall()
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static inline std::vector<float> slurp(const char *path)
{
	std::ifstream f(path, std::ios::binary | std::ios::ate);

	if (!f) {
		std::fprintf(stderr, "%s: cannot be read\n", path);
		std::exit(3);
	}
	std::vector<float> x(size_t(f.tellg()) / sizeof(float));
	f.seekg(0);
	f.read(reinterpret_cast<char *>(x.data()), x.size() * sizeof(float));
	return x;
}

static inline double median(std::vector<double> x)
{
	std::sort(x.begin(), x.end());
	return x[x.size() / 2];
}

static inline bool reaches(const float *a, const float *b, size_t dim, float at)
{
	double sum = 0;

	for (size_t i = 0; i < dim; i++)
		sum += double(a[i]) * b[i];
	return sum >= at - 1e-6;
}

#endif
