/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * feat: look into feature files, check them, and take matrices in and out.
 *
 * Reads id of the records that --tracks and --ids name; adds no member.
 */
#include <math.h>
#include <stdlib.h>

#include "io/atomic.h"
#include "io/featformat.h"
#include "io/featmatrix.h"
#include "io/json.h"
#include "io/options.h"
#include "io/packcheck.h"

static const char usage[] =
    "usage: feat info FILE\n"
    "       feat columns FILE\n"
    "       feat verify FILE ...\n"
    "       feat json [--tracks TRACKS] FILE\n"
    "       feat npy FILE\n"
    "       feat from-npy --columns NAME,NAME... --ids TRACKS [--stage NAME]\n"
    "           [--method NAME] MATRIX\n"
    "\n"
    "Shows what is in a feature file; verify reads all of it, and of models\n"
    "and indices (.pack, .idx), and checks every checksum. json prints one\n"
    "object per row, npy the matrix in NumPy's format; from-npy makes a "
    "feature\n"
    "file of a matrix whose rows are those of TRACKS. FILE - is standard "
    "input.\n"
    "\n"
    "      --tracks TRACKS   records that give the rows their id\n"
    "      --ids TRACKS      records, one per row of the matrix, in its order\n"
    "      --columns LIST    names of the columns, separated by commas\n"
    "      --stage NAME      what made the matrix (default import)\n"
    "      --method NAME     how its values came about (default measured)\n"
    "  -o, --output FILE     write there instead of to standard output\n"
    "  -q, --quiet           verify: only say what is broken\n"
    "  -h, --help\n"
    "  -V, --version\n";

struct ctx {
	struct options o;
	const char *tracks, *ids, *columns, *stage, *method;
	struct idmap map;
	FILE *out;
	struct str line;
};

/* --- commands; each is given an open file --- */

static int columns(struct ctx *c, const struct feat *f)
{
	const struct feat_schema *s = feat_schema(f);
	uint32_t i;

	for (i = 0; i < s->count; i++)
		str_printf(&c->line, "%s\t%s\t%u\n", s->columns[i].name,
			   s->columns[i].unit, s->columns[i].version);
	return 0;
}

static void put_counts(struct str *out, const char *what, const uint64_t *n,
		       int count, bool of_method)
{
	int i;

	str_printf(out, "%s", what);
	for (i = 0; i < count; i++)
		if (n[i])
			str_printf(out, " %s %llu",
				   of_method ? feat_method_name((unsigned)i)
					     : feat_status_name((unsigned)i),
				   (unsigned long long)n[i]);
	str_putc(out, '\n');
}

static int info(struct ctx *c, struct feat *f, struct err *err)
{
	const struct feat_schema *s = feat_schema(f);
	struct feat_row *row = feat_row_new(s);
	uint64_t status[FEAT_STATUS_COUNT] = { 0 };
	uint64_t method[FEAT_METHOD_COUNT] = { 0 };
	uint64_t measured = 0, imputed = 0;
	char recipe[2 * HASH_SIZE + 1];
	uint32_t i;
	int rc;

	while ((rc = feat_read(f, row, err)) > 0) {
		status[row->status]++;
		method[row->method]++;
		for (i = 0; i < s->count; i++) {
			measured += feat_bit(row->measured, i);
			imputed += feat_bit(row->imputed, i);
		}
	}
	hash_hex(s->recipe, HASH_SIZE, recipe);
	str_printf(&c->line,
		   "stage    %s\nrows     %llu\ncolumns  %u\n"
		   "recipe   %s\n",
		   s->stage, (unsigned long long)feat_count(f), s->count,
		   recipe);
	put_counts(&c->line, "status  ", status, FEAT_STATUS_COUNT, false);
	put_counts(&c->line, "method  ", method, FEAT_METHOD_COUNT, true);
	str_printf(&c->line,
		   "values   measured %llu imputed %llu missing "
		   "%llu\n",
		   (unsigned long long)measured, (unsigned long long)imputed,
		   (unsigned long long)(feat_count(f) * s->count - measured -
					imputed));
	feat_row_free(row);
	return rc;
}

/* The shortest digits that read back as the same float32. */
static void put_float(struct str *out, float v)
{
	char text[32];
	int digits;

	for (digits = 6; digits <= 9; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, (double)v);
		if (strtof(text, NULL) == v)
			break;
	}
	str_puts(out, text);
}

static void put_row(struct ctx *c, const struct feat_schema *s,
		    const struct feat_row *row)
{
	const char *id = idmap_find(&c->map, row->key);
	struct str *out = &c->line;
	uint32_t i;

	str_puts(out, id ? "{\"id\":" : "{\"key\":");
	if (id)
		json_put_string(out, span_of(id));
	else
		str_printf(out, "\"%016llx\"", (unsigned long long)row->key);
	str_printf(out, ",\"status\":\"%s\",\"method\":\"%s\"",
		   feat_status_name(row->status),
		   feat_method_name(row->method));
	if (feat_schema_find(s, "confidence") < 0) { /* one of that name */
		str_puts(out, ",\"confidence\":");
		put_float(out, row->confidence);
	}
	for (i = 0; i < s->count; i++) {
		if (!isfinite(row->values[i]))
			continue;
		str_putc(out, ',');
		json_put_string(out, span_of(s->columns[i].name));
		str_putc(out, ':');
		put_float(out, row->values[i]);
	}
	str_puts(out, "}\n");
}

static int flush(struct ctx *c, FILE *to, struct err *err)
{
	if (c->line.n && fwrite(c->line.p, 1, c->line.n, to) != c->line.n)
		return err_errno(err, "cannot write");
	str_reset(&c->line);
	return 0;
}

static int json(struct ctx *c, struct feat *f, struct err *err)
{
	struct feat_row *row = feat_row_new(feat_schema(f));
	int rc = c->tracks ? idmap_load(&c->map, c->tracks, err) : 0;

	while (!rc && (rc = feat_read(f, row, err)) > 0) {
		put_row(c, feat_schema(f), row);
		rc = c->line.n > 65536 ? flush(c, c->out, err) : 0;
	}
	feat_row_free(row);
	return rc;
}

/* --- verify --- */

static int check_row(const char *path, const struct feat_schema *s,
		     const struct feat_row *row, uint64_t n, struct err *err)
{
	const char *what = NULL;
	uint32_t i;

	for (i = 0; i < s->count && !what; i++) {
		bool m = feat_bit(row->measured, i);

		if (isinf(row->values[i]))
			what = "is infinite";
		else if (m && feat_bit(row->imputed, i))
			what = "is marked both measured and imputed";
		else if (isnan(row->values[i]) &&
			 (m || feat_bit(row->imputed, i)))
			what = "is missing, yet marked";
	}
	if (!what)
		return 0;
	return err_set(err, ERR_DATA, "artifact",
		       "%s: row %llu (key %016llx): "
		       "column %s %s; make the file again",
		       path, (unsigned long long)n,
		       (unsigned long long)row->key, s->columns[i - 1].name,
		       what);
}

static int verify(struct ctx *c, struct feat *f, const char *path,
		  struct err *err)
{
	const struct feat_schema *s = feat_schema(f);
	struct feat_row *row = feat_row_new(s);
	uint64_t n = 0, last = 0, descents = 0;
	int rc;

	while ((rc = feat_read(f, row, err)) > 0) {
		descents += n && row->key <= last;
		last = row->key;
		if ((rc = check_row(path, s, row, ++n, err)))
			break;
	}
	if (!rc && feat_sorted(f) && descents)
		rc = err_set(err, ERR_DATA, "artifact",
			     "%s: its rows are not "
			     "in the order that it claims; make it again",
			     path);
	if (!rc && !c->o.quiet)
		str_printf(&c->line, "%s: ok, %llu rows of %u columns, %s\n",
			   path, (unsigned long long)n, s->count,
			   feat_sorted(f) ? "sorted" : "not sorted");
	feat_row_free(row);
	return rc;
}

static int verify_pack(struct ctx *c, const char *path, struct err *err)
{
	if (packcheck(path, err))
		return -1;
	if (!c->o.quiet)
		str_printf(&c->line, "%s: ok, a model or an index\n", path);
	return 0;
}

/* --- from-npy --- */

static int method_of(const char *name, struct err *err)
{
	int i;

	for (i = 0; i < FEAT_METHOD_COUNT; i++)
		if (!strcmp(name, feat_method_name((unsigned)i)))
			return i;
	return err_set(err, ERR_USAGE, "usage",
		       "--method: no method \"%s\"; "
		       "feat(5) lists them",
		       name);
}

static int from_npy(struct ctx *c, const char *path, struct err *err)
{
	struct feat_schema s = { 0 };
	struct npy n = { 0 };
	int method, rc = -1;

	if (!c->columns || !c->ids)
		return err_set(err, ERR_USAGE, "usage",
			       "from-npy needs "
			       "--columns and --ids; see feat --help");
	if ((method = method_of(c->method, err)) >= 0 &&
	    !featmatrix_schema(&s, c->stage, c->columns, err) &&
	    !idmap_load(&c->map, c->ids, err) && !npy_open(&n, path, err))
		rc = featmatrix_import(&n, &c->map, &s, (unsigned)method,
				       c->out, err);
	npy_close(&n);
	feat_schema_release(&s);
	return rc;
}

/* --- main --- */

static int on_file(struct ctx *c, const char *command, const char *path,
		   struct err *err)
{
	struct feat *f;
	int rc;

	if (!strcmp(command, "verify") && packcheck_is(path))
		return verify_pack(c, path, err);
	f = feat_open(path, err);
	if (!f)
		return -1;
	rc = !strcmp(command, "info")      ? info(c, f, err)
	     : !strcmp(command, "columns") ? columns(c, f)
	     : !strcmp(command, "json")    ? json(c, f, err)
	     : !strcmp(command, "npy")     ? featmatrix_export(f, c->out, err)
					   : verify(c, f, path, err);
	feat_close(f);
	return rc ? -1 : 0;
}

/* The worst status; verify goes on behind a broken file. */
static int run(struct ctx *c, char **args, int n)
{
	bool many = !strcmp(args[0], "verify");
	struct err err = { 0 };
	struct atomic *out = atomic_open(c->o.output, &err);
	int worst = 0, i;

	if (!out)
		return options_fail(&c->o, &err);
	c->out = atomic_file(out);
	for (i = 1; i < n && (many || !worst); i++)
		if (!strcmp(args[0], "from-npy")
			? from_npy(c, args[i], &err)
			: on_file(c, args[0], args[i], &err)) {
			options_fail(&c->o, &err);
			worst =
			    (int)err.status > worst ? (int)err.status : worst;
		}
	if (worst && !many) {
		atomic_abort(out);
		return worst;
	}
	if (flush(c, c->out, &err)) {
		atomic_abort(out);
		return options_fail(&c->o, &err);
	}
	return atomic_commit(out, &err) ? options_fail(&c->o, &err) : worst;
}

int main(int argc, char **argv)
{
	static const char *const commands[] = { "info", "columns", "verify",
						"json", "npy",     "from-npy" };
	struct ctx c = { .stage = "import", .method = "measured" };
	const struct option_spec specs[] = {
		{ "tracks", 0, OPTION_TEXT, &c.tracks, 0, 0 },
		{ "ids", 0, OPTION_TEXT, &c.ids, 0, 0 },
		{ "columns", 0, OPTION_TEXT, &c.columns, 0, 0 },
		{ "stage", 0, OPTION_TEXT, &c.stage, 0, 0 },
		{ "method", 0, OPTION_TEXT, &c.method, 0, 0 },
		{ 0 }
	};
	int status = 0, first, n;
	size_t i;

	first = options_parse(&c.o, "feat", usage, specs, argc, argv, &status);
	if (first < 0)
		return status;
	n = argc - first;
	for (i = 0; n > 0 && i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(argv[first], commands[i]))
			break;
	if (n < 2 || i == sizeof(commands) / sizeof(*commands) ||
	    (n > 2 && strcmp(argv[first], "verify"))) {
		fputs("feat: a command and one file are expected (verify: "
		      "one or more)\nTry 'feat --help'.\n",
		      stderr);
		return ERR_USAGE;
	}
	status = run(&c, argv + first, n);
	idmap_release(&c.map);
	str_release(&c.line);
	return status;
}
