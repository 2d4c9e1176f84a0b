/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "text/language.h"
#include "text/profiles.h"

static struct profiles *profiles;

static int load(void **state)
{
	(void)state;
	profiles = language_profiles("data/languages.conf", NULL);
	return profiles ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	profiles_free(profiles);
	return 0;
}

static void is(struct language *l, const char *text, const char *code)
{
	const char *got = language_of(l, span_of(text));

	if (strcmp(got, code) != 0)
		fail_msg("\"%s\": %s, wanted %s", text, got, code);
}

/* Written for this test. */
static void sentences(void **state)
{
	static const char *const texts[][2] = {
		{ "en", "I walked alone through the rain last night and kept "
			"thinking about everything that we had said" },
		{ "de", "Ich ging gestern Nacht allein durch den Regen und "
			"dachte an alles, was wir uns gesagt haben" },
		{ "fr", "Je marchais seule sous la pluie hier soir et je "
			"pensais à tout ce que nous nous étions dit" },
		{ "es", "Anoche caminaba sola bajo la lluvia y pensaba en todo "
			"lo que nos habíamos dicho aquella tarde" },
		{ "it", "Ieri sera camminavo da sola sotto la pioggia e "
			"pensavo a tutto quello che ci eravamo detti" },
		{ "pt", "Ontem à noite eu caminhava sozinha na chuva e pensava "
			"em tudo o que nós tínhamos dito naquela tarde" },
		{ "nl", "Gisteravond liep ik alleen door de regen en dacht aan "
			"alles wat wij elkaar toen gezegd hadden" },
		{ "sv", "I går kväll gick jag ensam genom regnet och tänkte på "
			"allt som vi hade sagt till varandra då" },
		{ "pl", "Wczoraj wieczorem szłam sama w deszczu i myślałam o "
			"wszystkim, co sobie wtedy powiedzieliśmy" },
		{ "tr", "Dün gece yağmurun altında yalnız yürüyordum ve "
			"birbirimize söylediğimiz her şeyi düşünüyordum" },
		{ "fi", "Eilen illalla kävelin yksin sateessa ja ajattelin "
			"kaikkea sitä, mitä olimme toisillemme sanoneet" },
		{ "ru", "Вчера вечером я шёл один под дождём и думал обо всём, "
			"что мы тогда сказали друг другу" },
		{ "uk", "Учора ввечері я йшов сам під дощем і думав про все, "
			"що ми тоді сказали одне одному" },
		{ "ar", "كنت أمشي وحدي تحت المطر ليلة أمس وأفكر في كل ما قلناه "
			"لبعضنا في ذلك المساء" },
		{ "ja", "夜に駆ける" },
		{ "ko", "비가 오는 밤에" },
		{ "zh", "昨天晚上我一個人在雨中走著" },
		{ "el", "Χθες το βράδυ" },
		{ "he", "אתמול בלילה" },
		{ "th", "เมื่อคืนนี้ฉันเดินคนเดียว" },
	};
	struct language *l = language_new(profiles);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		is(l, texts[i][1], texts[i][0]);
	language_free(l);
}

static void unknown(void **state)
{
	struct language *l = language_new(profiles);

	(void)state;
	is(l, "", "unknown");
	is(l, "Love", "unknown");
	is(l, "Summer Nights (Original Mix)", "unknown");
	is(l, "1234567890 12345 !!! ??? --- ### @@@ 99 12", "unknown");
	is(l,
	   "https://example.org/some/address/that/is/long and.more.org/of/it",
	   "unknown");
	is(l, "@somebody @somebodyelse #thistag #thattag #another #onemore",
	   "unknown");
	is(l, "東京", "unknown");
	is(l, "\xFF\xFE\xC0\x80", "unknown");
	/* neither half is seven tenths of it */
	is(l,
	   "Je marchais seule sous la pluie et pensais à tout "
	   "Вчера вечером я шёл один под дождём и думал обо всём",
	   "unknown");
	language_free(l);
}

/* The same answer whatever was asked before, and however long the rest is. */
static void stateless(void **state)
{
	static const char *const text =
	    "Ich ging gestern Nacht allein durch den Regen und dachte nach, "
	    "bis der Morgen kam und die Lichter in den Fenstern ausgingen, "
	    "und niemand fragte mich, woher ich komme oder wohin ich gehe. ";
	struct language *l = language_new(profiles);
	struct str long_text = { 0 };

	(void)state;
	is(l, text, "de");
	is(l, "夜に駆ける", "ja");
	is(l, text, "de");
	for (int i = 0; i < 1000; i++)
		str_puts(&long_text, text);
	is(l, long_text.p, "de");
	str_release(&long_text);
	language_free(l);
}

static void missing(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_null(language_profiles("/nonexistent/conf", &e));
	assert_status(&e, ERR_ENV);
	assert_non_null(strstr(e.message, "libexttextcat-data"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences),
		cmocka_unit_test(unknown),
		cmocka_unit_test(stateless),
		cmocka_unit_test(missing),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
