/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rows have is the same, read from the file or in place. */
#include "indexfixture.h"

#include "corpus/poolrows.h"

#include <math.h>

enum { ROWS = 300 };

struct bench {
	struct fixture f;
	struct generation *place, *file;
	struct err err;
};

static int set_up(void **state)
{
	struct bench *b = mem_zalloc(1, sizeof(*b));

	fixture_make(&b->f, ROWS, 5, "tamn");
	b->place = generation_open(b->f.path, &b->err);
	b->file = generation_open(b->f.path, &b->err);
	generation_read_once(b->file, true);
	*state = b;
	return b->place && b->file ? 0 : -1;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	generation_close(b->place);
	generation_close(b->file);
	fixture_release(&b->f);
	free(b);
	return 0;
}

static void test_strings(void **state)
{
	struct bench *b = *state;
	struct span x[CATALOGUE_FIELDS], y[CATALOGUE_FIELDS], one;
	struct str room = { 0 };

	for (size_t row = 0; row < ROWS; row++) {
		assert_int_equal(catalogue_row(b->place, row, x, NULL, &b->err),
				 0);
		assert_int_equal(catalogue_row(b->file, row, y, &room, &b->err),
				 0);
		for (int f = 0; f < CATALOGUE_FIELDS; f++) {
			catalogue_text(b->place, row, (enum catalogue_field)f,
				       &one, &b->err);
			assert_true(span_eq(x[f], one) && span_eq(y[f], one));
		}
	}
	assert_int_equal(catalogue_row(b->file, ROWS, y, &room, &b->err), -1);
	assert_int_equal(b->err.status, ERR_DATA);
	str_release(&room);
}

static void is_number(float x, float y)
{
	assert_true(x == y || (isnan(x) && isnan(y)));
}

static void test_rows(void **state)
{
	struct bench *b = *state;
	const struct generation *g = b->place;
	struct poolrows rows = { NULL, 0 }, other = { NULL, 0 };
	struct scored x[ROWS], y[ROWS];
	uint32_t order[ROWS];
	size_t with[AUDIO_KINDS] = { 0 };

	for (uint32_t i = 0; i < ROWS; i++) {
		order[i] = ROWS - 1 - i;
		x[i] = y[i] = (struct scored){ .row = i };
	}
	poolrows_fill(&rows, g, x, order, ROWS);
	poolrows_fill(&other, b->file, y, order, ROWS);
	assert_null(rows.vectors);
	for (uint32_t i = 0; i < ROWS; i++) {
		assert_int_equal(x[i].genre, g->genre[i]);
		assert_int_equal(y[i].genre, g->genre[i]);
		assert_int_equal(x[i].album, y[i].album);
		is_number(x[i].valence, g->valence[i]);
		is_number(y[i].valence, g->valence[i]);
		is_number(x[i].arousal, g->arousal[i]);
		is_number(y[i].arousal, g->arousal[i]);
		for (int kind = 0; kind < AUDIO_KINDS; kind++) {
			const struct audio_vectors *v = &g->audio[kind];
			size_t at = generation_find(v->rows, v->count, i);

			assert_true((at == SIZE_MAX) == !x[i].audio[kind].x);
			assert_true(!x[i].audio[kind].x == !y[i].audio[kind].x);
			if (at == SIZE_MAX)
				continue;
			with[kind]++;
			assert_ptr_equal(x[i].audio[kind].x,
					 v->vectors + at * v->dim);
			assert_memory_equal(y[i].audio[kind].x,
					    x[i].audio[kind].x,
					    v->dim * sizeof(float));
		}
	}
	assert_in_range(with[AUDIO_COMPONENTS], 1, ROWS - 1);
	assert_in_range(with[AUDIO_NETWORK], 1, ROWS - 1);
	poolrows_release(&rows);
	poolrows_release(&other);
}

/* As many vectors as rows: each row has its own. */
static void test_all_sounds(void **state)
{
	struct bench *b = *state;
	struct generation g = { .count = 3 };
	uint32_t rows[] = { 0, 1, 2 };

	(void)b;
	g.audio[AUDIO_NETWORK] =
	    (struct audio_vectors){ .count = 3, .rows = rows };
	assert_int_equal(generation_sound_at(&g, AUDIO_NETWORK, 2), 2);
	assert_true(generation_sound_at(&g, AUDIO_NETWORK, 3) == SIZE_MAX);
	assert_true(generation_sound_at(&g, AUDIO_COMPONENTS, 0) == SIZE_MAX);
	g.audio[AUDIO_NETWORK].count = 2;
	rows[1] = 2;
	assert_true(generation_sound_at(&g, AUDIO_NETWORK, 1) == SIZE_MAX);
	assert_int_equal(generation_sound_at(&g, AUDIO_NETWORK, 2), 1);
}

static void test_names(void **state)
{
	struct bench *b = *state;
	const struct namefind *in[] = { &b->place->by_title.find,
					&b->file->by_title.find };
	struct namefind_work *work[] = { namefind_work_new(),
					 namefind_work_new() };
	struct namefind_name found[2][8];
	struct str name = { 0 };
	struct span title;
	size_t n[2], met = 0;

	assert_null(in[0]->file);
	assert_null(in[1]->file); /* so few are read in place; not here */
	b->file->by_title.find.file = b->file->pack;
	for (size_t row = 0; row < ROWS; row++) {
		catalogue_text(b->place, row, CATALOGUE_TITLE, &title, &b->err);
		str_reset(&name);
		str_span(&name, title);
		if (name.n > 5) /* mistyped */
			name.p[2] = 'x';
		for (int i = 0; i < 2; i++)
			n[i] = namefind_search(in[i], work[i], span_str(&name),
					       NAMEFIND_FAR, 8, found[i]);
		assert_int_equal(n[0], n[1]);
		assert_memory_equal(found[0], found[1],
				    n[0] * sizeof(found[0][0]));
		met += n[0] > 0;
	}
	assert_true(met > ROWS / 2);
	namefind_work_free(work[0]);
	namefind_work_free(work[1]);
	str_release(&name);
	generation_read_once(b->file, false);
	assert_null(in[1]->file);
}

static void test_ahead(void **state)
{
	struct bench *b = *state;
	struct generation none = { .count = 0 };

	generation_touch(b->place);
	assert_int_equal(generation_touch(&none), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),    cmocka_unit_test(test_rows),
		cmocka_unit_test(test_all_sounds), cmocka_unit_test(test_names),
		cmocka_unit_test(test_ahead),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
