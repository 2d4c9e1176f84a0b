/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Byte input: a file or stdin ("-"), gzip recognised by its magic and
 * decompressed (zlib) on the fly.
 */
#ifndef MOODPIPE_INPUT_H
#define MOODPIPE_INPUT_H

#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

struct input;
struct input *input_open(const char *path, struct err *err);
/* What a function reads, for bytes that are in no file: read gives up to n bytes,
 * 0 at the end, or -1 with *err filled. ctx must outlive the input. */
typedef ssize_t input_fn(void *ctx, void *p, size_t n, struct err *err);
struct input *input_from(input_fn *read, void *ctx, const char *name,
			 struct err *err);
void input_close(struct input *in);
const char *input_name(const struct input *in); /* "stdin" for "-" */
/* Up to n bytes, as many as are at hand; 0 at the end, -1. */
ssize_t input_read(struct input *in, void *p, size_t n, struct err *err);

/* A whole small file, at most max bytes (ERR_DATA beyond). */
int input_slurp(const char *path, size_t max, struct str *out, struct err *err);

#endif
