/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/lyricprintbuild.h"

#include <stdlib.h>

#include "base/mem.h"
#include "index/lyricprintgrams.h"

struct texts { /* those that have words enough */
	uint32_t *text;
	uint64_t *first; /* [count + 1] */
	size_t count, cap, first_cap;
};

static int write_words(const struct lyricprint_source *s,
		       const struct lyricprint_sections *name, struct texts *t,
		       struct pack_writer *pw, struct err *err)
{
	const uint16_t *words;

	for (size_t i = 0; i < s->count; i++) {
		size_t n = s->words(s->ctx, i, &words);

		if (n < LYRICPRINT_LEAST)
			continue;
		if (!t->count && pack_begin(pw, name->words, err))
			return -1;
		MEM_ROOM(t->text, t->count + 1, t->cap);
		MEM_ROOM(t->first, t->count + 2, t->first_cap);
		if (!t->count)
			t->first[0] = 0;
		t->text[t->count] = (uint32_t)i;
		t->first[t->count + 1] = t->first[t->count] + n;
		t->count++;
		if (pack_put(pw, words, n * sizeof(*words), err))
			return -1;
	}
	return 0;
}

int lyricprint_write(const struct lyricprint_source *s,
		     const struct lyricprint_sections *name,
		     struct pack_writer *pw, size_t *count, struct err *err)
{
	struct texts t = { .text = NULL };
	int rc = write_words(s, name, &t, pw, err);

	*count = t.count;
	if (!rc && t.count) {
		rc = pack_section(pw, name->text, t.text,
				  t.count * sizeof(*t.text), err) ||
		     pack_section(pw, name->first, t.first,
				  (t.count + 1) * sizeof(*t.first), err) ||
		     lyricprint_write_grams(
			 &(struct lyricprint_texts){ t.count, t.first,
						     s->memory, s->threads },
			 name, pw, err);
	}
	free(t.text);
	free(t.first);
	return rc ? -1 : 0;
}
