/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which encoder the text vectors of an index are of: its section "encoder", man
 * index(5), a JSON object. The weights stay where they are.
 */
#ifndef MOODPIPE_ENCODERMARK_H
#define MOODPIPE_ENCODERMARK_H

#include "base/err.h"
#include "base/hash.h"
#include "math/linear.h"

#define ENCODERMARK_HEX (2 * HASH_SIZE + 1)

struct encodermark { /* zeroed: valid, of none */
	struct str name, path;
	/* Of what decides its results; of the files' names, sizes and times;
	 * of the vectors' recipe. In hex. */
	char digest[ENCODERMARK_HEX], stamp[ENCODERMARK_HEX];
	char recipe[ENCODERMARK_HEX];
	size_t dim;
	enum linear_precision precision; /* of the vectors */
};
void encodermark_release(struct encodermark *m);
/* Replaces *m. -1, ERR_DATA: no such object. */
int encodermark_read(struct encodermark *m, struct span json, struct err *err);
/* Appends the object and an end of line. */
void encodermark_write(const struct encodermark *m, struct str *out);

#endif
