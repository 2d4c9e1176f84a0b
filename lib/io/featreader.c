/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/feat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/checksum.h"
#include "io/featformat.h"

struct key_at {
	uint64_t key, row;
};

struct feat {
	char *path;
	int fd;
	bool seekable, sorted, ended;
	struct feat_schema schema;
	size_t stride, header_size, block_size; /* of a full block */
	uint32_t per_block;
	uint64_t rows;   /* UINT64_MAX: not known yet */
	uint64_t seen;   /* handed out by feat_read */
	char *block;     /* the rows of block `loaded` */
	uint64_t loaded; /* UINT64_MAX: none */
	uint32_t in_block;
	struct key_at *index; /* of an unsorted file, by key */
};

static int broken(const struct feat *f, const char *what, struct err *err)
{
	return err_set(err, ERR_DATA, "artifact",
		       "%s: %s; the feature file is damaged or was cut "
		       "short: make it again",
		       f->path, what);
}

/* Exactly n bytes at offset (seekable) or next (pipe). */
static int get(const struct feat *f, void *p, size_t n, uint64_t offset,
	       struct err *err)
{
	char *to = p;

	while (n) {
		ssize_t got = f->seekable ? pread(f->fd, to, n, (off_t)offset)
					  : read(f->fd, to, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(err, "cannot read %s", f->path);
		if (!got)
			return broken(f, "file ends early", err);
		to += got;
		n -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}

static int check_header(const struct feat *f, const struct feat_header *h,
			struct err *err)
{
	if (memcmp(h->magic, FEAT_MAGIC, 8))
		return err_set(err, ERR_DATA, "artifact",
			       "%s: not a feature file; check the path (they "
			       "are made by extract-features and others)",
			       f->path);
	if (h->format < FEAT_FORMAT)
		return err_set(err, ERR_DATA, "version",
			       "%s: feature format %u, made by an older "
			       "moodpipe; build it again with make",
			       f->path, h->format);
	if (h->format > FEAT_FORMAT)
		return err_set(err, ERR_DATA, "version",
			       "%s: feature format %u, this program reads %d; "
			       "use the release that made it, or make it again",
			       f->path, h->format, FEAT_FORMAT);
	if (!h->columns || h->columns > FEAT_COLUMNS_MAX ||
	    h->size != feat_header_size(h->columns) ||
	    h->stride != feat_stride(h->columns) ||
	    h->rows_per_block != feat_rows_per_block(h->stride) ||
	    !feat_is_text(h->stage, FEAT_NAME))
		return broken(f, "sizes in the header do not agree", err);
	return 0;
}

static int check_columns(struct feat *f, struct err *err)
{
	uint32_t i;

	for (i = 0; i < f->schema.count; i++) {
		const struct feat_column *c = &f->schema.columns[i];

		if (!c->name[0] || !feat_is_text(c->name, FEAT_NAME) ||
		    !feat_is_text(c->unit, FEAT_UNIT))
			return broken(f, "column name or unit is no text", err);
	}
	return 0;
}

static int read_header(struct feat *f, struct err *err)
{
	struct feat_header h;
	char *all;
	uint32_t sum;
	int rc = -1;

	if (get(f, &h, sizeof(h), 0, err) || check_header(f, &h, err))
		return -1;
	all = mem_alloc(h.size);
	memcpy(all, &h, sizeof(h));
	if (get(f, all + sizeof(h), h.size - sizeof(h), sizeof(h), err))
		goto out;
	memcpy(&sum, all + h.size - 4, 4);
	if (sum != checksum(all, h.size - 4)) {
		broken(f, "header checksum does not match", err);
		goto out;
	}
	memcpy(f->schema.stage, h.stage, FEAT_NAME);
	memcpy(f->schema.recipe, h.recipe, HASH_SIZE);
	f->schema.count = h.columns;
	f->schema.columns =
	    mem_dup(all + sizeof(h), h.columns * sizeof(struct feat_column));
	f->stride = h.stride;
	f->header_size = h.size;
	f->per_block = h.rows_per_block;
	f->block_size = 16 + (size_t)f->per_block * f->stride;
	f->block = mem_alloc(f->block_size);
	rc = check_columns(f, err);
out:
	free(all);
	return rc;
}

static int check_trailer(struct feat *f, const struct feat_trailer *t,
			 struct err *err)
{
	if (t->magic != FEAT_END ||
	    t->crc != checksum(t, offsetof(struct feat_trailer, crc)))
		return broken(f, "no valid trailer", err);
	f->sorted = t->flags & FEAT_SORTED;
	return 0;
}

/* A regular file's size must be what its trailer says. */
static int check_size(struct feat *f, uint64_t size, struct err *err)
{
	struct feat_trailer t;
	uint64_t full, rest, want;

	if (size < f->header_size + sizeof(t))
		return broken(f, "file ends early", err);
	if (get(f, &t, sizeof(t), size - sizeof(t), err) ||
	    check_trailer(f, &t, err))
		return -1;
	full = t.rows / f->per_block;
	rest = t.rows % f->per_block;
	if (full > size / f->block_size)
		return broken(f, "row count does not fit the size", err);
	want = f->header_size + full * f->block_size +
	       (rest ? 16 + rest * f->stride : 0) + sizeof(t);
	if (want != size)
		return broken(f, "row count does not fit the size", err);
	f->rows = t.rows;
	return 0;
}

struct feat *feat_open(const char *path, struct err *err)
{
	bool standard = !strcmp(path, "-");
	struct feat *f = mem_zalloc(1, sizeof(*f));
	struct stat st;

	f->path = mem_strdup(standard ? "standard input" : path);
	f->rows = f->loaded = UINT64_MAX;
	f->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0 || fstat(f->fd, &st)) {
		err_errno(err, "cannot open %s", path);
		feat_close(f);
		return NULL;
	}
	f->seekable = S_ISREG(st.st_mode) && !standard;
	if (read_header(f, err) ||
	    (f->seekable && check_size(f, (uint64_t)st.st_size, err))) {
		feat_close(f);
		return NULL;
	}
	return f;
}

void feat_close(struct feat *f)
{
	if (!f)
		return;
	if (f->fd > STDIN_FILENO)
		close(f->fd);
	feat_schema_release(&f->schema);
	free(f->block);
	free(f->index);
	free(f->path);
	free(f);
}

const struct feat_schema *feat_schema(const struct feat *f)
{
	return &f->schema;
}

uint64_t feat_count(const struct feat *f)
{
	return f->rows;
}

bool feat_sorted(const struct feat *f)
{
	return f->sorted;
}

/* Rows that block b of a regular file must have. */
static uint64_t rows_in(const struct feat *f, uint64_t b)
{
	uint64_t left = f->rows - b * f->per_block;

	return left < f->per_block ? left : f->per_block;
}

/* Nothing follows the trailer of a pipe: two files run together are not one. */
static int check_end(const struct feat *f, struct err *err)
{
	ssize_t n;
	char c;

	do
		n = read(f->fd, &c, 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(err, "cannot read %s", f->path);
	return n ? broken(f, "more bytes behind the trailer", err) : 0;
}

static int bad_block(const struct feat *f, uint64_t b, const char *what,
		     struct err *err)
{
	char text[120];

	snprintf(text, sizeof(text), "%s (block %llu, at byte %llu)", what,
		 (unsigned long long)b,
		 (unsigned long long)(f->header_size + b * f->block_size));
	return broken(f, text, err);
}

/* Loads block b (of a pipe: the next). 1, 0 where the trailer is, -1. */
static int load(struct feat *f, uint64_t b, struct err *err)
{
	uint64_t at = f->header_size + b * f->block_size;
	uint32_t head[2], sum;
	struct feat_trailer t;
	size_t n;

	if (f->loaded == b)
		return 1;
	f->loaded = UINT64_MAX;
	if (f->seekable && b * f->per_block >= f->rows)
		return 0;
	if (get(f, head, 8, at, err))
		return -1;
	if (head[0] == FEAT_END) {
		memcpy(&t, head, 8);
		if (get(f, (char *)&t + 8, sizeof(t) - 8, at + 8, err) ||
		    check_trailer(f, &t, err))
			return -1;
		if (t.rows != f->seen)
			return broken(f, "row count is not the trailer's", err);
		f->rows = t.rows;
		return check_end(f, err);
	}
	if (head[0] != FEAT_BLOCK || !head[1] || head[1] > f->per_block ||
	    (f->seekable && head[1] != rows_in(f, b)))
		return bad_block(f, b, "no valid block", err);
	n = 8 + head[1] * f->stride;
	memcpy(f->block, head, 8);
	if (get(f, f->block + 8, n, at + 8, err))
		return -1;
	memcpy(&sum, f->block + n, 4);
	if (sum != checksum(f->block, n))
		return bad_block(f, b, "checksum does not match", err);
	f->in_block = head[1];
	f->loaded = b;
	return 1;
}

static const char *row_at(const struct feat *f, uint32_t i)
{
	return f->block + 8 + (size_t)i * f->stride;
}

static uint64_t key_of(const struct feat *f, uint32_t i)
{
	uint64_t key;

	memcpy(&key, row_at(f, i), sizeof(key));
	return key;
}

static int decode(const struct feat *f, uint32_t i, struct feat_row *r,
		  struct err *err)
{
	const char *p = row_at(f, i);
	size_t bits = feat_bits(f->schema.count);
	struct feat_fixed x;

	memcpy(&x, p, sizeof(x));
	if (x.status >= FEAT_STATUS_COUNT || x.method >= FEAT_METHOD_COUNT ||
	    !(x.confidence >= 0 && x.confidence <= 1))
		return broken(f,
			      "row with an unknown status, method or "
			      "confidence",
			      err);
	r->key = x.key;
	r->digest = x.digest;
	r->status = x.status;
	r->method = x.method;
	r->confidence = x.confidence;
	memcpy(r->measured, p + sizeof(x), bits);
	memcpy(r->imputed, p + sizeof(x) + bits, bits);
	memcpy(r->values, p + feat_values_at(f->schema.count),
	       f->schema.count * 4ul);
	return 1;
}

int feat_read(struct feat *f, struct feat_row *row, struct err *err)
{
	uint64_t b = f->seen / f->per_block;
	uint32_t i = (uint32_t)(f->seen % f->per_block);
	int rc = 1;

	if (f->ended)
		return 0;
	if (f->loaded != b)
		rc = load(f, b, err);
	if (rc > 0 && i == f->in_block) { /* behind a short block */
		rc = load(f, b + 1, err);
		if (rc > 0)
			rc = broken(f, "short block before the end", err);
	}
	if (rc <= 0) {
		f->ended = !rc;
		return rc;
	}
	if (i > f->in_block)
		return broken(f, "block with too few rows", err);
	f->seen++;
	return decode(f, i, row, err);
}

/* --- by key --- */

static int by_key(const void *a, const void *b)
{
	const struct key_at *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static int build_index(struct feat *f, struct err *err)
{
	uint64_t r;

	f->index = mem_zalloc(f->rows, sizeof(*f->index));
	for (r = 0; r < f->rows; r++) {
		uint32_t i = (uint32_t)(r % f->per_block);

		if (load(f, r / f->per_block, err) < 0)
			return -1;
		if (i >= f->in_block)
			return broken(f, "block with too few rows", err);
		f->index[r] = (struct key_at){ key_of(f, i), r };
	}
	qsort(f->index, f->rows, sizeof(*f->index), by_key);
	return 0;
}

static int find_indexed(struct feat *f, uint64_t key, struct feat_row *row,
			struct err *err)
{
	struct key_at want = { key, 0 }, *hit;

	if (!f->index && build_index(f, err))
		return -1;
	hit = bsearch(&want, f->index, f->rows, sizeof(want), by_key);
	if (!hit)
		return 0;
	if (load(f, hit->row / f->per_block, err) < 0)
		return -1;
	return decode(f, (uint32_t)(hit->row % f->per_block), row, err);
}

static bool in_loaded(const struct feat *f, uint64_t key)
{
	return f->loaded != UINT64_MAX && key_of(f, 0) <= key &&
	       key <= key_of(f, f->in_block - 1);
}

/* Leaves the block that could hold key loaded; 0 where none could. */
static int seek_block(struct feat *f, uint64_t key, struct err *err)
{
	uint64_t lo = 0, hi = (f->rows + f->per_block - 1) / f->per_block;
	uint64_t first;

	if (in_loaded(f, key))
		return 1;
	if (f->loaded != UINT64_MAX && f->loaded + 1 < hi &&
	    key > key_of(f, f->in_block - 1)) { /* a merge: try the next */
		lo = f->loaded + 1;
		if (load(f, lo, err) < 0)
			return -1;
		if (key <= key_of(f, f->in_block - 1))
			return key >= key_of(f, 0);
	}
	while (lo < hi) { /* the last block whose first key <= key */
		uint64_t mid = lo + (hi - lo) / 2;

		if (get(f, &first, 8, f->header_size + mid * f->block_size + 8,
			err))
			return -1;
		if (first <= key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? load(f, lo - 1, err) : 0;
}

int feat_find(struct feat *f, uint64_t key, struct feat_row *row,
	      struct err *err)
{
	uint32_t lo = 0, hi;
	int rc;

	if (!f->seekable)
		return err_set(err, ERR_USAGE, "pipe",
			       "%s: rows are looked up by key here, which "
			       "needs a regular file, not a pipe",
			       f->path);
	if (!f->rows)
		return 0;
	if (!f->sorted)
		return find_indexed(f, key, row, err);
	rc = seek_block(f, key, err);
	if (rc <= 0)
		return rc;
	for (hi = f->in_block; lo < hi;) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (key_of(f, mid) < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == f->in_block || key_of(f, lo) != key)
		return 0;
	return decode(f, lo, row, err);
}
