/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/crossrank.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/encodecall.h"
#include "corpus/encoderprecision.h"
#include "corpus/trackprose.h"
#include "io/progress.h"

struct crossrank {
	struct encodecall *call;
	char *path;
	struct str room, text; /* of all that are read */
	struct span *texts;
	size_t *ends; /* of texts, in text */
	float *logits;
	size_t texts_cap, ends_cap, logits_cap;
};

struct crossrank *crossrank_new(const char *path, const char *precision,
				struct err *err)
{
	const struct encodecall_model m = { .path = path,
					    .precision = precision };
	struct crossrank *x;
	enum linear_precision p;

	if (encoderprecision_parse(span_of(precision), &p, err))
		return NULL;
	x = mem_zalloc(1, sizeof(*x));
	x->path = mem_strdup(path);
	x->call = encodecall_new(&m, err);
	if (x->call)
		return x;
	crossrank_free(x);
	return NULL;
}

void crossrank_free(struct crossrank *x)
{
	if (!x)
		return;
	encodecall_free(x->call);
	str_release(&x->room);
	str_release(&x->text);
	free(x->texts);
	free(x->ends);
	free(x->logits);
	free(x->path);
	free(x);
}

int crossrank_ready(struct crossrank *x, struct err *err)
{
	size_t labels;

	if (encodecall_ready(x->call, err))
		return -1;
	labels = encodecall_labels(x->call);
	if (labels == 1 || labels == 2)
		return 0;
	return err_set(err, ERR_DATA, "model",
		       "%s: %zu labels; a cross-encoder has one, or two, of "
		       "which the second says that a text fits",
		       x->path, labels);
}

const char *crossrank_name(const struct crossrank *x)
{
	return encodecall_name(x->call);
}

static int read_texts(struct crossrank *x, const struct generation *g,
		      const struct scored *s, size_t count, struct err *err)
{
	struct span row[CATALOGUE_FIELDS];
	struct str one = { 0 };

	MEM_ROOM(x->texts, count + 1, x->texts_cap);
	MEM_ROOM(x->ends, count + 1, x->ends_cap);
	str_reset(&x->text);
	for (size_t i = 0; i < count; i++) {
		struct trackprose p = { .title = { NULL, 0 } };

		if (catalogue_row(g, s[i].row, row, &x->room, err)) {
			str_release(&one);
			return -1;
		}
		p.title = row[CATALOGUE_TITLE];
		p.artist = row[CATALOGUE_ARTIST];
		p.genre = row[CATALOGUE_GENRE];
		p.tags = row[CATALOGUE_TAGS];
		trackprose_write(&p, &one);
		str_span(&x->text, span_str(&one));
		x->ends[i] = x->text.n;
	}
	str_release(&one);
	for (size_t i = 0; i < count; i++) {
		size_t from = i ? x->ends[i - 1] : 0;

		x->texts[i] =
		    (struct span){ x->text.p + from, x->ends[i] - from };
	}
	return 0;
}

/* One number for each, of one or two labels. */
static void read_logits(struct crossrank *x, size_t count)
{
	for (size_t i = 0; i < count && encodecall_labels(x->call) == 2; i++)
		x->logits[i] = x->logits[2 * i + 1] - x->logits[2 * i];
}

static int by_relevance(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;

	if (x->relevance != y->relevance)
		return x->relevance < y->relevance ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

static int32_t sum_of(const struct scored *s)
{
	int32_t sum = 0;

	for (int i = 0; i < CONTRIBUTIONS; i++)
		sum += s->contribution[i];
	return sum;
}

/* Sums stay whole: in millionths, as contributions are. */
static void mix(const struct crossrank *x, float weight, struct scored *s,
		size_t count)
{
	float lo = INFINITY, hi = -INFINITY;
	float best = s[0].score, worst = s[count - 1].score;

	for (size_t i = 0; i < count; i++) {
		lo = fminf(lo, x->logits[i]);
		hi = fmaxf(hi, x->logits[i]);
	}
	for (size_t i = 0; i < count && hi > lo; i++) {
		float at = (x->logits[i] - lo) / (hi - lo);
		float says = worst + at * (best - worst);
		int32_t gain =
		    (int32_t)lrintf(1e6f * weight * (says - s[i].score));

		s[i].contribution[CONTRIBUTION_CROSS] = gain;
		s[i].score = (float)sum_of(&s[i]) / 1e6f;
		s[i].relevance = s[i].score;
	}
	qsort(s, count, sizeof(*s), by_relevance);
}

size_t crossrank_apply(struct crossrank *x, const struct crossrank_how *how,
		       const struct generation *g, struct scored *s,
		       size_t count, bool *late, struct err *err)
{
	double deadline = progress_clock() + how->budget;
	size_t pinned = 0, n;
	int rc;

	*late = false;
	while (pinned < count && s[pinned].pinned)
		pinned++;
	s += pinned;
	n = count - pinned < how->top ? count - pinned : how->top;
	if (!how->text.n || n < 2 || !(how->weight > 0))
		return 0;
	if (read_texts(x, g, s, n, err))
		return SIZE_MAX;
	MEM_ROOM(x->logits, 2 * n, x->logits_cap);
	rc = encodecall_pairs(x->call, how->text, x->texts, n, deadline,
			      x->logits, err);
	if (rc) {
		*late = rc > 0;
		return rc > 0 ? 0 : SIZE_MAX;
	}
	read_logits(x, n);
	mix(x, how->weight, s, n);
	return n;
}
