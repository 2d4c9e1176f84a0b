/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>

#include "io/options.h"

struct values {
	bool flag;
	const char *text;
	int number;
	double real;
	size_t size;
	struct option_list list;
};

/* The words, parsed; what was said on stdout and stderr goes to said[]. */
static int parse(struct options *o, struct values *v, int *status, char *said,
		 size_t room, const char *const *words)
{
	const struct option_spec specs[] = {
		{ "flag", 'f', OPTION_FLAG, &v->flag, 0, 0 },
		{ "text", 0, OPTION_TEXT, &v->text, 0, 0 },
		{ "number", 'n', OPTION_INT, &v->number, -5, 5 },
		{ "real", 0, OPTION_REAL, &v->real, 0, 0 },
		{ "size", 0, OPTION_SIZE, &v->size, 0, 0 },
		{ "list", 'l', OPTION_LIST, &v->list, 0, 0 },
		{ 0 }
	};
	char *argv[20];
	int argc = 0, rc, out = dup(1), err = dup(2);
	char *path = test_path("said");
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
	ssize_t n;

	while (words[argc]) {
		argv[argc] = (char *)(uintptr_t)words[argc];
		argc++;
	}
	argv[argc] = NULL;
	fflush(NULL);
	dup2(fd, 1);
	dup2(fd, 2);
	optind = 0;
	*status = -1;
	rc = options_parse(o, "tool", "Usage: tool\n", specs, argc, argv,
			   status);
	fflush(NULL);
	dup2(out, 1);
	dup2(err, 2);
	close(out);
	close(err);
	n = pread(fd, said, room - 1, 0);
	said[n < 0 ? 0 : n] = '\0';
	close(fd);
	unlink(path);
	free(path);
	return rc;
}

#define PARSE(...)                                                             \
	parse(&o, &v, &status, said, sizeof(said),                             \
	      (const char *const[]){ "tool", __VA_ARGS__, NULL })
#define BEGIN                                                                  \
	struct options o = { 0 };                                              \
	struct values v = { 0 };                                               \
	int status;                                                            \
	char said[1000];                                                       \
	(void)state

static void defaults(void **state)
{
	BEGIN;

	assert_int_equal(PARSE("file"), 1);
	assert_true(o.jobs >= 1);
	assert_false(o.quiet);
	assert_int_equal(o.verbose, 0);
	assert_int_equal(o.progress, 1);
	assert_true(o.memory == (size_t)1 << 30);
	assert_null(o.output);
	assert_true(o.max_errors == UINT64_MAX);
	assert_true(o.max_errors_share < 0);
	assert_string_equal(said, "");
}

static void takes(void **state)
{
	BEGIN;

	assert_int_equal(PARSE("-fqvv", "-j3", "--number=-5", "--real", "1e-3",
			       "--size=2K", "--memory", "64M", "file",
			       "--max-errors=7", "--progress=never"),
			 11);
	assert_true(v.flag && o.quiet);
	assert_int_equal(o.verbose, 2);
	assert_int_equal(o.jobs, 3);
	assert_int_equal(v.number, -5);
	assert_true(fabs(v.real - 1e-3) <= 0);
	assert_int_equal(v.size, 2048);
	assert_true(o.memory == (size_t)64 << 20);
	assert_int_equal(o.max_errors, 7);
	assert_int_equal(o.progress, 0);
	assert_int_equal(PARSE("--memory=1K", "--max-errors=2.5%"), 3);
	assert_true(o.memory == (size_t)1 << 20); /* the least */
	assert_true(fabs(o.max_errors_share - 0.025) < 1e-15);
	assert_int_equal(PARSE("--", "-x"), 2);
	assert_int_equal(PARSE("--text", "--flag"), 3);
	assert_string_equal(v.text, "--flag");
	assert_int_equal(PARSE("-la", "--list", "b", "--list="), 5);
	assert_int_equal(v.list.count, 3);
	assert_string_equal(v.list.items[1], "b");
	assert_string_equal(v.list.items[2], "");
	free(v.list.items);
}

static void refuses(void **state)
{
	static const struct {
		const char *words[4], *said;
	} cases[] = {
		{ { "tool", "--nope" }, "unknown option: --nope" },
		{ { "tool", "-Z" }, "unknown option: -Z" },
		{ { "tool", "-qZ" }, "unknown option: -Z" },
		{ { "tool", "-qZ", "file" }, "unknown option: -Z" },
		{ { "tool", "--quiet=3" }, "no value: --quiet=3" },
		{ { "tool", "--memory" }, "needs a value: --memory" },
		{ { "tool", "-qj" }, "needs a value: -j" },
		{ { "tool", "-j", "0" },
		  "--jobs takes a whole number from 1 to 1024, not: 0" },
		{ { "tool", "-j", "1.5" }, "1.5" },
		{ { "tool", "-j", "99999999999" }, "99999999999" },
		{ { "tool", "--memory=lots" }, "lots" },
		{ { "tool", "--max-errors=-1" }, "-1" },
		{ { "tool", "--max-errors=101%" }, "101" },
		{ { "tool", "--max-errors=%" }, "%" },
		{ { "tool", "--max-errors=" }, "--max-errors takes" },
		{ { "tool", "--progress=loud" }, "loud" },
		{ { "tool", "--number=6" },
		  "--number takes a whole number from -5 to 5, not: 6" },
		{ { "tool", "--real=nan" }, "--real takes a number, not: nan" },
		{ { "tool", "--size=-1" },
		  "--size takes a size such as 512M, not: -1" },
	};
	size_t i;
	BEGIN;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(
		    parse(&o, &v, &status, said, sizeof(said), cases[i].words),
		    -1);
		assert_int_equal(status, ERR_USAGE);
		if (!strstr(said, cases[i].said) ||
		    strncmp(said, "tool: ", 6) || !strstr(said, "tool --help"))
			fail_msg("%s: said \"%s\"", cases[i].words[1], said);
	}
}

static void help_and_version(void **state)
{
	BEGIN;

	assert_int_equal(PARSE("-h"), -1);
	assert_int_equal(status, 0);
	assert_string_equal(said, "Usage: tool\n");
	assert_int_equal(PARSE("--version"), -1);
	assert_int_equal(status, 0);
	assert_string_equal(said, "tool (moodpipe) " MOODPIPE_VERSION "\n");
}

/* A reader that went away is an error to be noticed, not a silent death. */
static void closed_pipes_are_errors(void **state)
{
	struct sigaction a;
	BEGIN;

	signal(SIGPIPE, SIG_DFL);
	assert_int_equal(PARSE("-q"), 2);
	sigaction(SIGPIPE, NULL, &a);
	assert_true(a.sa_handler == SIG_IGN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(takes),
		cmocka_unit_test(refuses),
		cmocka_unit_test(help_and_version),
		cmocka_unit_test(closed_pipes_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
