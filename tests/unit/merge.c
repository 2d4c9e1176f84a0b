/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "corpus/merge.h"
#include "corpus/track.h"

#define MEMBERS 4

struct row {
	char id[8], raw[16];
	uint64_t key;
	int value[MEMBERS]; /* -1 absent, 0 empty, else a number */
	bool later;         /* an earlier row has the id */
};

static void put_member(struct str *out, int k, int value, size_t i)
{
	static const char *const empty[] = { "null", "\"\"", "[]", "{ }" };

	str_printf(out, ",\"%c\":", 'a' + k);
	if (value)
		str_i64(out, value);
	else
		str_puts(out, empty[i % 4]);
}

static void make_rows(struct row *rows, size_t n, size_t ids)
{
	uint64_t rng = n + ids;

	for (size_t i = 0; i < n; i++) {
		struct row *r = &rows[i];

		snprintf(r->id, sizeof(r->id), "i%u",
			 (unsigned)rng_below(&rng, ids) % 1000000);
		snprintf(r->raw, sizeof(r->raw), "raw %u", (unsigned)i);
		r->key = track_key(span_of(r->id));
		for (int k = 0; k < MEMBERS; k++) {
			int v = (int)rng_below(&rng, 5) - 1;
			r->value[k] = v > 0 ? (int)(i * 10) + k + 1 : v;
		}
	}
}

/* The record of all rows of the id of row i, which is the first. */
static void want_record(struct row *rows, size_t n, size_t i, struct str *out)
{
	struct str tail = { 0 };
	int kept[MEMBERS];

	memcpy(kept, rows[i].value, sizeof(kept));
	for (size_t j = i + 1; j < n; j++) {
		if (rows[j].key != rows[i].key)
			continue;
		rows[j].later = true;
		for (int k = 0; k < MEMBERS; k++)
			if (kept[k] < 1 && rows[j].value[k] > 0) {
				kept[k] = rows[j].value[k];
				put_member(&tail, k, kept[k], 0);
			}
	}
	str_printf(out, "{\"id\":\"%s\"", rows[i].id);
	for (int k = 0; k < MEMBERS; k++)
		if (rows[i].value[k] > 0 ||
		    (rows[i].value[k] == 0 && kept[k] == 0))
			put_member(out, k, rows[i].value[k], i);
	str_span(out, span_str(&tail));
	str_puts(out, "}\n");
	str_release(&tail);
}

static int by_key(const void *a, const void *b)
{
	const struct row *const *x = a, *const *y = b;

	if ((*x)->key != (*y)->key)
		return (*x)->key < (*y)->key ? -1 : 1;
	return (*x > *y) - (*x < *y);
}

struct got {
	struct str records, absorbed;
};

static int emit(void *ctx, struct span record, struct err *err)
{
	struct got *g = ctx;

	(void)err;
	str_span(&g->records, record);
	str_putc(&g->records, '\n');
	return 0;
}

static int absorbed(void *ctx, const struct merge_row *row, struct err *err)
{
	struct got *g = ctx;

	(void)err;
	assert_int_equal(row->record.n, 0);
	str_span(&g->absorbed, row->id);
	str_printf(&g->absorbed, " %u:%u ", row->file, (unsigned)row->line);
	str_span(&g->absorbed, row->raw);
	str_putc(&g->absorbed, '\n');
	return 0;
}

static void feed(struct merge *m, const struct row *r, size_t i)
{
	struct merge_row in = { .id = span_of(r->id),
				.file = (uint32_t)(i % 3),
				.line = i,
				.raw = span_of(r->raw) };
	struct str record = { 0 };

	str_printf(&record, "{\"id\":\"%s\"", r->id);
	for (int k = 0; k < MEMBERS; k++)
		if (r->value[k] >= 0)
			put_member(&record, k, r->value[k], i);
	str_putc(&record, '}');
	in.key = merge_expect(m, in.id);
	assert_true(in.key == r->key);
	in.record = span_str(&record);
	assert_int_equal(merge_add(m, &in, NULL), 0);
	str_release(&record);
}

static void check(size_t n, size_t ids, size_t memory, bool sorted)
{
	static const struct merge_ops ops = { emit, absorbed };
	struct row *rows = mem_zalloc(n + 1, sizeof(*rows)), **order;
	struct merge *m = merge_new(memory, sorted);
	struct got want = { 0 }, got = { 0 };

	make_rows(rows, n, ids);
	order = mem_zalloc(n + 1, sizeof(*order));
	for (size_t i = 0; i < n; i++) {
		feed(m, &rows[i], i);
		order[i] = &rows[i];
	}
	if (sorted)
		qsort(order, n, sizeof(*order), by_key);
	for (size_t i = 0; i < n; i++)
		if (!order[i]->later)
			want_record(rows, n, (size_t)(order[i] - rows),
				    &want.records);
	qsort(order, n, sizeof(*order), by_key);
	for (size_t i = 0; i < n; i++) {
		size_t j = (size_t)(order[i] - rows);
		if (order[i]->later)
			str_printf(&want.absorbed, "%s %u:%u %s\n",
				   order[i]->id, (unsigned)(j % 3), (unsigned)j,
				   order[i]->raw);
	}
	assert_int_equal(merge_run(m, &ops, &got, NULL), 0);
	assert_string_equal(str_z(&got.records), str_z(&want.records));
	assert_string_equal(str_z(&got.absorbed), str_z(&want.absorbed));
	merge_free(m);
	str_release(&got.records);
	str_release(&got.absorbed);
	str_release(&want.records);
	str_release(&want.absorbed);
	free(order);
	free(rows);
}

static void as_the_oracle(void **state)
{
	static const size_t memories[] = { 1, 20000, 1 << 20, 64 << 20 };

	(void)state;
	for (size_t k = 0; k < 4; k++)
		for (int sorted = 0; sorted < 2; sorted++) {
			check(0, 1, memories[k], sorted);
			check(1, 1, memories[k], sorted);
			check(60, 1, memories[k], sorted);
			check(700, 50, memories[k], sorted);
			check(700, 1000000, memories[k], sorted);
			check(2000, 3000, memories[k], sorted);
		}
}

static struct span record_of(const char *members, struct str *out)
{
	str_reset(out);
	str_printf(out, "{\"id\":\"x\",%s}", members);
	return span_str(out);
}

static void merge_all(const char *const *members, size_t n, const char *want)
{
	static const struct merge_ops ops = { emit, absorbed };

	for (int sorted = 0; sorted < 2; sorted++) {
		struct merge *m = merge_new(1 << 20, sorted);
		struct str s = { 0 };
		struct got got = { 0 };

		for (size_t i = 0; i < n; i++) {
			struct merge_row row = { .id = SPAN("x") };

			row.key = merge_expect(m, row.id);
			row.record = record_of(members[i], &s);
			assert_int_equal(merge_add(m, &row, NULL), 0);
		}
		assert_int_equal(merge_run(m, &ops, &got, NULL), 0);
		assert_string_equal(str_z(&got.records), want);
		merge_free(m);
		str_release(&s);
		str_release(&got.records);
		str_release(&got.absorbed);
	}
}

/* Names that are spelt in another way, or twice, or are very many. */
static void names(void **state)
{
	static const char *const rows[] = {
		"\"a\":1,\"b\":null,\"b\":\"\",\"c\":2,\"c\":null",
		"\"\\u0061\":9,\"d\":[],\"d\":3,\"d\":4,\"b\":{}",
		"\"b\":5,\"c\":6,\"\\u0064\":7",
	};
	const char *const few[] = { rows[0],
				    "\"a\":9,\"d\":[],\"d\":3,\"d\":4,\"b\":{}",
				    "\"b\":5,\"c\":6,\"d\":7" };
	static const char want[] =
	    "{\"id\":\"x\",\"a\":1,\"d\":3,\"b\":5,\"c\":6";
	struct str many[3] = { { 0 } }, all = { 0 };
	const char *said[3];

	(void)state;
	str_printf(&all, "%s}\n", want);
	merge_all(rows, 3, all.p);
	merge_all(few, 3, all.p);
	/* The same among so many that a table is used. */
	str_reset(&all);
	str_puts(&all, "{\"id\":\"x\"");
	for (int i = 0; i < 3; i++) {
		for (int k = 0; k < 100; k++) {
			str_printf(&many[i], "\"m%d\":%d,", k, k);
			if (i == 0)
				str_printf(&all, ",\"m%d\":%d", k, k);
		}
		str_puts(&many[i], rows[i]);
		said[i] = many[i].p;
	}
	str_puts(&all, strchr(want, ','));
	str_puts(&all, "}\n");
	merge_all(said, 3, all.p);
	for (int i = 0; i < 3; i++)
		str_release(&many[i]);
	str_release(&all);
}

/* No source of a row is lost. */
static void merged_from(void **state)
{
	static const char *const rows[] = {
		"\"permalink_url\":\"http://a/b\",\"ingested_from\":\"1\"",
		"\"permalink_url\":\"http://a/b\",\"ingested_from\":\"1\"",
		"\"track_id\":7,\"ingested_from\":\"1\"",
		"\"source_id\":\"\",\"track_id\":7,\"ingested_from\":\"2\"",
		"\"permalink_url\":\"http://A/b/\",\"ingested_from\":\"2\"",
		"\"permalink_url\":null,\"track_id\":7,\"ingested_from\":\"2\"",
		"\"track_id\":8,\"ingested_from\":\"1\"",
	};
	struct str many[150] = { { 0 } };
	const char *said[150];
	struct str want = { 0 };

	(void)state;
	merge_all(rows, 2,
		  "{\"id\":\"x\",\"permalink_url\":\"http://a/b\","
		  "\"ingested_from\":\"1\"}\n");
	merge_all(rows, 7,
		  "{\"id\":\"x\",\"permalink_url\":\"http://a/b\","
		  "\"ingested_from\":\"1\",\"track_id\":7,\"merged_from\":["
		  "{\"ingested_from\":\"2\",\"track_id\":7},"
		  "{\"ingested_from\":\"2\",\"permalink_url\":\"http://A/b/\"},"
		  "{\"ingested_from\":\"1\",\"track_id\":8}]}\n");
	str_puts(&want, "{\"id\":\"x\",\"track_id\":0,\"merged_from\":[");
	for (int i = 0; i < 150; i++) {
		str_printf(&many[i], "\"track_id\":%d", i);
		said[i] = many[i].p;
		if (i > 0 && i <= 100)
			str_printf(&want, "%s{\"track_id\":%d}",
				   i > 1 ? "," : "", i);
	}
	str_puts(&want, "]}\n");
	merge_all(said, 150, want.p);
	for (int i = 0; i < 150; i++)
		str_release(&many[i]);
	str_release(&want);
}

static int refuse(void *ctx, struct span record, struct err *err)
{
	(void)ctx;
	(void)record;
	return err_set(err, ERR_ENV, "io", "full");
}

static void failures(void **state)
{
	static const struct merge_ops full = { refuse, absorbed };

	(void)state;
	for (int sorted = 0; sorted < 2; sorted++) {
		struct merge *m = merge_new(1 << 20, sorted);
		struct merge_row row = { .id = SPAN("x"),
					 .record = SPAN("{\"id\":\"x\"}") };
		struct err e = { 0 };
		struct got got = { 0 };

		row.key = merge_expect(m, row.id);
		assert_int_equal(merge_add(m, &row, &e), 0);
		assert_int_equal(merge_run(m, &full, NULL, &e), -1);
		assert_status(&e, ERR_ENV);
		merge_free(m);
		/* Another id of the same key: said, not joined. */
		m = merge_new(1 << 20, sorted);
		assert_int_equal(merge_add(m, &row, &e), 0);
		row.id = SPAN("y");
		assert_int_equal(merge_add(m, &row, &e), 0);
		assert_int_equal(
		    merge_run(m, &(struct merge_ops){ emit, absorbed }, &got,
			      &e),
		    -1);
		assert_status(&e, ERR_DATA);
		merge_free(m);
		str_release(&got.records);
		str_release(&got.absorbed);
	}
	merge_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_oracle),
		cmocka_unit_test(names),
		cmocka_unit_test(merged_from),
		cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
