/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The word index against a scorer that counts every word of every row. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "damage.h"
#include "index/words.h"
#include "index/wordsbuild.h"
#include "index/wordsformat.h"
#include "text/stem.h"

#define VOCABULARY 400
#define GROUPS 5000

static const char *const roots[] = {
	"love", "run",   "beat",  "dark",  "hope", "sing", "dance", "rain",
	"fire", "night", "dream", "light", "cry",  "walk", "heart", "move",
};
static const char *const ends[] = { "", "s", "ing", "ed", "ly", "er", "ness" };

struct place {
	uint16_t word, field;
	uint32_t at;
};

struct corpus {
	char *words[VOCABULARY];
	int stem[VOCABULARY]; /* a word of the same stem, the first */
	size_t rows;
	struct place *places; /* of all rows, in order */
	size_t *begin;        /* [rows + 1] */
	uint16_t (*lengths)[WORDS_FIELDS];
	struct words_model model;
	float average[WORDS_FIELDS];
	size_t documents;
	struct str bytes; /* the index */
};

static int put(void *to, const void *p, size_t n, struct err *err)
{
	(void)err;
	str_put(to, p, n);
	return 0;
}

static void vocabulary(struct corpus *c)
{
	struct stem *s = stem_new();
	char *stems[VOCABULARY];

	for (size_t i = 0; i < VOCABULARY; i++) {
		struct str w = { 0 };
		size_t root = i / 7 % 16;
		struct span stem;

		/* The first words are the most frequent: single ones. */
		if (i >= 112)
			str_printf(&w, "w%zux%s", i / 3, ends[i % 3]);
		else
			str_printf(&w, "%s%s", roots[root], ends[i % 7]);
		c->words[i] = w.p;
		stem = stem_word(s, span_of(w.p));
		stems[i] = mem_dup(stem.p, stem.n);
		c->stem[i] = (int)i;
		for (size_t k = 0; k < i; k++)
			if (!strcmp(stems[k], stems[i]) && c->stem[i] == (int)i)
				c->stem[i] = c->stem[k];
	}
	for (size_t i = 0; i < VOCABULARY; i++)
		free(stems[i]);
	stem_free(s);
}

static void averages(struct corpus *c)
{
	for (int f = 0; f < WORDS_FIELDS; f++) {
		double sum = 0, n = 0;

		for (size_t r = 0; r < c->rows; r++) {
			sum += c->lengths[r][f];
			n += c->lengths[r][f] != 0;
		}
		c->average[f] = n > 0 ? (float)(sum / n) : 1;
	}
	for (size_t r = 0; r < c->rows; r++)
		c->documents += c->begin[r + 1] > c->begin[r];
}

/* Words by Zipf's law, fields of other lengths, some rows empty; a list's
 * values stand apart in the tags. */
static void make(struct corpus *c, size_t rows, size_t most, uint64_t seed)
{
	size_t cap = 0, n = 0;

	*c = (struct corpus){ .rows = rows };
	vocabulary(c);
	words_model_default(&c->model);
	c->begin = mem_zalloc(rows + 1, sizeof(*c->begin));
	c->lengths = mem_zalloc(rows + 1, sizeof(*c->lengths));
	for (size_t r = 0; r < rows; r++) {
		for (uint16_t f = 0; f < WORDS_FIELDS; f++) {
			size_t words = rng_below(&seed, most + 1);
			uint32_t at = 0;

			if (rng_below(&seed, 4) == 0)
				words = 0;
			for (size_t i = 0; i < words; i++) {
				double u = (double)(rng_next(&seed) >> 11) /
					   9007199254740992.0;
				size_t w = (size_t)pow(VOCABULARY, u) - 1;

				/* Frequent words at both ends of the list. */
				if (w % 3 == 0)
					w = (w + 200) % VOCABULARY;
				if (f == WORDS_TAGS && i && w % 2)
					at++;
				MEM_ROOM(c->places, n + 1, cap);
				c->places[n++] =
				    (struct place){ (uint16_t)w, f, at++ };
			}
			c->lengths[r][f] = (uint16_t)words;
		}
		c->begin[r + 1] = n;
	}
	averages(c);
}

static void release(struct corpus *c)
{
	for (size_t i = 0; i < VOCABULARY; i++)
		free(c->words[i]);
	free(c->places);
	free(c->begin);
	free(c->lengths);
	str_release(&c->bytes);
}

/* The row's texts; one str per field. */
static void texts(const struct corpus *c, size_t row, struct str *out)
{
	uint32_t next[WORDS_FIELDS] = { 0 };

	for (int f = 0; f < WORDS_FIELDS; f++)
		str_reset(&out[f]);
	for (size_t i = c->begin[row]; i < c->begin[row + 1]; i++) {
		const struct place *p = &c->places[i];

		if (next[p->field])
			str_putc(&out[p->field],
				 p->at == next[p->field] ? ' ' : WORDS_BETWEEN);
		str_puts(&out[p->field], c->words[p->word]);
		next[p->field] = p->at + 1;
	}
}

static void build(const struct corpus *c, size_t memory, int threads,
		  size_t step, struct str *bytes)
{
	struct words_options o = { c->model, memory, threads };
	struct words_builder *b = words_builder_new(c->rows, &o);
	struct str text[WORDS_FIELDS] = { 0 };
	struct err err = { 0 };

	for (size_t i = 0; i < c->rows; i++) {
		size_t row = i * step % c->rows;
		struct span spans[WORDS_FIELDS];

		texts(c, row, text);
		for (int f = 0; f < WORDS_FIELDS; f++)
			spans[f] = span_str(&text[f]);
		if (c->begin[row] == c->begin[row + 1] && i % 2)
			continue;
		assert_int_equal(words_builder_add(b, row, spans, &err), 0);
	}
	str_reset(bytes);
	assert_int_equal(words_builder_end(b, put, bytes, &err), 0);
	words_builder_free(b);
	for (int f = 0; f < WORDS_FIELDS; f++)
		str_release(&text[f]);
}

/* --- the oracle --- */

struct asked {
	enum words_kind kind;
	enum words_need need;
	int words[4];
	size_t count;
	char prefix[16];
};

static uint8_t code_of(const struct corpus *c, size_t row,
		       const uint32_t tf[WORDS_FIELDS])
{
	double x = 0;

	for (int f = 0; f < WORDS_FIELDS; f++) {
		double b = (double)c->model.b[f];

		if (tf[f])
			x += (double)c->model.weight[f] * tf[f] /
			     (1 - b +
			      b * c->lengths[row][f] / (double)c->average[f]);
	}
	x = floor(256 * x / ((double)c->model.k1 + x) + 0.5);
	return x > 255 ? 255 : x < 1 ? 1 : (uint8_t)x;
}

static bool phrase_at(const struct corpus *c, size_t i, size_t end,
		      const struct asked *a)
{
	for (size_t k = 0; k < a->count; k++)
		if (i + k >= end || c->places[i + k].word != a->words[k] ||
		    c->places[i + k].field != c->places[i].field ||
		    c->places[i + k].at != c->places[i].at + k)
			return false;
	return true;
}

static uint8_t code_in(const struct corpus *c, size_t row,
		       const struct asked *a)
{
	uint32_t tf[WORDS_FIELDS] = { 0 };
	size_t from = c->begin[row], end = c->begin[row + 1], met = 0;
	uint8_t best = 0;

	if (a->kind == WORDS_PREFIX) {
		for (size_t i = from; i < end; i++) {
			int w = c->places[i].word;
			struct asked stem = { .kind = WORDS_TERM,
					      .words = { w },
					      .count = 1 };
			uint8_t code;

			if (strncmp(c->words[w], a->prefix, strlen(a->prefix)))
				continue;
			code = code_in(c, row, &stem);
			best = code > best ? code : best;
		}
		return best;
	}
	for (size_t i = from; i < end; i++) {
		bool here =
		    a->kind == WORDS_TERM
			? c->stem[c->places[i].word] == c->stem[a->words[0]]
			: phrase_at(c, i, end, a);

		tf[c->places[i].field] += here;
		met += here;
	}
	return met ? code_of(c, row, tf) : 0;
}

struct truth {
	uint32_t score;
	uint32_t row;
};

static int better(const void *a, const void *b)
{
	const struct truth *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

/* All matches, best first. */
static size_t exhaust(const struct corpus *c, const struct asked *a, size_t n,
		      const uint8_t *allowed, struct truth *out)
{
	uint8_t *code = mem_zalloc(c->rows + 1, n);
	uint32_t weight[8];
	size_t found = 0;

	for (size_t k = 0; k < n; k++) {
		double df = 0;

		for (size_t r = 0; r < c->rows; r++)
			df += (code[r * n + k] = code_in(c, r, &a[k])) != 0;
		weight[k] =
		    (uint32_t)(256 * log(1 + ((double)c->documents - df + 0.5) /
						 (df + 0.5)) +
			       0.5);
		weight[k] = weight[k] ? weight[k] : 1;
	}
	for (size_t r = 0; r < c->rows; r++) {
		uint32_t score = 0;
		bool out_of_it = allowed && !allowed[r], any = false;

		for (size_t k = 0; k < n; k++) {
			bool has = code[r * n + k] != 0;

			out_of_it |= a[k].need == WORDS_EXCLUDED   ? has
				     : a[k].need == WORDS_REQUIRED ? !has
								   : false;
			if (a[k].need == WORDS_EXCLUDED)
				continue;
			any |= has;
			score += weight[k] * code[r * n + k];
		}
		if (any && !out_of_it)
			out[found++] = (struct truth){ score, (uint32_t)r };
	}
	free(code);
	qsort(out, found, sizeof(*out), better);
	return found;
}

/* --- queries --- */

static void ask(const struct corpus *c, struct asked *a, uint64_t *seed)
{
	size_t i = rng_below(seed, c->begin[c->rows]);
	const char *z;

	*a = (struct asked){ .kind = WORDS_TERM, .count = 1 };
	a->words[0] = c->places[i].word;
	if (rng_below(seed, 3) == 0)
		a->words[0] = (int)rng_below(seed, VOCABULARY);
	a->need = rng_below(seed, 5) == 0   ? WORDS_REQUIRED
		  : rng_below(seed, 6) == 0 ? WORDS_EXCLUDED
					    : WORDS_OPTIONAL;
	switch (rng_below(seed, 5)) {
	case 0:
		a->kind = WORDS_PHRASE;
		a->count = 1 + rng_below(seed, 3);
		for (size_t k = 0; k < a->count; k++)
			a->words[k] =
			    c->places[(i + k) % c->begin[c->rows]].word;
		break;
	case 1:
		a->kind = WORDS_PREFIX;
		z = c->words[a->words[0]];
		memcpy(a->prefix, z, 1 + rng_below(seed, strlen(z)));
		break;
	default:
		break;
	}
}

static void put_clause(const struct corpus *c, const struct asked *a,
		       struct words_query *q)
{
	struct str text = { 0 };

	for (size_t k = 0; k < a->count; k++)
		str_printf(&text, "%s ", c->words[a->words[k]]);
	assert_true(words_query_add(q, a->kind, a->need, 1,
				    a->kind == WORDS_PREFIX ? span_of(a->prefix)
							    : span_str(&text)));
	str_release(&text);
}

static void check_reasons(const struct words_view *v, struct words_work *w,
			  const struct words_query *q, struct topk_item best,
			  const struct corpus *c, const struct asked *a)
{
	struct words_reason why[WORDS_CLAUSES_MAX];
	size_t n = words_explain(v, w, q, best.index, why), met = 0;
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		const struct asked *x = &a[why[i].clause];
		double fields = 0;
		uint32_t count = 0;

		sum += (double)why[i].score;
		assert_true(code_in(c, best.index, x) != 0);
		assert_true(x->need != WORDS_EXCLUDED);
		for (int f = 0; f < WORDS_FIELDS; f++) {
			fields += (double)why[i].field[f];
			count += why[i].count[f];
			assert_int_equal(why[i].count[f] != 0,
					 why[i].field[f] > 0);
		}
		assert_true(count > 0);
		assert_true(fabs(fields - (double)why[i].score) < 1e-4);
		if (x->kind == WORDS_TERM)
			assert_int_equal(code_of(c, best.index, why[i].count),
					 code_in(c, best.index, x));
	}
	for (size_t i = 0; i < q->count; i++)
		met += a[i].need != WORDS_EXCLUDED &&
		       code_in(c, best.index, &a[i]);
	assert_int_equal(n, met);
	assert_true(fabs(sum - (double)best.score) < 1e-3);
}

/* Taken in turn, at most so many of a group. */
static size_t cap_truth(struct truth *truth, size_t found,
			const struct words_cap *cap)
{
	size_t met[GROUPS] = { 0 }, n = 0;

	for (size_t i = 0; i < found; i++) {
		uint32_t group = cap->group[truth[i].row];

		if (group == UINT32_MAX || met[group]++ < cap->each)
			truth[n++] = truth[i];
	}
	return n;
}

static void same_rows(const struct topk_item *best, size_t got,
		      const struct truth *truth, size_t found, size_t k)
{
	assert_int_equal(got, k < found ? k : found);
	for (size_t x = 0; x < got; x++) {
		assert_int_equal(best[x].index, truth[x].row);
		assert_true(best[x].score == (float)truth[x].score / 65536);
	}
}

static void compare(const struct corpus *c, int queries, uint64_t seed)
{
	struct words_work *w = words_work_new();
	struct words_query q = { 0 };
	struct words_view v;
	struct err err = { 0 };
	struct truth *truth = mem_zalloc(c->rows + 1, sizeof(*truth));
	struct topk_item *best = mem_zalloc(c->rows + 1, sizeof(*best));
	uint8_t *allowed = mem_zalloc(c->rows + 1, 1);
	uint32_t *group = mem_zalloc(c->rows + 1, sizeof(*group));

	/* One large group, many small ones, and rows without. */
	for (size_t r = 0; r < c->rows; r++)
		group[r] = r % 5 == 0   ? UINT32_MAX
			   : r % 3 == 0 ? 0
					: (uint32_t)rng_below(&seed, GROUPS);
	assert_int_equal(words_view(&v, span_str(&c->bytes), &err), 0);
	for (int i = 0; i < queries; i++) {
		struct words_cap cap = { .group = group };
		struct asked a[5];
		size_t n = 1 + rng_below(&seed, 5), found, got;
		size_t some = rng_below(&seed, 100);
		const uint8_t *let = i % 3 ? NULL : allowed;
		size_t k = 1 + rng_below(&seed, i % 4 ? 20 : c->rows + 10);

		for (size_t r = 0; r < c->rows; r++)
			allowed[r] =
			    rng_below(&seed, i % 2 ? 100 : 3000) < some;
		words_query_reset(&q);
		for (size_t x = 0; x < n; x++) {
			ask(c, &a[x], &seed);
			put_clause(c, &a[x], &q);
		}
		found = exhaust(c, a, n, let, truth);
		if (k > c->rows)
			k = c->rows;
		got = words_search(&v, w, &q, let, k, best, &err);
		same_rows(best, got, truth, found, k);
		if (got)
			check_reasons(&v, w, &q, best[rng_below(&seed, got)], c,
				      a);
		cap.each = 1 + rng_below(&seed, 4);
		got = words_find(&v, w, let, &cap, k, best);
		same_rows(best, got, truth, cap_truth(truth, found, &cap), k);
	}
	free(truth);
	free(best);
	free(allowed);
	free(group);
	words_query_release(&q);
	words_work_free(w);
}

static void ranking(void **state)
{
	struct corpus c;

	(void)state;
	make(&c, 700, 8, 1);
	build(&c, 0, 1, 1, &c.bytes);
	compare(&c, SANITIZED ? 500 : 2500, 2);
	release(&c);
	/* Several windows, long lists. */
	make(&c, 20000, 2, 3);
	build(&c, 0, 2, 1, &c.bytes);
	compare(&c, SANITIZED ? 20 : 120, 4);
	release(&c);
}

static void same_bytes(void **state)
{
	struct corpus c;
	struct str other = { 0 };

	(void)state;
	make(&c, 9973, 6, 5);
	build(&c, 0, 1, 1, &c.bytes);
	build(&c, 1 << 20, 1, 1, &other); /* many runs, spilled */
	assert_true(span_eq(span_str(&c.bytes), span_str(&other)));
	build(&c, 1 << 21, 3, 1, &other);
	assert_true(span_eq(span_str(&c.bytes), span_str(&other)));
	build(&c, 1 << 20, 2, 4001, &other); /* rows in another order */
	assert_true(span_eq(span_str(&c.bytes), span_str(&other)));
	str_release(&other);
	release(&c);
}

/* --- no room --- */

/* A builder that has the words of c, in part in a temporary file; *rc is what
 * adding them gave. */
static struct words_builder *fill(const struct corpus *c, struct err *err,
				  int *rc)
{
	struct words_options o = { c->model, 1 << 20, 1 };
	struct words_builder *b = words_builder_new(c->rows, &o);
	struct str text[WORDS_FIELDS] = { 0 };

	*rc = 0;
	for (size_t r = 0; r < c->rows && !*rc; r++) {
		struct span spans[WORDS_FIELDS];

		texts(c, r, text);
		for (int f = 0; f < WORDS_FIELDS; f++)
			spans[f] = span_str(&text[f]);
		*rc = words_builder_add(b, r, spans, err);
	}
	for (int f = 0; f < WORDS_FIELDS; f++)
		str_release(&text[f]);
	return b;
}

/* Cuts the temporary files that are open. */
static void cut_files(void)
{
	for (int fd = 3; fd < 64; fd++) {
		char name[64], at[512] = "";

		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		if (readlink(name, at, sizeof(at) - 1) > 0 &&
		    strstr(at, "/moodpipe-"))
			assert_int_equal(ftruncate(fd, 0), 0);
	}
}

static void no_room(void **state)
{
	struct rlimit limit, small;
	struct words_builder *b;
	struct str bytes = { 0 };
	struct err err = { 0 };
	struct corpus c;
	int rc;

	(void)state;
	make(&c, 9973, 6, 5);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = (struct rlimit){ 4096, limit.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	b = fill(&c, &err, &rc);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(rc, -1);
	assert_status(&err, ERR_ENV);
	assert_non_null(strstr(err.message, "set TMPDIR"));
	words_builder_free(b);

	b = fill(&c, &err, &rc);
	assert_int_equal(rc, 0);
	cut_files();
	errno = 0;
	assert_int_equal(words_builder_end(b, put, &bytes, &err), -1);
	assert_status(&err, ERR_ENV);
	assert_non_null(strstr(err.message, "ends early"));
	assert_non_null(strstr(err.message, "TMPDIR"));
	words_builder_free(b);
	str_release(&bytes);
	release(&c);
}

/* --- edges --- */

static void few(struct str *bytes, const char *const *titles, size_t n)
{
	struct words_options o = { .threads = 1 };
	struct words_builder *b;
	struct err err = { 0 };

	words_model_default(&o.model);
	b = words_builder_new(n, &o);
	for (size_t i = 0; i < n; i++) {
		struct span text[WORDS_FIELDS] = { span_of(titles[i]) };

		assert_int_equal(words_builder_add(b, i, text, &err), 0);
	}
	assert_int_equal(words_builder_end(b, put, bytes, &err), 0);
	words_builder_free(b);
}

/* Rows that "text" finds, as a string of their numbers. */
static const char *found(struct str *bytes, const char *text, struct str *out)
{
	struct words_work *w = words_work_new();
	struct words_query q = { 0 };
	struct topk_item best[16];
	struct words_view v;
	struct err err = { 0 };
	size_t n;

	assert_int_equal(words_view(&v, span_str(bytes), &err), 0);
	words_query_parse(&q, span_of(text));
	n = words_search(&v, w, &q, NULL, 16, best, &err);
	str_reset(out);
	for (size_t i = 0; i < n; i++)
		str_printf(out, "%u ", best[i].index);
	words_query_release(&q);
	words_work_free(w);
	return str_z(out);
}

static void syntax(void **state)
{
	static const char *const titles[] = {
		"Dancing in the Dark",
		"Dark Dancer",
		"Caf\xc3\xa9 del Mar",
		"Hip-Hop Don't Stop",
		"stop the hop and hip",
		"Beat It",
		"Beats International",
		"I'm beaten",
		"runner",
		"I run",
		"",
		"\xff\xfe broken",
	};
	struct str bytes = { 0 }, out = { 0 };

	(void)state;
	few(&bytes, titles, 12);
	assert_string_equal(found(&bytes, "dance", &out), "0 ");
	assert_string_equal(found(&bytes, "danc*", &out), "1 0 ");
	assert_string_equal(found(&bytes, "\"in the dark\"", &out), "0 ");
	assert_string_equal(found(&bytes, "\"dance\"", &out), "");
	assert_string_equal(found(&bytes, "dark -dancer", &out), "0 ");
	assert_string_equal(found(&bytes, "+dark dancing", &out), "0 1 ");
	assert_string_equal(found(&bytes, "cafe", &out), "2 ");
	assert_string_equal(found(&bytes,
				  "\xe2\x80\x9c"
				  "caf\xc3\xa9 del\xe2\x80\x9d",
				  &out),
			    "2 ");
	assert_string_equal(found(&bytes, "+hip-hop", &out), "3 ");
	assert_string_equal(found(&bytes, "stop -hip-hop", &out), "4 ");
	assert_string_equal(found(&bytes, "beat*", &out), "5 6 7 ");
	assert_string_equal(found(&bytes, "beats", &out), "5 6 ");
	assert_string_equal(found(&bytes, "runn*", &out), "8 ");
	assert_string_equal(found(&bytes, "dont", &out), "3 ");
	assert_string_equal(found(&bytes, "broken", &out), "11 ");
	assert_string_equal(found(&bytes, "nowhere dark", &out), "1 0 ");
	assert_string_equal(found(&bytes, "+nowhere dark", &out), "");
	assert_string_equal(found(&bytes, "-dark", &out), "");
	assert_string_equal(found(&bytes, "", &out), "");
	assert_string_equal(found(&bytes, "\" - + * \"\"", &out), "");
	str_release(&bytes);
	str_release(&out);
}

static void edges(void **state)
{
	struct words_options o = { .threads = 4 };
	struct words_builder *b;
	struct str bytes = { 0 }, out = { 0 }, big = { 0 };
	struct span text[WORDS_FIELDS] = { SPAN("once") };
	struct err err = { 0 };
	const char *titles[300];

	(void)state;
	few(&bytes, NULL, 0);
	assert_string_equal(found(&bytes, "a b*", &out), "");
	str_reset(&bytes);
	for (int i = 0; i < 300; i++)
		titles[i] = "same words";
	few(&bytes, titles, 300);
	assert_string_equal(found(&bytes, "word", &out),
			    "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 ");
	words_model_default(&o.model);
	b = words_builder_new(3, &o);
	assert_int_equal(words_builder_add(b, 1, text, &err), 0);
	assert_int_equal(words_builder_add(b, 1, text, &err), -1);
	assert_status(&err, ERR_DATA);
	assert_int_equal(words_builder_add(b, 3, text, &err), -1);
	/* More words than a field has places for, and a word too long. */
	for (int i = 0; i < 70000; i++)
		str_puts(&big, "la ");
	for (int i = 0; i < 100; i++)
		str_puts(&big, "x");
	text[WORDS_LYRICS] = span_str(&big);
	assert_int_equal(words_builder_add(b, 2, text, &err), 0);
	text[WORDS_LYRICS] = (struct span){ big.p + 210000, 100 };
	assert_int_equal(words_builder_add(b, 0, text, &err), 0);
	str_reset(&bytes);
	assert_int_equal(words_builder_end(b, put, &bytes, &err), 0);
	words_builder_free(b);
	assert_string_equal(found(&bytes, "\"la la\"", &out), "2 ");
	str_reset(&big);
	for (int i = 0; i < 90; i++)
		str_puts(&big, "x");
	assert_string_equal(found(&bytes, big.p, &out), "0 ");
	str_release(&bytes);
	str_release(&out);
	str_release(&big);
}

/* --- damage --- */

static void use(struct span bytes, void *ctx)
{
	static const char *const asked[] = {
		"love running dark",
		"\"love run\" +night",
		"w*",
		"+l* -dreams",
		"\"dark\" r*",
		"zz",
		"+heart +light move fires",
		"lovel* danc*",
	};
	struct words_view v;
	struct words_work *w = ctx;
	struct words_query q = { 0 };
	struct topk_item best[50];
	struct words_reason why[WORDS_CLAUSES_MAX];
	struct err err = { 0 };

	if (words_view(&v, bytes, &err)) {
		assert_status(&err, ERR_DATA);
		return;
	}
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		size_t n;

		words_query_reset(&q);
		words_query_parse(&q, span_of(asked[i]));
		n = words_search(&v, w, &q, NULL, 50, best, &err);
		if (n == SIZE_MAX) {
			assert_status(&err, ERR_DATA);
			continue;
		}
		for (size_t k = 0; k < n; k++) {
			assert_true(best[k].index < v.rows);
			words_explain(&v, w, &q, best[k].index, why);
		}
	}
	words_query_release(&q);
}

static void damage(void **state)
{
	struct words_work *w = words_work_new();
	struct corpus c;
	const struct words_header *h;

	(void)state;
	make(&c, 900, 5, 7);
	build(&c, 0, 1, 1, &c.bytes);
	h = (const void *)c.bytes.p;
	damage_each(span_str(&c.bytes), 0, sizeof(*h), use, w);
	for (int part = 1; part < WORDS_PARTS; part++)
		damage_each(span_str(&c.bytes), h->parts[part].offset,
			    h->parts[part].offset + 120, use, w);
	damage_some(span_str(&c.bytes), SANITIZED ? 1000 : 5000, 8, use, w);
	damage_cut(span_str(&c.bytes), 997, use, w);
	release(&c);
	words_work_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(syntax),     cmocka_unit_test(edges),
		cmocka_unit_test(same_bytes), cmocka_unit_test(ranking),
		cmocka_unit_test(damage),     cmocka_unit_test(no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
