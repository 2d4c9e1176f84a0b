/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a writer stressed, case by case; any bytes at all. */
#include "testing.h"

#include "text/utf8.h"
#include "text/utterance.h"

/* One text as "token token": behind a token ! shouted, ~ stretched, - negates,
 * * negated; before it its kind: . mark, < stand-in, $ symbol. */
static void render(const struct utterance *u, struct str *out)
{
	static const char kinds[] = " .<$";

	str_reset(out);
	for (size_t i = 0; i < u->count; i++) {
		const struct utterance_token *t = &u->tokens[i];

		if (i)
			str_putc(out, ' ');
		if (t->kind != UTTERANCE_WORDS)
			str_putc(out, kinds[t->kind]);
		str_span(out, t->text);
		str_puts(out, t->shouted ? "!" : "");
		str_puts(out, t->stretched ? "~" : "");
		str_puts(out, t->negates ? "-" : "");
		str_puts(out, t->negated ? "*" : "");
	}
	str_z(out);
}

static void check(const char *text, const char *want)
{
	struct utterance u = { 0 };
	struct str got = { 0 };

	assert_int_equal(utterance_read(&u, span_of(text)), strlen(text));
	render(&u, &got);
	if (strcmp(got.p ? got.p : "", want))
		fail_msg("\"%s\": %s, wanted %s", text, got.p, want);
	str_release(&got);
	utterance_release(&u);
}

static void test_words(void **state)
{
	(void)state;
	check("", "");
	check(" \t\r\n ", "");
	check("I miss my ex", "i miss my ex");
	check("B\xc3\x96RK caf\xc3\xa9", "bork! cafe");
	check("rock 'n' roll", "rock .' n .' roll");
	check("don\xe2\x80\x99t", "don't-");
	check("#blessed # 1", "blessed .# 1");
	check("snake_case", "snake_case");
}

static void test_negation(void **state)
{
	(void)state;
	/* four words, whatever kind of negation */
	check("not a b c d e", "not- a* b* c* d* e");
	check("I don't like it", "i don't- like* it*");
	check("dont", "dont-");
	check("cannot go", "cannot- go*");
	/* a mark ends it, a quote or an emoticon does not */
	check("not good, bad", "not- good* ., bad");
	check("not \"good\" bad", "not- .\" good* .\" bad*");
	check("never :( again", "never- $:( again*");
	/* a new one begins anew; the negation itself may be negated */
	check("no a b not c d e f g", "no- a* b* not-* c* d* e* f* g");
	/* what only looks like one */
	check("note knot nothin nt", "note knot nothin nt");
}

static void test_emphasis(void **state)
{
	(void)state;
	check("SO sad", "so! sad");
	check("I AM Sad A", "i am! sad a");
	check("OK2 B2B A1", "ok2! b2b! a1");
	check("DON'T", "don't!-");
	check("CAF\xc3\x89 CAF\xc3\xa9 \xc3\x89T\xc3\x89", "cafe! cafe ete!");
	check("CAFE\xcc\x81 SO_BAD", "cafe! so_bad!");
	check("\xd0\x94\xd0\x90 \xd0\x94\xd0\xb0",
	      "\xd0\xb4\xd0\xb0! \xd0\xb4\xd0\xb0");
	check("sooo soo so", "soo~ soo so");
	check("SOOOO haaappppy", "soo!~ haappy~");
	check("1000", "1000"); /* digits are not stretched */
	check("no!!! what?! wait...", "no- .!!! what .?! wait ....");
	check("!!!!!!!!!!", ".!!!");
}

static void test_symbols(void **state)
{
	(void)state;
	check(":) :-) :( ;) =D :D :p :3", "$:) $:-) $:( $;) $=d $:d $:p $:3");
	check("<3 you", "$<3 you");
	check("ratio 2:3x a:b", "ratio 2 .: 3x a .: b");
	check(":Dogs", ".: dogs"); /* no grin */
	check("http://a.b/c?d=1 www.x.y end", "<<url> <<url> end");
	check("@someone [NAME] [x] @ a", "<<user> <[NAME] x .] .@ a");
}

static void test_emoji(void **state)
{
	(void)state;
	/* skin tones, presentation selectors and joiners are dropped */
	check("\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "$\xf0\x9f\x91\x8d");
	check("\xe2\x9d\xa4\xef\xb8\x8f ok", "$\xe2\x9d\xa4 ok");
	check("\xf0\x9f\x98\x80\xf0\x9f\x98\xad",
	      "$\xf0\x9f\x98\x80 $\xf0\x9f\x98\xad");
	check("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
	      "$\xf0\x9f\x91\xa9 $\xf0\x9f\x9a\x80");
	check("yes\xf0\x9f\x98\x80no", "yes $\xf0\x9f\x98\x80 no-");
}

static void test_scripts(void **state)
{
	(void)state;
	/* one Han or kana character is a word; ideographic marks */
	check("\xe6\x82\xb2\xe3\x81\x97\xe3\x80\x82",
	      "\xe6\x82\xb2 \xe3\x81\x97 ..");
	/* Hangul, Hebrew, Arabic: words */
	check("\xec\x8a\xac\xed\x94\x88 \xd7\xa2\xd7\xa6\xd7\x95\xd7\x91",
	      "\xec\x8a\xac\xed\x94\x88 \xd7\xa2\xd7\xa6\xd7\x95\xd7\x91");
	/* a right-to-left mark separates and leaves nothing */
	check("\xe2\x80\x8f"
	      "a\xe2\x80\x8f",
	      "a");
	/* combining marks: with a letter folded away, alone nothing */
	check("e\xcc\x81t\xcc\x81", "et");
	check("\xcc\x81", "");
	check("a \xcc\x81\xcc\x81 b", "a b");
	/* typographic marks */
	check("\xe2\x80\x9c"
	      "a\xe2\x80\x9d\xe2\x80\x94"
	      "b\xe2\x80\xa6",
	      ".\" a .\" .- b ....");
}

static void test_long(void **state)
{
	struct utterance u = { 0 };
	struct str text = { 0 };
	size_t taken;

	(void)state;
	/* 100 words without a mark: 72 at a time */
	for (int i = 0; i < 100; i++)
		str_puts(&text, "ab ");
	assert_int_equal(utterance_read(&u, span_str(&text)), 72 * 3);
	assert_int_equal(u.count, UTTERANCE_TOKENS);
	assert_int_equal(utterance_read(&u, (struct span){ text.p + 216, 84 }),
			 84);
	assert_int_equal(u.count, 28);
	/* a mark as token 50 ends the first piece, behind itself */
	str_reset(&text);
	for (int i = 0; i < 100; i++)
		str_puts(&text, i == 49 ? "." : "ab ");
	taken = utterance_read(&u, span_str(&text));
	assert_int_equal(taken, 49 * 3 + 1);
	assert_int_equal(u.count, 50);
	/* one in the first half does not */
	str_reset(&text);
	for (int i = 0; i < 100; i++)
		str_puts(&text, i == 35 ? "." : "ab ");
	assert_int_equal(utterance_read(&u, span_str(&text)), 71 * 3 + 1);
	assert_int_equal(u.count, UTTERANCE_TOKENS);
	/* exactly as many tokens as fit, and blanks: all of it */
	str_reset(&text);
	for (int i = 0; i < 72; i++)
		str_puts(&text, i == 49 ? "." : "ab ");
	str_puts(&text, "  \n");
	assert_int_equal(utterance_read(&u, span_str(&text)), text.n);
	assert_int_equal(u.count, 72);
	/* a word of 100 bytes is cut at 40, between characters */
	str_reset(&text);
	str_putc(&text, 'x');
	for (int i = 0; i < 50; i++)
		str_puts(&text, "\xd7\x91");
	assert_int_equal(utterance_read(&u, span_str(&text)), text.n);
	assert_int_equal(u.count, 1);
	assert_int_equal(u.tokens[0].text.n, 39);
	assert_true(utf8_valid(u.tokens[0].text));
	str_release(&text);
	utterance_release(&u);
}

static void test_malformed(void **state)
{
	(void)state;
	check("a\xff"
	      "b",
	      "a b");
	check("\xc3", "");
	check("x\xe2\x80", "x");
	check("\xed\xa0\x80", "");
	check("not\x80good", "not- good*");
}

/* Random bytes of a nasty alphabet, in memory of just their size. */
static void test_any(void **state)
{
	static const char *const parts[] = { "a",
					     "B",
					     "'",
					     "\xe2\x80\x99",
					     "!",
					     "?",
					     ":",
					     ")",
					     "[",
					     "]",
					     "X",
					     "@",
					     "<3",
					     "#",
					     " ",
					     "\xf0",
					     "\x9f",
					     "\x98",
					     "\x80",
					     "\xcc\x81",
					     "\xe6\x82\xb2",
					     "www.",
					     "http://",
					     "\xf0\x9f\x98\x80",
					     "\xf0\x9f\x8f\xbd",
					     "oooo",
					     "\xe2\x80\x8d",
					     ".",
					     "d",
					     "\xcb\x9c",
					     "\xef\xb7\xba",
					     "_" };
	struct utterance u = { 0 };
	struct str text = { 0 };
	uint64_t seed = 5;

	(void)state;
	for (int run = 0; run < 3000; run++) {
		size_t n = rng_below(&seed, 150), at = 0;
		char *copy;

		str_reset(&text);
		while (n--)
			str_puts(&text,
				 parts[rng_below(&seed, sizeof(parts) /
							    sizeof(*parts))]);
		copy = mem_dup(text.p ? text.p : "", text.n);
		copy = mem_resize(copy, text.n ? text.n : 1, 1);
		while (at < text.n) {
			size_t last = 0;
			size_t taken = utterance_read(
			    &u, (struct span){ copy + at, text.n - at });

			assert_true(taken > 0 && taken <= text.n - at);
			assert_true(u.count <= UTTERANCE_TOKENS);
			for (size_t i = 0; i < u.count; i++) {
				const struct utterance_token *t = &u.tokens[i];

				assert_true(t->text.n > 0 &&
					    t->text.n <= UTTERANCE_WORD);
				assert_true(t->start >= last &&
					    t->end > t->start &&
					    t->end <= taken);
				assert_true(t->kind == UTTERANCE_STAND_IN ||
					    utf8_valid(t->text));
				last = t->end;
			}
			at += taken;
		}
		free(copy);
	}
	str_release(&text);
	utterance_release(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_negation),
		cmocka_unit_test(test_emphasis),
		cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_emoji),
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
