/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "io/checksum.h"
#include "io/featformat.h"

const char *feat_status_name(enum feat_status s)
{
	static const char *const names[FEAT_STATUS_COUNT] = {
		"ok",          "no-input",  "upstream",    "unreadable",
		"undecodable", "too-short", "silent",      "partial",
		"crashed",     "excessive", "constant",    "clicks",
		"clipped",     "offset",    "unsupported",
	};

	return (unsigned)s < FEAT_STATUS_COUNT ? names[s] : "unknown";
}

const char *feat_status_text(enum feat_status s)
{
	static const char *const texts[FEAT_STATUS_COUNT] = {
		"measured",
		"nothing to measure",
		"not measured: the record came with an error",
		"the file is missing or cannot be read",
		"the file is damaged or of no known format",
		"too short to measure",
		"silent",
		"measured from the sound part of a damaged file",
		"the file brings down the process that reads it",
		"reading the file takes more time or memory than is allowed",
		"nothing but direct current",
		"silent but for a few clicks",
		"measured, though much of it is clipped",
		"measured after taking off a direct current",
		("sound in a form that cannot be decoded, such as FLAC of "
		 "32 bits; convert it, to WAV with flac -d or ffmpeg"),
	};

	return (unsigned)s < FEAT_STATUS_COUNT ? texts[s] : "unknown";
}

bool feat_status_measured(enum feat_status s)
{
	return s == FEAT_OK || s == FEAT_PARTIAL || s == FEAT_CLIPPED ||
	       s == FEAT_OFFSET;
}

bool feat_status_mute(enum feat_status s)
{
	return s == FEAT_SILENT || s == FEAT_CONSTANT || s == FEAT_CLICKS;
}

const char *feat_method_name(enum feat_method m)
{
	static const char *const names[FEAT_METHOD_COUNT] = {
		"none",        "measured", "genre-prototype", "text-neighbours",
		"global-mean", "formula",  "lexicon",         "model",
	};

	return (unsigned)m < FEAT_METHOD_COUNT ? names[m] : "unknown";
}

struct feat_column *feat_schema_add(struct feat_schema *s, const char *name,
				    const char *unit)
{
	struct feat_column *c;

	s->columns = mem_resize(s->columns, s->count + 1u, sizeof(*s->columns));
	c = &s->columns[s->count++];
	*c = (struct feat_column){ 0 };
	snprintf(c->name, sizeof(c->name), "%s", name);
	snprintf(c->unit, sizeof(c->unit), "%s", unit);
	return c;
}

void feat_schema_release(struct feat_schema *s)
{
	free(s->columns);
	*s = (struct feat_schema){ 0 };
}

int feat_schema_find(const struct feat_schema *s, const char *name)
{
	uint32_t i;

	for (i = 0; i < s->count; i++)
		if (!strcmp(s->columns[i].name, name))
			return (int)i;
	return -1;
}

struct feat_row *feat_row_new(const struct feat_schema *s)
{
	struct feat_row *r = mem_zalloc(1, sizeof(*r));

	r->measured = mem_alloc(feat_bits(s->count));
	r->imputed = mem_alloc(feat_bits(s->count));
	r->values = mem_zalloc(s->count, sizeof(*r->values));
	feat_row_reset(r, s);
	return r;
}

void feat_row_reset(struct feat_row *r, const struct feat_schema *s)
{
	r->key = r->digest = 0;
	feat_row_clear(r, s);
}

void feat_row_clear(struct feat_row *r, const struct feat_schema *s)
{
	uint32_t i;

	r->status = r->method = 0;
	r->confidence = 0;
	memset(r->measured, 0, feat_bits(s->count));
	memset(r->imputed, 0, feat_bits(s->count));
	for (i = 0; i < s->count; i++)
		r->values[i] = NAN;
}

void feat_row_free(struct feat_row *r)
{
	if (!r)
		return;
	free(r->measured);
	free(r->imputed);
	free(r->values);
	free(r);
}

void feat_row_mark(struct feat_row *r, const struct feat_schema *s,
		   bool imputed)
{
	uint32_t i;

	for (i = 0; i < s->count; i++)
		if (!isnan(r->values[i]))
			feat_set_bit(imputed ? r->imputed : r->measured, i);
}

struct feat_writer {
	FILE *out;
	size_t columns, stride;
	uint32_t per_block, in_block;
	uint64_t rows, last;
	bool sorted;
	char *block; /* magic, count, rows, crc, zero */
};

static int put(struct feat_writer *w, const void *p, size_t n, struct err *err)
{
	if (fwrite(p, 1, n, w->out) != n)
		return err_errno(err, "cannot write features");
	return 0;
}

static int put_header(struct feat_writer *w, const struct feat_schema *s,
		      struct err *err)
{
	size_t size = feat_header_size(s->count);
	struct feat_header *h = mem_zalloc(1, size);
	uint32_t sum;
	int rc;

	memcpy(h->magic, FEAT_MAGIC, 8);
	h->format = FEAT_FORMAT;
	h->size = (uint32_t)size;
	h->columns = s->count;
	h->stride = (uint32_t)w->stride;
	h->rows_per_block = w->per_block;
	memcpy(h->stage, s->stage, strnlen(s->stage, FEAT_NAME - 1));
	memcpy(h->recipe, s->recipe, HASH_SIZE);
	memcpy(h + 1, s->columns, s->count * sizeof(*s->columns));
	sum = checksum(h, size - 4);
	memcpy((char *)h + size - 4, &sum, 4);
	rc = put(w, h, size, err);
	free(h);
	return rc;
}

struct feat_writer *feat_writer_new(FILE *out, const struct feat_schema *s,
				    struct err *err)
{
	struct feat_writer *w = mem_zalloc(1, sizeof(*w));

	w->out = out;
	w->columns = s->count;
	w->stride = feat_stride(s->count);
	w->per_block = feat_rows_per_block(w->stride);
	w->sorted = true;
	w->block = mem_zalloc(1, 16 + w->per_block * w->stride);
	if (put_header(w, s, err)) {
		free(w->block);
		free(w);
		return NULL;
	}
	return w;
}

static int flush_block(struct feat_writer *w, struct err *err)
{
	uint32_t head[2] = { FEAT_BLOCK, w->in_block }, tail[2] = { 0, 0 };
	size_t n = 8 + w->in_block * w->stride;

	if (!w->in_block)
		return 0;
	memcpy(w->block, head, 8);
	tail[0] = checksum(w->block, n);
	memcpy(w->block + n, tail, 8);
	w->in_block = 0;
	return put(w, w->block, n + 8, err);
}

/* Rounding must not make a row that the reader refuses. */
static float share(float v)
{
	return !(v > 0) ? 0 : v > 1 ? 1 : v;
}

int feat_write(struct feat_writer *w, const struct feat_row *r, struct err *err)
{
	char *p = w->block + 8 + w->in_block * w->stride;
	struct feat_fixed f = { .key = r->key,
				.digest = r->digest,
				.status = r->status,
				.method = r->method,
				.confidence = share(r->confidence) };
	size_t bits = feat_bits(w->columns), i;
	static const uint32_t nan_bits = 0x7fc00000; /* one spelling */

	memset(p, 0, w->stride);
	memcpy(p, &f, sizeof(f));
	memcpy(p + sizeof(f), r->measured, bits);
	memcpy(p + sizeof(f) + bits, r->imputed, bits);
	p += feat_values_at(w->columns);
	for (i = 0; i < w->columns; i++, p += 4)
		memcpy(p,
		       isfinite(r->values[i]) ? (const void *)&r->values[i]
					      : (const void *)&nan_bits,
		       4);
	w->sorted = w->sorted && (!w->rows || r->key > w->last);
	w->last = r->key;
	w->rows++;
	if (++w->in_block == w->per_block)
		return flush_block(w, err);
	return 0;
}

int feat_writer_end(struct feat_writer *w, struct err *err)
{
	struct feat_trailer t = { .magic = FEAT_END,
				  .rows = w->rows,
				  .flags = w->sorted ? FEAT_SORTED : 0 };
	int rc = flush_block(w, err);

	t.crc = checksum(&t, offsetof(struct feat_trailer, crc));
	if (!rc)
		rc = put(w, &t, sizeof(t), err);
	free(w->block);
	free(w);
	return rc;
}
