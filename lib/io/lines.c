/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/lines.h"

#define BLOCK ((size_t)256 << 10)
#define SMALL ((size_t)16 << 10)

void lines_init(struct lines *l, char **files, int nfiles, size_t batch)
{
	*l = (struct lines){ .files = files, .nfiles = nfiles, .batch = batch };
}

void lines_release(struct lines *l)
{
	input_close(l->in);
	str_release(&l->carry);
}

static const char *name_of(const struct lines *l)
{
	const char *name = l->nfiles ? l->files[l->next - 1] : "-";

	/* A copy of it, as net/errand.h makes, has no name of its own. */
	return strcmp(name, "-") && strncmp(name, "/proc/self/fd/", 14)
		   ? name
		   : "standard input";
}

static int open_next(struct lines *l, struct err *err)
{
	int count = l->nfiles ? l->nfiles : 1;

	if (l->next == count)
		return 0;
	l->in = input_open(l->nfiles ? l->files[l->next] : "-", err);
	l->next++;
	return l->in ? 1 : -1;
}

/* Length of the lines to hand out of text, 0: more bytes are needed. `from` is
 * where bytes not yet searched begin, *seen the newlines before. */
static size_t cut(const struct lines *l, const struct str *text, size_t from,
		  size_t *seen)
{
	const char *p = text->p + from, *end = text->p + text->n, *q;

	if (!l->batch) {
		q = memrchr(p, '\n', (size_t)(end - p));
		return q ? (size_t)(q + 1 - text->p) : 0;
	}
	while ((q = memchr(p, '\n', (size_t)(end - p)))) {
		p = q + 1;
		if (++*seen == l->batch)
			return (size_t)(p - text->p);
	}
	return 0;
}

int lines_read(struct lines *l, struct str *block, const char **file,
	       struct err *err)
{
	size_t chunk = l->batch ? SMALL : BLOCK, from = 0, n, seen = 0;
	ssize_t got;
	int rc;

	block->n = 0;
	while (!l->in)
		if ((rc = open_next(l, err)) <= 0)
			return rc;
	*file = name_of(l);
	str_span(block, span_str(&l->carry));
	l->carry.n = 0;
	for (;;) {
		n = block->n > from ? cut(l, block, from, &seen) : 0;
		if (n)
			break;
		from = block->n;
		str_reserve(block, chunk);
		got = input_read(l->in, block->p + block->n, chunk, err);
		if (got < 0)
			return -1;
		block->n += (size_t)got;
		if (got)
			continue;
		input_close(l->in);
		l->in = NULL;
		if (!block->n)
			return lines_read(l, block, file, err);
		if (block->p[block->n - 1] != '\n')
			str_putc(block, '\n');
		return 1;
	}
	str_put(&l->carry, block->p + n, block->n - n);
	block->n = n;
	return 1;
}
