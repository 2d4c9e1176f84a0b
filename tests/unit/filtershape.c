/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which titles have which shape, and that bytes of any kind do no harm. */
#include "testing.h"

#include "corpus/filtershape.h"
#include "corpus/filterwords.h"

/* The names of the title's shapes, in the order of the header. */
static void has_shapes(const char *title, const char *wanted)
{
	static const char *const names[] = { "dash",     "brackets", "colon",
					     "question", "sentence", "digits" };
	struct str met = { 0 };

	for (size_t i = 0; i < FILTER_SHAPES; i++) {
		int shape = filtershape_find(span_of(names[i]));

		assert_true(shape >= 0);
		if (filtershape_is(shape, span_of(title)))
			str_printf(&met, "%s ", names[i]);
	}
	assert_string_equal(str_z(&met), wanted);
	str_release(&met);
}

static void test_shapes(void **state)
{
	(void)state;
	has_shapes("", "");
	has_shapes("?", "");
	has_shapes("Ann - Song", "dash ");
	has_shapes("Ann – Song (Remix)", "dash brackets ");
	has_shapes("Ann-Marie", "");
	has_shapes("Programme: the subject", "colon ");
	has_shapes("Ann : Song", "");
	has_shapes("12:30", "");
	has_shapes("Why is that?  ", "question ");
	has_shapes("何ですか？", "question ");
	has_shapes("لماذا؟", "question ");
	has_shapes("the cat sat on the mat", "sentence ");
	has_shapes("The Cat Sat On The Mat", "");
	has_shapes("the cat sat on it", ""); /* five words */
	has_shapes("Ann went to Bob's to eat", "sentence ");
	has_shapes("REC_20201030", "digits ");
	has_shapes("Song 12345", "");
	has_shapes("\xff\xc3(\xe2\x80", "brackets ");
}

static void test_find(void **state)
{
	struct filterwords w;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(filtershape_find(SPAN("dashes")), -1);
	assert_int_equal(filtershape_find(SPAN("")), -1);
	assert_int_equal(filterwords_parse(
			     &w, SPAN("shape\tround\t-\t1\t0\t0\n"), "t", &err),
			 -1);
	assert_int_equal(err.status, ERR_DATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
