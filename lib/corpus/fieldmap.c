/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/fieldmap.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"
#include "corpus/datadir.h"
#include "io/doc.h"
#include "io/json.h"

struct rule {
	struct span theirs, ours; /* theirs.p: the whole option */
	bool met;                 /* a column of that name */
};

struct fieldmap {
	struct doc *members, **maps;
	size_t nmaps;
	struct table known, owned, numbers, tags;
	struct rule *rules;
	size_t nrules, rules_cap;
	/* The last resolve. */
	struct str asked, probe; /* its names, to know it again */
	bool exact, resolved;
	struct fieldmap_column *columns;
	char **made, **keys; /* their names, ours to free */
	size_t count;
	const struct doc *map; /* chosen */
	struct table taken;
};

static struct doc *load(const char *name, struct err *err)
{
	struct str rel = { 0 }, path = { 0 };
	struct doc *d;

	str_printf(&rel, "maps/%s", name);
	d = doc_load(datadir_path(str_z(&rel), &path), err);
	str_release(&rel);
	str_release(&path);
	return d;
}

static void fill(struct table *t, const struct doc *list)
{
	for (size_t i = 0; i < doc_size(list); i++) {
		const char *name = doc_text(doc_at(list, i));
		if (name)
			*table_put(t, span_of(name)) = 1;
	}
}

struct fieldmap *fieldmap_new(struct err *err)
{
	struct fieldmap *m = mem_zalloc(1, sizeof(*m));
	const struct doc *maps;

	m->members = load("members.json", err);
	if (!m->members)
		goto fail;
	fill(&m->known, doc_get(m->members, "known"));
	fill(&m->owned, doc_get(m->members, "owned"));
	fill(&m->numbers, doc_get(m->members, "numbers"));
	fill(&m->tags, doc_get(m->members, "tags"));
	maps = doc_get(m->members, "maps");
	m->maps = mem_zalloc(doc_size(maps) + 1, sizeof(*m->maps));
	for (size_t i = 0; i < doc_size(maps); i++) {
		const char *name = doc_text(doc_at(maps, i));
		if (!name)
			continue;
		m->maps[m->nmaps] = load(name, err);
		if (!m->maps[m->nmaps])
			goto fail;
		m->nmaps++;
	}
	return m;
fail:
	fieldmap_free(m);
	return NULL;
}

static void forget(struct fieldmap *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->made[i]);
	for (size_t i = 0; i < m->count; i++)
		free(m->keys[i]);
	free(m->made);
	free(m->keys);
	free(m->columns);
	table_release(&m->taken);
	m->made = m->keys = NULL;
	m->columns = NULL;
	m->count = 0;
	m->map = NULL;
	m->resolved = false;
}

void fieldmap_free(struct fieldmap *m)
{
	if (!m)
		return;
	forget(m);
	for (size_t i = 0; i < m->nmaps; i++)
		doc_free(m->maps[i]);
	free(m->maps);
	if (m->members)
		doc_free(m->members);
	for (size_t i = 0; i < m->nrules; i++)
		free((char *)m->rules[i].theirs.p);
	free(m->rules);
	table_release(&m->known);
	table_release(&m->owned);
	table_release(&m->numbers);
	table_release(&m->tags);
	str_release(&m->asked);
	str_release(&m->probe);
	free(m);
}

int fieldmap_add(struct fieldmap *m, const char *rule, struct err *err)
{
	const char *eq = strrchr(rule, '=');
	char *copy;
	size_t n;

	if (!eq || eq == rule || !eq[1])
		return err_set(err, ERR_USAGE, "usage",
			       "--map %s: expected "
			       "theirs=ours, e.g. --map name=title",
			       rule);
	if (table_get(&m->owned, span_of(eq + 1)))
		return err_set(err, ERR_USAGE, "usage",
			       "--map %s: \"%s\" "
			       "belongs to a later stage; choose another name",
			       rule, eq + 1);
	for (const char *c = eq + 1; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == '"' || *c == '\\')
			return err_set(err, ERR_USAGE, "usage",
				       "--map %s: a "
				       "member's name holds no quotes, "
				       "backslashes or control characters",
				       rule);
	copy = mem_strdup(rule);
	n = (size_t)(eq - rule);
	MEM_ROOM(m->rules, m->nrules + 1, m->rules_cap);
	m->rules[m->nrules++] =
	    (struct rule){ { copy, n }, span_of(copy + n + 1), false };
	forget(m);
	return 0;
}

/* Lower case, spaces and hyphens as underscores: how a table's header may
 * spell a name of ours. */
static void spelling(struct span name, struct str *out)
{
	str_reset(out);
	name = span_trim(name);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		str_putc(out, c == ' ' || c == '-' ? '_' : c);
	}
}

static bool has(const struct span *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (span_is(names[i], name))
			return true;
	return false;
}

static const struct doc *choose(const struct fieldmap *m,
				const struct span *names, size_t n)
{
	for (size_t i = 0; i < m->nmaps; i++) {
		const struct doc *when = doc_get(m->maps[i], "when");
		size_t met = 0;
		while (met < doc_size(when)) {
			const char *w = doc_text(doc_at(when, met));
			if (!w || !has(names, n, w))
				break;
			met++;
		}
		if (met && met == doc_size(when))
			return m->maps[i];
	}
	return NULL;
}

/* The text that the chosen map's table has for a column, or NULL. */
static const char *lookup(const struct fieldmap *m, const char *table,
			  struct span theirs)
{
	struct str z = { 0 };
	const char *found = NULL;

	if (m->map) {
		str_span(&z, theirs);
		found = doc_text(doc_get(doc_get(m->map, table), str_z(&z)));
	}
	str_release(&z);
	return found;
}

/* Gives column i that name if nobody has it. */
static bool take(struct fieldmap *m, size_t i, struct span name)
{
	uint64_t *place = table_put(&m->taken, name);

	if (*place)
		return false;
	*place = i + 1;
	m->made[i] = mem_dup(name.p, name.n);
	return true;
}

/* The last resort: source_NAME, source_NAME_2 ... tried: name to the last
 * number that was tried, for headers that say one name 100,000 times. */
static void take_prefixed(struct fieldmap *m, size_t i, struct span name,
			  struct table *tried)
{
	uint64_t *k = table_put(tried, name);
	struct str s = { 0 };

	while (!m->made[i]) {
		str_reset(&s);
		str_puts(&s, "source_");
		str_span(&s, name);
		if (++*k > 1)
			str_printf(&s, "_%llu", (unsigned long long)*k);
		take(m, i, span_str(&s));
	}
	str_release(&s);
}

static void assign(struct fieldmap *m, const struct span *names, size_t n,
		   const size_t *repeat)
{
	struct table tried = { 0 };
	struct str s = { 0 };

	for (size_t r = 0; r < m->nrules; r++)
		for (size_t i = 0; i < n; i++) {
			if (!span_eq(names[i], m->rules[r].theirs))
				continue;
			m->rules[r].met = true;
			if (!m->made[i] && !repeat[i] &&
			    take(m, i, m->rules[r].ours))
				break;
		}
	for (size_t i = 0; i < n; i++)
		if (!m->made[i] && !repeat[i] && table_get(&m->known, names[i]))
			take(m, i, names[i]);
	for (size_t i = 0; !m->exact && i < n; i++) {
		if (m->made[i])
			continue;
		spelling(names[i], &s);
		if (table_get(&m->known, span_str(&s)))
			take(m, i, span_str(&s));
	}
	for (size_t i = 0; i < n; i++) {
		const char *ours = lookup(m, "rename", names[i]);
		if (!m->made[i] && !repeat[i] && ours)
			take(m, i, span_of(ours));
	}
	for (int late = 0; late < 2; late++) {
		for (size_t i = 0; i < n; i++) {
			if (m->made[i] || repeat[i])
				continue;
			str_reset(&s);
			str_span(&s, m->exact ? names[i] : span_trim(names[i]));
			if (!s.n && !m->exact)
				str_printf(&s, "column_%zu", i + 1);
			if (late)
				take_prefixed(m, i, span_str(&s), &tried);
			else if (!table_get(&m->owned, span_str(&s)))
				take(m, i, span_str(&s));
		}
	}
	table_release(&tried);
	str_release(&s);
}

static enum fieldmap_role role_of(struct span name)
{
	static const struct {
		const char *name;
		enum fieldmap_role role;
	} roles[] = {
		{ "permalink_url", FIELDMAP_URL },
		{ "artist", FIELDMAP_ARTIST },
		{ "title", FIELDMAP_TITLE },
		{ "year", FIELDMAP_YEAR },
		{ "duration_ms", FIELDMAP_DURATION },
		{ "album", FIELDMAP_ALBUM },
	};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (span_is(name, roles[i].name))
			return roles[i].role;
	return FIELDMAP_NONE;
}

static void describe(struct fieldmap *m, size_t i, struct span theirs)
{
	struct fieldmap_column *c = &m->columns[i];
	const char *convert = lookup(m, "convert", theirs);
	struct str key = { 0 };

	json_put_string(&key, span_of(m->made[i]));
	str_putc(&key, ':');
	m->keys[i] = key.p;
	c->key = span_of(m->keys[i]);
	c->name = span_of(m->made[i]);
	c->renamed = !span_eq(c->name, theirs);
	c->role = role_of(c->name);
	c->kind = FIELDMAP_TEXT;
	if (table_get(&m->numbers, c->name))
		c->kind = FIELDMAP_NUMBER;
	else if (table_get(&m->tags, c->name))
		c->kind = FIELDMAP_TAGS;
	if (convert && !strcmp(convert, "soundcloud-tags"))
		c->kind = FIELDMAP_SOUNDCLOUD_TAGS;
}

/* Of names that an earlier column has, where they are to share its fate, 1 +
 * its number; of others 0. */
static size_t *find_repeats(const struct span *names, size_t n, bool exact)
{
	size_t *repeat = mem_zalloc(n + 1, sizeof(*repeat));
	struct table seen = { 0 };

	for (size_t i = 0; exact && i < n; i++) {
		uint64_t *place = table_put(&seen, names[i]);
		repeat[i] = (size_t)*place;
		if (!*place)
			*place = i + 1;
	}
	table_release(&seen);
	return repeat;
}

const struct fieldmap_column *fieldmap_resolve(struct fieldmap *m,
					       const struct span *names,
					       size_t n, bool exact)
{
	struct str swap;
	size_t *repeat;

	str_reset(&m->probe);
	for (size_t i = 0; i < n; i++) {
		str_put(&m->probe, &names[i].n, sizeof(names[i].n));
		str_span(&m->probe, names[i]);
	}
	if (m->resolved && exact == m->exact && n == m->count &&
	    span_eq(span_str(&m->probe), span_str(&m->asked)))
		return m->columns;
	forget(m);
	swap = m->asked;
	m->asked = m->probe;
	m->probe = swap;
	m->exact = exact;
	m->resolved = true;
	m->count = n;
	m->columns = mem_zalloc(n + 1, sizeof(*m->columns));
	m->made = mem_zalloc(n + 1, sizeof(*m->made));
	m->keys = mem_zalloc(n + 1, sizeof(*m->keys));
	m->map = choose(m, names, n);
	repeat = find_repeats(names, n, exact);
	assign(m, names, n, repeat);
	for (size_t i = 0; i < n; i++) {
		if (repeat[i])
			m->columns[i] = m->columns[repeat[i] - 1];
		else
			describe(m, i, names[i]);
	}
	free(repeat);
	return m->columns;
}

const char *fieldmap_chosen(const struct fieldmap *m)
{
	return m->map ? doc_text(doc_get(m->map, "name")) : NULL;
}

const char *fieldmap_unmet(const struct fieldmap *m, size_t *at,
			   struct span *theirs)
{
	while (*at < m->nrules) {
		const struct rule *r = &m->rules[(*at)++];
		*theirs = r->theirs;
		if (!r->met)
			return r->theirs.p;
	}
	return NULL;
}

/* The next tag of a list, from *at on; false at the end. */
static bool next_tag(const char **at, const char *end, struct span *tag)
{
	const char *p = *at, *start;

	while (p < end && (unsigned char)*p <= ' ')
		p++;
	if (p == end)
		return false;
	if (*p == '"') {
		start = ++p;
		p = memchr(p, '"', (size_t)(end - p));
		tag->n = (size_t)((p ? p : end) - start);
		p = p ? p + 1 : end;
	} else {
		start = p;
		while (p < end && (unsigned char)*p > ' ')
			p++;
		tag->n = (size_t)(p - start);
	}
	tag->p = start;
	*tag = span_trim(*tag);
	*at = p;
	return true;
}

/* Tells whether a tag was there before: of few by looking, of many by table. */
struct tags {
	struct span few[24];
	size_t count;
	struct table many;
};

static bool repeats(struct tags *t, struct span tag)
{
	const size_t room = sizeof(t->few) / sizeof(t->few[0]);
	uint64_t *place;

	for (size_t i = 0; i < t->count; i++)
		if (span_eq(t->few[i], tag))
			return true;
	if (t->count < room) {
		t->few[t->count++] = tag;
		return false;
	}
	place = table_put(&t->many, tag);
	return (*place)++ != 0;
}

size_t fieldmap_split_tags(struct span list, struct str *json)
{
	const char *p = list.p, *end = p + list.n;
	struct tags seen;
	struct span tag;
	size_t tags = 0;

	seen.count = 0;
	seen.many = (struct table){ 0 };
	while (next_tag(&p, end, &tag)) {
		if (!tag.n || repeats(&seen, tag))
			continue;
		str_putc(json, tags++ ? ',' : '[');
		json_put_string(json, tag);
	}
	if (tags)
		str_putc(json, ']');
	table_release(&seen.many);
	return tags;
}
