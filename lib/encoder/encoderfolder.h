/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A model's folder as the Hugging Face hub keeps it, opened and checked:
 *
 *   config.json                          shape (encoderconfig.h)
 *   model.safetensors, or model.safetensors.index.json and its shards
 *   tokenizer.json                       (tokenizer.h)
 *   tokenizer_config.json                model_max_length; may be absent
 *   modules.json, 1_Pooling/config.json, N_Dense/, N_Normalize,
 *   sentence_bert_config.json, config_sentence_transformers.json
 *                                        of sentence-transformers; may be
 *                                        absent
 *   adapter_config.json, adapter_model.safetensors
 *                                        a LoRA adapter (lora.h); its base is
 *                                        named in it
 *
 * A module or a pooling mode that is not known is refused by name. Without
 * modules.json a known name of a model (data/encoders.tsv: E5, BGE, ...) says
 * how to pool; else vectors are the mean over tokens, normalised. Prefixes are
 * those of config_sentence_transformers.json, else those of the known name,
 * else none. Names are looked for by the folder's, the hub's (where the folder
 * lies in its cache) and _name_or_path of config.json.
 */
#ifndef MOODPIPE_ENCODERFOLDER_H
#define MOODPIPE_ENCODERFOLDER_H

#include "base/hash.h"
#include "encoder/encoderconfig.h"
#include "encoder/tokenizer.h"
#include "io/tensormap.h"

enum encoder_pooling { /* bits; several are put side by side */
		       POOLING_CLS = 1,
		       POOLING_MEAN = 2,
		       POOLING_MAX = 4,
		       POOLING_MEAN_SQRT = 8, /* sum / sqrt(tokens) */
		       POOLING_LAST = 16,
		       POOLING_WEIGHTED = 32, /* mean by place, 1, 2, ... */
};

#define ENCODER_DENSE_MAX 4

struct encoder_dense { /* a layer behind pooling */
	size_t in, out;
	enum linear_function function;
	struct tensormap *tensors; /* linear.weight, linear.bias */
};

struct encoderfolder {
	char *path;
	char *name;  /* the hub's, where it lies in its cache, else the
		       folder's own */
	char *base;  /* _name_or_path: what it was made from; or NULL */
	char *known; /* the pattern of data/encoders.tsv that its name has; or
			NULL */
	struct encoder_config config;
	struct tensormap *tensors;
	struct tokenizer *tokenizer; /* NULL: opened without */
	bool lowercase; /* texts in small letters before the tokenizer */
	bool adapted;   /* an adapter lies in the folder: lora.h */
	unsigned pooling;
	bool prompt_pooled; /* include_prompt; else the prefix's tokens do not
			       count in means */
	bool normalise;
	struct encoder_dense dense[ENCODER_DENSE_MAX];
	size_t dense_count;
	size_t dim;        /* of a sentence's vector */
	size_t tokens_max; /* of a sequence, special ones counted */
	char *query_prefix, *passage_prefix; /* "" where there is none */

	char **files; /* what it was read from, in a fixed order */
	size_t nfiles, files_cap;
};

/* NULL: ERR_ENV; ERR_DATA, the message names the file and what to do. */
struct encoderfolder *encoderfolder_open(const char *path, struct err *err);
/* The same without its tokenizer, which need not be there. */
struct encoderfolder *encoderfolder_open_bare(const char *path,
					      struct err *err);
void encoderfolder_close(struct encoderfolder *f);

/* The tensor, with the prefix or without, also under the older names of norms
 * (gamma, beta), its shape checked. NULL, ERR_DATA: it is not there, of another
 * shape, or not of numbers that are read. */
const struct tensormap_tensor *
encoderfolder_tensor(const struct encoderfolder *f, enum encoder_tensor t,
		     size_t layer, struct err *err);

/* SHA-256 over the contents of all files that decide the model's results, in a
 * fixed order. Reads the weights: 0.1 s and more. */
int encoderfolder_digest(const struct encoderfolder *f,
			 uint8_t digest[HASH_SIZE], struct err *err);
/* The same without reading the weights where none of the files changed: known
 * is what encoderfolder_stamp told when the digest was taken. */
#define ENCODERFOLDER_STAMP HASH_SIZE
/* Of the names, sizes, times (ns) and inodes of these files. */
int encoderfolder_stamp(const struct encoderfolder *f,
			uint8_t stamp[ENCODERFOLDER_STAMP], struct err *err);

#endif
