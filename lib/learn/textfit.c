/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textfit.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "io/pack.h"
#include "learn/lsa.h"
#include "learn/textformat.h"
#include "learn/textterms.h"
#include "math/vector.h"
#include "text/stopwords.h"

#define DIM TEXTMODEL_DIM

const struct textfit_options textfit_defaults = {
	.power = 0.4,
	.first = 0.0,
	.rank_share = 0.125,
	.iterations = 4,
	.words = 131072,
	.grams = 65536,
	.min_pairs = 3,
	.unknown_share = 0.5f,
};

/* Texts from which terms met once are dropped, and from which the first
 * component is common to all texts rather than one of their subjects. */
enum { LARGE = 5000, COMMON = 1000, RANK_MIN = 16, BYTES_PER_TERM = 48 };

struct fit {
	struct textcorpus *c;
	const struct textfit_options *o;
	int threads;
	struct textcount *terms; /* [nterms] */
	size_t nterms;
	struct textslot *slots;
	size_t nslots;
	float *vectors;          /* [nterms][DIM] */
	struct textcount *grams; /* [ngrams], texts: words that hold it */
	size_t ngrams;
	float *gram_vectors; /* [ngrams][DIM] */
};

size_t textfit_limit(size_t memory)
{
	return memory / BYTES_PER_TERM;
}

static struct textslot *slots_new(size_t n, size_t *nslots)
{
	struct textslot *s;
	size_t i;

	for (*nslots = 16; *nslots < 2 * n; *nslots *= 2)
		;
	s = mem_zalloc(*nslots, sizeof(*s));
	for (i = 0; i < *nslots; i++)
		s[i].row = TEXTSLOT_FREE;
	return s;
}

static struct textslot *slot_of(struct textslot *s, size_t nslots,
				uint64_t hash)
{
	size_t i = (size_t)(hash >> 2) & (nslots - 1);

	while (s[i].row != TEXTSLOT_FREE && s[i].hash != hash)
		i = (i + 1) & (nslots - 1);
	return &s[i];
}

static void slots_fill(struct textslot *s, size_t nslots,
		       const struct textcount *terms, size_t n, size_t first,
		       bool telling)
{
	size_t i;

	for (i = 0; i < n; i++)
		*slot_of(s, nslots, terms[i].hash) = (struct textslot){
			.hash = terms[i].hash,
			.row = (uint32_t)(first + i),
			.weight = telling ? 1 / (float)terms[i].texts : 1,
		};
}

static float idf(const struct fit *f, size_t term)
{
	return (float)log(1 +
			  (double)f->c->count / (double)f->terms[term].texts);
}

/* The corpus as a matrix of unit rows; its hashes and weights become indices
 * and values in place. */
static size_t matrix(struct fit *f, size_t *start, uint32_t **index)
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
			    slot_of(f->slots, f->nslots, c->hash[j]);
			float v;

			if (s->row == TEXTSLOT_FREE)
				continue;
			v = c->weight[j] * idf(f, s->row);
			(*index)[n] = s->row;
			c->weight[n++] = v;
			norm += (double)v * (double)v;
		}
		for (j = start[i]; j < n && norm > 0; j++)
			c->weight[j] =
			    (float)((double)c->weight[j] / sqrt(norm));
	}
	start[c->count] = n;
	free(c->hash);
	c->hash = NULL;
	return n;
}

static int decompose(struct fit *f, struct err *err)
{
	size_t *start = mem_zalloc(f->c->count + 1, sizeof(*start)), i, k;
	uint32_t *index;
	double sigma[DIM];
	struct lsa_matrix x = { .rows = f->c->count,
				.cols = f->nterms,
				.start = start };
	double most = fmax(RANK_MIN, f->o->rank_share * (double)f->c->count);
	int rc;

	matrix(f, start, &index);
	x.index = index;
	x.value = f->c->weight;
	f->vectors = mem_zalloc(f->nterms * DIM, sizeof(*f->vectors));
	rc = lsa_fit(&x, DIM, f->o->iterations, 1, f->threads, f->vectors,
		     sigma, err);
	free(index);
	free(start);
	for (k = 0; k < DIM; k++)
		sigma[k] = (sigma[k] > 0 && (double)k < most
				? pow(sigma[k], f->o->power)
				: 0) *
			   (k || f->c->count < COMMON ? 1 : f->o->first);
	for (i = 0; i < f->nterms && !rc; i++)
		for (k = 0; k < DIM; k++)
			f->vectors[i * DIM + k] *= (float)sigma[k] * idf(f, i);
	return rc;
}

/* The words of the corpus that the model knows, most frequent first. */
struct known {
	struct span word;
	uint64_t times;
	uint32_t row;
};

static int by_times(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	if (x->times != y->times)
		return x->times > y->times ? -1 : 1;
	return span_cmp(x->word, y->word);
}

static struct known *known_words(struct fit *f, size_t *count)
{
	const struct table *t = &f->c->words;
	struct known *k = mem_zalloc(t->count, sizeof(*k));
	size_t i, n = 0;

	for (i = 0; i < t->count; i++) {
		struct span w = t->entries[i].key;
		uint64_t hash;
		struct textslot *s;

		if (stopwords_has(w) || (w.p[0] >= '0' && w.p[0] <= '9'))
			continue;
		hash = textterms_word(&f->c->terms, w);
		s = slot_of(f->slots, f->nslots, hash);
		if (s->row == TEXTSLOT_FREE)
			continue;
		k[n++] = (struct known){ w, t->entries[i].value, s->row };
	}
	if (n)
		qsort(k, n, sizeof(*k), by_times);
	*count = n < f->o->words ? n : f->o->words;
	return k;
}

struct gramlist {
	uint64_t *hash;
	size_t count, cap;
};

static void list_gram(void *ctx, uint64_t hash)
{
	struct gramlist *g = ctx;

	MEM_ROOM(g->hash, g->count + 1, g->cap);
	g->hash[g->count++] = hash;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static int by_frequency(const void *a, const void *b)
{
	const struct textcount *x = a, *y = b;

	if (x->texts != y->texts)
		return x->texts > y->texts ? -1 : 1;
	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static void count_grams(struct fit *f, const struct known *k, size_t n)
{
	struct gramlist g = { 0 };
	size_t i, j, cap = 0;

	for (i = 0; i < n; i++)
		textterms_grams(k[i].word, list_gram, &g);
	if (g.count)
		qsort(g.hash, g.count, sizeof(*g.hash), compare_u64);
	for (i = 0; i < g.count; i = j) {
		for (j = i; j < g.count && g.hash[j] == g.hash[i]; j++)
			;
		MEM_ROOM(f->grams, f->ngrams + 1, cap);
		f->grams[f->ngrams++] =
		    (struct textcount){ g.hash[i], (uint32_t)(j - i) };
	}
	free(g.hash);
	if (f->ngrams)
		qsort(f->grams, f->ngrams, sizeof(*f->grams), by_frequency);
	if (f->ngrams > f->o->grams)
		f->ngrams = f->o->grams;
}

static void gram_vectors(struct fit *f)
{
	size_t n, nslots, i, j;
	struct known *k = known_words(f, &n);
	struct textslot *slots;
	struct gramlist g = { 0 };

	count_grams(f, k, n);
	slots = slots_new(f->ngrams, &nslots);
	slots_fill(slots, nslots, f->grams, f->ngrams, 0, false);
	f->gram_vectors = mem_zalloc(f->ngrams * DIM, sizeof(*f->gram_vectors));
	for (i = 0; i < n; i++) {
		g.count = 0;
		textterms_grams(k[i].word, list_gram, &g);
		for (j = 0; j < g.count; j++) {
			struct textslot *s = slot_of(slots, nslots, g.hash[j]);

			if (s->row != TEXTSLOT_FREE)
				vector_axpy(
				    f->gram_vectors + (size_t)s->row * DIM,
				    1 / (float)f->grams[s->row].texts,
				    f->vectors + (size_t)k[i].row * DIM, DIM);
		}
	}
	free(g.hash);
	free(slots);
	free(k);
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

static int put_sections(struct fit *f, struct pack_writer *w, struct err *err)
{
	struct textinfo info = {
		.terms_version = TEXTTERMS_VERSION,
		.dim = DIM,
		.rows = f->nterms + f->ngrams,
		.grams = f->ngrams,
		.texts = f->c->count,
		.unknown_share = f->o->unknown_share,
	};
	struct textslot *slots;
	size_t nslots, i;
	int rc;

	for (i = 0; i < f->nterms; i++)
		info.pairs +=
		    textterms_kind(f->terms[i].hash) == TEXTTERMS_PAIR;
	info.words = f->nterms - info.pairs;
	slots = slots_new(f->nterms + f->ngrams, &nslots);
	slots_fill(slots, nslots, f->terms, f->nterms, 0, false);
	slots_fill(slots, nslots, f->grams, f->ngrams, f->nterms, true);
	info.slots = nslots;
	rc = pack_section(w, "text.info", &info, sizeof(info), err) ||
	     pack_section(w, "text.slots", slots, nslots * sizeof(*slots),
			  err) ||
	     pack_begin(w, "text.rows", err) ||
	     put_rows(w, f->vectors, f->nterms, err) ||
	     put_rows(w, f->gram_vectors, f->ngrams, err);
	free(slots);
	return rc ? -1 : 0;
}

static void choose_terms(struct fit *f, size_t memory)
{
	size_t most = f->o->words;
	bool large = f->c->count > LARGE;

	while (most > 1024 &&
	       lsa_memory(most, DIM) + most * DIM * sizeof(float) > memory / 2)
		most -= most / 8;
	f->terms = textcorpus_count(f->c, f->threads, large ? 2 : 1,
				    f->o->min_pairs, most, &f->nterms);
	f->slots = slots_new(f->nterms, &f->nslots);
	slots_fill(f->slots, f->nslots, f->terms, f->nterms, 0, false);
}

int textfit_write(struct textcorpus *c, const struct textfit_options *o,
		  size_t memory, int threads, FILE *out,
		  uint8_t digest[HASH_SIZE], struct err *err)
{
	struct fit f = { .c = c, .o = o, .threads = threads };
	struct pack_writer *w;
	int rc = 0;

	choose_terms(&f, memory);
	if (f.nterms) {
		rc = decompose(&f, err);
		if (!rc)
			gram_vectors(&f);
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
	free(f.slots);
	free(f.vectors);
	free(f.grams);
	free(f.gram_vectors);
	return rc;
}
