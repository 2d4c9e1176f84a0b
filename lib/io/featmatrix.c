/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/featmatrix.h"

#include <math.h>

#include "io/featformat.h"
#include "io/scratch.h"

static int copy(FILE *from, FILE *to, struct err *err)
{
	char buf[16384];
	size_t n;

	rewind(from);
	while ((n = fread(buf, 1, sizeof(buf), from)))
		if (fwrite(buf, 1, n, to) != n)
			return err_errno(err, "cannot write the matrix");
	return ferror(from) ? err_errno(err, "cannot read a temporary file")
			    : 0;
}

static int export_rows(struct feat *f, struct feat_row *row, FILE *to,
		       struct err *err)
{
	size_t n = feat_schema(f)->count;
	int rc;

	while ((rc = feat_read(f, row, err)) > 0)
		if (fwrite(row->values, sizeof(float), n, to) != n)
			return err_errno(err, "cannot write the matrix");
	return rc;
}

int featmatrix_export(struct feat *f, FILE *out, struct err *err)
{
	uint32_t columns = feat_schema(f)->count;
	struct feat_row *row = feat_row_new(feat_schema(f));
	FILE *spool;
	int rc = -1;

	if (feat_count(f) != UINT64_MAX) {
		rc = npy_write_header(out, feat_count(f), columns, err) ||
		     export_rows(f, row, out, err);
	} else if ((spool = scratch_open(err))) {
		rc = export_rows(f, row, spool, err) ||
		     npy_write_header(out, feat_count(f), columns, err) ||
		     copy(spool, out, err);
		fclose(spool);
	}
	feat_row_free(row);
	return rc ? -1 : 0;
}

int featmatrix_schema(struct feat_schema *s, const char *stage,
		      const char *columns, struct err *err)
{
	const char *p = columns;
	struct hash *h;
	char name[FEAT_NAME];
	bool more = true;

	snprintf(s->stage, sizeof(s->stage), "%s", stage);
	if (!feat_is_text(s->stage, sizeof(s->stage)))
		return err_set(err, ERR_USAGE, "usage",
			       "the stage's name has a control character");
	h = hash_new();
	hash_add(h, "featmatrix/1 ", 13);
	hash_add(h, columns, strlen(columns));
	hash_end(h, s->recipe);
	hash_free(h);
	while (more) {
		size_t n = strcspn(p, ",");

		snprintf(name, sizeof(name), "%.*s", (int)n, p);
		if (!n || n >= sizeof(name) || s->count == FEAT_COLUMNS_MAX ||
		    !feat_is_text(name, sizeof(name)) ||
		    feat_schema_find(s, name) >= 0)
			return err_set(err, ERR_USAGE, "usage",
				       "columns, at \"%s\": 1 to %d different "
				       "names of 1 to %d bytes are expected",
				       p, FEAT_COLUMNS_MAX, FEAT_NAME - 1);
		feat_schema_add(s, name, "");
		more = p[n] == ',';
		p += n + 1;
	}
	return 0;
}

static int import_rows(struct npy *n, const struct idmap *ids,
		       const struct feat_schema *s, enum feat_method method,
		       struct feat_writer *w, struct err *err)
{
	struct feat_row *row = feat_row_new(s);
	size_t bytes = s->count * sizeof(float), i;
	int rc = 1;

	for (i = 0; i < ids->count; i++) {
		uint32_t k;

		feat_row_reset(row, s);
		rc = npy_read(n, row->values, err);
		if (rc <= 0)
			break;
		for (k = 0; k < s->count; k++)
			if (!isfinite(row->values[k]))
				row->values[k] = NAN;
		row->key = ids->keys[i];
		row->digest = hash_u64(row->values, bytes);
		row->method = (uint8_t)method;
		row->confidence = 1;
		feat_row_mark(row, s, method != FEAT_METHOD_MEASURED);
		rc = feat_write(w, row, err) ? -1 : 1;
		if (rc < 0)
			break;
	}
	if (rc > 0) /* nothing may follow */
		rc = npy_read(n, row->values, err);
	feat_row_free(row);
	return rc;
}

int featmatrix_import(struct npy *n, const struct idmap *ids,
		      const struct feat_schema *s, enum feat_method method,
		      FILE *out, struct err *err)
{
	struct feat_writer *w;
	int rc;

	if (n->rows != ids->count || n->columns != s->count)
		return err_set(err, ERR_DATA, "shape",
			       "%s is a matrix of %llu x %u; the records and "
			       "column names ask for %zu x %u",
			       input_name(n->in), (unsigned long long)n->rows,
			       n->columns, ids->count, s->count);
	w = feat_writer_new(out, s, err);
	if (!w)
		return -1;
	rc = import_rows(n, ids, s, method, w, err);
	if (feat_writer_end(w, rc < 0 ? NULL : err))
		rc = -1;
	return rc;
}
