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
	static const char *const names[SOURCES] = { "text", "audio", "mood",
						    "words" };

	return names[s < SOURCES ? s : SOURCE_TEXT];
}

void candidates_reset(struct candidates *c)
{
	struct candidates kept = *c;

	str_reset(&kept.query);
	str_reset(&kept.qid);
	str_reset(&kept.context);
	str_reset(&kept.understood);
	str_reset(&kept.warnings);
	str_reset(&kept.error);
	str_reset(&kept.lyric);
	str_reset(&kept.hint);
	*c = (struct candidates){
		.query = kept.query,
		.qid = kept.qid,
		.context = kept.context,
		.understood = kept.understood,
		.warnings = kept.warnings,
		.error = kept.error,
		.lyric = kept.lyric,
		.hint = kept.hint,
		.items = kept.items,
		.cap = kept.cap,
		.threads = kept.threads,
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
	str_release(&c->warnings);
	str_release(&c->error);
	str_release(&c->lyric);
	str_release(&c->hint);
	free(c->items);
	*c = (struct candidates){ 0 };
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

static int write_item(const struct candidate *i, const struct generation *g,
		      struct str *id, struct str *out, struct err *err)
{
	const char *before = "";

	if (catalogue_copy(g, i->row, CATALOGUE_ID, id, err))
		return -1;
	str_puts(out, "{\"row\":");
	str_u64(out, i->row);
	str_puts(out, ",\"track_id\":");
	json_put_string(out, span_str(id));
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
		str_printf(out, "%s\"%s\"", before, source_name(s));
		before = ",";
	}
	str_puts(out, "]}");
	return 0;
}

static void write_head(const struct candidates *c, struct str *out)
{
	str_puts(out, "{\"query\":");
	json_put_string(out, span_str(&c->query));
	if (c->qid.n) {
		str_puts(out, ",\"qid\":");
		json_put_string(out, span_str(&c->qid));
	}
	if (c->error.n) {
		str_puts(out, ",\"error\":");
		str_span(out, span_str(&c->error));
		str_puts(out, "}\n");
		return;
	}
	str_printf(out, ",\"generation\":\"%s\"", c->generation);
	if (c->top_k)
		str_printf(out, ",\"top_k\":%d", c->top_k);
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
	str_puts(out, ",\"stages\":{\"query_understanding\":");
	str_fixed(out, c->understanding_ms, 3);
	str_puts(out, ",\"retrieval\":");
	str_fixed(out, c->retrieval_ms, 3);
	str_puts(out, "},\"candidates\":[");
}

struct writing {
	const struct candidates *c;
	const struct generation *g;
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
		write_item(&w->c->items[i], w->g, &id, &to->out, &to->err);
	}
	str_release(&id);
}

int candidates_write(const struct candidates *c, const struct generation *g,
		     struct str *out, struct err *err)
{
	size_t n = (c->count + TOGETHER - 1) / TOGETHER;
	struct writing w = { c, g, NULL };
	int rc = 0;

	write_head(c, out);
	if (c->error.n)
		return 0;
	w.parts = mem_zalloc(n + 1, sizeof(*w.parts));
	parallel_for(c->threads > 1 ? c->threads : 1, n, write_part, &w);
	for (size_t i = 0; i < n; i++) {
		str_span(out, span_str(&w.parts[i].out));
		if (!rc && w.parts[i].err.status) {
			*err = w.parts[i].err;
			rc = -1;
		}
		str_release(&w.parts[i].out);
	}
	free(w.parts);
	str_puts(out, "]}\n");
	return rc;
}

static int bad(struct err *err, const char *member, const char *expected)
{
	return err_set(err, ERR_DATA, "candidates",
		       "not a candidates object: "
		       "\"%s\" is not %s; feed rerank from query",
		       member, expected);
}

static int read_float(struct span v, const char *member, float *out,
		      struct err *err)
{
	double d;

	if (json_type(v) != JSON_NUMBER || json_number(v, &d) ||
	    !isfinite((float)d))
		return bad(err, member, "a number");
	*out = (float)d;
	return 0;
}

static int read_string(struct span v, const char *member, struct str *out,
		       struct err *err)
{
	str_reset(out);
	return json_string(v, out) ? bad(err, member, "a string") : 0;
}

static void read_lines(struct span v, struct str *out)
{
	struct span element;
	size_t pos = 0;

	while (json_each(v, &pos, &element) > 0)
		if (!json_string(element, out))
			str_putc(out, '\n');
}

static unsigned read_from(struct span v)
{
	struct span element;
	unsigned from = 0;
	size_t pos = 0;
	char quoted[16];

	while (json_each(v, &pos, &element) > 0)
		for (int s = 0; s < SOURCES; s++) {
			snprintf(quoted, sizeof(quoted), "\"%s\"",
				 source_name(s));
			if (span_is(element, quoted))
				from |= 1u << s;
		}
	return from;
}

static int read_item(struct candidate *c, struct span object, struct err *err)
{
	struct span name, v;
	bool has_row = false;
	size_t pos = 0;
	double d;
	int rc = 0;

	*c = (struct candidate){ .text_distance = NAN,
				 .audio_cosine = NAN,
				 .mood_distance = NAN };
	while (!rc && json_member(object, &pos, &name, &v) > 0) {
		if (span_is(name, "row")) {
			has_row = !json_number(v, &d) && d >= 0 &&
				  d < CATALOGUE_NONE && d == floor(d);
			c->row = has_row ? (uint32_t)d : 0;
		} else if (span_is(name, "text_distance")) {
			rc = read_float(v, "text_distance", &c->text_distance,
					err);
		} else if (span_is(name, "audio_cosine")) {
			rc = read_float(v, "audio_cosine", &c->audio_cosine,
					err);
		} else if (span_is(name, "mood_distance")) {
			rc = read_float(v, "mood_distance", &c->mood_distance,
					err);
		} else if (span_is(name, "words_score")) {
			rc = read_float(v, "words_score", &c->words_score, err);
		} else if (span_is(name, "named")) {
			rc = read_float(v, "named", &c->named, err);
		} else if (span_is(name, "lyric")) {
			rc = read_float(v, "lyric", &c->lyric, err);
		} else if (span_is(name, "from")) {
			c->from = read_from(v);
		}
	}
	if (!rc && !has_row)
		rc = bad(err, "row", "a row number");
	return rc;
}

static int read_items(struct candidates *c, struct span v, struct err *err)
{
	struct span element;
	size_t pos = 0;

	if (json_type(v) != JSON_ARRAY)
		return bad(err, "candidates", "an array");
	while (json_each(v, &pos, &element) > 0) {
		if (c->count >= CANDIDATES_MAX)
			return bad(err, "candidates", "of a sane length");
		MEM_ROOM(c->items, c->count + 1, c->cap);
		if (read_item(&c->items[c->count], element, err))
			return -1;
		c->count++;
	}
	return 0;
}

static int read_weights(struct candidates *c, struct span v, struct err *err)
{
	float sum = 0;

	for (int s = 0; s < SIGNAL_COUNT; s++) {
		struct span w = json_get(v, signal_name(s));

		if (read_float(w, "weights", &c->weight[s], err))
			return -1;
		if (c->weight[s] < 0)
			return bad(err, "weights", "positive");
		sum += c->weight[s];
	}
	return sum > 0 ? 0 : bad(err, "weights", "positive");
}

static int read_types(struct candidates *c, struct span v, struct err *err)
{
	for (int t = 0; t < QUERY_TYPES; t++) {
		struct span share =
		    json_get(v, query_type_name((enum query_type)t));

		if (!share.n)
			continue;
		if (read_float(share, "types", &c->share[t], err))
			return -1;
		if (!(c->share[t] >= 0 && c->share[t] <= 1))
			return bad(err, "types", "shares from 0 to 1");
	}
	return 0;
}

static int read_mood(struct candidates *c, struct span v, struct err *err)
{
	struct str by = { 0 };
	float matches;

	if (read_float(json_get(v, "valence"), "valence", &c->valence, err) ||
	    read_float(json_get(v, "arousal"), "arousal", &c->arousal, err) ||
	    read_float(json_get(v, "matches"), "matches", &matches, err))
		return -1;
	c->mood_matches = matches > 0 ? (matches < 1e6f ? (int)matches : 1) : 0;
	c->mood_by = c->mood_matches ? MOODBY_LEXICON : MOODBY_NONE;
	if (!json_string(json_get(v, "by"), &by))
		c->mood_by = moodby_find(span_str(&by));
	str_release(&by);
	return 0;
}

static void read_searched(struct candidates *c, struct span v)
{
	struct str name = { 0 };

	for (int s = 0; s < SOURCES; s++) {
		str_reset(&name);
		if (json_string(json_get(v, source_name(s)), &name))
			continue;
		for (int w = 0; w < SEARCH_WAYS; w++)
			if (span_is(span_str(&name), search_way_name(w)))
				c->way[s] = w;
	}
	str_release(&name);
}

static int read_member(struct candidates *c, struct span name, struct span v,
		       struct err *err)
{
	struct str text = { 0 };
	float f;
	int rc = 0;

	if (span_is(name, "query"))
		return read_string(v, "query", &c->query, err);
	if (span_is(name, "qid"))
		return read_string(v, "qid", &c->qid, err);
	if (span_is(name, "weights"))
		return read_weights(c, v, err);
	if (span_is(name, "mood_detected"))
		return read_mood(c, v, err);
	if (span_is(name, "candidates"))
		return read_items(c, v, err);
	if (span_is(name, "types"))
		return read_types(c, v, err);
	if (span_is(name, "wish"))
		return wish_read(&c->wish, v, err);
	if (span_is(name, "lyric"))
		return read_string(v, "lyric", &c->lyric, err);
	if (span_is(name, "hint"))
		return read_string(v, "hint", &c->hint, err);
	if (span_is(name, "words_met"))
		return read_float(v, "words_met", &c->words_met, err);
	if (span_is(name, "context_tags"))
		read_lines(v, &c->context);
	if (span_is(name, "warnings"))
		read_lines(v, &c->warnings);
	if (span_is(name, "searched"))
		read_searched(c, v);
	if (span_is(name, "top_k")) {
		rc = read_float(v, "top_k", &f, err);
		if (!rc && !(f >= 1 && f <= 100000))
			rc = bad(err, "top_k", "a number from 1");
		c->top_k = rc ? 0 : (int)f;
	}
	if (span_is(name, "eligible")) {
		double d;

		if (!json_number(v, &d) && d >= 0 && d < 1e15)
			c->eligible = (size_t)d;
	}
	if (span_is(name, "understood") && json_type(v) == JSON_OBJECT) {
		str_reset(&c->understood);
		str_span(&c->understood, v);
	}
	if (span_is(name, "error")) {
		str_reset(&c->error);
		str_span(&c->error, v);
	}
	if (span_is(name, "generation")) {
		rc = read_string(v, "generation", &text, err);
		if (!rc && !generation_is_name(span_str(&text)))
			rc = bad(err, "generation", "16 hex digits");
		if (!rc)
			memcpy(c->generation, text.p, GENERATION_NAME - 1);
	}
	if (span_is(name, "type")) {
		rc = read_string(v, "type", &text, err);
		c->type = query_type_find(span_str(&text));
		if (!rc && c->type == QUERY_TYPES)
			rc = bad(err, "type", "a type of requests");
	}
	if (span_is(name, "stages")) {
		double d;

		if (!json_number(json_get(v, "query_understanding"), &d))
			c->understanding_ms = d;
		if (!json_number(json_get(v, "retrieval"), &d))
			c->retrieval_ms = d;
	}
	str_release(&text);
	return rc;
}

int candidates_read(struct candidates *c, struct span line, struct err *err)
{
	const char *why = "not an object", *end;
	struct span name, v;
	bool listed = false, weighed = false, shared = false;
	size_t pos = 0;

	candidates_reset(c);
	line = span_trim(line);
	end = line.n && line.p[0] == '{'
		  ? json_skip(line.p, line.p + line.n, &why)
		  : NULL;
	if (end != line.p + line.n || !line.n)
		return err_set(err, ERR_DATA, "candidates",
			       "not a candidates object (%s); feed rerank "
			       "from query",
			       end ? "text behind it" : why);
	while (json_member(line, &pos, &name, &v) > 0) {
		listed = listed || span_is(name, "candidates");
		weighed = weighed || span_is(name, "weights");
		shared = shared || span_is(name, "types");
		if (read_member(c, name, v, err))
			return -1;
	}
	if (c->error.n)
		return 0;
	if (!listed)
		return bad(err, "candidates", "there");
	if (!weighed)
		return bad(err, "weights", "there");
	if (!shared)
		c->share[c->type] = 1;
	return c->generation[0] ? 0 : bad(err, "generation", "there");
}
