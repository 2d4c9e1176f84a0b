/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/reportpage.h"

#include <errno.h>
#include <unistd.h>

#include "corpus/moodplotpage.h"
#include "corpus/moodtemplate.h"
#include "io/input.h"

enum { SURVIVAL_MAX = 1 << 28, SURVIVAL_ROWS = 200 };

/* Cells of a table of tabs as rows of JSON strings. */
static void put_table(struct str *out, struct span table)
{
	str_putc(out, '[');
	for (int row = 0; table.n && row < SURVIVAL_ROWS; row++) {
		const char *end = memchr(table.p, '\n', table.n);
		size_t n = end ? (size_t)(end - table.p) : table.n;
		struct span line = { table.p, n };

		str_puts(out, row ? ",\n[" : "[");
		for (bool more = true, first = true; more; first = false) {
			const char *tab = memchr(line.p, '\t', line.n);
			size_t cell = tab ? (size_t)(tab - line.p) : line.n;

			str_puts(out, first ? "" : ",");
			moodtemplate_json(out, (struct span){ line.p, cell });
			more = tab != NULL;
			cell += more;
			line = (struct span){ line.p + cell, line.n - cell };
		}
		str_putc(out, ']');
		n += end != NULL;
		table = (struct span){ table.p + n, table.n - n };
	}
	str_putc(out, ']');
}

static int survival(const char *path, struct str *out, struct err *err)
{
	struct str text = { 0 };
	int rc;

	if (!path || (access(path, F_OK) && errno == ENOENT)) {
		str_puts(out, "[]");
		return 0;
	}
	rc = input_slurp(path, SURVIVAL_MAX, &text, err);
	if (!rc)
		put_table(out, span_str(&text));
	str_release(&text);
	return rc;
}

static int map(const struct reportpage *p, struct str *out, struct err *err)
{
	struct moodplot plot = { 0 };
	int rc = 0;

	for (size_t i = 0; !rc && i < p->moods.count; i++)
		rc = moodplot_add_features(&plot, p->moods.items[i], err);
	moodplot_sort(&plot);
	for (int i = 0; !rc && i < p->record_count; i++)
		rc = moodplot_name(&plot, p->records[i], err);
	for (size_t i = 0; !rc && i < p->vectors.count; i++)
		rc = moodplot_hear(&plot, p->vectors.items[i], err);
	if (!rc)
		rc = moodplotpage(&plot, SPAN("Moods"), REPORTPAGE_TRACKS, out,
				  err);
	moodplot_release(&plot);
	return rc;
}

/* JSON that is safe inside of <script>. */
static void put_safe(struct str *out, struct span json)
{
	for (size_t i = 0; i < json.n; i++) {
		char c = json.p[i];

		if (c == '<' || c == '>' || c == '&')
			str_printf(out, "\\u%04x", (unsigned)c);
		else
			str_putc(out, c);
	}
}

int reportpage(const struct reportpage *p, struct str *out, struct err *err)
{
	struct str json = { 0 }, data = { 0 }, table = { 0 }, page = { 0 },
		   frame = { 0 };
	int rc = survival(p->survival, &table, err);

	overview_json(p->summary, &json);
	put_safe(&data, span_str(&json));
	if (!rc && p->moods.count)
		rc = map(p, &page, err);
	moodtemplate_xml(&frame, span_str(&page));
	if (!rc) {
		const struct moodtemplate_value values[] = {
			{ "data", span_str(&data) },
			{ "survival", span_str(&table) },
			{ "map", span_str(&frame) },
			{ 0 }
		};

		rc = moodtemplate_fill("report.html", NULL, values, out, err);
	}
	str_release(&json);
	str_release(&data);
	str_release(&table);
	str_release(&page);
	str_release(&frame);
	return rc;
}
