/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names in spite of typing errors, against comparing with every name. */
#include "damage.h"
#include "index/namefind.h"

#define MOST 64

/* Optimal string alignment, by the whole table; ASCII. */
static uint32_t distance(const char *a, const char *b)
{
	static uint32_t d[MOST + 1][MOST + 1];
	size_t n = strlen(a), m = strlen(b);

	for (size_t i = 0; i <= n; i++)
		for (size_t j = 0; j <= m; j++) {
			uint32_t x;

			if (!i || !j) {
				d[i][j] = (uint32_t)(i + j);
				continue;
			}
			x = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			if (d[i - 1][j] + 1 < x)
				x = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < x)
				x = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < x)
				x = d[i - 2][j - 2] + 1;
			d[i][j] = x;
		}
	return d[n][m];
}

/* Letters few enough for neighbours; one word, never "the" or "and". */
static char *invent(uint64_t *seed)
{
	size_t n = 1 + rng_below(seed, rng_below(seed, 2) ? 9 : 26);
	char *z = mem_zalloc(MOST, 1);

	for (size_t i = 0; i < n; i++)
		z[i] = "xyzw"[rng_below(seed, 4)];
	return z;
}

static void spoil(char *z, uint64_t *seed)
{
	size_t n = strlen(z), at = rng_below(seed, n + 1);

	switch (rng_below(seed, 4)) {
	case 0:
		memmove(z + at + 1, z + at, n - at + 1);
		z[at] = "xyzw"[rng_below(seed, 4)];
		break;
	case 1:
		if (at < n && n > 1)
			memmove(z + at, z + at + 1, n - at);
		break;
	case 2:
		if (at < n)
			z[at] = "xyzw"[rng_below(seed, 4)];
		break;
	default:
		if (at + 1 < n) {
			char c = z[at];
			z[at] = z[at + 1];
			z[at + 1] = c;
		}
	}
}

static struct namefind view(const struct str *bytes)
{
	struct namefind v;
	struct err err = { 0 };

	assert_int_equal(namefind_view(&v, span_str(bytes), &err), 0);
	return v;
}

static void exact(void **state)
{
	enum { NAMES = 4000, QUERIES = SANITIZED ? 400 : 3000 };
	char **names = mem_zalloc(NAMES, sizeof(*names));
	struct span *spans = mem_zalloc(NAMES, sizeof(*spans));
	struct namefind_name *got = mem_zalloc(NAMES, sizeof(*got));
	struct namefind_work *w = namefind_work_new();
	struct str bytes = { 0 }, other = { 0 };
	struct namefind v;
	struct err err = { 0 };
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < NAMES; i++) {
		names[i] = invent(&seed);
		spans[i] = span_of(names[i]);
	}
	assert_int_equal(namefind_build(spans, NAMES, 1, &bytes, &err), 0);
	assert_int_equal(namefind_build(spans, NAMES, 3, &other, &err), 0);
	assert_true(span_eq(span_str(&bytes), span_str(&other)));
	v = view(&bytes);
	for (int q = 0; q < QUERIES; q++) {
		char asked[MOST] = { 0 };
		uint32_t most = (uint32_t)rng_below(&seed, 3), far;
		size_t n, want = 0;

		strcpy(asked, names[rng_below(&seed, NAMES)]);
		for (size_t i = rng_below(&seed, 3); i > 0; i--)
			spoil(asked, &seed);
		n = strlen(asked);
		far = n < 3 ? 0 : n < 6 && most > 1 ? 1 : most;
		n = namefind_search(&v, w, span_of(asked), most, NAMES, got);
		for (size_t i = 0; i < NAMES; i++)
			want += distance(asked, names[i]) <= far;
		assert_int_equal(n, want);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(distance(asked, names[got[i].name]),
					 got[i].distance);
			assert_true(!i ||
				    got[i - 1].similarity >= got[i].similarity);
		}
	}
	for (size_t i = 0; i < NAMES; i++)
		free(names[i]);
	free(names);
	free(spans);
	free(got);
	str_release(&bytes);
	str_release(&other);
	namefind_work_free(w);
}

#define HIKARU                                                                 \
	"\xe5\xae\x87\xe5\xa4\x9a\xe7\x94\xb0\xe3\x83\x92\xe3\x82\xab\xe3\x83" \
	"\xab"

static const char *const artists[] = {
	"The Beatles",
	"Simon & Garfunkel",
	"Bj\xc3\xb6rk",
	"Metallica",
	"The The",
	"!!!",
	"Florence + the Machine",
	"AC/DC",
	"Guns N' Roses",
	"Sigur R\xc3\xb3s",
	"R.E.M.",
	"U2",
	"The Smashing Pumpkins",
	"Band",
	"The Band",
	HIKARU,
	"",
};
#define ARTISTS (sizeof(artists) / sizeof(*artists))

static void spelled(void **state)
{
	static const char *const asked[][2] = {
		{ "beatles", "The Beatles" },
		{ "Beatles, The", "The Beatles" },
		{ "the beetles", "The Beatles" },
		{ "The Baetles", "The Beatles" },
		{ "simon and garfunkle", "Simon & Garfunkel" },
		{ "Simon Garfunkel", "Simon & Garfunkel" },
		{ "bjork", "Bj\xc3\xb6rk" },
		{ "bjrok", "Bj\xc3\xb6rk" },
		{ "metalica", "Metallica" },
		{ "Mettalica", "Metallica" },
		{ "the the", "The The" },
		{ "!!!", "!!!" },
		{ "florence and the machine", "Florence + the Machine" },
		{ "acdc", "AC/DC" },
		{ "guns and roses", "Guns N' Roses" },
		{ "sigur ros", "Sigur R\xc3\xb3s" },
		{ "rem", "R.E.M." },
		{ "u2", "U2" },
		{ "smashing pumkins", "The Smashing Pumpkins" },
		{ "band", "Band" },
		{ "the band", "The Band" },
		{ "\xe5\xae\x87\xe5\xa4\x9a\xe7\x94\xb0\xe3\x83\x92\xe3\x82"
		  "\xab",
		  HIKARU },
		{ "u3", NULL },
		{ "", NULL },
		{ "abba", NULL },
		{ "rammstein", NULL },
	};
	struct span names[ARTISTS];
	struct namefind_name got[4];
	struct namefind_work *w = namefind_work_new();
	struct namefind v;
	struct str bytes = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARTISTS; i++)
		names[i] = span_of(artists[i]);
	assert_int_equal(namefind_build(names, ARTISTS, 1, &bytes, &err), 0);
	v = view(&bytes);
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		size_t n =
		    namefind_search(&v, w, span_of(asked[i][0]), 2, 4, got);

		if (!asked[i][1]) {
			assert_int_equal(n, 0);
			continue;
		}
		assert_true(n > 0);
		assert_string_equal(artists[got[0].name], asked[i][1]);
	}
	str_reset(&bytes);
	assert_int_equal(namefind_build(NULL, 0, 1, &bytes, &err), 0);
	v = view(&bytes);
	assert_int_equal(namefind_search(&v, w, SPAN("x"), 2, 4, got), 0);
	str_release(&bytes);
	namefind_work_free(w);
}

static void use(struct span bytes, void *ctx)
{
	struct namefind v;
	struct namefind_name got[8];
	struct err err = { 0 };

	if (namefind_view(&v, bytes, &err)) {
		assert_status(&err, ERR_DATA);
		return;
	}
	for (size_t i = 0; i < ARTISTS; i++) {
		size_t n =
		    namefind_search(&v, ctx, span_of(artists[i]), 2, 8, got);

		while (n--)
			assert_true(got[n].name < v.names);
	}
}

static void damage(void **state)
{
	struct namefind_work *w = namefind_work_new();
	struct span names[ARTISTS];
	struct str bytes = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARTISTS; i++)
		names[i] = span_of(artists[i]);
	assert_int_equal(namefind_build(names, ARTISTS, 1, &bytes, &err), 0);
	damage_each(span_str(&bytes), 0, bytes.n, use, w);
	damage_some(span_str(&bytes), 3000, 3, use, w);
	damage_cut(span_str(&bytes), 1, use, w);
	str_release(&bytes);
	namefind_work_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact),
		cmocka_unit_test(spelled),
		cmocka_unit_test(damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
