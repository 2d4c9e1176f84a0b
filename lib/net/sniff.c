/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/sniff.h"

#include "io/mpegframe.h"

static bool has(struct span s, size_t at, const char *magic)
{
	size_t n = strlen(magic);

	return s.n >= at && s.n - at >= n && !memcmp(s.p + at, magic, n);
}

static bool is_adts(struct span s, size_t at)
{
	const unsigned char *p = (const unsigned char *)s.p + at;

	return at <= s.n && s.n - at >= 4 && p[0] == 0xff &&
	       (p[1] & 0xf6) == 0xf0 && (p[2] >> 2 & 15) < 13;
}

/* 188-byte packets of MPEG transport streams. */
static bool is_transport(struct span s)
{
	for (size_t at = 0; at < 4 * 188; at += 188)
		if (at >= s.n || s.p[at] != 'G')
			return false;
	return true;
}

static const char *other_media(struct span s)
{
	static const struct {
		size_t at;
		const char *magic, *what;
	} kinds[] = {
		{ 4, "ftyp", "unsupported: mp4" },
		{ 4, "moov", "unsupported: mp4" },
		{ 0, "\x1a\x45\xdf\xa3", "unsupported: matroska" },
		{ 0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", "unsupported: asf" },
		{ 0, "ADIF", "unsupported: aac" },
		{ 0, "#EXTM3U", "unsupported: playlist" },
		{ 0, "[playlist]", "unsupported: playlist" },
		{ 0, "MThd", "unsupported: midi" },
		{ 0, "wvpk", "unsupported: wavpack" },
		{ 0, "MAC ", "unsupported: ape" },
		{ 0, "MPCK", "unsupported: musepack" },
		{ 0, "MP+", "unsupported: musepack" },
		{ 0, "TTA1", "unsupported: tta" },
		{ 0, "DSD ", "unsupported: dsd" },
		{ 0, "FRM8", "unsupported: dsd" },
		{ 0, "caff", "unsupported: caf" },
		{ 0, ".snd", "unsupported: au" },
		{ 0, "#!AMR", "unsupported: amr" },
		{ 0, ".RMF", "unsupported: realmedia" },
		{ 0, ".ra\xfd", "unsupported: realmedia" },
		{ 0, "FLV\1", "unsupported: flv" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (has(s, kinds[i].at, kinds[i].magic))
			return kinds[i].what;
	return is_adts(s, 0)     ? "unsupported: aac"
	       : is_transport(s) ? "unsupported: mpegts"
				 : NULL;
}

/* Behind a byte order mark and white space a "<" and a name, "!" or "?". */
static bool is_markup(struct span s)
{
	size_t step = 1, at = 0;

	if (has(s, 0, "\xef\xbb\xbf"))
		at = 3;
	else if (has(s, 0, "\xff\xfe"))
		at = step = 2;
	else if (has(s, 0, "\xfe\xff"))
		at = 3, step = 2;
	while (at < s.n && strchr(" \t\r\n", s.p[at]) && s.p[at])
		at += step;
	if (at + step >= s.n || s.p[at] != '<')
		return false;
	at += step;
	return s.p[at] == '!' || s.p[at] == '?' ||
	       (s.p[at] >= 'A' && s.p[at] <= 'Z') ||
	       (s.p[at] >= 'a' && s.p[at] <= 'z');
}

const char *sniff_audio(struct span head, const char **why)
{
	size_t tags = mpegframe_tags(head);
	struct mpegframe f;

	*why = NULL;
	if (has(head, tags, "fLaC"))
		return "flac";
	if (tags && is_adts(head, tags)) {
		*why = "unsupported: aac";
		return NULL;
	}
	if (tags)
		return "mp3";
	if (has(head, 0, "OggS"))
		return "ogg";
	if (has(head, 8, "WAVE") &&
	    (has(head, 0, "RIFF") || has(head, 0, "RF64")))
		return "wav";
	if (has(head, 0, "FORM") &&
	    (has(head, 8, "AIFF") || has(head, 8, "AIFC")))
		return "aiff";
	*why = !head.n ? "empty" : other_media(head);
	if (!*why && is_markup(head))
		*why = "page";
	if (*why)
		return NULL;
	if (head.n > SNIFF_SIZE)
		head.n = SNIFF_SIZE;
	/* A frame whose successor is out of sight is left to the decoder. */
	if (mpegframe_read(&f, head, 0) &&
	    (f.size + 4 > head.n || mpegframe_run(head, 0, 2) == 2))
		return "mp3";
	if (mpegframe_find(head, 0, 3) < head.n)
		return "mp3";
	*why = "not audio";
	return NULL;
}
