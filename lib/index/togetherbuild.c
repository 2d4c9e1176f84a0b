/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/togetherbuild.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "index/together.h"

enum { CHUNK = 1024 }; /* rows at a time */

struct pair { /* of the row at hand and another */
	uint32_t row, both;
};
struct strongest {
	uint32_t rows[TOGETHER_MAX];
	uint8_t weight[TOGETHER_MAX];
	size_t count;
};
struct scratch { /* a thread's */
	struct pair *pairs;
	size_t cap;
};
struct work {
	const struct together_lists *l;
	uint32_t *first, *lists; /* the lists of row i: first[i] on */
	size_t from;
	struct strongest *out; /* [CHUNK] */
	struct scratch *scratch;
};

static bool counts(const struct together_lists *l, size_t i)
{
	return l->first[i + 1] - l->first[i] <= TOGETHER_LIST_MAX;
}

/* Turns the lists round: of each row those that count, ascending. */
static void turn(struct work *w)
{
	const struct together_lists *l = w->l;
	uint32_t *first = mem_zalloc(l->rows + 2, sizeof(*first));

	for (size_t i = 0; i < l->count; i++)
		for (uint32_t k = l->first[i];
		     counts(l, i) && k < l->first[i + 1]; k++)
			first[l->row[k] + 2]++;
	for (size_t i = 2; i <= l->rows + 1; i++)
		first[i] += first[i - 1];
	w->lists =
	    mem_zalloc((size_t)first[l->rows + 1] + 1, sizeof(*w->lists));
	for (size_t i = 0; i < l->count; i++)
		for (uint32_t k = l->first[i];
		     counts(l, i) && k < l->first[i + 1]; k++)
			w->lists[first[l->row[k] + 1]++] = (uint32_t)i;
	w->first = first;
}

static int by_row(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return (x->row > y->row) - (x->row < y->row);
}

static uint32_t lists_of(const struct work *w, uint32_t row)
{
	return w->first[row + 1] - w->first[row];
}

/* Is x before y: both^2 / lists is larger, else the row smaller. */
static bool before(const struct work *w, const struct pair *x,
		   const struct pair *y)
{
	uint64_t a = (uint64_t)x->both * x->both * lists_of(w, y->row);
	uint64_t b = (uint64_t)y->both * y->both * lists_of(w, x->row);

	return a != b ? a > b : x->row < y->row;
}

static size_t collect(const struct work *w, uint32_t row, struct scratch *s)
{
	const struct together_lists *l = w->l;
	size_t n = 0, kept = 0;

	for (uint32_t i = w->first[row]; i < w->first[row + 1]; i++) {
		uint32_t list = w->lists[i];

		for (uint32_t k = l->first[list]; k < l->first[list + 1]; k++) {
			if (l->row[k] == row)
				continue;
			MEM_ROOM(s->pairs, n + 1, s->cap);
			s->pairs[n++] = (struct pair){ l->row[k], 1 };
		}
	}
	if (n)
		qsort(s->pairs, n, sizeof(*s->pairs), by_row);
	for (size_t i = 0; i < n; i++) {
		if (kept && s->pairs[kept - 1].row == s->pairs[i].row)
			s->pairs[kept - 1].both++;
		else
			s->pairs[kept++] = s->pairs[i];
	}
	return kept;
}

static void find_strongest(void *ctx, size_t i, int thread)
{
	struct work *w = ctx;
	struct scratch *s = &w->scratch[thread];
	struct strongest *out = &w->out[i];
	struct pair best[TOGETHER_MAX];
	uint32_t row = (uint32_t)(w->from + i);
	size_t n = collect(w, row, s);

	out->count = 0;
	for (size_t k = 0; k < n; k++) {
		size_t at = out->count;

		if (at == TOGETHER_MAX) {
			if (!before(w, &s->pairs[k], &best[--at]))
				continue;
		} else {
			out->count++;
		}
		for (; at && before(w, &s->pairs[k], &best[at - 1]); at--)
			best[at] = best[at - 1];
		best[at] = s->pairs[k];
	}
	for (size_t k = 0; k < out->count; k++) {
		double both = best[k].both;
		double cosine = both / sqrt((double)lists_of(w, row) *
					    lists_of(w, best[k].row));
		int weight = (int)lrint(cosine * 255);

		out->rows[k] = best[k].row;
		out->weight[k] = (uint8_t)(weight < 1 ? 1 : weight);
	}
}

struct written {
	uint32_t *first;
	uint8_t *weight;
	size_t count, cap;
};

static int put(const struct work *w, size_t n, struct written *out,
	       struct pack_writer *pw, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct strongest *s = &w->out[i];

		if (s->count > UINT32_MAX - out->count)
			return err_set(err, ERR_DATA, "too-large",
				       "more tracks in playlists than an "
				       "index holds; build several");
		MEM_ROOM(out->weight, out->count + s->count + 1, out->cap);
		memcpy(out->weight + out->count, s->weight, s->count);
		out->count += s->count;
		out->first[w->from + i + 1] = (uint32_t)out->count;
		if (pack_put(pw, s->rows, s->count * sizeof(*s->rows), err))
			return -1;
	}
	return 0;
}

static int write_all(struct work *w, int threads, struct written *out,
		     struct pack_writer *pw, struct err *err)
{
	const size_t rows = w->l->rows;
	int rc = pack_begin(pw, "together.rows", err);

	for (; w->from < rows && !rc; w->from += CHUNK) {
		size_t n = rows - w->from < CHUNK ? rows - w->from : CHUNK;

		parallel_for(threads, n, find_strongest, w);
		rc = put(w, n, out, pw, err);
	}
	return rc ||
		       pack_section(pw, "together.first", out->first,
				    (rows + 1) * sizeof(*out->first), err) ||
		       pack_section(pw, "together.weight", out->weight,
				    out->count, err)
		   ? -1
		   : 0;
}

int together_write(const struct together_lists *l, struct pack_writer *pw,
		   struct err *err)
{
	int threads = l->threads < 1 ? 1 : l->threads;
	struct work w = { .l = l };
	struct written out = { .first = mem_zalloc(l->rows + 1,
						   sizeof(*out.first)) };
	int rc;

	turn(&w);
	w.out = mem_zalloc(CHUNK, sizeof(*w.out));
	w.scratch = mem_zalloc((size_t)threads, sizeof(*w.scratch));
	MEM_ROOM(out.weight, 1, out.cap);
	rc = write_all(&w, threads, &out, pw, err);
	for (int k = 0; k < threads; k++)
		free(w.scratch[k].pairs);
	free(w.scratch);
	free(w.out);
	free(w.first);
	free(w.lists);
	free(out.first);
	free(out.weight);
	return rc;
}
