/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scores: music written out as text, whose tempo, key, genre and mood are
 * known because they are stated. The notation is in man synth(1). A score has
 * tracks of notes and one or more clips: what is rendered, the score itself or
 * a variant of it (another tempo, key, mode, choice of tracks or sound).
 */
#ifndef MOODPIPE_SCORE_H
#define MOODPIPE_SCORE_H

#include "audio/voice.h"
#include "base/err.h"
#include "base/str.h"

enum { SCORE_TRACKS = 32, SCORE_NAME = 48 };

struct score_note {
	double start, length; /* beats */
	float pitch;          /* MIDI number as written; drums: 60 */
	float velocity;       /* 0..1 */
};

struct score_track {
	char name[SCORE_NAME];
	enum voice voice;
	double volume; /* linear, 1 */
	double pan;    /* -1 left .. 1 right */
	double bright; /* times the clip's */
	double gate;   /* share of a note's length held */
	int octave;    /* added to what is written */
	bool once;     /* is not repeated to the end */
	double length; /* beats; > 0 where there are notes */
	struct score_note *notes;
	size_t count, cap;
};

struct score_clip {
	char name[SCORE_NAME]; /* score's file name, or that-variant */
	char genre[SCORE_NAME];
	char format[8]; /* flac ogg wav mp3 */
	double tempo;   /* quarter notes a minute */
	int key;        /* 0-11 from C */
	int mode;       /* 1 major, 0 minor */
	int quadrant;   /* 1 happy 2 tense 3 sad 4 calm */
	double seconds;
	double level;  /* RMS, dB below full scale: -30..-6 */
	double bright; /* 0.1 dark .. 1 .. 4 */
	double reverb; /* 0..1 */
	double swing;  /* 0.5 straight .. 0.75 */
	int octave, rate, channels;
	uint64_t seed;
	bool muted[SCORE_TRACKS];
	enum voice voice[SCORE_TRACKS];
};

struct score {
	char title[128];
	int key, mode; /* as written */
	struct score_track tracks[SCORE_TRACKS];
	size_t ntracks;
	struct score_clip *clips; /* at least one */
	size_t nclips;
};

/* Parses the text of a score; name is for messages and, without folders and
 * suffix, for the clips. -1: ERR_DATA, "name:line: found ..., expected ...";
 * s is then released. */
int score_parse(struct score *s, struct span text, const char *name,
		struct err *err);
int score_read(struct score *s, const char *path, struct err *err);
void score_release(struct score *s);

/* The MIDI number a written pitch has in a clip: moved to its mode (third,
 * sixth and seventh degree change), key (by at most six semitones) and
 * octave. */
double score_pitch(const struct score *s, const struct score_clip *c,
		   const struct score_track *t, double written);

/* Where a beat falls in a clip, in seconds; swing included. */
double score_time(const struct score_clip *c, double beat);

#endif
