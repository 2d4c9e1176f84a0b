/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first. */
#include <cmocka.h>
#include <stdio.h>

#include "text/mend.h"
#include "text/utf8.h"

static void mends(const char *in, const char *want)
{
	struct str scratch = { 0 };
	struct span got = mend_text(span_of(in), &scratch);

	if (!span_is(got, want))
		fail_msg("\"%s\" became \"%.*s\", not \"%s\"", in, (int)got.n,
			 got.p, want);
	if (!strcmp(in, want))
		assert_ptr_equal(got.p, in);
	str_release(&scratch);
}

static void stays(const char *text)
{
	mends(text, text);
}

static void test_references(void **state)
{
	(void)state;
	mends("R&amp;B &lt;3", "R&B <3");
	mends("Don&#39;t &#x41;&#X42;", "Don't AB");
	mends("&eacute;t&eacute; &Uuml;ber &hearts;", "été Über ♥");
	mends("it&apos;s &quot;x&quot;", "it's \"x\"");
	mends("&amp;eacute; &amp;amp;", "é &");
	mends("&#146;90s &#128;5 &#150;", "’90s €5 –");
	mends("&#128293;", "🔥");
	mends("a&nbsp;b", "a\u00A0b");
	mends("x&#13;&#10;y", "x\ny");
	stays("R&B");
	stays("AT&T; and Q&A;");
	stays("&; &#; &#x; &#xZZ; &#0; &#55296; &#x110000; &#65535; &#129;");
	stays("&amp without an end");
	stays("a & b; c");
	stays("https://x.org/?a=1&copy=2");
	stays("&thisnameismuchtoolong;");
	stays("&");
	stays("");
}

static void test_url(void **state)
{
	struct str s = { 0 };
	const char *url = "https://x.org/?a=1&copy=2&lt;=3";

	(void)state;
	assert_ptr_equal(mend_url(span_of(url), &s).p, url);
	assert_true(span_is(
	    mend_url(span_of("https://x.org/?a=1&amp;b=2&#38;c=3&x"), &s),
	    "https://x.org/?a=1&b=2&c=3&x"));
	str_release(&s);
}

/* Correct text: none of it may change. */
static const char *const correct[] = {
	/* what looks like mojibake by chance */
	"„FÜNF Ä“",
	"Er sagte: „Ä“.",
	"« voilà »",
	"«\u00A0voilà\u00A0»",
	"le café\u00A0» fermé",
	"le café” – été…",
	"MAÇÃ”",
	"AMANHÃ…",
	"A MAÇû",
	"irmã…”",
	"à…",
	"São Paulo – “Canção”",
	"CAFÉ…et thé",
	"mâ…”",
	"Ñ“",
	"Ó® Ö© É™",
	"É²+Ä²",
	"30 °C, à 5 €",
	"NAÏVE® Ï®",
	"Ø™ Ð®",
	"¿Qué? ¡Olé! ¿Él?",
	"ß·ß",
	/* languages */
	"Señor, ¿dónde está la biblioteca? ¡Aquí!",
	"Portishead – Glory Box (Radio-Edit) • 1994 ©",
	"Où est l’été ? Là-bas… « Noël »",
	"L'été où Zoé m'a dit « à bientôt »",
	"Größe, Übermut und süße Ärgernisse",
	"Þetta reddast. Ég veit það ekki, Sigur Rós",
	"Blåbærgrød på ærø, Ørsted, Åse",
	"Æðisleg tónlist, Björk Guðmundsdóttir",
	"Zażółć gęślą jaźń",
	"Příliš žluťoučký kůň úpěl ďábelské ódy",
	"Árvíztűrő tükörfúrógép",
	"Șase șopârle și țânțari în română, mâine",
	"Šuma, žaba i ćevapčići: Đorđe Balašević",
	"Pchnąć w tę łódź jeża",
	"Põhjamaa õhtu, häälõng; Škoda žürii",
	"Vaya con Dios, niña. Ñandú",
	"Não há maçã nem pão; avô, avó, à noite",
	"Ça va être très drôle, naïf cœur d’Haÿ",
	"İstanbul'da ığdır şarkıları çalıyor, Öğün",
	"Tiếng Việt: Nắng ấm xa dần, Sơn Tùng M-TP",
	"Ðêm nay Âu Cơ Ậm Ừ",
	"Η ζωή είναι ωραία – Μίκης Θεοδωράκης",
	"Кино — Группа крови (Виктор Цой)",
	"Океан Ельзи – Обійми, їжак, ґанок",
	"Љубав и мир, Ђорђе",
	"שלום עולם – שיר",
	"\u200Fשלום\u200F (live)",
	"مرحبا بالعالم، فيروز",
	"می\u200Cخواهم با تو باشم",
	"नमस्ते दुनिया, क्\u200Dष",
	"ক্\u200Cষ বাংলা গান",
	"தமிழ் பாடல்",
	"สวัสดีชาวโลก",
	"ภาษา\u200Bไทย",
	"日本語の歌「さくら」",
	"宇多田ヒカル – First Love",
	"你好，世界！周杰伦《青花瓷》",
	"방탄소년단 – 봄날",
	"ქართული სიმღერა",
	"Հայերեն երգ",
	"አማርኛ ሙዚቃ",
	/* emoji */
	"🔥 fire 💯 ❤️ 🎵",
	"👨\u200D👩\u200D👧 family",
	"🏳️\u200D🌈",
	"👩🏽\u200D🎤",
	"🇫🇷 1️⃣ ☕️",
	"¯\\_(ツ)_/¯ ʕ•ᴥ•ʔ ◕‿◕",
	"♫ ♪ ★ → ™ ® № ½ ¾ × ÷ ± µ",
	"naïve façade — “quotes” ‘single’ …",
	"Beyoncé, Motörhead, Mötley Crüe, Queensrÿche, Sigur Rós",
	"50 Ã–",
};

static void test_correct_text_stays(void **state)
{
	(void)state;
	for (size_t i = 0; i + 1 < sizeof(correct) / sizeof(correct[0]); i++)
		stays(correct[i]);
}

/* UTF-8 read as Windows-1252 (bytes it lacks as in Latin-1), independent of
 * the table in the code: as Python's cp1252 has it. */
static void damage(struct span in, struct str *out)
{
	static const char *const high[32] = {
		"€", "\xC2\x81", "‚",        "ƒ", "„", "…", "†",
		"‡", "ˆ",        "‰",        "Š", "‹", "Œ", "\xC2\x8D",
		"Ž", "\xC2\x8F", "\xC2\x90", "‘", "’", "“", "”",
		"•", "–",        "—",        "˜", "™", "š", "›",
		"œ", "\xC2\x9D", "ž",        "Ÿ",
	};

	for (size_t i = 0; i < in.n; i++) {
		unsigned char c = (unsigned char)in.p[i];
		if (c >= 0x80 && c < 0xA0)
			str_puts(out, high[c - 0x80]);
		else
			utf8_put(out, c);
	}
}

/* Text damaged once or twice comes back, or is left alone; it never becomes
 * anything else. */
static void test_damaged_text_comes_back(void **state)
{
	const size_t n = sizeof(correct) / sizeof(correct[0]) - 1;
	struct str once = { 0 }, twice = { 0 }, scratch = { 0 };
	size_t back = 0, total = 0;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		struct span got, in = span_of(correct[i]);

		str_reset(&once);
		str_reset(&twice);
		damage(in, &once);
		damage(span_str(&once), &twice);
		got = mend_text(span_str(&once), &scratch);
		total++;
		if (span_eq(got, in))
			back++;
		else if (!span_eq(got, span_str(&once)))
			print_message("# \"%s\" came back as \"%.*s\"\n",
				      correct[i], (int)got.n, got.p);
		got = mend_text(span_str(&twice), &scratch);
		total++;
		if (span_eq(got, in))
			back++;
		else
			print_message("# twice: \"%s\" came back as \"%.*s\"\n",
				      correct[i], (int)got.n, got.p);
	}
	print_message("# %zu of %zu damaged texts came back\n", back, total);
	assert_true(back * 100 >= total * 95);
	str_release(&once);
	str_release(&twice);
	str_release(&scratch);
}

static void test_mojibake(void **state)
{
	(void)state;
	mends("cafÃ©", "café");
	mends("JosÃ© live", "José live");
	mends("donâ€™t stop", "don’t stop");
	mends("Ã‰tude, Ã\u00A0 la", "Étude, à la");
	mends("BjÃ¶rk \xE2\x80\x93 GuÃ°mundsdÃ³ttir",
	      "Björk \xE2\x80\x93 Guðmundsdóttir");
	mends("ðŸ”¥ðŸŽµ", "🔥🎵");
	mends("Â© 2012 Â£5", "© 2012 £5");
	mends("ÃƒÂ©tude", "étude");
	mends("ÐšÐ¸Ð½Ð¾", "Кино");
	mends("æ—¥æœ¬", "日本");
	/* correct text beside damaged text stays */
	mends("Zoë, cafÃ©", "Zoë, café");
}

static void test_unseen(void **state)
{
	(void)state;
	mends("a\r\nb\rc\n", "a\nb\nc\n");
	mends("line\u2028para\u2029end", "line\npara\nend");
	mends("\uFEFFtitle\u200B\u00ADx\u2060", "titlex");
	mends("zero\u200Cwidth\u200Djoiner", "zerowidthjoiner");
	mends("\u202Egnal\u202C left", "gnal left");
	mends("left \u200Eto\u200F right", "left to right");
	/* isolates in right-to-left text, balanced or not */
	stays("שלום \u2068abc\u2069 שיר");
	mends("שלום \u2068abc שיר", "שלום abc שיר");
	mends("שלום \u202Dabc\u202C", "שלום abc");
	mends("a \u2068abc\u2069", "a abc");
	mends("👍\u200D", "👍");
	mends("\u200Dx", "x");
	stays("می\u200Cروم");
	mends("\u200Cمی", "می");
	mends("tail\u200B", "tail");
}

/* What was mended needs no mending. */
static void test_idempotent(void **state)
{
	const size_t n = sizeof(correct) / sizeof(correct[0]);
	struct str once = { 0 }, a = { 0 }, b = { 0 };

	(void)state;
	for (size_t i = 0; i < n; i++) {
		struct span first;

		str_reset(&once);
		damage(span_of(correct[i]), &once);
		first = mend_text(span_str(&once), &a);
		assert_ptr_equal(mend_text(first, &b).p, first.p);
	}
	str_release(&once);
	str_release(&a);
	str_release(&b);
}

/* No text, however odd, may break it; results are well-formed. */
static void test_any_text(void **state)
{
	static const uint32_t pool[] = {
		'a',    'Z',   '&',      ';',     '#',    'x',    '1',
		'\r',   '\n',  0xC3,     0xA9,    0xE2,   0x20AC, 0x2122,
		0xF0,   0x178, 0x200D,   0x200C,  0x200B, 0x202E, 0x2068,
		0x2069, 0x5D0, 0x627,    0x1F600, 0xFEFF, 0x80,   0xBF,
		0xF4,   0xC2,  0x10FFFF, 0xFFFD
	};
	struct str s = { 0 }, out = { 0 };
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct span got;

		str_reset(&s);
		for (int i = 0; i < 12; i++) {
			seed = seed * UINT64_C(6364136223846793005) + 1;
			utf8_put(&s, pool[(seed >> 33) % 32]);
		}
		got = mend_text(span_str(&s), &out);
		assert_true(utf8_valid(got));
		assert_true(got.n <= s.n);
	}
	str_release(&s);
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_url),
		cmocka_unit_test(test_correct_text_stays),
		cmocka_unit_test(test_mojibake),
		cmocka_unit_test(test_damaged_text_comes_back),
		cmocka_unit_test(test_unseen),
		cmocka_unit_test(test_idempotent),
		cmocka_unit_test(test_any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
