/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs of runs, read by another reader (mlruns.py) as MLflow would. */
#include "testing.h"

#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "io/mlexperiments.h"
#include "io/mlruns.h"

/* A process's output; false: it failed. */
static bool output_of(char *const argv[], struct str *out)
{
	int ends[2], status;
	char buf[4096];
	ssize_t n;
	pid_t child;

	str_reset(out);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (!child) {
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		execv(argv[0], argv);
		_exit(127);
	}
	close(ends[1]);
	while ((n = read(ends[0], buf, sizeof(buf))) > 0)
		str_put(out, buf, (size_t)n);
	close(ends[0]);
	waitpid(child, &status, 0);
	str_z(out);
	return status == 0;
}

static void python(struct str *out, const char *what, const char *dir,
		   const char *id, const char *name, const char *stage)
{
	const char *argv[] = { "/usr/bin/python3",
			       "tests/unit/mlruns.py",
			       what,
			       dir,
			       id,
			       name,
			       stage,
			       NULL };

	if (!output_of((char *const *)(uintptr_t)argv, out))
		fail_msg("mlruns.py %s %s failed: %s", what, dir, str_z(out));
}

/* The tests are skipped where there is no PyYAML. */
static void needs_python(void)
{
	const char *argv[] = { "/usr/bin/python3", "-c", "import yaml", NULL };
	struct str out = { 0 };
	bool have = access(argv[0], X_OK) == 0 &&
		    output_of((char *const *)(uintptr_t)argv, &out);

	str_release(&out);
	if (!have)
		skip();
}

static void dump_is(const char *dir, const char *want)
{
	struct str out = { 0 };

	python(&out, "dump", dir, NULL, NULL, NULL);
	assert_string_equal(str_z(&out), want);
	str_release(&out);
}

static void end(struct mlrun *run, bool ok)
{
	struct err err = { 0 };

	if (mlrun_end(run, ok, &err))
		fail_msg("%s", err.message);
}

static struct mlrun *begin(const char *dir, const char *experiment,
			   const char *name)
{
	struct err err = { 0 };
	struct mlrun *run = mlrun_begin(dir, experiment, name, &err);

	if (!run)
		fail_msg("%s", err.message);
	return run;
}

static void test_run(void **state)
{
	char *dir = test_path("a b%\xc3\xa9"), *file = test_path("card.md");
	struct mlrun *run;
	struct str want = { 0 };
	struct err err = { 0 };

	(void)state;
	needs_python();
	test_save(file, "# card\n", 7);
	run = begin(dir, "emotion: \"text\" #1", "null");
	assert_int_equal(strlen(mlrun_id(run)), 32);
	mlrun_param(run, "seed", "7");
	mlrun_param(run, "seed", "7");
	mlrun_param(run, "optimiser/rate of_steps-1", "a\nb: 'c' \xff\xc3\xa9");
	mlrun_param(run, "empty", "");
	mlrun_param_number(run, "rate", .1);
	mlrun_param_number(run, "third", 1. / 3);
	mlrun_param_number(run, "count", 52000);
	mlrun_metric(run, "loss/train", .5, 0);
	mlrun_metric(run, "loss/train", .25, 1);
	mlrun_metric(run, "loss/train", 1e-300, 2);
	mlrun_metric(run, "odd", (double)NAN, -1);
	mlrun_metric(run, "odd", -(double)INFINITY, 3);
	mlrun_tag(run, "mlflow.note.content", "first");
	mlrun_tag(run, "mlflow.note.content", "second");
	assert_int_equal(mlrun_artifact(run, file, &err), 0);
	assert_int_equal(mlrun_text(run, "tables/f1.tsv", SPAN("a\t1\n"), &err),
			 0);
	end(run, true);
	str_printf(
	    &want,
	    "experiment 0 'Default' active\n"
	    "experiment 1 'emotion: \"text\" #1' active\n"
	    "run 'null' 3\n"
	    "artifact tables/f1.tsv 'a\\t1\\n'\n"
	    "artifact unit-%ld-card.md '# card\\n'\n"
	    "metric loss/train 000 0.5\n"
	    "metric loss/train 001 0.25\n"
	    "metric loss/train 002 1e-300\n"
	    "metric odd -01 nan\n"
	    "metric odd 003 -inf\n"
	    "param count '52000'\n"
	    "param empty ''\n"
	    "param optimiser/rate of_steps-1 \"a\\nb: 'c' \\ufffd\\xe9\"\n"
	    "param rate '0.1'\n"
	    "param seed '7'\n"
	    "param third '0.3333333333333333'\n"
	    "tag mlflow.note.content 'second'\n"
	    "tag mlflow.runName 'null'\n"
	    "tag mlflow.source.type 'LOCAL'\n",
	    (long)getpid());
	dump_is(dir, want.p);
	str_release(&want);
	free(dir);
	free(file);
}

/* Experiments that MLflow itself made, under names that its YAML folds over
 * lines, quotes or leaves plain. */
static void test_experiments(void **state)
{
	static const char *const names[] = {
		"plain",
		"it's: quoted",
		"tab\there \xe2\x80\xa8 \\ \"x\" \xc3\xa9",
		"a name of many words that goes on and on and on until "
		"its line is too long for the writer, which folds it",
		"a name with: a colon and many words, that goes on and on "
		"until its line is 'too long' for the writer",
		"\x07 bell and many words, that goes on and on until "
		"its line is too long for \"the writer\", and \\ folded so",
		"123",
		"d\xc3\xa9j\xc3\xa0 vu \xf0\x9f\x98\x80"
	};
	char *dir = test_path("experiments");
	struct str out = { 0 }, id = { 0 }, uri = { 0 }, path = { 0 };
	struct err err = { 0 };

	(void)state;
	needs_python();
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		str_reset(&path);
		str_printf(&path, "%zu", 500 + i);
		python(&out, "make", dir, path.p, names[i], "active");
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_equal(mlexperiments_find(dir, span_of(names[i]), 1,
						    &id, &uri, &err),
				 0);
		str_reset(&path);
		str_printf(&path, "%zu", 500 + i);
		assert_string_equal(id.p, path.p);
	}
	/* a deleted one is not used again, nor is its number */
	str_reset(&path);
	str_printf(&path, "%s/.trash", dir);
	python(&out, "make", path.p, "1", "gone", "deleted");
	python(&out, "make", dir, "2", "going", "deleted");
	assert_int_equal(
	    mlexperiments_find(dir, SPAN("gone"), 1, &id, &uri, &err), 0);
	assert_string_equal(id.p, "3");
	assert_int_equal(
	    mlexperiments_find(dir, SPAN("going"), 1, &id, &uri, &err), 0);
	assert_string_equal(id.p, "4");
	str_release(&out);
	str_release(&id);
	str_release(&uri);
	str_release(&path);
	free(dir);
}

/* A process that dies while it logs, beside others: its run stays as running,
 * theirs are whole, and all are in one experiment. */
static void test_together(void **state)
{
	char *dir = test_path("together");
	struct str out = { 0 };
	pid_t children[5];
	const char *p;
	int runs = 0, lines = 0;

	(void)state;
	needs_python();
	for (int i = 0; i < 5; i++) {
		children[i] = fork();
		if (children[i])
			continue;
		struct mlrun *run = mlrun_begin(dir, "folds", "fold", NULL);

		for (long step = 0; run && step < 40; step++) {
			mlrun_metric(run, "loss", 1. / (double)(step + 1),
				     step);
			if (i == 0 && step == 20)
				raise(SIGKILL);
		}
		_exit(!run || mlrun_end(run, i != 1, NULL) ? 1 : 0);
	}
	for (int i = 0; i < 5; i++) {
		int status;

		waitpid(children[i], &status, 0);
		assert_int_equal(status, i ? 0 : SIGKILL);
	}
	python(&out, "dump", dir, NULL, NULL, NULL);
	assert_non_null(strstr(str_z(&out), "experiment 1 'folds' active\n"));
	assert_null(strstr(out.p, "experiment 2"));
	for (p = out.p; (p = strstr(p, "run 'fold' ")); p++)
		runs += p[11] == '3' ? 1 : p[11] == '4' ? 10 : 100;
	assert_int_equal(runs, 3 + 10 + 100);
	for (p = out.p; (p = strstr(p, "metric loss ")); p++)
		lines++;
	assert_int_equal(lines, 4 * 40 + 21);
	str_release(&out);
	free(dir);
}

static void fails_with(struct mlrun *run, const char *part)
{
	struct err err = { 0 };

	assert_int_equal(mlrun_end(run, true, &err), -1);
	if (!strstr(err.message, part))
		fail_msg("\"%s\" does not tell \"%s\"", err.message, part);
}

static void test_keys(void **state)
{
	static const char *const bad[] = { "",     "..",   "a/../b",  "/a",
					   "a//b", "a/",   "./a",     "a:b",
					   "a\nb", "a\tb", "\xc3\xa9" };
	char *dir = test_path("keys"), longest[252];
	struct mlrun *run;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		run = begin(dir, "e", "r");
		mlrun_param(run, bad[i], "x");
		fails_with(run, "in params");
		run = begin(dir, "e", "r");
		mlrun_metric(run, bad[i], 1, 1);
		fails_with(run, "in metrics");
		run = begin(dir, "e", "r");
		assert_int_equal(mlrun_text(run, bad[i], SPAN("x"), NULL), -1);
		fails_with(run, "in artifacts");
	}
	memset(longest, 'k', 251);
	longest[251] = '\0';
	run = begin(dir, "e", "r");
	mlrun_param(run, "...", "names of three points are names");
	mlrun_param(run, longest + 1, "x");
	end(run, true);
	run = begin(dir, "e", "r");
	mlrun_param(run, longest, "x");
	fails_with(run, "250 bytes");
	free(dir);
}

static void test_errors(void **state)
{
	char *dir = test_path("errors"), *file = test_path("file");
	struct err err = { 0 };
	struct mlrun *run;
	struct str below = { 0 };

	(void)state;
	test_save(file, "x", 1);
	assert_null(mlrun_begin(dir, "", "r", &err));
	assert_status(&err, ERR_DATA);
	assert_null(mlrun_begin(dir, "e", "", &err));
	assert_status(&err, ERR_DATA);
	str_printf(&below, "%s/below", file);
	assert_null(mlrun_begin(below.p, "e", "r", &err));
	assert_status(&err, ERR_ENV);
	/* the first error is told, and what comes behind it still logged */
	run = begin(dir, "e", "r");
	mlrun_param(run, "seed", "1");
	mlrun_param(run, "seed", "2");
	mlrun_param(run, "seed/of", "2");
	assert_int_equal(mlrun_artifact(run, below.p, &err), -1);
	assert_non_null(strstr(err.message, "cannot read"));
	mlrun_metric(run, "after", 1, 0);
	str_reset(&below);
	str_printf(&below, "%s/1/%s/metrics/after", dir, mlrun_id(run));
	fails_with(run, "\"seed\" is logged already");
	assert_int_equal(access(below.p, R_OK), 0);
	str_release(&below);
	free(dir);
	free(file);
}

static void test_long_value(void **state)
{
	char *dir = test_path("long"), value[6003];
	struct str path = { 0 }, text = { 0 };
	struct mlrun *run = begin(dir, "e", "r");

	(void)state;
	memset(value, 'v', sizeof(value));
	memcpy(value + 5999, "\xc3\xa9", 3); /* its end would be cut off */
	mlrun_param(run, "long", value);
	mlrun_param(run, "long", value);
	value[5999] = 'v';
	value[6000] = '\0';
	mlrun_param(run, "fits", value);
	str_printf(&path, "%s/1/%s/params/long", dir, mlrun_id(run));
	test_load(path.p, &text);
	assert_int_equal(text.n, 5999);
	memcpy(path.p + path.n - 4, "fits", 4);
	test_load(path.p, &text);
	assert_int_equal(text.n, 6000);
	end(run, true);
	str_release(&path);
	str_release(&text);
	free(dir);
}

static void test_silent(void **state)
{
	struct mlrun *run = begin(NULL, "e", "r");
	struct err err = { 0 };

	(void)state;
	mlrun_param(run, "..", "x");
	mlrun_param_number(run, "/", 1);
	mlrun_tag(run, "a", "x");
	mlrun_metric(run, "a", 1, 1);
	assert_string_equal(mlrun_id(run), "");
	assert_int_equal(mlrun_artifact(run, "/nowhere/at/all", &err), 0);
	assert_int_equal(mlrun_text(run, "a", SPAN("x"), &err), 0);
	assert_int_equal(mlrun_end(run, true, &err), 0);
	assert_int_equal(mlrun_end(NULL, true, &err), 0);
}

/* Every scalar that can be written is read back. */
static void test_quotes(void **state)
{
	uint64_t rng = 5;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		static const char *const parts[] = { "\"",
						     "\\",
						     "'",
						     "\n",
						     " ",
						     ":",
						     "#",
						     "a",
						     "\xc3\xa9",
						     "\xe2\x82\xac",
						     "\xf0\x9f\x98\x80",
						     "\x01",
						     "\x7f" };
		struct str text = { 0 }, yaml = { 0 }, back = { 0 };

		for (size_t n = rng_below(&rng, 12); n; n--)
			str_puts(&text, parts[rng_below(&rng, 13)]);
		str_puts(&yaml, "names: no\n name: no\nname: ");
		mlexperiments_quote(&yaml, span_str(&text));
		str_puts(&yaml, "\nz: 1\n");
		assert_true(
		    mlexperiments_member(span_str(&yaml), "name", &back));
		if (!span_eq(span_str(&back), span_str(&text)))
			fail_msg("%s: got \"%s\"", yaml.p, str_z(&back));
		str_release(&text);
		str_release(&yaml);
		str_release(&back);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_experiments),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_long_value),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
