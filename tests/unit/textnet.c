/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model made by hand: what it tells against sums by hand; each field of its
 * sections broken. */
#include "textfixture.h"

#include "learn/rowtable.h"
#include "learn/textnetformat.h"

enum { INFO, HEADS, CUES, NUMBERS, WIDE, DEEP, SECTIONS };
static const char *const names[SECTIONS] = { "net.info",   "net.heads",
					     "net.cues",   "net.numbers",
					     "net.wide.0", "net.deep.0" };
enum { COLUMNS = 6, ROW = 16, ROWS = 3 };
static const char heads_json[] =
    "[{\"name\":\"l\",\"kind\":\"labels\",\"labels\":[\"x\",\"y\"],"
    "\"slope\":[2,1],\"offset\":[-1,0]},{\"name\":\"c\",\"kind\":\"class\","
    "\"labels\":[\"p\",\"q\"],\"slope\":[0.5,0.5],\"offset\":[0,1]},"
    "{\"name\":\"v\",\"kind\":\"regression\",\"labels\":[\"v\"],\"mean\":[3],"
    "\"deviation\":[0.5]},{\"name\":\"s\",\"kind\":\"regression\","
    "\"labels\":[\"s\"],\"stacked\":true,\"mean\":[1],\"deviation\":[2]}]";

struct model {
	struct str section[SECTIONS];
	struct textnet_shape shape;
	struct textnet_layout l;
	float *numbers; /* of the member */
	float *stack;
	uint64_t word[ROWS]; /* kelp, moss, iron */
	struct pack *pack;
	struct textnet *net;
	struct textnet_work *w;
};

static void words(uint64_t hash[ROWS])
{
	struct utterance u = { 0 };
	struct textgrams g = { 0 };

	utterance_read(&u, SPAN("kelp moss iron"));
	textgrams_read(&g, &u, NULL);
	memcpy(hash, g.word, ROWS * sizeof(*hash));
	textgrams_release(&g);
	utterance_release(&u);
}

/* All numbers 0, rows of three words of rarity 1: 7 in a column each. */
static void make(struct model *m, struct textnet_shape shape)
{
	struct textnet_info info = { .utterance = UTTERANCE_VERSION,
				     .cues = TEXTCUES_VERSION,
				     .grams = TEXTGRAMS_VERSION,
				     .columns = COLUMNS,
				     .members = 1,
				     .stacked = 1,
				     .group = { 1, 1, 1 } };
	struct textcues cues = textfixture_parse(textfixture_cues);
	float rarity[ROWS] = { 1, 1, 1 };
	float rows[ROWS * ROW] = { 0 };
	size_t count;

	*m = (struct model){ .shape = shape };
	info.shape[0] = shape;
	m->l = textnet_layout(&shape, COLUMNS);
	count = 2 * TEXTCUES + m->l.count + COLUMNS + TEXTCUES + 1;
	words(m->word);
	for (size_t i = 0; i < ROWS; i++)
		rows[i * ROW + i] = 7;
	str_put(&m->section[INFO], &info, sizeof(info));
	str_puts(&m->section[HEADS], heads_json);
	str_put(&m->section[CUES], cues.rows, cues.count * sizeof(*cues.rows));
	str_reserve(&m->section[NUMBERS], count * sizeof(float));
	m->section[NUMBERS].n = count * sizeof(float);
	memset(m->section[NUMBERS].p, 0, m->section[NUMBERS].n);
	m->numbers = (float *)(void *)m->section[NUMBERS].p + 2 * TEXTCUES;
	m->stack = m->numbers + m->l.count;
	rowtable_write(&m->section[WIDE], m->word, rarity, rows, ROWS, ROW);
	rowtable_write(&m->section[DEEP], m->word, rarity, rows, ROWS, ROW);
	textfixture_free(&cues);
}

static int write_model(const struct model *m, const char *path)
{
	struct err err = { 0 };
	FILE *f = fopen(path, "w+");
	struct pack_writer *w;

	assert_non_null(f);
	w = pack_writer_new(f, TEXTNET_KIND, TEXTNET_VERSION, &err);
	for (int i = 0; i < SECTIONS; i++)
		if (m->section[i].p)
			assert_int_equal(pack_section(w, names[i],
						      m->section[i].p,
						      m->section[i].n, &err),
					 0);
	assert_int_equal(pack_writer_end(w, NULL, &err), 0);
	return fclose(f);
}

/* 0: opened. -1: refused, with what *err says. */
static int try_open(struct model *m, struct err *err)
{
	char *path = test_path("model.pack");

	write_model(m, path);
	m->pack = pack_open(path, TEXTNET_KIND, TEXTNET_VERSION, err);
	assert_non_null(m->pack);
	m->net = textnet_open(m->pack, err);
	m->w = m->net ? textnet_work_new(m->net) : NULL;
	unlink(path);
	free(path);
	return m->net ? 0 : -1;
}

static void shut(struct model *m)
{
	textnet_work_free(m->w);
	textnet_free(m->net);
	pack_close(m->pack);
	m->w = NULL;
	m->net = NULL;
	m->pack = NULL;
}

static void drop_model(struct model *m)
{
	shut(m);
	for (int i = 0; i < SECTIONS; i++)
		str_release(&m->section[i]);
}

static void opened(struct model *m)
{
	struct err err = { 0 };

	if (try_open(m, &err))
		fail_msg("%s", err.message);
}

static struct textnet_told tell(struct model *m, const char *text)
{
	struct textnet_told told;

	textnet_read(m->net, m->w, span_of(text), 0, &told);
	return told;
}

static void near(double got, double want)
{
	/* a row's scale is rounded up to 8 bits */
	if (!(fabs(got - want) <= .01 * fabs(want) + 1e-6))
		fail_msg("%f, wanted %f", got, want);
}

static void test_linear(void **state)
{
	struct textnet_told t;
	struct model m;

	(void)state;
	make(&m, (struct textnet_shape){ 1, 0, 0, 0 });
	for (size_t k = 0; k < COLUMNS; k++)
		m.numbers[m.l.bias + k] = (float)k / 10;
	opened(&m);
	t = tell(&m, "kelp");
	near((double)t.logit[0], 7);
	near((double)t.logit[3], .3);
	assert_int_equal(t.tokens, 1);
	assert_int_equal(t.words, 1);
	assert_int_equal(t.known, 1);
	/* two known words share a norm of 1; one twice weighs 1 + ln 2 */
	t = tell(&m, "moss kelp unknown");
	near((double)t.logit[0], 7 / sqrt(2));
	near((double)t.logit[1], 7 / sqrt(2) + .1);
	assert_int_equal(t.known, 2);
	t = tell(&m, "moss kelp x moss");
	near((double)t.logit[1], 7 * (1 + log(2)) / hypot(1, 1 + log(2)) + .1);
	near((double)t.logit[0], 7 / hypot(1, 1 + log(2)));
	/* nothing known, nothing there: the biases */
	t = tell(&m, "good and happily");
	assert_int_equal(t.known, 2); /* listed */
	t = tell(&m, "who, me?");
	near((double)t.logit[1], .1);
	assert_int_equal(t.known, 0);
	t = tell(&m, " \xcc\x81 ");
	near((double)t.logit[4], .4);
	assert_int_equal(t.tokens, 0);
	drop_model(&m);
}

static void test_calibrated(void **state)
{
	struct textnet_told t;
	struct model m;
	double p;

	(void)state;
	make(&m, (struct textnet_shape){ 1, 0, 0, 0 });
	m.numbers[m.l.bias] = .25F;
	m.numbers[m.l.bias + 2] = 4;
	m.numbers[m.l.bias + 4] = -1;
	m.stack[1] = .5F; /* of column y */
	m.stack[COLUMNS + TEXTCUES] = .25F;
	opened(&m);
	t = tell(&m, "moss");
	near((double)t.value[0], 1 / (1 + exp(-(2 * .25 - 1))));
	near((double)t.value[1], 1 / (1 + exp(-7)));
	p = exp(.5 * 4) / (exp(.5 * 4) + exp(1));
	near((double)t.value[2], p);
	near((double)t.value[3], 1 - p);
	near((double)t.value[4], 3 - .5);
	near((double)t.value[5], 1 + 2 * (.5 * 7 + .25));
	drop_model(&m);
}

/* Every part of the pooled network has its own number here. */
static void test_pooled(void **state)
{
	struct textnet_told t;
	struct model m;
	float *n;

	(void)state;
	make(&m, (struct textnet_shape){ 0, ROW, 1, 1 });
	n = m.numbers;
	/* column 0: the mean's first; 1: the maximum's; 2: the filter; 3:
	 * hidden; 4: the cue "negations", 2 of which are a deviation */
	n[m.l.skip + 0 * m.l.pooled] = 1;
	n[m.l.skip + 1 * m.l.pooled + ROW] = 1;
	n[m.l.skip + 2 * m.l.pooled + 2 * ROW] = 1;
	n[m.l.outer + 3] = 2;
	n[m.l.inner + ROW + 1] = 1; /* maximum of moss' number */
	n[m.l.inner_bias] = -3;
	for (size_t i = 0; i < TEXTCUES; i++)
		if (!strcmp(textcues_name(i), "negations")) {
			m.numbers[(ptrdiff_t)i - 2 * TEXTCUES] = 1;
			m.numbers[(ptrdiff_t)i - TEXTCUES] = .5F;
			n[m.l.skip + 4 * m.l.pooled + 2 * ROW + 1 + i] = 1;
		}
	/* the filter: kelp, then moss, then iron */
	n[m.l.filter] = 1;
	n[m.l.filter + ROW + 1] = 10;
	n[m.l.filter + 2 * ROW + 2] = 100;
	n[m.l.filter_bias] = -1;
	opened(&m);
	t = tell(&m, "kelp");
	near((double)t.logit[0], 7 / sqrt(2)); /* sum / sqrt(tokens + 1) */
	near((double)t.logit[1], 7);
	near((double)t.logit[2], 0);
	near((double)t.logit[3], 0);
	near((double)t.logit[4], -.5);
	t = tell(&m, "kelp x");
	near((double)t.logit[2], 6);
	t = tell(&m, "kelp moss iron kelp");
	near((double)t.logit[0], 14 / sqrt(5));
	near((double)t.logit[2], 777 - 1);
	near((double)t.logit[3], 2 * (7 - 3));
	t = tell(&m, "iron moss kelp");
	near((double)t.logit[2], 69);
	t = tell(&m, "no no never no no no no no no no no no");
	near((double)t.logit[4], 4); /* four deviations at most */
	near((double)t.logit[1], 0);
	near((double)t.logit[2], 0);
	drop_model(&m);
}

/* A text longer than an utterance: pieces weigh as their tokens. */
static void test_pieces(void **state)
{
	struct str text = { 0 };
	struct textnet_told t, again;
	struct model m;

	(void)state;
	make(&m, (struct textnet_shape){ 1, 0, 0, 0 });
	opened(&m);
	for (int i = 0; i < 90; i++)
		str_puts(&text, i < 80 ? "a " : "kelp ");
	t = tell(&m, str_z(&text));
	near((double)t.logit[0], 7 * 18 / 90.);
	assert_int_equal(t.tokens, 90);
	assert_int_equal(t.words, 90);
	assert_int_equal(t.known, 10);
	assert_int_equal(textnet_utterance(m.w)->count, 18);
	/* a limit in bytes */
	textnet_read(m.net, m.w, span_str(&text), 160, &t);
	assert_int_equal(t.tokens, 80);
	near((double)t.logit[0], 0);
	/* a used reader tells what a new one does */
	t = tell(&m, "kelp moss!!");
	textnet_work_free(m.w);
	m.w = textnet_work_new(m.net);
	again = tell(&m, "kelp moss!!");
	assert_memory_equal(t.logit, again.logit, sizeof(t.logit));
	str_release(&text);
	drop_model(&m);
}

static void test_parts(void **state)
{
	float direction[TEXTHEADS_COLUMNS] = { 1, -1 };
	float parts[UTTERANCE_TOKENS];
	struct model m;

	(void)state;
	make(&m, (struct textnet_shape){ 1, ROW, 0, 0 });
	opened(&m);
	textnet_parts(m.net, m.w, SPAN("so kelp or moss or iron"), direction,
		      parts);
	near((double)parts[1], 7 / sqrt(3));
	near((double)parts[3], -7 / sqrt(3));
	for (size_t i = 0; i < UTTERANCE_TOKENS; i++)
		assert_true(i == 1 || i == 3 || fabsf(parts[i]) < 1e-6F);
	test_span_is(textnet_utterance(m.w)->tokens[1].text, "kelp");
	drop_model(&m);
}

static void harmless(struct model *m)
{
	float parts[UTTERANCE_TOKENS], direction[TEXTHEADS_COLUMNS] = { 1 };
	struct textnet_told t = tell(m, "kelp moss iron! not GOOD :(");

	for (size_t k = 0; k < textnet_heads(m->net)->columns; k++)
		assert_true(isfinite(t.logit[k]) && isfinite(t.value[k]));
	textnet_parts(m->net, m->w, SPAN("kelp good"), direction, parts);
	for (size_t i = 0; i < UTTERANCE_TOKENS; i++)
		assert_true(isfinite(parts[i]));
}

/* Every word of a section, or what begins it, takes values that are not its
 * own: refused as data, or what is told stays finite. */
static void test_fields(void **state)
{
	static const uint32_t values[] = { 0,          1,          5,
					   16,         64,         4096,
					   1u << 20,   0x7FFFFFFF, 0x80000000,
					   UINT32_MAX, 0x7F800000, 0x7FC00000,
					   0x7F7FFFFF };
	struct model m;
	struct err err;
	int refused = 0, passed = 0;

	(void)state;
	make(&m, (struct textnet_shape){ 1, ROW, 2, 3 });
	m.numbers[m.l.bias] = 1;
	for (int s = 0; s < SECTIONS; s++) {
		size_t n = m.section[s].n < 160 ? m.section[s].n : 160;

		for (size_t at = 0; at + 4 <= n; at += s == NUMBERS ? 20 : 4)
			for (size_t v = 0; v < sizeof(values) / sizeof(*values);
			     v++) {
				char was[4];

				memcpy(was, m.section[s].p + at, 4);
				memcpy(m.section[s].p + at, &values[v], 4);
				err = (struct err){ 0 };
				if (try_open(&m, &err)) {
					assert_status(&err, ERR_DATA);
					refused++;
				} else {
					harmless(&m);
					passed++;
				}
				shut(&m);
				memcpy(m.section[s].p + at, was, 4);
			}
	}
	assert_true(refused > 300 && passed > 50);
	/* the counts and versions of net.info: none other is taken */
	for (size_t at = 0; at < 6 * 4; at += 4)
		for (uint32_t change = 1; change < 3; change++) {
			m.section[INFO].p[at] =
			    (char)(m.section[INFO].p[at] + (char)change);
			assert_int_equal(try_open(&m, &err), -1);
			m.section[INFO].p[at] =
			    (char)(m.section[INFO].p[at] - (char)change);
			shut(&m);
		}
	opened(&m);
	drop_model(&m);
}

/* Sections that are missing, cut, or longer. */
static void test_sections(void **state)
{
	struct model m;
	struct err err = { 0 };

	(void)state;
	make(&m, (struct textnet_shape){ 1, ROW, 0, 0 });
	for (int s = 0; s < SECTIONS; s++) {
		struct str was = m.section[s];

		m.section[s] = (struct str){ 0 };
		assert_int_equal(try_open(&m, &err), -1);
		assert_status(&err, ERR_DATA);
		shut(&m);
		m.section[s] = was;
		for (size_t n = 0; n < was.n; n += 1 + was.n / 40) {
			m.section[s].n = n;
			if (try_open(&m, &err))
				assert_status(&err, ERR_DATA);
			else /* cues: any whole number of rows */
				assert_true(s == CUES && n % 32 == 0);
			shut(&m);
		}
		m.section[s] = was;
		str_puts(&m.section[s], "\1\1\1\1");
		assert_int_equal(try_open(&m, &err), s == HEADS ? 0 : -1);
		shut(&m);
		m.section[s].n -= 4;
	}
	m.numbers = NULL; /* moved */
	opened(&m);
	drop_model(&m);
}

/* Two members tell the mean of both. */
static void test_members(void **state)
{
	float direction[TEXTHEADS_COLUMNS] = { 1 }, parts[UTTERANCE_TOKENS];
	struct textnet_info *info;
	struct textnet_told t;
	struct model m;
	struct str two = { 0 };

	(void)state;
	make(&m, (struct textnet_shape){ 1, 0, 0, 0 });
	m.numbers[m.l.bias + 1] = 3;
	info = (struct textnet_info *)(void *)m.section[INFO].p;
	info->members = 2;
	info->shape[1] = (struct textnet_shape){ 0 };
	str_put(&two, m.section[NUMBERS].p,
		(2 * TEXTCUES + m.l.count) * sizeof(float));
	str_put(&two, m.numbers,
		m.section[NUMBERS].n - 2 * TEXTCUES * sizeof(float));
	str_release(&m.section[NUMBERS]);
	m.section[NUMBERS] = two;
	((float *)(void *)two.p)[2 * TEXTCUES + m.l.count + m.l.bias + 1] = 4;
	opened(&m);
	t = tell(&m, "kelp");
	near((double)t.logit[0], 3.5);
	near((double)t.logit[1], 3.5);
	textnet_parts(m.net, m.w, SPAN("so kelp"), direction, parts);
	near((double)parts[1], 3.5);
	drop_model(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_calibrated),
		cmocka_unit_test(test_pooled),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
