/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/parameters.h"

#include <stdlib.h>

#include "base/mem.h"
#include "io/json.h"

void parameters_release(struct parameters *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct parameter *x = p->items[i];

		free(x->name);
		free(x->value);
		free(x->gradient);
		free(x->moment[0]);
		free(x->moment[1]);
		free(x);
	}
	free(p->items);
	*p = (struct parameters){ 0 };
}

struct parameter *parameters_add(struct parameters *p, const char *name,
				 const size_t *dims, int ndim)
{
	struct parameter *x = mem_zalloc(1, sizeof(*x));

	x->name = mem_strdup(name);
	x->ndim = ndim;
	x->count = 1;
	for (int i = 0; i < ndim; i++) {
		x->dims[i] = dims[i];
		x->count *= dims[i];
	}
	x->value = mem_zalloc(x->count, sizeof(float));
	MEM_ROOM(p->items, p->count + 1, p->cap);
	p->items[p->count++] = x;
	return x;
}

struct parameter *parameters_find(const struct parameters *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (!strcmp(p->items[i]->name, name))
			return p->items[i];
	return NULL;
}

void parameter_train(struct parameter *p, bool on)
{
	free(p->gradient);
	p->gradient = on ? mem_zalloc(p->count, sizeof(float)) : NULL;
}

void parameters_zero_gradients(struct parameters *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->items[i]->gradient)
			memset(p->items[i]->gradient, 0,
			       p->items[i]->count * sizeof(float));
}

size_t parameters_count(const struct parameters *p, bool trained_only)
{
	size_t n = 0;

	for (size_t i = 0; i < p->count; i++)
		if (p->items[i]->gradient || !trained_only)
			n += p->items[i]->count;
	return n;
}

/* --- .safetensors --- */

static int by_name(const void *a, const void *b)
{
	const struct parameter_name *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void put_header(const struct parameter_name *items, size_t n,
		       const char *metadata, struct str *out)
{
	size_t from = 0;

	str_putc(out, '{');
	if (metadata)
		str_printf(out, "\"__metadata__\":%s", metadata);
	for (size_t i = 0; i < n; i++) {
		const struct parameter *p = items[i].parameter;

		if (out->n > 1)
			str_putc(out, ',');
		json_put_string(out, span_of(items[i].name));
		str_puts(out, ":{\"dtype\":\"F32\",\"shape\":[");
		for (int d = 0; d < p->ndim; d++)
			str_printf(out, "%s%zu", d ? "," : "", p->dims[d]);
		str_printf(out, "],\"data_offsets\":[%zu,%zu]}", from,
			   from + p->count * sizeof(float));
		from += p->count * sizeof(float);
	}
	str_putc(out, '}');
	while (out->n % 8) /* so that the numbers are aligned */
		str_putc(out, ' ');
}

static bool put_values(const struct parameter *p, FILE *out)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return fwrite(p->value, sizeof(float), p->count, out) == p->count;
#else
	for (size_t i = 0; i < p->count; i++) {
		unsigned char b[sizeof(float)];

		memcpy(b, p->value + i, sizeof(b));
		for (size_t k = sizeof(b); k-- > 0;)
			if (putc(b[k], out) == EOF)
				return false;
	}
	return true;
#endif
}

int parameters_write_as(const struct parameter_name *items, size_t n,
			const char *metadata, FILE *out, struct err *err)
{
	struct parameter_name *sorted = mem_zalloc(n + 1, sizeof(*sorted));
	struct str header = { 0 };
	unsigned char size[8];
	bool fine;

	if (n)
		memcpy(sorted, items, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_name);
	put_header(sorted, n, metadata, &header);
	for (int i = 0; i < 8; i++)
		size[i] = (unsigned char)((uint64_t)header.n >> 8 * i);
	fine = fwrite(size, 1, sizeof(size), out) == sizeof(size) &&
	       fwrite(header.p, 1, header.n, out) == header.n;
	for (size_t i = 0; fine && i < n; i++)
		fine = put_values(sorted[i].parameter, out);
	str_release(&header);
	free(sorted);
	return fine ? 0 : err_errno(err, "writing parameters");
}

int parameters_write(const struct parameters *p, const char *prefix,
		     const char *metadata, FILE *out, struct err *err)
{
	struct parameter_name *items = mem_zalloc(p->count + 1, sizeof(*items));
	size_t n = 0, length = prefix ? strlen(prefix) : 0;
	int rc;

	for (size_t i = 0; i < p->count; i++)
		if (!length || !strncmp(p->items[i]->name, prefix, length))
			items[n++] = (struct parameter_name){ p->items[i]->name,
							      p->items[i] };
	rc = parameters_write_as(items, n, metadata, out, err);
	free(items);
	return rc;
}
