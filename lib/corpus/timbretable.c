/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/timbretable.h"

#include <math.h>

#include "base/num.h"
#include "io/tableline.h"

enum { AXIS, FEATURE, SHAPE, CENTRE, SCALE, WEIGHT, SOURCE, CELLS };
enum { SAYS, OF, LEAST, MOST, WHENCE, RULE_CELLS };

static int wrong(const char *what, struct err *err)
{
	return err_set(err, ERR_DATA, "table", "%s", what);
}

static int copy_name(struct span cell, char out[FEAT_NAME], struct err *err)
{
	if (!cell.n || cell.n >= FEAT_NAME)
		return wrong("the name of a feature was expected", err);
	memcpy(out, cell.p, cell.n);
	out[cell.n] = '\0';
	return 0;
}

static int parse_term(struct timbretable *t, struct span line, struct err *err)
{
	struct timbretable_term *term = &t->terms[t->nterms];
	struct span cells[CELLS];
	int axis = 0;

	if (tableline_cells(line, cells, CELLS) < CELLS || !cells[SOURCE].n)
		return wrong("axis, feature, shape, centre, scale, weight and "
			     "source were expected",
			     err);
	while (axis < TIMBRE_AXES && !span_is(cells[AXIS], timbre_high(axis)))
		axis++;
	if (axis == TIMBRE_AXES)
		return wrong("no such axis: bright, dense, aggressive, warm "
			     "and busy are",
			     err);
	if (t->nterms == TIMBRETABLE_TERMS)
		return wrong("too many terms", err);
	*term = (struct timbretable_term){ .axis = (enum timbre_axis)axis,
					   .log = span_is(cells[SHAPE], "log"),
					   .column = -1 };
	if (!term->log && !span_is(cells[SHAPE], "linear"))
		return wrong("the shape must be linear or log", err);
	if (copy_name(cells[FEATURE], term->feature, err))
		return -1;
	if (num_double(cells[CENTRE], &term->centre) ||
	    num_double(cells[SCALE], &term->scale) ||
	    num_double(cells[WEIGHT], &term->weight) || !(term->scale > 0))
		return wrong("centre, scale and weight must be numbers, scale "
			     "above 0",
			     err);
	t->nterms++;
	return 0;
}

/* "-" is no bound. */
static int bound(struct span cell, double none, double *out, struct err *err)
{
	*out = none;
	if (span_is(cell, "-") || !num_double(cell, out))
		return 0;
	return wrong("a bound must be a number or \"-\"", err);
}

static int parse_rule(struct timbretable *t, struct span line, struct err *err)
{
	struct timbretable_rule *r = &t->rules[t->nrules];
	struct span cells[CELLS];

	if (tableline_cells(line, cells, CELLS) < RULE_CELLS ||
	    !cells[WHENCE].n)
		return wrong("says, feature, least, most and source were "
			     "expected",
			     err);
	if (t->nrules == TIMBRETABLE_RULES)
		return wrong("too many rules", err);
	*r = (struct timbretable_rule){ .column = -1 };
	if (span_is(cells[SAYS], "instrumental"))
		r->says = VOICE_HEARD_NONE;
	else if (span_is(cells[SAYS], "sung"))
		r->says = VOICE_HEARD_SUNG;
	else
		return wrong("instrumental or sung was expected", err);
	if (copy_name(cells[OF], r->feature, err) ||
	    bound(cells[LEAST], -INFINITY, &r->least, err) ||
	    bound(cells[MOST], INFINITY, &r->most, err))
		return -1;
	if (strcmp(r->feature, "lyrics_words")) {
		t->nrules++;
		return 0;
	}
	if (r->says != VOICE_HEARD_SUNG || !(r->least >= 1 && r->least < 1e6))
		return wrong("lyrics_words says sung, from 1 word on at least",
			     err);
	t->sung_words = (size_t)r->least;
	return 0;
}

static int parse(struct timbretable *t, struct span tsv, const char *name,
		 int (*line_of)(struct timbretable *, struct span,
				struct err *),
		 struct err *err)
{
	struct span line;
	size_t number = 0;

	while (tableline_next(&tsv, &line, &number))
		if (line_of(t, line, err))
			return err_prefix(err, "%s:%zu", name, number);
	return 0;
}

static double all_of(const struct timbretable *t, enum timbre_axis axis)
{
	double sum = 0;

	for (size_t i = 0; i < t->nterms; i++)
		if (t->terms[i].axis == axis)
			sum += fabs(t->terms[i].weight);
	return sum;
}

int timbretable_parse(struct timbretable *t, struct span timbre,
		      const char *name, struct span voice,
		      const char *voice_name, struct err *err)
{
	struct hash *h = hash_new();

	*t = (struct timbretable){ .nterms = 0 };
	hash_add(h, timbre.p, timbre.n);
	hash_add(h, "", 1);
	hash_add(h, voice.p, voice.n);
	hash_end(h, t->digest);
	hash_free(h);
	if (parse(t, timbre, name, parse_term, err) ||
	    parse(t, voice, voice_name, parse_rule, err))
		return -1;
	for (int k = 0; k < TIMBRE_AXES; k++)
		if (!(all_of(t, k) > 0))
			return err_set(err, ERR_DATA, "table",
				       "%s: nothing tells %s", name,
				       timbre_high(k));
	return 0;
}

void timbretable_bind(struct timbretable *t, const struct feat_schema *s)
{
	for (size_t i = 0; i < t->nterms; i++)
		t->terms[i].column = feat_schema_find(s, t->terms[i].feature);
	for (size_t i = 0; i < t->nrules; i++)
		t->rules[i].column = feat_schema_find(s, t->rules[i].feature);
}

/* NaN where it is not known. */
static double standardised(const struct timbretable_term *term,
			   const struct feat_row *row)
{
	double x;

	if (term->column < 0)
		return NAN;
	x = (double)row->values[term->column];
	if (term->log)
		x = x > 0 ? log(x) : NAN;
	if (!isfinite(x))
		return NAN;
	x = (x - term->centre) / term->scale;
	return fmin(fmax(x, -TIMBRETABLE_MOST), TIMBRETABLE_MOST);
}

static bool holds(const struct timbretable_rule *r, const struct feat_row *row)
{
	double x;

	if (r->column < 0 || !feat_bit(row->measured, (size_t)r->column))
		return false;
	x = (double)row->values[r->column];
	return x >= r->least && x <= r->most;
}

static uint8_t voice_of(const struct timbretable *t, const struct feat_row *row)
{
	unsigned voice = 0, fails = 0;

	for (size_t i = 0; i < t->nrules; i++) {
		if (holds(&t->rules[i], row))
			voice |= t->rules[i].says;
		else
			fails |= t->rules[i].says;
	}
	return (uint8_t)(voice & ~fails);
}

void timbretable_hear(const void *ctx, const struct feat_row *row,
		      struct index_heard *out)
{
	const struct timbretable *t = ctx;
	double sum[TIMBRE_AXES] = { 0 }, met[TIMBRE_AXES] = { 0 };

	for (size_t i = 0; i < t->nterms; i++) {
		const struct timbretable_term *term = &t->terms[i];
		double z = standardised(term, row);

		if (isnan(z))
			continue;
		sum[term->axis] += term->weight * z;
		met[term->axis] += fabs(term->weight);
	}
	for (int k = 0; k < TIMBRE_AXES; k++)
		out->timbre[k] =
		    met[k] > 0 && met[k] >= TIMBRETABLE_LEAST * all_of(t, k)
			? (float)sum[k]
			: NAN;
	out->voice = voice_of(t, row);
}
