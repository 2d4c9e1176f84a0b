/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/atomic.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

struct atomic {
	FILE *f;
	char *path;  /* NULL: stdout */
	char *temp;  /* of the temporary file; NULL: it has no name */
	bool direct; /* written in place */
};

/* A device or a pipe cannot be replaced, only written to; renaming over it
 * would put a file in its place. */
static bool in_place(const char *path)
{
	struct stat st;

	return !strncmp(path, "/dev/std", 8) || !strncmp(path, "/dev/fd/", 8) ||
	       (!stat(path, &st) && !S_ISREG(st.st_mode));
}

/* A file that nobody sees and that goes with its process, however that ends. */
static int open_nameless(const char *path)
{
	char *dir = mem_strdup(path), *slash = strrchr(dir, '/');
	int fd;

	if (slash)
		slash[slash == dir] = '\0';
	fd = open(slash ? dir : ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	free(dir);
	if (fd >= 0 && access("/proc/self/fd", X_OK)) { /* for give_name */
		close(fd);
		fd = -1;
	}
	return fd;
}

/* The same where the file system or the kernel has none of those. */
static int open_named(struct atomic *a)
{
	struct str temp = { 0 };
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	str_printf(&temp, "%s.tmp-XXXXXX", a->path);
	a->temp = temp.p;
	fd = mkstemp(a->temp);
	if (fd < 0) {
		free(a->temp);
		a->temp = NULL;
	} else if (fchmod(fd, 0666 & ~mask)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

struct atomic *atomic_open(const char *path, struct err *err)
{
	struct atomic *a = mem_zalloc(1, sizeof(*a));
	int fd;

	if (!path || !strcmp(path, "-")) {
		a->f = stdout;
		return a;
	}
	a->path = mem_strdup(path);
	a->direct = in_place(path);
	if (a->direct) {
		if ((a->f = fopen(path, "w")))
			return a;
		err_errno(err, "cannot write %s", path);
		atomic_abort(a);
		return NULL;
	}
	fd = open_nameless(path);
	if (fd < 0)
		fd = open_named(a);
	if (fd >= 0 && (a->f = fdopen(fd, "w+")))
		return a;
	err_errno(err, "cannot create %s", path);
	if (fd >= 0)
		close(fd);
	atomic_abort(a);
	return NULL;
}

FILE *atomic_file(struct atomic *a)
{
	return a->f;
}

const char *atomic_name(const struct atomic *a)
{
	return a->path ? a->path : "standard output";
}

void atomic_abort(struct atomic *a)
{
	if (!a)
		return;
	if (a->path && a->f)
		fclose(a->f);
	if (a->temp)
		unlink(a->temp);
	free(a->temp);
	free(a->path);
	free(a);
}

static bool same_content(FILE *a, const char *path)
{
	char x[16384], y[sizeof(x)];
	FILE *b = fopen(path, "r");
	bool same = b != NULL;

	rewind(a);
	while (same) {
		size_t n = fread(x, 1, sizeof(x), a);

		same = fread(y, 1, sizeof(y), b) == n && !memcmp(x, y, n);
		if (n < sizeof(x))
			break;
	}
	same = same && !ferror(a) && !ferror(b);
	if (b)
		fclose(b);
	return same;
}

/* The rename itself must survive a crash as well. */
static void sync_parent(const char *path)
{
	char *dir = mem_strdup(path), *slash = strrchr(dir, '/');
	FILE *f;

	if (slash)
		*(slash == dir ? slash + 1 : slash) = '\0';
	f = fopen(slash ? dir : ".", "r");
	if (f) {
		fsync(fileno(f));
		fclose(f);
	}
	free(dir);
}

/* A name for what has none: what is there already cannot be linked over, only
 * renamed over. */
static int give_name(struct atomic *a)
{
	struct str name = { 0 };
	char file[64];
	int rc, try = 0;

	snprintf(file, sizeof(file), "/proc/self/fd/%d", fileno(a->f));
	do {
		str_reset(&name);
		str_printf(&name, "%s.tmp-%03x%03x", a->path,
			   (unsigned)getpid() & 0xfff, (unsigned)try & 0xfff);
		rc =
		    linkat(AT_FDCWD, file, AT_FDCWD, name.p, AT_SYMLINK_FOLLOW);
	} while (rc && errno == EEXIST && ++try <= 0xfff);
	if (rc)
		str_release(&name);
	else
		a->temp = name.p;
	return rc;
}

static int promote(struct atomic *a, struct err *err)
{
	int rc;

	if (fsync(fileno(a->f)) || (!a->temp && give_name(a)))
		return err_errno(err, "cannot write %s", a->path);
	rc = fclose(a->f);
	a->f = NULL;
	if (rc || rename(a->temp, a->path))
		return err_errno(err, "cannot write %s", a->path);
	sync_parent(a->path);
	free(a->temp);
	a->temp = NULL;
	return 0;
}

static int commit(struct atomic *a, bool compare, bool *changed,
		  struct err *err)
{
	bool same = false;
	int rc = 0;

	if (fflush(a->f) || ferror(a->f)) {
		err_errno(err, "cannot write %s", atomic_name(a));
		atomic_abort(a);
		return -1;
	}
	if (a->path && !a->direct) {
		same = compare && same_content(a->f, a->path);
		rc = same ? 0 : promote(a, err);
	}
	if (changed)
		*changed = !same;
	atomic_abort(a);
	return rc;
}

int atomic_commit(struct atomic *a, struct err *err)
{
	return commit(a, false, NULL, err);
}

int atomic_commit_changed(struct atomic *a, bool *changed, struct err *err)
{
	return commit(a, true, changed, err);
}

int atomic_mkdirs(const char *path, bool parent_only, struct err *err)
{
	char *copy = mem_strdup(path), *p = copy;
	int rc = 0;

	while (!rc && *p) {
		p += strspn(p, "/");
		p += strcspn(p, "/");
		if (!*p && parent_only)
			break;
		char was = *p;

		*p = '\0';
		if (mkdir(copy, 0777) && errno != EEXIST)
			rc = err_errno(err, "cannot create directory %s", copy);
		*p = was;
	}
	free(copy);
	return rc;
}
