/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

#include "audio/decoder.h"
#include "base/mem.h"

#define OGG_PAGE_MAX 65307

/* libsndfile keeps the error of a failed opening, and its log, in variables
 * that all threads share. */
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

static sf_count_t get_size(void *b)
{
	return (sf_count_t)((struct bytes *)b)->size;
}

static sf_count_t seek_bytes(sf_count_t offset, int whence, void *b)
{
	return bytes_seek(b, offset, whence);
}

static sf_count_t from_bytes(void *p, sf_count_t n, void *b)
{
	ssize_t k = n > 0 ? bytes_read(b, p, (size_t)n) : 0;

	return k > 0 ? k : 0;
}

static sf_count_t to_bytes(const void *p, sf_count_t n, void *b)
{
	(void)p;
	(void)n;
	(void)b;
	return 0;
}

static sf_count_t where_bytes(void *b)
{
	return (sf_count_t)((struct bytes *)b)->at;
}

static size_t snd_read(struct decoder *d, float *out, size_t n)
{
	sf_count_t got = sf_readf_float(d->handle, out, (sf_count_t)n);

	if (got < (sf_count_t)n && sf_error(d->handle) != SF_ERR_NO_ERROR)
		d->broken = true;
	return got > 0 ? (size_t)got : 0;
}

static void snd_close(struct decoder *d)
{
	sf_close(d->handle);
	d->handle = NULL;
}

/* Whether an Ogg file stops before a page that says it is the last: libsndfile
 * takes what pages there are for the whole. */
static bool ogg_cut(struct bytes *b)
{
	size_t n = b->size < OGG_PAGE_MAX ? (size_t)b->size : OGG_PAGE_MAX;
	uint8_t *tail = mem_alloc(n + 1);
	bool cut = true;

	n = bytes_peek(b, b->size - n, tail, n);
	for (size_t i = n; i-- > 0;) {
		size_t length = 27;

		if (n - i < 27 || memcmp(tail + i, "OggS", 4))
			continue;
		for (size_t k = 0; k < tail[i + 26] && i + 27 + k < n; k++)
			length += 1u + tail[i + 27 + k];
		cut = n - i < length || !(tail[i + 5] & 4);
		break;
	}
	free(tail);
	return cut;
}

/* Whether a WAV or AIFF file is shorter than its first chunk says. */
static bool riff_cut(struct bytes *b, bool big)
{
	uint8_t h[8];
	uint32_t n;

	if (bytes_peek(b, 0, h, 8) < 8)
		return true;
	n = big ? (uint32_t)h[4] << 24 | (uint32_t)h[5] << 16 |
		      (uint32_t)h[6] << 8 | h[7]
		: (uint32_t)h[7] << 24 | (uint32_t)h[6] << 16 |
		      (uint32_t)h[5] << 8 | h[4];
	/* Streamed files say 0 or all ones. One byte may be missing padding. */
	return n < 0xffffff00 && (uint64_t)n + 7 > b->size;
}

int decoder_sndfile(struct decoder *d, struct bytes *b, struct err *err)
{
	SF_VIRTUAL_IO io = { get_size, seek_bytes, from_bytes, to_bytes,
			     where_bytes };
	SF_INFO info = { 0 };
	uint8_t magic[4] = { 0 };
	SNDFILE *f;

	memset(d, 0, sizeof(*d));
	bytes_peek(b, 0, magic, 4);
	b->at = 0;
	pthread_mutex_lock(&opening);
	f = sf_open_virtual(&io, SFM_READ, &info, b);
	if (!f)
		err_set(err, ERR_RECORD, "undecodable", "%s",
			sf_strerror(NULL));
	pthread_mutex_unlock(&opening);
	if (!f)
		return -1;
	d->handle = f;
	d->rate = info.samplerate;
	d->channels = info.channels;
	d->frames = info.frames > 0 && info.frames < (sf_count_t)1 << 48
			? (double)info.frames
			: -1;
	d->length = d->frames;
	if (!memcmp(magic, "OggS", 4))
		d->broken = ogg_cut(b);
	else if (!memcmp(magic, "RIFF", 4))
		d->broken = riff_cut(b, false);
	else if (!memcmp(magic, "FORM", 4))
		d->broken = riff_cut(b, true);
	d->read = snd_read;
	d->close = snd_close;
	return 0;
}
