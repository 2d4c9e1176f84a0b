/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text, mended and as lyrics: it stays UTF-8, does not grow beyond what a
 * reference can stand for, and is found whole or not suspected. */
#include <stdint.h>
#include <stdlib.h>

#include "text/lyrics.h"
#include "text/mend.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lyrics *lyrics;
	struct str text = { 0 }, scratch = { 0 }, words = { 0 };
	struct span in, mended;

	if (!lyrics)
		lyrics = lyrics_new(MOODPIPE_DATA "/lyrics-marks.tsv", NULL);
	utf8_clean((struct span){ (const char *)data, size }, &text);
	in = span_str(&text);
	mended = mend_text(in, &scratch);
	if (!utf8_valid(mended) || mended.n > 2 * in.n ||
	    (mended.p != in.p && !mend_suspects(in)))
		abort();
	if (lyrics && lyrics_clean(lyrics, in, &words) &&
	    (!words.n || !utf8_valid(span_str(&words))))
		abort();
	str_release(&text);
	str_release(&scratch);
	str_release(&words);
	return 0;
}
