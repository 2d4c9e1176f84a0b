/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/url.h"

static void check(int (*fn)(struct span, struct str *), const char *in,
		  const char *want)
{
	struct str out = { 0 };
	int rc = fn(span_of(in), &out);

	if (want) {
		assert_int_equal(rc, 0);
		assert_string_equal(str_z(&out), want);
	} else {
		assert_int_equal(rc, -1);
		assert_int_equal(out.n, 0);
	}
	str_release(&out);
}

static const char *const canonical[][2] = {
	{ "http://Example.COM", "https://example.com/" },
	{ "HTTPS://example.com./", "https://example.com/" },
	{ "  http://example.com/a\n", "https://example.com/a" },
	{ "http://example.com:80/a/", "https://example.com/a" },
	{ "https://example.com:443/a//", "https://example.com/a" },
	{ "https://example.com:/a", "https://example.com/a" },
	{ "https://example.com:8443/a", "https://example.com:8443/a" },
	{ "https://me:pw@example.com/a", "https://example.com/a" },
	{ "https://a@b@example.com/a", "https://example.com/a" },
	{ "http://h/a/./b/../c", "https://h/a/c" },
	{ "http://h/../../x", "https://h/x" },
	{ "http://h/a/..", "https://h/" },
	{ "http://h/a/%2e%2E/b", "https://h/b" },
	{ "http://h/%7euser/%c3%a9", "https://h/~user/%C3%A9" },
	{ "http://h/\xc3\xa9 x", "https://h/%C3%A9%20x" },
	{ "http://h/100%", "https://h/100%25" },
	{ "http://h/%zz", "https://h/%25zz" },
	{ "http://h/a%2Fb", "https://h/a%2Fb" },
	{ "http://h/a#top", "https://h/a" },
	{ "http://h?#", "https://h/" },
	{ "http://h/#!/s/One/a?b=1#c", "https://h/#!/s/One/a?b=1%23c" },
	{ "http://h/a/?x#/track/1", "https://h/a?x#/track/1" },
	{ "http://h/a#/", "https://h/a" },
	{ "http://h/a#!/", "https://h/a" },
	{ "http://h/a?utm_source=x&utm_medium=y", "https://h/a" },
	{ "http://h/a?b=2&UTM_Source=x&a=1", "https://h/a?b=2&a=1" },
	{ "http://h/w?v=1&si=abc&feature=share", "https://h/w?v=1" },
	{ "http://h/w?fbclid=1&v=%41", "https://h/w?v=A" },
	{ "http://h/w?site=1", "https://h/w?site=1" },
	{ "http://h/w?&&a&", "https://h/w?a" },
	{ "http://h/w?u=http://x/../y/", "https://h/w?u=http://x/../y/" },
	{ "http://[2001:DB8::1]:8080/x", "https://[2001:db8::1]:8080/x" },
	{ "http://a_b.c/x", "https://a_b.c/x" },
	{ "", NULL },
	{ "example.com/a", NULL },
	{ "//example.com/a", NULL },
	{ "ftp://example.com/", NULL },
	{ "javascript:alert(1)", NULL },
	{ "http:/h", NULL },
	{ "http://", NULL },
	{ "http:///x", NULL },
	{ "http://a b/", NULL },
	{ "http://a..b/", NULL },
	{ "http://.a/", NULL },
	{ "http://h:0/", NULL },
	{ "http://h:65536/", NULL },
	{ "http://h:8x/", NULL },
	{ "http://h\\@evil/", NULL },
	{ "http://h%2f/", NULL },
	{ "http://[::1/", NULL },
	{ "http://[::1]x/", NULL },
	{ "http://[]/", NULL },
};

static void test_canonical(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(canonical) / sizeof(canonical[0]); i++)
		check(url_canonical, canonical[i][0], canonical[i][1]);
}

static void test_idempotent(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(canonical) / sizeof(canonical[0]); i++)
		if (canonical[i][1])
			check(url_canonical, canonical[i][1], canonical[i][1]);
}

/* Any bytes behind the scheme: no crash, and what is accepted is a fixed
 * point without a byte that is not printable ASCII (hosts excepted). */
static void test_any_bytes(void **state)
{
	static const char set[] = "h./?&=%#:@[]~a2eEfF \\\xc3\xa9-_;+";
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct str in = { 0 }, a = { 0 }, b = { 0 };

		str_puts(&in, round & 1 ? "http://" : "https://h/");
		for (int i = 0; i < 24; i++) {
			seed =
			    seed * 6364136223846793005u + 1442695040888963407u;
			str_putc(&in, set[(seed >> 33) % (sizeof(set) - 1)]);
		}
		if (!url_canonical(span_str(&in), &a)) {
			assert_int_equal(url_canonical(span_str(&a), &b), 0);
			assert_string_equal(str_z(&a), str_z(&b));
			assert_int_equal(url_clean(span_str(&in), &b), 0);
		}
		str_release(&in);
		str_release(&a);
		str_release(&b);
	}
}

static void test_clean(void **state)
{
	(void)state;
	check(url_clean, "http://Me:pw@H:80/a/../b/?utm_x=1&z#top",
	      "http://h/a/../b/?utm_x=1&z");
	check(url_clean, "https://h:80", "https://h:80/");
	check(url_clean, "https://h?q", "https://h/?q");
	check(url_clean, "http://h/%7e%zz \xff", "http://h/%7e%25zz%20%FF");
	check(url_clean, "mailto:x@y", NULL);
}

static void test_host(void **state)
{
	(void)state;
	check(url_host, "https://u@WWW.Example.com:99/x", "www.example.com");
	check(url_host, "https://[::1]:99/x", "[::1]");
	check(url_host, "gopher://x/", NULL);
}

static void test_long(void **state)
{
	struct str in = { 0 }, out = { 0 };

	(void)state;
	str_puts(&in, "http://h/");
	while (in.n < 4000)
		str_putc(&in, '"');
	assert_int_equal(url_canonical(span_str(&in), &out), -1);
	assert_int_equal(out.n, 0);
	assert_int_equal(url_clean(span_str(&in), &out), -1);
	in.n = 1000;
	assert_int_equal(url_canonical(span_str(&in), &out), 0);
	while (in.n <= URL_MAX)
		str_putc(&in, 'a');
	assert_int_equal(url_canonical(span_str(&in), &out), -1);
	assert_int_equal(url_canonical((struct span){ NULL, 0 }, &out), -1);
	str_release(&in);
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_idempotent),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
