/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/readsound.h"

#include <math.h>

#include "io/json.h"

void readsound_vocals(struct reading *r, struct wish *wish)
{
	const struct ask_row *row;
	size_t n, with;

	if (wish->vocals != VOCALS_ANY)
		return;
	for (size_t i = 0; i < r->count && wish->vocals == VOCALS_ANY; i++) {
		row = reading_find(r, i, ASK_VOCALS, &n);
		if (row)
			wish->vocals = span_is(row->value, "none")
					   ? VOCALS_NONE
					   : VOCALS_SUNG;
		else if (reading_find(r, i, ASK_VOICE, &n) &&
			 (with = reading_before(r, i, ASK_WITH)) &&
			 !span_is(r->words[i - with].text, "and"))
			wish->vocals = VOCALS_SUNG;
	}
}

/* --- textures --- */

struct textures {
	double sum[TIMBRE_AXES];
	int count[TIMBRE_AXES];
};

/* Behind a word that may mean another thing: passes "and", other textures and
 * degrees; true at the end, or before a word for music. */
static bool of_music(const struct reading *r, size_t i)
{
	size_t n;

	while (!reading_ends(r, i)) {
		if (reading_any(r, i, ASK_NOUN, &n) ||
		    reading_any(r, i, ASK_SOUND, &n) ||
		    reading_any(r, i, ASK_GENRE, &n) ||
		    reading_any(r, i, ASK_VOCALS, &n))
			return true;
		if (!reading_any(r, i, ASK_JOIN, &n) &&
		    !reading_any(r, i, ASK_DEGREE, &n) &&
		    !reading_any(r, i, ASK_TEXTURE, &n) &&
		    !reading_any(r, i, ASK_FILLER, &n))
			return false;
		i += n;
	}
	return true;
}

/* "i'm cold", "feel so warm": of a person, not of music. */
static bool of_person(const struct reading *r, size_t i)
{
	size_t degree = reading_before(r, i, ASK_DEGREE);

	return reading_before(r, i - degree, ASK_PERSON) > 0;
}

static void put_texture(const struct reading *r, const struct ask_row *row,
			float factor, struct textures *t)
{
	double far = (double)(askwords_step(r->table, "texture") * factor);
	double at = 0.5 + (row->high ? far : -far);

	t->sum[row->axis] += fmax(0, fmin(1, at));
	t->count[row->axis]++;
}

static void read_texture(struct reading *r, size_t i, size_t n,
			 const struct ask_row *row, struct textures *t)
{
	size_t from = i, before = reading_before(r, i, ASK_DEGREE), k;
	const struct ask_row *degree;
	float factor = 1;

	if (!row->sure && (!of_music(r, i + n) || of_person(r, i)))
		return;
	if (before) {
		degree = reading_any(r, i - before, ASK_DEGREE, &k);
		factor = degree ? degree->number[0] : 1;
		from -= before;
	}
	before = reading_before(r, from, ASK_MOODNEG);
	if (before) {
		factor *= askwords_step(r->table, "negated");
		from -= before;
		reading_use(r, from, i + n - from, USE_TURNED);
	} else {
		reading_use(r, i, n, USE_SOUND);
	}
	put_texture(r, row, factor, t);
}

void readsound_textures(struct reading *r, struct wish *wish)
{
	struct textures t = { .count = { 0 } };
	const struct ask_row *row;
	size_t n;

	for (size_t i = 0; i < r->count; i += row ? n : 1) {
		row = reading_find(r, i, ASK_TEXTURE, &n);
		if (row)
			read_texture(r, i, n, row, &t);
	}
	for (int a = 0; a < TIMBRE_AXES; a++)
		if (t.count[a])
			wish->timbre[a] = (float)(t.sum[a] / t.count[a]);
}

/* --- contexts --- */

static void put_wishes(const struct reading *r, struct span wishes,
		       struct wish *wish)
{
	float far = askwords_step(r->table, "texture") *
		    askwords_step(r->table, "context");

	while (wishes.n) {
		const char *end = memchr(wishes.p, ' ', wishes.n);
		size_t n = end ? (size_t)(end - wishes.p) : wishes.n;
		enum timbre_axis axis;
		bool high;

		if (askwords_axis((struct span){ wishes.p, n }, &axis, &high) &&
		    isnan(wish->timbre[axis]))
			wish->timbre[axis] = 0.5F + (high ? far : -far);
		n += end != NULL;
		wishes = (struct span){ wishes.p + n, wishes.n - n };
	}
}

static bool is_free(const struct reading *r, size_t i, size_t n)
{
	for (size_t k = i; k < i + n; k++)
		if (r->words[k].use != USE_NONE && r->words[k].use != USE_SOUND)
			return false;
	return true;
}

static void put_context(const struct reading *r, size_t i, size_t n,
			const struct ask_row *row,
			struct readsound_context *out)
{
	size_t from = out->tags.n;

	for (size_t k = 0; k < n; k++) {
		if (k)
			str_putc(&out->tags, ' ');
		str_span(&out->tags, r->words[i + k].text);
	}
	if (out->notes.n)
		str_putc(&out->notes, ',');
	str_puts(&out->notes, "{\"words\":");
	json_put_string(&out->notes, (struct span){ out->tags.p + from,
						    out->tags.n - from });
	str_puts(&out->notes, ",\"kind\":");
	json_put_string(&out->notes, row->value);
	str_putc(&out->notes, '}');
	str_putc(&out->tags, '\n');
	out->valence += row->number[0];
	out->arousal += row->number[1];
	out->count++;
}

void readsound_contexts(struct reading *r, struct wish *wish,
			struct readsound_context *out)
{
	const struct ask_row *row;
	size_t n;

	str_reset(&out->tags);
	str_reset(&out->notes);
	out->valence = out->arousal = 0;
	out->count = 0;
	for (size_t i = 0; i < r->count; i += row ? n : 1) {
		row = reading_any(r, i, ASK_CONTEXT, &n);
		if (!row || !is_free(r, i, n) || reading_before(r, i, ASK_WEAK))
			continue;
		put_context(r, i, n, row, out);
		put_wishes(r, row->wishes, wish);
		reading_use(r, i, n, USE_CONTEXT);
	}
	if (out->count) {
		out->valence /= (float)out->count;
		out->arousal /= (float)out->count;
	}
}

void readsound_context_release(struct readsound_context *c)
{
	str_release(&c->tags);
	str_release(&c->notes);
}
