/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/artistfilter.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/request.h"

enum {
	ALIKE = 16 /* of equally similar names, as many are meant */,
	TOLD = 3 /* and of these so many are named */,
	NAME_SHOWN = 64 /* bytes of a name */
};

struct reader {
	const struct generation *g;
	struct namefind_work *work;
	struct artists_meant *out;
	struct str *told;
	const char *what;
};

void artists_meant_release(struct artists_meant *m)
{
	free(m->numbers);
	*m = (struct artists_meant){ 0 };
}

static void add(struct artists_meant *m, uint32_t number)
{
	size_t at = m->count;

	while (at && m->numbers[at - 1] > number)
		at--;
	if (at && m->numbers[at - 1] == number)
		return;
	MEM_ROOM(m->numbers, m->count + 1, m->cap);
	memmove(m->numbers + at + 1, m->numbers + at,
		(m->count++ - at) * sizeof(*m->numbers));
	m->numbers[at] = number;
}

static void put_name(struct str *out, struct span name)
{
	size_t from = out->n + 1;

	str_printf(out, "\"%.*s\"",
		   (int)(name.n < NAME_SHOWN ? name.n : NAME_SHOWN), name.p);
	for (size_t i = from; i + 1 < out->n; i++)
		if ((unsigned char)out->p[i] < ' ')
			out->p[i] = ' ';
}

void artistfilter_put(const struct generation *g, uint32_t number,
		      struct str *out)
{
	struct span name = { "", 0 };
	struct err err;
	const uint32_t *rows;

	if (!name_rows_get(&g->by_artist, number, &rows) ||
	    catalogue_text(g, *rows, CATALOGUE_ARTIST, &name, &err) || !name.n)
		names_get(&g->artists, number, &name);
	put_name(out, name);
}

/* The first of names, where it is like enough, and those that are as like. */
static size_t likeliest(const struct namefind_name *names, size_t n)
{
	size_t i = 0;

	while (i < n && names[i].similarity >= ARTISTFILTER_SIMILAR &&
	       names[i].similarity >= names[0].similarity)
		i++;
	return i;
}

static void tell(struct reader *r, struct span name,
		 const struct namefind_name *names, size_t n)
{
	struct str *out = r->told;

	if (!out)
		return;
	str_puts(out, "no artist ");
	put_name(out, name);
	for (size_t i = 0; i < n && i < TOLD; i++) {
		if (i)
			str_puts(out, i + 1 == n ? " and " : ", ");
		else
			str_printf(out, "; %s ", r->what);
		artistfilter_put(r->g, names[i].name, out);
	}
	if (!n)
		str_puts(out, ", nor one like it");
	if (n > TOLD)
		str_printf(out, " and %zu more", n - TOLD);
	str_putc(out, '\n');
}

static void read_name(struct reader *r, struct span name)
{
	const struct namefind *find = &r->g->by_artist.find;
	struct namefind_name names[ALIKE];
	bool alike;
	size_t n;

	if (!find->names)
		return tell(r, name, names, 0);
	n = namefind_search(find, r->work, name, 0, ALIKE, names);
	alike = n > 0;
	if (!alike) {
		n = namefind_search(find, r->work, name, NAMEFIND_FAR, ALIKE,
				    names);
		n = likeliest(names, n);
	}
	for (size_t i = 0; i < n; i++)
		add(r->out, names[i].name);
	if (!alike)
		tell(r, name, names, n);
}

void artistfilter_read(const struct generation *g, struct span names,
		       const char *what, struct artists_meant *out,
		       struct str *told)
{
	struct reader r = { .g = g,
			    .work = namefind_work_new(),
			    .out = out,
			    .told = told,
			    .what = what };
	struct span name;

	while (request_next(&names, &name))
		read_name(&r, name);
	namefind_work_free(r.work);
}

void artistfilter_mark(const struct generation *g,
		       const struct artists_meant *m, uint8_t value,
		       uint8_t *marks)
{
	for (size_t i = 0; i < m->count; i++) {
		const uint32_t *rows;
		size_t n = name_rows_get(&g->by_artist, m->numbers[i], &rows);

		for (size_t k = 0; k < n; k++)
			if (rows[k] < g->count &&
			    g->artist[rows[k]] == m->numbers[i])
				marks[rows[k]] = value;
	}
}
