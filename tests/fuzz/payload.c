/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an audio file: the payload is found, and found again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audio/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t payload[HASH_SIZE], again[HASH_SIZE], file[HASH_SIZE];
	char path[64];
	int fd = memfd_create("sound", 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (payload_digest(path, payload, file, NULL) ||
	    payload_digest(path, again, NULL, NULL) ||
	    memcmp(payload, again, HASH_SIZE))
		abort();
	close(fd);
	return 0;
}
