/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/json.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/num.h"
#include "io/jsonrune.h"

enum json_type json_type(struct span value)
{
	if (!value.p || !value.n)
		return JSON_NONE;
	switch (value.p[0]) {
	case 'n':
		return JSON_NULL;
	case 't':
	case 'f':
		return JSON_BOOL;
	case '"':
		return JSON_STRING;
	case '[':
		return JSON_ARRAY;
	case '{':
		return JSON_OBJECT;
	default:
		return JSON_NUMBER;
	}
}

/* First byte at or after p that ends plain string text: a quote, a backslash
 * or a control character. */
static const char *plain_end(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i slash = _mm_set1_epi8('\\');
	const __m128i last = _mm_set1_epi8(0x1f);

	for (; end - p >= 16; p += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i hit =
		    _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, quote),
					      _mm_cmpeq_epi8(x, slash)),
				 _mm_cmpeq_epi8(_mm_min_epu8(x, last), x));
		int mask = _mm_movemask_epi8(hit);

		if (mask)
			return p + __builtin_ctz((unsigned)mask);
	}
#endif
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p > 0x1f)
		p++;
	return p;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* p is behind the opening quote; returns behind the closing one. */
static const char *skip_string(const char *p, const char *end, const char **why)
{
	int i;

	for (;;) {
		p = plain_end(p, end);
		if (p == end) {
			*why = "string without its closing quote";
			return NULL;
		}
		if (*p == '"')
			return p + 1;
		if (*p != '\\') {
			*why = "control character in a string";
			return NULL;
		}
		if (end - p < 2 || !p[1] || !strchr("\"\\/bfnrtu", p[1])) {
			*why = "bad escape in a string";
			return NULL;
		}
		if (p[1] == 'u') {
			for (i = 2; i < 6; i++)
				if (end - p <= i || hex_digit(p[i]) < 0) {
					*why = "bad \\u escape in a string";
					return NULL;
				}
			p += 4;
		}
		p += 2;
	}
}

static inline bool is_digit(const char *p, const char *end)
{
	return p < end && *p >= '0' && *p <= '9';
}

static const char *skip_digits(const char *p, const char *end)
{
	while (is_digit(p, end))
		p++;
	return p;
}

static const char *skip_number(const char *p, const char *end, const char **why)
{
	*why = "not a JSON value";
	if (p < end && *p == '-')
		p++;
	if (!is_digit(p, end))
		return NULL;
	p = *p == '0' ? p + 1 : skip_digits(p, end);
	*why = "malformed number";
	if (p < end && *p == '.') {
		if (!is_digit(++p, end))
			return NULL;
		p = skip_digits(p, end);
	}
	if (p < end && (*p | 0x20) == 'e') {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		if (!is_digit(p, end))
			return NULL;
		p = skip_digits(p, end);
	}
	return p;
}

static const char *skip_word(const char *p, const char *end, const char *word,
			     const char **why)
{
	size_t n = strlen(word);

	if ((size_t)(end - p) >= n && memcmp(p, word, n) == 0)
		return p + n;
	*why = "not a JSON value";
	return NULL;
}

static inline const char *skip_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p;
}

static const char *skip_scalar(const char *p, const char *end, const char **why)
{
	if (p == end) {
		*why = "text ends where a value should be";
		return NULL;
	}
	switch (*p) {
	case '"':
		return skip_string(p + 1, end, why);
	case 't':
		return skip_word(p, end, "true", why);
	case 'f':
		return skip_word(p, end, "false", why);
	case 'n':
		return skip_word(p, end, "null", why);
	default:
		return skip_number(p, end, why);
	}
}

/* Behind `{` or `,` of an object: its next name and colon. */
static const char *skip_name(const char *p, const char *end, const char **why)
{
	if (p == end || *p != '"') {
		*why = "member name expected";
		return NULL;
	}
	p = skip_string(p + 1, end, why);
	if (!p)
		return NULL;
	p = skip_space(p, end);
	if (p == end || *p != ':') {
		*why = "colon expected behind a member name";
		return NULL;
	}
	return skip_space(p + 1, end);
}

const char *json_skip(const char *p, const char *end, const char **why)
{
	bool object[JSON_DEPTH];
	int depth = 0;

	for (;;) {
		/* at the start of a value */
		if (p < end && (*p == '{' || *p == '[')) {
			if (depth == JSON_DEPTH) {
				*why = "nested too deeply";
				return NULL;
			}
			object[depth] = *p == '{';
			p = skip_space(p + 1, end);
			if (p < end && *p == (object[depth] ? '}' : ']')) {
				p++;
			} else {
				if (object[depth++] &&
				    !(p = skip_name(p, end, why)))
					return NULL;
				continue;
			}
		} else if (!(p = skip_scalar(p, end, why))) {
			return NULL;
		}
		/* behind a value: close what ends here */
		for (;;) {
			if (!depth)
				return p;
			p = skip_space(p, end);
			if (p == end) {
				*why = "text ends inside an array or object";
				return NULL;
			}
			if (*p == ',')
				break;
			if (*p != (object[depth - 1] ? '}' : ']')) {
				*why = "comma or closing bracket expected";
				return NULL;
			}
			p++;
			depth--;
		}
		p = skip_space(p + 1, end);
		if (object[depth - 1] && !(p = skip_name(p, end, why)))
			return NULL;
	}
}

/* --- decoding --- */

static void put_rune(struct str *out, uint32_t c)
{
	char b[4];
	size_t n;

	if (c < 0x80) {
		b[0] = (char)c;
		n = 1;
	} else if (c < 0x800) {
		b[0] = (char)(0xc0 | c >> 6);
		b[1] = (char)(0x80 | (c & 63));
		n = 2;
	} else if (c < 0x10000) {
		b[0] = (char)(0xe0 | c >> 12);
		b[1] = (char)(0x80 | (c >> 6 & 63));
		b[2] = (char)(0x80 | (c & 63));
		n = 3;
	} else {
		b[0] = (char)(0xf0 | c >> 18);
		b[1] = (char)(0x80 | (c >> 12 & 63));
		b[2] = (char)(0x80 | (c >> 6 & 63));
		b[3] = (char)(0x80 | (c & 63));
		n = 4;
	}
	str_put(out, b, n);
}

static size_t ascii_length(const char *p, size_t n)
{
	size_t i = 0;
	uint64_t w;

	for (; n - i >= 8; i += 8) {
		memcpy(&w, p + i, 8);
		if (w & UINT64_C(0x8080808080808080))
			break;
	}
	while (i < n && (unsigned char)p[i] < 0x80)
		i++;
	return i;
}

/* Text without escapes. */
static void put_text(struct str *out, const char *p, size_t n)
{
	while (n) {
		size_t len = ascii_length(p, n);

		if (!len && !(len = jsonrune_length((const void *)p, n))) {
			put_rune(out, 0xfffd);
			len = 1;
		} else {
			str_put(out, p, len);
		}
		p += len;
		n -= len;
	}
}

static uint32_t hex4(const char *p)
{
	return (uint32_t)(hex_digit(p[0]) << 12 | hex_digit(p[1]) << 8 |
			  hex_digit(p[2]) << 4 | hex_digit(p[3]));
}

static bool escaped4(const char *p, const char *end)
{
	int i;

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return false;
	for (i = 2; i < 6; i++)
		if (hex_digit(p[i]) < 0)
			return false;
	return true;
}

/* The escape at p; returns what is behind it. */
static const char *put_escape(struct str *out, const char *p, const char *end)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *f;
	uint32_t c, low;

	if (end - p < 2)
		return end;
	if (p[1] != 'u') {
		f = strchr(from, p[1]);
		str_putc(out, f && *f ? to[f - from] : p[1]);
		return p + 2;
	}
	if (!escaped4(p, end))
		return end;
	c = hex4(p + 2);
	p += 6;
	if (c >= 0xd800 && c < 0xdc00 && escaped4(p, end)) {
		low = hex4(p + 2);
		if (low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			p += 6;
		}
	}
	if (c == 0 || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	put_rune(out, c);
	return p;
}

static void put_decoded(struct str *out, const char *p, const char *end)
{
	while (p < end) {
		const char *q = memchr(p, '\\', (size_t)(end - p));

		if (!q)
			q = end;
		put_text(out, p, (size_t)(q - p));
		p = q < end ? put_escape(out, q, end) : end;
	}
}

int json_string(struct span value, struct str *out)
{
	if (json_type(value) != JSON_STRING || value.n < 2)
		return -1;
	str_reserve(out, value.n);
	put_decoded(out, value.p + 1, value.p + value.n - 1);
	return 0;
}

int json_number(struct span value, double *out)
{
	return json_type(value) == JSON_NUMBER ? num_double(value, out) : -1;
}

int json_bool(struct span value, bool *out)
{
	if (json_type(value) != JSON_BOOL)
		return -1;
	*out = value.p[0] == 't';
	return 0;
}

/* Positions the next element: 1, or 0 at the end. */
static int next(struct span value, size_t *pos, const char **p)
{
	const char *end = value.p + value.n;

	*p = skip_space(value.p + (*pos ? *pos : 1), end);
	if (*p < end && **p == ',')
		*p = skip_space(*p + 1, end);
	return *p < end && **p != ']' && **p != '}';
}

int json_each(struct span value, size_t *pos, struct span *element)
{
	const char *p, *q, *why;

	if (json_type(value) != JSON_ARRAY || !next(value, pos, &p))
		return 0;
	q = json_skip(p, value.p + value.n, &why);
	if (!q)
		return 0;
	*element = (struct span){ p, (size_t)(q - p) };
	*pos = (size_t)(q - value.p);
	return 1;
}

int json_member(struct span value, size_t *pos, struct span *raw_name,
		struct span *element)
{
	const char *p, *q, *why, *end;

	if (json_type(value) != JSON_OBJECT || !next(value, pos, &p))
		return 0;
	end = value.p + value.n;
	if (*p != '"' || !(q = skip_string(p + 1, end, &why)))
		return 0;
	*raw_name = (struct span){ p + 1, (size_t)(q - p) - 2 };
	q = skip_space(q, end);
	if (q == end || *q != ':')
		return 0;
	p = skip_space(q + 1, end);
	if (!(q = json_skip(p, end, &why)))
		return 0;
	*element = (struct span){ p, (size_t)(q - p) };
	*pos = (size_t)(q - value.p);
	return 1;
}

bool json_name_is(struct span raw, const char *name)
{
	struct str text = { 0 };
	bool same;

	if (!memchr(raw.p, '\\', raw.n))
		return span_is(raw, name);
	put_decoded(&text, raw.p, raw.p + raw.n);
	same = span_is(span_str(&text), name);
	str_release(&text);
	return same;
}

struct span json_get(struct span object, const char *name)
{
	struct span found = { 0 }, raw, value;
	size_t pos = 0;

	while (json_member(object, &pos, &raw, &value))
		if (json_name_is(raw, name))
			found = value;
	return found;
}

int json_only(struct span object, const char *const *names, struct err *err)
{
	struct span name, value;
	size_t pos = 0;

	while (json_member(object, &pos, &name, &value)) {
		size_t k = 0;

		while (names[k] && !json_name_is(name, names[k]))
			k++;
		if (!names[k])
			return err_set(err, ERR_DATA, "member",
				       "\"%.*s\" is not known here",
				       (int)name.n, name.p);
	}
	return 0;
}
