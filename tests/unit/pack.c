/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <zlib.h>

#include "io/packformat.h"

#define KIND "testkind"

static char *make(uint8_t digest[HASH_SIZE])
{
	char *path = test_path("x.pack");
	FILE *f = fopen(path, "w+");
	struct pack_writer *w = pack_writer_new(f, KIND, 3, NULL);
	char big[10000];
	size_t i;

	for (i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 7);
	assert_non_null(w);
	assert_int_equal(
	    pack_section(w, "numbers", (uint32_t[]){ 1, 2, 3 }, 12, NULL), 0);
	assert_int_equal(pack_begin(w, "pieces", NULL), 0);
	for (i = 0; i < sizeof(big); i += 100)
		assert_int_equal(pack_put(w, big + i, 100, NULL), 0);
	assert_int_equal(pack_section(w, "empty", NULL, 0, NULL), 0);
	assert_int_equal(pack_section(w, "page", big, 4096, NULL), 0);
	assert_int_equal(pack_writer_end(w, digest, NULL), 0);
	fclose(f);
	return path;
}

static void drop(char *path)
{
	unlink(path);
	free(path);
}

static void round_trip(void **state)
{
	uint8_t digest[HASH_SIZE];
	char *path = make(digest);
	struct pack *p = pack_open(path, KIND, 3, NULL);
	const uint32_t *numbers;
	struct err e = { 0 };
	struct span s;
	size_t n = 0, i;

	(void)state;
	assert_non_null(p);
	assert_memory_equal(pack_digest(p), digest, HASH_SIZE);
	numbers = pack_array(p, "numbers", 4, SIZE_MAX, &n, &e);
	assert_int_equal(n, 3);
	assert_int_equal(numbers[2], 3);
	assert_null(pack_array(p, "numbers", 4, 2, NULL, &e));
	assert_status(&e, ERR_DATA);
	assert_null(pack_array(p, "numbers", 5, SIZE_MAX, NULL, &e));
	assert_null(pack_array(p, "nothing", 1, SIZE_MAX, NULL, &e));
	assert_non_null(strstr(e.message, "missing"));
	s = pack_get(p, "pieces");
	assert_int_equal(s.n, 10000);
	assert_int_equal((uintptr_t)s.p % 4096, 0);
	for (i = 0; i < s.n; i++)
		assert_int_equal(s.p[i], (char)(i * 7));
	s = pack_get(p, "empty");
	assert_true(s.p && !s.n);
	assert_null(pack_get(p, "nothing").p);
	assert_int_equal(pack_verify(p, &e), 0);
	pack_close(p);
	pack_close(NULL);
	drop(path);
}

/* The same content, the same bytes and digest; another, another. */
static void digest_is_identity(void **state)
{
	uint8_t a[HASH_SIZE], b[HASH_SIZE], c[HASH_SIZE];
	struct str x = { 0 }, y = { 0 };
	char *path = make(a);
	struct pack_writer *w;
	FILE *f;

	(void)state;
	test_load(path, &x);
	free(path);
	path = make(b);
	test_load(path, &y);
	assert_true(span_eq(span_str(&x), span_str(&y)));
	assert_memory_equal(a, b, HASH_SIZE);
	f = fopen(path, "w+");
	w = pack_writer_new(f, KIND, 3, NULL);
	pack_section(w, "numbers", (uint32_t[]){ 1, 2, 4 }, 12, NULL);
	pack_writer_end(w, c, NULL);
	fclose(f);
	assert_memory_not_equal(a, c, HASH_SIZE);
	str_release(&x);
	str_release(&y);
	drop(path);
}

static void of_another_kind(void **state)
{
	char *path = make(NULL);
	struct err e = { 0 };

	(void)state;
	assert_null(pack_open(path, "otherkind", 3, &e));
	assert_status(&e, ERR_DATA);
	assert_non_null(strstr(e.message, KIND));
	assert_null(pack_open(path, KIND, 4, &e));
	assert_status(&e, ERR_DATA);
	assert_non_null(strstr(e.message, "version 3"));
	assert_null(pack_open("/nonexistent", KIND, 3, &e));
	assert_status(&e, ERR_DATA);
	assert_non_null(strstr(e.message, "make it first"));
	assert_null(pack_open("/", KIND, 3, &e));
	assert_null(pack_open("/dev/null", KIND, 3, &e));
	assert_status(&e, ERR_DATA);
	drop(path);
}

/* Opens and reads everything. 0 fine, -1 refused. */
static int use(const char *path, struct err *e)
{
	struct pack *p = pack_open(path, KIND, 3, e);
	int rc;

	if (!p)
		return -1;
	rc = pack_verify(p, e);
	pack_array(p, "numbers", 4, SIZE_MAX, NULL, NULL);
	pack_close(p);
	return rc;
}

static void every_byte(void **state)
{
	char *path = make(NULL);
	struct str b = { 0 };
	struct pack_header h;
	struct err e = { 0 };
	size_t i;

	(void)state;
	test_load(path, &b);
	memcpy(&h, b.p, sizeof(h));
	for (i = 0; i < b.n; i += i < 200 || i + 700 > b.n ? 1 : 97) {
		test_save(path, b.p, i);
		if (!use(path, &e))
			fail_msg("cut to %zu of %zu: not noticed", i, b.n);
		assert_status(&e, ERR_DATA);
	}
	for (i = 0; i < b.n; i++) {
		bool header = i < sizeof(h), table = i >= h.table;
		bool data = (i >= 4096 && i < 4108) ||
			    (i >= 8192 && i < 18192) ||
			    (i >= h.table - 4096 && i < h.table);

		if (!header && !table && !(data && i % 61 == 0))
			continue; /* padding, or a sample */
		b.p[i] ^= 0x41;
		test_save(path, b.p, b.n);
		if (!use(path, &e))
			fail_msg("byte %zu of %zu: not noticed", i, b.n);
		b.p[i] ^= 0x41;
	}
	str_release(&b);
	drop(path);
}

static void seal(struct str *b)
{
	struct pack_header h;

	memcpy(&h, b->p, sizeof(h));
	if (h.table < b->n)
		h.table_crc = (uint32_t)crc32(0, (void *)(b->p + h.table),
					      (uInt)(b->n - h.table));
	h.crc =
	    (uint32_t)crc32(0, (void *)&h, offsetof(struct pack_header, crc));
	memcpy(b->p, &h, sizeof(h));
}

/* Checksums made right again: sizes, counts and offsets must hold by
 * themselves. */
static void sealed_mutations(void **state)
{
	static const uint64_t values[] = {
		0,
		1,
		4095,
		4096,
		4097,
		1025,
		0xffffffff,
		0x7fffffffffffffff,
		0x8000000000000000,
		0xfffffffffffff000,
		0xffffffffffffffff,
		1u << 20,
		3,
	};
	char *path = make(NULL);
	struct str good = { 0 }, bad = { 0 };
	struct pack_header h;
	struct err e = { 0 };
	size_t at, v;
	int size;

	(void)state;
	test_load(path, &good);
	memcpy(&h, good.p, sizeof(h));
	for (at = 0; at + 8 <= good.n; at += 4) {
		if (at == sizeof(h) - sizeof(h) % 4)
			at = h.table; /* over the sections */
		for (v = 0; v < sizeof(values) / sizeof(*values); v++)
			for (size = 4; size <= 8; size += 4) {
				str_reset(&bad);
				str_span(&bad, span_str(&good));
				memcpy(bad.p + at, &values[v], (size_t)size);
				seal(&bad);
				test_save(path, bad.p, bad.n);
				use(path, NULL);
			}
	}
	/* two of one name, the second larger than the first has bytes left */
	str_reset(&bad);
	str_span(&bad, span_str(&good));
	memcpy(bad.p + h.table + 3 * sizeof(struct pack_entry),
	       bad.p + h.table + 2 * sizeof(struct pack_entry), PACK_NAME);
	seal(&bad);
	test_save(path, bad.p, bad.n);
	assert_int_equal(use(path, &e), -1);
	assert_status(&e, ERR_DATA);
	str_release(&good);
	str_release(&bad);
	drop(path);
}

/* Sections that have ended can be read while the others are written. */
static void read_back(void **state)
{
	char *path = test_path("back.pack"), *plain = make(NULL);
	FILE *f = fopen(path, "w+");
	struct err e = { 0 };
	struct pack_writer *w = pack_writer_new(f, KIND, 3, &e);
	char big[10000];
	struct str x = { 0 }, y = { 0 };
	struct span numbers, pieces, page;

	(void)state;
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 7);
	/* what is not there reads as empty */
	assert_int_equal(pack_written(w, "numbers", &e).n, 0);
	pack_section(w, "numbers", (uint32_t[]){ 1, 2, 3 }, 12, &e);
	numbers = pack_written(w, "numbers", &e);
	assert_int_equal(numbers.n, 12);
	assert_memory_equal(numbers.p, ((uint32_t[]){ 1, 2, 3 }), 12);
	assert_int_equal(pack_begin(w, "pieces", &e), 0);
	for (size_t i = 0; i < sizeof(big); i += 100)
		assert_int_equal(pack_put(w, big + i, 100, &e), 0);
	pieces = pack_written(w, "pieces", &e);
	assert_int_equal(pieces.n, sizeof(big));
	assert_memory_equal(pieces.p, big, sizeof(big));
	pack_section(w, "empty", NULL, 0, &e);
	assert_true(pack_written(w, "empty", &e).p != NULL);
	assert_int_equal(pack_written(w, "empty", &e).n, 0);
	pack_section(w, "page", big, 4096, &e);
	page = pack_written(w, "page", &e);
	assert_memory_equal(page.p, big, 4096);
	/* the earlier ones are still there, and may be had twice */
	assert_memory_equal(pieces.p, big, sizeof(big));
	assert_memory_equal(pack_written(w, "numbers", &e).p, numbers.p, 12);
	assert_int_equal(pack_writer_end(w, NULL, &e), 0);
	fclose(f);
	/* and all that leaves no trace */
	test_load(plain, &x);
	test_load(path, &y);
	assert_true(span_eq(span_str(&x), span_str(&y)));
	str_release(&x);
	str_release(&y);
	drop(path);
	drop(plain);
}

/* A file that is open for writing alone. */
/* Sections that end before, at and behind what is written at once, some read
 * back on the way. */
static void large(void **state)
{
	enum { CHUNK = 2 << 20, SECTIONS = 7 };
	static const size_t sizes[SECTIONS] = {
		3, CHUNK - 2 * 4096, CHUNK, 1, CHUNK - 4095, 3 * CHUNK + 17, 0
	};
	char *path = test_path("large.pack"), *bytes = mem_alloc(4 * CHUNK);
	struct err err = { 0 };
	struct pack_writer *w;
	struct pack *p;
	FILE *f;

	(void)state;
	for (size_t i = 0; i < 4 * CHUNK; i++)
		bytes[i] = (char)(i * 2654435761u >> 13);
	for (unsigned back = 0; back < 1 << SECTIONS; back += 37) {
		char name[8];
		struct span s;

		f = fopen(path, "w+");
		w = pack_writer_new(f, "test", 1, &err);
		for (size_t i = 0; i < SECTIONS; i++) {
			snprintf(name, sizeof(name), "s%zu", i);
			assert_int_equal(pack_begin(w, name, &err), 0);
			assert_int_equal(
			    pack_put(w, bytes + i, sizes[i] / 3, &err), 0);
			assert_int_equal(pack_put(w, bytes + i + sizes[i] / 3,
						  sizes[i] - sizes[i] / 3,
						  &err),
					 0);
			if (!(back >> i & 1))
				continue;
			s = pack_written(w, name, &err);
			assert_int_equal(s.n, sizes[i]);
			assert_memory_equal(s.p, bytes + i, s.n);
		}
		assert_int_equal(pack_writer_end(w, NULL, &err), 0);
		assert_int_equal(fclose(f), 0);
		p = pack_open(path, "test", 1, &err);
		assert_non_null(p);
		assert_int_equal(pack_verify(p, &err), 0);
		for (size_t i = 0; i < SECTIONS; i++) {
			snprintf(name, sizeof(name), "s%zu", i);
			s = pack_get(p, name);
			assert_int_equal(s.n, sizes[i]);
			assert_memory_equal(s.p, bytes + i, s.n);
		}
		pack_close(p);
	}
	free(bytes);
	drop(path);
}

static void no_read_back(void **state)
{
	char *path = test_path("blind.pack");
	FILE *f = fopen(path, "w");
	struct err e = { 0 };
	struct pack_writer *w = pack_writer_new(f, KIND, 3, &e);

	(void)state;
	pack_section(w, "page", path, 4, &e);
	assert_null(pack_written(w, "page", &e).p);
	assert_status(&e, ERR_ENV);
	pack_writer_end(w, NULL, NULL);
	fclose(f);
	drop(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(digest_is_identity),
		cmocka_unit_test(of_another_kind),
		cmocka_unit_test(every_byte),
		cmocka_unit_test(sealed_mutations),
		cmocka_unit_test(read_back),
		cmocka_unit_test(large),
		cmocka_unit_test(no_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
