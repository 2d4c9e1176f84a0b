/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "corpus/indexear.h"
#include "learn/recipe.h"
#include "math/random.h"

enum { COLUMNS = 6, ROWS = 40 };

static char *rows_path, *model_path, *pack_path, *centre_path;
static char recipe[2 * HASH_SIZE + 1];
static struct featset *sound;
static struct err err;

static void save_rows(void)
{
	static const char *const names[COLUMNS] = { "a", "b",   "c",
						    "d", "key", "mode" };
	struct feat_schema s = { .stage = "sound" };
	FILE *f = fopen(rows_path, "w+");
	struct feat_writer *w;
	struct feat_row *row;
	struct random r;

	for (uint32_t i = 0; i < COLUMNS; i++)
		feat_schema_add(&s, names[i], "")->version = i + 1;
	row = feat_row_new(&s);
	w = feat_writer_new(f, &s, &err);
	random_seed(&r, 1, 0);
	for (uint64_t k = 0; k < ROWS; k++) {
		feat_row_reset(row, &s);
		row->key = k;
		row->method = FEAT_METHOD_MEASURED;
		for (int i = 0; i < 4; i++)
			row->values[i] = (float)random_normal(&r);
		row->values[4] = (float)(k % 12);
		row->values[5] = (float)(k % 2);
		feat_row_mark(row, &s, false);
		assert_int_equal(feat_write(w, row, &err), 0);
	}
	assert_int_equal(feat_writer_end(w, &err), 0);
	fclose(f);
	feat_row_free(row);
	feat_schema_release(&s);
}

static int begin(void **state)
{
	const char *paths[1];
	uint8_t digest[HASH_SIZE], sum[HASH_SIZE];
	uint64_t seen, used;
	const char *centre = "valence\t0.25\narousal\t-0.5\n";
	FILE *f;

	(void)state;
	rows_path = test_path("rows");
	model_path = test_path("model");
	pack_path = test_path("pack");
	centre_path = test_path("centre");
	save_rows();
	paths[0] = rows_path;
	f = fopen(model_path, "w+");
	assert_int_equal(pca_fit(paths, 1, 0, f, &seen, &used, digest, &err),
			 0);
	fclose(f);
	recipe_embed_audio(digest, sum);
	hash_hex(sum, HASH_SIZE, recipe);
	test_save(centre_path, centre, strlen(centre));
	sound = featset_open(paths, 1, &err);
	assert_non_null(sound);
	return 0;
}

static int end(void **state)
{
	char *paths[] = { rows_path, model_path, pack_path, centre_path };

	(void)state;
	featset_close(sound);
	for (size_t i = 0; i < 4; i++) {
		remove(paths[i]);
		free(paths[i]);
	}
	return 0;
}

/* A pack of what e holds, and one section more. */
static struct pack *written(const struct indexear *e, const char *columns)
{
	FILE *f = fopen(pack_path, "w+");
	struct pack_writer *w = pack_writer_new(f, "test", 1, &err);
	struct pack *p;

	assert_int_equal(pack_section(w, "other", "x", 1, &err), 0);
	if (columns)
		assert_int_equal(pack_section(w, INDEXEAR_COLUMNS, columns,
					      strlen(columns), &err),
				 0);
	assert_int_equal(indexear_write(e, w, &err), 0);
	assert_int_equal(pack_writer_end(w, NULL, &err), 0);
	fclose(f);
	p = pack_open(pack_path, "test", 1, &err);
	assert_non_null(p);
	remove(pack_path); /* it stays mapped */
	return p;
}

static void test_kept(void **state)
{
	const struct indexear_paths both = { model_path, centre_path };
	const struct indexear_paths none = { NULL, NULL };
	struct indexear e = { 0 };
	struct pack *first, *second;
	struct pca *pca;
	struct span name;

	(void)state;
	assert_int_equal(indexear_open(&e, &both, sound, recipe, NULL, &err),
			 0);
	first = written(&e, NULL);
	indexear_release(&e);
	assert_int_equal(indexear_check(first, &err), 0);
	pca = indexear_model(first, &err);
	assert_non_null(pca);
	assert_int_equal(pca_rows(pca), ROWS);
	pca_free(pca);
	test_span_is(pack_get(first, INDEXEAR_COLUMNS),
		     "a\t1\nb\t2\nc\t3\nd\t4\nkey\t5\nmode\t6\n");
	test_span_is(pack_get(first, INDEXEAR_CENTRE),
		     "valence\t0.25\narousal\t-0.5\n");
	assert_true(indexear_same(first, featset_schema(sound), &name));
	/* an update that names none has those of its base */
	assert_int_equal(indexear_open(&e, &none, NULL, recipe, first, &err),
			 0);
	second = written(&e, NULL);
	indexear_release(&e);
	assert_memory_equal(pack_digest(second), pack_digest(first), HASH_SIZE);
	pack_close(second);
	pack_close(first);
}

static void test_none(void **state)
{
	const struct indexear_paths none = { NULL, NULL };
	struct indexear e = { 0 };
	struct pack *p;
	struct span name;

	(void)state;
	assert_int_equal(indexear_open(&e, &none, sound, recipe, NULL, &err),
			 0);
	p = written(&e, NULL);
	indexear_release(&e);
	assert_null(pack_get(p, "pca.info").p);
	assert_null(pack_get(p, INDEXEAR_COLUMNS).p);
	assert_int_equal(indexear_check(p, &err), 0);
	err.status = ERR_NONE;
	assert_null(indexear_model(p, &err));
	assert_int_equal(err.status, ERR_NONE);
	assert_false(indexear_same(p, featset_schema(sound), &name));
	pack_close(p);
}

static void refused(const char *model, const char *centre,
		    const struct featset *s, const char *of,
		    enum err_status status, const char *why)
{
	const struct indexear_paths paths = { model, centre };
	struct indexear e = { 0 };

	assert_int_equal(indexear_open(&e, &paths, s, of, NULL, &err), -1);
	assert_int_equal(err.status, status);
	if (!strstr(err.message, why))
		fail_msg("%s", err.message);
	indexear_release(&e);
}

static void test_refusals(void **state)
{
	char other[2 * HASH_SIZE + 1];

	(void)state;
	strcpy(other, recipe);
	other[5] = other[5] == '0' ? '1' : '0';
	refused(model_path, NULL, sound, other, ERR_DATA, "make them again");
	refused(model_path, NULL, sound, "", ERR_USAGE, "needs --audio");
	refused(model_path, NULL, NULL, recipe, ERR_USAGE, "needs --sound");
	refused(NULL, centre_path, sound, recipe, ERR_USAGE, "goes with");
	refused(model_path, model_path, sound, recipe, ERR_DATA, "mood-map");
	refused(rows_path, NULL, sound, recipe, ERR_DATA, "");
}

/* Columns in another order are the same, in another version they are not. */
static void test_columns(void **state)
{
	static const struct {
		const char *text, *first; /* first NULL: the same */
	} cases[] = {
		{ "mode\t6\na\t1\n", NULL },
		{ "a\t1\nb\t3\n", "b" },
		{ "a\t1\nloudness\t3\n", "loudness" },
		{ "", NULL },
	};
	const struct indexear_paths none = { NULL, NULL };
	struct indexear e = { 0 };

	(void)state;
	assert_int_equal(indexear_open(&e, &none, sound, recipe, NULL, &err),
			 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pack *p = written(&e, cases[i].text);
		struct span name;

		assert_int_equal(indexear_same(p, featset_schema(sound), &name),
				 !cases[i].first);
		if (cases[i].first)
			test_span_is(name, cases[i].first);
		pack_close(p);
	}
	indexear_release(&e);
}

/* What a damaged index says is in no order is found out. */
static void test_damage(void **state)
{
	static const char *const columns[] = { "a", "a\t\n", "a\tx\n",
					       "a\t1\nb\t2", "\n" };
	const struct indexear_paths none = { NULL, NULL };
	struct indexear e = { 0 };

	(void)state;
	assert_int_equal(indexear_open(&e, &none, sound, recipe, NULL, &err),
			 0);
	e.model = pack_open(model_path, PCA_KIND, PCA_VERSION, &err);
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		struct pack *p = written(&e, columns[i]);
		struct span name;

		assert_int_equal(indexear_check(p, &err), -1);
		assert_int_equal(err.status, ERR_DATA);
		assert_false(indexear_same(p, featset_schema(sound), &name));
		pack_close(p);
	}
	indexear_release(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),     cmocka_unit_test(test_none),
		cmocka_unit_test(test_refusals), cmocka_unit_test(test_columns),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
