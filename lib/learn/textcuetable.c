/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of textcues.h: parsed, viewed, and words looked up in it. */
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "learn/textcues.h"
#include "text/phrases.h"

_Static_assert(sizeof(struct textcue) == 32, "rows have no gaps");

static uint32_t word_hash(struct span w)
{
	uint32_t h = (uint32_t)(hash_mix(w.p, w.n) >> 32);

	return h ? h : 1;
}

static size_t slot_of(uint32_t hash, size_t slots)
{
	return (size_t)(((uint64_t)hash * slots) >> 32);
}

const struct textcue *textcues_find(const struct textcues *t, struct span w)
{
	uint32_t h = word_hash(w);
	size_t i = slot_of(h, t->count);

	for (size_t probes = 0; probes < t->count; probes++) {
		if (!t->rows[i].hash)
			return NULL;
		if (t->rows[i].hash == h)
			return &t->rows[i];
		if (++i == t->count)
			i = 0;
	}
	return NULL;
}

int textcues_view(struct textcues *t, const void *rows, size_t bytes,
		  struct err *err)
{
	size_t n = bytes / sizeof(struct textcue);

	if (bytes % sizeof(struct textcue) || !n || n > UINT32_MAX)
		return err_set(err, ERR_DATA, "corrupt",
			       "a table of cues of %zu bytes", bytes);
	t->rows = rows;
	t->count = n;
	return 0;
}

static int feeling_number(struct span name)
{
	static const char *const names[TEXTCUES_FEELINGS] = {
		"sadness", "joy", "love", "anger", "fear", "surprise"
	};

	for (int i = 0; i < TEXTCUES_FEELINGS; i++)
		if (span_is(name, names[i]))
			return i + 1;
	return 0;
}

static int parse_row(struct textcue *row, struct span line, struct err *err)
{
	struct span word = phrases_field(&line), f;

	*row = (struct textcue){ .hash = word_hash(word) };
	if (!word.n)
		return err_set(err, ERR_DATA, "table", "a row without a word");
	for (int c = 0; c < TEXTCUE_FEELING; c++) {
		double v;

		f = phrases_field(&line);
		if (span_is(f, "-"))
			continue;
		if (num_double(f, &v) || fabs(v) > 30)
			return err_set(err, ERR_DATA, "table",
				       "\"%.*s\" where a rating or - was "
				       "expected",
				       (int)f.n, f.p);
		row->value[c] = (int16_t)lrint(v * 1000);
		row->known |= c == TEXTCUE_VADER   ? TEXTCUE_HAS_VADER
			      : c == TEXTCUE_AFINN ? TEXTCUE_HAS_AFINN
			      : c < TEXTCUE_EMOJI  ? TEXTCUE_HAS_NORMS
						   : TEXTCUE_HAS_EMOJI;
	}
	f = phrases_field(&line);
	row->feeling = (uint8_t)feeling_number(f);
	if (!row->feeling && !span_is(f, "-"))
		return err_set(err, ERR_DATA, "table",
			       "\"%.*s\" where a feeling or - was expected",
			       (int)f.n, f.p);
	return 0;
}

static int insert(struct textcue *rows, size_t count, const struct textcue *row,
		  struct err *err)
{
	size_t i = slot_of(row->hash, count);

	for (; rows[i].hash; i = i + 1 < count ? i + 1 : 0)
		if (rows[i].hash == row->hash)
			return err_set(err, ERR_DATA, "table",
				       "a word twice, or two of one hash");
	rows[i] = *row;
	return 0;
}

int textcues_parse(struct textcues *t, struct span tsv, const char *name,
		   struct err *err)
{
	const char *p = tsv.p, *end = tsv.p + tsv.n;
	size_t lines = 1, number = 0, count;
	struct textcue *rows;

	for (const char *q = p; q < end; q++)
		lines += *q == '\n';
	count = lines + lines / 4 + 1;
	rows = mem_zalloc(count, sizeof(*rows));
	while (p < end) {
		const char *q = memchr(p, '\n', (size_t)(end - p));
		struct span line = { p, (size_t)((q ? q : end) - p) };
		struct textcue row;

		number++;
		p = q ? q + 1 : end;
		if (!span_trim(line).n || (line.p[0] == '#' && number == 1))
			continue;
		if (parse_row(&row, line, err) ||
		    insert(rows, count, &row, err)) {
			free(rows);
			return err_prefix(err, "%s:%zu", name, number);
		}
	}
	t->rows = rows;
	t->count = count;
	return 0;
}

/* Forms that a list leaves out: loves, loving, loved, lovely, happier ... */
const struct textcue *textcues_find_form(const struct textcues *t,
					 struct span w)
{
	static const char *const endings[] = { "ing", "ed", "ly", "er",
					       "est", "in", NULL };
	const struct textcue *c = textcues_find(t, w);
	char b[UTTERANCE_WORD + 1];
	size_t n = w.n;

	if (c || n < 4)
		return c;
	memcpy(b, w.p, n);
	if (w.p[n - 1] == 's') {
		c = textcues_find(t, (struct span){ b, n - 1 });
		if (!c && n > 5 && b[n - 2] == 'e')
			c = textcues_find(t, (struct span){ b, n - 2 });
		if (!c && n > 5 && !memcmp(b + n - 3, "ies", 3)) {
			b[n - 3] = 'y';
			c = textcues_find(t, (struct span){ b, n - 2 });
			b[n - 3] = 'i';
		}
	}
	for (int k = 0; !c && endings[k]; k++) {
		size_t m = strlen(endings[k]), s = n - m;
		char last;

		if (n <= m + 2 || memcmp(w.p + s, endings[k], m) != 0)
			continue;
		c = textcues_find(t, (struct span){ b, s });
		if (!c) {
			b[s] = 'e';
			c = textcues_find(t, (struct span){ b, s + 1 });
			b[s] = w.p[s];
		}
		if (!c && s > 3 && b[s - 1] == b[s - 2])
			c = textcues_find(t, (struct span){ b, s - 1 });
		last = b[s - 1];
		if (!c && last == 'i') {
			b[s - 1] = 'y';
			c = textcues_find(t, (struct span){ b, s });
			b[s - 1] = last;
		}
	}
	return c;
}
