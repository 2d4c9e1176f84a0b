/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first. */
#include <cmocka.h>
#include <math.h>

#include "text/tracklist.h"

/* Entries as line|location|title|artist|album|genre|note|page|ms, a broken end
 * as "!message". */
static void lists(enum tracklist_kind kind, const char *text, const char *want)
{
	struct err err = { 0 };
	struct tracklist *t = tracklist_new(kind, span_of(text), &err);
	const struct tracklist_entry *e;
	struct str got = { 0 };
	int rc = -1;

	while (t && (rc = tracklist_next(t, &e, &err)) == 1) {
		const struct str *parts[] = { &e->location, &e->title,
					      &e->artist,   &e->album,
					      &e->genre,    &e->note,
					      &e->page };
		str_u64(&got, e->line);
		for (size_t i = 0; i < 7; i++) {
			str_putc(&got, '|');
			str_span(&got, span_str(parts[i]));
		}
		str_putc(&got, '|');
		if (!isnan(e->seconds))
			str_fixed(&got, e->seconds * 1000, 0);
		str_putc(&got, '\n');
	}
	if (rc < 0)
		str_printf(&got, "!%s", err.message);
	/* What the library says behind the line's number is its own. */
	if (strstr(want, "in line 1") && strstr(str_z(&got), "in line 1"))
		got.n = (size_t)(strstr(got.p, "in line 1") - got.p) + 9;
	assert_string_equal(str_z(&got), want);
	tracklist_free(t);
	str_release(&got);
}

static void test_m3u(void **state)
{
	(void)state;
	lists(TRACKLIST_M3U,
	      "\xEF\xBB\xBF#EXTM3U\r\n#PLAYLIST:x\r\n"
	      "#EXTINF:123,Ann - Rain - live\r\nmusic/rain.mp3\r\n\r\n"
	      "#EXTINF:-1 tvg-name=\"a,b\" x=\"1\",Alone\n#EXTALB:Blue\n"
	      "#EXTGENRE:Folk\n#EXTART:Bo\nhttps://x.org/1\n# a comment\n"
	      "plain.ogg",
	      "4|music/rain.mp3|Rain - live|Ann|||||123000\n"
	      "10|https://x.org/1|Alone|Bo|Blue|Folk|||\n"
	      "12|plain.ogg|||||||\n");
	/* Latin-1 */
	lists(TRACKLIST_M3U, "#EXTINF:1.5,Bj\xF6rk \x96 J\xF3ga\nx.mp3\n",
	      "2|x.mp3|Jóga|Björk|||||1500\n");
	lists(TRACKLIST_M3U, "", "");
	lists(TRACKLIST_M3U, "#EXTM3U\n#EXTINF:5,never placed\n", "");
	lists(TRACKLIST_M3U, "#EXTM3U\n#EXT-X-TARGETDURATION:10\na.ts\n",
	      "!the pieces of an HLS stream, not a list of tracks");
}

static void test_xspf(void **state)
{
	(void)state;
	lists(TRACKLIST_XSPF,
	      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	      "<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">\n"
	      "<title>mine</title><creator>me</creator><trackList>\n"
	      "<track><location>file:///a%20b.mp3</location>"
	      "<location>second</location><title> R&amp;B </title>"
	      "<creator><![CDATA[A <b>]]></creator><album>C</album>"
	      "<duration>1500</duration><annotation>n</annotation>"
	      "<info>https://x.org/</info><extension><title>no</title>"
	      "</extension></track>\n<track/><track><title>T</title></track>\n"
	      "</trackList></playlist>",
	      "1|file:///a%20b.mp3|R&B|A <b>|C||n|https://x.org/|1500\n"
	      "2||||||||\n3||T||||||\n");
	lists(TRACKLIST_XSPF, "<html><body/></html>",
	      "!an XML document, but no XSPF playlist");
	lists(TRACKLIST_XSPF, "no xml", "!malformed XML in line 1");
	lists(TRACKLIST_XSPF,
	      "<playlist><trackList><track><title>A</title></track>"
	      "<track><title>B</titel></track></trackList></playlist>",
	      "!malformed XML in line 1");
}

/* Entities are not expanded, files are not read. */
static void test_xspf_entities(void **state)
{
	(void)state;
	lists(TRACKLIST_XSPF,
	      "<!DOCTYPE p [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">"
	      "<!ENTITY f SYSTEM \"file:///etc/passwd\">]>\n"
	      "<playlist><trackList><track><title>x&b;y&f;z</title></track>"
	      "</trackList></playlist>",
	      "1||xyz||||||\n");
}

static void test_jspf(void **state)
{
	(void)state;
	lists(TRACKLIST_JSPF,
	      "{\"playlist\":{\"title\":\"x\",\"track\":[{\"location\":"
	      "[\"https://x.org/1\",\"b\"],\"title\":\"T\\u00e9\","
	      "\"creator\":\"A\",\"duration\":2000,\"identifier\":"
	      "[\"https://musicbrainz.org/recording/1\"]},7,{}]}}",
	      "1|https://x.org/1|Té|A||||https://musicbrainz.org/recording/"
	      "1|2000\n2||||||||\n3||||||||\n");
	lists(TRACKLIST_JSPF, "{\"playlist\":{}}",
	      "!a JSON document without \"playlist\":{\"track\":[...]}");
	lists(TRACKLIST_JSPF, "{\"playlist\"",
	      "!malformed JSON: colon expected "
	      "behind a member name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_m3u),
		cmocka_unit_test(test_xspf),
		cmocka_unit_test(test_xspf_entities),
		cmocka_unit_test(test_jspf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
