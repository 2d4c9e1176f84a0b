/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What sounds together, whatever the key: registers, intervals, chords and how
 * they change, from a recording in semitones (semitones.h). Columns and their
 * meaning: man feat-audio(5).
 */
#ifndef MOODPIPE_HARMONIES_H
#define MOODPIPE_HARMONIES_H

#include "audio/semitones.h"

#define HARMONIES_REGISTERS 14 /* of half an octave */
#define HARMONIES_INTERVALS 6  /* 1 to 6 semitones */
#define HARMONIES_CLASSES 12

enum harmonies_chord { /* by the notes above the root */
		       HARMONIES_MAJOR,
		       HARMONIES_MINOR,
		       HARMONIES_DIMINISHED,
		       HARMONIES_AUGMENTED,
		       HARMONIES_SEVENTH,
		       HARMONIES_MINOR_SEVENTH,
		       HARMONIES_MAJOR_SEVENTH,
		       HARMONIES_FOURTH,
		       HARMONIES_FIFTH,
		       HARMONIES_CHORDS
};

enum harmonies_kind {
	HARMONIES_REGISTER,
	HARMONIES_INTERVAL = HARMONIES_REGISTER + HARMONIES_REGISTERS,
	HARMONIES_INTERVAL_ALL = HARMONIES_INTERVAL + HARMONIES_INTERVALS,
	HARMONIES_CLASS = HARMONIES_INTERVAL_ALL + HARMONIES_INTERVALS,
	HARMONIES_CHORD = HARMONIES_CLASS + HARMONIES_CLASSES, /* mean, std */
	HARMONIES_MAJOR_SHARE = HARMONIES_CHORD + 2 * HARMONIES_CHORDS,
	HARMONIES_MAJOR_STD,
	HARMONIES_CHANGES,
	HARMONIES_CHORD_ENTROPY,
	HARMONIES_FIRST,
	HARMONIES_SECOND,
	HARMONIES_FIT,
	HARMONIES_MARGIN,
	HARMONIES_ENTROPY_MEAN,
	HARMONIES_ENTROPY_STD,
	HARMONIES_ENTROPY_ALL,
	HARMONIES_CHANGE_MEAN,
	HARMONIES_CHANGE_STD,
	HARMONIES_PEAKS_MEAN,
	HARMONIES_PEAKS_STD,
	HARMONIES_VOICES_MEAN,
	HARMONIES_VOICES_STD,
	HARMONIES_PITCH_MEAN,
	HARMONIES_PITCH_STD,
	HARMONIES_WIDTH_MEAN,
	HARMONIES_WIDTH_STD,
	HARMONIES_TOP_MEAN,
	HARMONIES_TOP_STD,
	HARMONIES_TOP_STEP,
	HARMONIES_TOP_HELD,
	HARMONIES_COUNT
};
/* "register1", "chord_major_mean" ... into name[size]; returns the unit. */
const char *harmonies_name(int kind, char *name, size_t size);

/* Of blocks[n][SEMITONES]; NaN of less than 10. */
void harmonies_measure(const float *blocks, size_t n,
		       float out[HARMONIES_COUNT]);

#endif
