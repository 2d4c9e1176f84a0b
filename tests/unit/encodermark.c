/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "corpus/encodermark.h"
#include "corpus/encoderprecision.h"

static void fill(char hex[ENCODERMARK_HEX], char c)
{
	memset(hex, c, ENCODERMARK_HEX - 1);
	hex[ENCODERMARK_HEX - 1] = '\0';
}

static void make(struct encodermark *m)
{
	*m = (struct encodermark){ .dim = 1024, .precision = LINEAR_INT8 };
	str_puts(&m->name, "my \"model\"");
	str_puts(&m->path, "/a b/\xc3\xa9");
	fill(m->digest, 'a');
	fill(m->stamp, '0');
	fill(m->recipe, '9');
}

static void test_round_trip(void **state)
{
	struct encodermark m, back = { .dim = 0 };
	struct str out = { 0 };
	struct err err;

	(void)state;
	make(&m);
	encodermark_write(&m, &out);
	assert_int_equal(encodermark_read(&back, span_str(&out), &err), 0);
	assert_string_equal(str_z(&back.name), "my \"model\"");
	assert_string_equal(str_z(&back.path), "/a b/\xc3\xa9");
	assert_string_equal(back.digest, m.digest);
	assert_string_equal(back.stamp, m.stamp);
	assert_string_equal(back.recipe, m.recipe);
	assert_int_equal(back.dim, 1024);
	assert_int_equal(back.precision, LINEAR_INT8);
	encodermark_release(&m);
	encodermark_release(&back);
	str_release(&out);
}

/* Every single byte taken away or changed is refused, or changes what was said;
 * never more than it may be. The brace at the end is not looked at. */
static void test_damage(void **state)
{
	struct encodermark m, back = { .dim = 0 };
	struct str out = { 0 };
	struct err err;

	(void)state;
	make(&m);
	encodermark_write(&m, &out);
	for (size_t i = 0; i < out.n; i++) {
		char was = out.p[i];

		for (int c = 0; c < 256; c += 7) {
			out.p[i] = (char)c;
			if (encodermark_read(&back, span_str(&out), &err))
				assert_int_equal(err.status, ERR_DATA);
			else
				assert_true(back.dim >= 1 && back.dim <= 4096 &&
					    strlen(back.digest) == 64);
		}
		out.p[i] = was;
		assert_int_equal(
		    encodermark_read(&back, (struct span){ out.p, i }, &err),
		    i + 2 >= out.n ? 0 : -1);
	}
	assert_int_equal(encodermark_read(&back, SPAN("{}"), &err), -1);
	encodermark_release(&m);
	encodermark_release(&back);
	str_release(&out);
}

static void test_precisions(void **state)
{
	enum linear_precision p;
	struct err err;

	(void)state;
	for (int i = 0; i < ENCODERPRECISIONS; i++) {
		const char *name =
		    encoderprecision_name((enum linear_precision)i);

		assert_int_equal(
		    encoderprecision_parse(span_of(name), &p, &err), 0);
		assert_int_equal(p, i);
	}
	assert_int_equal(encoderprecision_parse(SPAN("f3"), &p, &err), -1);
	assert_int_equal(encoderprecision_parse(SPAN(""), &p, &err), -1);
	assert_int_equal(err.status, ERR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_precisions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
