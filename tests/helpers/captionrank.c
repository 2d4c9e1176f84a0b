/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * usage: captionrank [--unseen] MODEL PAIRS [WEIGHT ...]
 * PAIRS: lines of a query, a tab and its document. Ranks all documents for
 * each query and prints a line for each way: its name, NDCG@10, MRR and
 * recall@10 of the query's own document (ties count half), queries.
 *   tfidf    cosine of ln-scaled term counts times idf of the documents
 *   vectors  cosine under MODEL (a text model)
 *   WEIGHT   tfidf + WEIGHT * vectors
 * --unseen: queries keep only the words that no document has, and queries
 * without such a word are left out.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "learn/textmodel.h"
#include "learn/textterms.h"
#include "math/vector.h"

enum { DIM = TEXTMODEL_DIM };

struct text {
	struct str words;
	struct textterm *terms; /* by hash; weight: 1 + ln tf, then tf-idf */
	size_t count;
	float vector[DIM];
	bool known;
};

struct set {
	struct text *query, *doc;
	size_t count;
	const struct textmodel *model;
};

static int by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void read_terms(struct text *t, struct textterms *scratch)
{
	size_t i;

	textterms_read(scratch, span_str(&t->words));
	t->count = scratch->count;
	t->terms = mem_zalloc(t->count + 1, sizeof(*t->terms));
	for (i = 0; i < t->count; i++) {
		t->terms[i] = scratch->items[i];
		t->terms[i].weight = 1 + logf((float)t->terms[i].count);
	}
}

/* How often each hash occurs in the documents. */
struct frequency {
	uint64_t *all; /* [count], sorted, once per document that has it */
	size_t count;
};

static size_t documents_with(const struct frequency *f, uint64_t hash)
{
	size_t lo = 0, hi = f->count, from;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (f->all[mid] < hash)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (from = lo; lo < f->count && f->all[lo] == hash; lo++)
		;
	return lo - from;
}

static struct frequency count(const struct set *s)
{
	struct frequency f = { 0 };
	size_t i, j, cap = 0;

	for (i = 0; i < s->count; i++)
		for (j = 0; j < s->doc[i].count; j++) {
			MEM_ROOM(f.all, f.count + 1, cap);
			f.all[f.count++] = s->doc[i].terms[j].hash;
		}
	qsort(f.all, f.count, sizeof(*f.all), by_hash);
	return f;
}

static void weigh(struct text *t, const struct frequency *f, size_t documents)
{
	double norm = 0;
	size_t i;

	for (i = 0; i < t->count; i++) {
		size_t n = documents_with(f, t->terms[i].hash);

		t->terms[i].weight *=
		    n ? (float)log(1 + (double)documents / (double)n) : 0;
		norm += (double)t->terms[i].weight * (double)t->terms[i].weight;
	}
	for (i = 0; i < t->count && norm > 0; i++)
		t->terms[i].weight /= (float)sqrt(norm);
}

static double tfidf(const struct text *a, const struct text *b)
{
	size_t i = 0, j = 0;
	double sum = 0;

	while (i < a->count && j < b->count) {
		if (a->terms[i].hash == b->terms[j].hash)
			sum += (double)a->terms[i++].weight *
			       (double)b->terms[j++].weight;
		else if (a->terms[i].hash < b->terms[j].hash)
			i++;
		else
			j++;
	}
	return sum;
}

static void encode(const struct textmodel *m, struct text *t)
{
	struct textvector v = { 0 };

	textvector_reset(&v);
	textmodel_add(m, &v, span_str(&t->words), 1);
	t->known = !textvector_finish(&v, t->vector);
	textvector_release(&v);
}

/* Leaves only the words that no document has. */
static void strip(struct text *t, const struct frequency *f)
{
	struct textterms read = { 0 };
	struct str left = { 0 };
	struct token token;

	tokens_start(&read.tokens, span_str(&t->words));
	while (tokens_next(&read.tokens, &token)) {
		struct textterms one = { 0 };

		if (!documents_with(f, textterms_word(&one, token.text))) {
			str_span(&left, token.text);
			str_puts(&left, " . ");
		}
		textterms_release(&one);
	}
	str_reset(&t->words);
	str_span(&t->words, span_str(&left));
	str_release(&left);
	textterms_release(&read);
}

static void report(const struct set *s, const char *name, double of_words,
		   double of_vectors)
{
	double ndcg = 0, mrr = 0, recall = 0, queries = 0;
	double *score = mem_zalloc(s->count, sizeof(*score));
	size_t i, j;

	for (i = 0; i < s->count; i++) {
		double rank = 1;

		if (!s->query[i].words.n)
			continue;
		for (j = 0; j < s->count; j++)
			score[j] =
			    (of_words > 0 ? tfidf(&s->query[i], &s->doc[j])
					  : 0) +
			    of_vectors * (double)vector_dot(s->query[i].vector,
							    s->doc[j].vector,
							    DIM);
		for (j = 0; j < s->count; j++)
			rank += j == i                 ? 0
				: score[j] > score[i]  ? 1
				: score[j] == score[i] ? 0.5
						       : 0;
		queries++;
		mrr += 1 / rank;
		recall += rank <= 10;
		ndcg += rank <= 10 ? 1 / log2(1 + rank) : 0;
	}
	printf("%s\t%.4f\t%.4f\t%.4f\t%.0f\n", name, ndcg / queries,
	       mrr / queries, recall / queries, queries);
	free(score);
}

static void read_pairs(struct set *s, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL, *tab;
	size_t room = 0, cap = 0, cap2 = 0;
	ssize_t n;

	while (f && (n = getline(&line, &room, f)) > 0) {
		tab = memchr(line, '\t', (size_t)n);
		if (!tab)
			continue;
		MEM_ROOM(s->query, s->count + 1, cap);
		MEM_ROOM(s->doc, s->count + 1, cap2);
		s->query[s->count] = s->doc[s->count] = (struct text){ 0 };
		str_put(&s->query[s->count].words, line, (size_t)(tab - line));
		str_put(&s->doc[s->count].words, tab + 1,
			(size_t)(line + n - tab - 2));
		s->count++;
	}
	free(line);
	if (f)
		fclose(f);
}

static void prepare(struct set *s, bool unseen)
{
	struct textterms scratch = { 0 };
	struct frequency f;
	size_t i;

	for (i = 0; i < s->count; i++)
		read_terms(&s->doc[i], &scratch);
	f = count(s);
	for (i = 0; i < s->count; i++) {
		if (unseen)
			strip(&s->query[i], &f);
		read_terms(&s->query[i], &scratch);
		weigh(&s->query[i], &f, s->count);
		weigh(&s->doc[i], &f, s->count);
		encode(s->model, &s->query[i]);
		encode(s->model, &s->doc[i]);
	}
	free(f.all);
	textterms_release(&scratch);
}

int main(int argc, char **argv)
{
	bool unseen = argc > 1 && !strcmp(argv[1], "--unseen");
	struct err err = { 0 };
	struct set s = { 0 };
	struct pack *p;
	double weight;
	int i;

	argc -= unseen;
	argv += unseen;
	if (argc < 3)
		return 2;
	p = pack_open(argv[1], TEXTMODEL_KIND, TEXTMODEL_VERSION, &err);
	s.model = p ? textmodel_open(p, &err) : NULL;
	if (!s.model) {
		fprintf(stderr, "captionrank: %s\n", err.message);
		return 1;
	}
	read_pairs(&s, argv[2]);
	prepare(&s, unseen);
	report(&s, "tfidf", 1, 0);
	report(&s, "vectors", 0, 1);
	for (i = 3; i < argc; i++)
		if (!num_double(span_of(argv[i]), &weight))
			report(&s, argv[i], 1, weight);
	return 0;
}
