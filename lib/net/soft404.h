/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Soft 404s: answers with status 200 that say, to people only, that there is
 * nothing (any more). Told by where a redirect has led, by what title and first
 * heading say (phrases of many languages: data/soft404.tsv), and by comparing a
 * page with what the same host gives for a page that surely is not there. Bytes
 * are a stranger's: nothing in them is trusted, everything is bounded.
 */
#ifndef MOODPIPE_SOFT404_H
#define MOODPIPE_SOFT404_H

#include "base/err.h"
#include "base/str.h"

#define SOFT404_BODY 32768 /* bytes of a page that are looked at */

struct soft404;
/* Reads the table. NULL: ERR_ENV, ERR_DATA. */
struct soft404 *soft404_open(const char *path, struct err *err);
void soft404_free(struct soft404 *s);

enum soft404_place { SOFT404_ELSEWHERE, SOFT404_MISSING, SOFT404_LOGIN };

/* Where a redirect from one request URL to another has led: to a site's front
 * page or an error page, to a page to sign in, or elsewhere. */
enum soft404_place soft404_place(const struct soft404 *s, struct span from,
				 struct span to);

struct soft404_page {   /* what is kept of a page */
	bool says_so;   /* title or heading has a phrase */
	uint64_t title; /* a hash */
	uint64_t text;  /* SimHash (Charikar 2002) of the words one sees */
	uint32_t words;
};

/* Looks at an HTML page got from url. Words of the URL's path and words with
 * digits do not count for title and text: pages repeat what was asked for. */
void soft404_look(const struct soft404 *s, struct span html, struct span url,
		  struct soft404_page *out);

/* Two pages that differ in nothing that counts. */
bool soft404_same(const struct soft404_page *a, const struct soft404_page *b);

/* Replaces *out with the URL of a page that surely is not there, beside url's:
 * the same for all of that folder. 0, or -1: url is no request URL. */
int soft404_probe(struct span url, struct str *out);

#endif
