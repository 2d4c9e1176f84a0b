/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/evalreport.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/metrics.h"
#include "io/json.h"

/* --- a row for each query --- */

static void put_row_json(const struct evalreport *e,
			 const struct evaluation_row *row, struct str *out)
{
	str_puts(out, "{\"query\":");
	json_put_string(out, row->name);
	for (int m = 0; m < EVAL_MEASURES; m++) {
		if (isnan(row->v[m]))
			continue;
		str_printf(out, ",\"%s\":", e->names[m]);
		json_put_number(out, row->v[m], 6);
	}
	str_putc(out, '}');
}

/* How wide a measure's column is; 0: no query has it. */
static int width(const struct evalreport *e, const struct evaluation_table *t,
		 int m)
{
	size_t i = 0;
	int n = (int)strlen(e->names[m]);

	while (i < t->count && isnan(t->rows[i].v[m]))
		i++;
	return i == t->count ? 0 : n > 6 ? n : 6;
}

static void put_rows(const struct evalreport *e,
		     const struct evaluation_table *t, struct str *out)
{
	int wide[EVAL_MEASURES];

	for (int m = 0; m < EVAL_MEASURES; m++) {
		wide[m] = width(e, t, m);
		if (wide[m])
			str_printf(out, "  %*s", wide[m], e->names[m]);
	}
	str_puts(out, "  query\n");
	for (size_t i = 0; i < t->count; i++) {
		for (int m = 0; m < EVAL_MEASURES; m++) {
			double v = t->rows[i].v[m];

			if (wide[m] && isnan(v))
				str_printf(out, "  %*s", wide[m], "-");
			else if (wide[m])
				str_printf(out, "  %*.4f", wide[m], v);
		}
		str_puts(out, "  ");
		str_span(out, t->rows[i].name);
		str_putc(out, '\n');
	}
	str_putc(out, '\n');
}

/* --- means --- */

struct evalmean evalreport_mean(const struct evalreport *e, int m,
				const struct evaluation_table *t,
				const struct evaluation_table *other)
{
	double *x = mem_zalloc(t->count + 1, sizeof(*x));
	struct evalmean out = { .other = NAN, .gain = NAN };
	size_t n = evaluation_column(t, m, x);

	out.mean = bootstrap_mean(x, n);
	bootstrap_interval(&e->bootstrap, x, n, out.ends);
	if (other) {
		double *y = mem_zalloc(other->count + 1, sizeof(*y));

		n = evaluation_column(other, m, y);
		out.other = bootstrap_mean(y, n);
		bootstrap_interval(&e->bootstrap, y, n, out.other_ends);
		free(y);
		n = evaluation_pairs(t, other, m, x);
		out.gain = bootstrap_mean(x, n);
		bootstrap_interval(&e->bootstrap, x, n, out.gain_ends);
		out.p = bootstrap_p(&e->bootstrap, x, n);
	}
	free(x);
	return out;
}

static void put_ends(struct str *out, const double ends[2])
{
	str_putc(out, '[');
	json_put_number(out, ends[0], 6);
	str_putc(out, ',');
	json_put_number(out, ends[1], 6);
	str_putc(out, ']');
}

static void put_mean_json(struct str *out, const char *name,
			  const struct evalmean *x, struct str *intervals,
			  struct str *compared)
{
	str_printf(out, ",\"%s\":", name);
	json_put_number(out, x->mean, 6);
	str_printf(intervals, "%s\"%s\":", intervals->n ? "," : "", name);
	put_ends(intervals, x->ends);
	if (isnan(x->gain))
		return;
	str_printf(compared, "%s\"%s\":{\"mean\":", compared->n ? "," : "",
		   name);
	json_put_number(compared, x->other, 6);
	str_puts(compared, ",\"interval\":");
	put_ends(compared, x->other_ends);
	str_puts(compared, ",\"difference\":");
	json_put_number(compared, x->gain, 6);
	str_puts(compared, ",\"difference_interval\":");
	put_ends(compared, x->gain_ends);
	str_puts(compared, ",\"p\":");
	json_put_number(compared, x->p, 6);
	str_putc(compared, '}');
}

static void put_mean(struct str *out, const char *name,
		     const struct evalmean *x)
{
	str_printf(out, "%-14s%.4f (%.4f-%.4f)", name, x->mean, x->ends[0],
		   x->ends[1]);
	if (!isnan(x->gain))
		str_printf(out,
			   "  %.4f (%.4f-%.4f)  %+.4f (%+.4f to %+.4f)  "
			   "p=%.4f",
			   x->other, x->other_ends[0], x->other_ends[1],
			   x->gain, x->gain_ends[0], x->gain_ends[1], x->p);
	str_putc(out, '\n');
}

static void put_means(const struct evalreport *e,
		      const struct evaluation_table *t,
		      const struct evaluation_table *other, struct str *out)
{
	struct str intervals = { 0 }, compared = { 0 };

	for (int m = 0; m < EVAL_MEASURES; m++) {
		struct evalmean x = evalreport_mean(e, m, t, other);

		if (isnan(x.mean))
			continue;
		if (e->json)
			put_mean_json(out, e->names[m], &x, &intervals,
				      &compared);
		else
			put_mean(out, e->names[m], &x);
	}
	if (e->json) {
		str_puts(out, ",\"intervals\":{");
		str_span(out, span_str(&intervals));
		str_putc(out, '}');
		if (other) {
			str_puts(out, ",\"compare\":{");
			str_span(out, span_str(&compared));
			str_putc(out, '}');
		}
	}
	str_release(&intervals);
	str_release(&compared);
}

/* --- what is of all queries together --- */

static void put_figure(const struct evalreport *e, struct str *out,
		       const char *name, double v)
{
	if (isnan(v))
		return;
	if (e->json) {
		str_printf(out, ",\"%s\":", name);
		json_put_number(out, v, 6);
	} else {
		str_printf(out, "%-14s%.4f\n", name, v);
	}
}

static void put_reliability(const struct evalreport *e,
			    const struct reliability *r, struct str *out)
{
	bool first = true;

	put_figure(e, out, "match-error", reliability_error(r));
	if (!r->count)
		return;
	if (e->json)
		str_puts(out, ",\"reliability\":[");
	for (int i = 0; i < RELIABILITY_BINS; i++) {
		double n = (double)r->bin[i].count;

		if (!r->bin[i].count)
			continue;
		if (e->json)
			str_printf(out,
				   "%s{\"from\":%d,\"results\":%.0f,"
				   "\"match\":%.4f,\"relevant\":%.4f}",
				   first ? "" : ",", i * 10, n,
				   100 * r->bin[i].match / n,
				   100 * (double)r->bin[i].relevant / n);
		else
			str_printf(out,
				   "  match %3d-%3d  %.1f, relevant %.1f %% of "
				   "%.0f\n",
				   i * 10, i * 10 + 10,
				   100 * r->bin[i].match / n,
				   100 * (double)r->bin[i].relevant / n, n);
		first = false;
	}
	if (e->json)
		str_putc(out, ']');
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* p50, p95 and p99 of the times the answers tell. */
static void put_latency(const struct evalreport *e,
			const struct evaluation_table *t, struct str *out)
{
	static const int percent[] = { 50, 95, 99 };
	double *x = mem_zalloc(t->ntimes + 1, sizeof(*x));

	for (size_t i = 0; i < t->ntimes; i++)
		x[i] = t->times[i];
	qsort(x, t->ntimes, sizeof(*x), by_value);
	for (int i = 0; t->ntimes && i < 3; i++) {
		double q = metrics_quantile(x, t->ntimes, percent[i] / 100.0);

		if (e->json) {
			str_printf(out, ",\"p%d_ms\":", percent[i]);
			json_put_number(out, q, 3);
		} else {
			str_printf(out, "%-14sp%d %.2f ms\n", "latency",
				   percent[i], q);
		}
	}
	free(x);
}

void evalreport_write(const struct evalreport *e,
		      const struct evaluation_table *t,
		      const struct evaluation_table *other, struct str *out)
{
	double *x = mem_zalloc(t->count + 1, sizeof(*x));
	size_t judged = evaluation_column(t, EVAL_PRECISION, x);

	free(x);
	if (e->json) {
		str_printf(out, "{\"queries\":%zu,\"judged\":%zu", t->answered,
			   judged);
	} else {
		if (e->per_query)
			put_rows(e, t, out);
		str_printf(out, "%-14s%zu\n%-14s%zu\n", "queries", t->answered,
			   "judged", judged);
	}
	put_means(e, t, other, out);
	put_figure(e, out, "coverage",
		   exposure_coverage(&t->exposure, e->tracks));
	put_figure(e, out, "gini",
		   e->tracks ? exposure_gini(&t->exposure, e->tracks) : NAN);
	put_reliability(e, &t->reliability, out);
	put_latency(e, t, out);
	if (!e->json)
		return;
	if (e->per_query) {
		str_puts(out, ",\"per_query\":[");
		for (size_t i = 0; i < t->count; i++) {
			if (i)
				str_putc(out, ',');
			put_row_json(e, &t->rows[i], out);
		}
		str_putc(out, ']');
	}
	str_puts(out, "}\n");
}

void evalreport_name(struct evalreport *e, const int at[EVAL_MAP])
{
	static const char *const names[EVAL_MEASURES] = {
		"P",         "recall",       "NDCG",      "MAP",
		"MRR",       "artists",      "diversity", "own-diversity",
		"alignment", "own-alignment"
	};

	for (int m = 0; m < EVAL_MEASURES; m++) {
		if (m >= EVAL_MAP)
			snprintf(e->names[m], sizeof(e->names[m]), "%s",
				 names[m]);
		else
			snprintf(e->names[m], sizeof(e->names[m]), "%s@%d",
				 names[m], at[m]);
	}
}
