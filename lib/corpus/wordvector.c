/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/wordvector.h"

#include <string.h>

void wordvector_release(struct wordvector_work *w)
{
	tracktext_release(&w->words);
	textvector_release(&w->vector);
}

uint64_t wordvector_digest(struct wordvector_work *w, const struct record *r)
{
	tracktext_read(&w->words, r);
	return tracktext_digest(&w->words);
}

void wordvector_measure(struct wordvector_work *w,
			const struct textmodel *model, const struct record *r,
			struct feat_row *row)
{
	float out[TEXTMODEL_DIM];
	double share;

	row->status = FEAT_NO_INPUT;
	tracktext_read(&w->words, r);
	if (tracktext_encode(&w->words, model, &w->vector, out))
		return;
	memcpy(row->values, out, sizeof(out));
	share = (double)w->vector.known + (double)w->vector.unknown;
	row->status = FEAT_OK;
	row->method = FEAT_METHOD_MODEL;
	row->confidence = share > 0 ? (float)(w->vector.known / share) : 0;
	memset(row->measured, 0xff, TEXTMODEL_DIM / 8);
}
