/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/playlistpath.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/percent.h"
#include "corpus/playlist.h"

/* What may stand in a path of a URI, and in a URI at all: RFC 3986. A percent
 * sign of the latter is an escape already. */
#define PATH_PLAIN "/!$&'()*+,;=:@"
#define URI_PLAIN PATH_PLAIN "?#[]%"

/* The file that standard output was redirected to; false: it is none. */
static bool output_file(char path[PATH_MAX])
{
	struct stat st, named;
	ssize_t n;

	if (fstat(STDOUT_FILENO, &st) || !S_ISREG(st.st_mode))
		return false;
	n = readlink("/proc/self/fd/1", path, PATH_MAX - 1);
	if (n <= 0)
		return false;
	path[n] = '\0';
	return !stat(path, &named) && named.st_dev == st.st_dev &&
	       named.st_ino == st.st_ino;
}

int playlistpath_folder(const char *output, struct str *dir, struct err *err)
{
	char path[PATH_MAX], *whole;
	const char *slash;

	str_reset(dir);
	if (output && !strcmp(output, "-"))
		output = NULL;
	if (!output && output_file(path))
		output = path;
	slash = output ? strrchr(output, '/') : NULL;
	if (slash)
		str_put(dir, output, (size_t)(slash - output) + 1);
	else
		str_putc(dir, '.');
	whole = realpath(str_z(dir), NULL);
	if (!whole)
		return err_errno(err, "%s: the folder of the playlist",
				 str_z(dir));
	str_reset(dir);
	str_puts(dir, whole);
	free(whole);
	return 0;
}

bool playlistpath_of(struct span url, struct str *path)
{
	static const char *const hosts[] = { "file:///", "file://localhost/" };

	for (int i = 0; i < 2; i++) {
		size_t n = strlen(hosts[i]);

		if (url.n < n || !span_ieq((struct span){ url.p, n }, hosts[i]))
			continue;
		str_reset(path);
		percent_decode((struct span){ url.p + n - 1, url.n - n + 1 },
			       path);
		return true;
	}
	return false;
}

/* The next name of a path, of which *rest is what is left. */
static bool next_name(struct span *rest, struct span *name)
{
	size_t n = 0;

	while (rest->n && rest->p[0] == '/')
		*rest = (struct span){ rest->p + 1, rest->n - 1 };
	while (n < rest->n && rest->p[n] != '/')
		n++;
	*name = (struct span){ rest->p, n };
	*rest = (struct span){ rest->p + n, rest->n - n };
	return n != 0;
}

void playlistpath_relative(struct span dir, struct span path, struct str *out)
{
	struct span below = path, name, other;
	const char *before = "";

	/* below: what of the path is behind that which both have */
	while (next_name(&path, &name)) {
		struct span rest = dir;

		if (!next_name(&rest, &other) || !span_eq(name, other) ||
		    span_is(name, ".."))
			break;
		dir = rest;
		below = path;
	}
	while (next_name(&dir, &other)) {
		str_printf(out, "%s..", before);
		before = "/";
	}
	while (next_name(&below, &name)) {
		str_puts(out, before);
		str_span(out, name);
		before = "/";
	}
	if (!*before)
		str_putc(out, '.');
}

static void see_from(struct span dir, const struct str *path, struct str *seen)
{
	if (dir.n)
		playlistpath_relative(dir, span_str(path), seen);
	else
		str_span(seen, span_str(path));
}

/* Can a line of an M3U be this path, and mean it, whether a player takes lines
 * for paths (mpv) or for references that need not be escaped (VLC)? */
static bool is_plain(struct span path)
{
	struct str masked = { 0 }, decoded = { 0 };
	bool plain;

	playlist_mask(path, &masked);
	percent_decode(path, &decoded);
	plain = span_eq(span_str(&masked), path) &&
		span_eq(span_str(&decoded), path) &&
		!memchr(path.p, '?', path.n) && !memchr(path.p, '#', path.n) &&
		span_trim((struct span){ path.p + path.n - 1, 1 }).n &&
		!memchr(path.p, '\\', path.n);
	str_release(&masked);
	str_release(&decoded);
	return plain;
}

void playlistpath_plain(struct span dir, struct span url, struct str *out)
{
	struct str path = { 0 }, seen = { 0 };
	struct span first;

	if (!playlistpath_of(url, &path)) {
		/* a line of its own, whatever it begins with */
		if (url.n && url.p[0] == '#')
			str_puts(out, "./");
		playlist_mask(url, out);
		str_release(&path);
		return;
	}
	see_from(dir, &path, &seen);
	if (is_plain(span_str(&seen))) {
		next_name(&(struct span){ seen.p, seen.n }, &first);
		if (dir.n && (span_trim(first).p != first.p ||
			      memchr(first.p, ':', first.n)))
			str_puts(out, "./");
		str_span(out, span_str(&seen));
	} else {
		str_puts(out, "file://");
		percent_encode(span_str(&path), "/", out);
	}
	str_release(&path);
	str_release(&seen);
}

void playlistpath_uri(struct span dir, struct span url, struct str *out)
{
	struct str path = { 0 }, seen = { 0 };
	struct span first;

	if (!playlistpath_of(url, &path)) {
		percent_encode(url, URI_PLAIN, out);
		str_release(&path);
		return;
	}
	see_from(dir, &path, &seen);
	next_name(&(struct span){ seen.p, seen.n }, &first);
	if (!dir.n)
		str_puts(out, "file://");
	else if (memchr(first.p, ':', first.n))
		str_puts(out, "./"); /* else it would be a scheme */
	percent_encode(span_str(&seen), PATH_PLAIN, out);
	str_release(&path);
	str_release(&seen);
}
