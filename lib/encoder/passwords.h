/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tensors of the head that tells masked words, as families name them. */
#ifndef MOODPIPE_PASSWORDS_H
#define MOODPIPE_PASSWORDS_H

#include "encoder/encoderconfig.h"

enum words_tensor {
	WORDS_DENSE, /* [embedding][hidden] */
	WORDS_DENSE_BIAS,
	WORDS_NORM,
	WORDS_NORM_BIAS,
	WORDS_OUT_BIAS, /* [vocabulary] */
	WORDS_TENSORS,
};

const char *pass_words_name(const struct encoder_config *c,
			    enum words_tensor t);
int pass_words_dims(const struct encoder_config *c, enum words_tensor t,
		    size_t dims[3]);

#endif
