/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/wordwriter.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "io/scratch.h"

struct wordwriter {
	FILE *file; /* of lengths (two) and bytes, one text behind another */
	uint64_t size;
	char *mapped;
	struct str tags;
};

struct wordwriter *wordwriter_new(void)
{
	return mem_zalloc(1, sizeof(struct wordwriter));
}

void wordwriter_free(struct wordwriter *w)
{
	if (!w)
		return;
	if (w->mapped)
		munmap(w->mapped, w->size);
	if (w->file)
		fclose(w->file);
	str_release(&w->tags);
	free(w);
}

int wordwriter_keep(struct wordwriter *w, struct span description,
		    struct span lyrics, uint64_t *at, struct err *err)
{
	uint64_t length[2] = { description.n, lyrics.n };

	*at = WORDWRITER_NONE;
	if (!description.n && !lyrics.n)
		return 0;
	if (!w->file) {
		w->file = scratch_open(err);
		if (!w->file)
			return -1;
	}
	if (fwrite(length, sizeof(length), 1, w->file) != 1 ||
	    fwrite(description.p ? description.p : "", 1, description.n,
		   w->file) != description.n ||
	    fwrite(lyrics.p ? lyrics.p : "", 1, lyrics.n, w->file) != lyrics.n)
		return err_errno(err, "cannot set texts aside in $TMPDIR");
	*at = w->size;
	w->size += sizeof(length) + description.n + lyrics.n;
	return 0;
}

int wordwriter_map(struct wordwriter *w, struct err *err)
{
	if (w->file && !w->mapped)
		w->mapped = scratch_map(w->file, w->size, err);
	return w->file && !w->mapped ? -1 : 0;
}

/* What wordwriter_keep kept. */
static void get(const struct wordwriter *w, uint64_t at,
		struct span text[WORDS_FIELDS])
{
	uint64_t length[2];
	const char *p;

	if (at == WORDWRITER_NONE)
		return;
	memcpy(length, w->mapped + at, sizeof(length));
	p = w->mapped + at + sizeof(length);
	text[WORDS_DESCRIPTION] = (struct span){ p, length[0] };
	text[WORDS_LYRICS] = (struct span){ p + length[0], length[1] };
}

struct span wordwriter_lyrics(const struct wordwriter *w, uint64_t at)
{
	struct span text[WORDS_FIELDS] = { { NULL, 0 } };

	get(w, at, text);
	return text[WORDS_LYRICS];
}

static int add(struct wordwriter *w, const struct wordwriter_rows *rows,
	       size_t i, struct words_builder *b, struct err *err)
{
	struct span text[WORDS_FIELDS] = { { NULL, 0 } };
	uint64_t at = WORDWRITER_NONE;

	if (rows->row(rows->ctx, i, text, &at))
		return 0;
	get(w, at, text);
	str_reset(&w->tags);
	str_span(&w->tags, text[WORDS_TAGS]);
	for (size_t k = 0; k < w->tags.n; k++)
		if (w->tags.p[k] == '\n')
			w->tags.p[k] = WORDS_BETWEEN;
	text[WORDS_TAGS] = span_str(&w->tags);
	return words_builder_add(b, i, text, err);
}

static int put(void *to, const void *p, size_t n, struct err *err)
{
	return pack_put(to, p, n, err);
}

int wordwriter_write(struct wordwriter *w, const struct wordwriter_rows *rows,
		     struct pack_writer *pw, struct err *err)
{
	struct words_options o = { .memory = rows->memory,
				   .threads = rows->threads };
	struct words_builder *b;
	int rc = wordwriter_map(w, err);

	if (rc)
		return -1;
	words_model_default(&o.model);
	b = words_builder_new(rows->count, &o);
	if (rows->old)
		rc = words_builder_keep(b, rows->old, rows->row_of, err);
	for (size_t i = 0; i < rows->count && !rc; i++)
		rc = add(w, rows, i, b, err);
	rc = rc || pack_begin(pw, "words", err) ||
	     words_builder_end(b, put, pw, err);
	words_builder_free(b);
	return rc ? -1 : 0;
}
