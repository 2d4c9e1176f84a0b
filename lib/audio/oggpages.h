/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pages of an Ogg file, RFC 3533, for what libsndfile leaves undone: files
 * of several streams one after the other, and FLAC in Ogg, which it announces
 * but cannot read (1.2.0). Inside lib/audio only.
 */
#ifndef MOODPIPE_OGGPAGES_H
#define MOODPIPE_OGGPAGES_H

#include "audio/bytes.h"

/* Where the stream after the first one begins, 0: there is none. */
uint64_t oggpages_next_stream(struct bytes *b);
/* Whether the file stops before a page that says it is the last. */
bool oggpages_cut(struct bytes *b);
/* Whether the first stream is FLAC. */
bool oggpages_flac(struct bytes *b);

/* The plain FLAC file inside: read and seek as in bytes.h. From the heap; b
 * stays open. */
struct oggflac;
struct oggflac *oggflac_new(struct bytes *b);
void oggflac_free(struct oggflac *o);
ssize_t oggflac_read(struct oggflac *o, void *p, size_t n);
int64_t oggflac_seek(struct oggflac *o, int64_t offset, int whence);
uint64_t oggflac_where(const struct oggflac *o);

#endif
