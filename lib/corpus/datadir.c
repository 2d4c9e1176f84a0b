/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/datadir.h"

#include "io/datapath.h"
#include "io/input.h"

enum { TABLE_MAX = 1 << 20 };

const char *datadir_path(const char *name, struct str *out)
{
	return datapath(name, out);
}

int datadir_load(const char *name, datadir_parse *parse, void *to,
		 struct err *err)
{
	struct str path = { 0 }, text = { 0 };
	int rc = input_slurp(datadir_path(name, &path), TABLE_MAX, &text, err);

	if (!rc)
		rc = parse(to, span_str(&text), str_z(&path), err);
	str_release(&path);
	str_release(&text);
	return rc;
}
