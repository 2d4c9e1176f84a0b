/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside encodertrain.h: a training and its parts. */
#ifndef MOODPIPE_ENCODERTRAINPARTS_H
#define MOODPIPE_ENCODERTRAINPARTS_H

#include "encoder/encoderpass.h"
#include "encoder/encodertrain.h"
#include "encoder/encodertrainstate.h"
#include "encoder/encodertraintask.h"
#include "learn/textcuefile.h"
#include "io/mlruns.h"

struct encodertraining {
	const struct encodertrain_options *o;
	struct encodertrain_config config;
	struct encoderfolder *base; /* NULL: a new encoder */
	struct str base_path;
	uint8_t base_digest[HASH_SIZE];
	struct str model_json;       /* config.json of what is written */
	struct encoder_config model; /* of that */
	struct str tokenizer_json;   /* of a new encoder */
	struct tokenizer *own;       /* likewise */
	const struct tokenizer *tokenizer;
	struct textcuefile cues;
	struct encoderwide *wide;
	struct encodertraindata data;
	struct encodertraindata_options reading;
	struct parameters parameters;
	double *rates; /* of parameters, before the schedule */
	struct encoderpass *pass;
	struct encodertraintask task;
	struct encodertrainstate state;
	uint32_t *order, *train, *held; /* rows */
	size_t train_count, held_count, steps;
	struct mlrun *run;
};

/* encodertrainsetup.c: all but state and order. */
int encodertrain_setup(struct encodertraining *t, struct err *err);
void encodertrain_release(struct encodertraining *t);

/* encodertrainloop.c: trains, or goes on. */
int encodertrain_loop(struct encodertraining *t, struct err *err);
/* Loss and hits of rows[n]; logits: NULL or [n][columns]. */
int encodertrain_try(struct encodertraining *t, struct encodertraintask *task,
		     const uint32_t *rows, size_t n, float *logits,
		     struct encodertraintask_told *told, struct err *err);

/* encodertrainfigures.c: calibrates heads on what is kept aside, and tells
 * figures of it and of the checks. */
int encodertrain_figures(struct encodertraining *t, struct str *report,
			 struct err *err);

/* encodertrainwrite.c */
/* config.json of the trained model: the base's, or that of the shape. */
int encodertrain_describe(struct encodertraining *t, struct err *err);
int encodertrain_write(struct encodertraining *t, struct err *err);
/* DIR/.training/NAME */
void encodertrain_path(const struct encodertraining *t, const char *name,
		       struct str *out);

#endif
