/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/sourceformat.h"

#include "corpus/audiofolder.h"
#include "io/json.h"
#include "net/sniff.h"

int sourceformat_parse(const char *name, enum source_format *out)
{
	static const char names[][8] = { "auto",  "csv",  "tsv", "ndjson",
					 "audio", "json", "m3u", "xspf" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i])) {
			*out = (enum source_format)i;
			return 0;
		}
	}
	return -1;
}

int sourceformat_delimiter(const char *text, char *out)
{
	if (!strcmp(text, "tab") || !strcmp(text, "\\t"))
		text = "\t";
	if (!*text || text[1] || strchr("\"\r\n", *text))
		return -1;
	*out = *text;
	return 0;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && span_ieq(span_of(s + n - m), end);
}

static bool named_ndjson(const char *path)
{
	return ends_with(path, ".ndjson") || ends_with(path, ".jsonl") ||
	       ends_with(path, ".ndjson.gz") || ends_with(path, ".jsonl.gz");
}

static bool has_at(struct span s, size_t at, const char *magic, size_t n)
{
	return s.n >= at + n && !memcmp(s.p + at, magic, n);
}

/* The header of a tar entry by its checksum: those of the seventies have no
 * magic. */
static bool is_tar(struct span s)
{
	unsigned sum = 0, said = 0;

	if (has_at(s, 257, "ustar", 5))
		return true;
	if (s.n < 512 || !s.p[0])
		return false;
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned char)s.p[i];
	for (size_t i = 148; i < 155; i++) {
		if (s.p[i] == ' ' && !said)
			continue;
		if (s.p[i] < '0' || s.p[i] > '7')
			break;
		said = said * 8 + (unsigned)(s.p[i] - '0');
	}
	return said && sum == said;
}

static bool is_archive(struct span s)
{
	static const struct {
		const char *magic;
		size_t n;
	} magics[] = {
		{ "PK\3\4", 4 },
		{ "PK\5\6", 4 },
		{ "\x28\xB5\x2F\xFD", 4 }, /* zstd */
		{ "\xFD"
		  "7zXZ\0",
		  6 },
		{ "\x5D\0\0", 3 }, /* lzma */
	};

	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (has_at(s, 0, magics[i].magic, magics[i].n))
			return true;
	/* "BZh", a level, and the first block's magic or that of the end */
	if (has_at(s, 0, "BZh", 3) &&
	    (has_at(s, 4, "1AY&SY", 6) || has_at(s, 4, "\x17rE8P\x90", 6)))
		return true;
	/* a zstd frame to be skipped, as its parallel writers begin */
	if (s.n >= 4 && (s.p[0] & 0xF0) == 0x50 &&
	    has_at(s, 1, "\x2A\x4D\x18", 3))
		return true;
	return is_tar(s);
}

static const char *foreign(struct span head)
{
	if (has_at(head, 0, "\xFF\xFE", 2) || has_at(head, 0, "\xFE\xFF", 2))
		return "UTF-16; convert it first: iconv -f UTF-16 -t UTF-8";
	if (has_at(head, 0, "7z\xBC\xAF", 4) || has_at(head, 0, "Rar!", 4))
		return "a 7z or RAR archive; make it a tar or zip";
	if (has_at(head, 0, "\xD0\xCF\x11\xE0", 4))
		return "an old workbook; export it as CSV";
	return NULL;
}

static bool is_sound(const char *path, struct span head)
{
	const char *why;

	return audiofolder_is_sound(path) || sniff_audio(head, &why);
}

static bool is_xspf(struct span head)
{
	return memmem(head.p, head.n, "<playlist", 9) != NULL;
}

/* A JSON array, or a cell such as "[Live] title"? */
static bool is_array(struct span text)
{
	const char *end = text.p + text.n, *why;
	struct span rest = span_trim((struct span){ text.p + 1, text.n - 1 });

	if (!rest.n || strchr("[{\"", rest.p[0]))
		return true;
	if (rest.p[0] == ']')
		return rest.n == 1;
	rest.p = json_skip(rest.p, end, &why);
	if (!rest.p)
		return false;
	rest = span_trim((struct span){ rest.p, (size_t)(end - rest.p) });
	return rest.n &&
	       (rest.p[0] == ',' || (rest.p[0] == ']' && rest.n == 1));
}

static bool named_m3u(const char *path)
{
	return ends_with(path, ".m3u") || ends_with(path, ".m3u8");
}

int sourceformat_find(const char *path, struct span head,
		      enum source_format *format, struct err *err)
{
	const char *wrong = foreign(head);
	size_t at = has_at(head, 0, "\xEF\xBB\xBF", 3) ? 3 : 0;
	struct span text;
	char first;

	if (!wrong && *format != SOURCE_AUDIO && is_archive(head)) {
		*format = SOURCE_ARCHIVE;
		return 0;
	}
	while (at < head.n && (head.p[at] == ' ' ||
			       (head.p[at] >= '\t' && head.p[at] <= '\r')))
		at++;
	text = (struct span){ head.p + at, head.n - at };
	first = text.n ? *text.p : 0;
	if (!wrong && (*format == SOURCE_AUTO || *format == SOURCE_AUDIO) &&
	    is_sound(path, head))
		wrong = "a sound file; give the folder it is in";
	if (!wrong && *format == SOURCE_AUDIO)
		wrong = "a file, where --format audio wants a folder";
	if (!wrong && *format == SOURCE_AUTO && text.n >= 10 &&
	    span_ieq((struct span){ text.p, 10 }, "[playlist]"))
		wrong = "a PLS playlist; save it as M3U or XSPF";
	if (!wrong && *format == SOURCE_AUTO && first == '[' &&
	    !named_m3u(path) && is_array(text))
		wrong = "a JSON array; make it one object per line: "
			"jq -c '.[]'";
	if (!wrong && *format == SOURCE_AUTO && first == '<' && !is_xspf(text))
		wrong = "XML or HTML, but no XSPF playlist";
	if (wrong)
		return err_set(err, ERR_DATA, "format", "%s", wrong);
	if (*format != SOURCE_AUTO)
		return 0;
	if (has_at(text, 0, "#EXTM3U", 7) || named_m3u(path))
		*format = SOURCE_M3U;
	else if (first == '<')
		*format = SOURCE_XSPF;
	else
		*format = first == '{' || named_ndjson(path) ? SOURCE_NDJSON
							     : SOURCE_CSV;
	return 0;
}

/* A one-line object that is a document all the same. */
static bool is_known(struct span line)
{
	struct span name, value;
	size_t pos = 0;

	if (!json_member(line, &pos, &name, &value) ||
	    json_type(value) != JSON_OBJECT)
		return false;
	return (span_is(name, "playlist") && json_get(value, "track").p) ||
	       (name.n == 36 && name.p[8] == '-' && name.p[13] == '-');
}

bool sourceformat_is_document(struct span text)
{
	const char *end = text.p + text.n, *nl, *stop, *why, *next;

	text = span_trim(text);
	if (!text.n || *text.p != '{')
		return false;
	nl = memchr(text.p, '\n', text.n);
	stop = json_skip(text.p, nl ? nl : end, &why);
	if (stop)
		return is_known(
		    (struct span){ text.p, (size_t)(stop - text.p) });
	if (!nl)
		return false;
	next = nl + 1;
	if (next < end && *next == '{')
		return false; /* a broken line, and another */
	stop = json_skip(text.p, text.p + text.n, &why);
	return stop == text.p + text.n;
}
