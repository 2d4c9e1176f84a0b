/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a history says about a record's link, written into the record: a
 * function of the two alone.
 */
#ifndef MOODPIPE_LINKNOTE_H
#define MOODPIPE_LINKNOTE_H

#include "io/record.h"
#include "net/history.h"

struct linknote { /* zeroed before first use, then reused */
	struct history_link link;
	struct str text, key, request;
};
void linknote_release(struct linknote *n);

enum linknote_kind { LINKNOTE_NONE, LINKNOTE_BAD, LINKNOTE_OK };

/* The record's link: n->key, what the history knows it by, and n->request, what
 * to ask for. Files (file:///path) are links where they are allowed. */
enum linknote_kind linknote_name(struct linknote *n, const struct record *r,
				 bool files);

/* Sets url_status, url_reason and redirect_url. 0, or -1: the history. */
int linknote_set(struct linknote *n, struct history *h, struct record *r,
		 bool files, struct err *err);

#endif
