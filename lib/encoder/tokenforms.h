/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normal forms (UAX #15) of a text on its way to tokens. */
#ifndef MOODPIPE_TOKENFORMS_H
#define MOODPIPE_TOKENFORMS_H

#include "encoder/tokentext.h"

struct tokenforms {
	bool compat, compose; /* NFD: neither, NFKC: both */
	bool nonspacing_off;  /* then marks of category Mn go, */
	bool lower;           /* and what is left is lowered */
};

/* What a code point decomposes to stands for what that stood for; a composite
 * for what its first did. */
void tokenforms_apply(const struct tokenforms *how, struct tokentext *t);

#endif
