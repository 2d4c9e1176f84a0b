/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tracks that one request names (reference.h), each looked for, and a file
 * heard, once, however often it is asked for: a journey asks at every place.
 */
#ifndef MOODPIPE_REFERENCES_H
#define MOODPIPE_REFERENCES_H

#include "corpus/reference.h"

struct references {                     /* zeroed is valid */
	struct references_item **items; /* [made], in use [count] */
	size_t count, made, cap;
};
void references_release(struct references *r);
/* Before another request. */
void references_forget(struct references *r);

/* As reference_find, which stands until references_forget; NULL: its failure,
 * which is not remembered. */
const struct reference *references_find(struct references *r,
					const struct generation *g,
					struct whois *who, struct span text,
					size_t room, struct err *err);

#endif
