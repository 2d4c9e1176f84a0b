/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/mpegframe.h"

#define TAG_HEAD 10

static bool rates(struct mpegframe *f, const unsigned char *p)
{
	static const short kbps[5][16] = {
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
	static const int hz[3] = { 44100, 48000, 32000 };
	int table = f->version == 1 ? f->layer - 1 : f->layer == 1 ? 3 : 4;

	if ((p[2] >> 2 & 3) == 3)
		return false;
	f->kbps = kbps[table][p[2] >> 4];
	f->rate = hz[p[2] >> 2 & 3] >> (f->version - 1);
	return f->kbps > 0;
}

bool mpegframe_read(struct mpegframe *f, struct span s, size_t at)
{
	static const int versions[4] = { 3, 0, 2, 1 };
	const unsigned char *p = (const unsigned char *)s.p + at;
	size_t padding;

	if (at > s.n || s.n - at < 4 || p[0] != 0xff || (p[1] & 0xe0) != 0xe0)
		return false;
	f->version = versions[p[1] >> 3 & 3];
	f->layer = 4 - (p[1] >> 1 & 3);
	if (!f->version || f->layer == 4 || !rates(f, p))
		return false;
	f->mono = p[3] >> 6 == 3;
	padding = p[2] >> 1 & 1;
	f->sound = f->layer == 1                      ? 384
		   : f->layer == 3 && f->version != 1 ? 576
						      : 1152;
	/* bit/s times samples / 8 / rate; layer I counts in fours. */
	if (f->layer == 1)
		f->size =
		    ((size_t)f->kbps * 12000 / (size_t)f->rate + padding) * 4;
	else
		f->size = f->sound * 125 * (size_t)f->kbps / (size_t)f->rate +
			  padding;
	return true;
}

size_t mpegframe_run(struct span s, size_t at, size_t most)
{
	struct mpegframe first, f;
	size_t n = 0;

	while (n < most && mpegframe_read(&f, s, at)) {
		if (!n)
			first = f;
		else if (f.version != first.version || f.layer != first.layer ||
			 f.rate != first.rate)
			break;
		n++;
		at += f.size;
	}
	return n;
}

/* Do frames from there on go as far as we can see? */
static bool reaches_end(struct span s, size_t at)
{
	struct mpegframe f;

	while (mpegframe_read(&f, s, at))
		at += f.size;
	return at + 4 > s.n;
}

size_t mpegframe_find(struct span s, size_t at, size_t run)
{
	while (at < s.n) {
		const char *p = memchr(s.p + at, 0xff, s.n - at);
		size_t n;

		if (!p)
			break;
		at = (size_t)(p - s.p);
		n = mpegframe_run(s, at, run);
		if (n == run || (n > 1 && reaches_end(s, at)))
			return at;
		at++;
	}
	return s.n;
}

size_t mpegframe_tags(struct span s)
{
	size_t at = 0;

	while (at <= s.n && s.n - at >= TAG_HEAD &&
	       !memcmp(s.p + at, "ID3", 3)) {
		const unsigned char *p = (const unsigned char *)s.p + at;

		if (p[3] == 0xff || p[4] == 0xff || p[6] >> 7 || p[7] >> 7 ||
		    p[8] >> 7 || p[9] >> 7)
			break;
		at += TAG_HEAD + ((size_t)p[6] << 21 | (size_t)p[7] << 14 |
				  (size_t)p[8] << 7 | p[9]);
		if (p[5] & 0x10) /* a footer */
			at += TAG_HEAD;
	}
	return at;
}
