/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/slowest.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "io/atomic.h"
#include "io/input.h"
#include "io/json.h"

enum { FILE_MAX = 1 << 22, NAME_MAX_BYTES = 2048 };

struct slowest {
	const char *path, *stage;
	struct slowest_tally before;
	uint64_t hashes[SLOWEST_KEPT]; /* of the names of before */
};

void slowest_release(struct slowest_tally *t)
{
	for (int i = 0; i < SLOWEST_KEPT; i++)
		str_release(&t->items[i].name);
	*t = (struct slowest_tally){ 0 };
}

/* Equal times stand as they came. */
static void insert(struct slowest_tally *t, struct span name, double ms)
{
	struct slowest_item item;
	size_t at = t->count;

	if (at == SLOWEST_KEPT && ms <= t->items[at - 1].ms)
		return;
	at -= at == SLOWEST_KEPT;
	item = t->items[at];
	for (; at && t->items[at - 1].ms < ms; at--)
		t->items[at] = t->items[at - 1];
	item.ms = ms;
	str_reset(&item.name);
	str_put(&item.name, name.p,
		name.n < NAME_MAX_BYTES ? name.n : NAME_MAX_BYTES);
	t->items[at] = item;
	t->count += t->count < SLOWEST_KEPT;
}

static int take_line(struct span line, struct str *stage, struct str *item,
		     double *ms)
{
	const char *why;

	str_reset(stage);
	str_reset(item);
	if (json_type(line) != JSON_OBJECT ||
	    json_skip(line.p, line.p + line.n, &why) != line.p + line.n ||
	    json_string(json_get(line, "stage"), stage) ||
	    json_string(json_get(line, "item"), item) ||
	    json_number(json_get(line, "ms"), ms) || !(*ms >= 0))
		return -1;
	return 0;
}

int slowest_read(const char *path, void *ctx,
		 int (*each)(void *ctx, struct span stage, struct span item,
			     double ms),
		 struct err *err)
{
	struct str text = { 0 }, stage = { 0 }, item = { 0 };
	struct span rest;
	int rc = input_slurp(path, FILE_MAX, &text, err);

	rest = span_str(&text);
	for (size_t n = 1; !rc && rest.n; n++) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t size = end ? (size_t)(end - rest.p) : rest.n;
		double ms = 0;

		if (take_line((struct span){ rest.p, size }, &stage, &item,
			      &ms))
			rc = err_set(err, ERR_DATA, "slowest",
				     "%s:%zu: expected {\"stage\":..., "
				     "\"item\":..., \"ms\":...}: delete the "
				     "file, it is written again",
				     path, n);
		else
			rc = each(ctx, span_str(&stage), span_str(&item), ms);
		size += end != NULL;
		rest = (struct span){ rest.p + size, rest.n - size };
	}
	str_release(&text);
	str_release(&stage);
	str_release(&item);
	return rc;
}

static int take_before(void *ctx, struct span stage, struct span item,
		       double ms)
{
	struct slowest *s = ctx;

	if (span_is(stage, s->stage))
		insert(&s->before, item, ms);
	return 0;
}

struct slowest *slowest_open(const char *stage)
{
	const char *path = getenv("MOODPIPE_SLOWEST");
	struct slowest *s;
	struct err none;

	if (!path || !*path)
		return NULL;
	s = mem_zalloc(1, sizeof(*s));
	s->path = path;
	s->stage = stage;
	if (!access(path, R_OK) && slowest_read(path, s, take_before, &none))
		slowest_release(&s->before);
	for (size_t i = 0; i < s->before.count; i++)
		s->hashes[i] = hash_mix(s->before.items[i].name.p,
					s->before.items[i].name.n);
	return s;
}

void slowest_note(const struct slowest *s, struct slowest_tally *t,
		  struct span name, double seconds)
{
	uint64_t hash;

	if (!s || !name.n)
		return;
	if (s->before.count) {
		hash = hash_mix(name.p, name.n);
		for (size_t i = 0; i < s->before.count; i++)
			t->anew |= (uint64_t)(s->hashes[i] == hash) << i;
	}
	if (seconds >= SLOWEST_LEAST)
		insert(t, name, 1000 * seconds);
}

void slowest_merge(struct slowest_tally *to, const struct slowest_tally *from)
{
	to->anew |= from->anew;
	for (size_t i = 0; i < from->count; i++)
		insert(to, span_str(&from->items[i].name), from->items[i].ms);
}

static void put_lines(const struct slowest *s, const struct slowest_tally *t,
		      FILE *out)
{
	struct str line = { 0 };

	for (size_t i = 0; i < t->count; i++) {
		str_reset(&line);
		str_puts(&line, "{\"stage\":");
		json_put_string(&line, span_of(s->stage));
		str_puts(&line, ",\"item\":");
		json_put_string(&line, span_str(&t->items[i].name));
		str_puts(&line, ",\"ms\":");
		json_put_number(&line, t->items[i].ms, 1);
		str_puts(&line, "}\n");
		fwrite(line.p, 1, line.n, out);
	}
	str_release(&line);
}

static int write_file(const struct slowest *s, const struct slowest_tally *t,
		      struct err *err)
{
	struct slowest_tally all = { 0 };
	struct atomic *a;

	if (atomic_mkdirs(s->path, true, err))
		return -1;
	a = atomic_open(s->path, err);
	if (!a)
		return -1;
	for (size_t i = 0; i < s->before.count; i++)
		if (!(t->anew >> i & 1))
			insert(&all, span_str(&s->before.items[i].name),
			       s->before.items[i].ms);
	slowest_merge(&all, t);
	put_lines(s, &all, atomic_file(a));
	slowest_release(&all);
	return atomic_commit(a, err);
}

void slowest_close(struct slowest *s, const struct slowest_tally *t,
		   const struct options *o)
{
	struct err err;

	if (!s)
		return;
	if ((t->count || t->anew) && write_file(s, t, &err))
		options_fail(o, &err);
	slowest_release(&s->before);
	free(s);
}
