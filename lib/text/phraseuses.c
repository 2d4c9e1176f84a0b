/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/phraseuses.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parts.h"

void phraseuses_builder_release(struct phraseuses_builder *b)
{
	str_release(&b->records);
	free(b->first);
	free(b->next);
	*b = (struct phraseuses_builder){ .size = b->size };
}

void phraseuses_add(struct phraseuses_builder *b, size_t phrase,
		    const void *record)
{
	MEM_ROOM(b->first, phrase + 1, b->phrases_cap);
	for (; b->phrases <= phrase; b->phrases++)
		b->first[b->phrases] = 0;
	MEM_ROOM(b->next, b->count + 1, b->next_cap);
	b->next[b->count] = b->first[phrase];
	b->first[phrase] = (uint32_t)++b->count;
	str_put(&b->records, record, b->size);
}

const void *phraseuses_next(const struct phraseuses_builder *b, size_t phrase,
			    uint32_t *at)
{
	if (*at)
		*at = b->next[*at - 1];
	else
		*at = phrase < b->phrases ? b->first[phrase] : 0;
	return *at ? b->records.p + (*at - 1) * b->size : NULL;
}

void phraseuses_compile(const struct phraseuses_builder *b, struct str *out)
{
	struct str sorted = { 0 };
	uint32_t *first = mem_zalloc(b->phrases + 1, sizeof(*first));
	uint64_t count = b->count;

	for (size_t i = 0; i < b->phrases; i++) {
		const void *record;
		uint32_t at = 0;

		while ((record = phraseuses_next(b, i, &at)))
			str_put(&sorted, record, b->size);
		first[i + 1] = (uint32_t)(sorted.n / b->size);
	}
	parts_put(out, &count, sizeof(count), 1);
	parts_put(out, first, sizeof(*first), b->phrases + 1);
	parts_put(out, sorted.p, b->size, b->count);
	str_release(&sorted);
	free(first);
}

int phraseuses_view(struct phraseuses *u, size_t size, size_t phrases,
		    struct span *rest)
{
	const uint64_t *count = parts_take(rest, sizeof(*count), 1);

	if (!count || *count > UINT32_MAX)
		return -1;
	u->count = (size_t)*count;
	u->phrases = phrases;
	u->first = parts_take(rest, sizeof(*u->first), phrases + 1);
	u->records = parts_take(rest, size, u->count);
	return u->records ? 0 : -1;
}

const void *phraseuses_of(const struct phraseuses *u, size_t size,
			  size_t phrase, size_t most, size_t *n)
{
	uint32_t from, end;

	*n = 0;
	if (phrase >= u->phrases)
		return NULL;
	from = u->first[phrase];
	end = u->first[phrase + 1];
	if (from > end || end > u->count)
		return NULL;
	*n = end - from < most ? end - from : most;
	return u->records + from * size;
}
