/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders of audio. */
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/sourceparts.h"

struct folder_state {
	struct audiofolder folder;
	uint64_t count;
};

static int open(struct source *s, struct err *err)
{
	struct folder_state *f = s->state = mem_zalloc(1, sizeof(*f));

	return audiofolder_list(&f->folder, s->path, err);
}

static int next(struct source *s, struct source_row *row, struct err *err)
{
	struct folder_state *f = s->state;
	const char *path;

	if (f->count == f->folder.count)
		return 0;
	path = f->folder.paths[f->count++];
	row->line = f->count;
	row->raw = span_of(path);
	return source_sound(s, path, NULL, row, err) ? -1 : 1;
}

static void close(struct source *s)
{
	struct folder_state *f = s->state;

	if (!f)
		return;
	audiofolder_release(&f->folder);
	free(f);
}

const struct source_reader source_folder = { open, next, close };
