/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/listener.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "audio/features.h"
#include "audio/hearing.h"
#include "base/mem.h"
#include "base/worker.h"

/* The time a file may take: a fixed part, which is for what does not shrink
 * with the sound asked for (reading a ration of bytes), and a hundredth of the
 * sound, where decoding and features take a six-hundredth. Of the clock, more:
 * the machine may be busy. */
#define CPU_FIXED 5
#define CPU_SHARE 100
#define CLOCK_FACTOR 6
#define STARTS 3
#define START_SECONDS 30 /* from its start until a worker says hello */
/* Address space: libraries and their tables, and 16 bytes a sample, which is
 * sound and growing room. */
#define MEMORY_FIXED ((size_t)384 << 20)
#define MEMORY_SECOND ((size_t)22050 * 16)

struct ear {
	const char *program;
	unsigned wishes; /* that it knows */
	pid_t pid;       /* 0: none */
	int sock;
	bool fresh; /* it has read no file yet */
};

struct listener {
	double seconds;
	struct ear ears[2];
	struct str body, message, death;
};

void heard_release(struct heard *h)
{
	free(h->values);
	free(h->patches);
	str_release(&h->title);
	str_release(&h->artist);
	str_release(&h->album);
	str_release(&h->genre);
	str_release(&h->date);
	str_release(&h->lyrics);
	str_release(&h->print);
	memset(h, 0, sizeof(*h));
}

struct listener *listener_new(double seconds)
{
	struct listener *l = mem_zalloc(1, sizeof(*l));

	l->seconds = round(seconds * 1000) / 1000;
	l->ears[0].program = "worker";
	l->ears[0].wishes = LISTENER_FEATURES | LISTENER_TAGS |
			    LISTENER_DECODES | LISTENER_LOGMEL;
	l->ears[1].program = "worker-print";
	l->ears[1].wishes = LISTENER_PRINT;
	return l;
}

/* Ends a worker; how it ended is in l->death. */
static void end(struct listener *l, struct ear *e)
{
	if (!e->pid)
		return;
	close(e->sock);
	worker_wait(e->pid, true, &l->death);
	e->pid = 0;
}

void listener_free(struct listener *l)
{
	if (!l)
		return;
	for (int i = 0; i < 2; i++)
		end(l, &l->ears[i]);
	str_release(&l->body);
	str_release(&l->message);
	str_release(&l->death);
	free(l);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

enum got { GOT_ALL, GOT_END, GOT_LATE };

/* n bytes from the worker, before the deadline. */
static enum got take(int sock, void *p, size_t n, double deadline)
{
	char *to = p;

	while (n > 0) {
		struct pollfd f = { .fd = sock, .events = POLLIN };
		double left = deadline - now();
		ssize_t k;

		if (left <= 0)
			return GOT_LATE;
		if (poll(&f, 1, (int)ceil(left * 1000)) <= 0)
			continue;
		k = recv(sock, to, n, MSG_DONTWAIT);
		if (k < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (k <= 0)
			return GOT_END;
		to += k;
		n -= (size_t)k;
	}
	return GOT_ALL;
}

static int start(struct listener *l, struct ear *e, struct err *err)
{
	struct worker_limits limits = {
		.memory = MEMORY_FIXED + (size_t)l->seconds * MEMORY_SECOND
	};
	char hello[sizeof(HEARING_HELLO) - 1];
	int pair[2], rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return err_errno(err, "a worker's socket");
	rc = worker_spawn(e->program, "hear", pair[1], pair[1], &limits,
			  &e->pid, err);
	close(pair[1]);
	e->sock = pair[0];
	e->fresh = true;
	if (rc != 0) {
		e->pid = 0;
		close(pair[0]);
		return -1;
	}
	if (take(e->sock, hello, sizeof(hello), now() + START_SECONDS) ==
		GOT_ALL &&
	    !memcmp(hello, HEARING_HELLO, sizeof(hello)))
		return 0;
	end(l, e);
	return err_set(err, ERR_ENV, "worker",
		       "the program %s, which belongs "
		       "beside this one, does not start: %s",
		       e->program, str_z(&l->death));
}

/* A fresh worker would fare no better; one that is not may have lost its memory
 * to an earlier file. */
static bool excessive(struct listener *l, const struct ear *e)
{
	return strstr(str_z(&l->death), "ran out of CPU") ||
	       (e->fresh && strstr(str_z(&l->death), "ran out of memory"));
}

/* It says something without being asked. */
static bool interrupts(const struct ear *e)
{
	char c;

	return recv(e->sock, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/* One try: 1 when there is an answer, 0 when the worker died or talks nonsense,
 * -1 when the file is too much; then it is gone, and l->death says why. */
static int try(struct listener *l, struct ear *e, int fd, unsigned wishes,
	       struct heard *h, struct hearing_reply *r)
{
	unsigned seconds = CPU_FIXED + (unsigned)(l->seconds / CPU_SHARE);
	double deadline = now() + CLOCK_FACTOR * (double)seconds;
	uint8_t head[HEARING_REPLY_SIZE];
	enum got got = GOT_END;

	if (interrupts(e)) {
		end(l, e);
		str_reset(&l->death);
		str_puts(&l->death, "spoke without being asked");
		return 0;
	}
	worker_allow(e->pid, seconds);
	if (hearing_ask(e->sock, fd, wishes, l->seconds) == 0)
		got = take(e->sock, head, sizeof(head), deadline);
	if (got == GOT_ALL && hearing_head(head, wishes, r, h)) {
		str_reset(&l->body);
		str_reserve(&l->body, r->body);
		got = take(e->sock, l->body.p, r->body, deadline);
		if (got == GOT_ALL &&
		    hearing_body(r, (uint8_t *)l->body.p, h, &l->message)) {
			e->fresh = false;
			return 1;
		}
	}
	end(l, e);
	if (got == GOT_END)
		return excessive(l, e) ? -1 : 0;
	str_reset(&l->death);
	if (got == GOT_LATE) {
		str_printf(&l->death, "gave no answer in %g s",
			   CLOCK_FACTOR * (double)seconds);
		return -1;
	}
	str_puts(&l->death, "gave an answer that makes no sense");
	return 0;
}

/* What is not asked for is empty; a second answer adds to the first. */
static void clear(struct heard *h)
{
	struct str *texts[] = { &h->title, &h->artist, &h->album, &h->genre,
				&h->date,  &h->lyrics, &h->print };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		str_reset(texts[i]);
	if (!h->values)
		h->values = mem_alloc(features_count() * sizeof(*h->values));
	for (size_t i = 0; i < features_count(); i++)
		h->values[i] = NAN;
	h->patch_count = 0;
	h->status = FEAT_OK;
	h->seconds = 0;
	h->length = NAN;
}

static int ask(struct listener *l, struct ear *e, int fd, unsigned wishes,
	       struct heard *h, struct err *err)
{
	struct hearing_reply r;
	int rc = 0;

	for (int i = 0; i < 2 && rc == 0; i++) {
		for (int k = 1; !e->pid && start(l, e, err) != 0; k++)
			if (k == STARTS)
				return -1;
		clear(h); /* of what a first try left */
		rc = try(l, e, fd, wishes, h, &r);
	}
	if (rc <= 0) {
		clear(h);
		h->status = rc < 0 ? FEAT_EXCESSIVE : FEAT_CRASHED;
		return err_set(err, ERR_RECORD, "undecodable",
			       "the process that read the file %s",
			       str_z(&l->death));
	}
	if (r.outcome == HEARING_HEARD)
		return 0;
	if (r.outcome == HEARING_MISSING) {
		h->status = FEAT_UNREADABLE;
		return err_set(err, ERR_RECORD, "missing", "%s",
			       str_z(&l->message));
	}
	if (r.outcome == HEARING_UNSUPPORTED) {
		h->status = FEAT_UNSUPPORTED;
		return err_set(err, ERR_RECORD, "unsupported", "%s",
			       str_z(&l->message));
	}
	h->status = FEAT_UNDECODABLE;
	return err_set(err, ERR_RECORD, "undecodable", "%s",
		       str_z(&l->message));
}

int listener_hear(struct listener *l, int fd, unsigned wishes, struct heard *h,
		  struct err *err)
{
	struct heard print = { 0 };
	unsigned first = wishes & l->ears[0].wishes;
	int rc = 0;

	clear(h);
	if (first & (LISTENER_FEATURES | LISTENER_LOGMEL))
		first |= LISTENER_DETAILS(wishes);
	if (first)
		rc = ask(l, &l->ears[0], fd, first, h, err);
	if (rc != 0 || !(wishes & LISTENER_PRINT))
		return rc;
	if (!first)
		return ask(l, &l->ears[1], fd, LISTENER_PRINT, h, err);
	clear(&print);
	rc = ask(l, &l->ears[1], fd, LISTENER_PRINT, &print, err);
	h->length = print.length;
	if (h->seconds < print.seconds)
		h->seconds = print.seconds;
	str_span(&h->print, span_str(&print.print));
	heard_release(&print);
	return rc;
}
