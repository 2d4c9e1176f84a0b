/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/vocabulary.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/datadir.h"
#include "io/input.h"

enum {
	FILE_MAX = 1 << 20,
	COLUMNS = 4,
	PLURAL_LEAST = 4, /* letters */
	ONE_ERROR = 8,
	TWO_ERRORS = 13,
	KEY_MAX = 63
};

static const char *const kinds[VOCABULARY_KINDS] = {
	"genre",      "mood",  "instrument", "vocal",
	"production", "theme", "era",        "place",
};

const char *vocabulary_kind_name(enum vocabulary_kind k)
{
	return kinds[k];
}

void vocabulary_release(struct vocabulary *v)
{
	str_release(&v->text);
	for (size_t i = 0; i < v->names_count; i++)
		free((char *)(uintptr_t)v->names[i].words.p);
	free(v->tags);
	free(v->names);
	table_release(&v->keys);
	tokens_release(&v->tokens);
	str_release(&v->words);
	str_release(&v->key);
	*v = (struct vocabulary){ 0 };
}

void vocabulary_key(struct span name, struct tokens *tokens, struct str *words,
		    struct str *key)
{
	struct token token;

	if (words)
		str_reset(words);
	if (key)
		str_reset(key);
	tokens_start(tokens, name);
	while (tokens_next(tokens, &token)) {
		if (span_is(token.text, "and"))
			continue;
		if (words && words->n)
			str_putc(words, ' ');
		if (words)
			str_span(words, token.text);
		if (key)
			str_span(key, token.text);
	}
}

/* --- reading --- */

/* The next of the parts of *rest between separators; false: the end. */
static bool part(struct span *rest, char separator, struct span *out)
{
	const char *end;

	if (!rest->p)
		return false;
	end = memchr(rest->p, separator, rest->n);
	*out =
	    (struct span){ rest->p, end ? (size_t)(end - rest->p) : rest->n };
	*rest = end ? (struct span){ end + 1, rest->n - out->n - 1 }
		    : (struct span){ NULL, 0 };
	return true;
}

static int bad(const char *file, size_t line, const char *what,
	       struct span about, struct err *err)
{
	return err_set(err, ERR_DATA, "table", "%s: line %zu: %s: \"%.*s\"",
		       file, line, what, (int)about.n, about.p);
}

static bool columns_of(struct span line, struct span column[COLUMNS])
{
	size_t n = 0;

	while (n < COLUMNS && part(&line, '\t', &column[n]))
		n++;
	return n == COLUMNS && !line.p && column[0].n;
}

static int add_name(struct vocabulary *v, struct span name, size_t tag,
		    const char *file, size_t line, struct err *err)
{
	size_t before = v->keys.count;
	uint64_t *slot;

	vocabulary_key(name, &v->tokens, &v->words, &v->key);
	if (!v->key.n || v->key.n > KEY_MAX)
		return bad(file, line, "no words, or too many", name, err);
	slot = table_put(&v->keys, span_str(&v->key));
	if (v->keys.count == before)
		return *slot == tag
			   ? 0
			   : bad(file, line, "a name twice", name, err);
	*slot = tag;
	MEM_ROOM(v->names, v->names_count + 1, v->names_cap);
	v->names[v->names_count++] = (struct vocabulary_name){
		{ mem_dup(v->words.p, v->words.n), v->words.n }, (uint32_t)tag
	};
	return 0;
}

static int add_tag(struct vocabulary *v, const struct span column[COLUMNS],
		   const char *file, size_t line, struct err *err)
{
	struct vocabulary_tag *t;
	struct span names = column[3], name;
	size_t kind = 0;

	while (kind < VOCABULARY_KINDS && !span_is(column[1], kinds[kind]))
		kind++;
	if (kind == VOCABULARY_KINDS)
		return bad(file, line, "no kind of tag", column[1], err);
	if (v->count == VOCABULARY_TAGS)
		return bad(file, line, "too many tags", column[0], err);
	MEM_ROOM(v->tags, v->count + 1, v->cap);
	t = &v->tags[v->count++];
	*t = (struct vocabulary_tag){ .name = column[0],
				      .kind = (enum vocabulary_kind)kind };
	if (add_name(v, t->name, v->count - 1, file, line, err))
		return -1;
	if (span_is(names, "-"))
		return 0;
	while (part(&names, ',', &name))
		if (add_name(v, name, v->count - 1, file, line, err))
			return -1;
	return 0;
}

static int add_implied(struct vocabulary *v, size_t tag, struct span names,
		       const char *file, size_t line, struct err *err)
{
	struct vocabulary_tag *t = &v->tags[tag];
	struct span name;

	if (span_is(names, "-"))
		return 0;
	while (part(&names, ',', &name)) {
		int id;

		vocabulary_key(name, &v->tokens, NULL, &v->key);
		id = vocabulary_find(v, span_str(&v->key), false);
		if (id < 0 || (size_t)id == tag)
			return bad(file, line, "implies what is no other tag",
				   name, err);
		if (t->implied_count == VOCABULARY_IMPLIED)
			return bad(file, line, "implies too much", name, err);
		t->implied[t->implied_count++] = (uint32_t)id;
	}
	return 0;
}

int vocabulary_parse(struct vocabulary *v, struct span tsv, const char *file,
		     struct err *err)
{
	*v = (struct vocabulary){ 0 };
	str_span(&v->text, tsv);
	for (int pass = 0; pass < 2; pass++) {
		struct span rest = span_str(&v->text), line, column[COLUMNS];
		size_t number = 0, tag = 0;
		int rc = 0;

		while (!rc && part(&rest, '\n', &line)) {
			number++;
			if (!line.n || line.p[0] == '#')
				continue;
			if (!columns_of(line, column))
				rc = bad(file, number,
					 "expected tag, kind, implied and "
					 "other names between tabs",
					 line, err);
			else if (pass)
				rc = add_implied(v, tag++, column[2], file,
						 number, err);
			else
				rc = add_tag(v, column, file, number, err);
		}
		if (rc) {
			vocabulary_release(v);
			return -1;
		}
	}
	return 0;
}

int vocabulary_read(struct vocabulary *v, struct err *err)
{
	struct str path = { 0 }, text = { 0 };
	int rc =
	    input_slurp(datadir_path("tags.tsv", &path), FILE_MAX, &text, err);

	*v = (struct vocabulary){ 0 };
	if (!rc)
		rc = vocabulary_parse(v, span_str(&text), str_z(&path), err);
	str_release(&path);
	str_release(&text);
	return rc;
}

/* --- looking up --- */

/* Optimal string alignment: a swap of neighbours is one error. */
static size_t errors(struct span a, struct span b)
{
	size_t row[3][KEY_MAX + 2];
	size_t *before = row[0], *last = row[1], *now = row[2];

	for (size_t k = 0; k <= b.n; k++)
		last[k] = k;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *free_row = before;

		now[0] = i;
		for (size_t k = 1; k <= b.n; k++) {
			size_t d = last[k - 1] + (a.p[i - 1] != b.p[k - 1]);

			d = last[k] + 1 < d ? last[k] + 1 : d;
			d = now[k - 1] + 1 < d ? now[k - 1] + 1 : d;
			if (i > 1 && k > 1 && a.p[i - 1] == b.p[k - 2] &&
			    a.p[i - 2] == b.p[k - 1] && before[k - 2] + 1 < d)
				d = before[k - 2] + 1;
			now[k] = d;
		}
		before = last;
		last = now;
		now = free_row;
	}
	return last[b.n];
}

/* One of the two is the other's plural. */
static bool plural(struct span a, struct span b)
{
	if (a.n > b.n)
		return plural(b, a);
	return a.n >= PLURAL_LEAST && b.n == a.n + 1 && b.p[a.n] == 's' &&
	       !memcmp(a.p, b.p, a.n);
}

static size_t allowed(size_t letters)
{
	return letters >= TWO_ERRORS ? 2 : letters >= ONE_ERROR ? 1 : 0;
}

int vocabulary_find(const struct vocabulary *v, struct span key, bool near)
{
	const uint64_t *exact = table_get(&v->keys, key);
	size_t best = 3;
	int found = -1;

	if (exact)
		return (int)*exact;
	if (!near || key.n < PLURAL_LEAST || key.n > KEY_MAX)
		return -1;
	for (size_t i = 0; i < v->keys.count; i++) {
		struct span k = v->keys.entries[i].key;
		size_t apart = k.n > key.n ? k.n - key.n : key.n - k.n, d, n;

		if (k.p[0] != key.p[0] || apart > 2)
			continue;
		if (plural(k, key))
			return (int)v->keys.entries[i].value;
		d = allowed(k.n < key.n ? k.n : key.n);
		if (!d || apart > d || apart >= best)
			continue;
		n = errors(k, key);
		if (n <= d && n < best) {
			best = n;
			found = (int)v->keys.entries[i].value;
		}
	}
	return found;
}
