/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/wordsrun.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/table.h"
#include "text/stem.h"
#include "text/tokens.h"

#define SAMPLE_BYTES 8192 /* a sample for so many bytes of a run */

struct occurrence {
	uint32_t word; /* its number in the batch */
	uint32_t document;
	uint32_t place; /* field << 16 | at */
};

struct inverter {
	struct table words, stems;
	uint32_t *stem_of; /* [words] */
	size_t stem_cap;
	uint32_t *form_of;        /* [words]: its number within the stem */
	uint32_t *words_by;       /* [words]: by stem's rank, then bytes */
	uint32_t *rank, *by_rank; /* [stems]: rank of a stem, stem of a rank */
	struct occurrence *all, *sorted;
	size_t n, cap;
	size_t *begin; /* [stems + 1] in sorted, by rank */
};

void words_batch_release(struct words_batch *b)
{
	str_release(&b->text);
	free(b->documents);
	*b = (struct words_batch){ 0 };
}

void words_run_release(struct words_run *r)
{
	str_release(&r->bytes);
	str_release(&r->stems);
	free(r->samples);
	*r = (struct words_run){ 0 };
}

/* --- words --- */

static uint32_t word_number(struct inverter *v, struct stem *stem,
			    struct span word)
{
	uint64_t *at = table_put(&v->words, word), *stem_at;

	if (*at)
		return (uint32_t)*at - 1;
	*at = v->words.count;
	MEM_ROOM(v->stem_of, v->words.count, v->stem_cap);
	stem_at = table_put(&v->stems, words_cut(stem_word(stem, word)));
	if (!*stem_at)
		*stem_at = v->stems.count;
	v->stem_of[*at - 1] = (uint32_t)*stem_at - 1;
	return (uint32_t)*at - 1;
}

static void occur(struct inverter *v, uint32_t word, uint32_t document,
		  uint32_t place)
{
	MEM_ROOM(v->all, v->n + 1, v->cap);
	v->all[v->n++] = (struct occurrence){ word, document, place };
}

/* Values of a list are read one by one, with a place left free between. */
static uint16_t read_field(struct inverter *v, struct tokens *t,
			   struct stem *stem, struct span text,
			   uint32_t document, uint32_t field)
{
	uint32_t at = 0, length = 0;

	while (text.n) {
		const char *cut = memchr(text.p, WORDS_BETWEEN, text.n);
		size_t n = cut ? (size_t)(cut - text.p) : text.n;
		struct token token;

		tokens_start(t, (struct span){ text.p, n });
		while (at < WORDS_FIELD_MAX && tokens_next(t, &token)) {
			occur(v, word_number(v, stem, words_cut(token.text)),
			      document, field << 16 | at++);
			length++;
		}
		at += length != 0;
		n += cut != NULL;
		text.p += n;
		text.n -= n;
	}
	return (uint16_t)length;
}

static int by_row(const void *a, const void *b)
{
	const struct words_document *x = a, *y = b;

	return (x->row > y->row) - (x->row < y->row);
}

static void read_all(struct inverter *v, struct words_batch *b,
		     uint16_t *lengths)
{
	struct tokens t = { 0 };
	struct stem *stem = stem_new();

	qsort(b->documents, b->count, sizeof(*b->documents), by_row);
	for (size_t i = 0; i < b->count; i++) {
		const struct words_document *d = &b->documents[i];
		uint16_t *length = lengths + (size_t)d->row * WORDS_FIELDS;

		for (uint32_t f = 0; f < WORDS_FIELDS; f++)
			length[f] = read_field(
			    v, &t, stem,
			    (struct span){ b->text.p + d->text[f],
					   d->text[f + 1] - d->text[f] },
			    (uint32_t)i, f);
	}
	tokens_release(&t);
	stem_free(stem);
}

/* --- order --- */

static int by_stem(const void *a, const void *b, void *ctx)
{
	const struct inverter *v = ctx;

	return span_cmp(v->stems.entries[*(const uint32_t *)a].key,
			v->stems.entries[*(const uint32_t *)b].key);
}

static int by_word(const void *a, const void *b, void *ctx)
{
	const struct inverter *v = ctx;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	uint32_t p = v->rank[v->stem_of[x]], q = v->rank[v->stem_of[y]];

	if (p != q)
		return p < q ? -1 : 1;
	return span_cmp(v->words.entries[x].key, v->words.entries[y].key);
}

static uint32_t *count_up(size_t n)
{
	uint32_t *x = mem_zalloc(n + 1, sizeof(*x));

	for (size_t i = 0; i < n; i++)
		x[i] = (uint32_t)i;
	return x;
}

static void order(struct inverter *v)
{
	size_t stems = v->stems.count, words = v->words.count;

	v->by_rank = count_up(stems);
	qsort_r(v->by_rank, stems, sizeof(*v->by_rank), by_stem, v);
	v->rank = mem_zalloc(stems + 1, sizeof(*v->rank));
	for (size_t i = 0; i < stems; i++)
		v->rank[v->by_rank[i]] = (uint32_t)i;
	v->words_by = count_up(words);
	qsort_r(v->words_by, words, sizeof(*v->words_by), by_word, v);
	v->form_of = mem_zalloc(words + 1, sizeof(*v->form_of));
	for (size_t i = 1; i < words; i++) {
		uint32_t w = v->words_by[i], before = v->words_by[i - 1];

		if (v->stem_of[w] == v->stem_of[before])
			v->form_of[w] = v->form_of[before] + 1;
	}
	/* Counting keeps documents, fields and places in their order. */
	v->begin = mem_zalloc(stems + 2, sizeof(*v->begin));
	v->sorted = mem_resize(NULL, v->n + 1, sizeof(*v->sorted));
	for (size_t i = 0; i < v->n; i++)
		v->begin[v->rank[v->stem_of[v->all[i].word]] + 2]++;
	for (size_t i = 1; i < stems + 2; i++)
		v->begin[i] += v->begin[i - 1];
	for (size_t i = 0; i < v->n; i++)
		v->sorted[v->begin[v->rank[v->stem_of[v->all[i].word]] + 1]++] =
		    v->all[i];
}

/* --- writing --- */

static void put_places(const struct inverter *v, struct str *out, size_t from,
		       size_t to, bool forms)
{
	uint32_t field = 0, at = 0;

	for (size_t i = from; i < to; i++) {
		const struct occurrence *o = &v->sorted[i];
		uint32_t f = o->place >> 16, p = o->place & 0xffff;
		uint32_t up = f - field;

		words_number(out, (uint64_t)(p - (up ? 0 : at)) << 4 | up << 1 |
				      (i + 1 < to));
		if (forms)
			words_number(out, v->form_of[o->word]);
		field = f;
		at = p;
	}
}

/* Rows with their places, of sorted[from..to); returns their number. */
static uint64_t put_rows(const struct inverter *v, const struct words_batch *b,
			 struct str *out, size_t from, size_t to, bool forms)
{
	uint32_t before = 0;
	uint64_t rows = 0;

	for (size_t end; from < to; from = end, rows++) {
		uint32_t d = v->sorted[from].document, row;

		for (end = from + 1; end < to && v->sorted[end].document == d;)
			end++;
		row = b->documents[d].row;
		words_number(out, row - before);
		before = row;
		put_places(v, out, from, end, forms);
	}
	return rows;
}

static void put_word(struct str *out, struct span word)
{
	words_number(out, word.n);
	str_span(out, word);
}

void words_run_sample(struct words_run *r, struct span stem, uint64_t at)
{
	if (r->nsamples && at - r->samples[r->nsamples - 1].at < SAMPLE_BYTES)
		return;
	MEM_ROOM(r->samples, r->nsamples + 1, r->samples_cap);
	r->samples[r->nsamples++] = (struct words_sample){ r->stems.n, at };
	put_word(&r->stems, stem);
}

static void write_run(const struct inverter *v, const struct words_batch *b,
		      struct words_run *r)
{
	struct str rows = { 0 };
	size_t word = 0, end;

	for (size_t i = 0; i < v->stems.count; i++, word = end) {
		uint32_t s = v->by_rank[i];
		struct span stem = v->stems.entries[s].key;
		uint64_t n;

		for (end = word;
		     end < v->words.count && v->stem_of[v->words_by[end]] == s;)
			end++;
		words_run_sample(r, stem, r->bytes.n);
		put_word(&r->bytes, stem);
		words_number(&r->bytes, end - word);
		for (size_t w = word; w < end; w++)
			put_word(&r->bytes,
				 v->words.entries[v->words_by[w]].key);
		str_reset(&rows);
		n = put_rows(v, b, &rows, v->begin[i], v->begin[i + 1],
			     end - word > 1);
		words_number(&r->bytes, n);
		words_number(&r->bytes, rows.n);
		str_span(&r->bytes, span_str(&rows));
	}
	str_release(&rows);
	r->size = r->bytes.n;
	r->spilled = UINT64_MAX;
}

void words_run_make(struct words_batch *b, uint16_t *lengths,
		    struct words_run *r)
{
	struct inverter v = { 0 };

	read_all(&v, b, lengths);
	order(&v);
	write_run(&v, b, r);
	table_release(&v.words);
	table_release(&v.stems);
	free(v.stem_of);
	free(v.form_of);
	free(v.words_by);
	free(v.rank);
	free(v.by_rank);
	free(v.all);
	free(v.sorted);
	free(v.begin);
}

/* --- reading --- */

struct span words_run_stem(const struct words_run *r, size_t i)
{
	const uint8_t *p = (const uint8_t *)r->stems.p + r->samples[i].stem;
	uint64_t n;

	p = words_number_get(p, p + WORDS_NUMBER_MAX, &n);
	return (struct span){ (const char *)p, (size_t)n };
}

static int read_at(int fd, struct str *out, uint64_t at, size_t n,
		   struct err *err)
{
	str_reset(out);
	str_reserve(out, n + WORDS_NUMBER_MAX);
	while (out->n < n) {
		ssize_t got = pread(fd, out->p + out->n, n - out->n,
				    (off_t)(at + out->n));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(err,
					 "cannot read back temporary data (set "
					 "TMPDIR to another directory)");
		if (!got)
			return err_set(err, ERR_ENV, "io",
				       "temporary data ends early: something "
				       "cut it short; run this again, with "
				       "TMPDIR set to a directory with room");
		out->n += (size_t)got;
	}
	return 0;
}

/* The first sample above `stem`. */
static size_t sample_above(const struct words_run *r, struct span stem)
{
	size_t lo = 0, hi = r->nsamples;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (span_cmp(words_run_stem(r, mid), stem) > 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

int words_run_read(const struct words_run *r, int file, struct span from,
		   struct span to, struct str *buffer, struct span *bytes,
		   struct err *err)
{
	size_t first = from.p ? sample_above(r, from) : 1,
	       last = to.p ? sample_above(r, to) : r->nsamples;
	uint64_t begin, end;

	*bytes = (struct span){ "", 0 };
	if (!r->nsamples)
		return 0;
	begin = first ? r->samples[first - 1].at : 0;
	end = last < r->nsamples ? r->samples[last].at : r->size;
	bytes->n = (size_t)(end - begin);
	if (r->spilled == UINT64_MAX) {
		bytes->p = r->bytes.p + begin;
		return 0;
	}
	if (read_at(file, buffer, r->spilled + begin, bytes->n, err))
		return -1;
	bytes->p = buffer->p;
	return 0;
}
