/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Playlists for players: what stands in them, and that it is read back. */
#include "corpus/playlistfiles.h"

#include "answerfixture.h"
#include "io/json.h"
#include "text/tracklist.h"

#define BAD "\xef\xbf\xbd"
#define HOSTILE                                                                \
	"]]></title>&amp;\x07\n#EXTINF:1,x\"\xff\xef\xbf\xbe\xe2\x80\xae"

static void set_up(struct answerfixture *f)
{
	answerfixture_start(f, "sad & <blue>");
	answerfixture_add(f, "mp1", "Some One", "A Song", "file:///m/a%20b.ogg",
			  61.6F);
	answerfixture_add(f, "mp2", NULL, "Nowhere", NULL, 5);
	answerfixture_add(f, "m p/3", "X", HOSTILE,
			  "https://e.example/?a=1&b=2", NAN);
}

static void test_m3u(void **state)
{
	struct answerfixture f;
	struct str out = { 0 };
	struct err err;

	(void)state;
	set_up(&f);
	assert_int_equal(playlistfiles_m3u(&f.a, 1, SPAN("/m/l"), &out, &err),
			 0);
	assert_int_equal(playlistfiles_m3u(&f.a, 2, SPAN(""), &out, &err), 0);
	assert_string_equal(out.p, "#EXTM3U\n#PLAYLIST:sad & <blue>\n"
				   "#EXTINF:62,Some One - A Song\n../a b.ogg\n"
				   "#EXTINF:-1,X - ]]></title>&amp;" BAD BAD
				   "#EXTINF:1,x\"" BAD "\xef\xbf\xbe" BAD "\n"
				   "https://e.example/?a=1&b=2\n"
				   "#PLAYLIST:sad & <blue>\n"
				   "#EXTINF:62,Some One - A Song\n/m/a b.ogg\n"
				   "#EXTINF:-1,X - ]]></title>&amp;" BAD BAD
				   "#EXTINF:1,x\"" BAD "\xef\xbf\xbe" BAD "\n"
				   "https://e.example/?a=1&b=2\n");
	answerfixture_end(&f);
	str_release(&out);
}

static void test_xspf(void **state)
{
	struct answerfixture f;
	struct str out = { 0 };
	struct err err;

	(void)state;
	set_up(&f);
	assert_int_equal(playlistfiles_xspf(&f.a, SPAN("/m/l"), &out, &err), 0);
	assert_string_equal(
	    out.p,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">\n"
	    "  <title>sad &amp; &lt;blue&gt;</title>\n"
	    "  <creator>moodpipe</creator>\n"
	    "  <meta "
	    "rel=\"urn:x-moodpipe:generation\">0123456789abcdef</meta>\n"
	    "  <trackList>\n    <track>\n"
	    "      <location>../a%20b.ogg</location>\n"
	    "      <identifier>urn:x-moodpipe:mp1</identifier>\n"
	    "      <title>A Song</title>\n      <creator>Some One</creator>\n"
	    "      <duration>61600</duration>\n"
	    "      <meta rel=\"urn:x-moodpipe:score\">0.5</meta>\n"
	    "    </track>\n    <track>\n"
	    "      <location>https://e.example/?a=1&amp;b=2</location>\n"
	    "      <identifier>urn:x-moodpipe:m%20p%2F3</identifier>\n"
	    "      <title>]]&gt;&lt;/title&gt;&amp;amp;" BAD BAD
	    "#EXTINF:1,x\"" BAD BAD BAD "</title>\n"
	    "      <creator>X</creator>\n"
	    "      <meta rel=\"urn:x-moodpipe:score\">0.5</meta>\n"
	    "    </track>\n  </trackList>\n</playlist>\n");
	answerfixture_end(&f);
	str_release(&out);
}

static void test_jspf(void **state)
{
	struct answerfixture f;
	struct str out = { 0 };
	struct err err;

	(void)state;
	set_up(&f);
	assert_int_equal(playlistfiles_jspf(&f.a, SPAN("/m/l"), &out, &err), 0);
	assert_string_equal(
	    out.p,
	    "{\"playlist\":{\"title\":\"sad & "
	    "<blue>\",\"creator\":\"moodpipe\","
	    "\"meta\":[{\"urn:x-moodpipe:generation\":\"0123456789abcdef\"}],"
	    "\"track\":[\n"
	    "  {\"location\":[\"../a%20b.ogg\"],"
	    "\"identifier\":[\"urn:x-moodpipe:mp1\"],\"title\":\"A Song\","
	    "\"creator\":\"Some One\",\"duration\":61600,"
	    "\"meta\":[{\"urn:x-moodpipe:score\":\"0.5\"}]},\n"
	    "  {\"location\":[\"https://e.example/?a=1&b=2\"],"
	    "\"identifier\":[\"urn:x-moodpipe:m%20p%2F3\"],"
	    "\"title\":\"]]></title>&amp;" BAD BAD "#EXTINF:1,x\\\"" BAD
	    "\xef\xbf\xbe" BAD "\",\"creator\":\"X\","
	    "\"meta\":[{\"urn:x-moodpipe:score\":\"0.5\"}]}]}}\n");
	answerfixture_end(&f);
	str_release(&out);
}

/* Nothing found, and a request that was refused. */
static void test_empty(void **state)
{
	struct answerfixture f;
	struct str out = { 0 };
	struct err err;
	const char *why;

	(void)state;
	answerfixture_start(&f, "x");
	str_puts(&f.c.error, "{\"message\":\"no <such> thing\"}");
	assert_int_equal(playlistfiles_m3u(&f.a, 1, SPAN(""), &out, &err), 0);
	assert_string_equal(out.p, "#EXTM3U\n#PLAYLIST:x\n# no <such> thing\n");
	str_reset(&out);
	assert_int_equal(playlistfiles_xspf(&f.a, SPAN(""), &out, &err), 0);
	assert_non_null(
	    strstr(out.p, "<annotation>no &lt;such&gt; thing</annotation>\n"));
	assert_non_null(strstr(out.p, "<trackList>\n  </trackList>"));
	str_reset(&f.c.error);
	str_reset(&out);
	assert_int_equal(playlistfiles_jspf(&f.a, SPAN(""), &out, &err), 0);
	assert_non_null(strstr(out.p, "\"annotation\":\"the index is empty"));
	assert_non_null(json_skip(out.p, out.p + out.n, &why));
	answerfixture_end(&f);
	str_release(&out);
}

/* A track of a damaged index costs the list. */
static void test_damaged(void **state)
{
	struct answerfixture f;
	struct str out = { 0 };
	struct err err;

	(void)state;
	set_up(&f);
	f.offsets[2 * CATALOGUE_FIELDS + 1] = 1 << 20;
	assert_int_equal(playlistfiles_m3u(&f.a, 1, SPAN(""), &out, &err), -1);
	assert_int_equal(playlistfiles_xspf(&f.a, SPAN(""), &out, &err), -1);
	assert_int_equal(playlistfiles_jspf(&f.a, SPAN(""), &out, &err), -1);
	assert_int_equal(err.status, ERR_DATA);
	answerfixture_end(&f);
	str_release(&out);
}

static void reads_back(enum tracklist_kind kind, const struct str *text)
{
	const struct tracklist_entry *e;
	struct err err = { 0 };
	struct tracklist *t = tracklist_new(kind, span_str(text), &err);

	if (!t)
		fail_msg("%s", err.message);
	assert_int_equal(tracklist_next(t, &e, &err), 1);
	test_span_is(span_str(&e->location),
		     kind == TRACKLIST_M3U ? "a b.ogg" : "a%20b.ogg");
	test_span_is(span_str(&e->artist), "Some One");
	test_span_is(span_str(&e->title), "A Song");
	assert_true(fabs(e->seconds - 61.6) < 0.5);
	assert_int_equal(tracklist_next(t, &e, &err), 1);
	test_span_is(span_str(&e->location), "https://e.example/?a=1&b=2");
	test_span_is(span_str(&e->artist), "X");
	assert_int_equal(memcmp(e->title.p, "]]></title>&amp;", 16), 0);
	assert_true(isnan(e->seconds));
	assert_int_equal(tracklist_next(t, &e, &err), 0);
	tracklist_free(t);
}

static void test_read_back(void **state)
{
	struct answerfixture f;
	struct str out = { 0 };
	struct err err;

	(void)state;
	set_up(&f);
	assert_int_equal(playlistfiles_m3u(&f.a, 1, SPAN("/m"), &out, &err), 0);
	reads_back(TRACKLIST_M3U, &out);
	str_reset(&out);
	assert_int_equal(playlistfiles_xspf(&f.a, SPAN("/m"), &out, &err), 0);
	reads_back(TRACKLIST_XSPF, &out);
	str_reset(&out);
	assert_int_equal(playlistfiles_jspf(&f.a, SPAN("/m"), &out, &err), 0);
	reads_back(TRACKLIST_JSPF, &out);
	answerfixture_end(&f);
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_m3u),     cmocka_unit_test(test_xspf),
		cmocka_unit_test(test_jspf),    cmocka_unit_test(test_empty),
		cmocka_unit_test(test_damaged), cmocka_unit_test(test_read_back)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
