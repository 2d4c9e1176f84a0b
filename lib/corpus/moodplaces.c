/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodplaces.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "corpus/eachline.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)

/* The cell before the next tab; *line is what follows it. */
static struct span cell(struct span *line)
{
	const char *tab = line->n ? memchr(line->p, '\t', line->n) : NULL;
	struct span first = *line;

	if (tab) {
		first.n = (size_t)(tab - line->p);
		line->n -= first.n + 1;
		line->p = tab + 1;
	} else {
		line->n = 0;
	}
	return span_trim(first);
}

static bool quadrant(struct span s, struct moodplace *out)
{
	const float q = MOODPLACES_QUADRANT;

	if (s.n != 2 || s.p[0] != 'Q' || s.p[1] < '1' || s.p[1] > '4')
		return false;
	out->valence = s.p[1] == '1' || s.p[1] == '4' ? q : -q;
	out->arousal = s.p[1] <= '2' ? q : -q;
	return true;
}

static bool numbers(struct span valence, struct span arousal,
		    struct moodplace *out)
{
	double v, a;

	if (num_double(valence, &v) || num_double(arousal, &a) ||
	    !(fabs(v) <= 1) || !(fabs(a) <= 1))
		return false;
	*out = (struct moodplace){ (float)v, (float)a };
	return true;
}

static int add(void *ctx, struct span line, struct err *err)
{
	struct moodplaces *m = ctx;
	struct span name, first;
	struct moodplace place;
	uint64_t *slot;

	if (line.p[0] == '#')
		return 0;
	name = cell(&line);
	first = cell(&line);
	if (!name.n ||
	    (!quadrant(first, &place) && !numbers(first, cell(&line), &place)))
		return err_set(err, ERR_DATA, "places",
			       "not a place; a name, a tab and Q1 to Q4, or "
			       "valence, a tab and arousal (-1 to 1) were "
			       "expected");
	slot = table_put(&m->names, name);
	if (*slot)
		return err_set(err, ERR_DATA, "places",
			       "%.*s has a place already; leave one line of it",
			       (int)(name.n < 200 ? name.n : 200), name.p);
	*slot = m->names.count;
	MEM_ROOM(m->at, m->names.count, m->cap);
	m->at[*slot - 1] = place;
	return 0;
}

int moodplaces_read(struct moodplaces *m, const char *path, struct err *err)
{
	return eachline_of(path, LINE_MAX_BYTES, m, add, err);
}

void moodplaces_release(struct moodplaces *m)
{
	table_release(&m->names);
	free(m->at);
}

const struct moodplace *moodplaces_get(const struct moodplaces *m,
				       struct span name)
{
	const uint64_t *n = table_get(&m->names, name);

	return n ? &m->at[*n - 1] : NULL;
}
