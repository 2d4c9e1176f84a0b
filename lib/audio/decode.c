/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/decode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/condition.h"
#include "audio/decoder.h"
#include "audio/loudness.h"
#include "audio/mpegframes.h"
#include "base/mem.h"

/* Mean power of the mix over that of the channels under which the channels
 * are said to cancel out: a correlation of two under -0.9. */
#define CANCELLED 0.05

enum kind { KIND_UNKNOWN, KIND_MPEG, KIND_SNDFILE };

/* ... and the share of the power that does so, in blocks, which is too much. */
#define CANCELLED_SHARE 0.1

typedef float floats __attribute__((vector_size(16)));
typedef int32_t ints __attribute__((vector_size(16)));

struct pass { /* one reading of a file */
	float *block, *mix;
	double power[DECODER_CHANNELS_MAX]; /* all without direct current */
	double mixed, cancelled;
	float first;         /* of mix */
	double sum, squares; /* of mix less first */
	uint64_t full, samples;
	int32_t full_bits; /* of the amplitude of full scale */
	int channel;       /* -1: all of them */
	int rate;          /* of what comes out */
	struct loudness *loudness;
};

void sound_release(struct sound *s)
{
	free(s->mono.v);
	memset(s, 0, sizeof(*s));
}

static enum kind kind_of(struct bytes *b)
{
	static const char *const magics[] = { "OggS", "fLaC", "RIFF", "RIFX",
					      "RF64", "riff", "FORM", "caff",
					      ".snd", "dns.", "Crea", "NIST" };
	uint8_t p[22] = { 0 };
	size_t n = bytes_peek(b, 0, p, sizeof(p));
	bool free_format;

	/* MPEG audio wrapped in RIFF, whose format is 0x55 then. */
	if (n == sizeof(p) && !memcmp(p, "RIFF", 4) &&
	    !memcmp(p + 8, "WAVEfmt ", 8) && p[20] == 0x55 && !p[21])
		return KIND_MPEG;
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (n > 4 && !memcmp(p, magics[i], 4))
			return KIND_SNDFILE;
	return mpegframes_find(b, &free_format) ? KIND_MPEG : KIND_UNKNOWN;
}

static int open_decoder(struct decoder *d, struct bytes *b, struct err *err)
{
	enum kind kind;
	bool free_format;
	int rc;

	bytes_skip_id3(b);
	kind = kind_of(b);
	if (kind == KIND_SNDFILE)
		rc = decoder_sndfile(d, b, err);
	else if (kind == KIND_MPEG)
		rc = decoder_mpeg(d, b, err);
	else
		rc = err_set(err, ERR_RECORD, "undecodable",
			     b->size ? "not in an audio format that is known"
				     : "the file is empty");
	if (rc != 0 && kind == KIND_SNDFILE &&
	    mpegframes_find(b, &free_format)) {
		b->at = 0;
		rc = decoder_mpeg(d, b, err);
	}
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

static int32_t bits_of(float x)
{
	int32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

/* Amplitudes compare as whole numbers do, and what is not finite is largest.
 * How many of n samples are at least `limit`. */
static size_t reaching(const float *x, size_t n, int32_t limit)
{
	ints count = { 0 }, v;
	size_t i = 0, total;

	for (; i + 4 <= n; i += 4) {
		memcpy(&v, x + i, sizeof(v));
		count -= (v & INT32_MAX) >= limit;
	}
	total = (size_t)(count[0] + count[1] + count[2] + count[3]);
	for (; i < n; i++)
		total += (bits_of(x[i]) & INT32_MAX) >= limit;
	return total;
}

static void tame(float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			x[i] = 0;
		else if (fabsf(x[i]) > DECODE_CLIP)
			x[i] = copysignf(DECODE_CLIP, x[i]);
}

/* Sums of x - shift, and of its squares, by lane; n of a multiple of 4. */
static void add_up(const float *x, size_t n, float shift, floats *sum,
		   floats *squares)
{
	floats s = { 0 }, q = { 0 }, v;

	for (size_t i = 0; i < n; i += 4) {
		memcpy(&v, x + i, sizeof(v));
		v -= shift;
		s += v;
		q += v * v;
	}
	*sum = s;
	*squares = q;
}

/* What varies: sum of squares about the mean. */
static double variation(double sum, double squares, size_t n)
{
	return fmax(0, squares - sum * sum / (double)n);
}

/* Power of each channel of a block; their sum. */
static double add_power(struct pass *p, int channels, size_t n)
{
	double sum[DECODER_CHANNELS_MAX] = { 0 }, total = 0;
	double squares[DECODER_CHANNELS_MAX] = { 0 };
	size_t count = n * (size_t)channels, whole = 0;

	if (channels == 1 || channels == 2 || channels == 4) {
		floats s, q;

		whole = count / 4 * 4;
		add_up(p->block, whole, 0, &s, &q);
		for (int k = 0; k < 4; k++) {
			sum[k % channels] += s[k];
			squares[k % channels] += q[k];
		}
	}
	for (size_t i = whole; i < count;)
		for (int c = (int)(i % (size_t)channels);
		     c < channels && i < count; c++, i++) {
			sum[c] += p->block[i];
			squares[c] += (double)p->block[i] * p->block[i];
		}
	for (int c = 0; c < channels; c++) {
		double power = variation(sum[c], squares[c], n);

		p->power[c] += power;
		total += power;
	}
	return total;
}

static void mix_down(const struct pass *p, int channels, size_t n)
{
	const float *x = p->block;
	size_t i = 0;

	if (channels == 1) {
		memcpy(p->mix, x, n * sizeof(*x));
		i = n;
	} else if (channels == 2 && p->channel < 0) {
		for (; i + 4 <= n; i += 4) {
			floats a, b;

			memcpy(&a, x + 2 * i, sizeof(a));
			memcpy(&b, x + 2 * i + 4, sizeof(b));
			a = (__builtin_shufflevector(a, b, 0, 2, 4, 6) +
			     __builtin_shufflevector(a, b, 1, 3, 5, 7)) *
			    0.5f;
			memcpy(p->mix + i, &a, sizeof(a));
		}
	}
	for (; i < n; i++) {
		const float *v = x + i * (size_t)channels;
		float sum = 0;

		for (int c = 0; c < channels; c++)
			sum += v[c];
		p->mix[i] =
		    p->channel < 0 ? sum / (float)channels : v[p->channel];
	}
}

/* One block to mono, and what is to be known of it. */
static void mix_block(struct pass *p, int channels, size_t n)
{
	size_t count = n * (size_t)channels, whole = n / 4 * 4;
	double power, sum = 0, squares = 0, mixed;
	floats s, q;

	if (!n)
		return;
	if (reaching(p->block, count, bits_of(DECODE_CLIP)))
		tame(p->block, count);
	p->full += reaching(p->block, count, p->full_bits);
	power = add_power(p, channels, n);
	mix_down(p, channels, n);
	if (!p->samples)
		p->first = p->mix[0];
	p->samples += count;
	add_up(p->mix, whole, p->first, &s, &q);
	for (int k = 0; k < 4; k++) {
		sum += s[k];
		squares += q[k];
	}
	for (size_t i = whole; i < n; i++) {
		double d = (double)p->mix[i] - p->first;

		sum += d;
		squares += d * d;
	}
	p->sum += sum;
	p->squares += squares;
	mixed = variation(sum, squares, n);
	p->mixed += mixed;
	if (mixed < CANCELLED * power / channels)
		p->cancelled += power;
}

/* Direct current off the mono sound. It is known at the file's rate only:
 * resampling has left ripples at both ends of what was constant. */
static void centre(const struct pass *p, struct sound *s)
{
	double n = (double)p->samples / s->channels, mean = p->sum / n;
	double deviation = sqrt(fmax(0, p->squares / n - mean * mean));
	bool constant = deviation <= CONDITION_SILENCE;

	mean += p->first;
	s->offset = 0;
	if (fabs(mean) <= CONDITION_SILENCE ||
	    (fabs(mean) <= CONDITION_OFFSET &&
	     fabs(mean) <= CONDITION_OFFSET_RELATIVE * deviation))
		return;
	s->offset = mean;
	for (size_t i = 0; i < s->mono.count; i++)
		s->mono.v[i] = constant ? 0 : s->mono.v[i] - (float)mean;
}

static int read_all(struct decoder *d, struct pass *p, double seconds,
		    struct sound *out, struct err *err)
{
	struct resample *r = resample_new(d->rate, p->rate, err);
	uint64_t want = (uint64_t)(seconds * d->rate), got = 0;
	double expected;
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
	/* Some decoders know at the end only. */
	expected = d->frames < 0 ? -1 : fmin(d->frames, (double)want);
	out->seconds = (double)got / d->rate;
	out->partial = got < want && (d->broken || (double)got < expected);
	if (got >= want)
		out->fraction = 1;
	else if (expected <= 0 ||
		 (out->partial && d->broken && (double)got >= expected))
		out->fraction = NAN;
	else
		out->fraction = fmin(1, (double)got / expected);
	return rc;
}

static double length_of(const struct decoder *d)
{
	return d->length > 0 ? d->length / d->rate : NAN;
}

static struct loudness *new_loudness(const struct decoder *d)
{
	struct loudness *l = loudness_new(d->rate, d->channels);

	for (int c = 0; d->placed && c < d->channels; c++)
		loudness_weigh(l, c, d->weight[c]);
	return l;
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
	p->block =
	    mem_alloc(sizeof(float) * (size_t)d.channels * DECODER_BLOCK);
	p->mix = mem_alloc(sizeof(float) * DECODER_BLOCK);
	p->full_bits =
	    bits_of((float)(CONDITION_FULL * (d.full > 0 ? d.full : 1)));
	if (p->channel < 0)
		p->loudness = new_loudness(&d);
	rc = read_all(&d, p, seconds, out, err);
	out->length = length_of(&d);
	if (rc == 0 && p->samples) {
		out->clipped = (double)p->full / (double)p->samples;
		centre(p, out);
	}
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
	if (channels > 1 && (p->mixed < CANCELLED * sum / channels ||
			     p->cancelled > CANCELLED_SHARE * sum))
		return best;
	return -1;
}

static int decode_bytes(struct bytes *b, double seconds, int rate,
			struct sound *out, struct err *err)
{
	struct pass p = { .channel = -1, .rate = rate };
	struct pass second = { .rate = rate };
	uint64_t size = b->size;
	int rc = decode_pass(b, &p, seconds, out, err);

	if (rc == 0)
		second.channel = better_channel(&p, out->channels);
	if (rc == 0 && second.channel >= 0) {
		b->size = size;
		b->read = b->calls = 0;
		rc = decode_pass(b, &second, seconds, out, err);
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
