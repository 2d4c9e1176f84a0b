/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/wordslist.h"

/* Four gaps at a time. */
typedef uint32_t four __attribute__((vector_size(16)));
typedef uint32_t four_memory
    __attribute__((vector_size(16), aligned(1), may_alias));

static struct words_block block_at(const struct words_list *l, uint32_t i)
{
	struct words_block b;

	memcpy(&b, l->table + (size_t)i * sizeof(b), sizeof(b));
	return b;
}

static void finish(struct words_list *l)
{
	l->block = l->blocks;
	l->loaded = false;
	l->n = l->i = 0;
}

/* The block's rows are above those of the block before, and in range. */
static bool enter(struct words_list *l)
{
	l->loaded = false;
	l->n = l->i = 0;
	l->placed = false;
	if (words_list_ended(l))
		return false;
	l->at = block_at(l, l->block);
	if (l->at.last >= l->next && l->at.last < l->rows_end)
		return true;
	finish(l);
	return false;
}

void words_list_rewind(struct words_list *l)
{
	l->block = 0;
	l->next = 0;
	l->places_from = 0;
	enter(l);
}

bool words_list_advance(struct words_list *l)
{
	l->next = l->at.last + 1;
	l->block++;
	return enter(l);
}

static uint32_t block_rows(const struct words_list *l)
{
	return l->block + 1 < l->blocks
		   ? (uint32_t)WORDS_BLOCK
		   : l->count - (l->blocks - 1) * (uint32_t)WORDS_BLOCK;
}

static bool numbers(const uint8_t *p, const uint8_t *end, uint32_t n,
		    uint32_t *out, const uint8_t **behind)
{
	for (uint32_t i = 0; i < n; i++) {
		uint64_t v;

		p = words_number_get(p, end, &v);
		if (!p || v > UINT32_MAX)
			return false;
		out[i] = (uint32_t)v;
	}
	*behind = p;
	return true;
}

static void unpack(const uint8_t *p, unsigned bits, uint32_t *out)
{
	const four_memory *in = (const void *)p;
	uint32_t mask = (1u << bits) - 1;

	for (unsigned i = 0, at = 0; i < WORDS_BLOCK / 4; i++, at += bits) {
		unsigned word = at / 32, shift = at % 32;
		four x = in[word] >> shift;

		if (shift + bits > 32)
			x |= in[word + 1] << (32 - shift);
		*(four_memory *)(out + 4 * (size_t)i) = x & mask;
	}
}

void words_list_pack(struct str *out, const uint32_t gap[WORDS_BLOCK],
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

/* Gaps to rows; false: they do not end where the table says. */
static bool add_up(uint32_t *x, uint32_t n, uint32_t first, uint32_t last)
{
	uint64_t row = first;

	for (uint32_t i = 0; i < n; i++) {
		row += x[i];
		x[i] = (uint32_t)row++;
	}
	return row == (uint64_t)last + 1;
}

static bool unpack_block(struct words_list *l)
{
	uint32_t n = block_rows(l), from, end = l->at.end;
	const uint8_t *p, *stop, *codes;
	unsigned bits = l->at.bits;

	from = l->block ? block_at(l, l->block - 1).end : 0;
	if (from > end || end > l->size)
		return false;
	p = l->data + from;
	stop = l->data + end;
	if (bits == WORDS_UNPACKED) {
		if (!numbers(p, stop, n, l->unpacked, &codes))
			return false;
	} else {
		if (bits > WORDS_BITS_MAX || n != WORDS_BLOCK ||
		    (size_t)(stop - p) < (size_t)16 * bits)
			return false;
		if (bits)
			unpack(p, bits, l->unpacked);
		else
			memset(l->unpacked, 0, sizeof(l->unpacked));
		codes = p + (size_t)16 * bits;
	}
	if ((size_t)(stop - codes) != n)
		return false;
	l->code = codes;
	l->row = l->unpacked;
	return add_up(l->unpacked, n, l->next, l->at.last);
}

bool words_list_load(struct words_list *l)
{
	if (l->loaded)
		return true;
	if (words_list_ended(l))
		return false;
	if (l->plain) {
		l->row = l->plain + (size_t)l->block * WORDS_BLOCK;
		l->code = l->data + (size_t)l->block * WORDS_BLOCK;
	} else if (!unpack_block(l)) {
		finish(l);
		return false;
	}
	l->n = block_rows(l);
	l->i = 0;
	l->loaded = true;
	return true;
}

bool words_list_find(struct words_list *l, uint32_t row)
{
	uint32_t i;

	if (!words_list_to(l, row) || row < l->next || !words_list_load(l))
		return false;
	for (i = l->i; i + 16 <= l->n && l->row[i + 15] < row; i += 16)
		;
	while (i < l->n && l->row[i] < row)
		i++;
	l->i = i;
	return i < l->n && l->row[i] == row;
}

uint8_t words_list_best(const struct words_list *l, uint32_t end)
{
	uint32_t first = l->next;
	uint8_t best = 0;

	for (uint32_t b = l->block; b < l->blocks && first < end; b++) {
		struct words_block at = b == l->block ? l->at : block_at(l, b);

		if (at.best > best)
			best = at.best;
		if (at.last < first)
			break;
		first = at.last + 1;
	}
	return best;
}

/* A list of one block has no table: its last row is its rows' sum. */
static int open_only(struct words_list *l)
{
	const uint8_t *codes = NULL;
	uint64_t last = 0;
	uint8_t best = 0;

	if (!numbers(l->data, l->data + l->size, l->count, l->unpacked,
		     &codes) ||
	    (size_t)(l->data + l->size - codes) != l->count)
		return -1;
	for (uint32_t i = 0; i < l->count; i++) {
		last += (uint64_t)l->unpacked[i] + 1;
		if (codes[i] > best)
			best = codes[i];
	}
	if (last > l->rows_end)
		return -1;
	l->only = (struct words_block){ .last = (uint32_t)(last - 1),
					.end = (uint32_t)l->size,
					.best = best,
					.bits = WORDS_UNPACKED };
	l->table = (const uint8_t *)&l->only;
	return 0;
}

static struct span part(const struct words_view *v, enum words_part part)
{
	return (struct span){ (const char *)v->base +
				  v->header->parts[part].offset,
			      (size_t)v->header->parts[part].size };
}

int words_list_open(struct words_list *l, const struct words_view *v,
		    uint64_t term)
{
	struct span all = part(v, WORDS_POSTINGS),
		    places = part(v, WORDS_POSITIONS);
	const uint64_t *lists = (const void *)part(v, WORDS_LISTS).p;
	const uint8_t *p, *end;
	uint64_t count, forms, at, size;

	memset(l, 0, offsetof(struct words_list, unpacked));
	if (term >= v->header->terms || lists[term] > lists[term + 1] ||
	    lists[term + 1] > all.n)
		return -1;
	p = (const uint8_t *)all.p + lists[term];
	end = (const uint8_t *)all.p + lists[term + 1];
	p = words_number_get(p, end, &count);
	p = words_number_get(p, end, &forms);
	p = words_number_get(p, end, &at);
	p = words_number_get(p, end, &size);
	if (!p || !count || count > v->rows || forms > UINT32_MAX ||
	    at > places.n || size > places.n - at)
		return -1;
	l->rows_end = (uint32_t)v->rows;
	l->count = (uint32_t)count;
	l->forms = (uint32_t)forms;
	l->blocks = (uint32_t)((count + WORDS_BLOCK - 1) / WORDS_BLOCK);
	l->positions = (const uint8_t *)places.p + at;
	l->positions_size = (size_t)size;
	l->data = p;
	l->size = (size_t)(end - p);
	if (l->blocks == 1) {
		if (open_only(l))
			return -1;
	} else {
		size_t table = l->blocks * sizeof(struct words_block);

		if (table > l->size)
			return -1;
		l->table = p;
		l->data = p + table;
		l->size -= table;
	}
	words_list_rewind(l);
	return 0;
}

void words_list_plain(struct words_list *l, const uint32_t *rows,
		      const uint8_t *codes, const struct words_block *table,
		      size_t count, size_t rows_end)
{
	memset(l, 0, offsetof(struct words_list, unpacked));
	l->count = (uint32_t)count;
	l->blocks = (uint32_t)((count + WORDS_BLOCK - 1) / WORDS_BLOCK);
	l->rows_end = (uint32_t)rows_end;
	l->table = (const void *)table;
	l->plain = rows;
	l->data = codes;
	words_list_rewind(l);
}

void words_list_table(const uint32_t *rows, const uint8_t *codes, size_t count,
		      struct words_block *table)
{
	for (size_t i = 0; i < count; i++) {
		struct words_block *b = &table[i / WORDS_BLOCK];

		if (i % WORDS_BLOCK == 0)
			*b = (struct words_block){ 0 };
		b->last = rows[i];
		if (codes[i] > b->best)
			b->best = codes[i];
	}
}

static const uint8_t *pass(const uint8_t *p, const uint8_t *end, bool forms)
{
	bool more = true;

	while (more && p) {
		uint64_t v;

		p = words_number_get(p, end, &v);
		more = v & 1;
		if (forms)
			p = words_number_get(p, end, &v);
	}
	return p;
}

/* To the places of the block's first row. Blocks must not share places, so that
 * a damaged table cannot have the same ones read over and over. */
static bool block_places(struct words_list *l)
{
	size_t from = l->at.positions, end = l->positions_size;

	if (l->block + 1 < l->blocks)
		end = block_at(l, l->block + 1).positions;
	if (from < l->places_from || end < from || end > l->positions_size)
		return false;
	l->places_from = end;
	l->place = l->positions + from;
	l->places_end = l->positions + end;
	l->place_i = 0;
	l->placed = true;
	return true;
}

const uint8_t *words_list_places(struct words_list *l, const uint8_t **end)
{
	if (!l->positions || !l->loaded || (!l->placed && !block_places(l)))
		return NULL;
	*end = l->places_end;
	while (l->place && l->place_i < l->i) {
		l->place = pass(l->place, *end, l->forms > 1);
		l->place_i++;
	}
	return l->place_i == l->i ? l->place : NULL;
}
