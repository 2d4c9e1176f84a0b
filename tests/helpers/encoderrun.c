/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * encoderrun [OPTIONS] hidden|vectors|logits|pairs|speed DIR < LINES
 *
 * Runs the encoder of a model's folder. A line is a sequence of token ids, each
 * ID or ID:SEGMENT, or with --text (and always for vectors and pairs) a text;
 * for pairs QUERY, a tab, TEXT. Writes float32 as .npy: the last hidden states
 * of all sequences one behind the other, or a row for each line. speed prints
 * "load_ms first_ms sentence_ms peak_kb" as CPU time, the last the fastest of
 * --repeat rounds of --batch sequences of --tokens ids.
 *
 *   --precision f32|bf16|int8  --jobs N (1)  --batch N (32; lines of a call)
 *   --tokens N (64)  --repeat N (5)  --role plain|query|passage  --text
 *   --layer N: hidden states after this layer (0: embeddings), --batch all
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/parallel.h"
#include "encoder/sentence.h"
#include "io/npy.h"

enum what { HIDDEN, VECTORS, LOGITS, PAIRS, SPEED, WHATS };
static const char *const whats[WHATS] = { "hidden", "vectors", "logits",
					  "pairs", "speed" };

struct line {
	char *text;
	size_t n;
	struct subwords tokens;
};

struct part { /* of the result: of one call */
	float *values;
	size_t rows;
};

struct run {
	enum what what;
	bool text;
	int jobs, batch, tokens, repeat, layer;
	enum linear_precision precision;
	enum sentence_role role;
	struct encoderfolder *folder;
	struct encoder *encoder;
	struct sentence_model *sentences;
	struct line *lines;
	size_t count, cap, columns;
	struct part *parts;
	struct err *errs; /* [parts] */
};

static void die(const char *what, const struct err *err)
{
	fprintf(stderr, "encoderrun: %s%s%s\n", what, err ? ": " : "",
		err ? err->message : "");
	exit(err ? (int)err->status : 2);
}

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static int pick(const char *s, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(s, names[i]))
			return i;
	die(s, NULL);
	return -1;
}

static int number(const char *s)
{
	int v;

	if (num_int(span_of(s), 0, 1 << 20, &v))
		die(s, NULL);
	return v;
}

static void options(struct run *r, int argc, char **argv)
{
	static const char *const precisions[] = { "f32", "bf16", "int8" };
	static const char *const roles[] = { "plain", "query", "passage" };
	static const struct option longs[] = {
		{ "precision", 1, NULL, 'p' }, { "jobs", 1, NULL, 'j' },
		{ "batch", 1, NULL, 'b' },     { "tokens", 1, NULL, 't' },
		{ "repeat", 1, NULL, 'r' },    { "role", 1, NULL, 'o' },
		{ "layer", 1, NULL, 'l' },     { "text", 0, NULL, 'x' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		switch (c) {
		case 'p':
			r->precision =
			    (enum linear_precision)pick(optarg, precisions, 3);
			break;
		case 'o':
			r->role = (enum sentence_role)pick(optarg, roles, 3);
			break;
		case 'j':
			r->jobs = number(optarg);
			break;
		case 'b':
			r->batch = number(optarg);
			break;
		case 't':
			r->tokens = number(optarg);
			break;
		case 'r':
			r->repeat = number(optarg);
			break;
		case 'l':
			r->layer = number(optarg);
			break;
		case 'x':
			r->text = true;
			break;
		default:
			exit(2);
		}
	if (argc - optind != 2 || r->batch < 1 || r->jobs < 1)
		die("usage: encoderrun [OPTIONS] WHAT DIR", NULL);
	r->what = (enum what)pick(argv[optind], whats, WHATS);
}

static void put_token(struct subwords *t, int32_t id, int type)
{
	MEM_ROOM(t->items, t->count + 1, t->cap);
	t->items[t->count++] =
	    (struct subword){ .id = id, .type = (uint8_t)type };
}

static void parse_ids(struct line *l)
{
	char *p = l->text, *end;

	for (;; p = end) {
		long id = strtol(p, &end, 10), type = 0;

		if (end == p)
			return;
		if (*end == ':')
			type = strtol(end + 1, &end, 10);
		put_token(&l->tokens, (int32_t)id, (int)type);
	}
}

static void read_lines(struct run *r)
{
	size_t cap = 0;
	char *p = NULL;
	ssize_t n;

	while ((n = getline(&p, &cap, stdin)) >= 0) {
		struct line l = { 0 };

		if (n && p[n - 1] == '\n')
			p[--n] = '\0';
		l.text = mem_dup(p, (size_t)n);
		l.n = (size_t)n;
		if (!r->text && r->what != VECTORS && r->what != PAIRS)
			parse_ids(&l);
		MEM_ROOM(r->lines, r->count + 1, r->cap);
		r->lines[r->count++] = l;
	}
	free(p);
}

static void tokenize(struct run *r)
{
	const struct tokenizer *t = r->folder->tokenizer;
	struct tokenizer_work *w = tokenizer_work_new(t);
	struct subwords own = { 0 };

	for (size_t i = 0; i < r->count; i++) {
		struct line *l = &r->lines[i];

		tokenizer_encode(t, w, (struct span){ l->text, l->n }, &own);
		tokenizer_finish(t,
				 (struct subword_slice){ own.items, own.count },
				 NULL, &l->tokens);
	}
	subwords_release(&own);
	tokenizer_work_free(w);
}

struct copy {
	size_t layer, n;
	float *to;
};

static void copy_layer(void *ctx, size_t layer, const float *states)
{
	struct copy *c = ctx;

	if (layer == c->layer)
		memcpy(c->to, states, c->n * sizeof(*states));
}

static int run_ids(struct run *r, const struct line *l, size_t n,
		   struct part *p, struct err *err)
{
	struct encoder_work *w = encoder_work_new(r->encoder);
	size_t *start = mem_zalloc(n + 1, sizeof(*start)), tokens;
	struct subwords all = { 0 };
	struct encoder_batch b = { n, start, NULL };
	struct copy copy = { .layer = (size_t)r->layer };
	const float *states;
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < l[i].tokens.count; j++)
			put_token(&all, l[i].tokens.items[j].id,
				  l[i].tokens.items[j].type);
		start[i + 1] = all.count;
	}
	b.token = all.items;
	tokens = all.count;
	p->rows = r->what == LOGITS ? n : tokens;
	p->values = mem_zalloc(p->rows * r->columns + 1, sizeof(float));
	if (r->what == LOGITS) {
		rc = encoder_classify(r->encoder, w, &b, p->values, err);
	} else {
		copy.n = tokens * r->columns;
		copy.to = p->values;
		if (r->layer >= 0)
			encoder_watched(w, copy_layer, &copy);
		states = encoder_apply(r->encoder, w, &b, err);
		rc = states ? 0 : -1;
		if (states && r->layer < 0)
			memcpy(p->values, states, copy.n * sizeof(*p->values));
	}
	subwords_release(&all);
	free(start);
	encoder_work_free(w);
	return rc;
}

static int run_texts(struct run *r, const struct line *l, size_t n,
		     struct part *p, struct err *err)
{
	struct sentence_work *w = sentence_work_new(r->sentences);
	struct span *texts = mem_zalloc(n, sizeof(*texts));
	int rc = 0;

	p->rows = n;
	p->values = mem_zalloc(n * r->columns + 1, sizeof(float));
	for (size_t i = 0; i < n; i++)
		texts[i] = (struct span){ l[i].text, l[i].n };
	if (r->what == VECTORS)
		rc = sentence_vectors(r->sentences, w, r->role, texts, n,
				      p->values, NULL, err);
	else if (r->what == LOGITS)
		rc = sentence_logits(r->sentences, w, texts, n, p->values, NULL,
				     err);
	for (size_t i = 0; r->what == PAIRS && !rc && i < n; i++) {
		const char *tab = memchr(l[i].text, '\t', l[i].n);
		size_t a = tab ? (size_t)(tab - l[i].text) : l[i].n;
		struct span query = { l[i].text, a };
		struct span text = { l[i].text + a + !!tab,
				     l[i].n - a - !!tab };

		rc = sentence_pairs(r->sentences, w, query, &text, 1,
				    p->values + i * r->columns, err);
	}
	free(texts);
	sentence_work_free(w);
	return rc;
}

static void run_part(void *ctx, size_t i, int thread)
{
	struct run *r = ctx;
	size_t from = i * (size_t)r->batch, n = r->count - from;

	(void)thread;
	if (n > (size_t)r->batch)
		n = (size_t)r->batch;
	if (r->sentences)
		run_texts(r, r->lines + from, n, &r->parts[i], &r->errs[i]);
	else
		run_ids(r, r->lines + from, n, &r->parts[i], &r->errs[i]);
}

static void run_all(struct run *r)
{
	size_t n = (r->count + (size_t)r->batch - 1) / (size_t)r->batch;
	size_t rows = 0;

	r->parts = mem_zalloc(n + 1, sizeof(*r->parts));
	r->errs = mem_zalloc(n + 1, sizeof(*r->errs));
	parallel_for(r->jobs, n, run_part, r);
	for (size_t i = 0; i < n; i++) {
		if (r->errs[i].status)
			die("cannot", &r->errs[i]);
		rows += r->parts[i].rows;
	}
	if (npy_write_header(stdout, rows, (uint32_t)r->columns, &r->errs[n]))
		die("cannot write", &r->errs[n]);
	for (size_t i = 0; i < n; i++) {
		fwrite(r->parts[i].values, sizeof(float) * r->columns,
		       r->parts[i].rows, stdout);
		free(r->parts[i].values);
	}
	free(r->parts);
	free(r->errs);
}

/* The time of one call on b. */
static double timed(const struct run *r, struct encoder_work *w,
		    const struct encoder_batch *b)
{
	double from = cpu_ms();
	struct err err;

	if (!encoder_apply(r->encoder, w, b, &err))
		die("cannot", &err);
	return cpu_ms() - from;
}

static void measure(const struct run *r, double load)
{
	size_t n = (size_t)r->batch, length = (size_t)r->tokens;
	struct encoder_work *w = encoder_work_new(r->encoder);
	size_t *start = mem_zalloc(n + 1, sizeof(*start));
	struct subwords all = { 0 };
	struct encoder_batch b = { 1, start, NULL };
	double first, best = 1e300;
	struct rusage use;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < length; j++)
			put_token(&all,
				  (int32_t)((i * 7919 + j * 104729) %
					    r->folder->config.vocabulary),
				  0);
		start[i + 1] = all.count;
	}
	b.token = all.items;
	first = timed(r, w, &b);
	b.sequences = n;
	for (int i = 0; i < r->repeat; i++) {
		double t = timed(r, w, &b);

		best = t < best ? t : best;
	}
	getrusage(RUSAGE_SELF, &use);
	printf("%.2f %.2f %.3f %ld\n", load, first, best / (double)n,
	       use.ru_maxrss);
	subwords_release(&all);
	free(start);
	encoder_work_free(w);
}

int main(int argc, char **argv)
{
	struct run r = {
		.jobs = 1, .batch = 32, .tokens = 64, .repeat = 5, .layer = -1
	};
	struct err err = { 0 };
	const char *dir;

	options(&r, argc, argv);
	dir = argv[argc - 1];
	if (r.what == VECTORS || r.what == PAIRS ||
	    (r.what == LOGITS && r.text)) {
		r.sentences = sentence_open(dir, r.precision, &err);
		if (!r.sentences)
			die("cannot open", &err);
		r.columns = r.what == VECTORS
				? sentence_dim(r.sentences)
				: sentence_folder(r.sentences)->config.labels;
	} else {
		r.folder = r.text ? encoderfolder_open(dir, &err)
				  : encoderfolder_open_bare(dir, &err);
		r.encoder =
		    r.folder ? encoder_new(r.folder, r.precision, &err) : NULL;
		if (!r.encoder)
			die("cannot open", &err);
		r.columns = r.what == LOGITS ? r.folder->config.labels
					     : r.folder->config.hidden;
	}
	if (r.what == SPEED) {
		measure(&r, cpu_ms());
	} else {
		read_lines(&r);
		if (r.text && r.folder)
			tokenize(&r);
		run_all(&r);
	}
	for (size_t i = 0; i < r.count; i++) {
		free(r.lines[i].text);
		subwords_release(&r.lines[i].tokens);
	}
	free(r.lines);
	sentence_close(r.sentences);
	encoder_free(r.encoder);
	if (r.folder)
		encoderfolder_close(r.folder);
	return fflush(stdout) || ferror(stdout) ? 3 : 0;
}
