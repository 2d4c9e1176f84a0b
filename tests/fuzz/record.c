/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a record, and as the text of a member. A record's spans are its
 * own; unchanged it is written byte for byte; a member set is the member read,
 * and once removed leaves the others as they were; a string written is a
 * string, and reads as what was written.
 */
#include <stdlib.h>

#include "corpus/rowfill.h"
#include "io/json.h"
#include "io/record.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool it)
{
	if (!it)
		abort();
}

static bool is_in(struct span part, struct span whole)
{
	return part.p >= whole.p && part.n <= whole.n &&
	       part.p + part.n <= whole.p + whole.n;
}

static void text_goes_round(struct span text)
{
	struct str json = { 0 }, back = { 0 }, clean = { 0 };
	struct span value;
	const char *why;

	json_put_string(&json, text);
	value = span_str(&json);
	require(utf8_valid(value) && !memchr(json.p, '\n', json.n));
	require(json_skip(json.p, json.p + json.n, &why) == json.p + json.n);
	require(!json_string(value, &back));
	if (utf8_valid(text) && (!text.n || !memchr(text.p, 0, text.n)))
		require(span_eq(text, span_str(&back)));
	/* What came out once stays. */
	json_put_string(&clean, span_str(&back));
	str_reset(&json);
	require(!json_string(span_str(&clean), &json));
	require(span_eq(span_str(&json), span_str(&back)));
	str_release(&json);
	str_release(&back);
	str_release(&clean);
}

/* Members less those of that name, one after the other. */
static void list(const struct record *r, const char *but, struct str *out)
{
	str_reset(out);
	for (size_t i = 0; i < r->count; i++) {
		if (json_name_is(r->members[i].name, but))
			continue;
		str_span(out, r->members[i].whole);
		str_putc(out, '\n');
	}
}

static void look(const struct record *r, struct span line)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct record_member *m = &r->members[i];
		struct span element, name;
		size_t pos = 0;

		require(is_in(m->whole, line) && is_in(m->name, m->whole) &&
			is_in(m->value, m->whole) && m->value.n);
		while (json_each(m->value, &pos, &element) == 1)
			require(is_in(element, m->value));
		pos = 0;
		while (json_member(m->value, &pos, &name, &element) == 1)
			require(is_in(element, m->value) &&
				is_in(name, m->value));
		if (json_type(m->value) == JSON_STRING) {
			struct str text = { 0 };
			require(!json_string(m->value, &text));
			require(utf8_valid(span_str(&text)));
			str_release(&text);
		}
	}
}

static void set_and_remove(struct record *r, struct span text)
{
	struct str before = { 0 }, out = { 0 }, after = { 0 }, got = { 0 };
	struct record again = { 0 };

	list(r, "mood", &before);
	record_set_text(r, "mood", text);
	record_set_number(r, "mood2", 0.5, 3);
	record_remove(r, "mood2");
	record_write(r, &out);
	require(out.n && out.p[out.n - 1] == '\n');
	require(!record_parse(&again, (struct span){ out.p, out.n - 1 }, NULL));
	list(&again, "mood", &after);
	if (!record_get(r, "mood2").p && !strstr(str_z(&before), "mood2") &&
	    !r->escapes)
		require(span_eq(span_str(&before), span_str(&after)));
	if (record_text(&again, "mood", &got))
		require(utf8_valid(span_str(&got)));
	str_release(&before);
	str_release(&out);
	str_release(&after);
	str_release(&got);
	record_release(&again);
}

/* A record filled from itself, or from another, is one. */
static void fill(struct span a, struct span b)
{
	struct rowfill f = { 0 };
	struct str record = { 0 };
	struct record r = { 0 };

	str_span(&record, a);
	if (!rowfill_join(&f, &record, b, NULL))
		require(!record_parse(&r, span_str(&record), NULL));
	record_release(&r);
	str_release(&record);
	rowfill_release(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span line = { (const char *)data, size }, rest = { 0 };
	const char *end = memchr(line.p, '\n', size);
	struct record r = { 0 };
	struct str out = { 0 };

	if (!size || size > 1 << 16)
		return 0;
	text_goes_round(line);
	if (end) { /* two lines: one record into another */
		rest =
		    (struct span){ end + 1, size - 1 - (size_t)(end - line.p) };
		line.n = (size_t)(end - line.p);
		fill(line, rest);
	}
	fill(line, line);
	if (!record_parse(&r, line, NULL)) {
		look(&r, line);
		record_write(&r, &out);
		require(out.n == line.n + 1 && !memcmp(out.p, line.p, line.n));
		set_and_remove(&r, rest);
	}
	str_release(&out);
	record_release(&r);
	return 0;
}
