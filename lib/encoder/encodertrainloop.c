/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "encoder/encodertrainparts.h"
#include "math/vector.h"

static void tell(const struct encodertraining *t, const char *line)
{
	if (t->o->tell)
		t->o->tell(t->o->ctx, line);
}

/* The same numbers for the same batch, whatever was before. */
static uint64_t batch_seed(const struct encodertraining *t, uint64_t epoch,
			   uint64_t position)
{
	uint64_t key[3] = { t->config.seed, epoch, position };

	return hash_mix(key, sizeof(key));
}

static void shuffle(struct encodertraining *t, uint64_t epoch)
{
	struct random r;

	memcpy(t->order, t->train, t->train_count * sizeof(*t->order));
	random_seed(&r, t->config.seed, epoch + 1);
	random_shuffle(&r, t->order, t->train_count);
}

static size_t batch_end(const struct encodertraining *t,
			const struct encodertraindata *d, const uint32_t *order,
			size_t n, size_t from)
{
	size_t end = encodertraindata_batch(d, order, n, from, t->config.batch,
					    t->config.rows);

	/* a pair by itself has no negatives */
	if (t->config.task == ENCODERTRAIN_PAIRS && end - from < 2 && end < n)
		end++;
	return end;
}

static size_t count_steps(struct encodertraining *t)
{
	size_t steps = 0;

	for (int e = 0; e < t->config.epochs; e++) {
		size_t at = 0, batches = 0;

		shuffle(t, (uint64_t)e);
		while (at < t->train_count) {
			at = batch_end(t, &t->data, t->order, t->train_count,
				       at);
			batches++;
		}
		steps +=
		    (batches + t->config.accumulate - 1) / t->config.accumulate;
	}
	return steps;
}

/* Moves what is trained; wide weights shrink by a rate of their own. */
static void move(struct encodertraining *t)
{
	const struct encodertrain_config *c = &t->config;
	size_t n = t->parameters.count;
	double share =
	    optimiser_share(c->schedule, (size_t)t->state.step, t->steps,
			    (size_t)(c->warmup * (double)t->steps));
	double *rates = mem_alloc((n + 1) * sizeof(*rates));

	for (size_t i = 0; i < n; i++)
		rates[i] = t->rates[i] * share;
	if (t->task.wide && c->wide_decay > 0)
		vector_scale(t->task.wide->value,
			     (float)(1 - c->wide_rate * share * c->wide_decay),
			     t->task.wide->count);
	optimiser_step(&t->parameters, rates, &c->optimiser, ++t->state.step);
	free(rates);
}

static int do_step(struct encodertraining *t, struct err *err)
{
	struct encodertrainstate *s = &t->state;
	struct encodertraintask_told told = { 0 };
	double norm;

	parameters_zero_gradients(&t->parameters);
	for (uint32_t a = 0;
	     a < t->config.accumulate && s->position < t->train_count; a++) {
		size_t end = batch_end(t, &t->data, t->order, t->train_count,
				       s->position);

		if (encodertraintask_run(&t->task, t->order + s->position,
					 end - s->position, true,
					 batch_seed(t, s->epoch, s->position),
					 NULL, &told, err))
			return -1;
		s->position = end;
	}
	s->loss += told.loss;
	s->rows += told.count;
	if (told.count > 0)
		optimiser_scale(&t->parameters, (float)(1 / told.count));
	norm = optimiser_clip(&t->parameters, t->config.clip);
	if (!isfinite(norm) || !isfinite(told.loss))
		return err_set(err, ERR_DATA, "training",
			       "step %llu: the loss or its gradient is not "
			       "finite: lower the rates",
			       (unsigned long long)s->step + 1);
	move(t);
	return 0;
}

int encodertrain_try(struct encodertraining *t, struct encodertraintask *task,
		     const uint32_t *rows, size_t n, float *logits,
		     struct encodertraintask_told *told, struct err *err)
{
	size_t at = 0, columns = t->config.heads.columns;

	while (at < n) {
		size_t end = batch_end(t, task->data, rows, n, at);

		if (encodertraintask_run(task, rows + at, end - at, false,
					 batch_seed(t, UINT64_MAX, at),
					 logits ? logits + at * columns : NULL,
					 told, err))
			return -1;
		at = end;
	}
	return 0;
}

static int save(struct encodertraining *t, struct err *err)
{
	struct str path = { 0 };
	int rc;

	encodertrain_path(t, "state", &path);
	rc = encodertrainstate_write(&t->state, &t->parameters, path.p, err);
	str_release(&path);
	return rc;
}

/* Figures of the epoch at hand; keeps its values where they are the best. */
static int end_epoch(struct encodertraining *t, struct err *err)
{
	struct encodertrainstate *s = &t->state;
	struct encodertraintask_told told = { 0 };
	struct encodertrain_epoch e = { .held = NAN, .figure = NAN };
	char line[160];

	if (encodertrain_try(t, &t->task, t->held, t->held_count, NULL, &told,
			     err))
		return -1;
	e.rows = s->rows;
	e.loss = s->rows > 0 ? s->loss / s->rows : 0;
	if (told.count > 0) {
		e.held = told.loss / told.count;
		e.figure = told.hits / told.count;
	}
	MEM_ROOM(s->epochs, s->count + 1, s->cap);
	s->epochs[s->count++] = e;
	if (t->config.patience &&
	    (!s->best || e.held < s->epochs[s->best - 1].held)) {
		s->best = s->count;
		encodertrainstate_keep(s, &t->parameters);
	}
	s->epoch++;
	s->position = 0;
	s->loss = s->rows = 0;
	s->done = (t->config.patience &&
		   s->count - s->best >= (uint64_t)t->config.patience) ||
		  s->epoch >= (uint64_t)t->config.epochs;
	snprintf(line, sizeof(line),
		 told.count > 0
		     ? "epoch %zu of %d, step %llu: loss %.4f, kept aside %.4f"
		     : "epoch %zu of %d, step %llu: loss %.4f",
		 s->count, t->config.epochs, (unsigned long long)s->step,
		 e.loss, e.held);
	tell(t, line);
	return save(t, err);
}

int encodertrain_loop(struct encodertraining *t, struct err *err)
{
	struct encodertrainstate *s = &t->state;
	struct str path = { 0 };
	char line[160];
	int rc;

	encodertrain_path(t, "state", &path);
	rc = encodertrainstate_read(s, &t->parameters, path.p, err);
	str_release(&path);
	if (rc < 0)
		return -1;
	t->steps = count_steps(t);
	snprintf(line, sizeof(line),
		 "%zu rows and %zu kept aside, %zu of %zu parameters move, "
		 "%zu steps",
		 t->train_count, t->held_count,
		 parameters_count(&t->parameters, true),
		 parameters_count(&t->parameters, false), t->steps);
	tell(t, line);
	if (rc) {
		snprintf(line, sizeof(line), "goes on behind step %llu",
			 (unsigned long long)s->step);
		tell(t, line);
	}
	while (!s->done) {
		shuffle(t, s->epoch);
		while (s->position < t->train_count) {
			if (do_step(t, err))
				return -1;
			if (t->config.save && s->step % t->config.save == 0 &&
			    s->position < t->train_count && save(t, err))
				return -1;
		}
		if (end_epoch(t, err))
			return -1;
	}
	if (s->best)
		encodertrainstate_restore(s, &t->parameters);
	return 0;
}
