/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A trained network in a folder, and the vectors it makes of log-mel patches
 * (audio/logmel.h). The folder holds
 *
 *   weights.safetensors or weights.npz  tensors by name (io/tensors.h)
 *   config.json                         the architecture; may be absent
 *   pca.safetensors, pca.npz or vggish_pca_params.npz
 *                                       pca_eigen_vectors [to][dim] and
 *                                       pca_means [dim]; may be absent, or
 *                                       among the weights
 *
 * embed(1) has config.json. Layer NAME's tensors are NAME/weights and
 * NAME/biases in TensorFlow's layout, or NAME.weight and NAME.bias in
 * PyTorch's. A track's vector is the mean of its patches'; with principal
 * components, those of the mean: E (v - m), not cut to a range and not rounded
 * to 8 bits as VGGish's postprocessor does for publication.
 */
#ifndef MOODPIPE_CNNMODEL_H
#define MOODPIPE_CNNMODEL_H

#include "learn/cnn.h"

#define CNNMODEL_FRAMES 96 /* of a patch */
#define CNNMODEL_MELS_MAX 256
#define CNNMODEL_DIM_MAX 4096

struct cnnmodel;
/* usual: the path of the config.json that holds where the folder has none.
 * mels: 0, or instead of what the configuration says. NULL: ERR_DATA (what is
 * missing or does not fit, and what to do), ERR_ENV. */
struct cnnmodel *cnnmodel_open(const char *dir, const char *usual, int mels,
			       struct err *err);
void cnnmodel_free(struct cnnmodel *m);

int cnnmodel_mels(const struct cnnmodel *m);
size_t cnnmodel_dim(const struct cnnmodel *m);
/* Of configuration, weights and components: [HASH_SIZE]. */
const uint8_t *cnnmodel_digest(const struct cnnmodel *m);

/* Scratch of one thread. */
struct cnnmodel_work;
struct cnnmodel_work *cnnmodel_work_new(const struct cnnmodel *m);
void cnnmodel_work_free(struct cnnmodel_work *w);
/* out[dim] of patches[n][FRAMES][mels], n > 0. -1: not finite (out all NaN). */
int cnnmodel_apply(const struct cnnmodel *m, struct cnnmodel_work *w,
		   const float *patches, size_t n, float *out);

#endif
