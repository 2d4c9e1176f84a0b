/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A network of texts so small that what it tells can be computed by hand: one
 * member with rows for a few words, no vectors, no cues, all biases 0 but that
 * of the class neutral, which is 1. A text with one of the words has its row as
 * logits; with two of them, the sum of their rows over the root of 2.
 */
#ifndef MOODPIPE_TESTS_EMOTIONPACK_H
#define MOODPIPE_TESTS_EMOTIONPACK_H

#include <stdlib.h>

#include "base/mem.h"
#include "learn/rowtable.h"
#include "learn/textnetformat.h"

enum {
	EMOTIONPACK_COLUMNS = 22,
	/* room behind the columns, see EMOTIONPACK_SCALE */
	EMOTIONPACK_PADDED =
	    (EMOTIONPACK_COLUMNS / TEXTNET_LANES + 1) * TEXTNET_LANES,
	EMOTIONPACK_NEUTRAL = 10 /* column of the class */
};

/* Columns: 0 labels, 4 classes, 11 vad, 14 sarcasm, 15 request, 20 mood. */
static const char emotionpack_heads[] =
    "[{\"name\":\"goemotions\",\"kind\":\"labels\",\"labels\":"
    "[\"grief\",\"joy\",\"love\",\"<3\"],\"threshold\":[0.6,0.7,0.8,0.9]},"
    "{\"name\":\"classes\",\"kind\":\"class\",\"labels\":[\"joy\","
    "\"sadness\",\"love\",\"anger\",\"fear\",\"surprise\",\"neutral\"]},"
    "{\"name\":\"vad\",\"kind\":\"regression\",\"labels\":[\"valence\","
    "\"arousal\",\"dominance\"],\"mean\":[3,3,3],\"deviation\":[0.5,0.4,"
    "0.25],\"spread\":[0.45,0.36,0.225]},"
    "{\"name\":\"sarcasm\",\"kind\":\"labels\",\"labels\":[\"sarcasm\"],"
    "\"share\":[0.2]},"
    "{\"name\":\"request\",\"kind\":\"class\",\"labels\":[\"Q1\",\"Q2\","
    "\"Q3\",\"Q4\",\"N\"]},"
    "{\"name\":\"mood\",\"kind\":\"regression\",\"labels\":[\"valence\","
    "\"arousal\"],\"spread\":[0.3,0.2]}]";

/* All in halves, and the largest, behind the columns, is 7 of them: so four
 * bits hold them exactly. */
#define EMOTIONPACK_SCALE 3.5F
static const struct emotionpack_row {
	const char *word;
	/* labels; joy sadness love anger fear surprise neutral; valence
	 * arousal dominance; sarcasm; Q1 Q2 Q3 Q4 N; valence arousal */
	float logit[EMOTIONPACK_COLUMNS];
} emotionpack_rows[] = {
	{ "miss", { 1,     0,  2,     0, 0, 3, 2, 0, 0, 0,  0,
		    -1.5F, -1, -3.5F, 0, 0, 0, 3, 0, 0, -1, -0.5F } },
	{ "happy", { 0,    3.5F, 0,    0, 3.5F, 0, 0, 0, 0, 0, 0,
		     1.5F, 1,    3.5F, 0, 3,    0, 0, 0, 0, 1, 0.5F } },
	{ "furious", { 0,  0, 0, 0, 0, 0, 0, 3, 0, 0,     0,
		       -2, 2, 1, 0, 0, 3, 0, 0, 0, -0.5F, 1 } },
	{ "yeah", { 0,    0, 0, 0,    1, 0, 0, 0, 0, 0, 0,
		    1.5F, 0, 0, 3.5F, 0, 0, 0, 0, 0, 0, 0 } },
	{ ":(", { 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, -1.5F, 0, 0, 0, 0, 0, 3 } },
};

enum {
	EMOTIONPACK_ROWS = sizeof(emotionpack_rows) / sizeof(*emotionpack_rows)
};

static inline void emotionpack_numbers(struct pack_writer *w)
{
	struct textnet_shape shape = { .wide = 1 };
	struct textnet_layout l = textnet_layout(&shape, EMOTIONPACK_COLUMNS);
	size_t count = 2 * (size_t)TEXTCUES + l.count;
	float *numbers = mem_zalloc(count, sizeof(*numbers));

	numbers[2 * TEXTCUES + l.bias + EMOTIONPACK_NEUTRAL] = 1;
	pack_section(w, "net.numbers", numbers, count * sizeof(*numbers), NULL);
	free(numbers);
}

static inline void emotionpack_wide(struct pack_writer *w)
{
	float rows[EMOTIONPACK_ROWS][EMOTIONPACK_PADDED];
	float rarity[EMOTIONPACK_ROWS];
	uint64_t hash[EMOTIONPACK_ROWS];
	struct utterance u = { .count = 0 };
	struct textgrams g = { .count = 0 };
	struct str out = { 0 };

	for (size_t i = 0; i < EMOTIONPACK_ROWS; i++) {
		utterance_read(&u, span_of(emotionpack_rows[i].word));
		textgrams_read(&g, &u, NULL);
		hash[i] = g.word[0];
		rarity[i] = 1;
		memset(rows[i], 0, sizeof(rows[i]));
		memcpy(rows[i], emotionpack_rows[i].logit,
		       sizeof(emotionpack_rows[i].logit));
		rows[i][EMOTIONPACK_COLUMNS] = EMOTIONPACK_SCALE;
	}
	rowtable_write(&out, hash, rarity, rows[0], EMOTIONPACK_ROWS,
		       EMOTIONPACK_PADDED);
	pack_section(w, "net.wide.0", out.p, out.n, NULL);
	str_release(&out);
	textgrams_release(&g);
	utterance_release(&u);
}

/* heads NULL: those above. 0 or -1. */
static inline int emotionpack_write(const char *path, const char *heads,
				    struct err *err)
{
	struct textnet_info info = {
		.utterance = UTTERANCE_VERSION,
		.cues = TEXTCUES_VERSION,
		.grams = TEXTGRAMS_VERSION,
		.columns = EMOTIONPACK_COLUMNS,
		.members = 1,
		.shape = { { .wide = 1 } },
		.group = { 1, 1, 1 },
	};
	struct textcue none = { .hash = 0 };
	FILE *f = fopen(path, "w+");
	struct pack_writer *w;
	int rc;

	if (!f)
		return err_errno(err, "cannot write %s", path);
	w = pack_writer_new(f, TEXTNET_KIND, TEXTNET_VERSION, err);
	if (!w) {
		fclose(f);
		return -1;
	}
	if (!heads)
		heads = emotionpack_heads;
	pack_section(w, "net.info", &info, sizeof(info), err);
	pack_section(w, "net.heads", heads, strlen(heads), err);
	pack_section(w, "net.cues", &none, sizeof(none), err);
	emotionpack_numbers(w);
	emotionpack_wide(w);
	rc = pack_writer_end(w, NULL, err);
	return fclose(f) ? err_errno(err, "cannot write %s", path) : rc;
}

#endif
