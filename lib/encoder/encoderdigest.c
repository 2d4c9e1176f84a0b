/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tells one model from another. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "encoder/encoderfolder.h"

#define CHUNK ((size_t)1 << 18)

static void add_number(struct hash *h, uint64_t v)
{
	uint8_t b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (uint8_t)(v >> 8 * i);
	hash_add(h, b, sizeof(b));
}

/* With its length before it, so that no two lists of texts look the same. */
static void add_text(struct hash *h, const char *s)
{
	add_number(h, strlen(s));
	hash_add(h, s, strlen(s));
}

/* What was made of the files and of data/encoders.tsv. */
static void add_settings(struct hash *h, const struct encoderfolder *f)
{
	add_text(h, f->query_prefix);
	add_text(h, f->passage_prefix);
	add_number(h, f->pooling);
	add_number(h, f->normalise);
	add_number(h, f->tokens_max);
}

/* Its name in the model's folder: a folder may be moved. */
static const char *name_of(const struct encoderfolder *f, const char *path)
{
	size_t n = strlen(f->path);

	return !strncmp(path, f->path, n) && path[n] == '/' ? path + n + 1
							    : path;
}

static int add_file(struct hash *h, const struct encoderfolder *f,
		    const char *path, char *chunk, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct hash *own;
	uint8_t digest[HASH_SIZE];
	ssize_t n;

	if (fd < 0)
		return err_errno(err, "cannot open %s", path);
	own = hash_new();
	while ((n = read(fd, chunk, CHUNK)) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			hash_add(own, chunk, (size_t)n);
	if (n < 0)
		err_errno(err, "cannot read %s", path);
	hash_end(own, digest);
	hash_free(own);
	close(fd);
	add_text(h, name_of(f, path));
	hash_add(h, digest, sizeof(digest));
	return n < 0 ? -1 : 0;
}

int encoderfolder_digest(const struct encoderfolder *f,
			 uint8_t digest[HASH_SIZE], struct err *err)
{
	struct hash *h = hash_new();
	char *chunk = mem_alloc(CHUNK);
	int rc = 0;

	add_settings(h, f);
	for (size_t i = 0; i < f->nfiles && !rc; i++)
		rc = add_file(h, f, f->files[i], chunk, err);
	hash_end(h, digest);
	hash_free(h);
	free(chunk);
	return rc;
}

int encoderfolder_stamp(const struct encoderfolder *f,
			uint8_t stamp[ENCODERFOLDER_STAMP], struct err *err)
{
	struct hash *h = hash_new();
	int rc = 0;

	add_settings(h, f);
	for (size_t i = 0; i < f->nfiles && !rc; i++) {
		struct stat st;

		if (stat(f->files[i], &st) != 0) {
			rc = err_errno(err, "cannot read %s", f->files[i]);
			break;
		}
		add_text(h, f->files[i]);
		add_number(h, (uint64_t)st.st_size);
		add_number(h, (uint64_t)st.st_mtim.tv_sec);
		add_number(h, (uint64_t)st.st_mtim.tv_nsec);
		add_number(h, (uint64_t)st.st_dev);
		add_number(h, (uint64_t)st.st_ino);
	}
	hash_end(h, stamp);
	hash_free(h);
	return rc;
}
