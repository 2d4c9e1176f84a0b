/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/novelty.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LOWEST 30.0 /* Hz */
#define HIGHEST 10000.0
#define PER_OCTAVE 24
#define EDGES 256 /* more than the bands there can be */

struct novelty {
	int bands;
	int edge[EDGES]; /* band b rises from edge[b] to edge[b + 1] and falls
			  * to edge[b + 2]: triangles of height 1 */
	float weight[STFT_BINS]; /* of the rising side at each bin */
	float before[EDGES], now[EDGES];
	size_t frames;
	double level; /* sum of all roots */
};

struct novelty *novelty_new(void)
{
	struct novelty *n = mem_zalloc(1, sizeof(*n));
	int count = 0, last = 0;

	for (int i = 0; count < EDGES; i++) {
		double hz = LOWEST * pow(2, (double)i / PER_OCTAVE);
		int bin = (int)lrint(hz / STFT_BIN_HZ);

		if (hz > HIGHEST)
			break;
		if (bin <= last)
			continue;
		for (int k = last + 1; k <= bin && count; k++)
			n->weight[k] = (float)(k - last) / (float)(bin - last);
		n->edge[count++] = last = bin;
	}
	n->bands = count - 2;
	return n;
}

void novelty_free(struct novelty *n)
{
	free(n);
}

void novelty_reset(struct novelty *n)
{
	n->frames = 0;
	n->level = 0;
	memset(n->before, 0, sizeof(n->before));
}

/* Between two edges each bin counts in part for the band that rises there, the
 * rest for the one that falls. */
static void share_out(struct novelty *n, const float *magnitude)
{
	float falling = 0;

	for (int e = 0; e <= n->bands; e++) {
		float rising = 0, all = 0;

		for (int k = n->edge[e] + 1; k <= n->edge[e + 1]; k++) {
			rising += n->weight[k] * magnitude[k];
			all += magnitude[k];
		}
		if (e > 0)
			n->now[e - 1] = sqrtf(falling + all - rising);
		falling = rising;
	}
}

float novelty_frame(struct novelty *n, const float magnitude[STFT_BINS])
{
	float rise = 0, level = 0;

	share_out(n, magnitude);
	for (int b = 0; b < n->bands; b++) {
		float most = n->before[b];

		if (b > 0 && n->before[b - 1] > most)
			most = n->before[b - 1];
		if (b + 1 < n->bands && n->before[b + 1] > most)
			most = n->before[b + 1];
		if (n->now[b] > most)
			rise += n->now[b] - most;
		level += n->now[b];
	}
	memcpy(n->before, n->now, sizeof(n->before));
	n->level += level;
	return n->frames++ ? rise : 0;
}

void novelty_finish(const struct novelty *n, float *novelty, size_t frames)
{
	float scale = n->level > 0 ? (float)((double)n->frames / n->level) : 0;
	float before = 0;

	for (size_t t = 0; t < frames; t++) {
		float here = novelty[t];
		float after = t + 1 < frames ? novelty[t + 1] : 0;

		novelty[t] = scale * (before + 2 * here + after) / 4;
		before = here;
	}
}
