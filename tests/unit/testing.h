/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What unit tests share: cmocka, a seeded generator, small files. */
#ifndef MOODPIPE_TESTING_H
#define MOODPIPE_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

/* SplitMix64: the same numbers on every machine. */
static inline uint64_t rng_next(uint64_t *state)
{
	uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static inline size_t rng_below(uint64_t *state, size_t n)
{
	return (size_t)(rng_next(state) % n);
}

/* A path in the test's directory; free it. */
static inline char *test_path(const char *name)
{
	const char *dir = getenv("TMPDIR");
	struct str s = { 0 };

	str_printf(&s, "%s/unit-%ld-%s", dir && *dir ? dir : "/tmp",
		   (long)getpid(), name);
	return s.p;
}

static inline void test_save(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static inline void test_load(const char *path, struct str *out)
{
	FILE *f = fopen(path, "r");
	char buf[4096];
	size_t n;

	assert_non_null(f);
	str_reset(out);
	while ((n = fread(buf, 1, sizeof(buf), f)))
		str_put(out, buf, n);
	str_z(out);
	fclose(f);
}

static inline void test_span_is(struct span s, const char *want)
{
	if (s.n != strlen(want) || memcmp(s.p, want, s.n))
		fail_msg("got \"%.*s\", wanted \"%s\"", (int)s.n,
			 s.p ? s.p : "(none)", want);
}

/* Whether memory is not limited (base/worker.h), nor faults signals. */
#if defined(__has_feature)
#define TESTING_HAS(x) __has_feature(x)
#else
#define TESTING_HAS(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||           \
    TESTING_HAS(address_sanitizer) || TESTING_HAS(thread_sanitizer)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#define assert_status(err, want)                                               \
	assert_int_equal((int)(err)->status, (int)(want))

#endif
