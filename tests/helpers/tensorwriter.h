/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tensor files for tests: .safetensors, and the .npy members of an .npz. */
#ifndef MOODPIPE_TENSORWRITER_H
#define MOODPIPE_TENSORWRITER_H

#include <stdio.h>

#include "base/str.h"

struct tensorwriter { /* zeroed is empty */
	struct str header, data;
};

static inline void tensorwriter_add(struct tensorwriter *w, const char *name,
				    const float *values, const size_t *dims,
				    int ndim)
{
	size_t n = sizeof(float), from = w->data.n;

	str_printf(&w->header, "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[",
		   w->header.n ? "," : "", name);
	for (int i = 0; i < ndim; i++) {
		str_printf(&w->header, "%s%zu", i ? "," : "", dims[i]);
		n *= dims[i];
	}
	str_put(&w->data, values, n);
	str_printf(&w->header, "],\"data_offsets\":[%zu,%zu]}", from,
		   w->data.n);
}

static inline void put_u64(struct str *s, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		str_putc(s, (char)(v >> 8 * i));
}

/* The file's bytes; w is empty again. */
static inline void tensorwriter_end(struct tensorwriter *w, struct str *out)
{
	str_reset(out);
	put_u64(out, w->header.n + 2);
	str_printf(out, "{%s}", str_z(&w->header));
	str_put(out, w->data.p, w->data.n);
	str_release(&w->header);
	str_release(&w->data);
}

/* numpy.lib.format, version 1.0. */
static inline void tensorwriter_npy(struct str *out, const float *values,
				    const size_t *dims, int ndim)
{
	size_t n = sizeof(float), size;

	str_reset(out);
	str_put(out, "\x93NUMPY\x01\x00\x00\x00", 10);
	str_puts(out, "{'descr': '<f4', 'fortran_order': False, 'shape': (");
	for (int i = 0; i < ndim; i++) {
		str_printf(out, "%zu,%s", dims[i], i + 1 < ndim ? " " : "");
		n *= dims[i];
	}
	str_puts(out, "), }");
	while ((out->n + 1) % 64)
		str_putc(out, ' ');
	str_putc(out, '\n');
	size = out->n - 10;
	out->p[8] = (char)(size & 255);
	out->p[9] = (char)(size >> 8);
	str_put(out, values, n);
}

#endif
