/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packs: one file of named, page-aligned, checksummed sections with a table of
 * contents, man index(5). Models and index generations are packs. Opening maps
 * the file and checks header, table and bounds; a section's bytes are touched
 * (and checked, if asked) only when it is read.
 *
 * A pack is never written in place: whoever replaces one writes another file
 * and renames it. One that is cut short while it is mapped kills the process
 * that touches what is gone (SIGBUS).
 */
#ifndef MOODPIPE_PACK_H
#define MOODPIPE_PACK_H

#include <stdio.h>

#include "base/err.h"
#include "base/hash.h"

#define PACK_NAME 24 /* bytes of kind and section names, with NUL */

/* Writing: sections in order, each begun, filled and ended by the next begin
 * or the end. out must be seekable (an atomic file). */
struct pack_writer;
struct pack_writer *pack_writer_new(FILE *out, const char *kind,
				    uint32_t version, struct err *err);
int pack_begin(struct pack_writer *w, const char *name, struct err *err);
int pack_put(struct pack_writer *w, const void *p, size_t n, struct err *err);
/* A whole section at once. */
int pack_section(struct pack_writer *w, const char *name, const void *p,
		 size_t n, struct err *err);
/* The bytes of a section that has ended, mapped until w ends: what is derived
 * from a large one need not be kept in memory beside it. p NULL, ERR_ENV: the
 * file cannot be mapped. */
struct span pack_written(struct pack_writer *w, const char *name,
			 struct err *err);
/* Writes table and header, frees w in any case. digest (may be NULL) is the
 * SHA-256 of the table, which holds every section's: the pack's identity. */
int pack_writer_end(struct pack_writer *w, uint8_t digest[HASH_SIZE],
		    struct err *err);

struct pack;
/* NULL, ERR_DATA: missing, not a pack of that kind and version, truncated, or
 * with a broken table; the message says what to do. */
struct pack *pack_open(const char *path, const char *kind, uint32_t version,
		       struct err *err);
void pack_close(struct pack *p);
const uint8_t *pack_digest(const struct pack *p); /* [HASH_SIZE] */
/* The section's bytes in the mapping, 4096-aligned; {NULL,0} where there is
 * none. An empty section has n == 0 and p != NULL. */
struct span pack_get(const struct pack *p, const char *name);
/* pack_get of a section that must be there and hold `count` elements of `size`
 * bytes (count SIZE_MAX: any whole number). NULL with ERR_DATA otherwise. */
const void *pack_array(const struct pack *p, const char *name, size_t size,
		       size_t count, size_t *found, struct err *err);
/* Copies n bytes that stand in a section: for a few in many places, reading the
 * file costs a third of touching pages of the mapping for the first time. There
 * is no error: what cannot be read is copied from the mapping. */
void pack_copy(const struct pack *p, const void *from, size_t n, void *to);
/* Checks every section's SHA-256 (reads all of the file). */
int pack_verify(const struct pack *p, struct err *err);

#endif
