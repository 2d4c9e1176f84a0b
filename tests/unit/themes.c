/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights by their formula on small tables; the table as shipped. */
#include "damage.h"

#include <math.h>

#include "corpus/datadir.h"
#include "corpus/themes.h"
#include "io/input.h"
#include "io/json.h"
#include "learn/textfit.h"
#include "math/random.h"

static const char small[] = "# comment\n\nnight\tnight\t1\tx\n"
			    "night\tcity lights\t0.5\tx\ncity\tcity\t1\tx\n"
			    "city\tcity lights\t0.5\tx\n"
			    "dancing\tdance\t1\tx\r\n";

static struct themes *parsed(const char *table)
{
	struct err err = { 0 };
	struct themes *t = themes_parse(span_of(table), "t", &err);

	if (!t)
		fail_msg("%s", err.message);
	return t;
}

static struct themes *shipped(void)
{
	struct str path = { 0 }, text = { 0 };
	struct themes *t;

	assert_int_equal(input_slurp(datadir_path("themes.tsv", &path), 1 << 20,
				     &text, NULL),
			 0);
	t = parsed(str_z(&text));
	str_release(&path);
	str_release(&text);
	return t;
}

/* "name weight, name weight" */
static void check(const struct themes *t, const char *text, const char *want)
{
	struct theme_hit hits[8];
	struct str got = { 0 };
	size_t n = themes_read(t, span_of(text), hits, 8);

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(hits[i].by, THEME_BY_WORDS);
		str_printf(&got, "%s%s ", i ? ", " : "", hits[i].name);
		str_fixed(&got, (double)hits[i].weight, 3);
	}
	if (strcmp(str_z(&got), want))
		fail_msg("\"%s\": %s, wanted %s", text, str_z(&got), want);
	str_release(&got);
}

static void test_words(void **state)
{
	struct themes *t = parsed(small);

	(void)state;
	assert_int_equal(themes_count(t), 3);
	assert_string_equal(themes_name(t, 2), "dancing");
	/* 1 - 0.4^e; forms of a word; equal weights by name */
	check(t, "dancing at NIGHT", "dancing 0.6, night 0.6");
	/* 1 - 0.4^(1 + ln 2) */
	check(t, "night, night", "night 0.788");
	/* the phrase, not its words; it stands for both: 1 - 0.4^0.5 */
	check(t, "city lights", "city 0.368, night 0.368");
	/* 1 - 0.4^1.5 */
	check(t, "night, city lights", "night 0.747, city 0.368");
	check(t, "rock", "");
	check(t, "", "");
	themes_free(t);
}

static void test_long(void **state)
{
	struct themes *t = parsed(small);
	struct str text = { 0 };

	(void)state;
	str_puts(&text, "night");
	for (int i = 1; i < THEMES_PLAIN; i++)
		str_puts(&text, " la");
	check(t, str_z(&text), "night 0.6");
	/* four times as many words: half the evidence, 1 - 0.4^0.5 */
	for (int i = 0; i < 3 * THEMES_PLAIN; i++)
		str_puts(&text, " la");
	check(t, str_z(&text), "night 0.368");
	str_release(&text);
	themes_free(t);
}

static void test_most(void **state)
{
	struct themes *t = parsed(small);
	struct theme_hit hits[2];
	struct str json = { 0 };

	(void)state;
	assert_int_equal(
	    themes_read(t, SPAN("dance dance in the city night night night"),
			hits, 2),
	    2);
	assert_string_equal(hits[0].name, "night");
	assert_string_equal(hits[1].name, "dancing");
	assert_int_equal(themes_read(t, SPAN("city"), hits, 0), 0);
	assert_int_equal(themes_read(t, SPAN("city"), hits, 2), 1);
	themes_json(hits, 1, &json);
	assert_string_equal(str_z(&json),
			    "[{\"name\":\"city\",\"weight\":0.6}]");
	str_reset(&json);
	themes_json(hits, 0, &json);
	assert_string_equal(str_z(&json), "[]");
	str_release(&json);
	themes_free(t);
}

static void test_shipped(void **state)
{
	static const struct {
		const char *text, *theme;
	} cases[] = {
		{ "songs for a breakup", "breakup" },
		{ "i miss my ex", "longing" },
		{ "she left me for someone else", "breakup" },
		{ "nobody to hold, all alone again", "loneliness" },
		{ "take me home, country roads", "home" },
		{ "dancing all night", "dancing" },
		{ "hallelujah, praise the lord", "faith" },
		{ "cash rules everything, dollar dollar bill", "money" },
		{ "soldiers marching into battle", "war" },
		{ "rainy sunday coffee", "rain" },
		{ "all i want for christmas", "winter" },
		{ "remember when we were young", "nostalgia" },
		{ "cheating liar", "betrayal" },
		{ "we are the champions", "victory" },
	};
	struct themes *t = shipped();

	(void)state;
	assert_in_range(themes_count(t), 40, THEMES_MAX);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct theme_hit hits[8];
		size_t n = themes_read(t, span_of(cases[i].text), hits, 8);
		bool found = false;

		for (size_t k = 0; k < n; k++)
			found |= !strcmp(hits[k].name, cases[i].theme) &&
				 hits[k].weight > 0.55f;
		if (!found)
			fail_msg("\"%s\" is not about %s", cases[i].text,
				 cases[i].theme);
	}
	themes_free(t);
}

enum { TOPICS = 12, WORDS = 6 };
/* The w-th word of a topic: letters only, no two alike in n-grams. */
static const char *topic_word(int topic, int w, struct str *out)
{
	struct random r;

	random_seed(&r, 77, (uint64_t)(topic * WORDS + w));
	str_reset(out);
	for (int i = 0; i < 8; i++)
		str_putc(out, (char)('a' + random_below(&r, 26)));
	return str_z(out);
}

static void add_text(struct textcorpus *c, uint64_t key, int topic,
		     struct random *r)
{
	struct str word = { 0 };

	textcorpus_begin(c, key);
	textcorpus_add(c, SPAN("music"), 1);
	for (int i = 0; i < 4; i++) {
		topic_word(topic, (int)random_below(r, WORDS), &word);
		textcorpus_add(c, span_str(&word), 1);
	}
	textcorpus_end(c);
	str_release(&word);
}

/* Topics of different sizes and a word in all texts: what is common to all is
 * then one direction, and each topic another. */
static char *model_of_topics(void)
{
	char *path = test_path("themes-model");
	FILE *f = fopen(path, "w+");
	struct textfit_options o = textfit_defaults;
	struct textcorpus c;
	struct random r;
	uint64_t key = 0;

	assert_non_null(f);
	o.rank_share = 0; /* the least: about as many as topics */
	random_seed(&r, 3, 0);
	textcorpus_init(&c, 1 << 20);
	for (int topic = 0; topic < TOPICS; topic++)
		for (int i = 0; i < 80 + 6 * topic; i++)
			add_text(&c, key++, topic, &r);
	assert_int_equal(textfit_write(&c, &o, 1 << 28, 1, f, NULL, NULL), 0);
	textcorpus_release(&c);
	fclose(f);
	return path;
}

static void same(const struct themes *a, const struct themes *b,
		 struct span text, int *by_vector)
{
	struct theme_hit x[8], y[8];
	size_t n = themes_read(a, text, x, 8);

	assert_int_equal(themes_read(b, text, y, 8), n);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(x[i].name, y[i].name);
		assert_true(x[i].weight == y[i].weight && x[i].by == y[i].by);
		*by_vector += x[i].by == THEME_BY_VECTOR;
	}
}

/* Viewed as parsed, for the lines of the table. */
static void test_view(void **state)
{
	struct themes *t = shipped(), *v;
	struct str bytes = { 0 }, again = { 0 }, text = { 0 }, path = { 0 };
	struct span rest;
	int vectors = 0;

	(void)state;
	themes_compile(t, &bytes);
	v = themes_view(span_str(&bytes), NULL, NULL);
	assert_non_null(v);
	assert_int_equal(themes_count(v), themes_count(t));
	for (size_t i = 0; i < themes_count(t); i++)
		assert_string_equal(themes_name(v, i), themes_name(t, i));
	themes_compile(v, &again);
	assert_int_equal(bytes.n, again.n);
	assert_memory_equal(bytes.p, again.p, bytes.n);
	test_load(datadir_path("themes.tsv", &path), &text);
	rest = span_str(&text);
	while (rest.n) {
		const char *q = memchr(rest.p, '\n', rest.n);
		size_t n = q ? (size_t)(q - rest.p) + 1 : rest.n;

		same(t, v, (struct span){ rest.p, n }, &vectors);
		rest = (struct span){ rest.p + n, rest.n - n };
	}
	themes_free(t);
	themes_free(v);
	str_release(&bytes);
	str_release(&again);
	str_release(&text);
	str_release(&path);
}

struct damaged {
	const struct textmodel *model;
	struct span text;
};

static void use_damaged(struct span bytes, void *ctx)
{
	const struct damaged *d = ctx;
	struct err err = { 0 };
	struct themes *t = themes_view(bytes, d->model, &err);
	struct theme_hit hits[8];
	struct str json = { 0 };
	size_t n;

	if (!t) {
		assert_status(&err, ERR_DATA);
		return;
	}
	n = themes_read(t, d->text, hits, 8);
	assert_in_range(n, 0, 8);
	for (size_t i = 0; i < n; i++)
		assert_true(hits[i].weight > 0 && hits[i].weight <= 1);
	themes_json(hits, n, &json);
	str_release(&json);
	themes_free(t);
}

static void test_damaged(void **state)
{
	struct damaged d = { NULL,
			     SPAN("dancing in the city, city lights, night") };
	struct themes *t = parsed(small);
	struct str bytes = { 0 };
	struct span all;
	float beyond = 2;

	(void)state;
	themes_compile(t, &bytes);
	themes_free(t);
	all = span_str(&bytes);
	damage_each(all, 0, all.n, use_damaged, &d);
	/* the last number is the weight of "dance": one beyond 1 counts nothing */
	memcpy(bytes.p + bytes.n - sizeof(beyond), &beyond, sizeof(beyond));
	t = themes_view(all, NULL, NULL);
	check(t, "dance", "");
	check(t, "night", "night 0.6");
	themes_free(t);
	damage_cut(all, 1, use_damaged, &d);
	damage_some(all, 2000, 1, use_damaged, &d);
	t = shipped();
	themes_compile(t, &bytes);
	themes_free(t);
	all = span_str(&bytes);
	damage_each(all, 0, 200, use_damaged, &d);
	damage_some(all, 200, 2, use_damaged, &d);
	assert_null(themes_view(SPAN("night\tnight\t1\n"), NULL, NULL));
	assert_null(themes_view((struct span){ all.p, all.n - 8 }, NULL, NULL));
	assert_null(themes_view((struct span){ 0 }, NULL, NULL));
	str_release(&bytes);
}

/* What is told by vectors is the same from bytes with centroids, and nothing
 * worse than wrong where they are damaged. */
static void view_vectors(struct themes *t, const struct textmodel *m)
{
	struct str bytes = { 0 }, word = { 0 };
	struct damaged d = { .model = m };
	struct themes *v, *words;
	int by_vector = 0;

	themes_compile(t, &bytes);
	v = themes_view(span_str(&bytes), m, NULL);
	words = themes_view(span_str(&bytes), NULL, NULL);
	assert_non_null(v);
	assert_non_null(words);
	for (int i = 0; i < TOPICS * WORDS; i++) {
		topic_word(i / WORDS, i % WORDS, &word);
		same(t, v, span_str(&word), &by_vector);
	}
	assert_true(by_vector > TOPICS);
	themes_vectors(t, NULL);
	by_vector = 0;
	for (int i = 0; i < TOPICS * WORDS; i++) {
		topic_word(i / WORDS, i % WORDS, &word);
		same(t, words, span_str(&word), &by_vector);
	}
	assert_int_equal(by_vector, 0);
	themes_vectors(t, m);
	d.text = span_str(&word);
	bytes.p[12] ^= 8; /* how long centroids are */
	assert_null(themes_view(span_str(&bytes), m, NULL));
	bytes.p[12] ^= 8;
	damage_each(span_str(&bytes), 0, 64, use_damaged, &d);
	damage_each(span_str(&bytes), bytes.n - 64, bytes.n, use_damaged, &d);
	damage_some(span_str(&bytes), 500, 3, use_damaged, &d);
	damage_cut(span_str(&bytes), 512, use_damaged, &d);
	themes_free(v);
	themes_free(words);
	str_release(&bytes);
	str_release(&word);
}

/* Themes name two words of their topic; a third word is found by vector. */
static void test_vectors(void **state)
{
	char *path = model_of_topics();
	struct pack *p =
	    pack_open(path, TEXTMODEL_KIND, TEXTMODEL_VERSION, NULL);
	struct textmodel *m = textmodel_open(p, NULL);
	struct str table = { 0 }, word = { 0 }, json = { 0 };
	struct theme_hit hits[4];
	struct themes *t;
	size_t n;

	(void)state;
	assert_non_null(m);
	for (int i = 0; i < TOPICS; i++)
		for (int w = 0; w < 2; w++)
			str_printf(&table, "theme%c\t%s\t1\tx\n", 'a' + i,
				   topic_word(i, w, &word));
	str_puts(&table, "unheard\tqqqq\t1\tx\n");
	t = parsed(str_z(&table));
	assert_int_equal(
	    themes_read(t, span_of(topic_word(4, 3, &word)), hits, 4), 0);
	assert_int_equal(themes_vectors(t, m), TOPICS);
	for (int i = 0; i < TOPICS; i++) {
		topic_word(i, 3, &word);
		assert_int_equal(themes_read(t, span_str(&word), hits, 4), 1);
		assert_int_equal(hits[0].name[5], 'a' + i);
		assert_int_equal(hits[0].by, THEME_BY_VECTOR);
		assert_true(hits[0].weight > 0.1f &&
			    hits[0].weight <= (float)THEMES_VECTOR_MOST);
		/* what the words say stays, and is not said twice */
		topic_word(i, 0, &word);
		n = themes_read(t, span_str(&word), hits, 4);
		assert_true(n >= 1);
		assert_int_equal(hits[0].name[5], 'a' + i);
		assert_int_equal(hits[0].by, THEME_BY_WORDS);
		assert_true(n == 1 || hits[1].by == THEME_BY_VECTOR);
	}
	hits[0] = (struct theme_hit){ "a", 0.2f, THEME_BY_VECTOR };
	themes_json(hits, 1, &json);
	assert_string_equal(
	    str_z(&json),
	    "[{\"name\":\"a\",\"weight\":0.2,\"by\":\"vector\"}]");
	assert_int_equal(themes_read(t, SPAN("qq 17"), hits, 4), 0);
	view_vectors(t, m);
	themes_vectors(t, NULL);
	topic_word(4, 3, &word);
	assert_int_equal(themes_read(t, span_str(&word), hits, 4), 0);
	themes_free(t);
	textmodel_free(m);
	pack_close(p);
	unlink(path);
	free(path);
	str_release(&table);
	str_release(&word);
	str_release(&json);
}

static void test_broken(void **state)
{
	static const char *const tables[] = {
		"night\tnight\t0\tx\n",
		"night\tnight\t0.3\tx\n",
		"night\tnight\t1.1\tx\n",
		"night\tnight\n",
		"night\t...\t1\tx\n",
		"\tnight\t1\tx\n",
		"a\tnight\t1\na\tNIGHT\t1\n",
		"a theme of thirty-two bytes, name\tnight\t1\tx\n",
	};
	struct err err = { 0 };
	struct str many = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		assert_null(themes_parse(span_of(tables[i]), "t", &err));
		assert_status(&err, ERR_DATA);
		assert_memory_equal(err.message, "t:", 2);
	}
	for (int i = 0; i <= THEMES_MAX; i++)
		str_printf(&many, "theme%d\tw%d\t1\tx\n", i, i);
	assert_null(themes_parse(span_str(&many), "t", &err));
	assert_non_null(strstr(err.message, "t:65: "));
	str_release(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),   cmocka_unit_test(test_long),
		cmocka_unit_test(test_most),    cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_vectors), cmocka_unit_test(test_broken),
		cmocka_unit_test(test_view),    cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
