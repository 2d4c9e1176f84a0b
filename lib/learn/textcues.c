/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textcues.h"

#include <math.h>

#include "base/hash.h"

/* Weights of VADER's rules (Hutto & Gilbert 2014). */
static const float booster = 0.293F, booster_before = 0.7F, capitals = 0.733F,
		   negation = -0.74F, exclamation = 0.292F, alpha = 15,
		   before_but = 0.5F, after_but = 1.5F;

/* The numbers in order. */
enum {
	COMPOUND,
	POSITIVE,
	NEGATIVE,
	HIGHEST,
	LOWEST,
	LAST,
	FIRST,
	MEAN,
	AFINN_SUM,
	AFINN_UP,
	AFINN_DOWN,
	AFINN_HIGHEST,
	AFINN_LOWEST,
	AFINN_COMPOUND,
	NORM, /* mean, highest, lowest, weighted mean: 3 x 4 */
	NORM_SHARE = NORM + 12,
	EXCLAMATIONS,
	EXCLAIMS,
	QUESTIONS,
	ASKS,
	DOTS,
	SHOUTED_SHARE,
	SHOUTS,
	STRETCHED,
	LENGTH,
	ENDS_ASKING,
	NEGATIONS,
	BOOSTERS,
	EMOJI_SUM, /* 8 */
	SELF = EMOJI_SUM + 8,
	YOU,
	OTHERS,
	NAMES,
	LINKS,
	QUOTES,
	NUMBERS,
	BUT,
	BEFORE_BUT,
	AFTER_BUT,
	SMILES,
	SMILES_UP,
	SMILES_DOWN,
	BEGINS_ASKING,
	BEGINS_SELF,
	BOTH_SIGNS,
	SHORT,
	SPEAKS_OF_SELF,
	SPEAKS_TO_YOU,
	FEELING_SUM,                                      /* 6 */
	FEELING_DENIED = FEELING_SUM + TEXTCUES_FEELINGS, /* 6 */
	CUES = FEELING_DENIED + TEXTCUES_FEELINGS
};
_Static_assert(CUES <= TEXTCUES, "room for every number");

const char *textcues_name(size_t i)
{
	static const char *const names[TEXTCUES] = {
		[COMPOUND] = "vader.compound",
		[POSITIVE] = "vader.positive",
		[NEGATIVE] = "vader.negative",
		[HIGHEST] = "vader.highest",
		[LOWEST] = "vader.lowest",
		[LAST] = "vader.last",
		[FIRST] = "vader.first",
		[MEAN] = "vader.mean",
		[AFINN_SUM] = "afinn.sum",
		[AFINN_UP] = "afinn.positive",
		[AFINN_DOWN] = "afinn.negative",
		[AFINN_HIGHEST] = "afinn.highest",
		[AFINN_LOWEST] = "afinn.lowest",
		[AFINN_COMPOUND] = "afinn.compound",
		[NORM] = "valence.mean",
		[NORM + 1] = "valence.highest",
		[NORM + 2] = "valence.lowest",
		[NORM + 3] = "valence.weighted",
		[NORM + 4] = "arousal.mean",
		[NORM + 5] = "arousal.highest",
		[NORM + 6] = "arousal.lowest",
		[NORM + 7] = "arousal.weighted",
		[NORM + 8] = "dominance.mean",
		[NORM + 9] = "dominance.highest",
		[NORM + 10] = "dominance.lowest",
		[NORM + 11] = "dominance.weighted",
		[NORM_SHARE] = "norms.share",
		[EXCLAMATIONS] = "marks.exclamations",
		[EXCLAIMS] = "marks.exclaims",
		[QUESTIONS] = "marks.questions",
		[ASKS] = "marks.asks",
		[DOTS] = "marks.dots",
		[SHOUTED_SHARE] = "stress.shouted",
		[SHOUTS] = "stress.shouts",
		[STRETCHED] = "stress.stretched",
		[LENGTH] = "length",
		[ENDS_ASKING] = "marks.ends-asking",
		[NEGATIONS] = "negations",
		[BOOSTERS] = "boosters",
		[EMOJI_SUM] = "emoji.anger",
		[EMOJI_SUM + 1] = "emoji.anticipation",
		[EMOJI_SUM + 2] = "emoji.disgust",
		[EMOJI_SUM + 3] = "emoji.fear",
		[EMOJI_SUM + 4] = "emoji.joy",
		[EMOJI_SUM + 5] = "emoji.sadness",
		[EMOJI_SUM + 6] = "emoji.surprise",
		[EMOJI_SUM + 7] = "emoji.trust",
		[SELF] = "speaks.self",
		[YOU] = "speaks.you",
		[OTHERS] = "speaks.others",
		[NAMES] = "stand-ins",
		[LINKS] = "links",
		[QUOTES] = "marks.quotes",
		[NUMBERS] = "numbers",
		[BUT] = "but",
		[BEFORE_BUT] = "but.before",
		[AFTER_BUT] = "but.after",
		[SMILES] = "symbols",
		[SMILES_UP] = "symbols.glad",
		[SMILES_DOWN] = "symbols.sad",
		[BEGINS_ASKING] = "begins.asking",
		[BEGINS_SELF] = "begins.self",
		[BOTH_SIGNS] = "vader.both-signs",
		[SHORT] = "short",
		[SPEAKS_OF_SELF] = "speaks.of-self",
		[SPEAKS_TO_YOU] = "speaks.to-you",
		[FEELING_SUM] = "feeling.sadness",
		[FEELING_SUM + 1] = "feeling.joy",
		[FEELING_SUM + 2] = "feeling.love",
		[FEELING_SUM + 3] = "feeling.anger",
		[FEELING_SUM + 4] = "feeling.fear",
		[FEELING_SUM + 5] = "feeling.surprise",
		[FEELING_DENIED] = "denied.sadness",
		[FEELING_DENIED + 1] = "denied.joy",
		[FEELING_DENIED + 2] = "denied.love",
		[FEELING_DENIED + 3] = "denied.anger",
		[FEELING_DENIED + 4] = "denied.fear",
		[FEELING_DENIED + 5] = "denied.surprise",
	};

	return i < TEXTCUES && names[i] ? names[i] : "unused";
}

static bool listed(struct span w, const char *words)
{
	char key[UTTERANCE_WORD + 2];

	key[0] = ' ';
	memcpy(key + 1, w.p, w.n);
	key[w.n + 1] = ' ';
	return memmem(words, strlen(words), key, w.n + 2) != NULL;
}

static float boost(const struct utterance_token *t)
{
	if (listed(t->text,
		   " very really so absolutely extremely totally fucking super "
		   "incredibly completely too such most more damn especially "
		   "quite pretty truly utterly freaking insanely hella "))
		return booster;
	if (listed(t->text, " slightly somewhat kinda kind sorta little barely "
			    "hardly almost less partly marginally "))
		return -booster;
	return 0;
}

struct sums { /* of one utterance, under way */
	struct textcues_found *f;
	float valence[UTTERANCE_TOKENS]; /* of each token, by VADER */
	float all, norm[3], weighted[3], weight;
	unsigned norms;
	size_t but; /* SIZE_MAX: none */
};

enum label { LABEL_VADER = 1, LABEL_AFINN, LABEL_NORM, LABEL_GLAD, LABEL_SAD };

static void label(struct sums *s, size_t token, enum label kind, long a, long b)
{
	struct textcue_label *l = &s->f->labels[s->f->count++];
	int32_t key[3] = { (int32_t)kind, (int32_t)a, (int32_t)b };

	l->hash = hash_mix(key, sizeof(key));
	l->token = (uint16_t)token;
}

static void higher(float *x, float y)
{
	if (y > *x)
		*x = y;
}

static void lower(float *x, float y)
{
	if (y < *x)
		*x = y;
}

static void read_vader(struct sums *s, size_t i,
		       const struct utterance_token *t, const struct textcue *c,
		       float boosted)
{
	float *d = s->f->value, v = (float)c->value[TEXTCUE_VADER] / 1000;
	float sign = (float)((v > 0) - (v < 0));

	v += sign * (boosted + (t->shouted ? capitals : 0));
	if (t->negated)
		v *= negation;
	s->valence[i] = v;
	s->all += v;
	d[v > 0 ? POSITIVE : NEGATIVE] += v;
	higher(&d[HIGHEST], v);
	lower(&d[LOWEST], v);
	d[LAST] = v;
	if (d[FIRST] == 0)
		d[FIRST] = v;
	label(s, i, LABEL_VADER, lrintf(v), 0);
}

static void read_afinn(struct sums *s, size_t i,
		       const struct utterance_token *t, const struct textcue *c)
{
	float *d = s->f->value, v = (float)c->value[TEXTCUE_AFINN] / 1000;
	float a = v * (t->negated ? -0.7F : 1);

	d[AFINN_SUM] += a;
	d[a > 0 ? AFINN_UP : AFINN_DOWN] += 1;
	higher(&d[AFINN_HIGHEST], a);
	lower(&d[AFINN_LOWEST], a);
	label(s, i, LABEL_AFINN, lrintf(v), t->negated);
}

static void read_norms(struct sums *s, size_t i,
		       const struct utterance_token *t, const struct textcue *c)
{
	float *d = s->f->value, g[3], extremity;

	for (int k = 0; k < 3; k++) /* about a standard deviation is 1 */
		g[k] = (float)c->value[TEXTCUE_VALENCE + k] / 500;
	g[1] += 0.5F;
	extremity = 0.1F + g[0] * g[0];
	s->weight += extremity;
	label(s, i, LABEL_NORM, lrintf(g[0] * 1.7F), lrintf(g[1] * 1.7F));
	if (fabsf(g[0]) > 0.8F)
		label(s, i, g[0] > 0 ? LABEL_GLAD : LABEL_SAD,
		      lrintf(g[2] * 1.5F), t->negated);
	for (int k = 0; k < 3; k++) {
		float v = t->negated && k != 1 ? g[k] * -0.6F : g[k];
		float *highest = &d[NORM + 4 * k + 1];
		float *lowest = &d[NORM + 4 * k + 2];

		s->norm[k] += v;
		s->weighted[k] += v * extremity;
		if (!s->norms || v > *highest)
			*highest = v;
		if (!s->norms || v < *lowest)
			*lowest = v;
	}
	s->norms++;
}

static void read_listed(struct sums *s, const struct utterance *u, size_t i,
			const struct textcue *c)
{
	const struct utterance_token *t = &u->tokens[i];
	float *d = s->f->value, boosted = 0;

	if (i > 0)
		boosted += boost(t - 1);
	if (i > 1)
		boosted += boost(t - 2) * booster_before;
	if (c->known & TEXTCUE_HAS_VADER)
		read_vader(s, i, t, c, boosted);
	if (c->known & TEXTCUE_HAS_AFINN)
		read_afinn(s, i, t, c);
	if (c->known & TEXTCUE_HAS_NORMS)
		read_norms(s, i, t, c);
	if (c->known & TEXTCUE_HAS_EMOJI)
		for (int k = 0; k < 8; k++)
			d[EMOJI_SUM + k] +=
			    (float)c->value[TEXTCUE_EMOJI + k] / 1000;
	if (c->feeling && c->feeling <= TEXTCUES_FEELINGS) {
		bool felt = false;

		for (size_t k = 1; k <= 4 && k <= i; k++)
			felt = felt || listed(t[-(ptrdiff_t)k].text,
					      " feel feels feeling felt ");
		d[(t->negated ? FEELING_DENIED : FEELING_SUM) + c->feeling -
		  1] += felt ? 1.5F : 1;
	}
}

static void read_token(struct sums *s, const struct utterance *u, size_t i)
{
	const struct utterance_token *t = &u->tokens[i];
	float *d = s->f->value;
	bool word = t->kind == UTTERANCE_WORDS;

	d[EXCLAMATIONS] += t->text.p[0] == '!';
	d[QUESTIONS] += memchr(t->text.p, '?', t->text.n) != NULL;
	d[DOTS] = d[DOTS] || (t->kind == UTTERANCE_MARK && t->text.n > 1 &&
			      t->text.p[0] == '.' && t->text.p[1] == '.');
	d[SHOUTS] += t->shouted;
	d[STRETCHED] += t->stretched;
	d[NUMBERS] += t->text.p[0] >= '0' && t->text.p[0] <= '9';
	d[QUOTES] += t->text.p[0] == '"';
	d[NAMES] += t->text.p[0] == '[';
	d[LINKS] += span_is(t->text, "<url>");
	d[NEGATIONS] += t->negates;
	d[SMILES] += t->kind == UTTERANCE_SYMBOL;
	if (t->kind == UTTERANCE_SYMBOL) {
		char last = t->text.p[t->text.n - 1];

		d[SMILES_UP] += last == ')' || last == 'd' || last == '3';
		d[SMILES_DOWN] += last == '(' || last == '/';
	}
	if (!word)
		return;
	s->f->words++;
	d[BOOSTERS] += boost(t) != 0;
	d[SELF] += listed(t->text, " i i'm im my me mine myself i've i'd i'll "
				   "we our us ");
	d[YOU] += listed(t->text, " you your you're youre u ur yours "
				  "yourself ");
	d[OTHERS] += listed(t->text, " he she they him her his them their it "
				     "this that ");
	if (listed(t->text, " but however although "))
		s->but = i;
}

static float compound(float sum)
{
	return sum / sqrtf(sum * sum + alpha);
}

static void finish(struct sums *s, const struct utterance *u)
{
	float *d = s->f->value, sum = s->all, words = (float)s->f->words;
	float stress;

	if (s->but != SIZE_MAX) {
		for (size_t i = 0; i < u->count; i++)
			d[i < s->but ? BEFORE_BUT : AFTER_BUT] += s->valence[i];
		sum = d[BEFORE_BUT] * before_but + d[AFTER_BUT] * after_but;
	}
	stress = fminf(d[EXCLAMATIONS], 3) * exclamation;
	sum += sum > 0 ? stress : sum < 0 ? -stress : 0;
	d[COMPOUND] = compound(sum);
	d[MEAN] = s->all / (1 + sqrtf(words));
	d[AFINN_COMPOUND] = compound(d[AFINN_SUM]);
	for (int k = 0; k < 3 && s->norms; k++) {
		d[NORM + 4 * k] = s->norm[k] / (float)s->norms;
		d[NORM + 4 * k + 3] = s->weighted[k] / s->weight;
	}
	d[NORM_SHARE] = (float)s->norms / (words + 1);
	d[EXCLAIMS] = d[EXCLAMATIONS] > 0;
	d[ASKS] = d[QUESTIONS] > 0;
	d[SHOUTED_SHARE] = d[SHOUTS] / (words + 1);
	d[SHOUTS] = d[SHOUTS] > 0;
	d[LENGTH] = logf(1 + (float)u->count);
	d[BUT] = s->but != SIZE_MAX;
	d[BOTH_SIGNS] = d[HIGHEST] > 0 && d[LOWEST] < 0;
	d[SHORT] = u->count < 5;
	d[SPEAKS_OF_SELF] = d[SELF] > 0;
	d[SPEAKS_TO_YOU] = d[YOU] > 0;
	if (!u->count)
		return;
	d[ENDS_ASKING] = memchr(u->tokens[u->count - 1].text.p, '?',
				u->tokens[u->count - 1].text.n) != NULL;
	d[BEGINS_ASKING] =
	    listed(u->tokens[0].text, " what why how who where when which is "
				      "are do does did can could would will "
				      "has have ");
	d[BEGINS_SELF] = listed(u->tokens[0].text, " i i'm im my ");
}

void textcues_read(const struct textcues *t, const struct utterance *u,
		   struct textcues_found *found)
{
	struct sums s = { .f = found, .but = SIZE_MAX };

	memset(found->value, 0, sizeof(found->value));
	found->count = 0;
	found->words = found->listed = 0;
	for (size_t i = 0; i < u->count; i++) {
		const struct utterance_token *k = &u->tokens[i];
		const struct textcue *c = k->kind == UTTERANCE_WORDS
					      ? textcues_find_form(t, k->text)
					      : textcues_find(t, k->text);

		read_token(&s, u, i);
		if (!c)
			continue;
		found->listed++;
		read_listed(&s, u, i, c);
	}
	finish(&s, u);
}
