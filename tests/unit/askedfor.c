/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/askedfor.h"
#include "testing.h"

enum { TRACKS = 12 };

struct bench {
	struct candidates c;
	struct candidate items[TRACKS];
	struct scored s[TRACKS];
	struct askedfor a;
};

/* Tracks 0 to 3 are of artist 0, 4 and 5 of artist 1, the others of their
 * own, the last of nobody. */
static void set_up(struct bench *b)
{
	*b = (struct bench){ .c.items = b->items, .c.count = TRACKS };
	for (uint32_t i = 0; i < TRACKS; i++)
		b->s[i] = (struct scored){ .item = i,
					   .artist = i < 4   ? 0
						     : i < 6 ? 1
							     : i };
	b->s[TRACKS - 1].artist = CATALOGUE_NONE;
}

static unsigned asked(struct bench *b, size_t few)
{
	unsigned bits = 0;

	askedfor_artists(&b->a, &b->c, few, b->s, TRACKS);
	for (int i = 0; i < TRACKS; i++)
		bits |= (unsigned)b->s[i].asked << i;
	return bits;
}

static void test_artists(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	assert_int_equal(asked(&b, 3), 0);
	for (int i = 0; i < 3; i++) /* its tracks are named: he is */
		b.items[i].named = 0.9f;
	b.items[5].named = b.items[8].named = b.items[11].named = 1;
	assert_int_equal(asked(&b, 3), 0xf);
	/* of the type artist, one is enough; but not for others like him */
	b.c.share[QUERY_ARTIST] = 0.6f;
	assert_int_equal(asked(&b, 3), 0xf | 3 << 4 | 1 << 8);
	b.c.wish.like_count = 1;
	assert_int_equal(asked(&b, 3), 0xf);
	/* there are no others */
	assert_int_equal(asked(&b, 7), 0x7ff);
	/* of artists that a filter names all are */
	b.c.wish.artists = true;
	assert_int_equal(asked(&b, 3), 0x7ff);
	askedfor_release(&b.a);
}

static void test_genre(void **state)
{
	static const char names[] = "hip-hopindie rockr&b";
	static const uint64_t offsets[] = { 0, 7, 17, 20 };
	static const struct {
		const char *query;
		uint32_t genre;
		bool asked;
	} cases[] = {
		{ "sad Indie songs", 1, true },
		{ "rock", 1, true },
		{ "rocky mountains", 1, false },
		{ "shamrock", 1, false },
		{ "hip", 0, true },
		{ "sad songs", 0, false },
		{ "r&b", 2, false },
		{ "", 1, false },
		{ "rock", 3, false },
	};
	struct generation g = { 0 };
	struct candidates c = { 0 };

	(void)state;
	g.genres.count = 3;
	g.genres.offsets = offsets;
	g.genres.blob = SPAN(names);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		str_reset(&c.query);
		str_puts(&c.query, cases[i].query);
		assert_true(askedfor_genre(&c, &g, cases[i].genre) ==
			    cases[i].asked);
	}
	c.share[QUERY_GENRE] = 0.5f;
	assert_true(askedfor_genre(&c, &g, 0));
	str_release(&c.query);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_artists),
		cmocka_unit_test(test_genre),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
