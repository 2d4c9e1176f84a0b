/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the texts of a record say about the song without a model of the corpus:
 * in which language they are and whether there is singing. Sets
 *
 *   language             of the lyrics, else the description, else the title;
 *                        "unknown" where there is text but no telling
 *   languages            {"lyrics":..,"description":..,"title":..}, of those
 *                        there are, where one at least is known
 *   instrumental         bool, and
 *   instrumental_reason  instrumental.h
 */
#ifndef MOODPIPE_WORDING_H
#define MOODPIPE_WORDING_H

#include "corpus/instrumental.h"
#include "text/language.h"
#include "text/profiles.h"

struct wording { /* shared by threads; zeroed is valid to close */
	struct instrumental_words words;
	struct profiles *languages;
	uint8_t digest[HASH_SIZE]; /* of all that answers depend on */
};
/* Reads languages.conf, what it names, and instrumental-words.tsv. */
int wording_open(struct wording *w, struct err *err);
void wording_close(struct wording *w);

struct wording_scratch {           /* of one thread; zeroed is valid */
	struct language *language; /* made with the first text */
	struct instrumental_scratch instrumental;
	struct str text, raw;
};
void wording_scratch_release(struct wording_scratch *s);

void wording_add(const struct wording *w, struct wording_scratch *s,
		 struct record *r);

#endif
