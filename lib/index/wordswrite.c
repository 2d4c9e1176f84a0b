/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/wordswrite.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "index/wordsdict.h"
#include "io/sort.h"
#include "io/spool.h"

#define RANGE_BYTES ((uint64_t)1 << 20) /* of runs, merged at a time */
#define SPOOL_BYTES ((size_t)1 << 20)

struct ending {
	const struct words_merge *merge;
	struct words_header *header;
	int threads;
	struct span *cuts; /* [ncuts]: stems where ranges begin */
	size_t ncuts, next;
	struct spool *lists, *postings, *places;
	uint64_t nlists, npostings, nplaces; /* bytes */
	struct words_dict_writer terms, forms;
	struct sort *words;
	struct err *err;
};

struct job {
	size_t range;
	struct words_merged merged;
	struct err err;
	int rc;
};

static int by_bytes(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static size_t take_stems(const struct words_run *r, struct span *all)
{
	for (size_t i = 0; i < r->nsamples; i++)
		all[i] = words_run_stem(r, i);
	return r->nsamples;
}

/* Ranges of about RANGE_BYTES, told from samples. */
static void cut(struct ending *e)
{
	const struct words_merge *m = e->merge;
	const struct words_run *kept = m->kept ? &m->kept->outline : NULL;
	size_t n = kept ? kept->nsamples : 0, step;
	uint64_t bytes = kept ? kept->size : 0;
	struct span *all;

	for (size_t i = 0; i < m->nruns; i++) {
		n += m->runs[i].nsamples;
		bytes += m->runs[i].size;
	}
	all = mem_zalloc(n + 1, sizeof(*all));
	n = kept ? take_stems(kept, all) : 0;
	for (size_t i = 0; i < m->nruns; i++)
		n += take_stems(&m->runs[i], all + n);
	qsort(all, n, sizeof(*all), by_bytes);
	step = (size_t)(n / (bytes / RANGE_BYTES + 1)) + 1;
	for (size_t i = step; i < n; i += step)
		if (!e->ncuts || !span_eq(all[e->ncuts - 1], all[i]))
			all[e->ncuts++] = all[i];
	e->cuts = all;
}

static int read_range(void *ctx, void *job)
{
	struct ending *e = ctx;
	struct job *j = job;

	if (e->next > e->ncuts)
		return 0;
	j->range = e->next++;
	return 1;
}

static int merge_range(void *ctx, void *job, int thread)
{
	struct ending *e = ctx;
	struct job *j = job;
	struct span none = { 0 };

	(void)thread;
	j->rc =
	    words_merge_range(e->merge, j->range ? e->cuts[j->range - 1] : none,
			      j->range < e->ncuts ? e->cuts[j->range] : none,
			      &j->merged, &j->err);
	return 0;
}

static int put_forms(struct ending *e, const struct words_merged *m,
		     const struct words_merged_term *t)
{
	const uint8_t *p = (const uint8_t *)m->words.p + t->forms;
	uint32_t value[2] = { (uint32_t)e->terms.count, 0 };

	for (; value[1] < t->nforms; value[1]++) {
		uint64_t n;

		p = words_number_get(p, p + WORDS_NUMBER_MAX, &n);
		if (sort_put(
			e->words, (struct span){ (const char *)p, (size_t)n },
			(struct span){ (const char *)value, sizeof(value) },
			e->err))
			return -1;
		p += n;
	}
	return 0;
}

static int write_range(void *ctx, void *job)
{
	struct ending *e = ctx;
	struct job *j = job;
	const struct words_merged *m = &j->merged;
	size_t body = 0, places = 0;

	if (j->rc) {
		*e->err = j->err;
		return -1;
	}
	for (size_t i = 0; i < m->count; i++) {
		const struct words_merged_term *t = &m->terms[i];
		uint8_t head[4 * WORDS_NUMBER_MAX];
		size_t n = words_number_put(head, t->rows);

		n += words_number_put(head + n, t->nforms);
		n += words_number_put(head + n, e->nplaces + places);
		n += words_number_put(head + n, t->places);
		if (spool_put(e->lists, &e->npostings, 8, e->err) ||
		    spool_put(e->postings, head, n, e->err) ||
		    spool_put(e->postings, m->bodies.p + body, t->body,
			      e->err) ||
		    put_forms(e, m, t))
			return -1;
		words_dict_put(&e->terms,
			       (struct span){ m->words.p + t->stem, t->stem_n },
			       0, 0);
		e->nlists += 8;
		e->npostings += n + t->body;
		e->header->postings += t->rows;
		body += t->body;
		places += t->places;
	}
	e->nplaces += places;
	return spool_span(e->places, span_str(&m->places), e->err);
}

static int merge_all(struct ending *e)
{
	static const struct parallel_ops ops = { read_range, merge_range,
						 write_range };
	size_t n = 2 * (size_t)e->threads;
	struct job *jobs = mem_zalloc(n, sizeof(*jobs));
	int rc = parallel_ordered(e->threads, &ops, e, jobs, sizeof(*jobs), n);

	for (size_t i = 0; i < n; i++)
		words_merged_release(&jobs[i].merged);
	free(jobs);
	e->nlists += 8;
	return rc ? -1 : spool_put(e->lists, &e->npostings, 8, e->err);
}

static int sort_forms(struct ending *e)
{
	struct span word, value;
	uint32_t v[2];
	int got;

	while ((got = sort_next(e->words, &word, &value, e->err)) > 0) {
		/* Of a damaged index, a word may have another stem. */
		if (e->forms.count &&
		    span_eq(word, (struct span){ e->forms.word, e->forms.n }))
			return words_kept_damaged(e->err);
		memcpy(v, value.p, sizeof(v));
		words_dict_put(&e->forms, word, v[0], v[1]);
	}
	words_dict_end(&e->forms);
	words_dict_end(&e->terms);
	return got;
}

/* --- writing --- */

struct output {
	words_put *put;
	void *to;
	uint64_t at;
	struct err *err;
};

static int put_bytes(struct output *o, const void *p, size_t n)
{
	o->at += n;
	return n ? o->put(o->to, p, n, o->err) : 0;
}

static int pad(struct output *o)
{
	static const char zeros[WORDS_ALIGN];

	return put_bytes(o, zeros,
			 (WORDS_ALIGN - o->at % WORDS_ALIGN) % WORDS_ALIGN);
}

static int put_spool(struct output *o, struct spool *s, uint64_t size)
{
	if (spool_rewind(s, SPOOL_BYTES, o->err))
		return -1;
	while (size) {
		size_t n =
		    size < SPOOL_BYTES / 4 ? (size_t)size : SPOOL_BYTES / 4;
		struct span x;

		if (spool_read(s, n, &x, o->err) <= 0 || put_bytes(o, x.p, x.n))
			return -1;
		size -= n;
	}
	return 0;
}

static int write_out(struct ending *e, struct output *o)
{
	struct words_header *h = e->header;
	const struct {
		struct span bytes;
		struct spool *spool;
		uint64_t size;
	} parts[WORDS_PARTS] = {
		{ { (const char *)e->merge->lengths,
		    (size_t)h->rows * WORDS_FIELDS * sizeof(uint16_t) },
		  NULL,
		  0 },
		{ { 0 }, e->lists, e->nlists },
		{ span_str(&e->terms.keys), NULL, 0 },
		{ span_str(&e->terms.pages), NULL, 0 },
		{ span_str(&e->forms.keys), NULL, 0 },
		{ span_str(&e->forms.pages), NULL, 0 },
		{ { 0 }, e->postings, e->npostings },
		{ { 0 }, e->places, e->nplaces },
	};
	uint64_t at = sizeof(*h);

	h->terms = e->terms.count;
	h->forms = e->forms.count;
	for (int i = 0; i < WORDS_PARTS; i++) {
		at = (at + WORDS_ALIGN - 1) / WORDS_ALIGN * WORDS_ALIGN;
		h->parts[i].offset = at;
		h->parts[i].size =
		    parts[i].spool ? parts[i].size : parts[i].bytes.n;
		at += h->parts[i].size;
	}
	if (put_bytes(o, h, sizeof(*h)))
		return -1;
	for (int i = 0; i < WORDS_PARTS; i++)
		if (pad(o) ||
		    (parts[i].spool
			 ? put_spool(o, parts[i].spool, parts[i].size)
			 : put_bytes(o, parts[i].bytes.p, parts[i].bytes.n)))
			return -1;
	return 0;
}

int words_write(const struct words_merge *m, struct words_header *header,
		size_t memory, int threads, words_put *put, void *to,
		struct err *err)
{
	struct output o = { put, to, 0, err };
	struct ending e = {
		.merge = m,
		.header = header,
		.threads = threads,
		.lists = spool_new(SPOOL_BYTES),
		.postings = spool_new(memory / 8),
		.places = spool_new(memory / 8),
		.words = sort_new(memory / 4),
		.err = err,
	};
	int rc;

	e.forms.forms = true;
	cut(&e);
	rc = merge_all(&e) || sort_forms(&e) || write_out(&e, &o) ? -1 : 0;
	spool_free(e.lists);
	spool_free(e.postings);
	spool_free(e.places);
	sort_free(e.words);
	words_dict_release(&e.terms);
	words_dict_release(&e.forms);
	free(e.cuts);
	return rc;
}
