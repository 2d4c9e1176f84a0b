/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/sniff.h"

static bool has(struct span s, size_t at, const char *magic)
{
	size_t n = strlen(magic);

	return s.n >= at + n && !memcmp(s.p + at, magic, n);
}

/* An MPEG audio frame header: sync, layer, bit rate and sample rate valid. */
static bool is_mpeg(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	return s.n >= 4 && p[0] == 0xff && (p[1] & 0xe0) == 0xe0 &&
	       (p[1] & 0x18) != 0x08 && (p[1] & 0x06) != 0 &&
	       (p[2] & 0xf0) != 0xf0 && (p[2] & 0x0c) != 0x0c;
}

const char *sniff_audio(struct span head, const char **why)
{
	*why = NULL;
	if (has(head, 0, "ID3") || is_mpeg(head))
		return "mp3";
	if (has(head, 0, "OggS"))
		return "ogg";
	if (has(head, 0, "fLaC"))
		return "flac";
	if (has(head, 0, "RIFF") && has(head, 8, "WAVE"))
		return "wav";
	if (has(head, 0, "FORM") &&
	    (has(head, 8, "AIFF") || has(head, 8, "AIFC")))
		return "aiff";
	if (!head.n)
		*why = "empty";
	else if (has(head, 4, "ftyp"))
		*why = "unsupported: mp4";
	else if (has(head, 0, "\x1a\x45\xdf\xa3"))
		*why = "unsupported: matroska";
	else
		*why = "not audio";
	return NULL;
}
