/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an index tells of a sound beside its mood, by two tables that say what
 * their columns mean: data/timbre.tsv, scores of the axes of timbre.h, and
 * data/voice.tsv, singing or none.
 */
#ifndef MOODPIPE_TIMBRETABLE_H
#define MOODPIPE_TIMBRETABLE_H

#include "base/hash.h"
#include "index/indexwriter.h"

#define TIMBRETABLE_TERMS 64
#define TIMBRETABLE_RULES 16
/* Least share of an axis' weights whose features must be there. */
#define TIMBRETABLE_LEAST 0.5
/* No feature counts for more than this many times its scale. */
#define TIMBRETABLE_MOST 3.0

struct timbretable { /* zeroed: hears nothing */
	struct timbretable_term {
		enum timbre_axis axis;
		bool log;
		char feature[FEAT_NAME];
		int column; /* of the schema bound to; -1: it has none */
		double centre, scale, weight;
	} terms[TIMBRETABLE_TERMS];
	struct timbretable_rule {
		uint8_t says; /* VOICE_HEARD_NONE, VOICE_HEARD_SUNG */
		char feature[FEAT_NAME];
		int column;
		double least, most; /* infinite: no bound */
	} rules[TIMBRETABLE_RULES];
	size_t nterms, nrules;
	size_t sung_words; /* so many words of lyrics are sung; 0: no telling */
	uint8_t digest[HASH_SIZE]; /* of both tables */
};

/* Texts of the tables; names are for messages. -1: ERR_DATA; an axis without
 * terms is one, too. */
int timbretable_parse(struct timbretable *t, struct span timbre,
		      const char *name, struct span voice,
		      const char *voice_name, struct err *err);
/* Finds the features among the columns; there may be none of them. */
void timbretable_bind(struct timbretable *t, const struct feat_schema *s);
/* ctx is a struct timbretable. Voices are told of what was measured only. Fits
 * struct index_hearing. */
void timbretable_hear(const void *ctx, const struct feat_row *row,
		      struct index_heard *out);

#endif
