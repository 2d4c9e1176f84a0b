/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reads the parts of a model's folder: encoderfolder.h. */
#ifndef MOODPIPE_ENCODERFOLDERPARTS_H
#define MOODPIPE_ENCODERFOLDERPARTS_H

#include "encoder/encoderfolder.h"
#include "encoder/settings.h"

/* Replaces *path with that of a file in the folder; whether it is there. */
bool encoderfolder_has(const struct encoderfolder *f, const char *name,
		       struct str *path);
/* Notes that the model depends on the file; returns its path, the folder's. */
const char *encoderfolder_note(struct encoderfolder *f, const char *path);
/* Settings of a file in the folder, into *text. 1: there is none. */
int encoderfolder_settings(struct encoderfolder *f, const char *name,
			   struct settings *s, struct str *text,
			   struct err *err);
/* The .safetensors file NAME of the folder, or NAME.index.json and its shards.
 * NULL, ERR_DATA: there is neither. */
struct tensormap *encoderfolder_tensors(struct encoderfolder *f,
					const char *name, struct err *err);

/* modules.json and what it names. root: replaced with the transformer's folder
 * in the model's, "" or "NAME/". */
int encoderfolder_modules(struct encoderfolder *f, struct str *root,
			  struct err *err);
/* Checks dense layers against what comes before them, and sets dim. */
int encoderfolder_dense(struct encoderfolder *f, struct err *err);

/* Names, prompts and what data/encoders.tsv says of the name. */
int encoderfolder_prompts(struct encoderfolder *f, struct err *err);

#endif
