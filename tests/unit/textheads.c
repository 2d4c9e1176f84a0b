/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads: written and read back, and whatever is wrong with them. */
#include "textfixture.h"

static void test_round_trip(void **state)
{
	struct textheads h, back;
	struct str json = { 0 }, again = { 0 };
	struct err err = { 0 };

	(void)state;
	textfixture_heads(
	    &h,
	    "[{\"name\":\"a\\\"\",\"kind\":\"labels\",\"labels\":[\"x\\\"\","
	    "\"y\"],\"weight\":0.25,\"balance\":0.5,\"threshold\":"
	    "[0.1,0.9]},{\"name\":\"v\",\"kind\":\"regression\","
	    "\"labels\":[\"z\"],\"stacked\":true,\"mean\":[-3.25]},"
	    "{\"name\":\"i\",\"kind\":\"labels\",\"labels\":[\"u\",\"w\"],"
	    "\"calibration\":\"isotonic\",\"knots\":[[-1,0.25,1,0.5],[]]},"
	    "{\"name\":\"c\",\"kind\":\"class\",\"labels\":[\"p\",\"q\"]}]");
	assert_int_equal(h.columns, 7);
	assert_int_equal(h.head[3].first, 5);
	assert_float_equal(texthead_probability(&h.head[2], 0, 0), .375, 1e-9);
	assert_float_equal(texthead_probability(&h.head[2], 0, 9), .5, 1e-9);
	assert_float_equal(texthead_probability(&h.head[2], 1, 0), .5, 1e-9);
	assert_true(h.head[0].slope[1] == 1 && h.head[0].threshold[1] == .9);
	assert_true(h.head[3].threshold[0] == .5 && h.head[3].weight == 1);
	textheads_write(&h, &json);
	assert_int_equal(textheads_read(&back, span_str(&json), &err), 0);
	textheads_write(&back, &again);
	assert_string_equal(str_z(&json), str_z(&again));
	assert_true(back.head[1].mean[0] == -3.25 && back.head[1].stacked);
	assert_string_equal(back.head[0].label[0], "x\"");
	assert_ptr_equal(textheads_find(&h, "v"), &h.head[1]);
	assert_null(textheads_find(&h, "w"));
	assert_int_equal(texthead_label(&h.head[0], SPAN("y")), 1);
	assert_int_equal(texthead_label(&h.head[0], SPAN("z")), -1);
	str_release(&json);
	str_release(&again);
}

static void refused(const char *json, const char *why)
{
	struct textheads h;
	struct err err = { 0 };

	if (!textheads_read(&h, span_of(json), &err))
		fail_msg("%s was read", json);
	assert_status(&err, ERR_DATA);
	if (!strstr(err.message, why))
		fail_msg("%s: \"%s\" lacks \"%s\"", json, err.message, why);
}

#define HEAD "{\"name\":\"a\",\"kind\":\"class\",\"labels\":[\"x\",\"y\"]"
static void test_refused(void **state)
{
	struct str many = { 0 };

	(void)state;
	refused("[{\"name\":\"a\",\"kind\":\"class\",\"labels\":[\"x\"],"
		"\"calibration\":\"isotonic\"}]",
		"calibration");
	refused("[{\"name\":\"a\",\"kind\":\"labels\",\"labels\":[\"x\"],"
		"\"calibration\":\"isotonic\",\"knots\":[[0,0.5,0,0.6]]}]",
		"rising");
	refused("", "no heads");
	refused("[]", "no heads");
	refused("{}", "no heads");
	refused("[1]", "a name");
	refused("[" HEAD ",\"wieght\":2}]", "\"wieght\"");
	refused("[" HEAD ",\"weight\":\"2\"}]", "weight");
	refused("[" HEAD ",\"weight\":-1}]", "weight");
	refused("[" HEAD ",\"slope\":[1]}]", "slope: 2 numbers");
	refused("[" HEAD ",\"slope\":[1,\"\"]}]", "slope: 2 numbers");
	refused("[" HEAD ",\"slope\":[1,1e300]}]", "slope: 2 numbers");
	refused("[" HEAD ",\"stacked\":true}]", "only regressions");
	refused("[" HEAD ",\"stacked\":1}]", "stacked");
	refused("[" HEAD "}," HEAD "}]", "two heads \"a\"");
	refused("[{\"name\":\"a\",\"kind\":\"x\",\"labels\":[\"x\"]}]",
		"kind \"x\"");
	refused("[{\"name\":\"a\",\"kind\":\"class\"}]", "no labels");
	refused("[{\"name\":\"a\",\"kind\":\"class\",\"labels\":[\"x\","
		"\"y\",\"x\"]}]",
		"two labels \"x\"");
	refused("[{\"name\":\"a\",\"kind\":\"class\",\"labels\":[\"\"]}]",
		"1 to 23 bytes");
	refused("[{\"name\":\"abcdefghijklmnopqrstuvwx\",\"kind\":\"class\"}]",
		"1 to 23 bytes");
	for (int n = 64; n <= 65; n++) {
		str_reset(&many);
		str_puts(&many, "[{\"name\":\"a\",\"kind\":\"labels\","
				"\"labels\":[");
		for (int i = 0; i < n; i++)
			str_printf(&many, "%s\"l%d\"", i ? "," : "", i);
		str_puts(&many, "]}]");
		if (n == 65) {
			refused(str_z(&many), "more than 64 labels");
		} else {
			struct textheads h;

			textfixture_heads(&h, str_z(&many));
			many.n -= 1;
			str_puts(&many, ",{\"name\":\"b\",\"kind\":\"class\","
					"\"labels\":[\"x\",\"y\"]}]");
			refused(str_z(&many), "66 labels in all");
		}
	}
	str_reset(&many);
	str_putc(&many, '[');
	for (int i = 0; i < 13; i++)
		str_printf(&many,
			   "%s{\"name\":\"h%d\",\"kind\":\"labels\","
			   "\"labels\":[\"x\"]}",
			   i ? "," : "", i);
	str_puts(&many, "]");
	refused(str_z(&many), "more than 12 heads");
	str_release(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
