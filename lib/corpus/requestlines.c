/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/requestlines.h"

#include "corpus/eachline.h"
#include "corpus/marks.h"

#define LINE_MAX_BYTES ((size_t)64 << 20)

struct lines {
	struct request *r;
	int top_k;
	void *ctx;
	int (*answer)(void *ctx, int refused, struct err *err);
	bool any;
	struct str before; /* blank lines in front */
	struct str marked; /* what was read of a marked list */
};

/* What may be JSON, however damaged, is a request. */
static bool begins_list(struct span line)
{
	line = span_trim(line);
	return line.n && !strchr("{[\"", line.p[0]);
}

static int read_line(void *ctx, struct span line, struct err *err)
{
	struct lines *l = ctx;
	bool first = !l->any;
	int refused;

	if (first && !span_trim(line).n)
		str_putc(&l->before, '\n');
	else
		l->any = true;
	if (first && l->any && begins_list(line))
		str_span(&l->marked, span_str(&l->before));
	if (l->marked.n || (first && begins_list(line))) {
		str_span(&l->marked, line);
		str_putc(&l->marked, '\n');
		return 0;
	}
	if (!span_trim(line).n)
		return 0;
	refused = request_read(l->r, line, err);
	if (!l->r->top_k)
		l->r->top_k = l->top_k;
	return l->answer(l->ctx, refused, err);
}

static int read_marked(struct lines *l, struct err *err)
{
	struct marks marks = { 0 };
	struct str line = { 0 };
	int refused;

	if (!l->marked.n)
		return 0;
	request_reset(l->r);
	refused = marks_read(&marks, span_str(&l->marked), err);
	if (!refused) {
		marks_request(&marks, &line);
		refused = request_read(l->r, span_str(&line), err);
	}
	if (l->top_k)
		l->r->top_k = l->top_k;
	marks_release(&marks);
	str_release(&line);
	return l->answer(l->ctx, refused, err);
}

int requestlines_read(struct request *r, int top_k, void *ctx,
		      int (*answer)(void *ctx, int refused, struct err *err),
		      struct err *err)
{
	struct lines l = {
		.r = r, .top_k = top_k, .ctx = ctx, .answer = answer
	};
	int rc = eachline_all("-", LINE_MAX_BYTES, &l, read_line, err);

	if (!rc)
		rc = read_marked(&l, err);
	str_release(&l.before);
	str_release(&l.marked);
	return rc;
}
