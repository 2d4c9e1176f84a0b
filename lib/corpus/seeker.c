/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/seeker.h"

#include <math.h>

#include "corpus/course.h"
#include "io/json.h"
#include "io/progress.h"

static const char nothing_asked[] =
    "nothing in the request to go by: the most played, or any; try a mood, a "
    "genre, an artist";
static const char nothing_found[] =
    "nothing in the index is like that: the most played, or any; try a mood, a "
    "genre, an artist";

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
	aspects_release(&s->aspects);
	intent_release(&s->intent);
	likeness_release(&s->like);
	likeness_release(&s->kept);
	likeness_release(&s->unlike);
	references_release(&s->references);
	str_release(&s->notes);
	*s = (struct seeker){ .g = NULL };
}

/* --- what is named beside the words --- */

static size_t count_lines(const struct str *lines)
{
	size_t n = 0;

	for (size_t i = 0; i < lines->n; i++)
		n += lines->p[i] == '\n';
	return n;
}

/* A track, for what is to be like it: its rows, or what was heard. */
struct named_tracks {
	uint32_t *rows; /* [most] */
	size_t most, *count;
	struct likeness *like;
	bool *heard; /* NULL: a file that is not in the index is no use */
};

static void note_track(struct seeker *s, const char *member, struct span text,
		       const struct reference *ref)
{
	str_puts(&s->notes, s->notes.n ? ",{\"words\":" : "{\"words\":");
	json_put_string(&s->notes, text);
	str_printf(&s->notes, ",\"%s\":", member);
	json_put_string(&s->notes, span_str(&ref->as));
	if (ref->heard)
		str_puts(&s->notes, ",\"heard\":true");
	str_putc(&s->notes, '}');
}

/* With those that the words name. */
static int too_many(const char *member, size_t named, size_t most,
		    struct err *err)
{
	return err_set(err, ERR_RECORD, "request",
		       "\"%s\" names %zu tracks, %zu are the most: leave some "
		       "out",
		       member, named, most);
}

/* Each name has an even share of the room. */
static int name_tracks(struct seeker *s, const struct str *names,
		       const char *member, struct named_tracks to,
		       struct candidates *found, struct err *err)
{
	struct span rest = span_str(names), name;
	size_t left = count_lines(names);

	if (left > to.most)
		return too_many(member, left, to.most, err);
	for (; request_next(&rest, &name); left--) {
		size_t room = (to.most - *to.count) / left;
		const struct reference *ref;

		room = room < WISH_LIKE_MAX ? room : WISH_LIKE_MAX;
		if (!room)
			return too_many(member, *to.count + left, to.most, err);
		ref = references_find(&s->references, s->g, s->who, name, room,
				      err);
		if (!ref)
			return -1;
		note_track(s, member, name, ref);
		for (size_t i = 0; i < ref->count; i++)
			to.rows[(*to.count)++] = ref->rows[i];
		if (to.like && ref->heard) {
			likeness_add_guest(to.like, &ref->guest);
			*to.heard = true;
			if (ref->guest.warning.n) {
				str_span(&found->warnings,
					 span_str(&ref->guest.warning));
				str_putc(&found->warnings, '\n');
			}
		} else if (!ref->count) {
			return err_set(
			    err, ERR_RECORD, "request",
			    "\"%.*s\" is not in the index: it cannot "
			    "be kept",
			    (int)ref->as.n, ref->as.p);
		}
	}
	return 0;
}

static int read_tracks(struct seeker *s, const struct request *r,
		       struct candidates *found, struct err *err)
{
	struct wish *wish = &s->intent.wish;
	bool heard = false;

	if (name_tracks(s, &r->like, "like",
			(struct named_tracks){ wish->like, WISH_LIKE_MAX,
					       &wish->like_count, &s->like,
					       &wish->heard },
			found, err) ||
	    name_tracks(s, &r->unlike, "unlike",
			(struct named_tracks){ wish->unlike, WISH_UNLIKE_MAX,
					       &wish->unlike_count, &s->unlike,
					       &heard },
			found, err) ||
	    name_tracks(s, &r->keep, "keep",
			(struct named_tracks){ wish->keep, WISH_LIKE_MAX,
					       &wish->keep_count, NULL, NULL },
			found, err))
		return -1;
	return 0;
}

/* What rerank leaves out for all that. */
static void tell_lost(const struct seeker *s, struct candidates *found)
{
	const struct wish *w = &s->intent.wish;

	for (size_t i = 0; i < w->keep_count; i++) {
		bool lost = s->g->link[w->keep[i]] == LINK_DEAD, unlike = false;

		for (size_t k = 0; k < w->unlike_count; k++)
			unlike = unlike || w->unlike[k] == w->keep[i];
		if (!lost && !unlike)
			continue;
		str_putc(&found->warnings, '"');
		reference_name(s->g, w->keep[i], &found->warnings);
		str_puts(&found->warnings,
			 lost ? "\" cannot be kept: its link is dead\n"
			      : "\" is to be kept and unlike: left out\n");
	}
}

static int read_aspects(struct seeker *s, const struct request *r,
			struct err *err)
{
	struct span more = span_str(&r->more), less = span_str(&r->less), word;

	s->asked = (struct aspects_asked){ { 0 } };
	if ((more.n || less.n) && !s->aspects_open) {
		if (aspects_load(&s->aspects, err))
			return -1;
		s->aspects_open = true;
	}
	while (request_next(&more, &word))
		if (aspects_read(&s->aspects, word, 1, &s->asked, err))
			return -1;
	while (request_next(&less, &word))
		if (aspects_read(&s->aspects, word, -1, &s->asked, err))
			return -1;
	return 0;
}

/* --- understanding --- */

static void tell(const struct seeker *s, const struct request *r,
		 struct candidates *found)
{
	const struct intent *in = &s->intent;

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

static void read_intent(struct seeker *s, const struct request *r, bool like)
{
	struct requestmood given = requestmood_given(r->valence, r->arousal);
	struct intent_known known = { .mood = r->has_mood ? &given : NULL,
				      .words = s->models->words,
				      .who = s->who,
				      .literal = r->literal,
				      .like = like || r->like.n ||
					      (r->keep.n && !r->query.n),
				      .aspects = aspects_any(&s->asked) };

	intent_read(&s->intent, s->weights, &s->models->mood,
		    span_str(&r->query), &known);
}

struct requestmood seeker_mood(struct seeker *s, struct span words)
{
	struct intent_known known = { .words = s->models->words,
				      .who = s->who };

	intent_read(&s->intent, s->weights, &s->models->mood, words, &known);
	return s->intent.mood;
}

/* From what is asked for more or less is meant: the tracks' facts, before them
 * the mood of the words; where none are to be liked, of those that are kept. */
static void take_aim(struct seeker *s, const struct request *r,
		     struct candidates *found)
{
	const struct intent *in = &s->intent;
	float base[LIKENESS_FACTS];

	for (int f = 0; f < LIKENESS_FACTS; f++)
		base[f] = s->like.count[f] ? s->like.fact[f] : s->kept.fact[f];
	if (r->has_mood || in->mood.by != MOODBY_NONE) {
		base[LIKENESS_VALENCE] = found->valence;
		base[LIKENESS_AROUSAL] = found->arousal;
	}
	s->aim = (struct aspects_aim){ .asked = { { 0 } } };
	aspects_aim(&s->aspects, &s->asked, base, s->g, &s->aim,
		    &found->warnings);
	aspects_wish(&s->aim, &s->intent.wish);
}

static int understand(struct seeker *s, const struct request *r,
		      const struct seeker_place *place,
		      struct candidates *found, struct err *err)
{
	struct wish *wish = &s->intent.wish;
	struct str moved = { 0 };

	str_reset(&s->notes);
	if (read_aspects(s, r, err))
		return -1;
	read_intent(s, r, place->like != NULL);
	tell(s, r, found);
	likeness_reset(&s->like, s->g);
	likeness_reset(&s->kept, s->g);
	likeness_reset(&s->unlike, s->g);
	if (read_tracks(s, r, found, err))
		return -1;
	likeness_add_rows(&s->like, s->g, wish->like, wish->like_count);
	likeness_add_rows(&s->kept, s->g, wish->keep, wish->keep_count);
	likeness_add_rows(&s->unlike, s->g, wish->unlike, wish->unlike_count);
	for (size_t i = 0;
	     i < place->keep_count && wish->keep_count < WISH_LIKE_MAX; i++)
		wish->keep[wish->keep_count++] = place->keep[i];
	tell_lost(s, found);
	likeness_done(&s->like, s->g);
	likeness_done(&s->kept, s->g);
	likeness_done(&s->unlike, s->g);
	take_aim(s, r, found);
	aspects_put(&s->aim, &moved);
	understood_write(
	    s->models, &s->intent, span_str(&r->query),
	    &(struct understood_more){ span_str(&s->notes), span_str(&moved) },
	    &found->understood);
	str_release(&moved);
	return 0;
}

/* --- retrieval --- */

/* Nothing, or but texts that are near, none with a word of the request. */
static bool is_guesswork(const struct intent *in, const struct seeker *s,
			 const struct candidates *c)
{
	if (!c->count)
		return true;
	if (in->mood.by != MOODBY_NONE || c->words_met > 0 ||
	    in->wish.like_count || in->wish.heard || in->wish.keep_count ||
	    aspects_any(&s->asked) || wish_any_timbre(&in->wish))
		return false;
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].named > 0 || c->items[i].lyric > 0 ||
		    c->items[i].words_score > 0)
			return false;
	return true;
}

static int retrieve(struct seeker *s, const struct request *r,
		    const struct seeker_place *place, struct candidates *found,
		    struct err *err)
{
	struct intent *in = &s->intent;
	const struct wish *wish = &in->wish;
	bool like = wish->like_count || wish->heard;
	struct retrieval_task task = {
		.from = { .request = r,
			  .intent = in,
			  .like = place->like ? place->like
				  : like      ? &s->like
					      : NULL,
			  .kept = r->keep.n ? &s->kept : NULL,
			  .unlike = r->unlike.n ? &s->unlike : NULL,
			  .aim = aspects_any(&s->aim.asked) ? &s->aim : NULL },
		.most = place->most,
	};
	size_t told = found->warnings.n;

	if (retrieval_run(s->retrieval, &task, found, err))
		return -1;
	if (found->eligible && !wish->vague && !place->like &&
	    is_guesswork(in, s, found)) {
		in->wish.vague = true;
		str_puts(&found->hint, nothing_found);
		found->warnings.n = told;
		if (retrieval_run(s->retrieval, &task, found, err))
			return -1;
	}
	return 0;
}

/* By what the words filter by, unless no track passes that. */
static int retrieve_filtered(struct seeker *s, struct request *r,
			     const struct seeker_place *place,
			     struct candidates *found, struct err *err)
{
	struct intent *in = &s->intent;
	struct asks_kept kept;
	size_t told;

	asks_merge(&in->asks, r, &kept);
	str_span(&found->warnings, span_str(&r->warnings));
	told = found->warnings.n;
	if (retrieve(s, r, place, found, err))
		return -1;
	if (found->count || found->eligible || !asks_any(&in->asks))
		return 0;
	asks_unmerge(r, &kept);
	found->warnings.n = told;
	str_puts(&found->warnings,
		 "no track passes what the words filter by: taken as words\n");
	str_reset(&in->plain);
	str_span(&in->plain, span_str(&r->query));
	return retrieve(s, r, place, found, err);
}

int seeker_find(struct seeker *s, struct request *r,
		const struct seeker_place *place, struct candidates *found,
		struct err *err)
{
	double start = progress_clock(), understood;

	if (understand(s, r, place, found, err))
		return -1;
	understood = progress_clock();
	memcpy(found->generation, s->g->name, GENERATION_NAME);
	if (retrieve_filtered(s, r, place, found, err))
		return -1;
	found->wish = s->intent.wish;
	found->wish.artists = r->artists.n > 0;
	memcpy(found->weight, s->intent.weight, sizeof(found->weight));
	found->understanding_ms = 1e3 * (understood - start);
	found->retrieval_ms = 1e3 * (progress_clock() - understood);
	return 0;
}

int seeker_run(struct seeker *s, struct request *r, struct candidates *found,
	       struct err *err)
{
	const struct seeker_place here = { .most = 0 };

	references_forget(&s->references);
	return request_is_journey(r) ? course_run(s, r, found, err)
				     : seeker_find(s, r, &here, found, err);
}
