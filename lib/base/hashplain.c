/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 as FIPS 180-4 writes it. */
#include <string.h>

#include "base/hash.h"

enum { BLOCK = 64, ROUNDS = 64, WORDS = 8 };

/* Of the cube roots of the first primes, 32 bits behind the point. */
static const uint32_t roots[ROUNDS] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static uint32_t turn(uint32_t x, int by)
{
	return x >> by | x << (32 - by);
}

static void spread(const uint8_t p[BLOCK], uint32_t w[ROUNDS])
{
	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 |
		       (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
	for (int i = 16; i < ROUNDS; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) +
		       w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
	}
}

static void take_block(uint32_t state[WORDS], const uint8_t p[BLOCK])
{
	uint32_t w[ROUNDS], s[WORDS];

	spread(p, w);
	memcpy(s, state, sizeof(s));
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t a = s[0], e = s[4], one, two;

		one = s[7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +
		      ((e & s[5]) ^ (~e & s[6])) + roots[i] + w[i];
		two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) +
		      ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
		memmove(s + 1, s, sizeof(s) - sizeof(*s));
		s[4] += one;
		s[0] = one + two;
	}
	for (int i = 0; i < WORDS; i++)
		state[i] += s[i];
}

void hash_sha256_plain(const void *p, size_t n, uint8_t out[HASH_SIZE])
{
	/* Likewise, of square roots. */
	uint32_t state[WORDS] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372,
				  0xa54ff53a, 0x510e527f, 0x9b05688c,
				  0x1f83d9ab, 0x5be0cd19 };
	uint8_t last[2 * BLOCK] = { 0 };
	size_t rest = n % BLOCK, size = rest < BLOCK - 8 ? BLOCK : 2 * BLOCK;
	const uint8_t *from = p;

	for (size_t at = 0; at + BLOCK <= n; at += BLOCK)
		take_block(state, from + at);
	if (rest)
		memcpy(last, from + n - rest, rest);
	last[rest] = 0x80;
	for (int i = 0; i < 8; i++)
		last[size - 1 - (size_t)i] =
		    (uint8_t)((uint64_t)n * 8 >> (8 * i));
	for (size_t at = 0; at < size; at += BLOCK)
		take_block(state, last + at);
	for (int i = 0; i < HASH_SIZE; i++)
		out[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

uint64_t hash_u64_plain(const void *p, size_t n)
{
	uint8_t digest[HASH_SIZE];
	uint64_t key = 0;

	hash_sha256_plain(p, n, digest);
	for (int i = 0; i < 8; i++)
		key = key << 8 | digest[i];
	return key;
}
