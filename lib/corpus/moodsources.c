/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodsources.h"

#include <math.h>

#include "base/num.h"
#include "corpus/moodblend.h"
#include "io/tableline.h"

enum { SOURCE, AXIS, OFFSET, SCALE, SPREAD, MOST, GROUP, SHARED, FROM, CELLS };

static const char *const source_names[MOODSOURCES] = { "sound",   "calibrated",
						       "formula", "tags",
						       "title",   "genre",
						       "emotion", "lyrics" };
static const char *const axis_names[MOODAXES] = { "valence", "arousal",
						  "dominance" };
static const char *const group_names[] = { "-", "sound", "text" };

static int find(const char *const *names, int count, struct span s)
{
	for (int i = 0; i < count; i++)
		if (span_is(s, names[i]))
			return i;
	return -1;
}

static int parse_spread(struct span s, double *out)
{
	if (span_is(s, "own")) {
		*out = NAN;
		return 0;
	}
	if (span_is(s, "-")) {
		*out = 0;
		return 0;
	}
	return num_double(s, out) || *out < 0 ? -1 : 0;
}

/* Where the row of that source and axis belongs; NULL: there is no such. */
static struct moodsource_row *place(struct moodsources *m, struct span source,
				    int axis)
{
	int i = find(source_names, MOODSOURCES, source);

	if (axis < 0)
		return NULL;
	if (i >= 0)
		return &m->rows[i][axis];
	if (axis == MOODAXIS_DOMINANCE && span_is(source, "valence"))
		return &m->of_valence;
	if (axis == MOODAXIS_DOMINANCE && span_is(source, "arousal"))
		return &m->of_arousal;
	return NULL;
}

static int parse_line(struct moodsources *m, struct span line, struct err *err)
{
	struct span cells[CELLS];
	struct moodsource_row row = { 0 }, *to;
	int n = tableline_cells(line, cells, CELLS), axis;

	if (n < FROM)
		return err_set(err, ERR_DATA, "table",
			       "a source needs name, axis, offset, scale, "
			       "spread, most, group and shared");
	axis = find(axis_names, MOODAXES, cells[AXIS]);
	row.group = find(group_names, 3, cells[GROUP]);
	if (num_double(cells[OFFSET], &row.offset) ||
	    num_double(cells[SCALE], &row.scale) ||
	    parse_spread(cells[SPREAD], &row.spread) ||
	    num_double(cells[MOST], &row.most) || row.most < 1 ||
	    row.group < 0 || num_double(cells[SHARED], &row.shared) ||
	    row.shared < 0 || row.shared > 1)
		return err_set(err, ERR_DATA, "table",
			       "offset and scale must be numbers, spread one, "
			       "\"own\" or \"-\", most at least 1, the group "
			       "sound, text or -, shared 0 to 1");
	if (axis >= 0 && span_is(cells[SOURCE], "prior")) {
		if (!(row.spread > 0) || m->prior[axis] > 0)
			return err_set(err, ERR_DATA, "table",
				       "a prior needs a spread, once");
		m->prior[axis] = row.spread;
		return 0;
	}
	to = place(m, cells[SOURCE], axis);
	if (!to || to->most > 0)
		return err_set(
		    err, ERR_DATA, "table", "\"%.*s\" of \"%.*s\" is %s",
		    (int)cells[SOURCE].n, cells[SOURCE].p, (int)cells[AXIS].n,
		    cells[AXIS].p, to ? "there twice" : "not known");
	*to = row;
	return 0;
}

int moodsources_parse(struct moodsources *m, struct span tsv, const char *name,
		      struct err *err)
{
	struct span line;
	size_t number = 0;

	*m = (struct moodsources){ 0 };
	while (tableline_next(&tsv, &line, &number))
		if (parse_line(m, line, err))
			return err_prefix(err, "%s:%zu", name, number);
	for (int i = 0; i < MOODAXES; i++)
		if (!(m->prior[i] > 0))
			return err_set(err, ERR_DATA, "table",
				       "%s: no prior of %s", name,
				       axis_names[i]);
	if (!(m->of_valence.most > 0) || !(m->of_arousal.most > 0))
		return err_set(err, ERR_DATA, "table",
			       "%s: valence and arousal do not speak of "
			       "dominance",
			       name);
	return 0;
}

/* Returns the precision added; centre NULL: none. */
static double add(struct moodblend *b, const struct moodsource_row *row,
		  const struct moodsaid *said, int axis,
		  const struct moodcentre *centre)
{
	double spread =
	    isnan(row->spread) ? row->scale * said->spread[axis] : row->spread;
	double guess = row->offset + row->scale * said->value[axis];

	if (!(said->weight > 0) || isnan(said->value[axis]))
		return 0;
	if (centre)
		guess -= centre->at[axis];
	return moodblend_add(b, guess, spread, fmin(said->weight, row->most),
			     row->group, row->shared);
}

static double hold(double v)
{
	return v < -1 ? -1 : v > 1 ? 1 : v;
}

/* Given valence and arousal, and what is left open by what sources say. */
static void find_dominance(const struct moodsources *m,
			   const struct moodsaid said[MOODSOURCES],
			   struct moodfound *out)
{
	double v = m->of_valence.scale, a = m->of_arousal.scale, mean, spread;
	double given = m->of_valence.offset + v * out->mean[0] +
		       m->of_arousal.offset + a * out->mean[1];
	struct moodblend b;

	moodblend_init(&b, m->prior[MOODAXIS_DOMINANCE]);
	for (int i = 0; i < MOODSOURCES; i++) {
		struct moodsaid s = said[i];

		/* what it says beyond its own valence and arousal */
		s.value[MOODAXIS_DOMINANCE] -= v * s.value[0] + a * s.value[1];
		add(&b, &m->rows[i][MOODAXIS_DOMINANCE], &s, MOODAXIS_DOMINANCE,
		    NULL);
	}
	moodblend_result(&b, &mean, &spread);
	v *= out->spread[0];
	a *= out->spread[1];
	out->mean[MOODAXIS_DOMINANCE] = hold(given + mean);
	out->spread[MOODAXIS_DOMINANCE] = sqrt(spread * spread + v * v + a * a);
}

static bool is_heard(int source)
{
	return source == MOODSOURCE_SOUND || source == MOODSOURCE_CALIBRATED ||
	       source == MOODSOURCE_FORMULA;
}

void moodsources_blend(const struct moodsources *m,
		       const struct moodsaid said[MOODSOURCES],
		       const struct moodcentre *centre, struct moodfound *out)
{
	double added[MOODSOURCES] = { 0 }, most = 0;

	*out = (struct moodfound){ .surest = -1 };
	for (int axis = 0; axis < MOODAXIS_DOMINANCE; axis++) {
		struct moodblend b;

		moodblend_init(&b, m->prior[axis]);
		for (int i = 0; i < MOODSOURCES; i++)
			added[i] += add(&b, &m->rows[i][axis], &said[i], axis,
					is_heard(i) ? centre : NULL);
		out->confidence +=
		    moodblend_result(&b, &out->mean[axis], &out->spread[axis]) /
		    2;
		out->mean[axis] = hold(out->mean[axis]);
	}
	for (int i = 0; i < MOODSOURCES; i++) {
		if (added[i] <= most)
			continue;
		most = added[i];
		out->surest = i;
	}
	find_dominance(m, said, out);
}
