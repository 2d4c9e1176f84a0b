/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/signalrows.h"

#include <math.h>

int signal_look_up(const struct signal_rows *r, struct featset *set, size_t i,
		   const struct feat_row **row, uint32_t *old, struct err *err)
{
	*row = NULL;
	*old = CATALOGUE_NONE;
	if (set && featset_find(set, r->keys[i], row, err))
		return -1;
	if (!*row && r->base && !(set && r->fresh[i]))
		*old = r->was[i];
	return 0;
}

int signal_check(const struct featset *s, const char *option, const char *first,
		 const char *last, uint32_t dim, struct err *err)
{
	const struct feat_schema *schema = featset_schema(s);

	if (schema->count == dim && !strcmp(schema->columns[0].name, first) &&
	    !strcmp(schema->columns[dim - 1].name, last))
		return 0;
	return err_set(err, ERR_DATA, "columns",
		       "the %s file has %u columns "
		       "(stage \"%s\"), where %u from %s to %s were expected; "
		       "check which file it is",
		       option, schema->count, schema->stage, dim, first, last);
}

bool signal_all_finite(const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

bool signal_any_finite(const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (isfinite(x[i]))
			return true;
	return false;
}

float signal_within(float v, float lo, float hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}
