/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an index is built from besides records: feature files by signal, the
 * model of words or the encoder of the text vectors, the map from these to
 * sound (learn/bridge.h), what files are heard with that are not in the corpus
 * (indexear.h), and of the data directory the tables that requests are read
 * with and, where it is there, models/emotion.pack.
 */
#ifndef MOODPIPE_INDEXINPUTS_H
#define MOODPIPE_INDEXINPUTS_H

#include "corpus/encodermark.h"
#include "corpus/indexear.h"
#include "corpus/indexmeta.h"
#include "corpus/timbretable.h"
#include "io/options.h"

struct indexinput_paths { /* zeroed is valid: none */
	const char *model, *encoder, *bridge;
	struct indexear_paths ear;
	struct option_list text, sound, mood, audio;
};
/* A pack and an encoder's folder, sorted into p; false: two of a kind. */
bool indexinput_paths_models(struct indexinput_paths *p,
			     const struct option_list *models);
void indexinput_paths_release(struct indexinput_paths *p);

struct indexinputs { /* zeroed is valid; release it also after a failure */
	struct pack *model;            /* NULL: no words, or the base's */
	struct encodermark encoder;    /* dim 0: vectors are the model's */
	const struct generation *base; /* of an update, else NULL */
	struct index_origins origins;
	struct pack *emotion; /* the network of feelings; NULL: none there */
	struct pack *bridge; /* from text to sound; NULL: none, or the base's */
	struct indexear ear;
	struct index_sources sources;
	struct timbretable texture;          /* which the sources hear with */
	struct str lexicon, themes, foreign; /* compiled */
	struct str targets, weights, asking; /* texts, which parse */
};
/* base: the index that is updated (which must outlive *in), or NULL; its text
 * model serves where none is named. Files of `audio` are sorted by what they
 * hold, components or a network's vectors. -1: one cannot be read (ERR_ENV), is
 * damaged, of another recipe than the others of its signal or the base, or of
 * another text model (ERR_DATA); so for tables and networks, which the message
 * names. */
int indexinputs_open(struct indexinputs *in, const struct indexinput_paths *p,
		     const struct generation *base, struct err *err);
void indexinputs_release(struct indexinputs *in);

/* The sections that copy the models and the tables, and "meta"; counts are
 * indexwriter_write's. */
int indexinputs_write(const struct indexinputs *in,
		      const struct index_counts *counts, struct pack_writer *pw,
		      struct err *err);

#endif
