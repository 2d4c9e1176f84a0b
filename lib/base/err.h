/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Errors. A function that can fail takes a caller-owned struct err as its last
 * argument, returns -1 or NULL, and has filled it. Nothing in lib/ prints or
 * exits, out of memory excepted (mem.h).
 */
#ifndef MOODPIPE_ERR_H
#define MOODPIPE_ERR_H

#include <stdbool.h>

/* Exit statuses, man moodpipe(7). ERR_RECORD never ends a process by itself:
 * it costs one record. */
enum err_status {
	ERR_NONE = 0,
	ERR_RECORD = 1, /* this record, and only it */
	ERR_USAGE = 2,  /* the command line */
	ERR_ENV = 3,    /* I/O, memory, lock, network: retrying may help */
	ERR_DATA = 4,   /* bad artifact or stream: retrying will not */
};

struct err {
	enum err_status status;
	const char *code; /* a static word for error.code: "decode" */
	bool retry;       /* a later refresh may succeed */
	char message[480];
};

/* Fills *err (which may be NULL) and returns -1. code is a string literal.
 * The message names the file and line or record, what was found and expected,
 * and what to do; no trailing newline or full stop. */
int err_set(struct err *err, enum err_status status, const char *code,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* err_set with ERR_ENV, code "io" and ": strerror(errno)" appended. */
int err_errno(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " before the message; returns -1. */
int err_prefix(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
