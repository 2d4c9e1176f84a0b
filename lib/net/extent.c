/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/extent.h"

#include <math.h>

#include "io/mpegframe.h"

#define STEP 65536       /* how far a head is lengthened at a time */
#define PATIENCE 1048576 /* a stream that is silent about itself so far */
#define MARGIN 4096
#define MPEG_MOST 40000.0 /* bytes a second at 320 kbit/s */
#define SWING 1.3         /* what a beginning may take above the average */

struct task {
	struct span head;
	uint64_t total;
	double seconds;
};

static uint64_t big(struct span s, size_t at, size_t n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | (unsigned char)s.p[at++];
	return v;
}

static uint64_t little(struct span s, size_t at, size_t n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | (unsigned char)s.p[at + n];
	return v;
}

static bool within(struct span s, size_t at, size_t n)
{
	return at <= s.n && n <= s.n - at;
}

static bool is_at(struct span s, size_t at, const char *magic)
{
	size_t n = strlen(magic);

	return within(s, at, n) && !memcmp(s.p + at, magic, n);
}

static bool known(size_t *bytes, double start, double rate, double seconds)
{
	double v = start + rate * seconds + MARGIN;

	*bytes = v >= 0 && v < 1e15 ? (size_t)v : EXTENT_ALL;
	return true;
}

/* Enough head to see what is at `at`, a bit at least, or never mind. */
static bool more(struct span head, size_t *bytes, size_t at)
{
	*bytes = at < SIZE_MAX - STEP ? at + STEP : EXTENT_ALL;
	return *bytes <= head.n;
}

/* Xing or Info: frames, bytes, and where the n-th hundredth of the time
 * begins. */
static bool by_xing(const struct task *t, size_t at, const struct mpegframe *f,
		    size_t *bytes)
{
	size_t x = at + 4 +
		   (f->version == 1 ? f->mono ? 17u : 32u
		    : f->mono       ? 9u
				    : 17u);
	double length, size, part;
	uint64_t flags;

	if ((!is_at(t->head, x, "Xing") && !is_at(t->head, x, "Info")) ||
	    !within(t->head, x, 16))
		return false;
	flags = big(t->head, x + 4, 4);
	length = (double)big(t->head, x + 8, 4) * (double)f->sound / f->rate;
	size = (double)big(t->head, x + 12, 4);
	if ((flags & 3) != 3 || !(length > 0) || !(size > 0))
		return false;
	part = ceil(100 * (t->seconds + 1) / length);
	if (part >= 100)
		return known(bytes, (double)at + size, 0, 0);
	if (flags & 4 && within(t->head, x + 16, 100)) {
		double share = (double)big(t->head, x + 16 + (size_t)part, 1);

		/* A table that says next to nothing is not believed. */
		if (share * 3 >= part * 2.56)
			return known(bytes, (double)at + share / 256 * size,
				     size / length, 1);
	}
	return known(bytes, (double)at, size / length * SWING, t->seconds + 1);
}

static bool by_vbri(const struct task *t, size_t at, const struct mpegframe *f,
		    size_t *bytes)
{
	double length, size;

	if (!is_at(t->head, at + 36, "VBRI") || !within(t->head, at + 36, 18))
		return false;
	size = (double)big(t->head, at + 46, 4);
	length = (double)big(t->head, at + 50, 4) * (double)f->sound / f->rate;
	return length > 0 && size > 0 &&
	       known(bytes, (double)at, size / length * SWING, t->seconds + 1);
}

static bool of_mpeg(const struct task *t, size_t *bytes)
{
	size_t tags = mpegframe_tags(t->head), at, p;
	struct mpegframe f;
	double size = 0, time = 0;
	int least = 0, most = 0;

	if (tags >= t->head.n)
		return more(t->head, bytes, tags);
	at = mpegframe_find(t->head, tags, 3);
	if (at >= t->head.n)
		return t->head.n - tags < STEP ? more(t->head, bytes, tags)
					       : known(bytes, (double)t->head.n,
						       MPEG_MOST, t->seconds);
	mpegframe_read(&f, t->head, at);
	if (by_xing(t, at, &f, bytes) || by_vbri(t, at, &f, bytes))
		return true;
	for (p = at; mpegframe_read(&f, t->head, p); p += f.size) {
		size += (double)f.size;
		time += (double)f.sound / f.rate;
		least = !least || f.kbps < least ? f.kbps : least;
		most = f.kbps > most ? f.kbps : most;
	}
	if (least == most)
		return known(bytes, (double)at, size / time, t->seconds + 1);
	return known(bytes, (double)at, fmin(size / time * SWING, MPEG_MOST),
		     t->seconds + 1);
}

/* Bytes a second by a STREAMINFO block; 0: it makes no sense. */
static double by_streaminfo(const struct task *t, size_t at, size_t start)
{
	double hz = (double)(big(t->head, at + 10, 3) >> 4);
	double channels = (double)((big(t->head, at + 12, 1) >> 1 & 7) + 1);
	double bits = (double)((big(t->head, at + 12, 2) >> 4 & 31) + 1);
	double samples =
	    (double)(big(t->head, at + 13, 5) & (((uint64_t)1 << 36) - 1));
	double raw = hz * channels * bits / 8 * 1.02;

	if (samples > 0 && hz > 0 && t->total > start)
		return fmin(raw,
			    (double)(t->total - start) * hz / samples * SWING);
	return raw;
}

static bool of_flac(const struct task *t, size_t *bytes)
{
	size_t tags = mpegframe_tags(t->head), at = tags + 4, size;
	double rate = 0;
	bool last = false;

	while (!last) {
		if (!within(t->head, at, 38))
			return more(t->head, bytes, at);
		last = big(t->head, at, 1) >> 7;
		size = (size_t)big(t->head, at + 1, 3);
		if ((big(t->head, at, 1) & 127) == 0 && size >= 34)
			rate = by_streaminfo(t, at + 4, at);
		at += 4 + size;
	}
	if (!(rate > 0))
		*bytes = EXTENT_ALL;
	return !(rate > 0) || known(bytes, (double)at, rate, t->seconds + 1);
}

/* Samples a second of the stream whose first packet this is; 0: unknown. */
static double ogg_rate(struct span s, size_t at)
{
	if (is_at(s, at, "\1vorbis") && within(s, at, 16))
		return (double)little(s, at + 12, 4);
	if (is_at(s, at, "OpusHead"))
		return 48000;
	if (is_at(s, at,
		  "\x7f"
		  "FLAC") &&
	    within(s, at, 31))
		return (double)(big(s, at + 27, 3) >> 4);
	if (is_at(s, at, "Speex   ") && within(s, at, 40))
		return (double)little(s, at + 36, 4);
	return 0;
}

struct ogg_page {
	size_t body, end;
	double granule; /* 0: none */
};

static bool ogg_page(struct span s, size_t at, struct ogg_page *p)
{
	size_t segments;
	uint64_t granule;

	if (!is_at(s, at, "OggS") || !within(s, at, 27))
		return false;
	segments = (size_t)big(s, at + 26, 1);
	if (!within(s, at + 27, segments))
		return false;
	p->body = p->end = at + 27 + segments;
	for (size_t i = 0; i < segments; i++)
		p->end += (unsigned char)s.p[at + 27 + i];
	granule = little(s, at + 6, 8);
	p->granule = granule < INT64_MAX ? (double)granule : 0;
	return true;
}

static bool of_ogg(const struct task *t, size_t *bytes)
{
	struct ogg_page page, first = { 0 }, last = { 0 };
	double hz, rate;
	size_t at = 0;

	if (!ogg_page(t->head, 0, &page))
		return more(t->head, bytes, t->head.n);
	hz = ogg_rate(t->head, page.body);
	*bytes = EXTENT_ALL;
	if (!(hz > 0))
		return true;
	for (; ogg_page(t->head, at, &page); at = page.end) {
		if (!(page.granule > 0))
			continue;
		if (!(first.granule > 0))
			first = page;
		/* A page before the first ended where that one begins. */
		if (page.granule > last.granule)
			last = page;
		if ((last.granule - first.granule) / hz >= t->seconds)
			return known(bytes, (double)last.end, 0, 0);
	}
	if (last.granule - first.granule < hz / 2)
		return t->head.n > PATIENCE ||
		       more(t->head, bytes,
			    page.end > t->head.n && at < t->head.n &&
				    is_at(t->head, at, "OggS")
				? page.end
				: t->head.n);
	rate = (double)(last.end - first.end) / (last.granule - first.granule) *
	       hz;
	return known(bytes, (double)first.end, rate * SWING, t->seconds + 1);
}

/* WAV and AIFF: chunks of a name, a size and that many bytes, made even. */
static bool of_chunks(const struct task *t, bool aiff, size_t *bytes)
{
	const char *format = aiff ? "COMM" : "fmt ",
		   *sound = aiff ? "SSND" : "data";
	uint64_t at = 12;
	double rate = 0;

	for (;;) {
		uint64_t size;

		if (at > SIZE_MAX / 2 || !within(t->head, (size_t)at, 8))
			return more(t->head, bytes, (size_t)at);
		size = aiff ? big(t->head, (size_t)at + 4, 4)
			    : little(t->head, (size_t)at + 4, 4);
		if (is_at(t->head, (size_t)at, sound))
			break;
		if (is_at(t->head, (size_t)at, format) &&
		    within(t->head, (size_t)at + 8, 18)) {
			size_t p = (size_t)at + 8;

			if (!aiff)
				rate = (double)little(t->head, p + 8, 4);
			else /* an 80-bit float */
				rate = ldexp((double)big(t->head, p + 10, 8),
					     (int)(big(t->head, p + 8, 2) &
						   0x7fff) -
						 16383 - 63) *
				       (double)big(t->head, p, 2) *
				       ceil((double)big(t->head, p + 6, 2) / 8);
		}
		at += 8 + size + (size & 1);
	}
	if (!(rate > 0) || rate > 1e8)
		*bytes = EXTENT_ALL;
	return !(rate > 0) || rate > 1e8 ||
	       known(bytes, (double)at + 8, rate, t->seconds);
}

bool extent_of(struct span head, const char *ext, uint64_t total,
	       double seconds, size_t *bytes)
{
	const struct task t = { head, total, seconds };

	if (!strcmp(ext, "mp3"))
		return of_mpeg(&t, bytes);
	if (!strcmp(ext, "flac"))
		return of_flac(&t, bytes);
	if (!strcmp(ext, "ogg"))
		return of_ogg(&t, bytes);
	return of_chunks(&t, !strcmp(ext, "aiff"), bytes);
}
