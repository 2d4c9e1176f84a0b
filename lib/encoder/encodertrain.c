/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/encodertrain.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "encoder/encodertrainparts.h"
#include "io/atomic.h"
#include "io/lock.h"

/* The result over what it is made from would be lost work. */
static int check_folders(const struct encodertraining *t, struct err *err)
{
	struct stat base, out;

	if (!t->base || stat(t->base_path.p, &base) || stat(t->o->out, &out) ||
	    base.st_dev != out.st_dev || base.st_ino != out.st_ino)
		return 0;
	return err_set(err, ERR_USAGE, "usage",
		       "-o %s is the base itself: write elsewhere", t->o->out);
}

/* All of DIR/.training, also what a killed process left half written. */
static void clear(const struct encodertraining *t)
{
	struct str path = { 0 };
	struct dirent *e;
	DIR *d;

	encodertrain_path(t, "", &path);
	d = opendir(path.p);
	while (d && (e = readdir(d)))
		unlinkat(dirfd(d), e->d_name, 0); /* not . and .. */
	if (d)
		closedir(d);
	rmdir(path.p);
	str_release(&path);
}

/* Of a training that was interrupted. */
static bool has_state(const struct encodertraining *t)
{
	struct str path = { 0 };
	bool has;

	encodertrain_path(t, "state", &path);
	has = !access(path.p, F_OK);
	str_release(&path);
	return has;
}

static int write_vocabulary(const struct encodertraining *t, struct err *err)
{
	struct str path = { 0 };
	struct atomic *a;

	str_printf(&path, "%s/tokenizer.json", t->o->out);
	a = atomic_open(path.p, err);
	str_release(&path);
	if (!a)
		return -1;
	fwrite(t->tokenizer_json.p, 1, t->tokenizer_json.n, atomic_file(a));
	return atomic_commit(a, err);
}

/* Killed before the report is there, the state still is. */
static int train(struct encodertraining *t, struct atomic **figures,
		 struct err *err)
{
	struct str report = { 0 };
	int rc = encodertrain_setup(t, err) || check_folders(t, err);

	if (!rc && t->o->vocabulary)
		rc = write_vocabulary(t, err);
	else if (!rc)
		rc = encodertrain_loop(t, err) ||
		     encodertrain_figures(t, &report, err) ||
		     encodertrain_write(t, err);
	if (!rc) {
		fwrite(str_z(&report), 1, report.n, atomic_file(*figures));
		rc = atomic_commit(*figures, err);
		*figures = NULL;
	}
	if (!rc && (!t->o->vocabulary || !has_state(t)))
		clear(t);
	str_release(&report);
	return rc ? -1 : 0;
}

static int train_locked(struct encodertraining *t, struct atomic **figures,
			struct err *err)
{
	struct str path = { 0 };
	int rc, lock = -1;

	encodertrain_path(t, "lock", &path);
	rc = atomic_mkdirs(path.p, true, err);
	if (!rc && (lock = lock_take(path.p, false, err)) < 0)
		rc = -1;
	if (!rc)
		rc = train(t, figures, err);
	if (lock >= 0)
		close(lock);
	str_release(&path);
	return rc;
}

int encodertrain(const struct encodertrain_options *o, struct err *err)
{
	struct encodertraining *t = mem_zalloc(1, sizeof(*t));
	struct atomic *figures;
	int rc;

	t->o = o;
	t->run = mlrun_begin(o->runs, "train encoder", o->config, err);
	figures = t->run ? atomic_open(o->report, err) : NULL;
	rc = figures ? train_locked(t, &figures, err) : -1;
	atomic_abort(figures);
	rc = mlrun_end(t->run, !rc, rc ? NULL : err) || rc ? -1 : 0;
	encodertrain_release(t);
	free(t);
	return rc;
}
