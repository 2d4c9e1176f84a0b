/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/matchfit.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "learn/calibration.h"

#define PINNED 0.999 /* scores from here on are no matter of degree */

struct sample {
	float *score, *relevant;
	size_t count, cap, relevant_cap, queries;
};

static void add_ranking(struct sample *s, const struct evaluation_by *by,
			const struct rankings *r, const struct ranking *g,
			size_t query)
{
	for (size_t i = 0; i < g->count; i++) {
		const struct ranked *x = &g->items[i];
		double relevance = qrels_relevance(
		    &by->qrels, query, rankings_text(r, x->id, x->id_length));

		if (isnan(x->score) || x->score >= PINNED)
			continue;
		MEM_ROOM(s->score, s->count + 1, s->cap);
		MEM_ROOM(s->relevant, s->count + 1, s->relevant_cap);
		s->score[s->count] = (float)x->score;
		s->relevant[s->count++] = relevance > 0;
	}
	s->queries++;
}

static void collect(struct sample *s, const struct evaluation_by *by,
		    const struct rankings *r)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct ranking *g = &r->items[i];
		size_t query = SIZE_MAX;

		if (g->qid_length)
			query = qrels_query(
			    &by->qrels,
			    rankings_text(r, g->qid, g->qid_length));
		if (query == SIZE_MAX)
			query = qrels_query(
			    &by->qrels,
			    rankings_text(r, g->query, g->query_length));
		if (query != SIZE_MAX)
			add_ranking(s, by, r, g, query);
	}
}

static void put_table(const struct sample *s, struct str *out)
{
	double x[MATCHFIT_KNOTS], y[MATCHFIT_KNOTS], last = 0;
	size_t n = calibration_isotonic(s->score, s->relevant, s->count, x, y,
					MATCHFIT_KNOTS);

	str_printf(out,
		   "# What a score is worth: of results with such a score, the "
		   "share that is right,\n# in percent. Tab-separated: score, "
		   "match; both rise. Between the lines it is\n# interpolated; "
		   "below the first and above the last it stays. Fitted by\n"
		   "# evaluate --fit-match to %zu results of %zu requests.\n",
		   s->count, s->queries);
	for (size_t i = 0; i < n; i++) {
		last = 100 * y[i];
		str_printf(out, "%.4f\t%.2f\n", x[i], last);
	}
	if (last < 99.9)
		str_printf(out, "%.3f\t%.2f\n1\t100\n", PINNED, last + 0.01);
}

int matchfit_table(struct evalrun *e, char **files, int count, struct str *out,
		   struct err *err)
{
	struct rankings r = { 0 };
	struct evaluation_by by = { 0 };
	struct generation *g = NULL;
	struct sample s = { 0 };
	int rc = -1;

	if (!evalrun_open(e, &by, &g, err) &&
	    !evalrun_read(e, &r, files, count, err)) {
		collect(&s, &by, &r);
		if (s.count < MATCHFIT_LEAST)
			err_set(err, ERR_DATA, "answers",
				"%zu results of judged queries tell a score; "
				"%d are needed",
				s.count, MATCHFIT_LEAST);
		else
			put_table(&s, out);
		rc = s.count < MATCHFIT_LEAST ? -1 : 0;
	}
	free(s.score);
	free(s.relevant);
	rankings_release(&r);
	evaluation_release(&by);
	generation_close(g);
	return rc;
}
