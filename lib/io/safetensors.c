/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/safetensors.h"

#include "base/mem.h"
#include "io/tensormap.h"

static int add(struct tensors *t, const struct tensormap_tensor *from,
	       const char *path, struct err *err)
{
	struct tensor *x;

	if (!tensormap_readable(from))
		return err_set(
		    err, ERR_DATA, "model",
		    "%s: tensor \"%.80s\" is not of F32, F64, F16 or "
		    "BF16; export the weights as float32",
		    path, from->name);
	x = tensors_add(t, path, span_of(from->name), from->dims, from->ndim,
			err);
	if (!x)
		return -1;
	x->values = mem_zalloc(x->count + 1, sizeof(*x->values));
	tensormap_floats(from, 0, x->count, x->values);
	return 0;
}

int safetensors_read(struct tensors *t, int fd, const char *path,
		     struct err *err)
{
	struct tensormap *m = tensormap_open_fd(fd, path, err);
	int rc = m ? 0 : -1;

	for (size_t i = 0; m && i < tensormap_count(m) && !rc; i++)
		rc = add(t, tensormap_at(m, i), path, err);
	tensormap_close(m);
	return rc;
}
