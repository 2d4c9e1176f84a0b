/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "corpus/musicfilter.h"
#include "io/json.h"

/* How much the evidence speaks for the verdict's class: against a track, and
 * for a track against what speaks most for another class. */
static double support(const struct evidence *e, enum music_class c)
{
	double most = -INFINITY;

	if (c != MUSIC_TRACK)
		return e->weight[c];
	for (int i = 0; i < MUSIC_CLASSES; i++)
		if (i != MUSIC_TRACK)
			most = fmax(most, e->weight[i]);
	return -most;
}

static void put_reason(const struct musicfilter *m, const struct evidence *e,
		       struct str *out)
{
	struct span rest = m->words.rows[e->row].what, word;
	size_t at = out->n;

	switch (e->field) {
	case FILTER_MINUTES:
		str_fixed(out, e->value, 1);
		str_puts(out, " minutes");
		return;
	case FILTER_PLAYS:
		str_puts(out, "plays: ");
		str_fixed(out, e->value, 0);
		return;
	case FILTER_HAS:
		str_puts(out, "has ");
		str_span(out, rest);
		return;
	case FILTER_LACKS:
		str_puts(out, span_is(rest, "music") ? "no sign of " : "no ");
		str_span(out, rest);
		return;
	case FILTER_SHAPE:
		str_puts(out, "form of the title: ");
		str_span(out, rest);
		return;
	case FILTER_ARTISTS:
		str_fixed(out, 100 * e->value, 0);
		str_puts(out, " % no music, by the artist's others");
		return;
	case FILTER_SOUND:
		str_span(out, rest);
		str_puts(out, " of the sound: ");
		str_fixed(out, e->value, 2);
		return;
	default:
		break;
	}
	str_puts(out, filter_where_name(e->field));
	str_putc(out, ':');
	while (rest.n) {
		const char *q = memchr(rest.p, ' ', rest.n);

		word =
		    (struct span){ rest.p, q ? (size_t)(q - rest.p) : rest.n };
		rest.n -= word.n + (q ? 1 : 0);
		rest.p += word.n + (q ? 1 : 0);
		if (span_is(word, "^") || span_is(word, "$"))
			continue;
		str_putc(out, ' ');
		str_span(out, word);
	}
	if (out->n == at)
		str_putc(out, '-');
}

int musicfilter_reasons(const struct musicfilter *m,
			struct musicfilter_scratch *s,
			const struct music_verdict *v, int most,
			struct str *out)
{
	int n = 0;

	str_putc(out, '[');
	while (n < most) {
		struct evidence *best = NULL;

		for (size_t i = 0; i < s->count; i++) {
			struct evidence *e = &s->found[i];

			if (support(e, v->class) > 0 &&
			    (!best ||
			     support(e, v->class) > support(best, v->class)))
				best = e;
		}
		if (!best)
			break;
		if (n++)
			str_putc(out, ',');
		str_reset(&s->text);
		put_reason(m, best, &s->text);
		json_put_string(out, span_str(&s->text));
		memset(best->weight, 0, sizeof(best->weight)); /* told */
	}
	str_putc(out, ']');
	return n;
}
