/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/candidates.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "io/json.h"

enum { TOGETHER = 64 /* items that a thread writes at once */ };

const char *source_name(enum source s)
{
	static const char *const names[SOURCES] = {
		"text", "audio", "mood", "words", "timbre", "popular"
	};

	return names[s < SOURCES ? s : SOURCE_TEXT];
}

void candidates_reset(struct candidates *c)
{
	struct candidates kept = *c;

	str_reset(&kept.query);
	str_reset(&kept.qid);
	str_reset(&kept.context);
	str_reset(&kept.understood);
	str_reset(&kept.asked);
	str_reset(&kept.warnings);
	str_reset(&kept.error);
	str_reset(&kept.lyric);
	str_reset(&kept.hint);
	str_reset(&kept.station);
	*c = (struct candidates){
		.query = kept.query,
		.qid = kept.qid,
		.context = kept.context,
		.understood = kept.understood,
		.asked = kept.asked,
		.warnings = kept.warnings,
		.error = kept.error,
		.lyric = kept.lyric,
		.hint = kept.hint,
		.station = kept.station,
		.legs = kept.legs,
		.items = kept.items,
		.cap = kept.cap,
		.threads = kept.threads,
		.ids = kept.ids,
		.type = QUERY_DEFAULT,
	};
	wish_reset(&c->wish);
}

void candidates_release(struct candidates *c)
{
	str_release(&c->query);
	str_release(&c->qid);
	str_release(&c->context);
	str_release(&c->understood);
	str_release(&c->asked);
	str_release(&c->warnings);
	str_release(&c->error);
	str_release(&c->lyric);
	str_release(&c->hint);
	str_release(&c->station);
	for (size_t i = 0; c->legs && i < CANDIDATES_LEGS; i++)
		candidates_release(&c->legs[i]);
	free(c->legs);
	free(c->items);
	*c = (struct candidates){ 0 };
}

struct candidates *candidates_add_leg(struct candidates *c)
{
	struct candidates *leg;

	if (c->leg_count == CANDIDATES_LEGS)
		return NULL;
	if (!c->legs) /* all at once, so that none ever moves */
		c->legs = mem_zalloc(CANDIDATES_LEGS, sizeof(*c->legs));
	leg = &c->legs[c->leg_count++];
	candidates_reset(leg);
	memcpy(leg->generation, c->generation, sizeof(leg->generation));
	return leg;
}

void candidates_put_mood(const struct candidates *c, struct str *out)
{
	str_puts(out, ",\"mood_detected\":{\"valence\":");
	str_fixed(out, (double)c->valence, 4);
	str_puts(out, ",\"arousal\":");
	str_fixed(out, (double)c->arousal, 4);
	str_printf(out, ",\"matches\":%d,\"by\":\"%s\"}", c->mood_matches,
		   moodby_name(c->mood_by));
	if (c->understood.n) {
		str_puts(out, ",\"understood\":");
		str_span(out, span_str(&c->understood));
	}
}

void candidates_put_array(struct str *out, const struct str *lines)
{
	struct span rest = span_str(lines);
	const char *before = "";

	str_putc(out, '[');
	while (rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;

		str_puts(out, before);
		json_put_string(out, (struct span){ rest.p, n });
		before = ",";
		n += end ? 1 : 0;
		rest = (struct span){ rest.p + n, rest.n - n };
	}
	str_putc(out, ']');
}

void candidates_put_types(const struct candidates *c, struct str *out)
{
	const char *before = ",\"types\":{";
	size_t start = out->n;

	if (c->share[c->type] >= 1)
		return;
	for (int t = 0; t < QUERY_TYPES; t++) {
		if (!(c->share[t] > 0))
			continue;
		str_printf(out, "%s\"%s\":", before,
			   query_type_name((enum query_type)t));
		str_fixed(out, (double)c->share[t], 4);
		before = ",";
	}
	if (out->n > start)
		str_putc(out, '}');
}

void candidates_put_searched(const struct candidates *c, struct str *out)
{
	str_puts(out, ",\"searched\":{");
	for (int s = 0; s < SOURCES; s++)
		if (s <= SOURCE_WORDS || c->way[s] != SEARCH_NONE)
			str_printf(out, s ? ",\"%s\":\"%s\"" : "\"%s\":\"%s\"",
				   source_name(s), search_way_name(c->way[s]));
	str_putc(out, '}');
}

void candidates_put_lines(struct str *out, const char *name,
			  const struct str *lines)
{
	if (!lines->n)
		return;
	str_printf(out, ",\"%s\":", name);
	candidates_put_array(out, lines);
}

static void put_number(struct str *out, const char *name, float v)
{
	if (!isfinite(v))
		return;
	str_puts(out, name);
	str_fixed(out, (double)v, 6);
}

static void put_string(struct str *out, const char *name, const struct str *s)
{
	if (!s->n)
		return;
	str_printf(out, ",\"%s\":", name);
	json_put_string(out, span_str(s));
}

static int write_id(const struct generation *g, uint32_t row, struct str *id,
		    struct str *out, struct err *err)
{
	if (catalogue_copy(g, row, CATALOGUE_ID, id, err))
		return -1;
	str_puts(out, ",\"track_id\":");
	json_put_string(out, span_str(id));
	return 0;
}

static void write_item(const struct candidate *i, struct str *out)
{
	const char *before = "";

	put_number(out, ",\"text_distance\":", i->text_distance);
	put_number(out, ",\"audio_cosine\":", i->audio_cosine);
	put_number(out, ",\"mood_distance\":", i->mood_distance);
	if (i->words_score > 0)
		put_number(out, ",\"words_score\":", i->words_score);
	if (i->named > 0)
		put_number(out, ",\"named\":", i->named);
	if (i->lyric > 0)
		put_number(out, ",\"lyric\":", i->lyric);
	str_puts(out, ",\"from\":[");
	for (int s = 0; s < SOURCES; s++) {
		if (!(i->from >> s & 1))
			continue;
		str_puts(out, before);
		str_putc(out, '"');
		str_puts(out, source_name(s));
		str_putc(out, '"');
		before = ",";
	}
	str_puts(out, "]}");
}

static void write_top_k(const struct candidates *c, struct str *out)
{
	if (c->top_k)
		str_printf(out, ",\"top_k\":%d", c->top_k);
}

static void write_stages(const struct candidates *c, struct str *out)
{
	str_puts(out, ",\"stages\":{\"query_understanding\":");
	str_fixed(out, c->understanding_ms, 3);
	str_puts(out, ",\"retrieval\":");
	str_fixed(out, c->retrieval_ms, 3);
	str_putc(out, '}');
}

/* Up to the items. */
static void write_found(const struct candidates *c, struct str *out)
{
	write_top_k(c, out);
	str_printf(out, ",\"type\":\"%s\"", query_type_name(c->type));
	candidates_put_types(c, out);
	for (int s = 0; s < SIGNAL_COUNT; s++) {
		str_printf(out, s ? ",\"%s\":" : ",\"weights\":{\"%s\":",
			   signal_name(s));
		str_fixed(out, (double)c->weight[s], 4);
	}
	str_puts(out, "}");
	candidates_put_mood(c, out);
	wish_put(&c->wish, out);
	put_string(out, "lyric", &c->lyric);
	put_string(out, "hint", &c->hint);
	candidates_put_lines(out, "context_tags", &c->context);
	candidates_put_lines(out, "warnings", &c->warnings);
	put_number(out, ",\"words_met\":", c->words_met);
	str_printf(out, ",\"eligible\":%zu", c->eligible);
	candidates_put_searched(c, out);
	write_stages(c, out);
	str_puts(out, ",\"candidates\":[");
}

struct writing {
	const struct candidates *c;
	const struct generation *g;
	bool ids;
	struct written { /* of TOGETHER items */
		struct str out;
		struct err err;
	} * parts;
};

static void write_part(void *ctx, size_t part, int thread)
{
	struct writing *w = ctx;
	struct written *to = &w->parts[part];
	size_t from = part * TOGETHER, end = from + TOGETHER;
	struct str id = { 0 };

	(void)thread;
	end = end < w->c->count ? end : w->c->count;
	for (size_t i = from; i < end && !to->err.status; i++) {
		if (i)
			str_putc(&to->out, ',');
		str_puts(&to->out, "{\"row\":");
		str_u64(&to->out, w->c->items[i].row);
		if (w->ids)
			write_id(w->g, w->c->items[i].row, &id, &to->out,
				 &to->err);
		write_item(&w->c->items[i], &to->out);
	}
	str_release(&id);
}

static int write_items(struct writing *w, int threads, struct str *out,
		       struct err *err)
{
	size_t n = (w->c->count + TOGETHER - 1) / TOGETHER;
	int rc = 0;

	write_found(w->c, out);
	w->parts = mem_zalloc(n + 1, sizeof(*w->parts));
	parallel_for(threads > 1 ? threads : 1, n, write_part, w);
	for (size_t i = 0; i < n; i++) {
		str_span(out, span_str(&w->parts[i].out));
		if (!rc && w->parts[i].err.status) {
			*err = w->parts[i].err;
			rc = -1;
		}
		str_release(&w->parts[i].out);
	}
	free(w->parts);
	str_putc(out, ']');
	return rc;
}

static int write_legs(const struct candidates *c, const struct generation *g,
		      struct str *out, struct err *err)
{
	int rc = 0;

	write_top_k(c, out);
	if (c->minutes > 0) {
		str_puts(out, ",\"minutes\":");
		str_fixed(out, c->minutes, 3);
	}
	put_string(out, "hint", &c->hint);
	candidates_put_lines(out, "warnings", &c->warnings);
	str_printf(out, ",\"eligible\":%zu", c->eligible);
	write_stages(c, out);
	str_puts(out, ",\"legs\":[");
	for (size_t i = 0; i < c->leg_count && !rc; i++) {
		const struct candidates *leg = &c->legs[i];
		struct writing w = { leg, g, c->ids, NULL };

		str_puts(out, i ? ",{\"place\":" : "{\"place\":");
		str_fixed(out, (double)leg->place, 6);
		put_string(out, "station", &leg->station);
		put_string(out, "query", &leg->query);
		rc = write_items(&w, c->threads, out, err);
		str_putc(out, '}');
	}
	str_putc(out, ']');
	return rc;
}

int candidates_write(const struct candidates *c, const struct generation *g,
		     struct str *out, struct err *err)
{
	struct writing w = { c, g, c->ids, NULL };
	int rc;

	str_puts(out, "{\"query\":");
	json_put_string(out, span_str(&c->query));
	put_string(out, "qid", &c->qid);
	if (c->error.n) {
		str_puts(out, ",\"error\":");
		str_span(out, span_str(&c->error));
		str_puts(out, "}\n");
		return 0;
	}
	str_printf(out, ",\"generation\":\"%s\"", c->generation);
	if (c->asked.n) {
		str_puts(out, ",\"asked\":");
		str_span(out, span_str(&c->asked));
	}
	rc = c->leg_count ? write_legs(c, g, out, err)
			  : write_items(&w, c->threads, out, err);
	str_puts(out, "}\n");
	return rc;
}
