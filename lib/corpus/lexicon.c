/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/lexicon.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/table.h"
#include "text/stem.h"
#include "text/tokens.h"

struct entry {
	struct span phrase; /* as the table spells it */
	float valence, arousal;
	bool context;
};

struct lexicon {
	char *text;
	struct entry *entries;
	size_t count, cap;
	struct table exact, stemmed; /* phrase -> entry + 1, first wins */
	size_t longest;              /* tokens of the longest phrase */
};

/* A text as tokens joined by blanks, twice: a phrase of n tokens is then one
 * span, from the start of its first to the end of its last. */
struct words {
	struct str exact, stemmed;
	struct word {
		size_t exact, exact_end, stemmed, stemmed_end;
		bool joined;
	} * at;
	size_t count, cap;
};

static void words_release(struct words *w)
{
	str_release(&w->exact);
	str_release(&w->stemmed);
	free(w->at);
}

static void words_read(struct words *w, struct stem *stem, struct span text)
{
	struct tokens tokens = { 0 };
	struct token token;

	str_reset(&w->exact);
	str_reset(&w->stemmed);
	w->count = 0;
	tokens_start(&tokens, text);
	while (tokens_next(&tokens, &token)) {
		struct word *at;

		if (w->count) {
			str_putc(&w->exact, ' ');
			str_putc(&w->stemmed, ' ');
		}
		MEM_ROOM(w->at, w->count + 1, w->cap);
		at = &w->at[w->count];
		at->joined = token.joined && w->count > 0;
		at->exact = w->exact.n;
		at->stemmed = w->stemmed.n;
		str_span(&w->exact, token.text);
		str_span(&w->stemmed, stem_word(stem, token.text));
		at->exact_end = w->exact.n;
		at->stemmed_end = w->stemmed.n;
		w->count++;
	}
	tokens_release(&tokens);
}

static struct span words_exact(const struct words *w, size_t i, size_t n)
{
	return (struct span){ w->exact.p + w->at[i].exact,
			      w->at[i + n - 1].exact_end - w->at[i].exact };
}

static struct span words_stemmed(const struct words *w, size_t i, size_t n)
{
	return (struct span){ w->stemmed.p + w->at[i].stemmed,
			      w->at[i + n - 1].stemmed_end - w->at[i].stemmed };
}

static int rating(struct span s, float *out)
{
	double v;

	if (num_double(s, &v) || v < -1 || v > 1)
		return -1;
	*out = (float)v;
	return 0;
}

/* The next tab-separated field of *line. */
static struct span field(struct span *line)
{
	const char *tab = line->n ? memchr(line->p, '\t', line->n) : NULL;
	struct span f = *line;

	if (tab) {
		f.n = (size_t)(tab - f.p);
		*line = (struct span){ tab + 1, line->n - f.n - 1 };
	} else {
		line->p += line->n;
		line->n = 0;
	}
	return span_trim(f);
}

static int add_line(struct lexicon *l, struct words *w, struct stem *stem,
		    struct span line, struct err *err)
{
	struct entry e = { 0 };
	struct span valence, arousal, kind;
	uint64_t *slot;

	e.phrase = field(&line);
	valence = field(&line);
	arousal = field(&line);
	kind = field(&line);
	if (rating(valence, &e.valence) || rating(arousal, &e.arousal))
		return err_set(err, ERR_DATA, "table",
			       "\"%.*s\", \"%.*s\" where valence and arousal "
			       "in [-1, 1] were expected",
			       (int)valence.n, valence.p, (int)arousal.n,
			       arousal.p);
	e.context = span_is(kind, "context");
	if (!e.context && !span_is(kind, "mood"))
		return err_set(err, ERR_DATA, "table",
			       "kind \"%.*s\" where "
			       "mood or context was expected",
			       (int)kind.n, kind.p);
	words_read(w, stem, e.phrase);
	if (!w->count)
		return err_set(err, ERR_DATA, "table", "a row without a word");
	slot = table_put(&l->exact, words_exact(w, 0, w->count));
	if (*slot)
		return err_set(err, ERR_DATA, "table", "\"%.*s\" occurs twice",
			       (int)e.phrase.n, e.phrase.p);
	MEM_ROOM(l->entries, l->count + 1, l->cap);
	l->entries[l->count++] = e;
	*slot = l->count;
	slot = table_put(&l->stemmed, words_stemmed(w, 0, w->count));
	if (!*slot)
		*slot = l->count;
	if (w->count > l->longest)
		l->longest = w->count;
	return 0;
}

struct lexicon *lexicon_parse(struct span tsv, const char *name,
			      struct err *err)
{
	struct lexicon *l = mem_zalloc(1, sizeof(*l));
	struct stem *stem = stem_new();
	struct words w = { 0 };
	const char *p, *end;
	size_t number = 0;
	int rc = 0;

	l->text = mem_dup(tsv.p, tsv.n);
	for (p = l->text, end = p + tsv.n; p < end && !rc;) {
		const char *q = memchr(p, '\n', (size_t)(end - p));
		struct span line = { p, (size_t)((q ? q : end) - p) };

		number++;
		p = q ? q + 1 : end;
		if (!span_trim(line).n || line.p[0] == '#')
			continue;
		rc = add_line(l, &w, stem, line, err);
	}
	words_release(&w);
	stem_free(stem);
	if (!rc)
		return l;
	err_prefix(err, "%s:%zu", name, number);
	lexicon_free(l);
	return NULL;
}

void lexicon_free(struct lexicon *l)
{
	if (!l)
		return;
	table_release(&l->exact);
	table_release(&l->stemmed);
	free(l->entries);
	free(l->text);
	free(l);
}

/* The longest phrase that starts at word i, and its length in words. */
static const struct entry *match(const struct lexicon *l, const struct words *w,
				 size_t i, size_t *length)
{
	size_t most = 1;

	while (most < l->longest && i + most < w->count &&
	       w->at[i + most].joined)
		most++;
	for (size_t n = most; n > 0; n--) {
		const uint64_t *hit =
		    table_get(&l->exact, words_exact(w, i, n));

		if (!hit)
			hit = table_get(&l->stemmed, words_stemmed(w, i, n));
		if (hit) {
			*length = n;
			return &l->entries[*hit - 1];
		}
	}
	return NULL;
}

static void add_context(struct str *context, struct span phrase)
{
	struct span rest = span_str(context);

	while (rest.n) {
		const char *q = memchr(rest.p, '\n', rest.n);
		size_t n = q ? (size_t)(q - rest.p) : rest.n;

		if (span_eq((struct span){ rest.p, n }, phrase))
			return;
		rest.p += q ? n + 1 : n;
		rest.n -= q ? n + 1 : n;
	}
	if (context->n)
		str_putc(context, '\n');
	str_span(context, phrase);
}

struct lexicon_mood lexicon_mood(const struct lexicon *l, struct span text,
				 struct str *context)
{
	struct lexicon_mood mood = { 0 };
	struct stem *stem = stem_new();
	struct words w = { 0 };
	double valence = 0, arousal = 0;
	size_t length;

	if (context)
		str_reset(context);
	words_read(&w, stem, text);
	for (size_t i = 0; i < w.count; i += length) {
		const struct entry *e = match(l, &w, i, &length);

		if (!e) {
			length = 1;
			continue;
		}
		valence += (double)e->valence;
		arousal += (double)e->arousal;
		mood.matches++;
		if (context && e->context)
			add_context(context, e->phrase);
	}
	if (mood.matches) {
		mood.valence = (float)(valence / mood.matches);
		mood.arousal = (float)(arousal / mood.matches);
	}
	words_release(&w);
	stem_free(stem);
	return mood;
}
