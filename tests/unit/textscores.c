/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures by hand, their names, and what is left out. */
#include "textfixture.h"

#include "learn/textscores.h"

static void is(const struct textscores *s, const char *name, double want)
{
	double got = textscores_get(s, name);

	if (!(fabs(got - want) < 1e-6))
		fail_msg("%s: %f, wanted %f", name, got, want);
}

static void test_figures(void **state)
{
	/* labels x y | classes p q r | v | w, which nobody is labelled for */
	static const float target[5][7] = {
		{ 1, 0, 1, 0, 0, 1, NAN },
		{ 1, 1, 0, 1, 0, 2, NAN },
		{ 0, 1, 0, 0, 1, 3, NAN },
		{ 0, 0, 0, 0, 1, 4, NAN },
		{ NAN, NAN, NAN, NAN, NAN, NAN, NAN },
	};
	static const float value[5][7] = {
		{ .9F, .2F, .8F, .1F, .1F, 1.5F, 0 },
		{ .4F, .8F, .6F, .3F, .1F, 2.5F, 0 },
		{ .1F, .9F, 0, .2F, .8F, 3.5F, 0 },
		{ .6F, .1F, 0, .1F, .9F, 4.5F, 0 },
		{ 1, 1, 1, 1, 1, 1, 1 },
	};
	struct labelled l = { .count = 5,
			      .columns = 7,
			      .targets = (float *)(uintptr_t)target };
	struct textscores s = { 0 };
	struct textheads h;
	struct str out = { 0 };

	(void)state;
	textfixture_heads(&h, "[{\"name\":\"a\",\"kind\":\"labels\","
			      "\"labels\":[\"x\",\"y\"],\"threshold\":"
			      "[0.7,0.5]},{\"name\":\"c\",\"kind\":\"class\","
			      "\"labels\":[\"p\",\"q\",\"r\"]},{\"name\":"
			      "\"v\",\"kind\":\"regression\",\"labels\":"
			      "[\"n\"]},{\"name\":\"w\",\"kind\":"
			      "\"regression\",\"labels\":[\"n\"]}]");
	textscores_add(&s, &h, &l, &value[0][0]);
	is(&s, "a.texts", 4);
	/* x: told once, rightly, of two; y: both, no more */
	is(&s, "a.f1.x", 2. / 3);
	is(&s, "a.f1.y", 1);
	is(&s, "a.macro-f1", (2. / 3 + 1) / 2);
	is(&s, "a.micro-f1", 6. / 7);
	is(&s, "a.auc.x", .75); /* .9 beats both, .4 one of .1 and .6 */
	is(&s, "a.auc.y", 1);
	is(&s, "c.accuracy", .75);
	/* p: 2/3, q: 0, r: 1 */
	is(&s, "c.macro-f1", (2. / 3 + 0 + 1) / 3);
	is(&s, "c.log-loss", -(log(.8) + log(.3) + log(.8) + log(.9)) / 4);
	is(&s, "v.r.n", 1);
	is(&s, "v.mae.n", .5);
	assert_true(isnan(textscores_get(&s, "w.r.n")));
	assert_true(isnan(textscores_get(&s, "w.texts")));
	textscores_write(&s, false, &out);
	assert_non_null(strstr(str_z(&out), "c.accuracy\t0.7500\n"));
	assert_non_null(strstr(str_z(&out), "v.r.n\t1.0000\n"));
	assert_null(strstr(str_z(&out), "f1.x"));
	str_reset(&out);
	textscores_write(&s, true, &out);
	assert_non_null(strstr(str_z(&out), "a.f1.x\t0.6667\n"));
	str_release(&out);
	textscores_release(&s);
}

/* No figure can be had: "nan", with no sign. */
static void test_constant(void **state)
{
	float target[2] = { 1, 2 }, value[2] = { 3, 3 };
	struct labelled l = { .count = 2, .columns = 1, .targets = target };
	struct textscores s = { 0 };
	struct textheads h;
	struct str out = { 0 };

	(void)state;
	textfixture_heads(&h, "[{\"name\":\"v\",\"kind\":\"regression\","
			      "\"labels\":[\"n\"]}]");
	textscores_add(&s, &h, &l, value);
	s.items[1].value = -(double)NAN;
	textscores_write(&s, false, &out);
	assert_string_equal(str_z(&out),
			    "v.texts\t2.0000\nv.r.n\tnan\nv.mae.n\t1.5000\n");
	str_release(&out);
	textscores_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_constant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
