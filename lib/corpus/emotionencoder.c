/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/emotionencoder.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/datadir.h"
#include "corpus/emotionforeign.h"
#include "encoder/encoderheads.h"
#include "encoder/sentence.h"
#include "io/json.h"

#define HALF_HEARD 8    /* words at which a text counts half */
#define LABEL_LEAST 0.5 /* of several labels, those that are there */

struct emotionencoder {
	struct sentence_model *model;
	const struct encoder_config *config;
	struct emotionlabels labels;
	struct encoderheads beside; /* of train encoder */
	uint8_t digest[HASH_SIZE];
	bool has[EMOTIONLABEL_OTHER + 1]; /* labels of that meaning */
	bool classes;
};

struct emotionencoder_work {
	struct sentence_work *sentence;
	struct encoderwide_work *wide;
	struct span *texts;
	float *logits; /* [texts][labels] */
	double *mean;  /* [labels] */
	size_t texts_cap, logits_cap;
};

static int read_labels(void *to, struct span text, const char *path,
		       struct err *err)
{
	struct emotionencoder *e = to;
	uint8_t sum[2][HASH_SIZE];

	hash_sha256(text.p, text.n, sum[0]);
	memcpy(sum[1], e->digest, HASH_SIZE);
	hash_sha256(sum, sizeof(sum), e->digest);
	return emotionlabels_parse(&e->labels, e->config->label,
				   e->config->labels, text, path, err);
}

static bool tells_mood(const struct emotionencoder *e)
{
	return e->has[EMOTION_CLASSES] || e->has[EMOTION_CLASSES + 1] ||
	       e->has[EMOTION_CLASSES + 2];
}

struct emotionencoder *emotionencoder_open(const char *path,
					   enum linear_precision precision,
					   struct err *err)
{
	struct emotionencoder *e = mem_zalloc(1, sizeof(*e));

	e->model = sentence_open(path, precision, err);
	if (!e->model)
		goto failed;
	e->config = &sentence_folder(e->model)->config;
	if (!e->config->labels) {
		err_set(err, ERR_DATA, "model",
			"%s: an encoder without a head for classes (id2label "
			"in its config.json): take one that was trained as a "
			"classifier of feelings",
			path);
		goto failed;
	}
	if (encoderheads_open(&e->beside, path, e->config->labels, err) ||
	    encoderfolder_digest(sentence_folder(e->model), e->digest, err))
		goto failed;
	if (e->beside.heads && e->beside.heads->count > 1) {
		err_set(err, ERR_DATA, "model",
			"%s: has %zu heads (heads.json) where one can be read: "
			"train one alone",
			path, e->beside.heads->count);
		goto failed;
	}
	encoderheads_digest(&e->beside, e->digest);
	if (datadir_load("emotion-labels.tsv", read_labels, e, err))
		goto failed;
	for (size_t i = 0; i < e->labels.count; i++)
		e->has[e->labels.items[i].means] = true;
	for (int c = 0; c < EMOTION_CLASSES && !e->config->regression; c++)
		e->classes = e->classes || e->has[c];
	if (!e->config->regression || tells_mood(e))
		return e;
	err_set(err, ERR_DATA, "model",
		"%s: gives numbers, none of them called valence, arousal or "
		"dominance in its config.json (id2label)",
		path);
failed:
	emotionencoder_close(e);
	return NULL;
}

void emotionencoder_close(struct emotionencoder *e)
{
	if (!e)
		return;
	emotionlabels_release(&e->labels);
	encoderheads_release(&e->beside);
	sentence_close(e->model);
	free(e);
}

const uint8_t *emotionencoder_digest(const struct emotionencoder *e)
{
	return e->digest;
}

bool emotionencoder_classes(const struct emotionencoder *e)
{
	return e->classes;
}

struct emotionencoder_work *
emotionencoder_work_new(const struct emotionencoder *e)
{
	struct emotionencoder_work *w = mem_zalloc(1, sizeof(*w));

	w->sentence = sentence_work_new(e->model);
	w->wide = encoderwide_work_new();
	w->mean = mem_zalloc(e->labels.count, sizeof(*w->mean));
	return w;
}

void emotionencoder_work_free(struct emotionencoder_work *w)
{
	if (!w)
		return;
	sentence_work_free(w->sentence);
	encoderwide_work_free(w->wide);
	free(w->texts);
	free(w->logits);
	free(w->mean);
	free(w);
}

static unsigned count_words(struct span s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += (unsigned char)s.p[i] > ' ' &&
		     (!i || (unsigned char)s.p[i - 1] <= ' ');
	return n;
}

/* Fills w->mean; returns the words. */
static int read_texts(const struct emotionencoder *e,
		      struct emotionencoder_work *w,
		      const struct emotion_text *texts, size_t count,
		      unsigned *words, struct err *err)
{
	size_t labels = e->labels.count;
	double total = 0;

	MEM_ROOM(w->texts, count + 1, w->texts_cap);
	MEM_ROOM(w->logits, (count + 1) * labels, w->logits_cap);
	for (size_t i = 0; i < count; i++) {
		w->texts[i] = texts[i].text;
		if (w->texts[i].n > EMOTION_LIMIT)
			w->texts[i].n = EMOTION_LIMIT;
	}
	if (sentence_logits(e->model, w->sentence, w->texts, count, w->logits,
			    NULL, err))
		return -1;
	if (e->beside.wide)
		encoderwide_logits(e->beside.wide, w->wide, w->texts, count,
				   w->logits);
	memset(w->mean, 0, labels * sizeof(*w->mean));
	*words = 0;
	for (size_t i = 0; i < count; i++) {
		unsigned n = count_words(w->texts[i]);
		double share = texts[i].weight * n / (n + HALF_HEARD);

		*words += n;
		total += share;
		for (size_t k = 0; k < labels; k++)
			w->mean[k] += share * (double)w->logits[i * labels + k];
	}
	for (size_t k = 0; k < labels && total > 0; k++)
		w->mean[k] /= total;
	return 0;
}

/* Logits to probabilities, in place. */
static void squash(const struct emotionencoder *e, double *x)
{
	double most = -INFINITY, sum = 0;

	for (size_t i = 0; i < e->labels.count; i++)
		most = fmax(most, x[i]);
	for (size_t i = 0; i < e->labels.count; i++) {
		x[i] = e->config->multiple ? 1 / (1 + exp(-x[i]))
					   : exp(x[i] - most);
		sum += x[i];
	}
	for (size_t i = 0; i < e->labels.count && !e->config->multiple; i++)
		x[i] /= sum;
}

static void tell_classes(const struct emotionencoder *e, const double *p,
			 struct emotion *out)
{
	double sum = 0;
	size_t tops = 0;

	for (size_t i = 0; i < e->labels.count; i++) {
		int c = e->labels.items[i].means;

		if (c >= EMOTION_CLASSES)
			continue;
		out->probs[c] = e->config->multiple
				    ? 1 - (1 - out->probs[c]) * (1 - p[i])
				    : out->probs[c] + p[i];
	}
	for (int c = 0; c < EMOTION_CLASSES; c++)
		sum += out->probs[c];
	for (int c = 0; c < EMOTION_CLASSES && sum > 0; c++)
		out->probs[c] /= sum;
	emotion_rank(out);
	for (size_t t = 0; t < out->tops; t++)
		if (e->has[out->top[t]])
			out->top[tops++] = out->top[t];
	out->tops = tops;
	if (out->tokens)
		out->confidence = out->probs[out->top[0]];
}

static void tell_labels(const struct emotionencoder *e, const double *p,
			struct emotion *out)
{
	size_t best = 0;

	for (size_t i = 1; i < e->labels.count; i++)
		if (p[i] > p[best])
			best = i;
	for (size_t i = 0; out->tokens && i < e->labels.count; i++) {
		size_t at = out->nlabels;

		if (e->config->multiple
			? !(p[i] >=
			    encoderheads_threshold(&e->beside, i, LABEL_LEAST))
			: i != best)
			continue;
		if (at == EMOTION_LABELS &&
		    !(out->labels[--at].probability < p[i]))
			continue;
		for (; at > 0 && out->labels[at - 1].probability < p[i]; at--)
			if (at < EMOTION_LABELS)
				out->labels[at] = out->labels[at - 1];
		out->labels[at] =
		    (struct emotion_label){ e->labels.items[i].name, p[i] };
		out->nlabels += out->nlabels < EMOTION_LABELS;
	}
	if (!e->classes && out->tokens)
		out->confidence = p[best];
}

static double clip(double x)
{
	return fmin(fmax(x, -1), 1);
}

/* A number as it is; a probability of it from end to end. */
static void tell_mood(const struct emotionencoder *e, const double *p,
		      struct emotion *out)
{
	double *mood[] = { &out->valence, &out->arousal, &out->dominance };

	for (int c = 0; c < EMOTION_CLASSES && e->classes; c++) {
		double valence, arousal;

		emotionforeign_place((enum emotion_class)c, &valence, &arousal);
		out->valence += out->probs[c] * valence;
		out->arousal += out->probs[c] * arousal;
	}
	for (size_t i = 0; i < e->labels.count; i++) {
		int m = e->labels.items[i].means - EMOTION_CLASSES;

		if (m >= 0 && m < EMOTIONLABELS_MOOD)
			*mood[m] =
			    clip(e->config->regression ? p[i] : 2 * p[i] - 1);
	}
}

int emotionencoder_read(const struct emotionencoder *e,
			struct emotionencoder_work *w,
			const struct emotion_text *texts, size_t count,
			struct emotion *out, struct err *err)
{
	*out = (struct emotion){ .tokens = 0 };
	if (read_texts(e, w, texts, count, &out->tokens, err))
		return -1;
	if (!e->config->regression)
		squash(e, w->mean);
	if (e->classes)
		tell_classes(e, w->mean, out);
	if (!e->config->regression)
		tell_labels(e, w->mean, out);
	tell_mood(e, w->mean, out);
	return 0;
}

static void put_number(struct str *out, const char *name, double v)
{
	str_printf(out, "%s\"%s\":", out->p[out->n - 1] == '{' ? "" : ",",
		   name);
	json_put_number(out, v, 3);
}

static void put_classes(const struct emotionencoder *e,
			const struct emotion *told, struct str *out)
{
	str_puts(out, "\"top\":[");
	for (size_t i = 0; i < told->tops; i++)
		str_printf(out, "%s\"%s\"", i ? "," : "",
			   emotion_names[told->top[i]]);
	str_putc(out, ']');
	put_number(out, "confidence", told->confidence);
	str_puts(out, ",\"probs\":{");
	for (int c = 0; c < EMOTION_CLASSES; c++)
		if (e->has[c])
			put_number(out, emotion_names[c], told->probs[c]);
	str_putc(out, '}');
}

void emotionencoder_json(const struct emotionencoder *e,
			 const struct emotion *told, struct str *out)
{
	bool place = e->classes;

	str_putc(out, '{');
	if (e->classes)
		put_classes(e, told, out);
	else if (!e->config->regression)
		put_number(out, "confidence", told->confidence);
	if (!e->config->regression) {
		str_puts(out, ",\"labels\":[");
		for (size_t i = 0; i < told->nlabels; i++) {
			if (i)
				str_putc(out, ',');
			json_put_string(out, span_of(told->labels[i].name));
		}
		str_putc(out, ']');
	}
	if (place || e->has[EMOTION_CLASSES])
		put_number(out, "valence", told->valence);
	if (place || e->has[EMOTION_CLASSES + 1])
		put_number(out, "arousal", told->arousal);
	if (e->has[EMOTION_CLASSES + 2])
		put_number(out, "dominance", told->dominance);
	str_putc(out, '}');
}
