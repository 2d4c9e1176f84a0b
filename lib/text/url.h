/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Absolute http and https URLs: taking apart, cleaning for a request, and the
 * canonical form that says whether two spellings mean one resource (RFC 3986
 * section 6, with what crawls do to URLs besides). No look-ups, no libcurl.
 */
#ifndef MOODPIPE_URL_H
#define MOODPIPE_URL_H

#include "base/str.h"

#define URL_MAX 8192 /* bytes; longer ones are not accepted */

struct url {
	bool https;
	struct span host;     /* raw spelling, "[...]" for IPv6 */
	int port;             /* given, or the scheme's default */
	struct span path;     /* raw, "" or from its "/" */
	struct span query;    /* raw, behind "?"; {NULL,0}: there is none */
	struct span fragment; /* raw, behind "#"; the same */
};

/* Takes raw apart (spans into it); white space around it, user names and
 * passwords are left out. -1: not an absolute http(s) URL. */
int url_parse(struct span raw, struct url *u);

/* Replaces *out with the canonical form: scheme "https" (http and https are
 * the same resource), lower-case host without a trailing dot, ports 80 and 443
 * off, dot segments resolved, percent-encoding normalised, no trailing slash
 * but the root's, no user name, no tracking parameters (utm_*, fbclid, gclid,
 * si ...); the other parameters keep their order. No fragment but one that
 * names a page of its own ("#!/s/Song", "#/track/1"). Idempotent.
 * It names a resource; to ask for it, use url_clean. -1 as url_parse, *out is
 * then empty. raw must not lie in *out. */
int url_canonical(struct span raw, struct str *out);

/* Replaces *out with a request URL: raw's own scheme, path and parameters,
 * illegal bytes percent-encoded, no user name, no fragment. -1 likewise. */
int url_clean(struct span raw, struct str *out);

/* Replaces *out with the lower-case host, without port. -1 likewise. */
int url_host(struct span url, struct str *out);

#endif
