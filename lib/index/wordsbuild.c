/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/wordsbuild.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "index/wordsdict.h"
#include "index/wordsmerge.h"
#include "io/scratch.h"
#include "io/sort.h"
#include "io/spool.h"

#define MEMORY_USUAL ((size_t)256 << 20)
/* A batch's text is a twelfth of what inverting it takes, at most. */
#define BATCH_SHARE 24
#define BATCH_MIN ((size_t)64 << 10)
#define BATCH_MAX ((size_t)8 << 20)
#define RANGE_BYTES ((uint64_t)1 << 20) /* of runs, merged at a time */
#define SPOOL_BYTES ((size_t)1 << 20)

struct words_builder {
	size_t rows, memory, batch_bytes;
	int threads;
	struct words_header header;
	uint16_t *lengths;           /* [rows][WORDS_FIELDS] */
	uint8_t *seen;               /* [rows] */
	struct words_batch *batches; /* [threads] */
	int filled;                  /* the batch that is being filled */
	struct words_run *runs;
	size_t nruns, runs_cap;
	size_t held; /* bytes of runs in memory */
	FILE *file;  /* of spilled ones */
	uint64_t spilled;
};

struct words_builder *words_builder_new(size_t rows,
					const struct words_options *o)
{
	struct words_builder *b = mem_zalloc(1, sizeof(*b));

	b->rows = rows;
	b->memory = o->memory ? o->memory : MEMORY_USUAL;
	b->threads = o->threads < 1 ? 1 : o->threads;
	b->batch_bytes = b->memory / BATCH_SHARE / (size_t)b->threads;
	if (b->batch_bytes < BATCH_MIN)
		b->batch_bytes = BATCH_MIN;
	if (b->batch_bytes > BATCH_MAX)
		b->batch_bytes = BATCH_MAX;
	b->header.version = WORDS_VERSION;
	b->header.fields = WORDS_FIELDS;
	b->header.rows = rows;
	b->header.model = o->model;
	b->lengths = mem_zalloc(rows + 1, WORDS_FIELDS * sizeof(uint16_t));
	b->seen = mem_zalloc(rows + 1, 1);
	b->batches = mem_zalloc((size_t)b->threads, sizeof(*b->batches));
	return b;
}

void words_builder_free(struct words_builder *b)
{
	if (!b)
		return;
	for (int i = 0; i < b->threads; i++)
		words_batch_release(&b->batches[i]);
	for (size_t i = 0; i < b->nruns; i++)
		words_run_release(&b->runs[i]);
	if (b->file)
		fclose(b->file);
	free(b->batches);
	free(b->runs);
	free(b->lengths);
	free(b->seen);
	free(b);
}

/* --- documents to runs --- */

static int write_at(int fd, struct span x, uint64_t at, struct err *err)
{
	while (x.n) {
		ssize_t put = pwrite(fd, x.p, x.n, (off_t)at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return err_errno(err, "writing a temporary file");
		x.p += put;
		x.n -= (size_t)put;
		at += (uint64_t)put;
	}
	return 0;
}

static int spill(struct words_builder *b, struct err *err)
{
	if (!b->file && !(b->file = scratch_open(err)))
		return -1;
	for (size_t i = 0; i < b->nruns; i++) {
		struct words_run *r = &b->runs[i];

		if (r->spilled != UINT64_MAX)
			continue;
		if (write_at(fileno(b->file), span_str(&r->bytes), b->spilled,
			     err))
			return -1;
		r->spilled = b->spilled;
		b->spilled += r->size;
		str_release(&r->bytes);
	}
	b->held = 0;
	return 0;
}

static void make_run(void *ctx, size_t i, int thread)
{
	struct words_builder *b = ctx;

	(void)thread;
	words_run_make(&b->batches[i], b->lengths,
		       &b->runs[b->nruns - (size_t)b->filled + i]);
}

/* The first `filled` batches become runs, and are empty. */
static int invert(struct words_builder *b, struct err *err)
{
	size_t n = (size_t)b->filled;

	if (!n)
		return 0;
	MEM_ROOM(b->runs, b->nruns + n, b->runs_cap);
	memset(b->runs + b->nruns, 0, n * sizeof(*b->runs));
	b->nruns += n;
	parallel_for(b->threads, n, make_run, b);
	for (size_t i = 0; i < n; i++) {
		b->held += b->runs[b->nruns - n + i].size;
		str_reset(&b->batches[i].text);
		b->batches[i].count = 0;
	}
	b->filled = 0;
	return b->held > b->memory / 3 ? spill(b, err) : 0;
}

int words_builder_add(struct words_builder *b, size_t row,
		      const struct span text[WORDS_FIELDS], struct err *err)
{
	struct words_batch *batch = &b->batches[b->filled];
	struct words_document *d;

	if (row >= b->rows || b->seen[row])
		return err_set(err, ERR_DATA, "row",
			       "word index: row %zu of %zu %s", row, b->rows,
			       row < b->rows ? "came twice" : "cannot be");
	b->seen[row] = 1;
	MEM_ROOM(batch->documents, batch->count + 1, batch->cap);
	d = &batch->documents[batch->count++];
	d->row = (uint32_t)row;
	for (int f = 0; f < WORDS_FIELDS; f++) {
		d->text[f] = batch->text.n;
		if (text[f].p)
			str_span(&batch->text, text[f]);
	}
	d->text[WORDS_FIELDS] = batch->text.n;
	if (batch->text.n + batch->count * sizeof(*d) < b->batch_bytes)
		return 0;
	return ++b->filled == b->threads ? invert(b, err) : 0;
}

/* --- runs to an index --- */

struct ending {
	struct words_builder *b;
	struct words_merge merge;
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

static void averages(struct words_builder *b)
{
	uint64_t sum[WORDS_FIELDS] = { 0 }, rows[WORDS_FIELDS] = { 0 };

	for (size_t r = 0; r < b->rows; r++) {
		const uint16_t *length = b->lengths + r * WORDS_FIELDS;
		bool any = false;

		for (int f = 0; f < WORDS_FIELDS; f++) {
			sum[f] += length[f];
			rows[f] += length[f] != 0;
			any |= length[f] != 0;
		}
		b->header.documents += any;
	}
	for (int f = 0; f < WORDS_FIELDS; f++)
		b->header.average[f] =
		    rows[f] ? (float)((double)sum[f] / (double)rows[f]) : 1;
}

static int by_bytes(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* Ranges of about RANGE_BYTES of the runs, told from their samples. */
static void cut(struct ending *e)
{
	const struct words_builder *b = e->b;
	size_t n = 0, step;
	uint64_t bytes = 0;
	struct span *all;

	for (size_t i = 0; i < b->nruns; i++) {
		n += b->runs[i].nsamples;
		bytes += b->runs[i].size;
	}
	all = mem_zalloc(n + 1, sizeof(*all));
	n = 0;
	for (size_t i = 0; i < b->nruns; i++)
		for (size_t k = 0; k < b->runs[i].nsamples; k++) {
			const uint8_t *p = (const uint8_t *)b->runs[i].stems.p +
					   b->runs[i].samples[k].stem;
			uint64_t length;

			p = words_number_get(p, p + WORDS_NUMBER_MAX, &length);
			all[n++] =
			    (struct span){ (const char *)p, (size_t)length };
		}
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
	j->rc = words_merge_range(
	    &e->merge, j->range ? e->cuts[j->range - 1] : none,
	    j->range < e->ncuts ? e->cuts[j->range] : none, &j->merged,
	    &j->err);
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
		e->b->header.postings += t->rows;
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
	size_t n = 2 * (size_t)e->b->threads;
	struct job *jobs = mem_zalloc(n, sizeof(*jobs));
	int rc =
	    parallel_ordered(e->b->threads, &ops, e, jobs, sizeof(*jobs), n);

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
	struct words_header *h = &e->b->header;
	const struct {
		struct span bytes;
		struct spool *spool;
		uint64_t size;
	} parts[WORDS_PARTS] = {
		{ { (const char *)e->b->lengths,
		    e->b->rows * WORDS_FIELDS * sizeof(uint16_t) },
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

int words_builder_end(struct words_builder *b, words_put *put, void *to,
		      struct err *err)
{
	struct output o = { put, to, 0, err };
	struct err unused = { 0 };
	struct ending e = { .b = b, .err = err ? err : &unused };
	int rc;

	o.err = e.err;
	b->filled += b->filled < b->threads && b->batches[b->filled].count;
	if (invert(b, e.err))
		return -1;
	averages(b);
	e.merge =
	    (struct words_merge){ &b->header, b->lengths, b->runs, b->nruns,
				  b->file ? fileno(b->file) : -1 };
	e.lists = spool_new(SPOOL_BYTES);
	e.postings = spool_new(b->memory / 8);
	e.places = spool_new(b->memory / 8);
	e.words = sort_new(b->memory / 4);
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
