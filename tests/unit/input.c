/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <zlib.h>

#include "io/input.h"

/* Appends p as one gzip member. */
static void deflate_to(struct str *out, const char *p, size_t n)
{
	z_stream z = { 0 };
	size_t room = n + n / 100 + 200;

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8,
				      Z_DEFAULT_STRATEGY),
			 Z_OK);
	str_reserve(out, room);
	z.next_in = (Bytef *)mem_dup(p, n);
	z.avail_in = (uInt)n;
	char *copy = (char *)z.next_in;

	z.next_out = (Bytef *)out->p + out->n;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->n += z.total_out;
	deflateEnd(&z);
	free(copy);
}

static void random_text(struct str *s, size_t n, uint64_t *rng)
{
	str_reset(s);
	while (s->n < n) /* neither hopeless nor trivial to compress */
		str_putc(s, (char)rng_below(rng, rng_below(rng, 2) ? 256 : 4));
}

/* All of the file, read in steps of `step`. 0, or -1. */
static int slurp(const void *p, size_t n, size_t step, struct str *out,
		 struct err *e)
{
	char *path = test_path("input"), *buf = malloc(step);
	struct input *in;
	ssize_t got = -1;

	test_save(path, p, n);
	in = input_open(path, e);
	str_reset(out);
	if (in) {
		while ((got = input_read(in, buf, step, e)) > 0) {
			assert_in_range(got, 1, step);
			str_put(out, buf, (size_t)got);
		}
		if (!got) /* the end stays the end */
			assert_int_equal(input_read(in, buf, step, e), 0);
		input_close(in);
	}
	unlink(path);
	free(path);
	free(buf);
	return (int)got;
}

static void plain(void **state)
{
	static const char *const texts[] = { "",     "a",        "ab",
					     "\x1f", "\x1f\x8c", "hello\n" };
	struct str out = { 0 };
	size_t i, step;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		for (step = 1; step < 10; step += 4) {
			assert_int_equal(
			    slurp(texts[i], strlen(texts[i]), step, &out, NULL),
			    0);
			test_span_is(span_str(&out), texts[i]);
		}
	str_release(&out);
}

static void gzip(void **state)
{
	static const size_t sizes[] = { 0, 1, 100, 65535, 65536, 300000 };
	struct str text = { 0 }, all = { 0 }, z = { 0 }, out = { 0 };
	uint64_t rng = 12;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		random_text(&text, sizes[i], &rng);
		str_reset(&z);
		deflate_to(&z, span_str(&text).p, text.n);
		assert_int_equal(slurp(z.p, z.n, i % 2 ? 7 : 65536, &out, NULL),
				 0);
		assert_true(span_eq(span_str(&out), span_str(&text)));
	}
	str_reset(&z);
	for (i = 0; i < 400; i++) { /* members, empty ones among them */
		random_text(&text, rng_below(&rng, 3) * 300, &rng);
		deflate_to(&z, span_str(&text).p, text.n);
		str_span(&all, span_str(&text));
	}
	assert_int_equal(slurp(z.p, z.n, 1000, &out, NULL), 0);
	assert_true(span_eq(span_str(&out), span_str(&all)));
	for (i = 0; i < 70000; i++) /* padding, as of a tape */
		str_putc(&z, 0);
	assert_int_equal(slurp(z.p, z.n, 1000, &out, NULL), 0);
	assert_true(span_eq(span_str(&out), span_str(&all)));
	str_release(&text);
	str_release(&all);
	str_release(&z);
	str_release(&out);
}

static void damaged_gzip(void **state)
{
	struct str text = { 0 }, z = { 0 }, out = { 0 };
	struct err e = { 0 };
	uint64_t rng = 13;
	size_t i, whole;

	(void)state;
	random_text(&text, 3000, &rng);
	deflate_to(&z, text.p, text.n);
	whole = z.n;
	for (i = 2; i < whole; i++) {
		assert_int_equal(slurp(z.p, i, 512, &out, &e), -1);
		assert_status(&e, ERR_DATA);
	}
	for (i = 10; i < whole; i++) { /* behind the header: all checked */
		z.p[i] ^= 0x10;
		assert_int_equal(slurp(z.p, z.n, 512, &out, &e), -1);
		assert_status(&e, ERR_DATA);
		z.p[i] ^= 0x10;
	}
	str_puts(&z, "garbage");
	assert_int_equal(slurp(z.p, z.n, 512, &out, &e), -1);
	assert_status(&e, ERR_DATA);
	z.n = whole;
	str_puts(&z, "\x1f\x8b"); /* a second member, cut */
	assert_int_equal(slurp(z.p, z.n, 512, &out, &e), -1);
	assert_status(&e, ERR_DATA);
	str_release(&text);
	str_release(&z);
	str_release(&out);
}

static void slurping(void **state)
{
	char *path = test_path("slurp");
	struct str out = { 0 };
	struct err e = { 0 };

	(void)state;
	test_save(path, "0123456789", 10);
	assert_int_equal(input_slurp(path, 10, &out, &e), 0);
	test_span_is(span_str(&out), "0123456789");
	str_reset(&out);
	assert_int_equal(input_slurp(path, 9, &out, &e), -1);
	assert_status(&e, ERR_DATA);
	str_reset(&out);
	test_save(path, "", 0);
	assert_int_equal(input_slurp(path, 9, &out, &e), 0);
	assert_string_equal(str_z(&out), "");
	unlink(path);
	assert_int_equal(input_slurp(path, 9, &out, &e), -1);
	assert_status(&e, ERR_ENV);
	assert_non_null(strstr(e.message, path));
	assert_int_equal(input_slurp("/", 9, &out, &e), -1);
	str_release(&out);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(gzip),
		cmocka_unit_test(damaged_gzip),
		cmocka_unit_test(slurping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
