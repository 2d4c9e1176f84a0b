/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "corpus/genremodel.h"
#include "damage.h"
#include "io/packformat.h"
#include "math/random.h"

enum { TRACKS = 300 };

/* Three sounds of one direction each; the first is all Noise, the others Folk,
 * but that held-out tracks of the first say Folk, too. */
static struct soundgenre_fit *sounds(void)
{
	struct feat_schema s = { 0 };
	struct soundgenre_fit *f;
	struct random r;

	feat_schema_add(&s, "a", "");
	feat_schema_add(&s, "duration", "s");
	feat_schema_add(&s, "b", "");
	feat_schema_add(&s, "c", "");
	f = soundgenre_fit_new(&s);
	random_seed(&r, 1, 0);
	for (uint64_t i = 0; i < TRACKS; i++) {
		float v[4] = { 0, (float)i, 0, 0 };
		size_t which = i % 3;
		bool held = which == 0 && i % 2;

		v[which ? which + 1 : 0] = 9;
		for (int k = 0; k < 4; k++)
			v[k] += (float)random_normal(&r) / 10;
		soundgenre_fit_add(f, i, v,
				   which || held ? SPAN("folk") : SPAN("noise"),
				   held);
	}
	feat_schema_release(&s);
	return f;
}

static void add(struct genremodel_fit *f, const char *genre, uint64_t artist,
		const char *title)
{
	struct ngrams g = { 0 };
	struct genre_clues c = { artist > 0, artist, &g, 0 };

	ngrams_add(&g, span_of(title));
	ngrams_merge(&g);
	assert_int_equal(genremodel_fit_add(f, span_of(genre), &c, NULL), 0);
	ngrams_release(&g);
}

static char *fitted(bool held, const struct genre_curve *curves)
{
	static const struct stoplist stop;
	char *path = test_path("genres.pack");
	FILE *out = fopen(path, "w+");
	struct pack_writer *w = pack_writer_new(out, "test", 1, NULL);
	struct genremodel_fit *f = genremodel_fit_new(&stop, 1 << 20);
	struct soundgenre_fit *s = sounds();

	for (uint64_t i = 0; i < 8; i++) {
		add(f, "Folk", 100 + i, "fiddle reel");
		add(f, i % 2 ? "noise" : "Noise", i < 4 ? 1 : 200 + i, "hum");
	}
	add(f, "Folk", 1, "x");
	for (uint64_t i = 0; i < 16; i++)
		add(f, (const char *[]){ "Jazz", "Ska", "Pop", "Dub" }[i % 4],
		    300 + i, "y");
	assert_int_equal(genremodel_fit_write(f, s, held, curves, w, NULL), 0);
	assert_int_equal(pack_writer_end(w, NULL, NULL), 0);
	fclose(out);
	genremodel_fit_free(f);
	soundgenre_fit_free(s);
	return path;
}

static int cluster_of(const struct soundgenre *m, float a, float b)
{
	struct feat_schema s = { 0 };
	float v[3] = { b, a, 0 };
	int *column, cluster;

	feat_schema_add(&s, "b", "");
	feat_schema_add(&s, "a", "");
	feat_schema_add(&s, "c", "");
	column = soundgenre_bind(m, &s, "x", NULL);
	assert_non_null(column);
	cluster = soundgenre_cluster(m, column, v);
	free(column);
	feat_schema_release(&s);
	return cluster;
}

static void methods(void **state)
{
	struct genre_curve curves[GENRE_METHODS] = {
		[GENRE_ARTIST] = { 2, { 0, 1 }, { 0, 0.3 } },
		[GENRE_SOUND] = { 1, { 0.5 }, { 0.6 } },
		[GENRE_COMMON] = { 1, { 0.5 }, { 0.4 } },
	};

	(void)state;
	for (int known = 0; known < 2; known++) {
		char *path = fitted(known, known ? curves : NULL);
		struct pack *p = pack_open(path, "test", 1, NULL);
		struct genremodel m;
		struct genre_guess all[GENRE_METHODS], best;
		struct ngrams g = { 0 };
		struct genre_clues c = { true, 1, &g, 0 };

		ngrams_add(&g, SPAN("the fiddle"));
		ngrams_merge(&g);
		assert_int_equal(genremodel_open(&m, p, NULL), 0);
		c.sound = cluster_of(&m.sound, 9, 0) + 1;
		assert_in_range(c.sound, 1, SOUNDGENRE_CLUSTERS);
		genremodel_guesses(&m, &c, all);
		/* 4 of 5, drawn to 8 of 33 by one track */
		test_span_is(all[GENRE_ARTIST].value, "Noise");
		assert_true(fabs(all[GENRE_ARTIST].confidence -
				 (4 + 8.0 / 33) / 6) < 1e-6);
		test_span_is(all[GENRE_WORD].value, "Folk");
		test_span_is(all[GENRE_COMMON].value, "Folk");
		/* without the held-out half nobody else speaks for it */
		if (!known)
			test_span_is(all[GENRE_SOUND].value, "Noise");
		assert_true(all[GENRE_SOUND].confidence > (known ? 0.4 : 0.8));
		assert_true(genremodel_guess(&m, &c, &best));
		/* by thumb the artist; by the curves the sound */
		assert_int_equal(best.method,
				 known ? GENRE_SOUND : GENRE_ARTIST);
		if (known)
			assert_true(fabs(best.confidence - 0.6) < 1e-9);
		c = (struct genre_clues){ false, 0, NULL, 0 };
		assert_true(genremodel_guess(&m, &c, &best));
		assert_int_equal(best.method, GENRE_COMMON);
		ngrams_release(&g);
		pack_close(p);
		unlink(path);
		free(path);
	}
}

struct damaged {
	const struct pack *from;
	const char *name;
	size_t refused;
};

static void use_damaged(struct span bytes, void *ctx)
{
	struct damaged *d = ctx;
	char *path = test_path("bad.pack");
	FILE *out = fopen(path, "w+");
	struct pack_writer *w = pack_writer_new(out, "test", 1, NULL);
	size_t count;
	const struct pack_entry *e = pack_entries(d->from, &count);
	struct genremodel m;
	struct pack *p;

	for (size_t i = 0; i < count; i++) {
		struct span s = strcmp(e[i].name, d->name)
				    ? pack_get(d->from, e[i].name)
				    : bytes;

		pack_section(w, e[i].name, s.p, s.n, NULL);
	}
	pack_writer_end(w, NULL, NULL);
	fclose(out);
	p = pack_open(path, "test", 1, NULL);
	if (genremodel_open(&m, p, NULL)) {
		d->refused++;
	} else {
		struct genre_clues c = { true, 1, NULL, 0 };
		struct genre_guess g;
		float v[3] = { 9, 1, 0 };
		int column[3] = { 0, 1, 2 };

		assert_true(m.sound.columns <= 3);
		c.sound = soundgenre_cluster(&m.sound, column, v) + 1;
		if (genremodel_guess(&m, &c, &g))
			assert_true(g.confidence >= 0 && g.confidence <= 1);
	}
	pack_close(p);
	unlink(path);
	free(path);
}

static void damaged_models(void **state)
{
	static const char *const names[] = { "genre.list", "genre.curves",
					     "cluster.labels",
					     "cluster.columns" };
	const struct genre_curve curves[GENRE_METHODS] = {
		[GENRE_COMMON] = { 2, { 0, 0.5 }, { 0.1, 0.4 } },
	};
	char *path = fitted(true, curves);
	struct pack *p = pack_open(path, "test", 1, NULL);
	struct damaged d = { .from = p };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		d.name = names[i];
		damage_each(pack_get(p, d.name), 0, 64, use_damaged, &d);
		damage_cut(pack_get(p, d.name), 41, use_damaged, &d);
	}
	assert_true(d.refused > 0);
	pack_close(p);
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(methods),
		cmocka_unit_test(damaged_models),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
