/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/sourcealone.h"

#include <stdlib.h>

#include "corpus/sourceparts.h"

/* As audiofolder_list gives it: the folder's name counts. */
static bool absolute(const char *path, struct str *out)
{
	const char *slash = strrchr(path, '/');
	struct str folder = { 0 };
	bool found;
	char *real;

	str_put(&folder, path, slash ? (size_t)(slash + 1 - path) : 0);
	real = realpath(folder.n ? str_z(&folder) : ".", NULL);
	found = real;
	if (found) {
		str_puts(out, real);
		str_putc(out, '/');
		str_puts(out, slash ? slash + 1 : path);
	}
	free(real);
	str_release(&folder);
	return found;
}

static int read_row(struct source *s, const char *path, struct str *members,
		    char id[IDENTITY_SIZE], struct err *err)
{
	struct identity identity = { 0 };
	struct source_row row = { 0 };
	int rc = sourcerow_open(s->row, err) ||
		 source_sound(s, path, NULL, &row, err);

	if (!rc && row.reason)
		rc = err_set(err, ERR_RECORD, "missing", "%s", row.reason);
	if (!rc && identity_make(&identity, &row.facts, id))
		rc = err_set(err, ERR_RECORD, "missing", "it has no identity");
	if (!rc)
		str_span(members, row.members);
	identity_release(&identity);
	return rc ? -1 : 0;
}

int sourcealone_read(const char *path, struct listener *l, struct str *members,
		     char id[IDENTITY_SIZE], struct err *err)
{
	struct source s = { .listener = l };
	struct str full = { 0 };
	int rc;

	s.row = &s.own;
	rc = absolute(path, &full)
		 ? read_row(&s, str_z(&full), members, id, err)
		 : err_set(err, ERR_RECORD, "missing", "its folder is gone");
	sourcerow_release(&s.own);
	heard_release(&s.heard);
	audiofolder_name_release(&s.named);
	str_release(&full);
	return rc;
}
