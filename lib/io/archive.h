/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Archives, read by libarchive: tar in all its dialects and zip, plain or in
 * gzip, bzip2, xz, zstd, lzma; also a single file in one of these. This is the
 * half that runs in the sandbox (base/worker.h, job "unpack"); unpack.h is the
 * one that asks.
 *
 * Nothing is written anywhere but to out, as frames: a type, the length of what
 * follows (32 bits, little endian), and that many bytes.
 *
 *   'f' 'l' 'o'  an entry begins: a file, a link, something else; its name, as
 *                stored, at most ARCHIVE_NAME_MAX bytes. Folders are left out.
 *   'd'          bytes of the file, at most ARCHIVE_CHUNK
 *   'x'          the rest of the file cannot be read: the reason
 *   'e'          the file ends here, whole or behind an 'x'
 *   'b'          the archive cannot be read any further: the reason. The last.
 *   'z'          the archive ends here, whole. The last.
 *
 * So a worker that died is never taken for an archive that ended. Limits: an
 * archive whose contents are more than ARCHIVE_RATIO times its own bytes (past
 * the first ARCHIVE_FREE), or with more than ARCHIVE_ENTRIES entries, is 'b'.
 * Deflate cannot exceed the ratio; a hundred million entries are ten times the
 * largest dump we know of.
 */
#ifndef MOODPIPE_ARCHIVE_H
#define MOODPIPE_ARCHIVE_H

#include <stdint.h>

#include "base/err.h"

#define ARCHIVE_NAME_MAX 4096
#define ARCHIVE_CHUNK 65536
#define ARCHIVE_RATIO UINT64_C(1100)
#define ARCHIVE_FREE (UINT64_C(1) << 28)
#define ARCHIVE_ENTRIES UINT64_C(100000000)

/* Before the sandbox closes: has the C library read the files that libarchive
 * will make it want (character sets, the time zone). */
void archive_prepare(void);

/* Unpacks what comes from in (a file, pipe or socket) to out until the archive
 * ends or breaks, which frames say. -1: out cannot be written to. */
int archive_unpack(int in, int out, struct err *err);

#endif
