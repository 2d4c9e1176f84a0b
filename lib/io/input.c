/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/input.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"

#define BUFFER 65536

struct input {
	int fd;
	input_fn *fn; /* or NULL: fd */
	void *ctx;
	char *name;
	unsigned char head[2]; /* looked at for the gzip magic */
	size_t nhead, head_pos;
	bool gzip, ended; /* ended: between or behind gzip members */
	z_stream z;
	unsigned char *raw; /* compressed bytes */
};

static ssize_t read_fd(struct input *in, void *p, size_t n, struct err *err)
{
	ssize_t got;

	if (in->head_pos < in->nhead) {
		if (n > in->nhead - in->head_pos)
			n = in->nhead - in->head_pos;
		memcpy(p, in->head + in->head_pos, n);
		in->head_pos += n;
		return (ssize_t)n;
	}
	if (in->fn)
		return in->fn(in->ctx, p, n, err);
	do
		got = read(in->fd, p, n < INT_MAX ? n : INT_MAX);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_errno(err, "cannot read %s", in->name);
	return got;
}

static int sniff(struct input *in, struct err *err)
{
	while (in->nhead < sizeof(in->head)) {
		ssize_t n;

		in->head_pos = in->nhead;
		n = read_fd(in, in->head + in->nhead,
			    sizeof(in->head) - in->nhead, err);
		if (n < 0)
			return -1;
		if (!n)
			break;
		in->nhead += (size_t)n;
	}
	in->head_pos = 0;
	in->gzip = in->nhead == 2 && in->head[0] == 0x1f && in->head[1] == 0x8b;
	if (!in->gzip)
		return 0;
	in->raw = mem_alloc(BUFFER);
	if (inflateInit2(&in->z, 16 + MAX_WBITS) != Z_OK)
		return err_set(err, ERR_ENV, "zlib", "zlib does not start");
	return 0;
}

struct input *input_open(const char *path, struct err *err)
{
	bool standard = !strcmp(path, "-");
	struct input *in = mem_zalloc(1, sizeof(*in));

	in->name = mem_strdup(standard ? "standard input" : path);
	in->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0) {
		err_errno(err, "cannot open %s", path);
		input_close(in);
		return NULL;
	}
	if (sniff(in, err)) {
		input_close(in);
		return NULL;
	}
	return in;
}

struct input *input_from(input_fn *fn, void *ctx, const char *name,
			 struct err *err)
{
	struct input *in = mem_zalloc(1, sizeof(*in));

	in->fd = -1;
	in->fn = fn;
	in->ctx = ctx;
	in->name = mem_strdup(name);
	if (sniff(in, err)) {
		input_close(in);
		return NULL;
	}
	return in;
}

void input_close(struct input *in)
{
	if (!in)
		return;
	if (in->gzip)
		inflateEnd(&in->z);
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	free(in->raw);
	free(in->name);
	free(in);
}

const char *input_name(const struct input *in)
{
	return in->name;
}

/* Members of a gzip file follow each other; trailing zeros are padding. */
static int next_member(struct input *in)
{
	while (in->z.avail_in && !*in->z.next_in) {
		in->z.next_in++;
		in->z.avail_in--;
	}
	if (in->z.avail_in) {
		inflateReset(&in->z);
		in->ended = false;
	}
	return 0;
}

static ssize_t read_gzip(struct input *in, void *p, size_t n, struct err *err)
{
	in->z.next_out = p;
	in->z.avail_out = (uInt)(n < INT_MAX ? n : INT_MAX);
	n = in->z.avail_out;
	while (in->z.avail_out == n) {
		int rc;

		if (!in->z.avail_in) {
			ssize_t got = read_fd(in, in->raw, BUFFER, err);

			if (got < 0)
				return -1;
			if (!got && in->ended)
				return 0;
			if (!got)
				return err_set(err, ERR_DATA, "truncated",
					       "%s: gzip data ends early; "
					       "fetch the file again",
					       in->name);
			in->z.next_in = in->raw;
			in->z.avail_in = (uInt)got;
		}
		if (in->ended) {
			next_member(in);
			continue;
		}
		rc = inflate(&in->z, Z_NO_FLUSH);
		if (rc == Z_STREAM_END)
			in->ended = true;
		else if (rc != Z_OK && rc != Z_BUF_ERROR)
			return err_set(err, ERR_DATA, "gzip",
				       "%s: damaged gzip data (%s)", in->name,
				       in->z.msg ? in->z.msg : "unknown");
	}
	return (ssize_t)(n - in->z.avail_out);
}

ssize_t input_read(struct input *in, void *p, size_t n, struct err *err)
{
	return in->gzip ? read_gzip(in, p, n, err) : read_fd(in, p, n, err);
}

int input_slurp(const char *path, size_t max, struct str *out, struct err *err)
{
	struct input *in = input_open(path, err);
	ssize_t n = -1;

	if (!in)
		return -1;
	do {
		str_reserve(out, BUFFER);
		n = input_read(in, out->p + out->n, BUFFER, err);
		if (n > 0)
			out->n += (size_t)n;
		if (out->n > max)
			n = err_set(err, ERR_DATA, "too-large",
				    "%s is larger than %zu bytes", path, max);
	} while (n > 0);
	str_z(out);
	input_close(in);
	return (int)n;
}
