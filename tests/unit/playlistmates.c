/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/playlistmates.h"
#include "testing.h"

/* Row 0 stands with 1 and 2, row 1 with 0 and 2, row 3 alone. */
static void test_mates(void **state)
{
	static const uint32_t first[] = { 0, 2, 4, 5, 5 };
	static const uint32_t rows[] = { 1, 2, 2, 0, 0 };
	static const uint8_t weight[] = { 255, 51, 102, 51, 51 };
	static const uint32_t like[] = { 0, 1, 77 }, alone[] = { 3 };
	struct generation g = { .count = 4 };
	struct playlistmates m = { 0 };

	(void)state;
	playlistmates_find(&m, &g, like, 3); /* there are no playlists */
	assert_float_equal(playlistmates_of(&m, 1), 0, 0);
	g.together.first = first;
	g.together.rows = rows;
	g.together.weight = weight;
	g.together.total = 5;
	playlistmates_find(&m, &g, like, 3);
	assert_float_equal(playlistmates_of(&m, 1), 1, 1e-6);
	assert_float_equal(playlistmates_of(&m, 2), 0.6, 1e-6);
	assert_float_equal(playlistmates_of(&m, 0), 0.2, 1e-6);
	assert_float_equal(playlistmates_of(&m, 3), 0, 0);
	playlistmates_find(&m, &g, alone, 1);
	assert_float_equal(playlistmates_of(&m, 1), 0, 0);
	playlistmates_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_mates) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
