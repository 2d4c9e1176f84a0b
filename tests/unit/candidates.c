/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "indexfixture.h"

#include "corpus/candidates.h"

static void test_round_trip(void **state)
{
	struct candidates c = { 0 }, d = { 0 };
	struct str line = { 0 };
	struct err err = { 0 };
	struct generation *g;
	struct fixture f;

	(void)state;
	fixture_make(&f, 3, 1, "m");
	g = generation_open(f.path, &err);
	candidates_reset(&c);
	str_puts(&c.query, "i \"miss\" \n\xc3\xa9");
	str_puts(&c.qid, "7");
	memcpy(c.generation, g->name, GENERATION_NAME);
	c.top_k = 9;
	c.type = QUERY_GENRE;
	c.share[QUERY_GENRE] = c.share[QUERY_TEXT] = 0.5F;
	for (int i = 0; i < SIGNAL_COUNT; i++)
		c.weight[i] = 0.125f * (float)(i + 1);
	c.mood_matches = 2;
	c.valence = -0.6f;
	c.arousal = 0.25f;
	str_puts(&c.context, "morning\nworkout");
	str_puts(&c.warnings, "w\n");
	c.eligible = 3;
	c.understanding_ms = 0.5;
	c.retrieval_ms = 1.25;
	c.items = mem_zalloc(2, sizeof(*c.items));
	c.cap = c.count = 2;
	c.items[0] = (struct candidate){ 2, 5, 0, 0, 0.75f, 0.5f, -0.25f, 0 };
	c.items[1] =
	    (struct candidate){ 0, 12, 31.5f, 0.25f, 0, NAN, NAN, 1.5f };
	c.words_met = 0.75f;
	c.wish.timbre[TIMBRE_DENSE] = 0.25f;
	c.wish.vocals = VOCALS_NONE;
	c.wish.vague = c.wish.artists = true;
	c.wish.like[0] = 1;
	c.wish.like[1] = 2;
	c.wish.like_count = 2;
	str_puts(&c.lyric, "i will \"always\"");
	str_puts(&c.hint, "say more");
	c.way[SOURCE_TEXT] = SEARCH_LISTS;
	c.way[SOURCE_AUDIO] = SEARCH_GRAPH;
	c.way[SOURCE_WORDS] = SEARCH_EXACT;
	assert_int_equal(candidates_write(&c, g, &line, &err), 0);
	assert_int_equal(candidates_read(&d, span_str(&line), &err), 0);
	test_span_is(span_str(&d.query), "i \"miss\" \n\xc3\xa9");
	test_span_is(span_str(&d.qid), "7");
	test_span_is(span_str(&d.context), "morning\nworkout\n");
	test_span_is(span_str(&d.warnings), "w\n");
	assert_string_equal(d.generation, g->name);
	assert_int_equal(d.top_k, 9);
	assert_int_equal(d.type, QUERY_GENRE);
	assert_true(d.share[QUERY_GENRE] == 0.5F &&
		    d.share[QUERY_TEXT] == 0.5F);
	assert_memory_equal(d.weight, c.weight, sizeof(c.weight));
	assert_int_equal(d.mood_matches, 2);
	assert_true(d.valence == c.valence && d.arousal == c.arousal);
	assert_int_equal(d.eligible, 3);
	assert_float_equal(d.retrieval_ms, 1.25, 1e-9);
	assert_int_equal(d.count, 2);
	assert_memory_equal(d.way, c.way, sizeof(c.way));
	assert_true(d.items[0].row == 2 && d.items[0].from == 5 &&
		    d.items[0].words_score == 0 && d.items[0].named == 0 &&
		    d.items[0].text_distance == 0.5f &&
		    d.items[0].audio_cosine == -0.25f &&
		    d.items[0].mood_distance == 0);
	assert_true(d.words_met == 0.75f && d.items[0].lyric == 0.75f);
	assert_true(d.wish.timbre[TIMBRE_DENSE] == 0.25f &&
		    isnan(d.wish.timbre[TIMBRE_BRIGHT]));
	assert_int_equal(d.wish.vocals, VOCALS_NONE);
	assert_true(d.wish.vague);
	assert_true(d.wish.artists);
	assert_int_equal(d.wish.like_count, 2);
	assert_true(d.wish.like[0] == 1 && d.wish.like[1] == 2);
	test_span_is(span_str(&d.lyric), "i will \"always\"");
	test_span_is(span_str(&d.hint), "say more");
	assert_true(
	    d.items[1].from == 12 && d.items[1].words_score == 31.5f &&
	    d.items[1].named == 0.25f && isnan(d.items[1].text_distance) &&
	    isnan(d.items[1].audio_cosine) && d.items[1].mood_distance == 1.5f);
	/* nobody reads the ids, but people */
	assert_null(memmem(line.p, line.n, "track_id", 8));
	c.ids = true;
	str_reset(&line);
	assert_int_equal(candidates_write(&c, g, &line, &err), 0);
	assert_non_null(memmem(line.p, line.n, "\"row\":2,\"track_id\":", 19));
	candidates_reset(&c);
	assert_true(c.ids);
	/* a row that is not there has none */
	c.items[1].row = 3;
	c.count = 2;
	assert_int_equal(candidates_write(&c, g, &line, &err), -1);
	candidates_release(&c);
	candidates_release(&d);
	str_release(&line);
	generation_close(g);
	fixture_release(&f);
}

#define WEIGHTS                                                                \
	"\"weights\":{\"text\":0.2,\"audio\":0.3,\"mood\":0.3,\"collab\":0.1}" \
	","
#define HEAD "{\"query\":\"x\",\"generation\":\"0123456789abcdef\"," WEIGHTS

static void test_malformed(void **state)
{
	static const char *const bad[] = {
		"",
		"{}",
		"[]",
		"{\"query\":\"x\"",
		HEAD "\"candidates\":7}",
		HEAD "\"candidates\":[{}]}",
		HEAD "\"candidates\":[{\"row\":-1}]}",
		HEAD "\"candidates\":[{\"row\":1.5}]}",
		HEAD "\"candidates\":[{\"row\":4294967295}]}",
		HEAD "\"candidates\":[{\"row\":1,\"text_distance\":\"a\"}]}",
		HEAD "\"candidates\":[{\"row\":1,\"words_score\":\"a\"}]}",
		HEAD "\"candidates\":[{\"row\":1,\"named\":[]}]}",
		HEAD "\"words_met\":\"all\",\"candidates\":[]}",
		HEAD "\"candidates\":[{\"row\":1,\"named\":9}]}",
		HEAD "\"candidates\":[{\"row\":1,\"lyric\":-1}]}",
		HEAD "\"candidates\":[{\"row\":1,\"audio_cosine\":50}]}",
		HEAD "\"candidates\":[{\"row\":1,\"mood_distance\":-5}]}",
		HEAD "\"candidates\":[{\"row\":1,\"text_distance\":3}]}",
		HEAD "\"words_met\":9,\"candidates\":[]}",
		HEAD "\"candidates\":[7]}",
		HEAD "\"top_k\":0,\"candidates\":[]}",
		HEAD "\"generation\":\"../../../../etc\",\"candidates\":[]}",
		HEAD "\"weights\":{},\"candidates\":[]}",
		HEAD "\"weights\":{\"text\":0,\"audio\":0,\"mood\":0,"
		     "\"collab\":0},\"candidates\":[]}",
		HEAD "\"mood_detected\":{},\"candidates\":[]}",
		"{\"query\":\"x\",\"results\":[]}",
		HEAD "\"candidates\":[]}x",
	};
	struct candidates c = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = { 0 };

		if (!candidates_read(&c, span_of(bad[i]), &err))
			fail_msg("taken: %s", bad[i]);
		assert_status(&err, ERR_DATA);
		assert_non_null(strstr(err.message, "candidates"));
	}
	assert_int_equal(
	    candidates_read(&c, SPAN(HEAD "\"candidates\":[]}"), NULL), 0);
	assert_int_equal(candidates_read(&c,
					 SPAN("{\"query\":\"\",\"error\":"
					      "{\"code\":\"x\"}}"),
					 NULL),
			 0);
	test_span_is(span_str(&c.error), "{\"code\":\"x\"}");
	/* ways that are none do not count */
	assert_int_equal(
	    candidates_read(&c,
			    SPAN(HEAD "\"searched\":{\"text\":\"magic\","
				      "\"mood\":7,\"words\":\"exact\"},"
				      "\"candidates\":[]}"),
			    NULL),
	    0);
	assert_int_equal(c.way[SOURCE_TEXT], SEARCH_NONE);
	assert_int_equal(c.way[SOURCE_MOOD], SEARCH_NONE);
	assert_int_equal(c.way[SOURCE_WORDS], SEARCH_EXACT);
	candidates_release(&c);
}

static void test_legs_round_trip(void **state)
{
	struct candidates c = { 0 }, d = { 0 }, *first, *second;
	struct str line = { 0 }, again = { 0 };
	struct err err = { 0 };
	struct generation *g;
	struct fixture f;

	(void)state;
	fixture_make(&f, 3, 1, "m");
	g = generation_open(f.path, &err);
	candidates_reset(&c);
	memcpy(c.generation, g->name, GENERATION_NAME);
	str_puts(&c.query, "sad -> glad");
	str_puts(&c.qid, "j");
	str_puts(&c.warnings, "few\n");
	c.minutes = 60.5;
	c.eligible = 3;
	first = candidates_add_leg(&c);
	second = candidates_add_leg(&c);
	str_puts(&first->station, "sad");
	str_puts(&second->query, "glad");
	first->weight[0] = second->weight[1] = 1;
	first->share[first->type] = second->share[second->type] = 1;
	second->place = 1;
	first->items = mem_zalloc(1, sizeof(*first->items));
	first->cap = first->count = 1;
	first->items[0] = (struct candidate){ 2, 5, 0, 0, 0, 0.5f, NAN, 0 };
	first->wish.keep[0] = 1;
	first->wish.keep_count = 1;
	assert_int_equal(candidates_write(&c, g, &line, &err), 0);
	/* what was read before leaves nothing behind */
	assert_int_equal(candidates_read(&d, span_str(&line), &err), 0);
	assert_int_equal(candidates_read(&d, span_str(&line), &err), 0);
	assert_int_equal(d.leg_count, 2);
	assert_float_equal(d.minutes, 60.5, 1e-6);
	test_span_is(span_str(&d.qid), "j");
	test_span_is(span_str(&d.warnings), "few\n");
	test_span_is(span_str(&d.legs[0].station), "sad");
	test_span_is(span_str(&d.legs[1].query), "glad");
	assert_true(d.legs[0].place == 0 && d.legs[1].place == 1);
	assert_string_equal(d.legs[1].generation, g->name);
	assert_int_equal(d.legs[0].count, 1);
	assert_int_equal(d.legs[0].items[0].row, 2);
	assert_int_equal(d.legs[0].wish.keep_count, 1);
	assert_int_equal(d.legs[1].wish.keep_count, 0);
	assert_int_equal(candidates_write(&d, g, &again, &err), 0);
	assert_string_equal(again.p, line.p);
	candidates_reset(&d);
	assert_int_equal(d.leg_count, 0);
	for (int i = 0; i < CANDIDATES_LEGS; i++)
		assert_non_null(candidates_add_leg(&d));
	assert_null(candidates_add_leg(&d));
	candidates_release(&c);
	candidates_release(&d);
	str_release(&line);
	str_release(&again);
	generation_close(g);
	fixture_release(&f);
}

#define LEG(place) "{\"place\":" place "," WEIGHTS "\"candidates\":[]}"
#define WAY "{\"query\":\"x\",\"generation\":\"0123456789abcdef\",\"legs\":"

static void test_legs_malformed(void **state)
{
	static const char *const bad[] = {
		WAY "7}",
		WAY "[]}",
		WAY "[7]}",
		WAY "[{}]}",
		WAY "[" LEG("0") "," LEG("0") "]}",
		WAY "[" LEG("0.5") "," LEG("0.25") "]}",
		WAY "[" LEG("2") "]}",
		WAY "[" LEG("\"0\"") "]}",
		WAY "[{\"place\":0,\"candidates\":[]}]}",
		WAY "[{\"place\":0," WEIGHTS "\"x\":[]}]}",
		WAY "[{" WEIGHTS "\"candidates\":[]}]}",
		WAY "[{\"place\":0," WEIGHTS "\"candidates\":[{}]}]}",
		WAY "[{\"place\":0," WEIGHTS "\"candidates\":[],"
		    "\"station\":7}]}",
		WAY "[{\"place\":0," WEIGHTS "\"candidates\":[],"
		    "\"error\":{}}]}",
		WAY "[{\"place\":0," WEIGHTS
		    "\"candidates\":[],\"legs\":[" LEG("0") "]}]}",
		WAY "[" LEG("0") "],\"minutes\":-1}",
		WAY "[" LEG("0") "],\"minutes\":1e30}",
		WAY "[" LEG("0") "],\"candidates\":[]}",
		"{\"query\":\"x\",\"legs\":[" LEG("0") "]}",
	};
	struct candidates c = { 0 };
	struct str many = { 0 };

	(void)state;
	assert_int_equal(candidates_read(&c, SPAN(WAY "[" LEG("0") "]}"), NULL),
			 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = { 0 };

		if (!candidates_read(&c, span_of(bad[i]), &err))
			fail_msg("taken: %s", bad[i]);
		assert_status(&err, ERR_DATA);
		assert_non_null(strstr(err.message, "candidates"));
	}
	str_puts(&many, WAY "[");
	for (int i = 0; i <= CANDIDATES_LEGS; i++)
		str_printf(&many,
			   "%s{\"place\":0.%03d," WEIGHTS "\"candidates\":[]}",
			   i ? "," : "", i);
	str_puts(&many, "]}");
	assert_int_equal(candidates_read(&c, span_str(&many), NULL), -1);
	str_release(&many);
	candidates_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_legs_round_trip),
		cmocka_unit_test(test_legs_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
