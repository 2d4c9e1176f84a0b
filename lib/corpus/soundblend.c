/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/soundblend.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { M = SOUNDBLEND_METHODS, SUBSETS = 1 << M };
static const double prior = 1; /* tracks */

/* Moments of guesses and truth, of one half of the tracks. */
struct moments {
	double a[M][M], b[M];
};

static double guess_of(const struct soundblend_rows *r, size_t track, size_t m,
		       size_t column)
{
	double v = (double)r->guess[(track * M + m) * r->columns + column];

	return isfinite(v) ? v : 0;
}

static void add_moments(const struct soundblend_rows *r, size_t column,
			struct moments half[2])
{
	memset(half, 0, 2 * sizeof(*half));
	for (size_t i = 0; i < r->tracks; i++) {
		double y = (double)r->truth[i * r->columns + column], g[M];
		struct moments *h = &half[i % 2];

		if (!isfinite(y))
			continue;
		for (size_t m = 0; m < M; m++)
			g[m] = guess_of(r, i, m, column);
		for (size_t m = 0; m < M; m++) {
			h->b[m] += g[m] * y;
			for (size_t k = 0; k < M; k++)
				h->a[m][k] += g[m] * g[k];
		}
	}
}

/* Solves for the methods of a subset; false: singular. */
static bool solve(const struct moments *h, unsigned subset, double x[M])
{
	double a[M][M + 1];
	size_t at[M] = { 0 }, n = 0;

	for (size_t m = 0; m < M; m++) {
		x[m] = 0;
		if (subset >> m & 1)
			at[n++] = m;
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++)
			a[i][k] = h->a[at[i]][at[k]] + (i == k ? prior : 0);
		a[i][n] = h->b[at[i]];
	}
	for (size_t i = 0; i < n; i++) { /* positive definite: no pivots */
		if (!(a[i][i] > 0))
			return false;
		for (size_t k = i + 1; k < n; k++) {
			double c = a[k][i] / a[i][i];

			for (size_t j = i; j <= n; j++)
				a[k][j] -= c * a[i][j];
		}
	}
	for (size_t i = n; i-- > 0;) {
		double v = a[i][n];

		for (size_t k = i + 1; k < n; k++)
			v -= a[i][k] * x[at[k]];
		x[at[i]] = v / a[i][i];
	}
	return true;
}

/* The best of all subsets whose weights are none below 0: so few methods need
 * no active sets. */
static void weigh(const struct moments *h, double best[M])
{
	double gain = 0, x[M];

	memset(best, 0, M * sizeof(*best));
	for (unsigned s = 1; s < SUBSETS; s++) {
		double g = 0;
		bool good = solve(h, s, x);

		for (size_t m = 0; m < M; m++) {
			good = good && x[m] >= 0;
			g += x[m] * h->b[m]; /* what it takes off the loss */
		}
		if (good && g > gain) {
			gain = g;
			memcpy(best, x, sizeof(x));
		}
	}
}

static double blend(const struct soundblend_rows *r, size_t track,
		    size_t column, const double weight[M])
{
	double v = 0;

	for (size_t m = 0; m < M; m++)
		v += weight[m] * guess_of(r, track, m, column);
	return v;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The smallest number that enough of the errors are within: the conformal
 * rank ceil((n + 1) share), or the largest. */
static double quantile(double *errors, size_t n)
{
	size_t rank = (size_t)ceil((double)(n + 1) * SOUNDBLEND_INSIDE);

	if (!n)
		return NAN;
	qsort(errors, n, sizeof(*errors), by_value);
	return errors[(rank > n ? n : rank) - 1];
}

struct tally {
	double values, error, square, mean_error, mean_square, inside;
	double alone[M], alone_values[M];
	double *dot, *norm, *truth; /* [tracks] */
	double *errors[2], *all;    /* [tracks] of one column */
};

static void count_value(const struct soundblend_rows *r, size_t track,
			size_t column, double guess, struct tally *t)
{
	double y = (double)r->truth[track * r->columns + column];

	t->values++;
	t->error += fabs(guess - y);
	t->square += (guess - y) * (guess - y);
	t->mean_error += fabs(y);
	t->mean_square += y * y;
	t->dot[track] += guess * y;
	t->norm[track] += guess * guess;
	t->truth[track] += y * y;
	for (size_t m = 0; m < M; m++) {
		double g =
		    (double)r->guess[(track * M + m) * r->columns + column];

		if (!isfinite(g))
			continue;
		t->alone[m] += fabs(g - y);
		t->alone_values[m]++;
	}
}

static void fit_column(const struct soundblend_rows *r, size_t column,
		       struct soundblend *out, struct tally *t)
{
	struct moments half[2];
	double weight[2][M], all[M], limit[2];
	size_t n[2] = { 0, 0 };

	add_moments(r, column, half);
	weigh(&half[0], weight[0]);
	weigh(&half[1], weight[1]);
	for (size_t i = 0; i < r->tracks; i++) {
		double y = (double)r->truth[i * r->columns + column], v;

		if (!isfinite(y))
			continue;
		v = blend(r, i, column, weight[!(i % 2)]);
		count_value(r, i, column, v, t);
		t->errors[i % 2][n[i % 2]++] = fabs(v - y);
	}
	memcpy(t->all, t->errors[0], n[0] * sizeof(double));
	memcpy(t->all + n[0], t->errors[1], n[1] * sizeof(double));
	for (size_t h = 0; h < 2; h++)
		limit[h] = quantile(t->errors[h], n[h]);
	for (size_t h = 0; h < 2; h++)
		for (size_t i = 0; i < n[h]; i++)
			t->inside += t->errors[h][i] <= limit[!h];
	out->spread = (float)quantile(t->all, n[0] + n[1]);
	for (size_t m = 0; m < M; m++) {
		half[0].b[m] += half[1].b[m];
		for (size_t k = 0; k < M; k++)
			half[0].a[m][k] += half[1].a[m][k];
	}
	weigh(&half[0], all);
	for (size_t m = 0; m < M; m++)
		out->weight[m] = (float)all[m];
}

static void score_all(const struct soundblend_rows *r, const struct tally *t,
		      struct soundblend_score *s)
{
	*s = (struct soundblend_score){ .tracks = (double)r->tracks };
	for (size_t m = 0; m < M; m++)
		s->alone[m] = t->alone[m] / t->alone_values[m];
	if (!(t->values > 0))
		return;
	s->error = t->error / t->values;
	s->mean_error = t->mean_error / t->values;
	s->coverage = t->inside / t->values;
	s->skill =
	    t->mean_square > 0 ? fmax(0, 1 - t->square / t->mean_square) : 0;
	for (size_t i = 0; i < r->tracks; i++)
		if (t->norm[i] > 0 && t->truth[i] > 0)
			s->cosine += t->dot[i] /
				     sqrt(t->norm[i] * t->truth[i]) / s->tracks;
}

void soundblend_fit(const struct soundblend_rows *rows, struct soundblend *out,
		    struct soundblend_score *score)
{
	size_t n = rows->tracks + 1;
	struct tally t = { 0 };
	double *memory = mem_zalloc(7 * n, sizeof(*memory));

	t.dot = memory;
	t.norm = memory + n;
	t.truth = memory + 2 * n;
	t.errors[0] = memory + 3 * n;
	t.errors[1] = memory + 4 * n;
	t.all = memory + 5 * n;
	for (size_t c = 0; c < rows->columns; c++)
		fit_column(rows, c, &out[c], &t);
	score_all(rows, &t, score);
	free(memory);
}

void soundblend_report(const struct soundblend_score *s, struct str *out)
{
	static const char *const names[M] = { "genre prototype",
					      "text neighbours", "regression" };

	str_printf(out,
		   "error %.3f (global mean %.3f), cosine %.3f, %.0f %% "
		   "within intervals for %.0f %%, skill %.3f; alone:",
		   s->error, s->mean_error, s->cosine, 100 * s->coverage,
		   100 * SOUNDBLEND_INSIDE, s->skill);
	for (size_t m = 0; m < M; m++) {
		str_printf(out, "%s %s ", m ? "," : "", names[m]);
		if (isfinite(s->alone[m]))
			str_printf(out, "%.3f", s->alone[m]);
		else
			str_puts(out, "none");
	}
	str_putc(out, '\n');
}
