/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textmodel.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "learn/textformat.h"
#include "learn/textterms.h"
#include "math/vector.h"

const char *const textmodel_sections[] = { "text.info", "text.slots",
					   "text.rows", NULL };

struct textmodel {
	const struct textinfo *info;
	const struct textslot *slots;
	const struct textrow *rows;
	size_t mask, nrows;
};

struct textmodel *textmodel_open(const struct pack *p, struct err *err)
{
	struct textmodel m = { 0 }, *out;
	size_t slots;

	m.info = pack_array(p, "text.info", sizeof(*m.info), 1, NULL, err);
	if (!m.info)
		return NULL;
	if (m.info->dim != TEXTMODEL_DIM ||
	    m.info->terms_version != TEXTTERMS_VERSION ||
	    !(m.info->unknown_share >= 0 && m.info->unknown_share <= 1)) {
		err_set(err, ERR_DATA, "version",
			"text model of %u dimensions and terms version %u, "
			"expected %d and %d: fit it anew (make refit)",
			m.info->dim, m.info->terms_version, TEXTMODEL_DIM,
			TEXTTERMS_VERSION);
		return NULL;
	}
	m.slots = pack_array(p, "text.slots", sizeof(*m.slots), SIZE_MAX,
			     &slots, err);
	if (!m.slots)
		return NULL;
	m.rows = pack_array(p, "text.rows", sizeof(*m.rows), SIZE_MAX, &m.nrows,
			    err);
	if (!m.rows)
		return NULL;
	if (!slots || (slots & (slots - 1)) || m.info->slots != slots ||
	    m.info->rows != m.nrows) {
		err_set(err, ERR_DATA, "corrupt",
			"text model with %zu slots and %zu vectors does not "
			"match its own description: fit it anew (make refit)",
			slots, m.nrows);
		return NULL;
	}
	m.mask = slots - 1;
	out = mem_alloc(sizeof(*out));
	*out = m;
	return out;
}

void textmodel_free(struct textmodel *m)
{
	free(m);
}

/* NULL: unknown. Trusts nothing that it reads. */
static const struct textslot *look_up(const struct textmodel *m, uint64_t hash)
{
	size_t i = (size_t)(hash >> 2) & m->mask, probes;

	for (probes = 0; probes <= m->mask; probes++) {
		const struct textslot *s = &m->slots[i];

		if (s->row == TEXTSLOT_FREE)
			return NULL;
		if (s->hash == hash)
			return s->row < m->nrows && isfinite(s->weight) &&
				       isfinite(m->rows[s->row].scale)
				   ? s
				   : NULL;
		i = (i + 1) & m->mask;
	}
	return NULL;
}

static void add_row(const struct textmodel *m, const struct textslot *s,
		    float weight, float *sum)
{
	const struct textrow *r = &m->rows[s->row];

	vector_axpy_i8(sum, weight * r->scale, r->q, TEXTMODEL_DIM);
}

struct grams {
	const struct textmodel *m;
	float sum[TEXTMODEL_DIM];
	float weight;
	unsigned known, all;
};

static void add_gram(void *ctx, uint64_t hash)
{
	struct grams *g = ctx;
	const struct textslot *s = look_up(g->m, hash);

	g->all++;
	if (!s)
		return;
	g->known++;
	g->weight += s->weight;
	add_row(g->m, s, s->weight, g->sum);
}

/* A word never met, by its parts; counts as far as its parts are known. */
static bool add_unknown(const struct textmodel *m, struct textvector *v,
			struct span word, float weight)
{
	struct grams g = { .m = m };
	float known;

	textterms_grams(word, add_gram, &g);
	if (!g.known || !(g.weight > 0))
		return false;
	known = m->info->unknown_share * (float)g.known / (float)g.all;
	vector_axpy(v->sum, weight * known / g.weight, g.sum, TEXTMODEL_DIM);
	v->weight += (double)(weight * known);
	return true;
}

void textvector_reset(struct textvector *v)
{
	struct str scratch = v->scratch;

	*v = (struct textvector){ .scratch = scratch };
	str_reset(&v->scratch);
}

void textvector_release(struct textvector *v)
{
	str_release(&v->scratch);
}

void textmodel_add(const struct textmodel *m, struct textvector *v,
		   struct span text, double weight)
{
	struct textterms t = { .tokens.text = v->scratch };
	double norm = 0;
	size_t i;

	textterms_read(&t, text);
	for (i = 0; i < t.count; i++)
		norm += (double)t.items[i].weight * (double)t.items[i].weight;
	for (i = 0; i < t.count; i++) {
		const struct textterm *x = &t.items[i];
		const struct textslot *s = look_up(m, x->hash);
		float w = (float)(weight * (double)x->weight / sqrt(norm));

		if (s) {
			add_row(m, s, w, v->sum);
			v->weight += (double)w;
			v->known++;
		} else if (x->word.p) {
			add_unknown(m, v, x->word, w);
			v->unknown++;
		}
	}
	v->scratch = t.tokens.text;
	t.tokens.text = (struct str){ 0 };
	textterms_release(&t);
}

int textvector_finish(const struct textvector *v, float out[TEXTMODEL_DIM])
{
	memcpy(out, v->sum, sizeof(v->sum));
	if (v->weight > 0 && vector_normalise(out, TEXTMODEL_DIM) > 0)
		return 0;
	memset(out, 0, sizeof(v->sum));
	return -1;
}
