/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/idmap.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "io/lines.h"
#include "io/record.h"

static struct span key_span(const uint64_t *key)
{
	return (struct span){ (const char *)key, sizeof(*key) };
}

static int add(struct idmap *m, const struct record *r, struct str *id,
	       struct err *err)
{
	uint64_t key, *place;

	if (record_id(r, id, err)) {
		if (err)
			err->status = ERR_DATA;
		return -1;
	}
	key = hash_u64(id->p, id->n);
	MEM_ROOM(m->keys, m->count + 1, m->cap);
	m->keys[m->count++] = key;
	place = table_put(&m->by_key, key_span(&key));
	if (*place)
		return err_set(err, ERR_DATA, "duplicate",
			       "id \"%s\" occurs twice; ids are unique",
			       str_z(id));
	*place = m->names.n + 1;
	str_put(&m->names, str_z(id), id->n + 1);
	return 0;
}

int idmap_load(struct idmap *m, const char *path, struct err *err)
{
	char *file = mem_strdup(path);
	struct lines lines;
	struct record r = { 0 };
	struct str block = { 0 }, id = { 0 };
	const char *name, *p, *q, *end;
	size_t number = 0;
	int rc;

	lines_init(&lines, &file, 1, 0);
	while ((rc = lines_read(&lines, &block, &name, err)) > 0) {
		end = block.p + block.n;
		for (p = block.p; p < end && rc > 0; p = q + 1) {
			struct span line = { p, 0 };

			q = memchr(p, '\n', (size_t)(end - p));
			line.n = (size_t)(q - p);
			number++;
			if (!span_trim(line).n)
				continue;
			if (record_parse(&r, line, err) || add(m, &r, &id, err))
				rc = err_prefix(err, "%s:%zu", name, number);
		}
		if (rc < 0)
			break;
	}
	lines_release(&lines);
	record_release(&r);
	str_release(&block);
	str_release(&id);
	free(file);
	return rc;
}

void idmap_release(struct idmap *m)
{
	table_release(&m->by_key);
	str_release(&m->names);
	free(m->keys);
	*m = (struct idmap){ 0 };
}

const char *idmap_find(const struct idmap *m, uint64_t key)
{
	const uint64_t *place = table_get(&m->by_key, key_span(&key));

	return place ? m->names.p + *place - 1 : NULL;
}
