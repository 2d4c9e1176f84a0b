/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Named arrays of numbers that training moves: values in f32 (the masters) and,
 * of those that are not frozen, gradients and the optimiser's two moments.
 */
#ifndef MOODPIPE_PARAMETERS_H
#define MOODPIPE_PARAMETERS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

struct parameter {
	char *name;
	int ndim;
	size_t dims[3], count;
	float *value;
	float *gradient;  /* NULL: frozen */
	float *moment[2]; /* of AdamW; NULL until it steps, or frozen */
	bool decays;      /* weight decay applies: no norms, no biases */
};

struct parameters {               /* zeroed is empty */
	struct parameter **items; /* each stays where it is */
	size_t count, cap;
};
void parameters_release(struct parameters *p);
/* A new one, zeros, frozen. Names are not looked for twice. */
struct parameter *parameters_add(struct parameters *p, const char *name,
				 const size_t *dims, int ndim);
struct parameter *parameters_find(const struct parameters *p, const char *name);
/* Gives it a gradient of zeros, or takes it away. */
void parameter_train(struct parameter *p, bool on);
void parameters_zero_gradients(struct parameters *p);
size_t parameters_count(const struct parameters *p, bool trained_only);

/* Writes the parameters (of those whose names begin with prefix) as
 * .safetensors, F32, names sorted; metadata: NULL or the JSON object
 * "__metadata__". -1, ERR_ENV. */
int parameters_write(const struct parameters *p, const char *prefix,
		     const char *metadata, FILE *out, struct err *err);
/* The same of n parameters under other names. */
struct parameter_name {
	const char *name;
	const struct parameter *parameter;
};
int parameters_write_as(const struct parameter_name *items, size_t n,
			const char *metadata, FILE *out, struct err *err);

#endif
