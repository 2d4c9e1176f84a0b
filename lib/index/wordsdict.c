/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/wordsdict.h"

uint64_t words_dict_key(struct span word)
{
	uint64_t key = 0;

	for (size_t i = 0; i < 8; i++)
		key = key << 8 | (i < word.n ? (unsigned char)word.p[i] : 0);
	return key;
}

static struct span word_of(const struct words_entry *e)
{
	return (struct span){ e->word, e->n };
}

/* --- reading --- */

static bool open_page(const struct words_dict *d, size_t page,
		      struct words_entry *e)
{
	const uint8_t *p = d->pages + page * WORDS_PAGE;
	struct words_page head;

	memcpy(&head, p, sizeof(head));
	if (head.size > WORDS_PAGE || head.size < sizeof(head))
		return false;
	e->page = page;
	e->n = 0;
	e->left = head.count;
	e->number = head.first;
	e->p = p + sizeof(head);
	e->end = p + head.size;
	return true;
}

static bool entry(const struct words_dict *d, struct words_entry *e)
{
	uint64_t shared, more;

	e->p = words_number_get(e->p, e->end, &shared);
	e->p = words_number_get(e->p, e->end, &more);
	if (!e->p || shared > e->n || more > WORDS_WORD_MAX - shared ||
	    more > (size_t)(e->end - e->p))
		return false;
	memcpy(e->word + shared, e->p, more);
	e->n = shared + more;
	e->p += more;
	e->term = e->number++;
	e->form = 0;
	if (d->forms) {
		e->p = words_number_get(e->p, e->end, &e->term);
		e->p = words_number_get(e->p, e->end, &e->form);
	}
	e->left--;
	return e->p != NULL;
}

bool words_dict_next(const struct words_dict *d, struct words_entry *e)
{
	if (!e->left &&
	    (e->page + 1 >= d->npages || !open_page(d, e->page + 1, e)))
		return false;
	return e->left && entry(d, e);
}

/* Whether the page's first word is above `word`. */
static bool above(const struct words_dict *d, size_t page, uint64_t key,
		  struct span word)
{
	struct words_entry e;

	if (d->keys[page] != key)
		return d->keys[page] > key;
	return open_page(d, page, &e) && e.left && entry(d, &e) &&
	       span_cmp(word_of(&e), word) > 0;
}

bool words_dict_seek(const struct words_dict *d, struct span word,
		     struct words_entry *e)
{
	size_t lo = 0, hi = d->npages; /* the last page that is not above */
	uint64_t key = words_dict_key(word);

	if (!hi)
		return false;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (above(d, mid, key, word))
			hi = mid;
		else
			lo = mid;
	}
	if (!open_page(d, lo, e))
		return false;
	do {
		if (!words_dict_next(d, e))
			return false;
	} while (span_cmp(word_of(e), word) < 0);
	return true;
}

bool words_dict_find(const struct words_dict *d, struct span word,
		     struct words_entry *e)
{
	return words_dict_seek(d, word, e) && span_eq(word_of(e), word);
}

/* --- writing --- */

static void end_page(struct words_dict_writer *w)
{
	static const char zeros[WORDS_PAGE];
	struct words_page head = {
		.count = (uint16_t)w->on_page,
		.size = (uint16_t)(sizeof(head) + w->page.n),
		.first = (uint32_t)(w->count - w->on_page),
	};

	if (!w->on_page)
		return;
	str_put(&w->pages, &head, sizeof(head));
	str_span(&w->pages, span_str(&w->page));
	str_put(&w->pages, zeros, WORDS_PAGE - head.size);
	str_reset(&w->page);
	w->on_page = 0;
	w->n = 0;
}

void words_dict_put(struct words_dict_writer *w, struct span word,
		    uint64_t term, uint64_t form)
{
	size_t shared = 0;

	if (sizeof(struct words_page) + w->page.n + word.n +
		4 * WORDS_NUMBER_MAX >
	    WORDS_PAGE)
		end_page(w);
	if (!w->on_page) {
		uint64_t key = words_dict_key(word);

		str_put(&w->keys, &key, sizeof(key));
	}
	while (shared < w->n && shared < word.n &&
	       w->word[shared] == word.p[shared])
		shared++;
	words_number(&w->page, shared);
	words_number(&w->page, word.n - shared);
	str_put(&w->page, word.p + shared, word.n - shared);
	if (w->forms) {
		words_number(&w->page, term);
		words_number(&w->page, form);
	}
	memcpy(w->word, word.p, word.n);
	w->n = word.n;
	w->on_page++;
	w->count++;
}

void words_dict_end(struct words_dict_writer *w)
{
	end_page(w);
}

void words_dict_release(struct words_dict_writer *w)
{
	str_release(&w->keys);
	str_release(&w->pages);
	str_release(&w->page);
}
