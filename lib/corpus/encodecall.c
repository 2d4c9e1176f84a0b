/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/encodecall.h"

#include <math.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/worker.h"
#include "corpus/encodeframe.h"

#define PROGRAM "worker-encode"

struct encodecall {
	char *path, *precision, *stamp, *digest;
	pid_t pid; /* 0: none */
	int sock;
	bool opened;       /* it answered, or did not in the end: */
	struct err failed; /* status 0: it did */
	struct str name;
	size_t dim, labels;
	struct encodeframe frame;
};

static void end(struct encodecall *c, struct str *death)
{
	if (!c->pid)
		return;
	close(c->sock);
	worker_wait(c->pid, true, death);
	c->pid = 0;
}

/* Starts a worker, and asks it to open the folder. */
static int start(struct encodecall *c, struct err *err)
{
	const struct worker_limits limits = { .memory = 0 };
	const struct span texts[] = { span_of(c->path), span_of(c->precision),
				      span_of(c->stamp), span_of(c->digest) };
	int pair[2], rc;

	c->opened = false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return err_errno(err, "a worker's socket");
	rc = worker_spawn(PROGRAM, "encode", pair[1], pair[1], &limits, &c->pid,
			  err);
	close(pair[1]);
	if (rc) {
		c->pid = 0;
		close(pair[0]);
		return -1;
	}
	c->sock = pair[0];
	/* Whether it listens shows when the answer is waited for. */
	encodeframe_send(c->sock, ENCODEFRAME_OPEN, 0, texts, 4, NULL, 0);
	return 0;
}

struct encodecall *encodecall_new(const struct encodecall_model *m,
				  struct err *err)
{
	struct encodecall *c = mem_zalloc(1, sizeof(*c));

	c->path = mem_strdup(m->path);
	c->precision = mem_strdup(m->precision);
	c->stamp = mem_strdup(m->digest ? m->stamp : "");
	c->digest = mem_strdup(m->digest ? m->digest : "");
	if (!start(c, err))
		return c;
	encodecall_free(c);
	return NULL;
}

void encodecall_free(struct encodecall *c)
{
	if (!c)
		return;
	end(c, NULL);
	encodeframe_release(&c->frame);
	str_release(&c->name);
	free(c->path);
	free(c->precision);
	free(c->stamp);
	free(c->digest);
	free(c);
}

static int gone(struct encodecall *c, struct err *err)
{
	struct str death = { 0 };

	end(c, &death);
	err_set(err, ERR_ENV, "encoder",
		"%s: the program " PROGRAM ", which reads it, %s", c->path,
		death.n ? str_z(&death) : "is not there");
	str_release(&death);
	return -1;
}

/* The frame of an answer with so many numbers; 1: late. */
static int answer(struct encodecall *c, size_t numbers, double deadline,
		  struct err *err)
{
	struct encodeframe *f = &c->frame;

	switch (encodeframe_take(c->sock, deadline, f)) {
	case ENCODEFRAME_LATE:
		return 1;
	case ENCODEFRAME_END:
		return gone(c, err);
	default:
		break;
	}
	/* One text that it cannot read is all there was to read. */
	if (f->status && f->count)
		return err_set(err, f->status == ERR_ENV ? ERR_ENV : ERR_DATA,
			       "encoder", "%.*s", (int)f->texts[0].n,
			       f->texts[0].p);
	return f->status || f->numbers_count != numbers ? gone(c, err) : 0;
}

static int open_folder(struct encodecall *c, double deadline, struct err *err)
{
	int rc = c->pid ? answer(c, 2, deadline, err) : gone(c, err);

	if (rc)
		return rc;
	c->dim = (size_t)c->frame.numbers[0];
	c->labels = (size_t)c->frame.numbers[1];
	str_reset(&c->name);
	if (c->frame.count)
		str_span(&c->name, c->frame.texts[0]);
	return 0;
}

/* 1: not by the deadline. */
static int ready(struct encodecall *c, double deadline, struct err *err)
{
	int rc;

	if (!c->opened) {
		c->failed = (struct err){ .status = ERR_NONE };
		rc = open_folder(c, deadline, &c->failed);
		if (rc > 0)
			return 1;
		c->opened = true;
	}
	if (!c->failed.status)
		return 0;
	*err = c->failed;
	return -1;
}

int encodecall_ready(struct encodecall *c, struct err *err)
{
	return ready(c, INFINITY, err);
}

size_t encodecall_dim(const struct encodecall *c)
{
	return c->dim;
}

size_t encodecall_labels(const struct encodecall *c)
{
	return c->labels;
}

const char *encodecall_name(const struct encodecall *c)
{
	return c->name.n ? c->name.p : c->path;
}

int encodecall_query(struct encodecall *c, struct span text, float *vector,
		     struct err *err)
{
	if (ready(c, INFINITY, err))
		return -1;
	if (!c->pid || encodeframe_send(c->sock, ENCODEFRAME_QUERIES, 0, &text,
					1, NULL, 0))
		return gone(c, err);
	if (answer(c, c->dim, INFINITY, err))
		return -1;
	memcpy(vector, c->frame.numbers, c->dim * sizeof(*vector));
	return 0;
}

/* What it still does is not waited for, and the next request has a new one. */
static int late(struct encodecall *c, struct err *err)
{
	end(c, NULL);
	return start(c, err) ? -1 : 1;
}

int encodecall_pairs(struct encodecall *c, struct span query,
		     const struct span *texts, size_t count, double deadline,
		     float *logits, struct err *err)
{
	struct span *all;
	int rc = ready(c, deadline, err);

	if (rc)
		return rc; /* late: it goes on opening, for the next request */
	all = mem_alloc((count + 1) * sizeof(*all));
	all[0] = query;
	memcpy(all + 1, texts, count * sizeof(*all));
	rc = !c->pid || encodeframe_send(c->sock, ENCODEFRAME_PAIRS, 0, all,
					 count + 1, NULL, 0)
		 ? gone(c, err)
		 : answer(c, count * c->labels, deadline, err);
	free(all);
	if (rc > 0)
		return late(c, err);
	if (!rc)
		memcpy(logits, c->frame.numbers,
		       count * c->labels * sizeof(*logits));
	return rc;
}
