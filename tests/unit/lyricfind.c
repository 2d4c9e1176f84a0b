/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Quotes out of generated lyrics, as people write them: what they are from is
 * found, what nobody sings is not, and what everybody sings is no quote.
 */
#include "indexfixture.h"

#include "index/indexcheck.h"
#include "index/lyricfind.h"
#include "text/tokens.h"

enum { SONGS = 600, WORDS = 160, VOCABULARY = 3000, QUOTES = 400 };

struct songs {
	char vocabulary[VOCABULARY][12];
	uint16_t words[SONGS][WORDS];
	struct generation *g;
	char *path;
	uint32_t row[SONGS]; /* of the index */
};

static void make_words(struct songs *s, struct random *rng)
{
	static const char *const syllables[] = { "ba",  "lo",  "ne",  "tri",
						 "sun", "ka",  "mor", "vel",
						 "dis", "gre", "fa",  "hu",
						 "pel", "jo",  "wen", "zar" };

	for (size_t i = 0; i < VOCABULARY; i++) {
		size_t n = 1 + random_below(rng, 3);

		s->vocabulary[i][0] = '\0';
		while (n--)
			strcat(s->vocabulary[i],
			       syllables[random_below(rng, 16)]);
	}
}

/* Frequent words far more often than rare ones. */
static uint16_t draw(struct random *rng)
{
	double u = random_uniform(rng);

	return (uint16_t)(20 * pow(1 + VOCABULARY / 20., u) - 20);
}

static void add_song(struct songs *s, struct indexwriter *w, size_t i,
		     const char *refrain)
{
	struct index_row row = { .duration = NAN,
				 .plays = NAN,
				 .popularity = NAN };
	struct str lyrics = { 0 };
	struct err err = { 0 };
	char id[16], title[64];

	snprintf(id, sizeof(id), "song%zu", i);
	snprintf(title, sizeof(title), "%s %s %s %s",
		 s->vocabulary[s->words[i][0]], s->vocabulary[s->words[i][9]],
		 s->vocabulary[s->words[i][5]], id);
	for (size_t k = 0; k < WORDS; k++) {
		str_puts(&lyrics, s->vocabulary[s->words[i][k]]);
		str_putc(&lyrics, k % 7 == 6 ? '\n' : ' ');
	}
	str_puts(&lyrics, refrain);
	row.key = hash_u64(id, strlen(id));
	row.text[CATALOGUE_ID] = span_of(id);
	row.text[CATALOGUE_TITLE] = span_of(title);
	row.lyrics = span_str(&lyrics);
	assert_int_equal(indexwriter_add(w, &row, &err), 0);
	str_release(&lyrics);
}

static void make(struct songs *s)
{
	struct indexwriter *w = indexwriter_new(NULL);
	struct index_sources none = { .threads = 2 };
	struct index_counts counts;
	struct random rng;
	struct err err = { 0 };

	random_seed(&rng, 11, 0);
	make_words(s, &rng);
	for (size_t i = 0; i < SONGS; i++) {
		for (size_t k = 0; k < WORDS; k++)
			s->words[i][k] = draw(&rng);
		add_song(s, w, i,
			 i % 3 ? "" : "everybody sings this very same line");
	}
	s->path = test_path("lyrics.idx");
	assert_int_equal(fixture_write(w, &none, NULL, s->path, &counts, &err),
			 0);
	assert_int_equal(counts.lyrics, SONGS);
	indexwriter_free(w);
	s->g = generation_open(s->path, &err);
	assert_non_null(s->g);
	if (indexcheck(s->g, 2, &err))
		fail_msg("%s", err.message);
	for (size_t i = 0; i < SONGS; i++) {
		char id[16];
		uint64_t key;

		snprintf(id, sizeof(id), "song%zu", i);
		key = hash_u64(id, strlen(id));
		for (uint32_t r = 0; r < SONGS; r++)
			if (s->g->keys[r] == key)
				s->row[i] = r;
	}
}

static int setup(void **state)
{
	struct songs *s = mem_zalloc(1, sizeof(*s));

	make(s);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct songs *s = *state;

	generation_close(s->g);
	unlink(s->path);
	free(s->path);
	free(s);
	return 0;
}

enum spoil { EXACT, TYPO, WRONG, MISSING, MORE, SPOILS };

static void quote(const struct songs *s, size_t song, size_t from, size_t n,
		  enum spoil how, struct random *rng, struct str *out)
{
	size_t at = 1 + random_below(rng, n - 2);

	str_reset(out);
	for (size_t k = 0; k < n; k++) {
		const char *w = s->vocabulary[s->words[song][from + k]];
		size_t length = strlen(w);

		if (k == at && how == MISSING)
			continue;
		if (k == at && how == MORE)
			str_puts(out, "really ");
		if (k == at && how == WRONG)
			w = "hippopotamus";
		str_puts(out, w);
		/* another vowel */
		for (size_t i = 1; k == at && how == TYPO && i < length; i++)
			if (w[i] && strchr("aeiou", w[i])) {
				out->p[out->n - length + i] =
				    w[i] == 'e' ? 'a' : 'e';
				break;
			}
		str_putc(out, ' ');
	}
}

/* The share of quotes whose song is the first, or among those that have as much
 * of them. */
static double recall(struct songs *s, size_t n, enum spoil how)
{
	struct lyricfind_hit hits[LYRICFIND_HITS];
	struct str text = { 0 };
	struct random rng;
	size_t found = 0;

	random_seed(&rng, 12, n * SPOILS + (size_t)how);
	for (size_t i = 0; i < QUOTES; i++) {
		size_t song = random_below(&rng, SONGS), count;
		size_t from = random_below(&rng, WORDS - n);

		quote(s, song, from, n, how, &rng, &text);
		count = lyricfind(s->g, span_str(&text), hits, LYRICFIND_HITS);
		for (size_t k = 0; k < count && hits[k].share >= hits[0].share;
		     k++)
			if (hits[k].row == s->row[song]) {
				found++;
				break;
			}
	}
	str_release(&text);
	return (double)found / QUOTES;
}

static void test_recall(void **state)
{
	for (int how = 0; how < SPOILS; how++) {
		double four = recall(*state, 4, how);
		double six = recall(*state, 6, how);

		print_message("spoilt %d: of 4 words %.3f, of 6 %.3f\n", how,
			      four, six);
		if (how == EXACT)
			assert_true(four > 0.95 && six > 0.98);
		/* of four words only three are left, which others have too */
		assert_true(six > 0.9);
	}
}

static void test_hit(void **state)
{
	struct songs *s = *state;
	struct lyricfind_hit hits[LYRICFIND_HITS];
	struct str text = { 0 };
	struct random rng;
	struct span words;
	size_t n;

	random_seed(&rng, 5, 5);
	quote(s, 7, 20, 8, EXACT, &rng, &text);
	str_puts(&text, " thank you please");
	n = lyricfind(s->g, span_str(&text), hits, LYRICFIND_HITS);
	assert_true(n >= 1);
	assert_int_equal(hits[0].row, s->row[7]);
	assert_false(hits[0].title);
	assert_int_equal(hits[0].met, 8);
	assert_int_equal(hits[0].words, 11);
	assert_float_equal(hits[0].share, 8. / 11, 1e-6);
	assert_float_equal(hits[0].within, 1, 1e-6);
	assert_int_equal(hits[0].songs, 1);
	assert_ptr_equal(hits[0].span.p, text.p);
	words = (struct span){ text.p, text.n - strlen(" thank you please") };
	assert_true(span_eq(hits[0].span, span_trim(words)));
	assert_false(lyricfind_sure(&hits[0]));

	quote(s, 7, 20, 8, EXACT, &rng, &text);
	n = lyricfind(s->g, span_str(&text), hits, LYRICFIND_HITS);
	assert_true(n && lyricfind_sure(&hits[0]));
	str_release(&text);
}

/* What stands between quotation marks is the quote. */
static void test_marked(void **state)
{
	struct songs *s = *state;
	struct lyricfind_hit hits[LYRICFIND_HITS];
	struct str text = { 0 }, words = { 0 };
	struct random rng;
	size_t n;

	random_seed(&rng, 6, 6);
	quote(s, 9, 40, 5, EXACT, &rng, &words);
	str_printf(&text,
		   "what is \"so\" the song with \xe2\x80\x9c%s\xe2\x80\x9d",
		   words.p);
	n = lyricfind(s->g, span_str(&text), hits, LYRICFIND_HITS);
	assert_true(n >= 1);
	assert_int_equal(hits[0].row, s->row[9]);
	assert_true(hits[0].marked);
	assert_int_equal(hits[0].words, 5);
	assert_true(lyricfind_sure(&hits[0]));
	str_release(&text);
	str_release(&words);
}

static void test_title(void **state)
{
	struct songs *s = *state;
	struct lyricfind_hit hits[LYRICFIND_HITS];
	struct str text = { 0 };
	size_t n;

	str_printf(&text, "%s, %s %s song11!", s->vocabulary[s->words[11][0]],
		   s->vocabulary[s->words[11][9]],
		   s->vocabulary[s->words[11][5]]);
	n = lyricfind(s->g, span_str(&text), hits, LYRICFIND_HITS);
	assert_true(n >= 1);
	for (size_t k = 0; k < n && !hits[0].title; k++)
		hits[0] = hits[k];
	assert_true(hits[0].title);
	assert_int_equal(hits[0].row, s->row[11]);
	assert_true(lyricfind_sure(&hits[0]));
	str_release(&text);
}

/* Nothing is found, or nothing that is sure. */
static void test_nothing(void **state)
{
	static const char *const requests[] = {
		"",
		"\xf0\x9f\x98\xad",
		"sad songs",
		"calm piano music for a long evening at home",
		"everybody sings this very same line", /* a third of them does */
		"\"\"\"\"\" \xe2\x80\x9e\xe2\x80\x9e\xe2\x80\x9e",
	};
	struct songs *s = *state;
	struct lyricfind_hit hits[LYRICFIND_HITS];
	struct str text = { 0 };
	struct random rng;
	size_t sure = 0;

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		assert_int_equal(
		    lyricfind(s->g, span_of(requests[i]), hits, LYRICFIND_HITS),
		    0);
	/* words of the same kind that nobody sings in that order */
	random_seed(&rng, 99, 1);
	for (size_t i = 0; i < QUOTES; i++) {
		str_reset(&text);
		for (size_t k = 0; k < 6; k++)
			str_printf(&text, "%s ", s->vocabulary[draw(&rng)]);
		if (lyricfind(s->g, span_str(&text), hits, LYRICFIND_HITS))
			sure += lyricfind_sure(&hits[0]);
	}
	print_message("sure of what nobody sings: %zu of %d\n", sure, QUOTES);
	assert_true(sure <= QUOTES / 100);
	str_release(&text);
}

static uint16_t code(const char *word)
{
	return lyricprint_code(span_of(word));
}

static void test_spellings(void **state)
{
	(void)state;
	assert_int_equal(code("darkness"), code("darknes"));
	assert_int_equal(code("friend"), code("freind"));
	assert_int_equal(code("believe"), code("beleive"));
	assert_int_equal(code("running"), code("runnin"));
	assert_int_equal(code("telephone"), code("telefone"));
	assert_int_equal(code("drakness"), code("darkness"));
	assert_int_not_equal(code("night"), code("day"));
	assert_int_not_equal(code("you"), code("your"));
	assert_int_not_equal(code("love"), code("lost"));
	assert_int_not_equal(code("\xd0\xbd\xd0\xbe\xd1\x87\xd1\x8c"),
			     code("\xd0\xb4\xd0\xb5\xd0\xbd\xd1\x8c"));
}

/* The same bytes whatever the threads and the memory. */
static void test_bytes(void **state)
{
	struct songs *s = *state;
	static const struct {
		size_t memory;
		int threads;
	} ways[] = { { 0, 1 }, { 40000, 1 }, { 30000, 3 } };
	struct str first = { 0 }, again = { 0 };

	for (size_t i = 0; i < 3; i++) {
		struct indexwriter *w = indexwriter_new(s->g);
		struct index_sources o = { .threads = ways[i].threads,
					   .memory = ways[i].memory };
		struct index_counts counts;
		struct err err = { 0 };
		char *path = test_path("again.idx");

		assert_int_equal(
		    fixture_write(w, &o, s->g, path, &counts, &err), 0);
		indexwriter_free(w);
		test_load(path, i ? &again : &first);
		if (i)
			assert_true(
			    span_eq(span_str(&first), span_str(&again)));
		unlink(path);
		free(path);
	}
	str_release(&first);
	str_release(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recall),
		cmocka_unit_test(test_hit),
		cmocka_unit_test(test_marked),
		cmocka_unit_test(test_title),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
