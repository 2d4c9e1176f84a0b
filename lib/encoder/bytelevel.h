/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The letters that stand for bytes in vocabularies by bytes (GPT-2): those of
 * Latin-1 that print are themselves, the others are U+0100 and on, in order.
 */
#ifndef MOODPIPE_BYTELEVEL_H
#define MOODPIPE_BYTELEVEL_H

#include "encoder/tokentext.h"

void bytelevel_apply(struct tokentext *t); /* every byte becomes its letter */
/* The byte of a letter; -1: it is none. */
int bytelevel_byte(uint32_t code);

/* Cuts as GPT-2 does: contractions; letters, digits, or others, with a blank
 * before; white space, but for the last of it where a word comes behind. */
void bytelevel_cut(struct tokentext *t);

#endif
