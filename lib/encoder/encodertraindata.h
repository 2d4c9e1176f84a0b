/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Labelled texts made ready for an encoder's training: their tokens, cut to what
 * the encoder takes (of masked words: cut into as many pieces), of pairs also the
 * other text's, and their wide inputs. Read-only once made.
 */
#ifndef MOODPIPE_ENCODERTRAINDATA_H
#define MOODPIPE_ENCODERTRAINDATA_H

#include "base/hash.h"
#include "encoder/encoderwide.h"

struct encodertraindata_side { /* of a pair; of one text the first alone */
	size_t first;
	uint32_t count;
	uint64_t same; /* equal of equal texts */
};

struct encodertraindata_row {
	struct encodertraindata_side side[2];
	size_t wide, wide_count; /* inputs */
	uint32_t text;           /* of labelled */
};

struct encodertraindata { /* zeroed is empty; to release */
	struct labelled labelled;
	bool *held; /* [labelled.count], kept aside */
	struct encodertraindata_row *rows;
	size_t count, cap;
	struct subword *tokens;
	size_t token_count, token_cap;
	struct encoderwide_inputs wide;
};

struct encodertraindata_options {
	const struct encodertrain_config *config;
	const char *folder; /* of sources */
	const struct tokenizer *tokenizer;
	size_t tokens_max;
	const char *prefix[2]; /* of pairs: query and passage */
};

/* Reads the texts that sources describe; held: keeps a share of the groups
 * aside. -1: ERR_ENV, ERR_DATA; also no text, or a pair without its second. */
int encodertraindata_read(struct encodertraindata *d,
			  const struct encodertraindata_options *o,
			  struct span sources, double held, struct err *err);
/* Tokens of what was read; wide NULL: none. */
void encodertraindata_make(struct encodertraindata *d,
			   const struct encodertraindata_options *o,
			   const struct encoderwide *wide);
void encodertraindata_release(struct encodertraindata *d);

/* Adds all that training depends on to a digest. */
void encodertraindata_hash(const struct encodertraindata *d, struct hash *h);

/* Rows in batches: as many as together have at most `batch` tokens, or one, and
 * at most `most` (0: any). Returns where the batch that begins at `from` of
 * order[n] ends. */
size_t encodertraindata_batch(const struct encodertraindata *d,
			      const uint32_t *order, size_t n, size_t from,
			      size_t batch, size_t most);

#endif
