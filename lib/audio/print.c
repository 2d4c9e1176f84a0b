/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/print.h"

#include <chromaprint.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { BLOCK = 4096, FULL_SCALE = 32767 };

struct print {
	ChromaprintContext *context;
};

struct print *print_new(void)
{
	struct print *p = mem_zalloc(1, sizeof(*p));

	p->context = chromaprint_new(CHROMAPRINT_ALGORITHM_DEFAULT);
	return p;
}

void print_free(struct print *p)
{
	if (!p)
		return;
	chromaprint_free(p->context);
	free(p);
}

static bool feed(ChromaprintContext *c, const struct samples *sound)
{
	int16_t block[BLOCK];

	for (size_t i = 0; i < sound->count; i += BLOCK) {
		size_t n = sound->count - i < BLOCK ? sound->count - i : BLOCK;

		for (size_t k = 0; k < n; k++) {
			float x = sound->v[i + k];

			x = x > 1 ? 1 : x < -1 ? -1 : x;
			block[k] = (int16_t)lrintf(x * FULL_SCALE);
		}
		if (!chromaprint_feed(c, block, (int)n))
			return false;
	}
	return true;
}

int print_compute(struct print *p, const struct samples *sound, struct str *out,
		  struct err *err)
{
	ChromaprintContext *c = p->context;
	char *text = NULL;
	int count = 0;

	str_reset(out);
	if (!c || !chromaprint_start(c, RESAMPLE_RATE, 1) || !feed(c, sound) ||
	    !chromaprint_finish(c) ||
	    !chromaprint_get_raw_fingerprint_size(c, &count) ||
	    !chromaprint_get_fingerprint(c, &text))
		return err_set(err, ERR_RECORD, "undecodable",
			       "Chromaprint fails");
	if (count > 0)
		str_puts(out, text);
	chromaprint_dealloc(text);
	return 0;
}
