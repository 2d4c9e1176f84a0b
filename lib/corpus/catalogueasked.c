/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The half of catalogue.h that fills templates. */
#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "corpus/catalogue.h"
#include "io/json.h"
#include "io/jsonpath.h"
#include "text/tokens.h"
#include "text/url.h"

enum how { HOW_PERCENT, HOW_PATH, HOW_LUCENE, HOW_WORDS, HOW_RAW };

struct filling {
	const struct catalogue_question *q; /* NULL: values are of `value` */
	struct span value, parent;
	const struct catalogue_keys *keys;
	struct str text, escaped;
};

static void percent(struct span s, bool slashes, struct str *out)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c && (strchr(plain, c) || (c == '/' && slashes)))
			str_putc(out, (char)c);
		else
			str_printf(out, "%%%02X", c);
	}
}

/* What Lucene's query parser takes for syntax gets a backslash. */
static void lucene(struct span s, struct str *out)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] && strchr("+-&|!(){}[]^\"~*?:\\/", s.p[i]))
			str_putc(out, '\\');
		str_putc(out, s.p[i]);
	}
}

/* Folded words: no operator (AND, OR, NOT) is left, no syntax. */
static void words(struct span s, struct str *out)
{
	struct tokens t = { 0 };
	struct token k;
	size_t before = out->n;

	tokens_start(&t, s);
	while (tokens_next(&t, &k)) {
		if (out->n > before)
			str_putc(out, ' ');
		str_span(out, k.text);
	}
	tokens_release(&t);
}

static const char *key_of(const struct catalogue_keys *k, struct span name)
{
	char z[128];

	for (size_t i = 0; i < k->count; i++) {
		const char *item = k->items[i];

		if (!strncmp(item, name.p, name.n) && item[name.n] == '=')
			return item + name.n + 1;
	}
	if (name.n >= sizeof(z))
		return NULL;
	memcpy(z, name.p, name.n);
	z[name.n] = '\0';
	return getenv(z);
}

/* Replaces f->text with the value of a name. */
static void value_of(struct filling *f, struct span name)
{
	char path[128];
	struct span in = f->value;

	str_reset(&f->text);
	if (name.n > 4 && !memcmp(name.p, "key.", 4)) {
		const char *z =
		    key_of(f->keys, (struct span){ name.p + 4, name.n - 4 });

		str_puts(&f->text, z ? z : "");
		return;
	}
	if (name.n && *name.p == '^') {
		in = f->parent;
		name.p++;
		name.n--;
	} else if (f->q) {
		if (span_is(name, "title"))
			str_span(&f->text, f->q->title);
		else if (span_is(name, "artist"))
			str_span(&f->text, f->q->artist);
		else if (span_is(name, "album"))
			str_span(&f->text, f->q->album);
		else if (span_is(name, "duration") && f->q->duration > 0)
			str_fixed(&f->text, round(f->q->duration), 0);
		return;
	}
	if (name.n >= sizeof(path))
		return;
	memcpy(path, name.p, name.n);
	path[name.n] = '\0';
	jsonpath_text(in, path, " ", &f->text);
}

static enum how how_of(struct span *name)
{
	static const char *const names[] = { ":percent", ":path", ":lucene",
					     ":words", ":raw" };

	for (int i = 0; i < 5; i++) {
		size_t n = strlen(names[i]);

		if (name->n > n &&
		    !memcmp(name->p + name->n - n, names[i], n)) {
			name->n -= n;
			return (enum how)i;
		}
	}
	return HOW_PERCENT;
}

/* Appends what {name} stands for; false where that is nothing. */
static bool put_value(struct filling *f, struct span name, struct str *out)
{
	enum how how = how_of(&name);

	value_of(f, name);
	str_reset(&f->escaped);
	if (how == HOW_WORDS)
		words(span_str(&f->text), &f->escaped);
	else if (how == HOW_LUCENE)
		lucene(span_str(&f->text), &f->escaped);
	else
		str_span(&f->escaped, span_str(&f->text));
	if (!f->escaped.n)
		return false;
	if (how == HOW_RAW)
		str_span(out, span_str(&f->escaped));
	else
		percent(span_str(&f->escaped), how == HOW_PATH, out);
	return true;
}

/* Replaces *out; false where a value is missing outside of [ ]. */
static bool fill(const char *t, struct filling *f, struct str *out)
{
	size_t part = 0;
	bool optional = false, lacks = false;

	str_reset(out);
	for (; *t; t++) {
		if (*t == '[') {
			optional = true;
			lacks = false;
			part = out->n;
		} else if (*t == ']') {
			if (lacks)
				out->n = part;
			optional = false;
		} else if (*t == '{') {
			size_t n = strcspn(t + 1, "}");

			if (!put_value(f, (struct span){ t + 1, n }, out)) {
				lacks = true;
				if (!optional)
					return false;
			}
			t += n + 1;
		} else {
			str_putc(out, *t);
		}
	}
	return true;
}

static void filling_release(struct filling *f)
{
	str_release(&f->text);
	str_release(&f->escaped);
}

bool catalogue_url(const struct catalogue *c, int step,
		   const struct catalogue_question *q, struct span parent,
		   const struct catalogue_keys *k, struct str *out)
{
	struct filling f = { .q = step ? NULL : q,
			     .value = parent,
			     .parent = parent,
			     .keys = k };
	struct str url = { 0 };
	bool done = fill(c->steps[step].url, &f, &url) &&
		    !url_clean(span_str(&url), out);

	filling_release(&f);
	str_release(&url);
	return done;
}

/* Keys the template t names. */
static bool has_keys(const char *t, const struct catalogue_keys *k,
		     struct str *missing)
{
	while (t && (t = strstr(t, "{key."))) {
		size_t n;
		const char *z;

		t += 5;
		n = strcspn(t, ":}");
		z = key_of(k, (struct span){ t, n });
		if (!z || !*z) {
			str_reset(missing);
			str_put(missing, t, n);
			return false;
		}
	}
	return true;
}

bool catalogue_ready(const struct catalogue *c, const struct catalogue_keys *k,
		     struct str *missing)
{
	for (int i = 0; i < c->nsteps; i++)
		if (!has_keys(c->steps[i].url, k, missing))
			return false;
	if (!c->agent || !strstr(c->agent, "{contact}") ||
	    (k->contact && *k->contact))
		return true;
	str_reset(missing);
	str_puts(missing, "contact");
	return false;
}

/* No control characters: it becomes a header. */
static void put_line(struct str *out, const char *z)
{
	for (; *z; z++)
		if ((unsigned char)*z >= ' ' && *z != 0x7F)
			str_putc(out, *z);
}

void catalogue_agent(const struct catalogue *c, const struct catalogue_keys *k,
		     const char *agent, struct str *out)
{
	const char *t = c->agent ? c->agent : "{agent}";

	str_reset(out);
	while (*t) {
		char z[2] = { *t, '\0' };

		if (!strncmp(t, "{agent}", 7)) {
			put_line(out, agent);
			t += 7;
		} else if (!strncmp(t, "{contact}", 9)) {
			put_line(out, k->contact ? k->contact : "");
			t += 9;
		} else {
			put_line(out, z);
			t++;
		}
	}
}

/* --- answers --- */

void catalogue_candidate_release(struct catalogue_candidate *c)
{
	for (int i = 0; i < CATALOGUE_FIELDS; i++)
		str_release(&c->text[i]);
	str_release(&c->link);
}

static bool path_text(const char *path, struct span value, struct span parent,
		      const char *between, struct str *out)
{
	if (*path == '^')
		return jsonpath_text(parent, path + 1, between, out);
	return jsonpath_text(value, path, between, out);
}

/* The first of a field's paths that has a text. */
static void field_text(const struct doc *d, struct span value,
		       struct span parent, const char *between, struct str *out)
{
	str_reset(out);
	if (!d)
		return;
	if (doc_text(d)) {
		path_text(doc_text(d), value, parent, between, out);
		return;
	}
	for (size_t i = 0; i < doc_size(d); i++)
		if (path_text(doc_text(doc_at(d, i)), value, parent, between,
			      out))
			return;
}

/* 215.3, "215.3", "3:35", "1:02:03"; 0 where it is none of them. */
static double seconds_of(struct span s, double unit)
{
	double total = 0;
	bool clock = false;

	s = span_trim(s);
	while (s.n) {
		const char *colon = memchr(s.p, ':', s.n);
		struct span part = { s.p, colon ? (size_t)(colon - s.p) : s.n };
		double v;

		if (num_double(part, &v) || v < 0 || v > 1e9)
			return 0;
		total = total * 60 + v;
		clock |= colon != NULL;
		s.p += part.n + (colon != NULL);
		s.n -= part.n + (colon != NULL);
	}
	total = clock ? total : total * unit;
	return total < 1e6 ? total : 0;
}

static bool one_of(struct span text, const struct doc *d)
{
	if (doc_text(d))
		return span_ieq(text, doc_text(d));
	for (size_t i = 0; i < doc_size(d); i++) {
		const struct doc *x = doc_at(d, i);

		if (x && doc_text(x) && span_ieq(text, doc_text(x)))
			return true;
	}
	return false;
}

static bool meets(const struct doc *require, struct span value,
		  struct span parent, struct str *scratch)
{
	for (size_t i = 0; require && i < doc_size(require); i++) {
		const struct doc *pair = doc_at(require, i);
		const struct doc *path = doc_at(pair, 0);
		const struct doc *wanted = doc_at(pair, 1);

		if (!path || !doc_text(path) || !wanted)
			return false;
		path_text(doc_text(path), value, parent, " ", scratch);
		if (!one_of(span_str(scratch), wanted))
			return false;
	}
	return true;
}

static bool read_one(const struct catalogue_step *s, struct span value,
		     struct span parent, struct catalogue_candidate *x)
{
	struct catalogue_keys none = { 0 };
	struct filling f = { .value = value, .parent = parent, .keys = &none };

	x->raw = value;
	str_reset(&x->link);
	for (int i = 0; i < CATALOGUE_FIELDS; i++)
		field_text(s->fields[i], value, parent,
			   i == CATALOGUE_TAGS ? "\n" : ", ", &x->text[i]);
	if (!x->text[CATALOGUE_TITLE].n ||
	    !meets(s->require, value, parent, &x->link))
		return false;
	str_reset(&x->link);
	x->duration =
	    seconds_of(span_str(&x->text[CATALOGUE_DURATION]), s->unit);
	if (s->link && !fill(s->link, &f, &x->link))
		str_reset(&x->link);
	filling_release(&f);
	return true;
}

int catalogue_read(const struct catalogue *c, int step, struct span answer,
		   struct span parent, struct catalogue_candidate *scratch,
		   void *ctx,
		   int (*each)(void *ctx, struct catalogue_candidate *x),
		   struct err *err)
{
	const struct catalogue_step *s = &c->steps[step];
	struct span value = span_trim(answer), list, element;
	const char *why = "no JSON", *end = value.p + value.n;
	size_t pos = 0;

	if (!value.n || json_skip(value.p, end, &why) != end)
		return err_set(err, ERR_RECORD, "answer", "%s: %s", c->name,
			       why);
	if (!jsonpath_find(value, s->list ? s->list : "", &list, 1))
		return 0;
	if (json_type(list) == JSON_OBJECT &&
	    read_one(s, list, parent, scratch))
		each(ctx, scratch);
	if (json_type(list) == JSON_ARRAY)
		while (json_each(list, &pos, &element) > 0)
			if (read_one(s, element, parent, scratch) &&
			    each(ctx, scratch))
				break;
	return 0;
}
