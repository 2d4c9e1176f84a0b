/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/timbrewriter.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { SCORES = 1 << 16 };

int16_t timbre_score(float sum)
{
	float v = sum * TIMBRE_UNIT;

	if (isnan(v))
		return TIMBRE_NO;
	if (v > INT16_MAX)
		return INT16_MAX;
	return v < -INT16_MAX ? -INT16_MAX : (int16_t)lrintf(v);
}

static size_t place(int16_t score)
{
	return (size_t)((int)score - INT16_MIN);
}

/* Replaces percent[] by those of all scores there can be, of one axis. */
static void rank(const int16_t *scores, const uint8_t *measured, size_t n,
		 uint64_t count[SCORES], uint8_t percent[SCORES])
{
	uint64_t all = 0, below = 0;

	memset(count, 0, SCORES * sizeof(*count));
	for (size_t i = 0; i < n; i++)
		if (scores[i * TIMBRE_AXES] != TIMBRE_NO &&
		    (!measured || measured[i])) {
			count[place(scores[i * TIMBRE_AXES])]++;
			all++;
		}
	if (!all && measured) {
		rank(scores, NULL, n, count, percent);
		return;
	}
	for (size_t s = 0; s < SCORES; below += count[s++])
		percent[s] =
		    all ? (uint8_t)((100 * (2 * below + count[s]) + all) /
				    (2 * all))
			: 0;
}

void timbre_percentiles(const int16_t *scores, const uint8_t *measured,
			size_t n, uint8_t *out)
{
	uint64_t *count = mem_alloc(SCORES * sizeof(*count));
	uint8_t *percent = mem_alloc(SCORES);

	for (size_t k = 0; k < TIMBRE_AXES; k++) {
		rank(scores + k, measured, n, count, percent);
		for (size_t i = 0; i < n; i++) {
			int16_t s = scores[i * TIMBRE_AXES + k];

			out[i * TIMBRE_AXES + k] =
			    s == TIMBRE_NO ? TIMBRE_NONE : percent[place(s)];
		}
	}
	free(count);
	free(percent);
}

int timbre_write(const int16_t *scores, const uint8_t *measured, size_t n,
		 struct pack_writer *pw, size_t *count, struct err *err)
{
	uint8_t *percent;
	int rc;

	*count = 0;
	for (size_t i = 0; i < n; i++) {
		bool any = false;

		for (size_t k = 0; k < TIMBRE_AXES; k++)
			any = any || scores[i * TIMBRE_AXES + k] != TIMBRE_NO;
		*count += any;
	}
	if (!*count)
		return 0;
	percent = mem_alloc(n * TIMBRE_AXES);
	timbre_percentiles(scores, measured, n, percent);
	rc = pack_section(pw, "timbre.score", scores,
			  n * TIMBRE_AXES * sizeof(*scores), err) ||
	     pack_section(pw, "timbre.percent", percent, n * TIMBRE_AXES, err);
	free(percent);
	return rc ? -1 : 0;
}
