/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/merge.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/keyfilter.h"
#include "corpus/mergedfrom.h"
#include "corpus/rowfill.h"
#include "corpus/track.h"
#include "io/sort.h"
#include "io/spool.h"

#define BUFFER_MAX (1u << 20)

/*
 * In input order, almost every row is the only one of its key. A row whose key
 * the filter has not seen goes to a queue, with its key in another. All others,
 * which may go into an earlier row, go to a sort by key ("later"). In the end
 * the keys of those are looked up among the keys of the queue, which gives each
 * the row that it goes into ("joining"), and they are sorted by that row's
 * number and meet it as the queue is read ("places").
 */

/* What goes before id, raw and record in sorts, id and record in the queue. */
struct head {
	uint64_t sequence, line;
	uint32_t file, id, raw, record; /* id, raw, record: bytes */
};

struct firstkey {
	uint64_t key, sequence;
};

struct merge {
	bool by_key;
	size_t memory;
	struct keyfilter seen, again;
	struct spool *firsts, *first_keys;
	struct sort *later, *joining, *places;
	uint64_t count, firsts_count;
	/* The group at hand. */
	bool open;
	uint64_t key, place;
	struct str id, record;
	struct rowfill fill;
	struct mergedfrom from;
	struct str data;
};

/* Of memory, sorts get half or an eighth each, buffers and filters less. With
 * 1 GiB the filter tells 30 million rows apart well; of more, ever more are
 * sorted that need not be. */
struct merge *merge_new(size_t memory, bool by_key)
{
	struct merge *m = mem_zalloc(1, sizeof(*m));
	size_t buffer = memory / 16;

	m->by_key = by_key;
	m->memory = memory;
	m->later = sort_new(by_key ? memory / 2 : memory / 8);
	keyfilter_init(&m->seen, memory / 32);
	if (by_key)
		return m;
	keyfilter_init(&m->again, memory / 128);
	m->firsts = spool_new(buffer < BUFFER_MAX ? buffer : BUFFER_MAX);
	m->first_keys = spool_new(0);
	m->joining = sort_new(memory / 8);
	m->places = sort_new(memory / 8);
	return m;
}

static void free_sort(struct sort **s)
{
	if (*s)
		sort_free(*s);
	*s = NULL;
}

void merge_free(struct merge *m)
{
	if (!m)
		return;
	free_sort(&m->later);
	free_sort(&m->joining);
	free_sort(&m->places);
	spool_free(m->firsts);
	spool_free(m->first_keys);
	keyfilter_release(&m->seen);
	keyfilter_release(&m->again);
	str_release(&m->id);
	str_release(&m->record);
	str_release(&m->data);
	rowfill_release(&m->fill);
	mergedfrom_release(&m->from);
	free(m);
}

static void big_endian(uint64_t v, char out[8])
{
	for (int i = 0; i < 8; i++)
		out[i] = (char)(v >> (56 - 8 * i));
}

static uint64_t number_of(struct span key)
{
	uint64_t k = 0;

	for (int i = 0; i < 8; i++)
		k = k << 8 | (unsigned char)key.p[i];
	return k;
}

static int add_first(struct merge *m, const struct head *h,
		     const struct merge_row *row, struct err *err)
{
	struct firstkey k = { row->key, h->sequence };

	m->firsts_count++;
	return spool_put(m->first_keys, &k, sizeof(k), err) ||
		       spool_put(m->firsts, h, sizeof(*h), err) ||
		       spool_span(m->firsts, row->id, err) ||
		       spool_span(m->firsts, row->record, err)
		   ? -1
		   : 0;
}

uint64_t merge_expect(const struct merge *m, struct span id)
{
	uint64_t key = track_key(id);

	keyfilter_fetch(&m->seen, key);
	return key;
}

int merge_add(struct merge *m, const struct merge_row *row, struct err *err)
{
	struct head h = { .sequence = m->count++,
			  .line = row->line,
			  .file = row->file,
			  .id = (uint32_t)row->id.n,
			  .record = (uint32_t)row->record.n };
	bool new =
	    (!m->by_key || row->raw.n) && !keyfilter_add(&m->seen, row->key);
	char k[8];

	if (new && !m->by_key)
		return add_first(m, &h, row, err);
	if (!m->by_key)
		keyfilter_add(&m->again, row->key);
	/* What begins a record is never said to be merged. */
	h.raw = new ? 0 : (uint32_t)row->raw.n;
	big_endian(row->key, k);
	str_reset(&m->data);
	str_put(&m->data, &h, sizeof(h));
	str_span(&m->data, row->id);
	str_put(&m->data, row->raw.p, h.raw);
	return sort_put2(m->later, (struct span){ k, 8 }, span_str(&m->data),
			 row->record, err);
}

/* --- putting together --- */

static struct merge_row unpack(struct span data, struct head *h)
{
	struct merge_row row = { 0 };

	memcpy(h, data.p, sizeof(*h));
	row.id = (struct span){ data.p + sizeof(*h), h->id };
	row.raw = (struct span){ row.id.p + h->id, h->raw };
	row.record = (struct span){ row.raw.p + h->raw, h->record };
	row.file = h->file;
	row.line = h->line;
	return row;
}

/* Begins a group with that row. */
static void begin(struct merge *m, uint64_t key, const struct merge_row *row)
{
	m->open = true;
	m->key = key;
	str_reset(&m->id);
	str_span(&m->id, row->id);
	str_reset(&m->record);
	str_span(&m->record, row->record);
	mergedfrom_reset(&m->from);
}

/* The group's record takes what it lacks from the row. */
static int join(struct merge *m, const struct merge_row *row, struct err *err)
{
	if (!span_eq(row->id, span_str(&m->id)))
		return err_set(err, ERR_DATA, "collision",
			       "ids %.*s and %.*s "
			       "have the same 64-bit key; remove one of the "
			       "rows",
			       (int)m->id.n, m->id.p, (int)row->id.n,
			       row->id.p);
	if (rowfill_join(&m->fill, &m->record, row->record, err))
		return -1;
	mergedfrom_add(&m->from, &m->fill.old, &m->fill.more);
	return 0;
}

static int absorb(struct merge_row row, const struct merge_ops *ops, void *ctx,
		  struct err *err)
{
	row.record = (struct span){ 0 };
	return ops->absorbed(ctx, &row, err);
}

/* The group is complete. */
static int close_group(struct merge *m, const struct merge_ops *ops, void *ctx,
		       struct err *err)
{
	if (!m->open)
		return 0;
	m->open = false;
	mergedfrom_write(&m->from, &m->record);
	return ops->emit(ctx, span_str(&m->record), err);
}

/* In the order of keys: groups come as they are. */
static int run_by_key(struct merge *m, const struct merge_ops *ops, void *ctx,
		      struct err *err)
{
	struct span key, data;
	struct head h;
	int got;

	while ((got = sort_next(m->later, &key, &data, err)) == 1) {
		struct merge_row row = unpack(data, &h);
		uint64_t k = number_of(key);

		if (m->open && m->key == k) {
			if (join(m, &row, err) || absorb(row, ops, ctx, err))
				return -1;
			continue;
		}
		if (close_group(m, ops, ctx, err))
			return -1;
		begin(m, k, &row);
	}
	return got < 0 ? -1 : close_group(m, ops, ctx, err);
}

static int find_first(struct merge *m, const struct firstkey *k,
		      struct err *err)
{
	char key[8];

	if (!keyfilter_has(&m->again, k->key))
		return 0;
	big_endian(k->key, key);
	return sort_put(m->joining, (struct span){ key, 8 },
			(struct span){ (const char *)&k->sequence, 8 }, err);
}

/* Sorts the keys of the queue that a later row may have. */
static int find_firsts(struct merge *m, struct err *err)
{
	struct firstkey some[64]; /* whose memory is fetched together */
	struct span x;
	uint64_t left;
	size_t n;

	if (spool_rewind(m->first_keys, 0, err))
		return -1;
	for (left = m->firsts_count; left; left -= n) {
		n = left < 64 ? (size_t)left : 64;
		if (spool_read(m->first_keys, n * sizeof(*some), &x, err) < 1)
			return -1;
		memcpy(some, x.p, x.n);
		for (size_t i = 0; i < n; i++)
			keyfilter_fetch(&m->again, some[i].key);
		for (size_t i = 0; i < n; i++)
			if (find_first(m, &some[i], err))
				return -1;
	}
	spool_free(m->first_keys);
	m->first_keys = NULL;
	return 0;
}

/* Finds the place of every later row: that of the row it goes into. */
static int find_places(struct merge *m, const struct merge_ops *ops, void *ctx,
		       struct err *err)
{
	struct span key, data, first = { 0 }, sequence;
	uint64_t last = 0, place = 0;
	bool any = false, more = true;
	struct head h;
	char p[8];
	int got;

	while ((got = sort_next(m->later, &key, &data, err)) == 1) {
		struct merge_row row = unpack(data, &h);
		bool begins = false;

		if (!any || number_of(key) != last) {
			while (more && (!first.p || span_cmp(first, key) < 0)) {
				got = sort_next(m->joining, &first, &sequence,
						err);
				if (got < 0)
					return -1;
				more = got;
			}
			begins = !more || span_cmp(first, key);
			place = h.sequence;
			if (!begins)
				memcpy(&place, sequence.p, 8);
			last = number_of(key);
			any = true;
		}
		if (!begins && absorb(row, ops, ctx, err))
			return -1;
		big_endian(place, p);
		h.raw = 0;
		str_reset(&m->data);
		str_put(&m->data, &h, sizeof(h));
		str_span(&m->data, row.id);
		if (sort_put2(m->places, (struct span){ p, 8 },
			      span_str(&m->data), row.record, err))
			return -1;
	}
	return got;
}

/* Two streams on their way together: rows of the queue, and later ones. */
struct ahead {
	bool any;
	uint64_t place;
	struct merge_row row;
};

static int next_first(struct merge *m, struct ahead *a, struct err *err)
{
	struct head h;
	struct span x;
	int got = spool_read(m->firsts, sizeof(h), &x, err);

	a->any = got == 1;
	if (got <= 0)
		return got;
	memcpy(&h, x.p, sizeof(h));
	if (spool_read(m->firsts, (size_t)h.id + h.record, &x, err) < 0)
		return -1;
	a->place = h.sequence;
	a->row.id = (struct span){ x.p, h.id };
	a->row.record = (struct span){ x.p + h.id, h.record };
	return 0;
}

static int next_later(struct merge *m, struct ahead *a, struct err *err)
{
	struct span key, data;
	struct head h;
	int got = sort_next(m->places, &key, &data, err);

	a->any = got == 1;
	if (got <= 0)
		return got;
	a->place = number_of(key);
	a->row = unpack(data, &h);
	return 0;
}

static int put_together(struct merge *m, const struct merge_ops *ops, void *ctx,
			struct err *err)
{
	struct ahead first = { 0 }, later = { 0 };

	if (next_first(m, &first, err) || next_later(m, &later, err))
		return -1;
	while (first.any || later.any) {
		uint64_t place;

		if (!later.any || (first.any && first.place < later.place)) {
			if (ops->emit(ctx, first.row.record, err) ||
			    next_first(m, &first, err))
				return -1;
			continue;
		}
		place = later.place;
		if (first.any && first.place == place) {
			begin(m, 0, &first.row);
			if (next_first(m, &first, err))
				return -1;
		} else {
			begin(m, 0, &later.row);
			if (next_later(m, &later, err))
				return -1;
		}
		while (later.any && later.place == place)
			if (join(m, &later.row, err) ||
			    next_later(m, &later, err))
				return -1;
		if (close_group(m, ops, ctx, err))
			return -1;
	}
	return 0;
}

int merge_run(struct merge *m, const struct merge_ops *ops, void *ctx,
	      struct err *err)
{
	if (m->by_key)
		return run_by_key(m, ops, ctx, err);
	keyfilter_release(&m->seen);
	if (find_firsts(m, err) || find_places(m, ops, ctx, err))
		return -1;
	free_sort(&m->later);
	free_sort(&m->joining);
	if (spool_rewind(
		m->firsts,
		m->memory / 16 < BUFFER_MAX ? m->memory / 16 : BUFFER_MAX, err))
		return -1;
	return put_together(m, ops, ctx, err);
}
