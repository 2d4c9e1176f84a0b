/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Convolutional networks, applied: a stack of 3 x 3 convolutions (stride 1,
 * zeros beyond the edges, "same"), 2 x 2 maximum pooling (stride 2) and dense
 * layers over one patch of numbers, each with or without a rectifier behind
 * it: the layers of VGG (Simonyan & Zisserman 2014), of which VGGish (Hershey
 * et al. 2017) is one. Activations are [height][width][channels]; a
 * convolution is a linear layer (linear.h) over unrolled neighbourhoods.
 *
 * Same patch, same bits, whatever patches stand beside it and whatever the
 * processor.
 */
#ifndef MOODPIPE_CNN_H
#define MOODPIPE_CNN_H

#include "base/err.h"
#include "io/tensors.h"

#define CNN_BATCH 16 /* patches that dense layers take at a time */
#define CNN_LAYERS_MAX 64

enum cnn_layout {           /* of weights, by who wrote them */
		  CNN_HWIO, /* TensorFlow: [3][3][in][out], dense [in][out] */
		  CNN_OIHW, /* PyTorch: [out][in][3][3], dense [out][in] */
};

struct cnn; /* read-only once its layers are in */
/* A network without layers on patches[height][width]; both 1 to 4096. */
struct cnn *cnn_new(size_t height, size_t width);
void cnn_free(struct cnn *c);

/* The next layer. Weights and bias [out] are checked against the shape so far;
 * a dense layer frees weights->values. -1, ERR_DATA: the message has the
 * tensor's name, its shape, and what was expected. */
int cnn_conv(struct cnn *c, const struct tensor *weights,
	     const struct tensor *bias, enum cnn_layout layout, bool rectify,
	     struct err *err);
int cnn_pool(struct cnn *c, struct err *err); /* of even sides */
int cnn_dense(struct cnn *c, struct tensor *weights, const struct tensor *bias,
	      enum cnn_layout layout, bool rectify, struct err *err);
/* The first dense layer sees the patch as [height][width][channels] (VGGish, in
 * TensorFlow and PyTorch), after this as [channels][height][width]. */
void cnn_channels_first(struct cnn *c);

size_t cnn_dim(const struct cnn *c); /* numbers that come out */

struct cnn_work; /* scratch of one thread */
struct cnn_work *cnn_work_new(const struct cnn *c);
void cnn_work_free(struct cnn_work *w);
/* out[n][dim] of patches[n][height][width]. */
void cnn_apply(const struct cnn *c, struct cnn_work *w, const float *patches,
	       size_t n, float *out);

#endif
