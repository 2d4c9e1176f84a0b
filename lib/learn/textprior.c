/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textprior.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "learn/textformat.h"

struct textprior {
	const struct textspectrum *spectrum;
	const struct textstat *stats;
	const struct textrow *rows;
	struct textprior_term *terms; /* [count] */
	size_t count;
	double lift[TEXTMODEL_DIM]; /* sigma^(1 - power) */
};

double textprior_idf(double texts, double term_texts)
{
	return log(1 + texts / term_texts);
}

static int inconsistent(struct err *err)
{
	return err_set(err, ERR_DATA, "corrupt",
		       "the text model's terms do not match its own "
		       "description: fit it anew");
}

/* The spellings, one line for each term. */
static int spell(struct textprior *t, struct span lines, struct err *err)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		const char *end =
		    lines.n ? memchr(lines.p, '\n', lines.n) : NULL;
		size_t n;

		if (!end)
			return inconsistent(err);
		n = (size_t)(end - lines.p);
		t->terms[i].spelling = (struct span){ lines.p, n };
		lines.p += n + 1;
		lines.n -= n + 1;
	}
	return lines.n ? inconsistent(err) : 0;
}

static int read_terms(struct textprior *t, const struct textslot *slots,
		      size_t nslots, struct err *err)
{
	size_t i, n = 0;

	for (i = 0; i < nslots; i++) {
		size_t row = slots[i].row;

		if (row >= t->count || !slots[i].hash)
			continue;
		n += !t->terms[row].hash;
		t->terms[row].hash = slots[i].hash;
	}
	for (i = 0; i < t->count; i++) {
		t->terms[i].texts = (double)t->stats[i].texts;
		if (!(t->stats[i].texts > 0) || !isfinite(t->stats[i].texts) ||
		    !isfinite(t->stats[i].common) ||
		    !isfinite(t->rows[i].scale))
			return inconsistent(err);
	}
	return n == t->count ? 0 : inconsistent(err);
}

static int read_spectrum(struct textprior *t, struct err *err)
{
	const struct textspectrum *s = t->spectrum;
	int k;

	if (!(s->texts >= 0) || !isfinite(s->texts) || !(s->power >= 0) ||
	    !(s->power <= 1))
		return inconsistent(err);
	for (k = 0; k < TEXTMODEL_DIM; k++) {
		if (!(s->sigma[k] >= 0) || !isfinite(s->sigma[k]))
			return inconsistent(err);
		t->lift[k] =
		    s->sigma[k] > 0 ? pow(s->sigma[k], 1 - s->power) : 0;
	}
	return 0;
}

/* A section of any number of elements. */
static const void *list(const struct pack *p, const char *name, size_t size,
			size_t *n, struct err *err)
{
	return pack_array(p, name, size, SIZE_MAX, n, err);
}

static int open_sections(struct textprior *t, const struct pack *p,
			 struct err *err)
{
	const struct textslot *slots;
	size_t nslots, nrows;

	slots = list(p, "text.slots", sizeof(*slots), &nslots, err);
	if (!slots)
		return -1;
	t->rows = list(p, "text.rows", sizeof(*t->rows), &nrows, err);
	if (!t->rows)
		return -1;
	t->spectrum =
	    pack_array(p, "text.spectrum", sizeof(*t->spectrum), 1, NULL, err);
	if (!t->spectrum)
		return -1;
	t->stats = list(p, "text.stats", sizeof(*t->stats), &t->count, err);
	if (!t->stats)
		return -1;
	if (t->count > nrows || t->count >= UINT32_MAX)
		return inconsistent(err);
	t->terms = mem_zalloc(t->count, sizeof(*t->terms));
	return read_spectrum(t, err) || read_terms(t, slots, nslots, err) ||
		       spell(t, pack_get(p, "text.spelling"), err)
		   ? -1
		   : 0;
}

struct textprior *textprior_open(const struct pack *p, struct err *err)
{
	struct textmodel *m = textmodel_open(p, err);
	struct textprior *t;

	if (!m)
		return NULL;
	textmodel_free(m);
	t = mem_zalloc(1, sizeof(*t));
	if (open_sections(t, p, err)) {
		textprior_free(t);
		return NULL;
	}
	return t;
}

void textprior_free(struct textprior *t)
{
	if (!t)
		return;
	free(t->terms);
	free(t);
}

size_t textprior_count(const struct textprior *t)
{
	return t->count;
}

double textprior_texts(const struct textprior *t)
{
	return t->spectrum->texts;
}

const struct textprior_term *textprior_term(const struct textprior *t, size_t i)
{
	return &t->terms[i];
}

void textprior_row(const struct textprior *t, size_t i,
		   float out[TEXTMODEL_DIM])
{
	const struct textrow *r = &t->rows[i];
	double scale = (double)r->scale /
		       textprior_idf(t->spectrum->texts, t->terms[i].texts);
	int k;

	for (k = 0; k < TEXTMODEL_DIM; k++)
		out[k] = (float)(scale * (double)r->q[k] * t->lift[k]);
	out[0] = (float)((double)t->stats[i].common * t->spectrum->sigma[0]);
}
