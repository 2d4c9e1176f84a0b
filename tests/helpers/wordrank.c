/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * usage: wordrank INDEX QUERIES [K:WORDS:NAMES:VECTORS:MET]...
 *
 * How well requests find tracks by their words, by text vectors and by both,
 * through the library that query and rerank are made of. INDEX: of build-index,
 * with text vectors. QUERIES: lines of a request, a tab and the ids of the
 * tracks that are right, with blanks between. Prints a line for each way: its
 * name, NDCG@10 with the ends of its 95 % interval, MRR, success at 1, recall
 * at 50, requests; behind all but the first two, how much better its NDCG@10 is
 * than that of the better of these, with an interval, and p that it is not.
 *   words    BM25F of what asked.h makes of the request
 *   vectors  cosine
 *   RRF ...  for each K:WORDS:NAMES:VECTORS:MET: weight / (K + rank), summed
 *            over those of words, what the request names (named.h) and vectors
 *            that found the track, equals ranked by row (Cormack, Clarke &
 *            Buettcher 2009: weights of 1). WORDS is times the share of the
 *            request's words that are met (scoring.h) to the power MET
 *   query    the part of text in the score of rerank (scoring.h), of what
 *            retrieval.h retrieves: of no mood, and any number of an artist
 * Intervals and p are by drawing the requests anew, as evaluate(1) does.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "corpus/retrieval.h"
#include "corpus/scoring.h"
#include "math/bootstrap.h"

enum { EACH = 500, MOST = SOURCES * EACH };

enum list { WORDS, NAMES, VECTORS, LISTS };

static const struct bootstrap drawing = { 2000, 1 };

struct rankfusion {
	const char *name; /* the numbers, as given */
	double k, weight[LISTS], met;
};

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

struct ranks {
	unsigned in[LISTS]; /* from 1; 0: not found */
};

struct figures { /* of one way, by question */
	double *ndcg, *reciprocal, *first, *recall;
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
	struct rankfusion *fusions;
	size_t fusion_count;
	struct ranking list[LISTS]; /* of the question at hand, */
	struct ranks *ranks;        /* [g->count], likewise */
	struct ranking fused;       /* scratch */
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

/* Fills b->list and b->ranks from b->found. */
static void rank_lists(struct bench *b)
{
	for (int l = 0; l < LISTS; l++)
		b->list[l].count = 0;
	memset(b->ranks, 0, b->g->count * sizeof(*b->ranks));
	for (size_t i = 0; i < b->found.count; i++) {
		const struct candidate *c = &b->found.items[i];

		if (c->words_score > 0)
			add(&b->list[WORDS], c->row, (double)c->words_score);
		if (c->named > 0)
			add(&b->list[NAMES], c->row, (double)c->named);
		if (c->from & 1u << SOURCE_TEXT)
			add(&b->list[VECTORS], c->row,
			    -(double)c->text_distance);
	}
	for (int l = 0; l < LISTS; l++) {
		sort(&b->list[l]);
		for (size_t i = 0; i < b->list[l].count; i++)
			b->ranks[b->list[l].at[i].row].in[l] = (unsigned)i + 1;
	}
}

static void ask(struct bench *b, const struct question *x)
{
	struct intent literal = { .plain = x->words };
	struct err err = { 0 };

	candidates_reset(&b->found);
	b->found.weight[SIGNAL_TEXT] = 1;
	if (request_words(&b->request, span_str(&x->words), &err) ||
	    retrieval_run(
		b->retrieval,
		&(struct retrieval_task){
		    .from = { .request = &b->request, .intent = &literal } },
		&b->found, &err))
		die("a question", &err);
	rank_lists(b);
}

static const struct ranking *fuse(struct bench *b, const struct rankfusion *f)
{
	double weight[LISTS];

	memcpy(weight, f->weight, sizeof(weight));
	weight[WORDS] *= pow((double)b->found.words_met, f->met);
	b->fused.count = 0;
	for (size_t i = 0; i < b->found.count; i++) {
		uint32_t row = b->found.items[i].row;
		const unsigned *rank = b->ranks[row].in;
		double score = 0;

		for (int l = 0; l < LISTS; l++)
			score += rank[l] ? weight[l] / (f->k + rank[l]) : 0;
		if (score > 0)
			add(&b->fused, row, score);
	}
	sort(&b->fused);
	return &b->fused;
}

static const struct ranking *rerank(struct bench *b)
{
	struct scoring how = { .c = &b->found,
			       .g = b->g,
			       .weights = &b->weights,
			       .tuning = &b->tuning };
	struct err err = { 0 };
	size_t dead, n = scoring_run(&how, b->scored, &dead, &err);

	if (n == SIZE_MAX)
		die("scores", &err);
	b->fused.count = 0;
	for (size_t i = 0; i < n; i++)
		add(&b->fused, b->scored[i].row, (double)b->scored[i].score);
	return &b->fused;
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

static void report(const char *name, const struct figures *f, size_t n,
		   const struct figures *other)
{
	double ends[2];

	bootstrap_interval(&drawing, f->ndcg, n, ends);
	printf("%s\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%zu", name,
	       bootstrap_mean(f->ndcg, n), ends[0], ends[1],
	       bootstrap_mean(f->reciprocal, n), bootstrap_mean(f->first, n),
	       bootstrap_mean(f->recall, n), n);
	if (other) {
		double *gain = mem_zalloc(n, sizeof(*gain));

		for (size_t i = 0; i < n; i++)
			gain[i] = f->ndcg[i] - other->ndcg[i];
		bootstrap_interval(&drawing, gain, n, ends);
		printf("\t%+.4f\t%+.4f\t%+.4f\t%.4f", bootstrap_mean(gain, n),
		       ends[0], ends[1], bootstrap_p(&drawing, gain, n));
		free(gain);
	}
	putchar('\n');
}

static struct figures figures_new(size_t n)
{
	double *all = mem_zalloc(4 * n, sizeof(*all));

	return (struct figures){ all, all + n, all + 2 * n, all + 3 * n };
}

static void compare(struct bench *b)
{
	size_t n = b->count, last = 2 + b->fusion_count;
	struct figures *f = mem_zalloc(last + 1, sizeof(*f)), *better;
	char name[64];

	for (size_t w = 0; w <= last; w++)
		f[w] = figures_new(n);
	for (size_t i = 0; i < n; i++) {
		const struct question *x = &b->questions[i];

		ask(b, x);
		judge(x, &b->list[WORDS], &f[0], i);
		judge(x, &b->list[VECTORS], &f[1], i);
		for (size_t w = 2; w < last; w++)
			judge(x, fuse(b, &b->fusions[w - 2]), &f[w], i);
		judge(x, rerank(b), &f[last], i);
	}
	better =
	    &f[bootstrap_mean(f[0].ndcg, n) < bootstrap_mean(f[1].ndcg, n)];
	if (!(bootstrap_mean(better->recall, n) > 0))
		die("neither words nor vectors find anything", NULL);
	report("words", &f[0], n, NULL);
	report("vectors", &f[1], n, NULL);
	for (size_t w = 2; w < last; w++) {
		snprintf(name, sizeof(name), "RRF %s", b->fusions[w - 2].name);
		report(name, &f[w], n, better);
	}
	report("query", &f[last], n, better);
	for (size_t w = 0; w <= last; w++)
		free(f[w].ndcg);
	free(f);
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

static void read_fusions(struct bench *b, char **given, size_t n)
{
	b->fusions = mem_zalloc(n + 1, sizeof(*b->fusions));
	b->fusion_count = n;
	for (size_t i = 0; i < n; i++) {
		struct rankfusion *f = &b->fusions[i];
		double *w = f->weight;

		f->name = given[i];
		if (sscanf(given[i], "%lf:%lf:%lf:%lf:%lf", &f->k, &w[WORDS],
			   &w[NAMES], &w[VECTORS], &f->met) != 5)
			die("not K:WORDS:NAMES:VECTORS:MET", NULL);
	}
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
	b->ranks = mem_zalloc(b->g->count, sizeof(*b->ranks));
}

static void release(struct bench *b)
{
	for (size_t i = 0; i < b->count; i++) {
		str_release(&b->questions[i].words);
		free(b->questions[i].right);
	}
	free(b->questions);
	free(b->fusions);
	free(b->scored);
	free(b->ranks);
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

	if (argc < 3)
		die("usage: wordrank INDEX QUERIES "
		    "[K:WORDS:NAMES:VECTORS:MET]...",
		    NULL);
	open_index(b, argv[1]);
	read_questions(b, argv[2]);
	read_fusions(b, argv + 3, (size_t)argc - 3);
	compare(b);
	release(b);
	return 0;
}
