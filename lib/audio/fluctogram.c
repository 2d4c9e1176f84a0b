/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/fluctogram.h"

#include <math.h>

#include "math/lanes.h"

#define LAG 2    /* frames */
#define AROUND 4 /* bands on each side of a mean */
#define MOVES 2  /* bands up and down */
#define FIRST 24 /* band of the lowest window */
#define WINDOWS 11
#define BLOCKS (WINDOWS + 1) /* halves of windows, of LANES bands */
#define FROM (FIRST - MOVES)
#define WIDTH (BLOCKS * LANES + 2 * MOVES)
#define ALIKE 0.7f
#define RELIEF 4.0f /* dB */

/* What a spectrum is beside its envelope, of bands FROM on, and how much of
 * that there is from each of the moved blocks on. */
struct relief {
	float v[WIDTH];
	float energy[2 * MOVES + 1][BLOCKS];
};
_Static_assert(FROM >= AROUND && FROM + WIDTH + AROUND <= MEL_BANDS,
	       "bands on both sides");

LANES_INLINE void products(const float *a, const float *b, float blocks[BLOCKS])
{
	for (int k = 0; k < BLOCKS; k++) {
		lanes p = LANES_OF(a + k * LANES) * LANES_OF(b + k * LANES);

		blocks[k] = lanes_sum(&p);
	}
}

LANES_INLINE void detrend(const float *db, float *out)
{
	lanes sum = LANES_OF(db - AROUND);

	for (int i = 1 - AROUND; i <= AROUND; i++)
		sum += LANES_OF(db + i);
	LANES_AT(out) = LANES_OF(db) - sum / (2 * AROUND + 1);
}

LANES_CLONES static void measure(const float *db, struct relief *r)
{
	for (int i = 0; i + LANES <= WIDTH; i += LANES)
		detrend(db + FROM + i, r->v + i);
	detrend(db + FROM + WIDTH - LANES, r->v + WIDTH - LANES);
	for (int m = 0; m <= 2 * MOVES; m++)
		products(r->v + m, r->v + m, r->energy[m]);
}

LANES_CLONES static void correlate(const struct relief *now,
				   const struct relief *later,
				   float blocks[2 * MOVES + 1][BLOCKS])
{
	for (int m = 0; m <= 2 * MOVES; m++)
		products(now->v + MOVES, later->v + m, blocks[m]);
}

struct tally {
	size_t lasting, moved;
};

static void compare(const struct relief *now, const struct relief *later,
		    struct tally *n)
{
	float blocks[2 * MOVES + 1][BLOCKS];

	correlate(now, later, blocks);
	for (int w = 0; w < WINDOWS; w++) {
		const float *e = now->energy[MOVES] + w;
		float here = e[0] + e[1], most = 0;
		int best = MOVES;

		if (here < RELIEF * RELIEF * 2 * LANES)
			continue;
		for (int m = 0; m <= 2 * MOVES; m++) {
			float c = blocks[m][w] + blocks[m][w + 1];
			float there;

			e = later->energy[m] + w;
			there = e[0] + e[1];
			if (c <= 0 || !(there > 0) || c * c / there <= most)
				continue;
			most = c * c / there;
			best = m;
		}
		if (most <= ALIKE * ALIKE * here)
			continue;
		n->lasting++;
		n->moved += best != MOVES;
	}
}

double fluctogram_glide(const float *db, size_t frames)
{
	struct relief ring[LAG + 1];
	struct tally n = { 0 };

	for (size_t t = 0; t < frames; t++) {
		measure(db + t * MEL_BANDS, ring + t % (LAG + 1));
		if (t >= LAG)
			compare(ring + (t - LAG) % (LAG + 1),
				ring + t % (LAG + 1), &n);
	}
	if (n.lasting * 100 < frames * WINDOWS || !n.lasting)
		return NAN;
	return (double)n.moved / (double)n.lasting;
}
