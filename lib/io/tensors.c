/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/tensors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "io/npz.h"
#include "io/safetensors.h"

#define CHUNK 65536

void tensors_release(struct tensors *t)
{
	for (size_t i = 0; i < t->count; i++) {
		free(t->items[i].name);
		free(t->items[i].values);
	}
	free(t->items);
	*t = (struct tensors){ 0 };
}

struct tensor *tensors_find(const struct tensors *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (!strcmp(t->items[i].name, name))
			return &t->items[i];
	return NULL;
}

void tensor_shape(const struct tensor *t, struct str *out)
{
	if (!t->ndim)
		str_puts(out, "a single number");
	for (int i = 0; i < t->ndim; i++)
		str_printf(out, "%s%zu", i ? " x " : "", t->dims[i]);
}

static bool is_there(const struct tensors *t, struct span name)
{
	for (size_t i = 0; i < t->count; i++)
		if (span_is(name, t->items[i].name))
			return true;
	return false;
}

struct tensor *tensors_add(struct tensors *t, const char *path,
			   struct span name, const size_t *dims, int ndim,
			   struct err *err)
{
	struct tensor new = { .ndim = ndim, .count = 1 };
	const char *why = NULL;

	for (int i = 0; i < ndim; i++) {
		new.dims[i] = dims[i];
		if (num_muladd(new.count, dims[i], 0, &new.count))
			why = "has a size that no memory holds";
	}
	if (t->count == TENSORS_MAX)
		why = "is one too many";
	else if (is_there(t, name))
		why = "occurs twice";
	else if (!why && new.count > TENSORS_VALUES - t->values)
		why = "is larger than a network may be (2 GB in all)";
	if (why) {
		err_set(err, ERR_DATA, "model",
			"%s: tensor \"%.*s\" %s; export the weights again",
			path, (int)(name.n < 80 ? name.n : 80), name.p, why);
		return NULL;
	}
	new.name = mem_dup(name.p, name.n);
	MEM_ROOM(t->items, t->count + 1, t->cap);
	t->values += new.count;
	t->items[t->count] = new;
	return &t->items[t->count++];
}

/* Of all bytes of the file, from its start; its first ones are in magic. */
static int digest_of(int fd, const char *path, unsigned char magic[4],
		     uint8_t out[HASH_SIZE], struct err *err)
{
	char *buf = mem_alloc(CHUNK);
	struct hash *h = hash_new();
	off_t at = 0;
	ssize_t n;

	memset(magic, 0, 4);
	do {
		n = pread(fd, buf, CHUNK, at);
		if (n > 0 && !at)
			memcpy(magic, buf, n < 4 ? (size_t)n : 4);
		if (n > 0)
			hash_add(h, buf, (size_t)n);
		at += n > 0 ? n : 0;
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		err_errno(err, "cannot read %s", path);
	hash_end(h, out);
	hash_free(h);
	free(buf);
	return (int)n;
}

int tensors_load(struct tensors *t, const char *path, uint8_t digest[HASH_SIZE],
		 struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	uint8_t own[HASH_SIZE];
	unsigned char magic[4];

	if (fd < 0)
		return err_errno(err, "cannot open %s", path);
	rc = digest_of(fd, path, magic, digest ? digest : own, err);
	if (!rc)
		rc = memcmp(magic, "PK\x03\x04", 4)
			 ? safetensors_read(t, fd, path, err)
			 : npz_read(t, path, err);
	close(fd);
	if (rc)
		tensors_release(t);
	return rc;
}
