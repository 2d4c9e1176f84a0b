/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/indexpath.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* The parent of the program's directory; "." where that cannot be told. */
static void put_root(struct str *out)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe));
	int slashes = 0;

	while (n > 0 && slashes < 2)
		slashes += exe[--n] == '/';
	if (n > 0)
		str_put(out, exe, (size_t)n);
	else
		str_puts(out, ".");
}

const char *indexpath(const char *given, struct str *out)
{
	const char *env = getenv("MOODPIPE_INDEX");

	str_reset(out);
	if (given) {
		str_puts(out, given);
	} else if (env && *env) {
		str_puts(out, env);
	} else {
		put_root(out);
		str_puts(out, "/build/corpus/index");
	}
	return str_z(out);
}
