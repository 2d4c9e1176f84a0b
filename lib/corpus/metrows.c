/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/metrows.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

void metrows_release(struct metrows *m)
{
	free(m->met);
	artistcap_release(&m->artists);
	*m = (struct metrows){ .count = 0 };
}

static void add(struct metrows *m, struct met met)
{
	MEM_ROOM(m->met, m->count + 1, m->cap);
	m->met[m->count++] = met;
}

void metrows_add(struct metrows *m, enum source s, const struct topk_item *best,
		 size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(m, (struct met){
			   .row = best[i].index,
			   .text = s == SOURCE_TEXT ? best[i].score : NAN,
			   .audio = s == SOURCE_AUDIO ? best[i].score : NAN,
			   .words_score = s == SOURCE_WORDS ? best[i].score : 0,
			   .from = (uint8_t)(1u << s) });
}

void metrows_add_named(struct metrows *m, const struct topk_item *names,
		       size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(m, (struct met){ .row = names[i].index,
				     .text = NAN,
				     .audio = NAN,
				     .named = names[i].score,
				     .from = 1u << SOURCE_WORDS });
}

void metrows_add_lyric(struct metrows *m, uint32_t row, float lyric)
{
	add(m, (struct met){ .row = row,
			     .text = NAN,
			     .audio = NAN,
			     .lyric = lyric,
			     .from = 1u << SOURCE_WORDS });
}

void metrows_add_kept(struct metrows *m, uint32_t row)
{
	add(m, (struct met){ .row = row, .text = NAN, .audio = NAN });
}

static int by_row(const void *a, const void *b)
{
	const struct met *x = a, *y = b;

	return (x->row > y->row) - (x->row < y->row);
}

static void join(struct met *to, const struct met *m)
{
	to->from |= m->from;
	to->text = isnan(to->text) ? m->text : to->text;
	to->audio = isnan(to->audio) ? m->audio : to->audio;
	to->words_score += m->words_score;
	to->named += m->named;
	to->lyric = fmaxf(to->lyric, m->lyric);
}

void metrows_join(struct metrows *m)
{
	size_t kept = 0;

	if (m->count)
		qsort(m->met, m->count, sizeof(*m->met), by_row);
	for (size_t i = 0; i < m->count; i++)
		if (kept && m->met[kept - 1].row == m->met[i].row)
			join(&m->met[kept - 1], &m->met[i]);
		else
			m->met[kept++] = m->met[i];
	m->count = kept;
}

void metrows_start(struct metrows *m, size_t per_artist, size_t most)
{
	artistcap_start(&m->artists, per_artist, most);
}

float metrows_distance(float cosine)
{
	float d = 2 - 2 * cosine;

	return isnan(d) ? d : d > 0 ? sqrtf(d) : 0;
}

static void add_candidate(struct candidates *out, const struct met *m)
{
	MEM_ROOM(out->items, out->count + 1, out->cap);
	out->items[out->count++] =
	    (struct candidate){ .row = m->row,
				.from = m->from,
				.words_score = m->words_score,
				.named = m->named,
				.lyric = m->lyric,
				.text_distance = metrows_distance(m->text),
				.audio_cosine = m->audio,
				.mood_distance = NAN };
}

void metrows_take(struct metrows *m, const struct generation *g, uint32_t row,
		  bool asked, size_t most, struct candidates *out)
{
	struct met key = { .row = row };
	struct met *met =
	    m->count ? bsearch(&key, m->met, m->count, sizeof(key), by_row)
		     : NULL;

	if (!met || met->taken || out->count >= most ||
	    (!artistcap_take(&m->artists, g->artist[row]) && !asked))
		return;
	met->taken = true;
	add_candidate(out, met);
}
