/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/wordsmerge.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

/* A stem of one run. Runs are our own: what is in them is right. */
struct part {
	struct span stem;
	size_t run;
	const uint8_t *forms, *rows, *end;
	uint32_t nforms, nrows;
	size_t map; /* its forms' numbers in the whole: of maps */
};

struct form {
	struct span word;
	size_t part;
	uint32_t number;
};

struct row {
	uint32_t row;
	uint32_t part;
	const uint8_t *places;
};

struct merger {
	const struct words_merge *common;
	struct words_merged *out;
	struct str *bytes; /* [nruns]: what was read of spilled ones */
	struct part *parts;
	size_t nparts, parts_cap;
	struct form *forms;
	size_t nforms, forms_cap;
	uint32_t *maps;
	size_t nmaps, maps_cap;
	struct row *rows;
	size_t nrows, rows_cap;
	struct str table, data; /* of the list being written */
};

void words_merged_release(struct words_merged *m)
{
	str_release(&m->words);
	str_release(&m->bodies);
	str_release(&m->places);
	free(m->terms);
	*m = (struct words_merged){ 0 };
}

/* --- reading runs --- */

static const uint8_t *number(const uint8_t *p, uint64_t *v)
{
	return words_number_get(p, p + WORDS_NUMBER_MAX, v);
}

static const uint8_t *word(const uint8_t *p, struct span *out)
{
	uint64_t n;

	p = number(p, &n);
	*out = (struct span){ (const char *)p, (size_t)n };
	return p + n;
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
		if (got <= 0)
			return err_errno(err, "reading a temporary file");
		out->n += (size_t)got;
	}
	return 0;
}

/* Where a sample's stem stands to `stem`. */
static int compare_sample(const struct words_run *r, size_t i, struct span stem)
{
	struct span s;

	word((const uint8_t *)r->stems.p + r->samples[i].stem, &s);
	return span_cmp(s, stem);
}

/* The first sample above `stem`. */
static size_t sample_above(const struct words_run *r, struct span stem)
{
	size_t lo = 0, hi = r->nsamples;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (compare_sample(r, mid, stem) > 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

static const uint8_t *read_part(const uint8_t *p, struct part *out)
{
	uint64_t n, size;

	p = word(p, &out->stem);
	p = number(p, &n);
	out->nforms = (uint32_t)n;
	out->forms = p;
	for (uint32_t i = 0; i < out->nforms; i++) {
		struct span form;

		p = word(p, &form);
	}
	p = number(p, &n);
	p = number(p, &size);
	out->nrows = (uint32_t)n;
	out->rows = p;
	out->end = p + size;
	return out->end;
}

static int read_run(struct merger *m, size_t run, struct span from,
		    struct span to, struct err *err)
{
	const struct words_run *r = &m->common->runs[run];
	size_t first = from.p ? sample_above(r, from) : 1,
	       last = to.p ? sample_above(r, to) : r->nsamples;
	uint64_t begin, end;
	const uint8_t *p, *stop;

	if (!r->nsamples)
		return 0;
	begin = first ? r->samples[first - 1].at : 0;
	end = last < r->nsamples ? r->samples[last].at : r->size;
	if (r->spilled == UINT64_MAX) {
		p = (const uint8_t *)r->bytes.p + begin;
	} else {
		if (read_at(m->common->file, &m->bytes[run], r->spilled + begin,
			    (size_t)(end - begin), err))
			return -1;
		p = (const uint8_t *)m->bytes[run].p;
	}
	for (stop = p + (end - begin); p < stop;) {
		struct part x = { .run = run };

		p = read_part(p, &x);
		if (from.p && span_cmp(x.stem, from) < 0)
			continue;
		if (to.p && span_cmp(x.stem, to) >= 0)
			break;
		MEM_ROOM(m->parts, m->nparts + 1, m->parts_cap);
		m->parts[m->nparts++] = x;
	}
	return 0;
}

static int by_stem(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	int c = span_cmp(x->stem, y->stem);

	return c ? c : (x->run > y->run) - (x->run < y->run);
}

/* --- one term --- */

static int by_word(const void *a, const void *b)
{
	const struct form *x = a, *y = b;
	int c = span_cmp(x->word, y->word);

	return c ? c : (x->part > y->part) - (x->part < y->part);
}

/* Numbers the distinct forms of parts[from..to); writes them. */
static uint32_t number_forms(struct merger *m, size_t from, size_t to)
{
	uint32_t n = 0;

	m->nforms = m->nmaps = 0;
	for (size_t i = from; i < to; i++) {
		struct part *x = &m->parts[i];
		const uint8_t *p = x->forms;

		x->map = m->nmaps;
		m->nmaps += x->nforms;
		MEM_ROOM(m->forms, m->nforms + x->nforms, m->forms_cap);
		for (uint32_t k = 0; k < x->nforms; k++) {
			struct form *f = &m->forms[m->nforms++];

			p = word(p, &f->word);
			f->part = i;
			f->number = k;
		}
	}
	MEM_ROOM(m->maps, m->nmaps, m->maps_cap);
	qsort(m->forms, m->nforms, sizeof(*m->forms), by_word);
	for (size_t i = 0; i < m->nforms; i++) {
		const struct form *f = &m->forms[i];

		if (!i || !span_eq(f->word, m->forms[i - 1].word)) {
			words_number(&m->out->words, f->word.n);
			str_span(&m->out->words, f->word);
			n++;
		}
		m->maps[m->parts[f->part].map + f->number] = n - 1;
	}
	return n;
}

static int by_row(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->row > y->row) - (x->row < y->row);
}

static void gather_rows(struct merger *m, size_t from, size_t to)
{
	bool ascending = true;

	m->nrows = 0;
	for (size_t i = from; i < to; i++) {
		const struct part *x = &m->parts[i];
		const uint8_t *p = x->rows;
		uint64_t row = 0, v;

		MEM_ROOM(m->rows, m->nrows + x->nrows, m->rows_cap);
		for (uint32_t k = 0; k < x->nrows; k++) {
			bool more = true;

			p = number(p, &v);
			row += v;
			if (m->nrows && row < m->rows[m->nrows - 1].row)
				ascending = false;
			m->rows[m->nrows++] =
			    (struct row){ (uint32_t)row, (uint32_t)i, p };
			while (more) {
				p = number(p, &v);
				more = v & 1;
				if (x->nforms > 1)
					p = number(p, &v);
			}
		}
	}
	if (!ascending)
		qsort(m->rows, m->nrows, sizeof(*m->rows), by_row);
}

/* A row's places, with the whole's numbers of forms; returns its code. */
static uint8_t put_row(struct merger *m, const struct row *r, uint32_t forms)
{
	const struct part *x = &m->parts[r->part];
	const uint32_t *map = m->maps + x->map;
	const uint8_t *p = r->places;
	uint32_t tf[WORDS_FIELDS] = { 0 }, field = 0;
	uint64_t v, form;
	bool more = true;

	while (more) {
		p = number(p, &v);
		form = 0;
		if (x->nforms > 1)
			p = number(p, &form);
		more = v & 1;
		field += (uint32_t)(v >> 1 & 7);
		tf[field]++;
		words_number(&m->out->places, v);
		if (forms > 1)
			words_number(&m->out->places, map[form]);
	}
	return words_code(m->common->header, tf,
			  m->common->lengths + (size_t)r->row * WORDS_FIELDS);
}

static void pack(struct str *out, const uint32_t gap[WORDS_BLOCK],
		 unsigned bits)
{
	uint32_t words[4 * WORDS_BITS_MAX] = { 0 };

	for (unsigned i = 0; i < WORDS_BLOCK; i++) {
		unsigned lane = i % 4, at = i / 4 * bits;
		uint64_t v = (uint64_t)gap[i] << at % 32;

		words[at / 32 * 4 + lane] |= (uint32_t)v;
		if (v >> 32)
			words[(at / 32 + 1) * 4 + lane] |= (uint32_t)(v >> 32);
	}
	str_put(out, words, (size_t)16 * bits);
}

static void put_block(struct merger *m, size_t from, size_t n, bool packed,
		      uint32_t forms, size_t places)
{
	uint32_t gap[WORDS_BLOCK], any = 0;
	uint32_t next = from ? m->rows[from - 1].row + 1 : 0;
	uint8_t code[WORDS_BLOCK];
	struct words_block b = {
		.positions = (uint32_t)(m->out->places.n - places),
		.bits = WORDS_UNPACKED,
	};
	unsigned bits = 0;

	for (size_t i = 0; i < n; i++) {
		const struct row *r = &m->rows[from + i];

		any |= gap[i] = r->row - next;
		next = r->row + 1;
		code[i] = put_row(m, r, forms);
		b.best = code[i] > b.best ? code[i] : b.best;
	}
	while (any >> bits)
		bits++;
	if (packed && n == WORDS_BLOCK && bits <= WORDS_BITS_MAX) {
		b.bits = (uint8_t)bits;
		pack(&m->data, gap, bits);
	} else {
		for (size_t i = 0; i < n; i++)
			words_number(&m->data, gap[i]);
	}
	str_put(&m->data, code, n);
	b.last = next - 1;
	b.end = (uint32_t)m->data.n;
	str_put(&m->table, &b, sizeof(b));
}

static int put_term(struct merger *m, size_t from, size_t to, struct err *err)
{
	struct words_merged *out = m->out;
	struct words_merged_term t = { .stem = out->words.n,
				       .stem_n = m->parts[from].stem.n };
	size_t places = out->places.n, body = out->bodies.n;

	str_span(&out->words, m->parts[from].stem);
	t.forms = out->words.n;
	t.nforms = number_forms(m, from, to);
	gather_rows(m, from, to);
	t.rows = (uint32_t)m->nrows;
	str_reset(&m->table);
	str_reset(&m->data);
	for (size_t i = 0; i < m->nrows; i += WORDS_BLOCK)
		put_block(m, i,
			  m->nrows - i < WORDS_BLOCK ? m->nrows - i
						     : (size_t)WORDS_BLOCK,
			  m->nrows > WORDS_BLOCK, t.nforms, places);
	if (m->nrows > WORDS_BLOCK)
		str_span(&out->bodies, span_str(&m->table));
	str_span(&out->bodies, span_str(&m->data));
	t.body = out->bodies.n - body;
	t.places = out->places.n - places;
	if (t.body > UINT32_MAX || t.places > UINT32_MAX)
		return err_set(err, ERR_DATA, "too-large",
			       "a word's places take more than 4 GiB: index "
			       "fewer or shorter texts");
	MEM_ROOM(out->terms, out->count + 1, out->cap);
	out->terms[out->count++] = t;
	return 0;
}

int words_merge_range(const struct words_merge *common, struct span from,
		      struct span to, struct words_merged *out, struct err *err)
{
	struct merger m = { .common = common, .out = out };
	int rc = 0;

	str_reset(&out->words);
	str_reset(&out->bodies);
	str_reset(&out->places);
	out->count = 0;
	m.bytes = mem_zalloc(common->nruns + 1, sizeof(*m.bytes));
	for (size_t i = 0; !rc && i < common->nruns; i++)
		rc = read_run(&m, i, from, to, err);
	if (m.nparts)
		qsort(m.parts, m.nparts, sizeof(*m.parts), by_stem);
	for (size_t i = 0, end; !rc && i < m.nparts; i = end) {
		for (end = i + 1; end < m.nparts &&
				  span_eq(m.parts[end].stem, m.parts[i].stem);)
			end++;
		rc = put_term(&m, i, end, err);
	}
	for (size_t i = 0; i < common->nruns; i++)
		str_release(&m.bytes[i]);
	free(m.bytes);
	free(m.parts);
	free(m.forms);
	free(m.maps);
	free(m.rows);
	str_release(&m.table);
	str_release(&m.data);
	return rc;
}
