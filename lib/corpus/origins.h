/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rows of ingest(1) come from: names of operands, "crawl.csv", and of
 * files in archives, "dump.tar!a.csv", each with a number.
 */
#ifndef MOODPIPE_ORIGINS_H
#define MOODPIPE_ORIGINS_H

#include "base/str.h"

#define ORIGINS_MAX 65536 /* files in archives that get a number of their own */

struct origins {      /* zeroed is valid */
	char **names; /* [count] */
	size_t count, operand;
	size_t file;     /* number of where rows come from now, */
	struct str name; /* and its name */
	struct str tail; /* ,"ingested_from":"..."} */
};
void origins_release(struct origins *o);
void origins_begin(struct origins *o, const char *operand);
/* inside: the file in the operand, empty: itself. Cheap where it is the same as
 * before. */
void origins_follow(struct origins *o, struct span inside);

#endif
