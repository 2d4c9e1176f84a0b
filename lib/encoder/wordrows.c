/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/wordrows.h"

#include <fcntl.h>
#include <unistd.h>

#define ROW_MAX (1 << 15) /* bytes read at once: of 8192 floats */

static size_t bytes_of(enum tensormap_type t)
{
	switch (t) {
	case TENSORMAP_F16:
	case TENSORMAP_BF16:
		return 2;
	case TENSORMAP_F32:
		return 4;
	default:
		return 0;
	}
}

/* Where the tensor stands in its file: the first of a file stands behind the
 * header, and all others as far behind it as in memory. */
static int find_place(struct wordrows *w, const struct tensormap *m)
{
	const unsigned char *here = w->table->bytes, *first = here;
	unsigned char head[8];

	for (size_t i = 0; i < tensormap_count(m); i++) {
		const struct tensormap_tensor *t = tensormap_at(m, i);
		const unsigned char *p = t->bytes;

		if (!strcmp(t->path, w->table->path) && t->count && p < first)
			first = p;
	}
	if (pread(w->fd, head, sizeof(head), 0) != sizeof(head))
		return -1;
	w->at = sizeof(head) + (uint64_t)(here - first);
	for (int i = 0; i < 8; i++)
		w->at += (uint64_t)head[i] << 8 * i;
	return 0;
}

static bool read_row(const struct wordrows *w, size_t i, void *out)
{
	return pread(w->fd, out, w->size, (off_t)(w->at + i * w->size)) ==
	       (ssize_t)w->size;
}

/* Whether the first and the last row are what the mapping holds. */
static bool same(const struct wordrows *w)
{
	unsigned char row[ROW_MAX];
	size_t rows = w->table->dims[0];
	const char *bytes = w->table->bytes;

	return read_row(w, 0, row) && !memcmp(row, bytes, w->size) &&
	       read_row(w, rows - 1, row) &&
	       !memcmp(row, bytes + (rows - 1) * w->size, w->size);
}

void wordrows_open(struct wordrows *w, const struct tensormap *m,
		   const struct tensormap_tensor *table)
{
	*w = (struct wordrows){ .table = table,
				.width = table->count / table->dims[0],
				.fd = -1 };
	w->size = w->width * bytes_of(table->type);
	if (!w->size || w->size > ROW_MAX)
		return;
	w->fd = open(table->path, O_RDONLY | O_CLOEXEC);
	if (w->fd >= 0 && (find_place(w, m) || !same(w))) {
		close(w->fd);
		w->fd = -1;
	}
}

void wordrows_close(struct wordrows *w)
{
	if (w->table && w->fd >= 0)
		close(w->fd);
	*w = (struct wordrows){ .fd = -1 };
}

void wordrows_get(const struct wordrows *w, size_t i, float *out)
{
	unsigned char bytes[ROW_MAX];
	struct tensormap_tensor row = *w->table;

	if (w->fd >= 0 && row.type == TENSORMAP_F32 && read_row(w, i, out))
		return;
	if (w->fd < 0 || !read_row(w, i, bytes)) {
		tensormap_floats(w->table, i * w->width, w->width, out);
		return;
	}
	row.bytes = bytes;
	row.count = w->width;
	tensormap_floats(&row, 0, w->width, out);
}
