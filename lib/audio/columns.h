/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of the columns of audio.feat, for those who fill them (features.c)
 * and those who name them (columns.c, which needs no code that measures).
 * Inside lib/audio only.
 */
#ifndef MOODPIPE_COLUMNS_H
#define MOODPIPE_COLUMNS_H

#include "audio/chroma.h"
#include "audio/mfcc.h"
#include "audio/summary.h"

/* Series of frames, in the order of their columns. */
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
	SERIES = CHROMA + CHROMA_BINS
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
	ONSET_MEAN,
	ONSET_STD,
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
	DURATION,
	DECODED_FRACTION,
	COLUMNS
};

#endif
