/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/weights.h"

#include "base/num.h"
#include "io/tableline.h"

static const char *const types[QUERY_TYPES] = { "mood-heavy", "genre", "artist",
						"text-heavy", "default" };

const char *signal_name(enum signal s)
{
	static const char *const names[SIGNAL_COUNT] = { "text", "audio",
							 "mood", "collab" };

	return names[s];
}

const char *query_type_name(enum query_type t)
{
	return types[t < QUERY_TYPES ? t : QUERY_DEFAULT];
}

enum query_type query_type_find(struct span name)
{
	int t = 0;

	while (t < QUERY_TYPES && !span_is(name, types[t]))
		t++;
	return (enum query_type)t;
}

/* The next field of *line up to the separator. */
static int share(struct span *line, float *out, struct err *err)
{
	struct span s = tableline_field(line);
	double v;

	if (num_double(s, &v) || v < 0 || v > 1)
		return err_set(err, ERR_DATA, "table",
			       "\"%.*s\" where a number in [0, 1] was "
			       "expected",
			       (int)s.n, s.p);
	*out = (float)v;
	return 0;
}

static int unknown(const char *what, struct span name, struct err *err)
{
	return err_set(err, ERR_DATA, "table", "unknown %s \"%.*s\"", what,
		       (int)name.n, name.p);
}

static void add_words(struct weights *w, enum query_type t, struct span line)
{
	size_t i = 0;

	while (i < w->ordered && w->order[i] != t)
		i++;
	if (i == w->ordered)
		w->order[w->ordered++] = t;
	while (line.n) {
		struct span word = tableline_cut(&line, ',');

		if (!word.n)
			continue;
		str_span(&w->words[t], word);
		str_putc(&w->words[t], '\n');
	}
}

static int add_line(struct weights *w, struct span line, struct err *err)
{
	struct span kind = tableline_field(&line),
		    name = tableline_field(&line);
	int i;

	if (span_is(kind, "weights") || span_is(kind, "words")) {
		enum query_type t = query_type_find(name);

		if (t == QUERY_TYPES)
			return unknown("query type", name, err);
		if (span_is(kind, "words")) {
			add_words(w, t, line);
			return 0;
		}
		for (i = 0; i < SIGNAL_COUNT; i++)
			if (share(&line, &w->weight[t][i], err))
				return -1;
		return 0;
	}
	if (span_is(kind, "penalty")) {
		for (i = 1; i < TIER_COUNT; i++)
			if (span_is(name, catalogue_tier_name((unsigned)i)))
				return share(&line, &w->penalty[i], err);
		return unknown("popularity tier", name, err);
	}
	if (span_is(kind, "link")) {
		for (i = 0; i < LINK_COUNT; i++)
			if (span_is(name, catalogue_link_name((unsigned)i)))
				return share(&line, &w->link[i], err);
		return unknown("link status", name, err);
	}
	return unknown("kind of row", kind, err);
}

int weights_parse(struct weights *w, struct span tsv, const char *name,
		  struct err *err)
{
	struct span line;
	size_t number = 0;
	bool any;

	*w = (struct weights){ 0 };
	for (int i = 0; i < TIER_COUNT; i++)
		w->penalty[i] = 1;
	for (int i = 0; i < LINK_COUNT; i++)
		w->link[i] = 1;
	while (tableline_next(&tsv, &line, &number)) {
		if (add_line(w, line, err)) {
			weights_release(w);
			return err_prefix(err, "%s:%zu", name, number);
		}
	}
	for (int t = 0; t < QUERY_TYPES; t++) {
		any = false;
		for (int i = 0; i < SIGNAL_COUNT; i++)
			any = any || w->weight[t][i] > 0;
		if (!any) {
			weights_release(w);
			return err_set(err, ERR_DATA, "table",
				       "%s: no weights "
				       "for \"%s\"",
				       name, types[t]);
		}
	}
	return 0;
}

void weights_release(struct weights *w)
{
	for (int t = 0; t < QUERY_TYPES; t++)
		str_release(&w->words[t]);
}
