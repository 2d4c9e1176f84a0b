/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodheard.h"

#include <math.h>

#include "corpus/datadir.h"
#include "io/input.h"

enum { TABLE_MAX = 1 << 24 };

static void put_digest(const char *name, const uint8_t sum[HASH_SIZE],
		       struct str *recipe)
{
	char hex[2 * HASH_SIZE + 1];

	hash_hex(sum, HASH_SIZE, hex);
	str_printf(recipe, "%s=%s ", name, hex);
}

static int open_formula(struct moodheard *h, const char *path,
			const struct feat_schema *schema, const char *source,
			struct str *recipe, struct err *err)
{
	struct str built_in = { 0 }, text = { 0 };
	uint8_t sum[HASH_SIZE];
	int rc;

	if (!path)
		path = datadir_path(MOODHEARD_FORMULA, &built_in);
	else if (!strcmp(path, MOODHEARD_BASELINE))
		path = datadir_path(MOODHEARD_DESIGN, &built_in);
	rc = input_slurp(path, TABLE_MAX, &text, err) ||
	     moodformula_parse(&h->formula, span_str(&text), path, err) ||
	     (schema && moodformula_bind(&h->formula, schema, source, err));
	if (!rc) {
		hash_sha256(text.p, text.n, sum);
		put_digest("formula", sum, recipe);
	}
	str_release(&text);
	str_release(&built_in);
	return rc ? -1 : 0;
}

/* 1: the model that ships is not there, or does not know these features. */
static int open_model(struct moodheard *h, const char *path,
		      const struct feat_schema *schema, const char *source,
		      struct str *recipe, struct err *err)
{
	struct str built_in = { 0 };
	bool own = path;
	FILE *f = NULL;
	int rc = 0;

	if (!own) {
		path = datadir_path(MOODHEARD_MODEL, &built_in);
		f = fopen(path, "r");
		rc = !f;
	}
	if (f)
		fclose(f);
	if (!rc) {
		h->model = moodmodel_open(path, err);
		rc = h->model ? 0 : -1;
	}
	if (!rc && schema && moodmodel_bind(h->model, schema, source, err)) {
		moodmodel_close(h->model);
		h->model = NULL;
		rc = own ? -1 : 1;
	}
	if (!rc)
		put_digest("model", moodmodel_digest(h->model), recipe);
	str_release(&built_in);
	return rc;
}

int moodheard_open(struct moodheard *h, const char *model, const char *formula,
		   const struct feat_schema *schema, const char *source,
		   struct str *recipe, bool *instead, struct err *err)
{
	int rc = 1;

	*h = (struct moodheard){ .as = MOODSOURCE_FORMULA, .bound = schema };
	if (!formula) {
		rc = open_model(h, model, schema, source, recipe, err);
		h->as = rc ? MOODSOURCE_CALIBRATED : MOODSOURCE_SOUND;
	}
	if (instead)
		*instead = !formula && rc > 0;
	if (rc > 0)
		rc = open_formula(h, formula, schema, source, recipe, err);
	if (rc)
		moodheard_close(h);
	return rc;
}

void moodheard_close(struct moodheard *h)
{
	moodmodel_close(h->model);
	*h = (struct moodheard){ 0 };
}

static bool guess(const struct moodheard *h, const float *values,
		  struct moodsaid *out)
{
	struct moodmodel_guess g = { 0 };

	if (!(h->model ? moodmodel_apply(h->model, values, &g)
		       : moodformula_apply(&h->formula, values, &g.valence,
					   &g.arousal)))
		return false;
	*out = (struct moodsaid){
		.value = { (double)g.valence, (double)g.arousal },
		.spread = { (double)g.valence_spread,
			    (double)g.arousal_spread },
	};
	return true;
}

bool moodheard_say(const struct moodheard *h, const struct feat_row *row,
		   struct moodsaid said[MOODSOURCES])
{
	struct moodsaid *to = &said[h->as];
	bool measured;

	to->weight = 0;
	if (!h->bound || !row || !feat_status_measured(row->status) ||
	    !guess(h, row->values, to))
		return false;
	measured = row->method <= FEAT_METHOD_MEASURED;
	to->weight = measured ? 1 : fmax(0, fmin(1, (double)row->confidence));
	return measured;
}
