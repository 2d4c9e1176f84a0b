/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a feature file, checksums made right so that what is behind them
 * is reached: refused, or rows that are as the header says, by reading on and
 * by key. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/checksum.h"
#include "io/feat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

/* The checksum of n bytes from at, behind them. */
static void seal(uint8_t *p, size_t size, size_t at, size_t n)
{
	uint32_t crc;

	if (at > size || n > size - at || size - at - n < 4)
		return;
	crc = checksum(p + at, n);
	memcpy(p + at + n, &crc, 4);
}

static void seal_all(uint8_t *p, size_t size)
{
	size_t header, stride, rows, at;

	if (size < 100 || (p[0] & 1) == 0) /* some stay as they are */
		return;
	header = get32(p + 12);
	stride = get32(p + 20);
	rows = get32(p + 24);
	if (header > size || header < 4)
		return;
	seal(p, size, 0, header - 4);
	if (size >= 24)
		seal(p, size, size - 24, 16);
	if (stride > size || rows > size || stride * rows > size)
		return;
	for (at = header; at + 16 < size; at += 16 + stride * rows) {
		size_t n = get32(p + at + 4);

		seal(p, size, at, 8 + (n < rows ? n : rows) * stride);
	}
}

static void read_all(const char *path)
{
	struct err err;
	struct feat *f = feat_open(path, &err), *other;
	struct feat_row *row, *found;
	uint64_t rows = 0;
	int rc;

	if (!f)
		return;
	row = feat_row_new(feat_schema(f));
	found = feat_row_new(feat_schema(f));
	other = feat_open(path, &err);
	while ((rc = feat_read(f, row, &err)) > 0) {
		rows++;
		for (uint32_t i = 0; i < feat_schema(f)->count; i++)
			if (isinf(row->values[i]))
				abort();
		if (row->status >= FEAT_STATUS_COUNT ||
		    row->method >= FEAT_METHOD_COUNT ||
		    !feat_status_name(row->status)[0])
			abort();
		if (other && feat_find(other, row->key, found, &err) > 0 &&
		    found->key != row->key)
			abort();
	}
	if (rc == 0 && feat_count(f) != rows)
		abort();
	feat_row_free(row);
	feat_row_free(found);
	feat_close(other);
	feat_close(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("feat", MFD_CLOEXEC);
	uint8_t *copy = mem_dup(data, size);
	char path[64];

	if (size)
		seal_all(copy, size);
	if (fd < 0 || write(fd, copy, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_all(path);
	close(fd);
	free(copy);
	return 0;
}
