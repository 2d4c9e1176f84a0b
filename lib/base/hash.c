/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EVP looks the algorithm up, with locks, at every digest: for a few dozen bytes
 * that costs many times the digest. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>

#include "base/mem.h"

struct hash {
	EVP_MD_CTX *evp;
};

struct hash *hash_new(void)
{
	struct hash *h = mem_alloc(sizeof(*h));

	h->evp = EVP_MD_CTX_new();
	if (!h->evp || !EVP_DigestInit_ex(h->evp, EVP_sha256(), NULL))
		abort(); /* libcrypto without SHA-256 */
	return h;
}

void hash_free(struct hash *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->evp);
	free(h);
}

void hash_add(struct hash *h, const void *p, size_t n)
{
	EVP_DigestUpdate(h->evp, p, n);
}

void hash_end(struct hash *h, uint8_t out[HASH_SIZE])
{
	EVP_DigestFinal_ex(h->evp, out, NULL);
	EVP_DigestInit_ex(h->evp, EVP_sha256(), NULL);
}

void hash_sha256(const void *p, size_t n, uint8_t out[HASH_SIZE])
{
	SHA256_CTX c;

	SHA256_Init(&c);
	if (n)
		SHA256_Update(&c, p, n);
	SHA256_Final(out, &c);
}

uint64_t hash_u64(const void *p, size_t n)
{
	uint8_t d[HASH_SIZE];
	uint64_t v = 0;
	int i;

	hash_sha256(p, n, d);
	for (i = 0; i < 8; i++)
		v = v << 8 | d[i];
	return v;
}

void hash_hex(const uint8_t *p, size_t n, char *out)
{
	static const char digit[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = digit[p[i] >> 4];
		out[2 * i + 1] = digit[p[i] & 15];
	}
	out[2 * n] = '\0';
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int hash_unhex(const char *hex, size_t n, uint8_t *out)
{
	for (size_t i = 0; i < n; i++) {
		int high = digit_of(hex[2 * i]);
		int low = high < 0 ? -1 : digit_of(hex[2 * i + 1]);

		if (low < 0)
			return -1;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}
