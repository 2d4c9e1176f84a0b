/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a source is made of, for the modules that read its formats (source*.c)
 * and nobody else. source.c opens the input, tells its format and hands over to
 * one of these readers, which takes bytes from s->w and makes rows in s->row.
 */
#ifndef MOODPIPE_SOURCEPARTS_H
#define MOODPIPE_SOURCEPARTS_H

#include "audio/listener.h"
#include "base/hash.h"
#include "corpus/audiofolder.h"
#include "corpus/source.h"
#include "corpus/sourcerow.h"
#include "io/window.h"

struct source_reader {
	/* s->w stands at the beginning. 0 or -1. */
	int (*open)(struct source *s, struct err *err);
	/* As source_next; row is zeroed. */
	int (*next)(struct source *s, struct source_row *row, struct err *err);
	/* Frees s->state, which may be NULL. */
	void (*close)(struct source *s);
};

struct source {
	struct source_options o;
	enum source_format format;
	const struct source_reader *reader;
	void *state; /* the reader's */
	char *path, *base;
	bool inside;    /* of an archive: its files are nowhere on disk */
	bool anonymous; /* source_anonymous */
	struct input *in;
	struct window w;
	struct sourcerow *row; /* of the outermost source */
	struct sourcerow own;
	struct str text; /* a whole document */
	struct err err;  /* for reasons */
	/* Sound files. */
	struct listener *listener;
	struct heard heard;
	struct audiofolder_name named;
	char hex[2 * HASH_SIZE + 1];
};

#define SOURCE_DOCUMENT_MAX ((size_t)64 << 20)

extern const struct source_reader source_table;
extern const struct source_reader source_lines;
extern const struct source_reader source_folder;
extern const struct source_reader source_document;
extern const struct source_reader source_playlist;
extern const struct source_reader source_archive;

/* A source for an archive's files, to be opened with source_reopen one after
 * the other. It shares the options and the row of its parent. */
struct source *source_child(struct source *parent);
/* Ends what the child reads and begins with in, which it owns from here. name:
 * as it stands in the archive. -1: nothing that can be read (the reason). */
int source_reopen(struct source *child, struct input *in, const char *name,
		  struct err *err);

/* Is the input a regular file, which can be opened anew? */
bool source_is_file(const struct source *s);

/* Makes a row of a sound file: digests, what its tags and its name say, lyrics
 * beside it. said: what a playlist says, or NULL. A file that cannot be used is
 * a row with a reason. -1: no worker can be started. */
struct tracklist_entry;
int source_sound(struct source *s, const char *path,
		 const struct tracklist_entry *said, struct source_row *row,
		 struct err *err);

/* The members of an AcousticBrainz document (low or high level) as a row. name:
 * the file's, whose UUID counts where the document has none; or empty. False:
 * it is no such document. */
bool source_acousticbrainz(struct source *s, struct span json, struct span name,
			   struct source_row *row);
#endif
