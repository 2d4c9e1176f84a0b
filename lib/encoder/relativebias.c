/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/relativebias.h"

#include <stdlib.h>

#include "base/mem.h"
#include "encoder/relativeplace.h"

#define TILE 64 /* keys that meet the places of a block at a time */

void relativebias_release(struct relativebias *b)
{
	matmul_work_release(&b->product);
	free(b->row);
	free(b->by_distance);
	free(b->to_key);
	free(b->to_query);
	*b = (struct relativebias){ 0 };
}

/* Rows by distance, query's place - key's, from 1 - tokens on; they stay for
 * the next sequences that are not longer. */
static void find_rows(struct relativebias *b)
{
	const struct encoder_config *c = b->config;
	size_t most = b->tokens, n = 2 * most - 1;

	if (b->row_tokens >= most)
		return;
	MEM_ROOM(b->row, n, b->row_cap);
	b->row_tokens = most;
	for (size_t i = 0; i < n; i++) {
		ptrdiff_t d = (ptrdiff_t)i - (ptrdiff_t)(most - 1);

		b->row[i] = (uint32_t)(c->family == ENCODER_MPNET
					   ? relativeplace_mpnet(-d, c->buckets)
					   : relativeplace_deberta(c, d));
	}
}

void relativebias_begin(struct relativebias *b, const struct encoder_config *c,
			const struct relativeplaces *places, const float *q,
			const float *k, size_t tokens, size_t stride, bool bf16)
{
	if (b->config != c)
		b->row_tokens = 0;
	b->config = c;
	b->places = places;
	b->q = q;
	b->k = k;
	b->tokens = tokens;
	b->stride = stride;
	b->bf16 = bf16;
	find_rows(b);
}

/* The row of query i and key j is row_of(b, i)[-j]. */
static const uint32_t *row_of(const struct relativebias *b, size_t i)
{
	return b->row + (b->row_tokens - 1) + i;
}

static void mpnet_block(struct relativebias *b, size_t head, size_t first,
			size_t n, float *out)
{
	const float *table = b->places->table + head * b->config->buckets;
	size_t tokens = b->tokens;

	/* by_distance[tokens - 1 + d], d = key's place - query's. */
	if (!first) {
		const uint32_t *row = row_of(b, 0);

		MEM_ROOM(b->by_distance, 2 * tokens, b->by_distance_cap);
		for (size_t i = 0; i < 2 * tokens - 1; i++)
			b->by_distance[i] =
			    table[row[(ptrdiff_t)(tokens - 1) - (ptrdiff_t)i]];
	}
	for (size_t i = 0; i < n; i++)
		memcpy(out + i * tokens,
		       b->by_distance + (tokens - 1 - (first + i)),
		       tokens * sizeof(*out));
}

/* A view of the rows low to high of places as a factor of head's contents. */
static struct matrix rows_of(const struct relativebias *b, const float *places,
			     size_t head, size_t low)
{
	size_t hidden = b->config->hidden;
	size_t dim = hidden / b->config->heads;

	return (struct matrix){ places + low * hidden + head * dim, hidden,
				true };
}

static struct matrix contents_of(const struct relativebias *b, const float *x,
				 size_t head, size_t first)
{
	size_t dim = b->config->hidden / b->config->heads;

	return (struct matrix){ x + first * b->stride + head * dim, b->stride,
				false };
}

/* c[m][n], rows close together, of contents and places. */
static void multiply(struct relativebias *b, float *c, struct matrix contents,
		     struct matrix places, size_t m, size_t n)
{
	size_t dim = b->config->hidden / b->config->heads;

	if (b->bf16)
		matmul_bf16(&b->product, c, n, false, contents, places, m, n,
			    dim);
	else
		matmul(&b->product, c, n, false, contents, places, m, n, dim);
}

/* out[i][j] = q[i] . key place of (i, j) */
static void content_to_place(struct relativebias *b, size_t head, size_t first,
			     size_t n, float *out)
{
	size_t tokens = b->tokens;
	size_t low = row_of(b, first)[-(ptrdiff_t)(tokens - 1)];
	size_t count = row_of(b, first + n - 1)[0] - low + 1;

	MEM_ROOM(b->to_key, n * count, b->to_key_cap);
	multiply(b, b->to_key, contents_of(b, b->q, head, first),
		 rows_of(b, b->places->key, head, low), n, count);
	for (size_t i = 0; i < n; i++) {
		const uint32_t *row = row_of(b, first + i);
		const float *from = b->to_key + i * count;

		for (size_t j = 0; j < tokens; j++)
			out[i * tokens + j] = from[row[-(ptrdiff_t)j] - low];
	}
}

/* out[i][j] += k[j] . query place of (i, j), for keys from to from + m */
static void place_to_content(struct relativebias *b, size_t head, size_t first,
			     size_t n, size_t from, size_t m, float *out)
{
	size_t tokens = b->tokens;
	size_t low = row_of(b, first)[-(ptrdiff_t)(from + m - 1)];
	size_t count = row_of(b, first + n - 1)[-(ptrdiff_t)from] - low + 1;

	MEM_ROOM(b->to_query, m * count, b->to_query_cap);
	multiply(b, b->to_query, contents_of(b, b->k, head, from),
		 rows_of(b, b->places->query, head, low), m, count);
	for (size_t i = 0; i < n; i++) {
		const uint32_t *row = row_of(b, first + i) - from;
		float *to = out + i * tokens + from;

		for (size_t j = 0; j < m; j++)
			to[j] +=
			    b->to_query[j * count + row[-(ptrdiff_t)j] - low];
	}
}

static void deberta_block(struct relativebias *b, size_t head, size_t first,
			  size_t n, float *out)
{
	size_t tokens = b->tokens;

	if (b->places->key)
		content_to_place(b, head, first, n, out);
	else
		memset(out, 0, n * tokens * sizeof(*out));
	if (b->places->query)
		for (size_t j = 0; j < tokens; j += TILE) {
			size_t m = tokens - j < TILE ? tokens - j : TILE;

			place_to_content(b, head, first, n, j, m, out);
		}
}

void relativebias_block(void *ctx, size_t head, size_t first, size_t n,
			float *out)
{
	struct relativebias *b = ctx;

	if (b->places->table)
		mpnet_block(b, head, first, n, out);
	else
		deberta_block(b, head, first, n, out);
}
