/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/safetensors.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "io/json.h"

#define CHUNK ((size_t)1 << 16) /* numbers converted at a time */

enum dtype { F32, F64, F16, BF16, DTYPES };

struct file {
	int fd;
	const char *path;
	uint64_t size, data; /* of the file; where tensors begin */
};

static const char *const dtype_names[DTYPES] = { "F32", "F64", "F16", "BF16" };
static const size_t dtype_sizes[DTYPES] = { 4, 8, 2, 2 };

static int broken(const struct file *f, const char *what, struct err *err)
{
	return err_set(err, ERR_DATA, "model",
		       "%s: not a whole .safetensors file: %s; fetch or export "
		       "the weights again",
		       f->path, what);
}

/* Exactly n bytes from offset at. */
static int get(const struct file *f, void *p, size_t n, uint64_t at,
	       struct err *err)
{
	char *to = p;

	while (n) {
		ssize_t k = pread(f->fd, to, n, (off_t)at);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_errno(err, "cannot read %s", f->path);
		if (!k)
			return broken(f, "it ends early", err);
		to += k;
		at += (uint64_t)k;
		n -= (size_t)k;
	}
	return 0;
}

static float from_bits(uint32_t bits)
{
	float v;

	memcpy(&v, &bits, 4);
	return v;
}

/* IEEE 754 binary16. */
static float from_half(uint16_t h)
{
	uint32_t sign = (uint32_t)(h & 0x8000) << 16;
	uint32_t exponent = h >> 10 & 31, fraction = h & 0x3ff;
	float tiny;

	if (exponent == 31)
		return from_bits(sign | 0x7f800000 | fraction << 13);
	if (exponent)
		return from_bits(sign | (exponent + 112) << 23 |
				 fraction << 13);
	tiny = (float)fraction / 16777216; /* 2^-24 */
	return sign ? -tiny : tiny;
}

static float value_of(const unsigned char *p, enum dtype type)
{
	uint16_t half;
	double v;

	if (type == F64) {
		memcpy(&v, p, 8);
		return (float)v;
	}
	half = (uint16_t)(p[0] | p[1] << 8);
	return type == F16 ? from_half(half) : from_bits((uint32_t)half << 16);
}

static int read_values(const struct file *f, struct tensor *x, enum dtype type,
		       uint64_t at, struct err *err)
{
	size_t size = dtype_sizes[type];
	unsigned char *piece;
	int rc = 0;

	x->values = mem_zalloc(x->count + 1, sizeof(*x->values));
	if (type == F32)
		return get(f, x->values, x->count * size, at, err);
	piece = mem_alloc(CHUNK * size);
	for (size_t from = 0; from < x->count && !rc; from += CHUNK) {
		size_t n = x->count - from < CHUNK ? x->count - from : CHUNK;

		rc = get(f, piece, n * size, at + from * size, err);
		for (size_t i = 0; i < n && !rc; i++)
			x->values[from + i] = value_of(piece + i * size, type);
	}
	free(piece);
	return rc;
}

/* An array of whole numbers: how many, -1 where it is something else. */
static int numbers(struct span array, uint64_t *out, int max)
{
	struct span element;
	size_t pos = 0;
	int n = 0;

	if (json_type(array) != JSON_ARRAY)
		return -1;
	while (json_each(array, &pos, &element))
		if (n == max || num_u64(element, &out[n++]))
			return -1;
	return n;
}

static int dtype_of(struct span value)
{
	for (int i = 0; i < DTYPES; i++)
		if (value.n == strlen(dtype_names[i]) + 2 &&
		    !memcmp(value.p + 1, dtype_names[i], value.n - 2))
			return i;
	return -1;
}

static int read_tensor(struct tensors *t, const struct file *f,
		       struct span name, struct span value, struct err *err)
{
	int type = dtype_of(json_get(value, "dtype")), ndim;
	uint64_t shape[TENSORS_DIMS], offset[2];
	size_t dims[TENSORS_DIMS];
	struct tensor *x;

	ndim = numbers(json_get(value, "shape"), shape, TENSORS_DIMS);
	if (ndim < 0 ||
	    numbers(json_get(value, "data_offsets"), offset, 2) != 2)
		return broken(f, "a tensor without shape or offsets", err);
	if (type < 0)
		return err_set(err, ERR_DATA, "model",
			       "%s: tensor \"%.*s\" is not of F32, F64, F16 or "
			       "BF16; export the weights as float32",
			       f->path, (int)(name.n < 80 ? name.n : 80),
			       name.p);
	for (int i = 0; i < ndim; i++)
		dims[i] = shape[i] > SIZE_MAX ? SIZE_MAX : (size_t)shape[i];
	x = tensors_add(t, f->path, name, dims, ndim, err);
	if (!x)
		return -1;
	/* count is small now: no overflow. */
	if (offset[0] > offset[1] || offset[1] > f->size - f->data ||
	    offset[1] - offset[0] != x->count * dtype_sizes[type])
		return broken(f, "a tensor out of bounds", err);
	return read_values(f, x, (enum dtype)type, f->data + offset[0], err);
}

static int read_all(struct tensors *t, const struct file *f, struct span header,
		    struct err *err)
{
	struct span raw, value;
	struct str name = { 0 };
	size_t pos = 0;
	int rc = 0;

	while (!rc && json_member(header, &pos, &raw, &value)) {
		str_reset(&name);
		if (json_name_is(raw, "__metadata__"))
			continue;
		/* The quotes stand around it. */
		if (json_string((struct span){ raw.p - 1, raw.n + 2 }, &name) ||
		    !name.n || memchr(name.p, '\0', name.n))
			rc = broken(f, "a tensor without a name", err);
		else
			rc = read_tensor(t, f, span_str(&name), value, err);
	}
	str_release(&name);
	return rc;
}

int safetensors_read(struct tensors *t, int fd, const char *path,
		     struct err *err)
{
	struct file f = { .fd = fd, .path = path };
	unsigned char head[8];
	const char *why = NULL, *end;
	struct span header;
	uint64_t n = 0;
	struct stat st;
	char *text;
	int rc;

	if (fstat(fd, &st) != 0)
		return err_errno(err, "cannot read %s", path);
	f.size = (uint64_t)st.st_size;
	if (get(&f, head, 8, 0, err))
		return -1;
	for (int i = 7; i >= 0; i--)
		n = n << 8 | head[i];
	if (n > f.size - 8 || n > SAFETENSORS_HEADER || n < 2)
		return broken(&f, "its header has no possible size", err);
	f.data = 8 + n;
	text = mem_alloc((size_t)n + 1);
	rc = get(&f, text, (size_t)n, 8, err);
	header = span_trim((struct span){ text, (size_t)n });
	if (!rc) {
		end = json_skip(header.p, header.p + header.n, &why);
		if (!end || end != header.p + header.n || *header.p != '{')
			rc = broken(&f, "its header is not JSON", err);
		else
			rc = read_all(t, &f, header, err);
	}
	free(text);
	return rc;
}
