/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

#include "audio/decoder.h"
#include "audio/loudness.h"
#include "audio/oggpages.h"
#include "base/mem.h"

#define FRAMES_MAX ((sf_count_t)1 << 48)
#define FLAC_HEAD 22  /* bytes to the size of its samples */
#define CHUNKS_MAX 64 /* looked through in a CAF file */

struct snd {
	SNDFILE *file;
	struct bytes *bytes;
	struct oggflac *ogg; /* NULL: the file as it is */
	uint64_t claimed;    /* bytes it should have, 0: as many as it has */
	bool in_ogg;
};

/* libsndfile keeps the error of a failed opening, and its log, in variables
 * that all threads share. */
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

static sf_count_t get_size(void *ctx)
{
	struct snd *s = ctx;

	return (sf_count_t)(s->claimed ? s->claimed : s->bytes->size);
}

static sf_count_t seek_bytes(sf_count_t offset, int whence, void *ctx)
{
	struct snd *s = ctx;

	return s->ogg ? oggflac_seek(s->ogg, offset, whence)
		      : bytes_seek(s->bytes, offset, whence);
}

static sf_count_t from_bytes(void *p, sf_count_t n, void *ctx)
{
	struct snd *s = ctx;
	ssize_t k = 0;

	if (n > 0)
		k = s->ogg ? oggflac_read(s->ogg, p, (size_t)n)
			   : bytes_read(s->bytes, p, (size_t)n);
	return k > 0 ? k : 0;
}

static sf_count_t to_bytes(const void *p, sf_count_t n, void *ctx)
{
	(void)p;
	(void)n;
	(void)ctx;
	return 0;
}

static sf_count_t where_bytes(void *ctx)
{
	struct snd *s = ctx;

	return (sf_count_t)(s->ogg ? oggflac_where(s->ogg) : s->bytes->at);
}

static uint64_t number(const uint8_t *p, int bytes, bool big)
{
	uint64_t v = 0;

	for (int i = 0; i < bytes; i++)
		v = v << 8 | p[big ? i : bytes - 1 - i];
	return v;
}

/* Bits of a FLAC file's samples (RFC 9639, 8.2); 0: it does not say. */
static int flac_bits(struct bytes *b)
{
	uint8_t h[FLAC_HEAD];

	if (bytes_peek(b, 0, h, sizeof(h)) != sizeof(h) ||
	    memcmp(h, "fLaC", 4) || h[4] & 0x7f ||
	    memcmp(h + 5, "\0\0\x22", 3) || number(h + 8, 2, true) < 16)
		return 0;
	return (int)(number(h + 20, 2, true) >> 4 & 31) + 1;
}

/* Why it cannot be opened, and whether that is libsndfile's fault: it calls FLAC
 * of other sizes than these what it calls damage. */
static int refuse(struct bytes *b, struct err *err)
{
	bool other = sf_error(NULL) == SF_ERR_UNSUPPORTED_ENCODING;
	int bits = flac_bits(b);

	if (bits && bits != 8 && bits != 16 && bits != 24)
		return err_set(
		    err, ERR_RECORD, "unsupported",
		    "FLAC of %d bits a sample, where libsndfile "
		    "decodes 8, 16 and 24; flac -d makes a WAV of it",
		    bits);
	return err_set(err, ERR_RECORD, other ? "unsupported" : "undecodable",
		       "%s", sf_strerror(NULL));
}

static SNDFILE *open_file(struct snd *s, SF_INFO *info, struct err *err)
{
	SF_VIRTUAL_IO io = { get_size, seek_bytes, from_bytes, to_bytes,
			     where_bytes };
	SNDFILE *f;

	memset(info, 0, sizeof(*info));
	s->bytes->at = 0;
	oggflac_free(s->ogg);
	s->ogg = oggpages_flac(s->bytes) ? oggflac_new(s->bytes) : NULL;
	pthread_mutex_lock(&opening);
	f = sf_open_virtual(&io, SFM_READ, info, s);
	if (!f)
		refuse(s->bytes, err);
	pthread_mutex_unlock(&opening);
	return f;
}

/* On to the next stream of an Ogg file; one of another form ends the sound. */
static bool next_stream(struct decoder *d, struct snd *s)
{
	uint64_t at = s->in_ogg ? oggpages_next_stream(s->bytes) : 0;
	SF_INFO info;

	if (!at)
		return false;
	sf_close(s->file);
	s->bytes->base += at;
	s->bytes->size -= at;
	s->file = open_file(s, &info, NULL);
	if (s->file && info.samplerate == d->rate &&
	    info.channels == d->channels) {
		if (d->frames > 0 && info.frames < FRAMES_MAX)
			d->length = d->frames += (double)info.frames;
		return true;
	}
	d->broken = true;
	return false;
}

static size_t snd_read(struct decoder *d, float *out, size_t n)
{
	struct snd *s = d->handle;
	sf_count_t got;

	if (!s->file)
		return 0;
	do {
		got = sf_readf_float(s->file, out, (sf_count_t)n);
		if (got < (sf_count_t)n && sf_error(s->file) != SF_ERR_NO_ERROR)
			d->broken = true;
	} while (got <= 0 && next_stream(d, s));
	return got > 0 ? (size_t)got : 0;
}

static void release(struct snd *s)
{
	if (s->file)
		sf_close(s->file);
	oggflac_free(s->ogg);
	free(s);
}

static void snd_close(struct decoder *d)
{
	release(d->handle);
	d->handle = NULL;
}

/* Where the data of a CAF file would end, 0: it does not say. */
static uint64_t caf_size(struct bytes *b)
{
	uint64_t at = 8;
	uint8_t h[12];

	for (int i = 0; i < CHUNKS_MAX && bytes_peek(b, at, h, 12) == 12; i++) {
		uint64_t n = number(h + 4, 8, true);

		if (n > (uint64_t)1 << 40)
			return 0;
		at += 12 + n;
		if (!memcmp(h, "data", 4))
			return at;
	}
	return 0;
}

/* Bytes the file should have, as its header says; 0: it does not say. Streamed
 * files say 0 or all ones. */
static uint64_t claimed_size(struct bytes *b)
{
	uint8_t h[32] = { 0 };
	uint64_t n = 0;

	bytes_peek(b, 0, h, sizeof(h));
	if (!memcmp(h, "RIFF", 4))
		n = number(h + 4, 4, false);
	else if (!memcmp(h, "RIFX", 4) || !memcmp(h, "FORM", 4))
		n = number(h + 4, 4, true);
	else if (!memcmp(h, "RF64", 4) && !memcmp(h + 12, "ds64", 4))
		n = number(h + 20, 8, false);
	else if (!memcmp(h, "riff", 4)) /* Sony Wave64 */
		return number(h + 16, 8, false);
	else if (!memcmp(h, ".snd", 4) && number(h + 8, 4, true) < UINT32_MAX)
		return number(h + 4, 4, true) + number(h + 8, 4, true);
	else if (!memcmp(h, "caff", 4))
		return caf_size(b);
	return n < 0xffffff00 || n > UINT32_MAX ? n + (n ? 8 : 0) : 0;
}

/* The largest sample of a format: of 8 bits it is some way below 1. */
static double full_scale(int format)
{
	switch (format & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_PCM_S8:
	case SF_FORMAT_PCM_U8:
		return 127.0 / 128;
	case SF_FORMAT_ULAW:
		return 32124.0 / 32768; /* ITU-T G.711 */
	case SF_FORMAT_ALAW:
		return 32256.0 / 32768;
	}
	return 1;
}

static double map_weight(const int *map, int channels, int c)
{
	bool sides = false;

	for (int k = 0; k < channels; k++)
		sides |= map[k] == SF_CHANNEL_MAP_SIDE_LEFT;
	switch (map[c]) {
	case SF_CHANNEL_MAP_LFE:
		return 0;
	case SF_CHANNEL_MAP_SIDE_LEFT:
	case SF_CHANNEL_MAP_SIDE_RIGHT:
		return LOUDNESS_SIDE;
	case SF_CHANNEL_MAP_REAR_LEFT: /* so are those of 5.1 often called */
	case SF_CHANNEL_MAP_REAR_RIGHT:
		return sides ? 1 : LOUDNESS_SIDE;
	}
	return 1;
}

/* Which channel is which: by the file's own map, or by its format's order. */
static void place(struct decoder *d, SNDFILE *f, int format)
{
	/* Vorbis I specification, 4.3.9; Opus, RFC 7845, 5.1.1.2. In front or
	 * behind, side, low-frequency effects. */
	static const char *const ogg[] = { "F",       "FF",      "FFF",
					   "FFSS",    "FFFSS",   "FFFSSE",
					   "FFFSSFE", "FFFSSFFE" };
	int map[DECODER_CHANNELS_MAX] = { 0 }, n = d->channels;
	int sub = format & SF_FORMAT_SUBMASK;

	if (n < 1 || n > DECODER_CHANNELS_MAX)
		return;
	if ((sub == SF_FORMAT_VORBIS || sub == SF_FORMAT_OPUS) && n <= 8) {
		d->placed = true;
		for (int c = 0; c < n; c++)
			d->weight[c] = ogg[n - 1][c] == 'E'   ? 0
				       : ogg[n - 1][c] == 'S' ? LOUDNESS_SIDE
							      : 1;
	} else if (sf_command(f, SFC_GET_CHANNEL_MAP_INFO, map,
			      (int)sizeof(*map) * n) == SF_TRUE &&
		   map[0] != SF_CHANNEL_MAP_INVALID) {
		d->placed = true;
		for (int c = 0; c < n; c++)
			d->weight[c] = map_weight(map, n, c);
	}
}

/* A file shorter than it says: how much there should be, and that it is not.
 * One byte may be missing padding. */
static void measure(struct decoder *d, const struct bytes *b, uint64_t claimed)
{
	if (claimed <= b->size + 1 || claimed > (uint64_t)1 << 40)
		return;
	d->broken = true;
	if (d->frames > 0)
		d->frames *= (double)claimed / (double)b->size;
}

int decoder_sndfile(struct decoder *d, struct bytes *b, struct err *err)
{
	struct snd *s = mem_zalloc(1, sizeof(*s));
	uint8_t magic[4] = { 0 };
	uint64_t claimed;
	SF_INFO info;

	memset(d, 0, sizeof(*d));
	bytes_peek(b, 0, magic, 4);
	s->bytes = b;
	s->in_ogg = !memcmp(magic, "OggS", 4);
	claimed = claimed_size(b);
	/* What libsndfile refuses when it is cut. */
	if (!memcmp(magic, "caff", 4) && claimed > b->size)
		s->claimed = claimed;
	s->file = open_file(s, &info, err);
	if (!s->file) {
		release(s);
		return -1;
	}
	d->handle = s;
	d->rate = info.samplerate;
	d->channels = info.channels;
	d->frames = info.frames > 0 && info.frames < FRAMES_MAX
			? (double)info.frames
			: -1;
	if (s->claimed)
		d->broken = true;
	else
		measure(d, b, claimed);
	d->length = d->frames;
	d->full = full_scale(info.format);
	place(d, s->file, info.format);
	if (s->in_ogg)
		d->broken = oggpages_cut(b);
	d->read = snd_read;
	d->close = snd_close;
	return 0;
}

const char *decoder_sndfile_says(const struct decoder *d, int what)
{
	const struct snd *s = d->handle;

	return sf_get_string(s->file, what);
}
