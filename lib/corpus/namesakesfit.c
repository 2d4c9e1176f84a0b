/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/namesakes.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "corpus/track.h"
#include "io/atomic.h"
#include "io/json.h"
#include "io/scratch.h"
#include "io/sort.h"
#include "text/utf8.h"

enum { GROUP_MOST = 256, GROUP_BYTES = 16 << 20, LYRICS_SEEN = 200 };

static const char *const members[] = { "genre", "tags", "year", "description",
				       "lyrics" };
enum { GENRE, TAGS, YEAR, DESCRIPTION, LYRICS, MEMBERS };

struct namesakes_fit {
	struct sort *sort;
	const struct versions *versions;
	struct match_name *name;
	struct healed_facts facts;
	struct str id, key, data, text;
	bool any; /* track */
};

struct member { /* of a group */
	double duration;
	struct str data;
};

struct group {
	uint8_t key[8];
	struct member at[GROUP_MOST];
	size_t count, bytes;
	struct str text, a, b;
};

struct namesakes_fit *namesakes_fit_new(const struct versions *v, size_t memory)
{
	struct namesakes_fit *f = mem_zalloc(1, sizeof(*f));

	f->sort = sort_new(memory);
	f->versions = v;
	f->name = match_name_new();
	return f;
}

void namesakes_fit_free(struct namesakes_fit *f)
{
	if (!f)
		return;
	sort_free(f->sort);
	match_name_free(f->name);
	healed_facts_release(&f->facts);
	str_release(&f->id);
	str_release(&f->key);
	str_release(&f->data);
	str_release(&f->text);
	free(f);
}

static void put_member(struct str *out, const char *name, struct span text)
{
	str_printf(out, "%s\"%s\":", out->n > 1 ? "," : "", name);
	json_put_string(out, text);
}

static void put_facts(struct namesakes_fit *f, const struct record *r)
{
	struct str *out = &f->data;

	str_reset(out);
	str_putc(out, '{');
	for (int i = 0; i < MEMBERS; i++) {
		bool there = i == TAGS
				 ? track_tags(r, &f->text, NULL) == TRACK_SOURCE
				 : record_text(r, members[i], &f->text);

		if (there)
			put_member(out, members[i], span_str(&f->text));
	}
	str_puts(out, out->n > 1 ? ",\"duration\":" : "\"duration\":");
	json_put_number(out, f->facts.duration, 3);
	str_putc(out, '}');
}

static void key_of(struct span text, uint8_t key[8])
{
	uint64_t h = hash_u64(text.p, text.n);

	for (int i = 0; i < 8; i++)
		key[i] = (uint8_t)(h >> (56 - 8 * i));
}

int namesakes_fit_each(void *ctx, struct record *r, struct err *err)
{
	struct namesakes_fit *f = ctx;
	struct match_facts m;
	uint8_t key[8];

	healed_facts_read(&f->facts, r);
	m = (struct match_facts){ .title = span_str(&f->facts.title),
				  .artist = span_str(&f->facts.artist) };
	match_read(f->name, f->versions, &m);
	str_reset(&f->text);
	match_key(f->name, &f->text);
	if (!f->text.n || record_id(r, &f->id, err))
		return 0;
	key_of(span_str(&f->text), key);
	str_reset(&f->key);
	str_put(&f->key, key, sizeof(key));
	str_span(&f->key, span_str(&f->id));
	put_facts(f, r);
	f->any = true;
	return sort_put(f->sort, span_str(&f->key), span_str(&f->data), err);
}

/* --- a group --- */

static int by_duration(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->duration != y->duration)
		return x->duration < y->duration ? -1 : 1;
	return span_cmp(span_str(&x->data), span_str(&y->data));
}

static bool text_of(const struct member *m, int which, struct str *out)
{
	str_reset(out);
	return !json_string(json_get(span_str(&m->data), members[which]),
			    out) &&
	       out->n > 0;
}

static void fold(int which, struct span s, struct str *out)
{
	str_reset(out);
	utf8_fold_name(s, out);
	if (which == LYRICS && out->n > LYRICS_SEEN)
		out->n = LYRICS_SEEN;
}

/* g->text: the value that all of [from, to) agree on who have one. */
static bool agreed(struct group *g, size_t from, size_t to, int which)
{
	struct str value = { 0 };
	bool any = false, same = true;

	for (size_t i = from; i < to && same; i++) {
		if (!text_of(&g->at[i], which, &value))
			continue;
		fold(which, span_str(&value), any ? &g->b : &g->a);
		if (any) {
			same = span_eq(span_str(&g->a), span_str(&g->b));
			continue;
		}
		any = true;
		str_reset(&g->text);
		str_span(&g->text, span_str(&value));
	}
	str_release(&value);
	return any && same;
}

static bool has_line(struct span lines, struct span line)
{
	while (lines.n) {
		const char *end = memchr(lines.p, '\n', lines.n);
		size_t n = end ? (size_t)(end - lines.p) : lines.n;

		if (span_eq((struct span){ lines.p, n }, line))
			return true;
		n += end != NULL;
		lines = (struct span){ lines.p + n, lines.n - n };
	}
	return false;
}

/* Appends the tags that all of [from, to) have who have any. */
static bool shared_tags(struct group *g, size_t from, size_t to,
			struct str *out)
{
	struct str first = { 0 }, other = { 0 };
	size_t start = out->n;
	struct span rest;

	while (from < to && !text_of(&g->at[from], TAGS, &first))
		from++;
	rest = span_str(&first);
	while (from < to && rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;
		struct span tag = { rest.p, n };
		bool all = tag.n > 0;

		for (size_t i = from + 1; i < to && all; i++)
			if (text_of(&g->at[i], TAGS, &other)) {
				str_reset(&g->a);
				utf8_fold(span_str(&other), &g->a);
				str_reset(&g->b);
				utf8_fold(tag, &g->b);
				all =
				    has_line(span_str(&g->a), span_str(&g->b));
			}
		if (all) {
			str_putc(out, out->n > start ? ',' : '[');
			json_put_string(out, tag);
		}
		n += end != NULL;
		rest = (struct span){ rest.p + n, rest.n - n };
	}
	str_release(&first);
	str_release(&other);
	if (out->n > start)
		str_putc(out, ']');
	return out->n > start;
}

/* Appends a finding without its last brace; how many know something. */
static uint32_t describe(struct group *g, size_t from, size_t to,
			 struct str *out)
{
	size_t start = out->n;
	uint32_t givers = 0;
	struct str tags = { 0 };
	uint64_t year;

	str_putc(out, '{');
	for (int i = 0; i < MEMBERS; i++) {
		if (i == TAGS ? !shared_tags(g, from, to, &tags)
			      : !agreed(g, from, to, i))
			continue;
		if (i == YEAR && num_u64(span_str(&g->text), &year))
			continue;
		str_printf(out, "%s\"%s\":", out->n > start + 1 ? "," : "",
			   members[i]);
		if (i == TAGS)
			str_span(out, span_str(&tags));
		else if (i == YEAR)
			str_u64(out, year);
		else
			json_put_string(out, span_str(&g->text));
	}
	str_release(&tags);
	if (out->n == start + 1) {
		out->n = start;
		return 0;
	}
	for (size_t i = from; i < to; i++)
		for (int k = 0; k < MEMBERS; k++)
			if (text_of(&g->at[i], k, &g->a)) {
				givers++;
				break;
			}
	return givers;
}

struct writing {
	struct pack_writer *w;
	FILE *rows;
	uint64_t at, count;
	struct str text;
};

static int write_part(struct writing *o, struct group *g, size_t from,
		      size_t to, bool lone, struct err *err)
{
	struct namesakes_row row = {
		.at = o->at,
		.low = (float)g->at[from].duration,
		.high = (float)g->at[to - 1].duration,
		.flags = lone ? NAMESAKES_LONE : 0,
	};

	str_reset(&o->text);
	row.givers = describe(g, from, to, &o->text);
	if (!row.givers)
		return 0;
	for (int i = 0; i < 8; i++)
		row.key = row.key << 8 | g->key[i];
	row.n = (uint32_t)o->text.n;
	o->at += row.n;
	o->count++;
	if (fwrite(&row, sizeof(row), 1, o->rows) != 1)
		return err_errno(err, "cannot write to $TMPDIR");
	return pack_put(o->w, o->text.p, o->text.n, err);
}

static bool parted(double a, double b)
{
	return !(a > 0) ? b > 0 : match_durations(a, b) < NAMESAKES_ALIKE;
}

/* One track has nobody to inherit from. */
static int write_group(struct writing *o, struct group *g, struct err *err)
{
	size_t from = 0, lengths = 0;

	if (g->count < 2)
		return 0;
	qsort(g->at, g->count, sizeof(*g->at), by_duration);
	for (size_t i = 0; i < g->count; i++)
		lengths +=
		    g->at[i].duration > 0 &&
		    (!i || parted(g->at[i - 1].duration, g->at[i].duration));
	for (size_t i = 1; i <= g->count; i++) {
		if (i < g->count &&
		    !parted(g->at[i - 1].duration, g->at[i].duration))
			continue;
		if (write_part(o, g, from, i, lengths < 2, err))
			return -1;
		from = i;
	}
	return 0;
}

static void join(struct group *g, struct span data)
{
	struct member *m = &g->at[g->count];

	if (g->count == GROUP_MOST || g->bytes + data.n > GROUP_BYTES)
		return;
	str_reset(&m->data);
	str_span(&m->data, data);
	m->duration = 0;
	json_number(json_get(data, "duration"), &m->duration);
	g->bytes += data.n;
	g->count++;
}

static void group_free(struct group *g)
{
	for (size_t i = 0; i < GROUP_MOST; i++)
		str_release(&g->at[i].data);
	str_release(&g->text);
	str_release(&g->a);
	str_release(&g->b);
	free(g);
}

static int write_groups(struct namesakes_fit *f, struct writing *o,
			struct err *err)
{
	struct group *g = mem_zalloc(1, sizeof(*g));
	struct span key, data;
	int rc = pack_begin(o->w, "text", err), more = 0;

	while (!rc && f->any &&
	       (more = sort_next(f->sort, &key, &data, err)) > 0) {
		if (g->count && memcmp(g->key, key.p, 8)) {
			rc = write_group(o, g, err);
			g->count = g->bytes = 0;
		}
		memcpy(g->key, key.p, 8);
		join(g, data);
	}
	if (!rc && !more)
		rc = write_group(o, g, err);
	group_free(g);
	return rc || more < 0 ? -1 : 0;
}

static int copy_rows(struct writing *o, struct err *err)
{
	struct namesakes_row row;

	if (pack_begin(o->w, "rows", err))
		return -1;
	if (fflush(o->rows) || fseek(o->rows, 0, SEEK_SET))
		return err_errno(err, "cannot read back from $TMPDIR");
	for (uint64_t i = 0; i < o->count; i++) {
		if (fread(&row, sizeof(row), 1, o->rows) != 1)
			return err_errno(err, "cannot read back from $TMPDIR");
		if (pack_put(o->w, &row, sizeof(row), err))
			return -1;
	}
	return 0;
}

int namesakes_fit_write(struct namesakes_fit *f, const char *path,
			struct err *err)
{
	struct atomic *a = atomic_open(path, err);
	struct writing o = { 0 };
	int rc;

	if (!a)
		return -1;
	o.rows = scratch_open(err);
	if (o.rows)
		o.w = pack_writer_new(atomic_file(a), NAMESAKES_KIND,
				      NAMESAKES_VERSION, err);
	rc = !o.w || write_groups(f, &o, err) || copy_rows(&o, err);
	if (o.w && pack_writer_end(o.w, NULL, rc ? NULL : err))
		rc = -1;
	if (o.rows)
		fclose(o.rows);
	str_release(&o.text);
	if (!rc)
		return atomic_commit(a, err);
	atomic_abort(a);
	return -1;
}
