/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/mergedfrom.h"

#include "io/json.h"

static const char *const names[] = { "ingested_from", "permalink_url",
				     "source_id", "track_id" };
#define NAMES (sizeof(names) / sizeof(names[0]))

void mergedfrom_release(struct mergedfrom *f)
{
	str_release(&f->objects);
	str_release(&f->next);
	f->count = 0;
}

void mergedfrom_reset(struct mergedfrom *f)
{
	f->count = 0;
	str_reset(&f->objects);
}

/* What both may say: one of names, then the path of a file of sound. */
static struct span place(const struct record *r, size_t i)
{
	return i < NAMES ? record_get(r, names[i])
			 : json_get(record_get(r, "audio"), "path");
}

static bool is_known(const struct mergedfrom *f, struct span object)
{
	for (size_t i = 0, at = 0; i < f->count; at = f->ends[i++])
		if (span_eq((struct span){ f->objects.p + at, f->ends[i] - at },
			    object))
			return true;
	return false;
}

void mergedfrom_add(struct mergedfrom *f, const struct record *kept,
		    const struct record *row)
{
	bool news = false;

	if (f->count == MERGEDFROM_MAX)
		return;
	str_reset(&f->next);
	for (size_t i = 0; i <= NAMES; i++) {
		struct span theirs = place(row, i), ours;

		if (!theirs.p || span_is(theirs, "\"\""))
			continue;
		ours = place(kept, i);
		/* What the record lacks, it has taken from the row. */
		news = news || (ours.p && !span_is(ours, "\"\"") &&
				!span_eq(theirs, ours));
		str_putc(&f->next, f->next.n ? ',' : '{');
		json_put_string(&f->next,
				span_of(i < NAMES ? names[i] : "path"));
		str_putc(&f->next, ':');
		str_span(&f->next, theirs);
	}
	if (!news)
		return;
	str_putc(&f->next, '}');
	if (is_known(f, span_str(&f->next)))
		return;
	str_span(&f->objects, span_str(&f->next));
	f->ends[f->count++] = f->objects.n;
}

void mergedfrom_write(const struct mergedfrom *f, struct str *record)
{
	if (!f->count || !record->n)
		return;
	record->n--;
	str_puts(record, ",\"merged_from\":[");
	for (size_t i = 0, at = 0; i < f->count; at = f->ends[i++]) {
		if (i)
			str_putc(record, ',');
		str_put(record, f->objects.p + at, f->ends[i] - at);
	}
	str_puts(record, "]}");
}
