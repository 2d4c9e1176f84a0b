/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/evalreport.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/metrics.h"
#include "io/json.h"

static void put_value(struct str *out, const struct evalreport *e, int m,
		      double v)
{
	int width;

	if (e->json) {
		str_printf(out, ",\"%s\":", e->names[m]);
		json_put_number(out, v, 6);
		return;
	}
	width = (int)strlen(e->names[m]);
	width = width > 6 ? width : 6;
	if (isnan(v))
		str_printf(out, "  %*s", width, "-");
	else
		str_printf(out, "  %*.4f", width, v);
}

void evalreport_add(struct evalreport *e, struct span name,
		    const double v[EVAL_MEASURES])
{
	for (int m = 0; m < EVAL_MEASURES; m++) {
		if (isnan(v[m]))
			continue;
		e->sum[m] += v[m];
		e->counted[m]++;
	}
	if (!e->per_query)
		return;
	if (e->json) {
		str_puts(&e->rows, e->rows.n ? ",{\"query\":" : "{\"query\":");
		json_put_string(&e->rows, name);
	}
	for (int m = 0; m < EVAL_MEASURES; m++)
		if (!e->json || !isnan(v[m]))
			put_value(&e->rows, e, m, v[m]);
	if (e->json) {
		str_putc(&e->rows, '}');
		return;
	}
	str_puts(&e->rows, "  ");
	str_span(&e->rows, name);
	str_putc(&e->rows, '\n');
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* p50, p95 and p99 of the times the answers tell. */
static void put_latency(const struct evalreport *e, const struct rankings *r,
			struct str *out)
{
	static const int percent[] = { 50, 95, 99 };
	double *x = mem_zalloc(r->count + 1, sizeof(*x));
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		if (!isnan(r->items[i].time_ms))
			x[n++] = r->items[i].time_ms;
	qsort(x, n, sizeof(*x), by_value);
	for (int i = 0; n && i < 3; i++) {
		double q = metrics_quantile(x, n, percent[i] / 100.0);

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

void evalreport_write(const struct evalreport *e, const struct rankings *r,
		      struct str *out)
{
	if (e->json) {
		str_printf(out, "{\"queries\":%zu,\"judged\":%zu", r->count,
			   e->counted[EVAL_PRECISION]);
	} else {
		if (e->per_query) {
			for (int m = 0; m < EVAL_MEASURES; m++)
				str_printf(out, "  %6s", e->names[m]);
			str_puts(out, "  query\n");
			str_span(out, span_str(&e->rows));
			str_putc(out, '\n');
		}
		str_printf(out, "%-14s%zu\n%-14s%zu\n", "queries", r->count,
			   "judged", e->counted[EVAL_PRECISION]);
	}
	for (int m = 0; m < EVAL_MEASURES; m++) {
		double mean =
		    e->counted[m] ? e->sum[m] / (double)e->counted[m] : NAN;

		if (isnan(mean))
			continue;
		if (e->json)
			put_value(out, e, m, mean);
		else
			str_printf(out, "%-14s%.4f\n", e->names[m], mean);
	}
	put_latency(e, r, out);
	if (!e->json)
		return;
	if (e->per_query) {
		str_puts(out, ",\"per_query\":[");
		str_span(out, span_str(&e->rows));
		str_putc(out, ']');
	}
	str_puts(out, "}\n");
}

void evalreport_name(struct evalreport *e, const int at[EVAL_MAP])
{
	static const char *const names[EVAL_MEASURES] = {
		"P", "recall", "NDCG", "MAP", "MRR", "artists", "alignment"
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

void evalreport_release(struct evalreport *e)
{
	str_release(&e->rows);
}
