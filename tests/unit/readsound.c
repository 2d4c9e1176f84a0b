/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Textures, singing and occasions in the words of requests. */
#include "corpus/readsound.h"

#include <math.h>

#include "asktables.h"

struct tables {
	struct str text;
	struct askwords *words;
	struct reading r;
	struct wish wish;
	struct readsound_context context;
};

static int setup(void **state)
{
	struct tables *t = mem_zalloc(1, sizeof(*t));

	t->words = asktables_load(&t->text);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct tables *t = *state;

	askwords_free(t->words);
	reading_release(&t->r);
	readsound_context_release(&t->context);
	str_release(&t->text);
	free(t);
	return 0;
}

static void read_all(struct tables *t, const char *request)
{
	reading_start(&t->r, t->words, span_of(request));
	wish_reset(&t->wish);
	readsound_vocals(&t->r, &t->wish);
	readsound_textures(&t->r, &t->wish);
}

/* "bright 0.85 dense 0.15 " */
static void put(const struct wish *w, struct str *out)
{
	str_reset(out);
	for (int a = 0; a < TIMBRE_AXES; a++)
		if (!isnan(w->timbre[a]))
			str_printf(out, "%s %.2f ",
				   timbre_high((enum timbre_axis)a),
				   (double)w->timbre[a]);
}

static void test_textures(void **state)
{
	static const struct {
		const char *request, *wished;
	} cases[] = {
		{ "dark and sparse", "bright 0.15 dense 0.15 " },
		{ "very bright pop", "bright 0.95 " },
		{ "a bit dark", "bright 0.36 " },
		{ "not too dense", "dense 0.36 " },
		{ "harsh", "aggressive 0.85 " },
		{ "warm, smooth jazz", "aggressive 0.15 warm 0.85 " },
		{ "music that is cold", "warm 0.15 " },
		{ "calm and busy", "busy 0.50 " },
		{ "stripped-back songs", "dense 0.15 " },
		/* of something else */
		{ "cold beer", "" },
		{ "bright eyes", "" },
		{ "i'm cold", "" },
		{ "my heart is cold", "" },
		{ "calm down", "" },
		{ "dark chocolate and wine", "" },
		{ "\"dark and sparse\"", "" },
		{ "darkness", "" },
	};
	struct tables *t = *state;
	struct str out = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		read_all(t, cases[i].request);
		put(&t->wish, &out);
		if (!span_is(span_str(&out), cases[i].wished))
			fail_msg("%s: %s", cases[i].request, str_z(&out));
		assert_true(wish_any_timbre(&t->wish) == (out.n > 0));
	}
	/* a negated one is no word to search for, another is */
	read_all(t, "not too dense");
	assert_int_equal(t->r.words[0].use, USE_TURNED);
	read_all(t, "dense");
	assert_int_equal(t->r.words[0].use, USE_SOUND);
	str_release(&out);
}

static void test_vocals(void **state)
{
	static const struct {
		const char *request;
		enum vocals vocals;
	} cases[] = {
		{ "instrumental jazz", VOCALS_NONE },
		{ "female vocals", VOCALS_SUNG },
		{ "jazz with vocals", VOCALS_SUNG },
		{ "a cappella", VOCALS_SUNG },
		{ "vocals", VOCALS_ANY },
		{ "drums and vocals", VOCALS_ANY },
		{ "jazz", VOCALS_ANY },
		{ "\"instrumental\"", VOCALS_ANY },
	};
	struct tables *t = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		read_all(t, cases[i].request);
		if (t->wish.vocals != cases[i].vocals)
			fail_msg("%s: %d", cases[i].request,
				 (int)t->wish.vocals);
	}
}

static void test_contexts(void **state)
{
	struct tables *t = *state;

	read_all(t, "sad songs for a rainy sunday, piano, no workout");
	readsound_contexts(&t->r, &t->wish, &t->context);
	test_span_is(span_str(&t->context.tags), "rainy\nsunday\npiano\n");
	assert_non_null(strstr(str_z(&t->context.notes),
			       "{\"words\":\"rainy\",\"kind\":\"weather\"}"));
	assert_int_equal(t->context.count, 3);
	assert_true(t->context.arousal < 0);
	assert_false(wish_any_timbre(&t->wish));

	/* an occasion's wishes are milder, and the request's own go before */
	read_all(t, "music to fall asleep to");
	readsound_contexts(&t->r, &t->wish, &t->context);
	assert_float_equal(t->wish.timbre[TIMBRE_DENSE], 0.5 - 0.35 * 0.6,
			   1e-5);
	read_all(t, "dense music to fall asleep to");
	readsound_contexts(&t->r, &t->wish, &t->context);
	assert_float_equal(t->wish.timbre[TIMBRE_DENSE], 0.85, 1e-5);

	read_all(t, "quantum bicycle");
	readsound_contexts(&t->r, &t->wish, &t->context);
	assert_int_equal(t->context.count + (int)t->context.tags.n +
			     (int)t->context.notes.n,
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_textures),
		cmocka_unit_test(test_vocals),
		cmocka_unit_test(test_contexts),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
