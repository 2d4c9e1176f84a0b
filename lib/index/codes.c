/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/codes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/mem.h"
#include "math/lanes.h"
#include "math/random.h"

enum { ROUNDS = 4 };
#define CODES_SEED 384

struct codes {
	size_t bits, power; /* power: the largest power of two in bits */
	float *sign;        /* [ROUNDS][bits]: +1 or -1, scaled */
};

struct codes *codes_new(size_t dim)
{
	struct codes *c = mem_zalloc(1, sizeof(*c));
	struct random r;
	float unit;

	c->bits = codes_bits(dim);
	for (c->power = 1; c->power * 2 <= c->bits;)
		c->power *= 2;
	c->sign = mem_zalloc(ROUNDS * c->bits, sizeof(*c->sign));
	unit = 1 / sqrtf((float)c->power);
	random_seed(&r, CODES_SEED, 0);
	for (int k = 0; k < ROUNDS; k++) {
		size_t from = k % 2 ? c->bits - c->power : 0;
		float *sign = c->sign + (size_t)k * c->bits;
		uint64_t word = 0;

		for (size_t i = 0; i < c->bits; i++, word >>= 1) {
			if (i % 64 == 0)
				word = random_u64(&r);
			sign[i] = word & 1 ? 1 : -1;
			if (i >= from && i < from + c->power)
				sign[i] *= unit; /* the transform's scale */
		}
	}
	return c;
}

void codes_free(struct codes *c)
{
	if (!c)
		return;
	free(c->sign);
	free(c);
}

LANES_INLINE void hadamard(float *x, size_t n)
{
	for (size_t h = 1; h < n && h < LANES; h *= 2)
		for (size_t i = 0; i < n; i += 2 * h)
			for (size_t j = i; j < i + h; j++) {
				float a = x[j], b = x[j + h];

				x[j] = a + b;
				x[j + h] = a - b;
			}
	for (size_t h = LANES; h < n; h *= 2)
		for (size_t i = 0; i < n; i += 2 * h)
			for (size_t j = i; j < i + h; j += LANES) {
				lanes a = LANES_OF(x + j);
				lanes b = LANES_OF(x + j + h);

				LANES_AT(x + j) = a + b;
				LANES_AT(x + j + h) = a - b;
			}
}

LANES_CLONES static void rotate(float *x, const float *sign, size_t bits,
				size_t power)
{
	const float half = 0.70710678118654752f;
	size_t middle = bits / 2;

	for (size_t k = 0; k < ROUNDS; k++, sign += bits) {
		for (size_t i = 0; i < bits; i += LANES)
			LANES_AT(x + i) *= LANES_OF(sign + i);
		hadamard(k % 2 ? x + bits - power : x, power);
		if (power == bits)
			continue;
		for (size_t i = 0; i < middle; i += LANES) {
			lanes a = LANES_OF(x + i), b = LANES_OF(x + middle + i);

			LANES_AT(x + i) = (a + b) * half;
			LANES_AT(x + middle + i) = (a - b) * half;
		}
	}
}

void codes_rotate(const struct codes *c, float *x)
{
	rotate(x, c->sign, c->bits, c->power);
}

static float *factors_of(uint8_t *block, size_t dim)
{
	return (float *)(void *)(block + codes_bits(dim) / 8 * CODES_BLOCK);
}

void codes_clear(uint8_t *block, size_t dim)
{
	size_t size = codes_block_size(dim);

	memset(block, 0, size - CODES_BLOCK * 4);
	memset(block + size - CODES_BLOCK * 4, 0xff, CODES_BLOCK * 4);
}

static void put_row(uint8_t *block, size_t i, size_t dim, uint32_t row)
{
	memcpy(block + codes_block_size(dim) - CODES_BLOCK * 4 + 4 * i, &row,
	       4);
}

void codes_put(uint8_t *block, size_t i, size_t dim, const float *r,
	       uint32_t row)
{
	size_t bits = codes_bits(dim);
	double norm2 = 0, sum = 0;

	for (size_t j = 0; j < bits; j += 8) {
		unsigned byte = 0;

		for (unsigned b = 0; b < 8; b++) {
			float v = r[j + b];

			byte |= (unsigned)(v > 0) << b;
			norm2 += (double)v * v;
			sum += fabs((double)v);
		}
		block[j / 8 * CODES_BLOCK + i] = (uint8_t)byte;
	}
	factors_of(block, dim)[i] = sum > 0 ? (float)(norm2 / sum) : 0;
	put_row(block, i, dim, row);
}

void codes_move(uint8_t *to, size_t j, const uint8_t *from, size_t i,
		size_t dim, uint32_t row)
{
	size_t bytes = codes_bits(dim) / 8;

	for (size_t b = 0; b < bytes; b++)
		to[b * CODES_BLOCK + j] = from[b * CODES_BLOCK + i];
	memcpy(to + bytes * CODES_BLOCK + 4 * j,
	       from + bytes * CODES_BLOCK + 4 * i, 4);
	put_row(to, j, dim, row);
}

void codes_query(struct codes_query *q, const float *rotated, size_t dim,
		 uint8_t *table)
{
	size_t groups = codes_bits(dim) / 4;
	size_t most = groups > 257 ? UINT16_MAX / groups : UINT8_MAX;
	float widest = 0, least = 0, step;

	for (size_t g = 0; g < groups; g++) {
		const float *x = rotated + 4 * g;
		float reach =
		    fabsf(x[0]) + fabsf(x[1]) + fabsf(x[2]) + fabsf(x[3]);

		widest = fmaxf(widest, reach);
		least -= reach;
	}
	step = 2 * widest / (float)most;
	if (!(step > 0) || !isfinite(step))
		step = 0;
	*q = (struct codes_query){ dim, table, step, step > 0 ? least : 0 };
	for (size_t g = 0; g < groups; g++) {
		const float *x = rotated + 4 * g;
		uint8_t *out = table + g * CODES_BLOCK;

		for (unsigned v = 0; v < 16; v++) {
			float sum = 0; /* above the least */

			for (unsigned b = 0; b < 4; b++)
				if ((v >> b & 1) == (x[b] > 0))
					sum += 2 * fabsf(x[b]);
			out[v] = out[v + 16] =
			    step > 0 ? (uint8_t)(sum / step + 0.5f) : 0;
		}
	}
}

typedef void sums_fn(const uint8_t *table, const uint8_t *block, size_t bytes,
		     uint16_t sum[CODES_BLOCK]);

static void sums_plain(const uint8_t *table, const uint8_t *block, size_t bytes,
		       uint16_t sum[CODES_BLOCK])
{
	memset(sum, 0, CODES_BLOCK * sizeof(*sum));
	for (size_t j = 0; j < bytes; j++)
		for (size_t i = 0; i < CODES_BLOCK; i++) {
			uint8_t code = block[j * CODES_BLOCK + i];

			sum[i] = (uint16_t)(sum[i] + table[64 * j + code % 16] +
					    table[64 * j + 32 + code / 16]);
		}
}

#if defined(__x86_64__)
/* Sums of bytes in words: `all` takes both bytes of a word as they are, `odd`
 * the upper ones; what the upper ones gave `all` is taken off at the end. */
__attribute__((target("avx2"))) static void sums_avx2(const uint8_t *table,
						      const uint8_t *block,
						      size_t bytes,
						      uint16_t sum[CODES_BLOCK])
{
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i all = _mm256_setzero_si256(), odd = all, lo, hi;

	for (size_t j = 0; j < bytes; j++) {
		__m256i code = _mm256_loadu_si256(
		    (const __m256i *)(block + j * CODES_BLOCK));
		const __m256i *t = (const __m256i *)(table + 64 * j);

		lo = _mm256_shuffle_epi8(_mm256_loadu_si256(t),
					 _mm256_and_si256(code, nibble));
		hi = _mm256_shuffle_epi8(
		    _mm256_loadu_si256(t + 1),
		    _mm256_and_si256(_mm256_srli_epi16(code, 4), nibble));
		all = _mm256_add_epi16(all, _mm256_add_epi16(lo, hi));
		odd = _mm256_add_epi16(odd, _mm256_srli_epi16(lo, 8));
		odd = _mm256_add_epi16(odd, _mm256_srli_epi16(hi, 8));
	}
	all = _mm256_sub_epi16(all, _mm256_slli_epi16(odd, 8));
	lo = _mm256_unpacklo_epi16(all, odd);
	hi = _mm256_unpackhi_epi16(all, odd);
	_mm256_storeu_si256((__m256i *)sum,
			    _mm256_permute2x128_si256(lo, hi, 0x20));
	_mm256_storeu_si256((__m256i *)(sum + 16),
			    _mm256_permute2x128_si256(lo, hi, 0x31));
}

/* Two bytes of each code at a time; bytes is even. */
__attribute__((target("avx512f,avx512bw"))) static void
sums_avx512(const uint8_t *table, const uint8_t *block, size_t bytes,
	    uint16_t sum[CODES_BLOCK])
{
	const __m512i nibble = _mm512_set1_epi8(15);
	__m512i all = _mm512_setzero_si512(), odd = all, lo, hi;
	__m256i a, o;

	for (size_t j = 0; j < bytes; j += 2) {
		__m512i code = _mm512_loadu_si512(block + j * CODES_BLOCK);
		__m512i t = _mm512_loadu_si512(table + 64 * j);
		__m512i u = _mm512_loadu_si512(table + 64 * j + 64);

		lo = _mm512_shuffle_epi8(_mm512_shuffle_i64x2(t, u, 0x44),
					 _mm512_and_si512(code, nibble));
		hi = _mm512_shuffle_epi8(
		    _mm512_shuffle_i64x2(t, u, 0xee),
		    _mm512_and_si512(_mm512_srli_epi16(code, 4), nibble));
		all = _mm512_add_epi16(all, _mm512_add_epi16(lo, hi));
		odd = _mm512_add_epi16(odd, _mm512_srli_epi16(lo, 8));
		odd = _mm512_add_epi16(odd, _mm512_srli_epi16(hi, 8));
	}
	all = _mm512_sub_epi16(all, _mm512_slli_epi16(odd, 8));
	a = _mm256_add_epi16(_mm512_castsi512_si256(all),
			     _mm512_extracti64x4_epi64(all, 1));
	o = _mm256_add_epi16(_mm512_castsi512_si256(odd),
			     _mm512_extracti64x4_epi64(odd, 1));
	_mm256_storeu_si256(
	    (__m256i *)sum,
	    _mm256_permute2x128_si256(_mm256_unpacklo_epi16(a, o),
				      _mm256_unpackhi_epi16(a, o), 0x20));
	_mm256_storeu_si256(
	    (__m256i *)(sum + 16),
	    _mm256_permute2x128_si256(_mm256_unpacklo_epi16(a, o),
				      _mm256_unpackhi_epi16(a, o), 0x31));
}

static sums_fn *sums_kernel(void)
{
	if (__builtin_cpu_supports("avx512bw"))
		return sums_avx512;
	return __builtin_cpu_supports("avx2") ? sums_avx2 : sums_plain;
}
#else
static sums_fn *sums_kernel(void)
{
	return sums_plain;
}
#endif

typedef uint16_t words __attribute__((vector_size(16), aligned(2), may_alias));

LANES_CLONES static void scale_sums(const uint16_t *sum, const float *factor,
				    float step, float least, float base,
				    float *score)
{
	for (size_t i = 0; i < CODES_BLOCK; i += LANES) {
		lanes s =
		    __builtin_convertvector(*(const words *)(sum + i), lanes);

		LANES_AT(score + i) =
		    base + LANES_OF(factor + i) * (s * step + least);
	}
}

void codes_scores(const struct codes_query *q, const uint8_t *blocks, size_t n,
		  float base, float *score)
{
	sums_fn *sums = sums_kernel();
	size_t bytes = codes_bits(q->dim) / 8, size = codes_block_size(q->dim);
	uint16_t sum[CODES_BLOCK];

	for (size_t i = 0; i < n; i++, blocks += size, score += CODES_BLOCK) {
		sums(q->table, blocks, bytes, sum);
		scale_sums(
		    sum,
		    (const float *)(const void *)(blocks + bytes * CODES_BLOCK),
		    q->step, q->least, base, score);
	}
}
