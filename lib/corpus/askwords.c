/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/askwords.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "io/tableline.h"

static const char *const kinds[ASK_KINDS] = {
	"noun",   "filler",   "open",   "sound",   "genre",    "like",
	"suffix", "by",       "end",    "simile",  "before",   "after",
	"until",  "since",    "in",     "between", "onwards",  "backwards",
	"about",  "years",    "part",   "under",   "over",     "orless",
	"ormore", "unit",     "number", "range",   "language", "spoken",
	"vocals", "voice",    "with",   "strong",  "weak",     "moodneg",
	"common", "texture",  "join",   "degree",  "person",   "context",
	"step",   "evidence", "vague",
};

struct entry {
	struct span phrase;
	int row, next; /* next: of the same phrase */
};

struct askwords {
	struct ask_row *rows;
	size_t count, cap;
	struct entry *entries;
	size_t nentries, entries_cap;
	int *slots; /* [nslots]: the first entry of a phrase, or -1 */
	size_t nslots;
};

static uint32_t hash(struct span s)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h ^ h >> 15;
}

bool askwords_axis(struct span word, enum timbre_axis *axis, bool *high)
{
	for (int a = 0; a < TIMBRE_AXES; a++) {
		*axis = (enum timbre_axis)a;
		*high = span_is(word, timbre_high(*axis));
		if (*high || span_is(word, timbre_low(*axis)))
			return true;
	}
	return false;
}

/* Which rows need how many numbers. */
static size_t numbers_of(enum ask_kind kind)
{
	switch (kind) {
	case ASK_VAGUE:
		return SIGNAL_COUNT;
	case ASK_YEARS:
	case ASK_PART:
		return 2;
	case ASK_UNIT:
	case ASK_NUMBER:
	case ASK_DEGREE:
	case ASK_STEP:
	case ASK_EVIDENCE:
		return 1;
	default:
		return 0;
	}
}

static bool read_value(struct ask_row *row)
{
	struct span rest = row->value, word;
	double number;

	if (row->kind == ASK_TEXTURE) {
		word = tableline_cut(&rest, ' ');
		row->sure = span_is(rest, "sure");
		return askwords_axis(word, &row->axis, &row->high) &&
		       (row->sure || !rest.n);
	}
	while (numbers_of(row->kind) && rest.n) {
		if (row->numbers == 4 ||
		    num_double(tableline_cut(&rest, ' '), &number))
			return false;
		row->number[row->numbers++] = (float)number;
	}
	return row->numbers == numbers_of(row->kind) && row->value.n;
}

/* context  KIND  valence  arousal  wishes  phrases */
static bool read_context(struct ask_row *row, struct span *line)
{
	double number;

	for (int i = 0; i < 2; i++) {
		if (num_double(tableline_field(line), &number) ||
		    fabs(number) > 1)
			return false;
		row->number[row->numbers++] = (float)number;
	}
	row->wishes = tableline_field(line);
	return row->value.n && row->wishes.n;
}

static void add_phrase(struct askwords *t, struct span phrase)
{
	MEM_ROOM(t->entries, t->nentries + 1, t->entries_cap);
	t->entries[t->nentries++] =
	    (struct entry){ phrase, (int)t->count - 1, -1 };
}

static bool read_row(struct askwords *t, struct span line)
{
	struct span kind = tableline_field(&line), phrase;
	struct ask_row row = { .value = tableline_field(&line) };

	while (row.kind < ASK_KINDS && !span_is(kind, kinds[row.kind]))
		row.kind++;
	if (row.kind == ASK_KINDS)
		return false;
	if (row.kind == ASK_CONTEXT ? !read_context(&row, &line)
				    : !read_value(&row))
		return false;
	MEM_ROOM(t->rows, t->count + 1, t->cap);
	t->rows[t->count++] = row;
	if (!line.n)
		return false;
	while (line.n) {
		phrase = tableline_cut(&line, ',');
		if (!phrase.n)
			return false;
		add_phrase(t, phrase);
	}
	return true;
}

/* Later entries of a phrase come behind the earlier ones. */
static void fill_slots(struct askwords *t)
{
	t->nslots = 64;
	while (t->nslots < 2 * t->nentries)
		t->nslots *= 2;
	t->slots = mem_alloc(t->nslots * sizeof(*t->slots));
	for (size_t i = 0; i < t->nslots; i++)
		t->slots[i] = -1;
	for (size_t i = t->nentries; i-- > 0;) {
		size_t at = hash(t->entries[i].phrase) & (t->nslots - 1);

		while (t->slots[at] >= 0 &&
		       !span_eq(t->entries[t->slots[at]].phrase,
				t->entries[i].phrase))
			at = (at + 1) & (t->nslots - 1);
		t->entries[i].next = t->slots[at];
		t->slots[at] = (int)i;
	}
}

struct askwords *askwords_parse(struct span tsv, const char *name,
				struct err *err)
{
	struct askwords *t = mem_zalloc(1, sizeof(*t));
	struct span line;
	size_t number = 0;

	while (tableline_next(&tsv, &line, &number)) {
		if (read_row(t, line))
			continue;
		err_set(err, ERR_DATA, "table",
			"%s:%zu: expected a kind, its value and phrases "
			"with a comma between, with tabs between the three",
			name, number);
		askwords_free(t);
		return NULL;
	}
	fill_slots(t);
	return t;
}

void askwords_free(struct askwords *t)
{
	if (!t)
		return;
	free(t->rows);
	free(t->entries);
	free(t->slots);
	free(t);
}

int askwords_find(const struct askwords *t, struct span phrase)
{
	size_t at = hash(phrase) & (t->nslots - 1);

	while (t->slots[at] >= 0 &&
	       !span_eq(t->entries[t->slots[at]].phrase, phrase))
		at = (at + 1) & (t->nslots - 1);
	return t->slots[at];
}

int askwords_next(const struct askwords *t, int entry)
{
	return t->entries[entry].next;
}

const struct ask_row *askwords_row(const struct askwords *t, int entry)
{
	return &t->rows[t->entries[entry].row];
}

static const struct ask_row *find(const struct askwords *t, enum ask_kind kind,
				  const char *phrase)
{
	for (int e = askwords_find(t, span_of(phrase)); e >= 0;
	     e = askwords_next(t, e))
		if (askwords_row(t, e)->kind == kind)
			return askwords_row(t, e);
	return NULL;
}

float askwords_step(const struct askwords *t, const char *name)
{
	const struct ask_row *row = find(t, ASK_STEP, name);

	return row ? row->number[0] : 0;
}

float askwords_evidence(const struct askwords *t, enum query_type type)
{
	const struct ask_row *row =
	    find(t, ASK_EVIDENCE, query_type_name(type));

	return row ? row->number[0] : 1;
}

float askwords_heard(const struct askwords *t)
{
	const struct ask_row *row = find(t, ASK_EVIDENCE, "heard");

	return row ? row->number[0] : 1;
}

bool askwords_vague(const struct askwords *t, float weight[SIGNAL_COUNT])
{
	const struct ask_row *row = find(t, ASK_VAGUE, "vague");

	if (row)
		memcpy(weight, row->number, SIGNAL_COUNT * sizeof(*weight));
	return row != NULL;
}
