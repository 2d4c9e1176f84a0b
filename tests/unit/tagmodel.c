/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "corpus/tagmodel.h"
#include "damage.h"

static const char table[] = "hip hop\tgenre\t-\trap\n"
			    "house\tgenre\telectronic\t-\n"
			    "deep house\tgenre\thouse\t-\n"
			    "electronic\tgenre\t-\t-\n"
			    "dark\tmood\t-\tdarkness\n"
			    "piano\tinstrument\t-\t-\n";
enum { HIPHOP, HOUSE, DEEP_HOUSE, ELECTRONIC, DARK, PIANO };

static const char *const titles[] = {
	"Deep House mix",    "darkness and piano", "piano piano dark",
	"pianno in a house", "nothing of note",
};

static void write_model(const char *path)
{
	struct stoplist stop = { 0 };
	struct vocabulary v;
	struct tagmodel_fit *f;
	struct ngrams g = { 0 };
	FILE *out = fopen(path, "w+");
	struct pack_writer *w = pack_writer_new(out, "test", 1, NULL);
	const float sure[TAGMODEL_NUMBERS] = { 0.2f, 0.2f, 0.2f, 0.2f,
					       0.2f, 0.2f, 0.2f, 0.2f,
					       0.3f, 0.1f, 1,    0.1f };
	const uint64_t clues[] = { TAGLIKELY_ANY, taglikely_artist(7) };
	uint32_t tags[8];

	assert_int_equal(vocabulary_parse(&v, span_of(table), "t", NULL), 0);
	f = tagmodel_fit_new(&stop, &v, 1 << 20);
	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
		ngrams_reset(&g);
		ngrams_add(&g, span_of(titles[i]));
		ngrams_merge(&g);
		assert_int_equal(tagmodel_fit_add(f, &g, NULL), 0);
	}
	assert_int_equal(
	    tagmodel_fit_tags(f, SPAN("Rap\nhiphop\nx\nPianos"), tags, 8), 2);
	assert_int_equal(tags[0], HIPHOP);
	assert_int_equal(tags[1], PIANO);
	for (int i = 0; i < 8; i++)
		assert_int_equal(tagmodel_fit_likely(f, clues, i < 4 ? 2 : 1,
						     tags, i < 4 ? 2 : 1,
						     i == 7, NULL),
				 0);
	assert_int_equal(tagmodel_fit_write(f, true, w, NULL), 0);
	pack_section(w, "tag.sure", sure, sizeof(sure), NULL);
	assert_int_equal(pack_writer_end(w, NULL, NULL), 0);
	fclose(out);
	ngrams_release(&g);
	tagmodel_fit_free(f);
	vocabulary_release(&v);
}

static size_t choose(const struct tagmodel *m, const char *text,
		     const char *artist, uint64_t likely,
		     struct tagmodel_choice out[TAGMODEL_MOST])
{
	struct ngrams g = { 0 }, not = { 0 };
	struct tagmodel_clues c = { .terms = &g, .not = &not };
	size_t n;

	ngrams_add(&g, span_of(text));
	ngrams_merge(&g);
	ngrams_add(&not, span_of(artist));
	ngrams_merge(&not );
	c.likely = &likely;
	c.likely_count = likely != 1;
	n = tagmodel_choose(m, &c, out);
	ngrams_release(&g);
	ngrams_release(&not );
	return n;
}

static bool has(const struct tagmodel_choice *c, size_t n, uint32_t tag)
{
	for (size_t i = 0; i < n; i++)
		if (c[i].tag == tag)
			return true;
	return false;
}

static void chooses(void **state)
{
	char *path = test_path("tags.pack");
	struct tagmodel_choice c[TAGMODEL_MOST];
	struct tokens tokens = { 0 };
	struct str scratch = { 0 };
	struct tagmodel m;
	struct pack *p;
	uint32_t ids[4];
	size_t n;

	(void)state;
	write_model(path);
	p = pack_open(path, "test", 1, NULL);
	assert_int_equal(tagmodel_open(&m, p, NULL), 0);
	n = choose(&m, "a deep house thing", "x", 1, c);
	assert_int_equal(n, 3);
	assert_int_equal(c[0].tag, DEEP_HOUSE);
	assert_int_equal(c[0].source, VOCABULARY_GENRE);
	/* "house" is only part of the pair: it is implied, not told */
	assert_int_equal(c[1].source, TAGMODEL_IMPLIED);
	assert_true(has(c, n, HOUSE) && has(c, n, ELECTRONIC));
	n = choose(&m, "rap from the deephouse", "x", 1, c);
	assert_true(has(c, n, HIPHOP) && has(c, n, DEEP_HOUSE));
	/* a typing error of the corpus, and one that it has not */
	assert_int_equal(choose(&m, "pianno", "x", 1, c), 0); /* short */
	assert_int_equal(choose(&m, "piano", "Piano Man", 1, c), 0);
	assert_int_equal(choose(&m, "", "", 1, c), 0);
	/* (8 + 0) of 8 have hip hop; (4 + 3/2) of 4 + 3 the piano */
	n = choose(&m, "", "", taglikely_artist(7), c);
	assert_int_equal(n, 2);
	assert_int_equal(c[0].tag, HIPHOP);
	assert_true(fabs(c[0].share - 1) < 1e-6);
	assert_true(fabs(c[1].share - 5.5 / 7) < 1e-6);
	assert_int_equal(c[1].source, TAGMODEL_LIKELY);
	/* two reasons: 1 - (1 - 0.2)(1 - 0.5) */
	n = choose(&m, "piano", "", TAGLIKELY_ANY, c);
	assert_int_equal(n, 2);
	assert_int_equal(c[1].tag, PIANO);
	assert_true(fabs(c[1].sure - 0.6) < 1e-6);
	assert_int_equal(
	    tagmodel_named(&m, SPAN("Hip-Hop"), &tokens, &scratch, ids, 4), 1);
	assert_int_equal(tagmodel_named(&m, SPAN("x, Rap / house"), &tokens,
					&scratch, ids, 4),
			 2);
	assert_int_equal(ids[1], HOUSE);
	tokens_release(&tokens);
	str_release(&scratch);
	pack_close(p);
	unlink(path);
	free(path);
}

/* Sections one at a time: refused, or chosen from within. */
struct damaged {
	const struct pack *from;
	const char *name;
	size_t refused;
};

static void use_damaged(struct span bytes, void *ctx)
{
	static const char *const names[] = { "tag.terms", "tag.text",
					     "tag.list",  "tag.names",
					     "tag.sure",  "tag.clues",
					     "tag.likely" };
	struct damaged *d = ctx;
	char *path = test_path("bad.pack");
	FILE *out = fopen(path, "w+");
	struct pack_writer *w = pack_writer_new(out, "test", 1, NULL);
	struct tagmodel_choice c[TAGMODEL_MOST];
	struct tagmodel m;
	struct pack *p;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct span s = !strcmp(names[i], d->name)
				    ? bytes
				    : pack_get(d->from, names[i]);

		pack_section(w, names[i], s.p, s.n, NULL);
	}
	pack_writer_end(w, NULL, NULL);
	fclose(out);
	p = pack_open(path, "test", 1, NULL);
	if (tagmodel_open(&m, p, NULL)) {
		d->refused++;
	} else {
		size_t n = choose(&m, "dark deep house rap piano", "x",
				  TAGLIKELY_ANY, c);

		for (size_t i = 0; i < n; i++)
			assert_non_null(tagmodel_name(&m, c[i].tag).p);
	}
	pack_close(p);
	unlink(path);
	free(path);
}

static void damaged_models(void **state)
{
	char *path = test_path("tags.pack");
	struct damaged d = { 0 };

	(void)state;
	write_model(path);
	d.from = pack_open(path, "test", 1, NULL);
	for (int i = 0; i < 4; i++) {
		static const char *const names[] = { "tag.list", "tag.sure",
						     "tag.clues",
						     "tag.likely" };

		d.name = names[i];
		d.refused = 0;
		damage_each(pack_get(d.from, d.name), 0, 96, use_damaged, &d);
		assert_true(d.refused > 0);
	}
	d.name = "tag.terms";
	damage_some(pack_get(d.from, d.name), 50, 3, use_damaged, &d);
	pack_close((struct pack *)(uintptr_t)d.from);
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses),
		cmocka_unit_test(damaged_models),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
