/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/loop.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/progress.h"

#define EVENTS 64 /* taken at a time */

/* What libcurl wants to hear of a descriptor, and what epoll was told. They
 * differ for a connection that rests between two requests: to tell epoll of
 * every rest would cost two system calls a request. */
struct watch {
	uint8_t wanted, told; /* CURL_POLL_IN, CURL_POLL_OUT */
	bool adopted;         /* on_close will hear of its end */
};

struct loop {
	CURLM *multi;
	int fd;
	struct watch *watches; /* [cap], by descriptor */
	size_t cap;
	double timer; /* when libcurl wants to be called, or INFINITY */
};

static int tell(struct loop *l, curl_socket_t s, uint8_t what)
{
	struct watch *w = &l->watches[s];
	struct epoll_event e = {
		.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) |
			  (what & CURL_POLL_OUT ? EPOLLOUT : 0u),
		.data.fd = s,
	};
	int op = !what     ? EPOLL_CTL_DEL
		 : w->told ? EPOLL_CTL_MOD
			   : EPOLL_CTL_ADD;

	if (w->told == what)
		return 0;
	w->told = what;
	return epoll_ctl(l->fd, op, s, &e) && what ? -1 : 0;
}

static struct watch *watch_of(struct loop *l, curl_socket_t s)
{
	size_t had = l->cap;

	MEM_ROOM(l->watches, (size_t)s + 1, l->cap);
	memset(l->watches + had, 0, (l->cap - had) * sizeof(*l->watches));
	return &l->watches[s];
}

static int on_socket(CURL *easy, curl_socket_t s, int what, void *arg,
		     void *mine)
{
	struct watch *w = watch_of(arg, s);

	(void)easy;
	(void)mine;
	w->wanted = what == CURL_POLL_REMOVE ? 0 : (uint8_t)what;
	return w->wanted || !w->adopted ? tell(arg, s, w->wanted) : 0;
}

static int on_close(void *arg, curl_socket_t s)
{
	struct loop *l = arg;

	if ((size_t)s < l->cap)
		l->watches[s] = (struct watch){ 0 };
	return close(s);
}

static int on_timer(CURLM *multi, long ms, void *arg)
{
	struct loop *l = arg;

	(void)multi;
	l->timer = ms < 0 ? INFINITY : progress_clock() + (double)ms / 1000;
	return 0;
}

struct loop *loop_new(CURLM *multi, struct err *err)
{
	struct loop *l = mem_zalloc(1, sizeof(*l));

	l->multi = multi;
	l->timer = INFINITY;
	l->fd = epoll_create1(EPOLL_CLOEXEC);
	if (l->fd < 0) {
		err_errno(err, "epoll");
		loop_free(l);
		return NULL;
	}
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, l);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(multi, CURLMOPT_TIMERDATA, l);
	return l;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	if (l->fd >= 0)
		close(l->fd);
	free(l->watches);
	free(l);
}

void loop_adopt(struct loop *l, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, l);
}

void loop_opened(struct loop *l, curl_socket_t s)
{
	*watch_of(l, s) = (struct watch){ .adopted = true };
}

static int act(struct loop *l, curl_socket_t s, int what, struct err *err)
{
	int running;

	return curl_multi_socket_action(l->multi, s, what, &running)
		   ? err_set(err, ERR_ENV, "curl", "libcurl failed")
		   : 0;
}

static int act_on(struct loop *l, const struct epoll_event *e, struct err *err)
{
	struct watch *w = &l->watches[e->data.fd];
	int what = 0;

	if (!w->wanted) {
		tell(l, e->data.fd, 0);
		/* The peer closed a resting connection, or libcurl has
		 * closed it itself since. */
		return 0;
	}
	if (e->events & EPOLLIN)
		what |= CURL_CSELECT_IN;
	if (e->events & EPOLLOUT)
		what |= CURL_CSELECT_OUT;
	if (e->events & (EPOLLERR | EPOLLHUP))
		what |= CURL_CSELECT_ERR;
	return act(l, e->data.fd, what, err);
}

/* The timer has run out. libcurl does not set it again to a time that it has
 * set before, and finds that time still ahead where its clock is finer than the
 * milliseconds it speaks of; so it is asked. */
static int ring(struct loop *l, struct err *err)
{
	long ms = -1;

	l->timer = INFINITY;
	if (act(l, CURL_SOCKET_TIMEOUT, 0, err))
		return -1;
	if (l->timer == INFINITY && !curl_multi_timeout(l->multi, &ms))
		on_timer(l->multi, ms, l);
	return 0;
}

int loop_turn(struct loop *l, double wait, struct err *err)
{
	struct epoll_event events[EVENTS];
	double left = fmin(wait, l->timer - progress_clock());
	int n = epoll_wait(l->fd, events, EVENTS,
			   left <= 0 ? 0 : (int)ceil(left * 1000));

	if (n < 0 && errno != EINTR)
		return err_errno(err, "epoll");
	for (int i = 0; i < n; i++)
		if (act_on(l, &events[i], err))
			return -1;
	return l->timer <= progress_clock() ? ring(l, err) : 0;
}
