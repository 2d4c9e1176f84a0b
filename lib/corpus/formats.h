/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which formats an answer can be written in, man rerank(1). */
#ifndef MOODPIPE_FORMATS_H
#define MOODPIPE_FORMATS_H

#include "corpus/answer.h"

enum format {
	FORMAT_JSON,
	FORMAT_NDJSON,
	FORMAT_TABLE,
	FORMAT_M3U,
	FORMAT_M3U8, /* the same */
	FORMAT_XSPF,
	FORMAT_JSPF,
	FORMAT_MARKS,
	FORMAT_TREC,
	FORMATS
};
#define FORMAT_NAMES "json, ndjson, table, m3u, m3u8, xspf, jspf, marks, trec"
const char *format_name(enum format f);
enum format format_find(const char *name); /* FORMATS: there is none such */

struct format_options {
	enum format format;
	bool why;        /* reasons, where they are an option */
	const char *tag; /* of a TREC run */
	/* That a playlist lies in; empty: paths stay absolute. */
	struct span dir;
};
/* Is it a playlist, which says where files are? */
bool format_has_paths(enum format f);

/* Appends a, the answer to request `number` of this run, from 1. -1, ERR_DATA:
 * as answer_json; ERR_USAGE: a second request where the format is of one. */
int format_put(const struct format_options *o, const struct answer *a,
	       size_t number, struct str *out, struct err *err);

#endif
