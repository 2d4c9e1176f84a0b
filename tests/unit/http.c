/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine against a server of its own on 127.0.0.1: mainly that every hop
 * of a redirect passes the address filter, and what limits do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <pthread.h>
#include <unistd.h>

#include "net/http.h"
#include "text/url.h"

struct server {
	int fd, port;
	pthread_t thread;
	struct str log;
};

/* GET /to/HOST answers a redirect to HOST; anything else 200 "0123456789". */
static void answer(struct server *s, int fd)
{
	char in[4096], path[1024] = "", out[2048];
	size_t n = 0;
	ssize_t got;

	while (n < sizeof(in) - 1 &&
	       (got = read(fd, in + n, sizeof(in) - 1 - n)) > 0) {
		n += (size_t)got;
		in[n] = '\0';
		if (strstr(in, "\r\n\r\n"))
			break;
	}
	in[n] = '\0';
	sscanf(in, "%*s %1000s", path);
	str_printf(&s->log, "%s\n", path);
	if (!strncmp(path, "/to/", 4))
		snprintf(out, sizeof(out),
			 "HTTP/1.1 302 Found\r\nLocation: "
			 "http://%s\r\nContent-Length: 0\r\n"
			 "Connection: close\r\n\r\n",
			 path + 4);
	else
		snprintf(out, sizeof(out),
			 "HTTP/1.1 200 OK\r\n"
			 "Content-Length: 10\r\nConnection: close\r\n\r\n"
			 "0123456789");
	if (write(fd, out, strlen(out)) < 0)
		return;
}

static void *serve(void *arg)
{
	struct server *s = arg;
	int fd;

	while ((fd = accept(s->fd, NULL, NULL)) >= 0) {
		answer(s, fd);
		close(fd);
	}
	return NULL;
}

static int setup(void **state)
{
	static struct server s;
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	s.fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(s.fd, (struct sockaddr *)&a, sizeof(a)) || listen(s.fd, 64) ||
	    getsockname(s.fd, (struct sockaddr *)&a, &len))
		return -1;
	s.port = ntohs(a.sin_port);
	*state = &s;
	return pthread_create(&s.thread, NULL, serve, &s);
}

static int teardown(void **state)
{
	struct server *s = *state;

	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->fd);
	str_release(&s->log);
	return 0;
}

/* As if 127.0.0.1 were the world and the rest of 127/8 the private net. */
static bool only_one(const struct sockaddr *addr, socklen_t len)
{
	struct sockaddr_in in;

	if (addr->sa_family != AF_INET || len < sizeof(in))
		return false;
	memcpy(&in, addr, sizeof(in));
	return in.sin_addr.s_addr == htonl(INADDR_LOOPBACK);
}

struct body {
	struct str text;
	bool fail;
};

static int sink(struct http_job *job, const void *p, size_t n)
{
	struct body *b = job->owner;

	if (!job->bytes)
		str_reset(&b->text);
	str_put(&b->text, p, n);
	return b->fail ? -1 : 0;
}

static const struct http_options options = {
	.connections = 8,
	.per_host = 4,
	.timeout = 5,
	.allow = only_one,
	.agent = "test",
};

/* Runs one job to its end. */
static void run(const struct http_options *o, struct http_job *job,
		const char *fmt, ...)
{
	struct err err = { 0 };
	struct http *h = http_new(o, &err);
	char url[1024];
	va_list ap;

	assert_non_null(h);
	va_start(ap, fmt);
	vsnprintf(url, sizeof(url), fmt, ap);
	va_end(ap);
	assert_int_equal(url_clean(span_of(url), &job->url), 0);
	http_add(h, job);
	while (http_pending(h)) {
		assert_int_equal(http_turn(h, 1, &err), 0);
		if (http_next(h))
			break;
	}
	assert_int_equal(http_pending(h), 0);
	http_free(h);
}

static void release(struct http_job *job)
{
	str_release(&job->url);
	str_release(&job->seen);
}

static void test_redirect_to_private(void **state)
{
	struct server *s = *state;
	struct http_job a = { .head = true }, b = { .head = true };

	run(&options, &a, "http://127.0.0.1:%d/to/127.0.0.1:%d/x", s->port,
	    s->port);
	assert_int_equal(a.result, HTTP_ANSWER);
	assert_int_equal(a.hops, 1);
	str_reset(&s->log);
	run(&options, &b, "http://127.0.0.1:%d/to/127.0.0.2:%d/x", s->port,
	    s->port);
	assert_int_equal(b.result, HTTP_PRIVATE);
	assert_null(strstr(str_z(&s->log), "\n/x"));
	release(&a);
	release(&b);
}

static void test_connect_to_private(void **state)
{
	struct server *s = *state;
	char to[64];
	const char *list[] = { to };
	struct http_options o = options;
	struct http_job a = { .head = true };

	snprintf(to, sizeof(to), "music.example:80:127.0.0.2:%d", s->port);
	o.connect_to = list;
	o.nconnect_to = 1;
	run(&o, &a, "http://music.example/x");
	assert_int_equal(a.result, HTTP_PRIVATE);
	release(&a);
}

static void test_body(void **state)
{
	struct server *s = *state;
	struct body b = { 0 };
	struct http_job job = { .sink = sink, .limit = 100, .owner = &b };

	run(&options, &job, "http://127.0.0.1:%d/to/127.0.0.1:%d/x", s->port,
	    s->port);
	assert_int_equal(job.result, HTTP_ANSWER);
	assert_string_equal(str_z(&b.text), "0123456789");
	assert_false(job.cut);
	release(&job);
	job = (struct http_job){ .sink = sink, .limit = 4, .owner = &b };
	run(&options, &job, "http://127.0.0.1:%d/x", s->port);
	assert_int_equal(job.result, HTTP_ANSWER);
	assert_string_equal(str_z(&b.text), "0123");
	assert_true(job.cut);
	release(&job);
	b.fail = true;
	job = (struct http_job){ .sink = sink, .limit = 4, .owner = &b };
	run(&options, &job, "http://127.0.0.1:%d/x", s->port);
	assert_int_equal(job.result, HTTP_SINK);
	release(&job);
	str_release(&b.text);
}

static void test_budget(void **state)
{
	enum { N = 20 };
	struct server *s = *state;
	struct http_options o = options;
	struct http_job jobs[N] = { 0 }, *job;
	struct err err;
	struct http *h;
	int answers = 0, stopped = 0;

	o.requests = 7;
	h = http_new(&o, &err);
	for (int i = 0; i < N; i++) {
		str_printf(&jobs[i].url, "http://127.0.0.1:%d/%d", s->port, i);
		http_add(h, &jobs[i]);
	}
	while (http_pending(h)) {
		assert_int_equal(http_turn(h, 1, &err), 0);
		while ((job = http_next(h))) {
			answers += job->result == HTTP_ANSWER;
			stopped += job->result == HTTP_STOPPED;
			release(job);
		}
	}
	assert_int_equal(answers, 7);
	assert_int_equal(stopped, N - 7);
	assert_int_equal(http_requests(h), 7);
	http_free(h);
}

static void test_usage(void **state)
{
	const char *list[] = { "nonsense" };
	struct http_options o = options;
	struct err err;

	(void)state;
	o.connect_to = list;
	o.nconnect_to = 1;
	assert_null(http_new(&o, &err));
	assert_int_equal(err.status, ERR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_redirect_to_private),
		cmocka_unit_test(test_connect_to_private),
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_usage),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
