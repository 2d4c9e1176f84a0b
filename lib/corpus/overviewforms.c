/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/overview.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "io/json.h"

static const char *const group_names[OVERVIEW_GROUPS] = {
	[OVERVIEW_REJECTS] = "rejects",
	[OVERVIEW_LINKS] = "links",
	[OVERVIEW_REASONS] = "link_reasons",
	[OVERVIEW_RECOVERED] = "recovered_by",
	[OVERVIEW_CLASSES] = "classes",
	[OVERVIEW_TALK] = "not_music",
	[OVERVIEW_AUDIO] = "audio",
	[OVERVIEW_HEARD] = "heard",
	[OVERVIEW_ERAS] = "eras",
	[OVERVIEW_LANGUAGES] = "languages",
	[OVERVIEW_GUESSED] = "imputed_by",
	[OVERVIEW_EMOTIONS] = "emotions",
	[OVERVIEW_SOUND_BY] = "sound_by",
	[OVERVIEW_MOOD_BY] = "mood_by",
	[OVERVIEW_ERRORS] = "errors",
	[OVERVIEW_TURNED] = "turned",
};
static const char *const field_names[OVERVIEW_FIELDS] = {
	"genre",
	"tags",
	"description",
	"year",
};
static const double shares[] = { 0.05, 0.25, 0.5, 0.75, 0.95 };
enum { SHARES = 5 };

const char *overview_group_name(enum overview_group g)
{
	return group_names[g];
}

const char *overview_field_name(enum overview_field f)
{
	return field_names[f];
}

static int more_often(const void *a, const void *b)
{
	const struct table_entry *x = *(const struct table_entry *const *)a;
	const struct table_entry *y = *(const struct table_entry *const *)b;

	return x->value != y->value
		   ? (x->value < y->value) - (x->value > y->value)
		   : span_cmp(x->key, y->key);
}

const struct table_entry **overview_ranked(const struct table *t)
{
	const struct table_entry **list =
	    mem_alloc((t->count + 1) * sizeof(const struct table_entry *));

	for (size_t i = 0; i < t->count; i++)
		list[i] = &t->entries[i];
	qsort(list, t->count, sizeof(const struct table_entry *), more_often);
	return list;
}

double overview_mean(double sum, uint64_t n)
{
	return n ? sum / (double)n : 0;
}

/* "name":n; first: of an object */
static void put_count(struct str *out, bool first, const char *name, uint64_t n)
{
	str_printf(out, "%s\"%s\":", first ? "{" : ",", name);
	str_u64(out, n);
}

static void json_group(const struct overview *s, enum overview_group g,
		       struct str *out)
{
	const struct table *t = &s->groups[g];
	const struct table_entry **list = overview_ranked(t);

	str_printf(out, "\"%s\":{", group_names[g]);
	for (size_t i = 0; i < t->count; i++) {
		str_puts(out, i ? "," : "");
		json_put_string(out, list[i]->key);
		str_putc(out, ':');
		str_u64(out, list[i]->value);
	}
	str_putc(out, '}');
	free(list);
}

static void json_fields(const struct overview *s, struct str *out)
{
	str_puts(out, ",\n \"coverage\":{");
	for (int f = 0; f < OVERVIEW_FIELDS; f++) {
		const struct overview_coverage *c = &s->fields[f];

		str_printf(out, "%s\"%s\":", f ? ",\n  " : "\n  ",
			   field_names[f]);
		put_count(out, true, "source", c->source);
		put_count(out, false, "imputed", c->imputed);
		put_count(out, false, "absent",
			  s->records - c->source - c->imputed);
		str_puts(out, ",\"expected_right\":");
		json_put_number(out,
				c->imputed
				    ? overview_mean(c->confidence, c->imputed)
				    : (double)NAN,
				4);
		str_putc(out, '}');
	}
	str_putc(out, '}');
}

static void json_bins(const uint64_t *bins, const char *name, struct str *out)
{
	str_printf(out, ",\"%s\":[", name);
	for (int i = 0; i < OVERVIEW_BINS; i++) {
		str_puts(out, i ? "," : "");
		str_u64(out, bins[i]);
	}
	str_putc(out, ']');
}

static void json_spread(const struct overview_spread *spread, struct str *out)
{
	str_putc(out, '[');
	for (int q = 0; q < SHARES; q++) {
		str_puts(out, q ? "," : "");
		json_put_number(
		    out, (double)overview_quantile(spread, shares[q]), 4);
	}
	str_putc(out, ']');
}

static void json_histogram(const struct overview_spread *spread,
			   struct str *out)
{
	uint64_t bins[OVERVIEW_BINS];
	float low, high;

	overview_histogram(spread, &low, &high, bins);
	str_puts(out, "{\"low\":");
	json_put_number(out, (double)low, 4);
	str_puts(out, ",\"high\":");
	json_put_number(out, (double)high, 4);
	json_bins(bins, "tracks", out);
	str_putc(out, '}');
}

/* How far guesses are from the truth, by what is known of a track. */
static void json_errors(const struct overview *s, struct str *out)
{
	static const char *const known[SOUND_CASES] = {
		[0] = "nothing",
		[SOUND_TEXT] = "text",
		[SOUND_GENRE] = "genre",
		[SOUND_TEXT | SOUND_GENRE] = "text and genre",
	};

	str_puts(out, ",\n  \"errors\":[");
	for (int i = SOUND_CASES - 1, n = 0; s->measured && i >= 0; i--) {
		const struct soundblend_score *e = &s->errors[i];

		if (!(e->tracks > 0))
			continue;
		str_printf(out, "%s{\"known\":\"%s\",\"held_out\":",
			   n++ ? ",\n   " : "\n   ", known[i]);
		json_put_number(out, e->tracks, 0);
		str_puts(out, ",\"error\":");
		json_put_number(out, e->error, 4);
		str_puts(out, ",\"error_of_mean\":");
		json_put_number(out, e->mean_error, 4);
		str_puts(out, ",\"explained\":");
		json_put_number(out, e->skill, 4);
		str_putc(out, '}');
	}
	str_putc(out, ']');
}

static void json_sound(const struct overview *s, struct str *out)
{
	uint64_t known = s->heard + s->guessed;

	str_puts(out, ",\n \"sound\":");
	put_count(out, true, "measured", s->heard);
	put_count(out, false, "imputed", s->guessed);
	put_count(out, false, "absent",
		  s->records > known ? s->records - known : 0);
	str_puts(out, ",\"expected_explained\":");
	json_put_number(
	    out, s->guessed ? overview_mean(s->sure, s->guessed) : (double)NAN,
	    4);
	json_errors(s, out);
	str_puts(out, ",\n  \"columns\":{");
	for (size_t i = 0; s->spreads && overview_column(i); i++) {
		str_printf(out, "%s\"%s\":", i ? "," : "", overview_column(i));
		json_spread(&s->spreads[i], out);
	}
	str_puts(out, "},\n  \"histograms\":{");
	for (size_t i = 0; s->spreads && overview_column(i); i++) {
		str_printf(out, "%s\"%s\":", i ? ",\n   " : "\n   ",
			   overview_column(i));
		json_histogram(&s->spreads[i], out);
	}
	str_puts(out, "}}");
}

static void json_moods(const struct overview *s, struct str *out)
{
	str_puts(out, ",\n \"moods\":");
	put_count(out, true, "tracks", s->moods);
	str_puts(out, ",\"quadrants\":[");
	for (int q = 0; q < 4; q++) {
		str_puts(out, q ? "," : "");
		str_u64(out, s->quadrants[q]);
	}
	str_putc(out, ']');
	json_bins(s->valence, "valence", out);
	json_bins(s->arousal, "arousal", out);
	str_putc(out, '}');
}

void overview_json(const struct overview *s, struct str *out)
{
	put_count(out, true, "records", s->records);
	put_count(out, false, "rejected", s->rejected);
	put_count(out, false, "merged", s->merged);
	put_count(out, false, "joined", s->joined);
	put_count(out, false, "recovered", s->recovered);
	put_count(out, false, "failed", s->failed);
	for (int g = 0; g < OVERVIEW_TURNED; g++) {
		str_puts(out, ",\n ");
		json_group(s, (enum overview_group)g, out);
	}
	json_fields(s, out);
	json_sound(s, out);
	json_moods(s, out);
	str_puts(out, ",\n \"changes\":");
	if (s->compared) {
		put_count(out, true, "added", s->added);
		put_count(out, false, "changed", s->changed);
		put_count(out, false, "gone", s->gone);
		str_puts(out, ",\"arrived\":[");
		str_span(out, span_str(&s->arrived));
		str_puts(out, "],\n  ");
		json_group(s, OVERVIEW_TURNED, out);
		str_puts(out, ",\"links\":");
		overview_turned_json(&s->turned, out);
		str_putc(out, '}');
	} else {
		str_puts(out, "null");
	}
	str_puts(out, ",\n \"failures\":");
	overview_failures_json(&s->failures, out);
	str_puts(out, ",\n \"slowest\":");
	overview_slowest_json(&s->slowest, out);
	str_puts(out, "}\n");
}
