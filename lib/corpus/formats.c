/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/formats.h"

#include "corpus/marks.h"
#include "corpus/playlist.h"
#include "corpus/playlistfiles.h"

static const char *const names[FORMATS] = { "json", "ndjson", "table",
					    "m3u",  "m3u8",   "xspf",
					    "jspf", "marks",  "trec" };

const char *format_name(enum format f)
{
	return names[f < FORMATS ? f : FORMAT_JSON];
}

enum format format_find(const char *name)
{
	int f = 0;

	while (f < FORMATS && strcmp(names[f], name))
		f++;
	return (enum format)f;
}

bool format_has_paths(enum format f)
{
	return f == FORMAT_M3U || f == FORMAT_M3U8 || f == FORMAT_XSPF ||
	       f == FORMAT_JSPF;
}

static int is_alone(const struct format_options *o, size_t number,
		    struct err *err)
{
	if (number == 1)
		return 0;
	return err_set(err, ERR_USAGE, "usage",
		       "a second request, and %s has room for one list a file; "
		       "run rerank once for each, or take --format m3u",
		       format_name(o->format));
}

int format_put(const struct format_options *o, const struct answer *a,
	       size_t number, struct str *out, struct err *err)
{
	switch (o->format) {
	case FORMAT_NDJSON:
		return answer_ndjson(a, out, err);
	case FORMAT_TABLE:
		if (number > 1)
			str_putc(out, '\n');
		return playlist_table(a, o->why, out, err);
	case FORMAT_M3U:
	case FORMAT_M3U8:
		return playlistfiles_m3u(a, number, o->dir, out, err);
	case FORMAT_XSPF:
		return is_alone(o, number, err) ||
			       playlistfiles_xspf(a, o->dir, out, err)
			   ? -1
			   : 0;
	case FORMAT_JSPF:
		return is_alone(o, number, err) ||
			       playlistfiles_jspf(a, o->dir, out, err)
			   ? -1
			   : 0;
	case FORMAT_MARKS:
		return is_alone(o, number, err) ||
			       marks_put(a, o->why, out, err)
			   ? -1
			   : 0;
	case FORMAT_TREC:
		return playlist_trec(a, number, o->tag, out, err);
	default:
		return answer_json(a, out, err);
	}
}
