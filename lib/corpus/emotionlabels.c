/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/emotionlabels.h"

#include <stdlib.h>

#include "base/mem.h"
#include "io/tableline.h"

static const char *const mood_names[EMOTIONLABELS_MOOD] = { "valence",
							    "arousal",
							    "dominance" };

static int meaning(struct span s)
{
	int i;

	for (i = 0; i < EMOTION_CLASSES; i++)
		if (span_is(s, emotion_names[i]))
			return i;
	for (i = 0; i < EMOTIONLABELS_MOOD; i++)
		if (span_is(s, mood_names[i]))
			return EMOTION_CLASSES + i;
	return EMOTIONLABEL_OTHER;
}

static char *copy(struct span s)
{
	char *z = mem_zalloc(s.n + 1, 1);

	memcpy(z, s.p, s.n);
	return z;
}

/* Gives a row to the labels of its name. */
static int take(struct emotionlabels *l, char *const *names,
		const struct span cell[4])
{
	int means = meaning(cell[1]);

	if (!cell[0].n || !cell[2].n || means == EMOTIONLABEL_OTHER)
		return -1;
	for (size_t i = 0; i < l->count; i++) {
		struct emotionlabel *label = &l->items[i];

		if (label->means != EMOTIONLABEL_OTHER ||
		    !span_ieq(cell[0], names[i]))
			continue;
		label->means = means;
		if (span_is(cell[2], "-"))
			continue;
		free(label->name);
		label->name = copy(cell[2]);
	}
	return 0;
}

int emotionlabels_parse(struct emotionlabels *l, char *const *names,
			size_t count, struct span table, const char *path,
			struct err *err)
{
	struct span line, cell[4];
	size_t number = 0;

	l->count = count;
	l->items = mem_zalloc(count + 1, sizeof(*l->items));
	for (size_t i = 0; i < count; i++)
		l->items[i] = (struct emotionlabel){ EMOTIONLABEL_OTHER,
						     copy(span_of(names[i])) };
	while (tableline_next(&table, &line, &number))
		if (tableline_cells(line, cell, 4) != 4 || take(l, names, cell))
			return err_set(err, ERR_DATA, "table",
				       "%s:%zu: a label, a class of feeling, a "
				       "label of GoEmotions and a source were "
				       "expected",
				       path, number);
	return 0;
}

void emotionlabels_release(struct emotionlabels *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->items[i].name);
	free(l->items);
	*l = (struct emotionlabels){ .count = 0 };
}
