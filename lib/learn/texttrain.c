/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/texttrain.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "io/input.h"
#include "io/packformat.h"
#include "io/scratch.h"
#include "learn/textcalibrate.h"
#include "learn/textcuefile.h"
#include "learn/textcheck.h"

struct history { /* of one member of one fold */
	struct textnetfit_progress *epochs;
	size_t count, cap;
};

struct training {
	const struct texttrain_options *o;
	struct textconfig config;
	struct textheads *heads; /* of config */
	struct textcuefile cues;
	struct labelled labelled;
	struct textdata data;
	uint8_t *fold;                    /* of each text */
	struct textnetfit_member *fitted; /* [folds + 1][members] */
	struct history *history;          /* [folds + 1][members] */
	size_t jobs;
	float *logit;     /* [texts][columns], of folds */
	float *value;     /* likewise, calibrated */
	float *told_cues; /* [texts][TEXTCUES] */
	float *stack;
};

static void tell(const struct training *t, const char *fmt, double a, double b,
		 double c)
{
	char line[160];

	if (!t->o->tell)
		return;
	snprintf(line, sizeof(line), fmt, a, b, c);
	t->o->tell(t->o->ctx, line);
}

/* --- data --- */

/* Means, deviations and shares of the heads' columns. */
static void describe_heads(struct training *t)
{
	for (size_t i = 0; i < t->heads->count; i++) {
		struct texthead *h = &t->heads->head[i];

		for (size_t k = 0; k < h->count; k++) {
			double n = 0, sum = 0, squares = 0, mean;

			for (size_t j = 0; j < t->labelled.count; j++) {
				double y = (double)labelled_target(
				    &t->labelled, j)[h->first + k];

				if (isnan(y))
					continue;
				n++;
				sum += y;
				squares += y * y;
			}
			mean = n > 0 ? sum / n : 0;
			h->mean[k] = h->share[k] = mean;
			h->deviation[k] =
			    n > 0 ? sqrt(squares / n - mean * mean) : 1;
			if (!(h->deviation[k] > 1e-9))
				h->deviation[k] = 1;
		}
	}
}

static int read_data(struct training *t, struct err *err)
{
	if (labelled_read(&t->labelled, t->heads, t->config.sources,
			  t->o->sources, err))
		return -1;
	if (!t->labelled.count)
		return err_set(err, ERR_DATA, "config", "%s: no labelled texts",
			       t->o->config);
	describe_heads(t);
	t->fold = mem_zalloc(t->labelled.count, 1);
	for (size_t i = 0; i < t->labelled.count; i++)
		t->fold[i] = (uint8_t)((t->labelled.items[i].group >> 20) %
				       (uint64_t)t->config.folds);
	textdata_make(&t->data, &t->labelled, &t->cues.cues, &t->config.grams);
	tell(t, "%.0f texts, %.0f grams, %.0f vectors",
	     (double)t->labelled.count, (double)t->data.wide.count,
	     (double)t->data.deep.count);
	return 0;
}

/* --- fitting --- */

static void note_epoch(void *ctx, const struct textnetfit_progress *p)
{
	struct history *h = ctx;

	MEM_ROOM(h->epochs, h->count + 1, h->cap);
	h->epochs[h->count++] = *p;
}

/* Job i: member i % members, fold i / members; the last one holds nothing. */
static void fit_job(void *ctx, size_t i, int thread)
{
	struct training *t = ctx;
	size_t member = i % t->config.members;
	int held = (int)(i / t->config.members);

	(void)thread;
	if (held == t->config.folds)
		held = -1;
	textnetfit_member(&t->data, t->heads, t->fold, held,
			  &t->config.options[member], note_epoch,
			  &t->history[i], &t->fitted[i]);
	tell(t,
	     held < 0 ? "member %.0f of %.0f on all texts: loss %.4f"
		      : "member %.0f without fold %.0f: loss %.4f",
	     (double)member + 1,
	     held < 0 ? (double)t->config.members : (double)held + 1,
	     t->history[i].epochs[t->history[i].count - 1].loss);
}

/* What holds nothing cannot tell when to stop: it runs as many epochs of its
 * schedule as the folds' best took on average. */
static void stop_as_folds(struct training *t)
{
	size_t folds = (size_t)t->config.folds, members = t->config.members;

	for (size_t m = 0; m < members; m++) {
		int sum = 0;

		for (size_t f = 0; f < folds; f++)
			sum += t->fitted[f * members + m].epochs;
		if (t->config.options[m].patience)
			t->config.options[m].stop =
			    (sum + t->config.folds / 2) / t->config.folds;
	}
}

static void fit_last(void *ctx, size_t i, int thread)
{
	const struct training *t = ctx;

	fit_job(ctx, (size_t)t->config.folds * t->config.members + i, thread);
}

static void fit_all(struct training *t)
{
	size_t members = t->config.members;

	t->jobs = ((size_t)t->config.folds + 1) * members;
	t->fitted = mem_zalloc(t->jobs, sizeof(*t->fitted));
	t->history = mem_zalloc(t->jobs, sizeof(*t->history));
	parallel_for(t->o->threads, t->jobs - members, fit_job, t);
	stop_as_folds(t);
	parallel_for(t->o->threads, members, fit_last, t);
}

/* --- what the folds were not shown --- */

/* Opens a pack that has no name. */
static struct pack *open_scratch(FILE *f, struct err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(f));
	return pack_open(path, TEXTNET_KIND, TEXTNET_VERSION, err);
}

static int read_held(struct training *t, int fold, struct err *err)
{
	FILE *f = scratch_open(err);
	struct pack *pack = NULL;
	struct textnet *net = NULL;
	uint8_t digest[HASH_SIZE];

	if (!f)
		return -1;
	if (!textnetfit_write(&t->data, t->heads, &t->cues.cues,
			      &t->fitted[(size_t)fold * t->config.members],
			      t->config.members, NULL, f, digest, err) &&
	    (pack = open_scratch(f, err)) && (net = textnet_open(pack, err))) {
		struct textcheck_reading r = { net,         &t->labelled,
					       t->fold,     fold,
					       t->logit,    NULL,
					       t->told_cues };

		textcheck_read(&r, t->o->threads);
	}
	textnet_free(net);
	pack_close(pack);
	fclose(f);
	return net ? 0 : -1;
}

static int calibrate(struct training *t, struct err *err)
{
	size_t columns = t->heads->columns;

	t->logit = mem_zalloc(t->labelled.count * columns, sizeof(float));
	t->value = mem_zalloc(t->labelled.count * columns, sizeof(float));
	t->told_cues = mem_zalloc(t->labelled.count * TEXTCUES, sizeof(float));
	for (int f = 0; f < t->config.folds; f++)
		if (read_held(t, f, err))
			return -1;
	return textcalibrate(t->heads, &t->labelled, t->logit, t->told_cues,
			     t->config.ridge, &t->stack, err);
}

/* --- figures --- */

/* Spreads and figures of the folds, from logits as the model will read them. */
static void score_folds(struct training *t, const struct textnet *net,
			struct str *report, struct mlrun *run)
{
	struct textscores s = { 0 };
	size_t columns = t->heads->columns;

	for (size_t i = 0; i < t->labelled.count; i++)
		textnet_calibrate(net, t->logit + i * columns,
				  t->told_cues + i * TEXTCUES,
				  t->value + i * columns);
	textcalibrate_spread(t->heads, &t->labelled, t->value);
	textscores_add(&s, t->heads, &t->labelled, t->value);
	textcheck_put("folds", &s, false, report, run);
	textscores_release(&s);
}

/* --- the whole --- */

static void log_run(const struct training *t, struct mlrun *run)
{
	mlrun_param_number(run, "folds", t->config.folds);
	mlrun_param_number(run, "seed", t->config.seed);
	mlrun_param_number(run, "ridge", t->config.ridge);
	mlrun_param_number(run, "texts", (double)t->labelled.count);
	mlrun_param_number(run, "grams", (double)t->data.wide.count);
	mlrun_param_number(run, "vectors", (double)t->data.deep.count);
	mlrun_text(run, "config.json", span_str(&t->config.text), NULL);
	for (size_t i = 0; i < t->jobs; i++)
		for (size_t e = 0; e < t->history[i].count; e++) {
			const struct textnetfit_progress *p =
			    &t->history[i].epochs[e];
			struct str key = { 0 };

			str_printf(&key, "fold%zu/member%zu/loss",
				   i / t->config.members + 1,
				   i % t->config.members + 1);
			mlrun_metric(run, key.p, p->loss, p->epoch);
			str_puts(&key, "-held");
			if (!isnan(p->held))
				mlrun_metric(run, key.p, p->held, p->epoch);
			str_release(&key);
		}
}

/* The model with all members, on a scratch file first: the figures of the
 * folds, and with them the spreads, come through its own calibration. */
static int write_model(struct training *t, FILE *out, struct str *report,
		       struct mlrun *run, uint8_t digest[HASH_SIZE],
		       struct err *err)
{
	const struct textnetfit_member *all =
	    &t->fitted[(size_t)t->config.folds * t->config.members];
	FILE *f = scratch_open(err);
	struct pack *pack = NULL;
	struct textnet *net = NULL;
	int rc = -1;

	if (!f)
		return -1;
	if (!textnetfit_write(&t->data, t->heads, &t->cues.cues, all,
			      t->config.members, t->stack, f, digest, err) &&
	    (pack = open_scratch(f, err)) && (net = textnet_open(pack, err))) {
		score_folds(t, net, report, run);
		rc =
		    textnetfit_write(&t->data, t->heads, &t->cues.cues, all,
				     t->config.members, t->stack, out, digest,
				     err) ||
		    textcheck_all(net, &t->config, t->o->sources, t->o->threads,
				  NULL, false, report, run, err);
	}
	textnet_free(net);
	pack_close(pack);
	fclose(f);
	return rc;
}

static void release(struct training *t)
{
	for (size_t i = 0; i < t->jobs; i++) {
		textnetfit_release(&t->fitted[i]);
		free(t->history[i].epochs);
	}
	free(t->fitted);
	free(t->history);
	textdata_release(&t->data);
	labelled_release(&t->labelled);
	textcuefile_release(&t->cues);
	free(t->fold);
	free(t->logit);
	free(t->value);
	free(t->told_cues);
	free(t->stack);
	textconfig_release(&t->config);
}

int texttrain(const struct texttrain_options *o, FILE *out, struct str *report,
	      struct mlrun *run, uint8_t digest[HASH_SIZE], struct err *err)
{
	struct training *t = mem_zalloc(1, sizeof(*t));
	int rc;

	t->o = o;
	t->heads = &t->config.heads;
	rc = textconfig_read(&t->config, o->config, err) ||
	     textcuefile_load(&t->cues, t->o->cues, err) ||
	     textcheck_try(t->heads, &t->config, o->sources, err) ||
	     read_data(t, err);
	if (!rc) {
		fit_all(t);
		log_run(t, run);
		rc = calibrate(t, err) ||
		     write_model(t, out, report, run, digest, err);
	}
	release(t);
	free(t);
	return rc ? -1 : 0;
}
