/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "corpus/requestvalues.h"
#include "index/generation.h"
#include "io/json.h"

static void put_name(struct str *out, const char *name)
{
	if (out->p[out->n - 1] != '{')
		str_putc(out, ',');
	str_printf(out, "\"%s\":", name);
}

static void put_text(struct str *out, const char *name, const struct str *text)
{
	if (!text->n)
		return;
	put_name(out, name);
	json_put_string(out, span_str(text));
}

static void put_number(struct str *out, const char *name, double v)
{
	put_name(out, name);
	str_printf(out, "%.9g", v);
}

static void put_lines(struct str *out, const char *name,
		      const struct str *lines)
{
	struct span rest = span_str(lines), line;

	if (!lines->n)
		return;
	put_name(out, name);
	str_putc(out, '[');
	while (request_next(&rest, &line)) {
		json_put_string(out, line);
		if (rest.n)
			str_putc(out, ',');
	}
	str_putc(out, ']');
}

static void put_statuses(struct str *out, unsigned bits)
{
	struct str lines = { 0 };

	for (unsigned i = 0; i < LINK_COUNT; i++)
		if (bits >> i & 1)
			str_printf(&lines, "%s\n", catalogue_link_name(i));
	put_lines(out, "status", &lines);
	str_release(&lines);
}

static void put_member(const struct request *r, const struct request_member *m,
		       struct str *out)
{
	const void *at = (const char *)r + m->at;
	const struct request_range *range = at;

	switch (m->kind) {
	case REQUEST_YEAR:
	case REQUEST_SECONDS:
	case REQUEST_PERCENT:
		if (m->max ? range->has_max : range->has_min)
			put_number(out, m->name,
				   m->max ? range->max : range->min);
		break;
	case REQUEST_STATUSES:
		put_statuses(out, r->statuses);
		break;
	case REQUEST_TEXT:
		put_text(out, m->name, at);
		break;
	case REQUEST_MINUTES:
		if (r->minutes > 0)
			put_number(out, m->name, r->minutes);
		break;
	case REQUEST_MOOD:
		break;
	default:
		put_lines(out, m->name, at);
	}
}

static void put_mood(const struct request *r, struct str *out)
{
	if (!r->has_mood)
		return;
	put_name(out, "mood");
	str_putc(out, '{');
	put_number(out, "valence", (double)r->valence);
	put_number(out, "arousal", (double)r->arousal);
	if (!isnan(r->dominance))
		put_number(out, "dominance", (double)r->dominance);
	str_putc(out, '}');
}

void request_put(const struct request *r, struct str *out)
{
	struct str filters = { 0 };

	str_putc(&filters, '{');
	str_putc(out, '{');
	put_text(out, "query", &r->query);
	put_text(out, "qid", &r->qid);
	if (r->top_k)
		put_number(out, "top_k", r->top_k);
	put_mood(r, out);
	if (r->literal) {
		put_name(out, "literal");
		str_puts(out, "true");
	}
	for (size_t i = 0; i < REQUEST_OPTIONS; i++) {
		const struct request_member *m = &request_members[i];

		put_member(r, m, m->kind < REQUEST_MOOD ? &filters : out);
	}
	if (r->sets) {
		put_name(&filters, "sets");
		str_puts(&filters, "true");
	}
	str_putc(&filters, '}');
	if (filters.n > 2) {
		put_name(out, "filters");
		str_span(out, span_str(&filters));
	}
	str_putc(out, '}');
	str_release(&filters);
}
