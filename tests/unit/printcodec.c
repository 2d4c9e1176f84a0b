/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <chromaprint.h>

#include "audio/printcodec.h"

static struct str encode(const uint32_t *items, int n)
{
	struct str s = { 0 };
	char *text;
	int size;

	assert_int_equal(
	    chromaprint_encode_fingerprint(items, n, 1, &text, &size, 1), 1);
	str_put(&s, text, (size_t)size);
	chromaprint_dealloc(text);
	return s;
}

/* What Chromaprint itself packs comes back item for item. */
static void oracle(void **state)
{
	uint64_t rng = 1;
	struct printcodec p = { 0 };
	uint32_t items[600];

	(void)state;
	for (int round = 0; round < 300; round++) {
		int n = round < 4 ? round : (int)rng_below(&rng, 600);
		struct str s;

		for (int i = 0; i < n; i++) {
			uint64_t x = rng_next(&rng);

			/* all bits, few, one, none change */
			switch (round % 4) {
			case 0:
				items[i] = (uint32_t)x;
				break;
			case 1:
				items[i] = (i ? items[i - 1] : 7) ^
					   (uint32_t)(x & x >> 32 & x >> 17);
				break;
			case 2:
				items[i] = UINT32_C(1) << (x & 31);
				break;
			default:
				items[i] = UINT32_MAX;
			}
		}
		s = encode(items, n);
		assert_int_equal(printcodec_decode(span_str(&s), &p), 0);
		assert_int_equal(p.count, n);
		assert_int_equal(p.algorithm, 1);
		assert_true(!n || !memcmp(p.items, items, (size_t)n * 4));
		str_release(&s);
	}
	printcodec_release(&p);
}

/* Cut, changed and made-up text: refused, or what Chromaprint reads too. */
static void hostile(void **state)
{
	uint64_t rng = 2;
	struct printcodec p = { 0 };
	uint32_t items[200];
	struct str good;
	size_t read = 0;

	(void)state;
	for (int i = 0; i < 200; i++)
		items[i] = (uint32_t)rng_next(&rng) & 0x0FF0F0FF;
	good = encode(items, 200);
	for (size_t n = 0; n < good.n; n++)
		assert_int_equal(
		    printcodec_decode((struct span){ good.p, n }, &p), -1);
	assert_int_equal(printcodec_decode(SPAN("AQAA-*"), &p), -1);
	assert_int_equal(printcodec_decode(SPAN("Af____"), &p), -1);
	assert_int_equal(p.count, 0);
	assert_int_equal(printcodec_decode(SPAN("AQAAAA"), &p), 0);
	assert_int_equal(p.count, 0);
	for (int round = 0; round < 20000; round++) {
		struct str s = { 0 };
		uint32_t *raw = NULL;
		int size = 0, algorithm, ok;

		str_span(&s, span_str(&good));
		for (int k = 0; k < 3; k++)
			s.p[6 + rng_below(&rng, s.n - 6)] =
			    "ABCxyz019-_"[rng_below(&rng, 11)];
		if (!printcodec_decode(span_str(&s), &p)) {
			ok = chromaprint_decode_fingerprint(
			    s.p, (int)s.n, &raw, &size, &algorithm, 1);
			assert_int_equal(ok, 1);
			assert_int_equal(size, p.count);
			assert_memory_equal(raw, p.items, p.count * 4);
			chromaprint_dealloc(raw);
			read++;
		}
		str_release(&s);
	}
	assert_true(read > 100);
	str_release(&good);
	printcodec_release(&p);
}

static void alignment(void **state)
{
	uint64_t rng = 3;
	uint32_t a[300], b[300];
	size_t n;
	long shift;
	double v;

	(void)state;
	for (int i = 0; i < 300; i++)
		a[i] = (uint32_t)rng_next(&rng);
	/* b is a from its 12th item on, with one bit of 32 wrong */
	for (int i = 0; i + 12 < 300; i++)
		b[i] = a[i + 12] ^ UINT32_C(1) << (i & 31);
	v = printcodec_align(a, 300, b, 288, 20, 64, &shift, &n);
	assert_int_equal(shift, 12);
	assert_int_equal(n, 288);
	assert_float_equal(v, 1 - 2 / 32.0, 1e-12);
	v = printcodec_align(b, 288, a, 300, 20, 64, &shift, &n);
	assert_int_equal(shift, -12);
	assert_float_equal(v, 1 - 2 / 32.0, 1e-12);
	/* out of reach: nothing alike. 9600 fair bits: 0 +- 0.02 */
	v = printcodec_align(a, 300, b, 288, 8, 64, &shift, &n);
	assert_true(v < 0.1);
	assert_true(printcodec_align(a, 30, b, 30, 8, 64, &shift, &n) < 0);
	assert_true(printcodec_similarity(a, 3, b, 3, 3, &n) == 0);
	assert_int_equal(n, 0);
	assert_int_equal(printcodec_distinct(a, 300), 300);
	a[7] = a[8] = a[9];
	assert_int_equal(printcodec_distinct(a, 300), 298);
	assert_int_equal(printcodec_distinct(a, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oracle),
		cmocka_unit_test(hostile),
		cmocka_unit_test(alignment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
