/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients against finite differences; what each part of a network can and
 * cannot learn; early stopping; the model says what the fit said. */
#include "textfixture.h"

#include "learn/textnetfit.c"

#define SOURCE "\"header\":false,\"delimiter\":\"\\t\",\"text\":1,\"targets\":["
static const char heads_all[] =
    "[{\"name\":\"l\",\"kind\":\"labels\",\"labels\":[\"x\",\"y\"],"
    "\"weight\":0.7,\"balance\":0.5},{\"name\":\"c\",\"kind\":\"class\","
    "\"labels\":[\"p\",\"q\",\"r\"],\"balance\":0.5},{\"name\":\"v\","
    "\"kind\":\"regression\",\"labels\":[\"v\",\"w\"],\"mean\":[3,0],"
    "\"deviation\":[0.5,2]}]";
static const char source_all[] =
    SOURCE "{\"head\":\"l\",\"columns\":[2]},{\"head\":\"c\",\"columns\":[3]},"
	   "{\"head\":\"v\",\"columns\":[4,5]}],\"weight\":1.5";

struct made {
	struct textheads heads;
	struct textcues cues;
	struct labelled l;
	struct textdata d;
};

static void make(struct made *m, const char *heads, const char *table,
		 const char *source, const struct textdata_options *o)
{
	*m = (struct made){ .cues = textfixture_parse(textfixture_cues) };
	textfixture_heads(&m->heads, heads);
	textfixture_texts(&m->l, &m->heads, table, source);
	textdata_make(&m->d, &m->l, &m->cues, o);
}

static void drop_made(struct made *m)
{
	textdata_release(&m->d);
	labelled_release(&m->l);
	textfixture_free(&m->cues);
}

/* --- gradients --- */

static void begin(struct fit *f, const struct made *m,
		  const struct textnetfit_options *o)
{
	uint32_t *texts = mem_zalloc(m->l.count, sizeof(*texts));

	*f = (struct fit){ .d = &m->d, .heads = &m->heads, .o = o };
	for (size_t i = 0; i < m->l.count; i++)
		texts[i] = (uint32_t)i;
	f->columns = m->heads.columns;
	f->padded =
	    (f->columns + TEXTNET_LANES - 1) / TEXTNET_LANES * TEXTNET_LANES;
	f->l = textnet_layout(&o->shape, f->columns);
	f->steps = 1;
	f->filled = 1;
	start(f, texts, m->l.count);
	free(texts);
	for (size_t i = 0; i < f->l.count; i++)
		f->numbers[i] = (float)(0.06 * random_normal(&f->random));
	for (size_t i = 0; f->rows && i < m->d.deep.count * o->shape.dim; i++)
		f->rows[i] = (float)(0.5 * random_normal(&f->random));
	for (size_t i = 0; f->wide && i < m->d.wide.count * f->padded; i++)
		f->wide[i] = (float)(0.1 * random_normal(&f->random));
}

static double loss_of(struct fit *f, size_t text)
{
	float z[TEXTHEADS_COLUMNS + TEXTNET_LANES];
	float g[TEXTHEADS_COLUMNS + TEXTNET_LANES];

	forward(f, &f->d->texts[text], false, z);
	return losses(f, text, z, g);
}

/* How many of gradient[n] are not the slopes of the loss in x[n]. */
static size_t differ(struct fit *f, size_t text, float *x,
		     const float *gradient, size_t n)
{
	const float step = 1e-3F;
	size_t bad = 0;

	for (size_t i = 0; i < n; i++) {
		float was = x[i];
		double up, down, slope;

		x[i] = was + step;
		up = loss_of(f, text);
		x[i] = was - step;
		down = loss_of(f, text);
		x[i] = was;
		slope = (up - down) / (2 * (double)step);
		bad += fabs(slope - (double)gradient[i]) >
		       3e-3 + .02 * fabs(slope);
	}
	return bad;
}

/* A kink of a maximum may lie within the step, seldom. */
static void same(const char *what, struct fit *f, size_t text, float *x,
		 const float *gradient, size_t n)
{
	size_t bad = differ(f, text, x, gradient, n), some = 0;

	for (size_t i = 0; i < n; i++)
		some += fabsf(gradient[i]) > 5e-3F;
	if (bad > n / 30 || (n && !text && !some))
		fail_msg("%s of text %zu: %zu of %zu differ, %zu not small",
			 what, text, bad, n, some);
}

static void back(struct fit *f, size_t text, float *g)
{
	float z[TEXTHEADS_COLUMNS + TEXTNET_LANES];

	forward(f, &f->d->texts[text], true, z);
	losses(f, text, z, g);
	memset(f->gradient, 0, f->l.count * sizeof(float));
	back_outputs(f, g);
	if (f->o->shape.dim)
		back_pool(f);
}

static void check_rows(struct fit *f, size_t text)
{
	size_t n = f->d->deep.count, dim = f->o->shape.dim;
	float *before = mem_dup(f->rows, n * dim * sizeof(float));
	float *gradient = mem_zalloc(n * dim, sizeof(float));

	for (size_t i = 0; i < n; i++)
		f->row_squares[i] = 0;
	move_rows(f, 1);
	for (size_t i = 0; i < n * dim; i++)
		gradient[i] =
		    (before[i] - f->rows[i]) * sqrtf(f->row_squares[i / dim]);
	memcpy(f->rows, before, n * dim * sizeof(float));
	same("rows", f, text, f->rows, gradient, n * dim);
	free(before);
	free(gradient);
}

static void check_wide(struct fit *f, size_t text, const float *g)
{
	size_t n = f->d->wide.count * f->padded;
	float *before = mem_dup(f->wide, n * sizeof(float));
	float *gradient = mem_zalloc(n, sizeof(float));

	for (size_t i = 0; i < n; i++)
		f->wide_squares[i] = 1e-12F;
	move_wide(f, &f->d->texts[text], g, 1);
	for (size_t i = 0; i < n; i++)
		gradient[i] = copysignf(sqrtf(f->wide_squares[i]),
					before[i] - f->wide[i]);
	memcpy(f->wide, before, n * sizeof(float));
	same("grams", f, text, f->wide, gradient, n);
	free(before);
	free(gradient);
}

static void check_numbers(struct fit *f, size_t text)
{
	const struct textnet_layout *l = &f->l;
	const struct {
		const char *name;
		size_t from, to;
	} parts[] = {
		{ "filters", l->filter, l->filter_bias },
		{ "biases of filters", l->filter_bias, l->inner },
		{ "hidden weights", l->inner, l->inner_bias },
		{ "hidden biases", l->inner_bias, l->outer },
		{ "outer weights", l->outer, l->skip },
		{ "skip", l->skip, l->bias },
		{ "biases", l->bias, l->count },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		same(parts[i].name, f, text, f->numbers + parts[i].from,
		     f->gradient + parts[i].from, parts[i].to - parts[i].from);
}

static void gradients(const struct textnet_shape *shape)
{
	struct textdata_options o = { 1, 1, 1, 1, 1, { 1, 1, .5F } };
	struct textnetfit_options fit = { .shape = *shape,
					  .epochs = 1,
					  .batch = 1,
					  .wide_start = 1,
					  .row_start = 1,
					  .seed = 11 };
	struct made m;
	struct fit f;
	float g[TEXTHEADS_COLUMNS + TEXTNET_LANES];

	/* all told, some, with shared classes; words that share no gram */
	make(&m, heads_all,
	     "abc good xyz?\tx\tp,r\t3.5\t-1\nbad uvw\ty\t\t\t\n"
	     "gh sad\t\tq\t2.5\t1\nLOVE it not\tx,y\t\t3\t0\n",
	     source_all, &o);
	begin(&f, &m, &fit);
	for (size_t text = 0; text < m.l.count; text++) {
		back(&f, text, g);
		check_numbers(&f, text);
		if (shape->dim)
			check_rows(&f, text);
		if (shape->wide)
			check_wide(&f, text, g);
	}
	free(f.numbers);
	finish(&f);
	drop_made(&m);
}

static void test_gradients(void **state)
{
	(void)state;
	gradients(&(struct textnet_shape){ 1, 16, 4, 6 });
	gradients(&(struct textnet_shape){ 0, 16, 0, 5 });
	gradients(&(struct textnet_shape){ 0, 32, 3, 0 });
	gradients(&(struct textnet_shape){ 1, 0, 0, 0 });
	gradients(&(struct textnet_shape){ 0, 0, 0, 4 });
}

/* --- learning --- */

static const char heads_two[] = "[{\"name\":\"c\",\"kind\":\"class\","
				"\"labels\":[\"up\",\"down\"]}]";
static const char source_two[] = SOURCE "{\"head\":\"c\",\"columns\":[2]}]";

/* Words a0 or a1 and b0 or b1 among others; up where both digits are the same
 * (exclusive: the exclusive or), or where a's is 1. */
static void make_words(struct made *m, size_t n, bool exclusive, double noise)
{
	static const char *const a[] = { "kelp", "moss" }, *const b[] = {
		"iron", "zinc"
	};
	struct textdata_options o = { 40,      40,      40,
				      1 << 30, 1 << 30, { 1, 1, .5F } };
	struct str table = { 0 };
	uint64_t seed = 21;

	for (size_t i = 0; i < n; i++) {
		size_t x = rng_below(&seed, 2), y = rng_below(&seed, 2);
		bool up = exclusive ? x == y : x;

		if ((double)rng_below(&seed, 1000) < 1000 * noise)
			up = !up;
		str_printf(&table, "%d %s %d %d %s %d\t%s\n",
			   (int)rng_below(&seed, 999), a[x],
			   (int)rng_below(&seed, 999),
			   (int)rng_below(&seed, 999), b[y],
			   (int)rng_below(&seed, 999), up ? "up" : "down");
	}
	make(m, heads_two, str_z(&table), source_two, &o);
	str_release(&table);
}

static struct textnet *publish(const struct made *m,
			       const struct textnetfit_member *member,
			       struct pack **pack)
{
	char *path = test_path("model.pack");
	struct err err = { 0 };
	FILE *f = fopen(path, "w+");
	struct textnet *n;

	assert_non_null(f);
	if (textnetfit_write(&m->d, &m->heads, &m->cues, member, 1, NULL, f,
			     NULL, &err))
		fail_msg("%s", err.message);
	fclose(f);
	*pack = pack_open(path, TEXTNET_KIND, TEXTNET_VERSION, &err);
	n = *pack ? textnet_open(*pack, &err) : NULL;
	if (!n)
		fail_msg("%s", err.message);
	unlink(path);
	free(path);
	return n;
}

/* The share of texts of fold `held` whose class is right. */
static double accuracy(const struct made *m,
		       const struct textnetfit_member *member,
		       const uint8_t *fold, int held)
{
	struct pack *pack;
	struct textnet *n = publish(m, member, &pack);
	struct textnet_work *w = textnet_work_new(n);
	double right = 0, all = 0;

	for (size_t i = 0; i < m->l.count; i++) {
		struct textnet_told told;

		if (fold[i] != held)
			continue;
		textnet_read(n, w, m->l.items[i].text, 0, &told);
		assert_true(fabsf(told.value[0] + told.value[1] - 1) < 1e-5F);
		all++;
		right += (told.value[0] > .5F) ==
			 (labelled_target(&m->l, i)[0] > .5F);
	}
	textnet_work_free(w);
	textnet_free(n);
	pack_close(pack);
	return right / all;
}

static uint8_t *quarters(size_t n)
{
	uint8_t *fold = mem_zalloc(n, 1);

	for (size_t i = 0; i < n; i++)
		fold[i] = (uint8_t)(i % 4);
	return fold;
}

static double learnt(const struct made *m, const struct textnetfit_options *o)
{
	uint8_t *fold = quarters(m->l.count);
	struct textnetfit_member member;
	double right;

	textnetfit_member(&m->d, &m->heads, fold, 3, o, NULL, NULL, &member);
	right = accuracy(m, &member, fold, 3);
	textnetfit_release(&member);
	free(fold);
	return right;
}

static struct textnetfit_options small_deep(void)
{
	struct textnetfit_options o = textnetfit_deep;

	o.shape = (struct textnet_shape){ 0, 16, 0, 16 };
	o.epochs = 40;
	o.rate = 0.01;
	o.row_rate = 0.1;
	o.token_dropout = o.pool_dropout = o.hidden_dropout = 0;
	return o;
}

static void test_linear(void **state)
{
	struct made m;

	(void)state;
	make_words(&m, 400, false, 0);
	assert_true(learnt(&m, &textnetfit_wide) > .97);
	drop_made(&m);
}

/* An exclusive or is beyond a linear model, not beyond a hidden layer. */
static void test_exclusive(void **state)
{
	struct textnetfit_options o = small_deep();
	double wide, deep;
	struct made m;

	(void)state;
	make_words(&m, 800, true, 0);
	wide = learnt(&m, &textnetfit_wide);
	deep = learnt(&m, &o);
	if (!(wide < .65 && deep > .97))
		fail_msg("wide %.2f, deep %.2f", wide, deep);
	drop_made(&m);
}

static void test_regression(void **state)
{
	struct textdata_options o = { 3, 30, 3, 3, 3, { 1, 1, .5F } };
	struct str table = { 0 };
	struct textnetfit_options fit = textnetfit_wide;
	struct textnetfit_member member;
	struct pack *pack;
	struct textnet *n;
	struct textnet_work *w;
	struct textnet_told high, low;
	struct made m;

	(void)state;
	for (int i = 0; i < 200; i++)
		str_printf(&table, "%s %d\t%s\n", i % 2 ? "moss" : "kelp", i,
			   i % 2 ? "4" : "2");
	make(&m,
	     "[{\"name\":\"v\",\"kind\":\"regression\",\"labels\":[\"v\"],"
	     "\"mean\":[3],\"deviation\":[1]}]",
	     str_z(&table), SOURCE "{\"head\":\"v\",\"columns\":[2]}]", &o);
	fit.epochs = 20;
	textnetfit_member(&m.d, &m.heads, NULL, -1, &fit, NULL, NULL, &member);
	n = publish(&m, &member, &pack);
	w = textnet_work_new(n);
	textnet_read(n, w, SPAN("moss 7"), 0, &high);
	textnet_read(n, w, SPAN("kelp 8"), 0, &low);
	if (!(fabsf(high.value[0] - 4) < .35F &&
	      fabsf(low.value[0] - 2) < .35F))
		fail_msg("told %.2f and %.2f of 4 and 2", (double)high.value[0],
			 (double)low.value[0]);
	textnet_work_free(w);
	textnet_free(n);
	pack_close(pack);
	textnetfit_release(&member);
	drop_made(&m);
	str_release(&table);
}

/* --- the run --- */

struct log {
	struct textnetfit_progress at[64];
	int count;
};

static void note(void *ctx, const struct textnetfit_progress *p)
{
	struct log *log = ctx;

	log->at[log->count++] = *p;
}

static bool same_bytes(const struct textnetfit_member *a,
		       const struct textnetfit_member *b, size_t numbers)
{
	return a->wide.n == b->wide.n && a->deep.n == b->deep.n &&
	       (!a->wide.n || !memcmp(a->wide.p, b->wide.p, a->wide.n)) &&
	       (!a->deep.n || !memcmp(a->deep.p, b->deep.p, a->deep.n)) &&
	       !memcmp(a->numbers, b->numbers, numbers * sizeof(float));
}

static void test_stopping(void **state)
{
	struct textnetfit_options o = small_deep();
	struct textnetfit_member kept, again, other;
	struct log log = { .count = 0 };
	struct made m;
	uint8_t *fold;
	size_t numbers;
	int best = 0;

	(void)state;
	make_words(&m, 300, true, .2);
	fold = quarters(m.l.count);
	o.schedule = TEXTNET_CONSTANT;
	o.patience = 3;
	numbers = textnet_layout(&o.shape, 2).count;
	textnetfit_member(&m.d, &m.heads, fold, 1, &o, note, &log, &kept);
	for (int i = 0; i < log.count; i++) {
		assert_int_equal(log.at[i].epoch, i + 1);
		if (log.at[i].held < log.at[best].held)
			best = i;
	}
	assert_int_equal(kept.epochs, best + 1);
	assert_true(log.count < o.epochs); /* noise: it must overfit */
	assert_int_equal(log.count, best + 1 + o.patience);
	/* what was kept is what those epochs alone give */
	o.epochs = best + 1;
	o.patience = 0;
	textnetfit_member(&m.d, &m.heads, fold, 1, &o, NULL, NULL, &again);
	assert_true(same_bytes(&kept, &again, numbers));
	o.seed++;
	textnetfit_member(&m.d, &m.heads, fold, 1, &o, NULL, NULL, &other);
	assert_false(same_bytes(&kept, &other, numbers));
	textnetfit_release(&kept);
	textnetfit_release(&again);
	textnetfit_release(&other);
	drop_made(&m);
	free(fold);
}

/* A fit that runs away to NaN leaves the best it had. */
static void test_runaway(void **state)
{
	struct textnetfit_options o = small_deep();
	struct textnetfit_member member;
	struct log log = { .count = 0 };
	struct made m;
	uint8_t *fold;

	(void)state;
	make_words(&m, 100, false, 0);
	fold = quarters(m.l.count);
	o.schedule = TEXTNET_CONSTANT;
	o.batch = 75;
	o.rate = 10;
	o.decay = 10;
	o.patience = 1000;
	textnetfit_member(&m.d, &m.heads, fold, 0, &o, note, &log, &member);
	assert_true(isnan(log.at[log.count - 1].held));
	assert_true(isfinite(log.at[member.epochs - 1].held));
	for (size_t i = 0; i < textnet_layout(&o.shape, 2).count; i++)
		assert_true(isfinite(member.numbers[i]));
	textnetfit_release(&member);
	drop_made(&m);
	free(fold);
}

/* All texts in the fold that is held; texts of no tokens; nothing known. */
static void test_nothing(void **state)
{
	struct textdata_options o = textdata_defaults;
	struct textnetfit_options fit = textnetfit_deep;
	struct textnetfit_member member;
	struct pack *pack;
	struct textnet *n;
	struct made m;
	uint8_t fold[2] = { 0 };

	(void)state;
	make(&m, heads_two, "\xcc\x81\tup\nx\tdown\n", source_two, &o);
	fit.shape.wide = 1;
	for (int held = -1; held < 2; held++) {
		for (fit.patience = 0; fit.patience < 2; fit.patience++) {
			textnetfit_member(&m.d, &m.heads, fold, held, &fit,
					  NULL, NULL, &member);
			n = publish(&m, &member, &pack);
			textnet_free(n);
			pack_close(pack);
			textnetfit_release(&member);
		}
	}
	drop_made(&m);
}

/* The model's logits are those of the fit with its rows rounded. */
static void test_model(void **state)
{
	struct textdata_options o = { 1, 1, 1, 1, 1, { 1, 1, .5F } };
	struct textnetfit_options fit = textnetfit_deep;
	struct textnetfit_member member = { .shape = { 1, 16, 5, 7 } };
	struct rowtable t;
	struct pack *pack;
	struct textnet *n;
	struct textnet_work *w;
	struct made m;
	struct fit f;

	(void)state;
	fit.shape = member.shape;
	fit.wide_start = 1;
	make(&m, heads_all,
	     "abc good xyz? No way\tx\tp,r\t3.5\t-1\nbad uvw\ty\t\t\t\n"
	     "gh sad, sad sad\t\tq\t2.5\t1\nLOVE it not :)\tx,y\t\t3\t0\n",
	     source_all, &o);
	begin(&f, &m, &fit);
	member.numbers = mem_zalloc(f.l.count, sizeof(float));
	keep_best(&f, &member);
	assert_int_equal(rowtable_view(&t, span_str(&member.deep), NULL), 0);
	memset(f.rows, 0, m.d.deep.count * 16 * sizeof(float));
	for (size_t i = 0; i < m.d.deep.count; i++)
		rowtable_add(rowtable_find(&t, m.d.deep.hash[i]), 16, 1,
			     f.rows + i * 16);
	assert_int_equal(rowtable_view(&t, span_str(&member.wide), NULL), 0);
	memset(f.wide, 0, m.d.wide.count * f.padded * sizeof(float));
	for (size_t i = 0; i < m.d.wide.count; i++)
		rowtable_add(rowtable_find(&t, m.d.wide.hash[i]), f.padded, 1,
			     f.wide + i * f.padded);
	n = publish(&m, &member, &pack);
	w = textnet_work_new(n);
	for (size_t i = 0; i < m.l.count; i++) {
		float z[TEXTHEADS_COLUMNS + TEXTNET_LANES];
		struct textnet_told told;

		forward(&f, &m.d.texts[i], false, z);
		textnet_read(n, w, m.l.items[i].text, 0, &told);
		for (size_t k = 0; k < f.columns; k++)
			if (fabsf(z[k] - told.logit[k]) >
			    1e-4F * (1 + fabsf(z[k])))
				fail_msg("text %zu column %zu: %f, fit %f", i,
					 k, (double)told.logit[k],
					 (double)z[k]);
	}
	textnet_work_free(w);
	textnet_free(n);
	pack_close(pack);
	textnetfit_release(&member);
	free(f.numbers);
	finish(&f);
	drop_made(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gradients),
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_exclusive),
		cmocka_unit_test(test_regression),
		cmocka_unit_test(test_stopping),
		cmocka_unit_test(test_runaway),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
