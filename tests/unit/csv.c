/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first. */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/csv.h"

/* Rows as text: cells joined by |, rows by newline, bad rows as !line reason.
 * Line ends inside cells are shown as ~ (LF) and ^ (CR), NUL as 0. */
struct reader {
	char path[64];
	struct input *in;
	struct window w;
	struct csv *csv;
};

static void reader_open(struct reader *r, const void *bytes, size_t n,
			char delimiter, size_t limit)
{
	struct err err = { 0 };
	int fd;

	strcpy(r->path, "/tmp/moodpipe-csv-XXXXXX");
	fd = mkstemp(r->path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
	r->in = input_open(r->path, &err);
	assert_non_null(r->in);
	unlink(r->path);
	window_init(&r->w, r->in);
	r->csv = csv_new(&r->w, delimiter, limit);
}

static void reader_close(struct reader *r)
{
	csv_free(r->csv);
	window_release(&r->w);
	input_close(r->in);
}

static void show(struct str *out, const struct csv_row *row)
{
	if (row->reason) {
		str_printf(out, "!%d %s", (int)row->line, row->reason);
	} else {
		for (size_t i = 0; i < row->count; i++) {
			if (i)
				str_putc(out, '|');
			for (size_t k = 0; k < row->cells[i].n; k++) {
				char c = row->cells[i].p[k];
				str_putc(out, c == '\n'   ? '~'
					      : c == '\r' ? '^'
					      : c         ? c
							  : '0');
			}
		}
	}
	str_putc(out, '\n');
}

static void check(const void *bytes, size_t n, char delimiter, size_t limit,
		  const char *want)
{
	struct str got = { 0 };
	struct csv_row row;
	struct reader r;
	struct err err = { 0 };
	int rc;

	reader_open(&r, bytes, n, delimiter, limit);
	while ((rc = csv_read(r.csv, &row, &err)) == 1)
		show(&got, &row);
	assert_int_equal(rc, 0);
	assert_string_equal(str_z(&got), want);
	str_release(&got);
	reader_close(&r);
}
#define CHECK(text, want) check(text, sizeof(text) - 1, 0, 0, want)

static void test_plain(void **state)
{
	(void)state;
	CHECK("", "");
	CHECK("a", "a\n");
	CHECK("a,b\n1,2\n", "a|b\n1|2\n");
	CHECK("a,b\n1,2", "a|b\n1|2\n");
	CHECK("a,b\n,\n", "a|b\n|\n");
	CHECK("a,b\n1,", "a|b\n1|\n");
	CHECK("\n\na\n\n1\n\n", "a\n1\n");
	CHECK("a,b\r\n1,2\r\n\r\n3,4", "a|b\n1|2\n3|4\n");
	CHECK("a,b\r1,2\r3,4\r", "a|b\n1|2\n3|4\n");
	CHECK("a,b\r1,2\n3,4\r\n5,6", "a|b\n1|2\n3|4\n5|6\n");
	CHECK("\xEF\xBB\xBF"
	      "a,b\n1,2\n",
	      "a|b\n1|2\n");
	CHECK("\xEF\xBB\xBF\"a\",b\n", "a|b\n");
	CHECK("a,b\n1\0,\0\0\n", "a|b\n10|00\n");
	CHECK("a,b\n\xFF,\xC3\n", "a|b\n\xFF|\xC3\n");
}

static void test_quotes(void **state)
{
	(void)state;
	CHECK("a,b\n\"1\",\"2\"\n", "a|b\n1|2\n");
	CHECK("a,b\n\"\",\"\"\n", "a|b\n|\n");
	CHECK("a\n\"\"\n", "a\n\n");
	CHECK("a,b\n\"x \"\"y\"\" z\",\"\"\"\"\n", "a|b\nx \"y\" z|\"\n");
	CHECK("a,b\n\"x,\ny\",\"\r\n\"", "a|b\nx,~y|^~\n");
	CHECK("a,b\n5\" disc,he said \"no\"\n",
	      "a|b\n5\" disc|he said \"no\"\n");
	CHECK("a,b\n\"\"\"\"\"\",2\n", "a|b\n\"\"|2\n");
}

static void test_delimiters(void **state)
{
	(void)state;
	CHECK("a\tb\n1,5\t2\n", "a|b\n1,5|2\n");
	CHECK("a;b\n1,5;2\n", "a|b\n1,5|2\n");
	CHECK("a|b|c\n1,5|2|3;4\n", "a|b|c\n1,5|2|3;4\n");
	CHECK("\"x;y;z;w\",b\n1,2\n", "x;y;z;w|b\n1|2\n");
	check("a|b\n", 4, '|', 0, "a|b\n");
	/* TSV is often not quoted at all. */
	CHECK("a\tb\n\"Heroes\" live\t2\nx\ty\n",
	      "a|b\n\"Heroes\" live|2\nx|y\n");
	CHECK("a\tb\n\"open\t2\nx\ty\n", "a|b\n\"open|2\nx|y\n");
	CHECK("a\tb\n\"q\nr\"\t2\n", "a|b\nq~r|2\n");
}

static void test_bad_rows(void **state)
{
	(void)state;
	CHECK("a,b\n\"x\"y,2\n3,4\n",
	      "a|b\n!2 text behind a closing quote\n3|4\n");
	/* The quote that opens on line 3 would close on line 4. */
	CHECK("a,b\n1,2\n\"x,3\n\"y\",4\n5,6\n",
	      "a|b\n1|2\n!3 text behind a closing quote\ny|4\n5|6\n");
	CHECK("a,b\n\"x,2\n3,4\n5,6\n",
	      "a|b\n!2 a quote is not closed before the end of the file\n"
	      "3|4\n5|6\n");
	CHECK("a,b\n1,\"", "a|b\n!2 a quote is not closed before the end of "
			   "the file\n");
	/* Lines go on being counted inside and behind. */
	CHECK("a,b\n\"x\n\ny\",2\n\"bad\"?,1\n",
	      "a|b\nx~~y|2\n!5 text behind a closing quote\n");
}

static void test_limit(void **state)
{
	static const char text[] = "a,b\n\"0123456789\n0123456789,2\n3,4\n"
				   "012345678901234567890123456789,5\n6,7\n";

	(void)state;
	check(text, sizeof(text) - 1, 0, 20,
	      "a|b\n!2 a quote is not closed within 20 bytes\n0123456789|2\n"
	      "3|4\n!5 a row of more than 20 bytes\n6|7\n");
	/* Exactly at the limit, with every kind of end. */
	check("12,4\n12,4\r\n\r\r12,4\r\"2\"\n12,4", 26, ',', 4,
	      "12|4\n12|4\n12|4\n2\n12|4\n");
	check("12,45\n12,45\r\n12,45\r\"23\"\n12,45", 29, ',', 4,
	      "!1 a row of more than 4 bytes\n!2 a row of more than 4 bytes\n"
	      "!3 a row of more than 4 bytes\n23\n"
	      "!5 a row of more than 4 bytes\n");
	check("\r\n\n\r1\n\r", 7, ',', 1, "1\n");
}

static void test_giant_cell(void **state)
{
	const size_t n = (3 << 20) + 17;
	char *text = malloc(n + 64);
	struct csv_row row;
	struct err err;
	struct reader r;

	(void)state;
	memcpy(text, "a,b\n\"", 5);
	memset(text + 5, 'x', n);
	memcpy(text + 5 + n, "\",1\n2,3", 7);
	reader_open(&r, text, n + 12, 0, 0);
	assert_int_equal(csv_read(r.csv, &row, &err), 1);
	assert_int_equal(csv_read(r.csv, &row, &err), 1);
	assert_null(row.reason);
	assert_int_equal(row.count, 2);
	assert_int_equal(row.cells[0].n, n);
	assert_int_equal(csv_read(r.csv, &row, &err), 1);
	assert_int_equal(row.line, 3);
	assert_true(span_is(row.cells[1], "3"));
	assert_int_equal(csv_read(r.csv, &row, &err), 0);
	reader_close(&r);
	free(text);
}

/* Writing cells and reading them back gives the cells, wherever buffers end. */
static void test_round_trip(void **state)
{
	static const char alphabet[] = "ab,;\t\"\n\r \xC3\xA9x";
	struct str text = { 0 }, want = { 0 }, got = { 0 };
	struct csv_row row;
	struct reader r;
	struct err err;
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 60000; i++) {
		struct str cells[3] = { { 0 } };
		struct span spans[3];
		for (int k = 0; k < 3; k++) {
			int len = rand_r(&seed) % 12;
			while (len--)
				str_putc(&cells[k],
					 alphabet[rand_r(&seed) %
						  (sizeof(alphabet) - 1)]);
			spans[k] = span_str(&cells[k]);
			str_puts(&text, k ? ",\"" : "\"");
			for (size_t j = 0; j < cells[k].n; j++) {
				str_putc(&text, cells[k].p[j]);
				if (cells[k].p[j] == '"')
					str_putc(&text, '"');
			}
			str_putc(&text, '"');
		}
		str_puts(&text, i % 3 ? i % 3 == 1 ? "\n" : "\r\n" : "\r");
		row = (struct csv_row){ .cells = spans, .count = 3 };
		show(&want, &row);
		for (int k = 0; k < 3; k++)
			str_release(&cells[k]);
	}
	reader_open(&r, text.p, text.n, ',', 0);
	while (csv_read(r.csv, &row, &err) == 1)
		show(&got, &row);
	assert_int_equal(got.n, want.n);
	assert_memory_equal(got.p, want.p, want.n);
	reader_close(&r);
	str_release(&text);
	str_release(&want);
	str_release(&got);
}

/* Quotes that never close, of every kind: linear time, no line lost. */
static void test_hostile_quotes(void **state)
{
	static const char *const lines[] = { "1,\"x\"\"\n",      "1,\"x\n",
					     "\"\"\"\"x,\"\"\n", "1,\"\"\"\n",
					     "x\"y,\"\n",        "1,2\n" };
	const size_t kinds = sizeof(lines) / sizeof(lines[0]);

	(void)state;
	alarm(30);
	for (size_t mix = 1; mix < 1u << kinds; mix++) {
		struct str text = { 0 };
		struct csv_row row;
		struct reader r;
		struct err err;
		uint64_t last = 0, n = 1;
		unsigned seed = 1;

		str_puts(&text, "a,b\n");
		while (text.n < 1 << 20) {
			size_t k = (size_t)rand_r(&seed) % kinds;
			if (!(mix >> k & 1))
				continue;
			str_puts(&text, lines[k]);
			n++;
		}
		reader_open(&r, text.p, text.n, 0, 0);
		while (csv_read(r.csv, &row, &err) == 1) {
			uint64_t took = 1;
			for (size_t i = 0; i < row.raw.n; i++)
				took += row.raw.p[i] == '\n';
			assert_true(row.line == last + 1);
			last = row.line + took - 1;
		}
		assert_int_equal(last, n);
		reader_close(&r);
		str_release(&text);
	}
	alarm(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_delimiters),
		cmocka_unit_test(test_bad_rows),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_giant_cell),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_hostile_quotes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
