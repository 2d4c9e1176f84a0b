/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a worker's answer: refused, or what it promises. */
#include <math.h>
#include <stdlib.h>

#include "audio/features.h"
#include "audio/hearing.h"
#include "audio/logmel.h"
#include "base/mem.h"
#include "text/utf8.h"

#define BANDS LOGMEL_BANDS_MIN /* a patch that inputs can hold */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct heard *h, struct str *message)
{
	const struct str *all[] = { &h->title, &h->artist, &h->album, &h->genre,
				    &h->date,  &h->lyrics, &h->print, message };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (!utf8_valid(span_str(all[i])) ||
		    memchr(span_str(all[i]).p, '\0', all[i]->n))
			abort();
	for (size_t i = 0; i < features_count(); i++)
		if (isinf(h->values[i]))
			abort();
	for (size_t i = 0; i < h->patch_count * LOGMEL_FRAMES * BANDS; i++)
		if (!isfinite(h->patches[i]))
			abort();
	if (!(h->seconds >= 0) || h->length < 0 || isinf(h->length))
		abort();
}

static void answer(const uint8_t *data, size_t size, unsigned wishes)
{
	struct heard h = { .values = mem_zalloc(features_count(),
						sizeof(*h.values)) };
	struct hearing_reply r;
	struct str message = { 0 };
	uint8_t *body;

	if (size >= HEARING_REPLY_SIZE && hearing_head(data, wishes, &r, &h) &&
	    r.body <= size - HEARING_REPLY_SIZE) {
		body = mem_dup(data + HEARING_REPLY_SIZE, r.body);
		if (hearing_body(&r, body, &h, &message))
			check(&h, &message);
		free(body);
	}
	heard_release(&h);
	str_release(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	answer(data, size, LISTENER_FEATURES);
	answer(data, size, LISTENER_LOGMEL | LISTENER_MELS(BANDS));
	return 0;
}
