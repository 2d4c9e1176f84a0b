/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/wordsmerge.h"

#include <stdlib.h>

#include "base/mem.h"
#include "index/wordswork.h"

#define UNUSED UINT32_MAX

/* A stem of one run. Runs are our own: what is in them is right. */
struct part {
	struct span stem;
	size_t run;    /* nruns: what is kept */
	uint64_t term; /* of that */
	const uint8_t *forms, *rows, *end;
	uint32_t nforms, nrows;
	size_t map; /* its forms' numbers in the whole: of maps */
	bool same;  /* they are its own */
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
	uint32_t size; /* of places, in bytes */
	uint8_t code;
};

struct merger {
	const struct words_merge *common;
	struct words_merged *out;
	struct str *bytes; /* [nruns]: what was read of spilled ones */
	struct part *parts;
	size_t nparts, parts_cap;
	struct form *forms;
	size_t nforms, forms_cap;
	uint32_t *maps; /* UNUSED: no row has it */
	size_t nmaps, maps_cap;
	struct row *rows;
	size_t nrows, rows_cap;
	struct row *others;
	size_t others_cap;
	struct str table, data; /* of the list being written */
	struct words_list list; /* of what is kept */
	struct str stems;
	const uint8_t *places; /* of the next of its terms */
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
	struct span bytes;
	const uint8_t *p, *end;

	if (words_run_read(&m->common->runs[run], m->common->file, from, to,
			   &m->bytes[run], &bytes, err))
		return -1;
	p = (const uint8_t *)bytes.p;
	for (end = p + bytes.n; p < end;) {
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

/* Positions of a term begin where those of the term before end, so that none
 * are read twice. */
static int begin_places(struct merger *m, uint64_t term)
{
	const struct words_view *v = &m->common->kept->old;

	m->places = v->base + v->header->parts[WORDS_POSITIONS].offset;
	if (!term)
		return 0;
	if (words_list_open(&m->list, v, term - 1))
		return -1;
	m->places = m->list.positions + m->list.positions_size;
	return 0;
}

static int read_kept(struct merger *m, struct span from, struct span to,
		     struct err *err)
{
	const struct words_kept *k = m->common->kept;
	struct words_dict d = words_dict_of(&k->old, false);
	struct words_entry e;
	bool more = words_dict_seek(&d, from.p ? from : SPAN(""), &e);
	size_t first = m->nparts, at = 0;

	if (more && begin_places(m, e.term))
		return words_kept_damaged(err);
	for (; more; more = words_dict_next(&d, &e)) {
		struct span stem = { e.word, e.n };

		if (to.p && span_cmp(stem, to) >= 0)
			break;
		str_span(&m->stems, stem);
		MEM_ROOM(m->parts, m->nparts + 1, m->parts_cap);
		m->parts[m->nparts++] = (struct part){
			.stem = { NULL, e.n },
			.run = m->common->nruns,
			.term = e.term,
			.forms = (const uint8_t *)k->words.p + k->begin[e.term],
			.nforms = k->forms[e.term],
		};
	}
	for (size_t i = first; i < m->nparts; at += m->parts[i++].stem.n)
		m->parts[i].stem.p = m->stems.p + at;
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

static int by_row(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->row > y->row) - (x->row < y->row);
}

/* Reads the places of a row; returns what is behind them, NULL: damaged. Where
 * row is UNUSED it is passed over. */
static const uint8_t *read_row(struct merger *m, size_t part, uint32_t row,
			       const uint8_t *p, const uint8_t *end)
{
	const struct part *x = &m->parts[part];
	const uint16_t *length = m->common->lengths;
	struct row r = { .row = row, .part = (uint32_t)part, .places = p };
	struct words_place place = { 0 };
	uint32_t tf[WORDS_FIELDS] = { 0 }, n = 0;
	bool more = true;

	for (; more; n++) {
		p = words_place_get(p, end, x->nforms > 1, &place, &more);
		if (!p || place.form >= x->nforms)
			return NULL;
		tf[place.field]++;
		if (row != UNUSED)
			m->maps[x->map + place.form] = 0;
	}
	if (row == UNUSED)
		return p;
	length += (size_t)row * WORDS_FIELDS;
	r.size = (uint32_t)(p - r.places);
	r.code = n == 1 && length[place.field] < WORDS_ONCE
		     ? m->common->once[place.field][length[place.field]]
		     : words_code(m->common->header, tf, length);
	MEM_ROOM(m->rows, m->nrows + 1, m->rows_cap);
	m->rows[m->nrows++] = r;
	return p;
}

static void gather_run(struct merger *m, size_t part)
{
	const struct part *x = &m->parts[part];
	const uint8_t *p = x->rows;
	uint64_t row = 0, v;

	for (uint32_t k = 0; k < x->nrows; k++) {
		p = number(p, &v);
		row += v;
		p = read_row(m, part, (uint32_t)row, p, x->end);
	}
}

static int gather_kept(struct merger *m, size_t part)
{
	const struct words_kept *kept = m->common->kept;
	const struct part *x = &m->parts[part];
	struct words_list *l = &m->list;
	const uint8_t *p = m->places;
	uint32_t left;

	if (words_list_open(l, &kept->old, x->term) || l->forms != x->nforms ||
	    l->positions != p || l->positions_size > UINT32_MAX)
		return -1;
	m->places += l->positions_size;
	for (left = l->count; words_list_load(l); words_list_advance(l)) {
		uint32_t row[WORDS_BLOCK];

		/* Lengths are far apart in memory. */
		for (uint32_t i = 0; i < l->n; i++) {
			row[i] = kept->row_of[l->row[i]];
			if (row[i] != UNUSED)
				MEM_FETCH(m->common->lengths +
					  (size_t)row[i] * WORDS_FIELDS);
		}
		for (uint32_t i = 0; p && i < l->n; i++)
			p = read_row(m, part, row[i], p, m->places);
		left -= l->n;
	}
	return left || p != m->places ? -1 : 0;
}

/* Runs are in order, and most rows follow those before. */
static void order_rows(struct merger *m)
{
	struct row *all = m->rows, *others;
	size_t n = m->nrows, k = 1, rest;

	while (k < n && all[k - 1].row < all[k].row)
		k++;
	if (k >= n)
		return;
	rest = n - k;
	MEM_ROOM(m->others, rest, m->others_cap);
	others = memcpy(m->others, all + k, rest * sizeof(*all));
	qsort(others, rest, sizeof(*all), by_row);
	while (rest)
		all[--n] = k && all[k - 1].row > others[rest - 1].row
			       ? all[--k]
			       : others[--rest];
}

static int gather_rows(struct merger *m, size_t from, size_t to)
{
	m->nrows = m->nmaps = 0;
	for (size_t i = from; i < to; i++) {
		struct part *x = &m->parts[i];

		x->map = m->nmaps;
		m->nmaps += x->nforms;
		MEM_ROOM(m->maps, m->nmaps, m->maps_cap);
		memset(m->maps + x->map, 0xff, x->nforms * sizeof(*m->maps));
		if (x->run < m->common->nruns)
			gather_run(m, i);
		else if (gather_kept(m, i))
			return -1;
	}
	order_rows(m);
	return 0;
}

/* A row's places, with the whole's numbers of forms. */
static void put_row(struct merger *m, const struct row *r, uint32_t forms)
{
	const struct part *x = &m->parts[r->part];
	const uint32_t *map = m->maps + x->map;
	const uint8_t *p = r->places, *end = p + r->size;
	struct str *out = &m->out->places;
	uint64_t v, form = 0;

	if (x->same) {
		str_put(out, p, r->size);
		return;
	}
	while (p && p < end) {
		p = words_number_get(p, end, &v);
		if (x->nforms > 1)
			p = words_number_get(p, end, &form);
		words_number(out, v);
		if (forms > 1)
			words_number(out, map[form]);
	}
}

/* Numbers the distinct forms that rows have; writes them. */
static uint32_t number_forms(struct merger *m, size_t from, size_t to)
{
	uint32_t n = 0;

	m->nforms = 0;
	for (size_t i = from; i < to; i++) {
		struct part *x = &m->parts[i];
		const uint8_t *p = x->forms;

		x->same = true;
		for (uint32_t k = 0; k < x->nforms; k++) {
			struct form f = { .part = i, .number = k };

			p = word(p, &f.word);
			if (m->maps[x->map + k] == UNUSED)
				continue;
			MEM_ROOM(m->forms, m->nforms + 1, m->forms_cap);
			m->forms[m->nforms++] = f;
		}
	}
	if (to - from > 1)
		qsort(m->forms, m->nforms, sizeof(*m->forms), by_word);
	for (size_t i = 0; i < m->nforms; i++) {
		const struct form *f = &m->forms[i];

		if (!i || !span_eq(f->word, m->forms[i - 1].word)) {
			words_number(&m->out->words, f->word.n);
			str_span(&m->out->words, f->word);
			n++;
		}
		m->maps[m->parts[f->part].map + f->number] = n - 1;
		m->parts[f->part].same &= f->number == n - 1;
	}
	for (size_t i = from; i < to; i++)
		m->parts[i].same &= (m->parts[i].nforms > 1) == (n > 1);
	return n;
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
		code[i] = r->code;
		put_row(m, r, forms);
		b.best = code[i] > b.best ? code[i] : b.best;
	}
	while (any >> bits)
		bits++;
	if (packed && n == WORDS_BLOCK && bits <= WORDS_BITS_MAX) {
		b.bits = (uint8_t)bits;
		words_list_pack(&m->data, gap, bits);
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

	if (gather_rows(m, from, to))
		return words_kept_damaged(err);
	if (!m->nrows)
		return 0;
	str_span(&out->words, m->parts[from].stem);
	t.forms = out->words.n;
	t.nforms = number_forms(m, from, to);
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

void words_merge_codes(struct words_merge *m)
{
	for (unsigned f = 0; f < WORDS_FIELDS; f++)
		for (unsigned n = 0; n < WORDS_ONCE; n++) {
			uint32_t tf[WORDS_FIELDS] = { 0 };
			uint16_t length[WORDS_FIELDS] = { 0 };

			tf[f] = 1;
			length[f] = (uint16_t)n;
			m->once[f][n] = words_code(m->header, tf, length);
		}
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
	if (common->kept)
		rc = read_kept(&m, from, to, err);
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
	free(m.others);
	str_release(&m.table);
	str_release(&m.data);
	str_release(&m.stems);
	return rc;
}
