/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures and pages of made-up tracks: places, shares, names that attack. */
#include "testing.h"

#include <math.h>

#include "corpus/moodplotpage.h"
#include "corpus/moodplotsvg.h"
#include "io/json.h"

enum { MANY = MOODPLOTSVG_DOTS + 1 };

static void make(struct moodplot *p, size_t count)
{
	static const char name[] = "</script>]]>\"'&\xff";

	*p = (struct moodplot){ .count = count };
	p->tracks = mem_zalloc(count + 1, sizeof(*p->tracks));
	str_put(&p->names, name, sizeof(name) - 1);
	for (size_t i = 0; i < count; i++)
		p->tracks[i] = (struct moodplot_track){
			.key = i,
			.valence = i % 4 ? 0.5f : -0.5f,
			.arousal = -0.5f,
			.dominance = NAN,
			.confidence = 0.5f,
			.title_n = (uint32_t)p->names.n,
			.artist_n = i % 2 ? (uint32_t)p->names.n : 0,
		};
}

static void test_picture(void **state)
{
	struct moodplot p;
	struct str a = { 0 };
	struct err err = { 0 };

	(void)state;
	make(&p, 8);
	assert_int_equal(moodplotsvg(&p, SPAN("<t>"), &a, &err), 0);
	assert_non_null(strstr(str_z(&a), ">75% of tracks<"));
	assert_non_null(strstr(str_z(&a), ">&lt;t&gt;</text>"));
	/* (-0.5, -0.5): a quarter and three quarters of 640 from (76, 112) */
	assert_non_null(strstr(str_z(&a), "d=\"M236 592h0M556 592h0"));
	assert_null(strstr(str_z(&a), "class=\"mark\""));
	moodplot_release(&p);

	make(&p, MANY);
	str_reset(&a);
	assert_int_equal(moodplotsvg(&p, SPAN("t"), &a, &err), 0);
	assert_null(strstr(str_z(&a), "class=\"dots\""));
	assert_non_null(strstr(str_z(&a), ">3,001 tracks<"));
	moodplot_release(&p);

	/* of no confidence at all: no bands, and nothing breaks */
	make(&p, 4);
	for (size_t i = 0; i < p.count; i++)
		p.tracks[i].confidence = 0;
	str_reset(&a);
	assert_int_equal(moodplotsvg(&p, SPAN("t"), &a, &err), 0);
	assert_null(strstr(str_z(&a), "<path class=\"b"));
	moodplot_release(&p);
	str_release(&a);
}

/* What is between the script's tags, as one JSON value. */
static struct span data_of(struct str *page)
{
	const char *from = strstr(str_z(page), "id=\"data\">\n"), *to, *why;
	struct span s;

	assert_non_null(from);
	from += strlen("id=\"data\">\n");
	to = strstr(from, "\n</script>");
	assert_non_null(to);
	s = (struct span){ from, (size_t)(to - from) };
	assert_ptr_equal(json_skip(s.p, s.p + s.n, &why), to);
	return s;
}

static void test_page(void **state)
{
	struct moodplot p;
	struct str page = { 0 }, text = { 0 };
	struct err err = { 0 };
	struct span data, title;
	size_t at = 0;
	double n;

	(void)state;
	make(&p, 5);
	assert_int_equal(moodplotpage(&p, SPAN("t"), 3, &page, &err), 0);
	data = data_of(&page);
	assert_int_equal(json_number(json_get(data, "count"), &n), 0);
	assert_true(fabs(n - 3) < 0.1);
	/* 16 bits: -16384 twice 16384, little-endian, in base64 */
	assert_true(span_is(json_get(data, "v"), "\"AMAAQABA\""));
	assert_true(span_is(json_get(data, "d"), "\"AIAAgACA\""));
	assert_int_equal(json_each(json_get(data, "titles"), &at, &title), 1);
	assert_int_equal(json_string(title, &text), 0);
	test_span_is(span_str(&text), "</script>]]>\"'&\xef\xbf\xbd");
	/* nobody, somebody, nobody: two artists, 32 bits each */
	assert_true(span_is(json_get(data, "by"), "\"AAAAAAEAAAAAAAAA\""));
	assert_int_equal(json_type(json_get(data, "asked")), JSON_NULL);
	moodplot_release(&p);
	str_release(&page);
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_picture),
		cmocka_unit_test(test_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
