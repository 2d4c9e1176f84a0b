/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/emotionreader.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/emotionforeign.h"
#include "learn/textnet.h"

enum { FEELINGS = EMOTIONFOREIGN_FEELINGS, MOOD = 3 };

static const char *const mood_names[MOOD] = { "valence", "arousal",
					      "dominance" };
static const char *const quadrant_names[EMOTION_QUADRANTS] = { "Q1", "Q2", "Q3",
							       "Q4", "N" };

const struct emotion_options emotion_defaults = { .sarcasm_prior = 0.02,
						  .sarcasm_turns = 0.5 };

static const double wordless = 0.5; /* known share of signs alone */
static const double half_heard = 8; /* tokens at which a text counts half */
static const double deviations = 3; /* of ratings: 1 */
static const double certain = 1e-6; /* probabilities stay this far from 0, 1 */

struct emotion_reader {
	struct textnet *net;
	const struct foreign *foreign;
	struct emotion_options options;
	const struct texthead *classes, *labels, *vad, *sarcasm;
	const struct texthead *request, *mood; /* NULL: none */
	/* Columns of the network by our numbers. */
	size_t class_at[EMOTION_CLASSES], vad_at[MOOD];
	size_t quadrant_at[EMOTION_QUADRANTS], mood_at[2];
	double spread; /* of valence, arousal and dominance */
};

struct emotion_work {
	struct textnet_work *net;
	struct textnet_told told;
	float parts[UTTERANCE_TOKENS];
	struct emotionforeign foreign;
	struct heard {
		double share;         /* of the text among several */
		const char *language; /* NULL: English */
	} * heard;
	size_t heard_cap;
};

/* One text's answer, or a mean of several, where it is linear. */
struct reading {
	double classes[FEELINGS];      /* ln p */
	double sarcasm;                /* log odds, of the training's texts */
	double labels[EMOTION_LABELS]; /* log odds */
	double mood[MOOD];             /* [-1, 1] and beyond */
	double known;                  /* share of words */
};

static double log_odds(double p)
{
	p = p >= certain ? fmin(p, 1 - certain) : certain;
	return log(p / (1 - p));
}

static double probability(double odds)
{
	return 1 / (1 + exp(-odds));
}

/* --- opening --- */

/* The head of that name and kind with the columns of count names. */
static int find_head(const struct emotion_reader *r, const char *name,
		     enum texthead_kind kind, const char *const *names,
		     size_t count, size_t *at, const struct texthead **out,
		     struct err *err)
{
	const struct texthead *h = textheads_find(textnet_heads(r->net), name);

	if (!h || h->kind != kind)
		return err_set(err, ERR_DATA, "head",
			       "a network without the head \"%s\": train one "
			       "that has it",
			       name);
	for (size_t i = 0; i < count; i++) {
		int k = texthead_label(h, span_of(names[i]));

		if (k < 0)
			return err_set(err, ERR_DATA, "head",
				       "a network whose head \"%s\" lacks "
				       "\"%s\": train one that has it",
				       name, names[i]);
		at[i] = h->first + (size_t)k;
	}
	*out = h;
	return 0;
}

static int find_heads(struct emotion_reader *r, struct err *err)
{
	if (find_head(r, "classes", TEXTHEAD_CLASS, emotion_names, FEELINGS,
		      r->class_at, &r->classes, err) ||
	    find_head(r, "sarcasm", TEXTHEAD_LABELS, NULL, 0, NULL, &r->sarcasm,
		      err) ||
	    find_head(r, "goemotions", TEXTHEAD_LABELS, NULL, 0, NULL,
		      &r->labels, err) ||
	    find_head(r, "vad", TEXTHEAD_REGRESSION, mood_names, MOOD,
		      r->vad_at, &r->vad, err))
		return -1;
	r->class_at[EMOTION_SARCASM] = r->sarcasm->first;
	if (r->labels->count > EMOTION_LABELS)
		return err_set(err, ERR_DATA, "head",
			       "a network with %zu labels, expected at most %d",
			       r->labels->count, EMOTION_LABELS);
	if (!(r->sarcasm->share[0] > 0 && r->sarcasm->share[0] < 1))
		return err_set(err, ERR_DATA, "head",
			       "a network without the share of sarcasm in "
			       "training: train it anew");
	for (size_t i = 0; i < MOOD; i++) {
		size_t k = r->vad_at[i] - r->vad->first;
		double spread =
		    r->vad->spread[k] / (deviations * r->vad->deviation[k]);

		if (!(r->vad->deviation[k] > 0) || !(spread >= 0))
			return err_set(err, ERR_DATA, "head",
				       "a network without the deviation of %s: "
				       "train it anew",
				       mood_names[i]);
		r->spread += spread * spread / MOOD;
	}
	r->spread = sqrt(r->spread);
	if (find_head(r, "request", TEXTHEAD_CLASS, quadrant_names,
		      EMOTION_QUADRANTS, r->quadrant_at, &r->request, NULL) ||
	    find_head(r, "mood", TEXTHEAD_REGRESSION, mood_names, 2, r->mood_at,
		      &r->mood, NULL))
		r->request = NULL;
	return 0;
}

struct emotion_reader *emotion_open(const struct pack *p,
				    const struct foreign *f,
				    const struct emotion_options *options,
				    struct err *err)
{
	struct emotion_reader *r = mem_zalloc(1, sizeof(*r));
	const struct emotion_options *o = &r->options;

	r->foreign = f;
	r->options = options ? *options : emotion_defaults;
	if (!(o->sarcasm_prior > 0 && o->sarcasm_prior < 1)) {
		err_set(err, ERR_USAGE, "usage",
			"a prior of sarcasm of %g; expected inside (0, 1)",
			o->sarcasm_prior);
	} else if (!(o->sarcasm_turns >= 0 && o->sarcasm_turns <= 1)) {
		err_set(err, ERR_USAGE, "usage",
			"sarcasm turns at %g; expected 0 to 1",
			o->sarcasm_turns);
	} else {
		r->net = textnet_open(p, err);
		if (r->net && !find_heads(r, err))
			return r;
	}
	emotion_close(r);
	return NULL;
}

void emotion_close(struct emotion_reader *r)
{
	if (r && r->net)
		textnet_free(r->net);
	free(r);
}

struct emotion_work *emotion_work_new(const struct emotion_reader *r)
{
	struct emotion_work *w = mem_zalloc(1, sizeof(*w));

	w->net = textnet_work_new(r->net);
	return w;
}

void emotion_work_free(struct emotion_work *w)
{
	if (!w)
		return;
	textnet_work_free(w->net);
	emotionforeign_release(&w->foreign);
	free(w->heard);
	free(w);
}

/* --- reading one text --- */

static double finite_or_0(double x)
{
	return isfinite(x) ? x : 0;
}

static double known_share(const struct textnet_told *told)
{
	if (!told->tokens)
		return 0;
	if (!told->words)
		return wordless;
	return fmin((double)told->known / told->words, 1);
}

static void read_network(const struct emotion_reader *r, struct emotion_work *w,
			 struct span text, struct reading *out)
{
	const float *value = w->told.value;

	textnet_read(r->net, w->net, text, EMOTION_LIMIT, &w->told);
	for (size_t i = 0; i < FEELINGS; i++)
		out->classes[i] =
		    log(fmax((double)value[r->class_at[i]], certain));
	out->sarcasm = log_odds((double)value[r->sarcasm->first]);
	for (size_t i = 0; i < r->labels->count; i++)
		out->labels[i] = log_odds((double)value[r->labels->first + i]);
	for (size_t i = 0; i < MOOD; i++) {
		size_t k = r->vad_at[i] - r->vad->first;

		out->mood[i] = finite_or_0(
		    ((double)value[r->vad_at[i]] - r->vad->mean[k]) /
		    (deviations * r->vad->deviation[k]));
	}
	out->known = known_share(&w->told);
}

static void add_reading(struct reading *sum, const struct reading *one,
			double share)
{
	for (size_t i = 0; i < FEELINGS; i++)
		sum->classes[i] += share * one->classes[i];
	sum->sarcasm += share * one->sarcasm;
	for (size_t i = 0; i < EMOTION_LABELS; i++)
		sum->labels[i] += share * one->labels[i];
	for (size_t i = 0; i < MOOD; i++)
		sum->mood[i] += share * one->mood[i];
	sum->known += share * one->known;
}

/* By what carries over: signs are told by the network, moods by their place,
 * both count alike. */
static void read_foreign(const struct emotion_reader *r, struct emotion_work *w,
			 struct reading *out)
{
	const struct foreign_reading *told = &w->foreign.told;
	double valence = (double)told->valence, arousal = (double)told->arousal;
	double named = told->matches || !w->foreign.signs.n ? 1 : 0;
	struct reading signs = { .known = 0 }, moods = { .known = 0 };

	for (size_t i = 0; i < EMOTION_LABELS; i++)
		moods.labels[i] = log_odds(0);
	emotionforeign_classes(valence, arousal, moods.classes);
	moods.mood[0] = valence;
	moods.mood[1] = arousal;
	if (w->foreign.signs.n) {
		read_network(r, w, span_str(&w->foreign.signs), &signs);
		named /= 2;
		memcpy(moods.labels, signs.labels, sizeof(moods.labels));
	}
	*out = (struct reading){ .known = 0 };
	add_reading(out, &moods, named);
	add_reading(out, &signs, 1 - named);
	out->sarcasm = log_odds(r->sarcasm->share[0]);
	out->known = told->matches || w->foreign.signs.n
			 ? EMOTION_FOREIGN
			 : EMOTION_FOREIGN_SILENT;
}

/* Returns the tokens read; *language NULL: English. */
static unsigned read_text(const struct emotion_reader *r,
			  struct emotion_work *w, struct span text,
			  struct reading *out, const char **language)
{
	*language = NULL;
	if (r->foreign && emotionforeign_read(&w->foreign, r->foreign, text)) {
		*language = w->foreign.told.language;
		read_foreign(r, w, out);
		return w->foreign.tokens;
	}
	read_network(r, w, text, out);
	return w->told.tokens;
}

/* --- what it comes to --- */

static void tell_classes(const struct emotion_reader *r,
			 const struct reading *m, struct emotion *e)
{
	double shift =
	    log_odds(r->options.sarcasm_prior) - log_odds(r->sarcasm->share[0]);
	double sarcasm = probability(m->sarcasm + shift), sum = 0;

	for (size_t i = 0; i < FEELINGS; i++)
		sum += e->probs[i] = exp(m->classes[i]);
	for (size_t i = 0; i < FEELINGS; i++)
		e->probs[i] *= (1 - sarcasm) / sum;
	e->probs[EMOTION_SARCASM] = sarcasm;
}

static void tell_labels(const struct emotion_reader *r, const struct reading *m,
			struct emotion *e)
{
	e->nlabels = 0;
	for (size_t i = 0; e->tokens && i < r->labels->count; i++) {
		double p = probability(m->labels[i]);
		size_t at = e->nlabels;

		if (!(p >= r->labels->threshold[i]))
			continue;
		for (; at > 0 && e->labels[at - 1].probability < p; at--)
			e->labels[at] = e->labels[at - 1];
		e->labels[at] =
		    (struct emotion_label){ r->labels->label[i], p };
		e->nlabels++;
	}
}

static double clip(double x)
{
	return fmin(fmax(x, -1), 1);
}

/* Known with that confidence to `spread`, else only as all texts are. */
static double doubt(double spread, double all, double confidence)
{
	return sqrt(confidence * spread * spread +
		    (1 - confidence) * all * all);
}

static void tell_mood(const struct emotion_reader *r, const struct reading *m,
		      struct emotion *e)
{
	e->valence = clip(m->mood[0]);
	e->arousal = clip(m->mood[1]);
	e->dominance = clip(m->mood[2]);
	e->spread = doubt(r->spread, 1 / deviations, e->confidence);
	e->sarcasm_turned =
	    e->probs[EMOTION_SARCASM] > r->options.sarcasm_turns;
	if (e->sarcasm_turned)
		e->valence = -e->valence;
}

/* Towards the strongest class, against the mean of the others. */
static void direct(const struct emotion_reader *r, enum emotion_class top,
		   float direction[TEXTHEADS_COLUMNS])
{
	memset(direction, 0, TEXTHEADS_COLUMNS * sizeof(*direction));
	for (size_t i = 0; top != EMOTION_SARCASM && i < FEELINGS; i++)
		direction[r->class_at[i]] = -1.0F / (FEELINGS - 1);
	direction[r->class_at[top]] = 1;
}

static void tell_words(const struct emotion_reader *r, struct emotion_work *w,
		       const struct emotion_text *texts, size_t count,
		       struct emotion *e)
{
	struct emotion_phrases best = { .count = 0 };
	float direction[TEXTHEADS_COLUMNS];

	direct(r, e->top[0], direction);
	for (size_t i = 0; i < count; i++) {
		const struct heard *h = &w->heard[i];

		if (!(h->share > 0))
			continue;
		if (h->language) {
			emotionforeign_offer(&w->foreign, r->foreign,
					     texts[i].text, h->share, &best);
			continue;
		}
		textnet_parts(r->net, w->net, texts[i].text, direction,
			      w->parts);
		emotion_offer_parts(&best, texts[i].text,
				    textnet_utterance(w->net), w->parts,
				    h->share);
	}
	emotion_keep_phrases(&best, e);
}

/* The mean of the texts' answers; of no tokens at all, the last's. */
static void read_texts(const struct emotion_reader *r, struct emotion_work *w,
		       const struct emotion_text *texts, size_t count,
		       struct reading *out, struct emotion *e)
{
	struct reading sum = { .known = 0 };
	double total = 0, most = 0;
	const char *language;

	MEM_ROOM(w->heard, count, w->heard_cap);
	for (size_t i = 0; i < count; i++) {
		struct heard *h = &w->heard[i];
		unsigned n = read_text(r, w, texts[i].text, out, &h->language);

		e->tokens += n;
		h->share = texts[i].weight * n / (n + half_heard);
		add_reading(&sum, out, h->share);
		total += h->share;
		if (h->share > most) {
			most = h->share;
			e->language = h->language;
		}
	}
	if (total > 0) {
		*out = (struct reading){ .known = 0 };
		add_reading(out, &sum, 1 / total);
	} else if (!count) {
		read_text(r, w, SPAN(""), out, &language);
	}
}

void emotion_read_all(const struct emotion_reader *r, struct emotion_work *w,
		      const struct emotion_text *texts, size_t count,
		      struct emotion *out)
{
	struct reading mean = { .known = 0 };

	*out = (struct emotion){ .tokens = 0 };
	read_texts(r, w, texts, count, &mean, out);
	tell_classes(r, &mean, out);
	emotion_rank(out);
	out->confidence = out->probs[out->top[0]] * mean.known;
	tell_labels(r, &mean, out);
	tell_mood(r, &mean, out);
	tell_words(r, w, texts, count, out);
}

void emotion_read(const struct emotion_reader *r, struct emotion_work *w,
		  struct span text, struct emotion *out)
{
	struct emotion_text one = { text, 1 };

	emotion_read_all(r, w, &one, 1, out);
}

/* --- requests --- */

static void ask_network(const struct emotion_reader *r, struct emotion_work *w,
			struct span text, struct emotion_request *out)
{
	const float *value = w->told.value;

	textnet_read(r->net, w->net, text, EMOTION_LIMIT, &w->told);
	for (size_t i = 0; i < EMOTION_QUADRANTS; i++)
		out->quadrant[i] =
		    finite_or_0((double)value[r->quadrant_at[i]]);
	out->valence = clip(finite_or_0((double)value[r->mood_at[0]]));
	out->arousal = clip(finite_or_0((double)value[r->mood_at[1]]));
}

/* As ask_network, by what carries over: names before signs. */
static void ask_foreign(const struct emotion_reader *r, struct emotion_work *w,
			struct emotion_request *out)
{
	const struct foreign_reading *told = &w->foreign.told;

	out->language = told->language;
	out->confidence = EMOTION_FOREIGN;
	if (!told->matches && w->foreign.signs.n) {
		ask_network(r, w, span_str(&w->foreign.signs), out);
		return;
	}
	if (!told->matches)
		out->confidence = EMOTION_FOREIGN_SILENT;
	out->valence = (double)told->valence;
	out->arousal = (double)told->arousal;
	emotionforeign_quadrants(out->valence, out->arousal, out->quadrant);
}

bool emotion_request(const struct emotion_reader *r, struct emotion_work *w,
		     struct span text, struct emotion_request *out)
{
	struct emotion_request q = { .confidence = 0 };
	double *spread[2] = { &q.valence_spread, &q.arousal_spread };
	double most = 0;

	if (!r->request)
		return false;
	if (r->foreign && emotionforeign_read(&w->foreign, r->foreign, text)) {
		ask_foreign(r, w, &q);
	} else {
		ask_network(r, w, text, &q);
		if (!w->told.tokens)
			return false;
		q.confidence = known_share(&w->told);
	}
	for (size_t i = 0; i < EMOTION_QUADRANTS; i++)
		most = fmax(most, q.quadrant[i]);
	q.confidence *= fmin(most, 1);
	for (size_t i = 0; i < 2; i++) {
		size_t k = r->mood_at[i] - r->mood->first;

		*spread[i] = doubt(r->mood->spread[k], r->mood->deviation[k],
				   q.confidence);
	}
	*out = q;
	return true;
}
