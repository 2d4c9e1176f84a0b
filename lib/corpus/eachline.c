/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/eachline.h"

#include "io/window.h"

static int read_lines(const char *path, size_t limit, bool blank, void *ctx,
		      int (*each)(void *ctx, struct span line, struct err *err),
		      struct err *err)
{
	struct input *in = input_open(path, err);
	struct window window;
	struct span line;
	size_t number = 0;
	bool cut = false;
	int rc;

	if (!in)
		return -1;
	window_init(&window, in);
	while ((rc = window_line(&window, limit, &line, &cut, err)) > 0) {
		number++;
		if (cut)
			rc = err_set(err, ERR_DATA, "line",
				     "a line of more "
				     "than %zu bytes",
				     limit);
		else
			rc = blank || span_trim(line).n ? each(ctx, line, err)
							: 0;
		if (rc)
			break;
	}
	if (rc < 0 && number && err->status == ERR_DATA)
		err_prefix(err, "%s:%zu", input_name(in), number);
	window_release(&window);
	input_close(in);
	return rc;
}

int eachline_of(const char *path, size_t limit, void *ctx,
		int (*each)(void *ctx, struct span line, struct err *err),
		struct err *err)
{
	return read_lines(path, limit, false, ctx, each, err);
}

int eachline_all(const char *path, size_t limit, void *ctx,
		 int (*each)(void *ctx, struct span line, struct err *err),
		 struct err *err)
{
	return read_lines(path, limit, true, ctx, each, err);
}

int eachline(char **files, int count, size_t limit, void *ctx,
	     int (*each)(void *ctx, struct span line, struct err *err),
	     struct err *err)
{
	char standard[] = "-", *none[] = { standard };
	int rc = 0;

	if (!count) {
		files = none;
		count = 1;
	}
	for (int i = 0; i < count && !rc; i++)
		rc = eachline_of(files[i], limit, ctx, each, err);
	return rc;
}
