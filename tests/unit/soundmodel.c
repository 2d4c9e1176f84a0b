/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "corpus/soundfit.h"
#include "damage.h"
#include "io/packformat.h"
#include "math/random.h"
#include "math/vector.h"

enum { TRACKS = 600, COLUMNS = 4, DIMS = 3 };

static void schemas(struct feat_schema *sound, struct feat_schema *text)
{
	*sound = *text = (struct feat_schema){ 0 };
	feat_schema_add(sound, "tempo", "BPM");
	feat_schema_add(sound, "energy", "");
	feat_schema_add(sound, "key", "");
	feat_schema_add(sound, "duration", "s");
	for (int i = 0; i < DIMS; i++)
		feat_schema_add(text, (const char *[]){ "a", "b", "c" }[i], "");
}

/* tempo follows the genre and the year, energy the text. */
static void make(uint64_t i, float *values, float *text,
		 float meta[SOUNDMETA_COUNT])
{
	struct random r;

	random_seed(&r, 3, i);
	for (size_t k = 0; k < SOUNDMETA_COUNT; k++)
		meta[k] = NAN;
	meta[SOUNDMETA_YEAR] = (float)(1960 + random_below(&r, 60));
	for (size_t k = 0; k < DIMS; k++)
		text[k] = (float)random_normal(&r);
	vector_normalise(text, DIMS);
	values[0] = (i % 2 ? 140.0f : 80.0f) +
		    (meta[SOUNDMETA_YEAR] > 1990 ? 20.0f : 0) +
		    (float)random_normal(&r);
	values[1] = text[0] + 0.1f * (float)random_normal(&r);
	values[2] = i % 2 ? 4 : 9;
	values[3] = 30;
}

static char *fitted(int threads, size_t tracks, struct str *report)
{
	char *path = test_path("sound.pack");
	FILE *out = fopen(path, "w+");
	struct pack_writer *w =
	    pack_writer_new(out, SOUNDMODEL_KIND, SOUNDMODEL_VERSION, NULL);
	struct feat_schema sound, text;
	struct soundfit *f;
	float values[COLUMNS], vector[DIMS], meta[SOUNDMETA_COUNT];

	schemas(&sound, &text);
	f = soundfit_new(&sound, &text, threads);
	for (uint64_t i = 0; i < tracks; i++) {
		make(i, values, vector, meta);
		soundfit_add(f, i, values, vector,
			     i % 2 ? SPAN("loud") : SPAN("soft"), meta);
	}
	assert_int_equal(soundfit_write(f, w, report, NULL), 0);
	assert_int_equal(pack_writer_end(w, NULL, NULL), 0);
	fclose(out);
	soundfit_free(f);
	feat_schema_release(&sound);
	feat_schema_release(&text);
	return path;
}

static struct sound_clues nothing(void)
{
	struct sound_clues c = { NULL, 0, -1, 0, { 0 } };

	for (size_t i = 0; i < SOUNDMETA_COUNT; i++)
		c.meta[i] = NAN;
	return c;
}

static void predicts(void **state)
{
	struct str report = { 0 };
	char *path = fitted(2, TRACKS, &report);
	struct pack *p =
	    pack_open(path, SOUNDMODEL_KIND, SOUNDMODEL_VERSION, NULL);
	struct soundmodel m;
	struct sound_clues c = nothing();
	struct sound_guess g;
	const struct term *loud;
	float values[COLUMNS], truth[COLUMNS], text[DIMS];
	int8_t q[DIMS];
	double error = 0, mean_error = 0, inside = 0;

	(void)state;
	assert_int_equal(soundmodel_view(&m, p, NULL), 0);
	assert_non_null(m.regress);
	for (int i = 1; i < SOUND_CASES; i++) {
		const struct soundblend_score *s = &m.params.scores[i];

		assert_true(s->tracks == TRACKS / 10);
		assert_true(s->error < s->mean_error && s->skill > 0.2);
		assert_true(s->coverage > 0.65 && s->coverage < 0.95);
	}
	assert_true(soundmodel_predict(&m, &c, values, &g));
	assert_int_equal(g.method, FEAT_METHOD_GLOBAL);
	assert_true(g.confidence == 0 && values[0] == m.mean[0]);
	assert_true(soundmodel_spread(&m, &g, 0) > m.deviation[0]);
	assert_true(isnan(soundmodel_spread(&m, &g, 2)));
	loud = terms_find(&m.genres, SPAN("loud"));
	/* new tracks: by genre, year and text, far better than the mean */
	for (uint64_t i = TRACKS; i < TRACKS + 200; i++) {
		make(i, truth, text, c.meta);
		c.text = q;
		c.scale = vector_quantise(text, q, DIMS);
		c.proto = i % 2 ? (int)loud->id
				: (int)terms_find(&m.genres, SPAN("soft"))->id;
		c.genre_tracks = TRACKS / 2;
		assert_true(soundmodel_predict(&m, &c, values, &g));
		assert_true(isnan(values[3]));
		error += fabs((double)(values[0] - truth[0]));
		mean_error += fabs((double)(m.mean[0] - truth[0]));
		inside +=
		    fabsf(values[0] - truth[0]) <= soundmodel_spread(&m, &g, 0);
	}
	assert_true(error < 0.25 * mean_error);
	assert_true(inside > 200 * 0.65 && inside < 200 * 0.99);
	soundmodel_release(&m);
	pack_close(p);
	str_release(&report);
	unlink(path);
	free(path);
}

static void same_for_any_threads(void **state)
{
	struct str a = { 0 }, b = { 0 }, report = { 0 };

	(void)state;
	for (int threads = 1; threads <= 3; threads += 2) {
		char *path = fitted(threads, TRACKS, &report);

		test_load(path, threads == 1 ? &a : &b);
		unlink(path);
		free(path);
	}
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
	str_release(&a);
	str_release(&b);
	str_release(&report);
}

static void few_tracks(void **state)
{
	struct str report = { 0 };

	(void)state;
	for (size_t n = 0; n < 60; n += 29) {
		char *path = fitted(1, n, &report);
		struct pack *p =
		    pack_open(path, SOUNDMODEL_KIND, SOUNDMODEL_VERSION, NULL);
		struct sound_clues c = nothing();
		struct soundmodel m;
		struct sound_guess g;
		float values[COLUMNS];

		assert_non_null(strstr(str_z(&report), "too few"));
		assert_int_equal(soundmodel_view(&m, p, NULL), 0);
		assert_int_equal(m.regress != NULL, n >= SOUNDREGRESS_LEAST);
		c.proto = n ? 0 : -1;
		c.genre_tracks = 5;
		assert_int_equal(soundmodel_predict(&m, &c, values, &g), n > 0);
		if (n) {
			assert_int_equal(g.method, FEAT_METHOD_GENRE);
			assert_true(fabs(g.confidence - 0.1) < 1e-9);
			assert_true(values[0] != m.mean[0]);
		}
		soundmodel_release(&m);
		pack_close(p);
		unlink(path);
		free(path);
	}
	str_release(&report);
}

/* The file's sections, one of them damaged: refused, or applied safely. */
struct damaged {
	const struct pack *from;
	const char *name;
	size_t refused, tried;
};

static void use_damaged(struct span bytes, void *ctx)
{
	struct damaged *d = ctx;
	char *path = test_path("bad.pack");
	FILE *out = fopen(path, "w+");
	struct pack_writer *w =
	    pack_writer_new(out, SOUNDMODEL_KIND, SOUNDMODEL_VERSION, NULL);
	size_t count;
	const struct pack_entry *e = pack_entries(d->from, &count);
	struct sound_clues c = nothing();
	struct soundmodel m;
	struct pack *p;
	int8_t q[DIMS] = { 127, -3, 40 };

	for (size_t i = 0; i < count; i++) {
		struct span s = strcmp(e[i].name, d->name)
				    ? pack_get(d->from, e[i].name)
				    : bytes;

		pack_section(w, e[i].name, s.p, s.n, NULL);
	}
	pack_writer_end(w, NULL, NULL);
	fclose(out);
	p = pack_open(path, SOUNDMODEL_KIND, SOUNDMODEL_VERSION, NULL);
	d->tried++;
	if (soundmodel_view(&m, p, NULL)) {
		d->refused++;
	} else {
		float *values = mem_zalloc(m.params.columns + 1, 4);
		struct sound_guess g;

		c.text = m.params.dims == DIMS ? q : NULL;
		c.scale = 0.01f;
		c.proto = m.params.protos ? 0 : -1;
		soundmodel_predict(&m, &c, values, &g);
		free(values);
	}
	soundmodel_release(&m);
	pack_close(p);
	unlink(path);
	free(path);
}

static void damaged_models(void **state)
{
	struct str report = { 0 };
	char *path = fitted(1, 250, &report);
	static const char *const names[] = { "sound.params", "regress.info",
					     "sound.blend", "sound.columns" };
	struct damaged d = { 0 };
	struct pack *p =
	    pack_open(path, SOUNDMODEL_KIND, SOUNDMODEL_VERSION, NULL);

	(void)state;
	d.from = p;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		d.name = names[i];
		damage_each(pack_get(p, d.name), 0, i ? 32 : 80, use_damaged,
			    &d);
		damage_cut(pack_get(p, d.name), 61, use_damaged, &d);
	}
	assert_true(d.refused > 0 && d.refused < d.tried);
	pack_close(p);
	str_release(&report);
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(predicts),
		cmocka_unit_test(same_for_any_threads),
		cmocka_unit_test(few_tracks),
		cmocka_unit_test(damaged_models),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
