/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a sound file: what is ours before a decoder is chosen (tags
 * passed over, the kind told, MPEG frames found), and what it makes of the
 * decoders' answers. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audio/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("sound", MFD_CLOEXEC);
	struct sound s = { 0 };
	struct err err;
	double length;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	length = decode_length(fd);
	if (length < 0 || isinf(length))
		abort();
	if (!decode_fd(fd, 1, &s, &err)) {
		if (!s.mono.count || !(s.seconds > 0) || s.seconds > 1.001 ||
		    s.fraction < 0 || s.fraction > 1)
			abort();
		for (size_t i = 0; i < s.mono.count; i++)
			if (!isfinite(s.mono.v[i]))
				abort();
	}
	sound_release(&s);
	close(fd);
	return 0;
}
