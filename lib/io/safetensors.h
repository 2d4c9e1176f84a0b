/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * .safetensors read as a whole, as float32: of the types F32, F64, F16 and
 * BF16; others are refused. tensormap.h has the format.
 */
#ifndef MOODPIPE_SAFETENSORS_H
#define MOODPIPE_SAFETENSORS_H

#include "io/tensors.h"

/* Adds all tensors of the open file; path is for messages. -1: ERR_DATA (the
 * file ends early, or says what cannot be), ERR_ENV. */
int safetensors_read(struct tensors *t, int fd, const char *path,
		     struct err *err);

#endif
