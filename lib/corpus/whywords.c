/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/whywords.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "corpus/datadir.h"
#include "io/tableline.h"

static const char *const measures[WHY_MEASURES] = { "tempo", "energy", "mood" };
static const char *const whoses[WHY_WHOSES] = { "asked", "like", "kept",
						"journey" };
static const char *const leasts[WHY_LEASTS] = { "meaning", "alike", "plays",
						"texture", "mood",  "hidden" };

static int find(struct span name, const char *const *names, int count)
{
	int i = 0;

	while (i < count && !span_is(name, names[i]))
		i++;
	return i;
}

static int add_band(struct whywords *w, struct span line)
{
	int m = find(tableline_field(&line), measures, WHY_MEASURES);
	struct span end = tableline_field(&line),
		    words = tableline_field(&line);
	double v;

	if (m == WHY_MEASURES || num_double(end, &v) || !words.n)
		return -1;
	MEM_ROOM(w->bands, w->count + 1, w->cap);
	w->bands[w->count++] = (struct why_band){
		.measure = (enum why_measure)m,
		.end = (float)v,
		.words = span_is(words, "-") ? (struct span){ NULL, 0 } : words
	};
	return 0;
}

static int add_than(struct whywords *w, struct span line)
{
	struct span name = tableline_field(&line);
	struct span low = tableline_field(&line), high = tableline_field(&line);

	for (int a = 0; a < TIMBRE_AXES; a++) {
		if (!span_is(name, timbre_high((enum timbre_axis)a)))
			continue;
		w->than[a][0] = low;
		w->than[a][1] = high;
		return low.n && high.n ? 0 : -1;
	}
	return -1;
}

static int add_whose(struct whywords *w, struct span line)
{
	int i = find(tableline_field(&line), whoses, WHY_WHOSES);
	struct span words = tableline_field(&line);

	if (i == WHY_WHOSES || !words.n)
		return -1;
	w->whose[i] = words;
	return 0;
}

static int add_least(struct whywords *w, struct span line)
{
	int i = find(tableline_field(&line), leasts, WHY_LEASTS);
	double v;

	if (i == WHY_LEASTS || num_double(tableline_field(&line), &v))
		return -1;
	w->least[i] = (float)v;
	return 0;
}

static int add_line(struct whywords *w, struct span line)
{
	struct span kind = tableline_field(&line);

	if (span_is(kind, "band"))
		return add_band(w, line);
	if (span_is(kind, "than"))
		return add_than(w, line);
	if (span_is(kind, "whose"))
		return add_whose(w, line);
	return span_is(kind, "least") ? add_least(w, line) : -1;
}

int whywords_parse(struct whywords *w, struct span tsv, const char *name,
		   struct err *err)
{
	struct span rest, line;
	size_t number = 0;

	*w = (struct whywords){ 0 };
	str_span(&w->text, tsv);
	rest = span_str(&w->text);
	for (int i = 0; i < WHY_LEASTS; i++)
		w->least[i] = 1;
	while (tableline_next(&rest, &line, &number)) {
		if (!add_line(w, line))
			continue;
		whywords_release(w);
		return err_set(err, ERR_DATA, "table",
			       "%s:%zu: expected a band, whose, than or least "
			       "as the table's head says, with tabs between",
			       name, number);
	}
	return 0;
}

static int parse(void *to, struct span tsv, const char *path, struct err *err)
{
	return whywords_parse(to, tsv, path, err);
}

int whywords_load(struct whywords *w, struct err *err)
{
	return datadir_load("why.tsv", parse, w, err);
}

void whywords_release(struct whywords *w)
{
	str_release(&w->text);
	free(w->bands);
	*w = (struct whywords){ 0 };
}

struct span whywords_band(const struct whywords *w, enum why_measure measure,
			  float v)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->bands[i].measure == measure && v <= w->bands[i].end)
			return w->bands[i].words;
	return (struct span){ NULL, 0 };
}

int whywords_place(const struct whywords *w, enum why_measure measure, float v)
{
	float end = 0;
	int band = 0, mine = 0;

	for (size_t i = 0; i < w->count; i++) {
		if (w->bands[i].measure != measure)
			continue;
		if (!band || v > end)
			mine = band;
		end = w->bands[i].end;
		band++;
	}
	return mine == 0 ? -1 : mine + 1 >= band;
}
