/* SPDX-License-Identifier: GPL-3.0-or-later */
/* .safetensors: what is written is read, and no file is believed. (.npz needs
 * the worker: tests/cli/embed/cnn.sh.) */
#include "testing.h"

#include <math.h>

#include "../helpers/tensorwriter.h"
#include "io/tensors.h"

static struct tensors tensors;
static struct err err;

static int load(const struct str *bytes, uint8_t digest[HASH_SIZE])
{
	char *path = test_path("tensors");
	int rc;

	tensors_release(&tensors);
	memset(&err, 0, sizeof(err));
	test_save(path, bytes->p, bytes->n);
	rc = tensors_load(&tensors, path, digest, &err);
	unlink(path);
	free(path);
	return rc;
}

static void make(struct str *out)
{
	static const float a[6] = { 1, 2, 3, -4, 0.5f, 1e30f }, b[2] = { 7, 8 };
	static const size_t da[2] = { 2, 3 }, db[1] = { 2 };
	struct tensorwriter w = { 0 };

	tensorwriter_add(&w, "net/a", a, da, 2);
	tensorwriter_add(&w, "net/b", b, db, 1);
	tensorwriter_end(&w, out);
}

/* A file of that header, and n bytes behind it. */
static int says(const char *header, const void *data, size_t n)
{
	struct str s = { 0 };
	int rc;

	put_u64(&s, strlen(header));
	str_puts(&s, header);
	str_put(&s, data, n);
	rc = load(&s, NULL);
	str_release(&s);
	return rc;
}

static void test_reads(void **state)
{
	uint8_t digest[HASH_SIZE], want[HASH_SIZE];
	struct str s = { 0 }, shape = { 0 };
	const struct tensor *t;

	(void)state;
	make(&s);
	assert_int_equal(load(&s, digest), 0);
	hash_sha256(s.p, s.n, want);
	assert_memory_equal(digest, want, HASH_SIZE);
	assert_int_equal(tensors.count, 2);
	t = tensors_find(&tensors, "net/a");
	assert_non_null(t);
	assert_int_equal(t->ndim, 2);
	assert_int_equal(t->count, 6);
	assert_true(t->values[3] == -4 && t->values[5] == 1e30f);
	tensor_shape(t, &shape);
	assert_string_equal(shape.p, "2 x 3");
	assert_null(tensors_find(&tensors, "net/c"));
	str_release(&s);
	str_release(&shape);
}

/* The other types, by values whose bits are known. */
static void test_types(void **state)
{
	static const double d[2] = { 0.1, -3 };
	static const uint16_t half[6] = { 0x3c00, 0xc000, 0x7bff,
					  0x0001, 0x83ff, 0x7c00 };
	static const uint16_t brain[2] = { 0x3f80, 0xc040 };
	const float *v;

	(void)state;
	assert_int_equal(says("{\"x\":{\"dtype\":\"F64\",\"shape\":[2],"
			      "\"data_offsets\":[0,16]}}",
			      d, 16),
			 0);
	v = tensors.items[0].values;
	assert_true(v[0] == 0.1f && v[1] == -3);
	assert_int_equal(says("{\"__metadata__\":{\"format\":\"pt\"},\"x\":{"
			      "\"dtype\":\"F16\",\"shape\":[2,3],"
			      "\"data_offsets\":[0,12]}}",
			      half, 12),
			 0);
	v = tensors.items[0].values;
	assert_true(v[0] == 1 && v[1] == -2 && v[2] == 65504 &&
		    v[3] == ldexpf(1, -24) && v[4] == -1023 * ldexpf(1, -24) &&
		    isinf(v[5]));
	assert_int_equal(says("{\"x\":{\"dtype\":\"BF16\",\"shape\":[2],"
			      "\"data_offsets\":[0,4]}} ",
			      brain, 4),
			 0);
	v = tensors.items[0].values;
	assert_true(v[0] == 1 && v[1] == -3);
	assert_int_equal(says("{\"x\":{\"dtype\":\"F32\",\"shape\":[],"
			      "\"data_offsets\":[0,4]}}",
			      d, 4),
			 0);
	assert_int_equal(tensors.items[0].count, 1);
}

static void refuses(const char *header, const char *why)
{
	char zeros[64] = { 0 };

	assert_int_equal(says(header, zeros, sizeof(zeros)), -1);
	assert_status(&err, ERR_DATA);
	assert_int_equal(tensors.count, 0);
	if (!strstr(err.message, why) || !strstr(err.message, "again"))
		if (!strstr(err.message, why) ||
		    !strstr(err.message, "float32"))
			fail_msg("%s: \"%s\", wanted \"%s\"", header,
				 err.message, why);
}

#define X(shape, offsets)                                                      \
	"{\"x\":{\"dtype\":\"F32\",\"shape\":" shape                           \
	",\"data_offsets\":" offsets "}}"

static void test_lies(void **state)
{
	(void)state;
	refuses(X("[16]", "[0,60]"), "out of bounds");
	refuses(X("[17]", "[0,68]"), "out of bounds");
	refuses(X("[1]", "[64,60]"), "out of bounds");
	refuses(X("[1]", "[64,68]"), "out of bounds");
	refuses(X("[1]", "[18446744073709551612,18446744073709551615]"),
		"out of bounds");
	refuses(X("[4294967296,4294967296]", "[0,0]"), "no memory holds");
	refuses(X("[4611686018427387905]", "[0,4]"), "no memory holds");
	refuses(X("[1000000000]", "[0,64]"), "out of bounds");
	refuses(X("[99999999999999999999]", "[0,64]"), "without shape");
	refuses(X("[-1]", "[0,4]"), "without shape");
	refuses(X("[1.0]", "[0,4]"), "without shape");
	refuses(X("[1,1,1,1,1,1,1,1,1]", "[0,4]"), "without shape");
	refuses(X("[1]", "[0]"), "without shape");
	refuses(X("4", "[0,4]"), "without shape");
	refuses(
	    "{\"x\":{\"dtype\":\"I64\",\"shape\":[8],\"data_offsets\":[0,64]"
	    "}}",
	    "F32");
	refuses("{\"x\":7}", "without shape");
	refuses("{\"\":{}}", "without a name");
	refuses("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]"
		"},\"a\":{\"dtype\":\"F32\",\"shape\":[15],\"data_offsets\":[4,"
		"64]}}",
		"occurs twice");
	refuses("[1]", "not JSON");
	refuses("{\"x\":", "not JSON");
	refuses("{} {}", "not JSON");
}

static void test_cut(void **state)
{
	struct str s = { 0 };

	(void)state;
	make(&s);
	for (size_t n = s.n; n--;) {
		s.n = n;
		assert_int_equal(load(&s, NULL), -1);
		assert_status(&err, ERR_DATA);
	}
	make(&s);
	s.p[7] = 1; /* a header of 2^56 bytes */
	assert_int_equal(load(&s, NULL), -1);
	assert_int_equal(load(&(struct str){ .p = s.p, .n = 0 }, NULL), -1);
	str_release(&s);
}

static void test_mutations(void **state)
{
	static const char some[] = "0123456789[]{},:\"-\\\0\xff F";
	struct str s = { 0 }, m = { 0 };
	uint64_t rng = 5;

	(void)state;
	make(&s);
	for (int i = 0; i < 5000; i++) {
		str_reset(&m);
		str_put(&m, s.p, s.n);
		for (size_t k = 1 + rng_below(&rng, 4); k--;)
			m.p[rng_below(&rng, m.n - 24)] =
			    some[rng_below(&rng, sizeof(some) - 1)];
		load(&m, NULL);
	}
	str_release(&s);
	str_release(&m);
}

static void test_no_file(void **state)
{
	(void)state;
	assert_int_equal(tensors_load(&tensors, "/nowhere/x", NULL, &err), -1);
	assert_status(&err, ERR_ENV);
}

static int end(void **state)
{
	(void)state;
	tensors_release(&tensors);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
