/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodlabels.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "io/input.h"
#include "text/phrases.h"

#define TEXT_MAX ((size_t)1 << 26)

static int read_label(struct moodlabels *l, struct span line, struct err *err)
{
	struct span id = phrases_field(&line);
	struct span valence = phrases_field(&line);
	struct span arousal = phrases_field(&line);
	struct moodlabel label;
	uint64_t *slot;

	if (!id.n || num_double(valence, &label.valence) ||
	    num_double(arousal, &label.arousal) || label.valence < -1 ||
	    label.valence > 1 || label.arousal < -1 || label.arousal > 1)
		return err_set(err, ERR_DATA, "labels",
			       "id, valence and arousal in [-1, 1] expected, "
			       "separated by tabs");
	MEM_ROOM(l->items, l->numbers.count + 1, l->cap);
	l->items[l->numbers.count] = label;
	slot = table_put(&l->numbers, id);
	if (*slot)
		return err_set(err, ERR_DATA, "labels",
			       "\"%.*s\" is labelled twice", (int)id.n, id.p);
	*slot = l->numbers.count;
	return 0;
}

int moodlabels_read(struct moodlabels *l, const char *path, struct err *err)
{
	struct str text = { 0 };
	struct span rest, line;
	size_t number = 0;
	int rc = input_slurp(path, TEXT_MAX, &text, err);

	rest = span_str(&text);
	while (!rc && phrases_line(&rest, &line, &number))
		if (read_label(l, line, err))
			rc = err_prefix(err, "%s:%zu", path, number);
	str_release(&text);
	return rc;
}

void moodlabels_release(struct moodlabels *l)
{
	table_release(&l->numbers);
	free(l->items);
	*l = (struct moodlabels){ .cap = 0 };
}

const struct moodlabel *moodlabels_find(const struct moodlabels *l,
					struct span id)
{
	const uint64_t *number = table_get(&l->numbers, id);

	return number ? &l->items[*number - 1] : NULL;
}
