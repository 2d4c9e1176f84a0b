/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "io/atomic.h"
#include "io/input.h"

#define PREFIX ".part-" /* then 32 hex digits; if private, "-PID-" */
#define NOTE ".note"
#define STALE (30 * 24 * 3600)
#define NOTE_MOST 4096

/* The process of a private part's name, or 0. */
static int owner_of(const char *name)
{
	const char *id = strchr(name + strlen(PREFIX), '-');
	size_t n = id ? strcspn(++id, "-") : 0;
	int pid;

	return n && !num_int((struct span){ id, n }, 1, 1 << 30, &pid) ? pid
								       : 0;
}

static bool is_stale(int dir, const char *name, int64_t now)
{
	int pid = owner_of(name), fd;
	struct stat st;
	bool free;

	if (pid)
		return kill(pid, 0) && errno == ESRCH;
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	free = !flock(fd, LOCK_EX | LOCK_NB) && !fstat(fd, &st) &&
	       st.st_mtime < now - STALE;
	close(fd);
	return free;
}

int store_prepare(const char *dir, int64_t now, struct err *err)
{
	struct dirent *e;
	DIR *d;

	if (atomic_mkdirs(dir, false, err))
		return -1;
	d = opendir(dir);
	while (d && (e = readdir(d)))
		if (!strncmp(e->d_name, PREFIX, strlen(PREFIX)) &&
		    is_stale(dirfd(d), e->d_name, now))
			unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	return 0;
}

/* The note: validator and total, a line each. */
static void read_note(struct store_part *p)
{
	struct str text = { 0 };
	struct span s;
	const char *end;

	if (!input_slurp(str_z(&p->note), NOTE_MOST, &text, NULL)) {
		s = span_str(&text);
		end = memchr(s.p, '\n', s.n);
		if (end && s.p[s.n - 1] == '\n') {
			size_t n = (size_t)(end - s.p);
			struct span rest = { end + 1, s.n - n - 1 };

			if (!num_u64(span_trim(rest), &p->total))
				str_put(&p->validator, s.p, n);
		}
	}
	str_release(&text);
}

static int write_note(struct store_part *p, struct err *err)
{
	struct str temp = { 0 };
	FILE *f;
	int rc = -1;

	str_printf(&temp, "%s~", str_z(&p->note));
	f = fopen(str_z(&temp), "we");
	if (f) {
		fprintf(f, "%s\n%llu\n", str_z(&p->validator),
			(unsigned long long)p->total);
		rc = fclose(f);
	}
	if (rc || rename(str_z(&temp), str_z(&p->note)))
		rc = err_errno(err, "cannot write %s", str_z(&p->note));
	str_release(&temp);
	return rc;
}

void store_find(struct store_part *p, const char *dir, struct span url)
{
	uint8_t digest[HASH_SIZE];
	char hex[2 * HASH_SIZE + 1];
	struct stat st;

	store_close(p);
	hash_sha256(url.p, url.n, digest);
	hash_hex(digest, HASH_SIZE / 2, hex);
	str_printf(&p->path, "%s/" PREFIX "%s", dir, hex);
	str_printf(&p->note, "%s" NOTE, str_z(&p->path));
	p->shared = true;
	if (lstat(str_z(&p->path), &st) || !S_ISREG(st.st_mode))
		return;
	p->size = (size_t)st.st_size;
	read_note(p);
}

/* 1 it is ours, 0 another process has it, -1. */
static int open_locked(struct store_part *p, struct err *err)
{
	struct stat a, b;

	p->fd =
	    open(str_z(&p->path),
		 O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_APPEND, 0600);
	if (p->fd < 0)
		return err_errno(err, "cannot create %s", str_z(&p->path));
	/* Whoever had it may have renamed it before we got the lock. */
	if (!flock(p->fd, LOCK_EX | LOCK_NB) && !fstat(p->fd, &a) &&
	    !stat(str_z(&p->path), &b) && a.st_ino == b.st_ino &&
	    a.st_dev == b.st_dev) {
		p->size = (size_t)a.st_size;
		return 1;
	}
	close(p->fd);
	return 0;
}

static int open_twin(struct store_part *p, struct err *err)
{
	p->shared = false;
	p->size = 0;
	str_printf(&p->path, "-%ld-XXXXXX", (long)getpid());
	p->fd = mkostemp(p->path.p, O_CLOEXEC | O_APPEND);
	if (p->fd >= 0)
		return 1;
	err_errno(err, "cannot create %s", str_z(&p->path));
	str_reset(&p->path);
	return -1;
}

int store_open(struct store_part *p, struct err *err)
{
	int rc;

	if (p->open)
		return 0;
	rc = open_locked(p, err);
	if (!rc)
		rc = open_twin(p, err);
	p->touched |= p->open = rc == 1;
	return p->open ? 0 : -1;
}

void store_pause(struct store_part *p)
{
	if (p->open)
		close(p->fd);
	p->open = false;
}

int store_restart(struct store_part *p, struct span validator, uint64_t total,
		  struct err *err)
{
	if (ftruncate(p->fd, 0))
		return err_errno(err, "cannot shorten %s", str_z(&p->path));
	p->size = 0;
	str_reset(&p->validator);
	if (validator.n < NOTE_MOST / 2 &&
	    !memchr(validator.p, '\n', validator.n))
		str_span(&p->validator, validator);
	p->total = total;
	if (p->shared && !p->validator.n)
		unlink(str_z(&p->note));
	return p->shared && p->validator.n ? write_note(p, err) : 0;
}

int store_write(struct store_part *p, const void *bytes, size_t n,
		struct err *err)
{
	const char *at = bytes;

	while (n) {
		ssize_t k = write(p->fd, at, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return err_errno(err, "cannot write %s",
					 str_z(&p->path));
		at += k;
		n -= (size_t)k;
		p->size += (size_t)k;
	}
	return 0;
}

int store_read(const struct store_part *p, size_t n, struct str *out,
	       struct err *err)
{
	str_reset(out);
	if (n > p->size)
		n = p->size;
	str_reserve(out, n);
	while (out->n < n) {
		ssize_t k =
		    pread(p->fd, out->p + out->n, n - out->n, (off_t)out->n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return err_errno(err, "cannot read %.*s",
					 (int)p->path.n, p->path.p);
		out->n += (size_t)k;
	}
	return 0;
}

int store_cut(struct store_part *p, size_t size, struct err *err)
{
	if (p->size == size)
		return 0;
	if (ftruncate(p->fd, (off_t)size))
		return err_errno(err, "cannot shorten %s", str_z(&p->path));
	p->size = size;
	return 0;
}

static int digest_of(const struct store_part *p, char hex[2 * HASH_SIZE + 1],
		     struct err *err)
{
	uint8_t digest[HASH_SIZE];
	struct str bytes = { 0 };
	int rc = store_read(p, p->size, &bytes, err);

	if (!rc) {
		hash_sha256(bytes.n ? bytes.p : "", bytes.n, digest);
		hash_hex(digest, HASH_SIZE, hex);
	}
	str_release(&bytes);
	return rc;
}

static bool readable_by_all(const struct store_part *p)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(p->fd, 0666 & ~mask) == 0;
}

int store_keep(struct store_part *p, const char *dir, const char *ext,
	       struct str *sha256, struct err *err)
{
	char hex[2 * HASH_SIZE + 1];
	struct str name = { 0 }, path = { 0 };
	int rc = digest_of(p, hex, err);

	if (rc)
		return -1;
	str_reset(sha256);
	str_puts(sha256, hex);
	store_path(span_str(sha256), span_of(ext), &name);
	str_printf(&path, "%s/%s", dir, str_z(&name));
	rc = atomic_mkdirs(str_z(&path), true, err);
	if (!rc && (!readable_by_all(p) || fsync(p->fd) ||
		    rename(str_z(&p->path), str_z(&path))))
		rc = err_errno(err, "cannot write %s", str_z(&path));
	if (!rc)
		str_reset(&p->path);
	store_drop(p);
	str_release(&name);
	str_release(&path);
	return rc;
}

static void end(struct store_part *p, bool keep)
{
	bool named = p->path.n > 0;

	/* What another process has taken up meanwhile is its own. */
	if (!keep && p->touched && named && !p->open)
		p->open = open_locked(p, NULL) == 1;
	if (!keep && p->touched && p->shared && (p->open || !named))
		unlink(str_z(&p->note));
	if (!keep && p->touched && named && p->open)
		unlink(str_z(&p->path));
	store_pause(p);
	str_release(&p->path);
	str_release(&p->note);
	str_release(&p->validator);
	*p = (struct store_part){ 0 };
}

void store_close(struct store_part *p)
{
	end(p, (p->shared && p->validator.n && p->size) || !p->path.n);
}

void store_drop(struct store_part *p)
{
	end(p, false);
}

int store_path(struct span sha256, struct span ext, struct str *path)
{
	str_reset(path);
	if (sha256.n != 2 * HASH_SIZE || !ext.n || ext.n > 8)
		return -1;
	for (size_t i = 0; i < sha256.n; i++)
		if (!sha256.p[i] || !strchr("0123456789abcdef", sha256.p[i]))
			return -1;
	for (size_t i = 0; i < ext.n; i++)
		if ((ext.p[i] < 'a' || ext.p[i] > 'z') &&
		    (ext.p[i] < '0' || ext.p[i] > '9'))
			return -1;
	str_put(path, sha256.p, 2);
	str_putc(path, '/');
	str_span(path, sha256);
	str_putc(path, '.');
	str_span(path, ext);
	return 0;
}

bool store_has(const char *dir, const struct str *path)
{
	struct str full = { 0 };
	struct stat st;
	bool there;

	str_printf(&full, "%s/%.*s", dir, (int)path->n, path->p);
	there = !stat(str_z(&full), &st) && S_ISREG(st.st_mode);
	str_release(&full);
	return there;
}

static int each_in(const char *dir, const char *sub, void *ctx,
		   int (*each)(void *ctx, struct span sha256, const char *path,
			       uint64_t size, struct err *err),
		   struct err *err)
{
	struct str full = { 0 }, path = { 0 };
	struct dirent *e;
	struct stat st;
	int rc = 0;
	DIR *d;

	str_printf(&full, "%s/%s", dir, sub);
	d = opendir(str_z(&full));
	while (d && !rc && (e = readdir(d))) {
		const char *dot = strchr(e->d_name, '.');
		struct span sha = { e->d_name,
				    dot ? (size_t)(dot - e->d_name) : 0 };

		if (!dot || store_path(sha, span_of(dot + 1), &path) ||
		    strncmp(sub, e->d_name, 2) ||
		    fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(st.st_mode))
			continue;
		rc = each(ctx, sha, str_z(&path), (uint64_t)st.st_size, err);
	}
	if (d)
		closedir(d);
	str_release(&full);
	str_release(&path);
	return rc;
}

int store_each(const char *dir, void *ctx,
	       int (*each)(void *ctx, struct span sha256, const char *path,
			   uint64_t size, struct err *err),
	       struct err *err)
{
	static const char hex[] = "0123456789abcdef";
	int rc = 0;

	for (int i = 0; i < 256 && !rc; i++) {
		const char sub[3] = { hex[i >> 4], hex[i & 15], '\0' };

		rc = each_in(dir, sub, ctx, each, err);
	}
	return rc;
}
