/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which row of a table of relative places two tokens have, by how far apart
 * they stand: near distances have rows of their own, far ones share rows by
 * their logarithm. In single precision, as the models were trained.
 */
#ifndef MOODPIPE_RELATIVEPLACE_H
#define MOODPIPE_RELATIVEPLACE_H

#include <stddef.h>

#include "encoder/encoderconfig.h"

/* MPNet, of distance = key's place - query's: a row below buckets (Raffel et
 * al. 2020, both directions, farthest 128). */
size_t relativeplace_mpnet(ptrdiff_t distance, size_t buckets);

/* DeBERTa: half the number of rows, and the row, of distance = query's place -
 * key's. The row never falls with the distance, and serves what the query asks
 * of the key's place and the other way round. */
size_t relativeplace_span(const struct encoder_config *c);
size_t relativeplace_deberta(const struct encoder_config *c,
			     ptrdiff_t distance);

#endif
