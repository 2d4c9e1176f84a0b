/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a mapped .safetensors file or, where the first is odd, as an
 * index of shards: refused, or tensors that lie where they say. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/tensormap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct tensormap *m)
{
	struct str s = { 0 };
	float v[16], sum = 0;

	for (size_t i = 0; i < tensormap_count(m); i++) {
		const struct tensormap_tensor *t = tensormap_at(m, i);
		size_t n = 1;

		for (int k = 0; k < t->ndim; k++)
			n *= t->dims[k];
		if (n != t->count || tensormap_find(m, t->name) != t ||
		    (i && strcmp(tensormap_at(m, i - 1)->name, t->name) >= 0))
			abort();
		str_reset(&s);
		tensormap_shape(t, &s);
		for (size_t k = 0; k < t->size; k++)
			sum += ((const unsigned char *)t->bytes)[k];
		if (!tensormap_readable(t) || !n)
			continue;
		tensormap_floats(t, 0, n < 16 ? n : 16, v);
		n = n < 16 ? 0 : n - 16;
		tensormap_floats(t, n, t->count - n, v);
		if (tensormap_view(t))
			sum += tensormap_view(t)[t->count - 1];
		tensormap_done(t);
	}
	if (sum > sum + 1)
		abort();
	str_release(&s);
}

static void write_file(const char *dir, const char *name, const void *p,
		       size_t n)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f || fwrite(p, 1, n, f) != n || fclose(f))
		abort();
}

static void clean(const char *dir)
{
	static const char *const names[] = { "a.safetensors", "b.safetensors",
					     "x.json" };
	char path[200];

	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

/* The shards are good: "u" and "v" in a, "w" in b. */
static struct tensormap *open_index(const uint8_t *data, size_t size,
				    struct err *err)
{
	static const char a[] = "\x6b\0\0\0\0\0\0\0"
				"{\"u\":{\"dtype\":\"F32\",\"shape\":[1],"
				"\"data_offsets\":[0,4]},\"v\":{\"dtype\":"
				"\"F16\",\"shape\":[2],\"data_offsets\":[4,8]}}"
				"12345678";
	static const char b[] = "\x36\0\0\0\0\0\0\0"
				"{\"w\":{\"dtype\":\"U8\",\"shape\":[2],"
				"\"data_offsets\":[0,2]}} 12";
	const char *tmp = getenv("TMPDIR");
	char dir[100], path[200];
	struct tensormap *m;

	snprintf(dir, sizeof(dir), "%s/fuzz-tensormap-XXXXXX",
		 tmp && strlen(tmp) < 60 ? tmp : "/tmp");
	if (!mkdtemp(dir))
		abort();
	write_file(dir, "a.safetensors", a, sizeof(a) - 1);
	write_file(dir, "b.safetensors", b, sizeof(b) - 1);
	write_file(dir, "x.json", data, size);
	snprintf(path, sizeof(path), "%s/x.json", dir);
	m = tensormap_open(path, err);
	clean(dir);
	return m;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tensormap *m;
	struct err err = { 0 };

	if (!size)
		return 0;
	if (data[0] & 1) {
		m = open_index(data + 1, size - 1, &err);
	} else {
		int fd = memfd_create("tensormap", MFD_CLOEXEC);

		if (fd < 0 ||
		    write(fd, data + 1, size - 1) != (ssize_t)(size - 1))
			abort();
		m = tensormap_open_fd(fd, "input", &err);
		close(fd);
	}
	if (m)
		check(m);
	else if (!err.message[0])
		abort();
	tensormap_close(m);
	return 0;
}
