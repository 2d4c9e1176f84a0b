/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/asks.h"

#include <math.h>

#include "io/json.h"

void asks_reset(struct asks *a)
{
	a->year = a->duration = (struct request_range){ .has_min = false };
	str_reset(&a->artists);
	str_reset(&a->exclude);
	str_reset(&a->languages);
	str_reset(&a->genres_out);
	str_reset(&a->notes);
	str_reset(&a->warnings);
}

void asks_release(struct asks *a)
{
	str_release(&a->artists);
	str_release(&a->exclude);
	str_release(&a->languages);
	str_release(&a->genres_out);
	str_release(&a->notes);
	str_release(&a->warnings);
}

static bool any_range(const struct request_range *r)
{
	return r->has_min || r->has_max;
}

bool asks_any(const struct asks *a)
{
	return any_range(&a->year) || any_range(&a->duration) || a->artists.n ||
	       a->exclude.n || a->languages.n || a->genres_out.n;
}

void asks_narrow(struct request_range *r, double min, double max)
{
	if (isfinite(min) && (!r->has_min || min > r->min)) {
		r->has_min = true;
		r->min = min;
	}
	if (isfinite(max) && (!r->has_max || max < r->max)) {
		r->has_max = true;
		r->max = max;
	}
}

void asks_widen(struct request_range *r, double min, double max)
{
	if (!any_range(r)) {
		asks_narrow(r, min, max);
		return;
	}
	r->min = r->has_min && min < r->min ? min : r->min;
	r->max = r->has_max && max > r->max ? max : r->max;
}

void asks_note(struct asks *a, struct span words)
{
	if (a->notes.n)
		str_putc(&a->notes, ',');
	str_puts(&a->notes, "{\"words\":");
	json_put_string(&a->notes, words);
}

void asks_noted(struct asks *a)
{
	str_putc(&a->notes, '}');
}

void asks_note_range(struct asks *a, const char *name, double min, double max)
{
	if (isfinite(min)) {
		str_printf(&a->notes, ",\"min_%s\":", name);
		str_fixed(&a->notes, min, 3);
	}
	if (isfinite(max)) {
		str_printf(&a->notes, ",\"max_%s\":", name);
		str_fixed(&a->notes, max, 3);
	}
}

void asks_note_text(struct asks *a, const char *name, struct span value)
{
	str_printf(&a->notes, ",\"%s\":", name);
	json_put_string(&a->notes, value);
}

/* --- merging --- */

static void told(struct request *r, const char *what)
{
	str_printf(&r->warnings,
		   "the filter on %s goes before what the words say of it\n",
		   what);
}

static void merge_range(struct request *r, struct request_range *to,
			const struct request_range *from, const char *what)
{
	if (!any_range(from))
		return;
	if (!any_range(to)) {
		if (from->has_min && from->has_max && from->min > from->max)
			str_printf(&r->warnings,
				   "the words ask for a %s that cannot be: "
				   "taken as words\n",
				   what);
		else
			*to = *from;
		return;
	}
	if (to->has_min != from->has_min || to->has_max != from->has_max ||
	    (to->has_min && (to->min < from->min || to->min > from->min)) ||
	    (to->has_max && (to->max < from->max || to->max > from->max)))
		told(r, what);
}

static void merge_names(struct request *r, struct str *to,
			const struct str *from, const char *what)
{
	if (!from->n)
		return;
	if (!to->n)
		str_span(to, span_str(from));
	else if (!span_eq(span_str(to), span_str(from)))
		told(r, what);
}

void asks_merge(const struct asks *a, struct request *r, struct asks_kept *kept)
{
	*kept = (struct asks_kept){ .year = r->year,
				    .duration = r->duration,
				    .artists = r->artists.n,
				    .exclude = r->exclude.n,
				    .languages = r->languages.n,
				    .genres_out = r->genres_out.n,
				    .warnings = r->warnings.n };
	merge_range(r, &r->year, &a->year, "year");
	merge_range(r, &r->duration, &a->duration, "duration");
	merge_names(r, &r->artists, &a->artists, "artists");
	merge_names(r, &r->languages, &a->languages, "languages");
	str_span(&r->exclude, span_str(&a->exclude));
	str_span(&r->genres_out, span_str(&a->genres_out));
	str_span(&r->warnings, span_str(&a->warnings));
}

void asks_unmerge(struct request *r, const struct asks_kept *kept)
{
	r->year = kept->year;
	r->duration = kept->duration;
	r->artists.n = kept->artists;
	r->exclude.n = kept->exclude;
	r->languages.n = kept->languages;
	r->genres_out.n = kept->genres_out;
	r->warnings.n = kept->warnings;
}
