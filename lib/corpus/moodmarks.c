/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodmarks.h"

#include <math.h>

enum { PASSES = 400 };

/* Of what is between a mark and its place, this is taken back each pass. */
#define HOME 0.02

static double hold(double v, double lo, double hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

static void push(struct moodmark *a, struct moodmark *b, double distance)
{
	double x = b->at_x - a->at_x, y = b->at_y - a->at_y;
	double d = sqrt(x * x + y * y), by = (distance - d) / 2;

	if (by <= 0 || !(d > 0))
		return;
	if (a->fixed || b->fixed)
		by *= 2;
	if (!a->fixed) {
		a->at_x -= x / d * by;
		a->at_y -= y / d * by;
	}
	if (!b->fixed) {
		b->at_x += x / d * by;
		b->at_y += y / d * by;
	}
}

/* Where a mark begins: at home, but of several in one place each has its own
 * way out, the golden angle from the last, away from the edges. */
static void begin(struct moodmark *marks, size_t count, size_t i,
		  double distance, const double low[2], const double high[2])
{
	struct moodmark *m = &marks[i];
	size_t same = 0;

	m->at_x = m->x;
	m->at_y = m->y;
	for (size_t j = 0; j < count; j++)
		same += j != i && (j < i || marks[j].fixed) &&
			fabs(marks[j].x - m->x) < 1 &&
			fabs(marks[j].y - m->y) < 1;
	if (m->fixed)
		return;
	m->at_x += distance / 2 * sqrt((double)same) * cos(2.4 * (double)same);
	m->at_y += distance / 2 * sqrt((double)same) * sin(2.4 * (double)same);
	if (m->at_x < low[0] || m->at_x > high[0])
		m->at_x = 2 * m->x - m->at_x;
	if (m->at_y < low[1] || m->at_y > high[1])
		m->at_y = 2 * m->y - m->at_y;
}

void moodmarks_place(struct moodmark *marks, size_t count, double distance,
		     const double low[2], const double high[2])
{
	for (size_t i = 0; i < count; i++)
		begin(marks, count, i, distance, low, high);
	for (int pass = 0; pass < PASSES; pass++) {
		double home = pass < PASSES / 2 ? HOME : 0;

		for (size_t i = 0; i < count; i++) {
			struct moodmark *m = &marks[i];

			m->at_x += home * (m->x - m->at_x);
			m->at_y += home * (m->y - m->at_y);
			for (size_t j = 0; j < i; j++)
				push(&marks[j], m, distance);
		}
		for (size_t i = 0; i < count; i++) {
			struct moodmark *m = &marks[i];

			if (m->fixed)
				continue;
			m->at_x = hold(m->at_x, low[0], high[0]);
			m->at_y = hold(m->at_y, low[1], high[1]);
		}
	}
}
