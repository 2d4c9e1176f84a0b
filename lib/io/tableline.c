/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/tableline.h"

#include <string.h>

/* As tableline_cut, but for the white space: a cell that is empty counts. */
static struct span cut(struct span *rest, char separator)
{
	const char *end = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
	struct span piece = { rest->p,
			      end ? (size_t)(end - rest->p) : rest->n };
	size_t taken = piece.n + (end != NULL);

	if (taken)
		*rest = (struct span){ rest->p + taken, rest->n - taken };
	return piece;
}

struct span tableline_cut(struct span *rest, char separator)
{
	return span_trim(cut(rest, separator));
}

struct span tableline_field(struct span *line)
{
	return tableline_cut(line, '\t');
}

int tableline_cells(struct span line, struct span *cells, int most)
{
	int n = 0;

	while (n < most) {
		bool last = !line.n || !memchr(line.p, '\t', line.n);

		cells[n++] = tableline_field(&line);
		if (last)
			break;
	}
	return n;
}

bool tableline_next(struct span *table, struct span *line, size_t *number)
{
	while (table->n) {
		*line = cut(table, '\n');
		(*number)++;
		if (span_trim(*line).n && line->p[0] != '#')
			return true;
	}
	return false;
}
