/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/encodertraindata.h"

#include <stdlib.h>

#include "base/mem.h"

struct maker {
	struct encodertraindata *d;
	const struct encodertraindata_options *o;
	const struct encoderwide *wide;
	struct tokenizer_work *work;
	struct encoderwide_work *wide_work;
	struct subwords plain, whole;
	struct str text;
};

int encodertraindata_read(struct encodertraindata *d,
			  const struct encodertraindata_options *o,
			  struct span sources, double held, struct err *err)
{
	const struct encodertrain_config *c = o->config;
	struct labelled *l = &d->labelled;

	l->field_count = c->task == ENCODERTRAIN_PAIRS ? 1
			 : c->has_wide                 ? c->wide.field_count
						       : 0;
	if (labelled_read(l, &c->heads, sources, o->folder, err))
		return -1;
	if (!l->count)
		return err_set(
		    err, ERR_DATA, "config", "the sources have no texts%s",
		    c->task == ENCODERTRAIN_HEADS ? " with a label" : "");
	if (l->count > UINT32_MAX / 2)
		return err_set(err, ERR_DATA, "config", "too many texts");
	d->held = mem_zalloc(l->count, sizeof(*d->held));
	for (size_t i = 0; i < l->count; i++) {
		d->held[i] =
		    (double)((l->items[i].group >> 20) % 10000) < held * 1e4;
		if (c->task != ENCODERTRAIN_HEADS && l->items[i].weight != 1)
			return err_set(err, ERR_DATA, "config",
				       "a source's weight is for task "
				       "\"heads\"");
		if (c->task == ENCODERTRAIN_PAIRS && !labelled_field(l, i, 0).n)
			return err_set(err, ERR_DATA, "config",
				       "text %zu, \"%.*s\", is no pair: the "
				       "source's \"fields\" name the column of "
				       "the other text",
				       i + 1,
				       (int)(l->items[i].text.n < 40
						 ? l->items[i].text.n
						 : 40),
				       l->items[i].text.p);
	}
	return 0;
}

/* The sequence of plain tokens from to from + n, with special ones. */
static struct encodertraindata_side keep(struct maker *m, size_t from, size_t n)
{
	struct encodertraindata *d = m->d;
	struct encodertraindata_side s = { .first = d->token_count };

	m->whole.count = 0;
	tokenizer_finish(m->o->tokenizer,
			 (struct subword_slice){ m->plain.items + from, n },
			 NULL, &m->whole);
	s.count = (uint32_t)m->whole.count;
	MEM_ROOM(d->tokens, d->token_count + s.count, d->token_cap);
	if (s.count)
		memcpy(d->tokens + s.first, m->whole.items,
		       s.count * sizeof(*d->tokens));
	d->token_count += s.count;
	return s;
}

static size_t room(const struct maker *m)
{
	size_t added = tokenizer_added(m->o->tokenizer, false);

	return m->o->tokens_max > added ? m->o->tokens_max - added : 1;
}

static struct encodertraindata_side side(struct maker *m, struct span text,
					 const char *prefix)
{
	struct encodertraindata_side s;
	size_t most = room(m);

	str_reset(&m->text);
	str_puts(&m->text, prefix ? prefix : "");
	str_span(&m->text, text);
	tokenizer_encode(m->o->tokenizer, m->work,
			 span_trim(span_str(&m->text)), &m->plain);
	s = keep(m, 0, m->plain.count < most ? m->plain.count : most);
	s.same = hash_mix(text.p, text.n);
	return s;
}

static struct encodertraindata_row *add_row(struct encodertraindata *d,
					    size_t text)
{
	MEM_ROOM(d->rows, d->count + 1, d->cap);
	d->rows[d->count] =
	    (struct encodertraindata_row){ .text = (uint32_t)text };
	return &d->rows[d->count++];
}

/* A text for masked words, in pieces of the size the encoder takes. */
static void add_pieces(struct maker *m, size_t text)
{
	size_t most = room(m);

	tokenizer_encode(m->o->tokenizer, m->work,
			 m->d->labelled.items[text].text, &m->plain);
	for (size_t i = 0; i < m->plain.count; i += most) {
		size_t left = m->plain.count - i;
		struct encodertraindata_row *r = add_row(m->d, text);

		r->side[0] = keep(m, i, left < most ? left : most);
	}
}

static void add_text(struct maker *m, size_t text)
{
	const struct labelled *l = &m->d->labelled;
	bool pair = m->o->config->task == ENCODERTRAIN_PAIRS;
	struct encodertraindata_row *r = add_row(m->d, text);

	r->side[0] =
	    side(m, l->items[text].text, pair ? m->o->prefix[0] : NULL);
	if (pair)
		r->side[1] =
		    side(m, labelled_field(l, text, 0), m->o->prefix[1]);
	if (!r->side[0].count || (pair && !r->side[1].count)) {
		m->d->count--; /* nothing of it is left */
		return;
	}
	if (!m->wide)
		return;
	r->wide = m->d->wide.count;
	encoderwide_read(m->wide, m->wide_work, l->items[text].text,
			 l->field_count ? l->fields + text * l->field_count
					: NULL,
			 &m->d->wide);
	r->wide_count = m->d->wide.count - r->wide;
}

void encodertraindata_make(struct encodertraindata *d,
			   const struct encodertraindata_options *o,
			   const struct encoderwide *wide)
{
	struct maker m = { .d = d, .o = o, .wide = wide };

	m.work = tokenizer_work_new(o->tokenizer);
	m.wide_work = encoderwide_work_new();
	for (size_t i = 0; i < d->labelled.count; i++)
		if (o->config->task == ENCODERTRAIN_WORDS)
			add_pieces(&m, i);
		else
			add_text(&m, i);
	subwords_release(&m.plain);
	subwords_release(&m.whole);
	str_release(&m.text);
	tokenizer_work_free(m.work);
	encoderwide_work_free(m.wide_work);
}

void encodertraindata_release(struct encodertraindata *d)
{
	labelled_release(&d->labelled);
	free(d->held);
	free(d->rows);
	free(d->tokens);
	free(d->wide.items);
	*d = (struct encodertraindata){ 0 };
}

void encodertraindata_hash(const struct encodertraindata *d, struct hash *h)
{
	const struct labelled *l = &d->labelled;

	for (size_t i = 0; i < l->count; i++) {
		hash_add(h, &l->items[i].text.n, sizeof(size_t));
		hash_add(h, l->items[i].text.p, l->items[i].text.n);
		hash_add(h, &l->items[i].weight, sizeof(float));
		hash_add(h, &d->held[i], sizeof(bool));
		if (l->columns)
			hash_add(h, labelled_target(l, i),
				 l->columns * sizeof(float));
	}
	for (size_t i = 0; i < d->token_count; i++)
		hash_add(h, &d->tokens[i].id, sizeof(int32_t));
	for (size_t i = 0; i < d->wide.count; i++) {
		hash_add(h, &d->wide.items[i].index, sizeof(uint32_t));
		hash_add(h, &d->wide.items[i].value, sizeof(float));
	}
}

size_t encodertraindata_batch(const struct encodertraindata *d,
			      const uint32_t *order, size_t n, size_t from,
			      size_t batch, size_t most)
{
	size_t at = from, tokens = 0;

	while (at < n && (!most || at - from < most)) {
		const struct encodertraindata_row *r = &d->rows[order[at]];
		size_t more = r->side[0].count + r->side[1].count;

		if (at > from && tokens + more > batch)
			break;
		tokens += more;
		at++;
	}
	return at;
}
