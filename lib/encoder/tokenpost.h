/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Post-processors: what stands around and between texts. */
#ifndef MOODPIPE_TOKENPOST_H
#define MOODPIPE_TOKENPOST_H

#include "encoder/tokenizer.h"

enum tokenpost_what { TOKENPOST_SPECIAL, TOKENPOST_A, TOKENPOST_B };

struct tokenpost_item {
	enum tokenpost_what what;
	int32_t id; /* of a special token */
	uint8_t type;
};

struct tokenpost_template {
	struct tokenpost_item *items;
	size_t count, cap;
	size_t special; /* how many of them are */
};

struct tokenpost { /* zeroed: nothing is added; to release */
	struct tokenpost_template single, pair;
	bool added;     /* the templates are set */
	bool trim;      /* spaces off the places of byte-level tokens, */
	bool add_space; /* the one put before a text excepted */
};

/* json: null or absent is none. Ids are below size. -1, ERR_DATA. */
int tokenpost_init(struct tokenpost *p, struct span json, size_t size,
		   struct err *err);
void tokenpost_release(struct tokenpost *p);

void tokenpost_put(const struct tokenpost *p, struct subword_slice a,
		   const struct subword_slice *b, struct subwords *out);

#endif
