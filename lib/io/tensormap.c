/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/tensormap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/input.h"
#include "io/json.h"
#include "io/tensorheader.h"

#define SHARDS_MAX 1024

struct shard {
	char *path;
	void *bytes; /* of the file */
	size_t size;
	struct tensorheader header;
};

struct tensormap {
	struct shard *shards;
	size_t nshards, cap;
	const struct tensormap_tensor **items; /* by name */
	size_t count;
};

static int map_file(struct shard *s, int fd, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_errno(err, "cannot read %s", s->path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_DATA, "model",
			       "%s is not a file: name a .safetensors file",
			       s->path);
	if (st.st_size < 8 || (uint64_t)st.st_size > PTRDIFF_MAX)
		return tensorheader_broken(s->path, "it ends early", err);
	s->size = (size_t)st.st_size;
	s->bytes = mmap(NULL, s->size, PROT_READ, MAP_SHARED, fd, 0);
	if (s->bytes == MAP_FAILED) {
		s->bytes = NULL;
		return err_errno(err, "cannot map %s", s->path);
	}
	return 0;
}

static int read_shard(struct shard *s, int fd, struct err *err)
{
	const unsigned char *p;
	uint64_t n = 0;

	if (map_file(s, fd, err))
		return -1;
	p = s->bytes;
	for (int i = 7; i >= 0; i--)
		n = n << 8 | p[i];
	if (n > s->size - 8 || n > TENSORHEADER_MAX || n < 2)
		return tensorheader_broken(
		    s->path, "its header has no possible size", err);
	return tensorheader_parse(
	    &s->header, (struct span){ (const char *)p + 8, (size_t)n },
	    p + 8 + n, s->size - 8 - (size_t)n, s->path, err);
}

static struct shard *add_shard(struct tensormap *m, char *path)
{
	MEM_ROOM(m->shards, m->nshards + 1, m->cap);
	m->shards[m->nshards] = (struct shard){ .path = path };
	return &m->shards[m->nshards++];
}

static int open_shard(struct tensormap *m, char *path, struct err *err)
{
	struct shard *s = add_shard(m, path);
	/* O_NONBLOCK: not to wait for whoever writes to a pipe. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;

	if (fd < 0)
		return err_errno(err, "cannot open %s", path);
	rc = read_shard(s, fd, err);
	close(fd);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	const struct tensormap_tensor *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* All tensors of all files, by name. */
static int sort_all(struct tensormap *m, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < m->nshards; i++)
		n += m->shards[i].header.count;
	m->items = mem_zalloc(n + 1, sizeof(struct tensormap_tensor *));
	for (size_t i = 0; i < m->nshards; i++)
		for (size_t k = 0; k < m->shards[i].header.count; k++)
			m->items[m->count++] = &m->shards[i].header.items[k];
	qsort(m->items, n, sizeof(struct tensormap_tensor *), by_name);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(m->items[i - 1]->name, m->items[i]->name))
			return err_set(
			    err, ERR_DATA, "model",
			    "%s: tensor \"%.80s\" occurs twice%s%s; "
			    "export the weights again",
			    m->items[i]->path, m->items[i]->name,
			    m->items[i]->path == m->items[i - 1]->path
				? ""
				: ", also in ",
			    m->items[i]->path == m->items[i - 1]->path
				? ""
				: m->items[i - 1]->path);
	return 0;
}

/* A file beside the index, and no other. */
static bool is_beside(const struct str *name)
{
	static const char end[] = ".safetensors";
	size_t n = sizeof(end) - 1;

	return name->n > n && !memcmp(name->p + name->n - n, end, n) &&
	       !memchr(name->p, '/', name->n) &&
	       !memchr(name->p, '\0', name->n) && name->p[0] != '.';
}

struct index {
	const char *path;
	size_t folder; /* length of path up to its last slash, with it */
	struct span map;
};

static int bad_index(const struct index *x, struct err *err, const char *what,
		     const char *name)
{
	return err_set(err, ERR_DATA, "model",
		       "%s: %s%.80s; fetch the model's folder again", x->path,
		       what, name);
}

static int open_named(struct tensormap *m, const struct index *x,
		      const struct str *name, struct err *err)
{
	struct str path = { 0 };

	for (size_t i = 0; i < m->nshards; i++)
		if (!strcmp(m->shards[i].path + x->folder, name->p))
			return 0;
	if (!is_beside(name))
		return bad_index(x, err,
				 "weight_map names what is no .safetensors "
				 "file beside it: ",
				 name->p);
	if (m->nshards == SHARDS_MAX)
		return bad_index(x, err, "too many files in weight_map", "");
	str_put(&path, x->path, x->folder);
	str_puts(&path, name->p);
	return open_shard(m, path.p, err);
}

/* Every name of the map is a tensor of the file that it names. */
static int check_map(const struct tensormap *m, const struct index *x,
		     struct err *err)
{
	struct str name = { 0 }, file = { 0 };
	struct span raw, value;
	size_t pos = 0;
	int rc = 0;

	while (!rc && json_member(x->map, &pos, &raw, &value)) {
		const struct tensormap_tensor *t;

		str_reset(&name);
		str_reset(&file);
		json_string((struct span){ raw.p - 1, raw.n + 2 }, &name);
		json_string(value, &file);
		t = tensormap_find(m, str_z(&name));
		if (!t || strcmp(t->path + x->folder, str_z(&file)) != 0)
			rc = bad_index(x, err,
				       "no file has, as weight_map says, ",
				       str_z(&name));
	}
	str_release(&name);
	str_release(&file);
	return rc;
}

static int open_files(struct tensormap *m, const struct index *x,
		      struct err *err)
{
	struct str name = { 0 };
	struct span raw, value, last = { 0 };
	size_t pos = 0;
	int rc = 0;

	while (!rc && json_member(x->map, &pos, &raw, &value)) {
		if (span_eq(value, last))
			continue;
		last = value;
		str_reset(&name);
		if (json_string(value, &name) || !name.n)
			rc = bad_index(x, err,
				       "weight_map names no file for a tensor",
				       "");
		else
			rc = open_named(m, x, &name, err);
	}
	str_release(&name);
	if (!rc && !m->nshards)
		rc = bad_index(x, err, "no weight_map in it", "");
	return rc;
}

static int open_index(struct tensormap *m, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/'), *why = "", *end;
	struct index x = { .path = path,
			   .folder = slash ? (size_t)(slash - path) + 1 : 0 };
	struct str text = { 0 };
	struct span all;
	int rc = input_slurp(path, TENSORHEADER_MAX, &text, err);

	all = span_trim(span_str(&text));
	end = rc ? NULL : json_skip(all.p, all.p + all.n, &why);
	if (!rc && (!end || end != all.p + all.n))
		rc = bad_index(&x, err, "not JSON: ", end ? "" : why);
	if (!rc) {
		x.map = json_get(all, "weight_map");
		rc = open_files(m, &x, err) || sort_all(m, err) ||
		     check_map(m, &x, err);
	}
	str_release(&text);
	return rc ? -1 : 0;
}

struct tensormap *tensormap_open(const char *path, struct err *err)
{
	struct tensormap *m = mem_zalloc(1, sizeof(*m));
	size_t n = strlen(path);
	int rc;

	if (n > 5 && !strcmp(path + n - 5, ".json"))
		rc = open_index(m, path, err);
	else
		rc = open_shard(m, mem_strdup(path), err) || sort_all(m, err);
	if (rc) {
		tensormap_close(m);
		return NULL;
	}
	return m;
}

struct tensormap *tensormap_open_fd(int fd, const char *path, struct err *err)
{
	struct tensormap *m = mem_zalloc(1, sizeof(*m));

	if (read_shard(add_shard(m, mem_strdup(path)), fd, err) ||
	    sort_all(m, err)) {
		tensormap_close(m);
		return NULL;
	}
	return m;
}

void tensormap_close(struct tensormap *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->nshards; i++) {
		struct shard *s = &m->shards[i];

		tensorheader_release(&s->header);
		if (s->bytes)
			munmap(s->bytes, s->size);
		free(s->path);
	}
	free(m->shards);
	free(m->items);
	free(m);
}

size_t tensormap_count(const struct tensormap *m)
{
	return m->count;
}

const struct tensormap_tensor *tensormap_at(const struct tensormap *m, size_t i)
{
	return m->items[i];
}

const struct tensormap_tensor *tensormap_find(const struct tensormap *m,
					      const char *name)
{
	size_t from = 0, to = m->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = strcmp(m->items[middle]->name, name);

		if (!order)
			return m->items[middle];
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}
