/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section "meta" of an index, a JSON object: what it holds, and what that
 * was made with, so that an update mixes nothing. */
#ifndef MOODPIPE_INDEXMETA_H
#define MOODPIPE_INDEXMETA_H

#include "index/indexwriter.h"

enum index_origin { /* of what there is to search, by its digest in hex */
		    ORIGIN_TEXT,    /* the text model */
		    ORIGIN_EMOTION, /* the network of feelings */
		    ORIGIN_SOUND,   /* recipes of feature files */
		    ORIGIN_MOOD,
		    ORIGIN_AUDIO,
		    ORIGIN_CNN,
		    ORIGIN_TEXTURE, /* the tables of timbretable.h */
		    ORIGINS
};
#define ORIGIN_HEX (2 * HASH_SIZE + 1)

struct index_origins {
	char digest[ORIGINS][ORIGIN_HEX]; /* "": there is none */
};
void index_origins_set(struct index_origins *o, enum index_origin which,
		       const uint8_t digest[HASH_SIZE]);
/* "text_model", ...: its member of meta. */
const char *index_origin_name(enum index_origin which);
/* Those that an index' meta names; what is no digest in hex is none. */
void index_origins_read(struct index_origins *o, struct span meta);

/* Appends the object and an end of line. */
void indexmeta_write(const struct index_counts *n,
		     const struct index_origins *o, struct str *out);

#endif
