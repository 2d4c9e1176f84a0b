/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/tokenread.h"

#include <fcntl.h>
#include <float.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/json.h"
#include "text/utf8.h"

/* Ids beyond a file's size, which would be mostly holes. */
#define WORD_MAX 4096 /* bytes of a spelling */
#define ID_SLACK 65536

struct reading {
	struct tokenread *r;
	const char *p, *end;
	struct str word; /* scratch of spellings with escapes */
	struct err *err;
};

void tokenread_release(struct tokenread *r)
{
	str_release(&r->text);
	str_release(&r->parts);
	str_release(&r->model);
	tokenvocab_release(&r->vocab);
	free(r->scores);
	*r = (struct tokenread){ 0 };
}

static int broken(struct reading *g, const char *why)
{
	return err_set(g->err, ERR_DATA, "tokenizer",
		       "not the JSON of a tokenizer at byte %zu: %s; get the "
		       "file anew from where it was published",
		       (size_t)(g->p - g->r->text.p), why);
}

static inline void space(struct reading *g)
{
	while (g->p < g->end && (*g->p == ' ' || *g->p == '\n' ||
				 *g->p == '\t' || *g->p == '\r'))
		g->p++;
}

static inline bool next_is(struct reading *g, char c)
{
	space(g);
	if (g->p == g->end || *g->p != c)
		return false;
	g->p++;
	return true;
}

/* A value of any kind: *out is its text. */
static int skip(struct reading *g, struct span *out)
{
	const char *why = NULL, *from, *to;

	space(g);
	from = g->p;
	to = json_skip(from, g->end, &why);
	if (!to)
		return broken(g, why);
	*out = (struct span){ from, (size_t)(to - from) };
	g->p = to;
	return 0;
}

static uint32_t hex4(const char *p)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++) {
		uint32_t c = (unsigned char)p[i];

		v = v << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v;
}

void tokenread_unescape(struct span s, struct str *out)
{
	static const char plain[] = "b\bf\fn\nr\rt\t";

	for (size_t i = 0; i < s.n; i++) {
		const char *p = s.p + i, *known;
		uint32_t code, low;

		if (*p != '\\') {
			str_putc(out, *p);
			continue;
		}
		i++;
		if (p[1] != 'u') {
			known = memchr(plain, p[1], sizeof(plain) - 1);
			str_putc(out, known ? known[1] : p[1]);
			continue;
		}
		code = hex4(p + 2);
		i += 4;
		low = (code & 0xfc00) == 0xd800 && i + 6 < s.n &&
			      p[6] == '\\' && p[7] == 'u'
			  ? hex4(p + 8)
			  : 0;
		if ((low & 0xfc00) == 0xdc00) {
			code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
			i += 6;
		}
		utf8_put(out, code);
	}
}

/* A string: in place where it has no escapes, else in g->word. */
static int string(struct reading *g, struct span *out)
{
	const char *from, *p;
	unsigned char all = 0;
	struct span value;

	space(g);
	if (g->p == g->end || *g->p != '"')
		return broken(g, "a string should be here");
	from = p = g->p + 1;
	while (p < g->end && *p != '"' && *p != '\\' &&
	       (unsigned char)*p >= 0x20)
		all |= (unsigned char)*p++;
	*out = (struct span){ from, (size_t)(p - from) };
	if (p < g->end && *p == '"') {
		if (all & 0x80 && !utf8_valid(*out))
			return broken(g, "it is not UTF-8");
		g->p = p + 1;
		return 0;
	}
	if (skip(g, &value))
		return -1;
	if (!utf8_valid(value))
		return broken(g, "it is not UTF-8");
	str_reset(&g->word);
	tokenread_unescape((struct span){ value.p + 1, value.n - 2 }, &g->word);
	*out = span_str(&g->word);
	return 0;
}

static int64_t digits(struct reading *g)
{
	const char *from;
	int64_t v = 0;

	space(g);
	from = g->p;
	while (g->p < g->end && *g->p >= '0' && *g->p <= '9' &&
	       g->p - from < 18)
		v = v * 10 + (*g->p++ - '0');
	return g->p == from ? -1 : v;
}

/* {"word": 0, ...} */
static int words(struct reading *g)
{
	struct tokenvocab *v = &g->r->vocab;
	struct span word;
	int64_t id;

	g->p++;
	if (next_is(g, '}'))
		return 0;
	do {
		if (string(g, &word))
			return -1;
		if (word.n > WORD_MAX)
			return broken(g, "a word is too long");
		if (!next_is(g, ':'))
			return broken(g, "a colon should be here");
		id = digits(g);
		if (id < 0)
			return broken(g, "an id should be here");
		if (tokenvocab_add(v, word, id, g->err))
			return -1;
	} while (next_is(g, ','));
	return next_is(g, '}') ? 0 : broken(g, "a comma should be here");
}

/* A decimal fraction by one division in 64 bits of mantissa, where that leaves
 * no doubt how a double's 53 are rounded; false elsewhere. */
static bool quick_score(struct span s, double *out)
{
#if LDBL_MANT_DIG == 64
	static const long double tens[] = { 1e0L,  1e1L,  1e2L,  1e3L,  1e4L,
					    1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
					    1e10L, 1e11L, 1e12L, 1e13L, 1e14L,
					    1e15L, 1e16L, 1e17L, 1e18L };
	const bool minus = s.n && s.p[0] == '-';
	uint64_t v = 0, mantissa;
	size_t i = minus, point = s.n;
	long double x;

	if (s.n > 20 + (size_t)minus)
		return false;
	for (; i < s.n; i++) {
		if (s.p[i] == '.')
			point = i + 1;
		else if (s.p[i] >= '0' && s.p[i] <= '9')
			v = v * 10 + (uint64_t)(s.p[i] - '0');
		else
			return false;
	}
	if (!v || s.n - point > 18 || (point == s.n && s.n - minus > 19))
		return false;
	x = (long double)v / tens[s.n - point];
	memcpy(&mantissa, &x, sizeof(mantissa));
	mantissa &= 0x7ff;
	if (mantissa >= 0x3fe && mantissa <= 0x402)
		return false;
	*out = minus ? -(double)x : (double)x;
	return true;
#else
	(void)s;
	(void)out;
	return false;
#endif
}

static int score(struct reading *g, double *out)
{
	struct span value;

	if (skip(g, &value))
		return -1;
	if (quick_score(value, out))
		return 0;
	return json_number(value, out) ? broken(g, "a score should be here")
				       : 0;
}

/* [["word", -1.5], ...]; the ids are 0, 1, 2 ... */
static int scored_words(struct reading *g)
{
	struct tokenread *r = g->r;
	struct span word;

	g->p++;
	r->scored = true;
	if (next_is(g, ']'))
		return 0;
	do {
		MEM_ROOM(r->scores, r->score_count + 1, r->score_cap);
		if (!next_is(g, '['))
			return broken(g, "a word and its score should be here");
		if (string(g, &word))
			return -1;
		if (word.n > WORD_MAX)
			return broken(g, "a word is too long");
		if (tokenvocab_add(&r->vocab, word, (int64_t)r->score_count,
				   g->err))
			return -1;
		if (!next_is(g, ','))
			return broken(g, "a comma should be here");
		if (score(g, &r->scores[r->score_count++]))
			return -1;
		if (!next_is(g, ']'))
			return broken(g, "the end of a pair should be here");
	} while (next_is(g, ','));
	return next_is(g, ']') ? 0 : broken(g, "a comma should be here");
}

static int vocabulary(struct reading *g)
{
	struct tokenvocab *v = &g->r->vocab;
	int rc;

	if (g->r->vocab_seen)
		return broken(g, "there are two vocabularies");
	g->r->vocab_seen = true;
	v->limit = g->r->text.n + ID_SLACK;
	space(g);
	if (g->p < g->end && *g->p == '{')
		rc = words(g);
	else if (g->p < g->end && *g->p == '[')
		rc = scored_words(g);
	else
		rc = broken(g, "a vocabulary should be here");
	return rc ? rc : tokenvocab_index(v, g->r->scored, g->err);
}

static void keep_member(struct str *object, struct span name, struct span value)
{
	str_putc(object, object->n > 1 ? ',' : '{');
	str_putc(object, '"');
	str_span(object, name);
	str_puts(object, "\":");
	str_span(object, value);
}

typedef int member_fn(struct reading *g, struct span name);

static int members(struct reading *g, struct str *object, member_fn *fn)
{
	struct span name;

	if (!next_is(g, '{'))
		return broken(g, "an object should be here");
	if (!next_is(g, '}')) {
		do {
			/* Names stay as they are spelt: escapes are rare. */
			if (string(g, &name))
				return -1;
			if (name.p == g->word.p)
				return broken(g, "a member's name has escapes");
			if (!next_is(g, ':'))
				return broken(g, "a colon should be here");
			if (fn(g, name))
				return -1;
		} while (next_is(g, ','));
		if (!next_is(g, '}'))
			return broken(g, "a comma should be here");
	}
	str_puts(object, object->n ? "}" : "{}");
	return 0;
}

static int model_member(struct reading *g, struct span name)
{
	struct span value;

	if (span_is(name, "vocab"))
		return vocabulary(g);
	if (skip(g, &value))
		return -1;
	if (span_is(name, "merges"))
		g->r->merges = value;
	else
		keep_member(&g->r->model, name, value);
	return 0;
}

static int root_member(struct reading *g, struct span name)
{
	struct span value;

	if (span_is(name, "model")) {
		if (g->r->model.n)
			return broken(g, "there are two models");
		return members(g, &g->r->model, model_member);
	}
	if (skip(g, &value))
		return -1;
	keep_member(&g->r->parts, name, value);
	return 0;
}

static int load(struct str *out, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc = -1;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st)) {
		err_errno(err, "cannot open it");
	} else if (!S_ISREG(st.st_mode) || st.st_size <= 0) {
		err_set(err, ERR_DATA, "tokenizer", "no file, or empty");
	} else if ((uint64_t)st.st_size > TOKENREAD_MAX) {
		err_set(err, ERR_DATA, "tokenizer",
			"%lld bytes are more than any tokenizer's %zu",
			(long long)st.st_size, TOKENREAD_MAX);
	} else {
		str_reserve(out, (size_t)st.st_size);
		do {
			n = read(fd, out->p + out->n,
				 (size_t)st.st_size - out->n);
			if (n > 0)
				out->n += (size_t)n;
		} while (n > 0 && out->n < (size_t)st.st_size);
		rc = n < 0 ? err_errno(err, "cannot read it") : 0;
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

int tokenread_file(struct tokenread *r, const char *path, struct err *err)
{
	struct reading g = { .r = r, .err = err };
	int rc;

	if (load(&r->text, path, err))
		return -1;
	g.p = r->text.p;
	g.end = g.p + r->text.n;
	rc = members(&g, &r->parts, root_member);
	if (!rc) {
		space(&g);
		if (g.p != g.end)
			rc = broken(&g, "text behind the end");
		else if (!r->model.n || !r->vocab_seen)
			rc = err_set(err, ERR_DATA, "tokenizer",
				     "it has no model, or no vocabulary");
	}
	str_release(&g.word);
	return rc;
}
