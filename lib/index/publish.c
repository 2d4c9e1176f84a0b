/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/publish.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/lock.h"

#define BUILDING ".building"
#define LINK_TEMP ".current"

static const char *path_of(const char *dir, const char *name, struct str *out)
{
	str_reset(out);
	str_printf(out, "%s/%s", dir, name);
	return out->p;
}

const char *publish_path(const char *dir, struct str *path)
{
	return path_of(dir, BUILDING, path);
}

/* Removes the entries that doomed() names. */
static void clean(const char *dir,
		  bool (*doomed)(const char *name, const char *const keep[2]),
		  const char *const keep[2])
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (doomed(e->d_name, keep))
			unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
}

static bool is_left_over(const char *name, const char *const keep[2])
{
	(void)keep;
	return !strncmp(name, BUILDING, strlen(BUILDING)) ||
	       !strcmp(name, LINK_TEMP);
}

static bool is_generation(const char *name)
{
	return strlen(name) == GENERATION_NAME - 1 + 4 &&
	       !strcmp(name + GENERATION_NAME - 1, ".idx") &&
	       generation_is_name((struct span){ name, GENERATION_NAME - 1 });
}

static bool is_old(const char *name, const char *const keep[2])
{
	return is_generation(name) && strcmp(name, keep[0]) &&
	       strcmp(name, keep[1]);
}

int publish_begin(const char *dir, struct err *err)
{
	struct str path = { 0 };
	int fd = -1;

	if (!atomic_mkdirs(dir, false, err))
		fd = lock_take(path_of(dir, ".lock", &path), false, err);
	if (fd >= 0)
		clean(dir, is_left_over, NULL);
	str_release(&path);
	return fd;
}

/* Is that file there, whole, and of that name? */
static bool is_whole(const char *path, const char *name)
{
	struct generation *g =
	    access(path, R_OK) ? NULL : generation_open(path, NULL);
	bool whole = g && !strcmp(g->name, name) && !pack_verify(g->pack, NULL);

	generation_close(g);
	return whole;
}

static void sync_directory(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

static int swap(const char *dir, const char *file, struct str *path,
		struct err *err)
{
	struct str temp = { 0 };
	int rc = 0;

	path_of(dir, BUILDING, &temp);
	if (rename(temp.p, path_of(dir, file, path)))
		rc = err_errno(err, "cannot name %s", path->p);
	path_of(dir, LINK_TEMP, &temp);
	if (!rc && symlink(file, temp.p))
		rc = err_errno(err, "cannot link %s", temp.p);
	if (!rc && rename(temp.p, path_of(dir, GENERATION_CURRENT, path)))
		rc = err_errno(err, "cannot swap %s", path->p);
	str_release(&temp);
	if (!rc)
		sync_directory(dir);
	return rc;
}

int publish_end(const char *dir, const char *name, bool *changed,
		struct err *err)
{
	char before[64] = "", file[GENERATION_NAME + 8];
	const char *const keep[2] = { file, before };
	struct str path = { 0 };
	ssize_t n = readlink(path_of(dir, GENERATION_CURRENT, &path), before,
			     sizeof(before) - 1);
	int rc = 0;

	before[n > 0 ? n : 0] = '\0';
	str_reset(&path);
	str_printf(&path, "%s.idx", name);
	snprintf(file, sizeof(file), "%s", path.p);
	*changed =
	    strcmp(before, file) || !is_whole(path_of(dir, file, &path), name);
	if (*changed) {
		rc = swap(dir, file, &path, err);
		if (!rc && strcmp(before, file))
			clean(dir, is_old, keep);
	} else {
		clean(dir, is_left_over, NULL);
	}
	str_release(&path);
	return rc;
}
