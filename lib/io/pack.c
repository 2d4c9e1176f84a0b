/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/checksum.h"
#include "io/packformat.h"

/* Of larger files bytes here and there in huge pages would make most of the
 * file resident. */
#define HUGE_MOST ((size_t)2 << 30)

struct pack {
	char *path;
	const char *base;
	size_t size;
	int fd;
	struct pack_header header;
	const struct pack_entry *table;
};

static int broken(const struct pack *p, const char *what, struct err *err)
{
	return err_set(err, ERR_DATA, "artifact",
		       "%s: %s; the file is damaged or was cut short: "
		       "build it again",
		       p->path, what);
}

static int check_header(const struct pack *p, const char *kind,
			uint32_t version, struct err *err)
{
	const struct pack_header *h = &p->header;

	if (p->size < PACK_PAGE || memcmp(h->magic, PACK_MAGIC, 8))
		return err_set(err, ERR_DATA, "artifact",
			       "%s: not a moodpipe artifact (%s expected); "
			       "check the path, or build it again",
			       p->path, kind);
	if (h->format != PACK_FORMAT)
		return err_set(
		    err, ERR_DATA, "version",
		    "%s: pack format %u, this program reads %d; "
		    "build it again with this release (a model: make "
		    "refit; an index: make index)",
		    p->path, h->format, PACK_FORMAT);
	if (h->crc != checksum(h, offsetof(struct pack_header, crc)))
		return broken(p, "header checksum does not match", err);
	if (memchr(h->kind, 0, PACK_NAME) == NULL || strcmp(h->kind, kind))
		return err_set(err, ERR_DATA, "kind",
			       "%s: holds a \"%.*s\", a \"%s\" is expected; "
			       "check the path",
			       p->path, PACK_NAME - 1, h->kind, kind);
	if (h->version != version)
		return err_set(
		    err, ERR_DATA, "version",
		    "%s: %s version %u, this program reads %u; "
		    "build it again with this release (a model: make "
		    "refit; an index: make index)",
		    p->path, kind, h->version, version);
	return 0;
}

static int check_table(struct pack *p, struct err *err)
{
	const struct pack_header *h = &p->header;
	size_t bytes = h->count * sizeof(struct pack_entry), i, k;

	if (h->size != p->size)
		return broken(p, "size differs from the header's", err);
	if (h->count > PACK_SECTIONS_MAX || h->table % 8 ||
	    h->table < PACK_PAGE || h->table > p->size ||
	    p->size - h->table != bytes)
		return broken(p, "table of contents out of bounds", err);
	p->table = (const void *)(p->base + h->table);
	if (checksum(p->table, bytes) != h->table_crc)
		return broken(p, "table checksum does not match", err);
	for (i = 0; i < h->count; i++) {
		const struct pack_entry *e = &p->table[i];

		if (!memchr(e->name, 0, PACK_NAME) || e->offset % PACK_PAGE ||
		    e->offset < PACK_PAGE || e->offset > h->table ||
		    e->size > h->table - e->offset)
			return broken(p, "section out of bounds", err);
		for (k = 0; k < i; k++)
			if (!strcmp(p->table[k].name, e->name))
				return broken(p, "two sections of one name",
					      err);
	}
	return 0;
}

static int map(struct pack *p, const char *kind, struct err *err)
{
	int fd = open(p->path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *m;

	if (fd < 0 && errno == ENOENT)
		return err_set(err, ERR_DATA, "missing",
			       "%s: no such file (a %s is expected there); "
			       "make it first: a model with --fit, or all of "
			       "it with \"moodpipe corpus\" or \"make "
			       "corpus\"",
			       p->path, kind);
	if (fd < 0)
		return err_errno(err, "cannot open %s", p->path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size < PACK_PAGE) {
		close(fd);
		return err_set(err, ERR_DATA, "artifact",
			       "%s: too short for a moodpipe artifact; build "
			       "it again",
			       p->path);
	}
	p->size = (size_t)st.st_size;
	m = mmap(NULL, p->size, PROT_READ, MAP_SHARED, fd, 0);
	p->fd = fd;
	if (m == MAP_FAILED)
		return err_errno(err, "cannot map %s", p->path);
	p->base = m;
#ifdef MADV_NOHUGEPAGE
	if (p->size > HUGE_MOST)
		madvise(m, p->size, MADV_NOHUGEPAGE);
#endif
	memcpy(&p->header, m, sizeof(p->header));
	return 0;
}

struct pack *pack_open(const char *path, const char *kind, uint32_t version,
		       struct err *err)
{
	struct pack *p = mem_zalloc(1, sizeof(*p));

	p->path = mem_strdup(path);
	p->fd = -1;
	if (map(p, kind, err) || check_header(p, kind, version, err) ||
	    check_table(p, err)) {
		pack_close(p);
		return NULL;
	}
	return p;
}

void pack_close(struct pack *p)
{
	union {
		const void *in;
		void *out;
	} u;

	if (!p)
		return;
	u.in = p->base;
	if (p->base)
		munmap(u.out, p->size);
	if (p->fd >= 0)
		close(p->fd);
	free(p->path);
	free(p);
}

void pack_copy(const struct pack *p, const void *from, size_t n, void *to)
{
	const char *at = from;

	if (pread(p->fd, to, n, (off_t)(at - p->base)) != (ssize_t)n)
		memcpy(to, from, n);
}

const uint8_t *pack_digest(const struct pack *p)
{
	return p->header.digest;
}

struct span pack_get(const struct pack *p, const char *name)
{
	uint32_t i;

	for (i = 0; i < p->header.count; i++)
		if (!strcmp(p->table[i].name, name))
			return (struct span){ p->base + p->table[i].offset,
					      (size_t)p->table[i].size };
	return (struct span){ 0 };
}

const void *pack_array(const struct pack *p, const char *name, size_t size,
		       size_t count, size_t *found, struct err *err)
{
	struct span s = pack_get(p, name);

	if (!s.p || s.n % size || (count != SIZE_MAX && s.n / size != count)) {
		err_set(err, ERR_DATA, "artifact",
			"%s: section \"%s\" %s; build it again (a model: make "
			"refit; an index: make index)",
			p->path, name,
			s.p ? "has another size than the rest says"
			    : "is missing");
		return NULL;
	}
	if (found)
		*found = s.n / size;
	return s.p;
}

const struct pack_entry *pack_entries(const struct pack *p, size_t *count)
{
	*count = p->header.count;
	return p->table;
}
