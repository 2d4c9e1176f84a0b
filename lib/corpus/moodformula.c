/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodformula.h"

#include <math.h>

#include "base/num.h"
#include "io/tableline.h"

enum { NAME, FEATURE, BY, SHAPE, LOW, HIGH, VALENCE, AROUSAL, CELLS };

static int copy_name(char out[FEAT_NAME], struct span s)
{
	if (!s.n || s.n >= FEAT_NAME)
		return -1;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return 0;
}

/* "name - - one - - valence arousal source": a constant of either sign. */
static int parse_constant(struct moodformula *f, struct span cells[CELLS],
			  struct err *err)
{
	if (num_double(cells[VALENCE], &f->valence) ||
	    num_double(cells[AROUSAL], &f->arousal))
		return err_set(err, ERR_DATA, "table",
			       "a constant needs two numbers");
	return 0;
}

static int parse_line(struct moodformula *f, struct span line, struct err *err)
{
	struct span cells[CELLS];
	struct moodformula_term *t = &f->terms[f->count];
	int n = tableline_cells(line, cells, CELLS);

	if (n == CELLS && span_is(cells[SHAPE], "one"))
		return parse_constant(f, cells, err);
	if (f->count == MOODFORMULA_TERMS)
		return err_set(err, ERR_DATA, "table", "more than %d terms",
			       MOODFORMULA_TERMS);
	*t = (struct moodformula_term){ .column = -1, .by_column = -1 };
	if (n < CELLS || copy_name(t->name, cells[NAME]) ||
	    copy_name(t->feature, cells[FEATURE]) ||
	    (!span_is(cells[BY], "-") && copy_name(t->by, cells[BY])))
		return err_set(err, ERR_DATA, "table",
			       "a term needs name, "
			       "feature, divisor or -, shape, low, high and "
			       "two weights");
	t->below = span_is(cells[SHAPE], "below");
	if (!t->below && !span_is(cells[SHAPE], "ramp"))
		return err_set(err, ERR_DATA, "table",
			       "shape \"%.*s\" where "
			       "ramp or below was expected",
			       (int)cells[SHAPE].n, cells[SHAPE].p);
	if (num_double(cells[LOW], &t->low) ||
	    num_double(cells[HIGH], &t->high) ||
	    num_double(cells[VALENCE], &t->valence) ||
	    num_double(cells[AROUSAL], &t->arousal) || t->valence < 0 ||
	    t->arousal < 0 || (!t->below && t->low == t->high))
		return err_set(err, ERR_DATA, "table",
			       "low, high and weights "
			       "must be numbers, weights not negative, a "
			       "ramp's ends apart");
	f->count++;
	return 0;
}

int moodformula_parse(struct moodformula *f, struct span tsv, const char *name,
		      struct err *err)
{
	struct span line;
	size_t number = 0;

	*f = (struct moodformula){ 0 };
	while (tableline_next(&tsv, &line, &number))
		if (parse_line(f, line, err))
			return err_prefix(err, "%s:%zu", name, number);
	return f->count
		   ? 0
		   : err_set(err, ERR_DATA, "table", "%s: no term in it", name);
}

int moodformula_bind(struct moodformula *f, const struct feat_schema *s,
		     const char *source, struct err *err)
{
	for (size_t i = 0; i < f->count; i++) {
		struct moodformula_term *t = &f->terms[i];
		const char *missing = NULL;

		t->column = feat_schema_find(s, t->feature);
		if (t->column < 0)
			missing = t->feature;
		t->by_column = t->by[0] ? feat_schema_find(s, t->by) : -1;
		if (t->by[0] && t->by_column < 0)
			missing = t->by;
		if (missing)
			return err_set(err, ERR_DATA, "schema",
				       "%s: no column "
				       "\"%s\"; give the features of "
				       "extract-features(1) or impute(1)",
				       source, missing);
	}
	return 0;
}

void moodformula_put(struct str *out, const struct moodformula_term *t,
		     double valence, double arousal, const char *source)
{
	if (t)
		str_printf(out, "%s\t%s\t%s\t%s\t%g\t%g", t->name, t->feature,
			   t->by[0] ? t->by : "-", t->below ? "below" : "ramp",
			   t->low, t->high);
	else
		str_puts(out, "constant\t-\t-\tone\t-\t-");
	str_printf(out, "\t%.4f\t%.4f\t%s\n", valence, arousal, source);
}

double moodformula_term(const struct moodformula_term *t, const float *values)
{
	double x = (double)values[t->column], v;

	if (t->by_column >= 0) {
		double by = (double)values[t->by_column];

		x = by > 0 ? x / by : NAN;
	}
	if (isnan(x))
		return NAN;
	if (t->below)
		return x < t->high;
	v = (x - t->low) / (t->high - t->low);
	return v < 0 ? 0 : v > 1 ? 1 : v;
}

struct sum {
	double value, met, all;
};

static void add(struct sum *s, double weight, double value)
{
	s->all += weight;
	if (isnan(value))
		return;
	s->met += weight;
	s->value += weight * value;
}

static bool finish(const struct sum *s, double constant, float *out)
{
	double v;

	if (!(s->met > 0) || s->met < MOODFORMULA_LEAST * s->all)
		return false;
	v = 2 * (s->value * s->all / s->met + constant) - 1;
	*out = (float)(v < -1 ? -1 : v > 1 ? 1 : v);
	return true;
}

bool moodformula_apply(const struct moodformula *f, const float *values,
		       float *valence, float *arousal)
{
	struct sum v = { 0 }, a = { 0 };
	float x, y;

	for (size_t i = 0; i < f->count; i++) {
		double value = moodformula_term(&f->terms[i], values);

		add(&v, f->terms[i].valence, value);
		add(&a, f->terms[i].arousal, value);
	}
	if (!finish(&v, f->valence, &x) || !finish(&a, f->arousal, &y))
		return false;
	*valence = x;
	*arousal = y;
	return true;
}
