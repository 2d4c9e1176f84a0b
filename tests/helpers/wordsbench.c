/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What words.h and namefind.h cost, and how well they rank:
 *
 *   wordsbench tracks ROWS [LYRICS [THREADS [FILE]]]
 *       invented tracks with Zipf's law in titles, tags and descriptions, a
 *       share of LYRICS rows with 200 words: build, size, queries
 *   wordsbench keep ROWS [LYRICS [THREADS [FILE]]]
 *       of such an index, one row in a hundred is removed, replaced or new: the
 *       rest kept, against a build from all texts
 *   wordsbench names N [FILE]
 *       an index of N invented names: build, size, searches
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
#include "base/table.h"
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

/* The rows of an index by the tracks they are, and what is kept. */
struct change {
	size_t of;                    /* rows that lyrics are a share of */
	const size_t *track;          /* [rows]; NULL: track i is row i */
	const struct words_view *old; /* NULL: nothing is kept */
	const uint32_t *row_of;
	const uint8_t *kept; /* [rows] */
};

static void build(const char *path, size_t rows, size_t lyrics, int threads,
		  const struct change *change)
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
	if (change->old &&
	    words_builder_keep(b, change->old, change->row_of, &err))
		die("keep", &err);
	for (size_t i = 0; i < rows; i++) {
		struct span spans[WORDS_FIELDS];
		double t;

		if (change->old && change->kept[i])
			continue;
		t = mine();
		track(text, change->track ? change->track[i] : i, change->of,
		      lyrics);
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
static void cold(const char *path, const char *name, enum query_kind kind)
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
		before += (double)resident(bytes);
		start = wall();
		if (words_view(&v, bytes, &err))
			die(path, &err);
		words_query_reset(&q);
		question(&q, kind, &r, v.rows, text);
		words_search(&v, w, &q, NULL, 500, best, &err);
		sum += wall() - start;
		pages += (double)resident(bytes);
		words_work_free(w);
		munmap((void *)(uintptr_t)bytes.p, bytes.n);
	}
	printf("cold, %s, k 500: %.2f ms wall; %.0f pages in memory "
	       "after, %.0f before\n",
	       name, 1e3 * sum / TIMES, pages / TIMES, before / TIMES);
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

	build(path, rows, lyrics, argc > 4 ? atoi(argv[4]) : 1,
	      &(struct change){ .of = rows });
	cold(path, "3 words of a track", OF_A_TRACK);
	cold(path, "3 words by frequency", FREQUENT);
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

/* --- updates --- */

static void keep(int argc, char **argv)
{
	size_t rows = strtoul(argv[2], NULL, 10), n = 0;
	size_t lyrics = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	int threads = argc > 4 ? atoi(argv[4]) : 1;
	const char *path = argc > 5 ? argv[5] : "wordsbench.tmp";
	struct str other = { 0 };
	size_t *track = mem_zalloc(rows + rows / 300 + 1, sizeof(*track));
	uint8_t *kept = mem_zalloc(rows + rows / 300 + 1, 1);
	uint32_t *row_of = mem_zalloc(rows, sizeof(*row_of));
	struct change change = { rows, track, NULL, row_of, kept };
	struct words_view old;
	struct span bytes;
	struct err err = { 0 };

	str_printf(&other, "%s.new", path);
	build(path, rows, lyrics, threads, &(struct change){ .of = rows });
	for (size_t i = 0; i < rows; i++) {
		bool stays = i % 300 != 7 && i % 300 != 107;

		row_of[i] = stays ? (uint32_t)n : UINT32_MAX;
		if (stays)
			kept[n] = 1;
		if (i % 300 != 7) /* else it is removed */
			track[n++] = stays ? i : i + 10 * rows;
		if (i % 300 == 207)
			track[n++] = i + 20 * rows;
	}
	build(other.p, n, lyrics, threads, &change);
	bytes = map(other.p);
	if (unlink(other.p) || words_view(&old, map(path), &err))
		die(path, &err);
	change.old = &old;
	build(other.p, n, lyrics, threads, &change);
	printf("the same bytes: %s\n",
	       span_eq(bytes, map(other.p)) ? "yes" : "NO");
	unlink(other.p);
	free(track);
	free(kept);
	free(row_of);
	str_release(&other);
}

/* --- names --- */

/* n distinct names of one to four words, NULs behind them. */
static struct span *invent_names(size_t n, struct table *t)
{
	struct span *name = mem_zalloc(n, sizeof(*name));
	struct str s = { 0 };
	struct random r;

	random_seed(&r, 3, 0);
	while (t->count < n) {
		str_reset(&s);
		text_of(&s, &r, 1, 200000, 1 + random_below(&r, 4));
		table_put(t, (struct span){ s.p, s.n - 1 });
	}
	for (size_t i = 0; i < n; i++)
		name[i] = t->entries[i].key;
	str_release(&s);
	return name;
}

enum name_kind { EXACT, ONE_ERROR, TWO_ERRORS, UNKNOWN };

/* A name as somebody types it, or words that are none. */
static void typed(struct str *out, enum name_kind kind, struct span name,
		  struct random *r)
{
	str_reset(out);
	if (kind == UNKNOWN) {
		text_of(out, r, 0, 200000, 1 + random_below(r, 4));
		out->n--;
		return;
	}
	str_span(out, name);
	for (unsigned d = 0; d < (unsigned)kind && out->n > 2; d++) {
		size_t p = 1 + random_below(r, out->n - 1);

		if (random_below(r, 3)) {
			char c = out->p[p];

			out->p[p] = out->p[p - 1];
			out->p[p - 1] = c;
		} else {
			out->p[p] = 'e';
		}
	}
}

static void ask_names(const struct namefind *v, const struct span *name,
		      const char *what, enum name_kind kind)
{
	enum { QUERIES = 2000 };
	struct namefind_work *w = namefind_work_new();
	struct namefind_name got[4];
	double *t = mem_zalloc(QUERIES, sizeof(*t)), start, found = 0;
	struct str s = { 0 };
	size_t met = 0;
	struct random r;

	random_seed(&r, 4, kind);
	for (int i = 0; i < QUERIES; i++) {
		size_t x = random_below(&r, v->names), m;

		typed(&s, kind, name[x], &r);
		start = mine();
		m = namefind_search(v, w, span_str(&s), 2, 4, got);
		t[i] = mine() - start;
		found += (double)m;
		for (size_t k = 0; k < m; k++)
			met += got[k].name == x;
	}
	quantiles(what, t, QUERIES, found / QUERIES);
	if (kind != UNKNOWN)
		printf("    the name itself is among the four: %.1f %%\n",
		       100.0 * (double)met / QUERIES);
	namefind_work_free(w);
	str_release(&s);
	free(t);
}

static void cold_names(const char *path, const struct span *name)
{
	enum { TIMES = 20 };
	double sum = 0, pages = 0;
	struct namefind_name got[4];
	struct str s = { 0 };
	struct err err = { 0 };
	struct random r;

	random_seed(&r, 5, 0);
	for (int i = 0; i < TIMES; i++) {
		struct namefind_work *w = namefind_work_new();
		struct namefind v;
		struct span bytes;
		double start;

		forget(path);
		bytes = map(path);
		start = wall();
		if (namefind_view(&v, bytes, &err))
			die(path, &err);
		typed(&s, i % 2 ? UNKNOWN : ONE_ERROR,
		      name[random_below(&r, v.names)], &r);
		namefind_search(&v, w, span_str(&s), 2, 4, got);
		sum += wall() - start;
		pages += (double)resident(bytes);
		namefind_work_free(w);
		munmap((void *)(uintptr_t)bytes.p, bytes.n);
	}
	printf("cold: %.2f ms wall; %.0f pages in memory after\n",
	       1e3 * sum / TIMES, pages / TIMES);
	str_release(&s);
}

static void names(size_t n, const char *path)
{
	struct table all = { 0 };
	struct span *name = invent_names(n, &all);
	struct str bytes = { 0 };
	struct namefind v;
	struct err err = { 0 };
	FILE *f = fopen(path, "w");
	double start = cpu(), letters = 0;

	if (namefind_build(name, n, 1, &bytes, &err) ||
	    namefind_view(&v, span_str(&bytes), &err))
		die("names", &err);
	start = cpu() - start;
	for (size_t i = 0; i < n; i++)
		letters += (double)name[i].n;
	printf("names: %zu, %.1f letters; build %.2f s CPU, %.1f MB\n", n,
	       letters / (double)n, start, 1e-6 * (double)bytes.n);
	if (!f || put(f, bytes.p, bytes.n, &err) || fclose(f))
		die(path, NULL);
	cold_names(path, name);
	ask_names(&v, name, "names, as they are, k 4", EXACT);
	ask_names(&v, name, "names, 1 error, k 4", ONE_ERROR);
	ask_names(&v, name, "names, 2 errors, k 4", TWO_ERRORS);
	ask_names(&v, name, "other words, k 4", UNKNOWN);
	str_release(&bytes);
	table_release(&all);
	free(name);
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
	else if (argc > 2 && !strcmp(argv[1], "keep"))
		keep(argc, argv);
	else if (argc > 2 && !strcmp(argv[1], "names"))
		names(strtoul(argv[2], NULL, 10),
		      argc > 3 ? argv[3] : "wordsbench.tmp");
	else if (argc > 4 && !strcmp(argv[1], "rank"))
		rank(argc, argv);
	else
		return 2;
	return 0;
}
