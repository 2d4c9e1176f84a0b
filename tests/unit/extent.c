/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file is and how much of it is needed, on headers made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/extent.h"
#include "io/mpegframe.h"
#include "net/sniff.h"

static const char *kind(struct span s)
{
	const char *why, *ext = sniff_audio(s, &why);

	return ext ? ext : why;
}

static void test_sniff(void **state)
{
	static const struct {
		struct span head;
		const char *kind;
	} cases[] = {
		{ SPAN("ID3\3\0\0\0\0\0\x0a"), "mp3" },
		{ SPAN("ID3\3\0\0\x80\0\0\x0a"), "not audio" },
		{ SPAN("ID3\3\0\0\0\0\0\1xfLaC\0"), "flac" },
		{ SPAN("ID3\3\0\0\0\0\0\1x\xff\xf1\x50\x80"),
		  "unsupported: aac" },
		{ SPAN("\xff\xfb\x90\x64"), "mp3" },
		{ SPAN("\xff\xf1\x50\x80"), "unsupported: aac" },
		{ SPAN("\xff\xff\xff\xff"), "not audio" },
		{ SPAN("\xff\xfb"), "not audio" },
		{ SPAN("OggS\0\2"), "ogg" },
		{ SPAN("fLaC\0"), "flac" },
		{ SPAN("RIFF\1\2\3\4WAVEfmt "), "wav" },
		{ SPAN("RF64\1\2\3\4WAVEds64"), "wav" },
		{ SPAN("RIFF\1\2\3\4AVI LIST"), "not audio" },
		{ SPAN("RIFF\1\2\3\4WAV"), "not audio" },
		{ SPAN("FORM\1\2\3\4AIFFCOMM"), "aiff" },
		{ SPAN("FORM\1\2\3\4AIFCFVER"), "aiff" },
		{ SPAN("\0\0\0\40ftypM4A "), "unsupported: mp4" },
		{ SPAN("\x1a\x45\xdf\xa3"), "unsupported: matroska" },
		{ SPAN("#EXTM3U\n"), "unsupported: playlist" },
		{ SPAN("<!DOCTYPE html>"), "page" },
		{ SPAN("\xef\xbb\xbf \n<rss>"), "page" },
		{ SPAN("\xff\xfe<\0h\0"), "page" },
		{ SPAN("\xfe\xff\0<\0h"), "page" },
		{ SPAN("<3"), "not audio" },
		{ SPAN(""), "empty" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(kind(cases[i].head), cases[i].kind);
}

static void put(struct str *s, uint64_t v, int n, bool big)
{
	for (int i = 0; i < n; i++) {
		int byte = big ? n - 1 - i : i;

		str_putc(s, byte < 8 ? (char)(v >> 8 * byte) : 0);
	}
}

static void fill(struct str *s, size_t n)
{
	while (n--)
		str_putc(s, 'x');
}

/* MPEG-1 layer III, 44.1 kHz stereo at 128 (9) or 160 (a) kbit/s: 417 or 522
 * bytes, 1152 samples. */
static void frames(struct str *s, int n, char kbps)
{
	for (int i = 0; i < n; i++) {
		str_put(s, "\xff\xfb", 2);
		str_putc(s, kbps == '9' ? (char)0x90 : (char)0xa0);
		str_putc(s, 0x64);
		fill(s, (kbps == '9' ? 417 : 522) - 4);
	}
}

static size_t need(const struct str *s, const char *ext, uint64_t total,
		   double seconds)
{
	size_t bytes;

	assert_true(extent_of(span_str(s), ext, total, seconds, &bytes));
	return bytes;
}

static void test_mpeg(void **state)
{
	struct mpegframe f;
	struct str s = { 0 };
	size_t bytes;

	(void)state;
	frames(&s, 3, '9');
	assert_true(mpegframe_read(&f, span_str(&s), 0));
	assert_int_equal(f.version * 10 + f.layer, 13);
	assert_int_equal(f.kbps, 128);
	assert_int_equal(f.rate, 44100);
	assert_int_equal(f.size, 417);
	assert_int_equal(mpegframe_run(span_str(&s), 0, 9), 3);
	/* 44 kbit/s more than 128 for padding that is not there. */
	assert_in_range(need(&s, "mp3", 0, 9) - 4096, 159500, 160000);
	/* Behind junk: three frames, or fewer that reach the end. */
	str_reset(&s);
	fill(&s, 1000);
	frames(&s, 3, '9');
	fill(&s, 100);
	assert_string_equal(kind(span_str(&s)), "mp3");
	assert_int_equal(mpegframe_find(span_str(&s), 0, 3), 1000);
	s.n -= 100 + 417;
	assert_string_equal(kind(span_str(&s)), "mp3");
	fill(&s, 100);
	assert_string_equal(kind(span_str(&s)), "not audio");
	/* A tag that is larger than what we have, then one that is not. */
	str_reset(&s);
	str_put(&s, "ID3\3\0\0\0\x08\0\0", 10); /* 131,072 bytes */
	fill(&s, 65536 - 10);
	assert_false(extent_of(span_str(&s), "mp3", 0, 9, &bytes));
	assert_true(bytes > 131082 + 2000);
	fill(&s, 131082 - s.n);
	frames(&s, 100, '9');
	assert_in_range(need(&s, "mp3", 0, 9) - 4096, 131082 + 159500,
			131082 + 160000);
	/* Two rates: their mean and something. */
	str_reset(&s);
	for (int i = 0; i < 50; i++) {
		frames(&s, 1, '9');
		frames(&s, 1, 'a');
	}
	assert_in_range(need(&s, "mp3", 0, 9), 180000, 250000);
	str_release(&s);
}

static void test_xing(void **state)
{
	struct str s = { 0 };

	(void)state;
	str_put(&s, "\xff\xfb\x90\x64", 4);
	fill(&s, 32);
	str_put(&s, "Xing", 4);
	put(&s, 7, 4, true);
	put(&s, 3829, 4, true); /* 100.02 s */
	put(&s, 1000000, 4, true);
	for (int i = 0; i < 100; i++) /* the first tenth holds a fifth */
		str_putc(&s, (char)(i < 10 ? i * 5 : 51 + (i - 10) * 2));
	fill(&s, 417 - s.n);
	frames(&s, 5, '9');
	/* 9 + 1 seconds end at the tenth entry: 51/256 of it; a second more. */
	assert_in_range(need(&s, "mp3", 0, 9) - 4096, 199218 + 9000,
			199218 + 11000);
	assert_int_equal(need(&s, "mp3", 0, 200), 1000000 + 4096);
	str_release(&s);
}

static void test_flac(void **state)
{
	struct str s = { 0 };
	size_t bytes;

	(void)state;
	str_puts(&s, "fLaC");
	put(&s, 0, 1, true);
	put(&s, 34, 3, true);
	fill(&s, 10);
	/* 44,100 Hz, 2 channels, 16 bits, 100 s. */
	put(&s, (uint64_t)44100 << 12 | 1 << 9 | 15 << 4, 4, true);
	put(&s, 4410000, 4, true);
	fill(&s, 16);
	put(&s, 0x84, 1, true);
	put(&s, 100000, 3, true);
	assert_false(extent_of(span_str(&s), "flac", 0, 9, &bytes) &&
		     bytes < 100000);
	fill(&s, 100000);
	/* Without a size what it has unpacked; with one the mean and more. */
	assert_in_range(need(&s, "flac", 0, 9), 1764000, 1764000 * 1.1);
	assert_in_range(need(&s, "flac", 5000000, 9), 600000, 800000);
	str_release(&s);
}

static void page(struct str *s, uint64_t granule, const char *body, size_t n)
{
	str_puts(s, "OggS");
	put(s, 0, 2, false);
	put(s, granule, 8, false);
	put(s, 1, 12, false);
	put(s, 255, 1, false);
	for (int i = 0; i < 255; i++)
		str_putc(s, (char)(i < 200 ? 100 : 0));
	str_put(s, body, n);
	fill(s, 20000 - n);
}

static void test_ogg(void **state)
{
	struct str s = { 0 };
	size_t bytes, first;

	(void)state;
	page(&s, 0, "OpusHead", 8);
	page(&s, 0, "OpusTags", 8);
	assert_false(extent_of(span_str(&s), "ogg", 0, 9, &bytes));
	page(&s, 48000, "", 0);
	first = s.n;
	/* A second a page from there on. */
	page(&s, 2 * 48000, "", 0);
	assert_in_range(need(&s, "ogg", 0, 9) - 4096, first + 9 * 20282,
			first + 13 * 20282 + 5000);
	for (int i = 3; i < 20; i++)
		page(&s, (uint64_t)i * 48000, "", 0);
	assert_int_equal(need(&s, "ogg", 0, 9) - 4096, first + 9 * 20282);
	str_release(&s);
}

static void test_chunks(void **state)
{
	struct str s = { 0 };
	size_t bytes;

	(void)state;
	str_put(&s, "RIFF\0\0\0\0WAVELIST", 16);
	put(&s, 100001, 4, false); /* odd: one more */
	assert_false(extent_of(span_str(&s), "wav", 0, 9, &bytes));
	assert_true(bytes > 100022 + 24);
	fill(&s, 100002);
	str_puts(&s, "fmt ");
	put(&s, 16, 4, false);
	put(&s, 1, 2, false);
	put(&s, 2, 2, false);
	put(&s, 44100, 4, false);
	put(&s, 176400, 4, false);
	put(&s, 4, 2, false);
	put(&s, 16, 2, false);
	str_puts(&s, "data");
	put(&s, 0xffffffff, 4, false);
	fill(&s, 10);
	assert_int_equal(need(&s, "wav", 0, 9),
			 100022 + 24 + 8 + 9 * 176400 + 4096);
	str_reset(&s);
	str_put(&s, "FORM\0\0\0\0AIFFCOMM\0\0\0\x12", 20);
	put(&s, 2, 2, true);
	put(&s, 0, 4, true);
	put(&s, 16, 2, true);
	str_put(&s, "\x40\x0e\xac\x44\0\0\0\0\0\0", 10); /* 44100 */
	str_put(&s, "SSND\0\0\0\0", 8);
	assert_int_equal(need(&s, "aiff", 0, 9), 46 + 9 * 176400 + 4096);
	/* Chunks that lead nowhere. */
	str_reset(&s);
	str_put(&s, "RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff", 20);
	fill(&s, 100);
	assert_false(extent_of(span_str(&s), "wav", 0, 9, &bytes));
	assert_true(bytes > UINT32_MAX);
	str_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sniff), cmocka_unit_test(test_mpeg),
		cmocka_unit_test(test_xing),  cmocka_unit_test(test_flac),
		cmocka_unit_test(test_ogg),   cmocka_unit_test(test_chunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
