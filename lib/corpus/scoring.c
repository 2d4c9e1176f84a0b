/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/scoring.h"

#include <math.h>
#include <stdlib.h>

#include "corpus/signals.h"

enum { KEPT_MOST = WISH_LIKE_MAX + 1 };

static const char *const names[CONTRIBUTIONS] = {
	[SIGNAL_TEXT] = "text",
	[SIGNAL_AUDIO] = "audio",
	[SIGNAL_MOOD] = "mood",
	[SIGNAL_COLLAB] = "collab",
	[CONTRIBUTION_UNKNOWN] = "unknown",
	[CONTRIBUTION_VOCALS] = "vocals",
	[CONTRIBUTION_POPULARITY] = "popularity",
	[CONTRIBUTION_LINK] = "link",
	[CONTRIBUTION_LYRIC] = "lyric",
	[CONTRIBUTION_CROSS] = "cross",
	[CONTRIBUTION_KEPT] = "kept",
};

const char *contribution_name(enum contribution c)
{
	return names[c < CONTRIBUTIONS ? c : CONTRIBUTION_UNKNOWN];
}

const char *fusion_name(enum fusion f)
{
	return f == FUSION_RANKS ? "rrf" : "weighted";
}

static bool is_on(const struct scoring *how, int contribution)
{
	return !(how->off >> contribution & 1);
}

/* Moves what is beyond `stays` of a weight to another signal. */
static void lend(float *from, float *to, float stays)
{
	*to += *from * (1 - stays);
	*from *= stays;
}

void scoring_weights(const struct scoring *how, const struct scored *s,
		     float weight[SIGNAL_COUNT])
{
	const struct ranktuning *t = how->tuning;
	float sum = 0;

	for (int i = 0; i < SIGNAL_COUNT; i++)
		sum += weight[i] =
		    how->weight ? how->weight[i] : how->c->weight[i];
	if (how->c->wish.vague && sum > 0) {
		float plays = weight[SIGNAL_COLLAB], rest = sum - plays;

		for (int i = 0; i < SIGNAL_COUNT; i++)
			weight[i] *= rest > 0 ? (1 - t->vague) * sum / rest : 0;
		weight[SIGNAL_COLLAB] = rest > 0 ? t->vague * sum : sum;
	}
	if (s->flags & CATALOGUE_INSTRUMENTAL &&
	    !(how->c->items[s->item].named > 0) &&
	    !isnan(s->part[SIGNAL_AUDIO]))
		lend(&weight[SIGNAL_TEXT], &weight[SIGNAL_AUDIO],
		     t->instrumental);
	for (int i = 0; i < SIGNAL_COUNT; i++)
		if (!is_on(how, i))
			weight[i] = 0;
}

static float sureness(const struct scored *s, int signal)
{
	float c = signal == SIGNAL_AUDIO  ? s->audio_confidence
		  : signal == SIGNAL_MOOD ? s->mood_confidence
					  : 1;

	return c >= 0 && c <= 1 ? c : 0;
}

static double trust(const struct scoring *how, const struct scored *s,
		    int signal)
{
	float least = how->tuning->trust_least;

	return isnan(s->part[signal])
		   ? 0
		   : (double)(least + (1 - least) * sureness(s, signal));
}

static float vocals_penalty(const struct scoring *how, const struct scored *s)
{
	unsigned wanted = CATALOGUE_SUNG, against = CATALOGUE_INSTRUMENTAL;

	if (how->c->wish.vocals == VOCALS_ANY)
		return 0;
	if (how->c->wish.vocals == VOCALS_NONE) {
		wanted = CATALOGUE_INSTRUMENTAL;
		against = CATALOGUE_SUNG;
	}
	if (s->flags & against)
		return how->tuning->vocals_against;
	return s->flags & wanted ? 0 : how->tuning->vocals_unknown;
}

static size_t count_words(struct span s)
{
	size_t words = 0;

	for (size_t i = 0; i < s.n; i++)
		words += s.p[i] != ' ' && (!i || s.p[i - 1] == ' ');
	return words;
}

static bool is_pinned(const struct scoring *how, const struct scored *s,
		      size_t quoted)
{
	float share = how->c->items[s->item].lyric;

	return is_on(how, CONTRIBUTION_LYRIC) && share > 0 &&
	       share >= how->tuning->lyric_share &&
	       share * (float)quoted >= how->tuning->lyric_words - 0.5f;
}

static int32_t millionths(double x)
{
	return isfinite(x) ? (int32_t)lrint(1e6 * x) : 0;
}

/* The signals' contributions and that of what is not known. */
static void add_signals(const struct scoring *how,
			const float mean[SIGNAL_COUNT], struct scored *s)
{
	double present[SIGNAL_COUNT] = { 0 }, unknown = 0, all = 0;
	double share =
	    is_on(how, CONTRIBUTION_UNKNOWN) ? (double)how->tuning->unknown : 0;
	float weight[SIGNAL_COUNT];

	scoring_weights(how, s, weight);
	for (int i = 0; i < SIGNAL_COUNT; i++) {
		double t = trust(how, s, i), doubt;

		if (isnan(mean[i]))
			continue; /* nobody has it: it decides nothing */
		doubt = (1 - t) * share;
		if (t > 0)
			present[i] = (double)weight[i] * t * (double)s->part[i];
		unknown += (double)weight[i] * doubt * (double)mean[i];
		all += (double)weight[i] * (t + doubt);
	}
	for (int i = 0; i < SIGNAL_COUNT && all > 0; i++)
		s->contribution[i] = millionths(present[i] / all);
	if (all > 0)
		s->contribution[CONTRIBUTION_UNKNOWN] =
		    millionths(unknown / all);
}

static int32_t sum_of(const struct scored *s)
{
	int32_t sum = 0;

	for (int i = 0; i < CONTRIBUTIONS; i++)
		sum += s->contribution[i];
	return sum;
}

/* Takes a share of the score there is. */
static void take(const struct scoring *how, struct scored *s, int contribution,
		 double share)
{
	if (is_on(how, contribution))
		s->contribution[contribution] =
		    -millionths(share * sum_of(s) / 1e6);
}

static void set_confidence(const struct scoring *how, struct scored *s)
{
	float all = 0, sure = 0, weight[SIGNAL_COUNT];

	scoring_weights(how, s, weight);
	for (int i = 0; i < SIGNAL_COUNT; i++) {
		all += weight[i];
		if (!isnan(s->part[i]))
			sure += weight[i] * sureness(s, i);
	}
	s->confidence = all > 0 ? sure / all * how->weights->link[s->link] : 0;
}

static unsigned place_kept(const struct wish *w, uint32_t row)
{
	for (size_t i = 0; i < w->keep_count; i++)
		if (w->keep[i] == row)
			return (unsigned)i + 1;
	return 0;
}

static void score(const struct scoring *how, const float mean[SIGNAL_COUNT],
		  size_t quoted, struct scored *s)
{
	const struct weights *w = how->weights;
	unsigned tier = how->g->tier[s->row];

	add_signals(how, mean, s);
	take(how, s, CONTRIBUTION_VOCALS, (double)vocals_penalty(how, s));
	if (!how->c->wish.vague && !(how->c->items[s->item].named > 0))
		take(how, s, CONTRIBUTION_POPULARITY,
		     1 - (double)
			     w->penalty[tier < TIER_COUNT ? tier : TIER_NONE]);
	take(how, s, CONTRIBUTION_LINK,
	     (double)how->tuning->link * (1 - (double)w->link[s->link]));
	s->kept = place_kept(&how->c->wish, s->row);
	s->pinned = s->kept || is_pinned(how, s, quoted);
	if (s->pinned)
		s->contribution[s->kept ? CONTRIBUTION_KEPT
					: CONTRIBUTION_LYRIC] =
		    1000000 - sum_of(s);
	s->score = (float)sum_of(s) / 1e6f;
	s->relevance = s->score;
	set_confidence(how, s);
}

int scoring_best_first(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;

	if (x->pinned != y->pinned)
		return x->pinned ? -1 : 1;
	if (x->relevance != y->relevance)
		return x->relevance < y->relevance ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

size_t scoring_run(const struct scoring *how, struct scored *out, size_t *dead,
		   struct err *err)
{
	size_t n = signals_fill(how, out, dead, err);
	size_t quoted = count_words(span_str(&how->c->lyric));
	float mean[SIGNAL_COUNT];

	if (n == SIZE_MAX)
		return n;
	signals_mean(out, n, mean);
	for (size_t i = 0; i < n; i++) {
		score(how, mean, quoted, &out[i]);
		if (out[i].kept)
			out[i].relevance = 3 - (float)out[i].kept / KEPT_MOST;
		else if (out[i].pinned) /* among themselves by their share */
			out[i].relevance = 1 + how->c->items[out[i].item].lyric;
	}
	qsort(out, n, sizeof(*out), scoring_best_first);
	return n;
}
