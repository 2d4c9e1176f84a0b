/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/mlruns.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/atomic.h"
#include "io/mlexperiments.h"

#define KEY_MAX 250 /* MLflow's limits */
#define VALUE_MAX 6000

enum mlrun_status { RUNNING = 1, FINISHED = 3, FAILED = 4 };

struct mlrun {
	char id[33]; /* "": logs nothing */
	struct str folder, name, user, experiment, artifacts;
	int64_t start;
	struct err first; /* of what went wrong */
};

/* Milliseconds since 1970. */
static int64_t now(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int make_id(char id[33], struct err *err)
{
	uint8_t bytes[16];

	if (getentropy(bytes, sizeof(bytes)))
		return err_errno(err, "cannot draw a run id");
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40); /* RFC 9562, 5.4 */
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(id + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/* What readers see is always one whole state of the run. */
static int write_meta(const struct mlrun *run, enum mlrun_status status,
		      struct err *err)
{
	struct str path = { 0 }, text = { 0 };
	int rc;

	str_puts(&text, "artifact_uri: ");
	mlexperiments_quote(&text, span_str(&run->artifacts));
	if (status == RUNNING)
		str_puts(&text, "\nend_time: null");
	else
		str_printf(&text, "\nend_time: %lld", (long long)now());
	str_puts(&text, "\nentry_point_name: ''\nexperiment_id: ");
	mlexperiments_quote(&text, span_str(&run->experiment));
	/* quoted: an id like 12e34567 reads as a number otherwise */
	str_printf(
	    &text,
	    "\nlifecycle_stage: active\nrun_id: \"%s\"\nrun_name: ", run->id);
	mlexperiments_quote(&text, span_str(&run->name));
	str_printf(&text,
		   "\nrun_uuid: \"%s\"\nsource_name: ''\nsource_type: 4\n"
		   "source_version: ''\nstart_time: %lld\nstatus: %d\n"
		   "tags: []\nuser_id: ",
		   run->id, (long long)run->start, (int)status);
	mlexperiments_quote(&text, span_str(&run->user));
	str_putc(&text, '\n');
	str_printf(&path, "%s/meta.yaml", run->folder.p);
	rc = mlexperiments_write(path.p, span_str(&text), err);
	str_release(&path);
	str_release(&text);
	return rc;
}

static int make_folders(struct mlrun *run, struct err *err)
{
	static const char *const parts[] = { "metrics", "params", "artifacts",
					     "tags" };
	struct str path = { 0 };
	int rc = 0;

	for (size_t i = 0; i < 4 && !rc; i++) {
		str_reset(&path);
		str_printf(&path, "%s/%s", run->folder.p, parts[i]);
		rc = atomic_mkdirs(path.p, false, err);
	}
	str_release(&path);
	return rc;
}

static void release(struct mlrun *run)
{
	str_release(&run->folder);
	str_release(&run->name);
	str_release(&run->user);
	str_release(&run->experiment);
	str_release(&run->artifacts);
	free(run);
}

static const char *user_name(void)
{
	const char *name = getenv("LOGNAME");

	if (!name || !*name)
		name = getenv("USER");
	return name ? name : "";
}

static int begin(struct mlrun *run, const char *dir, const char *experiment,
		 struct err *err)
{
	struct str uri = { 0 };
	char id[33];
	int rc = -1;

	if (!mlexperiments_find(dir, span_of(experiment), now(),
				&run->experiment, &uri, err) &&
	    !make_id(id, err)) {
		str_printf(&run->folder, "%s/%s/%s", dir, run->experiment.p,
			   id);
		str_printf(&run->artifacts, "%s/%s/artifacts", uri.p, id);
		memcpy(run->id, id, sizeof(id));
		rc = make_folders(run, err) || write_meta(run, RUNNING, err)
			 ? -1
			 : 0;
	}
	str_release(&uri);
	return rc;
}

struct mlrun *mlrun_begin(const char *dir, const char *experiment,
			  const char *name, struct err *err)
{
	struct mlrun *run = mem_zalloc(1, sizeof(*run));

	if (!dir)
		return run;
	run->start = now();
	str_puts(&run->name, name);
	str_puts(&run->user, user_name());
	if (!*experiment || !*name) {
		err_set(err, ERR_DATA, "mlruns",
			"an experiment and a run need names, got \"%s\" and "
			"\"%s\"",
			experiment, name);
		release(run);
		return NULL;
	}
	if (begin(run, dir, experiment, err)) {
		release(run);
		return NULL;
	}
	mlrun_tag(run, "mlflow.runName", name);
	mlrun_tag(run, "mlflow.user", str_z(&run->user));
	mlrun_tag(run, "mlflow.source.type", "LOCAL");
	return run;
}

const char *mlrun_id(const struct mlrun *run)
{
	return run ? run->id : "";
}

/* --- keys and files --- */

/* A part between slashes: not empty, "." or "..". */
static bool bad_part(struct span s)
{
	return !s.n || span_is(s, ".") || span_is(s, "..");
}

static bool good_key(struct span key)
{
	size_t from = 0;

	if (key.n > KEY_MAX)
		return false;
	for (size_t i = 0; i <= key.n; i++) {
		char c = i < key.n ? key.p[i] : '/';

		if (c == '/') {
			if (bad_part((struct span){ key.p + from, i - from }))
				return false;
			from = i + 1;
		} else if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
			   !(c >= '0' && c <= '9') && !strchr("_-. ", c)) {
			return false;
		}
	}
	return true;
}

/* The first error is the one that tells why. */
static int keep(struct mlrun *run, const struct err *e)
{
	if (run->first.status == ERR_NONE)
		run->first = *e;
	return -1;
}

/* Where key goes in that part of the run, its folders made. */
static int place(struct mlrun *run, const char *part, const char *key,
		 struct str *path, struct err *err)
{
	if (!good_key(span_of(key)))
		return err_set(err, ERR_DATA, "mlruns",
			       "\"%s\" cannot be a key in %s of an MLflow run: "
			       "use letters, digits and _-. / in at most %d "
			       "bytes, no absolute path, no \"..\"",
			       key, part, KEY_MAX);
	str_printf(path, "%s/%s/%s", run->folder.p, part, key);
	return atomic_mkdirs(path->p, true, err);
}

/* All in one write, so that a process that dies leaves whole lines. */
static int put(const char *path, int how, struct span text, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | how, 0666);
	int rc = 0;

	if (fd < 0)
		return err_errno(err, "cannot write %s", path);
	while (text.n && !rc) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno != EINTR)
			rc = err_errno(err, "cannot write %s", path);
		text.p += n > 0 ? n : 0;
		text.n -= n > 0 ? (size_t)n : 0;
	}
	if (close(fd) && !rc)
		rc = err_errno(err, "cannot write %s", path);
	return rc;
}

/* As UTF-8 and as short as MLflow takes it. */
static void clean_value(struct str *out, const char *value)
{
	mlexperiments_utf8(out, span_of(value));
	if (out->n <= VALUE_MAX)
		return;
	out->n = VALUE_MAX;
	while (((uint8_t)out->p[out->n] & 0xc0) == 0x80)
		out->n--;
	out->p[out->n] = '\0';
}

/* Whether a parameter has another value already. */
static bool changes(const char *path, struct span value)
{
	char was[VALUE_MAX + 1];
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
		return false;
	n = fread(was, 1, sizeof(was), f);
	fclose(f);
	return !span_eq((struct span){ was, n }, value);
}

static void put_value(struct mlrun *run, const char *part, const char *key,
		      const char *value, bool once)
{
	struct str path = { 0 }, text = { 0 };
	struct err err = { 0 };
	int rc;

	if (!run || !*run->id)
		return;
	clean_value(&text, value);
	rc = place(run, part, key, &path, &err);
	if (!rc && once && changes(path.p, span_str(&text)))
		rc = err_set(&err, ERR_DATA, "mlruns",
			     "parameter \"%s\" is logged already with another "
			     "value than \"%s\"; log it once",
			     key, text.p);
	if (!rc)
		rc = put(path.p, O_TRUNC, span_str(&text), &err);
	if (rc)
		keep(run, &err);
	str_release(&path);
	str_release(&text);
}

void mlrun_param(struct mlrun *run, const char *key, const char *value)
{
	put_value(run, "params", key, value, true);
}

/* In the fewest digits that read back as it; Python reads nan and inf. */
static void format_number(char *out, size_t size, double value)
{
	if (fabs(value) < 1e15 && value == floor(value)) {
		snprintf(out, size, "%.0f", value);
		return;
	}
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(out, size, "%.*g", digits, value);
		if (strtod(out, NULL) == value)
			break;
	}
}

void mlrun_param_number(struct mlrun *run, const char *key, double value)
{
	char number[40];

	format_number(number, sizeof(number), value);
	mlrun_param(run, key, number);
}

void mlrun_tag(struct mlrun *run, const char *key, const char *value)
{
	put_value(run, "tags", key, value, false);
}

void mlrun_metric(struct mlrun *run, const char *key, double value, long step)
{
	struct str path = { 0 };
	struct err err = { 0 };
	char number[40], line[120];
	int n;

	if (!run || !*run->id)
		return;
	format_number(number, sizeof(number), value);
	n = snprintf(line, sizeof(line), "%lld %s %ld\n", (long long)now(),
		     number, step);
	if (place(run, "metrics", key, &path, &err) ||
	    put(path.p, O_APPEND, (struct span){ line, (size_t)n }, &err))
		keep(run, &err);
	str_release(&path);
}

/* --- artifacts --- */

int mlrun_text(struct mlrun *run, const char *name, struct span text,
	       struct err *err)
{
	struct str path = { 0 };
	struct err own = { 0 };
	int rc;

	if (!run || !*run->id)
		return 0;
	rc = place(run, "artifacts", name, &path, &own);
	if (!rc)
		rc = mlexperiments_write(path.p, text, &own);
	if (rc)
		keep(run, &own);
	if (rc && err)
		*err = own;
	str_release(&path);
	return rc;
}

static int copy(FILE *from, const char *name, const char *path, struct err *err)
{
	struct atomic *to = atomic_open(path, err);
	char bytes[65536];
	size_t n;

	if (!to)
		return -1;
	while ((n = fread(bytes, 1, sizeof(bytes), from)))
		if (fwrite(bytes, 1, n, atomic_file(to)) < n)
			break;
	if (!ferror(from))
		return atomic_commit(to, err);
	atomic_abort(to);
	return err_errno(err, "cannot read %s", name);
}

int mlrun_artifact(struct mlrun *run, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	struct str to = { 0 };
	struct err own = { 0 };
	FILE *from;
	int rc;

	if (!run || !*run->id)
		return 0;
	rc = place(run, "artifacts", slash ? slash + 1 : path, &to, &own);
	from = rc ? NULL : fopen(path, "re");
	if (!rc && !from)
		rc = err_errno(&own, "cannot read %s", path);
	if (from) {
		rc = copy(from, path, to.p, &own);
		fclose(from);
	}
	if (rc)
		keep(run, &own);
	if (rc && err)
		*err = own;
	str_release(&to);
	return rc;
}

int mlrun_end(struct mlrun *run, bool ok, struct err *err)
{
	struct err own = { 0 };
	int rc;

	if (!run)
		return 0;
	if (*run->id && write_meta(run, ok ? FINISHED : FAILED, &own))
		keep(run, &own);
	rc = run->first.status == ERR_NONE ? 0 : -1;
	if (rc && err)
		*err = run->first;
	release(run);
	return rc;
}
