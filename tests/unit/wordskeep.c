/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A word index of which rows are kept, against one that is built from all
 * texts: the same bytes. */
#include "damage.h"
#include "index/words.h"
#include "index/wordsbuild.h"
#include "index/wordsformat.h"

static const char *const roots[] = {
	"love",
	"run",
	"dark",
	"hope",
	"sing",
	"dance",
	"rain",
	"night",
	"caf\xc3\xa9",
	"bj\xc3\xb6rk",
	"\xd0\xbb\xd1\x8e\xd0\xb1\xd0\xbe\xd0\xb2\xd1\x8c",
	"\xe5\xae\x87\xe5\xa4\x9a\xe7\x94\xb0\xe3\x83\x92\xe3\x82\xab",
	"\xf0\x9f\x98\x80",
	"rock'n'roll ",
	"R&B ",
	"\xff\xfe",
};
static const char *const ends[] = { "", "s", "ing", "ed", "ly", "er", "ness" };

static void word(struct str *out, uint64_t *seed)
{
	size_t n;

	switch (rng_below(seed, 12)) {
	case 0: /* rare ones, of which a change takes the last */
		str_printf(out, "q%u%s", (unsigned)rng_below(seed, 5000),
			   ends[rng_below(seed, 7)]);
		break;
	case 1:
		n = 1 + rng_below(seed, rng_below(seed, 20) ? 4 : 90);
		while (n--)
			str_putc(out, "xyz"[rng_below(seed, 3)]);
		str_puts(out, ends[rng_below(seed, 7)]);
		break;
	default:
		str_puts(out, roots[rng_below(seed, 1 + rng_below(seed, 16))]);
		str_puts(out, ends[rng_below(seed, 7)]);
	}
}

static void words(struct str *out, uint64_t *seed, size_t n, char between)
{
	while (n--) {
		word(out, seed);
		str_putc(out, rng_below(seed, 3) ? ' ' : between);
	}
}

/* A track's texts are told by its number alone. Some have none, some are the
 * same, some have more words than a field has places. */
static void texts(uint64_t track, struct str text[WORDS_FIELDS])
{
	uint64_t seed = track % 5 ? track : track % 35;

	for (int f = 0; f < WORDS_FIELDS; f++)
		str_reset(&text[f]);
	if (track % 11 == 0)
		return;
	words(&text[WORDS_TITLE], &seed, rng_below(&seed, 6), '-');
	words(&text[WORDS_ARTIST], &seed, rng_below(&seed, 3), '&');
	words(&text[WORDS_TAGS], &seed, rng_below(&seed, 9), WORDS_BETWEEN);
	words(&text[WORDS_GENRE], &seed, rng_below(&seed, 2), '/');
	if (rng_below(&seed, 4) == 0)
		words(&text[WORDS_DESCRIPTION], &seed, rng_below(&seed, 40),
		      '.');
	if (rng_below(&seed, 20) == 0)
		words(&text[WORDS_LYRICS], &seed, rng_below(&seed, 900), '\n');
	if (track == 1234)
		for (int i = 0; i < 70000; i++)
			str_puts(&text[WORDS_LYRICS], i % 7 ? "la " : "las ");
}

struct tracks { /* of rows; UINT64_MAX: the row is not added */
	uint64_t *of;
	size_t n, cap;
};

static void append(struct tracks *t, uint64_t track)
{
	MEM_ROOM(t->of, t->n + 1, t->cap);
	t->of[t->n++] = track;
}

static int put(void *to, const void *p, size_t n, struct err *err)
{
	(void)err;
	str_put(to, p, n);
	return 0;
}

struct way {
	size_t memory;
	int threads;
	unsigned when; /* 0: kept before the others come, 1: amid, 2: after */
};

/* kept[row]: such rows are not added. */
static struct words_builder *fill(const struct tracks *t,
				  const struct words_view *old,
				  const uint32_t *row_of, const uint8_t *kept,
				  struct way way)
{
	struct words_options o = { .memory = way.memory,
				   .threads = way.threads };
	struct words_builder *b;
	struct str text[WORDS_FIELDS] = { 0 };
	struct err err = { 0 };

	words_model_default(&o.model);
	b = words_builder_new(t->n, &o);
	for (size_t i = 0; i <= t->n; i++) {
		struct span spans[WORDS_FIELDS];

		if (old && i == t->n / 2 * way.when)
			assert_int_equal(
			    words_builder_keep(b, old, row_of, &err), 0);
		if (i == t->n || t->of[i] == UINT64_MAX || (kept && kept[i]))
			continue;
		texts(t->of[i], text);
		for (int f = 0; f < WORDS_FIELDS; f++)
			spans[f] = span_str(&text[f]);
		assert_int_equal(words_builder_add(b, i, spans, &err), 0);
	}
	for (int f = 0; f < WORDS_FIELDS; f++)
		str_release(&text[f]);
	return b;
}

static void build(const struct tracks *t, const struct words_view *old,
		  const uint32_t *row_of, const uint8_t *kept, struct way way,
		  struct str *out)
{
	struct words_builder *b = fill(t, old, row_of, kept, way);
	struct err err = { 0 };

	str_reset(out);
	assert_int_equal(words_builder_end(b, put, out, &err), 0);
	words_builder_free(b);
}

static struct words_view view(const struct str *bytes)
{
	struct words_view v;
	struct err err = { 0 };

	assert_int_equal(words_view(&v, span_str(bytes), &err), 0);
	return v;
}

/* What becomes of each hundred rows. */
struct shares {
	size_t removed, replaced, added;
};

/* From the index of t to that of what becomes of it, which t is then. */
static void update(struct tracks *t, struct str *bytes, struct shares s,
		   uint64_t *seed)
{
	struct words_view old = view(bytes);
	struct tracks next = { 0 };
	uint32_t *row_of = mem_zalloc(t->n + 1, sizeof(*row_of));
	uint8_t *kept = mem_zalloc(2 * t->n + 50, 1);
	struct str full = { 0 }, got = { 0 };
	struct way ways[] = {
		{ 0, 1, 0 },
		{ 0, 3, 1 },
		{ 1 << 20, 1, 2 },
		{ 1 << 20, 3, 0 },
	};

	for (size_t i = 0; i < t->n; i++) {
		size_t fate = rng_below(seed, 100);

		if (rng_below(seed, 100) < s.added)
			append(&next, rng_next(seed) % 100000);
		row_of[i] = UINT32_MAX;
		if (fate < s.removed)
			continue;
		if (fate < s.removed + s.replaced) {
			append(&next, rng_next(seed) % 100000);
			continue;
		}
		kept[next.n] = 1;
		row_of[i] = (uint32_t)next.n;
		append(&next, t->of[i]);
	}
	for (size_t i = 0; s.added && i < 5; i++)
		append(&next, i ? i : UINT64_MAX);
	build(&next, NULL, NULL, NULL, ways[0], &full);
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		build(&next, &old, row_of, kept, ways[i], &got);
		assert_true(span_eq(span_str(&full), span_str(&got)));
	}
	if (!s.removed && !s.replaced && !s.added)
		assert_true(span_eq(span_str(&full), span_str(bytes)));
	free(t->of);
	*t = next;
	str_release(bytes);
	str_release(&full);
	*bytes = got;
	free(row_of);
	free(kept);
}

static void generations(size_t rows, uint64_t seed)
{
	static const struct shares shares[] = {
		{ 0, 0, 0 },   { 1, 1, 1 },    { 0, 0, 3 },    { 20, 0, 0 },
		{ 0, 40, 0 },  { 30, 30, 30 }, { 90, 5, 0 },   { 0, 0, 60 },
		{ 0, 100, 0 }, { 1, 0, 0 },    { 100, 0, 20 }, { 100, 0, 0 },
		{ 0, 0, 100 },
	};
	struct tracks t = { 0 };
	struct str bytes = { 0 };

	for (size_t i = 0; i < rows; i++)
		append(&t, rng_below(&seed, 20) ? rng_below(&seed, 100000)
						: UINT64_MAX);
	if (rows > 300)
		t.of[rows / 2] = 1234;
	build(&t, NULL, NULL, NULL, (struct way){ 0, 1, 0 }, &bytes);
	for (size_t i = 0; i < sizeof(shares) / sizeof(*shares); i++)
		update(&t, &bytes, shares[i], &seed);
	free(t.of);
	str_release(&bytes);
}

static void same_bytes(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < (SANITIZED ? 4 : 16); seed++)
		generations(seed % 4 * 20, seed);
	generations(700, 100);
	generations(SANITIZED ? 2000 : 9000, 101);
}

/* A term of which the last word, or the last row, goes. */
static void vanishing(void **state)
{
	static const char *const titles[] = { "love", "loved", "loving", "x" };
	static const uint32_t row_of[] = { 0, UINT32_MAX, 1, UINT32_MAX };
	struct words_options o = { .threads = 1 };
	struct str old = { 0 }, full = { 0 }, got = { 0 };
	struct words_view v;
	struct err err = { 0 };

	(void)state;
	words_model_default(&o.model);
	for (int pass = 0; pass < 3; pass++) {
		struct words_builder *b = words_builder_new(pass ? 2 : 4, &o);
		struct str *out[] = { &old, &full, &got };

		for (size_t i = 0; i < 4 && pass < 2; i++) {
			struct span text[WORDS_FIELDS] = { span_of(titles[i]) };
			size_t row = pass ? row_of[i] : i;

			if (row != UINT32_MAX)
				assert_int_equal(
				    words_builder_add(b, row, text, &err), 0);
		}
		if (pass == 2)
			assert_int_equal(
			    words_builder_keep(b, &v, row_of, &err), 0);
		assert_int_equal(words_builder_end(b, put, out[pass], &err), 0);
		words_builder_free(b);
		if (!pass)
			v = view(&old);
	}
	assert_int_equal(view(&old).header->forms, 4);
	assert_int_equal(view(&full).header->forms, 2);
	assert_true(span_eq(span_str(&full), span_str(&got)));
	str_release(&old);
	str_release(&full);
	str_release(&got);
}

static void refuse(const struct words_view *old, size_t rows, uint32_t first,
		   uint32_t second, const char *why)
{
	struct words_options o = { .threads = 1 };
	struct words_builder *b;
	struct span text[WORDS_FIELDS] = { SPAN("once") };
	uint32_t row_of[2] = { first, second };
	struct err err = { 0 };

	words_model_default(&o.model);
	b = words_builder_new(rows, &o);
	assert_int_equal(words_builder_add(b, 2, text, &err), 0);
	assert_int_equal(words_builder_keep(b, old, row_of, &err), -1);
	assert_status(&err, ERR_DATA);
	assert_non_null(strstr(err.message, why));
	words_builder_free(b);
}

static void refusals(void **state)
{
	struct tracks t = { 0 };
	struct str bytes = { 0 };
	struct words_view old;
	struct words_builder *b;
	struct span text[WORDS_FIELDS] = { SPAN("once") };
	uint32_t row_of[2] = { 0, 1 };
	struct err err = { 0 };

	(void)state;
	append(&t, 1);
	append(&t, 2);
	build(&t, NULL, NULL, NULL, (struct way){ 0, 1, 0 }, &bytes);
	old = view(&bytes);
	refuse(&old, 4, 1, 1, "is not in order");
	refuse(&old, 4, 1, 0, "is not in order");
	refuse(&old, 4, 1, 2, "came twice");
	refuse(&old, 4, 1, 4, "cannot be");
	append(&t, UINT64_MAX);
	b = fill(&t, &old, row_of, (const uint8_t *)"\1\1",
		 (struct way){ 0, 1, 0 });
	assert_int_equal(words_builder_add(b, 1, text, &err), -1);
	assert_status(&err, ERR_DATA);
	assert_int_equal(words_builder_keep(b, &old, row_of, &err), -1);
	assert_status(&err, ERR_DATA);
	words_builder_free(b);
	free(t.of);
	str_release(&bytes);
}

/* --- damage --- */

/* 0, or -1 with ERR_DATA. */
static int keep(const struct words_view *old, bool all, struct str *out)
{
	struct words_options o = { .threads = all ? 1 : 2 };
	struct words_builder *b;
	uint32_t *row_of = mem_zalloc(old->rows + 1, sizeof(*row_of));
	struct span text[WORDS_FIELDS] = { SPAN("loved nights"), SPAN("q1") };
	struct err err = { 0 };
	int rc;

	words_model_default(&o.model);
	b = words_builder_new(old->rows + !all, &o);
	for (size_t i = 0; i < old->rows; i++)
		row_of[i] = all || i % 7 ? (uint32_t)i : UINT32_MAX;
	str_reset(out);
	if (!all)
		assert_int_equal(words_builder_add(b, old->rows, text, &err),
				 0);
	rc = words_builder_keep(b, old, row_of, &err);
	if (!rc)
		rc = words_builder_end(b, put, out, &err);
	if (rc)
		assert_status(&err, ERR_DATA);
	words_builder_free(b);
	free(row_of);
	return rc;
}

/* What was kept of a damaged index is one that can be kept as it is. */
static void use(struct span bytes, void *ctx)
{
	struct str *out = ctx;
	struct words_view v;
	struct err err = { 0 };

	if (words_view(&v, bytes, &err) || keep(&v, false, &out[0]))
		return;
	v = view(&out[0]);
	assert_int_equal(keep(&v, true, &out[1]), 0);
	assert_true(span_eq(span_str(&out[0]), span_str(&out[1])));
}

static void damage(void **state)
{
	struct tracks t = { 0 };
	struct str bytes = { 0 }, out[2] = { 0 };
	const struct words_header *h;
	uint64_t seed = 7;

	(void)state;
	for (size_t i = 0; i < 400; i++)
		append(&t, rng_below(&seed, 1000));
	build(&t, NULL, NULL, NULL, (struct way){ 0, 1, 0 }, &bytes);
	h = (const void *)bytes.p;
	assert_int_equal(
	    keep(&(struct words_view){ (const void *)bytes.p, bytes.n, h, 400 },
		 false, out),
	    0);
	damage_each(span_str(&bytes), 0, sizeof(*h), use, out);
	for (int part = 0; part < WORDS_PARTS; part++)
		damage_each(span_str(&bytes), h->parts[part].offset,
			    h->parts[part].offset + (SANITIZED ? 20 : 120), use,
			    out);
	damage_some(span_str(&bytes), SANITIZED ? 500 : 3000, 8, use, out);
	damage_cut(span_str(&bytes), 997, use, out);
	free(t.of);
	str_release(&bytes);
	str_release(&out[0]);
	str_release(&out[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_bytes),
		cmocka_unit_test(vanishing),
		cmocka_unit_test(refusals),
		cmocka_unit_test(damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
