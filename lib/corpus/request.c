/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/requestvalues.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

#include "index/generation.h"
#include "io/json.h"

#define AT(field) offsetof(struct request, field)
static const size_t texts[] = { AT(query),     AT(qid),     AT(genres),
				AT(artists),   AT(exclude), AT(genres_out),
				AT(languages), AT(like),    AT(unlike),
				AT(keep),      AT(more),    AT(less),
				AT(from),      AT(to),      AT(arc),
				AT(warnings) };
enum { TEXTS = sizeof(texts) / sizeof(*texts) };

static struct str *text_of(struct request *r, size_t i)
{
	return (struct str *)(void *)((char *)r + texts[i]);
}

/* What *values holds, in place, with the texts *r has. */
static void take_values(struct request *r, const struct request *values)
{
	struct request kept = *r;

	*r = *values;
	for (size_t i = 0; i < TEXTS; i++)
		*text_of(r, i) = *text_of(&kept, i);
}

void request_reset(struct request *r)
{
	take_values(r, &(struct request){ .top_k = 0 });
	for (size_t i = 0; i < TEXTS; i++)
		str_reset(text_of(r, i));
}

void request_copy(struct request *to, const struct request *from)
{
	struct request source = *from;

	take_values(to, from);
	for (size_t i = 0; i < TEXTS; i++) {
		str_reset(text_of(to, i));
		str_span(text_of(to, i), span_str(text_of(&source, i)));
	}
}

void request_release(struct request *r)
{
	for (size_t i = 0; i < TEXTS; i++)
		str_release(text_of(r, i));
}

bool request_is_journey(const struct request *r)
{
	return r->from.n || r->to.n || r->arc.n || r->minutes > 0;
}

bool request_asks(const struct request *r)
{
	return r->query.n || r->has_mood || r->like.n || r->keep.n ||
	       r->more.n || r->less.n || r->from.n || r->to.n || r->arc.n;
}

bool request_next(struct span *rest, struct span *name)
{
	const char *end;
	size_t n;

	if (!rest->n)
		return false;
	end = memchr(rest->p, '\n', rest->n);
	n = end ? (size_t)(end - rest->p) : rest->n;
	*name = (struct span){ rest->p, n };
	n += end ? 1 : 0;
	*rest = (struct span){ rest->p + n, rest->n - n };
	return true;
}

bool request_has(const struct str *lines, struct span name)
{
	struct span rest = span_str(lines), next;

	while (request_next(&rest, &next))
		if (span_eq(next, name))
			return true;
	return false;
}

static int bad(struct err *err, const char *member, const char *expected)
{
	return err_set(err, ERR_RECORD, "request",
		       "\"%s\" must be %s; see answer(5)", member, expected);
}

static int check_range(const struct request_range *range, const char *name,
		       const char *relation, bool option, struct err *err)
{
	if (!range->has_min || !range->has_max || range->min <= range->max)
		return 0;
	return err_set(err, option ? ERR_USAGE : ERR_RECORD,
		       option ? "usage" : "request",
		       "min_%s %g is %s max_%s %g", name, range->min, relation,
		       name, range->max);
}

static int contradicts(bool option, const char *why, struct err *err)
{
	return err_set(err, option ? ERR_USAGE : ERR_RECORD,
		       option ? "usage" : "request", "%s", why);
}

static int check_journey(const struct request *r, bool option, struct err *err)
{
	if (r->arc.n && (r->from.n || r->to.n))
		return contradicts(option,
				   "arc names all stations: it stands without "
				   "from and to",
				   err);
	if (!r->from.n != !r->to.n)
		return contradicts(
		    option, r->from.n ? "from needs a to" : "to needs a from",
		    err);
	if (r->from.n + r->arc.n && (r->query.n || r->has_mood))
		return contradicts(option,
				   "a journey's stations say what is asked: no "
				   "other words and no mood beside them",
				   err);
	return 0;
}

static int check(struct request *r, bool option, struct err *err)
{
	if (check_range(&r->year, "year", "after", option, err) ||
	    check_range(&r->duration, "duration", "more than", option, err) ||
	    check_range(&r->popularity, "popularity", "more than", option, err))
		return -1;
	if (check_journey(r, option, err))
		return -1;
	if (r->statuses & 1u << LINK_DEAD)
		str_puts(&r->warnings, "status DEAD: candidates are found, but "
				       "rerank leaves dead links out\n");
	if (r->popularity.has_min && r->popularity.min >= 100)
		str_puts(&r->warnings,
			 "min_popularity 100 lets no track through; 99 asks "
			 "for the top hundredth\n");
	return 0;
}

static int set_query(struct request *r, struct span text, struct err *err)
{
	text = span_trim(text);
	if (text.n > REQUEST_QUERY_MAX)
		return err_set(err, ERR_RECORD, "request",
			       "a query of %zu bytes, %d are the most", text.n,
			       REQUEST_QUERY_MAX);
	str_reset(&r->query);
	str_span(&r->query, text);
	return 0;
}

static int asks(const struct request *r, struct err *err)
{
	return request_asks(r)
		   ? 0
		   : err_set(err, ERR_RECORD, "request",
			     "nothing is asked, the query is empty; ask with "
			     "words, "
			     "{\"query\":\"i miss my ex\"}, for a \"mood\", or "
			     "for what is \"like\" a track");
}

int request_words(struct request *r, struct span words, struct err *err)
{
	return set_query(r, words, err) || check(r, true, err) || asks(r, err)
		   ? -1
		   : 0;
}

/* --- JSON --- */

static int read_text(struct str *out, struct span value, const char *member,
		     struct err *err)
{
	struct str text = { 0 };
	int rc = json_string(value, &text);

	if (rc)
		rc = bad(err, member, "a string");
	else
		request_put_line(out, span_trim(span_str(&text)));
	str_release(&text);
	return rc;
}

static int read_top_k(struct request *r, struct span value, struct err *err)
{
	char expected[64];
	double v;

	if (json_type(value) == JSON_NUMBER && !json_number(value, &v) &&
	    v == floor(v) && v >= 1 && v <= REQUEST_TOP_K_MAX) {
		r->top_k = (int)v;
		return 0;
	}
	snprintf(expected, sizeof(expected), "a whole number from 1 to %d",
		 REQUEST_TOP_K_MAX);
	return bad(err, "top_k", expected);
}

static int read_name(struct request *r, const struct request_member *m,
		     struct span value)
{
	struct str text = { 0 };
	int rc = json_type(value) == JSON_STRING && !json_string(value, &text)
		     ? request_add_name(r, m, span_str(&text))
		     : -1;

	str_release(&text);
	return rc;
}

/* A string, or an array of strings. */
static int read_names(struct request *r, const struct request_member *m,
		      struct span value)
{
	struct span element;
	size_t pos = 0;
	int rc = 0;

	request_clear(r, m);
	if (json_type(value) != JSON_ARRAY)
		return read_name(r, m, value);
	while (!rc && json_each(value, &pos, &element) > 0)
		rc = read_name(r, m, element);
	return rc;
}

static int read_filter(struct request *r, struct span name, struct span value,
		       struct err *err)
{
	char member[64];
	double v;
	int rc = -1;

	for (const struct request_member *m = request_members;
	     m->kind < REQUEST_MOOD; m++) {
		if (!json_name_is(name, m->name))
			continue;
		if (m->kind >= REQUEST_NAMES)
			rc = read_names(r, m, value);
		else if (json_type(value) == JSON_NUMBER &&
			 !json_number(value, &v))
			rc = request_set_number(r, m, v);
		snprintf(member, sizeof(member), "filters.%s", m->name);
		return rc ? bad(err, member, request_wanted[m->kind][0]) : 0;
	}
	if (json_name_is(name, "sets"))
		return json_bool(value, &r->sets)
			   ? bad(err, "filters.sets", "true or false")
			   : 0;
	return err_set(err, ERR_RECORD, "request",
		       "unknown filter \"%.*s\"; there are min_year, max_year, "
		       "genres, exclude_genres, artists, exclude_artists, "
		       "languages, min_duration, max_duration, min_popularity, "
		       "max_popularity, status and sets",
		       (int)(name.n < 64 ? name.n : 64), name.p);
}

static int read_filters(struct request *r, struct span value, struct err *err)
{
	struct span name, v;
	size_t pos = 0;

	if (json_type(value) != JSON_OBJECT)
		return bad(err, "filters", "an object");
	while (json_member(value, &pos, &name, &v) > 0)
		if (json_type(v) != JSON_NULL && read_filter(r, name, v, err))
			return -1;
	return 0;
}

static int read_mood(struct request *r, struct span value, struct err *err)
{
	static const char *const names[] = { "valence", "arousal", "dominance",
					     NULL };
	float axes[3] = { NAN, NAN, NAN };

	if (json_type(value) != JSON_OBJECT)
		return bad(err, "mood", request_wanted[REQUEST_MOOD][0]);
	if (json_only(value, names, err))
		return bad(err, "mood",
			   "an object of valence, arousal and dominance alone");
	for (int i = 0; i < 3; i++) {
		struct span v = json_get(value, names[i]);
		double d;

		if (i == 2 && (!v.p || json_type(v) == JSON_NULL))
			continue;
		if (json_type(v) != JSON_NUMBER || json_number(v, &d) ||
		    request_set_axis(&axes[i], d))
			return bad(err, "mood",
				   request_wanted[REQUEST_MOOD][0]);
	}
	r->has_mood = true;
	r->valence = axes[0];
	r->arousal = axes[1];
	r->dominance = axes[2];
	return 0;
}

/* What is neither a filter nor a mood. */
static int read_other(struct request *r, const struct request_member *m,
		      struct span value, struct err *err)
{
	struct str text = { 0 };
	double v;
	int rc = -1;

	if (m->kind == REQUEST_MINUTES)
		rc = json_type(value) == JSON_NUMBER && !json_number(value, &v)
			 ? request_set_minutes(r, v)
			 : -1;
	else if (m->kind != REQUEST_TEXT)
		rc = read_names(r, m, value);
	else if (json_type(value) == JSON_STRING && !json_string(value, &text))
		rc = request_set_text(r, m, span_str(&text));
	str_release(&text);
	return rc ? bad(err, m->name, request_wanted[m->kind][0]) : 0;
}

static int read_member(struct request *r, struct span name, struct span value,
		       struct err *err)
{
	struct str text = { 0 };
	int rc;

	if (json_name_is(name, "query")) {
		rc = json_string(value, &text)
			 ? bad(err, "query", "a string")
			 : set_query(r, span_str(&text), err);
		str_release(&text);
		return rc;
	}
	if (json_type(value) == JSON_NULL)
		return 0;
	if (json_name_is(name, "top_k"))
		return read_top_k(r, value, err);
	if (json_name_is(name, "filters"))
		return read_filters(r, value, err);
	if (json_name_is(name, "mood"))
		return read_mood(r, value, err);
	if (json_name_is(name, "qid")) {
		str_reset(&r->qid);
		return read_text(&r->qid, value, "qid", err);
	}
	if (json_name_is(name, "literal"))
		return json_bool(value, &r->literal)
			   ? bad(err, "literal", "true or false")
			   : 0;
	for (size_t i = 0; i < REQUEST_OPTIONS; i++)
		if (request_members[i].kind > REQUEST_MOOD &&
		    json_name_is(name, request_members[i].name))
			return read_other(r, &request_members[i], value, err);
	str_printf(&r->warnings, "unknown member \"%.*s\" ignored\n",
		   (int)(name.n < 64 ? name.n : 64), name.p);
	return 0;
}

int request_read(struct request *r, struct span line, struct err *err)
{
	const char *why = "not an object", *end;
	struct span name, value;
	struct err first;
	size_t pos = 0;
	bool failed = false;

	request_reset(r);
	line = span_trim(line);
	end = line.n && line.p[0] == '{'
		  ? json_skip(line.p, line.p + line.n, &why)
		  : NULL;
	if (end && end != line.p + line.n) {
		why = "text behind the object";
		end = NULL;
	}
	if (!end)
		return err_set(err, ERR_RECORD, "request",
			       "not a request "
			       "(%s); one JSON object a line, "
			       "{\"query\":\"...\"}",
			       why);
	while (json_member(line, &pos, &name, &value) > 0) {
		if (!read_member(r, name, value, failed ? NULL : &first))
			continue;
		failed = true;
	}
	if (failed) {
		*err = first;
		return -1;
	}
	return asks(r, err) || check(r, false, err) ? -1 : 0;
}
