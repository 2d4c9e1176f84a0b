/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <fcntl.h>
#include <math.h>
#include <stdatomic.h>
#include <time.h>

#include "io/atomic.h"
#include "io/stream.h"

enum { MANY = 3000 };

/* --- the stage under test --- */

struct stage {
	atomic_int calls; /* of process or measure */
	bool slow, drop_odd, fatal;
	int scratches;
};

static void *scratch_new(void *ctx)
{
	struct stage *s = ctx;

	s->scratches++;
	return calloc(1, sizeof(struct str));
}

static void scratch_free(void *scratch)
{
	str_release(scratch);
	free(scratch);
}

/* "n" decides: 13 in the middle fails, odd ones may be dropped. */
static int process(void *ctx, void *scratch, struct record *r, struct err *err)
{
	struct stage *s = ctx;
	struct str *text = scratch;
	double n = 0;

	atomic_fetch_add(&s->calls, 1);
	record_number(r, "n", &n);
	if (s->slow) {
		struct timespec t = { 0, (long)fmod(n * 7919, 100000) };

		nanosleep(&t, NULL);
	}
	if (s->fatal && n >= 100)
		return err_set(err, ERR_ENV, "gone", "the model is gone");
	if (fmod(n, 50) >= 13 && fmod(n, 50) < 14)
		return err_set(err, ERR_RECORD, "unlucky", "n is %.0f", n);
	if (s->drop_odd && fmod(n, 2) >= 1)
		return 1;
	str_reset(text);
	str_printf(text, "square %.0f", n * n);
	record_set_text(r, "own", span_str(text));
	return 0;
}

static int finish(void *ctx, struct str *out, struct err *err)
{
	(void)ctx;
	(void)err;
	str_puts(out, "{\"end\":true}\n");
	return 0;
}

/* --- helpers --- */

struct box { /* files of one test */
	char *in, *out, *records, *memo, *err;
	struct str text, got, said;
};

static void box_init(struct box *b)
{
	*b = (struct box){ test_path("in"),
			   test_path("out"),
			   test_path("records"),
			   test_path("memo"),
			   test_path("err"),
			   { 0 },
			   { 0 },
			   { 0 } };
}

static void box_release(struct box *b)
{
	char *paths[] = { b->in, b->out, b->records, b->memo, b->err };
	int i;

	for (i = 0; i < 5; i++) {
		unlink(paths[i]);
		free(paths[i]);
	}
	str_release(&b->text);
	str_release(&b->got);
	str_release(&b->said);
}

static void put_line(struct str *s, size_t n, uint64_t *rng)
{
	size_t filler =
	    rng_below(rng, 10) ? rng_below(rng, 90) : rng_below(rng, 3000);

	str_printf(s, "{\"id\":\"r%zu\", \"n\":%zu,\"foreign\" : 7.60,\"f\":\"",
		   n, n);
	while (filler--)
		str_putc(s, 'x');
	str_puts(s, "\"}\n");
}

static void put_lines(struct box *b, size_t count)
{
	uint64_t rng = 17;
	size_t i;

	str_reset(&b->text);
	for (i = 0; i < count; i++)
		put_line(&b->text, i, &rng);
	test_save(b->in, b->text.p, b->text.n);
}

static void put_text(struct box *b, const char *text)
{
	test_save(b->in, text, strlen(text));
}

static struct options options_of(struct box *b, int jobs)
{
	return (struct options){ .tool = "stage",
				 .usage = "",
				 .jobs = jobs,
				 .memory = 1 << 20,
				 .output = b->out,
				 .max_errors = UINT64_MAX,
				 .max_errors_share = -1 };
}

/* Runs; b->got is the output, b->said what went to stderr. */
static int run(struct stream *s, struct box *b)
{
	int saved = dup(2), fd = open(b->err, O_RDWR | O_CREAT | O_TRUNC, 0666);
	int rc;

	dup2(fd, 2);
	close(fd);
	rc = stream_run(s, &b->in, 1);
	fflush(stderr);
	dup2(saved, 2);
	close(saved);
	test_load(b->err, &b->said);
	str_reset(&b->got);
	if (!access(b->out, F_OK))
		test_load(b->out, &b->got);
	return rc;
}

static struct stream stream_of(const struct options *o, struct stage *stage)
{
	return (struct stream){ .options = o,
				.ctx = stage,
				.scratch_new = scratch_new,
				.scratch_free = scratch_free,
				.process = process };
}

/* --- records --- */

static void same_for_any_threads(void **state)
{
	static const int jobs[] = { 1, 2, 8 };
	static const size_t batches[] = { 0, 1, 5, 1000 };
	struct str want = { 0 };
	struct box b;
	size_t i, k;

	(void)state;
	box_init(&b);
	put_lines(&b, MANY);
	for (i = 0; i < 3; i++)
		for (k = 0; k < 4; k++) {
			struct stage stage = { .slow = jobs[i] > 1,
					       .drop_odd = true };
			struct options o = options_of(&b, jobs[i]);
			struct stream s = stream_of(&o, &stage);

			s.batch = batches[k];
			s.finish = finish;
			assert_int_equal(run(&s, &b), 0);
			assert_int_equal(stage.calls, MANY);
			assert_int_equal(stage.scratches, jobs[i]);
			if (!want.n)
				str_span(&want, span_str(&b.got));
			assert_true(span_eq(span_str(&want), span_str(&b.got)));
			assert_non_null(strstr(b.said.p,
					       "stage: in=3000 "
					       "ok=1500 err=60 drop=1440 "));
		}
	assert_non_null(strstr(want.p, "{\"end\":true}\n"));
	assert_null(strstr(want.p, "{\"end\":true}\n")[13] ? "more" : NULL);
	box_release(&b);
	str_release(&want);
}

static void errors_are_attached(void **state)
{
	struct stage stage = { 0 };
	struct box b;
	struct options o;
	struct stream s;

	(void)state;
	box_init(&b);
	put_text(&b, "{\"n\":1}\n\n  \n{\"n\" : 13}\n{\"error\":{},\"n\":1}");
	o = options_of(&b, 2);
	s = stream_of(&o, &stage);
	assert_int_equal(run(&s, &b), 0);
	test_span_is(span_str(&b.got),
		     "{\"n\":1,\"own\":\"square 1\"}\n"
		     "{\"n\" : 13,\"error\":{\"tool\":\"stage\",\"code\":"
		     "\"unlucky\",\"message\":\"n is 13\",\"retry\":false}}\n"
		     "{\"error\":{},\"n\":1}\n");
	assert_non_null(strstr(b.said.p, "in=3 ok=2 err=1 "));
	assert_int_equal(stage.calls, 2); /* not the one with an error */
	o.max_errors = 1;
	assert_int_equal(run(&s, &b), 0);
	o.max_errors = 0;
	assert_int_equal(run(&s, &b), 1);
	assert_true(b.got.n > 0); /* the output is there all the same */
	o.max_errors_share = 0.34;
	assert_int_equal(run(&s, &b), 0);
	o.max_errors_share = 0.33;
	assert_int_equal(run(&s, &b), 1);
	o.quiet = true;
	run(&s, &b);
	assert_string_equal(str_z(&b.said), "");
	box_release(&b);
}

/* The line number is right wherever the line stands, for any block size. */
static void malformed_lines_are_named(void **state)
{
	static const size_t places[] = { 1, 2, 777, 2999, 3000 };
	struct box b;
	size_t i;
	int jobs;

	(void)state;
	box_init(&b);
	for (i = 0; i < 5; i++)
		for (jobs = 1; jobs < 9; jobs += 7) {
			struct stage stage = { 0 };
			struct options o = options_of(&b, jobs);
			struct stream s = stream_of(&o, &stage);
			uint64_t rng = 3;
			struct str want = { 0 };
			size_t k;

			str_reset(&b.text);
			for (k = 1; k <= MANY; k++)
				if (k == places[i])
					str_puts(&b.text, "{\"n\":nul}\n");
				else if (k % 10 == 0)
					str_puts(&b.text, "\n");
				else
					put_line(&b.text, k, &rng);
			test_save(b.in, b.text.p, b.text.n);
			test_save(b.out, "old", 3);
			s.batch = i % 2 ? 100 : 0;
			assert_int_equal(run(&s, &b), 4);
			str_printf(&want, "stage: %s:%zu: ", b.in, places[i]);
			if (strncmp(b.said.p, want.p, want.n))
				fail_msg("said: %s", b.said.p);
			assert_string_equal(b.got.p, "old");
			str_release(&want);
		}
	box_release(&b);
}

static void a_fatal_error_ends_the_run(void **state)
{
	struct stage stage = { .fatal = true };
	struct box b;
	struct options o;
	struct stream s;

	(void)state;
	box_init(&b);
	put_lines(&b, 300);
	o = options_of(&b, 4);
	s = stream_of(&o, &stage);
	s.batch = 3;
	assert_int_equal(run(&s, &b), 3);
	assert_non_null(strstr(b.said.p, "the model is gone"));
	assert_non_null(strstr(b.said.p, ":101: "));
	assert_int_equal(access(b.out, F_OK), -1);
	box_release(&b);
}

static void nothing_in_nothing_out(void **state)
{
	static const char *const texts[] = { "", "\n", "\n \n\t\r\n\n" };
	struct stage stage = { 0 };
	struct box b;
	int i;

	(void)state;
	box_init(&b);
	for (i = 0; i < 3; i++) {
		struct options o = options_of(&b, 3);
		struct stream s = stream_of(&o, &stage);

		test_save(b.in, texts[i], strlen(texts[i]));
		assert_int_equal(run(&s, &b), 0);
		assert_int_equal(b.got.n, 0);
		assert_non_null(strstr(b.said.p, "in=0 ok=0 err=0 "));
	}
	box_release(&b);
}

/* --- memo --- */

/* One run with the memo, its output compared with one without. */
static int with_memo(struct box *b, int jobs, uint8_t recipe, int *calls)
{
	struct stage stage = { .drop_odd = true }, plain = stage;
	struct options o = options_of(b, jobs);
	struct stream s = stream_of(&o, &stage);
	struct str got = { 0 };
	int rc;

	s.memo = b->memo;
	s.previous = b->out;
	memset(s.recipe, recipe, HASH_SIZE);
	rc = run(&s, b);
	*calls = stage.calls;
	str_span(&got, span_str(&b->got));
	o.output = b->records;
	s.ctx = &plain;
	s.memo = s.previous = NULL;
	assert_int_equal(run(&s, b), rc);
	test_load(b->records, &b->got);
	assert_true(span_eq(span_str(&got), span_str(&b->got)));
	str_release(&got);
	return rc;
}

static void memo(void **state)
{
	enum { FAILS = 6 }; /* of 300: these are tried again */
	struct str memo_bytes = { 0 }, again = { 0 };
	struct box b;
	int calls, jobs;
	char *p;

	(void)state;
	box_init(&b);
	for (jobs = 1; jobs < 9; jobs += 7) {
		unlink(b.memo);
		unlink(b.out);
		put_lines(&b, 300);
		with_memo(&b, jobs, 1, &calls);
		assert_int_equal(calls, 300);
		test_load(b.memo, &memo_bytes);
		with_memo(&b, jobs, 1, &calls);
		assert_int_equal(calls, FAILS);
		test_load(b.memo, &again); /* the same bytes once more */
		assert_true(span_eq(span_str(&memo_bytes), span_str(&again)));

		/* one line changed, in the middle, behind some that failed */
		p = strstr(b.text.p, "\"n\":150");
		memcpy(p, "\"n\":152", 7);
		test_save(b.in, b.text.p, b.text.n);
		with_memo(&b, jobs, 1, &calls);
		assert_int_equal(calls, FAILS + 1);

		/* one line taken out, others moved */
		p = strchr(b.text.p, '\n') + 1;
		test_save(b.in, p, b.text.n - (size_t)(p - b.text.p));
		with_memo(&b, jobs, 1, &calls);
		assert_int_equal(calls, FAILS);

		/* another recipe */
		with_memo(&b, jobs, 2, &calls);
		assert_int_equal(calls, 299);
		with_memo(&b, jobs, 2, &calls);
		assert_int_equal(calls, FAILS);

		/* a previous output that is damaged, cut or gone */
		test_load(b.out, &b.got);
		p = strstr(b.got.p, "square 1600");
		*p = 'X';
		test_save(b.out, b.got.p, b.got.n);
		with_memo(&b, jobs, 2, &calls);
		assert_int_equal(calls, FAILS + 1);
		test_save(b.out, b.got.p, 0);
		with_memo(&b, jobs, 2, &calls);
		assert_in_range(calls, 100, 299);
		unlink(b.out);
		with_memo(&b, jobs, 2, &calls);
		assert_in_range(calls, 100, 299);

		/* a damaged memo */
		test_load(b.memo, &again);
		again.p[again.n - 80] ^= 1;
		test_save(b.memo, again.p, again.n);
		with_memo(&b, jobs, 2, &calls);
		assert_int_equal(calls, 299);
	}
	str_release(&memo_bytes);
	str_release(&again);
	box_release(&b);
}

/* --- features --- */

static int measure(void *ctx, void *scratch, struct record *r,
		   struct feat_row *row, struct err *err)
{
	struct stage *s = ctx;
	double n = 0;

	(void)scratch;
	atomic_fetch_add(&s->calls, 1);
	assert_true(isnan(row->values[0]) && isnan(row->values[1]));
	if (!record_number(r, "n", &n)) {
		row->status = FEAT_NO_INPUT;
		return 0;
	}
	if (fmod(n, 50) >= 13 && fmod(n, 50) < 14) {
		row->status = n < 50 ? FEAT_UNREADABLE : FEAT_UNDECODABLE;
		return err_set(err, ERR_RECORD, "x", "cannot do %.0f", n);
	}
	row->values[0] = (float)n;
	feat_set_bit(row->measured, 0);
	row->status = FEAT_OK;
	row->method = FEAT_METHOD_MEASURED;
	row->confidence = 1;
	return 0;
}

static uint64_t digest(void *ctx, void *scratch, const struct record *r)
{
	struct span v = record_get(r, "n");

	(void)ctx;
	(void)scratch;
	return hash_u64(v.p, v.n);
}

static int features(struct box *b, const struct feat_schema *schema, int jobs,
		    const char *reuse, int *calls)
{
	struct stage stage = { 0 };
	struct options o = options_of(b, jobs);
	struct stream s = { .options = &o,
			    .ctx = &stage,
			    .measure = measure,
			    .digest = digest,
			    .schema = schema,
			    .records_path = b->records,
			    .reuse = reuse,
			    .batch = 7 };
	int rc = run(&s, b);

	*calls = stage.calls;
	return rc;
}

static void feature_rows(void **state)
{
	struct feat_schema schema = { .stage = "test" };
	struct str first = { 0 }, records = { 0 }, again = { 0 };
	struct feat_row *row;
	struct feat *f;
	struct box b;
	int calls, jobs, n = 0;

	(void)state;
	box_init(&b);
	feat_schema_add(&schema, "a", "");
	feat_schema_add(&schema, "b", "Hz");
	put_lines(&b, 300);
	str_puts(&b.text, "{\"id\":\"bad\",\"error\":{\"code\":\"x\"}}\n"
			  "{\"id\":\"none\"}\n");
	test_save(b.in, b.text.p, b.text.n);
	for (jobs = 1; jobs < 9; jobs += 7) {
		assert_int_equal(features(&b, &schema, jobs, NULL, &calls), 0);
		assert_int_equal(calls, 301);
		assert_non_null(strstr(b.said.p, "in=302 ok=296 err=6 "));
		if (!first.n) {
			str_span(&first, span_str(&b.got));
			test_load(b.records, &records);
		}
		assert_true(span_eq(span_str(&first), span_str(&b.got)));
		test_load(b.records, &again);
		assert_true(span_eq(span_str(&records), span_str(&again)));

		/* only the unreadable file is tried again */
		assert_int_equal(features(&b, &schema, jobs, b.out, &calls), 0);
		assert_int_equal(calls, 1);
		assert_true(span_eq(span_str(&first), span_str(&b.got)));
		test_load(b.records, &again);
		assert_true(span_eq(span_str(&records), span_str(&again)));
		assert_non_null(strstr(b.said.p, " reused=300 "));
	}
	f = feat_open(b.out, NULL);
	row = feat_row_new(feat_schema(f));
	while (feat_read(f, row, NULL) > 0)
		n += row->status == FEAT_UPSTREAM
			 ? row->key == hash_u64("bad", 3) ? 1000 : 0
		     : row->status == FEAT_NO_INPUT
			 ? row->key == hash_u64("none", 4) ? 100000 : 0
			 : 1;
	assert_int_equal(n, 101300);
	feat_row_free(row);
	feat_close(f);
	assert_non_null(strstr(records.p, "\"n\":13,"));
	assert_non_null(
	    strstr(strstr(records.p, "\"n\":13,"),
		   "\"code\":\"unreadable\",\"message\":\"the file "
		   "is missing or cannot be read\",\"retry\":true"));

	/* another input, another recipe, other columns */
	memcpy(strstr(b.text.p, "\"n\":150"), "\"n\":152", 7);
	test_save(b.in, b.text.p, b.text.n);
	features(&b, &schema, 2, b.out, &calls);
	assert_int_equal(calls, 2);
	schema.recipe[5] = 1;
	features(&b, &schema, 2, b.out, &calls);
	assert_int_equal(calls, 301);
	schema.columns[1].name[0] = 'c'; /* those without values stay */
	features(&b, &schema, 2, b.out, &calls);
	assert_int_equal(calls, 301 - 6);
	schema.columns[0].version++; /* nothing in common */
	schema.columns[1].version++;
	features(&b, &schema, 2, b.out, &calls);
	assert_int_equal(calls, 301);
	b.got.p[100] ^= 1; /* a damaged file is no file */
	test_save(b.out, b.got.p, b.got.n);
	features(&b, &schema, 2, b.out, &calls);
	assert_int_equal(calls, 301);
	str_release(&first);
	str_release(&records);
	str_release(&again);
	feat_schema_release(&schema);
	box_release(&b);
}

/* a is as it was, b is not: a stage that can completes the rows that have
 * values, and takes the others as they are. */
static int complete(void *ctx, void *scratch, struct record *r,
		    struct feat_row *row, const uint8_t *taken, struct err *err)
{
	struct stage *s = ctx;

	(void)scratch;
	(void)r;
	(void)err;
	atomic_fetch_add(&s->calls, 1);
	assert_true(feat_bit(taken, 0) && !feat_bit(taken, 1));
	assert_true(feat_bit(row->measured, 0) && !feat_bit(row->measured, 1));
	assert_int_equal(row->status, FEAT_OK);
	assert_int_equal(row->method, FEAT_METHOD_MEASURED);
	assert_true(row->values[0] >= 0 && isnan(row->values[1]));
	row->values[1] = row->values[0] + 1;
	return 0;
}

static void only_what_is_missing(void **state)
{
	struct feat_schema schema = { .stage = "test" };
	struct box b;
	int calls;
	struct options o;
	struct stage stage = { 0 };
	struct stream s = { .ctx = &stage,
			    .measure = measure,
			    .complete = complete,
			    .digest = digest,
			    .schema = &schema,
			    .batch = 7 };
	struct feat_row *row;
	struct feat *f;

	(void)state;
	box_init(&b);
	o = options_of(&b, 2);
	s.options = &o;
	s.records_path = b.records;
	s.reuse = b.out;
	feat_schema_add(&schema, "a", "")->version = 5;
	feat_schema_add(&schema, "b", "Hz");
	put_lines(&b, 300);
	test_save(b.in, b.text.p, b.text.n);
	assert_int_equal(features(&b, &schema, 1, NULL, &calls), 0);
	assert_int_equal(calls, 300);
	schema.columns[1].version = 1;
	run(&s, &b);
	/* 294 of 300 are measured, five cannot be, one is unreadable */
	assert_int_equal(stage.calls, 294 + 1);
	assert_non_null(strstr(b.said.p, " err=6 reused=5 partly=294 "));
	f = feat_open(b.out, NULL);
	row = feat_row_new(feat_schema(f));
	while (feat_read(f, row, NULL) > 0)
		assert_true(isnan(row->values[0])
				? isnan(row->values[1])
				: fabsf(row->values[1] - row->values[0] - 1) <
				      1e-6F);
	feat_row_free(row);
	feat_close(f);
	feat_schema_release(&schema);
	box_release(&b);
}

static void a_row_needs_an_id(void **state)
{
	struct feat_schema schema = { .stage = "test" };
	struct box b;
	int calls;

	(void)state;
	box_init(&b);
	feat_schema_add(&schema, "a", "");
	feat_schema_add(&schema, "b", "");
	put_text(&b, "{\"id\":\"a\"}\n{\"n\":1}\n");
	assert_int_equal(features(&b, &schema, 1, NULL, &calls), 4);
	assert_non_null(strstr(b.said.p, ":2: "));
	assert_int_equal(access(b.out, F_OK), -1);
	assert_int_equal(access(b.records, F_OK), -1);
	feat_schema_release(&schema);
	box_release(&b);
}

/* --- stream_each --- */

static int each(void *ctx, struct record *r, struct err *err)
{
	double n = 0;

	record_number(r, "n", &n);
	if (n > 1000)
		return err_set(err, ERR_DATA, "x", "too much");
	*(double *)ctx += n;
	return 0;
}

static void every_record(void **state)
{
	struct err e = { 0 };
	struct box b;
	double sum = 0;

	(void)state;
	box_init(&b);
	put_text(&b, "{\"n\":1}\n\n{\"n\":20,\"error\":{}}\n{\"n\":300}");
	assert_int_equal(stream_each(&b.in, 1, &sum, each, &e), 0);
	assert_true(fabs(sum - 301) < 0.5);
	put_text(&b, "{\"n\":1}\n\n{\"n\":2\n");
	assert_int_equal(stream_each(&b.in, 1, &sum, each, &e), -1);
	assert_status(&e, ERR_DATA);
	assert_non_null(strstr(e.message, ":3: "));
	put_text(&b, "{\"n\":1001}\n");
	assert_int_equal(stream_each(&b.in, 1, &sum, each, &e), -1);
	assert_non_null(strstr(e.message, "too much"));
	unlink(b.in);
	assert_int_equal(stream_each(&b.in, 1, &sum, each, &e), -1);
	assert_status(&e, ERR_ENV);
	box_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_for_any_threads),
		cmocka_unit_test(errors_are_attached),
		cmocka_unit_test(malformed_lines_are_named),
		cmocka_unit_test(a_fatal_error_ends_the_run),
		cmocka_unit_test(nothing_in_nothing_out),
		cmocka_unit_test(memo),
		cmocka_unit_test(feature_rows),
		cmocka_unit_test(only_what_is_missing),
		cmocka_unit_test(a_row_needs_an_id),
		cmocka_unit_test(every_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
