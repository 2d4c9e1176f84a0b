/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/wordvector.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/textnearest.h"

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

int wordvector_nearest(const struct pack *model, char **texts, int ntexts,
		       int count, FILE *out, struct err *err)
{
	struct textprior *p = textprior_open(model, err);
	struct textnearest_term *near;
	int i, k, n;

	if (!p)
		return -1;
	near = mem_zalloc((size_t)count, sizeof(*near));
	for (i = 0; i < ntexts; i++) {
		n = textnearest_find(p, span_of(texts[i]), count, near);
		for (k = 0; k < n; k++)
			fprintf(out, "%s\t%.*s\t%.3f\n", texts[i],
				(int)near[k].spelling.n, near[k].spelling.p,
				(double)near[k].cosine);
	}
	free(near);
	textprior_free(p);
	return fflush(out) || ferror(out) ? err_errno(err, "output") : 0;
}
