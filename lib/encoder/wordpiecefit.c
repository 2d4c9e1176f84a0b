/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/wordpiecefit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"
#include "encoder/tokenizer.h"
#include "io/json.h"
#include "io/scratch.h"
#include "text/utf8.h"

const struct wordpiecefit_options wordpiecefit_defaults = {
	.size = 8000, .alphabet = 1000, .occurrence = 2, .lowercase = true
};

static const char *const specials[WORDPIECEFIT_SPECIALS] = { "[PAD]", "[UNK]",
							     "[CLS]", "[SEP]",
							     "[MASK]" };

struct pair {
	uint32_t left, right;
	uint64_t count;
	uint32_t *words; /* that hold it, or held it; some twice */
	size_t word_count, cap;
};

struct word {
	size_t first, length; /* in pieces */
	uint64_t count;
};

struct entry { /* of the heap; its count may be outdated, then too high */
	uint64_t count;
	size_t pair;
};

struct fit {
	struct table vocabulary; /* spelling -> id */
	struct word *words;
	size_t word_count, word_cap;
	uint32_t *pieces;
	size_t piece_count, piece_cap;
	struct pair *pairs;
	size_t pair_count, pair_cap;
	struct table known; /* pair's eight bytes -> number + 1 */
	struct entry *heap;
	size_t heap_count, heap_cap;
};

/* --- the file --- */

static void put_vocabulary(const struct table *v, struct str *out)
{
	for (size_t i = 0; i < v->count; i++) {
		str_puts(out, i ? ",\n      " : "\n      ");
		json_put_string(out, v->entries[i].key);
		str_printf(out, ": %zu", i);
	}
}

static void write_json(const struct table *vocabulary, bool lowercase,
		       struct str *out)
{
	str_puts(out, "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n"
		      "  \"padding\": null,\n  \"added_tokens\": [");
	for (int i = 0; i < WORDPIECEFIT_SPECIALS; i++)
		str_printf(out,
			   "%s\n    {\"id\": %d, \"content\": \"%s\", "
			   "\"single_word\": false, \"lstrip\": false, "
			   "\"rstrip\": false, \"normalized\": false, "
			   "\"special\": true}",
			   i ? "," : "", i, specials[i]);
	str_printf(out,
		   "\n  ],\n  \"normalizer\": {\"type\": \"BertNormalizer\", "
		   "\"clean_text\": true, \"handle_chinese_chars\": true, "
		   "\"strip_accents\": null, \"lowercase\": %s},\n"
		   "  \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"},\n",
		   lowercase ? "true" : "false");
	str_puts(
	    out,
	    "  \"post_processor\": {\"type\": \"TemplateProcessing\",\n"
	    "    \"single\": [{\"SpecialToken\": {\"id\": \"[CLS]\", "
	    "\"type_id\": 0}}, {\"Sequence\": {\"id\": \"A\", \"type_id\": "
	    "0}}, "
	    "{\"SpecialToken\": {\"id\": \"[SEP]\", \"type_id\": 0}}],\n"
	    "    \"pair\": [{\"SpecialToken\": {\"id\": \"[CLS]\", "
	    "\"type_id\": "
	    "0}}, {\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}, "
	    "{\"SpecialToken\": {\"id\": \"[SEP]\", \"type_id\": 0}}, "
	    "{\"Sequence\": {\"id\": \"B\", \"type_id\": 1}}, "
	    "{\"SpecialToken\": {\"id\": \"[SEP]\", \"type_id\": 1}}],\n"
	    "    \"special_tokens\": {\"[CLS]\": {\"id\": \"[CLS]\", \"ids\": "
	    "[2], \"tokens\": [\"[CLS]\"]}, \"[SEP]\": {\"id\": \"[SEP]\", "
	    "\"ids\": [3], \"tokens\": [\"[SEP]\"]}}},\n"
	    "  \"decoder\": {\"type\": \"WordPiece\", \"prefix\": \"##\", "
	    "\"cleanup\": true},\n"
	    "  \"model\": {\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\", "
	    "\"continuing_subword_prefix\": \"##\", "
	    "\"max_input_chars_per_word\": 100,\n    \"vocab\": {");
	put_vocabulary(vocabulary, out);
	str_puts(out, "\n    }\n  }\n}\n");
}

static void put_specials(struct table *vocabulary)
{
	for (int i = 0; i < WORDPIECEFIT_SPECIALS; i++)
		*table_put(vocabulary, span_of(specials[i])) = (uint64_t)i;
}

/* --- words --- */

/* Every character of the text, as a word's first and as a later one. */
static void add_characters(struct table *all, struct span text)
{
	const char *p = text.p, *end = p + text.n;
	struct str piece = { 0 };

	while (p < end) {
		uint32_t code;

		p = utf8_next(p, end, &code);
		if (code <= ' ')
			continue;
		for (int k = 0; k < 2; k++) {
			str_reset(&piece);
			str_puts(&piece, k ? "##" : "");
			utf8_put(&piece, code);
			table_put(all, span_str(&piece));
		}
	}
	str_release(&piece);
}

/* A tokenizer that cuts texts into single characters. */
static struct tokenizer *open_characters(const struct span *texts, size_t count,
					 bool lowercase, struct err *err)
{
	struct table all = { 0 };
	struct str json = { 0 }, folded = { 0 };
	struct tokenizer *t = NULL;
	FILE *f = scratch_open(err);
	char path[64];

	if (!f)
		return NULL;
	put_specials(&all);
	for (size_t i = 0; i < count; i++) {
		str_reset(&folded);
		utf8_fold(texts[i], &folded);
		add_characters(&all, texts[i]);
		add_characters(&all, span_str(&folded));
	}
	write_json(&all, lowercase, &json);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(f));
	if (fwrite(json.p, 1, json.n, f) != json.n || fflush(f) != 0)
		err_errno(err, "a temporary file");
	else
		t = tokenizer_open(path, err);
	fclose(f);
	table_release(&all);
	str_release(&json);
	str_release(&folded);
	return t;
}

/* Words with their counts, spelled as ids of single characters. */
static void count_words(const struct tokenizer *t, const struct span *texts,
			size_t count, struct table *words)
{
	struct tokenizer_work *w = tokenizer_work_new(t);
	struct subwords tokens = { 0 };
	struct str ids = { 0 };

	for (size_t i = 0; i < count; i++) {
		tokenizer_encode(t, w, texts[i], &tokens);
		for (size_t k = 0; k <= tokens.count; k++) {
			struct span s =
			    k < tokens.count
				? tokenizer_spelling(t, tokens.items[k].id)
				: SPAN("");
			bool goes_on =
			    s.n > 2 && !memcmp(s.p, "##", 2) && ids.n;

			if (!goes_on && ids.n) {
				++*table_put(words, span_str(&ids));
				str_reset(&ids);
			}
			if (k < tokens.count &&
			    tokens.items[k].id >= WORDPIECEFIT_SPECIALS)
				str_put(&ids, &tokens.items[k].id,
					sizeof(int32_t));
		}
	}
	subwords_release(&tokens);
	tokenizer_work_free(w);
	str_release(&ids);
}

struct character {
	struct span spelling;
	uint64_t count;
	int32_t id; /* of the tokenizer of characters */
};

static int more_frequent(const void *a, const void *b)
{
	const struct character *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return span_cmp(x->spelling, y->spelling);
}

static int by_spelling(const void *a, const void *b)
{
	return span_cmp(((const struct character *)a)->spelling,
			((const struct character *)b)->spelling);
}

/* The characters that are kept, in the order of their spelling, become the
 * first pieces; map[old id] = new id, 0: not kept. */
static void choose_alphabet(struct fit *f, const struct tokenizer *t,
			    const struct table *words,
			    const struct wordpiecefit_options *o, uint32_t *map)
{
	size_t n = tokenizer_size(t), kept = 0;
	struct character *all = mem_zalloc(n + 1, sizeof(*all));

	for (size_t i = 0; i < n; i++)
		all[i] = (struct character){ tokenizer_spelling(t, (int32_t)i),
					     0, (int32_t)i };
	for (size_t i = 0; i < words->count; i++)
		for (size_t k = 0; k < words->entries[i].key.n; k += 4) {
			int32_t id;

			memcpy(&id, words->entries[i].key.p + k, sizeof(id));
			all[id].count += words->entries[i].value;
		}
	qsort(all, n, sizeof(*all), more_frequent);
	while (kept < n && kept < o->alphabet &&
	       all[kept].count >= o->occurrence)
		kept++;
	qsort(all, kept, sizeof(*all), by_spelling);
	for (size_t i = 0; i < kept; i++) {
		map[all[i].id] = (uint32_t)f->vocabulary.count;
		*table_put(&f->vocabulary, all[i].spelling) =
		    f->vocabulary.count;
	}
	free(all);
}

static int same_order(const void *a, const void *b)
{
	return span_cmp(((const struct table_entry *)a)->key,
			((const struct table_entry *)b)->key);
}

/* Words all of whose characters were kept, sorted, so that the order of texts
 * does not matter. */
static void keep_words(struct fit *f, const struct table *words,
		       const uint32_t *map)
{
	size_t n = words->count;
	struct table_entry *sorted = mem_alloc((n + 1) * sizeof(*sorted));

	memcpy(sorted, words->entries, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), same_order);
	for (size_t i = 0; i < n; i++) {
		size_t length = sorted[i].key.n / sizeof(int32_t);
		struct word w = { f->piece_count, length, sorted[i].value };
		bool known = true;

		MEM_ROOM(f->pieces, f->piece_count + length, f->piece_cap);
		for (size_t k = 0; k < length; k++) {
			int32_t id;

			memcpy(&id, sorted[i].key.p + k * sizeof(id),
			       sizeof(id));
			f->pieces[w.first + k] = map[id];
			known = known && map[id];
		}
		if (!known)
			continue;
		f->piece_count += length;
		MEM_ROOM(f->words, f->word_count + 1, f->word_cap);
		f->words[f->word_count++] = w;
	}
	free(sorted);
}

/* --- pairs --- */

/* Is heap entry a to come out before b? */
static bool before(const struct fit *f, const struct entry *a,
		   const struct entry *b)
{
	const struct pair *p = &f->pairs[a->pair], *q = &f->pairs[b->pair];

	if (a->count != b->count)
		return a->count > b->count;
	return p->left != q->left ? p->left < q->left : p->right < q->right;
}

static void heap_push(struct fit *f, size_t pair)
{
	struct entry e = { f->pairs[pair].count, pair };
	size_t i = f->heap_count++;

	MEM_ROOM(f->heap, f->heap_count, f->heap_cap);
	while (i && before(f, &e, &f->heap[(i - 1) / 2])) {
		f->heap[i] = f->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	f->heap[i] = e;
}

static struct entry heap_pop(struct fit *f)
{
	struct entry top = f->heap[0], last = f->heap[--f->heap_count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < f->heap_count) {
		if (child + 1 < f->heap_count &&
		    before(f, &f->heap[child + 1], &f->heap[child]))
			child++;
		if (!before(f, &f->heap[child], &last))
			break;
		f->heap[i] = f->heap[child];
		i = child;
	}
	f->heap[i] = last;
	return top;
}

static struct pair *pair_of(struct fit *f, uint32_t left, uint32_t right)
{
	uint32_t key[2] = { left, right };
	uint64_t *number =
	    table_put(&f->known, (struct span){ (char *)key, sizeof(key) });

	if (!*number) {
		MEM_ROOM(f->pairs, f->pair_count + 1, f->pair_cap);
		f->pairs[f->pair_count] =
		    (struct pair){ .left = left, .right = right };
		*number = ++f->pair_count;
	}
	return &f->pairs[*number - 1];
}

static void count_pairs(struct fit *f, uint32_t word, bool add)
{
	const struct word *w = &f->words[word];
	const uint32_t *p = f->pieces + w->first;

	for (size_t i = 0; i + 1 < w->length; i++) {
		struct pair *pair = pair_of(f, p[i], p[i + 1]);

		if (!add) {
			pair->count -= w->count;
			continue;
		}
		pair->count += w->count;
		if (pair->word_count &&
		    pair->words[pair->word_count - 1] == word)
			continue;
		MEM_ROOM(pair->words, pair->word_count + 1, pair->cap);
		pair->words[pair->word_count++] = word;
	}
}

static uint32_t add_piece(struct fit *f, const struct pair *p)
{
	struct span left = f->vocabulary.entries[p->left].key;
	struct span right = f->vocabulary.entries[p->right].key;
	struct str s = { 0 };
	uint64_t *id;

	str_span(&s, left);
	str_put(&s, right.p + 2, right.n - 2); /* without its ## */
	id = table_put(&f->vocabulary, span_str(&s));
	if (!*id)
		*id = f->vocabulary.count - 1;
	str_release(&s);
	return (uint32_t)*id;
}

static void merge(struct fit *f, size_t number)
{
	struct pair p = f->pairs[number]; /* the array may move */
	uint32_t piece = add_piece(f, &p);

	f->pairs[number].words = NULL;
	f->pairs[number].word_count = f->pairs[number].cap = 0;
	for (size_t i = 0; i < p.word_count; i++) {
		struct word *w = &f->words[p.words[i]];
		uint32_t *at = f->pieces + w->first;
		size_t to = 0;

		count_pairs(f, p.words[i], false);
		for (size_t k = 0; k < w->length; k++, to++)
			if (k + 1 < w->length && at[k] == p.left &&
			    at[k + 1] == p.right) {
				at[to] = piece;
				k++;
			} else {
				at[to] = at[k];
			}
		w->length = to;
		count_pairs(f, p.words[i], true);
		for (size_t k = 0; k + 1 < to; k++)
			if (at[k] == piece || at[k + 1] == piece)
				heap_push(
				    f, (size_t)(pair_of(f, at[k], at[k + 1]) -
						f->pairs));
	}
	free(p.words);
}

static void merge_all(struct fit *f, const struct wordpiecefit_options *o)
{
	for (size_t i = 0; i < f->word_count; i++)
		count_pairs(f, (uint32_t)i, true);
	for (size_t i = 0; i < f->pair_count; i++)
		heap_push(f, i);
	while (f->heap_count && f->vocabulary.count < o->size) {
		struct entry e = heap_pop(f);
		uint64_t now = f->pairs[e.pair].count;

		if (now < o->occurrence)
			continue;
		if (now == e.count)
			merge(f, e.pair);
		else if (now < e.count)
			heap_push(f, e.pair);
	}
}

static void release(struct fit *f)
{
	for (size_t i = 0; i < f->pair_count; i++)
		free(f->pairs[i].words);
	free(f->pairs);
	free(f->words);
	free(f->pieces);
	free(f->heap);
	table_release(&f->vocabulary);
	table_release(&f->known);
}

int wordpiecefit(const struct span *texts, size_t count,
		 const struct wordpiecefit_options *o, struct str *out,
		 struct err *err)
{
	struct tokenizer *t = open_characters(texts, count, o->lowercase, err);
	struct table words = { 0 };
	struct fit f = { 0 };
	uint32_t *map;
	int rc = 0;

	if (!t)
		return -1;
	put_specials(&f.vocabulary);
	count_words(t, texts, count, &words);
	map = mem_zalloc(tokenizer_size(t) + 1, sizeof(*map));
	choose_alphabet(&f, t, &words, o, map);
	if (f.vocabulary.count == WORDPIECEFIT_SPECIALS)
		rc = err_set(err, ERR_DATA, "vocabulary",
			     "no words to make a vocabulary of");
	else if (f.vocabulary.count > o->size)
		rc = err_set(err, ERR_DATA, "vocabulary",
			     "a vocabulary of %zu does not hold the %zu "
			     "characters: more, or a smaller alphabet",
			     o->size, f.vocabulary.count);
	if (!rc) {
		keep_words(&f, &words, map);
		merge_all(&f, o);
		write_json(&f.vocabulary, o->lowercase, out);
	}
	free(map);
	table_release(&words);
	tokenizer_free(t);
	release(&f);
	return rc;
}
