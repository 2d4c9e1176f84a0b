/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <sndfile.h>

#include "audio/wave.h"
#include "io/atomic.h"

enum { OGG_HEAD = 27, OGG_SERIAL = 14, OGG_CRC = 22 };

static void put32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> 8 * i);
}

static uint32_t ogg_crc(const unsigned char *p, size_t n)
{
	uint32_t table[256], crc = 0;

	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i << 24;
		for (int k = 0; k < 8; k++)
			table[i] = table[i] << 1 ^
				   (table[i] & 1u << 31 ? 0x04c11db7 : 0);
	}
	while (n--)
		crc = crc << 8 ^ table[crc >> 24 ^ *p++];
	return crc;
}

int wave_ogg_serial(char *bytes, size_t n, uint32_t serial)
{
	unsigned char *p = (unsigned char *)bytes;

	while (n) {
		size_t len = OGG_HEAD;

		if (n < len || memcmp(p, "OggS", 4))
			return -1;
		len += p[OGG_HEAD - 1];
		if (n < len)
			return -1;
		for (size_t i = OGG_HEAD, end = len; i < end; i++)
			len += p[i];
		if (n < len)
			return -1;
		put32(p + OGG_SERIAL, serial);
		put32(p + OGG_CRC, 0);
		put32(p + OGG_CRC, ogg_crc(p, len));
		p += len;
		n -= len;
	}
	return 0;
}

/* libsndfile's virtual file: a str and a position. */
struct memory {
	struct str *bytes;
	size_t at;
};

static sf_count_t memory_length(void *user)
{
	return (sf_count_t)((struct memory *)user)->bytes->n;
}

static sf_count_t memory_tell(void *user)
{
	return (sf_count_t)((struct memory *)user)->at;
}

static sf_count_t memory_seek(sf_count_t offset, int whence, void *user)
{
	struct memory *m = user;
	sf_count_t to = offset;

	if (whence == SEEK_CUR)
		to += (sf_count_t)m->at;
	else if (whence == SEEK_END)
		to += (sf_count_t)m->bytes->n;
	if (to >= 0)
		m->at = (size_t)to;
	return (sf_count_t)m->at;
}

static sf_count_t memory_read(void *p, sf_count_t count, void *user)
{
	struct memory *m = user;
	size_t left = m->at < m->bytes->n ? m->bytes->n - m->at : 0;
	size_t n = (size_t)count < left ? (size_t)count : left;

	if (n)
		memcpy(p, m->bytes->p + m->at, n);
	m->at += n;
	return (sf_count_t)n;
}

static sf_count_t memory_write(const void *p, sf_count_t count, void *user)
{
	struct memory *m = user;
	size_t n = (size_t)count, over;

	while (m->bytes->n < m->at)
		str_putc(m->bytes, '\0');
	over = m->bytes->n - m->at;
	over = over < n ? over : n;
	if (over)
		memcpy(m->bytes->p + m->at, p, over);
	str_put(m->bytes, (const char *)p + over, n - over);
	m->at += n;
	return count;
}

static int format_code(const char *format)
{
	static const struct {
		const char *name;
		int code;
	} known[] = {
		{ "flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16 },
		{ "ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS },
		{ "wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16 },
		{ "mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(format, known[i].name))
			return known[i].code;
	return 0;
}

int wave_encode(const struct wave *w, const char *format, struct str *out,
		struct err *err)
{
	SF_VIRTUAL_IO io = { memory_length, memory_seek, memory_read,
			     memory_write, memory_tell };
	struct memory m = { out, 0 };
	SF_INFO info = { .samplerate = w->rate,
			 .channels = w->channels,
			 .format = format_code(format) };
	sf_count_t written = 0, frames = (sf_count_t)w->frames;
	SNDFILE *f;

	str_reset(out);
	if (!info.format)
		return err_set(err, ERR_USAGE, "format",
			       "no such sound "
			       "format: \"%s\", expected flac, ogg, wav or "
			       "mp3",
			       format);
	f = sf_open_virtual(&io, SFM_WRITE, &info, &m);
	if (!f)
		return err_set(err, ERR_DATA, "encode", "%s: %s", format,
			       sf_strerror(NULL));
	sf_command(f, SFC_SET_CLIPPING, NULL, SF_TRUE);
	/* libsndfile's Vorbis encoder keeps a long write on its stack. */
	while (written < frames) {
		sf_count_t n =
		    frames - written < 4096 ? frames - written : 4096;

		if (sf_writef_float(f, w->samples + written * w->channels, n) !=
		    n)
			break;
		written += n;
	}
	if (sf_close(f) || written < frames)
		return err_set(err, ERR_DATA, "encode",
			       "%s: the encoder failed", format);
	if (!strcmp(format, "ogg") &&
	    wave_ogg_serial(out->p, out->n, 0x6d6f6f64))
		return err_set(err, ERR_DATA, "encode",
			       "ogg: the encoder wrote no whole pages");
	return 0;
}

int wave_write(const struct wave *w, const char *path, const char *format,
	       struct err *err)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *dot = path ? strrchr(slash ? slash : path, '.') : NULL;
	struct str bytes = { 0 };
	struct atomic *a = NULL;
	int rc = -1;

	if (path && !dot)
		return err_set(err, ERR_USAGE, "format",
			       "%s: the suffix names "
			       "the format: .flac, .ogg, .wav or .mp3",
			       path);
	if (wave_encode(w, dot ? dot + 1 : format, &bytes, err))
		err_prefix(err, "%s", path ? path : "stdout");
	else
		a = atomic_open(path, err);
	if (a) {
		/* What cannot be written is noticed by the commit. */
		fwrite(bytes.p, 1, bytes.n, atomic_file(a));
		rc = atomic_commit(a, err);
	}
	str_release(&bytes);
	return rc;
}
