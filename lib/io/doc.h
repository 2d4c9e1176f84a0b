/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small JSON documents as trees (jansson): requests and the tables under
 * data/. Not for records. Values borrowed from a document die with it.
 */
#ifndef MOODPIPE_DOC_H
#define MOODPIPE_DOC_H

#include "base/err.h"
#include "base/str.h"

struct doc; /* a JSON value; the root owns the rest */

struct doc *doc_parse(struct span text, const char *name, struct err *err);
struct doc *doc_load(const char *path, struct err *err);
void doc_free(struct doc *root);

/* NULL where absent, null, or the parent is of another type. */
const struct doc *doc_get(const struct doc *d, const char *name);
const struct doc *doc_at(const struct doc *d, size_t i);
size_t doc_size(const struct doc *d);      /* elements or members; else 0 */
const char *doc_text(const struct doc *d); /* NULL: not a string */
bool doc_number(const struct doc *d, double *out);
bool doc_bool(const struct doc *d, bool *out);

#endif
