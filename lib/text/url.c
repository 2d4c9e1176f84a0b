/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/url.h"

/* Sets of ASCII characters, a bit each: RFC 3986's unreserved ones (letters,
 * digits, "-._~"), and these with "!$&'()*+,;=:@/?", which may stand unescaped
 * in a path or query. */
static const uint64_t unreserved[2] = { UINT64_C(0x03ff600000000000),
					UINT64_C(0x47fffffe87fffffe) };
static const uint64_t legal[2] = { UINT64_C(0xafffffd200000000),
				   UINT64_C(0x47fffffe87ffffff) };

static bool is_in(const uint64_t set[2], unsigned char c)
{
	return c < 0x80 && set[c >> 6] >> (c & 63) & 1;
}

static bool is_unreserved(unsigned char c)
{
	return is_in(unreserved, c);
}

static bool is_legal(unsigned char c)
{
	return is_in(legal, c);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool starts(struct span s, const char *word)
{
	size_t n = strlen(word);

	return s.n >= n && span_ieq((struct span){ s.p, n }, word);
}

static struct span from(struct span s, size_t at)
{
	return (struct span){ s.p + at, s.n - at };
}

static size_t find(struct span s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

static bool host_is_valid(struct span h)
{
	if (h.n > 2 && h.p[0] == '[') {
		for (size_t i = 1; i + 1 < h.n; i++)
			if (hex(h.p[i]) < 0 && h.p[i] != ':' && h.p[i] != '.')
				return false;
		return h.p[h.n - 1] == ']';
	}
	for (size_t i = 0; i < h.n; i++) {
		unsigned char c = (unsigned char)h.p[i];

		if (!is_unreserved(c) && c < 0x80)
			return false;
		if (c == '.' && (i == 0 || h.p[i - 1] == '.'))
			return false;
	}
	return h.n > 0 && h.n <= 255 && h.p[h.n - 1] != '.';
}

static int parse_port(struct span s, int *port)
{
	int v = 0;

	if (!s.n)
		return 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		v = v * 10 + (s.p[i] - '0');
		if (v > 65535)
			return -1;
	}
	*port = v;
	return v ? 0 : -1;
}

static int parse_authority(struct span a, struct url *u)
{
	size_t colon;

	/* Browsers read "\\" as "/": two readers, two hosts. */
	if (find(a, '\\') < a.n)
		return -1;
	for (size_t i = a.n; i > 0; i--)
		if (a.p[i - 1] == '@') {
			a = from(a, i);
			break;
		}
	if (a.n && a.p[0] == '[') {
		colon = find(a, ']');
		colon += colon < a.n;
		if (colon < a.n && a.p[colon] != ':')
			return -1;
	} else {
		colon = find(a, ':');
	}
	u->host = (struct span){ a.p, colon };
	u->port = u->https ? 443 : 80;
	if (colon < a.n && parse_port(from(a, colon + 1), &u->port))
		return -1;
	if (u->host.n > 1 && u->host.p[u->host.n - 1] == '.')
		u->host.n--;
	return host_is_valid(u->host) ? 0 : -1;
}

int url_parse(struct span raw, struct url *u)
{
	struct span s;
	size_t n;

	memset(u, 0, sizeof(*u));
	if (!raw.p)
		return -1;
	s = span_trim(raw);
	if (s.n > URL_MAX)
		return -1;
	if (starts(s, "https://")) {
		u->https = true;
		s = from(s, 8);
	} else if (starts(s, "http://")) {
		s = from(s, 7);
	} else {
		return -1;
	}
	n = find(s, '#');
	if (n < s.n)
		u->fragment = from(s, n + 1);
	s.n = n;
	n = find(s, '/');
	n = find((struct span){ s.p, n }, '?');
	if (parse_authority((struct span){ s.p, n }, u))
		return -1;
	s = from(s, n);
	n = find(s, '?');
	u->path = (struct span){ s.p, n };
	if (n < s.n)
		u->query = from(s, n + 1);
	return 0;
}

static void put_escaped(struct str *out, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";

	str_putc(out, '%');
	str_putc(out, digits[c >> 4]);
	str_putc(out, digits[c & 15]);
}

/* Appends s with illegal bytes escaped; with `normalise`, escapes that need
 * not be are undone and the others are in upper case. */
static void put_encoded(struct str *out, struct span s, bool normalise)
{
	for (size_t i = 0, run; i < s.n; i++) {
		unsigned char c;
		int hi = -1, lo = -1;

		for (run = i; i < s.n && is_legal((unsigned char)s.p[i]);)
			i++;
		str_put(out, s.p + run, i - run);
		if (i == s.n)
			break;
		c = (unsigned char)s.p[i];
		if (c == '%' && i + 2 < s.n) {
			hi = hex(s.p[i + 1]);
			lo = hex(s.p[i + 2]);
		}
		if (hi < 0 || lo < 0) {
			put_escaped(out, c);
			continue;
		}
		c = (unsigned char)(hi << 4 | lo);
		if (!normalise)
			str_put(out, s.p + i, 3);
		else if (is_unreserved(c))
			str_putc(out, (char)c);
		else
			put_escaped(out, c);
		i += 2;
	}
}

/* RFC 3986 5.2.4 on the path at out->p[start..], which begins with "/"; then
 * trailing slashes off, but for the root's. */
static void resolve_path(struct str *out, size_t start)
{
	char *p = out->p + start;
	size_t n = out->n - start, w = 0, i = 0;

	while (i < n) {
		size_t j = i + 1;

		while (j < n && p[j] != '/')
			j++;
		if (j - i == 2 && p[i + 1] == '.') {
			if (j == n)
				p[w++] = '/';
		} else if (j - i == 3 && p[i + 1] == '.' && p[i + 2] == '.') {
			while (w > 0 && p[--w] != '/')
				;
			if (j == n)
				p[w++] = '/';
		} else {
			memmove(p + w, p + i, j - i);
			w += j - i;
		}
		i = j;
	}
	while (w > 1 && p[w - 1] == '/')
		w--;
	out->n = start + w;
	if (!w)
		str_putc(out, '/');
	else
		out->p[out->n] = '\0';
}

/* name is normalised. */
static bool is_tracking(struct span name)
{
	static const char *const names[] = {
		"fbclid",  "gclid",   "dclid",   "gbraid", "wbraid",
		"msclkid", "yclid",   "twclid",  "ttclid", "igshid",
		"igsh",    "mc_cid",  "mc_eid",  "_ga",    "_gl",
		"si",      "ref_src", "feature", NULL
	};

	if (starts(name, "utm_"))
		return true;
	for (int i = 0; names[i]; i++)
		if (span_ieq(name, names[i]))
			return true;
	return false;
}

static void put_query(struct str *out, struct span query)
{
	char mark = '?';

	while (query.n) {
		size_t n = find(query, '&');
		size_t start = out->n;

		str_putc(out, mark);
		put_encoded(out, (struct span){ query.p, n }, true);
		struct span pair = { out->p + start + 1, out->n - start - 1 };
		pair.n = find(pair, '=');
		if (out->n == start + 1 || is_tracking(pair)) {
			out->n = start;
			out->p[start] = '\0';
		} else {
			mark = '&';
		}
		query = from(query, n < query.n ? n + 1 : n);
	}
}

/* "#!/s/Song", "#/track/1": a page of an application, not a place in one. */
static bool names_page(struct span fragment)
{
	size_t bang = fragment.n && fragment.p[0] == '!';

	return fragment.n > bang + 1 && (bang || fragment.p[0] == '/');
}

/* 0, or -1 with *out empty where escaping made it too long. */
static int check_length(struct str *out)
{
	if (out->n <= URL_MAX)
		return 0;
	str_reset(out);
	return -1;
}

static void put_lower(struct str *out, struct span s)
{
	size_t start = out->n;

	str_span(out, s);
	for (size_t i = start; i < out->n; i++)
		out->p[i] = lower(out->p[i]);
}

int url_canonical(struct span raw, struct str *out)
{
	struct url u;
	size_t start;

	str_reset(out);
	if (url_parse(raw, &u))
		return -1;
	str_puts(out, "https://");
	put_lower(out, u.host);
	if (u.port != 80 && u.port != 443)
		str_printf(out, ":%d", u.port);
	start = out->n;
	if (!u.path.n)
		str_putc(out, '/');
	put_encoded(out, u.path, true);
	resolve_path(out, start);
	put_query(out, u.query);
	if (names_page(u.fragment)) {
		str_putc(out, '#');
		put_encoded(out, u.fragment, true);
	}
	return check_length(out);
}

int url_clean(struct span raw, struct str *out)
{
	struct url u;

	str_reset(out);
	if (url_parse(raw, &u))
		return -1;
	str_puts(out, u.https ? "https://" : "http://");
	put_lower(out, u.host);
	if (u.port != (u.https ? 443 : 80))
		str_printf(out, ":%d", u.port);
	if (!u.path.n)
		str_putc(out, '/');
	put_encoded(out, u.path, false);
	if (u.query.p) {
		str_putc(out, '?');
		put_encoded(out, u.query, false);
	}
	return check_length(out);
}

int url_host(struct span url, struct str *out)
{
	struct url u;

	str_reset(out);
	if (url_parse(url, &u))
		return -1;
	put_lower(out, u.host);
	return 0;
}
