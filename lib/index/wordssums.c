/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/wordssums.h"

#include <string.h>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

/* Which of the sums of a group reach `least`, a bit each. */
#if defined(__x86_64__)
static __m128i eight(const uint32_t *sum, __m128i below)
{
	const __m128i *x = (const void *)sum;

	return _mm_packs_epi32(_mm_cmpgt_epi32(_mm_load_si128(x), below),
			       _mm_cmpgt_epi32(_mm_load_si128(x + 1), below));
}

static uint64_t reaching(const uint32_t *sum, uint32_t least)
{
	const __m128i below = _mm_set1_epi32((int)least - 1);
	uint64_t mask = 0;

	for (unsigned i = 0; i < WORDS_SUMS_GROUP; i += 16) {
		__m128i bytes = _mm_packs_epi16(eight(sum + i, below),
						eight(sum + i + 8, below));

		mask |= (uint64_t)(unsigned)_mm_movemask_epi8(bytes) << i;
	}
	return mask;
}

/* Four at a time: compilers make memset of a plainer loop, which starts too
 * slowly for so little. */
static void clear(uint32_t *sum)
{
	__m128i *x = (void *)sum, zero = _mm_setzero_si128();

	for (unsigned i = 0; i < WORDS_SUMS_GROUP / 4; i += 4) {
		_mm_store_si128(x + i, zero);
		_mm_store_si128(x + i + 1, zero);
		_mm_store_si128(x + i + 2, zero);
		_mm_store_si128(x + i + 3, zero);
	}
}
#else
static uint64_t reaching(const uint32_t *sum, uint32_t least)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < WORDS_SUMS_GROUP; i++)
		mask |= (uint64_t)(sum[i] >= least) << i;
	return mask;
}

static void clear(uint32_t *sum)
{
	memset(sum, 0, WORDS_SUMS_GROUP * sizeof(*sum));
}
#endif

void words_sums_take(struct words_sums *s, uint32_t least,
		     struct words_candidates *out)
{
	size_t n = out->count;

	for (uint32_t g = 0; g < WORDS_WINDOW / WORDS_SUMS_GROUP; g++) {
		uint32_t *sum = s->sum + (size_t)g * WORDS_SUMS_GROUP;
		uint64_t mask;

		if (!s->dirty[g])
			continue;
		for (mask = reaching(sum, least); mask; mask &= mask - 1) {
			uint32_t i = (uint32_t)__builtin_ctzll(mask);

			out->at[n] = (uint16_t)(g * WORDS_SUMS_GROUP + i);
			out->score[n++] = sum[i];
		}
		clear(sum);
		s->dirty[g] = 0;
	}
	out->count = n;
}
