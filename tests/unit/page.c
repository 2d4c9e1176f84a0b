/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "text/markup.h"
#include "text/page.h"

#define PAGE "https://h.example/a/b.html?x=1"

/* What is found, addresses in lines; a feed's behind a "+". */
static const char *found(struct str *out, const char *html, const char *title)
{
	struct page_links l = { 0 };
	const struct page_query q = { .url = SPAN(PAGE),
				      .track = SPAN("https://h.example/track"),
				      .title = span_of(title) };

	str_reset(out);
	page_find_audio(span_of(html), &q, &l);
	for (size_t i = 0; i < l.count; i++)
		str_printf(out, "%s%s\n", l.at[i].feed ? "+" : "",
			   str_z(&l.at[i].url));
	page_links_release(&l);
	return str_z(out);
}

static void test_html(void **state)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ "<p>no sound", "" },
		{ "<meta property=og:audio content='/x.mp3'>",
		  "https://h.example/x.mp3\n" },
		{ "<META NAME=\"OG:Audio:URL\" CONTENT=\"x.mp3?a&amp;b\">",
		  "https://h.example/a/x.mp3?a&b\n" },
		{ "<meta property='og:audio:secure_url' content=//c/x>"
		  "<meta property='og:audio' content=' http://c/x '>",
		  "https://c/x\nhttp://c/x\n" },
		{ "<meta name='twitter:player:stream' content=p.mp3>"
		  "<audio src=a.mp3></audio>",
		  "https://h.example/a/a.mp3\nhttps://h.example/a/p.mp3\n" },
		{ "<base href='http://o.example/d/'><audio><source src=a.ogg>"
		  "<source src='a.mp3'></audio>",
		  "http://o.example/d/a.ogg\nhttp://o.example/d/a.mp3\n" },
		{ "<video><source src=v.mp4></video>", "" },
		{ "<audio><source src=v.mp4 type=video/mp4></audio>", "" },
		{ "<audio src=''></audio><audio src=' "
		  "'></audio><audio></audio>",
		  "" },
		{ "<audio src='javascript:alert(1)'></audio>"
		  "<audio src='file:///etc/passwd'></audio>"
		  "<audio src='data:audio/mp3;base64,AAAA'></audio>"
		  "<audio src='ftp://h/x'></audio><audio "
		  "src='blob:http://h/x'>",
		  "" },
		{ "<audio src='http://u:secret@h.example/x'></audio>",
		  "http://h.example/x\n" },
		{ "<audio src='#top'></audio><audio src='b.html?x=1'></audio>"
		  "<audio src='http://h.example/track?utm_source=x'></audio>",
		  "" },
		{ "<audio src=a><audio src=a><audio src='./a'>",
		  "https://h.example/a/a\nhttps://h.example/a/./a\n" },
		{ "<!-- <audio src=a> --><textarea><audio src=b></textarea>"
		  "<script>'<audio src=c>'</script>",
		  "https://h.example/a/b\n" },
		{ "<link rel='alternate' type='application/rss+xml' href=f>"
		  "<link rel=stylesheet type='application/rss+xml' href=g>"
		  "<link rel='x ALTERNATE' type=application/atom+xml href=h>",
		  "+https://h.example/a/f\n+https://h.example/a/h\n" },
		{ "<audio src='&#x68;ttp&#58;//e/&eacute;'>",
		  "http://e/%C3%A9\n" },
		{ "\xef\xbb\xbf<audio src='\xc3\xa9'>",
		  "https://h.example/a/%C3%A9\n" },
		{ "<audio src=1><audio src=2><audio src=3><audio src=4>"
		  "<audio src=5><audio src=6><audio src=7><audio src=8>"
		  "<audio src=9><meta property=og:audio content=0>",
		  "https://h.example/a/0\nhttps://h.example/a/1\n"
		  "https://h.example/a/2\nhttps://h.example/a/3\n"
		  "https://h.example/a/4\nhttps://h.example/a/5\n"
		  "https://h.example/a/6\nhttps://h.example/a/7\n" },
	};
	struct str out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(found(&out, cases[i][0], ""), cases[i][1]);
	str_release(&out);
}

#define LD(json)                                                               \
	"<script type='application/ld+json; charset=utf-8'>" json "</script>"

static void test_json_ld(void **state)
{
	static const char *const cases[][3] = {
		{ LD("{\"@type\":\"AudioObject\",\"contentUrl\":\"x\"}"), "",
		  "https://h.example/a/x\n" },
		{ LD("{\"@graph\":[{\"@type\":\"WebPage\"},{\"@type\":"
		     "[\"Thing\",\"MusicRecording\"],\"audio\":{\"@type\":"
		     "\"AudioObject\",\"contentUrl\":\"\\/x\"}}]}"),
		  "", "https://h.example/x\n" },
		{ LD("{\"@type\":\"MusicRecording\",\"audio\":\"x.mp3\"}"), "",
		  "https://h.example/a/x.mp3\n" },
		{ LD("{\"@type\":\"PodcastEpisode\",\"associatedMedia\":{\"@"
		     "type\":"
		     "\"MediaObject\",\"contentUrl\":\"x.mp3\"}}"),
		  "", "https://h.example/a/x.mp3\n" },
		{ LD("{\"@type\":\"VideoObject\",\"contentUrl\":\"x.mp4\"}"),
		  "", "" },
		{ LD("{\"@type\":\"AudioObject\",\"encodingFormat\":\"video/"
		     "mp4\","
		     "\"contentUrl\":\"x\"}"),
		  "", "" },
		{ LD("{\"@type\":\"MediaObject\",\"fileFormat\":\"audio/mpeg\","
		     "\"contentUrl\":\"x\"}"),
		  "", "https://h.example/a/x\n" },
		{ LD("{\"@type\":\"AudioObject\",\"contentUrl\":7}")
		      LD("{\"@type"),
		  "", "" },
		{ LD("\n//<![CDATA[\n{\"@type\":\"AudioObject\",\"contentUrl\":"
		     "\"x\"}\n//]]>"),
		  "", "https://h.example/a/x\n" },
	/* An album's page: only the track that is meant. */
#define ALBUM                                                                  \
	LD("{\"@type\":\"MusicAlbum\",\"name\":\"All\",\"track\":["            \
	   "{\"@type\":\"MusicRecording\",\"name\":\"One\",\"audio\":\"1\"},"  \
	   "{\"@type\":\"MusicRecording\",\"name\":\"Z\\u00f6e's Song\","      \
	   "\"audio\":{\"contentUrl\":\"2\"}}]}")
		{ ALBUM, "zoe\xe2\x80\x99s  SONG", "https://h.example/a/2\n" },
		{ ALBUM, "Ann - Zoe's Song", "https://h.example/a/2\n" },
		{ ALBUM, "Another one altogether", "" },
		{ ALBUM, "", "https://h.example/a/1\nhttps://h.example/a/2\n" },
		/* One recording is it, whatever it is called. */
		{ LD("{\"@type\":\"AudioObject\",\"name\":\"q\",\"contentUrl\":"
		     "\"x\"}"),
		  "Another", "https://h.example/a/x\n" },
	};
	struct str out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(found(&out, cases[i][0], cases[i][1]),
				    cases[i][2]);
	str_release(&out);
}

#define RSS(items)                                                             \
	"<?xml version='1.0'?>\n<!-- x --><rss version='2.0'><channel>"        \
	"<title>Show</title>" items "</channel></rss>"
#define ITEM(title, link, url)                                                 \
	"<item><title>" title "</title><link>" link "</link>"                  \
	"<enclosure url='" url "' type='audio/mpeg' length='1'/></item>"

static void test_feed(void **state)
{
	static const char *const cases[][3] = {
		{ RSS(ITEM("One", "/1", "1.mp3?a=1&amp;b")
			  ITEM("<![CDATA[ Two &amp; ]]>", "/2", "/2.mp3")),
		  "two &amp;", "https://h.example/2.mp3\n" },
		{ RSS(ITEM("One", "/1", "1.mp3?a=1&amp;b")
			  ITEM("Two", "/2", "2")),
		  "One", "https://h.example/a/1.mp3?a=1&b\n" },
		{ RSS(ITEM("One", "/1", "1") ITEM("Two", "/2", "2")), "Three",
		  "" },
		{ RSS(ITEM("One", "/1", "1") ITEM("Two", "/2", "2")), "", "" },
		{ RSS(ITEM("One", "/1", "1")
			  ITEM("Two", "http://h.example/track/", "2")),
		  "Three", "https://h.example/a/2\n" },
		{ RSS(ITEM("One", "/1", "1")), "Three",
		  "https://h.example/a/1\n" },
		{ RSS(ITEM("Halo (live in Oslo, the long version)", "", "1")
			  ITEM("Halo", "", "2")),
		  "Halo", "https://h.example/a/2\n" },
		{ RSS("<item><title>V</title><enclosure url='v.mp4' "
		      "type='video/mp4'/></item>"),
		  "V", "" },
		{ "<feed xmlns='http://www.w3.org/2005/Atom'><entry>"
		  "<title>A</title><link href='/a'/><link rel='enclosure' "
		  "type='audio/ogg' href='a.ogg'/></entry><entry><title>B"
		  "</title><link rel='enclosure' href='b.ogg'/></entry></feed>",
		  "b", "https://h.example/a/b.ogg\n" },
		{ "<rss><channel><item><title>M</title><media:content "
		  "url='m.mp3' type='audio/mpeg'/></item><item><title>N</title>"
		  "<media:content url='m.jpg' type='image/jpeg'/></item>",
		  "M", "https://h.example/a/m.mp3\n" },
		/* Entities of its own are nothing to us. */
		{ "<!DOCTYPE rss [<!ENTITY e 'evil'><!ENTITY f SYSTEM "
		  "'file:///etc/passwd'>]><rss><channel><item><title>&e;M&f;"
		  "</title><enclosure url='&e;m' type='audio/x'/></item>",
		  "M", "https://h.example/a/m\n" },
	};
	struct str out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(found(&out, cases[i][0], cases[i][1]),
				    cases[i][2]);
	str_release(&out);
}

static void test_resolve(void **state)
{
	/* RFC 3986 5.4.1, the client removes dot segments. */
	static const char *const cases[][2] = {
		{ "g", "http://a/b/c/g" },
		{ "./g", "http://a/b/c/./g" },
		{ "g/", "http://a/b/c/g/" },
		{ "/g", "http://a/g" },
		{ "//g", "http://g/" },
		{ "?y", "http://a/b/c/d;p?y" },
		{ "g?y", "http://a/b/c/g?y" },
		{ "#s", "http://a/b/c/d;p?q" },
		{ "g#s", "http://a/b/c/g" },
		{ ";x", "http://a/b/c/;x" },
		{ "../g", "http://a/b/c/../g" },
		{ "HTTPS://g/x", "https://g/x" },
		{ "g:h", NULL },
		{ "", NULL },
		{ "http:", NULL },
		{ "//", NULL },
		{ "a:80/x", NULL },
	};
	struct str out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int rc = page_resolve(span_of(cases[i][0]),
				      SPAN("http://a/b/c/d;p?q"), &out);

		assert_int_equal(rc, cases[i][1] ? 0 : -1);
		if (!rc)
			assert_string_equal(str_z(&out), cases[i][1]);
	}
	str_release(&out);
}

/* Two megabytes that are as bad as they can be take seconds at most. */
static void test_hostile(void **state)
{
	static const char *const units[] = {
		"<b>",      "<b></i>",  "<a b=1 c=2 d=3 e=4>",
		"<script>", "&#x41;",   "<!--",
		"</p>",     "<",        "&",
		"<table>",  "<p><div>", "<a href='",
		"{\"a\":",  "[",        "<audio src=a>",
		"[CDATA[",
	};
	struct str page = { 0 }, out = { 0 };
	clock_t start = clock();

	(void)state;
	for (size_t i = 0; i <= sizeof(units) / sizeof(*units); i++)
		for (int feed = 0; feed < 2; feed++) {
			str_reset(&page);
			str_puts(&page, feed ? "<rss><item><title>" : "<html>");
			if (i == 12 || i == 13 || i == 15)
				str_puts(&page,
					 "<script type=application/ld+json>");
			/* A tag of a great many attributes. */
			if (i == sizeof(units) / sizeof(*units)) {
				str_puts(&page, "<a");
				for (unsigned k = 0; page.n < MARKUP_SIZE; k++)
					str_printf(&page, " %c%x=''",
						   'g' + k % 19, k);
			}
			while (page.n < MARKUP_SIZE)
				str_puts(&page, units[i]);
			found(&out, str_z(&page), "t");
		}
	assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 30);
	str_release(&page);
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html),    cmocka_unit_test(test_json_ld),
		cmocka_unit_test(test_feed),    cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
