/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textcuefile.h"

#include <stdlib.h>

#include "io/input.h"
#include "io/packformat.h"
#include "learn/textnet.h"
#include "learn/textnetformat.h"

enum { TABLE_MAX = 1 << 26 };

int textcuefile_load(struct textcuefile *f, const char *path, struct err *err)
{
	struct span rows;

	if (input_slurp(path, TABLE_MAX, &f->table, err))
		return -1;
	if (f->table.n < sizeof(PACK_MAGIC) - 1 ||
	    memcmp(f->table.p, PACK_MAGIC, sizeof(PACK_MAGIC) - 1) != 0)
		return textcues_parse(&f->cues, span_str(&f->table), path, err);
	f->model = pack_open(path, TEXTNET_KIND, TEXTNET_VERSION, err);
	if (!f->model || pack_verify(f->model, err))
		return -1;
	rows = pack_get(f->model, "net.cues");
	return textcues_view(&f->cues, rows.p, rows.n, err);
}

void textcuefile_release(struct textcuefile *f)
{
	if (!f->model)
		free((void *)(uintptr_t)f->cues.rows);
	pack_close(f->model);
	str_release(&f->table);
	*f = (struct textcuefile){ 0 };
}
