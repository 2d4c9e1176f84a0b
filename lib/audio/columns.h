/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of the columns of audio.feat, for those who fill them (features.c)
 * and those who name them (columns.c, which needs no code that measures).
 * Inside lib/audio only.
 */
#ifndef MOODPIPE_COLUMNS_H
#define MOODPIPE_COLUMNS_H

#include "audio/contrast.h"
#include "audio/cycles.h"
#include "audio/descriptors.h"
#include "audio/harmonies.h"
#include "audio/partials.h"
#include "audio/summary.h"
#include "audio/swings.h"
#include "audio/texture.h"
#include "audio/tonnetz.h"

/* Series of frames, in the order of their columns. frames.h measures those up
 * to FRAMES_SERIES; the rest follow from them, DISSONANCE from pitches.h. */
enum series {
	MFCC,
	CENTROID = MFCC + MFCC_COUNT,
	ROLLOFF,
	FLUX,
	BW,
	FLAT,
	RMS,
	ZCR,
	CHROMA,
	FRAMES_SERIES = CHROMA + CHROMA_BINS,
	DELTA = FRAMES_SERIES,
	CONTRAST = DELTA + MFCC_COUNT,
	TONNETZ = CONTRAST + CONTRAST_BANDS,
	ONSET = TONNETZ + TONNETZ_AXES,
	HARMONIC,
	DISSONANCE,
	SERIES
};

/* Columns behind the statistics of the series. */
enum {
	CHROMA_MEAN = SERIES * SUMMARY_COUNT,
	CHROMA_STD,
	MFCC1_DMEAN,
	MFCC2_DMEAN,
	TEMPO,
	TEMPO_ALT,
	TEMPO_CONF,
	BEAT_INT_MEAN,
	BEAT_INT_STD,
	BEAT_REGULARITY,
	ONSET_RATE,
	KEY,
	MODE,
	KEY_STRENGTH,
	KEY_SECOND,
	MODE_SECOND,
	KEY_SECOND_STRENGTH,
	MODE_MARGIN,
	TUNING,
	LOUDNESS,
	LOUDNESS_RANGE,
	DYNAMIC_RANGE,
	HARMONIC_RATIO,
	TEXTURE, /* texture.h */
	DURATION = TEXTURE + TEXTURE_COUNT,
	DECODED_FRACTION,
	FINE,                                 /* mean and std of mfcc_fine's */
	HARMONIES = FINE + 2 * MFCC_FINE,     /* harmonies.h */
	SWINGS = HARMONIES + HARMONIES_COUNT, /* swings.h */
	PARTIALS = SWINGS + SWINGS_COUNT,     /* partials.h */
	CYCLES = PARTIALS + PARTIALS_COUNT,   /* cycles.h */
	DESCRIPTORS =
	    CYCLES +
	    CYCLES_COUNT, /* descriptors.h; computed from the others by the tool */
	COLUMNS = DESCRIPTORS + DESCRIPTOR_COUNT
};

#endif
