/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "corpus/identity.h"
#include "text/url.h"
#include "text/utf8.h"

#define DIGEST_BYTES 10 /* of the hash in an id */

void identity_write(const uint8_t digest[HASH_SIZE], char id[IDENTITY_SIZE])
{
	static const char hex[] = "0123456789abcdef"; /* hash.c has libcrypto */

	*id++ = 'm';
	*id++ = 'p';
	for (int i = 0; i < DIGEST_BYTES; i++) {
		*id++ = hex[digest[i] >> 4];
		*id++ = hex[digest[i] & 15];
	}
	*id = '\0';
}

int identity_put_url(struct span url, struct str *out)
{
	struct str canonical = { 0 };
	int rc = -1;

	if (url.n && !memchr(url.p, 0, url.n) && utf8_valid(url) &&
	    !url_canonical(url, &canonical)) {
		str_puts(out, "url:");
		str_span(out, span_str(&canonical));
		rc = 0;
	}
	str_release(&canonical);
	return rc;
}

int identity_of_url(struct span url, char id[IDENTITY_SIZE])
{
	struct str text = { 0 };
	uint8_t digest[HASH_SIZE];
	int rc = identity_put_url(url, &text);

	if (!rc) {
		hash_sha256_plain(text.p, text.n, digest);
		identity_write(digest, id);
	}
	str_release(&text);
	return rc;
}
