/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests in the languages of the table as shipped, English ones, and the
 * rules on a small table. */
#include "damage.h"

#include <math.h>

#include "io/input.h"
#include "text/foreign.h"

static struct foreign *shipped(void)
{
	const char *dir = getenv("MOODPIPE_DATA");
	struct str path = { 0 }, text = { 0 };
	struct err err = { 0 };
	struct foreign *f;

	str_printf(&path, "%s/lexicon/foreign.tsv",
		   dir && *dir ? dir : MOODPIPE_DATA);
	assert_int_equal(input_slurp(str_z(&path), 1 << 20, &text, NULL), 0);
	f = foreign_parse(span_str(&text), "foreign.tsv", &err);
	if (!f)
		fail_msg("%s", err.message);
	str_release(&path);
	str_release(&text);
	return f;
}

/* The sides of valence and arousal: -1, 1; 0: not told, or in between. */
static void test_shipped(void **state)
{
	static const struct {
		const char *text, *language;
		int valence, arousal;
	} cases[] = {
		{ "traurige Lieder für den Abend", "de", -1, -1 },
		{ "etwas Entspanntes zum Einschlafen", "de", 1, -1 },
		{ "WÜTEND", "de", -1, 1 },
		{ "musique triste pour pleurer", "fr", -1, -1 },
		{ "chansons joyeuses pour faire la fête", "fr", 1, 1 },
		{ "música de fiesta para bailar", "es", 1, 1 },
		{ "canciones tristes", "es", -1, -1 },
		{ "te extraño", "es", -1, -1 },
		{ "musica rilassante per dormire", "it", 1, -1 },
		{ "canzoni allegre", "it", 1, 1 },
		{ "estou com saudades de você", "pt", -1, -1 },
		{ "músicas para relaxar", "pt", 1, -1 },
		{ "ik ben verdrietig", "nl", -1, -1 },
		{ "rustige muziek om te slapen", "nl", 1, -1 },
		{ "smutne piosenki", "pl", -1, -1 },
		{ "muzyka na imprezę", "pl", 1, 1 },
		{ "jag är ledsen", "sv", -1, -1 },
		{ "lugn musik för att sova", "sv", 1, -1 },
		{ "hüzünlü şarkılar", "tr", -1, -1 },
		{ "ders çalışırken dinlemek için sakin müzik", "tr", 1, -1 },
		{ "грустные песни", "ru", -1, -1 },
		{ "музыка для вечеринки", "ru", 1, 1 },
		{ "悲しい曲", "ja", -1, -1 },
		{ "パーティーで踊れる曲", "ja", 1, 1 },
		{ "슬픈 노래", "ko", -1, -1 },
		{ "신나는 노래 추천해줘", "ko", 1, 1 },
		{ "उदास गाने", "hi", -1, -1 },
		{ "पार्टी के लिए गाने", "hi", 1, 1 },
		{ "أغاني حزينة", "ar", -1, -1 },
		{ "موسيقى هادئة للنوم", "ar", 1, -1 },
		{ "适合睡觉的音乐", "zh", 1, -1 },
		{ "伤心的歌", "zh", -1, -1 },
		{ "surullisia lauluja", "fi", -1, -1 },
		{ "iloista musiikkia", "fi", 1, 1 },
		/* told, without a mood */
		{ "ich brauche etwas für meine Oma", "de", 0, 0 },
		{ "привет", "ru", 0, 0 },
	};
	struct foreign *f = shipped();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct foreign_reading r =
		    foreign_read(f, span_of(cases[i].text));

		if (!r.language || strcmp(r.language, cases[i].language))
			fail_msg("\"%s\": %s, wanted %s", cases[i].text,
				 r.language ? r.language : "none",
				 cases[i].language);
		if ((r.valence > 0) - (r.valence < 0) != cases[i].valence ||
		    (r.arousal > 0) - (r.arousal < 0) != cases[i].arousal ||
		    (r.matches > 0) != (cases[i].valence != 0))
			fail_msg("\"%s\": %.2f/%.2f of %d", cases[i].text,
				 (double)r.valence, (double)r.arousal,
				 r.matches);
	}
	foreign_free(f);
}

static void test_english(void **state)
{
	static const char *const texts[] = {
		"i miss my ex",
		"pump me up",
		"party",
		"chill",
		"normal",
		"nostalgia",
		"relax",
		"calm piano for the evening",
		"la la la",
		"de la soul",
		"los del rio",
		"el camino soundtrack",
		"schubert lieder",
		"beyoncé love songs",
		"songs like la bamba",
		"bossa nova",
		"salsa",
		"fiesta playlist",
		"que sera sera",
		"livin' la vida loca",
		"music for a siesta",
		"die hard soundtrack",
		"something by Daft Punk",
		"Rammstein",
		"Björk",
		"Sigur Rós",
		"Édith Piaf",
		"café jazz",
		"play some 아이유 songs please",
		"i love 日本 pop music so much",
		"80s",
		"🎉🎉🎉",
		"1999",
		"",
	};
	struct foreign *f = shipped();

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct foreign_reading r = foreign_read(f, span_of(texts[i]));

		if (r.language)
			fail_msg("\"%s\": %s", texts[i], r.language);
		assert_true(r.matches == 0 && !(r.share > 0));
	}
	foreign_free(f);
}

static void test_rules(void **state)
{
	static const char table[] =
	    "the\ten\tword\t0\t0\tx\nund\tde\tword\t0\t0\tx\n"
	    "ich\tde\tword\t0\t0\tx\ntraurig*\tde\tmood\t-0.7\t-0.3\tx\n"
	    "gute laune\tde\tmood\t0.8\t0.5\tx\n"
	    "悲しい\tja\tmood\t-0.7\t-0.3\tx\n";
	struct foreign *f = foreign_parse(span_of(table), "t", NULL);
	struct foreign_reading r;

	(void)state;
	assert_non_null(f);
	/* any ending, but not inside a word; the mean of the moods */
	r = foreign_read(f, SPAN("Traurigste und gute Laune"));
	test_span_is(span_of(r.language), "de");
	assert_int_equal(r.matches, 2);
	assert_true(fabs((double)r.valence - 0.05) < 1e-6);
	assert_true(fabs((double)r.arousal - 0.1) < 1e-6);
	assert_true(fabs((double)r.share - 1) < 1e-6);
	assert_null(foreign_read(f, SPAN("untraurig")).language);
	/* two different words, or a mood; more than English; a quarter */
	assert_null(foreign_read(f, SPAN("und und")).language);
	assert_non_null(foreign_read(f, SPAN("und ich")).language);
	assert_null(foreign_read(f, SPAN("und ich the the")).language);
	assert_non_null(foreign_read(f, SPAN("traurig the")).language);
	r = foreign_read(f, SPAN("und ich a b c"));
	assert_true(fabs((double)r.share - 0.4) < 1e-6);
	assert_null(foreign_read(f, SPAN("und ich a b c d e f g")).language);
	/* inside a run of characters */
	r = foreign_read(f, SPAN("とても悲しいよ"));
	test_span_is(span_of(r.language), "ja");
	assert_int_equal(r.matches, 1);
	/* a script whose language the table has not */
	assert_null(foreign_read(f, SPAN("грустно")).language);
	foreign_free(f);
}

static const char small[] = "the\ten\tword\t0\t0\tx\n"
			    "und\tde\tword\t0\t0\tx\n"
			    "und\tda\tword\t0\t0\tx\n"
			    "traurig*\tde\tmood\t-0.7\t-0.3\tx\n"
			    "gute laune\tde\tmood\t0.8\t0.5\tx\n";

/* Viewed as parsed, for the lines of the table. */
static void test_view(void **state)
{
	struct foreign *f = shipped(), *v;
	struct str bytes = { 0 }, again = { 0 }, text = { 0 }, path = { 0 };
	struct span rest;
	int told = 0;

	(void)state;
	foreign_compile(f, &bytes);
	v = foreign_view(span_str(&bytes), NULL);
	assert_non_null(v);
	foreign_compile(v, &again);
	assert_int_equal(bytes.n, again.n);
	assert_memory_equal(bytes.p, again.p, bytes.n);
	str_printf(&path, "%s/lexicon/foreign.tsv", getenv("MOODPIPE_DATA"));
	test_load(str_z(&path), &text);
	rest = span_str(&text);
	while (rest.n) {
		const char *q = memchr(rest.p, '\n', rest.n);
		size_t n = q ? (size_t)(q - rest.p) + 1 : rest.n;
		struct foreign_reading a =
		    foreign_read(f, (struct span){ rest.p, n });
		struct foreign_reading b =
		    foreign_read(v, (struct span){ rest.p, n });

		assert_int_equal(a.language != NULL, b.language != NULL);
		if (a.language)
			assert_string_equal(a.language, b.language);
		assert_true(a.share == b.share && a.valence == b.valence &&
			    a.arousal == b.arousal && a.matches == b.matches);
		told += a.language != NULL;
		rest = (struct span){ rest.p + n, rest.n - n };
	}
	assert_true(told > 500);
	foreign_free(f);
	foreign_free(v);
	str_release(&bytes);
	str_release(&again);
	str_release(&text);
	str_release(&path);
}

static void use_damaged(struct span bytes, void *ctx)
{
	struct err err = { 0 };
	struct foreign *f = foreign_view(bytes, &err);
	struct foreign_reading r;

	(void)ctx;
	if (!f) {
		assert_status(&err, ERR_DATA);
		return;
	}
	r = foreign_read(f, SPAN("und Traurige und gute Laune in the rain"));
	assert_true(fabs((double)r.valence) <= 1 &&
		    fabs((double)r.arousal) <= 1 && r.share >= 0 &&
		    r.share <= 1);
	assert_in_range(r.matches, 0, 9);
	if (r.language)
		assert_in_range(strlen(r.language), 1, 7);
	foreign_free(f);
}

static void test_damaged(void **state)
{
	struct foreign *f = foreign_parse(span_of(small), "t", NULL);
	struct str bytes = { 0 };
	struct span all;

	(void)state;
	foreign_compile(f, &bytes);
	foreign_free(f);
	all = span_str(&bytes);
	damage_each(all, 0, all.n, use_damaged, NULL);
	damage_cut(all, 1, use_damaged, NULL);
	damage_some(all, 2000, 1, use_damaged, NULL);
	f = shipped();
	foreign_compile(f, &bytes);
	foreign_free(f);
	all = span_str(&bytes);
	damage_each(all, 0, 300, use_damaged, NULL);
	damage_some(all, 200, 2, use_damaged, NULL);
	assert_null(foreign_view(SPAN("und\tde\tword\n"), NULL));
	assert_null(foreign_view((struct span){ all.p, all.n - 8 }, NULL));
	assert_null(foreign_view((struct span){ 0 }, NULL));
	str_release(&bytes);
}

static void test_broken(void **state)
{
	static const char *const tables[] = {
		"und\tde\tfood\t0\t0\tx\n",
		"und\tde\tword\t2\t0\tx\n",
		"und\tde\tword\n",
		"...\tde\tword\t0\t0\tx\n",
		"gute l*\tde\tmood\t0\t0\tx\n",
		"*\tde\tmood\t0\t0\tx\n",
		"und\t\tword\t0\t0\tx\n",
		"und\tabcdefgh\tword\t0\t0\tx\n",
		"und\td\"e\tword\t0\t0\tx\n",
	};
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		assert_null(foreign_parse(span_of(tables[i]), "t", &err));
		assert_status(&err, ERR_DATA);
		assert_memory_equal(err.message, "t:1: ", 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped), cmocka_unit_test(test_english),
		cmocka_unit_test(test_rules),   cmocka_unit_test(test_broken),
		cmocka_unit_test(test_view),    cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
