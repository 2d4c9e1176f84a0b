/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <mpg123.h>
#include <string.h>

#include "audio/decoder.h"

#define RESYNC_LIMIT 16384 /* bytes of damage skipped before giving up */
#define FRAME_MAX 1152     /* samples in an MPEG audio frame */

static ssize_t from_bytes(void *b, void *p, size_t n)
{
	return bytes_read(b, p, n);
}

static off_t seek_bytes(void *b, off_t offset, int whence)
{
	return (off_t)bytes_seek(b, offset, whence);
}

static size_t mpeg_read(struct decoder *d, float *out, size_t n)
{
	size_t frame = (size_t)d->channels * sizeof(*out), got = 0;

	while (got < n) {
		size_t done = 0;
		int rc =
		    mpg123_read(d->handle, (unsigned char *)out + got * frame,
				(n - got) * frame, &done);

		got += done / frame;
		if (rc == MPG123_OK && done)
			continue;
		if (rc == MPG123_NEW_FORMAT) {
			long rate;
			int channels, encoding;

			/* A stream that changes its form ends there. */
			if (mpg123_getformat(d->handle, &rate, &channels,
					     &encoding) == MPG123_OK &&
			    rate == d->rate && channels == d->channels)
				continue;
		}
		if (rc != MPG123_DONE)
			d->broken = true;
		break;
	}
	return got;
}

static void mpeg_close(struct decoder *d)
{
	mpg123_delete(d->handle);
	d->handle = NULL;
}

static int set_up(mpg123_handle *m, struct bytes *b)
{
	const long flags =
	    MPG123_QUIET | MPG123_FORCE_FLOAT | MPG123_SKIP_ID3V2;

	if (mpg123_param(m, MPG123_ADD_FLAGS, flags, 0) != MPG123_OK ||
	    mpg123_param(m, MPG123_RESYNC_LIMIT, RESYNC_LIMIT, 0) !=
		MPG123_OK ||
	    mpg123_replace_reader_handle(m, from_bytes, seek_bytes, NULL) !=
		MPG123_OK)
		return MPG123_ERR;
	return mpg123_open_handle(m, b);
}

int decoder_mpeg(struct decoder *d, struct bytes *b, struct err *err)
{
	mpg123_handle *m = mpg123_new(NULL, NULL);
	const char *why = "no MPEG audio frame found";
	int channels, encoding;
	off_t length;
	long rate;

	memset(d, 0, sizeof(*d));
	if (!m)
		return err_set(err, ERR_ENV, "memory", "mpg123 does not start");
	if (set_up(m, b) != MPG123_OK ||
	    mpg123_getformat(m, &rate, &channels, &encoding) != MPG123_OK ||
	    encoding != MPG123_ENC_FLOAT_32 || rate > INT_MAX) {
		mpg123_delete(m);
		return err_set(err, ERR_RECORD, "undecodable", "%s", why);
	}
	d->handle = m;
	d->rate = (int)rate;
	d->channels = channels;
	/* From the Xing header; else an estimate, which is taken as such: only
	 * a file much shorter than it is called broken. */
	length = mpg123_length(m);
	d->length = length > 0 ? (double)length : -1;
	d->frames = length > 0 ? 0.95 * (double)length - FRAME_MAX : -1;
	d->read = mpeg_read;
	d->close = mpeg_close;
	return 0;
}
