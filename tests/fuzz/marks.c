/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a marked list: refused with a reason, or a request of one line
 * whose marks are those that were counted. */
#include <stdlib.h>

#include "corpus/marks.h"
#include "io/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool what)
{
	if (!what)
		abort();
}

static size_t lines(const struct str *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->p[i] == '\n';
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct marks m = { 0 };
	struct str line = { 0 };
	struct err err = { 0 };
	const char *why, *end;

	if (marks_read(&m, (struct span){ (const char *)data, size }, &err)) {
		need(err.status == ERR_RECORD && err.message[0]);
	} else {
		need(lines(&m.keep) == m.kept && lines(&m.drop) == m.dropped);
		marks_request(&m, &line);
		end = json_skip(line.p, line.p + line.n, &why);
		need(end == line.p + line.n && !memchr(line.p, '\n', line.n));
	}
	marks_release(&m);
	str_release(&line);
	return 0;
}
