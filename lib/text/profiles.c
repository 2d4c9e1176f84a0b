/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/profiles.h"

#include <stdlib.h>

#include "base/mem.h"
#include "io/input.h"
#include "text/utf8.h"

enum {
	LONGEST = 5, /* characters of an n-gram */
	RANKS = 400,
	FILE_MAX = 1 << 20,
	SEEN = 4096, /* slots; half of them are used at most */
};

struct entry { /* of an n-gram, in one profile */
	uint16_t language, rank;
	uint32_t next; /* place + 1, 0: none */
};

struct profiles {
	char names[PROFILES_MOST][PROFILES_NAME];
	int count;
	uint64_t *grams; /* [slots] hashes, 0: free */
	uint32_t *first; /* [slots] place + 1 of its entries */
	size_t slots;
	struct entry *entries;
	size_t nentries, cap;
};

/* An n-gram is known by the hash of its characters. */
static uint64_t gram_add(uint64_t gram, uint32_t c)
{
	gram = (gram ^ c) * UINT64_C(0x9E3779B97F4A7C15);
	return gram ^ gram >> 29;
}

#define GRAM_START UINT64_C(0x2545F4914F6CDD1D)

static size_t slot_of(const uint64_t *grams, size_t slots, uint64_t gram)
{
	size_t i = (size_t)(gram >> 20) & (slots - 1);

	while (grams[i] && grams[i] != gram)
		i = (i + 1) & (slots - 1);
	return i;
}

/* --- reading profiles --- */

static void add_entry(struct profiles *p, uint64_t gram, int rank)
{
	size_t slot = slot_of(p->grams, p->slots, gram);

	p->grams[slot] = gram;
	MEM_ROOM(p->entries, p->nentries + 1, p->cap);
	p->entries[p->nentries] = (struct entry){
		.language = (uint16_t)p->count,
		.rank = (uint16_t)rank,
		.next = p->first[slot],
	};
	p->first[slot] = (uint32_t)++p->nentries;
}

static struct span next_line(struct span *text)
{
	const char *end = memchr(text->p, '\n', text->n);
	struct span line = { text->p, end ? (size_t)(end - text->p) : text->n };

	text->p += line.n + (end != NULL);
	text->n -= line.n + (end != NULL);
	return line;
}

static struct span next_word(struct span *line)
{
	size_t n = 0;

	*line = span_trim(*line);
	while (n < line->n && !strchr(" \t\r", line->p[n]))
		n++;
	line->p += n;
	line->n -= n;
	return (struct span){ line->p - n, n };
}

static int read_profile(struct profiles *p, const char *path, struct str *text,
			struct err *err)
{
	struct span rest;
	int rank = 0;

	str_reset(text);
	if (input_slurp(path, FILE_MAX, text, err))
		return -1;
	rest = span_str(text);
	while (rest.n && rank < RANKS) {
		struct span line = next_line(&rest), word = next_word(&line);
		const char *at = word.p, *end = word.p + word.n;
		uint64_t gram = GRAM_START;
		uint32_t c;

		if (!word.n)
			continue;
		while (at < end) {
			at = utf8_next(at, end, &c);
			gram = gram_add(gram, c);
		}
		add_entry(p, gram, rank++);
	}
	return rank ? 0
		    : err_set(err, ERR_DATA, "malformed", "%s has no n-grams",
			      path);
}

static int read_list(struct profiles *p, struct span list, const char *conf,
		     const char *dir, struct err *err)
{
	struct str path = { 0 }, text = { 0 };
	int number = 0, rc = 0;

	while (list.n && !rc) {
		struct span line = next_line(&list), file, name;

		number++;
		file = next_word(&line);
		name = next_word(&line);
		if (!file.n || file.p[0] == '#')
			continue;
		if (!name.n || name.n >= PROFILES_NAME ||
		    p->count == PROFILES_MOST) {
			rc = err_set(err, ERR_DATA, "malformed",
				     "%s:%d: expected a profile's file and a "
				     "name of at most %d bytes, and at most "
				     "%d such lines",
				     conf, number, PROFILES_NAME - 1,
				     PROFILES_MOST);
			break;
		}
		memcpy(p->names[p->count], name.p, name.n);
		str_reset(&path);
		str_puts(&path, dir);
		str_span(&path, file);
		rc = read_profile(p, str_z(&path), &text, err);
		p->count++;
	}
	str_release(&path);
	str_release(&text);
	return rc;
}

struct profiles *profiles_new(const char *conf, const char *dir,
			      struct err *err)
{
	struct profiles *p = mem_zalloc(1, sizeof(*p));
	struct str list = { 0 };
	int rc = input_slurp(conf, FILE_MAX, &list, err);

	for (p->slots = 1; p->slots < 2 * PROFILES_MOST * RANKS;)
		p->slots *= 2;
	p->grams = mem_zalloc(p->slots, sizeof(*p->grams));
	p->first = mem_zalloc(p->slots, sizeof(*p->first));
	if (!rc)
		rc = read_list(p, span_str(&list), conf, dir, err);
	str_release(&list);
	if (!rc)
		return p;
	profiles_free(p);
	return NULL;
}

void profiles_free(struct profiles *p)
{
	if (!p)
		return;
	free(p->grams);
	free(p->first);
	free(p->entries);
	free(p);
}

void profiles_digest(const struct profiles *p, uint8_t out[HASH_SIZE])
{
	struct hash *h = hash_new();

	hash_add(h, p->names, sizeof(p->names));
	hash_add(h, p->grams, p->slots * sizeof(*p->grams));
	hash_add(h, p->first, p->slots * sizeof(*p->first));
	hash_add(h, p->entries, p->nentries * sizeof(*p->entries));
	hash_end(h, out);
	hash_free(h);
}

/* --- a text --- */

struct seen { /* the n-grams of a text, by number in order of appearance */
	uint64_t slots[SEEN];
	uint16_t number[SEEN];
	uint64_t gram[SEEN / 2];
	uint16_t times[SEEN / 2];
	size_t count;
};

static void see(struct seen *s, uint64_t gram)
{
	size_t slot = slot_of(s->slots, SEEN, gram);

	if (!s->slots[slot]) {
		if (s->count == SEEN / 2)
			return;
		s->slots[slot] = gram;
		s->number[slot] = (uint16_t)s->count;
		s->gram[s->count] = gram;
		s->times[s->count++] = 0;
	}
	if (s->times[s->number[slot]] < PROFILES_TEXT + 2)
		s->times[s->number[slot]]++;
}

static void see_word(struct seen *s, const uint32_t *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t gram = GRAM_START;

		for (size_t k = i; k < n && k < i + LONGEST; k++) {
			gram = gram_add(gram, c[k]);
			see(s, gram);
		}
	}
}

static void see_text(struct seen *s, struct span text)
{
	uint32_t word[PROFILES_TEXT + 2];
	const char *p = text.p, *end;
	size_t n = 0;

	end = p + (text.n < PROFILES_TEXT ? text.n : PROFILES_TEXT);
	while (p <= end) {
		uint32_t c = ' ';

		if (p < end)
			p = utf8_next(p, end, &c);
		else
			p++;
		if (c == ' ') {
			if (n) {
				word[n++] = '_';
				see_word(s, word, n);
			}
			n = 0;
			continue;
		}
		if (!n)
			word[n++] = '_';
		word[n++] = c;
	}
}

/* The places of the RANKS most frequent, the first seen first. */
static size_t order(const struct seen *s, uint16_t *out)
{
	uint16_t place[PROFILES_TEXT + 3] = { 0 }; /* of those seen so often */
	uint16_t sum = 0;

	for (size_t i = 0; i < s->count; i++)
		place[s->times[i]]++;
	for (size_t t = PROFILES_TEXT + 3; t--;) {
		uint16_t n = place[t];

		place[t] = sum;
		sum = (uint16_t)(sum + n);
	}
	for (size_t i = 0; i < s->count; i++) {
		uint16_t at = place[s->times[i]]++;

		if (at < RANKS)
			out[at] = (uint16_t)i;
	}
	return s->count < RANKS ? s->count : RANKS;
}

static void compare(const struct profiles *p, const struct seen *s,
		    const uint16_t *order_of, size_t n, uint32_t *distance)
{
	for (int i = 0; i < p->count; i++)
		distance[i] = (uint32_t)n * RANKS;
	for (size_t i = 0; i < n; i++) {
		size_t slot = slot_of(p->grams, p->slots, s->gram[order_of[i]]);

		for (uint32_t at = p->first[slot]; at;
		     at = p->entries[at - 1].next) {
			const struct entry *e = &p->entries[at - 1];
			uint32_t d = e->rank > i ? e->rank - (uint32_t)i
						 : (uint32_t)i - e->rank;

			distance[e->language] -= RANKS - d;
		}
	}
}

int profiles_rank(const struct profiles *p, struct span text, double margin,
		  const char **names, int most)
{
	struct seen *s = mem_alloc(sizeof(*s));
	uint32_t distance[PROFILES_MOST], least = UINT32_MAX;
	uint16_t ranks[RANKS];
	size_t n;
	int found = 0;

	memset(s->slots, 0, sizeof(s->slots));
	s->count = 0;
	see_text(s, text);
	n = order(s, ranks);
	compare(p, s, ranks, n, distance);
	free(s);
	for (int i = 0; n && i < p->count; i++)
		least = distance[i] < least ? distance[i] : least;
	while (n && found < most) {
		int best = -1;

		for (int i = 0; i < p->count; i++)
			if (distance[i] <= margin * least &&
			    (best < 0 || distance[i] < distance[best]))
				best = i;
		if (best < 0)
			break;
		names[found++] = p->names[best];
		distance[best] = UINT32_MAX;
	}
	return found;
}
