/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/tableline.h"

#include "corpus/datadir.h"
#include "io/input.h"

enum { TABLE_MAX = 1 << 20 };

static struct span cut(struct span *s, char separator)
{
	const char *end = s->n ? memchr(s->p, separator, s->n) : NULL;
	struct span piece = *s;

	if (end) {
		piece.n = (size_t)(end - piece.p);
		*s = (struct span){ end + 1, s->n - piece.n - 1 };
	} else {
		s->p += s->n;
		s->n = 0;
	}
	return span_trim(piece);
}

struct span tableline_field(struct span *line)
{
	return cut(line, '\t');
}

bool tableline_next(struct span *table, struct span *line, size_t *number)
{
	while (table->n) {
		*line = cut(table, '\n');
		(*number)++;
		if (line->n && line->p[0] != '#')
			return true;
	}
	return false;
}

int tableline_load(const char *name, tableline_parse *parse, void *to,
		   struct err *err)
{
	struct str path = { 0 }, text = { 0 };
	int rc = input_slurp(datadir_path(name, &path), TABLE_MAX, &text, err);

	if (!rc)
		rc = parse(to, span_str(&text), str_z(&path), err);
	str_release(&path);
	str_release(&text);
	return rc;
}
