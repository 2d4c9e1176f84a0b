/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wide half of a wide and deep model (Cheng et al. 2016): hashed words, word
 * pairs and character n-grams of a text (learn/textgrams.h), the numbers that
 * word lists tell of it (learn/textcues.h), and further fields of a record (tags,
 * counts, an hour), each an input of a linear layer beside the encoder's vector:
 * its sums are added to the head's logits, and both are trained at once.
 *
 * A model's folder keeps it as wide.json, wide.safetensors and wide.cues; man
 * encoder(5).
 */
#ifndef MOODPIPE_ENCODERWIDE_H
#define MOODPIPE_ENCODERWIDE_H

#include "base/hash.h"
#include "encoder/encodertrainconfig.h"
#include "learn/labelled.h"
#include "learn/textcues.h"

struct encoderwide; /* read-only once fitted or opened: any thread */

/* cues may be empty (rows NULL); the rows must outlive it. */
struct encoderwide *encoderwide_new(const struct encoderwide_options *o,
				    const struct textcues *cues,
				    size_t columns);
/* What is frequent, and means and deviations, from the texts that are not
 * held (held[l->count], or NULL: none). l->field_count is that of the options. */
void encoderwide_fit(struct encoderwide *w, const struct labelled *l,
		     const bool *held);
void encoderwide_free(struct encoderwide *w);
size_t encoderwide_inputs(const struct encoderwide *w);
size_t encoderwide_columns(const struct encoderwide *w);
const struct encoderwide_options *
encoderwide_options(const struct encoderwide *w);

struct encoderwide_input {
	uint32_t index;
	float value;
};
struct encoderwide_inputs { /* zeroed is empty; to release */
	struct encoderwide_input *items;
	size_t count, cap;
};
struct encoderwide_work;
struct encoderwide_work *encoderwide_work_new(void);
void encoderwide_work_free(struct encoderwide_work *k);

/* Appends the inputs of a text and its fields (of the options, in their order;
 * NULL: all empty), which are none where they are empty or say nothing. */
void encoderwide_read(const struct encoderwide *w, struct encoderwide_work *k,
		      struct span text, const struct span *fields,
		      struct encoderwide_inputs *out);

/* Writes the three files into a folder, weights[inputs][columns], each by
 * rename. -1, ERR_ENV. */
int encoderwide_write(const struct encoderwide *w, const float *weights,
		      const char *dir, struct err *err);
/* NULL: ERR_DATA, ERR_ENV; also, without an error, *none set, where the folder
 * has no wide.json. */
struct encoderwide *encoderwide_open(const char *dir, bool *none,
				     struct err *err);
/* Adds the sums of what was opened to logits[columns]. */
void encoderwide_add(const struct encoderwide *w,
		     const struct encoderwide_input *inputs, size_t count,
		     float *logits);

/* Adds those of whole texts, without fields, to logits[count][columns]. */
void encoderwide_logits(const struct encoderwide *w, struct encoderwide_work *k,
			const struct span *texts, size_t count, float *logits);
/* Of all that decides what it adds. */
void encoderwide_hash(const struct encoderwide *w, struct hash *h);

#endif
