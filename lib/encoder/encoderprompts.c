/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model wants before its texts: its own prompts, or those that are known
 * of its name, data/encoders.tsv. */
#include <stdlib.h>

#include "base/mem.h"
#include "encoder/encoderfolderparts.h"
#include "io/datapath.h"
#include "io/input.h"
#include "io/json.h"
#include "io/tableline.h"

#define TABLE_MAX ((size_t)1 << 20)
#define CELLS 5 /* name, query, passage, pooling, normalised */

struct known {
	struct span name, query, passage, pooling, normalised;
};

/* Whether name has the pattern, in which * stands for any letters; ASCII case
 * does not count. */
static bool matches(struct span pattern, struct span name)
{
	size_t i = 0, k = 0, star = SIZE_MAX, from = 0;

	while (k < name.n) {
		struct span a = { pattern.p + i, i < pattern.n };
		struct span b = { name.p + k, 1 };

		if (a.n && *a.p == '*') {
			star = i++;
			from = k;
		} else if (a.n && span_ieq(a, (char[]){ *b.p, '\0' })) {
			i++;
			k++;
		} else if (star != SIZE_MAX) {
			i = star + 1;
			k = ++from;
		} else {
			return false;
		}
	}
	while (i < pattern.n && pattern.p[i] == '*')
		i++;
	return i == pattern.n;
}

/* Behind the last slash. */
static struct span last_name(const char *path)
{
	struct span all = span_of(path ? path : "");
	size_t n;

	while (all.n && all.p[all.n - 1] == '/')
		all.n--;
	for (n = all.n; n && all.p[n - 1] != '/';)
		n--;
	return (struct span){ all.p + n, all.n - n };
}

/* .../models--ORG--NAME/snapshots/REVISION, as the hub's cache keeps it. */
static bool name_of_cache(struct span path, struct str *out)
{
	static const char start[] = "/models--", end[] = "/snapshots/";
	const char *from = NULL, *to;

	for (size_t i = 0; i + sizeof(start) <= path.n; i++)
		if (!memcmp(path.p + i, start, sizeof(start) - 1))
			from = path.p + i + sizeof(start) - 1;
	to = from ? strstr(from, end) : NULL;
	if (!to)
		return false;
	for (; from < to; from++)
		if (to - from > 2 && from[0] == '-' && from[1] == '-') {
			str_putc(out, '/');
			from++;
		} else {
			str_putc(out, *from);
		}
	return out->n > 0;
}

static void find_name(struct encoderfolder *f)
{
	char *whole = realpath(f->path, NULL);
	struct str name = { 0 };

	if (!name_of_cache(span_of(f->path), &name) &&
	    !(whole && name_of_cache(span_of(whole), &name)))
		str_span(&name, last_name(whole ? whole : f->path));
	f->name = mem_dup(name.p ? name.p : "", name.n);
	free(whole);
	str_release(&name);
}

static bool find_known(struct span table, const char *name, struct known *k)
{
	struct span line, cells[CELLS];
	size_t number = 0;

	while (tableline_next(&table, &line, &number))
		if (tableline_cells(line, cells, CELLS) == CELLS &&
		    matches(cells[0], last_name(name))) {
			*k = (struct known){ cells[0], cells[1], cells[2],
					     cells[3], cells[4] };
			return true;
		}
	return false;
}

static void take_prefix(char **to, struct span quoted)
{
	struct str s = { 0 };

	if (*to || json_string(quoted, &s) || !s.n) {
		str_release(&s);
		return;
	}
	*to = s.p;
}

static int take_known(struct encoderfolder *f, const struct known *k,
		      bool pooling, bool prefixes, const char *path,
		      struct err *err)
{
	bool cls = span_is(k->pooling, "cls");

	if ((!cls && !span_is(k->pooling, "mean")) ||
	    (!span_is(k->normalised, "yes") && !span_is(k->normalised, "no")))
		return err_set(err, ERR_DATA, "table",
			       "%s: %.*s: expected pooling cls or mean, and "
			       "normalised yes or no",
			       path, (int)k->name.n, k->name.p);
	f->known = mem_dup(k->name.p, k->name.n);
	if (pooling) {
		f->pooling = cls ? POOLING_CLS : POOLING_MEAN;
		f->normalise = span_is(k->normalised, "yes");
	}
	if (prefixes) {
		take_prefix(&f->query_prefix, k->query);
		take_prefix(&f->passage_prefix, k->passage);
	}
	return 0;
}

static int look_up(struct encoderfolder *f, bool pooling, bool prefixes,
		   struct err *err)
{
	struct str path = { 0 }, text = { 0 };
	struct known k;
	int rc =
	    input_slurp(datapath("encoders.tsv", &path), TABLE_MAX, &text, err);

	if (!rc && (find_known(span_str(&text), f->name, &k) ||
		    (f->base && find_known(span_str(&text), f->base, &k))))
		rc = take_known(f, &k, pooling, prefixes, path.p, err);
	str_release(&path);
	str_release(&text);
	return rc;
}

/* A prompt of one of these names, else the default one. */
static void take_prompt(const struct settings *s, const char *const *names,
			struct span usual, char **to)
{
	struct settings prompts = { settings_member(s, "prompts"), s->path,
				    s->err };
	struct span v = { NULL, 0 };

	for (; *names && !v.p; names++)
		v = settings_member(&prompts, *names);
	take_prefix(to, v.p ? v : usual);
}

static int read_prompts(struct encoderfolder *f, struct err *err)
{
	static const char *const query[] = { "query", "s2p_query",
					     "retrieval.query", NULL };
	static const char *const passage[] = { "passage", "document", "corpus",
					       "retrieval.passage", NULL };
	struct str text = { 0 }, name = { 0 };
	struct span usual = { NULL, 0 };
	struct settings s;
	int rc;

	rc = encoderfolder_settings(f, "config_sentence_transformers.json", &s,
				    &text, err);
	if (!rc)
		rc = settings_text(&s, "default_prompt_name", &name);
	if (!rc) {
		struct settings prompts = { settings_member(&s, "prompts"),
					    s.path, s.err };

		if (name.n) {
			usual = settings_member(&prompts, name.p);
			if (!usual.p)
				rc = settings_bad(&s, "default_prompt_name",
						  "a name among \"prompts\"");
		}
		take_prompt(&s, query, usual, &f->query_prefix);
		take_prompt(&s, passage, usual, &f->passage_prefix);
	}
	str_release(&text);
	str_release(&name);
	return rc < 0 ? -1 : 0;
}

int encoderfolder_prompts(struct encoderfolder *f, struct err *err)
{
	bool modules = f->pooling != 0;

	find_name(f);
	if (read_prompts(f, err))
		return -1;
	if (!modules) {
		f->pooling = POOLING_MEAN;
		f->normalise = true;
	}
	if (look_up(f, !modules, !f->query_prefix && !f->passage_prefix, err))
		return -1;
	if (!f->query_prefix)
		f->query_prefix = mem_strdup("");
	if (!f->passage_prefix)
		f->passage_prefix = mem_strdup("");
	return 0;
}
