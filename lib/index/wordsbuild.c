/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/wordsbuild.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "index/wordswork.h"
#include "index/wordswrite.h"
#include "io/scratch.h"

#define MEMORY_USUAL ((size_t)256 << 20)
/* A batch's text is a twelfth of what inverting it takes, at most. */
#define BATCH_SHARE 24
#define BATCH_MIN ((size_t)64 << 10)
#define BATCH_MAX ((size_t)8 << 20)

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
	struct words_kept kept;
	bool keeps;
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
	words_kept_release(&b->kept);
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
		ssize_t put;

		errno = ENOSPC; /* of 0 bytes */
		put = pwrite(fd, x.p, x.n, (off_t)at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return err_errno(err,
					 "cannot write temporary data (set "
					 "TMPDIR to a directory with room)");
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

/* --- what is kept --- */

int words_builder_keep(struct words_builder *b, const struct words_view *old,
		       const uint32_t *row_of, struct err *err)
{
	size_t next = 0;

	if (b->keeps)
		return err_set(err, ERR_DATA, "row",
			       "word index: only one can be kept");
	b->keeps = true;
	for (size_t i = 0; i < old->rows; i++) {
		size_t row = row_of[i];

		if (row_of[i] == UINT32_MAX)
			continue;
		if (row < next || row >= b->rows || b->seen[row])
			return err_set(
			    err, ERR_DATA, "row",
			    "word index: row %zu of %zu, kept of row "
			    "%zu, %s",
			    row, b->rows, i,
			    row < next      ? "is not in order"
			    : row < b->rows ? "came twice"
					    : "cannot be");
		b->seen[row] = 1;
		memcpy(b->lengths + row * WORDS_FIELDS,
		       words_lengths(old, (uint32_t)i),
		       WORDS_FIELDS * sizeof(*b->lengths));
		next = row + 1;
	}
	return words_kept_open(&b->kept, old, row_of, err);
}

/* --- the end --- */

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

int words_builder_end(struct words_builder *b, words_put *put, void *to,
		      struct err *err)
{
	struct words_merge m;
	struct err unused = { 0 };

	err = err ? err : &unused;
	b->filled += b->filled < b->threads && b->batches[b->filled].count;
	if (invert(b, err))
		return -1;
	averages(b);
	m = (struct words_merge){
		.header = &b->header,
		.lengths = b->lengths,
		.runs = b->runs,
		.nruns = b->nruns,
		.file = b->file ? fileno(b->file) : -1,
		.kept = b->keeps ? &b->kept : NULL,
	};
	words_merge_codes(&m);
	return words_write(&m, &b->header, b->memory, b->threads, put, to, err);
}
