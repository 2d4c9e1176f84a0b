/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/worker.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

enum { FILES_MAX = 16 };

/* What decoding needs. No reading of directories, no names, no times of files,
 * no processes, no memory that can be executed. */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(pread64),
	SCMP_SYS(preadv),
	SCMP_SYS(recvmsg),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(brk),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getrandom),
	SCMP_SYS(sched_yield),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* What the run-time libraries of gcc's and clang's sanitizers do besides. */
static const int allowed_sanitized[] = {
	SCMP_SYS(sigaltstack),     SCMP_SYS(rt_sigaction),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(clock_getres),    SCMP_SYS(sched_getaffinity),
	SCMP_SYS(prctl),
};

/* No decoder calls these by mistake: who does is no longer a decoder. */
static const int deadly[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(clone),
	SCMP_SYS(clone3),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(openat2),
	SCMP_SYS(creat),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(socket),
	SCMP_SYS(socketpair),
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(listen),
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(bpf),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(kill),
	SCMP_SYS(mount),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
};

struct exception { /* a call that is allowed when an argument is so */
	int call;
	struct scmp_arg_cmp when;
};

static int rules(scmp_filter_ctx c)
{
	const struct exception exceptions[] = {
		/* Answers go to descriptor 1, which nothing can replace; a
		 * file that was handed over is not written to, however it was
		 * opened. */
		{ SCMP_SYS(write), { 0, SCMP_CMP_EQ, 1, 0 } },
		{ SCMP_SYS(writev), { 0, SCMP_CMP_EQ, 1, 0 } },
		{ SCMP_SYS(fcntl), { 1, SCMP_CMP_EQ, F_GETFL, 0 } },
		{ SCMP_SYS(newfstatat),
		  { 3, SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH } },
		{ SCMP_SYS(mprotect), { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
		/* abort() */
		{ SCMP_SYS(tgkill),
		  { 0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0 } },
	};
	const struct scmp_arg_cmp map[] = {
		{ 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 },
		{ 3, SCMP_CMP_MASKED_EQ, MAP_TYPE, MAP_PRIVATE },
	};
	int bad = 0;

	for (size_t i = 0; i < COUNT(allowed); i++)
		bad |= seccomp_rule_add(c, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; SANITIZED && i < COUNT(allowed_sanitized); i++)
		bad |= seccomp_rule_add(c, SCMP_ACT_ALLOW, allowed_sanitized[i],
					0);
	for (size_t i = 0; i < COUNT(deadly); i++)
		bad |= seccomp_rule_add(c, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
	for (size_t i = 0; i < COUNT(exceptions); i++)
		bad |= seccomp_rule_add_array(c, SCMP_ACT_ALLOW,
					      exceptions[i].call, 1,
					      &exceptions[i].when);
	/* Each by itself: the kernel looks at 32 bits, a comparison at 64. */
	for (scmp_datum_t fd = 3; fd < FILES_MAX; fd++)
		bad |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(close), 1,
					SCMP_A0(SCMP_CMP_EQ, fd, 0));
	bad |= seccomp_rule_add_array(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap),
				      COUNT(map), map);
	return bad ? -1 : 0;
}

static int filter(struct err *err)
{
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int rc = -ENOMEM;

	if (c) {
		rc = seccomp_attr_set(c, SCMP_FLTATR_ACT_BADARCH,
				      SCMP_ACT_KILL_PROCESS);
		/* A sanitizer has a thread already. */
		if (!rc && SANITIZED)
			rc = seccomp_attr_set(c, SCMP_FLTATR_CTL_TSYNC, 1);
		if (!rc)
			rc = rules(c) ? -EINVAL : seccomp_load(c);
		seccomp_release(c);
	}
	if (rc)
		return err_set(err, ERR_ENV, "sandbox",
			       "the seccomp filter cannot be loaded: %s",
			       strerror(-rc));
	return 0;
}

static int limit(int what, rlim_t soft, rlim_t hard)
{
	struct rlimit now, next = { soft, hard };

	if (getrlimit(what, &now) != 0)
		return -1;
	if (next.rlim_max > now.rlim_max)
		next.rlim_max = now.rlim_max;
	if (next.rlim_cur > next.rlim_max)
		next.rlim_cur = next.rlim_max;
	return setrlimit(what, &next);
}

int worker_confine(const struct worker_limits *limits, struct err *err)
{
	int bad = 0;

	/* Should the parent be gone already, descriptor 0 is at its end. */
	bad |= prctl(PR_SET_PDEATHSIG, SIGKILL);
	bad |= prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	bad |= limit(RLIMIT_CORE, 0, 0);
	bad |= limit(RLIMIT_FSIZE, 0, 0);
	bad |= limit(RLIMIT_NOFILE, FILES_MAX, FILES_MAX);
	bad |= limit(RLIMIT_NPROC, 0, 0);
	if (limits->memory && !SANITIZED)
		bad |= limit(RLIMIT_AS, limits->memory, limits->memory);
	if (limits->seconds)
		/* worker_allow can raise no hard limit. */
		bad |= limit(RLIMIT_CPU, limits->seconds, RLIM_INFINITY);
	if (bad)
		return err_errno(err, "a worker's limits");
	return filter(err);
}
