/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/requestvalues.h"

#include <math.h>
#include <stdio.h>

#include "index/generation.h"
#include "io/json.h"

void request_reset(struct request *r)
{
	struct request kept = *r;

	*r = (struct request){ .query = kept.query,
			       .qid = kept.qid,
			       .genres = kept.genres,
			       .artists = kept.artists,
			       .exclude = kept.exclude,
			       .genres_out = kept.genres_out,
			       .languages = kept.languages,
			       .warnings = kept.warnings };
	str_reset(&r->query);
	str_reset(&r->qid);
	str_reset(&r->genres);
	str_reset(&r->artists);
	str_reset(&r->exclude);
	str_reset(&r->genres_out);
	str_reset(&r->languages);
	str_reset(&r->warnings);
}

void request_release(struct request *r)
{
	str_release(&r->query);
	str_release(&r->qid);
	str_release(&r->genres);
	str_release(&r->artists);
	str_release(&r->exclude);
	str_release(&r->genres_out);
	str_release(&r->languages);
	str_release(&r->warnings);
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

static int check(struct request *r, bool option, struct err *err)
{
	if (check_range(&r->year, "year", "after", option, err) ||
	    check_range(&r->duration, "duration", "more than", option, err) ||
	    check_range(&r->popularity, "popularity", "more than", option, err))
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

static int has_words(const struct request *r, struct err *err)
{
	return r->query.n || r->has_mood
		   ? 0
		   : err_set(err, ERR_RECORD, "request",
			     "the query is empty; ask with words, "
			     "{\"query\":\"i miss my ex\"}, or for a mood");
}

int request_words(struct request *r, struct span words, struct err *err)
{
	return check(r, true, err) || set_query(r, words, err) ||
		       has_words(r, err)
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
	     m->kind != REQUEST_MOOD; m++) {
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
	bool failed = false, asked = false;

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
		asked = asked || json_name_is(name, "query");
		if (!read_member(r, name, value, failed ? NULL : &first))
			continue;
		failed = true;
	}
	if (failed) {
		*err = first;
		return -1;
	}
	if (!asked && !r->has_mood)
		return err_set(err, ERR_RECORD, "request",
			       "no member \"query\"; ask with "
			       "{\"query\":\"...\"}, or for a \"mood\"");
	return has_words(r, err) || check(r, false, err) ? -1 : 0;
}
