/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/tonnetz.h"

#define S 0.8660254f /* sin(pi / 3) */
#define Q 0.4330127f /* half of it */

/* Where each pitch class is. */
static const float points[CHROMA_BINS][TONNETZ_AXES] = {
	{ 0, 1, 0, 1, 0, 0.5f },         /* C */
	{ -0.5f, -S, -1, 0, Q, -0.25f }, /* C# */
	{ S, 0.5f, 0, -1, -Q, -0.25f },  /* D */
	{ -1, 0, 1, 0, 0, 0.5f },        /* D# */
	{ S, -0.5f, 0, 1, Q, -0.25f },   /* E */
	{ -0.5f, S, -1, 0, -Q, -0.25f }, /* F */
	{ 0, -1, 0, -1, 0, 0.5f },       /* F# */
	{ 0.5f, S, 1, 0, Q, -0.25f },    /* G */
	{ -S, -0.5f, 0, 1, -Q, -0.25f }, /* G# */
	{ 1, 0, -1, 0, 0, 0.5f },        /* A */
	{ -S, 0.5f, 0, -1, Q, -0.25f },  /* A# */
	{ 0.5f, -S, 1, 0, -Q, -0.25f },  /* B */
};

void tonnetz_frame(const float chroma[CHROMA_BINS], float out[TONNETZ_AXES])
{
	float sum = 0;

	for (int i = 0; i < TONNETZ_AXES; i++)
		out[i] = 0;
	for (int b = 0; b < CHROMA_BINS; b++) {
		sum += chroma[b];
		for (int i = 0; i < TONNETZ_AXES; i++)
			out[i] += chroma[b] * points[b][i];
	}
	for (int i = 0; i < TONNETZ_AXES && sum > 0; i++)
		out[i] /= sum;
}
