/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/worker.h"
#include "io/archive.h"

#define HEADER 5
#define BUFFER (HEADER + ARCHIVE_CHUNK)
#define PATIENCE 120             /* seconds of CPU without a frame's progress */
#define PROGRESS (64u << 20)     /* bytes after which it starts anew */
#define MEMORY ((size_t)1 << 30) /* of the worker: xz and zstd want windows */

struct unpack {
	struct window *w;
	int feed, from; /* -1: closed */
	pid_t pid;
	struct str name;
	unsigned char buf[BUFFER];
	size_t pos, end;
	size_t body;  /* unread bytes of the frame at hand */
	size_t since; /* bytes since the worker was allowed more time */
	bool in_file, ended;
	struct err fault; /* the archive goes no further */
};

static int spawn(struct unpack *u, int in, struct err *err)
{
	const struct worker_limits limits = { MEMORY, PATIENCE };
	int out[2];

	if (pipe2(out, O_CLOEXEC))
		return err_errno(err, "cannot make a pipe");
	u->from = out[0];
	u->pid = -1;
	if (worker_spawn("worker", "unpack", in, out[1], &limits, &u->pid,
			 err)) {
		u->pid = -1;
		close(out[1]);
		return -1;
	}
	close(out[1]);
	return 0;
}

struct unpack *unpack_open(struct window *w, const char *path, struct err *err)
{
	struct unpack *u = mem_zalloc(1, sizeof(*u));
	int pair[2], in = -1, rc;

	u->w = w;
	u->feed = u->from = -1;
	u->pid = -1;
	if (path)
		in = open(path, O_RDONLY | O_CLOEXEC);
	if (in < 0) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
			err_errno(err, "cannot make a pair of sockets");
			unpack_close(u);
			return NULL;
		}
		u->feed = pair[0];
		in = pair[1];
	}
	rc = spawn(u, in, err);
	close(in);
	if (rc) {
		unpack_close(u);
		return NULL;
	}
	return u;
}

void unpack_close(struct unpack *u)
{
	if (!u)
		return;
	if (u->feed >= 0)
		close(u->feed);
	if (u->from >= 0)
		close(u->from);
	if (u->pid > 0)
		worker_wait(u->pid, true, NULL);
	str_release(&u->name);
	free(u);
}

/* Gives the worker what it has room for. 0 or -1 (reading the input failed). */
static int feed(struct unpack *u, struct err *err)
{
	struct window *w = u->w;
	ssize_t put;
	int more;

	if (w->pos == w->end) {
		more = window_more(w, err);
		if (more < 0)
			return -1;
		if (!more) {
			close(u->feed);
			u->feed = -1;
			return 0;
		}
	}
	put = send(u->feed, w->buf + w->pos, w->end - w->pos,
		   MSG_NOSIGNAL | MSG_DONTWAIT);
	if (put > 0) {
		w->pos += (size_t)put;
	} else if (errno != EAGAIN && errno != EINTR) {
		close(u->feed); /* it has seen enough, or died */
		u->feed = -1;
	}
	return 0;
}

/* The worker's output ended without a last frame. */
static int died(struct unpack *u, struct err *err)
{
	struct str death = { 0 };
	bool fine = worker_wait(u->pid, false, &death);

	u->pid = -1;
	err_set(err, ERR_DATA, "archive", "the unpacking worker %s",
		fine ? "ended without a word" : str_z(&death));
	str_release(&death);
	return -1;
}

/* Sees to it that n bytes of the worker's output are there (n <= BUFFER). */
static int need(struct unpack *u, size_t n, struct err *err)
{
	while (u->end - u->pos < n) {
		struct pollfd fds[2] = { { u->from, POLLIN, 0 },
					 { u->feed, POLLOUT, 0 } };
		ssize_t got;

		if (u->feed >= 0) {
			if (poll(fds, 2, -1) < 0 && errno != EINTR)
				return err_errno(err, "poll");
			if (fds[1].revents && feed(u, err))
				return -1;
			if (!fds[0].revents)
				continue;
		}
		if (u->pos == u->end)
			u->pos = u->end = 0;
		if (n > BUFFER - u->pos) {
			memmove(u->buf, u->buf + u->pos, u->end - u->pos);
			u->end -= u->pos;
			u->pos = 0;
		}
		got = read(u->from, u->buf + u->end, BUFFER - u->end);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(err, "cannot read from the worker");
		if (!got)
			return died(u, err);
		u->end += (size_t)got;
		u->since += (size_t)got;
		if (u->since > PROGRESS) {
			worker_allow(u->pid, PATIENCE);
			u->since = 0;
		}
	}
	return 0;
}

/* Passes over the rest of the frame at hand. */
static int skip_body(struct unpack *u, struct err *err)
{
	while (u->body) {
		size_t n;

		if (need(u, 1, err))
			return -1;
		n = u->end - u->pos < u->body ? u->end - u->pos : u->body;
		u->pos += n;
		u->body -= n;
	}
	return 0;
}

/* The next frame's type; of those that are not data the body is put to u->name.
 */
static int next_frame(struct unpack *u, char *type, struct err *err)
{
	const unsigned char *h;

	if (skip_body(u, err) || need(u, HEADER, err))
		return -1;
	h = u->buf + u->pos;
	*type = (char)h[0];
	u->body =
	    h[1] | (size_t)h[2] << 8 | (size_t)h[3] << 16 | (size_t)h[4] << 24;
	u->pos += HEADER;
	if (!memchr("flodxebz", *type, 8) ||
	    u->body > (*type == 'd' ? ARCHIVE_CHUNK : ARCHIVE_NAME_MAX))
		return err_set(err, ERR_DATA, "archive",
			       "the unpacking worker talks nonsense");
	if (*type == 'd')
		return 0;
	if (need(u, u->body, err))
		return -1;
	str_reset(&u->name);
	str_put(&u->name, u->buf + u->pos, u->body);
	u->pos += u->body;
	u->body = 0;
	return 0;
}

/* Remembers that the archive goes no further. */
static int fail(struct unpack *u, struct err *err)
{
	u->ended = true;
	u->in_file = false;
	u->fault = *err;
	return -1;
}

static int broken(struct unpack *u, struct err *err)
{
	err_set(err, ERR_DATA, "archive", "the archive is damaged here: %s",
		str_z(&u->name));
	return fail(u, err);
}

int unpack_next(struct unpack *u, struct unpack_entry *e, struct err *err)
{
	char type;

	for (;;) {
		if (u->ended) {
			*err = u->fault;
			return u->fault.status ? -1 : 0;
		}
		if (next_frame(u, &type, err))
			return fail(u, err);
		if (type == 'z') {
			u->ended = true;
			return 0;
		}
		if (type == 'b')
			return broken(u, err);
		if (memchr("flo", type, 3))
			break;
	}
	e->kind = type == 'f'   ? UNPACK_FILE
		  : type == 'l' ? UNPACK_LINK
				: UNPACK_OTHER;
	e->name = span_str(&u->name);
	u->in_file = true;
	return 1;
}

ssize_t unpack_read(struct unpack *u, void *p, size_t n, struct err *err)
{
	char type;

	if (u->fault.status) {
		*err = u->fault;
		return -1;
	}
	while (u->in_file && !u->body) {
		if (next_frame(u, &type, err))
			return fail(u, err);
		if (type == 'b')
			return broken(u, err);
		if (type == 'x') {
			u->in_file = false;
			return err_set(err, ERR_RECORD, "entry",
				       "the file is damaged here: %s",
				       str_z(&u->name));
		}
		if (type != 'd')
			u->in_file = false;
	}
	if (!u->in_file)
		return 0;
	if (need(u, 1, err))
		return fail(u, err);
	if (n > u->body)
		n = u->body;
	if (n > u->end - u->pos)
		n = u->end - u->pos;
	memcpy(p, u->buf + u->pos, n);
	u->pos += n;
	u->body -= n;
	return (ssize_t)n;
}
