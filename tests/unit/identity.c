/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first. */
#include <cmocka.h>

#include "corpus/identity.h"

static void id_of(struct identity_facts facts, char id[IDENTITY_SIZE])
{
	struct identity s = { 0 };

	char of_url[IDENTITY_SIZE];

	if (identity_make(&s, &facts, id))
		strcpy(id, "none");
	if (!identity_of_url(facts.url, of_url))
		assert_string_equal(of_url, id);
	identity_release(&s);
}

#define FACTS(...) ((struct identity_facts){ __VA_ARGS__ })
#define S(text) SPAN(text)

static void same(struct identity_facts a, struct identity_facts b, bool want)
{
	char x[IDENTITY_SIZE], y[IDENTITY_SIZE];

	id_of(a, x);
	id_of(b, y);
	if (want)
		assert_string_equal(x, y);
	else
		assert_string_not_equal(x, y);
}

static void is_none(struct identity_facts a)
{
	char x[IDENTITY_SIZE];

	id_of(a, x);
	assert_string_equal(x, "none");
}

/* The published recipe, computed here by hand: ids are for ever. */
static void recipe(struct identity_facts facts, const char *text)
{
	uint8_t digest[HASH_SIZE];
	char want[IDENTITY_SIZE] = "mp", got[IDENTITY_SIZE];

	hash_sha256(text, strlen(text), digest);
	hash_hex(digest, 10, want + 2);
	id_of(facts, got);
	assert_string_equal(got, want);
}

static void test_recipe(void **state)
{
	char id[IDENTITY_SIZE];

	(void)state;
	recipe(FACTS(.url = S("http://Example.com/a/b")),
	       "url:https://example.com/a/b");
	recipe(FACTS(.payload = S("00ff"), .title = S("x")), "audio:00ff");
	recipe(FACTS(.artist = S("Bj\xC3\xB6rk"), .title = S(" All  Is Full "),
		     .year = S("1999.0"), .duration = S("272000")),
	       "text:bjork\nall is full\n1999\n272000");
	recipe(FACTS(.title = S("x")), "text:\nx\n\n");
	recipe(FACTS(.artist = S("A"), .title = S("Intro"), .album = S("One ")),
	       "text:a\nintro\n\n\none");
	recipe(FACTS(.title = S("x"), .album = S(" ")), "text:\nx\n\n");
	/* sha256("text:\nx\n\n"), from coreutils. */
	id_of(FACTS(.title = S("x")), id);
	assert_string_equal(id, "mpf120ad9b2a78186fd924");
}

static void test_precedence(void **state)
{
	(void)state;
	same(FACTS(.url = S("https://a.b/c"), .title = S("one")),
	     FACTS(.url = S("https://a.b/c"), .title = S("two"),
		   .payload = S("00")),
	     true);
	same(FACTS(.payload = S("00"), .title = S("one")),
	     FACTS(.payload = S("00"), .title = S("two")), true);
	/* What is no URL, or has lost bytes, identifies nothing. */
	same(FACTS(.url = S("not a url"), .title = S("one")),
	     FACTS(.title = S("one")), true);
	same(FACTS(.url = S("https://a.b/\xFF"), .title = S("one")),
	     FACTS(.title = S("one")), true);
	same(FACTS(.url = (struct span){ "https://a.b/\0x", 14 },
		   .title = S("one")),
	     FACTS(.title = S("one")), true);
}

static void test_text(void **state)
{
	(void)state;
	same(FACTS(.artist = S("BJ\xC3\x96RK"), .title = S("Hyper-Ballad")),
	     FACTS(.artist = S("bjork "), .title = S("hyper-ballad")), true);
	same(FACTS(.title = S("x"), .year = S("2001")),
	     FACTS(.title = S("x"), .year = S("2001.0")), true);
	same(FACTS(.title = S("x"), .year = S("2001")),
	     FACTS(.title = S("x"), .year = S("2002")), false);
	same(FACTS(.title = S("x"), .year = S("2001")),
	     FACTS(.title = S("x"), .duration = S("2001")), false);
	same(FACTS(.title = S("a b")), FACTS(.artist = S("a"), .title = S("b")),
	     false);
	same(FACTS(.title = S("x"), .year = S("unknown")),
	     FACTS(.title = S("x")), true);
}

static void test_none(void **state)
{
	(void)state;
	is_none(FACTS(.url = { NULL, 0 }));
	is_none(FACTS(.artist = S("somebody"), .year = S("2001")));
	is_none(FACTS(.title = S("")));
	is_none(FACTS(.title = S(" \t\n\xC2\xA0")));
	is_none(FACTS(.title = S("\xEF\xBF\xBD\xEF\xBF\xBD")));
	is_none(FACTS(.title = S("\xC2\xAD"))); /* a soft hyphen */
	is_none(FACTS(.url = S("ftp://a.b/c")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recipe),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
