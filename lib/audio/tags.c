/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/tags.h"

#include <errno.h>
#include <limits.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <taglib/tag_c.h>

#include "audio/decoder.h"
#include "audio/lyricframe.h"
#include "base/mem.h"
#include "base/num.h"
#include "text/utf8.h"

/* A name with a slash that no path has: nothing but tags_fopen takes it. */
#define NAME "\001descriptor/"

/* TagLib's C binding tells kinds by the ending of the name; ours, by content. */
static const struct {
	uint8_t at, n;
	const char *magic, *ending;
} kinds[] = {
	{ 0, 4, "fLaC", "flac" },      { 28, 7, "\001vorbis", "ogg" },
	{ 28, 8, "OpusHead", "opus" }, { 28, 5, "\177FLAC", "oga" },
	{ 28, 5, "Speex", "spx" },     { 4, 4, "ftyp", "m4a" },
	{ 8, 4, "WAVE", "wav" },       { 8, 4, "AIFF", "aiff" },
	{ 8, 4, "AIFC", "aiff" },      { 0, 4, "wvpk", "wv" },
	{ 0, 4, "MAC ", "ape" },       { 0, 3, "MP+", "mpc" },
	{ 0, 4, "MPCK", "mpc" },       { 0, 4, "TTA1", "tta" },
	{ 0, 4, "DSD ", "dsf" },       { 0, 4, "\x30\x26\xb2\x75", "wma" },
};

/* Of MPEG audio, which has no magic, and whatever else. */
#define OTHERWISE "mp3"

/* By the first bytes behind an ID3v2 tag. */
static const char *ending(int fd)
{
	uint8_t p[64] = { 0 };
	struct bytes b;

	if (bytes_borrow(&b, fd, NULL) != 0)
		return OTHERWISE;
	bytes_skip_id3(&b);
	bytes_peek(&b, 0, p, sizeof(p));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!memcmp(p + kinds[i].at, kinds[i].magic, kinds[i].n))
			return kinds[i].ending;
	return OTHERWISE;
}

static ssize_t cookie_read(void *b, char *p, size_t n)
{
	ssize_t k = bytes_read(b, p, n);

	return k < 0 ? 0 : k;
}

static int cookie_seek(void *b, off64_t *offset, int whence)
{
	int64_t to = bytes_seek(b, *offset, whence);

	if (to < 0)
		return -1;
	*offset = to;
	return 0;
}

static int cookie_close(void *b)
{
	free(b);
	return 0;
}

FILE *tags_fopen(const char *name, const char *mode)
{
	const cookie_io_functions_t functions = { cookie_read, NULL,
						  cookie_seek, cookie_close };
	struct span digits = { name, strcspn(name, ".") };
	size_t n = strlen(NAME);
	struct bytes *b;
	FILE *f;
	int fd;

	errno = EACCES;
	if (strncmp(name, NAME, n) || strchr(mode, '+') || mode[0] != 'r')
		return NULL;
	digits.p += n;
	digits.n -= n;
	if (num_int(digits, 0, INT_MAX, &fd) != 0)
		return NULL;
	b = mem_alloc(sizeof(*b));
	f = bytes_borrow(b, fd, NULL) == 0 ? fopencookie(b, mode, functions)
					   : NULL;
	if (!f)
		free(b);
	return f;
}

static void take(struct str *out, char *text)
{
	if (text)
		utf8_clean(span_of(text), out);
	taglib_free(text);
}

static void read_taglib(int fd, struct heard *h)
{
	struct str name = { 0 };
	TagLib_File *f;
	const TagLib_AudioProperties *p;
	TagLib_Tag *t;

	taglib_set_string_management_enabled(0);
	str_puts(&name, NAME);
	str_printf(&name, "%d.%s", fd, ending(fd));
	f = taglib_file_new(str_z(&name));
	str_release(&name);
	t = f && taglib_file_is_valid(f) ? taglib_file_tag(f) : NULL;
	if (t) {
		unsigned year = taglib_tag_year(t);

		take(&h->title, taglib_tag_title(t));
		take(&h->artist, taglib_tag_artist(t));
		take(&h->album, taglib_tag_album(t));
		take(&h->genre, taglib_tag_genre(t));
		if (year)
			str_u64(&h->date, year);
	}
	p = f ? taglib_file_audioproperties(f) : NULL;
	if (p && taglib_audioproperties_length(p) > 0)
		h->length = taglib_audioproperties_length(p);
	if (f)
		taglib_file_free(f);
}

/* Text whose encoding nothing says: UTF-8, else Latin-1. */
static void fill(struct str *out, const char *text)
{
	if (out->n || !text)
		return;
	if (utf8_valid(span_of(text)))
		str_puts(out, text);
	else
		for (; *text; text++)
			utf8_put(out, (unsigned char)*text);
}

/* What the C binding leaves out: it has only ID3v2 of WAV and AIFF. */
static void read_strings(struct bytes *b, struct heard *h)
{
	static const char *const magics[] = { "RIFF", "RIFX", "RF64", "FORM",
					      "caff" };
	struct decoder d;
	char magic[4] = { 0 };
	bool chunks = false;

	bytes_skip_id3(b);
	bytes_peek(b, 0, magic, sizeof(magic));
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		chunks |= !memcmp(magic, magics[i], sizeof(magic));
	if (!chunks || decoder_sndfile(&d, b, NULL) != 0)
		return;
	fill(&h->title, decoder_sndfile_says(&d, SF_STR_TITLE));
	fill(&h->artist, decoder_sndfile_says(&d, SF_STR_ARTIST));
	fill(&h->album, decoder_sndfile_says(&d, SF_STR_ALBUM));
	fill(&h->genre, decoder_sndfile_says(&d, SF_STR_GENRE));
	fill(&h->date, decoder_sndfile_says(&d, SF_STR_DATE));
	d.close(&d);
}

void tags_read(int fd, struct heard *h)
{
	struct bytes b;

	read_taglib(fd, h);
	if (bytes_borrow(&b, fd, NULL) == 0)
		lyricframe_read(&b, &h->lyrics);
	if (bytes_borrow(&b, fd, NULL) == 0)
		read_strings(&b, h);
}
