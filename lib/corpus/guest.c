/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/guest.h"

#include <math.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/worker.h"
#include "corpus/guestframe.h"

#define PROGRAM "worker-guest"

void guest_release(struct guest *g)
{
	str_release(&g->artist);
	str_release(&g->title);
	str_release(&g->album);
	str_release(&g->warning);
	*g = (struct guest){ .has_sound = false };
}

/* It never waits for a file for ever: it has its own limits. */
static int answer(struct guest *out, int sock, pid_t pid, const char *path,
		  struct err *err)
{
	struct encodeframe f = { .what = 0 };
	struct str death = { 0 };
	enum encodeframe_got got = encodeframe_take(sock, (double)INFINITY, &f);
	int rc = got == ENCODEFRAME_GOT ? guestframe_read(&f, out, err) : -1;

	close(sock);
	worker_wait(pid, got != ENCODEFRAME_GOT, &death);
	if (got != ENCODEFRAME_GOT)
		err_set(err, ERR_ENV, "worker",
			"%s: the program " PROGRAM ", which hears it, %s", path,
			str_z(&death));
	str_release(&death);
	encodeframe_release(&f);
	return rc;
}

static int ask(struct guest *out, enum guestframe_what what,
	       const struct span *texts, size_t count, const char *path,
	       struct err *err)
{
	const struct worker_limits limits = { .memory = 0 };
	int pair[2], rc;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return err_errno(err, "a worker's socket");
	rc =
	    worker_spawn(PROGRAM, "hear", pair[1], pair[1], &limits, &pid, err);
	close(pair[1]);
	if (rc) {
		close(pair[0]);
		return -1;
	}
	/* Whether it listens shows when the answer is waited for. */
	encodeframe_send(pair[0], what, 0, texts, count, NULL, 0);
	return answer(out, pair[0], pid, path, err);
}

int guest_hear(struct guest *out, const struct generation *g, const char *path,
	       struct err *err)
{
	const struct span texts[] = { span_of(g->path), span_of(g->name),
				      span_of(path) };

	return ask(out, GUESTFRAME_HEAR, texts, 3, path, err);
}

int guest_id(const char *path, char id[IDENTITY_SIZE], uint64_t *key,
	     struct err *err)
{
	const struct span text = span_of(path);
	struct guest g = { .has_sound = false };
	int rc = ask(&g, GUESTFRAME_ID, &text, 1, path, err);

	if (!rc) {
		memcpy(id, g.id, IDENTITY_SIZE);
		if (key)
			*key = g.key;
	}
	guest_release(&g);
	return rc;
}
