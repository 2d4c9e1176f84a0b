/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A dictionary inside a model: terms with a number and a weight, looked up
 * where they lie in the mapping, nothing parsed. Two sections: NAME.terms
 * (struct term, sorted by hash, then text) and NAME.text (the terms' bytes).
 */
#ifndef MOODPIPE_TERMS_H
#define MOODPIPE_TERMS_H

#include "io/pack.h"

struct term {
	uint64_t hash;  /* hash_mix of the text */
	uint32_t at, n; /* in NAME.text */
	uint32_t id;    /* the owner's meaning */
	float value;
};

/* Fitting: keeps the `most` terms of highest rank (of equals, the first in
 * memcmp order), whatever the order of adding. */
struct terms_fit;
struct terms_fit *terms_fit_new(size_t most);
void terms_fit_free(struct terms_fit *f);
void terms_fit_add(struct terms_fit *f, struct span text, double rank,
		   uint32_t id, float value);
int terms_fit_write(struct terms_fit *f, const char *name,
		    struct pack_writer *w, struct err *err);

struct terms {
	const struct term *table; /* [count] */
	size_t count;
	struct span text;
};
int terms_open(struct terms *t, const struct pack *p, const char *name,
	       struct err *err);
const struct term *terms_find(const struct terms *t, struct span text);

#endif
