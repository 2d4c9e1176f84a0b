/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/phrases.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/parts.h"

void phrasewords_release(struct phrasewords *w)
{
	str_release(&w->exact);
	str_release(&w->stemmed);
	free(w->at);
	tokens_release(&w->tokens);
	*w = (struct phrasewords){ 0 };
}

static void add(struct phrasewords *w, struct stem *stem, struct token token)
{
	struct phraseword *at;

	if (w->count) {
		str_putc(&w->exact, ' ');
		str_putc(&w->stemmed, ' ');
	}
	MEM_ROOM(w->at, w->count + 1, w->cap);
	at = &w->at[w->count];
	at->joined = token.joined && w->count > 0;
	at->kind = token.kind;
	at->exact = w->exact.n;
	at->stemmed = w->stemmed.n;
	str_span(&w->exact, token.text);
	if (stem)
		str_span(&w->stemmed, stem_word(stem, token.text));
	at->exact_end = w->exact.n;
	at->stemmed_end = w->stemmed.n;
	w->count++;
}

void phrasewords_read(struct phrasewords *w, struct stem *stem,
		      struct span text)
{
	struct token token;

	str_reset(&w->exact);
	str_reset(&w->stemmed);
	w->count = 0;
	tokens_start(&w->tokens, text);
	while (tokens_next(&w->tokens, &token))
		add(w, stem, token);
}

struct span phrasewords_exact(const struct phrasewords *w, size_t i, size_t n)
{
	return (struct span){ w->exact.p + w->at[i].exact,
			      w->at[i + n - 1].exact_end - w->at[i].exact };
}

struct span phrasewords_stemmed(const struct phrasewords *w, size_t i, size_t n)
{
	return (struct span){ w->stemmed.p + w->at[i].stemmed,
			      w->at[i + n - 1].stemmed_end - w->at[i].stemmed };
}

void phrases_builder_release(struct phrases_builder *b)
{
	table_release(&b->exact);
	table_release(&b->stemmed);
	b->longest = 0;
}

bool phrases_add(struct phrases_builder *b, const struct phrasewords *w,
		 bool forms, size_t *number)
{
	uint64_t *slot =
	    table_put(&b->exact, phrasewords_exact(w, 0, w->count));

	if (*slot) {
		*number = (size_t)*slot - 1;
		return false;
	}
	*number = b->exact.count - 1;
	*slot = b->exact.count;
	if (forms) {
		slot =
		    table_put(&b->stemmed, phrasewords_stemmed(w, 0, w->count));
		if (!*slot)
			*slot = b->exact.count;
	}
	if (w->count > b->longest)
		b->longest = w->count;
	return true;
}

struct header {
	uint32_t count, longest, exact, stemmed; /* the last two: slots */
};

static size_t slot_of(uint64_t hash, size_t slots)
{
	return (size_t)(((hash >> 32) * slots) >> 32);
}

static uint64_t hash_of(const struct phrases_slot *s)
{
	return (uint64_t)s->hash[1] << 32 | s->hash[0];
}

/* The slot with that hash, or the free one where it belongs; NULL: neither. */
static const struct phrases_slot *find(const struct phrases_half *h,
				       uint64_t hash)
{
	size_t i = slot_of(hash, h->count);

	for (size_t probes = 0; probes < h->count; probes++) {
		const struct phrases_slot *s = &h->slots[i];

		if (!s->number || hash_of(s) == hash)
			return s;
		if (++i == h->count)
			i = 0;
	}
	return NULL;
}

/* Half as many slots again as phrases, and one that stays free. */
static size_t slots_for(const struct table *t)
{
	return t->count + t->count / 2 + 1;
}

static int put_half(const struct table *t, struct str *out, struct err *err)
{
	struct phrases_half h = { .count = slots_for(t) };
	struct phrases_slot *slots = mem_zalloc(h.count, sizeof(*slots));
	int rc = 0;

	h.slots = slots;
	for (size_t i = 0; i < t->count && !rc; i++) {
		struct span key = t->entries[i].key;
		uint64_t hash = hash_mix(key.p, key.n);
		struct phrases_slot *s = slots + (find(&h, hash) - slots);

		if (s->number)
			rc = err_set(err, ERR_DATA, "table",
				     "\"%.*s\" has the hash of another phrase",
				     (int)key.n, key.p);
		*s = (struct phrases_slot){ { (uint32_t)hash,
					      (uint32_t)(hash >> 32) },
					    (uint32_t)t->entries[i].value };
	}
	parts_put(out, slots, sizeof(*slots), h.count);
	free(slots);
	return rc;
}

int phrases_compile(const struct phrases_builder *b, struct str *out,
		    struct err *err)
{
	struct header h = { (uint32_t)b->exact.count, (uint32_t)b->longest,
			    (uint32_t)slots_for(&b->exact),
			    (uint32_t)slots_for(&b->stemmed) };

	if (b->longest > PHRASES_LONGEST || b->exact.count > INT32_MAX)
		return err_set(err, ERR_DATA, "table",
			       "%zu phrases of up to %zu words; a phrase may "
			       "have %d",
			       b->exact.count, b->longest, PHRASES_LONGEST);
	parts_put(out, &h, sizeof(h), 1);
	return put_half(&b->exact, out, err) || put_half(&b->stemmed, out, err)
		   ? -1
		   : 0;
}

static void take_half(struct phrases_half *h, size_t count, struct span *rest)
{
	h->slots = parts_take(rest, sizeof(*h->slots), count);
	h->count = count;
}

int phrases_view(struct phrases *t, struct span *rest)
{
	const struct header *h = parts_take(rest, sizeof(*h), 1);

	if (!h || h->longest > PHRASES_LONGEST || !h->exact || !h->stemmed)
		return -1;
	t->count = h->count;
	t->longest = h->longest;
	take_half(&t->exact, h->exact, rest);
	take_half(&t->stemmed, h->stemmed, rest);
	return t->stemmed.slots ? 0 : -1;
}

static bool get(const struct phrases *t, const struct phrases_half *h,
		struct span s, size_t *number)
{
	const struct phrases_slot *slot =
	    h->count ? find(h, hash_mix(s.p, s.n)) : NULL;

	/* number: of damaged bytes, any */
	if (!slot || !slot->number || slot->number > t->count)
		return false;
	*number = slot->number - 1;
	return true;
}

bool phrases_get(const struct phrases *t, struct span s, size_t *number)
{
	return get(t, &t->exact, s, number);
}

bool phrases_find(const struct phrases *t, const struct phrasewords *w,
		  size_t i, size_t *number, size_t *length)
{
	size_t most = 1;

	while (most < t->longest && i + most < w->count &&
	       w->at[i + most].joined)
		most++;
	for (size_t n = most; n > 0; n--) {
		if (!get(t, &t->exact, phrasewords_exact(w, i, n), number) &&
		    (w->at[i].stemmed == w->at[i].stemmed_end ||
		     !get(t, &t->stemmed, phrasewords_stemmed(w, i, n),
			  number)))
			continue;
		*length = n;
		return true;
	}
	return false;
}

struct span phrases_field(struct span *line)
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

bool phrases_line(struct span *text, struct span *line, size_t *number)
{
	while (text->n) {
		const char *q = memchr(text->p, '\n', text->n);
		size_t n = q ? (size_t)(q - text->p) : text->n;

		*line = (struct span){ text->p, n };
		n += q ? 1 : 0;
		*text = (struct span){ text->p + n, text->n - n };
		++*number;
		if (span_trim(*line).n && line->p[0] != '#')
			return true;
	}
	return false;
}
