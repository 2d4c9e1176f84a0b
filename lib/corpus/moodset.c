/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodset.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/moodmodelformat.h"
#include "math/random.h"
#include "text/phrases.h"

void moodset_release(struct moodset *s)
{
	free(s->columns);
	free(s->column);
	free(s->family);
	table_release(&s->families);
	free(s->values);
	free(s->rows);
	table_release(&s->groups);
	*s = (struct moodset){ .count = 0 };
}

static bool matches(struct span pattern, const char *name)
{
	const char *star = NULL, *resume = NULL;
	size_t at = 0, back = 0;

	while (*name) {
		if (at < pattern.n && pattern.p[at] == '*') {
			back = ++at;
			star = resume = name;
		} else if (at < pattern.n && pattern.p[at] == *name) {
			at++;
			name++;
		} else if (star) {
			at = back;
			name = resume = resume + 1;
		} else {
			return false;
		}
	}
	while (at < pattern.n && pattern.p[at] == '*')
		at++;
	return at == pattern.n;
}

static bool listed(struct span list, const char *name, struct span *family)
{
	struct span line;
	size_t number = 0;
	bool in = false;

	while (phrases_line(&list, &line, &number)) {
		struct span pattern = phrases_field(&line);
		bool out = pattern.n && *pattern.p == '-';

		if (out)
			pattern = (struct span){ pattern.p + 1, pattern.n - 1 };
		if (!matches(pattern, name))
			continue;
		in = !out;
		*family = phrases_field(&line);
	}
	return in;
}

int moodset_bind(struct moodset *s, struct span list, const char *name,
		 const struct feat_schema *schema, struct err *err)
{
	s->columns = mem_zalloc(schema->count, sizeof(*s->columns));
	s->column = mem_zalloc(schema->count, sizeof(*s->column));
	s->family = mem_zalloc(schema->count, sizeof(*s->family));
	for (uint32_t i = 0; i < schema->count; i++) {
		struct span family;
		uint64_t *slot;

		if (!listed(list, schema->columns[i].name, &family))
			continue;
		slot = table_put(&s->families, family);
		if (!*slot)
			*slot = s->families.count;
		s->family[s->dims] = (uint32_t)(*slot - 1);
		s->columns[s->dims] = schema->columns[i];
		s->column[s->dims++] = (int)i;
	}
	if (s->dims < 1 || s->dims > MOODMODEL_DIMS)
		return err_set(err, ERR_DATA, "schema",
			       "%s names %zu of the columns of the features, 1 "
			       "to %d are possible",
			       name, s->dims, MOODMODEL_DIMS);
	return 0;
}

void moodset_add(struct moodset *s, const float *values, double valence,
		 double arousal, struct span group)
{
	uint64_t *slot = table_put(&s->groups, group);
	float *to;

	if (!*slot)
		*slot = s->groups.count;
	MEM_ROOM(s->rows, s->count + 1, s->cap);
	MEM_ROOM(s->values, (s->count + 1) * s->dims, s->values_cap);
	to = s->values + s->count * s->dims;
	for (size_t i = 0; i < s->dims; i++)
		to[i] = values[s->column[i]];
	s->rows[s->count++] = (struct moodset_row){
		valence, arousal, { NAN, NAN }, (uint32_t)(*slot - 1)
	};
}

bool moodset_half_a(struct span group)
{
	uint8_t sum[HASH_SIZE];

	hash_sha256(group.p, group.n, sum);
	return sum[0] % 2 == 0;
}

void moodset_folds(const struct moodset *s, const uint32_t *rows, size_t n,
		   int folds, uint64_t seed, uint8_t *fold)
{
	size_t groups = s->groups.count, *size, *filled;
	uint32_t *order = mem_alloc(groups * sizeof(*order));
	uint8_t *of = mem_zalloc(groups, 1);
	struct random r;

	size = mem_zalloc(groups, sizeof(*size));
	filled = mem_zalloc((size_t)folds, sizeof(*filled));
	for (size_t i = 0; i < n; i++)
		size[s->rows[rows ? rows[i] : i].group]++;
	for (size_t g = 0; g < groups; g++)
		order[g] = (uint32_t)g;
	random_seed(&r, seed, 0);
	random_shuffle(&r, order, groups);
	for (size_t g = 0; g < groups; g++) {
		int best = 0;

		for (int f = 1; f < folds; f++)
			if (filled[f] < filled[best])
				best = f;
		filled[best] += size[order[g]];
		of[order[g]] = (uint8_t)best;
	}
	for (size_t i = 0; i < n; i++)
		fold[i] = of[s->rows[rows ? rows[i] : i].group];
	free(order);
	free(of);
	free(size);
	free(filled);
}
