/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hostile HTML and XML as a row of events (libxml2's SAX interfaces; no tree is
 * built). No network, no files, no document type declarations, no entities but
 * the predefined ones and HTML's. Whatever is malformed is read as far as it
 * can be; time and memory are bounded by the input's size.
 */
#ifndef MOODPIPE_MARKUP_H
#define MOODPIPE_MARKUP_H

#include "base/str.h"

#define MARKUP_SIZE ((size_t)2 << 20) /* bytes that are looked at */
#define MARKUP_DEPTH 256              /* elements; deeper ends the reading */

struct markup {
	void *ctx;
	/* Of HTML, names are in lower case; of XML, as written, with prefix.
	 * attributes: names and values in turn, then NULL; or NULL. A value
	 * may be NULL. All text is UTF-8. */
	void (*start)(void *ctx, const char *name,
		      const char *const *attributes);
	void (*end)(void *ctx, const char *name);
	void (*text)(void *ctx, struct span text); /* in pieces */
};

/* charset: as the transport names it, or NULL. */
void markup_read_html(const struct markup *m, struct span bytes,
		      const char *charset);
void markup_read_xml(const struct markup *m, struct span bytes,
		     const char *charset);

/* The value of an attribute; {NULL,0} where there is none. */
struct span markup_attribute(const char *const *attributes, const char *name);

#endif
