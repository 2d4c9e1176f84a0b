/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/seeker.h"

#include "io/progress.h"

static const char nothing_asked[] =
    "nothing in the request to go by: the most played; try a mood, a genre, an "
    "artist";
static const char nothing_found[] =
    "nothing in the index is like that: the most played; try a mood, a genre, "
    "an artist";

void seeker_init(struct seeker *s, const struct generation *g,
		 const struct weights *w, const struct understood_models *m,
		 struct querytext *words, struct retrieval_limits limits)
{
	*s = (struct seeker){
		.g = g, .weights = w, .models = m, .limits = limits
	};
	s->retrieval = retrieval_new(g, words, limits);
	s->who = whois_new(g, retrieval_named(s->retrieval));
}

void seeker_release(struct seeker *s)
{
	whois_free(s->who);
	retrieval_free(s->retrieval);
	intent_release(&s->intent);
	*s = (struct seeker){ .g = NULL };
}

static void understand(struct seeker *s, const struct request *r,
		       struct candidates *found)
{
	struct intent *in = &s->intent;
	struct requestmood given = requestmood_given(r->valence, r->arousal);
	struct intent_known known = { .mood = r->has_mood ? &given : NULL,
				      .words = s->models->words,
				      .who = s->who,
				      .literal = r->literal };

	intent_read(in, s->weights, &s->models->mood, span_str(&r->query),
		    &known);
	understood_write(s->models, in, span_str(&r->query),
			 &found->understood);
	found->top_k = r->top_k;
	found->type = in->type;
	memcpy(found->share, in->share, sizeof(found->share));
	found->mood_by = in->mood.by;
	found->mood_matches = in->mood.matches;
	found->valence = in->mood.valence;
	found->arousal = in->mood.arousal;
	str_span(&found->context, span_str(&in->context));
	if (in->wish.vague && !asks_any(&in->asks) &&
	    in->wish.vocals == VOCALS_ANY)
		str_puts(&found->hint, nothing_asked);
}

/* Nothing, or but texts that are near, none with a word of the request. */
static bool is_guesswork(const struct intent *in, const struct candidates *c)
{
	if (!c->count)
		return true;
	if (in->mood.by != MOODBY_NONE || c->words_met > 0 ||
	    in->wish.like_count || wish_any_timbre(&in->wish))
		return false;
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].named > 0 || c->items[i].lyric > 0 ||
		    c->items[i].words_score > 0)
			return false;
	return true;
}

static int retrieve(struct seeker *s, const struct request *r,
		    struct candidates *found, struct err *err)
{
	struct intent *in = &s->intent;
	size_t told = found->warnings.n;

	if (retrieval_run(s->retrieval, r, in, found, err))
		return -1;
	if (found->eligible && !in->wish.vague && is_guesswork(in, found)) {
		in->wish.vague = true;
		str_puts(&found->hint, nothing_found);
		found->warnings.n = told;
		if (retrieval_run(s->retrieval, r, in, found, err))
			return -1;
	}
	return 0;
}

/* By what the words filter by, unless no track passes that. */
static int retrieve_filtered(struct seeker *s, struct request *r,
			     struct candidates *found, struct err *err)
{
	struct intent *in = &s->intent;
	struct asks_kept kept;
	size_t told;

	asks_merge(&in->asks, r, &kept);
	str_span(&found->warnings, span_str(&r->warnings));
	told = found->warnings.n;
	if (retrieve(s, r, found, err))
		return -1;
	if (found->count || found->eligible || !asks_any(&in->asks))
		return 0;
	asks_unmerge(r, &kept);
	found->warnings.n = told;
	str_puts(&found->warnings,
		 "no track passes what the words filter by: taken as words\n");
	str_reset(&in->plain);
	str_span(&in->plain, span_str(&r->query));
	return retrieve(s, r, found, err);
}

int seeker_run(struct seeker *s, struct request *r, struct candidates *found,
	       struct err *err)
{
	double start = progress_clock(), understood;

	understand(s, r, found);
	understood = progress_clock();
	memcpy(found->generation, s->g->name, GENERATION_NAME);
	if (retrieve_filtered(s, r, found, err))
		return -1;
	found->wish = s->intent.wish;
	found->wish.artists = r->artists.n > 0;
	memcpy(found->weight, s->intent.weight, sizeof(found->weight));
	found->understanding_ms = 1e3 * (understood - start);
	found->retrieval_ms = 1e3 * (progress_clock() - understood);
	return 0;
}
