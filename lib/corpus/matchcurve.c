/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/matchcurve.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "corpus/datadir.h"
#include "io/tableline.h"

/* No number is as good as one that is too small. */
static double number(struct span s)
{
	double v;

	return num_double(s, &v) ? -1 : v;
}

static int add_line(struct matchcurve *m, struct span line)
{
	double score = number(tableline_field(&line));
	double match = number(tableline_field(&line));
	size_t n = m->count;

	if (!(score >= 0 && score <= 1 && match >= 0 && match <= 100) ||
	    (n && ((float)score <= m->score[n - 1] ||
		   (float)match < m->match[n - 1])))
		return -1;
	MEM_ROOM(m->score, n + 1, m->cap);
	MEM_ROOM(m->match, n + 1, m->match_cap);
	m->score[n] = (float)score;
	m->match[n] = (float)match;
	m->count++;
	return 0;
}

int matchcurve_parse(struct matchcurve *m, struct span tsv, const char *name,
		     struct err *err)
{
	struct span line;
	size_t number = 0;
	int rc = 0;

	*m = (struct matchcurve){ 0 };
	while (!rc && tableline_next(&tsv, &line, &number))
		if (add_line(m, line))
			rc = err_set(err, ERR_DATA, "table",
				     "%s:%zu: expected a score from 0 to 1 and "
				     "a match from 0 to 100, both rising, with "
				     "a tab between them",
				     name, number);
	if (!rc && m->count < 2)
		rc = err_set(err, ERR_DATA, "table",
			     "%s: fewer than two lines of score and match",
			     name);
	if (rc)
		matchcurve_release(m);
	return rc;
}

static int parse(void *to, struct span tsv, const char *path, struct err *err)
{
	return matchcurve_parse(to, tsv, path, err);
}

int matchcurve_load(struct matchcurve *m, struct err *err)
{
	return datadir_load("match.tsv", parse, m, err);
}

void matchcurve_release(struct matchcurve *m)
{
	free(m->score);
	free(m->match);
	*m = (struct matchcurve){ 0 };
}

float matchcurve_at(const struct matchcurve *m, float score)
{
	size_t i = 0;
	float share;

	while (i < m->count && m->score[i] < score)
		i++;
	if (i == m->count)
		return m->match[m->count - 1];
	if (!i)
		return m->match[0];
	share = (score - m->score[i - 1]) / (m->score[i] - m->score[i - 1]);
	return m->match[i - 1] + share * (m->match[i] - m->match[i - 1]);
}
