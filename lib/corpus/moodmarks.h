/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Round marks of one size that are drawn close to where they belong without
 * covering each other.
 */
#ifndef MOODPIPE_MOODMARKS_H
#define MOODPIPE_MOODMARKS_H

#include <stdbool.h>
#include <stddef.h>

struct moodmark {
	double x, y;       /* where it belongs */
	double at_x, at_y; /* where it is drawn */
	bool fixed;        /* is drawn where it belongs */
};
/* Fills at_x and at_y: centres at least distance apart where there is room,
 * within the box. The same for the same marks in the same order. */
void moodmarks_place(struct moodmark *marks, size_t count, double distance,
		     const double low[2], const double high[2]);

#endif
