/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/ablation.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "corpus/eachline.h"
#include "corpus/reranker.h"
#include "io/json.h"

#define CANDIDATES_LINE_MAX ((size_t)256 << 20)

enum { WHOLE, VARIETY = SCORING_CONTRIBUTIONS + 1, RANKS, VARIANTS };

struct variant {
	const char *name; /* what is left out */
	struct reranker_options how;
	struct rankings rankings;
	struct evaluation_table table;
};

struct ablation {
	const char *index;
	struct generation *g;
	struct reranker *reranker;
	struct candidates c;
	struct str line;
	struct variant variants[VARIANTS];
};

static void set_up(struct variant v[VARIANTS])
{
	const struct reranker_options usual = RERANKER_OPTIONS;

	for (int i = 0; i < VARIANTS; i++) {
		v[i].how = usual;
		if (i == WHOLE || i > SCORING_CONTRIBUTIONS)
			continue;
		v[i].how.off = 1u << (i - 1);
		v[i].name = contribution_name((enum contribution)(i - 1));
	}
	v[WHOLE].name = "nothing";
	v[VARIETY].name = "variety";
	v[VARIETY].how.lambda = v[VARIETY].how.genre_share = 1;
	v[VARIETY].how.per_artist = v[VARIETY].how.spacing = 0;
	v[VARIETY].how.album_spacing = 0;
	v[RANKS].name = "weighting (rrf)";
	v[RANKS].how.fusion = FUSION_RANKS;
}

static int open_generation(struct ablation *a, struct err *err)
{
	if (a->g && !strcmp(a->g->name, a->c.generation))
		return 0;
	if (a->g)
		return err_set(err, ERR_DATA, "candidates",
			       "of generation %s and of %s; ask query for all "
			       "of them at once",
			       a->g->name, a->c.generation);
	a->g = generation_open_named(a->index, a->c.generation, err);
	return a->g ? 0 : -1;
}

/* Reads what rerank would have answered, for every variant. */
static int rank_line(void *ctx, struct span line, struct err *err)
{
	struct ablation *a = ctx;

	if (candidates_read(&a->c, line, err))
		return -1;
	if (!a->c.error.n && open_generation(a, err))
		return -1;
	for (int i = 0; i < VARIANTS; i++) {
		struct variant *v = &a->variants[i];
		struct answer answer = { .c = &a->c };

		if (!a->c.error.n && reranker_run(a->reranker, &a->c, a->g,
						  &v->how, &answer, err))
			return -1;
		str_reset(&a->line);
		if (answer_json(&answer, &a->line, err) ||
		    rankings_add(&v->rankings, span_str(&a->line), err))
			return -1;
	}
	return 0;
}

static void put_head(const struct evalrun *e, const int *measures, int count,
		     struct str *out)
{
	str_printf(out, "%-16s", "without");
	for (int i = 0; i < count; i++)
		str_printf(out, "  %-44s", e->report.names[measures[i]]);
	while (out->p[out->n - 1] == ' ')
		out->n--;
	str_putc(out, '\n');
}

static void put_variant(const struct evalrun *e, const struct variant *v,
			const struct variant *whole, const int *measures,
			int count, struct str *out)
{
	str_printf(out, "%-16s", v->name);
	for (int i = 0; i < count; i++) {
		struct evalmean x = evalreport_mean(&e->report, measures[i],
						    &v->table, &whole->table);

		if (v == whole)
			str_printf(out, "  %.4f (%.4f-%.4f)%22s", x.mean,
				   x.ends[0], x.ends[1], "");
		else
			str_printf(out, "  %.4f %+.4f (%+.4f to %+.4f) p=%.4f",
				   x.mean, x.gain, x.gain_ends[0],
				   x.gain_ends[1], x.p);
	}
	while (out->p[out->n - 1] == ' ')
		out->n--;
	str_putc(out, '\n');
}

static void put_table(const struct evalrun *e, const struct variant *v,
		      struct str *out)
{
	static const int wanted[] = { EVAL_PRECISION, EVAL_NDCG, EVAL_ALIGNMENT,
				      EVAL_OWN_ALIGNMENT };
	int measures[4], count = 0;

	for (int i = 0; i < 4; i++)
		if (!isnan(evalreport_mean(&e->report, wanted[i],
					   &v[WHOLE].table, NULL)
			       .mean))
			measures[count++] = wanted[i];
	put_head(e, measures, count, out);
	for (int i = 0; i < VARIANTS; i++)
		put_variant(e, &v[i], &v[WHOLE], measures, count, out);
}

static void put_json(const struct evalrun *e, const struct variant *v,
		     struct str *out)
{
	str_puts(out, "{\"ablation\":[");
	for (int i = 0; i < VARIANTS; i++) {
		str_printf(out, "%s{\"without\":", i ? "," : "");
		json_put_string(out, span_of(v[i].name));
		str_puts(out, ",\"report\":");
		evalreport_write(&e->report, &v[i].table,
				 i ? &v[WHOLE].table : NULL, out);
		out->n--; /* its line end */
		str_putc(out, '}');
	}
	str_puts(out, "]}\n");
}

int ablation_report(struct evalrun *e, char **files, int count, struct str *out,
		    struct err *err)
{
	struct ablation a = { .index = e->index };
	struct evaluation_by by = { 0 };
	struct evalrun held = *e; /* against all of it but the index */
	struct generation *none;
	int rc = -1;

	held.index = NULL;

	set_up(a.variants);
	a.reranker = reranker_new(err);
	if (a.reranker && !evalrun_open(&held, &by, &none, err) &&
	    !eachline(files, count, CANDIDATES_LINE_MAX, &a, rank_line, err)) {
		by.g = a.g;
		e->report.tracks = a.g ? a.g->count : 0;
		evalreport_name(&e->report, e->at);
		for (int i = 0; i < VARIANTS; i++)
			evaluation_add(&a.variants[i].table, &by,
				       &a.variants[i].rankings);
		if (e->report.json)
			put_json(e, a.variants, out);
		else
			put_table(e, a.variants, out);
		rc = 0;
	}
	for (int i = 0; i < VARIANTS; i++) {
		evaluation_table_release(&a.variants[i].table);
		rankings_release(&a.variants[i].rankings);
	}
	evaluation_release(&by);
	candidates_release(&a.c);
	str_release(&a.line);
	reranker_free(a.reranker);
	generation_close(a.g);
	return rc;
}
