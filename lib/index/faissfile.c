/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/faissfile.h"

#include <stdlib.h>

#include "base/mem.h"

struct faissfile {
	FILE *out;
	char *name;
	size_t dim;
	uint64_t count, written;
	uint64_t *left; /* of each list; NULL: a flat file */
	size_t lists, list;
	int64_t *ids; /* of the list under way */
	size_t met, cap;
};

static int put(struct faissfile *f, const void *p, size_t n, struct err *err)
{
	if (!n || fwrite(p, 1, n, f->out) == n)
		return 0;
	return err_errno(err, "%s: cannot write", f->name);
}

static int put_u64(struct faissfile *f, uint64_t x, struct err *err)
{
	return put(f, &x, sizeof(x), err);
}

/* What every index begins with. */
static int put_header(struct faissfile *f, const char *code, uint64_t count,
		      struct err *err)
{
	const uint32_t dim = (uint32_t)f->dim, inner_product = 0;
	const uint64_t filler = (uint64_t)1 << 20;
	const uint8_t trained = 1;

	return put(f, code, 4, err) || put(f, &dim, sizeof(dim), err) ||
		       put_u64(f, count, err) || put_u64(f, filler, err) ||
		       put_u64(f, filler, err) || put(f, &trained, 1, err) ||
		       put(f, &inner_product, sizeof(inner_product), err)
		   ? -1
		   : 0;
}

static int put_flat(struct faissfile *f, uint64_t count, struct err *err)
{
	return put_header(f, "IxFI", count, err) ||
		       put_u64(f, count * f->dim, err)
		   ? -1
		   : 0;
}

static int put_ivfflat(struct faissfile *f, const float *centroids,
		       size_t nprobe, struct err *err)
{
	const uint8_t no_map = 0;

	if (put_header(f, "IwFl", f->count, err) || put_u64(f, f->lists, err) ||
	    put_u64(f, nprobe, err) || put_flat(f, f->lists, err) ||
	    put(f, centroids, f->lists * f->dim * sizeof(float), err) ||
	    put(f, &no_map, 1, err) || put_u64(f, 0, err) ||
	    put(f, "ilar", 4, err) || put_u64(f, f->lists, err) ||
	    put_u64(f, f->dim * sizeof(float), err) || put(f, "full", 4, err) ||
	    put_u64(f, f->lists, err))
		return -1;
	return put(f, f->left, f->lists * sizeof(*f->left), err);
}

static struct faissfile *new_file(FILE *out, const char *name, size_t dim)
{
	struct faissfile *f = mem_zalloc(1, sizeof(*f));

	f->out = out;
	f->name = mem_strdup(name);
	f->dim = dim;
	return f;
}

static void drop(struct faissfile *f)
{
	free(f->name);
	free(f->left);
	free(f->ids);
	free(f);
}

struct faissfile *faissfile_flat(FILE *out, const char *name, size_t dim,
				 size_t count, struct err *err)
{
	struct faissfile *f = new_file(out, name, dim);

	f->count = count;
	if (!put_flat(f, count, err))
		return f;
	drop(f);
	return NULL;
}

struct faissfile *faissfile_ivfflat(FILE *out, const char *name, size_t dim,
				    const float *centroids,
				    const uint64_t *size, size_t nlist,
				    size_t nprobe, struct err *err)
{
	struct faissfile *f = new_file(out, name, dim);

	f->lists = nlist;
	f->left = mem_dup(size, nlist * sizeof(*size));
	for (size_t i = 0; i < nlist; i++)
		f->count += size[i];
	if (!put_ivfflat(f, centroids, nprobe, err))
		return f;
	drop(f);
	return NULL;
}

/* Lists that are full: their ids follow their vectors. */
static int end_lists(struct faissfile *f, struct err *err)
{
	while (f->list < f->lists && !f->left[f->list]) {
		if (put(f, f->ids, f->met * sizeof(*f->ids), err))
			return -1;
		f->met = 0;
		f->list++;
	}
	return 0;
}

static int put_list(struct faissfile *f, const float *vectors,
		    const uint32_t *ids, size_t n, struct err *err)
{
	while (n) {
		size_t some;

		if (end_lists(f, err))
			return -1;
		some = f->left[f->list] < n ? (size_t)f->left[f->list] : n;
		if (put(f, vectors, some * f->dim * sizeof(float), err))
			return -1;
		MEM_ROOM(f->ids, f->met + some, f->cap);
		for (size_t i = 0; i < some; i++)
			f->ids[f->met++] = ids[i];
		f->left[f->list] -= some;
		vectors += some * f->dim;
		ids += some;
		n -= some;
	}
	return end_lists(f, err);
}

int faissfile_put(struct faissfile *f, const float *vectors,
		  const uint32_t *ids, size_t n, struct err *err)
{
	if (n > f->count - f->written)
		return err_set(err, ERR_DATA, "artifact",
			       "%s: more vectors than the %llu announced",
			       f->name, (unsigned long long)f->count);
	f->written += n;
	return f->left ? put_list(f, vectors, ids, n, err)
		       : put(f, vectors, n * f->dim * sizeof(float), err);
}

int faissfile_end(struct faissfile *f, struct err *err)
{
	int rc = 0;

	if (!f)
		return 0;
	if (f->written < f->count)
		rc = err_set(err, ERR_DATA, "artifact",
			     "%s: %llu vectors of the %llu announced", f->name,
			     (unsigned long long)f->written,
			     (unsigned long long)f->count);
	else if (fflush(f->out))
		rc = err_errno(err, "%s: cannot write", f->name);
	drop(f);
	return rc;
}
