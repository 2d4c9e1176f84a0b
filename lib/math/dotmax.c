/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/dotmax.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/mem.h"
#include "math/lanes.h"

enum {
	TILE = 64, /* vectors */
	PANEL = 16,
	ROWS = 4,
	BATCH = 32 /* rows that meet a tile while it is near */
};

/*
 * Vectors lie in panels of 16; a panel holds [quads][16][4] int8, where quad
 * means four dimensions. A tile is four panels.
 */
struct dotmax {
	size_t n, dim, tiles, quads;
	int8_t *packed; /* [tiles * 4][quads][16][4] */
	int32_t *sum;   /* [tiles * 64] */
	float *scale;   /* likewise; behind the last, copies of it */
};

/* Four rows: as int16, and with 128 added as bytes; [ROWS][quads * 4]. */
struct rows {
	size_t stride;
	uint8_t *raised;
	int16_t *wide;
};

struct tile {
	int32_t dot[ROWS][TILE];
};

typedef void tile_fn(const struct dotmax *, size_t, const struct rows *,
		     struct tile *);

struct dotmax *dotmax_new(const int8_t *vectors, const float *scale, size_t n,
			  size_t dim)
{
	struct dotmax *m = mem_zalloc(1, sizeof(*m));

	m->n = n;
	m->dim = dim;
	m->tiles = (n + TILE - 1) / TILE;
	m->quads = (dim + 3) / 4;
	m->packed = mem_zalloc(m->tiles * TILE, m->quads * 4);
	m->sum = mem_zalloc(m->tiles * TILE, sizeof(*m->sum));
	m->scale = mem_zalloc(m->tiles * TILE, sizeof(*m->scale));
	for (size_t i = 0; i < m->tiles * TILE; i++) {
		int8_t *panel = m->packed + i / PANEL * m->quads * 4 * PANEL;
		size_t from = i < n ? i : n - 1;

		m->scale[i] = scale[from];
		for (size_t j = 0; j < dim; j++) {
			int8_t v = vectors[from * dim + j];

			panel[(j / 4 * PANEL + i % PANEL) * 4 + j % 4] = v;
			m->sum[i] += v;
		}
	}
	return m;
}

void dotmax_free(struct dotmax *m)
{
	if (!m)
		return;
	free(m->packed);
	free(m->sum);
	free(m->scale);
	free(m);
}

static const int8_t *panel_of(const struct dotmax *m, size_t tile, size_t p)
{
	return m->packed + (tile * (TILE / PANEL) + p) * m->quads * 4 * PANEL;
}

static void tile_plain(const struct dotmax *m, size_t tile,
		       const struct rows *r, struct tile *out)
{
	for (size_t p = 0; p < TILE / PANEL; p++) {
		const int8_t *c = panel_of(m, tile, p);

		for (size_t i = 0; i < ROWS; i++) {
			int32_t sum[PANEL] = { 0 };

			for (size_t j = 0; j < m->quads * 4 * PANEL; j++)
				sum[j / 4 % PANEL] +=
				    c[j] * r->wide[i * r->stride +
						   j / (4 * PANEL) * 4 + j % 4];
			memcpy(out->dot[i] + p * PANEL, sum, sizeof(sum));
		}
	}
}

#if defined(__x86_64__)
/* Four rows with eight vectors at a time: sums of even and odd pairs of
 * dimensions stand side by side until the end. */
__attribute__((target("avx2"))) static void tile_avx2(const struct dotmax *m,
						      size_t tile,
						      const struct rows *r,
						      struct tile *out)
{
	for (size_t p = 0; p < TILE / PANEL * 2; p++) {
		const int8_t *c = panel_of(m, tile, p / 2) + p % 2 * 32;
		__m256i acc[ROWS][2];

#pragma GCC unroll 4
		for (size_t i = 0; i < ROWS; i++)
			acc[i][0] = acc[i][1] = _mm256_setzero_si256();
		for (size_t j = 0; j < m->quads; j++, c += 4 * PANEL) {
			__m256i lo = _mm256_cvtepi8_epi16(
			    _mm_loadu_si128((const __m128i *)c));
			__m256i hi = _mm256_cvtepi8_epi16(
			    _mm_loadu_si128((const __m128i *)(c + 16)));

#pragma GCC unroll 4
			for (size_t i = 0; i < ROWS; i++) {
				int64_t quad;
				__m256i x;

				memcpy(&quad, r->wide + i * r->stride + 4 * j,
				       8);
				x = _mm256_set1_epi64x(quad);
				acc[i][0] = _mm256_add_epi32(
				    acc[i][0], _mm256_madd_epi16(lo, x));
				acc[i][1] = _mm256_add_epi32(
				    acc[i][1], _mm256_madd_epi16(hi, x));
			}
		}
#pragma GCC unroll 4
		for (size_t i = 0; i < ROWS; i++)
			_mm256_storeu_si256(
			    (__m256i *)(out->dot[i] + p * 8),
			    _mm256_permute4x64_epi64(
				_mm256_hadd_epi32(acc[i][0], acc[i][1]), 0xd8));
	}
}

/* vpdpbusd wants one side unsigned: rows have 128 added, and 128 times the sum
 * of a vector is taken off. */
__attribute__((target("avx512f,avx512bw,avx512vnni"))) static void
tile_vnni(const struct dotmax *m, size_t tile, const struct rows *r,
	  struct tile *out)
{
	const int8_t *c = panel_of(m, tile, 0);
	size_t step = m->quads * 4 * PANEL;
	__m512i acc[ROWS][4];

#pragma GCC unroll 4
	for (size_t p = 0; p < 4; p++) {
		__m512i sum =
		    _mm512_loadu_si512(m->sum + tile * TILE + p * PANEL);

		sum = _mm512_sub_epi32(_mm512_setzero_si512(),
				       _mm512_slli_epi32(sum, 7));
#pragma GCC unroll 4
		for (size_t i = 0; i < ROWS; i++)
			acc[i][p] = sum;
	}
	for (size_t j = 0; j < m->quads; j++, c += 4 * PANEL) {
		__m512i v[4];

#pragma GCC unroll 4
		for (size_t p = 0; p < 4; p++)
			v[p] = _mm512_loadu_si512(c + p * step);
#pragma GCC unroll 4
		for (size_t i = 0; i < ROWS; i++) {
			int32_t quad;
			__m512i x;

			memcpy(&quad, r->raised + i * r->stride + 4 * j, 4);
			x = _mm512_set1_epi32(quad);
#pragma GCC unroll 4
			for (size_t p = 0; p < 4; p++)
				acc[i][p] =
				    _mm512_dpbusd_epi32(acc[i][p], x, v[p]);
		}
	}
#pragma GCC unroll 4
	for (size_t i = 0; i < ROWS; i++)
#pragma GCC unroll 4
		for (size_t p = 0; p < 4; p++)
			_mm512_storeu_si512(out->dot[i] + p * PANEL, acc[i][p]);
}

static tile_fn *tile_kernel(void)
{
	if (__builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512vnni"))
		return tile_vnni;
	return __builtin_cpu_supports("avx2") ? tile_avx2 : tile_plain;
}
#else
static tile_fn *tile_kernel(void)
{
	return tile_plain;
}
#endif

/* The best so far, in each of eight lanes. */
struct leader {
	lanes score;
	lanes_int number;
};

LANES_CLONES static void lead(struct leader *l, const int32_t *dot,
			      const float *scale, size_t first)
{
	lanes_int number = { 0, 1, 2, 3, 4, 5, 6, 7 };

	number += (int32_t)first;
	for (size_t i = 0; i < TILE; i += LANES, number += LANES) {
		lanes_int d;
		lanes s;
		lanes_int more;

		memcpy(&d, dot + i, sizeof(d));
		s = __builtin_convertvector(d, lanes) * LANES_OF(scale + i);
		more = s > l->score;
		l->score = (lanes)((more & (lanes_int)s) |
				   (~more & (lanes_int)l->score));
		l->number = (more & number) | (~more & l->number);
	}
}

static void load_row(struct rows *r, size_t i, const int8_t *row, size_t dim)
{
	for (size_t j = 0; j < dim; j++) {
		r->raised[i * r->stride + j] = (uint8_t)(row[j] + 128);
		r->wide[i * r->stride + j] = row[j];
	}
}

static uint32_t leading(const struct leader *l, size_t n, float *score)
{
	uint32_t best = 0;
	float most = -FLT_MAX;

	for (int i = 0; i < LANES; i++) {
		uint32_t number = (uint32_t)l->number[i];

		if (number < n && (l->score[i] > most ||
				   (l->score[i] == most && number < best))) {
			most = l->score[i];
			best = number;
		}
	}
	if (score)
		*score = most;
	return best;
}

/* n of at most BATCH rows, which r[] holds by fours. */
static void lead_batch(const struct dotmax *m, tile_fn *kernel,
		       const struct rows *r, size_t n, struct leader *leaders)
{
	struct tile tile;

	for (size_t i = 0; i < n; i++)
		leaders[i].score = (lanes){ 0 } - FLT_MAX;
	for (size_t t = 0; t < m->tiles; t++)
		for (size_t i = 0; i < n; i += ROWS) {
			kernel(m, t, &r[i / ROWS], &tile);
			for (size_t j = i; j < n && j < i + ROWS; j++)
				lead(&leaders[j], tile.dot[j - i],
				     m->scale + t * TILE, t * TILE);
		}
}

void dotmax_rows(const struct dotmax *m, const int8_t *rows, size_t count,
		 uint32_t *best, float *score)
{
	size_t stride = m->quads * 4;
	uint8_t *raised = mem_zalloc(BATCH, stride);
	int16_t *wide = mem_zalloc(BATCH * stride, sizeof(*wide));
	struct leader leaders[BATCH];
	struct rows r[BATCH / ROWS];
	tile_fn *kernel = tile_kernel();

	for (size_t i = 0; i < BATCH / ROWS; i++)
		r[i] = (struct rows){ stride, raised + i * ROWS * stride,
				      wide + i * ROWS * stride };
	for (size_t from = 0; from < count; from += BATCH) {
		size_t n = count - from < BATCH ? count - from : BATCH;

		for (size_t i = 0; i < n; i++)
			load_row(&r[i / ROWS], i % ROWS,
				 rows + (from + i) * m->dim, m->dim);
		lead_batch(m, kernel, r, n, leaders);
		for (size_t i = 0; i < n; i++)
			best[from + i] = leading(
			    &leaders[i], m->n, score ? score + from + i : NULL);
	}
	free(raised);
	free(wide);
}
