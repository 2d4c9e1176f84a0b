/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Apart from pack.c so that a reader does not link the hash library. */
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/checksum.h"
#include "io/packformat.h"

/* Written so much at once, and from a multiple of it on, a file has huge pages
 * in the page cache of systems that know them; its readers then touch few. */
#define CHUNK ((size_t)2 << 20)

struct pack_writer {
	FILE *out;
	char *chunk; /* what is not written yet, to a multiple of CHUNK */
	size_t filled;
	struct pack_header header;
	struct pack_entry *table;
	size_t cap;
	uint64_t at;
	struct hash *hash;
	bool open; /* a section is */
	struct mapping {
		void *p;
		size_t n;
	} * mapped;
	size_t nmapped, mapped_cap;
};

static int write_error(struct err *err)
{
	return err_errno(err, "cannot write the artifact");
}

static int flush(struct pack_writer *w, struct err *err)
{
	size_t n = w->filled;

	w->filled = 0;
	return n && (fwrite(w->chunk, 1, n, w->out) != n || fflush(w->out))
		   ? write_error(err)
		   : 0;
}

static int put(struct pack_writer *w, const void *p, size_t n, struct err *err)
{
	const char *from = p;

	while (n) {
		size_t room = CHUNK - w->at % CHUNK, part = n < room ? n : room;

		memcpy(w->chunk + w->filled, from, part);
		w->filled += part;
		w->at += part;
		from += part;
		n -= part;
		if (w->at % CHUNK == 0 && flush(w, err))
			return -1;
	}
	return 0;
}

static int pad(struct pack_writer *w, size_t align, struct err *err)
{
	static const char zeros[PACK_PAGE];

	return put(w, zeros, (size_t)(-w->at & (align - 1)), err);
}

struct pack_writer *pack_writer_new(FILE *out, const char *kind,
				    uint32_t version, struct err *err)
{
	struct pack_writer *w = mem_zalloc(1, sizeof(*w));

	w->out = out;
	w->chunk = mem_alloc(CHUNK);
	w->hash = hash_new();
	memcpy(w->header.magic, PACK_MAGIC, 8);
	w->header.format = PACK_FORMAT;
	w->header.version = version;
	snprintf(w->header.kind, PACK_NAME, "%s", kind);
	/* room for the header, written last */
	if (put(w, &w->header, sizeof(w->header), err)) {
		hash_free(w->hash);
		free(w->chunk);
		free(w);
		return NULL;
	}
	return w;
}

static void close_section(struct pack_writer *w)
{
	struct pack_entry *e;

	if (!w->open)
		return;
	e = &w->table[w->header.count - 1];
	e->size = w->at - e->offset;
	hash_end(w->hash, e->digest);
	w->open = false;
}

int pack_begin(struct pack_writer *w, const char *name, struct err *err)
{
	struct pack_entry *e;

	close_section(w);
	if (pad(w, PACK_PAGE, err))
		return -1;
	MEM_ROOM(w->table, w->header.count + 1u, w->cap);
	e = &w->table[w->header.count++];
	*e = (struct pack_entry){ .offset = w->at };
	snprintf(e->name, PACK_NAME, "%s", name);
	w->open = true;
	return 0;
}

int pack_put(struct pack_writer *w, const void *p, size_t n, struct err *err)
{
	hash_add(w->hash, p, n);
	return put(w, p, n, err);
}

int pack_section(struct pack_writer *w, const char *name, const void *p,
		 size_t n, struct err *err)
{
	return pack_begin(w, name, err) || pack_put(w, p, n, err) ? -1 : 0;
}

struct span pack_written(struct pack_writer *w, const char *name,
			 struct err *err)
{
	const struct pack_entry *e = w->table;
	struct mapping m;
	size_t before; /* bytes of the system's page that are not its own */

	close_section(w);
	while (e < w->table + w->header.count && strcmp(e->name, name))
		e++;
	if (e == w->table + w->header.count || !e->size)
		return SPAN("");
	before = (size_t)e->offset & ((size_t)sysconf(_SC_PAGESIZE) - 1);
	m.n = before + (size_t)e->size;
	m.p = flush(w, err) ? MAP_FAILED
			    : mmap(NULL, m.n, PROT_READ, MAP_SHARED,
				   fileno(w->out), (off_t)(e->offset - before));
	if (m.p == MAP_FAILED) {
		err_errno(err, "cannot read back the artifact");
		return (struct span){ NULL, 0 };
	}
	MEM_ROOM(w->mapped, w->nmapped + 1, w->mapped_cap);
	w->mapped[w->nmapped++] = m;
	return (struct span){ (const char *)m.p + before, (size_t)e->size };
}

static int finish(struct pack_writer *w, struct err *err)
{
	struct pack_header *h = &w->header;
	size_t bytes = h->count * sizeof(*w->table);

	close_section(w);
	if (pad(w, PACK_PAGE, err))
		return -1;
	h->table = w->at;
	h->size = w->at + bytes;
	hash_add(w->hash, h->kind, PACK_NAME);
	hash_add(w->hash, &h->version, sizeof(h->version));
	hash_add(w->hash, w->table, bytes);
	hash_end(w->hash, h->digest);
	h->table_crc = checksum(w->table, bytes);
	h->crc = checksum(h, offsetof(struct pack_header, crc));
	if (put(w, w->table, bytes, err) || flush(w, err))
		return -1;
	if (fseek(w->out, 0, SEEK_SET) ||
	    fwrite(h, 1, sizeof(*h), w->out) != sizeof(*h) || fflush(w->out))
		return write_error(err);
	return 0;
}

int pack_writer_end(struct pack_writer *w, uint8_t digest[HASH_SIZE],
		    struct err *err)
{
	int rc = finish(w, err);

	if (digest)
		memcpy(digest, w->header.digest, HASH_SIZE);
	for (size_t i = 0; i < w->nmapped; i++)
		munmap(w->mapped[i].p, w->mapped[i].n);
	free(w->mapped);
	free(w->chunk);
	hash_free(w->hash);
	free(w->table);
	free(w);
	return rc;
}

int pack_verify(const struct pack *p, struct err *err)
{
	size_t n, i;
	const struct pack_entry *e = pack_entries(p, &n);
	uint8_t digest[HASH_SIZE];

	for (i = 0; i < n; i++) {
		hash_sha256(pack_get(p, e[i].name).p, (size_t)e[i].size,
			    digest);
		if (memcmp(digest, e[i].digest, HASH_SIZE))
			return err_set(err, ERR_DATA, "checksum",
				       "section \"%s\" does not match its "
				       "checksum; build the file again",
				       e[i].name);
	}
	return 0;
}
