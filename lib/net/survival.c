/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/survival.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "text/url.h"

/* The kinds of groups, in the order of the table; a group's key begins with
 * its letter. */
static const struct {
	char letter;
	const char *name;
	bool by_size;
} kinds[] = {
	{ 'a', "all", false },
	{ 'h', "host", true },
	{ 'r', "reason", true },
	{ 'y', "year", false },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

struct survival_row {
	uint64_t by[VERDICTS];
};

void survival_release(struct survival *s)
{
	table_release(&s->groups);
	free(s->rows);
	str_release(&s->key);
	str_release(&s->text);
	*s = (struct survival){ 0 };
}

static struct survival_row *row(struct survival *s, struct span key)
{
	uint64_t *place = table_put(&s->groups, key);

	if (!*place) {
		*place = s->groups.count;
		MEM_ROOM(s->rows, s->groups.count, s->cap);
		s->rows[*place - 1] = (struct survival_row){ 0 };
	}
	return &s->rows[*place - 1];
}

static void add(struct survival *s, char letter, struct span name,
		enum verdict v)
{
	str_reset(&s->key);
	str_putc(&s->key, letter);
	str_span(&s->key, name);
	row(s, span_str(&s->key))->by[v]++;
}

static enum verdict verdict_of_record(const struct record *r, struct str *text)
{
	if (record_text(r, "url_status", text))
		for (int v = 0; v < VERDICTS; v++)
			if (span_is(span_str(text), verdict_name(v)))
				return (enum verdict)v;
	return VERDICT_UNKNOWN;
}

static struct span year_of(const struct record *r, struct str *text)
{
	int64_t days;

	if (!record_text(r, "created_at", text) ||
	    num_date(span_str(text), &days))
		return SPAN("-");
	return (struct span){ text->p, 4 };
}

void survival_count(struct survival *s, const struct record *r)
{
	enum verdict v = verdict_of_record(r, &s->text);
	struct str host = { 0 };

	add(s, 'a', SPAN("-"), v);
	if (!record_text(r, "permalink_url", &s->text) ||
	    url_host(span_str(&s->text), &host))
		add(s, 'h', SPAN("-"), v);
	else
		add(s, 'h', span_str(&host), v);
	str_release(&host);
	add(s, 'y', year_of(r, &s->text), v);
	if (record_text(r, "url_reason", &s->text))
		add(s, 'r', span_str(&s->text), v);
}

void survival_merge(struct survival *s, const struct survival *part)
{
	for (size_t i = 0; i < part->groups.count; i++) {
		struct survival_row *mine = row(s, part->groups.entries[i].key);

		for (int v = 0; v < VERDICTS; v++)
			mine->by[v] += part->rows[i].by[v];
	}
}

static uint64_t total(const struct survival_row *r)
{
	uint64_t n = 0;

	for (int v = 0; v < VERDICTS; v++)
		n += r->by[v];
	return n;
}

struct line {
	struct span key;
	const struct survival_row *row;
	int kind;
};

static int order(const void *x, const void *y)
{
	const struct line *a = x, *b = y;
	uint64_t m = total(a->row), n = total(b->row);

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (kinds[a->kind].by_size && m != n)
		return m > n ? -1 : 1;
	return span_cmp(a->key, b->key);
}

static void write_line(const struct line *l, struct str *out)
{
	const uint64_t *by = l->row->by;
	uint64_t alive =
	    by[VERDICT_VALID] + by[VERDICT_MOVED] + by[VERDICT_REQUIRES_AUTH];
	uint64_t known = alive + by[VERDICT_DEAD];

	str_printf(out, "%s\t", kinds[l->kind].name);
	for (size_t i = 1; i < l->key.n; i++) /* a reason may be anybody's */
		str_putc(out,
			 (unsigned char)l->key.p[i] < ' ' ? ' ' : l->key.p[i]);
	str_printf(out, "\t%llu", (unsigned long long)total(l->row));
	for (int v = 0; v < VERDICTS; v++)
		str_printf(out, "\t%llu", (unsigned long long)by[v]);
	str_putc(out, '\t');
	if (known)
		str_fixed(out, (double)alive / (double)known, 4);
	else
		str_putc(out, '-');
	str_putc(out, '\n');
}

void survival_write(struct survival *s, struct str *out)
{
	size_t n = s->groups.count;
	struct line *lines = mem_zalloc(n + 1, sizeof(*lines));

	for (size_t i = 0; i < n; i++) {
		struct line *l = &lines[i];

		l->key = s->groups.entries[i].key;
		l->row = &s->rows[i];
		while (kinds[l->kind].letter != l->key.p[0])
			l->kind++;
	}
	qsort(lines, n, sizeof(*lines), order);
	str_puts(out, "by\tkey\tlinks");
	for (int v = 0; v < VERDICTS; v++)
		str_printf(out, "\t%s", verdict_name((enum verdict)v));
	str_puts(out, "\tsurvival\n");
	for (size_t i = 0; i < n; i++)
		write_line(&lines[i], out);
	free(lines);
}
