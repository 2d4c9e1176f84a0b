/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration that is right; each way of being wrong, by its name. */
#include "textfixture.h"

#include "learn/textconfig.h"

#define HEADS                                                                  \
	"\"heads\":[{\"name\":\"c\",\"kind\":\"class\",\"labels\":[\"up\","    \
	"\"down\"]}]"
#define MEMBERS "\"members\":[{\"kind\":\"wide\"}]"

static int read_text(struct textconfig *c, const char *json, struct err *err)
{
	char *path = test_path("config.json");
	int rc;

	test_save(path, json, strlen(json));
	rc = textconfig_read(c, path, err);
	unlink(path);
	free(path);
	return rc;
}

static void test_good(void **state)
{
	struct textconfig c;
	struct err err = { 0 };

	(void)state;
	if (read_text(
		&c,
		" {\"name\":\"x\",\"about\":\"y\",\"folds\":7,\"seed\":3,"
		"\"ridge\":2.5,\"grams\":{\"wide_words\":2,\"deep_pairs\":9}"
		"," HEADS ",\"sources\":[1,2],\"checks\":[{\"name\":\"k\","
		"\"sources\":[],\"among\":[\"down\"]}],\"members\":[{\"kind\":"
		"\"wide\",\"epochs\":3,\"wide_rate\":0.5},{\"kind\":\"deep\","
		"\"dim\":16,\"filters\":0,\"schedule\":\"cosine\"}]}\n",
		&err))
		fail_msg("%s", err.message);
	assert_int_equal(c.folds, 7);
	assert_true(c.seed == 3 && c.ridge == 2.5);
	assert_int_equal(c.grams.wide_words, 2);
	assert_int_equal(c.grams.deep_pairs, 9);
	assert_int_equal(c.grams.deep_words, textdata_defaults.deep_words);
	test_span_is(c.sources, "[1,2]");
	assert_int_equal(c.members, 2);
	assert_int_equal(c.options[0].epochs, 3);
	assert_true(c.options[0].wide_rate == 0.5);
	assert_int_equal(c.options[0].shape.wide, 1);
	assert_int_equal(c.options[1].shape.dim, 16);
	assert_int_equal(c.options[1].shape.filters, 0);
	assert_int_equal(c.options[1].shape.hidden,
			 textnetfit_deep.shape.hidden);
	assert_int_equal(c.options[1].schedule, TEXTNET_COSINE);
	assert_true(c.options[0].seed != c.options[1].seed);
	textconfig_release(&c);
	if (read_text(&c, "{" HEADS "," MEMBERS "}", &err))
		fail_msg("%s", err.message);
	assert_int_equal(c.folds, 5);
	textconfig_release(&c);
}

static void refused(const char *json, const char *why)
{
	struct textconfig c;
	struct err err = { 0 };

	if (!read_text(&c, json, &err))
		fail_msg("%s was read", json);
	assert_status(&err, ERR_DATA);
	if (!strstr(err.message, why) || !strstr(err.message, "config.json"))
		fail_msg("%s: \"%s\" lacks \"%s\"", json, err.message, why);
	textconfig_release(&c);
}

#define TOP(x) "{" x "," HEADS "," MEMBERS "}"
#define MEMBER(x) "{" HEADS ",\"members\":[{" x "}]}"
static void test_unknown(void **state)
{
	(void)state;
	refused(TOP("\"fold\":5"), "\"fold\"");
	refused(TOP("\"name about\":5"), "\"name about\"");
	refused(TOP("\"\":5"), "\"\"");
	refused(TOP("\"grams\":{\"wide\":5}"), "\"wide\"");
	refused(MEMBER("\"kind\":\"wide\",\"epoch\":5"), "\"epoch\"");
	refused(MEMBER("\"kind\":\"wide\",\"shape\":5"), "\"shape\"");
	refused(TOP("\"checks\":[{\"name\":\"x\",\"amongst\":[]}]"),
		"\"amongst\"");
	refused("{\"heads\":[{\"name\":\"a\",\"kind\":\"labels\",\"labels\":"
		"[\"x\"],\"lables\":1}]," MEMBERS "}",
		"\"lables\"");
	refused(TOP("\"checks\":[{\"name\":\"x\",\"among\":[\"up\","
		    "\"sideways\"]}]"),
		"sideways");
}

static void test_values(void **state)
{
	(void)state;
	refused("", "not a JSON object");
	refused("[]", "not a JSON object");
	refused("{\"heads\":", "not a JSON object");
	refused("{} x", "not a JSON object");
	refused("{" MEMBERS "}", "no heads");
	refused("{" HEADS "}", "no members");
	refused("{" HEADS ",\"members\":[{\"kind\":\"tall\"}]}",
		"wide or deep");
	refused("{" HEADS ",\"members\":[1]}", "wide or deep");
	refused("{" HEADS ",\"members\":[{\"kind\":\"wide\"},{\"kind\":\"wide\""
		"},{\"kind\":\"wide\"},{\"kind\":\"wide\"},{\"kind\":\"wide\"}]"
		"}",
		"too many members");
	refused(TOP("\"folds\":1"), "folds");
	refused(TOP("\"folds\":2.5"), "folds");
	refused(TOP("\"folds\":21"), "folds");
	refused(TOP("\"folds\":\"5\""), "folds");
	refused(TOP("\"seed\":-1"), "seed");
	refused(TOP("\"ridge\":1e999"), "ridge");
	refused(TOP("\"grams\":{\"wide_words\":0}"), "wide_words");
	refused(TOP("\"grams\":[]"), "grams");
	refused(TOP("\"sources\":{}"), "sources");
	refused(TOP("\"checks\":{}"), "checks");
	refused(TOP("\"checks\":[{\"sources\":[]}]"), "name");
	refused(MEMBER("\"kind\":\"deep\",\"dim\":20"), "multiple");
	refused(MEMBER("\"kind\":\"wide\",\"filters\":8"), "filters need");
	refused(MEMBER("\"kind\":\"deep\",\"epochs\":0"), "epochs");
	refused(MEMBER("\"kind\":\"deep\",\"epochs\":1.5"), "epochs");
	refused(MEMBER("\"kind\":\"deep\",\"hidden_dropout\":1"),
		"hidden_dropout");
	refused(MEMBER("\"kind\":\"deep\",\"schedule\":\"steps\""),
		"a schedule is");
	refused(MEMBER("\"kind\":\"deep\",\"schedule\":7"), "a schedule is");
}

static void test_missing(void **state)
{
	struct textconfig c;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(textconfig_read(&c, "/nonexistent/x.json", &err), -1);
	assert_status(&err, ERR_ENV);
	assert_non_null(strstr(err.message, "/nonexistent/x.json"));
	textconfig_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
