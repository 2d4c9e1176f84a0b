/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <zlib.h>

#include "io/atomic.h"
#include "io/featformat.h"

static struct feat_schema schema_of(uint32_t columns)
{
	struct feat_schema s = { .stage = "test" };
	char name[FEAT_NAME];
	uint32_t i;

	for (i = 0; i < columns; i++) {
		snprintf(name, sizeof(name), "column_%u", i);
		feat_schema_add(&s, name, i % 2 ? "Hz" : "")->version =
		    i % 3 ? i * 0x01020304u : 0;
	}
	memset(s.recipe, 0xa5, sizeof(s.recipe));
	return s;
}

/* The row of a key, the same each time. */
static void fill(struct feat_row *r, const struct feat_schema *s, uint64_t key)
{
	uint64_t rng = key;
	uint32_t i;

	feat_row_reset(r, s);
	r->key = key;
	r->digest = rng_next(&rng);
	r->status = (uint8_t)rng_below(&rng, FEAT_STATUS_COUNT);
	r->method = (uint8_t)rng_below(&rng, FEAT_METHOD_COUNT);
	r->confidence = (float)rng_below(&rng, 101) / 100;
	for (i = 0; i < s->count; i++) {
		uint64_t x = rng_next(&rng);

		if (x % 4 == 0)
			continue;
		r->values[i] = (float)((double)(int64_t)x / 1e12);
		feat_set_bit(x % 4 == 1 ? r->imputed : r->measured, i);
	}
}

static void same_row(const struct feat_schema *s, const struct feat_row *a,
		     const struct feat_row *b)
{
	uint32_t i;

	assert_true(a->key == b->key && a->digest == b->digest);
	assert_true(a->status == b->status && a->method == b->method);
	assert_memory_equal(&a->confidence, &b->confidence, 4);
	assert_memory_equal(a->measured, b->measured, feat_bits(s->count));
	assert_memory_equal(a->imputed, b->imputed, feat_bits(s->count));
	for (i = 0; i < s->count; i++)
		if (isnan(a->values[i]))
			assert_true(isnan(b->values[i]));
		else
			assert_memory_equal(&a->values[i], &b->values[i], 4);
}

/* keys NULL: 10, 20, 30 ... */
static char *make(const struct feat_schema *s, const uint64_t *keys, size_t n)
{
	char *path = test_path("x.feat");
	FILE *f = fopen(path, "w");
	struct feat_writer *w = feat_writer_new(f, s, NULL);
	struct feat_row *r = feat_row_new(s);
	size_t i;

	for (i = 0; i < n; i++) {
		fill(r, s, keys ? keys[i] : 10 * (i + 1));
		assert_int_equal(feat_write(w, r, NULL), 0);
	}
	assert_int_equal(feat_writer_end(w, NULL), 0);
	fclose(f);
	feat_row_free(r);
	return path;
}

static size_t rows_per_block(uint32_t columns)
{
	return feat_rows_per_block(feat_stride(columns));
}

static void drop(char *path)
{
	unlink(path);
	free(path);
}

/* --- what is written is read --- */

static void round_trip_of(uint32_t columns, size_t n)
{
	struct feat_schema s = schema_of(columns);
	struct feat_row *r = feat_row_new(&s), *want = feat_row_new(&s);
	char *path = make(&s, NULL, n);
	struct feat *f = feat_open(path, NULL);
	struct err e = { 0 };
	size_t i;

	assert_non_null(f);
	assert_string_equal(feat_schema(f)->stage, "test");
	assert_int_equal(feat_schema(f)->count, columns);
	assert_memory_equal(feat_schema(f)->columns, s.columns,
			    columns * sizeof(*s.columns));
	assert_memory_equal(feat_schema(f)->recipe, s.recipe, HASH_SIZE);
	assert_true(feat_count(f) == n);
	assert_true(feat_sorted(f));
	for (i = 0; i < n; i++) {
		assert_int_equal(feat_read(f, r, &e), 1);
		fill(want, &s, 10 * (i + 1));
		same_row(&s, r, want);
	}
	assert_int_equal(feat_read(f, r, &e), 0);
	assert_int_equal(feat_read(f, r, &e), 0);
	feat_close(f);
	drop(path);
	feat_row_free(r);
	feat_row_free(want);
	feat_schema_release(&s);
}

static void round_trip(void **state)
{
	size_t b = rows_per_block(7);

	(void)state;
	round_trip_of(1, 0);
	round_trip_of(1, 1);
	round_trip_of(7, b - 1);
	round_trip_of(7, b);
	round_trip_of(7, b + 1);
	round_trip_of(7, 3 * b + 5);
	round_trip_of(8, 100);
	round_trip_of(9, 100);
	round_trip_of(384, 500);
	round_trip_of(FEAT_COLUMNS_MAX, 7);
}

/* Infinities are missing values, a confidence is a share: what the writer
 * takes the reader takes. */
static void writer_and_reader_agree(void **state)
{
	static const float confidences[] = { -1,  -0.0f,    1.0000001f, 7,
					     NAN, INFINITY, 0.5f };
	struct feat_schema s = schema_of(3);
	struct feat_row *r = feat_row_new(&s);
	char *path = test_path("x.feat");
	FILE *out = fopen(path, "w");
	struct feat_writer *w = feat_writer_new(out, &s, NULL);
	struct feat *f;
	size_t i, n = sizeof(confidences) / sizeof(*confidences);

	(void)state;
	for (i = 0; i < n; i++) {
		feat_row_reset(r, &s);
		r->key = i + 1;
		r->confidence = confidences[i];
		r->values[0] = INFINITY;
		r->values[1] = -NAN;
		r->values[2] = 1;
		feat_row_mark(r, &s, true);
		assert_int_equal(feat_write(w, r, NULL), 0);
	}
	assert_int_equal(feat_writer_end(w, NULL), 0);
	fclose(out);
	f = feat_open(path, NULL);
	for (i = 0; i < n; i++) {
		assert_int_equal(feat_read(f, r, NULL), 1);
		assert_true(r->confidence >= 0 && r->confidence <= 1);
		assert_true(isnan(r->values[0]) && isnan(r->values[1]));
		assert_false(isnan(r->values[2]));
		assert_false(feat_bit(r->imputed, 1));
		assert_true(feat_bit(r->imputed, 2));
		assert_false(feat_bit(r->measured, 2));
	}
	feat_close(f);
	feat_row_free(r);
	feat_schema_release(&s);
	drop(path);
}

/* --- by key --- */

static void finds(struct feat *f, const struct feat_schema *s, uint64_t key,
		  bool there)
{
	struct feat_row *r = feat_row_new(s), *want = feat_row_new(s);

	assert_int_equal(feat_find(f, key, r, NULL), there);
	if (there) {
		fill(want, s, key);
		same_row(s, r, want);
	}
	feat_row_free(r);
	feat_row_free(want);
}

static void merge_and_jumps(void **state)
{
	struct feat_schema s = schema_of(30);
	size_t n = rows_per_block(30) * 5 + 3, i;
	char *path = make(&s, NULL, n);
	struct feat *f = feat_open(path, NULL);
	struct feat_row *r = feat_row_new(&s);
	uint64_t rng = 3;

	(void)state;
	finds(f, &s, 0, false);
	finds(f, &s, UINT64_MAX, false);
	for (i = 0; i < n; i++) { /* every key, and those between */
		finds(f, &s, 10 * (i + 1) - 1, false);
		finds(f, &s, 10 * (i + 1), true);
	}
	finds(f, &s, 10 * n + 1, false);
	for (i = 0; i < 5000; i++) {
		uint64_t key = rng_below(&rng, 10 * n + 20);

		finds(f, &s, key, key && key % 10 == 0 && key <= 10 * n);
	}
	for (i = 0; i < n; i++) { /* reading goes on beside it */
		assert_int_equal(feat_read(f, r, NULL), 1);
		assert_true(r->key == 10 * (i + 1));
		if (i % 7 == 0)
			finds(f, &s, 10 * (1 + rng_below(&rng, n)), true);
	}
	assert_int_equal(feat_read(f, r, NULL), 0);
	finds(f, &s, 10 * n, true);
	feat_row_free(r);
	feat_close(f);
	drop(path);
	feat_schema_release(&s);
}

static void unsorted(void **state)
{
	struct feat_schema s = schema_of(30);
	size_t n = rows_per_block(30) * 3 + 1, i;
	uint64_t *keys = calloc(n, sizeof(*keys)), rng = 8, t;
	struct feat *f;
	char *path;

	(void)state;
	for (i = 0; i < n; i++)
		keys[i] = 2 * i + 1;
	for (i = n; i-- > 1;) {
		size_t k = rng_below(&rng, i + 1);

		t = keys[i];
		keys[i] = keys[k];
		keys[k] = t;
	}
	path = make(&s, keys, n);
	f = feat_open(path, NULL);
	assert_false(feat_sorted(f));
	for (i = 0; i < n; i++) {
		finds(f, &s, keys[i], true);
		finds(f, &s, 2 * i, false);
	}
	feat_close(f);
	drop(path);
	free(keys);
	feat_schema_release(&s);
}

static void empty_file(void **state)
{
	struct feat_schema s = schema_of(2);
	char *path = make(&s, NULL, 0);
	struct feat *f = feat_open(path, NULL);

	(void)state;
	finds(f, &s, 5, false);
	feat_close(f);
	drop(path);
	feat_schema_release(&s);
}

/* --- pipes --- */

/* The bytes through a pipe in lumps of `lump`, as standard input. Returns rows
 * read, or -1 (and then e is set). */
static long through_pipe(const char *bytes, size_t n, size_t lump,
			 struct err *e)
{
	int fds[2], saved = dup(STDIN_FILENO), rc = -1;
	struct feat *f;
	struct feat_row *r;
	long rows = 0;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (!child) {
		size_t at;

		close(fds[0]);
		for (at = 0; at < n; at += lump)
			if (write(fds[1], bytes + at,
				  n - at < lump ? n - at : lump) < 0)
				break;
		_exit(0);
	}
	close(fds[1]);
	dup2(fds[0], STDIN_FILENO);
	close(fds[0]);
	f = feat_open("-", e);
	if (f) {
		r = feat_row_new(feat_schema(f));
		assert_true(feat_count(f) == UINT64_MAX);
		assert_int_equal(feat_find(f, 1, r, NULL), -1);
		while ((rc = feat_read(f, r, e)) > 0)
			rows++;
		if (!rc)
			assert_true(feat_count(f) == (uint64_t)rows);
		feat_row_free(r);
		feat_close(f);
	}
	dup2(saved, STDIN_FILENO);
	close(saved);
	return rc ? -1 : rows;
}

static void pipes(void **state)
{
	struct feat_schema s = schema_of(20);
	size_t b = rows_per_block(20), i, n;
	size_t counts[] = { 0, 1, b, b + 1, 2 * b };
	struct str bytes = { 0 };
	struct err e = { 0 };
	uint64_t rng = 2;

	(void)state;
	for (i = 0; i < 5; i++) {
		char *path = make(&s, NULL, counts[i]);

		test_load(path, &bytes);
		assert_int_equal(through_pipe(bytes.p, bytes.n, 1000, &e),
				 counts[i]);
		for (n = 0; n < 12; n++) { /* cut anywhere: an error */
			size_t cut = n < 8 ? bytes.n - 1 - n * n
					   : rng_below(&rng, bytes.n);

			e = (struct err){ 0 };
			assert_int_equal(through_pipe(bytes.p, cut, 4096, &e),
					 -1);
			assert_status(&e, ERR_DATA);
		}
		str_reserve(&bytes, bytes.n);
		str_put(&bytes, bytes.p, bytes.n); /* cat a a */
		assert_int_equal(through_pipe(bytes.p, bytes.n, 4096, &e), -1);
		assert_status(&e, ERR_DATA);
		drop(path);
	}
	str_release(&bytes);
	feat_schema_release(&s);
}

/* --- damage --- */

/* Reads all of it, then finds some. 0 as it should be, -1 refused. */
static int use(const char *path, struct err *e)
{
	struct feat *f = feat_open(path, e);
	struct feat_row *r;
	int rc;

	if (!f)
		return -1;
	r = feat_row_new(feat_schema(f));
	while ((rc = feat_read(f, r, e)) > 0)
		;
	feat_find(f, 10, r, NULL);
	feat_find(f, 55, r, NULL);
	feat_find(f, UINT64_MAX - 1, r, NULL);
	feat_row_free(r);
	feat_close(f);
	return rc;
}

static void refused(const char *path, const void *p, size_t n, const char *what,
		    size_t at)
{
	struct err e = { 0 };

	test_save(path, p, n);
	if (!use(path, &e))
		fail_msg("%s at %zu was not noticed", what, at);
	assert_status(&e, ERR_DATA);
	assert_non_null(strstr(e.message, path));
}

/* Cut at every length, and with every byte changed: never unnoticed. Only the
 * reserved and padding bytes that no checksum covers may change. */
static void every_byte(void **state)
{
	struct feat_schema s = schema_of(3);
	char *path = make(&s, NULL, 5);
	struct str bytes = { 0 };
	size_t i;
	int flip;

	(void)state;
	test_load(path, &bytes);
	for (i = 0; i < bytes.n; i++)
		refused(path, bytes.p, i, "a cut", i);
	for (i = 0; i < bytes.n; i++) {
		size_t from_end = bytes.n - i;

		/* `zero` behind the block's and the trailer's checksums */
		if (from_end <= 4 || (from_end > 24 && from_end <= 28))
			continue;
		for (flip = 0; flip < 3; flip++) {
			char was = bytes.p[i];

			bytes.p[i] ^=
			    (char[]){ 1, (char)0x80, (char)0xff }[flip];
			refused(path, bytes.p, bytes.n, "a change", i);
			bytes.p[i] = was;
		}
	}
	str_putc(&bytes, 0);
	refused(path, bytes.p, bytes.n, "a byte too many", bytes.n);
	str_release(&bytes);
	drop(path);
	feat_schema_release(&s);
}

static void seal(struct str *b, size_t header, uint32_t rows, size_t stride)
{
	uint32_t c = (uint32_t)crc32(0, (void *)b->p, (uInt)(header - 4));
	size_t n = 8 + rows * stride;

	memcpy(b->p + header - 4, &c, 4);
	if (header + n + 8 > b->n - 24)
		n = b->n - 24 - 8 - header;
	c = (uint32_t)crc32(0, (void *)(b->p + header), (uInt)n);
	memcpy(b->p + header + n, &c, 4);
	c = (uint32_t)crc32(0, (void *)(b->p + b->n - 24), 16);
	memcpy(b->p + b->n - 8, &c, 4);
}

/* The bytes of man feat(5), written here by hand. */
static void header_bytes(void **state)
{
	static const unsigned char column[48] = "tempo";
	unsigned char want[48];
	struct feat_schema s = { .stage = "audio" };
	struct str bytes = { 0 };
	struct err e = { 0 };
	char *path;

	(void)state;
	feat_schema_add(&s, "tempo", "pitch class")->version = 0x11223344;
	path = make(&s, NULL, 1);
	test_load(path, &bytes);
	memcpy(want, column, 48);
	memcpy(want + 32, "pitch class\0\x44\x33\x22\x11", 16);
	assert_memory_equal(bytes.p + 96, want, 48);
	assert_memory_equal(bytes.p + 8, "\2\0\0\0\300\0\0\0\1\0\0\0", 12);
	bytes.p[96 + 43] = 'x'; /* a unit that runs into the version */
	seal(&bytes, 192, 1, feat_stride(1));
	refused(path, bytes.p, bytes.n, "a unit without an end", 96 + 43);
	bytes.p[96 + 43] = 0;
	bytes.p[96 + 1] = '\n';
	seal(&bytes, 192, 1, feat_stride(1));
	refused(path, bytes.p, bytes.n, "a name of two lines", 96 + 1);
	bytes.p[96 + 1] = 'e';
	bytes.p[8] = 1;
	test_save(path, bytes.p, bytes.n);
	assert_int_equal(use(path, &e), -1);
	assert_status(&e, ERR_DATA);
	assert_non_null(strstr(e.message, "older moodpipe; build it again"));
	bytes.p[8] = 3;
	test_save(path, bytes.p, bytes.n);
	assert_int_equal(use(path, &e), -1);
	assert_non_null(strstr(e.message, "format 3, this program reads 2"));
	str_release(&bytes);
	drop(path);
	feat_schema_release(&s);
}

/* An attacker computes checksums as well: every 32-bit word of header, block
 * head and trailer takes hostile values, sealed. Refused or harmless (ASan). */
static void sealed_mutations(void **state)
{
	static const uint32_t values[] = { 0,          1,          2,
					   4,          5,          6,
					   0x7fffffff, 0x80000000, 0xffffffff,
					   4097,       0x10000,    200,
					   0x41414141 };
	struct feat_schema s = schema_of(3);
	size_t header = feat_header_size(3), stride = feat_stride(3), at, v;
	char *path = make(&s, NULL, 5);
	struct str good = { 0 }, bad = { 0 };
	uint32_t rows;

	(void)state;
	test_load(path, &good);
	for (at = 0; at + 4 <= good.n; at += 4)
		for (v = 0; v < sizeof(values) / sizeof(*values); v++) {
			str_reset(&bad);
			str_span(&bad, span_str(&good));
			memcpy(bad.p + at, &values[v], 4);
			memcpy(&rows, bad.p + header + 4, 4);
			seal(&bad, header, rows > 5 ? 5 : rows, stride);
			test_save(path, bad.p, bad.n);
			use(path, NULL);
		}
	/* a block that says it has fewer rows than the trailer counts */
	str_reset(&bad);
	str_span(&bad, span_str(&good));
	rows = 3;
	memcpy(bad.p + header + 4, &rows, 4);
	seal(&bad, header, rows, stride);
	refused(path, bad.p, bad.n, "a short last block", header);
	str_release(&good);
	str_release(&bad);
	drop(path);
	feat_schema_release(&s);
}

static void not_there(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_null(feat_open("/nonexistent/x.feat", &e));
	assert_status(&e, ERR_ENV);
	assert_null(feat_open("/", &e));
	assert_null(feat_open("/dev/null", &e));
	assert_status(&e, ERR_DATA);
}

static void names(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < FEAT_STATUS_COUNT; i++) {
		assert_string_not_equal(feat_status_name((unsigned)i),
					"unknown");
		assert_true(strlen(feat_status_text((unsigned)i)) > 0);
	}
	for (i = 0; i < FEAT_METHOD_COUNT; i++)
		assert_string_not_equal(feat_method_name((unsigned)i),
					"unknown");
	/* The numbers of the manual; a status is measured, or mute, or none. */
	assert_string_equal(feat_status_name(10), "constant");
	assert_string_equal(feat_status_name(11), "clicks");
	assert_string_equal(feat_status_name(12), "clipped");
	assert_string_equal(feat_status_name(13), "offset");
	assert_string_equal(feat_status_name(14), "unsupported");
	for (i = 0; i < FEAT_STATUS_COUNT; i++) {
		assert_int_equal(feat_status_measured((unsigned)i),
				 i == 0 || i == 7 || i == 12 || i == 13);
		assert_int_equal(feat_status_mute((unsigned)i),
				 i == 6 || i == 10 || i == 11);
	}
	assert_string_equal(feat_status_name(99), "unknown");
	assert_string_equal(feat_method_name(99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(writer_and_reader_agree),
		cmocka_unit_test(merge_and_jumps),
		cmocka_unit_test(unsorted),
		cmocka_unit_test(empty_file),
		cmocka_unit_test(pipes),
		cmocka_unit_test(every_byte),
		cmocka_unit_test(header_bytes),
		cmocka_unit_test(sealed_mutations),
		cmocka_unit_test(not_there),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
