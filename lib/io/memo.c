/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/memo.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/atomic.h"
#include "io/pack.h"

#define MEMO_KIND "moodmemo"
#define MEMO_VERSION 1

struct memo {
	struct pack *pack;
	const struct memo_row *rows;
	size_t count, nslots;
	uint32_t *slots; /* row + 1, by input digest */
	void *text;      /* the previous output */
	size_t size;
};

static void map_previous(struct memo *m, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0) {
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd,
			 0);
		if (p != MAP_FAILED) {
			m->text = p;
			m->size = (size_t)st.st_size;
		}
	}
	close(fd);
}

static void fill_slots(struct memo *m)
{
	size_t i, s;

	for (m->nslots = 64; m->nslots < m->count * 2; m->nslots *= 2)
		;
	m->slots = mem_zalloc(m->nslots, sizeof(*m->slots));
	for (i = 0; i < m->count; i++) {
		s = m->rows[i].input & (m->nslots - 1);
		while (m->slots[s])
			s = (s + 1) & (m->nslots - 1);
		m->slots[s] = (uint32_t)(i + 1);
	}
}

struct memo *memo_open(const char *path, const char *previous,
		       const uint8_t recipe[HASH_SIZE])
{
	struct memo *m = mem_zalloc(1, sizeof(*m));
	const void *old;

	m->pack = pack_open(path, MEMO_KIND, MEMO_VERSION, NULL);
	if (!m->pack)
		return m;
	old = pack_array(m->pack, "recipe", 1, HASH_SIZE, NULL, NULL);
	if (!old || memcmp(old, recipe, HASH_SIZE))
		return m;
	m->rows = pack_array(m->pack, "rows", sizeof(*m->rows), SIZE_MAX,
			     &m->count, NULL);
	if (!m->rows || m->count >= UINT32_MAX)
		m->count = 0;
	map_previous(m, previous);
	if (m->count)
		fill_slots(m);
	return m;
}

void memo_close(struct memo *m)
{
	if (!m)
		return;
	pack_close(m->pack);
	free(m->slots);
	if (m->text)
		munmap(m->text, m->size);
	free(m);
}

struct span memo_find(const struct memo *m, uint64_t input, uint64_t *output)
{
	const struct memo_row *r;
	struct span none = { 0 }, hit;
	size_t s;

	if (!m->count)
		return none;
	s = input & (m->nslots - 1);
	while (m->slots[s] && m->rows[m->slots[s] - 1].input != input)
		s = (s + 1) & (m->nslots - 1);
	if (!m->slots[s])
		return none;
	r = &m->rows[m->slots[s] - 1];
	*output = r->output;
	if (!r->size)
		return (struct span){ "", 0 };
	if (r->at > m->size || r->size > m->size - r->at)
		return none;
	hit = (struct span){ (const char *)m->text + r->at, r->size };
	return hash_u64(hit.p, hit.n) == r->output ? hit : none;
}

int memo_save(const char *path, const uint8_t recipe[HASH_SIZE],
	      const struct memo_row *rows, size_t count, struct err *err)
{
	struct atomic *a = atomic_open(path, err);
	struct pack_writer *w;
	int rc;

	if (!a)
		return -1;
	w = pack_writer_new(atomic_file(a), MEMO_KIND, MEMO_VERSION, err);
	if (!w) {
		atomic_abort(a);
		return -1;
	}
	rc = pack_section(w, "recipe", recipe, HASH_SIZE, err) ||
	     pack_section(w, "rows", rows, count * sizeof(*rows), err);
	if (pack_writer_end(w, NULL, err) || rc) {
		atomic_abort(a);
		return -1;
	}
	return atomic_commit(a, err);
}
