/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/npy.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"

#define MAGIC "\x93NUMPY"
#define ALIGN 64
#define HEADER_MAX 65536
#define COLUMNS_MAX 65536

int npy_write_header(FILE *out, uint64_t rows, uint32_t columns,
		     struct err *err)
{
	struct str h = { 0 };
	size_t bytes;
	int rc = 0;

	str_put(&h, MAGIC "\x01\x00\x00\x00", 10);
	str_printf(&h,
		   "{'descr': '<f4', 'fortran_order': False, "
		   "'shape': (%llu, %u), }",
		   (unsigned long long)rows, columns);
	while ((h.n + 1) % ALIGN)
		str_putc(&h, ' ');
	str_putc(&h, '\n');
	bytes = h.n - 10;
	h.p[8] = (char)(bytes & 255);
	h.p[9] = (char)(bytes >> 8);
	if (fwrite(h.p, 1, h.n, out) != h.n)
		rc = err_errno(err, "cannot write the matrix");
	str_release(&h);
	return rc;
}

static int bad(const struct npy *n, const char *what, struct err *err)
{
	return err_set(err, ERR_DATA, "npy",
		       "%s: %s; save it as a "
		       "C-contiguous two-dimensional float32 array with "
		       "numpy.save",
		       input_name(n->in), what);
}

/* Exactly size bytes. */
static int get(struct npy *n, void *p, size_t size, struct err *err)
{
	char *to = p;

	while (size) {
		ssize_t got = input_read(n->in, to, size, err);

		if (got < 0)
			return -1;
		if (!got)
			return bad(n, "file ends early", err);
		to += got;
		size -= (size_t)got;
	}
	return 0;
}

/* What stands behind 'name': in the header's dictionary. */
static struct span field(struct span header, const char *name)
{
	char quoted[32];
	int len = snprintf(quoted, sizeof(quoted), "'%s':", name);
	const char *p = memmem(header.p, header.n, quoted, (size_t)len);

	if (!p)
		return (struct span){ 0 };
	p += len;
	return span_trim((struct span){ p, (size_t)(header.p + header.n - p) });
}

static bool starts(struct span s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && !memcmp(s.p, with, n);
}

/* A number at the start of *s; steps over it, white space and a comma. */
static int dimension(struct span *s, uint64_t *out)
{
	struct span d = { s->p, 0 };

	while (d.n < s->n && d.p[d.n] >= '0' && d.p[d.n] <= '9')
		d.n++;
	if (num_u64(d, out))
		return -1;
	*s = span_trim((struct span){ s->p + d.n, s->n - d.n });
	if (s->n && s->p[0] == ',')
		*s = span_trim((struct span){ s->p + 1, s->n - 1 });
	return 0;
}

static int parse(struct npy *n, struct span header, struct err *err)
{
	struct span descr = field(header, "descr");
	struct span shape = field(header, "shape");
	uint64_t columns = 1;

	n->wide = starts(descr, "'<f8'");
	if (!n->wide && !starts(descr, "'<f4'"))
		return bad(n, "not an array of float32 or float64", err);
	if (!starts(field(header, "fortran_order"), "False"))
		return bad(n, "not in C order", err);
	if (!starts(shape, "("))
		return bad(n, "no shape in its header", err);
	shape = span_trim((struct span){ shape.p + 1, shape.n - 1 });
	if (dimension(&shape, &n->rows) ||
	    (!starts(shape, ")") &&
	     (dimension(&shape, &columns) || !starts(shape, ")"))))
		return bad(n, "not of one or two dimensions", err);
	if (!columns || columns > COLUMNS_MAX)
		return bad(n, "too many columns, or none", err);
	n->columns = (uint32_t)columns;
	return 0;
}

static int read_header(struct npy *n, struct err *err)
{
	unsigned char b[12];
	size_t size;
	char *text;
	int rc;

	if (get(n, b, 10, err))
		return -1;
	if (memcmp(b, MAGIC, 6) || b[6] < 1 || b[6] > 3)
		return bad(n, "not a .npy file", err);
	size = b[8] | (size_t)b[9] << 8;
	if (b[6] > 1) {
		if (get(n, b + 10, 2, err))
			return -1;
		size |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
	}
	if (size > HEADER_MAX)
		return bad(n, "header is too long", err);
	text = mem_alloc(size);
	rc = get(n, text, size, err) ||
		     parse(n, (struct span){ text, size }, err)
		 ? -1
		 : 0;
	free(text);
	return rc;
}

int npy_open(struct npy *n, const char *path, struct err *err)
{
	*n = (struct npy){ 0 };
	n->in = input_open(path, err);
	if (!n->in || read_header(n, err))
		return -1;
	n->row = mem_alloc(n->columns * (n->wide ? 8ul : 4ul));
	return 0;
}

void npy_close(struct npy *n)
{
	input_close(n->in);
	free(n->row);
	*n = (struct npy){ 0 };
}

int npy_read(struct npy *n, float *row, struct err *err)
{
	uint32_t i;
	ssize_t more;

	if (n->done == n->rows) {
		more = input_read(n->in, n->row, 1, err);
		if (more > 0)
			return bad(n, "more bytes behind the last row", err);
		return (int)more;
	}
	if (get(n, n->row, n->columns * (n->wide ? 8ul : 4ul), err))
		return -1;
	n->done++;
	if (!n->wide) {
		memcpy(row, n->row, n->columns * 4ul);
		return 1;
	}
	for (i = 0; i < n->columns; i++) {
		double v;

		memcpy(&v, n->row + i * 8ul, 8);
		row[i] = (float)v;
	}
	return 1;
}
