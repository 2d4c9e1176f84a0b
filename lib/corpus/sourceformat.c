/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/sourceformat.h"

int sourceformat_parse(const char *name, enum source_format *out)
{
	static const char names[][8] = { "auto", "csv", "tsv", "ndjson",
					 "audio" };

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

	return n >= m && !strcmp(s + n - m, end);
}

static bool named_ndjson(const char *path)
{
	return ends_with(path, ".ndjson") || ends_with(path, ".jsonl") ||
	       ends_with(path, ".ndjson.gz") || ends_with(path, ".jsonl.gz");
}

static bool has_at(struct span s, size_t at, const char *magic)
{
	size_t n = strlen(magic);

	return s.n >= at + n && !memcmp(s.p + at, magic, n);
}

static const char *foreign(struct span head)
{
	if (has_at(head, 0, "\xFF\xFE") || has_at(head, 0, "\xFE\xFF"))
		return "UTF-16; convert it first: iconv -f UTF-16 -t UTF-8";
	if (has_at(head, 0, "PK\3\4"))
		return "a ZIP archive or a workbook; extract it, or export it "
		       "as CSV";
	if (has_at(head, 257, "ustar"))
		return "a tar archive; extract it first";
	return NULL;
}

int sourceformat_find(const char *path, struct span head,
		      enum source_format *format, struct err *err)
{
	const char *wrong = foreign(head);
	size_t at = has_at(head, 0, "\xEF\xBB\xBF") ? 3 : 0;
	char first;

	while (at < head.n && (head.p[at] == ' ' ||
			       (head.p[at] >= '\t' && head.p[at] <= '\r')))
		at++;
	first = at < head.n ? head.p[at] : 0;
	if (!wrong && *format == SOURCE_AUDIO)
		wrong = "a file, where --format audio wants a folder";
	if (!wrong && *format == SOURCE_AUTO && first == '[')
		wrong = "a JSON array; make it one object per line: "
			"jq -c '.[]'";
	if (wrong)
		return err_set(err, ERR_DATA, "format", "%s: %s", path, wrong);
	if (*format == SOURCE_AUTO)
		*format = first == '{' || named_ndjson(path) ? SOURCE_NDJSON
							     : SOURCE_CSV;
	return 0;
}
