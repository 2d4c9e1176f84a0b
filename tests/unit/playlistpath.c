/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths in playlists: what is written means the same file. */
#include "corpus/playlistpath.h"
#include "testing.h"

#include <sys/stat.h>

#include "base/percent.h"

static void seen(const char *dir, const char *path, const char *want)
{
	struct str out = { 0 };

	playlistpath_relative(span_of(dir), span_of(path), &out);
	test_span_is(span_str(&out), want);
	str_release(&out);
}

static void test_relative(void **state)
{
	(void)state;
	seen("/m", "/m/a.ogg", "a.ogg");
	seen("/", "/m/a.ogg", "m/a.ogg");
	seen("/m/lists", "/m/b/a.ogg", "../b/a.ogg");
	seen("/x/y/z", "/m/a.ogg", "../../../m/a.ogg");
	seen("/m/ab", "/m/a/b", "../a/b"); /* names, not letters */
	seen("/m//n/", "//m/n//o", "o");
	seen("/m", "/m/../n", "../n");
	seen("/m", "/m", ".");
	seen("/", "/", ".");
}

static void test_file_urls(void **state)
{
	struct str path = { 0 };

	(void)state;
	assert_true(playlistpath_of(SPAN("file:///a%20b/%e9"), &path));
	test_span_is(span_str(&path), "/a b/\xe9");
	assert_true(playlistpath_of(SPAN("FILE://localhost/x"), &path));
	test_span_is(span_str(&path), "/x");
	assert_false(playlistpath_of(SPAN("file://other/x"), &path));
	assert_false(playlistpath_of(SPAN("file:/"), &path));
	assert_false(playlistpath_of(SPAN("https://e.example/"), &path));
	assert_false(playlistpath_of(SPAN(""), &path));
	str_release(&path);
}

static void writes(const char *dir, const char *url, const char *plain,
		   const char *uri)
{
	struct str out = { 0 };

	playlistpath_plain(span_of(dir), span_of(url), &out);
	test_span_is(span_str(&out), plain);
	str_reset(&out);
	playlistpath_uri(span_of(dir), span_of(url), &out);
	test_span_is(span_str(&out), uri);
	str_release(&out);
}

static void test_written(void **state)
{
	(void)state;
	writes("/m/l", "file:///m/a%20b/50%25.ogg", "../a b/50%.ogg",
	       "../a%20b/50%25.ogg");
	writes("", "file:///m/a%20b.ogg", "/m/a b.ogg", "file:///m/a%20b.ogg");
	writes("/m", "file:///m/caf%C3%A9", "caf\xc3\xa9", "caf%C3%A9");
	/* no scheme, no comment, no blank that a reader takes off */
	writes("/m", "file:///m/a:b", "./a:b", "./a:b");
	writes("/m", "file:///m/%20a", "./ a", "%20a");
	writes("/m", "file:///m/a%20", "file:///m/a%20", "a%20");
	writes("/m", "file:///m/%23a", "file:///m/%23a", "%23a");
	/* what players would take for other things */
	writes("/m", "file:///m/a%0Ab", "file:///m/a%0Ab", "a%0Ab");
	writes("/m", "file:///m/a%5Cb", "file:///m/a%5Cb", "a%5Cb");
	writes("/m", "file:///m/a%E9", "file:///m/a%E9", "a%E9");
	writes("/m", "file:///m/a%3Fb", "file:///m/a%3Fb", "a%3Fb");
	writes("/m", "file:///m/a%2541", "file:///m/a%2541", "a%2541");
	/* the folder of both may be called as it likes */
	writes("/m#?", "file:///m%23%3F/a", "a", "a");
	/* others as they are */
	writes("/m", "https://e.example/a%20b?c=1#d",
	       "https://e.example/a%20b?c=1#d",
	       "https://e.example/a%20b?c=1#d");
	writes("/m", "https://e.example/a b\n\xc3\xa9",
	       "https://e.example/a b\xef\xbf\xbd\xc3\xa9",
	       "https://e.example/a%20b%0A%C3%A9");
	writes("/m", "#x", "./#x", "#x");
}

static void test_folder(void **state)
{
	struct str dir = { 0 }, output = { 0 };
	char *path = test_path("lists"), *link = test_path("link");
	struct err err = { 0 };

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(symlink(path, link), 0);
	str_printf(&output, "%s/x.m3u", link);
	assert_int_equal(playlistpath_folder(str_z(&output), &dir, &err), 0);
	assert_non_null(strstr(str_z(&dir), "-lists"));
	str_reset(&output);
	str_printf(&output, "%s/none/x.m3u", path);
	assert_int_equal(playlistpath_folder(str_z(&output), &dir, &err), -1);
	assert_int_equal(err.status, ERR_ENV);
	assert_non_null(strstr(err.message, "/none/"));
	assert_int_equal(playlistpath_folder("x.m3u", &dir, &err), 0);
	assert_int_equal(dir.p[0], '/');
	unlink(link);
	rmdir(path);
	free(path);
	free(link);
	str_release(&dir);
	str_release(&output);
}

/* The path that a reader finds: as seen from dir, or absolute. */
static void resolve(struct span dir, struct span said, struct str *out)
{
	str_reset(out);
	if (said.n && said.p[0] != '/')
		str_span(out, dir);
	while (said.n) {
		const char *end = memchr(said.p, '/', said.n);
		size_t n = end ? (size_t)(end - said.p) : said.n;
		struct span name = { said.p, n };

		n += end ? 1 : 0;
		said = (struct span){ said.p + n, said.n - n };
		if (span_is(name, "..")) {
			while (out->n && out->p[out->n - 1] != '/')
				out->n--;
			out->n -= out->n ? 1 : 0;
		} else if (name.n && !span_is(name, ".")) {
			if (!out->n || out->p[out->n - 1] != '/')
				str_putc(out, '/');
			str_span(out, name);
		}
	}
}

static void comes_back(struct span dir, const struct str *path, bool uri,
		       const struct str *said)
{
	struct str found = { 0 }, decoded = { 0 };

	if (!playlistpath_of(span_str(said), &found)) {
		if (uri)
			percent_decode(span_str(said), &decoded);
		else
			str_span(&decoded, span_str(said));
		resolve(dir, span_str(&decoded), &found);
	}
	if (!span_eq(span_str(&found), span_str(path)))
		fail_msg("from %.*s: %s is not %s", (int)dir.n, dir.p, said->p,
			 path->p);
	str_release(&found);
	str_release(&decoded);
}

/* Any path comes back, through the way that readers take. */
static void test_round_trip(void **state)
{
	static const char letters[] = "ab /#?%25:\\\n\xc3\xa9\xe9~";
	const char *dirs[] = { "", "/", "/a", "/a/b", "/c" };
	struct str path = { 0 }, url = { 0 }, out = { 0 };
	uint64_t rng = 3;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		struct span dir = span_of(dirs[rng_below(&rng, 5)]);

		str_reset(&path);
		str_puts(&path, "/a/");
		for (size_t k = rng_below(&rng, 6); k; k--)
			str_putc(&path,
				 letters[rng_below(&rng, sizeof(letters) - 1)]);
		str_putc(&path, rng_below(&rng, 3) ? 'z' : ' ');
		if (strstr(path.p, "//"))
			continue;
		str_reset(&url);
		str_puts(&url, "file://");
		percent_encode(span_str(&path), "/", &url);
		str_reset(&out);
		playlistpath_uri(dir, span_str(&url), &out);
		comes_back(dir, &path, true, &out);
		str_reset(&out);
		playlistpath_plain(dir, span_str(&url), &out);
		comes_back(dir, &path, false, &out);
		assert_null(memchr(out.p, '\n', out.n));
		assert_int_not_equal(out.p[0], '#');
		assert_int_equal(span_trim(span_str(&out)).n, out.n);
	}
	str_release(&path);
	str_release(&url);
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_relative),
					    cmocka_unit_test(test_file_urls),
					    cmocka_unit_test(test_written),
					    cmocka_unit_test(test_folder),
					    cmocka_unit_test(test_round_trip) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
