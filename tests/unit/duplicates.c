/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole fit on records with made-up prints: what is joined, and above all
 * what is not. */
#include "testing.h"

#include <chromaprint.h>

#include "corpus/duplicates.h"
#include "corpus/duplicatesfit.h"

enum { ITEMS = 220 }; /* of 30 s */

struct corpus {
	struct duplicates_fit *fit;
	char *path;
	struct duplicates table;
	struct str listed;
};

static void make_items(uint64_t seed, uint32_t *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		items[i] = (uint32_t)rng_next(&seed);
}

/* One bit in thirty wrong. */
static void recode(uint64_t seed, uint32_t *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rng_below(&seed, 100) < 50)
			items[i] ^= UINT32_C(1) << rng_below(&seed, 32) |
				    UINT32_C(1) << rng_below(&seed, 32);
}

static void start(struct corpus *c)
{
	*c = (struct corpus){ .fit = duplicates_fit_new(1 << 20, NULL) };
	assert_non_null(c->fit);
	c->path = test_path("same.pack");
}

/* members: the rest of the record, beginning with a comma or empty. */
static void add(struct corpus *c, const char *id, const char *title,
		const char *artist, const char *members, const uint32_t *items,
		int n)
{
	struct record r = { 0 };
	struct str line = { 0 };
	struct err e = { 0 };
	char *print;
	int size;

	chromaprint_encode_fingerprint(items, n, 1, &print, &size, 1);
	str_printf(&line,
		   "{\"id\":\"%s\",\"title\":\"%s\",\"artist\":\"%s\"%s,"
		   "\"fingerprint\":{\"print\":\"%.*s\"}}",
		   id, title, artist, members, size, print);
	chromaprint_dealloc(print);
	assert_int_equal(record_parse(&r, span_str(&line), &e), 0);
	assert_int_equal(duplicates_fit_each(c->fit, &r, &e), 0);
	record_release(&r);
	str_release(&line);
}

static void finish(struct corpus *c, struct duplicates_counts *n)
{
	char *list = test_path("list");
	FILE *f = fopen(list, "w");
	struct err e = { 0 };

	assert_non_null(f);
	if (duplicates_fit_write(c->fit, c->path, f, n, &e))
		fail_msg("%s", e.message);
	fclose(f);
	test_load(list, &c->listed);
	unlink(list);
	free(list);
	assert_int_equal(duplicates_open(&c->table, c->path, NULL), 0);
}

static void end(struct corpus *c)
{
	duplicates_close(&c->table);
	duplicates_fit_free(c->fit);
	str_release(&c->listed);
	unlink(c->path);
	free(c->path);
}

static void of(struct corpus *c, const char *id, const char *keeper)
{
	struct span given = { 0 };

	if (!keeper) {
		assert_int_not_equal(
		    duplicates_find(&c->table, span_of(id), &given),
		    DUPLICATES_OTHER);
		return;
	}
	assert_int_equal(duplicates_find(&c->table, span_of(id), &given),
			 DUPLICATES_OTHER);
	test_span_is(given, keeper);
}

static void joined(void **state)
{
	uint32_t a[ITEMS + 4], b[ITEMS + 4];
	struct duplicates_counts n;
	struct corpus c;
	struct span given;
	const char *dead = ",\"duration_ms\":200000,\"url_status\":\"DEAD\","
			   "\"permalink_url\":\"https://a.example/\\u0031\"";
	const char *works = ",\"duration_ms\":201500,\"url_status\":\"VALID\"";

	(void)state;
	start(&c);
	make_items(1, a, ITEMS + 4);
	memcpy(b, a, sizeof(a));
	recode(2, b, ITEMS + 4);
	add(&c, "dead", "Rain (Official Video)", "Ann Other", dead, a, ITEMS);
	/* half a second later, spelt in another way */
	add(&c, "works", "ANN OTHER - Rain", "Ann Other", works, b + 4, ITEMS);
	make_items(3, a, ITEMS);
	add(&c, "alone", "Rain", "Ann Other", works, a, ITEMS);
	finish(&c, &n);
	assert_int_equal(n.prints, 3);
	assert_int_equal(n.groups, 1);
	assert_int_equal(n.others, 1);
	of(&c, "dead", "works");
	of(&c, "alone", NULL);
	assert_int_equal(duplicates_find(&c.table, SPAN("works"), &given),
			 DUPLICATES_KEEPER);
	test_span_is(given, "[{\"id\":\"dead\",\"title\":"
			    "\"Rain (Official Video)\","
			    "\"artist\":\"Ann Other\",\"permalink_url\":"
			    "\"https://a.example/\\u0031\","
			    "\"url_status\":\"DEAD\"}]");
	assert_non_null(strstr(c.listed.p, "\"keeper\":\"works\""));
	assert_non_null(strstr(c.listed.p, "\"offset\":-0.495"));
	assert_int_equal(duplicates_find(&c.table, SPAN("alon"), &given),
			 DUPLICATES_NONE);
	end(&c);
}

/* Each pair sounds the same, and something else speaks against it. */
static void apart(void **state)
{
	static const struct {
		const char *title, *artist, *members;
	} pairs[][2] = {
		{ { "Rain", "Ann", ",\"duration_ms\":200000" },
		  { "Rain", "Ann", ",\"duration_ms\":203500" } },
		{ { "Rain", "Ann", ",\"duration_ms\":200000" },
		  { "Rain (Live)", "Ann", ",\"duration_ms\":200000" } },
		{ { "Rain", "Ann", ",\"duration_ms\":200000" },
		  { "Rain (Instrumental)", "Ann", ",\"duration_ms\":200000" } },
		{ { "Rain (Bob Remix)", "Ann", ",\"duration_ms\":200000" },
		  { "Rain (Eve Remix)", "Ann", ",\"duration_ms\":200000" } },
		{ { "Rain", "Ann", ",\"duration_ms\":200000" },
		  { "Sunshine", "Ann", ",\"duration_ms\":200000" } },
		{ { "Rain", "Ann", ",\"duration_ms\":200000" },
		  { "Rain", "Somebody Else", ",\"duration_ms\":200000" } },
		{ { "Rain Part 1", "Ann", ",\"duration_ms\":200000" },
		  { "Rain Part 2", "Ann", ",\"duration_ms\":200000" } },
		/* unknown durations want the names to the letter */
		{ { "Rain", "Ann", "" }, { "Rains", "Ann", "" } },
		{ { "Rain", "", "" }, { "Rain", "", "" } },
		{ { "", "Ann", ",\"duration_ms\":200000" },
		  { "", "Ann", ",\"duration_ms\":200000" } },
	};
	uint32_t items[ITEMS];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct duplicates_counts n;
		struct corpus c;

		start(&c);
		make_items(i, items, ITEMS);
		add(&c, "a", pairs[i][0].title, pairs[i][0].artist,
		    pairs[i][0].members, items, ITEMS);
		add(&c, "b", pairs[i][1].title, pairs[i][1].artist,
		    pairs[i][1].members, items, ITEMS);
		finish(&c, &n);
		if (n.groups)
			fail_msg("pair %zu was joined", i);
		end(&c);
	}
}

/* Names and durations agree, the sound does not. */
static void other_sound(void **state)
{
	const char *members = ",\"duration_ms\":200000";
	uint32_t a[ITEMS], b[ITEMS];
	struct duplicates_counts n;
	struct corpus c;

	(void)state;
	start(&c);
	make_items(1, a, ITEMS);
	add(&c, "a", "Rain", "Ann", members, a, ITEMS);
	memcpy(b, a, sizeof(a)); /* 7 s of it are of something else */
	make_items(2, b + 100, 56);
	add(&c, "b", "Rain", "Ann", members, b, ITEMS);
	for (int i = 0; i < ITEMS; i++) /* hardly any sound at all */
		a[i] = 627964279u + (uint32_t)(i / 20);
	add(&c, "c", "Rain", "Ann", members, a, ITEMS);
	add(&c, "d", "Rain", "Ann", members, a, ITEMS);
	make_items(3, a, 50); /* too short */
	add(&c, "e", "Rain", "Ann", members, a, 50);
	add(&c, "f", "Rain", "Ann", members, a, 50);
	finish(&c, &n);
	assert_int_equal(n.groups, 0);
	assert_int_equal(n.prints, 6);
	end(&c);
}

/* 200, 202.5 and 205 s: the ends do not agree with each other, so that the one
 * which is no duplicate of the keeper stays. */
static void no_chains(void **state)
{
	uint32_t items[ITEMS];
	struct duplicates_counts n;
	struct corpus c;

	(void)state;
	start(&c);
	make_items(9, items, ITEMS);
	add(&c, "a", "Rain", "Ann", ",\"duration_ms\":200000", items, ITEMS);
	add(&c, "b", "Rain", "Ann", ",\"duration_ms\":202500", items, ITEMS);
	add(&c, "c", "Rain", "Ann", ",\"duration_ms\":205000", items, ITEMS);
	finish(&c, &n);
	of(&c, "b", "a");
	of(&c, "a", NULL);
	of(&c, "c", NULL);
	end(&c);
}

/* Who is kept: each of these is better than the one before. */
static void keepers(void **state)
{
	static const char *const members[] = {
		",\"is_music\":false,\"url_status\":\"VALID\"",
		",\"url_status\":\"DEAD\",\"playback_count\":900000",
		",\"url_status\":\"REQUIRES_AUTH\"",
		"",
		",\"url_status\":\"MOVED\"",
		",\"url_status\":\"VALID\",\"audio\":{\"path\":\"x\"}",
		",\"url_status\":\"VALID\",\"audio\":{\"path\":\"x\"},"
		"\"genre\":\"Pop\",\"playback_count\":1",
		",\"url_status\":\"VALID\",\"audio\":{\"path\":\"x\"},"
		"\"genre\":\"Pop\",\"playback_count\":2",
	};
	uint32_t items[ITEMS];

	(void)state;
	make_items(5, items, ITEMS);
	for (size_t last = 1; last < sizeof(members) / sizeof(*members);
	     last++) {
		struct duplicates_counts n;
		struct corpus c;
		char id[3] = "t", keeper[3] = "t";

		keeper[1] = (char)('0' + last);
		start(&c);
		for (size_t i = 0; i <= last; i++) {
			id[1] = (char)('0' + i);
			add(&c, id, "Rain", "Ann", members[i], items, ITEMS);
		}
		finish(&c, &n);
		assert_int_equal(n.others, last);
		of(&c, "t0", keeper);
		end(&c);
	}
}

static void marks(void **state)
{
	struct record r = { 0 };
	struct str out = { 0 }, scratch = { 0 };
	struct duplicates none = { 0 };

	(void)state;
	assert_int_equal(
	    record_parse(&r,
			 SPAN("{\"id\":\"a\",\"duplicate_of\":\"b\",\"x\":1.0,"
			      "\"fingerprint\":{\"print\":\"AQ\"}}"),
			 NULL),
	    0);
	assert_int_equal(duplicates_mark(&none, &r, &scratch, NULL), 0);
	record_write(&r, &out);
	assert_string_equal(out.p, "{\"id\":\"a\",\"x\":1.0}\n");
	record_release(&r);
	str_release(&out);
	str_release(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joined),      cmocka_unit_test(apart),
		cmocka_unit_test(other_sound), cmocka_unit_test(no_chains),
		cmocka_unit_test(keepers),     cmocka_unit_test(marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
