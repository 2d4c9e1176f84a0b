/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/filtereval.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/eachline.h"
#include "io/json.h"

enum { DOUBT = 8, TEST = 16, LINE_MAX_BYTES = 4096 };
static const double long_ms = 900000;

static const char *const strata[FILTER_STRATA] = { "words", "long", "rest" };

enum filter_stratum filtereval_stratum(struct span text, double duration_ms)
{
	/* Case is that of ASCII alone, so the others stand here twice. */
	static const char *const words[] = {
		"podcast",    "interview",  "episode",   "chapter",
		"audiobook",  "lecture",    "sermon",    "speech",
		"talk",       "radio",      "news",      "story",
		"stories",    "poem",       "poetry",    "spoken",
		"conference", "discussion", "hörbuch",   "hÖrbuch",
		"entrevista", "noticias",   "predigt",   "prédica",
		"prÉdica",    "sermão",     "sermÃo",    "audioguide",
		"meditation", "q&a",        "panel",     "debate",
		"homily",     "reading",    "comedy",    "religio",
		"politic",    "science",    "business",  "sport",
		"learning",   "government", "field rec", "sound effect",
		"sfx",        "jingle",     "promo",     "commercial",
		"voice",      "asmr",       "bbc",
	};
	char *lower = mem_dup(text.p ? text.p : "", text.n);
	bool found = false;

	for (size_t i = 0; i < text.n; i++)
		if (lower[i] >= 'A' && lower[i] <= 'Z')
			lower[i] = (char)(lower[i] + 'a' - 'A');
	for (size_t i = 0; !found && i < sizeof(words) / sizeof(*words); i++)
		found = memmem(lower, text.n, words[i], strlen(words[i]));
	free(lower);
	if (found)
		return FILTER_IN_WORDS;
	return duration_ms > long_ms ? FILTER_LONG : FILTER_REST;
}

void filtereval_wilson(double p, double n, double *low, double *high)
{
	const double z = 1.959963984540054;
	double by = 1 + z * z / n, middle = p + z * z / (2 * n);
	double half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));

	*low = (middle - half) / by;
	*high = (middle + half) / by;
}

static int parse_class(struct span s, enum music_class *c)
{
	for (int i = 0; i < MUSIC_CLASSES; i++)
		if (span_is(s, music_class_name((enum music_class)i))) {
			*c = (enum music_class)i;
			return 0;
		}
	return -1;
}

/* Takes the third column off a label: 0 or TEST; -1: neither dev nor test. */
static int take_half(struct span *label)
{
	const char *tab = memrchr(label->p, '\t', label->n);
	struct span half;

	if (!tab)
		return 0;
	half = span_trim(
	    (struct span){ tab + 1, label->n - (size_t)(tab + 1 - label->p) });
	label->n = (size_t)(tab - label->p);
	return span_is(half, "test") ? TEST : span_is(half, "dev") ? 0 : -1;
}

static int add_label(void *ctx, struct span line, struct err *err)
{
	struct filtereval *e = ctx;
	const char *tab = memchr(line.p, '\t', line.n);
	size_t n = tab ? (size_t)(tab - line.p) : 0;
	struct span label = { line.p + n, line.n - n };
	enum music_class c;
	uint64_t doubt = 0, *slot;
	int half;

	if (line.n && line.p[0] == '#')
		return 0;
	label = span_trim(label);
	half = take_half(&label);
	if (label.n && label.p[label.n - 1] == '?') {
		label.n--;
		doubt = DOUBT;
	}
	if (!n || half < 0 || parse_class(label, &c))
		return err_set(err, ERR_DATA, "table",
			       "\"%.*s\" where track_id, a tab and track, "
			       "set, talk or noise, then a tab and dev or "
			       "test or nothing, were expected",
			       (int)(line.n > 80 ? 80 : line.n), line.p);
	slot = table_put(&e->labels, (struct span){ line.p, n });
	if (*slot)
		return err_set(err, ERR_DATA, "table",
			       "track_id %.*s is labelled twice", (int)n,
			       line.p);
	*slot = (uint64_t)c + 1 + doubt + (uint64_t)half;
	return 0;
}

int filtereval_read_labels(struct filtereval *e, const char *path,
			   struct err *err)
{
	return eachline_of(path, LINE_MAX_BYTES, e, add_label, err);
}

/* "title genre tags", tags as a SoundCloud list. */
static void join(struct filtereval *e, const struct record *r)
{
	struct span tags = record_get(r, "tags"), tag;
	size_t pos = 0;

	str_reset(&e->text);
	if (record_text(r, "title", &e->part))
		str_span(&e->text, span_str(&e->part));
	str_putc(&e->text, ' ');
	if (record_text(r, "genre", &e->part))
		str_span(&e->text, span_str(&e->part));
	if (json_type(tags) == JSON_STRING) {
		str_putc(&e->text, ' ');
		json_string(tags, &e->text);
	}
	while (json_each(tags, &pos, &tag) > 0) {
		str_reset(&e->part);
		if (json_string(tag, &e->part))
			continue;
		str_puts(&e->text,
			 memchr(e->part.p, ' ', e->part.n) ? " \"" : " ");
		str_span(&e->text, span_str(&e->part));
		if (memchr(e->part.p, ' ', e->part.n))
			str_putc(&e->text, '"');
	}
}

static size_t uploader_of(struct filtereval *e, struct span artist)
{
	uint64_t *slot = table_put(&e->artists, artist);

	if (!*slot) {
		*slot = e->artists.count;
		MEM_ROOM(e->uploaders, e->artists.count, e->uploader_cap);
		e->uploaders[*slot - 1] = (struct filtereval_uploader){ 0 };
	}
	return (size_t)*slot - 1;
}

int filtereval_each(void *ctx, struct record *r, struct err *err)
{
	struct filtereval *e = ctx;
	struct filtereval_item item = { 0 };
	const uint64_t *label;
	double ms = 0;
	bool music;

	if (!record_text(r, "artist", &e->part))
		str_reset(&e->part);
	item.uploader = uploader_of(e, span_str(&e->part));
	record_number(r, "duration_ms", &ms);
	join(e, r);
	item.stratum = filtereval_stratum(span_str(&e->text), ms);
	e->uploaders[item.uploader].records[item.stratum]++;
	if (!record_text(r, "track_id", &e->part) &&
	    !record_text(r, "id", &e->part))
		return 0;
	label = table_get(&e->labels, span_str(&e->part));
	if (!label)
		return 0;
	item.test = *label & TEST;
	e->uploaders[item.uploader].dev |= !item.test;
	if (e->sure && *label & DOUBT)
		return 0;
	item.label =
	    (uint64_t)((const struct table_entry *)((const char *)label -
						    offsetof(struct table_entry,
							     value)) -
		       e->labels.entries);
	item.truth = (enum music_class)((*label & (DOUBT - 1)) - 1);
	if (json_bool(record_get(r, "is_music"), &music) ||
	    !record_text(r, "music_class", &e->part) ||
	    parse_class(span_str(&e->part), &item.said))
		return err_set(err, ERR_DATA, "table",
			       "a record without is_music or music_class; "
			       "give the output of music-filter(1)");
	item.removed = !music;
	MEM_ROOM(e->items, e->count + 1, e->cap);
	e->items[e->count++] = item;
	return 0;
}

static bool is_other(enum music_class c)
{
	return c == MUSIC_TALK || c == MUSIC_NOISE;
}

struct share { /* a weighted share of records */
	double yes, all, squares;
	size_t n;
};

static void count(struct share *s, bool yes, double w)
{
	s->yes += yes ? w : 0;
	s->all += w;
	s->squares += w * w;
	s->n++;
}

static void put_share(const char *name, const struct share *s, bool json,
		      struct str *out)
{
	double p = s->n ? s->yes / s->all : NAN, low = NAN, high = NAN,
	       n = s->n ? s->all * s->all / s->squares : 0;

	if (s->n)
		filtereval_wilson(p, n, &low, &high);
	if (!json) {
		str_printf(out, "%-18s", name);
		if (!s->n)
			str_puts(out, "-\n");
		else
			str_printf(out,
				   "%.3f  (%.3f to %.3f; %zu labelled, as "
				   "good as %.0f)\n",
				   p, low, high, s->n, n);
		return;
	}
	str_printf(out, ",\"%s\":{\"value\":", name);
	json_put_number(out, p, 6);
	str_puts(out, ",\"low\":");
	json_put_number(out, low, 6);
	str_puts(out, ",\"high\":");
	json_put_number(out, high, 6);
	str_printf(out, ",\"labelled\":%zu,\"effective\":", s->n);
	json_put_number(out, n, 1);
	str_putc(out, '}');
}

static void put_strata(const struct filtereval *e, const size_t *labelled,
		       const double *weight, bool json, struct str *out)
{
	for (int s = 0; s < FILTER_STRATA; s++)
		if (json)
			str_printf(out,
				   "%s\"%s\":{\"records\":%zu,"
				   "\"labelled\":%zu}",
				   s ? "," : ",\"strata\":{", strata[s],
				   e->records[s], labelled[s]);
		else
			str_printf(out,
				   "stratum %-10s%zu records, %zu labelled, "
				   "weight %.3f\n",
				   strata[s], e->records[s], labelled[s],
				   weight[s]);
	if (json)
		str_putc(out, '}');
}

static void put_classes(const struct filtereval *e, bool json, struct str *out)
{
	size_t table[MUSIC_CLASSES][MUSIC_CLASSES] = { 0 };

	for (size_t i = 0; i < e->count; i++)
		table[e->items[i].truth][e->items[i].said]++;
	if (!json) {
		str_puts(out, "label \\ class   ");
		for (int c = 0; c < MUSIC_CLASSES; c++)
			str_printf(out, "%7s",
				   music_class_name((enum music_class)c));
		str_putc(out, '\n');
	}
	for (int t = 0; t < MUSIC_CLASSES; t++) {
		const char *name = music_class_name((enum music_class)t);

		if (json)
			str_printf(out, "%s\"%s\":[",
				   t ? "," : ",\"classes\":{", name);
		else
			str_printf(out, "%-16s", name);
		for (int c = 0; c < MUSIC_CLASSES; c++)
			str_printf(out, json ? (c ? ",%zu" : "%zu") : "%7zu",
				   table[t][c]);
		str_putc(out, json ? ']' : '\n');
	}
	if (json)
		str_putc(out, '}');
}

static void put_errors(const struct filtereval *e, struct str *out)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct filtereval_item *t = &e->items[i];

		if (t->removed == is_other(t->truth))
			continue;
		str_puts(out, t->removed ? "removed\t" : "stayed\t");
		str_span(out, e->labels.entries[t->label].key);
		str_printf(out, "\t%s\t%s\n", music_class_name(t->truth),
			   music_class_name(t->said));
	}
}

/* Whose tracks are of dev is known when all have been seen. */
static void keep_half(struct filtereval *e)
{
	bool dev = e->half == FILTER_DEV;
	size_t n = 0;

	for (size_t i = 0; i < e->artists.count; i++)
		for (int s = 0; s < FILTER_STRATA; s++)
			if (e->uploaders[i].dev == dev)
				e->records[s] += e->uploaders[i].records[s];
	for (size_t i = 0; i < e->count; i++)
		if (e->items[i].test != dev &&
		    e->uploaders[e->items[i].uploader].dev == dev)
			e->items[n++] = e->items[i];
	e->count = n;
}

void filtereval_report(struct filtereval *e, bool json, struct str *out)
{
	size_t labelled[FILTER_STRATA] = { 0 };
	double weight[FILTER_STRATA] = { 0 };
	struct share precision = { 0 }, recall = { 0 }, sets = { 0 };

	keep_half(e);
	for (size_t i = 0; i < e->count; i++)
		labelled[e->items[i].stratum]++;
	for (int s = 0; s < FILTER_STRATA; s++)
		if (labelled[s])
			weight[s] = (double)e->records[s] / (double)labelled[s];
	for (size_t i = 0; i < e->count; i++) {
		const struct filtereval_item *t = &e->items[i];
		double w = weight[t->stratum];

		if (t->removed)
			count(&precision, is_other(t->truth), w);
		if (is_other(t->truth))
			count(&recall, t->removed, w);
		if (t->truth == MUSIC_SET)
			count(&sets, t->said == MUSIC_SET, w);
	}
	str_printf(out,
		   json ? "{\"half\":\"%s\",\"labelled\":%zu"
			: "half %s, %zu labelled\n",
		   e->half == FILTER_TEST ? "test" : "dev", e->count);
	put_strata(e, labelled, weight, json, out);
	put_share("precision", &precision, json, out);
	put_share("recall", &recall, json, out);
	put_share("sets found", &sets, json, out);
	put_classes(e, json, out);
	if (json)
		str_puts(out, "}\n");
	else if (e->list && e->half == FILTER_DEV)
		put_errors(e, out);
}

void filtereval_release(struct filtereval *e)
{
	table_release(&e->labels);
	table_release(&e->artists);
	free(e->uploaders);
	str_release(&e->text);
	str_release(&e->part);
	free(e->items);
	*e = (struct filtereval){ 0 };
}
