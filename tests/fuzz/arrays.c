/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as .npy: refused, or a matrix and a tensor of the shape it says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_matrix(const char *path)
{
	struct npy n = { 0 };
	struct err err;
	uint64_t rows = 0;
	float *row;
	int rc;

	if (!npy_open(&n, path, &err)) {
		row = mem_zalloc(n.columns, sizeof(*row));
		while ((rc = npy_read(&n, row, &err)) > 0)
			rows++;
		if (rc == 0 && rows != n.rows)
			abort();
		free(row);
	}
	npy_close(&n);
}

static void as_tensor(const char *path)
{
	struct input *in = NULL;
	struct npy n = { 0 };
	struct err err;
	float piece[64];
	size_t values = 0, count = 1;
	ssize_t k;

	in = input_open(path, &err);
	if (!in)
		abort();
	if (!npy_open_tensor(&n, in, &err)) {
		while ((k = npy_read_values(&n, piece, 64, &err)) > 0)
			values += (size_t)k;
		for (int i = 0; i < n.ndim; i++)
			count *= n.dims[i];
		if (k == 0 && (values != n.count || count != n.count))
			abort();
	}
	npy_close(&n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("array", MFD_CLOEXEC);
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	as_matrix(path);
	as_tensor(path);
	close(fd);
	return 0;
}
