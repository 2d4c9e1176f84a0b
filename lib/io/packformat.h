/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of a pack, man index(5), shared by its reader and its writer.
 * Little-endian; the reader refuses to build elsewhere.
 */
#ifndef MOODPIPE_PACKFORMAT_H
#define MOODPIPE_PACKFORMAT_H

#include "io/pack.h"

#define PACK_MAGIC "\x89MPPACK\n"
#define PACK_FORMAT 1
#define PACK_PAGE 4096
#define PACK_SECTIONS_MAX 1024

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "artifacts are little-endian and read in place");

struct pack_header {
	char magic[8];
	uint32_t format, version;
	char kind[PACK_NAME];
	uint32_t count, zero;
	uint64_t table, size; /* byte offset of the table; file size */
	uint8_t digest[HASH_SIZE];
	uint32_t table_crc, crc; /* crc: of all bytes before it */
};

struct pack_entry {
	char name[PACK_NAME];
	uint64_t offset, size;
	uint8_t digest[HASH_SIZE];
};

_Static_assert(sizeof(struct pack_header) == 104, "no padding");
_Static_assert(sizeof(struct pack_entry) == 72, "no padding");

/* The checked table of an open pack, which owns it. */
const struct pack_entry *pack_entries(const struct pack *p, size_t *count);

#endif
