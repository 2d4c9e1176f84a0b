/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chromaprint's fingerprint of a recording: alike for the same recording however
 * it was encoded, by algorithm 2 (AcoustID's), over mono sound at RESAMPLE_RATE.
 * A base64 (for URLs) text of about 1.2 kilobytes per minute; sound of less than
 * some three seconds has none.
 */
#ifndef MOODPIPE_PRINT_H
#define MOODPIPE_PRINT_H

#include "audio/resample.h"
#include "base/str.h"

/* Part of every recipe: raise it when any print changes. */
#define PRINT_VERSION "1"

struct print;
struct print *print_new(void);
void print_free(struct print *p);
/* Replaces *out; empty where the sound is too short. -1: ERR_RECORD. */
int print_compute(struct print *p, const struct samples *sound, struct str *out,
		  struct err *err);

#endif
