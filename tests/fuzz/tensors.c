/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as .safetensors: refused, or tensors that are as they say. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("tensors", MFD_CLOEXEC);
	struct tensors t = { 0 };
	struct err err;
	size_t total = 0;
	float sum = 0;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (!safetensors_read(&t, fd, "input", &err)) {
		for (size_t i = 0; i < t.count; i++) {
			size_t n = 1;

			for (int k = 0; k < t.items[i].ndim; k++)
				n *= t.items[i].dims[k];
			if (n != t.items[i].count)
				abort();
			for (size_t k = 0; k < n; k++)
				sum += t.items[i].values[k];
			total += n;
		}
		if (total != t.values || sum > sum + 1)
			abort();
	}
	tensors_release(&t);
	close(fd);
	return 0;
}
