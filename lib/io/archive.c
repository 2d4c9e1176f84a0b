/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

#define HEADER 5
#define TAR_HEADER 512 /* what an entry costs at least */

struct unpacking {
	struct archive *a;
	int out;
	char *frame; /* header and a chunk */
	uint64_t bytes, entries;
	bool last; /* the last frame is out */
};

/* Sends the n bytes behind the header in u->frame. */
static int flush(struct unpacking *u, char type, size_t n, struct err *err)
{
	const char *p = u->frame;
	size_t left = n + HEADER;

	u->frame[0] = type;
	for (int i = 0; i < 4; i++)
		u->frame[1 + i] = (char)(n >> 8 * i);
	while (left) {
		ssize_t put = write(u->out, p, left);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return err_errno(err, "cannot write what was unpacked");
		p += put;
		left -= (size_t)put;
	}
	u->last = type == 'b' || type == 'z';
	return 0;
}

static int send_text(struct unpacking *u, char type, const char *text,
		     struct err *err)
{
	size_t n = strnlen(text, ARCHIVE_NAME_MAX);

	memcpy(u->frame + HEADER, text, n);
	return flush(u, type, n, err);
}

static int send_reason(struct unpacking *u, char type, struct err *err)
{
	const char *why = archive_error_string(u->a);

	return send_text(u, type, why ? why : "not readable", err);
}

/* The name as it is stored: in the C locale nothing is converted that need not
 * be. */
static const char *name_of(struct archive_entry *e)
{
	const char *name = archive_entry_pathname(e);

	if (!name)
		name = archive_entry_pathname_utf8(e);
	return name ? name : "?";
}

/* Why no more of this archive is unpacked, or NULL. */
static const char *excess(const struct unpacking *u)
{
	uint64_t own = (uint64_t)archive_filter_bytes(u->a, -1);

	if (u->entries > ARCHIVE_ENTRIES)
		return "more than 100 million entries";
	if (u->bytes > ARCHIVE_FREE && u->bytes / ARCHIVE_RATIO > own)
		return "its contents are more than 1100 times its size: this "
		       "looks like a bomb";
	return NULL;
}

static int send_file(struct unpacking *u, struct err *err)
{
	for (;;) {
		la_ssize_t n =
		    archive_read_data(u->a, u->frame + HEADER, ARCHIVE_CHUNK);

		if (n == ARCHIVE_RETRY)
			continue;
		if (n == ARCHIVE_FATAL)
			return send_reason(u, 'b', err);
		if (n < 0 && send_reason(u, 'x', err))
			return -1;
		if (n <= 0)
			return send_text(u, 'e', "", err);
		u->bytes += (uint64_t)n;
		if (excess(u))
			return send_text(u, 'b', excess(u), err);
		if (flush(u, 'd', (size_t)n, err))
			return -1;
	}
}

static int send_entry(struct unpacking *u, struct archive_entry *e,
		      struct err *err)
{
	mode_t type = archive_entry_filetype(e);
	char frame = 'f';

	/* Any bytes at all are "raw" to libarchive. */
	if (archive_format(u->a) == ARCHIVE_FORMAT_RAW &&
	    archive_filter_count(u->a) < 2)
		return send_text(u, 'b', "neither tar nor zip", err);
	u->entries++;
	u->bytes += TAR_HEADER;
	if (excess(u))
		return send_text(u, 'b', excess(u), err);
	if (type == AE_IFDIR)
		return 0;
	if (archive_entry_hardlink(e) || type == AE_IFLNK)
		frame = 'l';
	else if (type && type != AE_IFREG)
		frame = 'o';
	if (send_text(u, frame,
		      archive_format(u->a) == ARCHIVE_FORMAT_RAW ? ""
								 : name_of(e),
		      err))
		return -1;
	return frame == 'f' ? send_file(u, err) : send_text(u, 'e', "", err);
}

static int start(struct unpacking *u, int in)
{
	struct archive *a = u->a;
	int bad = 0;

	/* Each by name: "all" brings programs that would be run. */
	bad |= archive_read_support_filter_gzip(a);
	bad |= archive_read_support_filter_bzip2(a);
	bad |= archive_read_support_filter_xz(a);
	bad |= archive_read_support_filter_lzma(a);
	bad |= archive_read_support_filter_zstd(a);
	bad |= archive_read_support_format_tar(a);
	bad |= archive_read_support_format_zip(a);
	bad |= archive_read_support_format_raw(a);
	if (bad)
		return -1;
	return archive_read_open_fd(a, in, ARCHIVE_CHUNK) == ARCHIVE_OK ? 0
									: -1;
}

void archive_prepare(void)
{
	static const char *const sets[] = { "UTF-8", "ANSI_X3.4-1968" };

	for (int i = 0; i < 2; i++) {
		iconv_t c = iconv_open(sets[i], sets[1 - i]);
		if (c != (iconv_t)-1)
			iconv_close(c);
	}
	/* A name, or the file would be looked at for each date. */
	setenv("TZ", "UTC0", 1);
	tzset();
}

int archive_unpack(int in, int out, struct err *err)
{
	struct unpacking u = { .a = archive_read_new(), .out = out };
	struct archive_entry *e;
	int rc = 0;

	u.frame = mem_alloc(HEADER + ARCHIVE_CHUNK);
	if (!u.a || start(&u, in))
		rc = u.a ? send_reason(&u, 'b', err) : -1;
	while (!rc && !u.last) {
		int got = archive_read_next_header(u.a, &e);

		if (got == ARCHIVE_EOF)
			rc = send_text(&u, 'z', "", err);
		else if (got == ARCHIVE_FATAL)
			rc = send_reason(&u, 'b', err);
		else if (got != ARCHIVE_RETRY)
			rc = send_entry(&u, e, err);
	}
	if (u.a)
		archive_read_free(u.a);
	free(u.frame);
	return rc;
}
