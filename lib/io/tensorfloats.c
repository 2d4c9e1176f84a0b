/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of a mapped tensor. */
#include <sys/mman.h>
#include <unistd.h>

#include "io/tensormap.h"

#define AT_ONCE 8

typedef uint16_t halves __attribute__((vector_size(16)));
typedef uint32_t words __attribute__((vector_size(32)));
typedef float numbers __attribute__((vector_size(32)));

bool tensormap_readable(const struct tensormap_tensor *t)
{
	return t->type < TENSORMAP_I64;
}

static inline void from_brain(const halves *h, float *out)
{
	words w = __builtin_convertvector(*h, words) << 16;

	memcpy(out, &w, sizeof(w));
}

/* IEEE 754 binary16: its exponent and fraction stand where a float's do, but
 * for a factor of 2^112, infinity and what is no number. */
static inline void from_half(const halves *h, float *out)
{
	words all = __builtin_convertvector(*h, words);
	words size = (all & 0x7fff) << 13;
	words endless = (words)(size > 0x0f7fffff) & 0x7f800000;
	numbers scaled = (numbers)size * 0x1p112f;

	size = (words)scaled | endless | (all & 0x8000) << 16;
	memcpy(out, &size, sizeof(size));
}

static void from_sixteen(const unsigned char *p, size_t n, bool brain,
			 float *out)
{
	for (size_t i = 0; i < n; i += AT_ONCE) {
		size_t k = n - i < AT_ONCE ? n - i : AT_ONCE;
		halves h = { 0 };
		float v[AT_ONCE];

		if (k == AT_ONCE)
			memcpy(&h, p + 2 * i, sizeof(h));
		else
			memcpy(&h, p + 2 * i, 2 * k);
		if (brain)
			from_brain(&h, v);
		else
			from_half(&h, v);
		if (k == AT_ONCE)
			memcpy(out + i, v, sizeof(v));
		else
			memcpy(out + i, v, k * sizeof(*v));
	}
}

void tensormap_floats(const struct tensormap_tensor *t, size_t from, size_t n,
		      float *out)
{
	const unsigned char *p = t->bytes;

	if (!n)
		return;
	switch (t->type) {
	case TENSORMAP_F32:
		memcpy(out, p + 4 * from, 4 * n);
		break;
	case TENSORMAP_F16:
	case TENSORMAP_BF16:
		from_sixteen(p + 2 * from, n, t->type == TENSORMAP_BF16, out);
		break;
	case TENSORMAP_F64:
		for (size_t i = 0; i < n; i++) {
			double v;

			memcpy(&v, p + 8 * (from + i), sizeof(v));
			out[i] = (float)v;
		}
		break;
	case TENSORMAP_I64:
	case TENSORMAP_OTHER:
	case TENSORMAP_TYPES:
		memset(out, 0, n * sizeof(*out)); /* nobody asks for it */
	}
}

const float *tensormap_view(const struct tensormap_tensor *t)
{
	if (t->type != TENSORMAP_F32 || (uintptr_t)t->bytes % sizeof(float))
		return NULL;
	return t->bytes;
}

void tensormap_done(const struct tensormap_tensor *t)
{
	long page = sysconf(_SC_PAGESIZE);
	uintptr_t p = (uintptr_t)t->bytes;
	size_t before = page > 0 ? p % (size_t)page : 0;

	/* posix_madvise does nothing here. */
	if (t->size)
		(void)madvise((void *)(p - before), t->size + before,
			      MADV_DONTNEED);
}

void tensormap_shape(const struct tensormap_tensor *t, struct str *out)
{
	str_printf(out, "%.40s [", t->dtype);
	for (int i = 0; i < t->ndim; i++)
		str_printf(out, "%s%zu", i ? ", " : "", t->dims[i]);
	str_putc(out, ']');
}
