/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "io/atomic.h"

static char *new_dir(void)
{
	char *dir = test_path("atomic-XXXXXX");

	assert_non_null(mkdtemp(dir));
	return dir;
}

static char *in(const char *dir, const char *name)
{
	struct str s = { 0 };

	str_printf(&s, "%s/%s", dir, name);
	return s.p;
}

/* How many files the directory holds; they are removed if so wished. */
static int files(const char *dir, bool wipe)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..")) {
			n++;
			if (wipe) {
				char *path = in(dir, e->d_name);

				unlink(path);
				free(path);
			}
		}
	closedir(d);
	return n;
}

static void drop(char *dir)
{
	files(dir, true);
	assert_int_equal(rmdir(dir), 0);
	free(dir);
}

static void holds(const char *path, const char *want)
{
	struct str s = { 0 };

	test_load(path, &s);
	test_span_is(span_str(&s), want);
	str_release(&s);
}

static void commit_and_abort(void **state)
{
	char *dir = new_dir(), *path = in(dir, "x");
	struct atomic *a = atomic_open(path, NULL);
	struct stat st;
	mode_t mask = umask(0);

	(void)state;
	umask(mask);
	fputs("one", atomic_file(a));
	fflush(atomic_file(a));
	assert_int_equal(access(path, F_OK), -1); /* not before */
	assert_string_equal(atomic_name(a), path);
	assert_int_equal(atomic_commit(a, NULL), 0);
	holds(path, "one");
	assert_int_equal(files(dir, false), 1);
	stat(path, &st);
	assert_int_equal(st.st_mode & 0777, 0666 & ~mask);

	a = atomic_open(path, NULL);
	fputs("two, and longer", atomic_file(a));
	atomic_abort(a);
	holds(path, "one");
	assert_int_equal(files(dir, false), 1);
	atomic_abort(NULL);

	a = atomic_open(path, NULL);
	fputs("2", atomic_file(a));
	assert_int_equal(atomic_commit(a, NULL), 0);
	holds(path, "2");
	free(path);
	drop(dir);
}

static void unchanged_content_keeps_its_time(void **state)
{
	static const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	static const char *const next[] = { "same", "samf", "sam", "same!" };
	char *dir = new_dir(), *path = in(dir, "x");
	struct stat st;
	bool changed = false;
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct atomic *a = atomic_open(path, NULL);

		test_save(path, "same", 4);
		utimensat(AT_FDCWD, path, old, 0);
		fputs(next[i], atomic_file(a));
		assert_int_equal(atomic_commit_changed(a, &changed, NULL), 0);
		assert_int_equal(changed, i > 0);
		holds(path, next[i]);
		stat(path, &st);
		assert_int_equal(st.st_mtime == 1000, i == 0);
		assert_int_equal(files(dir, false), 1);
	}
	free(path);
	drop(dir);
}

/* Killed at any moment: the file is the old one or the new one, whole. */
static void killed(void **state)
{
	char *dir = new_dir(), *path = in(dir, "x");
	struct str s = { 0 };
	uint64_t rng = 6;
	int i, fresh = 0;

	(void)state;
	for (i = 0; i < 40; i++) {
		pid_t child;

		test_save(path, "old", 3);
		child = fork();
		if (!child) {
			struct atomic *a = atomic_open(path, NULL);
			int k;

			for (k = 0; k < 200; k++)
				fprintf(atomic_file(a), "line %d\n", k);
			if (i == 0)
				kill(getpid(), SIGKILL);
			atomic_commit(a, NULL);
			_exit(0);
		}
		if (i)
			usleep((useconds_t)rng_below(&rng, 3000));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		test_load(path, &s);
		if (s.n != 3) {
			fresh++;
			assert_non_null(strstr(s.p, "line 199\n"));
		} else {
			assert_string_equal(s.p, "old");
		}
		if (i == 0) {
			int fd = open(dir, O_TMPFILE | O_RDWR, 0600);

			assert_int_equal(s.n, 3);
			assert_int_equal(files(dir, false), fd < 0 ? 2 : 1);
			close(fd);
		}
	}
	print_message("# %d of 40 got as far as the rename\n", fresh);
	str_release(&s);
	free(path);
	drop(dir);
}

/* A device is written to, not replaced by a file. */
static void devices_stay(void **state)
{
	struct err e = { 0 };
	struct atomic *a = atomic_open("/dev/null", &e);
	struct stat st;

	(void)state;
	assert_non_null(a);
	fputs("gone", atomic_file(a));
	assert_int_equal(atomic_commit(a, &e), 0);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	if (access("/dev/full", W_OK))
		return;
	a = atomic_open("/dev/full", &e);
	fputs("no room", atomic_file(a));
	assert_int_equal(atomic_commit(a, &e), -1);
	assert_status(&e, ERR_ENV);
	assert_non_null(strstr(e.message, "/dev/full"));
	stat("/dev/full", &st);
	assert_true(S_ISCHR(st.st_mode));
}

static void no_such_place(void **state)
{
	struct err e = { 0 };
	char *dir = new_dir(), *path;
	struct atomic *a;

	(void)state;
	assert_null(atomic_open("/nonexistent/x", &e));
	assert_status(&e, ERR_ENV);
	assert_non_null(strstr(e.message, "/nonexistent/x"));
	assert_null(atomic_open(dir, &e)); /* a directory */
	path = in(dir, "x");
	a = atomic_open(path, &e);
	mkdir(path, 0777); /* came in between */
	assert_int_equal(atomic_commit(a, &e), -1);
	assert_status(&e, ERR_ENV);
	assert_int_equal(files(dir, false), 1);
	rmdir(path);
	free(path);
	drop(dir);
}

static void mkdirs(void **state)
{
	char *dir = new_dir(), *deep = in(dir, "a/b//c"), *one;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(atomic_mkdirs(deep, true, &e), 0);
	assert_int_equal(access(deep, F_OK), -1);
	assert_int_equal(atomic_mkdirs(deep, false, &e), 0);
	assert_int_equal(atomic_mkdirs(deep, false, &e), 0);
	assert_int_equal(access(deep, F_OK), 0);
	assert_int_equal(atomic_mkdirs("x", true, &e), 0);
	one = in(dir, "file");
	test_save(one, "", 0);
	free(one);
	one = in(dir, "file/sub");
	assert_int_equal(atomic_mkdirs(one, false, &e), -1);
	assert_status(&e, ERR_ENV);
	free(one);
	rmdir(deep);
	one = in(dir, "a/b");
	rmdir(one);
	free(one);
	one = in(dir, "a");
	rmdir(one);
	free(one);
	free(deep);
	drop(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commit_and_abort),
		cmocka_unit_test(unchanged_content_keeps_its_time),
		cmocka_unit_test(killed),
		cmocka_unit_test(devices_stay),
		cmocka_unit_test(no_such_place),
		cmocka_unit_test(mkdirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
