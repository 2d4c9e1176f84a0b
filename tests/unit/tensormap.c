/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mapped tensors: what is written is seen, whole or in shards, and no header
 * or index is believed. */
#include "testing.h"

#include <math.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../helpers/tensorwriter.h"
#include "io/tensorheader.h"
#include "io/tensormap.h"

static char *dir;
static struct err err;

static char *in_dir(const char *name)
{
	struct str s = { 0 };

	str_printf(&s, "%s/%s", dir, name);
	return s.p;
}

static void save(const char *name, const void *p, size_t n)
{
	char *path = in_dir(name);

	test_save(path, p, n);
	free(path);
}

static struct tensormap *open_named(const char *name)
{
	char *path = in_dir(name);
	struct tensormap *m;

	memset(&err, 0, sizeof(err));
	m = tensormap_open(path, &err);
	free(path);
	return m;
}

/* A file of that header, and n bytes behind it. */
static void write_as(const char *name, const char *header, const void *data,
		     size_t n)
{
	struct str s = { 0 };

	put_u64(&s, strlen(header));
	str_puts(&s, header);
	str_put(&s, data, n);
	save(name, s.p, s.n);
	str_release(&s);
}

static void refused(struct tensormap *m, const char *why)
{
	assert_null(m);
	assert_status(&err, ERR_DATA);
	if (!strstr(err.message, why))
		fail_msg("\"%s\", wanted \"%s\"", err.message, why);
}

static void refuses(const char *header, const char *why)
{
	char zeros[64] = { 0 };

	write_as("x.safetensors", header, zeros, sizeof(zeros));
	refused(open_named("x.safetensors"), why);
}

static void make(const char *name, const char *a, const char *b, float first)
{
	const float v[6] = { first, 2, 3, -4, 0.5f, 1e30f };
	static const size_t da[2] = { 2, 3 }, db[1] = { 2 };
	struct tensorwriter w = { 0 };
	struct str s = { 0 };

	tensorwriter_add(&w, a, v, da, 2);
	if (b)
		tensorwriter_add(&w, b, v + 4, db, 1);
	tensorwriter_end(&w, &s);
	save(name, s.p, s.n);
	str_release(&s);
}

static void test_reads(void **state)
{
	const struct tensormap_tensor *t;
	struct str shape = { 0 };
	struct tensormap *m;
	float v[2];

	(void)state;
	make("a.safetensors", "net.z", "net.b", 1);
	m = open_named("a.safetensors");
	assert_non_null(m);
	assert_int_equal(tensormap_count(m), 2);
	assert_string_equal(tensormap_at(m, 0)->name, "net.b");
	t = tensormap_find(m, "net.z");
	assert_ptr_equal(t, tensormap_at(m, 1));
	assert_int_equal(t->count, 6);
	assert_int_equal(t->size, 24);
	assert_true(tensormap_readable(t));
	tensormap_shape(t, &shape);
	assert_string_equal(shape.p, "F32 [2, 3]");
	tensormap_floats(t, 3, 2, v);
	assert_true(v[0] == -4 && v[1] == 0.5f);
	if (tensormap_view(t))
		assert_true(tensormap_view(t)[5] == 1e30f);
	tensormap_done(t);
	tensormap_floats(t, 1, 1, v);
	assert_true(v[0] == 2);
	assert_null(tensormap_find(m, "net"));
	assert_null(tensormap_find(m, ""));
	tensormap_close(m);
	str_release(&shape);
	tensormap_close(NULL);
}

/* Every half there is, by its meaning; and every upper half of a float. */
static void test_sixteen(void **state)
{
	static uint16_t all[1 << 16];
	static float v[1 << 16];
	const struct tensormap_tensor *t;
	struct tensormap *m;

	(void)state;
	for (size_t i = 0; i < 1 << 16; i++)
		all[i] = (uint16_t)i;
	write_as("h.safetensors",
		 "{\"h\":{\"dtype\":\"F16\",\"shape\":[65536],\"data_offsets\":"
		 "[0,131072]}}",
		 all, sizeof(all));
	m = open_named("h.safetensors");
	t = tensormap_find(m, "h");
	assert_null(tensormap_view(t));
	tensormap_floats(t, 0, 5, v); /* less than is done at once */
	tensormap_floats(t, 5, 65531, v + 5);
	for (size_t i = 0; i < 1 << 16; i++) {
		int e = i >> 10 & 31, f = i & 1023;
		double want = e == 31 ? (f ? NAN : INFINITY)
			      : e     ? ldexp(1024 + f, e - 25)
				      : ldexp(f, -24);

		if (isnan(want))
			assert_true(isnan(v[i]));
		else
			assert_true(v[i] == (float)(i >> 15 ? -want : want) &&
				    !signbit(v[i]) == !(i >> 15));
	}
	tensormap_close(m);
	write_as("b.safetensors",
		 "{\"b\":{\"dtype\":\"BF16\",\"shape\":[256,256],\"data_"
		 "offsets\":[0,131072]}}",
		 all, sizeof(all));
	m = open_named("b.safetensors");
	tensormap_floats(tensormap_find(m, "b"), 1, 65535, v);
	for (size_t i = 1; i < 1 << 16; i++) {
		uint32_t bits;

		memcpy(&bits, &v[i - 1], 4);
		assert_int_equal(bits, i << 16);
	}
	tensormap_close(m);
}

/* Types that are not read do not stop the others. */
static void test_others(void **state)
{
	static const unsigned char data[32] = { 0 };
	const struct tensormap_tensor *t;
	struct str shape = { 0 };
	struct tensormap *m;

	(void)state;
	write_as("o.safetensors",
		 " {\"__metadata__\": {\"format\": \"pt\"}, \"ids\":{\"dtype\":"
		 "\"I64\",\"shape\":[1,2],\"data_offsets\":[0,16]},\n"
		 "\"mask\":{\"shape\":[3],\"data_offsets\":[16,19],\"dtype\":"
		 "\"BOOL\",\"what\":[{}, 1e5]},\"new\":{\"dtype\":\"Q9\","
		 "\"shape\":[1000000],\"data_offsets\":[19,24]},"
		 "\"caf\\u00e9\":{\"dtype\":\"F64\",\"shape\":[],\"data_"
		 "offsets\":[24,32]},\"none\":{\"dtype\":\"F32\",\"shape\":[0,"
		 "4],\"data_offsets\":[24,24]}}  ",
		 data, 32);
	m = open_named("o.safetensors");
	if (!m)
		fail_msg("%s", err.message);
	assert_int_equal(tensormap_count(m), 5);
	t = tensormap_find(m, "mask");
	assert_int_equal(t->type, TENSORMAP_OTHER);
	assert_false(tensormap_readable(t));
	tensormap_shape(t, &shape);
	assert_string_equal(shape.p, "BOOL [3]");
	assert_false(tensormap_readable(tensormap_find(m, "ids")));
	assert_string_equal(tensormap_find(m, "new")->dtype, "Q9");
	assert_int_equal(tensormap_find(m, "caf\xc3\xa9")->count, 1);
	assert_int_equal(tensormap_find(m, "none")->count, 0);
	tensormap_close(m);
	str_release(&shape);
}

#define T(name, shape, offsets)                                                \
	"\"" name "\":{\"dtype\":\"F32\",\"shape\":" shape                     \
	",\"data_offsets\":" offsets "}"

static void test_lies(void **state)
{
	(void)state;
	refuses("{" T("x", "[16]", "[0,60]") "}", "out of bounds");
	refuses("{" T("x", "[17]", "[0,68]") "}", "out of bounds");
	refuses("{" T("x", "[1]", "[64,60]") "}", "out of bounds");
	refuses("{" T("x", "[1]",
		      "[18446744073709551612,"
		      "18446744073709551615]") "}",
		"out of bounds");
	refuses("{" T("x", "[4294967296,4294967296]", "[0,0]") "}", "memory");
	refuses("{" T("x", "[4611686018427387904]", "[0,0]") "}", "memory");
	refuses("{" T("x", "[99999999999999999999]", "[0,64]") "}", "shape");
	refuses("{" T("x", "[-1]", "[0,4]") "}", "shape");
	refuses("{" T("x", "[016]", "[0,64]") "}", "shape");
	refuses("{" T("x", "[1.0]", "[0,4]") "}", "shape");
	refuses("{" T("x", "[16,]", "[0,64]") "}", "shape");
	refuses("{" T("x", "[1,1,1,1,1,1,1,1,16]", "[0,64]") "}", "shape");
	refuses("{" T("x", "[16]", "[0]") "}", "shape");
	refuses("{" T("x", "[16]", "[0,64,64]") "}", "shape");
	refuses("{" T("x", "16", "[0,64]") "}", "shape");
	refuses("{" T("x", "[]", "[0,4]") "}", "behind its last tensor");
	refuses("{" T("x", "[15]", "[4,64]") "}", "no tensor's");
	refuses("{" T("x", "[8]", "[0,32]") "," T("y", "[7]", "[36,64]") "}",
		"no tensor's");
	refuses("{" T("y", "[8]", "[32,64]") "," T("x", "[9]", "[0,36]") "}",
		"over another");
	refuses("{" T("x", "[16]", "[0,64]") "," T("y", "[0]", "[8,8]") "}",
		"over another");
	refuses("{" T("x", "[8]", "[0,32]") "," T("x", "[8]", "[32,64]") "}",
		"occurs twice");
	refuses(
	    "{" T("x", "[8]", "[0,32]") "," T("\\u0078", "[8]", "[32,64]") "}",
	    "occurs twice");
	refuses("{" T("\xff\xff\xff", "[16]", "[0,64]") "}", "without a name");
	refuses("{" T("", "[16]", "[0,64]") "}", "without a name");
	refuses("{\"x\":{\"shape\":[16],\"data_offsets\":[0,64]}}", "shape");
	refuses("{\"x\":{}}", "shape");
	refuses("{}", "behind its last tensor");
	refuses("{\"x\":7}", "shape");
	refuses("{\"x\":", "not JSON");
	refuses("{" T("x", "[16]", "[0,64]"), "not JSON");
	refuses("{" T("x", "[16]", "[0,64]") ",}", "not JSON");
	refuses("{" T("x", "[16]", "[0,64]") "}{}", "not JSON");
	refuses("{\"x\"}", "not JSON");
	refuses("[1]", "not JSON");
	refuses("", "no possible size");
}

static void test_cut(void **state)
{
	char *path = in_dir("a.safetensors");
	struct str s = { 0 }, big = { 0 };

	(void)state;
	make("a.safetensors", "a", "b", 1);
	test_load(path, &s);
	for (size_t n = s.n; n--;) {
		save("a.safetensors", s.p, n);
		refused(open_named("a.safetensors"), "a.safetensors");
	}
	/* a header of 100 MB, most of it not on the disk */
	put_u64(&big, 100 << 20);
	str_putc(&big, '{');
	save("a.safetensors", big.p, big.n);
	assert_int_equal(truncate(path, 200 << 20), 0);
	refused(open_named("a.safetensors"), "no possible size");
	save("a.safetensors", "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10);
	refused(open_named("a.safetensors"), "no possible size");
	free(path);
	str_release(&s);
	str_release(&big);
}

static void index_refuses(const char *text, const char *why)
{
	save("model.safetensors.index.json", text, strlen(text));
	refused(open_named("model.safetensors.index.json"), why);
}

/* A header that ends where the page does, in the middle of a list. */
static void test_page(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	static const char *const cut[] = { "{\"a\":{\"shape\":[",
					   "{\"a\":{\"shape\":[1," };
	char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(p != MAP_FAILED);
	assert_int_equal(mprotect(p + page, page, PROT_NONE), 0);
	for (int i = 0; i < 2; i++) {
		size_t n = strlen(cut[i]);
		struct tensorheader h = { 0 };

		memcpy(p + page - n, cut[i], n);
		assert_int_equal(
		    tensorheader_parse(&h, (struct span){ p + page - n, n },
				       NULL, 0, "it", &err),
		    -1);
		tensorheader_release(&h);
	}
	munmap(p, 2 * page);
}

static void test_shards(void **state)
{
	static const char good[] =
	    "{\"metadata\":{\"total_size\":56},\"weight_map\":{\"a\":"
	    "\"m-1.safetensors\",\"b\":\"m-1.safetensors\",\"c\":"
	    "\"m-2.safetensors\"}}";
	static const char gone[] =
	    "{\"weight_map\":{\"a\":\"gone.safetensors\"}}";
	struct tensormap *m;
	float v;

	(void)state;
	make("m-1.safetensors", "b", "a", 1);
	make("m-2.safetensors", "c", NULL, 9);
	save("model.safetensors.index.json", good, sizeof(good) - 1);
	m = open_named("model.safetensors.index.json");
	if (!m)
		fail_msg("%s", err.message);
	assert_int_equal(tensormap_count(m), 3);
	tensormap_floats(tensormap_find(m, "c"), 0, 1, &v);
	assert_true(v == 9);
	assert_non_null(strstr(tensormap_find(m, "c")->path, "m-2"));
	tensormap_close(m);

	index_refuses("{\"weight_map\":{\"c\":\"m-1.safetensors\"}}", " c");
	index_refuses("{\"weight_map\":{\"d\":\"m-1.safetensors\"}}", " d");
	index_refuses("{\"weight_map\":{\"a\":\"../m-1.safetensors\"}}",
		      "beside");
	index_refuses("{\"weight_map\":{\"a\":\"/m-1.safetensors\"}}",
		      "beside");
	index_refuses("{\"weight_map\":{\"a\":\"m-1.bin\"}}", "beside");
	index_refuses("{\"weight_map\":{\"a\":\".safetensors\"}}", "beside");
	index_refuses("{\"weight_map\":{\"a\":7}}", "no file");
	index_refuses("{\"weight_map\":{\"a\":null}}", "no file");
	index_refuses("{\"weight_map\":[]}", "no weight_map");
	index_refuses("{}", "no weight_map");
	index_refuses("{\"weight_map\":", "not JSON");
	index_refuses("", "not JSON");
	make("m-2.safetensors", "a", NULL, 9);
	index_refuses(good, "occurs twice");
	save("model.safetensors.index.json", gone, sizeof(gone) - 1);
	assert_null(open_named("model.safetensors.index.json"));
	assert_status(&err, ERR_ENV);
}

static void test_mutations(void **state)
{
	static const char some[] = "0123456789[]{},:\"-\\\0\xff F";
	char *path = in_dir("a.safetensors");
	struct str s = { 0 }, changed = { 0 };
	uint64_t rng = 5;

	(void)state;
	make("a.safetensors", "a", "b", 1);
	test_load(path, &s);
	for (int i = 0; i < 3000; i++) {
		struct tensormap *m;

		str_reset(&changed);
		str_put(&changed, s.p, s.n);
		for (size_t k = 1 + rng_below(&rng, 4); k--;)
			changed.p[rng_below(&rng, s.n - 32)] =
			    some[rng_below(&rng, sizeof(some) - 1)];
		save("a.safetensors", changed.p, changed.n);
		m = open_named("a.safetensors");
		for (size_t k = 0; m && k < tensormap_count(m); k++) {
			const struct tensormap_tensor *t = tensormap_at(m, k);
			float v[8];

			assert_true(t->count <= 8 || !tensormap_readable(t));
			if (tensormap_readable(t))
				tensormap_floats(t, 0, t->count, v);
		}
		tensormap_close(m);
	}
	free(path);
	str_release(&s);
	str_release(&changed);
}

static void test_no_file(void **state)
{
	char *path = in_dir("pipe.safetensors");

	(void)state;
	assert_null(tensormap_open("/nowhere/x.safetensors", &err));
	assert_status(&err, ERR_ENV);
	assert_int_equal(mkfifo(path, 0600), 0);
	refused(open_named("pipe.safetensors"), "not a file");
	free(path);
}

static int begin(void **state)
{
	(void)state;
	dir = test_path("tensormap");
	return mkdir(dir, 0700);
}

static int end(void **state)
{
	static const char *const names[] = {
		"a.safetensors",
		"b.safetensors",
		"h.safetensors",
		"o.safetensors",
		"x.safetensors",
		"m-1.safetensors",
		"m-2.safetensors",
		"pipe.safetensors",
		"model.safetensors.index.json",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = in_dir(names[i]);

		unlink(path);
		free(path);
	}
	rmdir(dir);
	free(dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_sixteen),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_shards),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
