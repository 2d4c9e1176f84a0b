/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a listener would say of a recording, each 0 to 1: computed from other
 * columns of its row by a table, data/descriptors.tsv, which says what its
 * columns mean. Nothing is decoded for it.
 */
#ifndef MOODPIPE_DESCRIPTORS_H
#define MOODPIPE_DESCRIPTORS_H

#include "io/feat.h"

enum descriptor {
	DESCRIPTOR_ENERGY,
	DESCRIPTOR_DANCEABILITY,
	DESCRIPTOR_ACOUSTICNESS,
	DESCRIPTOR_SPEECHINESS,
	DESCRIPTOR_INSTRUMENTALNESS,
	DESCRIPTOR_LIVENESS,
	DESCRIPTOR_COUNT
};
/* "energy", "danceability" ...: the column. */
const char *descriptor_name(enum descriptor d);

/* Part of the version of the columns, beside the table: raise it when a table
 * gives other values. */
#define DESCRIPTORS_VERSION "1"

#define DESCRIPTOR_TERMS 96
/* Least share of the weights whose features must be there. */
#define DESCRIPTOR_LEAST 0.5
/* No feature counts for more than this many times its scale. */
#define DESCRIPTOR_MOST 3.0

struct descriptors {
	struct descriptor_term {
		enum descriptor of;
		enum descriptor_shape {
			DESCRIPTOR_LINEAR, /* (x - centre) / scale */
			DESCRIPTOR_LOG,    /* of ln x; missing where x <= 0 */
			DESCRIPTOR_NEAR    /* 1 - |log2(x / centre)| / scale */
		} shape;
		char feature[FEAT_NAME];
		int column; /* of the schema bound to */
		double centre, scale, weight;
	} terms[DESCRIPTOR_TERMS];
	size_t count;
	double constant[DESCRIPTOR_COUNT];
	int column[DESCRIPTOR_COUNT]; /* of the schema bound to */
};

/* A table's text. name is for messages. -1: ERR_DATA; a descriptor without
 * terms is one, too. */
int descriptors_parse(struct descriptors *d, struct span tsv, const char *name,
		      struct err *err);
/* Finds the features and the descriptors among the columns. -1, ERR_DATA: one
 * is missing; source (a file's name) is for the message. */
int descriptors_bind(struct descriptors *d, const struct feat_schema *s,
		     const char *source, struct err *err);

/* Fills the descriptors of a row: the logistic function of the weighted sum of
 * the terms. Terms whose feature is NaN are left out, as if it were at its
 * centre; the descriptor is NaN where what is left has less than
 * DESCRIPTOR_LEAST of the weight. */
void descriptors_apply(const struct descriptors *d, float *values);

#endif
