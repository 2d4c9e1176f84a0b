/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hashing. SHA-256 (FIPS 180-4, libcrypto) wherever a value identifies
 * something; hash_mix where a collision costs nobody anything.
 */
#ifndef MOODPIPE_HASH_H
#define MOODPIPE_HASH_H

#include "base/str.h"

#define HASH_SIZE 32

struct hash; /* an SHA-256 under way */
struct hash *hash_new(void);
void hash_free(struct hash *h);
void hash_add(struct hash *h, const void *p, size_t n);
void hash_end(struct hash *h, uint8_t out[HASH_SIZE]); /* and starts anew */

void hash_sha256(const void *p, size_t n, uint8_t out[HASH_SIZE]);
/* First 8 bytes of SHA-256, big-endian: so keys sort as the digests do. */
uint64_t hash_u64(const void *p, size_t n);
/* The same two, slower, for programs that are to start without libcrypto. */
void hash_sha256_plain(const void *p, size_t n, uint8_t out[HASH_SIZE]);
uint64_t hash_u64_plain(const void *p, size_t n);
/* Lower-case hex of n bytes; out holds 2n + 1. */
void hash_hex(const uint8_t *p, size_t n, char *out);
/* The n bytes that 2n hex digits of either case stand for. -1: others. */
int hash_unhex(const char *hex, size_t n, uint8_t *out);

/* Fast, seedless, the same on every machine. For tables, and for keys of a
 * model where meeting another name's hash gains no more than taking the name. */
uint64_t hash_mix(const void *p, size_t n);

#endif
