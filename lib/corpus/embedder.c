/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/embedder.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "corpus/encoderprecision.h"
#include "corpus/pcavector.h"
#include "corpus/trackencoder.h"
#include "corpus/wordvector.h"
#include "learn/recipe.h"

struct scratch {
	struct wordvector_work text;
	struct pcavector_work pca;
	struct soundvector_work *cnn;
	struct trackencoder_work *encoder;
};

static int open_network(struct embedder *e, const char *model, struct err *err)
{
	e->cnn = soundvector_model(model, e->mels, err);
	e->sound.model = e->cnn;
	return e->cnn ? 0 : -1;
}

static int open_encoder(struct embedder *e, const char *model, struct err *err)
{
	enum linear_precision precision = LINEAR_F32;

	if (e->precision &&
	    encoderprecision_parse(span_of(e->precision), &precision, err))
		return -1;
	e->encoder = trackencoder_open(model, precision, e->query, err);
	return e->encoder ? 0 : -1;
}

int embedder_open(struct embedder *e, bool text, const char *model,
		  struct err *err)
{
	if (soundvector_is_model(model))
		return text ? open_encoder(e, model, err)
			    : open_network(e, model, err);
	if (access(model, F_OK))
		return err_set(err, ERR_DATA, "model",
			       "%s: no such model: "
			       "fit one with embed %s --fit %s (make refit)",
			       model, text ? "text" : "audio", model);
	e->pack = pack_open(model, text ? TEXTMODEL_KIND : PCA_KIND,
			    text ? TEXTMODEL_VERSION : PCA_VERSION, err);
	if (!e->pack || pack_verify(e->pack, err))
		return -1;
	if (text)
		e->text = textmodel_open(e->pack, err);
	else
		e->pca = pca_open(e->pack, err);
	return e->text || e->pca ? 0 : -1;
}

void embedder_close(struct embedder *e)
{
	textmodel_free(e->text);
	pca_free(e->pca);
	cnnmodel_free(e->cnn);
	trackencoder_close(e->encoder);
	pack_close(e->pack);
	e->text = NULL;
	e->pca = NULL;
	e->cnn = NULL;
	e->encoder = NULL;
	e->pack = NULL;
}

uint64_t embedder_windowed(const struct embedder *e, uint64_t *texts)
{
	*texts = 0;
	return e->encoder ? trackencoder_windowed(e->encoder, texts) : 0;
}

void embedder_schema(const struct embedder *e, struct feat_schema *s)
{
	if (e->cnn)
		soundvector_schema(&e->sound, s);
	else if (e->encoder)
		trackencoder_schema(e->encoder, s);
	else if (e->text)
		recipe_text_schema(s, pack_digest(e->pack));
	else
		recipe_audio_schema(s, pack_digest(e->pack));
}

void *embedder_scratch_new(void *ctx)
{
	const struct embedder *e = ctx;
	struct scratch *s = mem_zalloc(1, sizeof(*s));

	if (e->pca)
		pcavector_open(&s->pca, e->pca, e->features);
	if (e->cnn)
		s->cnn = soundvector_work_new(&e->sound);
	if (e->encoder)
		s->encoder = trackencoder_work_new(e->encoder);
	return s;
}

void embedder_scratch_free(void *scratch)
{
	struct scratch *s = scratch;

	wordvector_release(&s->text);
	pcavector_release(&s->pca);
	soundvector_work_free(s->cnn);
	trackencoder_work_free(s->encoder);
	free(s);
}

uint64_t embedder_digest(void *ctx, void *scratch, const struct record *r)
{
	const struct embedder *e = ctx;
	struct scratch *s = scratch;

	if (e->encoder)
		return trackencoder_digest(s->encoder, r);
	return e->text  ? wordvector_digest(&s->text, r)
	       : e->cnn ? soundvector_digest(&e->sound, s->cnn, r)
			: pcavector_digest(&s->pca, r);
}

int embedder_measure(void *ctx, void *scratch, struct record *r,
		     struct feat_row *row, struct err *err)
{
	const struct embedder *e = ctx;
	struct scratch *s = scratch;

	if (e->encoder)
		return trackencoder_measure(e->encoder, s->encoder, r, row,
					    err);
	if (e->cnn)
		return soundvector_measure(&e->sound, s->cnn, r, row, err);
	if (e->pca)
		return pcavector_measure(&s->pca, r, row, err);
	wordvector_measure(&s->text, e->text, r, row);
	return 0;
}
