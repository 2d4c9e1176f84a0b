/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/lyricfind.h"

#include <math.h>
#include <stdlib.h>

#include "index/lyricquote.h"

enum {
	COMMON = 500,    /* texts with a gram that tells nothing any more */
	VOTES = 2000,    /* texts looked at, counted once for every gram */
	CANDIDATES = 32, /* texts that are read */
	GAP = 3          /* words between two that match, less one */
};
/* So many songs may have it, and from so many on it is no quote. */
static const double songs_few = 10, songs_many = 100;
/* Of a quote of five words and more, what must be there. */
static const float sure_share = 0.8f, marked_share = 0.74f;
/* Less of a quote is no hit. */
static const double least_share = 0.6, least_marked = 0.5;

struct votes {
	uint32_t text[VOTES];
	size_t count;
};

struct candidate_text {
	uint32_t text, votes;
};

static int by_size(const void *a, const void *b)
{
	const struct lyricprint_run *x = a, *y = b;
	uint64_t n = x->to - x->from, m = y->to - y->from;

	return n != m ? (n > m) - (n < m)
		      : (x->from > y->from) - (x->from < y->from);
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int by_votes(const void *a, const void *b)
{
	const struct candidate_text *x = a, *y = b;

	return x->votes != y->votes
		   ? (x->votes < y->votes) - (x->votes > y->votes)
		   : (x->text > y->text) - (x->text < y->text);
}

/* All three words in order out of four that stand together. */
static size_t find_runs(const struct lyricprint *p, const struct lyricquote *q,
			struct lyricprint_run runs[3 * LYRICFIND_WORDS])
{
	static const size_t shape[3][2] = { { 1, 2 }, { 1, 3 }, { 2, 3 } };
	const uint16_t *c = q->codes;
	size_t n = 0;

	for (size_t i = 0; i + 2 < q->count; i++)
		for (size_t s = 0; s < 3 && i + shape[s][1] < q->count; s++) {
			runs[n] = lyricprint_find(
			    p, lyricprint_gram(c[i], c[i + shape[s][0]],
					       c[i + shape[s][1]]));
			n += runs[n].from < runs[n].to &&
			     runs[n].to - runs[n].from <= COMMON;
		}
	return n;
}

/* Texts that have a gram, the rarest grams first. */
static void vote(const struct lyricprint *p, const struct lyricquote *q,
		 struct votes *v)
{
	struct lyricprint_run runs[3 * LYRICFIND_WORDS];
	size_t n = find_runs(p, q, runs);

	v->count = 0;
	qsort(runs, n, sizeof(*runs), by_size);
	for (size_t r = 0; r < n; r++) {
		if (runs[r].to - runs[r].from > VOTES - v->count)
			break;
		for (uint64_t at = runs[r].from; at < runs[r].to; at++) {
			size_t text = lyricprint_at(p, at);

			if (text != SIZE_MAX)
				v->text[v->count++] = (uint32_t)text;
		}
	}
	qsort(v->text, v->count, sizeof(*v->text), by_number);
}

static size_t count_votes(const struct votes *v,
			  struct candidate_text out[VOTES])
{
	size_t n = 0;

	for (size_t i = 0; i < v->count; i++) {
		if (!n || out[n - 1].text != v->text[i])
			out[n++] = (struct candidate_text){ v->text[i], 0 };
		out[n - 1].votes++;
	}
	qsort(out, n, sizeof(*out), by_votes);
	return n;
}

/* How rare: 1 of a few songs, 0 of many, by the logarithm between. */
static double rarity(size_t songs)
{
	double r =
	    log(songs_many / (double)songs) / log(songs_many / songs_few);

	return r < 0 ? 0 : r > 1 ? 1 : r;
}

/* How many words must match. */
static unsigned least_met(const struct lyricquote *q)
{
	double least = q->count * (q->marked ? least_marked : least_share);

	return least < LYRICPRINT_LEAST ? LYRICPRINT_LEAST
					: (unsigned)ceil(least - 1e-9);
}

struct places { /* of a quote in a text */
	int worth;
	unsigned met, first, last, begin, end; /* begin, end: in the text */
};

/* Every word that matches is worth two that are passed over. */
static struct places longer(const struct places *was, unsigned passed,
			    unsigned i, unsigned j)
{
	return (struct places){ .worth = was->worth + 2 - (int)passed,
				.met = was->met + 1,
				.first = was->first,
				.last = i,
				.begin = was->begin,
				.end = j };
}

/* The best chain of words that are in both in that order, no more than GAP - 1
 * words of either between two of them. */
static struct places align(const struct lyricquote *q, const uint16_t *words,
			   size_t n)
{
	struct places ring[GAP + 1][LYRICFIND_WORDS], best = { .met = 0 };

	memset(ring, 0, sizeof(ring));
	for (unsigned j = 0; j < n; j++) {
		struct places *now = ring[j % (GAP + 1)];

		memset(now, 0, q->count * sizeof(*now));
		for (unsigned i = 0; i < q->count; i++) {
			if (q->codes[i] != words[j])
				continue;
			now[i] = (struct places){ 2, 1, i, i, j, j };
			for (unsigned b = 1; b <= GAP && b <= j; b++)
				for (unsigned a = 1; a <= GAP && a <= i; a++) {
					struct places next = longer(
					    &ring[(j - b) % (GAP + 1)][i - a],
					    (a > b ? a : b) - 1, i, j);
					if (next.met > 1 &&
					    next.worth > now[i].worth)
						now[i] = next;
				}
			if (now[i].worth > best.worth)
				best = now[i];
		}
	}
	return best;
}

/* Words that the text has more of between the first and the last count
 * against it. */
static float share_of(const struct lyricquote *q, const struct places *at,
		      size_t words, bool title, size_t songs)
{
	size_t all = q->count, asked = at->last - at->first;

	if (at->end - at->begin > asked)
		all += at->end - at->begin - asked;
	if (title && words > all)
		all = words;
	return (float)((double)at->met / (double)all * rarity(songs));
}

static int by_worth(const void *a, const void *b)
{
	const struct lyricfind_hit *x = a, *y = b;

	if (x->share < y->share || x->share > y->share)
		return x->share < y->share ? 1 : -1;
	if (x->met != y->met)
		return x->met < y->met ? 1 : -1;
	if (x->songs != y->songs)
		return x->songs > y->songs ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

struct found {
	struct lyricfind_hit hits[CANDIDATES * 2];
	size_t count;
};

/* The row of a text, or the rows of a title. */
static void put_rows(const struct generation *g, const struct lyricprint *p,
		     size_t text, struct lyricfind_hit hit, struct found *out)
{
	const size_t most = sizeof(out->hits) / sizeof(*out->hits);
	const uint32_t *rows = p->text + text;
	size_t n = 1;

	if (hit.title)
		n = name_rows_get(&g->by_title, p->text[text], &rows);
	for (size_t i = 0; i < n && out->count < most; i++) {
		if (rows[i] >= g->count)
			continue;
		hit.row = rows[i];
		out->hits[out->count++] = hit;
	}
}

static void search(const struct generation *g, const struct lyricprint *p,
		   const struct lyricquote *q, bool title, struct found *out)
{
	struct candidate_text texts[VOTES];
	struct votes votes;
	struct {
		struct places at;
		size_t words;
	} met[CANDIDATES];
	unsigned least = least_met(q);
	size_t n, looked = 0;

	out->count = 0;
	if (!p->count)
		return;
	vote(p, q, &votes);
	if (!votes.count)
		return;
	n = count_votes(&votes, texts);
	for (size_t k = 0; k < n && k < CANDIDATES; k++, looked++) {
		const uint16_t *words;

		/* m words in a row have m - 2 grams at least, and one that is
		 * wrong costs no more than one beyond its own. */
		if (texts[k].votes + 3 < least)
			break;
		met[k].words = lyricprint_words(p, texts[k].text, &words);
		met[k].at = align(q, words, met[k].words);
	}
	for (size_t k = 0; k < looked; k++) {
		struct lyricfind_hit hit = { .title = title,
					     .marked = q->marked,
					     .words = q->count,
					     .met = met[k].at.met };
		size_t songs = 0;

		for (size_t i = 0; i < looked; i++)
			songs += met[i].at.worth >= met[k].at.worth;
		/* Of those that were not read: by their votes. */
		for (size_t i = looked; i < n; i++)
			songs += texts[i].votes >= texts[k].votes;
		if (hit.met < least)
			continue;
		hit.songs = (unsigned)songs;
		hit.share = share_of(q, &met[k].at, met[k].words, title, songs);
		hit.within = (float)hit.met /
			     (float)(met[k].at.last - met[k].at.first + 1);
		hit.span = lyricquote_span(q, met[k].at.first, met[k].at.last);
		if (hit.share > 0)
			put_rows(g, p, texts[k].text, hit, out);
	}
	qsort(out->hits, out->count, sizeof(*out->hits), by_worth);
}

size_t lyricfind(const struct generation *g, struct span request,
		 struct lyricfind_hit *hits, size_t most)
{
	const struct lyricprint *prints[2] = { &g->lyrics, &g->titled };
	struct lyricquote q;
	struct found found;
	size_t n = 0;

	if ((!g->lyrics.count && !g->titled.count) ||
	    !lyricquote_read(&q, request))
		return 0;
	for (int title = 0; title < 2; title++) {
		search(g, prints[title], &q, title, &found);
		for (size_t i = 0; i < found.count && n < most; i++)
			hits[n++] = found.hits[i];
	}
	return n;
}

bool lyricfind_sure(const struct lyricfind_hit *h)
{
	if (h->marked)
		return h->share >= marked_share;
	if (h->title)
		return h->share >= 1;
	return h->words < 4   ? false
	       : h->words < 5 ? h->share >= 1
			      : h->share >= sure_share;
}
