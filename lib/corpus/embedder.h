/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A model that gives a track a vector, of whichever kind: of words
 * (wordvector.h), a transformer's (trackencoder.h), of the components of its
 * sound (pcavector.h), or a network's (soundvector.h). What embed --model does
 * to each record.
 */
#ifndef MOODPIPE_EMBEDDER_H
#define MOODPIPE_EMBEDDER_H

#include "corpus/soundvector.h"
#include "io/feat.h"
#include "io/record.h"
#include "learn/pca.h"
#include "learn/textmodel.h"

struct trackencoder;

struct embedder {             /* one of text, pca, cnn and encoder, once open */
	const char *features; /* components: the sound's feature file */
	int mels;             /* network: mel bands; 0: as its folder says */
	struct soundvector sound; /* network: where to find and how to hear */
	const char *precision;    /* encoder: encoderprecision.h; NULL: f32 */
	bool query;               /* encoder: texts are requests, not tracks */
	struct pack *pack;
	struct textmodel *text;
	struct pca *pca;
	struct cnnmodel *cnn;
	struct trackencoder *encoder;
};

/* A model of words (text), a pack or an encoder's folder, else of sound: a
 * folder with a network, or a pack.
 * -1: missing or damaged; the message says what to do. */
int embedder_open(struct embedder *e, bool text, const char *model,
		  struct err *err);
void embedder_close(struct embedder *e);
/* Of an encoder's texts those that were longer than it takes, so far, of how
 * many; 0: no encoder. */
uint64_t embedder_windowed(const struct embedder *e, uint64_t *texts);
/* Of the vectors, to release. */
void embedder_schema(const struct embedder *e, struct feat_schema *s);

/* For struct stream; ctx is the embedder. A scratch is one thread's. */
void *embedder_scratch_new(void *ctx);
void embedder_scratch_free(void *scratch);
uint64_t embedder_digest(void *ctx, void *scratch, const struct record *r);
int embedder_measure(void *ctx, void *scratch, struct record *r,
		     struct feat_row *row, struct err *err);

#endif
