/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/lora.h"

#include <math.h>

#include "encoder/loranames.h"
#include "math/matmul.h"
#include "math/random.h"
#include "math/vector.h"

/* --- which --- */

/* Whether a target's name is a module's, or its end behind a dot. */
static bool names_module(struct span target, const struct str *module)
{
	size_t n = target.n;

	return n && n <= module->n &&
	       !memcmp(module->p + module->n - n, target.p, n) &&
	       (n == module->n || module->p[module->n - n - 1] == '.');
}

static bool next_target(const char **p, struct span *target)
{
	size_t n;

	if (!*p)
		return false;
	n = strcspn(*p, ",");
	*target = span_trim((struct span){ *p, n });
	*p = (*p)[n] ? *p + n + 1 : NULL;
	return true;
}

static bool wanted(const char *targets, enum encoder_tensor t,
		   const struct str *module)
{
	struct span target;

	while (next_target(&targets, &target))
		if ((span_is(target, "all-linear") && t != ENCODER_WORDS) ||
		    names_module(target, module))
			return true;
	return false;
}

/* The names a family has, for messages: ends of the first layer's. */
static void list_names(const struct encoder_config *c, struct str *out)
{
	struct str module = { 0 };
	struct lora_place at = { 0 };
	char layer[] = ".0.";

	while (lora_each(c, &at) && !at.layer) {
		const char *name;

		lora_module(c, at.tensor, 0, &module);
		name = strstr(str_z(&module), layer);
		str_printf(out, "%s%s", out->n ? ", " : "",
			   name ? name + strlen(layer) : str_z(&module));
	}
	str_release(&module);
}

static bool family_has(const struct encoder_config *c, struct span target)
{
	struct str module = { 0 };
	struct lora_place at = { 0 };
	bool has = span_is(target, "all-linear");

	while (!has && lora_each(c, &at)) {
		lora_module(c, at.tensor, at.layer, &module);
		has = names_module(target, &module);
	}
	str_release(&module);
	return has;
}

static int check_targets(const struct encoder_config *c, const char *targets,
			 struct err *err)
{
	struct str names = { 0 };
	struct span target;

	while (next_target(&targets, &target)) {
		if (family_has(c, target))
			continue;
		list_names(c, &names);
		err_set(err, ERR_USAGE, "target",
			"%s has no projection \"%.*s\": choose among %s, or "
			"all-linear",
			encoder_family_name(c->family), (int)target.n, target.p,
			str_z(&names));
		str_release(&names);
		return -1;
	}
	return 0;
}

/* Of a linear layer A is random and B zeros, of a table the other way round.
 * PEFT takes B of a table from N(0, 1), with which words move some ten times as
 * far in a step as layers do at the same rate: here its columns have length 1. */
static void start(const struct lora_pair *pair, enum encoder_tensor t,
		  uint64_t seed, size_t layer)
{
	/* Kaiming uniform, a = sqrt 5: sqrt(6 / (6 in)) */
	double bound = 1 / sqrt((double)pair->a->dims[1]);
	double length = sqrt((double)pair->b->dims[0]);
	struct random r;

	random_seed(&r, seed, layer * ENCODER_TENSORS + (uint64_t)t);
	if (t == ENCODER_WORDS)
		for (size_t i = 0; i < pair->b->count; i++)
			pair->b->value[i] = (float)(random_normal(&r) / length);
	else
		for (size_t i = 0; i < pair->a->count; i++)
			pair->a->value[i] =
			    (float)((2 * random_uniform(&r) - 1) * bound);
}

int lora_add(const struct encoder_config *c, const struct lora_options *o,
	     uint64_t seed, struct parameters *p, struct encoderpass *e,
	     struct err *err)
{
	const char *targets = o->targets ? o->targets : "all-linear";
	struct lora_place at = { 0 };
	struct str module = { 0 };

	if (!o->rank)
		return err_set(err, ERR_USAGE, "rank",
			       "an adapter's rank is 1 or more");
	if (check_targets(c, targets, err))
		return -1;
	while (lora_each(c, &at)) {
		struct lora_pair pair;

		lora_module(c, at.tensor, at.layer, &module);
		if (!wanted(targets, at.tensor, &module))
			continue;
		pair = lora_put(c, o, at.tensor, at.layer, p, e);
		start(&pair, at.tensor, seed, at.layer);
	}
	str_release(&module);
	return 0;
}

/* --- merging --- */

/* w += B A, or of a table A^T B^T; the factor that began as zeros is scaled,
 * then zeros again. */
static void merge(const struct lora_pair *pair, bool table, float scale,
		  struct matmul_work *work, struct parameter *w)
{
	size_t rank = pair->a->dims[0], in = pair->a->dims[1];
	size_t out = pair->b->dims[0];
	struct parameter *zero = table ? pair->a : pair->b;
	struct matrix a = { pair->a->value, in, table };
	struct matrix b = { pair->b->value, rank, table };

	vector_scale(zero->value, scale, zero->count);
	if (table)
		matmul(work, w->value, out, true, a, b, in, out, rank);
	else
		matmul(work, w->value, in, true, b, a, out, in, rank);
	memset(zero->value, 0, zero->count * sizeof(float));
}

void lora_merge(const struct encoder_config *c, const struct lora_options *o,
		struct parameters *p)
{
	struct matmul_work work = { 0 };
	struct lora_place at = { 0 };
	struct str name = { 0 };

	while (lora_each(c, &at)) {
		struct lora_pair pair = lora_find(c, p, at.tensor, at.layer);
		struct parameter *w;

		if (!pair.a)
			continue;
		encoder_name(c, at.tensor, at.layer, &name);
		w = parameters_find(p, str_z(&name));
		if (w)
			merge(&pair, at.tensor == ENCODER_WORDS,
			      o->alpha / (float)o->rank, &work, w);
	}
	str_release(&name);
	matmul_work_release(&work);
}
