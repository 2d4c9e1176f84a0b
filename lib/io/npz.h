/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * .npz: a zip archive of .npy files (npy.h), stored or deflated, as numpy.savez
 * and numpy.savez_compressed write it. Unpacked by the sandboxed worker
 * (unpack.h). A tensor's name is its file's without ".npy"; other files in the
 * archive are passed over.
 */
#ifndef MOODPIPE_NPZ_H
#define MOODPIPE_NPZ_H

#include "io/tensors.h"

/* Adds all tensors of the file. -1: ERR_DATA, or ERR_ENV (no worker). */
int npz_read(struct tensors *t, const char *path, struct err *err);

#endif
