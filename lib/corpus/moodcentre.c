/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodcentre.h"

#include <math.h>

#include "base/num.h"
#include "io/tableline.h"

static const char *const axes[] = { "valence", "arousal" };

void moodcentre_add(struct moodcentre_sums *s, double valence, double arousal)
{
	s->count++;
	s->at[0] += valence;
	s->at[1] += arousal;
}

void moodcentre_fit(const struct moodcentre_sums *s, struct moodcentre *out)
{
	*out = (struct moodcentre){ 0 };
	for (int i = 0; i < 2 && s->count >= MOODCENTRE_LEAST; i++)
		out->at[i] = s->at[i] / (double)s->count;
}

void moodcentre_write(const struct moodcentre *c, uint64_t count,
		      struct str *out)
{
	str_puts(out, "# Where the sound of this corpus has its middle: axis, "
		      "centre. Measured tracks:\n# ");
	str_u64(out, count);
	str_putc(out, '\n');
	for (int i = 0; i < 2; i++) {
		str_printf(out, "%s\t", axes[i]);
		str_fixed(out, c->at[i], 6);
		str_putc(out, '\n');
	}
}

/* "axis\tcentre" */
static int parse_line(struct moodcentre *c, struct span line, unsigned *seen)
{
	const char *tab = memchr(line.p, '\t', line.n);
	struct span name = { line.p, tab ? (size_t)(tab - line.p) : line.n };
	struct span at = { tab ? tab + 1 : NULL, line.n - name.n - !!tab };

	for (int i = 0; i < 2; i++)
		if (span_is(span_trim(name), axes[i])) {
			*seen |= 1u << i;
			return !tab || num_double(span_trim(at), &c->at[i]) ||
				       fabs(c->at[i]) > 1
				   ? -1
				   : 0;
		}
	return -1;
}

int moodcentre_parse(struct moodcentre *c, struct span tsv, const char *name,
		     struct err *err)
{
	struct span line;
	unsigned seen = 0;
	size_t number = 0;

	*c = (struct moodcentre){ 0 };
	while (tableline_next(&tsv, &line, &number))
		if (parse_line(c, line, &seen))
			return err_set(err, ERR_DATA, "table",
				       "%s:%zu: not an axis and its centre in "
				       "[-1, 1]; make it anew with mood-map "
				       "--fit",
				       name, number);
	return seen == 3 ? 0
			 : err_set(err, ERR_DATA, "table",
				   "%s: valence or arousal is missing; make "
				   "it anew with mood-map --fit",
				   name);
}
