/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * .safetensors (huggingface.co/docs/safetensors, format 0.4): the size of a
 * JSON header (64 bits, little-endian), the header, then the tensors' bytes.
 * The header says of each {"dtype", "shape", "data_offsets"}, offsets counted
 * from its end; "__metadata__" is passed over. F32, F64, F16 and BF16 are read,
 * other types refused.
 */
#ifndef MOODPIPE_SAFETENSORS_H
#define MOODPIPE_SAFETENSORS_H

#include "io/tensors.h"

#define SAFETENSORS_HEADER ((size_t)16 << 20) /* bytes at most */

/* Adds all tensors of the open file; path is for messages. -1: ERR_DATA (the
 * file ends early, or says what cannot be), ERR_ENV. */
int safetensors_read(struct tensors *t, int fd, const char *path,
		     struct err *err);

#endif
