/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration of an encoder's training, a JSON object; man encoder(5)
 * says what each member does. A member that is not known is an error.
 */
#ifndef MOODPIPE_ENCODERTRAINCONFIG_H
#define MOODPIPE_ENCODERTRAINCONFIG_H

#include "encoder/lora.h"
#include "encoder/optimiser.h"
#include "encoder/wordpiecefit.h"
#include "learn/textheads.h"

enum encodertrain_task {
	ENCODERTRAIN_HEADS, /* classes, labels, numbers */
	ENCODERTRAIN_PAIRS, /* vectors, contrastively */
	ENCODERTRAIN_WORDS  /* masked words */
};

struct encodertrain_shape { /* of a new encoder, of the BERT family */
	uint32_t hidden, layers, heads, intermediate, positions;
	double dropout;
};

enum encoderwide_kind { /* of a field, a further column of a source */
			ENCODERWIDE_TAGS,   /* words divided by commas */
			ENCODERWIDE_NUMBER, /* as it is */
			ENCODERWIDE_COUNT,  /* its ln(1 + x) */
			ENCODERWIDE_HOUR    /* of a day: 17.5 or 17:30 */
};
#define ENCODERWIDE_FIELDS 8
#define ENCODERWIDE_NAME 32

struct encoderwide_options {
	uint32_t buckets; /* a power of two */
	uint32_t least;   /* texts that must hold a gram's bucket */
	double words, characters, labels; /* norms of these groups of grams */
	bool cues;
	size_t field_count;
	struct {
		char name[ENCODERWIDE_NAME];
		enum encoderwide_kind kind;
	} field[ENCODERWIDE_FIELDS];
};

struct encodertrain_config { /* to release */
	struct str text;
	enum encodertrain_task task;
	struct str base; /* empty: none is named */
	bool has_shape, has_lora, has_wide;
	struct encodertrain_shape shape;
	struct wordpiecefit_options vocabulary;
	struct textheads heads;
	struct span sources, checks; /* JSON arrays of text, or none */
	struct lora_options lora;
	struct str lora_targets;
	struct encoderwide_options wide;

	bool frozen; /* only heads and adapters move */
	int epochs, patience;
	uint32_t batch, rows, accumulate, tokens, save, seed;
	double rate, head_rate, wide_rate, wide_decay, warmup, clip, held;
	enum optimiser_schedule schedule;
	struct optimiser_options optimiser;
	bool bf16, checkpointing;
	double share; /* of words to be told */
	bool whole_words;
	double temperature; /* of pairs */
	bool symmetric;
	unsigned pooling; /* of a new encoder's vectors */
};

/* -1: ERR_ENV, or ERR_DATA naming the file. */
int encodertrain_config_read(struct encodertrain_config *c, const char *path,
			     struct err *err);
void encodertrain_config_release(struct encodertrain_config *c);

#endif
