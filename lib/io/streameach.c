/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/lines.h"
#include "io/stream.h"

int stream_each(char **files, int nfiles, void *ctx,
		int (*each)(void *ctx, struct record *r, struct err *err),
		struct err *err)
{
	struct lines lines;
	struct str block = { 0 };
	struct record rec = { 0 };
	const char *file = NULL, *last = NULL, *p, *end, *q;
	size_t number = 0;
	int rc;

	lines_init(&lines, files, nfiles, 0);
	while ((rc = lines_read(&lines, &block, &file, err)) > 0) {
		number = file == last ? number : 0;
		last = file;
		for (p = block.p, end = p + block.n; p < end; p = q + 1) {
			q = memchr(p, '\n', (size_t)(end - p));
			number++;
			if (!span_trim((struct span){ p, (size_t)(q - p) }).n)
				continue;
			if (record_parse(&rec,
					 (struct span){ p, (size_t)(q - p) },
					 err)) {
				rc = err_prefix(err, "%s:%zu", file, number);
				goto out;
			}
			if (record_failed(&rec))
				continue;
			rc = each(ctx, &rec, err);
			if (rc < 0) {
				err_prefix(err, "%s:%zu", file, number);
				goto out;
			}
		}
	}
out:
	record_release(&rec);
	str_release(&block);
	lines_release(&lines);
	return rc < 0 ? -1 : 0;
}
