/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logs of training runs as MLflow's file store keeps them (MLflow 1 to 3,
 * mlflow.store.tracking.file_store), so that its own UI shows and compares
 * them: `mlflow ui --backend-store-uri DIR`.
 *
 *   DIR/ID/meta.yaml              an experiment: its name
 *   DIR/ID/RUN/meta.yaml          a run: name, status, times
 *   DIR/ID/RUN/params/KEY         a value
 *   DIR/ID/RUN/metrics/KEY        lines "milliseconds value step"
 *   DIR/ID/RUN/tags/KEY           a value
 *   DIR/ID/RUN/artifacts/NAME     a file
 *
 * A log is the one place where clock, user and chance show: run ids are random
 * (UUID version 4), so that runs of several processes at a time never meet. A
 * run whose process dies stays there as running (status 1), every line logged
 * so far in it; nobody else is disturbed.
 *
 * Keys and names of artifacts: MLflow's own rule, letters, digits, "_-. /" (of
 * ASCII here), at most 250 bytes, a relative path with no "." or ".." or empty
 * part in it. "a/b" is a group a with b in it in the UI; "a" and "a/b" cannot
 * both be there. Values are text; bytes that are no UTF-8 become U+FFFD (MLflow
 * could not read them), and a value of more than 6000 bytes is cut there, as
 * MLflow cuts it.
 *
 * A failure to log loses no training: it is kept, and mlrun_end tells the first
 * of them. One thread at a time per run.
 */
#ifndef MOODPIPE_MLRUNS_H
#define MOODPIPE_MLRUNS_H

#include "base/err.h"
#include "base/str.h"

struct mlrun;

/* Starts a run of that experiment, which is found by its name or made with the
 * next free number; dir is made where needed, with MLflow's experiment 0,
 * "Default", in it. dir NULL: a run that logs nothing; every call succeeds and
 * does nothing. NULL, ERR_ENV: dir cannot be written to; ERR_DATA: an empty
 * name. */
struct mlrun *mlrun_begin(const char *dir, const char *experiment,
			  const char *name, struct err *err);
/* 32 hexadecimal digits; "" of a run that logs nothing. A run inside another
 * (a fold) carries the outer one's in its tag "mlflow.parentRunId". */
const char *mlrun_id(const struct mlrun *run);

/* A parameter is logged once: another value under the same key is an error. */
void mlrun_param(struct mlrun *run, const char *key, const char *value);
/* The same of a number, in the fewest digits that read back as it. */
void mlrun_param_number(struct mlrun *run, const char *key, double value);
/* Replaces what was there. */
void mlrun_tag(struct mlrun *run, const char *key, const char *value);
/* One more value, now; NaN and infinities are logged as such. */
void mlrun_metric(struct mlrun *run, const char *key, double value, long step);

/* Copies a file, under its own name, or keeps text as one; what is there under
 * that name already is replaced. -1: also told by mlrun_end. */
int mlrun_artifact(struct mlrun *run, const char *path, struct err *err);
int mlrun_text(struct mlrun *run, const char *name, struct span text,
	       struct err *err);

/* Closes the run as finished (ok) or failed, and frees it in any case; NULL is
 * fine. -1 with the first error of all calls, of this one last. */
int mlrun_end(struct mlrun *run, bool ok, struct err *err);

#endif
