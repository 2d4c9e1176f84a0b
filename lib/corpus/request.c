/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/request.h"

#include <math.h>
#include <stdio.h>

#include "io/json.h"

void request_reset(struct request *r)
{
	str_reset(&r->query);
	str_reset(&r->qid);
	str_reset(&r->genres);
	str_reset(&r->exclude);
	str_reset(&r->warnings);
	r->top_k = r->min_year = r->max_year = 0;
	r->has_min_year = r->has_max_year = r->sets = false;
}

void request_release(struct request *r)
{
	str_release(&r->query);
	str_release(&r->qid);
	str_release(&r->genres);
	str_release(&r->exclude);
	str_release(&r->warnings);
}

static int bad(struct err *err, const char *member, const char *expected)
{
	return err_set(err, ERR_RECORD, "request",
		       "\"%s\" must be %s; see answer(5)", member, expected);
}

static int set_query(struct request *r, struct span text, struct err *err)
{
	text = span_trim(text);
	if (!text.n)
		return err_set(err, ERR_RECORD, "request",
			       "the query is empty; ask with words, "
			       "{\"query\":\"i miss my ex\"}");
	if (text.n > REQUEST_QUERY_MAX)
		return err_set(err, ERR_RECORD, "request",
			       "a query of %zu bytes, %d are the most", text.n,
			       REQUEST_QUERY_MAX);
	str_reset(&r->query);
	str_span(&r->query, text);
	return 0;
}

int request_words(struct request *r, struct span words, struct err *err)
{
	request_reset(r);
	return set_query(r, words, err);
}

static int read_text(struct str *out, struct span value, const char *member,
		     struct err *err)
{
	struct str text = { 0 };
	struct span s;
	int rc = json_string(value, &text);

	if (rc)
		rc = bad(err, member, "a string");
	s = span_trim(span_str(&text));
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\n' || text.p[i] == '\r')
			text.p[i] = ' ';
	if (!rc)
		str_span(out, s);
	str_release(&text);
	return rc;
}

static int read_int(int *out, struct span value, int lo, int hi,
		    const char *member, struct err *err)
{
	char expected[64];
	double v;

	if (json_type(value) == JSON_NUMBER && !json_number(value, &v) &&
	    v == floor(v) && v >= lo && v <= hi) {
		*out = (int)v;
		return 0;
	}
	snprintf(expected, sizeof(expected), "a whole number from %d to %d", lo,
		 hi);
	return bad(err, member, expected);
}

/* A string, or an array of strings, as lines. */
static int read_names(struct str *out, struct span value, const char *member,
		      struct err *err)
{
	struct span element;
	size_t pos = 0;

	if (json_type(value) == JSON_STRING) {
		if (read_text(out, value, member, err))
			return -1;
		str_putc(out, '\n');
		return 0;
	}
	if (json_type(value) != JSON_ARRAY)
		return bad(err, member, "an array of strings");
	while (json_each(value, &pos, &element) > 0) {
		if (json_type(element) != JSON_STRING ||
		    read_text(out, element, member, err))
			return bad(err, member, "an array of strings");
		str_putc(out, '\n');
	}
	return 0;
}

/* A year may lie far off, but not where it would not be a year. */
enum { YEAR_LO = -9999, YEAR_HI = 9999 };

static int read_filters(struct request *r, struct span value, struct err *err)
{
	struct span name, v;
	size_t pos = 0;
	int rc = 0;

	if (json_type(value) != JSON_OBJECT)
		return bad(err, "filters", "an object");
	while (!rc && json_member(value, &pos, &name, &v) > 0) {
		if (json_type(v) == JSON_NULL)
			continue;
		if (json_name_is(name, "min_year")) {
			rc = read_int(&r->min_year, v, YEAR_LO, YEAR_HI,
				      "filters.min_year", err);
			r->has_min_year = true;
		} else if (json_name_is(name, "max_year")) {
			rc = read_int(&r->max_year, v, YEAR_LO, YEAR_HI,
				      "filters.max_year", err);
			r->has_max_year = true;
		} else if (json_name_is(name, "genres")) {
			str_reset(&r->genres);
			rc = read_names(&r->genres, v, "filters.genres", err);
		} else if (json_name_is(name, "exclude_artists")) {
			str_reset(&r->exclude);
			rc = read_names(&r->exclude, v,
					"filters.exclude_artists", err);
		} else if (json_name_is(name, "sets")) {
			rc = json_bool(v, &r->sets)
				 ? bad(err, "filters.sets", "true or false")
				 : 0;
		} else {
			rc = err_set(err, ERR_RECORD, "request",
				     "unknown filter \"%.*s\"; there are "
				     "min_year, max_year, genres, "
				     "exclude_artists and sets",
				     (int)(name.n < 64 ? name.n : 64), name.p);
		}
	}
	if (!rc && r->has_min_year && r->has_max_year &&
	    r->min_year > r->max_year)
		rc = err_set(err, ERR_RECORD, "request",
			     "min_year %d is after "
			     "max_year %d",
			     r->min_year, r->max_year);
	return rc;
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
		return read_int(&r->top_k, value, 1, REQUEST_TOP_K_MAX, "top_k",
				err);
	if (json_name_is(name, "filters"))
		return read_filters(r, value, err);
	if (json_name_is(name, "qid")) {
		str_reset(&r->qid);
		return read_text(&r->qid, value, "qid", err);
	}
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
	if (!asked)
		return err_set(err, ERR_RECORD, "request",
			       "no member "
			       "\"query\"; ask with {\"query\":\"...\"}");
	return 0;
}
