/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/descriptors.h"

#include <math.h>

#include "base/num.h"
#include "io/tableline.h"

enum { OF, FEATURE, SHAPE, CENTRE, SCALE, WEIGHT, CELLS };

static const char *const names[] = { "energy",           "danceability",
				     "acousticness",     "speechiness",
				     "instrumentalness", "liveness" };
_Static_assert(DESCRIPTOR_COUNT == sizeof(names) / sizeof(*names),
	       "a name for each descriptor");

static const char *const shapes[] = { "linear", "log", "near" };

const char *descriptor_name(enum descriptor d)
{
	return names[d];
}

static int find(struct span s, const char *const *list, int n)
{
	for (int i = 0; i < n; i++)
		if (span_is(s, list[i]))
			return i;
	return -1;
}

static int parse_term(struct descriptors *d, int of, struct span cells[CELLS],
		      struct err *err)
{
	struct descriptor_term *t = &d->terms[d->count];
	int shape = find(cells[SHAPE], shapes, 3);

	if (d->count == DESCRIPTOR_TERMS)
		return err_set(err, ERR_DATA, "table", "more than %d terms",
			       DESCRIPTOR_TERMS);
	if (shape < 0)
		return err_set(err, ERR_DATA, "table",
			       "shape \"%.*s\" where linear, log, near or one "
			       "was expected",
			       (int)cells[SHAPE].n, cells[SHAPE].p);
	*t = (struct descriptor_term){ .of = (enum descriptor)of,
				       .shape = (enum descriptor_shape)shape,
				       .column = -1 };
	if (!cells[FEATURE].n || cells[FEATURE].n >= FEAT_NAME)
		return err_set(err, ERR_DATA, "table",
			       "the name of a feature was expected");
	memcpy(t->feature, cells[FEATURE].p, cells[FEATURE].n);
	if (find(cells[FEATURE], names, DESCRIPTOR_COUNT) >= 0)
		return err_set(err, ERR_DATA, "table",
			       "a descriptor cannot be a feature: \"%s\"",
			       t->feature);
	if (num_double(cells[CENTRE], &t->centre) ||
	    num_double(cells[SCALE], &t->scale) ||
	    num_double(cells[WEIGHT], &t->weight) || t->scale <= 0 ||
	    (shape == DESCRIPTOR_NEAR && t->centre <= 0))
		return err_set(err, ERR_DATA, "table",
			       "centre, scale and weight must be numbers, "
			       "scale (and what is near) above 0");
	d->count++;
	return 0;
}

static int parse_line(struct descriptors *d, struct span line, struct err *err)
{
	struct span cells[CELLS];
	int of;

	if (tableline_cells(line, cells, CELLS) < CELLS)
		return err_set(err, ERR_DATA, "table",
			       "descriptor, feature, shape, centre, scale and "
			       "weight were expected");
	of = find(cells[OF], names, DESCRIPTOR_COUNT);
	if (of < 0)
		return err_set(err, ERR_DATA, "table", "no descriptor \"%.*s\"",
			       (int)cells[OF].n, cells[OF].p);
	if (!span_is(cells[SHAPE], "one"))
		return parse_term(d, of, cells, err);
	if (num_double(cells[WEIGHT], &d->constant[of]))
		return err_set(err, ERR_DATA, "table",
			       "a constant needs a number as weight");
	return 0;
}

/* Each descriptor must be able to come out as a number. */
static int check(const struct descriptors *d, const char *name, struct err *err)
{
	double all[DESCRIPTOR_COUNT] = { 0 };

	for (size_t i = 0; i < d->count; i++)
		all[d->terms[i].of] += fabs(d->terms[i].weight);
	for (int i = 0; i < DESCRIPTOR_COUNT; i++)
		if (!(all[i] > 0))
			return err_set(err, ERR_DATA, "table",
				       "%s: nothing tells %s", name, names[i]);
	return 0;
}

int descriptors_parse(struct descriptors *d, struct span tsv, const char *name,
		      struct err *err)
{
	struct span line;
	size_t number = 0;

	*d = (struct descriptors){ 0 };
	while (tableline_next(&tsv, &line, &number))
		if (parse_line(d, line, err))
			return err_prefix(err, "%s:%zu", name, number);
	return check(d, name, err);
}

static int missing(const char *source, const char *column, struct err *err)
{
	return err_set(err, ERR_DATA, "schema", "%s: no column \"%s\"", source,
		       column);
}

int descriptors_bind(struct descriptors *d, const struct feat_schema *s,
		     const char *source, struct err *err)
{
	for (int i = 0; i < DESCRIPTOR_COUNT; i++) {
		d->column[i] = feat_schema_find(s, names[i]);
		if (d->column[i] < 0)
			return missing(source, names[i], err);
	}
	for (size_t i = 0; i < d->count; i++) {
		struct descriptor_term *t = &d->terms[i];

		t->column = feat_schema_find(s, t->feature);
		if (t->column < 0)
			return missing(source, t->feature, err);
	}
	return 0;
}

static double term(const struct descriptor_term *t, double x)
{
	double z;

	switch (t->shape) {
	case DESCRIPTOR_LOG:
		z = x > 0 ? (log(x) - t->centre) / t->scale : NAN;
		break;
	case DESCRIPTOR_NEAR:
		z = x > 0 ? 1 - fabs(log2(x / t->centre)) / t->scale : NAN;
		break;
	default:
		z = (x - t->centre) / t->scale;
	}
	if (isnan(z))
		return NAN;
	return fmin(fmax(z, -DESCRIPTOR_MOST), DESCRIPTOR_MOST);
}

void descriptors_apply(const struct descriptors *d, float *values)
{
	double sum[DESCRIPTOR_COUNT], met[DESCRIPTOR_COUNT] = { 0 };
	double all[DESCRIPTOR_COUNT] = { 0 };

	memcpy(sum, d->constant, sizeof(sum));
	for (size_t i = 0; i < d->count; i++) {
		const struct descriptor_term *t = &d->terms[i];
		double z = term(t, (double)values[t->column]);

		all[t->of] += fabs(t->weight);
		if (isnan(z))
			continue;
		met[t->of] += fabs(t->weight);
		sum[t->of] += t->weight * z;
	}
	for (int i = 0; i < DESCRIPTOR_COUNT; i++)
		values[d->column[i]] = met[i] < DESCRIPTOR_LEAST * all[i]
					   ? NAN
					   : (float)(1 / (1 + exp(-sum[i])));
}
