/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/store.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "io/atomic.h"

#define PREFIX ".part-" /* then the process id, "-", six letters */

static void sweep(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		const char *id = e->d_name + strlen(PREFIX);
		const char *end;
		int pid;

		if (strncmp(e->d_name, PREFIX, strlen(PREFIX)) ||
		    !(end = strchr(id, '-')))
			continue;
		if (num_int((struct span){ id, (size_t)(end - id) }, 1, 1 << 30,
			    &pid) ||
		    (kill(pid, 0) && errno == ESRCH))
			unlinkat(dirfd(d), e->d_name, 0);
	}
	if (d)
		closedir(d);
}

int store_prepare(const char *dir, struct err *err)
{
	if (atomic_mkdirs(dir, false, err))
		return -1;
	sweep(dir);
	return 0;
}

int store_begin(struct store_file *f, const char *dir, struct err *err)
{
	int fd;

	store_drop(f);
	str_printf(&f->temp, "%s/" PREFIX "%ld-XXXXXX", dir, (long)getpid());
	fd = mkstemp(f->temp.p);
	if (fd < 0 || !(f->f = fdopen(fd, "w"))) {
		err_errno(err, "cannot create a file in %s", dir);
		if (fd >= 0) {
			unlink(f->temp.p);
			close(fd);
		}
		str_reset(&f->temp);
		return -1;
	}
	f->hash = hash_new();
	return 0;
}

int store_write(struct store_file *f, const void *p, size_t n)
{
	size_t head = f->size < SNIFF_SIZE ? SNIFF_SIZE - f->size : 0;

	if (head)
		memcpy(f->head + f->size, p, n < head ? n : head);
	f->size += n;
	hash_add(f->hash, p, n);
	return fwrite(p, 1, n, f->f) == n ? 0 : -1;
}

int store_flush(struct store_file *f, struct err *err)
{
	if (fflush(f->f) || ferror(f->f))
		return err_errno(err, "cannot write %s", str_z(&f->temp));
	return 0;
}

struct span store_head(const struct store_file *f)
{
	return (struct span){ f->head,
			      f->size < SNIFF_SIZE ? f->size : SNIFF_SIZE };
}

static bool readable_by_all(const struct store_file *f)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fileno(f->f), 0666 & ~mask) == 0;
}

int store_keep(struct store_file *f, const char *dir, const char *ext,
	       struct str *sha256, struct err *err)
{
	uint8_t digest[HASH_SIZE];
	char hex[2 * HASH_SIZE + 1];
	struct str name = { 0 }, path = { 0 };
	int rc;

	hash_end(f->hash, digest);
	hash_hex(digest, HASH_SIZE, hex);
	str_reset(sha256);
	str_puts(sha256, hex);
	store_path(span_str(sha256), span_of(ext), &name);
	str_printf(&path, "%s/%s", dir, str_z(&name));
	rc = atomic_mkdirs(str_z(&path), true, err);
	if (!rc &&
	    (fflush(f->f) || !readable_by_all(f) || fsync(fileno(f->f)) ||
	     rename(str_z(&f->temp), str_z(&path))))
		rc = err_errno(err, "cannot write %s", str_z(&path));
	if (!rc)
		str_reset(&f->temp);
	store_drop(f);
	str_release(&name);
	str_release(&path);
	return rc;
}

void store_drop(struct store_file *f)
{
	if (f->f)
		fclose(f->f);
	if (f->temp.n)
		unlink(str_z(&f->temp));
	str_release(&f->temp);
	hash_free(f->hash);
	*f = (struct store_file){ 0 };
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
