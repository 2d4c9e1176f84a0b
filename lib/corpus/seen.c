/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/seen.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "io/input.h"

enum { FILE_MAX = 1 << 28 };

void seen_release(struct seen *s)
{
	table_release(&s->ids);
}

static void take(struct seen *s, struct span lines)
{
	while (lines.n) {
		const char *end = memchr(lines.p, '\n', lines.n);
		size_t n = end ? (size_t)(end - lines.p) : lines.n;
		struct span id = span_trim((struct span){ lines.p, n });

		if (id.n)
			*table_put(&s->ids, id) = 1;
		n += end != NULL;
		lines = (struct span){ lines.p + n, lines.n - n };
	}
}

int seen_load(struct seen *s, const char *path, bool missing_ok,
	      struct err *err)
{
	struct str text = { 0 };
	int rc;

	if (missing_ok && access(path, F_OK) && errno == ENOENT)
		return 0;
	rc = input_slurp(path, FILE_MAX, &text, err);
	if (!rc)
		take(s, span_str(&text));
	str_release(&text);
	return rc;
}

bool seen_has(const struct seen *s, struct span id)
{
	return s->ids.count && table_get(&s->ids, id);
}

/* Was the last writer stopped within a line? */
static bool is_torn(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char last;

	return end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n';
}

static int write_whole(int fd, struct span text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text = (struct span){ text.p + n, text.n - (size_t)n };
	}
	return 0;
}

int seen_append(struct seen *s, const char *path, struct span lines,
		struct err *err)
{
	struct str text = { 0 };
	int fd, rc = 0;

	if (!lines.n)
		return 0;
	fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_errno(err, "cannot open %s", path);
	if (is_torn(fd))
		str_putc(&text, '\n');
	str_span(&text, lines);
	if (write_whole(fd, span_str(&text)))
		rc = err_errno(err, "cannot write all of %s", path);
	if (!rc && fsync(fd) && errno != EINVAL && errno != EROFS)
		rc = err_errno(err, "cannot write %s", path);
	close(fd);
	if (!rc)
		take(s, lines);
	str_release(&text);
	return rc;
}
