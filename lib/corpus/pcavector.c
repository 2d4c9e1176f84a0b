/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/pcavector.h"

#include <string.h>

void pcavector_open(struct pcavector_work *w, const struct pca *model,
		    const char *features)
{
	w->model = model;
	if (!trackrows_open(&w->sound, features, &w->err) &&
	    pca_bind(model, feat_schema(w->sound.feat), features, &w->view,
		     &w->err))
		trackrows_release(&w->sound);
}

void pcavector_release(struct pcavector_work *w)
{
	trackrows_release(&w->sound);
	pca_view_release(&w->view);
}

uint64_t pcavector_digest(struct pcavector_work *w, const struct record *r)
{
	return trackrows_digest(&w->sound, r);
}

int pcavector_measure(struct pcavector_work *w, const struct record *r,
		      struct feat_row *row, struct err *err)
{
	const struct feat_row *from = w->sound.row;
	float out[PCA_DIM];
	int found;

	row->status = FEAT_NO_INPUT;
	if (!w->sound.feat) {
		*err = w->err;
		return -1;
	}
	found = trackrows_find(&w->sound, r, err);
	if (found <= 0 || pca_apply(w->model, &w->view, from->values, out))
		return found < 0 ? -1 : 0;
	memcpy(row->values, out, sizeof(out));
	row->status =
	    feat_status_measured(from->status) ? from->status : FEAT_OK;
	row->method = from->method;
	row->confidence = from->confidence;
	memset(from->method == FEAT_METHOD_MEASURED ? row->measured
						    : row->imputed,
	       0xff, PCA_DIM / 8);
	return 0;
}
