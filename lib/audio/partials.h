/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Partials: the peaks of spectra followed from frame to frame (McAulay &
 * Quatieri, IEEE ASSP 1986), and for how long they last, where. A drum or a
 * consonant gives short ones, a sung or bowed note long ones, a distorted guitar
 * many that break. Columns: man feat-audio(5).
 */
#ifndef MOODPIPE_PARTIALS_H
#define MOODPIPE_PARTIALS_H

#include "audio/stft.h"

#define PARTIALS_BANDS 5 /* of their mean pitch, from 200, 400, 800, 1600 Hz */
#define PARTIALS_HELD 5  /* at least 4, 8, 16, 32, 64 frames */
#define PARTIALS_REGISTERS 3 /* from 250, 900 Hz */
#define PARTIALS_LENGTHS 12  /* frames: partials.c */

enum partials_kind {                      /* of a band */
		     PARTIALS_SHARE,      /* of all partials' amplitude */
		     PARTIALS_HELD_SHARE, /* of the band's, by length */
		     PARTIALS_BRIEF = PARTIALS_HELD_SHARE + PARTIALS_HELD,
		     PARTIALS_BEGUN, /* ln(1 + partials a second), of less
				      * than 4 frames, 4, 16 and more */
		     PARTIALS_LASTING,
		     PARTIALS_BAND
};
enum {
	/* of a register and length: root of its share of the register's
	 * amplitude, ln(1 + partials a second) */
	PARTIALS_LENGTH = PARTIALS_BANDS * PARTIALS_BAND,
	PARTIALS_RATE = PARTIALS_LENGTH + PARTIALS_REGISTERS * PARTIALS_LENGTHS,
	PARTIALS_COUNT = PARTIALS_RATE + PARTIALS_REGISTERS * PARTIALS_LENGTHS
};
/* "partial1_share", "partial_length1_1" ... into name[size]; the unit. */
const char *partials_name(int kind, char *name, size_t size);

struct partials; /* scratch of one thread; reusable */
struct partials *partials_new(void);
void partials_free(struct partials *p);

/* Before the first frame of a recording. */
void partials_reset(struct partials *p);
void partials_add(struct partials *p, const float power[STFT_BINS]);
/* Of the frames added since, one at least; ends those that go on. */
void partials_measure(struct partials *p, float out[PARTIALS_COUNT]);

#endif
