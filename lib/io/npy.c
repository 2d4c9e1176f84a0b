/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/npy.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"

#define MAGIC "\x93NUMPY"
#define ALIGN 64
#define HEADER_MAX 65536
#define COLUMNS_MAX 65536
#define CHUNK 16384 /* values read at a time */

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
		       "C-contiguous %sfloat32 array with numpy.save",
		       input_name(n->in), what,
		       n->tensor ? "" : "two-dimensional ");
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

/* "(2, 3)" into n->dims. */
static int parse_shape(struct npy *n, struct span shape, struct err *err)
{
	if (!starts(shape, "("))
		return bad(n, "no shape in its header", err);
	shape = span_trim((struct span){ shape.p + 1, shape.n - 1 });
	n->count = 1;
	while (!starts(shape, ")")) {
		uint64_t d;

		if (n->ndim == NPY_DIMS || dimension(&shape, &d))
			return bad(n, "not a shape that can be read", err);
		if (d > SIZE_MAX ||
		    num_muladd(n->count, (size_t)d, 0, &n->count))
			return bad(n, "larger than any memory", err);
		n->dims[n->ndim++] = (size_t)d;
	}
	return 0;
}

static int parse(struct npy *n, struct span header, struct err *err)
{
	struct span descr = field(header, "descr");

	n->wide = starts(descr, "'<f8'");
	if (!n->wide && !starts(descr, "'<f4'"))
		return bad(n, "not an array of float32 or float64", err);
	if (!starts(field(header, "fortran_order"), "False"))
		return bad(n, "not in C order", err);
	return parse_shape(n, field(header, "shape"), err);
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

static int as_matrix(struct npy *n, struct err *err)
{
	size_t columns = n->ndim == 2 ? n->dims[1] : 1;

	if (n->ndim < 1 || n->ndim > 2)
		return bad(n, "not of one or two dimensions", err);
	if (!columns || columns > COLUMNS_MAX)
		return bad(n, "too many columns, or none", err);
	n->rows = n->dims[0];
	n->columns = (uint32_t)columns;
	n->row = mem_alloc(columns * (n->wide ? 8ul : 4ul));
	return 0;
}

int npy_open(struct npy *n, const char *path, struct err *err)
{
	*n = (struct npy){ 0 };
	n->in = input_open(path, err);
	return !n->in || read_header(n, err) || as_matrix(n, err) ? -1 : 0;
}

int npy_open_tensor(struct npy *n, struct input *in, struct err *err)
{
	*n = (struct npy){ .in = in, .tensor = true };
	if (read_header(n, err))
		return -1;
	n->row = mem_alloc(CHUNK * 8ul);
	return 0;
}

void npy_close(struct npy *n)
{
	input_close(n->in);
	free(n->row);
	*n = (struct npy){ 0 };
}

/* n->row, as in the file, to floats. */
static void convert(const struct npy *n, float *out, size_t count)
{
	if (!n->wide) {
		memcpy(out, n->row, count * 4ul);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		double v;

		memcpy(&v, n->row + i * 8ul, 8);
		out[i] = (float)v;
	}
}

/* Nothing may follow: 0 or -1. */
static int at_end(struct npy *n, struct err *err)
{
	ssize_t more = input_read(n->in, n->row, 1, err);

	if (more > 0)
		return bad(n, "more bytes behind the last value", err);
	return (int)more;
}

int npy_read(struct npy *n, float *row, struct err *err)
{
	if (n->done == n->rows)
		return at_end(n, err);
	if (get(n, n->row, n->columns * (n->wide ? 8ul : 4ul), err))
		return -1;
	n->done++;
	convert(n, row, n->columns);
	return 1;
}

ssize_t npy_read_values(struct npy *n, float *out, size_t max, struct err *err)
{
	size_t left = n->count - (size_t)n->done;
	size_t k = max < CHUNK ? max : CHUNK;

	if (!left)
		return at_end(n, err);
	k = k < left ? k : left;
	if (get(n, n->row, k * (n->wide ? 8ul : 4ul), err))
		return -1;
	n->done += k;
	convert(n, out, k);
	return (ssize_t)k;
}
