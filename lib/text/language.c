/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/language.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "text/profiles.h"
#include "text/utf8.h"

/* Where the package of libexttextcat's models puts them. */
#ifndef MOODPIPE_LANGUAGE_MODELS
#define MOODPIPE_LANGUAGE_MODELS "/usr/share/libexttextcat/"
#endif

enum script { /* one answer each, from LATIN on several */
	      SCRIPT_NONE,
	      SCRIPT_GREEK,
	      SCRIPT_ARMENIAN,
	      SCRIPT_HEBREW,
	      SCRIPT_BENGALI,
	      SCRIPT_GURMUKHI,
	      SCRIPT_GUJARATI,
	      SCRIPT_TAMIL,
	      SCRIPT_TELUGU,
	      SCRIPT_KANNADA,
	      SCRIPT_MALAYALAM,
	      SCRIPT_SINHALA,
	      SCRIPT_THAI,
	      SCRIPT_LAO,
	      SCRIPT_BURMESE,
	      SCRIPT_GEORGIAN,
	      SCRIPT_KHMER,
	      SCRIPT_HANGUL,
	      SCRIPT_KANA,
	      SCRIPT_HAN,
	      SCRIPT_LATIN,
	      SCRIPT_CYRILLIC,
	      SCRIPT_ARABIC,
	      SCRIPT_DEVANAGARI,
	      SCRIPT_COUNT
};

static const char *const only[SCRIPT_COUNT] = {
	[SCRIPT_GREEK] = "el",    [SCRIPT_ARMENIAN] = "hy",
	[SCRIPT_HEBREW] = "he",   [SCRIPT_BENGALI] = "bn",
	[SCRIPT_GURMUKHI] = "pa", [SCRIPT_GUJARATI] = "gu",
	[SCRIPT_TAMIL] = "ta",    [SCRIPT_TELUGU] = "te",
	[SCRIPT_KANNADA] = "kn",  [SCRIPT_MALAYALAM] = "ml",
	[SCRIPT_SINHALA] = "si",  [SCRIPT_THAI] = "th",
	[SCRIPT_LAO] = "lo",      [SCRIPT_BURMESE] = "my",
	[SCRIPT_GEORGIAN] = "ka", [SCRIPT_KHMER] = "km",
	[SCRIPT_HANGUL] = "ko",   [SCRIPT_KANA] = "ja",
	[SCRIPT_HAN] = "zh",
};

/* Letters that a text of that script needs for an answer. */
static int letters_needed(enum script s)
{
	switch (s) {
	case SCRIPT_LATIN:
		return 30;
	case SCRIPT_CYRILLIC:
	case SCRIPT_ARABIC:
	case SCRIPT_DEVANAGARI:
		return 20;
	case SCRIPT_HAN:
		return 6;
	case SCRIPT_KANA:
	case SCRIPT_HANGUL:
		return 2;
	default:
		return 4;
	}
}

enum { FOUND_MOST = 5 };
static const double margin = 1.03;

struct language {
	const struct profiles *profiles;
	struct str text; /* words to look at, lower case */
	size_t count[SCRIPT_COUNT];
};

struct profiles *language_profiles(const char *conf, struct err *err)
{
	struct profiles *p = profiles_new(conf, MOODPIPE_LANGUAGE_MODELS, err);

	if (!p && err && err->status == ERR_ENV)
		err_prefix(err, "languages (install libexttextcat-data)");
	return p;
}

struct language *language_new(const struct profiles *profiles)
{
	struct language *l = mem_zalloc(1, sizeof(*l));

	l->profiles = profiles;
	return l;
}

void language_free(struct language *l)
{
	if (!l)
		return;
	str_release(&l->text);
	free(l);
}

static enum script script_of(uint32_t c)
{
	static const struct {
		uint32_t first, last;
		enum script script;
	} ranges[] = {
		{ 0x41, 0x24F, SCRIPT_LATIN },
		{ 0x370, 0x3FF, SCRIPT_GREEK },
		{ 0x400, 0x52F, SCRIPT_CYRILLIC },
		{ 0x531, 0x588, SCRIPT_ARMENIAN },
		{ 0x591, 0x5F4, SCRIPT_HEBREW },
		{ 0x600, 0x6FF, SCRIPT_ARABIC },
		{ 0x750, 0x77F, SCRIPT_ARABIC },
		{ 0x900, 0x97F, SCRIPT_DEVANAGARI },
		{ 0x980, 0x9FF, SCRIPT_BENGALI },
		{ 0xA00, 0xA7F, SCRIPT_GURMUKHI },
		{ 0xA80, 0xAFF, SCRIPT_GUJARATI },
		{ 0xB80, 0xBFF, SCRIPT_TAMIL },
		{ 0xC00, 0xC7F, SCRIPT_TELUGU },
		{ 0xC80, 0xCFF, SCRIPT_KANNADA },
		{ 0xD00, 0xD7F, SCRIPT_MALAYALAM },
		{ 0xD80, 0xDFF, SCRIPT_SINHALA },
		{ 0xE00, 0xE7F, SCRIPT_THAI },
		{ 0xE80, 0xEFF, SCRIPT_LAO },
		{ 0x1000, 0x109F, SCRIPT_BURMESE },
		{ 0x10A0, 0x10FF, SCRIPT_GEORGIAN },
		{ 0x1100, 0x11FF, SCRIPT_HANGUL },
		{ 0x1780, 0x17FF, SCRIPT_KHMER },
		{ 0x1E00, 0x1EFF, SCRIPT_LATIN },
		{ 0x1F00, 0x1FFF, SCRIPT_GREEK },
		{ 0x3041, 0x30FA, SCRIPT_KANA },
		{ 0x3400, 0x9FFF, SCRIPT_HAN },
		{ 0xAC00, 0xD7A3, SCRIPT_HANGUL },
		{ 0x20000, 0x2FA1F, SCRIPT_HAN },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return ranges[i].script;
	return SCRIPT_NONE;
}

/* Letters, and the marks that some scripts cannot be written without. */
static bool is_letter(uint32_t c)
{
	if (c < 0x80)
		return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
		return true;
	default:
		return false;
	}
}

static bool is_space(unsigned char c)
{
	return c <= ' ';
}

/* Addresses, names of accounts, tags, numbers: of no language. */
static bool is_foreign(struct span word)
{
	if (word.p[0] == '@' || word.p[0] == '#')
		return true;
	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];

		if ((c >= '0' && c <= '9') || c == '@' || c == '/' || c == '_')
			return true;
		if (c == '.' && i && i + 2 < word.n && word.p[i + 1] != '.' &&
		    word.p[i - 1] != '.')
			return true;
	}
	return false;
}

static void add_word(struct language *l, struct span word)
{
	const char *p = word.p, *end = word.p + word.n;
	uint32_t c;
	bool letters = false;

	while (p < end) {
		p = utf8_next(p, end, &c);
		if (c == 0x2019)
			c = '\'';
		if (is_letter(c)) {
			l->count[script_of(c)]++;
			utf8_put(&l->text, (uint32_t)utf8proc_tolower(
					       (utf8proc_int32_t)c));
			letters = true;
		} else if (letters) {
			utf8_put(&l->text, c == '\'' ? c : ' ');
		}
	}
	if (letters)
		str_putc(&l->text, ' ');
}

static void gather(struct language *l, struct span text)
{
	size_t i = 0, start;

	str_reset(&l->text);
	memset(l->count, 0, sizeof(l->count));
	if (text.n > LANGUAGE_LOOKED)
		text.n = LANGUAGE_LOOKED;
	while (l->text.n < LANGUAGE_USED) {
		while (i < text.n && is_space((unsigned char)text.p[i]))
			i++;
		if (i == text.n)
			return;
		start = i;
		while (i < text.n && !is_space((unsigned char)text.p[i]))
			i++;
		if (!is_foreign((struct span){ text.p + start, i - start }))
			add_word(l, (struct span){ text.p + start, i - start });
	}
}

/* The script that most of it is in: seven letters of ten. Japanese is Han and
 * kana together. */
static enum script main_script(struct language *l)
{
	size_t *n = l->count, all = 0;
	enum script best = SCRIPT_NONE;

	if (n[SCRIPT_KANA] * 10 >= n[SCRIPT_HAN] && n[SCRIPT_KANA]) {
		n[SCRIPT_KANA] += n[SCRIPT_HAN];
		n[SCRIPT_HAN] = 0;
	}
	for (int i = SCRIPT_NONE; i < SCRIPT_COUNT; i++) {
		/* a syllable or a word counts for some letters */
		size_t weight =
		    i == SCRIPT_HAN || i == SCRIPT_KANA || i == SCRIPT_HANGUL
			? 3
			: 1;

		n[i] *= weight;
		all += n[i];
		if (i != SCRIPT_NONE && n[i] > n[best])
			best = (enum script)i;
		if (best == SCRIPT_NONE && i != SCRIPT_NONE && n[i])
			best = (enum script)i;
	}
	if (best == SCRIPT_HAN || best == SCRIPT_KANA || best == SCRIPT_HANGUL)
		return n[best] * 10 >= all * 7 &&
			       n[best] >= 3 * (size_t)letters_needed(best)
			   ? best
			   : SCRIPT_NONE;
	return n[best] * 10 >= all * 7 &&
		       n[best] >= (size_t)letters_needed(best)
		   ? best
		   : SCRIPT_NONE;
}

/* Letters that a language is not written with: near relatives are easily taken
 * for each other, and one such letter says more than all n-grams. */
static bool has_alien(const struct str *text, const char *code)
{
	static const struct {
		const char *code, *alien;
	} table[] = {
		{ "ru", "іїєґўјљњћђѓќѕџъ" },
		{ "uk", "ыэъёўјљњћђѓќѕџ" },
		{ "bg", "ыэёіїєґўјљњћђѓќѕџ" },
		{ "mk", "ыэъёіїєґўћђйщьюя" },
		{ "sr", "ыэъёіїєґўѓќѕйщьюя" },
		{ "sl", "ćđ" },
		{ "cs", "ľĺŕôä" },
		{ "sk", "ěřů" },
		{ "da", "äö" },
		{ "no", "äö" },
		{ "sv", "æø" },
		{ "es", "ãõçàèò" },
		{ "pt", "ñ" },
		{ "it", "ñãõâêîă" },
		{ "ro", "àèòñãõ" },
		{ "id", "áéíóúñç" },
	};
	uint32_t c;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const char *p = table[i].alien, *end = p + strlen(p);

		if (strcmp(table[i].code, code) != 0)
			continue;
		for (const char *next; p < end; p = next) {
			next = utf8_next(p, end, &c);
			if (memmem(text->p, text->n, p, (size_t)(next - p)))
				return true;
		}
	}
	return false;
}

/* Frequent words, lower case, that the language's near relatives do not have:
 * articles, pronouns, conjunctions, forms of "be", from any grammar. */
static const char *words_of(const char *code)
{
	static const char *const table[][2] = {
		{ "en", " the and with you this that from your they are what "
			"our when out not was all my of is it for " },
		{ "es", " el los y una pero muy con del por lo mi tu es al "
			"su las yo sin este esta " },
		{ "pt", " o os e um uma mas muito com do da em meu você não "
			"ao na no eu sem isso dos das " },
		{ "ca", " els i amb però molt és aquest aquesta meva meu per "
			"dels tot jo sense " },
		{ "fr", " le les et une mais des du dans je est mon avec sur "
			"pour ce qui " },
		{ "it", " il gli e di che una ma della nel sono mio con per "
			"non è più " },
		{ "ro", " și un pe cu este mai din nu sunt care o să în la " },
		{ "nl", " het een en ik niet van voor met wij zijn je dat " },
		{ "af", " die 'n en ek nie van vir met ons is jy het " },
		{ "de", " der die und ich nicht das ein mit von ist auf " },
		{ "sv", " och jag inte att är från av det som för mig " },
		{ "da", " og jeg ikke at er fra af det som for mig hvad "
			"meget noget blev " },
		{ "no", " og jeg ikke å er fra av det som for meg hva mye noe "
			"ble " },
		{ "cs", " a je se na že v jsem ale když nebo jen při není " },
		{ "sk", " a je sa na že v som ale keď alebo len pri nie " },
		{ "sl", " in je se na da v sem ali ko samo pri ni bo " },
		{ "ru", " и я не что на как это мы она они был " },
		{ "uk", " і я не що на як це ми вона вони був та " },
		{ "bg", " и аз не че на като това ние тя те беше се да " },
		{ "mk", " и јас не дека на како ова ние таа тие беше се да " },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(table[i][0], code))
			return table[i][1];
	return "";
}

/* How many of text's words are in the list; *all: of how many. */
static size_t words_in(const struct str *text, const char *list, size_t *all)
{
	const char *p = text->p, *end = text->p + text->n;
	size_t found = 0;
	char word[24] = " ";

	*all = 0;
	while (p < end) {
		const char *blank = memchr(p, ' ', (size_t)(end - p));
		size_t n = (size_t)(blank - p);

		if (n && n + 3 < sizeof(word)) {
			memcpy(word + 1, p, n);
			word[n + 1] = ' ';
			word[n + 2] = '\0';
			found += strstr(list, word) != NULL;
		}
		*all += n > 0;
		p = blank + 1;
	}
	return found;
}

/* Of several that the n-grams leave, one that has twice the words of any
 * other. */
static const char *choose(const struct str *text, const char **found, int n)
{
	const char *best = LANGUAGE_UNKNOWN;
	size_t most = 0, second = 0, all;

	for (int i = 0; i < n; i++) {
		const char *code = found[i];
		size_t words;

		if (has_alien(text, code))
			continue;
		words = words_in(text, words_of(code), &all);
		if (words > most) {
			second = most;
			most = words;
			best = code;
		} else if (words > second) {
			second = words;
		}
	}
	return most >= 2 && most >= 2 * second ? best : LANGUAGE_UNKNOWN;
}

/* Most texts are English, and most of those say so at a glance. Saves the
 * n-grams. */
static bool plainly_english(const struct str *text)
{
	size_t all, english = words_in(text, words_of("en"), &all);

	return english >= 4 && english * 6 >= all &&
	       words_in(text, " the and you ", &all);
}

const char *language_of(struct language *l, struct span text)
{
	enum script script;
	const char *code, *found[FOUND_MOST];
	int n;

	gather(l, text);
	script = main_script(l);
	if (script == SCRIPT_NONE)
		return LANGUAGE_UNKNOWN;
	if (only[script])
		return only[script];
	if (script == SCRIPT_LATIN && plainly_english(&l->text))
		return "en";
	n = profiles_rank(l->profiles, span_str(&l->text), margin, found,
			  FOUND_MOST);
	if (n < 1 || n == FOUND_MOST)
		return LANGUAGE_UNKNOWN;
	if (n > 1)
		return choose(&l->text, found, n);
	code = found[0];
	return has_alien(&l->text, code) ? LANGUAGE_UNKNOWN : code;
}
