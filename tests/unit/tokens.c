/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "text/stem.h"
#include "text/stopwords.h"
#include "text/tokens.h"

/* All tokens, each behind "+" if joined, else " ", with a letter for kind. */
static void check(const char *text, const char *wanted)
{
	struct tokens t = { 0 };
	struct token k;
	struct str got = { 0 };

	tokens_start(&t, span_of(text));
	while (tokens_next(&t, &k)) {
		str_putc(&got, k.joined ? '+' : ' ');
		str_putc(&got, "wnie"[k.kind]);
		str_putc(&got, ':');
		str_span(&got, k.text);
	}
	assert_string_equal(str_z(&got), wanted);
	str_release(&got);
	tokens_release(&t);
}

static void words_and_their_joints(void **state)
{
	(void)state;
	check("", "");
	check(" .,!'&- ", "");
	check("I miss my ex", " w:i+w:miss+w:my+w:ex");
	check("DON\xE2\x80\x99T don't dont", " w:dont+w:dont+w:dont");
	check("rock'n'roll 'quoted'", " w:rocknroll+w:quoted");
	check("Hip-Hop, 90s; 1999", " w:hip+w:hop w:90s n:1999");
	check("Bj\xC3\xB6rk BJO\xCC\x88RK", " w:bjork+w:bjork");
	check("one\ntwo", " w:one w:two");
}

static void initials_and_ampersands(void **state)
{
	(void)state;
	check("R.E.M. rules", " w:rem w:rules");
	check("R&B D&B Q & A", " w:rnb+w:dnb+w:q+w:a");
	check("drum&bass", " w:drum+w:bass");
	check("end.Start v1.2", " w:end w:start+w:v1 n:2");
}

static void other_scripts_and_emoji(void **state)
{
	(void)state;
	check("\xE6\x84\x9B\xE3\x81\xAE song",
	      " i:\xE6\x84\x9B+i:\xE3\x81\xAE+w:song");
	check("love\xF0\x9F\x92\x94\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD",
	      " w:love+e:\xF0\x9F\x92\x94+e:\xF0\x9F\x91\x8D");
	check("\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA", /* a flag */
	      " e:\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA");
	check("\xD0\x9F\xD0\xA0\xD0\x98", " w:\xD0\xBF\xD1\x80\xD0\xB8");
}

static void links_are_not_words(void **state)
{
	(void)state;
	check("see https://example.org/a?b=c now", " w:see w:now");
	check("WWW.EXAMPLE.COM\nhi", " w:hi");
	check("http is a word", " w:http+w:is+w:a+w:word");
}

static void bad_bytes_end_no_scan(void **state)
{
	(void)state;
	check("a\xFFz \xF0\x9F", " w:a w:z");
}

static void stems_and_stop_words(void **state)
{
	struct stem *s = stem_new();

	(void)state;
	assert_true(span_is(stem_word(s, SPAN("missing")), "miss"));
	assert_true(span_is(stem_word(s, SPAN("happiness")), "happi"));
	assert_true(span_is(stem_word(s, SPAN("90s")), "90s"));
	assert_true(span_is(stem_word(s, SPAN("as")), "as"));
	assert_true(stopwords_has(SPAN("the")));
	assert_true(stopwords_has(SPAN("a")));
	assert_true(stopwords_has(SPAN("youve")));
	assert_true(stopwords_has(SPAN("dont")));
	assert_false(stopwords_has(SPAN("miss")));
	assert_false(stopwords_has(SPAN("without")));
	assert_false(stopwords_has(SPAN("")));
	stem_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_their_joints),
		cmocka_unit_test(initials_and_ampersands),
		cmocka_unit_test(other_scripts_and_emoji),
		cmocka_unit_test(links_are_not_words),
		cmocka_unit_test(bad_bytes_end_no_scan),
		cmocka_unit_test(stems_and_stop_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
