/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of lyricprint.h that reads words. */
#include <stdbool.h>

#include "base/hash.h"
#include "index/lyricprint.h"
#include "text/tokens.h"

enum {
	SHORT = 3,      /* letters of words that are taken as they are */
	LONG = 24,      /* of longer ones all, too */
	BYTES = 1 << 20 /* of a text */
};

static bool is_latin(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return false;
	return true;
}

static bool is_vowel(char c)
{
	return strchr("aeiouyhw", c) != NULL;
}

/* One letter for what sounds alike in English spelling. */
static char sound(char c, char next)
{
	switch (c) {
	case 'c':
		return next == 'e' || next == 'i' || next == 'y' ? 's' : 'k';
	case 'q':
		return 'k';
	case 'z':
		return 's';
	case 'p':
		return next == 'h' ? 'f' : 'p';
	default:
		return c;
	}
}

/* The first sound, then each other consonant once, in the order of the
 * alphabet: letters that are swapped, doubled or other vowels do not matter. */
static size_t skeleton(struct span word, char out[LONG + 2])
{
	bool met[26] = { false };
	size_t n = 0, end = word.n;

	if (end > 4 && !memcmp(word.p + end - 3, "ing", 3))
		end--;
	for (size_t i = 0; i < end; i++) {
		char c = sound(word.p[i], i + 1 < end ? word.p[i + 1] : '\0');

		if (!i)
			out[n++] =
			    is_vowel(c) && c != 'y' && c != 'w' && c != 'h'
				? 'a'
				: c;
		else if (!is_vowel(c))
			met[c - 'a'] = true;
	}
	for (char c = 'a'; c <= 'z'; c++)
		if (met[c - 'a'] && c != out[0])
			out[n++] = c;
	return n;
}

uint16_t lyricprint_code(struct span word)
{
	char room[LONG + 2];
	size_t n = 0;

	if (word.n > SHORT && word.n <= LONG && is_latin(word))
		n = skeleton(word, room);
	/* "away", "yeah": nothing but vowels says more */
	return n > 1 ? (uint16_t)(hash_mix(room, n) >> 48)
		     : (uint16_t)(hash_mix(word.p, word.n) >> 48);
}

size_t lyricprint_read(struct span text, uint16_t *codes, size_t most)
{
	struct tokens t = { 0 };
	struct token token;
	size_t n = 0;

	if (text.n > BYTES)
		text.n = BYTES;
	tokens_start(&t, text);
	while (n < most && tokens_next(&t, &token))
		codes[n++] = lyricprint_code(token.text);
	tokens_release(&t);
	return n;
}
