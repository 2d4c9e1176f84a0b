/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The side of encodecall.h that has the encoder: for the program
 * worker-encode. */
#ifndef MOODPIPE_ENCODESERVE_H
#define MOODPIPE_ENCODESERVE_H

/* Answers until nobody asks any more. -1: the socket failed, or nonsense came
 * out of it. */
int encodeserve(int sock);

#endif
