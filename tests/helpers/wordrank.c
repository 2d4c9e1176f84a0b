/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * usage: wordrank INDEX QUERIES
 *
 * How well requests find tracks by their words, by text vectors and by both,
 * through the library that query and rerank are made of. INDEX: of build-index,
 * with text vectors. QUERIES: lines of a request, a tab and the ids of the
 * tracks that are right, with blanks between. Prints a line for each way: its
 * name, NDCG@10 with the ends of its 95 % interval, MRR, success at 1, recall
 * at 50, requests; behind the last two, how much better its NDCG@10 is than
 * that of the better of the first two, with an interval.
 *   words    BM25F of what asked.h makes of the request
 *   vectors  cosine
 *   RRF      1 / (60 + rank), summed (Cormack, Clarke & Buettcher 2009)
 *   query    the part of text in the score of rerank (scoring.h), of what
 *            retrieval.h retrieves: of no mood, and any number of an artist
 * Intervals are by drawing the requests anew, 1000 times.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "corpus/retrieval.h"
#include "corpus/scoring.h"
#include "wordfigures.h"

enum { EACH = 500, MOST = SOURCES * EACH, RRF = 60 };

enum way { WORDS, VECTORS, FUSED, QUERY, WAYS };
static const char *const way_names[] = { "words", "vectors", "RRF", "query" };

struct question {
	struct str words;
	uint32_t *right; /* ascending rows */
	size_t nright;
};

struct place {
	uint32_t row;
	double score;
};

struct ranking {
	struct place at[MOST];
	size_t count;
};

struct bench {
	struct generation *g;
	struct textmodel *model;
	struct weights weights;
	struct ranktuning tuning;
	struct querytext *words;
	struct retrieval *retrieval;
	struct request request;
	struct candidates found;
	struct scored *scored; /* [MOST] */
	struct question *questions;
	size_t count, cap;
	struct ranking ranking[WAYS]; /* of the question at hand */
};

static void die(const char *what, const struct err *err)
{
	fprintf(stderr, "wordrank: %s%s%s\n", what, err ? ": " : "",
		err ? err->message : "");
	exit(err ? 1 : 2);
}

/* --- rankings --- */

static int by_score(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->score < y->score || x->score > y->score)
		return x->score < y->score ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

static void add(struct ranking *r, uint32_t row, double score)
{
	r->at[r->count++] = (struct place){ row, score };
}

static void sort(struct ranking *r)
{
	qsort(r->at, r->count, sizeof(*r->at), by_score);
}

static int by_row(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->row > y->row) - (x->row < y->row);
}

static void fuse(const struct ranking *words, const struct ranking *vectors,
		 struct ranking *out)
{
	size_t n = 0;

	out->count = 0;
	for (size_t i = 0; i < words->count; i++)
		add(out, words->at[i].row, 1 / (RRF + (double)i + 1));
	for (size_t i = 0; i < vectors->count; i++)
		add(out, vectors->at[i].row, 1 / (RRF + (double)i + 1));
	qsort(out->at, out->count, sizeof(*out->at), by_row);
	for (size_t i = 0; i < out->count; i++)
		if (n && out->at[n - 1].row == out->at[i].row)
			out->at[n - 1].score += out->at[i].score;
		else
			out->at[n++] = out->at[i];
	out->count = n;
	sort(out);
}

static void ask(struct bench *b, const struct question *x)
{
	struct ranking *r = b->ranking;
	struct intent nothing = { 0 };
	struct scoring how = { .c = &b->found,
			       .g = b->g,
			       .weights = &b->weights,
			       .tuning = &b->tuning };
	struct err err = { 0 };
	size_t dead, n;

	candidates_reset(&b->found);
	b->found.weight[SIGNAL_TEXT] = 1;
	if (request_words(&b->request, span_str(&x->words), &err) ||
	    retrieval_run(
		b->retrieval,
		&(struct retrieval_task){
		    .from = { .request = &b->request, .intent = &nothing } },
		&b->found, &err))
		die("a question", &err);
	for (int w = 0; w < WAYS; w++)
		r[w].count = 0;
	for (size_t i = 0; i < b->found.count; i++) {
		const struct candidate *c = &b->found.items[i];

		if (c->words_score > 0)
			add(&r[WORDS], c->row, (double)c->words_score);
		if (c->from & 1u << SOURCE_TEXT)
			add(&r[VECTORS], c->row, -(double)c->text_distance);
	}
	sort(&r[WORDS]);
	sort(&r[VECTORS]);
	fuse(&r[WORDS], &r[VECTORS], &r[FUSED]);
	n = scoring_run(&how, b->scored, &dead, &err);
	if (n == SIZE_MAX)
		die("scores", &err);
	for (size_t i = 0; i < n; i++)
		add(&r[QUERY], b->scored[i].row, (double)b->scored[i].score);
}

/* --- figures --- */

static int by_number32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void judge(const struct question *x, const struct ranking *list,
		  struct figures *f, size_t i)
{
	double gain = 0, ideal = 0, met = 0;

	for (size_t j = 0; j < x->nright && j < 10; j++)
		ideal += 1 / log2((double)j + 2);
	f->reciprocal[i] = f->first[i] = 0;
	for (size_t j = 0; j < list->count; j++) {
		uint32_t row = list->at[j].row;

		if (!bsearch(&row, x->right, x->nright, sizeof(row),
			     by_number32))
			continue;
		if (f->reciprocal[i] <= 0)
			f->reciprocal[i] = 1 / ((double)j + 1);
		f->first[i] += j == 0;
		gain += j < 10 ? 1 / log2((double)j + 2) : 0;
		met += j < 50;
	}
	f->ndcg[i] = gain / ideal;
	f->recall[i] = met / (double)x->nright;
}

static void compare(struct bench *b)
{
	struct figures f[WAYS], *better;

	for (int w = 0; w < WAYS; w++)
		f[w] = figures_new(b->count);
	for (size_t i = 0; i < b->count; i++) {
		ask(b, &b->questions[i]);
		for (int w = 0; w < WAYS; w++)
			judge(&b->questions[i], &b->ranking[w], &f[w], i);
	}
	better =
	    &f[mean(f[WORDS].ndcg, b->count) >= mean(f[VECTORS].ndcg, b->count)
		   ? WORDS
		   : VECTORS];
	for (int w = 0; w < WAYS; w++)
		report(way_names[w], &f[w], b->count,
		       w == FUSED || w == QUERY ? better : NULL);
	for (int w = 0; w < WAYS; w++)
		free(f[w].ndcg);
}

/* --- reading --- */

static uint32_t row_of(const struct generation *g, struct span id)
{
	uint64_t key = hash_u64(id.p, id.n);
	size_t low = 0, high = g->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (g->keys[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == g->count || g->keys[low] != key)
		die("a question's track is not in the index", NULL);
	return (uint32_t)low;
}

static void read_right(const struct bench *b, struct question *x, const char *p)
{
	size_t cap = 0, n;

	for (; *p; p += n) {
		p += strspn(p, " \n");
		n = strcspn(p, " \n");
		if (!n)
			break;
		MEM_ROOM(x->right, x->nright + 1, cap);
		x->right[x->nright++] = row_of(b->g, (struct span){ p, n });
	}
	qsort(x->right, x->nright, sizeof(*x->right), by_number32);
}

static void read_questions(struct bench *b, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL, *tab;
	size_t room = 0;

	if (!f)
		die(path, NULL);
	while (getline(&line, &room, f) > 0) {
		struct question x = { 0 };

		tab = strchr(line, '\t');
		if (!tab)
			continue;
		str_put(&x.words, line, (size_t)(tab - line));
		read_right(b, &x, tab + 1);
		if (!x.nright)
			continue;
		MEM_ROOM(b->questions, b->count + 1, b->cap);
		b->questions[b->count++] = x;
	}
	free(line);
	fclose(f);
	if (!b->count)
		die("no questions", NULL);
}

static void open_index(struct bench *b, const char *path)
{
	struct retrieval_limits limits = { .threads = 1,
					   .each = EACH,
					   .most = MOST };
	struct err err = { 0 };

	b->g = generation_open(path, &err);
	if (!b->g || ranktuning_load(&b->tuning, &err) ||
	    weights_parse(&b->weights, b->g->weights, "weights", &err))
		die("index", &err);
	b->model = textmodel_open(b->g->pack, &err);
	if (!b->model)
		die("text model", &err);
	b->words = querytext_new(b->g, b->model, NULL, &err);
	if (!b->words)
		die("text vectors", &err);
	b->retrieval = retrieval_new(b->g, b->words, limits);
	b->scored = mem_zalloc(MOST, sizeof(*b->scored));
}

static void release(struct bench *b)
{
	for (size_t i = 0; i < b->count; i++) {
		str_release(&b->questions[i].words);
		free(b->questions[i].right);
	}
	free(b->questions);
	free(b->scored);
	retrieval_free(b->retrieval);
	querytext_free(b->words);
	candidates_release(&b->found);
	request_release(&b->request);
	weights_release(&b->weights);
	textmodel_free(b->model);
	generation_close(b->g);
	free(b);
}

int main(int argc, char **argv)
{
	struct bench *b = mem_zalloc(1, sizeof(*b));

	if (argc != 3)
		die("usage: wordrank INDEX QUERIES", NULL);
	open_index(b, argv[1]);
	read_questions(b, argv[2]);
	compare(b);
	release(b);
	return 0;
}
