/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LoRA adapters (Hu et al. 2022) as PEFT's folders keep them:
 * adapter_config.json (peft_type LORA, r, lora_alpha, lora_dropout,
 * target_modules, base_model_name_or_path, modules_to_save, ...) and
 * adapter_model.safetensors (base_model.model.NAME.lora_A.weight [r][in],
 * lora_B.weight [out][r]; heads that were trained beside them as
 * base_model.model.NAME). Among parameters they are NAME.lora_A.weight and
 * NAME.lora_B.weight, NAME the linear layer's without prefix. The table of words
 * may carry one, too: NAME.lora_embedding_A [r][words], NAME.lora_embedding_B
 * [width][r].
 */
#ifndef MOODPIPE_LORA_H
#define MOODPIPE_LORA_H

#include "encoder/encoderpass.h"

struct lora_options {
	size_t rank;
	float alpha, dropout;
	const char *targets; /* names of projections, by commas: "query,value",
				as the family spells them (the last parts of
				their names, one or more: "output.dense"),
				"all-linear", "word_embeddings" */
};

/* New adapters on those projections of all layers: parameters of p that are
 * trained, A uniform (Kaiming, a = sqrt 5, as PEFT does), B zero (of words A
 * zero, B normal); the layers' own are left as they are. -1, ERR_USAGE: a name that the family does not
 * have; the message lists those it has. */
int lora_add(const struct encoder_config *c, const struct lora_options *o,
	     uint64_t seed, struct parameters *p, struct encoderpass *e,
	     struct err *err);

/* Writes the adapter's folder, with heads of p that are trained; which layers
 * carry one, p tells, not o->targets. base: the folder it belongs to, and its
 * digest (NULL: none is told). Files are replaced by rename. -1, ERR_ENV. */
int lora_write(const struct encoder_config *c, const struct lora_options *o,
	       const struct parameters *p, const char *base,
	       const uint8_t digest[HASH_SIZE], const char *dir,
	       struct err *err);
/* Reads one: its adapters are added to p and e as lora_add does (e may be NULL:
 * to p alone), heads that it keeps and p has are replaced; o becomes what it
 * says, targets NULL; digest (may be NULL) that of its base, zeros where the
 * file does not tell. -1, p and e may hold some of it: ERR_ENV; ERR_DATA: not a
 * LoRA adapter, not of this shape, or what PEFT can and this code does not do,
 * by name. */
int lora_read(const struct encoder_config *c, const char *dir,
	      struct lora_options *o, struct parameters *p,
	      struct encoderpass *e, uint8_t digest[HASH_SIZE],
	      struct err *err);

/* Adds (alpha / rank) B A to the values of the layers and makes B (of words A)
 * zero: LoRA merged into its base, whose own names encoderpass_write writes. */
void lora_merge(const struct encoder_config *c, const struct lora_options *o,
		struct parameters *p);

#endif
