/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/overview.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "io/json.h"

static const char *const group_names[OVERVIEW_GROUPS] = {
	"links", "link_reasons", "audio",    "heard",  "classes",
	"eras",  "languages",    "emotions", "errors",
};
static const char *const group_titles[OVERVIEW_GROUPS] = {
	"links",   "why",  "sound",     "heard",
	"classes", "eras", "languages", "what texts feel like",
	"failed",
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

static double mean(double sum, uint64_t n)
{
	return n ? sum / (double)n : 0;
}

/* "name":n; first: of an object */
static void put_count(struct str *out, bool first, const char *name, uint64_t n)
{
	str_printf(out, "%s\"%s\":", first ? "{" : ",", name);
	str_u64(out, n);
}

static void json_groups(const struct overview *s, struct str *out)
{
	for (int g = 0; g < OVERVIEW_GROUPS; g++) {
		const struct table *t = &s->groups[g];
		const struct table_entry **list = overview_ranked(t);

		str_printf(out, ",\n \"%s\":{", group_names[g]);
		for (size_t i = 0; i < t->count; i++) {
			str_puts(out, i ? "," : "");
			json_put_string(out, list[i]->key);
			str_putc(out, ':');
			str_u64(out, list[i]->value);
		}
		str_putc(out, '}');
		free(list);
	}
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
				c->imputed ? mean(c->confidence, c->imputed)
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

static void json_sound(const struct overview *s, struct str *out)
{
	str_puts(out, ",\n \"sound\":");
	put_count(out, true, "measured", s->heard);
	put_count(out, false, "imputed", s->guessed);
	str_puts(out, ",\"columns\":{");
	for (size_t i = 0; s->spreads && overview_column(i); i++) {
		str_printf(out, "%s\"%s\":[", i ? "," : "", overview_column(i));
		for (int q = 0; q < SHARES; q++) {
			str_puts(out, q ? "," : "");
			json_put_number(out,
					(double)overview_quantile(
					    &s->spreads[i], shares[q]),
					4);
		}
		str_putc(out, ']');
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
	put_count(out, false, "failed", s->failed_count);
	json_groups(s, out);
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
		str_puts(out, "]}");
	} else {
		str_puts(out, "null");
	}
	str_puts(out, ",\n \"failures\":[");
	str_span(out, span_str(&s->failed));
	str_puts(out, "]}\n");
}

static void text_line(struct str *out, const char *name, uint64_t n)
{
	str_printf(out, "%-22s %llu\n", name, (unsigned long long)n);
}

static void text_group(const struct overview *s, enum overview_group g,
		       size_t most, struct str *out)
{
	const struct table *t = &s->groups[g];
	const struct table_entry **list = overview_ranked(t);
	uint64_t rest = 0;

	if (t->count)
		str_printf(out, "%s\n", group_titles[g]);
	for (size_t i = 0; i < t->count; i++) {
		if (i >= most)
			rest += list[i]->value;
		else
			str_printf(out, "  %9llu  %.*s\n",
				   (unsigned long long)list[i]->value,
				   (int)list[i]->key.n, list[i]->key.p);
	}
	if (rest)
		str_printf(out, "  %9llu  of %zu others\n",
			   (unsigned long long)rest, t->count - most);
	free(list);
}

static void text_fields(const struct overview *s, struct str *out)
{
	str_puts(out, "fields                  given   guessed  absent  "
		      "right (expected)\n");
	for (int f = 0; f < OVERVIEW_FIELDS; f++) {
		const struct overview_coverage *c = &s->fields[f];

		str_printf(
		    out, "  %-16s %10llu %9llu %7llu", field_names[f],
		    (unsigned long long)c->source,
		    (unsigned long long)c->imputed,
		    (unsigned long long)(s->records - c->source - c->imputed));
		if (c->imputed)
			str_printf(out, "  %.0f %%",
				   100 * mean(c->confidence, c->imputed));
		str_putc(out, '\n');
	}
}

static void text_moods(const struct overview *s, struct str *out)
{
	static const char *const names[] = { "happy, excited", "angry, tense",
					     "sad, gloomy", "calm, tender" };

	str_puts(out, "moods\n");
	for (int q = 0; q < 4; q++)
		str_printf(out, "  %9llu  %s\n",
			   (unsigned long long)s->quadrants[q], names[q]);
	if (s->records > s->moods)
		str_printf(out, "  %9llu  without\n",
			   (unsigned long long)(s->records - s->moods));
}

void overview_text(const struct overview *s, struct str *out)
{
	text_line(out, "tracks", s->records);
	if (s->compared)
		str_printf(out,
			   "since last time        %llu new, %llu changed, "
			   "%llu gone\n",
			   (unsigned long long)s->added,
			   (unsigned long long)s->changed,
			   (unsigned long long)s->gone);
	text_line(out, "rows refused", s->rejected);
	text_line(out, "rows merged", s->merged);
	text_line(out, "recordings joined", s->joined);
	text_line(out, "links found again", s->recovered);
	text_line(out, "heard", s->heard);
	text_line(out, "sound guessed", s->guessed);
	text_group(s, OVERVIEW_LINKS, OVERVIEW_SHOWN, out);
	text_group(s, OVERVIEW_REASONS, OVERVIEW_SHOWN, out);
	text_group(s, OVERVIEW_AUDIO, OVERVIEW_SHOWN, out);
	text_group(s, OVERVIEW_HEARD, OVERVIEW_SHOWN, out);
	text_group(s, OVERVIEW_CLASSES, OVERVIEW_SHOWN, out);
	text_fields(s, out);
	text_moods(s, out);
	text_group(s, OVERVIEW_LANGUAGES, OVERVIEW_SHOWN / 2, out);
	text_group(s, OVERVIEW_ERRORS, OVERVIEW_SHOWN, out);
}

/* A label's value (Prometheus' text format 0.0.4). */
static void put_label(struct str *out, struct span value)
{
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '\\' || c == '"')
			str_putc(out, '\\');
		if (c == '\n')
			str_puts(out, "\\n");
		else
			str_putc(out, c);
	}
}

static void metric(struct str *out, const char *name, const char *help)
{
	str_printf(out, "# HELP moodpipe_%s %s\n# TYPE moodpipe_%s gauge\n",
		   name, help, name);
}

static void metric_group(const struct overview *s, enum overview_group g,
			 const char *name, const char *help, struct str *out)
{
	const struct table_entry **list = overview_ranked(&s->groups[g]);

	metric(out, name, help);
	for (size_t i = 0; i < s->groups[g].count; i++) {
		str_printf(out, "moodpipe_%s{status=\"", name);
		put_label(out, list[i]->key);
		str_printf(out, "\"} %llu\n",
			   (unsigned long long)list[i]->value);
	}
	free(list);
}

static void metric_one(struct str *out, const char *name, const char *help,
		       uint64_t n)
{
	metric(out, name, help);
	str_printf(out, "moodpipe_%s %llu\n", name, (unsigned long long)n);
}

void overview_metrics(const struct overview *s, struct str *out)
{
	metric_one(out, "tracks", "Tracks in the corpus.", s->records);
	metric_one(out, "rejected_rows", "Rows of the crawl that were refused.",
		   s->rejected);
	metric_one(out, "failed_tracks", "Tracks that a stage failed on.",
		   s->failed_count);
	metric_one(out, "heard_tracks", "Tracks whose sound was measured.",
		   s->heard);
	metric_one(out, "recovered_links", "Dead links found elsewhere.",
		   s->recovered);
	metric_group(s, OVERVIEW_LINKS, "links", "Links by status.", out);
	metric_group(s, OVERVIEW_AUDIO, "audio", "Tracks by status of sound.",
		     out);
	metric(out, "coverage", "Tracks with a field, by where it is from.");
	for (int f = 0; f < OVERVIEW_FIELDS; f++) {
		const struct overview_coverage *c = &s->fields[f];

		str_printf(out,
			   "moodpipe_coverage{field=\"%s\",from=\"source\"} "
			   "%llu\n"
			   "moodpipe_coverage{field=\"%s\",from=\"imputed\"} "
			   "%llu\n",
			   field_names[f], (unsigned long long)c->source,
			   field_names[f], (unsigned long long)c->imputed);
	}
	if (!s->compared)
		return;
	metric(out, "changes", "Tracks that changed since the last build.");
	str_printf(out,
		   "moodpipe_changes{kind=\"added\"} %llu\n"
		   "moodpipe_changes{kind=\"changed\"} %llu\n"
		   "moodpipe_changes{kind=\"gone\"} %llu\n",
		   (unsigned long long)s->added, (unsigned long long)s->changed,
		   (unsigned long long)s->gone);
}
