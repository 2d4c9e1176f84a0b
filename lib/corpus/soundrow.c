/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/soundrow.h"

#include <string.h>

#include "audio/features.h"
#include "corpus/datadir.h"
#include "io/input.h"

enum { TABLE_MAX = 1 << 20 };

/* The digest of the table is the version of what it says. */
int soundrow_open(struct soundrow *s, double seconds, struct err *err)
{
	struct str text = { 0 }, path = { 0 }, version = { 0 };
	const char *name = datadir_path("descriptors.tsv", &path);
	uint8_t sum[HASH_SIZE];
	int rc;

	*s = (struct soundrow){ 0 };
	features_schema(&s->schema, seconds);
	rc = input_slurp(name, TABLE_MAX, &text, err) ||
	     descriptors_parse(&s->descriptors, span_str(&text), name, err) ||
	     descriptors_bind(&s->descriptors, &s->schema, name, err);
	if (!rc) {
		str_puts(&version, "descriptors/" DESCRIPTORS_VERSION " ");
		str_span(&version, span_str(&text));
		hash_sha256(version.p, version.n, sum);
	}
	for (int i = 0; i < DESCRIPTOR_COUNT && !rc; i++)
		memcpy(&s->schema.columns[s->descriptors.column[i]].version,
		       sum, sizeof(uint32_t));
	str_release(&version);
	str_release(&text);
	str_release(&path);
	return rc ? -1 : 0;
}

void soundrow_close(struct soundrow *s)
{
	feat_schema_release(&s->schema);
	*s = (struct soundrow){ 0 };
}

void soundrow_finish(const struct soundrow *s, struct feat_row *row)
{
	if (feat_status_measured(row->status)) {
		descriptors_apply(&s->descriptors, row->values);
		row->method = FEAT_METHOD_MEASURED;
		row->confidence = 1;
	}
	memset(row->measured, 0, (s->schema.count + 7) / 8);
	feat_row_mark(row, &s->schema, false);
}
