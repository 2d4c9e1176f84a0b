/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/evalrun.h"

int evalrun_open(const struct evalrun *e, struct evaluation_by *by,
		 struct generation **g, struct err *err)
{
	*g = NULL;
	for (int m = 0; m < EVAL_MAP; m++)
		by->at[m] = e->at[m];
	by->list = e->list;
	if ((e->qrels && qrels_read(&by->qrels, e->qrels, err)) ||
	    (e->labels && moodplaces_read(&by->tracks, e->labels, err)) ||
	    (e->asked && moodplaces_read(&by->asked, e->asked, err)))
		return -1;
	if (!e->index)
		return 0;
	by->g = *g = generation_open(e->index, err);
	return *g ? 0 : -1;
}

int evalrun_read(const struct evalrun *e, struct rankings *r, char **files,
		 int count, struct err *err)
{
	if (e->run)
		return rankings_read_run(r, e->run, err);
	if (!count)
		return rankings_read_answers(r, "-", err);
	for (int i = 0; i < count; i++)
		if (rankings_read_answers(r, files[i], err))
			return -1;
	return 0;
}

int evalrun_report(struct evalrun *e, char **files, int count, struct str *out,
		   struct err *err)
{
	struct rankings mine = { 0 }, others = { 0 };
	struct evaluation_table t = { 0 }, other = { 0 };
	struct evaluation_by by = { 0 };
	struct generation *g = NULL;
	int rc = -1;

	if (evalrun_open(e, &by, &g, err) ||
	    evalrun_read(e, &mine, files, count, err))
		goto out;
	evalreport_name(&e->report, e->at);
	if (!e->report.tracks && g)
		e->report.tracks = g->count;
	evaluation_add(&t, &by, &mine);
	if (e->compare) {
		if (rankings_read(&others, e->compare, err))
			goto out;
		evaluation_add(&other, &by, &others);
	}
	evalreport_write(&e->report, &t, e->compare ? &other : NULL, out);
	rc = 0;
out:
	evaluation_table_release(&t);
	evaluation_table_release(&other);
	rankings_release(&mine);
	rankings_release(&others);
	evaluation_release(&by);
	if (g)
		generation_close(g);
	return rc;
}
