/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a sound file, its tags read as the worker reads them: what comes
 * out is UTF-8 without NUL. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audio/tags.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
FILE *fopen(const char *name, const char *mode);

/* The fuzzer's own files are opened as ever. */
FILE *fopen(const char *name, const char *mode)
{
	FILE *(*others)(const char *, const char *);
	FILE *f = tags_fopen(name, mode);

	if (f)
		return f;
	*(void **)&others = dlsym(RTLD_NEXT, "fopen");
	return others(name, mode);
}

static void check(const struct str *s)
{
	if (!utf8_valid(span_str(s)) || (s->n && memchr(s->p, '\0', s->n)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard h = { 0 };
	int fd = memfd_create("sound", 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	tags_read(fd, &h);
	check(&h.title);
	check(&h.artist);
	check(&h.album);
	check(&h.genre);
	check(&h.date);
	check(&h.lyrics);
	heard_release(&h);
	close(fd);
	return 0;
}
