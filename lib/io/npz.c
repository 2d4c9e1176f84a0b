/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/npz.h"

#include "base/mem.h"
#include "io/npy.h"
#include "io/unpack.h"

#define SUFFIX ".npy"
#define STEP ((size_t)1 << 16) /* values there is room for at first */

static ssize_t read_member(void *ctx, void *p, size_t n, struct err *err)
{
	ssize_t got = unpack_read(ctx, p, n, err);

	if (got < 0 && err && err->status == ERR_RECORD)
		err->status = ERR_DATA;
	return got;
}

/* Room grows with what arrives: a shape alone buys no memory. */
static int fill(struct tensor *x, struct npy *n, struct err *err)
{
	size_t have = 0, cap = 0;
	ssize_t got;

	do {
		if (have == cap) {
			cap = cap ? cap * 2 : STEP;
			cap = cap < x->count ? cap : x->count;
			x->values =
			    mem_resize(x->values, cap + 1, sizeof(float));
		}
		got = npy_read_values(n, x->values + have, cap - have + 1, err);
		have += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	return (int)got;
}

static int read_tensor(struct tensors *t, const char *path, struct span name,
		       struct unpack *u, struct err *err)
{
	struct str label = { 0 };
	struct npy n = { 0 };
	struct tensor *x;
	struct input *in;
	int rc = -1;

	str_printf(&label, "%s: %.*s", path, (int)(name.n < 80 ? name.n : 80),
		   name.p);
	in = input_from(read_member, u, str_z(&label), err);
	if (in && !npy_open_tensor(&n, in, err)) {
		x = tensors_add(t, path, name, n.dims, n.ndim, err);
		rc = x ? fill(x, &n, err) : -1;
	}
	npy_close(&n);
	str_release(&label);
	return rc;
}

static int read_members(struct tensors *t, const char *path, struct unpack *u,
			struct err *err)
{
	size_t suffix = strlen(SUFFIX);
	struct unpack_entry e;
	struct str name = { 0 };
	int rc;

	while ((rc = unpack_next(u, &e, err)) > 0) {
		if (e.kind != UNPACK_FILE || e.name.n <= suffix ||
		    memcmp(e.name.p + e.name.n - suffix, SUFFIX, suffix) ||
		    memchr(e.name.p, '\0', e.name.n))
			continue;
		str_reset(&name);
		str_put(&name, e.name.p, e.name.n - suffix);
		rc = read_tensor(t, path, span_str(&name), u, err);
		if (rc)
			break;
	}
	str_release(&name);
	return rc;
}

int npz_read(struct tensors *t, const char *path, struct err *err)
{
	struct input *in = input_open(path, err);
	struct unpack *u;
	struct window w;
	int rc = -1;

	if (!in)
		return -1;
	window_init(&w, in);
	u = unpack_open(&w, path, err);
	if (u)
		rc = read_members(t, path, u, err);
	if (rc && u && err && err->status == ERR_DATA &&
	    strncmp(err->message, path, strlen(path)))
		err_prefix(err, "%s: fetch or export the weights again", path);
	unpack_close(u);
	window_release(&w);
	input_close(in);
	return rc;
}
