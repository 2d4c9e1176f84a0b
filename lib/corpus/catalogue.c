/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/catalogue.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/jsonpath.h"

static const char *const field_names[CATALOGUE_FIELDS] = {
	"title", "artist", "album", "version", "duration",
	"genre", "tags",   "year",  "license", "lyrics",
};

/* --- reading the description --- */

struct place { /* for messages */
	const char *path;
	const char *inside; /* "" or "then." */
};

static int bad(const struct place *p, const char *member, const char *expected,
	       struct err *err)
{
	return err_set(err, ERR_DATA, "source", "%s: \"%s%s\": expected %s",
		       p->path, p->inside, member, expected);
}

static int text_of(const struct doc *d, const char *member, bool needed,
		   const struct place *p, const char **out, struct err *err)
{
	const struct doc *value = doc_get(d, member);

	*out = value ? doc_text(value) : NULL;
	if (needed ? !*out : value && !*out)
		return bad(p, member, "a string", err);
	return 0;
}

static int number_of(const struct doc *d, const char *member, double lo,
		     double hi, const struct place *p, double *out,
		     struct err *err)
{
	const struct doc *value = doc_get(d, member);
	char expected[64];

	if (!value)
		return 0;
	if (doc_number(value, out) && *out >= lo && *out <= hi)
		return 0;
	snprintf(expected, sizeof(expected), "a number from %g to %g", lo, hi);
	return bad(p, member, expected, err);
}

/* A path may begin with "^": of the candidate before. */
static bool valid_path(const struct doc *d)
{
	const char *path = d ? doc_text(d) : NULL;

	return path && jsonpath_valid(*path == '^' ? path + 1 : path);
}

static bool valid_paths(const struct doc *d)
{
	if (doc_text(d))
		return valid_path(d);
	for (size_t i = 0; i < doc_size(d); i++)
		if (!valid_path(doc_at(d, i)))
			return false;
	return doc_size(d) > 0;
}

/* Brackets and braces in pairs, each brace with a name. */
static bool valid_template(const char *t)
{
	bool open = false;

	for (; *t; t++) {
		if (*t == '[' || *t == ']') {
			if (open == (*t == '['))
				return false;
			open = !open;
		} else if (*t == '{') {
			size_t n = strcspn(t + 1, "{}[]");

			if (!n || n > 100 || t[n + 1] != '}')
				return false;
			t += n + 1;
		} else if (*t == '}' || (unsigned char)*t <= ' ') {
			return false;
		}
	}
	return !open;
}

static int read_unit(const struct doc *d, const struct place *p, double *unit,
		     struct err *err)
{
	const char *text;

	*unit = 1;
	if (text_of(d, "unit", false, p, &text, err))
		return -1;
	if (!text || !strcmp(text, "s"))
		return 0;
	if (strcmp(text, "ms"))
		return bad(p, "unit", "\"s\" or \"ms\"", err);
	*unit = 0.001;
	return 0;
}

static int read_step(struct catalogue_step *s, const struct doc *d,
		     const struct place *p, struct err *err)
{
	if (text_of(d, "url", true, p, &s->url, err) ||
	    text_of(d, "list", false, p, &s->list, err) ||
	    text_of(d, "link", false, p, &s->link, err) ||
	    read_unit(d, p, &s->unit, err))
		return -1;
	if ((strncmp(s->url, "http://", 7) && strncmp(s->url, "https://", 8)) ||
	    !valid_template(s->url))
		return bad(p, "url",
			   "an http(s) URL with {names} and [optional parts], "
			   "everything else percent-encoded",
			   err);
	if (s->list && !jsonpath_valid(s->list))
		return bad(p, "list", "a path such as \"response.docs\"", err);
	if (s->link && !valid_template(s->link))
		return bad(p, "link", "a template with {paths}", err);
	for (int i = 0; i < CATALOGUE_FIELDS; i++) {
		s->fields[i] = doc_get(d, field_names[i]);
		if (s->fields[i] && !valid_paths(s->fields[i]))
			return bad(p, field_names[i], "a path, or several",
				   err);
	}
	s->require = doc_get(d, "require");
	return s->fields[CATALOGUE_TITLE] ? 0 : bad(p, "title", "a path", err);
}

static int read_rule(struct match_rule *r, const struct doc *d,
		     const struct place *p, struct err *err)
{
	struct place in = { p->path, "match." };

	*r = (struct match_rule)MATCH_RULE;
	if (!d)
		return 0;
	if (number_of(d, "title", 0, 100, &in, &r->title, err) ||
	    number_of(d, "artist", 0, 100, &in, &r->artist, err) ||
	    number_of(d, "duration", 0, 100, &in, &r->duration, err) ||
	    number_of(d, "threshold", 0, 1, &in, &r->threshold, err))
		return -1;
	return r->title + r->artist + r->duration > 0
		   ? 0
		   : bad(&in, "title", "weights above 0", err);
}

static int read_kind(struct catalogue *c, const struct place *p,
		     struct err *err)
{
	static const char *const kinds[] = { "link", "metadata", "lyrics" };
	const char *kind;

	if (text_of(c->doc, "kind", true, p, &kind, err))
		return -1;
	for (int i = 0; i < 3; i++)
		if (!strcmp(kind, kinds[i])) {
			c->kind = (enum catalogue_kind)i;
			return 0;
		}
	return bad(p, "kind", "link, metadata or lyrics", err);
}

static int read_name(struct catalogue *c, const struct place *p,
		     struct err *err)
{
	const char *name;
	size_t n;

	if (text_of(c->doc, "name", true, p, &name, err))
		return -1;
	n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
	if (!n || name[n] || n >= CATALOGUE_NAME)
		return bad(p, "name", "lower-case letters, digits and hyphens",
			   err);
	memcpy(c->name, name, n + 1);
	return 0;
}

static int read_catalogue(struct catalogue *c, const char *path,
			  struct err *err)
{
	struct place p = { path, "" }, then = { path, "then." };
	double days = 90, followed = 2, limit = 4 << 20;
	const struct doc *second;

	*c = (struct catalogue){ .rate = 1, .order = 50, .nsteps = 1 };
	c->doc = doc_load(path, err);
	if (!c->doc)
		return -1;
	if (read_name(c, &p, err) || read_kind(c, &p, err) ||
	    number_of(c->doc, "order", 0, 1000, &p, &c->order, err) ||
	    number_of(c->doc, "rate", 0.001, 100, &p, &c->rate, err) ||
	    number_of(c->doc, "days", 1, 3650, &p, &days, err) ||
	    number_of(c->doc, "limit", 1024, 64 << 20, &p, &limit, err) ||
	    text_of(c->doc, "agent", false, &p, &c->agent, err) ||
	    read_rule(&c->rule, doc_get(c->doc, "match"), &p, err) ||
	    read_step(&c->steps[0], c->doc, &p, err))
		return -1;
	second = doc_get(c->doc, "then");
	if (second) {
		c->nsteps = 2;
		if (read_step(&c->steps[1], second, &then, err) ||
		    number_of(second, "followed", 1, CATALOGUE_FOLLOWED, &then,
			      &followed, err))
			return -1;
	}
	c->days = (int)days;
	c->followed = (int)followed;
	c->limit = (size_t)limit;
	if (c->kind == CATALOGUE_LINK && !c->steps[c->nsteps - 1].link)
		return bad(second ? &then : &p, "link",
			   "a template: this is a source of links", err);
	return 0;
}

static int by_order(const void *a, const void *b)
{
	const struct catalogue *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int add_file(struct catalogues *c, const char *folder, const char *name,
		    struct err *err)
{
	struct catalogue *to = &c->at[c->count];
	struct str path = { 0 };
	int rc;

	if (c->count == CATALOGUES)
		return err_set(err, ERR_DATA, "source",
			       "%s: more than %d sources", folder, CATALOGUES);
	str_printf(&path, "%s/%s", folder, name);
	c->count++;
	rc = read_catalogue(to, str_z(&path), err);
	for (int i = 0; !rc && i + 1 < c->count; i++)
		if (!strcmp(c->at[i].name, to->name))
			rc = err_set(err, ERR_DATA, "source",
				     "%s: another source is named \"%s\", too",
				     str_z(&path), to->name);
	str_release(&path);
	return rc;
}

int catalogues_load(struct catalogues *c, const char *folder, struct err *err)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	int rc = 0;

	c->count = 0;
	if (!dir)
		return err_errno(err, "cannot read the sources in %s", folder);
	while (!rc && (e = readdir(dir))) {
		size_t n = strlen(e->d_name);

		if (e->d_name[0] != '.' && n > 5 &&
		    !strcmp(e->d_name + n - 5, ".json"))
			rc = add_file(c, folder, e->d_name, err);
	}
	closedir(dir);
	if (rc) {
		catalogues_release(c);
		return -1;
	}
	qsort(c->at, (size_t)c->count, sizeof(*c->at), by_order);
	return 0;
}

void catalogues_release(struct catalogues *c)
{
	for (int i = 0; i < c->count; i++)
		doc_free(c->at[i].doc);
	c->count = 0;
}

const struct catalogue *catalogues_find(const struct catalogues *c,
					struct span name)
{
	for (int i = 0; i < c->count; i++)
		if (span_is(name, c->at[i].name))
			return &c->at[i];
	return NULL;
}
