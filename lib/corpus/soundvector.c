/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/soundvector.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/features.h"
#include "audio/listener.h"
#include "audio/logmel.h"
#include "base/mem.h"
#include "corpus/datadir.h"
#include "corpus/trackaudio.h"
#include "learn/recipe.h"

_Static_assert(LOGMEL_FRAMES == CNNMODEL_FRAMES, "one shape of patches");
_Static_assert(LOGMEL_BANDS_MAX == CNNMODEL_MELS_MAX, "of patches");

struct soundvector_work {
	struct listener *listener;
	struct heard heard;
	struct trackaudio audio;
	struct cnnmodel_work *cnn;
};

bool soundvector_is_model(const char *path)
{
	struct stat st;

	return path && !stat(path, &st) && S_ISDIR(st.st_mode);
}

struct cnnmodel *soundvector_model(const char *dir, int mels, struct err *err)
{
	struct str usual = { 0 };
	struct cnnmodel *m =
	    cnnmodel_open(dir, datadir_path("vggish.json", &usual), mels, err);

	str_release(&usual);
	return m;
}

void soundvector_schema(const struct soundvector *v, struct feat_schema *s)
{
	char parameters[80];

	snprintf(parameters, sizeof(parameters),
		 "decoding=" FEATURES_DECODING " logmel=" LOGMEL_VERSION
		 " mels=%d seconds=%d ms",
		 cnnmodel_mels(v->model), (int)lrint(v->seconds * 1000));
	recipe_cnn_schema(s, parameters, cnnmodel_digest(v->model),
			  cnnmodel_dim(v->model));
}

struct soundvector_work *soundvector_work_new(const struct soundvector *v)
{
	struct soundvector_work *w = mem_zalloc(1, sizeof(*w));

	w->listener = listener_new(v->seconds);
	w->cnn = cnnmodel_work_new(v->model);
	return w;
}

void soundvector_work_free(struct soundvector_work *w)
{
	if (!w)
		return;
	listener_free(w->listener);
	heard_release(&w->heard);
	trackaudio_release(&w->audio);
	cnnmodel_work_free(w->cnn);
	free(w);
}

uint64_t soundvector_digest(const struct soundvector *v,
			    struct soundvector_work *w, const struct record *r)
{
	return trackaudio_digest(&w->audio, r, v->root);
}

static int hear(const struct soundvector *v, struct soundvector_work *w,
		struct err *err)
{
	int mels = cnnmodel_mels(v->model);
	int fd = trackaudio_open(&w->audio, err), rc;

	if (fd < 0)
		return -1;
	rc = listener_hear(w->listener, fd,
			   LISTENER_LOGMEL | LISTENER_MELS(mels), &w->heard,
			   err);
	close(fd);
	return rc;
}

static int apply(const struct soundvector *v, struct soundvector_work *w,
		 struct feat_row *row, struct err *err)
{
	size_t dim = cnnmodel_dim(v->model);

	if (cnnmodel_apply(v->model, w->cnn, w->heard.patches,
			   w->heard.patch_count, row->values))
		return err_set(err, ERR_DATA, "model",
			       "the network gives numbers that are not finite "
			       "for %s: its weights are broken, or not for "
			       "this architecture",
			       str_z(&w->audio.path));
	row->method = FEAT_METHOD_MEASURED;
	row->confidence = 1;
	for (size_t i = 0; i < dim; i++)
		feat_set_bit(row->measured, i);
	return 0;
}

int soundvector_measure(const struct soundvector *v, struct soundvector_work *w,
			const struct record *r, struct feat_row *row,
			struct err *err)
{
	int rc = trackaudio_find(&w->audio, r, v->root, err);

	row->status = FEAT_NO_INPUT;
	if (rc == 0)
		return 0;
	if (rc > 0)
		rc = hear(v, w, err);
	if (rc < 0) {
		row->status = strcmp(err->code, "missing")
				  ? (uint8_t)w->heard.status
				  : FEAT_UNREADABLE;
		err->retry = row->status == FEAT_UNREADABLE;
		return -1;
	}
	row->status = (uint8_t)w->heard.status;
	return w->heard.patch_count ? apply(v, w, row, err) : 0;
}
