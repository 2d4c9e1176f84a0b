/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map from words to sound: what it learns of tracks made by a known one,
 * and that it says nothing where there is nothing to learn. */
#include <math.h>

#include "corpus/bridgefit.h"
#include "corpus/track.h"
#include "io/feat.h"
#include "math/random.h"
#include "math/vector.h"
#include "testing.h"

enum { FROM = 12, TO = 5, TRACKS = 800 };

struct world { /* how sound follows from words, and from moods */
	float words, mood, noise;
	size_t tracks;
	bool imputed; /* every other track's sound is a guess, and wrong */
};

struct files {
	const char *text, *sound, *mood;
	char *tracks;
};

static float map(size_t k, size_t j)
{
	struct random r;

	random_seed(&r, 5, k * FROM + j);
	return (float)random_normal(&r);
}

static void words_of(size_t i, float *x)
{
	struct random r;

	random_seed(&r, 6, i);
	for (size_t j = 0; j < FROM; j++)
		x[j] = (float)random_normal(&r) + (j == 0);
	vector_normalise(x, FROM);
}

static void sound_of(const struct world *w, size_t i, const float *x,
		     const float *mood, float *y)
{
	struct random r;

	random_seed(&r, 7, i);
	for (size_t k = 0; k < TO; k++) {
		y[k] = w->noise * (float)random_normal(&r) + (k == 1) +
		       w->mood * (k == 2   ? mood[0]
				  : k == 3 ? mood[1]
					   : 0);
		for (size_t j = 0; j < FROM; j++)
			y[k] += w->words * map(k, j) * x[j];
	}
	vector_normalise(y, TO);
}

static uint64_t key_of(size_t i)
{
	char id[24];

	snprintf(id, sizeof(id), "t%zu", i);
	return track_key(span_of(id));
}

static void put_file(char *path, const char *stage, const char *first,
		     size_t columns, const struct world *w, int what)
{
	struct feat_schema s = { 0 };
	FILE *f = fopen(path, "wb");
	struct err err = { 0 };
	struct feat_writer *out;
	struct feat_row *row;
	char name[FEAT_NAME];

	snprintf(s.stage, sizeof(s.stage), "%s", stage);
	for (size_t k = 0; k < columns; k++) {
		snprintf(name, sizeof(name), first, (int)k);
		feat_schema_add(&s, what == 2 && k == 1 ? "arousal" : name,
				"1");
	}
	out = feat_writer_new(f, &s, &err);
	row = feat_row_new(&s);
	for (size_t i = 0; i < w->tracks; i++) {
		float x[FROM], y[TO], mood[2];
		struct random r;

		random_seed(&r, 8, i);
		mood[0] = (float)random_uniform(&r) * 2 - 1;
		mood[1] = (float)random_uniform(&r) * 2 - 1;
		words_of(i, x);
		sound_of(w, i, x, mood, y);
		feat_row_reset(row, &s);
		row->method = FEAT_METHOD_MEASURED;
		if (w->imputed && what == 1 && i % 2) {
			row->method = FEAT_METHOD_NEIGHBOURS;
			for (size_t k = 0; k < TO; k++)
				y[k] = -y[k];
		}
		row->key = row->digest = key_of(i);
		memcpy(row->values,
		       what == 0   ? x
		       : what == 1 ? y
				   : mood,
		       columns * sizeof(float));
		feat_row_mark(row, &s, row->method != FEAT_METHOD_MEASURED);
		assert_int_equal(feat_write(out, row, &err), 0);
	}
	assert_int_equal(feat_writer_end(out, &err), 0);
	feat_row_free(row);
	feat_schema_release(&s);
	fclose(f);
}

static void put_files(struct files *f, const struct world *w)
{
	struct str lines = { 0 };
	char *text = test_path("text"), *sound = test_path("sound");
	char *mood = test_path("mood");

	put_file(text, "embed-text", "t%03d", FROM, w, 0);
	put_file(sound, "embed-audio", "a%02d", TO, w, 1);
	put_file(mood, "mood-map", "valence", 2, w, 2);
	for (size_t i = 0; i < w->tracks; i++)
		str_printf(&lines,
			   i % 9 ? "{\"id\":\"t%zu\",\"artist\":\"Artist "
				   "%zu\"}\n"
				 : "{\"id\":\"t%zu\"}\n",
			   i, i / 3);
	str_puts(&lines, "{\"title\":\"without an id\"}\n"
			 "{\"id\":\"unknown\"}\n");
	*f = (struct files){ text, sound, mood, test_path("tracks") };
	test_save(f->tracks, lines.p, lines.n);
	str_release(&lines);
}

static void release(struct files *f)
{
	unlink(f->text);
	unlink(f->sound);
	unlink(f->mood);
	unlink(f->tracks);
	free((char *)f->text);
	free((char *)f->sound);
	free((char *)f->mood);
	free(f->tracks);
}

/* A model of such a world, opened. */
static struct pack *fit(const struct world *w, struct bridge *b, uint64_t *used)
{
	struct files files;
	struct bridgefit f = { .ntracks = 1 };
	struct bridge_info info;
	struct err err = { 0 };
	char *path = test_path("bridge");
	FILE *out = fopen(path, "w+b");
	uint64_t seen;
	struct pack *p;

	put_files(&files, w);
	f.text = (struct option_list){ &files.text, 1, 1 };
	f.sound = (struct option_list){ &files.sound, 1, 1 };
	f.mood = (struct option_list){ &files.mood, 1, 1 };
	f.tracks = &files.tracks;
	if (bridgefit_write(&f, out, &seen, used, &info, &err))
		fail_msg("%s", err.message);
	fclose(out);
	assert_int_equal(seen, w->tracks + 2);
	p = pack_open(path, BRIDGE_KIND, BRIDGE_VERSION, &err);
	assert_non_null(p);
	assert_int_equal(bridge_open(b, p, &err), 0);
	assert_memory_equal(b->info, &info, sizeof(info));
	unlink(path);
	free(path);
	release(&files);
	return p;
}

/* Tracks that it never met. */
static double agreement(const struct world *w, const struct bridge *b)
{
	double sum = 0;

	for (size_t i = 0; i < 200; i++) {
		float x[FROM], y[TO], says[TO], mood[2] = { 0 };

		words_of(100000 + i, x);
		sound_of(w, 100000 + i, x, mood, y);
		assert_int_equal(bridge_apply(b, x, says), 0);
		assert_true(fabsf(vector_dot(says, says, TO) - 1) < 1e-5F);
		sum += (double)vector_dot(says, y, TO);
	}
	return sum / 200;
}

static void what_words_tell_is_learnt(void **state)
{
	struct world w = { .words = 1, .noise = 0.05F, .tracks = TRACKS };
	struct bridge b;
	struct pack *p;
	uint64_t used;

	(void)state;
	p = fit(&w, &b, &used);
	assert_int_equal(used, TRACKS);
	assert_int_equal(b.info->rows, TRACKS);
	assert_in_range(b.info->held, TRACKS / 20, TRACKS / 5);
	assert_true(b.info->skill > 0.1F);
	assert_true(b.info->mood_skill == 0);
	assert_true(agreement(&w, &b) > 0.95);
	pack_close(p);
	/* and as well where half of the sounds are guesses that are wrong */
	w.imputed = true;
	p = fit(&w, &b, &used);
	assert_int_equal(used, TRACKS / 2);
	assert_true(agreement(&w, &b) > 0.95);
	pack_close(p);
}

static void what_moods_tell_is_told(void **state)
{
	struct world w = { .mood = 1, .noise = 0.05F, .tracks = TRACKS };
	struct bridge b;
	struct pack *p;
	uint64_t used;

	(void)state;
	p = fit(&w, &b, &used);
	assert_true(b.info->mood_skill > 0.1F);
	assert_true(b.info->skill < 0.05F);
	pack_close(p);
}

static void nothing_to_learn_says_nothing(void **state)
{
	struct world w = { .noise = 1, .tracks = TRACKS };
	float x[FROM], y[TO];
	struct bridge b;
	struct pack *p;
	uint64_t used;

	(void)state;
	words_of(0, x);
	p = fit(&w, &b, &used);
	assert_true(b.info->skill == 0);
	assert_int_equal(bridge_apply(&b, x, y), -1);
	pack_close(p);
	w = (struct world){ .words = 1, .tracks = BRIDGEFIT_LEAST - 1 };
	p = fit(&w, &b, &used);
	assert_true(b.info->skill == 0);
	assert_int_equal(bridge_apply(&b, x, y), -1);
	pack_close(p);
	w.tracks = 0;
	p = fit(&w, &b, &used);
	assert_int_equal(bridge_apply(&b, x, y), -1);
	pack_close(p);
}

/* --- damage --- */

static void open_one(const struct bridge_info *info, size_t weights, int want)
{
	char *path = test_path("damaged");
	FILE *f = fopen(path, "w+b");
	struct err err = { 0 };
	struct pack_writer *w =
	    pack_writer_new(f, BRIDGE_KIND, BRIDGE_VERSION, &err);
	float zeros[64] = { 0 };
	struct bridge b;
	struct pack *p;

	pack_section(w, "bridge.info", info, sizeof(*info), &err);
	pack_section(w, "bridge.from", zeros, 3 * sizeof(float), &err);
	pack_section(w, "bridge.to", zeros, 2 * sizeof(float), &err);
	pack_section(w, "bridge.weights", zeros, weights * sizeof(float), &err);
	pack_writer_end(w, NULL, &err);
	fclose(f);
	p = pack_open(path, BRIDGE_KIND, BRIDGE_VERSION, &err);
	assert_int_equal(bridge_open(&b, p, &err), want);
	if (want)
		assert_status(&err, ERR_DATA);
	pack_close(p);
	unlink(path);
	free(path);
}

static void damage_is_told(void **state)
{
	const struct bridge_info good = { .from = 3, .to = 2, .skill = 0.5F };
	struct bridge_info bad = good;

	(void)state;
	open_one(&good, 6, 0);
	open_one(&good, 5, -1);
	bad.from = 4;
	open_one(&bad, 8, -1);
	bad = good;
	bad.to = 3;
	open_one(&bad, 9, -1);
	bad.from = bad.to = UINT32_MAX;
	open_one(&bad, 6, -1);
	bad = good;
	bad.skill = NAN;
	open_one(&bad, 6, -1);
	bad = good;
	bad.mood_skill = -1;
	open_one(&bad, 6, -1);
}

static void numbers_are_checked(void **state)
{
	const struct bridge_info info = { .from = 3, .to = 2, .skill = 0.5F };
	float mean[3] = { 0 }, add[2] = { 0 }, weights[6] = { 0 };
	const struct bridge b = { &info, mean, add, weights };
	float *const places[] = { &mean[2], &add[1], &weights[5] };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(bridge_check(&b, 3, 2, &err), 0);
	assert_int_equal(bridge_check(&b, 2, 2, &err), -1);
	assert_int_equal(bridge_check(&b, 3, 3, &err), -1);
	assert_status(&err, ERR_DATA);
	for (size_t i = 0; i < 3; i++) {
		*places[i] = i ? NAN : INFINITY;
		assert_int_equal(bridge_check(&b, 3, 2, &err), -1);
		*places[i] = 0;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_words_tell_is_learnt),
		cmocka_unit_test(what_moods_tell_is_told),
		cmocka_unit_test(nothing_to_learn_says_nothing),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(numbers_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
