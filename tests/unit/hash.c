/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "base/hash.h"

/* FIPS 180-4, examples of NIST. */
static const char EMPTY[] = "e3b0c44298fc1c149afbf4c8996fb924"
			    "27ae41e4649b934ca495991b7852b855";
static const char ABC[] = "ba7816bf8f01cfea414140de5dae2223"
			  "b00361a396177a9cb410ff61f20015ad";
static const char MILLION_A[] = "cdc76e5c9914fb9281a1c7e284d73e67"
				"f1809a48a497200e046d39ccc7112cd0";

static void digest_is(const uint8_t *d, const char *want)
{
	char hex[2 * HASH_SIZE + 1];

	hash_hex(d, HASH_SIZE, hex);
	assert_string_equal(hex, want);
}

static void known_answers(void **state)
{
	uint8_t d[HASH_SIZE];

	(void)state;
	hash_sha256(NULL, 0, d);
	digest_is(d, EMPTY);
	hash_sha256("abc", 3, d);
	digest_is(d, ABC);
	assert_true(hash_u64("abc", 3) == UINT64_C(0xba7816bf8f01cfea));
}

static void without_the_library(void **state)
{
	char text[300];

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		text[n] = (char)(7 * n + 1);
		assert_true(hash_u64_plain(text, n) == hash_u64(text, n));
	}
}

static void in_pieces_and_again(void **state)
{
	struct hash *h = hash_new();
	char a[997];
	size_t left = 1000000;
	uint8_t d[HASH_SIZE];

	(void)state;
	memset(a, 'a', sizeof(a));
	while (left) {
		size_t n = left < sizeof(a) ? left : sizeof(a);

		hash_add(h, a, n);
		left -= n;
	}
	hash_end(h, d);
	digest_is(d, MILLION_A);
	hash_end(h, d); /* it began anew */
	digest_is(d, EMPTY);
	hash_add(h, "a", 1);
	hash_add(h, NULL, 0);
	hash_add(h, "bc", 2);
	hash_end(h, d);
	digest_is(d, ABC);
	hash_free(h);
	hash_free(NULL);
}

/* Hex and back, in either case; nothing else passes. */
static void unhex(void **state)
{
	static const char *const bad[] = { "0g", "g0", " 1", "1 ", "\0001",
					   "/0", ":0", "@a", "`a", "\xc3\xa9" };
	uint8_t all[256], back[256], one;
	char hex[2 * 256 + 1];

	(void)state;
	for (size_t i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	hash_hex(all, 256, hex);
	assert_int_equal(hash_unhex(hex, 256, back), 0);
	assert_memory_equal(all, back, 256);
	for (size_t i = 0; i < 512; i++)
		if (hex[i] >= 'a')
			hex[i] = (char)(hex[i] - 'a' + 'A');
	assert_int_equal(hash_unhex(hex, 256, back), 0);
	assert_memory_equal(all, back, 256);
	assert_int_equal(hash_unhex("", 0, NULL), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(hash_unhex(bad[i], 1, &one), -1);
	assert_int_equal(hash_unhex("00zz", 2, back), -1);
	/* a short string is not read behind its end */
	assert_int_equal(hash_unhex("a", 1, &one), -1);
}

/* Does not read behind the end, tells lengths apart, spreads its bits. */
static void mix(void **state)
{
	char zeros[64] = { 0 }, *exact;
	size_t n, m, ones[64] = { 0 }, i, bit;

	(void)state;
	for (n = 0; n < 64; n++) {
		exact = malloc(n ? n : 1);
		memset(exact, 0, n);
		assert_true(hash_mix(exact, n) == hash_mix(zeros, n));
		free(exact);
		for (m = 0; m < n; m++)
			assert_true(hash_mix(zeros, n) != hash_mix(zeros, m));
	}
	for (i = 0; i < 10000; i++)
		for (bit = 0; bit < 64; bit++)
			ones[bit] += hash_mix(&i, sizeof(i)) >> bit & 1;
	for (bit = 0; bit < 64; bit++)
		assert_in_range(ones[bit], 4700, 5300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers),
		cmocka_unit_test(without_the_library),
		cmocka_unit_test(in_pieces_and_again),
		cmocka_unit_test(unhex),
		cmocka_unit_test(mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
