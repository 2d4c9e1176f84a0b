/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of sources: what is refused, what ships, who speaks of what. */
#include "testing.h"

#include <math.h>

#include "corpus/datadir.h"
#include "corpus/moodsources.h"
#include "io/input.h"

#define NEEDED                                                                 \
	"# a comment\n"                                                        \
	"prior\tvalence\t0\t1\t0.5\t1\t-\t0\n"                                 \
	"prior\tarousal\t0\t1\t0.5\t1\t-\t0\n"                                 \
	"prior\tdominance\t0\t1\t0.2\t1\t-\t0\tfrom\n"                         \
	"valence\tdominance\t0.1\t0.5\t0.2\t1\t-\t0\n"                         \
	"arousal\tdominance\t0\t0.2\t0\t1\t-\t0\n\n"

static int parse(struct moodsources *m, const char *tsv, struct err *err)
{
	*err = (struct err){ 0 };
	return moodsources_parse(m, span_of(tsv), "table", err);
}

static void test_refused(void **state)
{
	static const char *const lines[] = {
		"tags\tvalence\t0\t1\t0.5\t1\t-",
		"tags\tvalence\tx\t1\t0.5\t1\t-\t0",
		"tags\tvalence\t0\tx\t0.5\t1\t-\t0",
		"tags\tvalence\t0\t1\t-1\t1\t-\t0",
		"tags\tvalence\t0\t1\t0.5\t0\t-\t0",
		"tags\tvalence\t0\t1\t0.5\t1\tx\t0",
		"tags\tvalence\t0\t1\t0.5\t1\t-\t2",
		"tags\tpower\t0\t1\t0.5\t1\t-\t0",
		"tagz\tvalence\t0\t1\t0.5\t1\t-\t0",
		"valence\tarousal\t0\t1\t0.5\t1\t-\t0",
		"prior\tvalence\t0\t1\t0.5\t1\t-\t0",
		"valence\tdominance\t0\t1\t0.5\t1\t-\t0",
	};
	struct moodsources m;
	struct err err;

	(void)state;
	assert_int_equal(parse(&m, NEEDED, &err), 0);
	assert_int_equal(parse(&m, "", &err), -1);
	assert_status(&err, ERR_DATA);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct str s = { 0 };

		str_puts(&s, NEEDED);
		str_puts(&s, lines[i]);
		if (!parse(&m, str_z(&s), &err))
			fail_msg("taken: %s", lines[i]);
		assert_status(&err, ERR_DATA);
		assert_non_null(strstr(err.message, "table:8: "));
		str_release(&s);
	}
}

static void near(double got, double want)
{
	if (!(fabs(got - want) < 1e-9))
		fail_msg("got %.12g, wanted %.12g", got, want);
}

static void test_blend(void **state)
{
	const struct moodcentre here = { { 0, 0 } };
	const struct moodcentre there = { { 0.2, -0.1 } };
	struct moodsaid said[MOODSOURCES] = { 0 };
	struct moodsources m;
	struct moodfound f;
	struct err err;

	(void)state;
	assert_int_equal(parse(&m,
			       NEEDED "sound\tvalence\t0\t0.5\town\t1\t-\t0\n"
				      "sound\tarousal\t0\t0.5\t0.3\t1\t-\t0\n"
				      "tags\tvalence\t0\t1\t0.4\t2\t-\t0\n",
			       &err),
			 0);
	moodsources_blend(&m, said, &here, &f);
	assert_int_equal(f.surest, -1);
	near(f.confidence, 0);
	near(f.mean[0], 0);

	said[MOODSOURCE_SOUND] = (struct moodsaid){ .weight = 1,
						    .value = { 0.8, -0.6 },
						    .spread = { 0.8, 9 } };
	moodsources_blend(&m, said, &here, &f);
	assert_int_equal(f.surest, MOODSOURCE_SOUND);
	near(f.mean[0], 0.4);
	near(f.spread[0], 0.4); /* its own, scaled */
	near(f.mean[1], -0.3);
	near(f.spread[1], 0.3); /* the table's */
	near(f.confidence, (1 - 0.64 + 1 - 0.36) / 2);
	near(f.mean[2], 0.1 + 0.5 * 0.4 - 0.2 * 0.3);
	near(f.spread[2], sqrt(0.04 + 0.25 * 0.16 + 0.04 * 0.09));
	moodsources_blend(&m, said, &there, &f);
	near(f.mean[0], 0.2); /* around the middle of what is heard */
	near(f.mean[1], -0.2);
	near(f.spread[0], 0.4);

	said[MOODSOURCE_SOUND].weight = 0;
	said[MOODSOURCE_TAGS] =
	    (struct moodsaid){ .weight = 9, .value = { 0.3, 0.9 } };
	moodsources_blend(&m, said, &there, &f);
	assert_int_equal(f.surest, MOODSOURCE_TAGS);
	/* words are not moved; nine count as two; nothing of arousal */
	near(f.mean[0], 2 * 0.3 / 0.16 / (4 + 2 * (1 / 0.16 - 4)));
	near(f.mean[1], 0);
	near(f.spread[1], 0.5);
	said[MOODSOURCE_TAGS].value[0] = 7;
	moodsources_blend(&m, said, &here, &f);
	near(f.mean[0], 1); /* held */
}

static void test_ships(void **state)
{
	struct str path = { 0 }, text = { 0 };
	struct moodsources m;
	struct err err = { 0 };

	(void)state;
	datadir_path("mood-sources.tsv", &path);
	assert_int_equal(input_slurp(str_z(&path), 1 << 20, &text, &err), 0);
	if (moodsources_parse(&m, span_str(&text), "mood-sources.tsv", &err))
		fail_msg("%s", err.message);
	for (int i = 0; i < MOODSOURCES; i++)
		for (int a = 0; a < 2; a++) {
			const struct moodsource_row *r = &m.rows[i][a];

			/* speaks, and narrower than knowing nothing */
			assert_true(isnan(r->spread) ||
				    (r->spread > 0 && r->spread < m.prior[a]));
		}
	str_release(&path);
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_blend),
		cmocka_unit_test(test_ships),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
