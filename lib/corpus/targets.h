/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a feeling to music: per emotion the range of measures, the mode and the
 * genres that answer it (data/targets.tsv), and a blend of the two strongest.
 *
 * With shares a and b of the two (their weights over the sum), each measure has
 * the centre a c1 + b c2 and the half-width
 *     (a h1 + b h2 + sqrt(a b) |c1 - c2|) (1 + TARGETS_WIDEN (1 - confidence)):
 * the mean of the two, wider by the standard deviation of the two centres where
 * they disagree, and up to 1 + TARGETS_WIDEN times as wide in doubt. A window
 * that reaches beyond its measure's bounds is cut there. The mode's preference
 * is the mean of +1 (major), -1 (minor) and 0 (any) times the confidence. A
 * genre scores its emotion's share over its rank (1, 2, 3 ...), summed over the
 * emotions; equal scores keep the order of the stronger emotion.
 */
#ifndef MOODPIPE_TARGETS_H
#define MOODPIPE_TARGETS_H

#include "base/err.h"
#include "base/str.h"

#define TARGETS_WIDEN 1.5
#define TARGETS_GENRES 8  /* of an emotion, and of a blend */
#define TARGETS_MODE 0.25 /* preference from which on a mode is named */

enum target_measure {
	TARGET_VALENCE,
	TARGET_ENERGY,
	TARGET_DANCEABILITY,
	TARGET_TEMPO, /* BPM */
	TARGET_MEASURES
};
/* "valence"; where it ends: [0, 1], tempo 30 to 250. */
const char *target_measure_name(enum target_measure m);
void target_measure_bounds(enum target_measure m, double *lo, double *hi);

struct targets;
/* Parses the table; name is for messages. Owns a copy. NULL: ERR_DATA. */
struct targets *targets_parse(struct span tsv, const char *name,
			      struct err *err);
void targets_free(struct targets *t);
bool targets_has(const struct targets *t, const char *emotion);

struct target {
	double centre[TARGET_MEASURES], half[TARGET_MEASURES];
	double mode;                        /* [-1 minor, 1 major] */
	struct span genres[TARGETS_GENRES]; /* live as long as the targets */
	size_t genre_count;
};
/* confidence in [0, 1]; weights not negative, not both 0; second may be NULL.
 * -1: an emotion that the table has not, or weights out of range; *out is then
 * untouched. */
int targets_blend(const struct targets *t, const char *first,
		  double first_weight, const char *second, double second_weight,
		  double confidence, struct target *out);
/* The window of a measure within its bounds. */
void target_window(const struct target *t, enum target_measure m, double *lo,
		   double *hi);
/* Appends {"valence":[lo,hi],"energy":[..],"danceability":[..],"tempo":[..],
 * "mode":"major" or "minor" or "any","genres":[..]}; tempo in whole BPM. */
void targets_json(const struct target *t, struct str *out);

#endif
