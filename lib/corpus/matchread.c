/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/matchname.h"
#include "text/utf8.h"

/* A reading in which "- Live Forever" is no version. */
static const double ambiguous = 0.99;

enum { FIRST_YEAR = 1900, LAST_YEAR = 2099 };

struct match_name *match_name_new(void)
{
	return mem_zalloc(1, sizeof(struct match_name));
}

void match_name_free(struct match_name *m)
{
	free(m);
}

/* Text with ASCII dashes, brackets and blanks, each run of blanks one. */
static size_t plain(struct span s, char *out)
{
	const char *p = s.p, *end = s.p + s.n;
	struct str text = { 0 };
	uint32_t c;
	size_t n;

	while (p && p < end && text.n < MATCH_TEXT_MOST) {
		p = utf8_next(p, end, &c);
		if (c <= ' ' || c == 0xA0 || c == '_' || c == 0x3000)
			c = ' ';
		else if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
			c = '-';
		else if (c == 0xFF5C || c == 0x2022 || c == 0xB7)
			c = '|';
		else if (c == 0xFF08 || (c >= 0x3008 && c <= 0x3015 &&
					 !(c & 1) && c != 0x3012))
			c = '(';
		else if (c == 0xFF09 ||
			 (c >= 0x3009 && c <= 0x3015 && (c & 1) && c != 0x3013))
			c = ')';
		if (c == ' ' && (!text.n || text.p[text.n - 1] == ' '))
			continue;
		utf8_put(&text, c);
	}
	n = text.n;
	while (n && text.p[n - 1] == ' ')
		n--;
	if (n)
		memcpy(out, text.p, n);
	str_release(&text);
	return n;
}

/* "03 - Title", "3. Title", "03 Title", "Title.mp3". */
static struct span without_file(struct span s)
{
	static const char *const ends[] = { ".mp3", ".wav",  ".flac", ".ogg",
					    ".m4a", ".aiff", ".opus" };
	size_t i = 0, digits;

	for (size_t e = 0; e < 7; e++) {
		size_t n = strlen(ends[e]);
		struct span tail = { s.p + s.n - n, n };

		if (s.n > n && span_ieq(tail, ends[e]))
			s.n -= n;
	}
	while (i < s.n && i < 3 && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	digits = i;
	if (!digits || i == s.n || (s.p[i] >= '0' && s.p[i] <= '9'))
		return s;
	if (s.p[i] == ' ' && s.p[i + 1] != '-' && s.p[i + 1] != '.')
		return s.p[0] == '0' && digits == 2
			   ? span_trim((struct span){ s.p + i, s.n - i })
			   : s;
	while (i < s.n && s.p[i] == ' ')
		i++;
	if (i == s.n || !strchr("-.)", s.p[i]))
		return s;
	while (i < s.n && strchr(" -.)", s.p[i]))
		i++;
	return i < s.n && digits < 3 ? (struct span){ s.p + i, s.n - i } : s;
}

/* Counts the version words of w that count at `place`; *beside (may be NULL)
 * gets the other words. True where a version phrase begins or ends it. */
static bool count_versions(const struct versions *v, const struct matchwords *w,
			   enum versions_place place, uint8_t *counts,
			   struct matchwords *beside)
{
	bool edge = false;

	for (int i = 0; i < w->count;) {
		size_t used = 1;
		int class = versions_find(v, w->word + i,
					  (size_t)(w->count - i), place, &used);

		if (class) {
			if (counts[class] < 255)
				counts[class]++;
			edge |= !i || i + (int)used == w->count;
		} else if (beside) {
			matchwords_append(beside, w, i, 1);
		}
		i += (int)used;
	}
	return edge;
}

/* The class with which s begins. */
static int first_class(const struct versions *v, struct span s,
		       enum versions_place place)
{
	struct matchwords_arena arena = { .used = 0 };
	struct matchwords w = { .count = 0 };
	size_t used;

	if (s.n > 60)
		s.n = 60;
	matchwords_add(&w, s, &arena);
	return w.count ? versions_find(v, w.word, (size_t)w.count, place, &used)
		       : 0;
}

/* s up to "feat. X". */
static struct span without_guests(const struct versions *v, struct span s)
{
	for (size_t i = 1; i < s.n; i++) {
		struct span rest = { s.p + i, s.n - i };

		if (s.p[i - 1] == ' ' && strchr("fFdDpPпПуУ\xD0\xD1", s.p[i]) &&
		    first_class(v, rest, VERSIONS_TITLE) == VERSIONS_GUESTS)
			return span_trim((struct span){ s.p, i });
	}
	return s;
}

static bool separates(struct span s)
{
	static const char *const words[] = {
		"&",     "and",  "+",     "x",      "vs",   "vs.",
		"with",  "feat", "feat.", "ft",     "ft.",  "featuring",
		"y",     "et",   "und",   "e",      "/",    "presents",
		"pres.", "pres", "meets", "(feat.", "(ft.", "(feat",
		"(with", "×",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (span_ieq(s, words[i]))
			return true;
	return false;
}

static bool is_filler(struct span s)
{
	return span_is(s, "the") || span_is(s, "official") ||
	       span_is(s, "topic") || span_is(s, "vevo");
}

static void add_name(struct match_name *m, struct match_artist *a,
		     struct span s)
{
	struct matchwords w = { .count = 0 };
	int before = a->words.count;

	s = span_trim(s);
	if (!s.n || a->names == MATCH_NAMES)
		return;
	if (s.n > 4 && span_ieq((struct span){ s.p + s.n - 4, 4 }, "vevo"))
		s.n -= 4;
	if (!a->names)
		a->raw = s;
	matchwords_add(&w, s, &m->arena);
	for (int i = 0; i < w.count; i++)
		if (!is_filler(w.word[i]) || w.count == 1)
			matchwords_append(&a->words, &w, i, 1);
	if (a->words.count > before)
		a->start[++a->names] = a->words.count;
}

static void read_artist(struct match_name *m, struct match_artist *a,
			struct span s)
{
	size_t from = 0, word = 0;
	struct matchwords all = { .count = 0 };

	for (size_t i = 0; i <= s.n; i++) {
		bool cut = i == s.n || strchr(",;/()[]", s.p[i]);

		if (!cut && s.p[i] != ' ')
			continue;
		if (word > from && i < s.n &&
		    separates((struct span){ s.p + word, i - word })) {
			add_name(m, a,
				 (struct span){ s.p + from, word - from });
			from = i;
		}
		if (cut) {
			add_name(m, a, (struct span){ s.p + from, i - from });
			from = i + 1;
		}
		word = i + 1;
	}
	matchwords_append(&all, &a->words, 0, a->words.count);
	count_versions(m->v, &all, VERSIONS_ARTIST, a->classes, NULL);
}

/* What stands in brackets, or was said apart. */
static void read_aside(struct match_name *m, struct span s)
{
	struct matchwords w = { .count = 0 }, beside = { .count = 0 };
	uint8_t counts[VERSIONS_CLASSES] = { 0 };

	matchwords_add(&w, s, &m->arena);
	if (!w.count || first_class(m->v, s, VERSIONS_ASIDE) == VERSIONS_GUESTS)
		return;
	count_versions(m->v, &w, VERSIONS_ASIDE, counts, &beside);
	if (match_has_version(counts)) {
		for (int i = VERSIONS_FIRST; i < VERSIONS_CLASSES; i++)
			m->aside[i] = (uint8_t)(m->aside[i] + (counts[i] > 0));
		matchwords_append(&m->beside, &beside, 0, beside.count);
		return;
	}
	if (counts[VERSIONS_NOISE] ||
	    (w.count == 1 && w.number[0] > FIRST_YEAR &&
	     w.number[0] <= LAST_YEAR + 1))
		return;
	matchwords_append(&m->optional, &w, 0, w.count);
}

static void add_segment(struct match_name *m, struct span s)
{
	struct match_segment *g = &m->segments[m->nsegments];
	uint8_t aside[VERSIONS_CLASSES] = { 0 };
	struct matchwords beside = { .count = 0 };

	s = span_trim(s);
	while (s.n && strchr("-|/ ", s.p[s.n - 1]))
		s.n--;
	if (!s.n || m->nsegments == MATCH_SEGMENTS)
		return;
	if (m->nsegments &&
	    first_class(m->v, s, VERSIONS_ASIDE) == VERSIONS_GUESTS)
		return;
	g->raw = without_guests(m->v, s);
	matchwords_add(&g->words, g->raw, &m->arena);
	g->version =
	    count_versions(m->v, &g->words, VERSIONS_ASIDE, aside, &beside);
	if (m->nsegments && g->version && !match_has_version(aside) &&
	    aside[VERSIONS_NOISE])
		return; /* "- 2011 Remaster" */
	g->version = g->version && match_has_version(aside) && m->nsegments;
	g->beside = beside;
	count_versions(m->v, &g->words, VERSIONS_TITLE, g->counts, NULL);
	for (int i = 0; i < VERSIONS_FIRST; i++)
		g->counts[i] = 0;
	if (g->version)
		for (int i = VERSIONS_FIRST; i < VERSIONS_CLASSES; i++)
			g->counts[i] |= aside[i] > 0;
	read_artist(m, &g->artist, g->raw);
	m->nsegments++;
}

/* A dash with a blank on one side at least, a bar, or two slashes: their
 * length, else 0. */
static size_t divider(struct span s, size_t i)
{
	if (s.p[i] == '-')
		return i + 1 < s.n && s.p[i + 1] == ' ' && i > 0 ? 2 : 0;
	if (s.p[i] == '|' || s.p[i] == '~')
		return 1;
	return s.p[i] == '/' && i + 1 < s.n && s.p[i + 1] == '/' ? 2 : 0;
}

static void read_title(struct match_name *m, struct span s)
{
	char name[MATCH_TEXT_MOST + 8];
	size_t n = 0, start = 0;
	bool aside = false;

	/* What is between brackets goes aside, the rest is written together;
	 * a bracket within brackets begins another one. */
	for (size_t i = 0; i < s.n; i++) {
		bool open = strchr("([{", s.p[i]),
		     close = strchr(")]}", s.p[i]);

		if ((open || close) && aside)
			read_aside(m, (struct span){ s.p + start, i - start });
		if (close && aside)
			name[n++] = ' ';
		if (open)
			start = i + 1;
		if (open || close)
			aside = open;
		else if (!aside)
			name[n++] = s.p[i];
	}
	if (aside)
		read_aside(m, (struct span){ s.p + start, s.n - start });
	n = plain((struct span){ name, n }, m->title);
	if (!n) /* all of it was in brackets */
		n = plain(s, m->title);
	m->title_n = n;
	s = without_file((struct span){ m->title, n });
	start = 0;
	for (size_t i = 0; i < s.n; i++) {
		size_t len = divider(s, i);

		if (!len)
			continue;
		add_segment(m, (struct span){ s.p + start, i - start });
		start = i + len;
		i = start - 1;
	}
	add_segment(m, (struct span){ s.p + start, s.n - start });
}

void match_read(struct match_name *m, const struct versions *v,
		const struct match_facts *facts)
{
	char text[MATCH_TEXT_MOST + 8];
	unsigned versions = 0;
	struct matchwords album = { .count = 0 };
	size_t n;

	memset(m, 0, sizeof(*m));
	m->v = v;
	m->duration = facts->duration > 0 ? facts->duration : 0;
	m->artist_n = plain(facts->artist, m->artist_text);
	read_artist(m, &m->artist,
		    (struct span){ m->artist_text, m->artist_n });
	n = plain(facts->title, text);
	read_title(m, (struct span){ text, n });
	n = plain(facts->version, text);
	if (n)
		read_aside(m, (struct span){ text, n });
	n = plain(facts->album, text);
	matchwords_add(&album, (struct span){ text, n }, &m->arena);
	count_versions(v, &album, VERSIONS_ALBUM, m->album, NULL);
	for (int i = 0; i < m->nsegments; i++)
		if (m->segments[i].version)
			versions |= 1u << i;
	if (!m->nsegments)
		return;
	match_add_readings(m, versions, 1);
	if (versions)
		match_add_readings(m, 0, ambiguous);
}
