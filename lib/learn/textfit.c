/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textfit.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "io/pack.h"
#include "learn/lsa.h"
#include "learn/textfitting.h"
#include "learn/textterms.h"
#include "math/vector.h"

#define DIM TEXTMODEL_DIM

const struct textfit_options textfit_defaults = {
	.power = 0.4,
	.first = 0.0,
	.rank_share = 0.5,
	.iterations = 4,
	.words = 131072,
	.grams = 65536,
	.min_pairs = 3,
	.unknown_share = 0.5f,
	.prior_texts = 4000,
};

/* Texts from which terms met once are dropped, and from which the first
 * component is common to all texts rather than one of their subjects. */
enum { LARGE = 5000, COMMON = 1000, RANK_MIN = 16, BYTES_PER_TERM = 48 };

/* A prior's term that few of its texts hold is no rarer than this. */
static const float least_texts = 0.5f;

size_t textfit_limit(size_t memory)
{
	return memory / BYTES_PER_TERM;
}

struct textslots textslots_new(size_t n)
{
	struct textslots s = { .count = 16 };
	size_t i;

	while (s.count < 2 * n)
		s.count *= 2;
	s.items = mem_zalloc(s.count, sizeof(*s.items));
	for (i = 0; i < s.count; i++)
		s.items[i].row = TEXTSLOT_FREE;
	return s;
}

struct textslot *textslots_find(const struct textslots *s, uint64_t hash)
{
	size_t i = (size_t)(hash >> 2) & (s->count - 1);

	while (s->items[i].row != TEXTSLOT_FREE && s->items[i].hash != hash)
		i = (i + 1) & (s->count - 1);
	return &s->items[i];
}

void textslots_fill(struct textslots *s, const struct textcount *terms,
		    size_t n, size_t first, bool telling)
{
	size_t i;

	for (i = 0; i < n; i++)
		*textslots_find(s, terms[i].hash) = (struct textslot){
			.hash = terms[i].hash,
			.row = (uint32_t)(first + i),
			.weight = telling ? 1 / (float)terms[i].texts : 1,
		};
}

double textfitting_share(const struct textfitting *f)
{
	double texts = f->o->prior ? textprior_texts(f->o->prior) : 0;

	return texts > 0 ? f->o->prior_texts / texts : 0;
}

static double idf(const struct textfitting *f, size_t term)
{
	return textprior_idf(f->texts, (double)f->terms[term].weight);
}

/* The corpus as a matrix of unit rows; its hashes and weights become indices
 * and values in place. */
static size_t matrix(struct textfitting *f, size_t *start, uint32_t **index)
{
	struct textcorpus *c = f->c;
	size_t i, j, n = 0;

	*index = mem_alloc(c->used * sizeof(**index));
	for (i = 0; i < c->count; i++) {
		const struct textdoc *d = &c->docs[i];
		double norm = 0;

		start[i] = n;
		for (j = d->start; j < d->start + d->count; j++) {
			struct textslot *s =
			    textslots_find(&f->slots, c->hash[j]);
			float v;

			if (s->row == TEXTSLOT_FREE)
				continue;
			v = c->weight[j] * (float)idf(f, s->row);
			(*index)[n] = s->row;
			c->weight[n++] = v;
			norm += (double)v * (double)v;
		}
		for (j = start[i]; j < n && norm > 0; j++)
			c->weight[j] = (float)((double)c->weight[j] *
					       sqrt(d->emphasis / norm));
	}
	start[c->count] = n;
	free(c->hash);
	c->hash = NULL;
	return n;
}

/* The prior's rows under the idf of the whole. */
static float *prior_rows(const struct textfitting *f)
{
	const struct textprior *p = f->o->prior;
	size_t n = textprior_count(p), i;
	double share = textfitting_share(f);
	float *rows = mem_zalloc(n * DIM, sizeof(*rows));

	for (i = 0; i < n; i++) {
		double old = textprior_idf(textprior_texts(p),
					   textprior_term(p, i)->texts);

		textprior_row(p, i, rows + i * DIM);
		vector_scale(
		    rows + i * DIM,
		    (float)(sqrt(share) * idf(f, f->prior_index[i]) / old),
		    DIM);
	}
	return rows;
}

/* Term vectors from singular vectors. */
static void scale(struct textfitting *f)
{
	double most = fmax(RANK_MIN, f->o->rank_share * f->texts), by[DIM];
	double *sigma = f->spectrum.sigma;
	size_t i, k;

	for (k = 0; k < DIM; k++) {
		if (sigma[k] < 0 || (double)k >= most)
			sigma[k] = 0;
		by[k] = sigma[k] > 0 ? pow(sigma[k], f->o->power) : 0;
	}
	if (f->texts >= COMMON)
		by[0] *= f->o->first;
	f->spectrum.power = f->o->power;
	f->spectrum.texts = f->texts;
	f->stats = mem_zalloc(f->nterms, sizeof(*f->stats));
	for (i = 0; i < f->nterms; i++) {
		f->stats[i].texts = f->terms[i].weight;
		f->stats[i].common = f->vectors[i * DIM];
		for (k = 0; k < DIM; k++)
			f->vectors[i * DIM + k] *= (float)(by[k] * idf(f, i));
	}
}

static int decompose(struct textfitting *f, struct err *err)
{
	size_t *start = mem_zalloc(f->c->count + 1, sizeof(*start));
	struct lsa_matrix x = { .rows = f->c->count,
				.cols = f->nterms,
				.start = start };
	float *dense = NULL;
	uint32_t *index;
	int rc;

	matrix(f, start, &index);
	x.index = index;
	x.value = f->c->weight;
	if (f->o->prior) {
		dense = prior_rows(f);
		x.dense = dense;
		x.dense_rows = DIM;
		x.dense_cols = textprior_count(f->o->prior);
		x.dense_index = f->prior_index;
	}
	f->vectors = mem_zalloc(f->nterms * DIM, sizeof(*f->vectors));
	/* a prior's spectrum falls steeply: the subspace is soon found */
	rc = lsa_fit(&x, DIM, f->o->iterations / (dense ? 2 : 1), 1, f->threads,
		     f->vectors, f->spectrum.sigma, err);
	free(dense);
	free(index);
	free(start);
	if (!rc)
		scale(f);
	return rc;
}

static int put_rows(struct pack_writer *w, const float *vectors, size_t n,
		    struct err *err)
{
	struct textrow r;
	size_t i;

	for (i = 0; i < n; i++) {
		r.scale = vector_quantise(vectors + i * DIM, r.q, DIM);
		if (pack_put(w, &r, sizeof(r), err))
			return -1;
	}
	return 0;
}

static int put_spelling(const struct textfitting *f, struct pack_writer *w,
			struct err *err)
{
	struct str lines = { 0 };
	size_t i;
	int rc;

	for (i = 0; i < f->nterms; i++) {
		str_span(&lines, f->spelling[i]);
		str_putc(&lines, '\n');
	}
	rc = pack_section(w, "text.spelling", lines.p, lines.n, err);
	str_release(&lines);
	return rc;
}

static int put_sections(struct textfitting *f, struct pack_writer *w,
			struct err *err)
{
	struct textinfo info = {
		.terms_version = TEXTTERMS_VERSION,
		.dim = DIM,
		.rows = f->nterms + f->ngrams,
		.grams = f->ngrams,
		.texts = f->c->count,
		.unknown_share = f->o->unknown_share,
	};
	struct textslots slots;
	size_t i;
	int rc;

	for (i = 0; i < f->nterms; i++)
		info.pairs +=
		    textterms_kind(f->terms[i].hash) == TEXTTERMS_PAIR;
	info.words = f->nterms - info.pairs;
	slots = textslots_new(f->nterms + f->ngrams);
	textslots_fill(&slots, f->terms, f->nterms, 0, false);
	textslots_fill(&slots, f->grams, f->ngrams, f->nterms, true);
	info.slots = slots.count;
	rc = pack_section(w, "text.info", &info, sizeof(info), err) ||
	     pack_section(w, "text.slots", slots.items,
			  slots.count * sizeof(*slots.items), err) ||
	     pack_begin(w, "text.rows", err) ||
	     put_rows(w, f->vectors, f->nterms, err) ||
	     put_rows(w, f->gram_vectors, f->ngrams, err) ||
	     pack_section(w, "text.spectrum", &f->spectrum, sizeof(f->spectrum),
			  err) ||
	     pack_section(w, "text.stats", f->stats,
			  f->nterms * sizeof(*f->stats), err) ||
	     put_spelling(f, w, err);
	free(slots.items);
	return rc ? -1 : 0;
}

/* Adds the prior's terms to those of the corpus. */
static void join_prior(struct textfitting *f)
{
	const struct textprior *p = f->o->prior;
	size_t n = textprior_count(p), cap = f->nterms, i;
	double share = textfitting_share(f);

	f->prior_index = mem_zalloc(n, sizeof(*f->prior_index));
	MEM_ROOM(f->terms, f->nterms + n, cap);
	for (i = 0; i < n; i++) {
		const struct textprior_term *t = textprior_term(p, i);
		struct textslot *s = textslots_find(&f->slots, t->hash);

		if (s->row == TEXTSLOT_FREE) {
			f->terms[f->nterms] =
			    (struct textcount){ .hash = t->hash };
			*s = (struct textslot){ .hash = t->hash,
						.row = (uint32_t)f->nterms++,
						.weight = 1 };
		}
		f->terms[s->row].weight += (float)(share * t->texts);
		f->prior_index[i] = s->row;
	}
	for (i = 0; i < f->nterms; i++)
		f->terms[i].weight = fmaxf(f->terms[i].weight, least_texts);
}

static void choose_terms(struct textfitting *f, size_t memory)
{
	size_t extra = f->o->prior ? textprior_count(f->o->prior) : 0, i;
	size_t most = f->o->words;
	bool large = f->c->count > LARGE;

	while (most > 1024 && lsa_memory(most + extra, DIM) +
				      (most + 2 * extra) * DIM * sizeof(float) >
				  memory / 2)
		most -= most / 8;
	f->terms = textcorpus_count(f->c, f->threads, large ? 2 : 1,
				    f->o->min_pairs, most, &f->nterms);
	for (i = 0; i < f->c->count; i++)
		f->texts += f->c->docs[i].emphasis;
	f->slots = textslots_new(f->nterms + extra);
	textslots_fill(&f->slots, f->terms, f->nterms, 0, false);
	if (extra) {
		f->texts += f->o->prior_texts;
		join_prior(f);
	}
}

int textfit_write(struct textcorpus *c, const struct textfit_options *o,
		  size_t memory, int threads, FILE *out,
		  uint8_t digest[HASH_SIZE], struct err *err)
{
	struct textfitting f = { .c = c, .o = o, .threads = threads };
	struct pack_writer *w;
	int rc = 0;

	choose_terms(&f, memory);
	if (f.nterms) {
		rc = decompose(&f, err);
		if (!rc)
			textfitting_spell(&f);
	}
	if (!rc) {
		w = pack_writer_new(out, TEXTMODEL_KIND, TEXTMODEL_VERSION,
				    err);
		rc = w ? 0 : -1;
		if (!rc && put_sections(&f, w, err)) {
			pack_writer_end(w, NULL, NULL);
			rc = -1;
		} else if (!rc) {
			rc = pack_writer_end(w, digest, err);
		}
	}
	free(f.terms);
	free(f.slots.items);
	free(f.prior_index);
	free(f.vectors);
	free(f.stats);
	free(f.spelling);
	free(f.grams);
	free(f.gram_vectors);
	return rc;
}
