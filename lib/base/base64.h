/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 (RFC 4648). */
#ifndef MOODPIPE_BASE64_H
#define MOODPIPE_BASE64_H

#include "base/str.h"

enum base64_alphabet {
	BASE64_STANDARD, /* + and / */
	BASE64_URL,      /* - and _ */
};

/* Appends the bytes that the digits stand for; the standard alphabet may be
 * padded with "=". -1: another character, or a digit too many. */
int base64_decode(struct span digits, enum base64_alphabet alphabet,
		  struct str *out);
/* Appends bytes in the standard alphabet, padded with "=". */
void base64_encode(struct span bytes, struct str *out);

#endif
