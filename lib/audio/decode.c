/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/decode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/decoder.h"
#include "audio/loudness.h"
#include "base/mem.h"

#define SNIFF 65536
/* Mean power of the mix over that of the channels under which the channels
 * are said to cancel out: a correlation of two under -0.9. */
#define CANCELLED 0.05

enum kind { KIND_UNKNOWN, KIND_MPEG, KIND_SNDFILE };

struct pass { /* one reading of a file */
	float *block, *mix;
	double power[DECODER_CHANNELS_MAX], mixed;
	int channel; /* -1: all of them */
	int rate;    /* of what comes out */
	struct loudness *loudness;
};

void sound_release(struct sound *s)
{
	free(s->mono.v);
	memset(s, 0, sizeof(*s));
}

/* Bytes of the MPEG audio frame a header begins, 0: not one; free format (no
 * length in the header): 4. */
static size_t frame_length(const uint8_t h[4])
{
	static const short rates[3] = { 44100 / 4, 48000 / 4, 32000 / 4 };
	static const short kbps[5][15] = {
		{ 0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384,
		  416, 448 },
		{ 0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
		  384 },
		{ 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256,
		  320 },
		{ 0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224,
		  256 },
		{ 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144,
		  160 },
	};
	int version = h[1] >> 3 & 3, layer = 4 - (h[1] >> 1 & 3);
	int bits = h[2] >> 4, rate = h[2] >> 2 & 3, pad = h[2] >> 1 & 1;
	int hz, row;

	if (h[0] != 0xff || (h[1] & 0xe0) != 0xe0 || version == 1 ||
	    layer == 4 || bits == 15 || rate == 3)
		return 0;
	if (!bits)
		return 4;
	row = version == 3 ? layer - 1 : layer == 1 ? 3 : 4;
	hz = rates[rate] * (version == 3 ? 4 : version == 2 ? 2 : 1);
	if (layer == 1)
		return (size_t)((12000 * kbps[row][bits] / hz + pad) * 4);
	return (size_t)((layer == 3 && version != 3 ? 72000 : 144000) *
			    kbps[row][bits] / hz +
			pad);
}

/* MPEG audio: a frame right at the start, or two that follow each other. */
static bool looks_mpeg(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i + 4 <= n; i++) {
		size_t length = frame_length(p + i);

		if (!length)
			continue;
		if (i == 0)
			return true;
		if (length > 4 && i + length + 4 <= n &&
		    frame_length(p + i + length) &&
		    (p[i + 1] & 0xfe) == (p[i + length + 1] & 0xfe) &&
		    (p[i + 2] & 0x0c) == (p[i + length + 2] & 0x0c))
			return true;
	}
	return false;
}

static enum kind kind_of(struct bytes *b, uint8_t *p)
{
	static const char *const magics[] = { "OggS", "fLaC", "RIFF", "RIFX",
					      "RF64", "riff", "FORM", "caff",
					      ".snd", "dns.", "Crea", "NIST" };
	size_t n = bytes_peek(b, 0, p, SNIFF);

	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (n > 4 && !memcmp(p, magics[i], 4))
			return KIND_SNDFILE;
	return looks_mpeg(p, n) ? KIND_MPEG : KIND_UNKNOWN;
}

static int open_decoder(struct decoder *d, struct bytes *b, struct err *err)
{
	uint8_t *p = mem_alloc(SNIFF);
	enum kind kind;
	int rc;

	bytes_skip_id3(b);
	kind = kind_of(b, p);
	if (kind == KIND_SNDFILE)
		rc = decoder_sndfile(d, b, err);
	else if (kind == KIND_MPEG)
		rc = decoder_mpeg(d, b, err);
	else
		rc = err_set(err, ERR_RECORD, "undecodable",
			     b->size ? "not in an audio format that is known"
				     : "the file is empty");
	/* MPEG audio wrapped in RIFF. */
	if (rc != 0 && kind == KIND_SNDFILE &&
	    looks_mpeg(p + 1, bytes_peek(b, 1, p + 1, SNIFF - 1))) {
		b->at = 0;
		rc = decoder_mpeg(d, b, err);
	}
	free(p);
	if (rc != 0)
		return -1;
	if (d->channels >= 1 && d->channels <= DECODER_CHANNELS_MAX &&
	    d->rate >= DECODER_RATE_MIN && d->rate <= DECODER_RATE_MAX)
		return 0;
	d->close(d);
	return err_set(err, ERR_RECORD, "undecodable",
		       "%d channels at %d Hz; "
		       "1 to %d at %d to %d Hz can be read",
		       d->channels, d->rate, DECODER_CHANNELS_MAX,
		       DECODER_RATE_MIN, DECODER_RATE_MAX);
}

/* One block to mono, its power measured. */
static void mix_block(struct pass *p, int channels, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float *x = p->block + i * (size_t)channels, sum = 0;

		for (int c = 0; c < channels; c++) {
			if (!isfinite(x[c]))
				x[c] = 0;
			else if (fabsf(x[c]) > DECODE_CLIP)
				x[c] = copysignf(DECODE_CLIP, x[c]);
			p->power[c] += (double)x[c] * x[c];
			sum += x[c];
		}
		sum /= (float)channels;
		p->mix[i] = p->channel < 0 ? sum : x[p->channel];
		p->mixed += (double)p->mix[i] * p->mix[i];
	}
}

static int read_all(struct decoder *d, struct pass *p, double seconds,
		    struct sound *out, struct err *err)
{
	struct resample *r = resample_new(d->rate, p->rate, err);
	uint64_t want = (uint64_t)(seconds * d->rate), got = 0;
	double expected = d->frames < 0 ? -1 : fmin(d->frames, (double)want);
	size_t n = 1;
	int rc = 0;

	if (!r)
		return -1;
	while (rc == 0 && got < want && n > 0) {
		uint64_t left = want - got;

		n = d->read(d, p->block,
			    left < DECODER_BLOCK ? (size_t)left
						 : DECODER_BLOCK);
		mix_block(p, d->channels, n);
		if (p->loudness)
			loudness_add(p->loudness, p->block, n);
		if (n)
			rc = resample_add(r, p->mix, n, &out->mono, err);
		got += n;
	}
	if (rc == 0)
		rc = resample_add(r, NULL, 0, &out->mono, err);
	resample_free(r);
	out->seconds = (double)got / d->rate;
	out->partial = got < want && (d->broken || (double)got < expected);
	out->fraction = expected <= 0 || (out->partial && d->broken &&
					  (double)got >= expected)
			    ? NAN
			    : fmin(1, (double)got / expected);
	return rc;
}

static double length_of(const struct decoder *d)
{
	return d->length > 0 ? d->length / d->rate : NAN;
}

static int decode_pass(struct bytes *b, struct pass *p, double seconds,
		       struct sound *out, struct err *err)
{
	struct decoder d;
	int rc;

	out->mono.count = 0;
	b->at = b->base = 0;
	if (open_decoder(&d, b, err) != 0)
		return -1;
	out->rate = d.rate;
	out->channels = d.channels;
	out->length = length_of(&d);
	p->block =
	    mem_alloc(sizeof(float) * (size_t)d.channels * DECODER_BLOCK);
	p->mix = mem_alloc(sizeof(float) * DECODER_BLOCK);
	memset(p->power, 0, sizeof(p->power));
	p->mixed = 0;
	if (p->channel < 0)
		p->loudness = loudness_new(d.rate, d.channels);
	rc = read_all(&d, p, seconds, out, err);
	if (rc == 0 && p->loudness) {
		out->loudness = loudness_integrated(p->loudness);
		out->range = loudness_range(p->loudness);
	}
	loudness_free(p->loudness);
	p->loudness = NULL;
	free(p->block);
	free(p->mix);
	d.close(&d);
	return rc;
}

/* The channel to take instead of the mix, -1: the mix is good. */
static int better_channel(const struct pass *p, int channels)
{
	double sum = 0;
	int best = 0;

	for (int c = 0; c < channels; c++) {
		sum += p->power[c];
		if (p->power[c] > p->power[best])
			best = c;
	}
	return channels > 1 && p->mixed < CANCELLED * sum / channels ? best
								     : -1;
}

static int decode_bytes(struct bytes *b, double seconds, int rate,
			struct sound *out, struct err *err)
{
	struct pass p = { .channel = -1, .rate = rate };
	uint64_t size = b->size;
	int rc = decode_pass(b, &p, seconds, out, err);

	if (rc == 0)
		p.channel = better_channel(&p, out->channels);
	if (rc == 0 && p.channel >= 0) {
		b->size = size;
		b->read = b->calls = 0;
		rc = decode_pass(b, &p, seconds, out, err);
	}
	if (rc == 0 && out->mono.count == 0)
		return err_set(err, ERR_RECORD, "undecodable",
			       "no sample could be decoded");
	return rc;
}

int decode_file(const char *path, double seconds, struct sound *out,
		struct err *err)
{
	struct bytes b;
	int rc;

	if (bytes_open(&b, path, err) != 0)
		return -1;
	rc = decode_bytes(&b, seconds, RESAMPLE_RATE, out, err);
	bytes_close(&b);
	return rc;
}

int decode_fd(int fd, double seconds, struct sound *out, struct err *err)
{
	return decode_fd_at(fd, seconds, RESAMPLE_RATE, out, err);
}

int decode_fd_at(int fd, double seconds, int rate, struct sound *out,
		 struct err *err)
{
	struct bytes b;

	if (bytes_borrow(&b, fd, err) != 0)
		return -1;
	return decode_bytes(&b, seconds, rate, out, err);
}

double decode_length(int fd)
{
	struct decoder d;
	struct bytes b;
	double length;

	if (bytes_borrow(&b, fd, NULL) != 0 || open_decoder(&d, &b, NULL) != 0)
		return NAN;
	length = length_of(&d);
	d.close(&d);
	return length;
}
