/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <mpg123.h>
#include <stdlib.h>
#include <string.h>

#include "audio/decoder.h"
#include "audio/mpegframes.h"
#include "base/mem.h"

#define RESYNC_LIMIT 16384 /* bytes of damage skipped before giving up */
#define FRAME_MAX 1152     /* samples in an MPEG audio frame */

struct mpeg {
	mpg123_handle *handle;
	struct bytes *bytes;
	struct mpegframes *frames; /* NULL: free format, read as it comes */
	const uint8_t *rest;       /* of a frame */
	size_t left;
	double made; /* samples of each channel */
	bool counted;
	int samples; /* in a frame */
};

static ssize_t from_frames(void *ctx, void *p, size_t n)
{
	struct mpeg *m = ctx;
	size_t got = 0;

	if (!m->frames)
		return bytes_read(m->bytes, p, n);
	while (got < n) {
		size_t k;

		if (!m->left)
			m->left = mpegframes_next(m->frames, &m->rest);
		if (!m->left)
			break;
		k = n - got < m->left ? n - got : m->left;
		memcpy((char *)p + got, m->rest, k);
		m->rest += k;
		m->left -= k;
		got += k;
	}
	return (ssize_t)got;
}

/* A stream that cannot be sought in, so that frames may be left out of it. */
static off_t no_seek(void *ctx, off_t offset, int whence)
{
	(void)ctx;
	(void)offset;
	(void)whence;
	return -1;
}

/* At the end: how much there would be without the damage. */
static void finish(struct decoder *d, struct mpeg *m)
{
	double lost;

	if (!m->frames || !m->frames->frames)
		return;
	lost = (double)m->frames->lost / (double)m->frames->length *
	       (double)m->frames->frames * m->samples;
	if (m->counted) {
		d->broken |= m->frames->lost && m->made < d->frames;
	} else {
		d->broken |= m->frames->lost > 0;
		d->length = d->frames = m->made + lost;
	}
}

static size_t mpeg_read(struct decoder *d, float *out, size_t n)
{
	size_t frame = (size_t)d->channels * sizeof(*out), got = 0;
	struct mpeg *m = d->handle;

	while (got < n) {
		size_t done = 0;
		int rc =
		    mpg123_read(m->handle, (unsigned char *)out + got * frame,
				(n - got) * frame, &done);

		got += done / frame;
		m->made += (double)(done / frame);
		if ((rc == MPG123_OK && done) || rc == MPG123_NEW_FORMAT)
			continue;
		if (rc != MPG123_DONE)
			d->broken = true;
		finish(d, m);
		break;
	}
	return got;
}

static void release(struct mpeg *m)
{
	mpg123_delete(m->handle);
	free(m->frames);
	free(m);
}

static void mpeg_close(struct decoder *d)
{
	release(d->handle);
	d->handle = NULL;
}

/* The form of the first frame is kept: what follows in another is converted. */
static int set_up(struct mpeg *m, long *rate, int *channels)
{
	const long flags =
	    MPG123_QUIET | MPG123_FORCE_FLOAT | MPG123_SKIP_ID3V2;
	mpg123_handle *h = m->handle;
	int encoding;

	if (mpg123_param(h, MPG123_ADD_FLAGS, flags, 0) != MPG123_OK ||
	    mpg123_param(h, MPG123_RESYNC_LIMIT, RESYNC_LIMIT, 0) !=
		MPG123_OK ||
	    mpg123_replace_reader_handle(h, from_frames, no_seek, NULL) !=
		MPG123_OK ||
	    mpg123_open_handle(h, m) != MPG123_OK ||
	    mpg123_getformat(h, rate, channels, &encoding) != MPG123_OK ||
	    encoding != MPG123_ENC_FLOAT_32 || *rate > INT_MAX ||
	    mpg123_format_none(h) != MPG123_OK)
		return MPG123_ERR;
	return mpg123_format(h, *rate, *channels, encoding);
}

int decoder_mpeg(struct decoder *d, struct bytes *b, struct err *err)
{
	struct mpeg *m = mem_zalloc(1, sizeof(*m));
	bool free_format;
	off_t length;
	int channels;
	long rate;

	memset(d, 0, sizeof(*d));
	m->handle = mpg123_new(NULL, NULL);
	m->bytes = b;
	if (!m->handle) {
		release(m);
		return err_set(err, ERR_ENV, "memory", "mpg123 does not start");
	}
	if (mpegframes_find(b, &free_format) && !free_format)
		m->frames = mpegframes_new(b);
	if (set_up(m, &rate, &channels) != MPG123_OK) {
		release(m);
		return err_set(err, ERR_RECORD, "undecodable", "%s",
			       "no MPEG audio frame found");
	}
	d->handle = m;
	d->rate = (int)rate;
	d->channels = channels;
	/* From the Xing header, which may count itself; else an estimate. */
	length = mpg123_length(m->handle);
	m->counted = length > 0;
	m->samples = mpg123_spf(m->handle);
	d->frames = m->counted ? (double)length - 2 * FRAME_MAX : -1;
	d->length = m->counted ? (double)length : -1;
	if (!m->counted && m->frames && m->frames->frames)
		d->length =
		    (double)(b->size - m->frames->at + m->frames->length) /
		    (double)m->frames->length * (double)m->frames->frames *
		    m->samples;
	d->read = mpeg_read;
	d->close = mpeg_close;
	return 0;
}
