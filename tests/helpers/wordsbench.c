/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What words.h and namefind.h cost, and how well they rank:
 *
 *   wordsbench tracks ROWS [LYRICS [THREADS [FILE]]]
 *       invented tracks with Zipf's law in titles, tags and descriptions, a
 *       share of LYRICS rows with 200 words: build, size, queries
 *   wordsbench names N
 *   wordsbench rank DOCUMENTS QUERIES K [K1 WEIGHT*6 B*6]
 *       lines of tab-separated fields; writes "query TAB row TAB score"
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "index/namefind.h"
#include "index/words.h"
#include "index/wordsbuild.h"
#include "math/random.h"

static double cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
	       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static double wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* This thread's CPU time: others disturb. */
static double mine(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double peak_mb(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_maxrss / 1024;
}

static void die(const char *what, const struct err *err)
{
	fprintf(stderr, "wordsbench: %s: %s\n", what, err ? err->message : "");
	exit(3);
}

static int put(void *to, const void *p, size_t n, struct err *err)
{
	return fwrite(p, 1, n, to) == n ? 0 : err_errno(err, "writing");
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void quantiles(const char *name, double *t, size_t n, double per_query)
{
	qsort(t, n, sizeof(*t), by_value);
	printf("%-34s p50 %7.3f  p90 %7.3f  p99 %7.3f ms  found %.0f\n", name,
	       1e3 * t[n / 2], 1e3 * t[n * 9 / 10], 1e3 * t[n * 99 / 100],
	       per_query);
}

/* --- invented tracks --- */

/* Rank by Zipf's law, p ~ 1 / (rank + 2.7). */
static size_t zipf(struct random *r, size_t n)
{
	double u = random_uniform(r);
	double x = 3.7 * pow(((double)n + 2.7) / 3.7, u) - 3.7;

	return x < 0 ? 0 : (size_t)x < n ? (size_t)x : n - 1;
}

/* The word of a rank: frequent ones are shorter. */
static void invent(struct str *out, uint64_t kind, size_t rank)
{
	static const char first[] = "bcdfghklmnprstvwz", second[] = "aeiou";
	static const char *const ends[] = { "",    "",   "",   "s",
					    "ing", "ed", "er", "ly" };
	uint64_t x = (uint64_t)rank * 8 + kind;
	struct random r;

	random_seed(&r, 77, x);
	for (size_t left = rank + 20; left; left /= 40) {
		str_putc(out, first[random_below(&r, 17)]);
		str_putc(out, second[random_below(&r, 5)]);
	}
	str_putc(out, first[random_below(&r, 17)]);
	str_puts(out, ends[random_below(&r, 8)]);
}

static void text_of(struct str *out, struct random *r, uint64_t kind,
		    size_t vocabulary, size_t words)
{
	for (; words; words--) {
		invent(out, kind, zipf(r, vocabulary));
		str_putc(out, words > 1 ? ' ' : '\0');
	}
}

/* About twelve words, as a crawl has them. */
static void track(struct str text[WORDS_FIELDS], size_t row, size_t rows,
		  size_t lyrics)
{
	struct random r;

	random_seed(&r, 1, row);
	for (int f = 0; f < WORDS_FIELDS; f++)
		str_reset(&text[f]);
	text_of(&text[WORDS_TITLE], &r, 0, 200000, 1 + random_below(&r, 5));
	text_of(&text[WORDS_ARTIST], &r, 1, 100000, 1 + random_below(&r, 2));
	text_of(&text[WORDS_TAGS], &r, 2, 5000, random_below(&r, 7));
	text_of(&text[WORDS_GENRE], &r, 2, 200, random_below(&r, 2));
	if (random_below(&r, 3) == 0)
		text_of(&text[WORDS_DESCRIPTION], &r, 0, 200000,
			random_below(&r, 24));
	if (lyrics && row % (rows / lyrics) == 0)
		text_of(&text[WORDS_LYRICS], &r, 0, 200000, 200);
}

static void build(const char *path, size_t rows, size_t lyrics, int threads)
{
	struct words_options o = { .threads = threads };
	struct words_builder *b;
	struct str text[WORDS_FIELDS] = { 0 };
	struct err err = { 0 };
	FILE *f = fopen(path, "w");
	double start = wall(), used = cpu(), invention = 0;
	uint64_t bytes = 0;

	if (!f)
		die(path, NULL);
	words_model_default(&o.model);
	b = words_builder_new(rows, &o);
	for (size_t i = 0; i < rows; i++) {
		struct span spans[WORDS_FIELDS];
		double t = mine();

		track(text, i, rows, lyrics);
		invention += mine() - t;
		for (int x = 0; x < WORDS_FIELDS; x++) {
			spans[x] = span_str(&text[x]);
			bytes += spans[x].n;
		}
		if (words_builder_add(b, i, spans, &err))
			die("add", &err);
	}
	if (words_builder_end(b, put, f, &err) || fflush(f))
		die("end", &err);
	printf("build: %zu rows, %.1f MB of text, %d threads: %.2f s wall, "
	       "%.2f s CPU (inventing, %.2f s, left out), peak %.0f MB\n",
	       rows, 1e-6 * (double)bytes, threads, wall() - start - invention,
	       cpu() - used - invention, invention, peak_mb());
	printf("index: %.1f MB\n", 1e-6 * (double)ftell(f));
	fclose(f);
	words_builder_free(b);
	for (int x = 0; x < WORDS_FIELDS; x++)
		str_release(&text[x]);
}

static struct span map(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t n = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	void *p = mmap(NULL, (size_t)n, PROT_READ, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		die(path, NULL);
	close(fd);
	return (struct span){ p, (size_t)n };
}

enum query_kind { OF_A_TRACK, FREQUENT, PHRASE, PREFIX, REQUIRED };

/* Some words of a track's title and tags, as somebody would look for it. */
static void question(struct words_query *q, enum query_kind kind,
		     struct random *r, size_t rows, struct str text[])
{
	struct str s = { 0 };
	char *words[64], *save = NULL;
	size_t n = 0;

	if (kind == FREQUENT) {
		for (int i = 0; i < 3; i++)
			text_of(&s, r, i == 2 ? 2 : 0, i == 2 ? 5000 : 200000,
				1),
			    s.p[s.n - 1] = ' ';
		words_query_parse(q, span_str(&s));
		str_release(&s);
		return;
	}
	track(text, random_below(r, rows), rows, 0);
	for (int f = WORDS_TITLE; f <= WORDS_TAGS; f++)
		for (char *p = strtok_r((char *)(uintptr_t)str_z(&text[f]), " ",
					&save);
		     p && n < 64; p = strtok_r(NULL, " ", &save))
			words[n++] = p;
	switch (kind) {
	case PHRASE:
		str_printf(&s, "\"%s %s\" %s", words[0], words[n > 2],
			   words[n - 1]);
		break;
	case PREFIX:
		str_printf(&s, "%.4s* %s %s", words[0],
			   words[random_below(r, n)],
			   words[random_below(r, n)]);
		break;
	default:
		for (int i = 0; i < 3; i++)
			str_printf(&s, "%s%s ", kind == REQUIRED ? "+" : "",
				   words[random_below(r, n)]);
	}
	words_query_parse(q, span_str(&s));
	str_release(&s);
}

static void ask(const struct words_view *v, const char *name,
		enum query_kind kind, size_t k, const uint8_t *allowed)
{
	enum { QUERIES = 1000, ROUNDS = 3 };
	struct words_work *w = words_work_new();
	struct words_query q = { 0 };
	struct topk_item *best = mem_zalloc(k, sizeof(*best));
	double *t = mem_zalloc(QUERIES, sizeof(*t)), found = 0;
	struct str text[WORDS_FIELDS] = { 0 };
	struct err err = { 0 };
	struct random r;

	random_seed(&r, 9, kind);
	for (int i = 0; i < QUERIES; i++) {
		words_query_reset(&q);
		question(&q, kind, &r, v->rows, text);
		t[i] = 1e9;
		for (int x = 0; x < ROUNDS; x++) {
			double start = mine(), took;
			size_t n =
			    words_search(v, w, &q, allowed, k, best, &err);

			took = mine() - start;
			t[i] = took < t[i] ? took : t[i];
			found += x ? 0 : (double)n;
		}
	}
	quantiles(name, t, QUERIES, found / QUERIES);
	for (int x = 0; x < WORDS_FIELDS; x++)
		str_release(&text[x]);
	words_query_release(&q);
	words_work_free(w);
	free(best);
	free(t);
}

/* The file's pages that are in memory, once it was taken out of it. */
static size_t resident(struct span bytes)
{
	size_t n = bytes.n / 4096 + 1, in = 0;
	unsigned char *page = mem_zalloc(n, 1);

	if (mincore((void *)(uintptr_t)bytes.p, bytes.n, page))
		die("mincore", NULL);
	for (size_t i = 0; i < n; i++)
		in += page[i] & 1;
	free(page);
	return in;
}

static void forget(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
		die(path, NULL);
	close(fd);
}

/* A process that asks one thing, of a file on the disk: what it reads. */
static void cold(const char *path)
{
	enum { TIMES = 20 };
	struct words_query q = { 0 };
	struct str text[WORDS_FIELDS] = { 0 };
	struct err err = { 0 };
	struct topk_item best[500];
	double sum = 0, pages = 0, before = 0;
	struct random r;

	random_seed(&r, 10, 0);
	for (int i = 0; i < TIMES; i++) {
		struct words_work *w = words_work_new();
		struct words_view v;
		struct span bytes;
		double start;

		forget(path);
		bytes = map(path);
		madvise((void *)(uintptr_t)bytes.p, bytes.n, MADV_RANDOM);
		before += (double)resident(bytes);
		start = wall();
		if (words_view(&v, bytes, &err))
			die(path, &err);
		words_query_reset(&q);
		question(&q, OF_A_TRACK, &r, v.rows, text);
		words_search(&v, w, &q, NULL, 500, best, &err);
		sum += wall() - start;
		pages += (double)resident(bytes);
		words_work_free(w);
		munmap((void *)(uintptr_t)bytes.p, bytes.n);
	}
	printf("cold, 3 words, k 500: %.2f ms wall; %.0f pages in memory "
	       "after, %.0f before\n",
	       1e3 * sum / TIMES, pages / TIMES, before / TIMES);
	for (int x = 0; x < WORDS_FIELDS; x++)
		str_release(&text[x]);
	words_query_release(&q);
}

static void tracks(int argc, char **argv)
{
	size_t rows = strtoul(argv[2], NULL, 10);
	size_t lyrics = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	const char *path = argc > 5 ? argv[5] : "wordsbench.tmp";
	struct words_view v;
	struct err err = { 0 };
	uint8_t *allowed = mem_zalloc(rows, 1);

	build(path, rows, lyrics, argc > 4 ? atoi(argv[4]) : 1);
	cold(path);
	if (words_view(&v, map(path), &err))
		die("view", &err);
	ask(&v, "3 words of a track, k 10", OF_A_TRACK, 10, NULL);
	ask(&v, "3 words of a track, k 500", OF_A_TRACK, 500, NULL);
	ask(&v, "3 words by frequency, k 10", FREQUENT, 10, NULL);
	ask(&v, "3 words by frequency, k 500", FREQUENT, 500, NULL);
	ask(&v, "3 words by frequency, all", FREQUENT, rows, NULL);
	ask(&v, "+3 +required +words, k 500", REQUIRED, 500, NULL);
	ask(&v, "\"2 words\" and a word, k 500", PHRASE, 500, NULL);
	ask(&v, "pref* and 2 words, k 500", PREFIX, 500, NULL);
	for (size_t i = 0; i < rows; i += 100)
		allowed[i] = 1;
	ask(&v, "3 by frequency, 1% allowed, k 500", FREQUENT, 500, allowed);
	free(allowed);
}

/* --- names --- */

static void names(size_t n)
{
	enum { QUERIES = 2000 };
	struct span *name = mem_zalloc(n, sizeof(*name));
	struct str all = { 0 }, bytes = { 0 };
	size_t *at = mem_zalloc(n + 1, sizeof(*at)), found = 0, first = 0;
	double *t = mem_zalloc(QUERIES, sizeof(*t)), start;
	struct namefind_work *w = namefind_work_new();
	struct namefind_name got[10];
	struct namefind v;
	struct err err = { 0 };
	struct random r;

	random_seed(&r, 3, 0);
	for (size_t i = 0; i < n; i++) {
		text_of(&all, &r, 1, 60000, 1 + random_below(&r, 3));
		at[i + 1] = all.n;
	}
	for (size_t i = 0; i < n; i++)
		name[i] = (struct span){ all.p + at[i], at[i + 1] - at[i] - 1 };
	start = cpu();
	if (namefind_build(name, n, 1, &bytes, &err) ||
	    namefind_view(&v, span_str(&bytes), &err))
		die("names", &err);
	printf("names: %zu, %.1f letters; build %.2f s, %.1f MB, %.1f entries "
	       "a name\n",
	       n, (double)all.n / (double)n, cpu() - start,
	       1e-6 * (double)bytes.n,
	       (double)v.buckets[0] + (double)bytes.n / 4 / (double)n);
	for (int i = 0; i < QUERIES; i++) {
		struct str s = { 0 };
		size_t x = random_below(&r, n), p, m;

		str_span(&s, name[x]);
		for (int d = 0; d < 1 + i % 2 && s.n > 2; d++) {
			p = 1 + random_below(&r, s.n - 1);
			if (i % 3) {
				char c = s.p[p];
				s.p[p] = s.p[p - 1];
				s.p[p - 1] = c;
			} else {
				s.p[p] = 'e';
			}
		}
		start = mine();
		m = namefind_search(&v, w, span_str(&s), 2, 10, got);
		t[i] = mine() - start;
		found += m;
		for (size_t k = 0; k < m; k++)
			first += got[k].name == x;
		str_release(&s);
	}
	quantiles("1 or 2 errors, k 10", t, QUERIES, (double)found / QUERIES);
	printf("the name itself is among them: %.1f %%\n",
	       100.0 * (double)first / QUERIES);
	namefind_work_free(w);
	str_release(&all);
	str_release(&bytes);
	free(name);
	free(at);
	free(t);
}

/* --- ranking of texts from files --- */

static void split(char *line, struct span out[WORDS_FIELDS])
{
	for (int f = 0; f < WORDS_FIELDS; f++) {
		char *tab = line ? strpbrk(line, "\t\n") : NULL;

		out[f] = (struct span){ 0 };
		if (!tab)
			continue;
		out[f] = (struct span){ line, (size_t)(tab - line) };
		line = *tab == '\t' ? tab + 1 : NULL;
	}
}

static size_t count_lines(FILE *f)
{
	size_t n = 0;
	int c;

	while ((c = getc(f)) != EOF)
		n += c == '\n';
	rewind(f);
	return n;
}

static void rank(int argc, char **argv)
{
	struct words_options o = { .threads = 2 };
	FILE *documents = fopen(argv[2], "r"), *queries = fopen(argv[3], "r");
	FILE *index = tmpfile();
	size_t k = strtoul(argv[4], NULL, 10), n, room = 0;
	struct topk_item *best = mem_zalloc(k, sizeof(*best));
	struct words_work *w = words_work_new();
	struct words_query q = { 0 };
	struct words_builder *b;
	struct words_view v;
	struct err err = { 0 };
	char *line = NULL;
	void *p;

	if (!documents || !queries || !index)
		die("files", NULL);
	words_model_default(&o.model);
	if (argc > 17) {
		o.model.k1 = strtof(argv[5], NULL);
		for (int f = 0; f < WORDS_FIELDS; f++) {
			o.model.weight[f] = strtof(argv[6 + f], NULL);
			o.model.b[f] = strtof(argv[12 + f], NULL);
		}
	}
	n = count_lines(documents);
	b = words_builder_new(n, &o);
	for (size_t i = 0; i < n && getline(&line, &room, documents) > 0; i++) {
		struct span text[WORDS_FIELDS];

		split(line, text);
		if (words_builder_add(b, i, text, &err))
			die("add", &err);
	}
	if (words_builder_end(b, put, index, &err) || fflush(index))
		die("end", &err);
	words_builder_free(b);
	n = (size_t)ftell(index);
	p = mmap(NULL, n, PROT_READ, MAP_SHARED, fileno(index), 0);
	if (words_view(&v, (struct span){ p, n }, &err))
		die("view", &err);
	for (size_t i = 0; getline(&line, &room, queries) > 0; i++) {
		words_query_reset(&q);
		words_query_parse(&q, span_of(line));
		n = words_search(&v, w, &q, NULL, k, best, &err);
		for (size_t x = 0; x < n && n != SIZE_MAX; x++)
			printf("%zu\t%u\t%.5f\n", i, best[x].index,
			       (double)best[x].score);
	}
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "tracks"))
		tracks(argc, argv);
	else if (argc > 2 && !strcmp(argv[1], "names"))
		names(strtoul(argv[2], NULL, 10));
	else if (argc > 4 && !strcmp(argv[1], "rank"))
		rank(argc, argv);
	else
		return 2;
	return 0;
}
