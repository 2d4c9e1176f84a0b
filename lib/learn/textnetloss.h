/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loss of one text, and its gradient in a network's outputs: labels binary,
 * classes (shares of them) multinomial cross entropy, each weighed by its own
 * class; regressions squared, in deviations from the mean, the gradient held to
 * two of them.
 */
#ifndef MOODPIPE_TEXTNETLOSS_H
#define MOODPIPE_TEXTNETLOSS_H

#include "learn/textheads.h"

/* z, y (NaN: not told), class_weight [columns of heads]; gradient [padded] is
 * replaced, 0 behind the columns. Both times weight and the heads' weights. */
double textnetloss(const struct textheads *heads, const float *class_weight,
		   const float *z, const float *y, float weight,
		   float *gradient, size_t padded);

#endif
