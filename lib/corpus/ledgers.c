/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/ledgers.h"

#include <sys/stat.h>

#define BLOCK (256u << 10) /* bytes of records written at once */

static const char *plain(const char *path)
{
	while (path[0] == '.' && path[1] == '/')
		path += 2;
	return path;
}

/* Would one take the place of the other? Devices may be given twice. */
static bool is_same(const char *a, const char *b)
{
	struct stat x, y;

	if (!a || !b || (!stat(a, &x) && !S_ISREG(x.st_mode)))
		return false;
	return !strcmp(plain(a), plain(b)) ||
	       (!stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev &&
		x.st_ino == y.st_ino);
}

int ledgers_open(struct ledgers *l, const char *records, const char *rejects,
		 const char *merged, struct err *err)
{
	if (is_same(records, rejects) || is_same(records, merged))
		return err_set(err, ERR_USAGE, "usage",
			       "%s is given for two outputs; name another file",
			       records);
	if (is_same(rejects, merged))
		return err_set(err, ERR_USAGE, "usage",
			       "%s is given for two outputs; name another file",
			       rejects);
	if ((rejects && !(l->rejects = atomic_open(rejects, err))) ||
	    (merged && !(l->merged = atomic_open(merged, err))) ||
	    !(l->records = atomic_open(records, err)))
		return -1;
	return 0;
}

static int put(struct atomic *a, const struct str *s, struct err *err)
{
	if (s->n && fwrite(s->p, 1, s->n, atomic_file(a)) != s->n)
		return err_errno(err, "cannot write %s", atomic_name(a));
	return 0;
}

static int write_block(struct ledgers *l, struct err *err)
{
	int rc = put(l->records, &l->block, err);

	str_reset(&l->block);
	return rc;
}

int ledgers_record(struct ledgers *l, struct span record, struct err *err)
{
	str_span(&l->block, record);
	str_putc(&l->block, '\n');
	return l->block.n < BLOCK ? 0 : write_block(l, err);
}

int ledgers_note(struct ledgers *l, struct atomic *a,
		 const struct ledger_entry *e, struct err *err)
{
	if (!a)
		return 0;
	ledger_line(e, &l->line);
	str_putc(&l->line, '\n');
	return put(a, &l->line, err);
}

static int commit(struct atomic **a, struct err *err)
{
	struct atomic *x = *a;

	*a = NULL;
	return x ? atomic_commit(x, err) : 0;
}

int ledgers_commit(struct ledgers *l, struct err *err)
{
	if (write_block(l, err) || commit(&l->rejects, err) ||
	    commit(&l->merged, err))
		return -1;
	return commit(&l->records, err);
}

void ledgers_release(struct ledgers *l)
{
	atomic_abort(l->rejects);
	atomic_abort(l->merged);
	atomic_abort(l->records);
	str_release(&l->line);
	str_release(&l->block);
	*l = (struct ledgers){ 0 };
}
