/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tokenizer.json taken apart in one pass: the vocabulary into its table, and
 * the small rest as JSON text.
 */
#ifndef MOODPIPE_TOKENREAD_H
#define MOODPIPE_TOKENREAD_H

#include "encoder/tokenvocab.h"

#define TOKENREAD_MAX ((size_t)64 << 20) /* bytes of a file */

struct tokenread {          /* zeroed is empty; to release */
	struct str text;    /* the file */
	struct str parts;   /* an object: the file's members but "model" */
	struct str model;   /* an object: the model's but vocab and merges */
	struct span merges; /* in text; absent: {NULL, 0} */
	bool vocab_seen;
	struct tokenvocab vocab;
	/* Where the vocabulary was a list of [spelling, score]: */
	bool scored;
	double *scores;
	size_t score_count, score_cap;
};

void tokenread_release(struct tokenread *r);
int tokenread_file(struct tokenread *r, const char *path, struct err *err);

/* Appends what stands between the quotes of a JSON string that is known to be
 * well-formed, NUL included. */
void tokenread_unescape(struct span inside, struct str *out);

/* Components' members. `what` names the component in messages. Absent or null:
 * the default. -1, ERR_DATA: the member is of another type. */
int tokenread_bool(struct span object, const char *what, const char *name,
		   bool fallback, bool *out, struct err *err);
/* Appends. fallback NULL: the member must be there. */
int tokenread_string(struct span object, const char *what, const char *name,
		     const char *fallback, struct str *out, struct err *err);
int tokenread_int(struct span object, const char *what, const char *name,
		  int64_t low, int64_t high, int64_t fallback, int64_t *out,
		  struct err *err);
/* The value is one of names (NULL ends them); absent: fallback. */
int tokenread_choice(struct span object, const char *what, const char *name,
		     const char *const *names, int fallback, int *out,
		     struct err *err);
/* A component's type into a buffer; -1: it has none. Members are checked to be
 * names or "type" by tokenread_members. */
int tokenread_type(struct span object, const char *what, struct str *out,
		   struct err *err);
int tokenread_members(struct span object, const char *what,
		      const char *const *names, struct err *err);
bool tokenread_is_null(struct span value); /* absent, too */

#endif
