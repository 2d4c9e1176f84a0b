/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/understood.h"

#include <math.h>

#include "corpus/candidates.h"
#include "text/foreign.h"

static const char *const quadrants[] = { "Q1", "Q2", "Q3", "Q4" };

int understood_open(struct understood_models *m, const struct generation *g,
		    const struct textmodel *text, struct err *err)
{
	*m = (struct understood_models){ .lexicon = NULL };
	m->lexicon = lexicon_view(g->lexicon, err);
	m->mood.lexicon = m->lexicon;
	if (!m->lexicon ||
	    (g->foreign.p && !(m->foreign = foreign_view(g->foreign, err))) ||
	    (g->themes.p && !(m->themes = themes_view(g->themes, text, err))) ||
	    (g->asking.p &&
	     !(m->words = askwords_parse(g->asking, "asking", err))) ||
	    (g->targets.p &&
	     !(m->targets = targets_parse(g->targets, "targets", err))) ||
	    (g->emotion &&
	     !(m->emotion = emotion_open(g->pack, m->foreign, NULL, err)))) {
		understood_close(m);
		return err_prefix(err, "%s", g->path);
	}
	m->mood.emotion = m->emotion;
	if (m->emotion)
		m->mood.work = emotion_work_new(m->emotion);
	return 0;
}

void understood_close(struct understood_models *m)
{
	emotion_work_free(m->mood.work);
	emotion_close(m->emotion);
	askwords_free(m->words);
	targets_free(m->targets);
	themes_free(m->themes);
	foreign_free(m->foreign);
	lexicon_free(m->lexicon);
	*m = (struct understood_models){ .lexicon = NULL };
}

static void put_name(struct str *out, const char *name)
{
	str_printf(out, "%s\"%s\":", out->n > 1 ? "," : "", name);
}

static int quadrant_of(const struct requestmood *m)
{
	if (m->valence > 0)
		return m->arousal > 0 ? 0 : 3;
	return m->arousal > 0 ? 1 : 2;
}

/* The quadrant of the mood, and the likeliest other one, which weighs no more;
 * by words alone none. */
static void put_targets(const struct targets *t, const struct requestmood *m,
			struct str *out)
{
	int first = quadrant_of(m), second = (first + 1) % 4;
	struct target target;
	double weight = 1, other = 0;

	if (m->by != MOODBY_LEXICON) {
		for (int q = 0; q < 4; q++)
			if (q != first && m->quadrant[q] > m->quadrant[second])
				second = q;
		weight = fmax(m->quadrant[first], m->quadrant[second]);
		other = m->quadrant[second];
	}
	if (targets_blend(t, quadrants[first], weight, quadrants[second], other,
			  m->confidence, &target))
		return;
	put_name(out, "targets");
	targets_json(&target, out);
}

static void put_notes(struct str *out, const char *name, struct span notes)
{
	if (!notes.n)
		return;
	put_name(out, name);
	str_putc(out, '[');
	str_span(out, notes);
	str_putc(out, ']');
}

void understood_write(const struct understood_models *m,
		      const struct intent *in, struct span query,
		      const struct understood_more *more, struct str *out)
{
	struct theme_hit hits[UNDERSTOOD_THEMES];
	struct emotion felt = { .tokens = 0 };
	size_t n;

	str_reset(out);
	str_putc(out, '{');
	if (m->mood.emotion)
		emotion_read(m->mood.emotion, m->mood.work, query, &felt);
	if (in->mood.by == MOODBY_LEXICON || in->mood.by == MOODBY_BOTH) {
		put_name(out, "words");
		candidates_put_array(out, &in->matched);
	}
	if (felt.tokens) {
		put_name(out, "emotion");
		emotion_json(&felt, out);
	}
	n = m->themes ? themes_read(m->themes, query, hits, UNDERSTOOD_THEMES)
		      : 0;
	if (n) {
		put_name(out, "themes");
		themes_json(hits, n, out);
	}
	if (m->targets && in->mood.by != MOODBY_NONE)
		put_targets(m->targets, &in->mood, out);
	put_notes(out, "filters", span_str(&in->asks.notes));
	put_notes(out, "contexts", span_str(&in->occasion.notes));
	put_notes(out, "tracks", more->tracks);
	if (more->aspects.n) {
		put_name(out, "aspects");
		str_putc(out, '{');
		str_span(out, more->aspects);
		str_putc(out, '}');
	}
	if (out->n > 1)
		str_putc(out, '}');
	else
		str_reset(out);
}
