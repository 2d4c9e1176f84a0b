/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/tokenregex.h"

#include <oniguruma.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "io/json.h"

#define PATTERN_MAX 8192
#define DEPTH_MAX 64         /* of groups in a pattern */
#define RETRIES_MAX 100000   /* at one place of a text */
#define RETRIES_FIND 1000000 /* on the way to one find, */
#define RETRIES_BYTE 200     /* and so many more per byte of the text */
#define STACK_MAX 500000     /* about 20 MB */

struct tokenregex {
	regex_t *regex; /* NULL: plain */
	struct str plain;
};

static pthread_mutex_t compiling = PTHREAD_MUTEX_INITIALIZER;

static int compile(struct tokenregex *r, struct span pattern,
		   OnigErrorInfo *info)
{
	const OnigUChar *p = (const OnigUChar *)pattern.p;
	OnigEncoding utf8 = ONIG_ENCODING_UTF8;
	int rc;

	pthread_mutex_lock(&compiling);
	rc = onig_initialize(&utf8, 1);
	onig_set_parse_depth_limit(DEPTH_MAX);
	if (!rc)
		rc = onig_new(&r->regex, p, p + pattern.n, ONIG_OPTION_NONE,
			      utf8, ONIG_SYNTAX_DEFAULT, info);
	pthread_mutex_unlock(&compiling);
	return rc;
}

struct tokenregex *tokenregex_new(struct span pattern, struct err *err)
{
	struct tokenregex *r = mem_zalloc(1, sizeof(*r));
	OnigUChar why[ONIG_MAX_ERROR_MESSAGE_LEN];
	OnigErrorInfo info = { 0 };
	int rc = ONIGERR_TOO_LONG_WIDE_CHAR_VALUE, n;

	if (pattern.n <= PATTERN_MAX)
		rc = compile(r, pattern, &info);
	if (!rc)
		return r;
	n = onig_error_code_to_str(why, rc, &info);
	err_set(err, ERR_DATA, "tokenizer",
		"the regular expression \"%.*s\" is refused: %.*s",
		(int)(pattern.n < 100 ? pattern.n : 100), pattern.p,
		pattern.n > PATTERN_MAX ? 8 : n,
		pattern.n > PATTERN_MAX ? "too long" : (const char *)why);
	r->regex = NULL;
	tokenregex_free(r);
	return NULL;
}

struct tokenregex *tokenregex_plain(struct span text)
{
	struct tokenregex *r = mem_zalloc(1, sizeof(*r));

	str_span(&r->plain, text);
	return r;
}

struct tokenregex *tokenregex_pattern(struct span json, const char *what,
				      struct err *err)
{
	struct span pattern = json_get(json, "pattern");
	struct span regex = json_get(pattern, "Regex");
	struct tokenregex *r = NULL;
	struct str text = { 0 };

	if (!json_string(json_type(pattern) == JSON_STRING
			     ? pattern
			     : json_get(pattern, "String"),
			 &text))
		r = tokenregex_plain(span_str(&text));
	else if (!json_string(regex, &text))
		r = tokenregex_new(span_str(&text), err);
	else
		err_set(err, ERR_DATA, "tokenizer",
			"%s: \"pattern\" is neither a String nor a Regex",
			what);
	str_release(&text);
	return r;
}

void tokenregex_free(struct tokenregex *r)
{
	if (!r)
		return;
	if (r->regex)
		onig_free(r->regex);
	str_release(&r->plain);
	free(r);
}

static void each_plain(struct span needle, struct span text, tokenregex_fn *fn,
		       void *ctx)
{
	const char *p = text.p, *end = text.p + text.n, *at;

	if (!needle.n)
		return;
	while ((at = memmem(p, (size_t)(end - p), needle.p, needle.n))) {
		fn(ctx, (size_t)(at - text.p),
		   (size_t)(at - text.p) + needle.n);
		p = at + needle.n;
	}
}

static OnigMatchParam *limits(size_t bytes)
{
	OnigMatchParam *m = onig_new_match_param();

	if (m) {
		onig_initialize_match_param(m);
		onig_set_match_stack_limit_size_of_match_param(m, STACK_MAX);
		onig_set_retry_limit_in_match_of_match_param(m, RETRIES_MAX);
		onig_set_retry_limit_in_search_of_match_param(
		    m, RETRIES_FIND + RETRIES_BYTE * bytes);
	}
	return m;
}

/* The length of the code point at p, of well-formed text. */
static size_t length(const OnigUChar *p, const OnigUChar *end)
{
	size_t n = 1;

	while (p + n < end && (p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static void each(const struct tokenregex *r, struct span text,
		 OnigRegion *region, OnigMatchParam *limit, tokenregex_fn *fn,
		 void *ctx)
{
	const OnigUChar *begin = (const OnigUChar *)text.p;
	const OnigUChar *end = begin + text.n, *p = begin;
	ptrdiff_t last = -1;

	while (p <= end) {
		const OnigUChar *to;

		onig_region_clear(region);
		if (onig_search_with_param(r->regex, begin, end, p, end, region,
					   ONIG_OPTION_NONE, limit) < 0)
			return;
		to = begin + region->end[0];
		if (region->beg[0] == region->end[0] &&
		    region->end[0] == last) {
			if (to == end)
				return;
			p = to + length(to, end);
			last = -1;
			continue;
		}
		/* \K may begin a find before the last one ended. */
		if (begin + region->beg[0] < p || to < begin + region->beg[0])
			return;
		fn(ctx, (size_t)region->beg[0], (size_t)region->end[0]);
		p = to;
		last = region->end[0];
	}
}

void tokenregex_each(const struct tokenregex *r, struct span text,
		     tokenregex_fn *fn, void *ctx)
{
	OnigRegion *region;
	OnigMatchParam *limit;

	if (!r->regex) {
		each_plain(span_str(&r->plain), text, fn, ctx);
		return;
	}
	region = onig_region_new();
	limit = limits(text.n);
	if (region && limit)
		each(r, text, region, limit, fn, ctx);
	if (limit)
		onig_free_match_param(limit);
	if (region)
		onig_region_free(region, 1);
}
