/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * unruly: a worker (base/worker.h) that does what a decoder in the hands of a
 * hostile file might. As any job but "hear" it confines itself and does that
 * one thing, to end with 0 should it be possible or 9 should it fail without
 * harm. As "hear" it answers requests, doing what the file that it is given
 * says in a word: one of the jobs, or what hear() below knows.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audio/hearing.h"
#include "audio/logmel.h"
#include "base/mem.h"
#include "base/worker.h"

extern char **environ;

/* What was there before the sandbox closed. */
static bool found_more;

static void look_around(void)
{
	found_more = environ && *environ &&
		     (environ[1] || strncmp(*environ, "MOODPIPE_DATA=", 14));
	for (int fd = 3; fd < 256; fd++)
		found_more |= fcntl(fd, F_GETFD) >= 0;
}

static bool spin(void)
{
	for (volatile unsigned i = 0;; i = i + 1)
		;
	return true;
}

static bool grow(void)
{
	for (;;) {
		char *p = mmap(NULL, 1 << 24, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			_exit(ERR_ENV); /* as mem.h does */
	}
	return true;
}

static bool do_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool do_connect(void)
{
	struct sockaddr a = { .sa_family = AF_UNIX };

	return connect(0, &a, sizeof(a)) == 0;
}

static bool do_exec(void)
{
	char *const argv[] = { (char *)"/bin/true", NULL };

	return execve(argv[0], argv, argv + 1) == 0;
}

static bool do_fork(void)
{
	return fork() >= 0;
}

static bool do_open(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0;
}

static bool do_old_open(void)
{
#ifdef SYS_open
	return syscall(SYS_open, "/etc/passwd", O_RDONLY) >= 0;
#else
	return do_open();
#endif
}

static bool do_create(void)
{
	return open("unruly", O_WRONLY | O_CREAT, 0600) >= 0;
}

static bool do_ptrace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool do_kill(void)
{
	return kill(getppid(), SIGTERM) == 0;
}

/* Not deadly, but not to be had either. */
static bool do_unknown(void)
{
	errno = 0;
	return syscall(SYS_sysinfo, environ) == 0 || errno != ENOSYS;
}

static bool do_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool do_write(void) /* to what is for reading */
{
	return write(0, "x", 1) == 1;
}

static bool do_replace(void)
{
	return close(1) == 0;
}

/* The kernel looks at the lower half alone. */
static bool do_replace_wide(void)
{
	return syscall(SYS_close, 0x100000001UL) == 0;
}

static bool do_shared(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 0, 0) !=
	       MAP_FAILED;
}

static bool do_abort(void)
{
	abort();
	return true;
}

static bool do_crash(void)
{
	volatile int *p = NULL;

	signal(SIGSEGV, SIG_DFL);
	*p = 1;
	return true;
}

static bool do_wait(void)
{
	char c;

	return read(0, &c, 1) > 0;
}

static bool do_leave(void)
{
	_exit(7);
	return true;
}

static bool do_more(void)
{
	return found_more;
}

static const struct {
	const char *name;
	bool (*act)(void);
} acts[] = {
	{ "socket", do_socket },   { "connect", do_connect },
	{ "exec", do_exec },       { "fork", do_fork },
	{ "open", do_open },       { "old-open", do_old_open },
	{ "create", do_create },   { "ptrace", do_ptrace },
	{ "kill", do_kill },       { "unknown", do_unknown },
	{ "code", do_code },       { "write", do_write },
	{ "replace", do_replace }, { "shared", do_shared },
	{ "abort", do_abort },     { "crash", do_crash },
	{ "spin", spin },          { "grow", grow },
	{ "wait", do_wait },       { "leave", do_leave },
	{ "more", do_more },       { "replace-wide", do_replace_wide },
};

static int act(const char *word)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		if (!strcmp(word, acts[i].name))
			return acts[i].act() ? 0 : 9;
	return 9;
}

/* Answers what was not asked, and listens no more. */
static void answer_ahead(void)
{
	uint8_t reply[HEARING_REPLY_SIZE] = "HRY1";

	for (;;) {
		usleep(1000);
		if (write(1, reply, sizeof(reply)) < 0)
			_exit(0);
	}
}

/* Half a sensible answer, and in a second try one without values. */
static void halve(int heard, struct heard *h)
{
	uint8_t reply[HEARING_REPLY_SIZE] = "HRY1";

	h->values[0] = 42;
	h->values[1] = INFINITY;
	if (heard == 1 && write(1, reply, sizeof(reply)) > 0)
		do_wait();
}

/* Leaves no memory to the next file. */
static void hoard(void)
{
	for (size_t n = (size_t)1 << 30; n >= 1 << 20; n /= 2)
		while (mmap(NULL, n, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
			;
}

/* Of eight bands. */
static void give_patches(const char *word, struct heard *h)
{
	size_t n = (LOGMEL_PATCHES_MAX + 1) * LOGMEL_FRAMES * 8;

	MEM_ROOM(h->patches, n, h->patch_cap);
	for (size_t i = 0; i < n; i++)
		h->patches[i] = 1;
	h->patch_count = strcmp(word, "flood") ? 1 : LOGMEL_PATCHES_MAX + 1;
	if (!strcmp(word, "hole"))
		h->patches[7] = NAN;
	if (!strcmp(word, "endless"))
		h->patches[7] = -INFINITY;
}

/* The state of the worker: how many files it has heard. */
static int hear(void *ctx, int fd, unsigned wishes, double seconds,
		struct heard *h, struct err *err)
{
	char word[32] = { 0 };
	int *heard = ctx;
	ssize_t n = pread(fd, word, sizeof(word) - 1, 0);

	++*heard;
	h->seconds = seconds;
	h->length = *heard;
	str_puts(&h->title, word);
	if (n <= 0 || !strcmp(word, "bad"))
		return err_set(err, ERR_RECORD, "undecodable", "it is bad");
	if (!strcmp(word, "gone"))
		return err_set(err, ERR_RECORD, "missing", "it is gone");
	if (!strcmp(word, "second") && *heard > 1)
		do_crash(); /* harm done by an earlier file */
	if (!strcmp(word, "lie"))
		h->seconds = -1;
	if (!strcmp(word, "infinite"))
		h->values[0] = 1 / (float)(*heard - *heard);
	if (!strcmp(word, "markup"))
		str_puts(&h->print, "\"<>\"");
	if (!strcmp(word, "binary"))
		str_puts(&h->title, "\xff");
	if (wishes & LISTENER_LOGMEL)
		give_patches(word, h);
	if (!strcmp(word, "babble"))
		while (write(1, word, sizeof(word)) > 0)
			;
	if (!strcmp(word, "ahead"))
		answer_ahead();
	if (!strcmp(word, "half"))
		halve(*heard, h);
	if (!strcmp(word, "hoard"))
		hoard();
	if (!strcmp(word, "need") &&
	    mmap(NULL, 1 << 24, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		_exit(ERR_ENV);
	act(word);
	return 0;
}

int main(int argc, char **argv)
{
	struct worker_limits limits;
	const char *job;
	struct err err;
	int heard = 0;

	if (!worker_arguments(argc, argv, &job, &limits))
		_exit(ERR_USAGE);
	look_around();
	if (!strcmp(job, "unconfined") || worker_confine(&limits, &err) != 0)
		_exit(WORKER_UNCONFINED);
	if (!strcmp(job, "hear"))
		_exit(hearing_serve(0, &heard, hear) ? ERR_DATA : 0);
	_exit(act(job));
}
