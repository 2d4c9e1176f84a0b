/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodlabels.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "io/input.h"
#include "text/phrases.h"

#define TEXT_MAX ((size_t)1 << 26)

/* "Q1" to "Q4" */
static bool quadrant(struct span cell, struct moodlabel *label)
{
	if (cell.n != 2 || cell.p[0] != 'Q' || cell.p[1] < '1' ||
	    cell.p[1] > '4')
		return false;
	label->valence = cell.p[1] == '1' || cell.p[1] == '4' ? 1 : -1;
	label->arousal = cell.p[1] <= '2' ? 1 : -1;
	return true;
}

static bool number(struct span cell, double *out)
{
	return !num_double(cell, out) && *out >= -1 && *out <= 1;
}

static int read_label(struct moodlabels *l, struct span line, struct err *err)
{
	struct span id = phrases_field(&line);
	struct span valence = phrases_field(&line);
	struct moodlabel label;
	uint64_t *slot;

	if (!id.n || (!quadrant(valence, &label) &&
		      (!number(valence, &label.valence) ||
		       !number(phrases_field(&line), &label.arousal))))
		return err_set(
		    err, ERR_DATA, "labels",
		    "id, valence and arousal in [-1, 1] expected, or "
		    "id and Q1 to Q4, separated by tabs");
	label.group = phrases_field(&line);
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
	struct span rest, line;
	size_t at = 0;
	int rc = input_slurp(path, TEXT_MAX, &l->text, err);

	rest = span_str(&l->text);
	while (!rc && phrases_line(&rest, &line, &at))
		if (read_label(l, line, err))
			rc = err_prefix(err, "%s:%zu", path, at);
	return rc;
}

void moodlabels_release(struct moodlabels *l)
{
	table_release(&l->numbers);
	str_release(&l->text);
	free(l->items);
	*l = (struct moodlabels){ .cap = 0 };
}

const struct moodlabel *moodlabels_find(const struct moodlabels *l,
					struct span id)
{
	const uint64_t *number = table_get(&l->numbers, id);

	return number ? &l->items[*number - 1] : NULL;
}
