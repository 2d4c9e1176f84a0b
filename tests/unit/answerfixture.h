/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An answer of a few tracks whose strings a unit test chooses. */
#ifndef MOODPIPE_ANSWERFIXTURE_H
#define MOODPIPE_ANSWERFIXTURE_H

#include <math.h>

#include "corpus/answer.h"
#include "testing.h"

#define ANSWERFIXTURE_ROWS 8

struct answerfixture {
	struct generation g;
	uint64_t offsets[ANSWERFIXTURE_ROWS * CATALOGUE_FIELDS + 1];
	float duration[ANSWERFIXTURE_ROWS];
	char path[5];
	struct str blob, text;
	struct candidates c;
	struct candidate items[ANSWERFIXTURE_ROWS];
	struct scored scored[ANSWERFIXTURE_ROWS];
	uint32_t order[ANSWERFIXTURE_ROWS];
	struct answer a;
};

static inline void answerfixture_start(struct answerfixture *f,
				       const char *query)
{
	memset(f, 0, sizeof(*f));
	candidates_reset(&f->c);
	str_puts(&f->c.query, query);
	memcpy(f->c.generation, "0123456789abcdef", GENERATION_NAME);
	f->c.items = f->items;
	f->c.eligible = 1;
	strcpy(f->path, "test");
	f->g.path = f->path;
	f->g.offsets = f->offsets;
	f->g.duration = f->duration;
	f->a = (struct answer){ .c = &f->c,
				.g = &f->g,
				.scored = f->scored,
				.order = f->order,
				.text = &f->text };
}

/* Another row, which is a result. seconds NaN: not known. */
static inline void answerfixture_add(struct answerfixture *f, const char *id,
				     const char *artist, const char *title,
				     const char *url, float seconds)
{
	const char *text[CATALOGUE_FIELDS] = { [CATALOGUE_ID] = id,
					       [CATALOGUE_ARTIST] = artist,
					       [CATALOGUE_TITLE] = title,
					       [CATALOGUE_URL] = url };
	size_t row = f->g.count++;

	assert_true(row < ANSWERFIXTURE_ROWS);
	for (int i = 0; i < CATALOGUE_FIELDS; i++) {
		str_puts(&f->blob, text[i] ? text[i] : "");
		f->offsets[row * CATALOGUE_FIELDS + (size_t)i + 1] = f->blob.n;
	}
	f->g.blob = span_str(&f->blob);
	f->duration[row] = seconds;
	f->items[row].row = (uint32_t)row;
	f->scored[row] = (struct scored){ .row = (uint32_t)row,
					  .item = (uint32_t)row,
					  .score = 0.5F };
	f->order[row] = (uint32_t)row;
	f->c.count = f->a.count = f->g.count;
}

static inline void answerfixture_end(struct answerfixture *f)
{
	f->c.items = NULL;
	candidates_release(&f->c);
	str_release(&f->blob);
	str_release(&f->text);
}

#endif
